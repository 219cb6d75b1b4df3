"""What a run has found, as the Markdown that is printed and kept."""

import argparse
import contextlib
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.load import Timing, by_wrk
from benchmarks.servers import DATASETTE as DATASETTE_RELEASE
from benchmarks.servers import ROOT, NotAvailable

LIST, SEARCH, RECORD = "list with facets", "search with facets", "one record"

OFF, ON, UNCHANGED = "cache off", "cache on", "304"
DATASETTE, TWO_DATASETTES = "Datasette", "2 × Datasette"
EMPTY, DISK = "empty view", "nginx"

LISTS = [
    "mechanisms",
    "mechanisms, filtered",
    "mechanisms, searched",
    "States",
    "partners",
    "contributions",
    "contributions, filtered",
    "themes",
]
"""Of all pages, those that are lists."""


@dataclass(frozen=True)
class Findings:
    """What was found on one database at one size.

    `compared` has a timing for each page and server, `pages` one for every page without
    the cache, `queries` their numbers of queries, `memory` MB of a process by server,
    `counts` the mechanisms that each server found, by what was asked, and `by_value`
    the seconds for Datasette's list with a count for each value.
    """

    compared: dict[str, dict[str, Timing]]
    pages: dict[str, Timing]
    queries: dict[str, int]
    memory: dict[str, int]
    counts: dict[str, dict[str, int]]
    by_value: float | None

    def ratio(self, page: str, one: str, other: str) -> float | None:
        """Return how many times as many pages a second one server gives as another."""
        timings = self.compared[page]
        if one not in timings or other not in timings:
            return None
        return timings[one].per_second / timings[other].per_second


@dataclass
class Run:
    """A measurement, under its conditions; findings by database and size."""

    conditions: dict[str, str]
    options: argparse.Namespace
    findings: dict[tuple[str, int], Findings] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    failed: bool = False

    def leave_out(self, what: str, reason: object) -> None:
        why = str(reason).rstrip(".") + "."
        if what not in self.left_out:
            print(f"Left out: {what}. {why}", flush=True)
        self.left_out[what] = why

    @contextlib.contextmanager
    def where_available(self, what: str) -> Iterator[None]:
        try:
            yield
        except NotAvailable as reason:
            self.leave_out(what, reason)


