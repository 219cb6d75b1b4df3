"""Measures what 10,000 addresses that nobody asked before do to a process.

    .venv/bin/python -m benchmarks.random_addresses
    .venv/bin/python -m benchmarks.random_addresses --addresses 2000

Asks one process, started as in production on a copy of the registry, for searches of
words that do not exist and for pages with parameters that they do not know, and prints
the memory of the process (its resident set) on the way. Before that, the sizes of the
registry's own pages as they are kept.
"""

import argparse
import http.client
import os
import random
import re
import string
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import mean, median

from benchmarks.__main__ import ROOT, gunicorn

SHAPES = [
    "/search/?q={word}",
    "/mechanisms/?q={word}",
    "/search/suggest/?q={word}",
    "/mechanisms/?{word}={word}",
    "/about/?{word}",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="iscm-bench-") as folder:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "iscm_registry.settings",
            "SECRET_KEY": "only for a measurement on this machine " * 2,
            "SECURE_SSL_REDIRECT": "false",
            "ALLOWED_HOSTS": "127.0.0.1,testserver",
            "VAR_DIR": folder,
            "LOG_LEVEL": "error",
            "WEB_CONCURRENCY": "1",
        }
        subprocess.run(
            [sys.executable, "-m", "benchmarks.prepare", "1"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        with gunicorn(environment) as port:
            measure(port, options.addresses)


def measure(port: int, addresses: int) -> None:
    worker = process_behind(port)
    sizes = [len(ask(port, path)) for path in own_pages(port)]
    print(
        f"{len(sizes)} pages of the registry, compressed: {mean(sizes) / 1024:.1f} kB "
        f"on average, median {median(sizes) / 1024:.1f}, largest "
        f"{max(sizes) / 1024:.1f} kB"
    )
    chance = random.Random(1)
    print(f"{'asked':>8}{'memory':>10}")
    for number in range(addresses + 1):
        if number % (addresses // 10) == 0:
            print(f"{number:>8}{resident(worker) / 1024:>7.0f} MB", flush=True)
        word = "".join(chance.choices(string.ascii_lowercase, k=12))
        # Uncompressed, as programs ask that mean no good.
        ask(port, SHAPES[number % len(SHAPES)].format(word=word), coding="identity")


def ask(port: int, path: str, coding: str = "br") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Accept-Encoding": coding})
    body = connection.getresponse().read()
    connection.close()
    return body


def own_pages(port: int) -> list[str]:
    """Return the addresses of a reader who opens everything that the lists name."""
    found = ["/", "/about/", "/states/", "/partners/", "/contributions/", "/themes/"]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for listed in ("/mechanisms/?per_page=100", "/states/", "/themes/"):
        connection.request("GET", listed)
        page = connection.getresponse().read().decode()
        kind = listed.partition("?")[0]
        found += sorted(set(re.findall(rf'href="({kind}[a-z0-9-]+/)"', page)))
    connection.close()
    return found


def process_behind(port: int) -> int:
    """Return the process that answers: the only child of the one that listens."""
    ask(port, "/healthz/")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode().split("\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            variables = (folder / "environ").read_bytes().decode()
        except (OSError, ValueError):
            continue
        if "gunicorn" in command and f"PORT={port}\0" in variables:
            above = Path("/proc", str(parent), "environ").read_bytes().decode()
            if f"PORT={port}\0" in above:
                return int(folder.name)
    sys.exit("The process that answers was not found.")


def resident(process: int) -> int:
    """Return the resident memory of a process in kB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


if __name__ == "__main__":
    main()
