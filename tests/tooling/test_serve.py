"""`manage.py serve` refuses early, and says what to do instead."""

import os
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing

import pytest
from django.conf import settings
from django.core.management.base import CommandError

from iscm_registry.management.commands import serve


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def start(tmp_path, **environment):
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
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
