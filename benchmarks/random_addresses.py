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
import random
import re
import string
import tempfile
from pathlib import Path
from statistics import mean, median

from benchmarks.servers import Server, environment_of, gunicorn, resident, run_module

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
        environment = environment_of(Path(folder), WEB_CONCURRENCY="1")
        run_module(environment, "benchmarks.prepare", "1")
        with gunicorn(environment) as server:
            measure(server, options.addresses)


def measure(server: Server, addresses: int) -> None:
    port = server.port
    ask(port, "/healthz/")  # once it answers, its process is there
    [worker] = server.workers
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


if __name__ == "__main__":
    main()
