"""`manage.py serve` refuses early, and says what to do instead."""

import os
import socket
import sqlite3
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing

import pytest
from django.conf import settings
from django.core.management.base import CommandError

from iscm_registry.listening import why_not_listen
from iscm_registry.management.commands import serve
from iscm_registry.own_files import check_own_files, close_to_others
from tests.serving import environment_of, run_python, sqlite_in


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


ANYWHERE = "0.0.0.0"  # noqa: S104 - it is refused


def start(tmp_path, *command, **environment):
    return subprocess.Popen(
        [sys.executable, "manage.py", *(command or ["serve"])],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DEMO": "1",
            "DEBUG": "false",
            "VAR_DIR": str(tmp_path),
            "DATABASE_URL": f"sqlite:///{tmp_path}/registry.sqlite3",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_taken_port_ends_the_start_before_anything_is_made(tmp_path, taken_port):
    process = start(tmp_path, PORT=str(taken_port))
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert f"Port {taken_port} is already in use" in errors
    assert f"PORT={taken_port + 1} make run" in errors
    assert not (tmp_path / "registry.sqlite3").exists()


@pytest.mark.attack("The demonstration listens to the network")
@pytest.mark.parametrize("address", [ANYWHERE, "[::]", "192.0.2.1", "example.org"])
@pytest.mark.parametrize("mode", ["DEMO", "DEBUG"])
def test_demonstration_listens_to_this_machine_alone(tmp_path, address, mode):
    asked = {"DEMO": "0", mode: "1", "BIND": address}
    process = start(tmp_path, **asked)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert f"Other machines reach {address}, and {mode} is on" in errors
    assert "DEMO_ON_NETWORK=1" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "registry.sqlite3").exists()


@pytest.mark.parametrize(
    "environment",
    [
        {"DEMO": "1", "BIND": "127.0.0.1"},
        {"DEMO": "1", "BIND": "127.8.8.8"},
        {"DEMO": "1", "BIND": "[::1]"},
        {"DEMO": "1", "BIND": "localhost"},
        {"DEMO": "1", "BIND": "unix:/run/registry.sock"},
        {"DEMO": "1", "BIND": ANYWHERE, "DEMO_ON_NETWORK": "1"},
        {"DEMO": "0", "BIND": ANYWHERE},
    ],
)
def test_other_addresses_may_be_listened_at(monkeypatch, environment):
    for name in ("DEMO", "DEBUG", "DEMO_ON_NETWORK"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert why_not_listen(environment["BIND"]) == ""


@pytest.mark.attack("The demonstration listens to the network")
def test_gunicorn_refuses_too_where_the_demonstration_would_be_open():
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "a:b"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DEMO": "1", "BIND": ANYWHERE},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert f"Other machines reach {ANYWHERE}" in done.stderr


@pytest.mark.attack("The demonstration listens to the network")
@pytest.mark.parametrize(
    ("mode", "address", "more"),
    [
        ("DEMO", ANYWHERE, []),
        ("DEMO", "0", ["--noreload"]),
        ("DEBUG", "[::]", []),
        ("DEBUG", "a.example", ["--noreload"]),
    ],
)
def test_server_for_developers_refuses_too(tmp_path, mode, address, more):
    process = start(
        tmp_path, "runserver", f"{address}:0", *more, **{"DEMO": "0", mode: "1"}
    )
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert f"Other machines reach {address.strip('[]')}, and {mode} is on" in errors
    assert "Traceback" not in errors


def test_server_for_developers_serves_this_machine(tmp_path):
    process = start(
        tmp_path, "runserver", "127.0.0.1:0", "--noreload", PYTHONUNBUFFERED="1"
    )
    try:
        lines = iter(process.stdout.readline, "")
        assert any("Starting development server at" in line for line in lines)
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.mark.parametrize("text", ["abc", "99999", "0", "-1", "80 80", "８０"])
def test_impossible_port_is_named_with_what_would_be_right(monkeypatch, text):
    monkeypatch.setenv("PORT", text)

    with pytest.raises(CommandError, match="must be a number from 1 to 65535"):
        serve.chosen_port()


@pytest.mark.parametrize("text", ["", "1", "65535"])
def test_possible_port_is_taken_as_it_is(monkeypatch, text):
    monkeypatch.setenv("PORT", text)

    assert serve.chosen_port() == int(text or 8000)


def test_free_port_is_not_refused_and_stays_free(taken_port):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]

    serve.refuse_taken_port("127.0.0.1", port)
    serve.refuse_taken_port("127.0.0.1", port)