def conditions() -> dict[str, str]:
    """Return when, on what and with what is measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "begun": f"{datetime.now(UTC):%H:%M} UTC, load {load()}",
        "commit": first_line("git", "rev-parse", "--short", "HEAD"),
        "machine": (
            f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GB, "
            f"Linux {platform.release()}"
        ),
        "Python": platform.python_version(),
        "Django": version("django"),
        "gunicorn": version("gunicorn"),
        "Datasette": DATASETTE_RELEASE.partition("==")[2],
        "nginx": first_line("nginx", "-v").rpartition("/")[2],
    }


def load() -> str:
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(names, platform.machine())


def first_line(*command: str) -> str:
    """Return the first line that a program writes; "" where there is none such."""
    if not shutil.which(command[0]):
        return ""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return (done.stdout + done.stderr).partition("\n")[0]


def written(run: Run) -> str:
    asked_by = (
        first_line("wrk", "--version").partition(" [")[0]
        if by_wrk(run.options.seconds)
        else "threads of Python: what is said of cache, 304 and empty view means little"
    )
    seen = {
        **run.conditions,
        "asked by": asked_by,
        "ended": f"{datetime.now(UTC):%H:%M} UTC, load {load()}",
    }
    options = run.options
    parts = [
        f"# A run on {seen['date']}",
        table(["condition", ""], [[name, text] for name, text in seen.items() if text]),
        (
            f"{options.rounds} rounds of {options.seconds:g} s for each page and "
            f"server, {options.readers} readers at once; the medians of the rounds. "
            "The registry and the empty view run in gunicorn with two processes of "
            "four threads, Datasette as its own command serves it, in one process, and "
            "again in two. Its lists have the same 25 rows and facets, but count what "
            "a record has as one value: “Africa, Europe” beside “Africa”. Its page of "
            "a record shows one row of one table."
        ),
        *(f"Left out: {what}. {reason}" for what, reason in run.left_out.items()),
    ]
    if run.findings:
        parts += ["## Aims", aims(run), *rates(run), *pages(run), *the_rest(run)]
    return "\n\n".join(parts) + "\n"


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def per_second(number: float) -> str:
    return f"{number:.0f}" if number >= 20 else f"{number:.1f}"


def servers(run: Run) -> list[str]:
    found = next(iter(run.findings.values()))
    order = (OFF, DATASETTE, TWO_DATASETTES, ON, UNCHANGED, EMPTY, DISK)
    return [name for name in order if name in found.compared[LIST]]


def rates(run: Run) -> Iterator[str]:
    names = servers(run)
    yield "## Requests a second"
    ratios = [
        (one, other)
        for one, other in (
            (OFF, DATASETTE),
            (OFF, TWO_DATASETTES),
            (ON, EMPTY),
            (UNCHANGED, EMPTY),
        )
        if other in names
    ]
    yield table(
        ["page", "data", *names, *(f"{one} / {other}" for one, other in ratios)],
        [
            [
                page,
                f"{database}, {factor} ×",
                *(per_second(found.compared[page][name].per_second) for name in names),
                *(f"**{found.ratio(page, *pair):.2f}**" for pair in ratios),
            ]
            for page in (LIST, SEARCH, RECORD)
            for (database, factor), found in run.findings.items()
        ],
    )
    yield "## Milliseconds: median / 95th percentile"
    yield table(
        ["page", "data", *names],
        [
            [
                page,
                f"{database}, {factor} ×",
                *(both(found.compared[page][name]) for name in names),
            ]
            for page in (LIST, SEARCH, RECORD)
            for (database, factor), found in run.findings.items()
        ],
    )


def both(timing: Timing) -> str:
    digits = 0 if timing.median_ms >= 20 else 1
    return f"{timing.median_ms:.{digits}f} / {timing.percentile_95_ms:.{digits}f}"


def pages(run: Run) -> Iterator[str]:
    yield "## Every page without the cache: queries, and median / 95th percentile in ms"
    for database in databases(run):
        sizes = of_database(run, database)
        least, most = next(iter(sizes.values())), [*sizes.values()][-1]
        yield table(
            [
                database,
                *(f"queries, {factor} ×" for factor in sizes),
                *(f"{factor} ×" for factor in sizes),
                *(["growth"] if len(sizes) > 1 else []),
            ],
            [
                [
                    page,
                    *(str(found.queries[page]) for found in sizes.values()),
                    *(both(found.pages[page]) for found in sizes.values()),
                    *([f"{growth(least, most, page):.2f}"] if len(sizes) > 1 else []),
                ]
                for page in least.pages
            ],
        )


def the_rest(run: Run) -> Iterator[str]:
    yield "## Resident memory of the largest process, in MB"
    names = [*next(iter(run.findings.values())).memory]
    yield table(
        ["data", *names],
        [
            [f"{database}, {factor} ×", *(str(found.memory[name]) for name in names)]
            for (database, factor), found in run.findings.items()
        ],
    )
    waits = {
        size: found.by_value for size, found in run.findings.items() if found.by_value
    }
    if waits:
        yield "## Datasette's list with a count for each value, asked once"
        yield table(
            ["data", "seconds"],
            [
                [f"{name}, {factor} ×", f"{s:.2f}"]
                for (name, factor), s in waits.items()
            ],
        )
    yield "## Mechanisms that they find"
    yield table(
        [
            "data",
            "question",
            *next(iter(next(iter(run.findings.values())).counts.values())),
        ],
        [
            [f"{database}, {factor} ×", what, *map(str, numbers.values())]
            for (database, factor), found in run.findings.items()
            for what, numbers in found.counts.items()
        ],
    )


def databases(run: Run) -> list[str]:
    return list(dict.fromkeys(database for database, _factor in run.findings))


def of_database(run: Run, database: str) -> dict[int, Findings]:
    return {
        factor: found
        for (name, factor), found in run.findings.items()
        if name == database
    }


def growth(least: Findings, most: Findings, page: str) -> float:
    return most.pages[page].median_ms / least.pages[page].median_ms


def aims(run: Run) -> str:
    return table(
        ["aim", *databases(run)],
        [
            [aim, *(said(of_database(run, database)) for database in databases(run))]
            for aim, said in AIMS.items()
        ],
    )


Sizes = dict[int, Findings]

NOT_MEASURED = "not measured"


def at_least(needed: float, pages: Iterable[str], one: str, other: str, *factors: int):
    """Return what says whether a ratio is reached for each of the pages and sizes."""

    def said(sizes: Sizes) -> str:
        ratios = [
            (found.ratio(page, one, other), f"{page}, {factor} ×")
            for factor, found in sizes.items()
            if not factors or factor in factors
            for page in pages
        ]
        known = [(ratio, where) for ratio, where in ratios if ratio is not None]
        return judged(needed, *min(known)) if known else NOT_MEASURED

    return said


def judged(needed: float, measured: float, where: str) -> str:
    """Say of the worst whether it is as much as is needed."""
    verdict = (
        "reached"
        if measured >= needed
        else f"missed by {100 * (1 - measured / needed):.0f} %"
    )
    return f"{verdict}: {measured:.2f} ({where})"


def bounded(bound: float, measured: list[tuple[float, str]], what: str = "") -> str:
    """Say whether the most is within a bound, and how many are not."""
    if not measured:
        return NOT_MEASURED
    most, where = max(measured)
    beyond = sum(one > bound for one, _where in measured)
    verdict = (
        f"missed by {100 * (most / bound - 1):.0f} %, {beyond} of {len(measured)}"
        if beyond
        else "reached"
    )
    return f"{verdict}: {most:.3g}{what} ({where})"


def growths(sizes: Sizes) -> str:
    if len(sizes) < 2:
        return NOT_MEASURED
    least, most = sizes[min(sizes)], sizes[max(sizes)]
    return bounded(3, [(growth(least, most, page), page) for page in least.pages])


def spreads(sizes: Sizes) -> str:
    timings = [
        (timing, f"{page}, {OFF}, {factor} ×")
        for factor, found in sizes.items()
        for page, timing in found.pages.items()
    ]
    timings += [
        (found.compared[page][name], f"{page}, {name}, {factor} ×")
        for factor, found in sizes.items()
        for page in found.compared
        for name in (ON, UNCHANGED)
    ]
    spread = [(one.percentile_95_ms / one.median_ms, where) for one, where in timings]
    return bounded(2, spread)


def queries(most: int, pages: Iterable[str]) -> Callable[[Sizes], str]:
    def said(sizes: Sizes) -> str:
        numbers = [
            (found.queries[page], f"{page}, {factor} ×")
            for factor, found in sizes.items()
            for page in pages
        ]
        return bounded(most, numbers)

    return said


def constant(sizes: Sizes) -> str:
    if len(sizes) < 2:
        return NOT_MEASURED
    first = next(iter(sizes.values())).queries
    differing = [
        page
        for page, number in first.items()
        if any(found.queries[page] != number for found in sizes.values())
    ]
    return f"missed: {', '.join(differing)}" if differing else "reached"


def memory(sizes: Sizes) -> str:
    most = [
        (found.memory[name], name)
        for factor, found in sizes.items()
        for name in (ON, OFF)
        if factor >= 100
    ]
    return bounded(400, most, " MB")


AIMS: dict[str, Callable[[Sizes], str]] = {
    "lists, cache off, at least 3 × Datasette at 1 ×": at_least(
        3, (LIST, SEARCH), OFF, DATASETTE, 1
    ),
    "lists, cache off, at least 8 × Datasette at 100 ×": at_least(
        8, (LIST, SEARCH), OFF, DATASETTE, 100
    ),
    "one record, cache off, at least 1 × Datasette": at_least(
        1, (RECORD,), OFF, DATASETTE
    ),
    "cache on at least 0.8 × the empty view": at_least(
        0.8, (LIST, SEARCH, RECORD), ON, EMPTY
    ),
    "304 at least 0.9 × the empty view": at_least(
        0.9, (LIST, SEARCH, RECORD), UNCHANGED, EMPTY
    ),
    "no page’s median grows by more than 3 ×": growths,
    "95th percentile at most 2 × the median": spreads,
    "queries of a page constant": constant,
    "at most 6 queries for a list": queries(6, LISTS),
    "at most 12 queries for a mechanism": queries(12, ["mechanism"]),
    "a process at 100 × at most 400 MB": memory,
}
