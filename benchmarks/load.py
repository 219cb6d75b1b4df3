"""Asks a server for pages, as several readers at once would, and takes the time.

wrk asks, for whole seconds, where it is installed. Otherwise threads of Python do,
whose own time is in every figure: they tell pages that take long from each other, and
little else.
"""

import http.client
import json
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from statistics import median, quantiles

PATIENCE = 120
"""Seconds that a reader waits for an answer."""


@dataclass(frozen=True)
class Question:
    """What a reader asks for, and the status of a right answer."""

    path: str
    headers: dict[str, str] = field(
        default_factory=lambda: {"Accept-Encoding": "br, gzip"}
    )
    status: int = 200


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Timing:
    """What readers that asked at once saw of one page."""

    requests: int
    per_second: float
    median_ms: float
    percentile_95_ms: float


def by_wrk(seconds: float) -> bool:
    """Say whether wrk asks, which takes little of the machine itself."""
    return seconds >= 1 and bool(shutil.which("wrk"))


def answer(port: int, question: Question) -> Answer:
    """Return the answer; raise RuntimeError when it is not the right one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", question.path, headers=question.headers)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise RuntimeError(f"{question.path}: {error}") from error
    finally:
        connection.close()
    if response.status != question.status:
        raise RuntimeError(f"{question.path}: HTTP {response.status}")
    return Answer(response.status, dict(response.getheaders()), body)


def first_answer(port: int, question: Question) -> Answer:
    """Return the first right answer of a server that may not be ready yet."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return answer(port, question)
        except RuntimeError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def warm_up(port: int, questions: Sequence[Question], *, readers: int) -> None:
    """Ask each question by all readers at once, so that every process answers it."""
    with ThreadPoolExecutor(readers) as asking:
        for question in questions:
            list(asking.map(answer, [port] * readers, [question] * readers))


def ask(
    port: int, questions: Sequence[Question], *, readers: int, seconds: float
) -> Timing:
    """Ask the questions in turn, over open connections, for about `seconds`; for longer
    where so short a time sees fewer answers than readers.

    Raises RuntimeError when an answer is not the right one: a fast error page is no
    result.
    """
    asking = _by_wrk if by_wrk(seconds) else _by_threads
    for longer, needed in ((1, readers), (10, readers), (60, 2)):
        timing = asking(port, questions, readers, seconds * longer)
        if timing and timing.requests >= needed:
            return timing
    raise RuntimeError(f"{questions[0].path}: no answer in {seconds * longer:.0f} s.")


_SCRIPT = """
local asked, number = %s, 0
function init()
  for place, one in ipairs(asked) do
    asked[place] = wrk.format("GET", one[1], one[2])
  end
end
function request()
  number = number %% #asked + 1
  return asked[number]
end
function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '\\n{"requests": %%d, "seconds": %%f, "median": %%f, "of_95": %%f, ' ..
    '"failed": %%d}\\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
"""


def _by_wrk(
    port: int, questions: Sequence[Question], readers: int, seconds: float
) -> Timing | None:
    in_lua = ", ".join(
        f"{{{_quoted(one.path)}, {_in_braces(one)}}}" for one in questions
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % f"{{{in_lua}}}")
        script.flush()
        done = subprocess.run(
            [
                *("wrk", "--threads", "1", "--connections", str(readers)),
                *("--duration", f"{seconds:.0f}s"),
                *("--timeout", f"{PATIENCE}s", "--script", script.name),
                f"http://127.0.0.1:{port}/",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    seen = json.loads(done.stdout.splitlines()[-1])
    if seen["failed"]:
        raise RuntimeError(f"{questions[0].path}: {seen['failed']} failed.")
    requests = seen["requests"]
    if not requests:
        return None
    per_second = requests / seen["seconds"]
    return Timing(requests, per_second, seen["median"], seen["of_95"])


def _in_braces(question: Question) -> str:
    """Return the headers as a table of Lua."""
    pairs = (f"[{_quoted(k)}] = {_quoted(v)}" for k, v in question.headers.items())
    return f"{{{', '.join(pairs)}}}"


def _quoted(text: str) -> str:
    # Of ASCII, a text of JSON is one of Lua too.
    return json.dumps(text)


def _by_threads(
    port: int, questions: Sequence[Question], readers: int, seconds: float
) -> Timing | None:
    times: list[float] = []
    problems: list[str] = []
    start = time.perf_counter()

    def read(offset: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        for one in cycle([*questions[offset:], *questions[:offset]]):
            asked = time.perf_counter()
            connection.request("GET", one.path, headers=one.headers)
            response = connection.getresponse()
            response.read()
            times.append(time.perf_counter() - asked)
            if response.status != one.status:
                problems.append(f"{one.path}: HTTP {response.status}")
                break
            # Not before: who begins late on a slow machine asks once all the same.
            if time.perf_counter() >= start + seconds:
                break
        connection.close()

    threads = [
        threading.Thread(target=read, args=(number % len(questions),))
        for number in range(readers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise RuntimeError(problems[0])
    if len(times) < 2:
        return None
    took = time.perf_counter() - start
    of_95 = quantiles(times, n=20)[-1] * 1000
    return Timing(len(times), len(times) / took, median(times) * 1000, of_95)
