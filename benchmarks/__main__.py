"""Measures pages beside Datasette, an empty view and files from disk, in one run.

    make bench                                   1 and 100 times the data, short rounds
    make bench BENCH_ARGS="--factors 1 20 100 --seconds 5 --write"

Every server runs on this machine at the same time, and is asked in turn, round by
round, so a ratio holds however busy the machine is. The registry is served as in
production, twice: with the page cache, as a reader meets it, and without, to see what a
page itself costs. Datasette serves the same facts, as SQLite, from a virtual
environment that is made under var/. What is not installed is left out and said. Nothing
else of the real `var/` is touched.

PostgreSQL is measured in a database made for it. What DATABASE_URL names is left alone.
"""

import argparse
import contextlib
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.load import Question, Timing, answer, ask, first_answer, warm_up
from benchmarks.report import (
    DATASETTE,
    DISK,
    EMPTY,
    LIST,
    OFF,
    ON,
    RECORD,
    SEARCH,
    TWO_DATASETTES,
    UNCHANGED,
    Findings,
    Run,
    conditions,
    written,
)
from benchmarks.servers import (
    DATABASES,
    ROOT,
    Server,
    database_of,
    datasette,
    datasette_in,
    environment_of,
    gunicorn,
    nginx,
    run_module,
)

Contenders = dict[str, tuple[Server, dict[str, list[Question]]]]
"""Servers by name, each with what it is asked for each page."""

WORD = "labour"
TABLE = "/registry/mechanisms"
WITH_SEVERAL = (
    "region",
    "state",
    "theme",
    "partner",
    "level",
    "objective",
    "association",
    "secretariat",
)
"""Facets in which a mechanism may have several values."""
SAME_QUESTIONS = {
    "mechanisms": ("/mechanisms/", "?"),
    "active in Africa": (
        "/mechanisms/?region=africa&status=active",
        "?region__arraycontains=Africa&status=Active&",
    ),
    f"with “{WORD}”": (f"/mechanisms/?q={WORD}", f"?_search={WORD}&"),
}
"""Questions to the registry and to Datasette, by what they ask for."""
SEARCHED = f"with “{WORD}”"


def main() -> None:
    options = arguments()
    # Whoever ends the run ends the servers with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    run = Run(conditions(), options)
    with tempfile.TemporaryDirectory(prefix="iscm-bench-") as whole:
        for database in options.databases:
            folder = Path(whole, database)
            folder.mkdir()
            with (
                run.where_available(database),
                database_of(database) as variables,
            ):
                environment = environment_of(folder, **variables)
                measure_sizes(database, folder, environment, run)
    report = written(run)
    print(f"\n{report}")
    if options.write:
        path = ROOT / "benchmarks" / "results" / f"{run.conditions['date']}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(report)
        print(f"Written to {path.relative_to(ROOT)}")
    if run.failed:
        sys.exit(1)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--factors", type=int, nargs="+", default=[1, 100])
    parser.add_argument(
        "--databases",
        nargs="+",
        default=DATABASES,
        choices=DATABASES,
    )
    parser.add_argument("--seconds", type=float, default=1, help="of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--readers", type=int, default=8, help="at the same time")
    parser.add_argument(
        "--offline", action="store_true", help="leave out what is not installed"
    )
    parser.add_argument(
        "--write", action="store_true", help="into benchmarks/results/, by its date"
    )
    return parser.parse_args()


def measure_sizes(
    database: str, folder: Path, environment: Mapping[str, str], run: Run
) -> None:
    # From small to large: emptying a small database takes less time.
    for factor in sorted(run.options.factors):
        start = time.perf_counter()
        print(f"{database}: preparing {factor} × the data …", flush=True)
        try:
            run.findings[database, factor] = measure_size(
                factor, folder, environment, run
            )
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            # What was measured before is still worth knowing.
            run.failed = True
            run.leave_out(f"{database}, {factor} ×", error)
        print(f"  done after {time.perf_counter() - start:.0f} s", flush=True)


def measure_size(
    factor: int, folder: Path, environment: Mapping[str, str], run: Run
) -> Findings:
    run_module(environment, "benchmarks.prepare", str(factor))
    facts = folder.parent / f"facts-{factor}"
    if not facts.exists():
        # The same for every database.
        facts.mkdir()
        run_module(environment, "benchmarks.facts_as_sqlite", str(facts))
    plan = json.loads((folder / "plan.json").read_text())
    run.conditions[folder.name] = plan["database"]
    print("  prepared; measuring …", flush=True)
    with contextlib.ExitStack() as serving:
        contenders = start_all(serving, facts, environment, plan["records"], run)
        return measure(contenders, plan, run.options)


