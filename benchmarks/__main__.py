"""Measures pages on a copy of the registry, at several sizes, side by side.

    make bench                                   1, 20 and 100 times the data
    make bench BENCH_ARGS="--factors 1 20 --seconds 5"

Every size gets its own folder and database, and a gunicorn started as in
production. Each page is asked for twice over: with the page cache, as a reader
meets it, and without, to see what the page itself costs. Nothing of the real
`var/` is touched. DATABASE_URL of a PostgreSQL measures there: the database named
in it is emptied for each size, so name one that holds nothing.
"""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.load import ask, warm_up

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    options = arguments()
    tables = {}
    for factor in options.factors:
        with tempfile.TemporaryDirectory(prefix="iscm-bench-") as folder:
            tables[factor] = measure(factor, Path(folder), options)
    queries = {factor: table["queries"] for factor, table in tables.items()}
    print_timings({factor: table["timings"] for factor, table in tables.items()})
    print_queries(queries)
    if len({tuple(counts.items()) for counts in queries.values()}) > 1:
        sys.exit("The number of queries grows with the data.")


def arguments():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--factors", type=int, nargs="+", default=[1, 20, 100])
    parser.add_argument("--seconds", type=float, default=6, help="per page")
    parser.add_argument("--readers", type=int, default=8, help="at the same time")
    return parser.parse_args()


def measure(factor: int, folder: Path, options) -> dict:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "iscm_registry.settings",
        "SECRET_KEY": "only for a measurement on this machine " * 2,
        "SECURE_SSL_REDIRECT": "false",
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "VAR_DIR": str(folder),
        "LOG_LEVEL": "warning",
    }
    print(f"Preparing {factor} × the data …", flush=True)
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "benchmarks.prepare", str(factor)],
        cwd=ROOT,
        env=environment,
        check=True,
    )
    print(f"  prepared in {time.perf_counter() - start:.0f} s", flush=True)
    pages, queries = read_plan(folder)
    timings: dict[str, dict] = {name: {} for name in pages}
    for cached in (True, False):
        cache = {} if cached else {"CACHE_URL": "off"}
        with gunicorn({**environment, **cache}) as port:
            for name, paths in pages.items():
                timings[name][cached] = timed(port, paths, options)
    return {"timings": timings, "queries": queries}


def timed(port: int, paths: list[str], options):
    warm_up(port, paths)
    return ask(port, paths, readers=options.readers, seconds=options.seconds)


def read_plan(folder: Path) -> tuple[dict, dict]:
    plan = json.loads((folder / "plan.json").read_text())
    return plan["pages"], plan["queries"]


@contextlib.contextmanager
def gunicorn(environment: dict[str, str]) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "deploy/gunicorn.conf.py",
            "iscm_registry.wsgi:application",
        ],
        cwd=ROOT,
        env={**environment, "PORT": str(port), "BIND": "127.0.0.1"},
    )
    try:
        wait_until_it_answers(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_until_it_answers(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("gunicorn did not start.")


def print_timings(tables: dict[int, dict]) -> None:
    baseline = next(iter(tables.values()))
    head = f"{'page':<18}{'data':>6}{'cache':>7}{'req/s':>9}{'median':>10}{'95 %':>10}"
    print(f"\n{head}{'× base':>9}\n{'-' * (len(head) + 9)}")
    for name in baseline:
        for cached in (True, False):
            for factor, timings in tables.items():
                timing = timings[name][cached]
                ratio = timing.median_ms / baseline[name][cached].median_ms
                print(
                    f"{name:<18}{factor:>5}×{'on' if cached else 'off':>7}"
                    f"{timing.per_second:>9.0f}{timing.median_ms:>7.1f} ms"
                    f"{timing.percentile_95_ms:>7.1f} ms{ratio:>9.2f}"
                )


def print_queries(queries: dict[int, dict[str, int]]) -> None:
    factors = list(queries)
    print(f"\n{'queries of a page':<26}" + "".join(f"{f:>5}×" for f in factors))
    for name in queries[factors[0]]:
        counts = "".join(f"{queries[factor][name]:>6}" for factor in factors)
        print(f"{name:<26}{counts}")


if __name__ == "__main__":
    main()
