"""The servers that are measured: each has a free port, and ends with its block."""

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

DATASETTE = "datasette==0.65.5"


class NotAvailable(Exception):
    """Raised with the reason why something cannot be measured here."""


@dataclass(frozen=True)
class Server:
    port: int
    process: int

    @property
    def workers(self) -> list[int]:
        """The processes that answer: those that the one that was started has started,
        or itself."""
        found = Path(f"/proc/{self.process}/task/{self.process}/children").read_text()
        return [int(number) for number in found.split()] or [self.process]

    def memory(self) -> int:
        """Return the resident memory of the largest of these processes, in MB."""
        return max(map(resident, self.workers)) // 1024


def resident(process: int) -> int:
    """Return the resident memory of a process in kB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


OF_A_REGISTRY = ("DATABASE_URL", "DATABASE_REPLICA_URL", "MEDIA_DIR", "CACHE_URL")
"""The settings by which a shell leads to the records and files of a registry."""


def of_this_shell() -> dict[str, str]:
    """Return the environment without what leads to a registry: it may be one in use."""
    return {k: value for k, value in os.environ.items() if k not in OF_A_REGISTRY}


def environment_of(folder: Path, **more: str) -> dict[str, str]:
    """Return what a process needs to serve a registry in a folder, as in production.

    Its database is an SQLite file there, unless `more` names the one of `database_of`.
    """
    return {
        **of_this_shell(),
        "DJANGO_SETTINGS_MODULE": "iscm_registry.settings",
        "SECRET_KEY": "only for a measurement on this machine " * 2,
        "SECURE_SSL_REDIRECT": "false",
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "VAR_DIR": str(folder),
        "LOG_LEVEL": "error",
        **more,
    }


def enter(environment: Mapping[str, str]) -> None:
    """Let this process have the environment, and nothing else of its shell's."""
    os.environ.clear()
    os.environ.update(environment)


def run_module(environment: Mapping[str, str], module: str, *arguments: str) -> None:
    command = [sys.executable, "-m", module, *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


@contextlib.contextmanager
def gunicorn(
    environment: Mapping[str, str],
    application: str = "iscm_registry.wsgi:application",
    configuration: str = "deploy/gunicorn.conf.py",
) -> Iterator[Server]:
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "-c", configuration),
        application,
    ]
    environment = {**environment, "PORT": str(port), "BIND": "127.0.0.1"}
    with _serving(command, port, environment) as server:
        yield server


@contextlib.contextmanager
def datasette(python: Path, folder: Path, *, processes: int) -> Iterator[Server]:
    """Serve the files of `benchmarks.facts_as_sqlite` without limits of time: above
    those that it starts with, facets of many records would be left out."""
    (folder / "served.py").write_text(
        "from datasette.app import Datasette\n"
        "import json, pathlib\n"
        "folder = pathlib.Path(__file__).parent\n"
        "app = Datasette(\n"
        "    immutables=[str(folder / 'registry.db')],\n"
        "    metadata=json.loads((folder / 'metadata.json').read_text()),\n"
        "    settings={'suggest_facets': False, 'facet_time_limit_ms': 60000,\n"
        "        'sql_time_limit_ms': 60000},\n"
        ").app()\n"
    )
    port = free_port()
    command = [
        *(str(python), "-m", "uvicorn", "served:app", "--app-dir", str(folder)),
        *("--port", str(port), "--workers", str(processes)),
        *("--log-level", "error", "--no-access-log"),
        # A process that counts facets for longer than 5 s would be taken for dead.
        *("--timeout-worker-healthcheck", "120"),
    ]
    with _serving(command, port, os.environ) as server:
        yield server


def datasette_in(folder: Path, *, offline: bool) -> Path:
    """Return the Python of a virtual environment that has Datasette, which is made in
    `folder` if it is not there; raise NotAvailable where it cannot be, or may not."""
    python, done = folder / "bin" / "python", folder / DATASETTE
    if offline and not done.exists():
        raise NotAvailable(f"{DATASETTE} is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        # Two measurements may begin at the same time.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return python
        print(f"Installing {DATASETTE} …", flush=True)
        options = ["--quiet", "--disable-pip-version-check", "--no-input"]
        options += ["--timeout", "10", "--retries", "1"]
        try:
            venv.create(folder, with_pip=True)
            subprocess.run(
                [str(python), "-m", "pip", "install", *options, DATASETTE],
                check=True,
                capture_output=True,
                timeout=300,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise NotAvailable(
                f"{DATASETTE} could not be installed ({error})"
            ) from error
        done.touch()
    return python


@contextlib.contextmanager
def nginx(folder: Path, files: Mapping[str, bytes]) -> Iterator[Server]:
    """Serve these files from disk; raise NotAvailable where nginx is not installed."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not program:
        raise NotAvailable("nginx is not installed (Debian: apt install nginx)")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    port, configuration = free_port(), folder / "nginx.conf"
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration.write_text(
        # Of the same user as the folder.
        ("user root;\n" if os.geteuid() == 0 else "")
        + f"daemon off; worker_processes 2; pid {folder}/nginx.pid;\n"
        + f"error_log {folder}/error.log;\n"
        + "events { worker_connections 256; }\n"
        + f"http {{ access_log off; default_type text/html; {temporary}"
        + " keepalive_requests 1000000;"
        + f" server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
    )
    # Before there is a configuration, it would write to a place of the system.
    command = [program, "-c", str(configuration), "-e", str(folder / "error.log")]
    with _serving(command, port, os.environ) as server:
        yield server


DATABASES = ("SQLite", "PostgreSQL")


@contextlib.contextmanager
def database_of(kind: str) -> Iterator[dict[str, str]]:
    """Give the variables that name an empty database, which lives as long as the block.

    Raises NotAvailable as `postgresql` does.
    """
    if kind == "SQLite":
        yield {}
        return
    with postgresql() as url:
        yield {"DATABASE_URL": url}


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Give the address of a PostgreSQL database that lives as long as the block.

    Raises NotAvailable where Debian's `pg_virtualenv` or PostgreSQL is not installed.
    """
    servers = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not shutil.which("pg_virtualenv") or not servers:
        raise NotAvailable(
            "PostgreSQL is not installed (Debian: apt install postgresql)"
        )
    told = 'echo "postgres://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/postgres"; cat'
    with subprocess.Popen(
        [
            *("pg_virtualenv", "-t", "-c", "--encoding=UTF8 --locale=C.UTF-8"),
            *("sh", "-c", told),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as cluster:
        url = next((line for line in cluster.stdout or () if "postgres://" in line), "")
        if not url:
            raise NotAvailable("PostgreSQL did not start")
        try:
            yield url.strip()
        finally:
            if cluster.stdin:
                cluster.stdin.close()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def _serving(
    command: Sequence[str], port: int, environment: Mapping[str, str]
) -> Iterator[Server]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait_until_it_answers(process, port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_until_it_answers(process: subprocess.Popen, port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{process.args} did not start.")