def start_all(
    serving: contextlib.ExitStack,
    folder: Path,
    environment: Mapping[str, str],
    records: list[str],
    run: Run,
) -> Contenders:
    """Start what there is here; note what there is not."""
    off = serving.enter_context(gunicorn({**environment, "CACHE_URL": "off"}))
    on = serving.enter_context(gunicorn({**environment, "CACHE_URL": ""}))
    ours = {
        LIST: [Question("/mechanisms/")],
        SEARCH: [Question(f"/mechanisms/?q={WORD}")],
        RECORD: [Question(f"/mechanisms/{slug}/") for slug in records],
    }
    for asked in ours.values():
        first_answer(off.port, asked[0])
    known = {page: first_answer(on.port, asked[0]) for page, asked in ours.items()}
    contenders: Contenders = {
        OFF: (off, ours),
        ON: (on, ours),
        UNCHANGED: (
            on,
            {page: [held(on, one) for one in asked] for page, asked in ours.items()},
        ),
    }
    empty = serving.enter_context(
        gunicorn(
            environment,
            "benchmarks.empty_view:application()",
            "python:benchmarks.empty_view",
        )
    )
    contenders[EMPTY] = (
        empty,
        {page: [Question(f"/{len(one.body)}/")] for page, one in known.items()},
    )
    files = {f"page-{place}": one.body for place, one in enumerate(known.values())}
    with run.where_available(DISK):
        disk = serving.enter_context(nginx(folder, files))
        named = zip(ours, files, strict=True)
        contenders[DISK] = (disk, {page: [Question(f"/{n}")] for page, n in named})
    with run.where_available(DATASETTE):
        python = datasette_in(ROOT / "var" / "datasette", offline=run.options.offline)
        theirs = {
            LIST: [Question(TABLE)],
            SEARCH: [Question(f"{TABLE}?_search={WORD}")],
            RECORD: [Question(f"{TABLE}/{slug}") for slug in records],
        }
        for name, processes in ((DATASETTE, 1), (TWO_DATASETTES, 2)):
            server = serving.enter_context(
                datasette(python, folder, processes=processes)
            )
            contenders[name] = (server, theirs)
    return contenders


def held(server: Server, question: Question) -> Question:
    """Return the question of a browser that holds the page."""
    tag = answer(server.port, question).headers["ETag"]
    headers = {**question.headers, "If-None-Match": tag}
    return Question(question.path, headers, status=304)


def measure(
    contenders: Contenders, plan: dict, options: argparse.Namespace
) -> Findings:
    readers, seconds = options.readers, options.seconds
    for name, (server, questions) in contenders.items():
        for asked in questions.values():
            # A cache has to know all of the pages.
            whole = name in (ON, UNCHANGED)
            warm_up(server.port, asked if whole else asked[:1], readers=readers)
    compared: dict[str, dict[str, Timing]] = {}
    for page in (LIST, SEARCH, RECORD):
        rounds: dict[str, list[Timing]] = {name: [] for name in contenders}
        for _ in range(options.rounds):
            for name, (server, questions) in contenders.items():
                timing = ask(
                    server.port, questions[page], readers=readers, seconds=seconds
                )
                rounds[name].append(timing)
        compared[page] = {name: middle(timings) for name, timings in rounds.items()}
    off, on = contenders[OFF][0], contenders[ON][0]
    pages = {}
    for name, path in plan["pages"].items():
        warm_up(off.port, [Question(path)], readers=readers)
        pages[name] = ask(off.port, [Question(path)], readers=readers, seconds=seconds)
        answer(on.port, Question(path))
    return Findings(
        compared=compared,
        pages=pages,
        queries=plan["queries"],
        memory={
            name: contenders[name][0].memory()
            for name in (ON, OFF, DATASETTE, EMPTY)
            if name in contenders
        },
        counts=counts(contenders),
        by_value=time_by_value(contenders),
    )


def time_by_value(contenders: Contenders) -> float | None:
    """Return the seconds that one reader waits for Datasette's list when each value of
    a record is counted; None without Datasette."""
    if DATASETTE not in contenders:
        return None
    facets = "&".join(f"_facet_array={name}" for name in WITH_SEVERAL)
    start = time.perf_counter()
    answer(contenders[DATASETTE][0].port, Question(f"{TABLE}?{facets}"))
    return time.perf_counter() - start


def middle(timings: list[Timing]) -> Timing:
    """Return the medians of rounds."""
    return Timing(
        sum(one.requests for one in timings),
        median(one.per_second for one in timings),
        median(one.median_ms for one in timings),
        median(one.percentile_95_ms for one in timings),
    )


def counts(contenders: Contenders) -> dict[str, dict[str, int]]:
    """Return how many mechanisms each server finds; raise RuntimeError where those that
    answer the same question by the same facts differ.

    Words are another matter: each search has its own idea of what a word finds.
    """
    found = {
        what: {
            name: number_found(contenders[name][0].port, name, ours, theirs)
            for name in (OFF, ON, DATASETTE, TWO_DATASETTES)
            if name in contenders
        }
        for what, (ours, theirs) in SAME_QUESTIONS.items()
    }
    for what, numbers in found.items():
        if what != SEARCHED and len({*numbers.values()}) > 1:
            raise RuntimeError(f"Mechanisms {what}: {numbers}")
    return found


def number_found(port: int, name: str, ours: str, theirs: str) -> int:
    if name in (OFF, ON):
        page = answer(port, Question(ours, headers={})).body.decode()
        number = re.search(r'id="result-count"[^>]*>\s*(\d+)', page)
        assert number, f"{ours} does not say how many there are."  # noqa: S101
        return int(number[1])
    page = answer(port, Question(f"{TABLE}.json{theirs}_size=0")).body
    return json.loads(page)["filtered_table_rows_count"]


if __name__ == "__main__":
    main()
