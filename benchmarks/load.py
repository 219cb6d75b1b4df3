"""Asks a server for pages, as several readers at once would, and takes the time."""

import http.client
import threading
import time
from dataclasses import dataclass
from itertools import cycle
from statistics import median, quantiles


@dataclass(frozen=True)
class Timing:
    """What `readers` that asked at once saw of one page."""

    requests: int
    seconds: float
    times: list[float]

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    @property
    def median_ms(self) -> float:
        return median(self.times) * 1000

    @property
    def percentile_95_ms(self) -> float:
        return quantiles(self.times, n=20)[-1] * 1000


def warm_up(port: int, paths: list[str]) -> None:
    """Ask for each path some times, so that every process has drawn every page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(4):
        for path in paths:
            connection.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
            connection.getresponse().read()
            # Another connection may reach another process.
            connection.close()


def ask(port: int, paths: list[str], *, readers: int, seconds: float) -> Timing:
    """Ask for `paths` in turn, over open connections, for about `seconds`.

    Raises RuntimeError when an answer is not 200: a fast error page is no result.
    """
    times: list[float] = []
    problems: list[str] = []
    end = time.perf_counter() + seconds

    def read(offset: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        own = []
        for path in cycle(paths[offset:] + paths[:offset]):
            start = time.perf_counter()
            if start >= end:
                break
            connection.request("GET", path, headers={"Accept-Encoding": "br, gzip"})
            answer = connection.getresponse()
            answer.read()
            own.append(time.perf_counter() - start)
            if answer.status != http.HTTPStatus.OK:
                problems.append(f"{path}: HTTP {answer.status}")
                break
        times.extend(own)
        connection.close()

    start = time.perf_counter()
    threads = [
        threading.Thread(target=read, args=(number % len(paths),))
        for number in range(readers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise RuntimeError(problems[0])
    return Timing(len(times), time.perf_counter() - start, times)
