"""The registry as it is served: gunicorn processes that a test starts and ends."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from benchmarks.servers import of_this_shell

ROOT = Path(__file__).resolve().parent.parent


def environment_of(
    folder: Path, settings: str = "tests.settings_for_servers", **more: str
) -> dict[str, str]:
    """Return what a process needs to see the test's database and a folder as var.

    On SQLite, where the test's own database lives in memory, it is a file there.
    `**sqlite_in(folder)` makes it one on PostgreSQL too; a test that may not reach the
    database has to say so, for it runs once only.
    """
    return {
        **of_this_shell(),
        "DJANGO_SETTINGS_MODULE": settings,
        "DATABASE_URL": more.get("DATABASE_URL") or _database_url(folder),
        "VAR_DIR": str(folder),
        "SECRET_KEY": "a key for tests only " * 3,
        # What a server keeps is what a test has asked it for.
        "PAGES_DRAWN_AHEAD": "0",
        **more,
    }


def sqlite_in(folder: Path) -> dict[str, str]:
    """Name an SQLite file in a folder as the database, whatever the test's own is."""
    return {"DATABASE_URL": f"sqlite:///{folder / 'registry.sqlite3'}"}


def _database_url(folder: Path) -> str:
    # pytest-django refuses it to a test that has not asked for the database.
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        return sqlite_in(folder)["DATABASE_URL"]
    at = connection.settings_dict
    port = f":{at['PORT']}" if at["PORT"] else ""
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}{port}/{at['NAME']}"


def run_python(environment: Mapping[str, str], code: str) -> str:
    """Run code in a process of its own, with Django set up; return its output."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# Runs each piece of code that comes on a line; answers with what it wrote and how it
# failed.
_RUN_AGAIN_AND_AGAIN = """
import contextlib, io, json, sys, traceback
import django
from django.db import connections
django.setup()
for line in sys.stdin:
    written, failed = io.StringIO(), ""
    with contextlib.redirect_stdout(written):
        try:
            exec(json.loads(line), {})
        except BaseException:
            failed = traceback.format_exc()
    connections.close_all()
    print(json.dumps([written.getvalue(), failed]), flush=True)
"""


@contextmanager
def python_process(environment: Mapping[str, str]) -> Iterator[Callable[[str], str]]:
    """Give a function as `run_python` is, whose process starts once for all its calls.

    To import the registry takes more than a second of processor time.
    """
    with subprocess.Popen(
        [sys.executable, "-c", _RUN_AGAIN_AND_AGAIN],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def run(code: str) -> str:
            process.stdin.write(json.dumps(code) + "\n")
            process.stdin.flush()
            written, failed = json.loads(process.stdout.readline())
            assert not failed, failed
            return written

        yield run
        process.stdin.close()


def manage(environment: Mapping[str, str], *arguments: str) -> None:
    code = f"from django.core.management import call_command; call_command{arguments!r}"
    run_python(environment, code)


@contextmanager
def gunicorn(environment: Mapping[str, str], *, processes: int = 1) -> Iterator[str]:
    """Serve, and give the address. The server ends with the block.

    The socket is opened here, so a request may be sent at once: it waits in the
    socket until there is somebody to take it.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        port = listening.getsockname()[1]
        fd = listening.fileno()
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"),
                *("--bind", f"fd://{fd}", "--log-level", "warning"),
                "iscm_registry.wsgi:application",
            ],
            cwd=ROOT,
            env={**environment, "WEB_CONCURRENCY": str(processes)},
            pass_fds=[fd],
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Serve Redis in a folder, and give its address. It ends with the block."""
    if not shutil.which("redis-server"):
        pytest.skip("needs redis-server. Debian: apt install redis-server")
    path = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", ""]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, text=True
    ) as server:
        for line in server.stdout or ():
            if "ready to accept connections" in line.lower():
                break
        try:
            yield f"unix://{path}"
        finally:
            server.terminate()
