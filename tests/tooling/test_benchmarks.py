"""`make bench`: what it measures and says, and nothing about time."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.contrib.auth.models import User

from benchmarks import servers
from benchmarks.load import Question, ask
from benchmarks.prepare import load_afresh
from tests.serving import ROOT, environment_of, sqlite_in

OURS = ["cache off", "cache on", "304", "empty view"]
NOT_OURS = ["Datasette", "nginx"]


def test_every_server_is_measured_and_answers_by_the_same_facts():
    """A run on SQLite at the registry's own size, with rounds of a moment."""
    report = run("--factors", "1", "--databases", "SQLite", "--rounds", "1")
    measured = tables(report)
    servers = OURS + [name for name in NOT_OURS if f"Left out: {name}." not in report]

    rates = measured["Requests a second"]
    pages = [row["page"] for row in rates]
    assert pages == ["list with facets", "search with facets", "one record"]
    assert all(float(row[server]) > 0 for row in rates for server in servers)
    for row in measured["Milliseconds: median / 95th percentile"]:
        for server in servers:
            median, of_95 = map(float, row[server].split(" / "))
            assert 0 < median <= of_95

    found = {row["question"]: row for row in measured["Mechanisms that they find"]}
    whole, active = found["mechanisms"], found["active in Africa"]
    assert 0 < int(active["cache off"]) < int(whole["cache off"])
    asked = {"cache off", "cache on", "Datasette"} & {*servers}
    for row in (whole, active):
        assert len({row[server] for server in asked}) == 1

    aims = measured["Aims"]
    assert len(aims) == 11
    assert all(re.match("reached|missed|not measured", row["SQLite"]) for row in aims)
    assert aims[8]["SQLite"] != "not measured"

    conditions = {row["condition"]: row[""] for row in next(iter(measured.values()))}
    assert {"date", "machine", "Django", "SQLite", "begun", "ended"} <= {*conditions}


def run(*arguments: str) -> str:
    left_out = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
    kept = {name: one for name, one in os.environ.items() if name not in left_out}
    short = ["--seconds", "0.2", "--readers", "2", "--offline"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments, *short],
        cwd=ROOT,
        env={**kept, "WEB_CONCURRENCY": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tables(report: str) -> dict[str, list[dict[str, str]]]:
    """Return the rows of the first table below each heading, by their columns."""
    found = {}
    for part in re.split(r"^##? ", report, flags=re.MULTILINE)[1:]:
        lines = [line for line in part.splitlines() if line.startswith("|")]
        head, _rule, *rows = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in lines
        ]
        heading = part.partition("\n")[0]
        found[heading] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


@pytest.mark.parametrize("environment_of", [servers.environment_of, environment_of])
def test_registry_of_the_shell_is_left_alone(environment_of, tmp_path, monkeypatch):
    for name in servers.OF_A_REGISTRY:
        monkeypatch.setenv(name, f"{name} of a registry in use")

    given = environment_of(tmp_path, **sqlite_in(tmp_path))

    assert "in use" not in str([given.get(name) for name in servers.OF_A_REGISTRY])
    assert given["VAR_DIR"] == str(tmp_path)


@pytest.mark.django_db
def test_database_in_which_people_have_accounts_is_not_emptied():
    User.objects.create_user("ana")

    with pytest.raises(SystemExit, match="people have accounts there"):
        load_afresh()

    assert User.objects.exists()


class Answering(BaseHTTPRequestHandler):
    """Answers with the status that the address names, and notes what it was asked."""

    protocol_version = "HTTP/1.1"
    asked: set[tuple[str, str | None]] = set()

    def do_GET(self) -> None:
        self.asked.add((self.path, self.headers["If-None-Match"]))
        self.send_response(int(self.path.strip("/")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_what) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    Answering.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield server.server_address[1]
        server.shutdown()
        serving.join()


@pytest.mark.parametrize("seconds", [0.2, 1])
def test_readers_ask_all_questions_with_their_headers(port, seconds):
    if seconds >= 1 and not shutil.which("wrk"):
        pytest.skip("needs wrk. Debian: apt install wrk")
    held = Question("/304/", {"If-None-Match": '"a tag"'}, status=304)
    timing = ask(port, [Question("/200/"), held], readers=2, seconds=seconds)
    assert Answering.asked == {("/200/", None), ("/304/", '"a tag"')}
    assert timing.per_second > 0
    assert 0 < timing.median_ms <= timing.percentile_95_ms


@pytest.mark.parametrize("seconds", [0.2, 1])
def test_a_wrong_answer_is_no_result(port, seconds):
    if seconds >= 1 and not shutil.which("wrk"):
        pytest.skip("needs wrk. Debian: apt install wrk")
    with pytest.raises(RuntimeError, match="/503/"):
        ask(port, [Question("/503/")], readers=2, seconds=seconds)