def test_address_of_another_machine_is_refused_with_a_reason(taken_port):
    with pytest.raises(CommandError, match="BIND must be an address of this machine"):
        serve.refuse_taken_port("192.0.2.1", taken_port)


def test_edited_static_file_changes_the_state(tmp_path, settings):
    settings.STATICFILES_DIRS = [tmp_path]
    settings.STATICFILES_FINDERS = [
        "django.contrib.staticfiles.finders.FileSystemFinder"
    ]
    (tmp_path / "a.css").write_text("a {}")
    before = serve.state_of_static_files()
    assert serve.state_of_static_files() == before

    (tmp_path / "a.css").write_text("a { color: red }")

    assert serve.state_of_static_files() != before


def test_first_start_serves_the_registry_and_the_second_makes_nothing_again(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]

    first = lines_until_ready(start(tmp_path, PORT=str(port)), port)
    files = [tmp_path, *tmp_path.rglob("*")]
    assert {path.name for path in files} >= {"registry.sqlite3", "search"}
    static = {path for path in files if "static" in path.relative_to(tmp_path).parts}
    open_to_others = {path for path in files if path.stat().st_mode & 0o077}
    assert open_to_others <= static
    second = lines_until_ready(start(tmp_path, PORT=str(port)), port)

    assert "Preparing the database ..." in first
    assert "Loading the registry's data ..." in first
    assert "Staff account: demo" in first
    with closing(sqlite3.connect(tmp_path / "registry.sqlite3")) as registry:
        rounds = registry.execute("SELECT slug FROM surveys_round").fetchall()
    assert rounds == [("2019",)]
    assert [line for line in second if line] == [
        f"Registry:  http://127.0.0.1:{port}/",
        f"Admin:     http://127.0.0.1:{port}/admin/",
        "Ctrl-C stops it.",
    ]


def lines_until_ready(process, port):
    """What the start printed; the server has answered and is stopped again."""
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith("Ctrl-C"):
                break
        else:
            pytest.fail(f"The server did not start: {process.stderr.read()}")
        assert answer_of(port, process) == 200
    finally:
        process.terminate()
        process.communicate(timeout=60)
    return lines


def answer_of(port, process):
    # gunicorn opens the port after the last line, so the first tries may be refused.
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/") as answer:
                return answer.status
        except ConnectionRefusedError:
            continue
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
    return pytest.fail(f"The server ended: {process.stderr.read()}")


@pytest.mark.attack("Others on the machine read the registry's files")
def test_files_that_others_could_read_are_named_and_closed(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    tmp_path.chmod(0o755)
    (tmp_path / "uploads").mkdir(mode=0o755)
    (tmp_path / "uploads/table.xlsx").write_text("a table")
    for path in tmp_path.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    of_somebody_else = tmp_path.parent / "elsewhere"
    of_somebody_else.mkdir(mode=0o700)
    of_somebody_else.chmod(0o755)
    (tmp_path / "search").symlink_to(of_somebody_else)

    expected = [tmp_path, tmp_path / "uploads", tmp_path / "uploads/table.xlsx"]
    warnings = check_own_files(None)
    assert [str(path) in w.msg for path, w in zip(expected, warnings, strict=True)]

    assert close_to_others() == expected

    assert [stat.S_IMODE(path.stat().st_mode) for path in expected] == [
        0o700,
        0o700,
        0o600,
    ]
    assert stat.S_IMODE((tmp_path / "static").stat().st_mode) == 0o755
    assert stat.S_IMODE(of_somebody_else.stat().st_mode) == 0o755
    assert check_own_files(None) == close_to_others() == []


@pytest.mark.attack("Others on the machine read the registry's files")
def test_sqlite_file_that_others_could_read_is_closed_with_all_that_belongs_to_it(
    tmp_path,
):
    names = ["registry.sqlite3", "registry.sqlite3-wal", "registry.sqlite3-shm"]
    code = "from iscm_registry.own_files import close_to_others as c; print(c())"
    for name in names:
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).chmod(0o644)

    said = run_python(environment_of(tmp_path, **sqlite_in(tmp_path)), code)

    for name in names:
        assert name in said
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
