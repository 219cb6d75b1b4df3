"""The dearest requests that anybody can make, and whether they stay within bounds.

    .venv/bin/python -m benchmarks.worst                    1 and 100 times the data
    .venv/bin/python -m benchmarks.worst --factors 1 --top 40
    .venv/bin/python -m benchmarks.worst --database PostgreSQL

Asks every public address in the dearest ways that are known, without the page cache,
and takes the processor time of each: of the process, all threads in it, and of a
PostgreSQL server of its own. Ends with status 1 when one takes more than its bound.

Who adds a page, a filter or a parameter adds to `benchmarks/questions.py` what could be
dear about it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from benchmarks.servers import DATABASES, ROOT, database_of, environment_of

BOUNDS = {1: 0.5, 100: 2.0}
"""Seconds of processor that a request may take, by how many times the data."""


def main() -> None:
    options = arguments()
    failed = []
    for factor in options.factors:
        with (
            tempfile.TemporaryDirectory(prefix="iscm-bench-") as folder,
            database_of(options.database) as variables,
        ):
            var = Path(options.prepared or folder)
            environment = environment_of(var, CACHE_URL="off", **variables)
            if not options.prepared:
                print(f"Preparing {factor} × the data …", flush=True)
                run(environment, "benchmarks.prepare", str(factor))
            step = ["--step", str(factor), "--top", str(options.top)]
            if run(environment, "benchmarks.worst", *step):
                failed.append(factor)
    if failed:
        sys.exit(f"Beyond the bound at {', '.join(f'{one} ×' for one in failed)}.")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="benchmarks.worst",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--factors", type=int, nargs="+", default=[1, 100])
    parser.add_argument("--database", default="SQLite", choices=DATABASES)
    parser.add_argument("--top", type=int, default=12, help="requests to print")
    parser.add_argument(
        "--prepared", metavar="VAR_DIR", help="measure the SQLite file that is there"
    )
    parser.add_argument("--step", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepared and options.database != "SQLite":
        parser.error("What is prepared is an SQLite file.")
    return options


def run(environment: dict[str, str], module: str, *arguments: str) -> int:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, env=environment
    )
    if done.returncode not in (0, 1):
        sys.exit(done.returncode)
    return done.returncode


def bound(factor: int) -> float:
    """Return the bound for so much data, on the line between the two known ones."""
    (small, least), (large, most) = sorted(BOUNDS.items())
    return least + (most - least) * (factor - small) / (large - small)


class Server:
    """The registry in this process, and the processor time that it has taken."""

    def __init__(self) -> None:
        from django.core.handlers.wsgi import WSGIHandler
        from django.db import connection
        from django.test import RequestFactory

        from iscm_registry.wsgi import application

        self.application: WSGIHandler = application
        self.requests = RequestFactory()
        self.postmaster = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend = cursor.fetchone()[0]
            self.postmaster = int(process_numbers(backend)[1])

    def ask(self, address: str) -> tuple[float, int]:
        """Return the seconds of processor that a request takes, and its status."""
        environ = self.requests.get(address, headers={"Accept-Encoding": "br"}).environ
        answered: list[int] = []
        before = self.spent()
        body = self.application(
            environ, lambda status, *rest: answered.append(int(status.split()[0]))
        )
        for _piece in body:
            pass
        body.close()
        return self.spent() - before, answered[0]

    def spent(self) -> float:
        return time.process_time() + sum(self.of_database())

    def of_database(self) -> Iterator[float]:
        # A server process for this connection, others that help it with one query,
        # and those that have ended, which count with the one that started them all.
        if self.postmaster is None:
            return
        tick = os.sysconf("SC_CLK_TCK")
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                numbers = process_numbers(int(folder.name))
            except (OSError, ValueError):
                continue
            if int(folder.name) == self.postmaster:
                yield sum(map(int, numbers[11:15])) / tick
            elif int(numbers[1]) == self.postmaster:
                yield sum(map(int, numbers[11:13])) / tick


def process_numbers(pid: int) -> list[str]:
    """Return what the system says of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def measure(factor: int, top: int) -> int:
    import logging

    import django

    django.setup()
    logging.disable(logging.WARNING)  # most of these requests are refused

    from django.db import connection

    from benchmarks.questions import dear_questions

    server, most = Server(), bound(factor)
    server.ask("/")
    found = []
    for name, address in dear_questions():
        seconds, status = server.ask(address)
        if seconds > most:
            # What was loaded once for the process is not the request's.
            seconds, status = min((seconds, status), server.ask(address))
        found.append((seconds, status, name, address))
    found.sort(reverse=True)
    print(f"\n{len(found)} requests, {connection.vendor}, {factor} × the data")
    for seconds, status, name, address in found[:top]:
        print(f"{seconds:>8.2f} s  {status}  {name:<34} {address[:110]}")
    broken = [one for one in found if one[1] >= HTTPStatus.INTERNAL_SERVER_ERROR]
    for _seconds, status, name, address in broken:
        print(f"HTTP {status}: {name} {address}")
    beyond = sum(seconds > most for seconds, *_rest in found)
    print(f"{beyond} of them take more than {most:.1f} s.", flush=True)
    return 1 if beyond or broken else 0


if __name__ == "__main__":
    asked = arguments()
    if asked.step:
        sys.exit(measure(asked.step, asked.top))
    main()
