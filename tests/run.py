"""Runs all tests, part by part, and says at the end what ran and what did not.

Started by `make test`. A part is the tests on one database, those in a browser, or
those that kill one machine of several after the other.
A part that cannot run here is named in the last lines with what would enable it;
with REQUIRE_ALL=1 that is a failure. PYTEST_ARGS is passed on to pytest.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.drills.packages import missing

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "var" / "tests"
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
# pytest's exit status when no test matches what was asked for.
NOTHING_COLLECTED = 5


@dataclass
class Part:
    """One part of the tests and how it went."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0
    status: int = 0
    # Why it did not run, and the command that would enable it.
    not_run: str = ""

    @property
    def outcome(self) -> str:
        if self.not_run:
            return "not run"
        return "failed" if self.status or self.failed else "passed"

    def read(self, report: Path) -> None:
        """Take the counts from the report that pytest left."""
        if not report.exists():
            # pytest did not come as far as a report, nor may that look like success.
            self.status = self.status or 1
            return
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 - written by pytest a moment ago
            broken = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            self.failed += broken
            self.skipped += skipped
            self.passed += int(suite.get("tests", 0)) - broken - skipped

    def line(self) -> str:
        if self.not_run:
            return f"{self.name:<12}not run  {self.not_run}"
        counts = f"{self.passed} passed, {self.failed} failed"
        if self.skipped:
            counts += f", {self.skipped} skipped"
        if self.status and not self.failed:
            counts += f", pytest ended with status {self.status}"
        return f"{self.name:<12}{self.outcome:<9}{counts}, {self.seconds:.0f} s"


def closing_lines(
    parts: list[Part],
    covered: float | None,
    needed: float,
    *,
    whole: bool,
    require_all: bool,
) -> tuple[list[str], int]:
    """The last lines of the output, and the exit status that they mean.

    `whole` says that no test was left out on purpose: only then does the coverage
    prove anything.
    """
    lines = [part.line() for part in parts]
    failing = any(part.outcome == "failed" for part in parts)
    if require_all and any(part.not_run for part in parts):
        lines.append("REQUIRE_ALL is set: a part that did not run is a failure.")
        failing = True
    if covered is None:
        lines.append(f"{'Coverage':<12}not measured")
    elif whole:
        outcome = "passed" if covered >= needed else "failed"
        lines.append(
            f"{'Coverage':<12}{outcome:<9}{covered:.2f} % of our lines, "
            f"{needed:g} % needed"
        )
        failing = failing or covered < needed
    else:
        lines.append(
            f"{'Coverage':<12}{covered:.2f} % of our lines, by a part of the tests only"
        )
    passed, failed, skipped = (
        sum(getattr(part, count) for part in parts)
        for count in ("passed", "failed", "skipped")
    )
    total = f"{passed} passed, {failed} failed"
    lines.append(f"{total}, {skipped} skipped" if skipped else total)
    return lines, int(failing)


def wait_for(process: subprocess.Popen) -> int:
    """Let a process come to its end, which it also reaches after Ctrl-C.

    It has got the same Ctrl-C from the terminal, and a throw-away PostgreSQL needs its
    seconds to go away.
    """
    interrupted = False
    while True:
        try:
            status = process.wait()
        except KeyboardInterrupt:
            interrupted = True
        else:
            if interrupted:
                raise KeyboardInterrupt
            return status


def environment_for(**more: str) -> dict[str, str]:
    """What pytest is started with: never the database that somebody works in."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "TEST_DATABASE_URL", "DEMO", "DEBUG")
    }
    return environment | more


def pytest_command(part: str, *arguments: str) -> list[str]:
    return [
        *(sys.executable, "-m", "pytest", *arguments),
        f"--junitxml={REPORTS / part}.xml",
        *shlex.split(os.environ.get("PYTEST_ARGS", "")),
    ]


def run(part: Part, key: str, command: list[str], environment: dict[str, str]) -> None:
    print(f"\n=== {part.name} ===", flush=True)
    started = time.monotonic()
    part.status = wait_for(subprocess.Popen(command, cwd=ROOT, env=environment))
    part.seconds = time.monotonic() - started
    if part.status == NOTHING_COLLECTED and os.environ.get("PYTEST_ARGS"):
        part.status = 0
    part.read(REPORTS / f"{key}.xml")


def in_parallel(*sharing: str) -> list[str]:
    workers = os.environ.get("TEST_WORKERS") or str(min(2, os.cpu_count() or 1))
    return ["-n", workers, *sharing]


# A worker without work takes some from the other.
TEST_BY_TEST = ["--dist", "worksteal"]
# The tests of a file share servers. The files keep their order.
FILE_BY_FILE = ["--dist", "loadfile", "--no-loadscope-reorder"]
OF_OTHER_PARTS = ["--ignore=tests/browser", "--ignore=tests/drills"]


def on_sqlite() -> Part:
    """Run on SQLite, and see which of our lines run.

    To see it takes half as long again, and nearly all that runs on PostgreSQL or for
    a browser runs here too. Tests marked `no_cover` are not watched: they walk many
    pages, or try many texts, along lines that other tests show one by one. So the
    lines that run are at least those that are counted.
    """
    part = Part("SQLite")
    measured = ["--cov", "--cov-report=", "--cov-fail-under=0"]
    command = pytest_command(
        "sqlite", *in_parallel(*TEST_BY_TEST), *measured, *OF_OTHER_PARTS
    )
    kept = str(REPORTS / ".coverage.sqlite")
    run(part, "sqlite", command, environment_for(COVERAGE_FILE=kept))
    return part


def on_postgresql() -> Part:
    """Run what asks for the database.

    A test that does not, by mark or by fixture, cannot reach it: pytest-django and
    `environment_of` refuse it. What such a test serves or starts has an SQLite file of
    its own, so once is enough, on SQLite. A test that asks and yet ends alike on every
    database is left out here only if it is marked `any_database` and says why.
    """
    part = Part("PostgreSQL")
    command = pytest_command(
        "postgresql",
        *in_parallel(*TEST_BY_TEST),
        *OF_OTHER_PARTS,
        "--needing-database",
    )
    environment = environment_for()
    if url := os.environ.get("TEST_DATABASE_URL"):
        if not url.startswith(("postgres://", "postgresql://")):
            part.not_run = "TEST_DATABASE_URL must begin with postgres://"
            return part
        run(part, "postgresql", command, environment | {"DATABASE_URL": url})
        return part
    servers = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not shutil.which("pg_virtualenv") or not servers:
        part.not_run = (
            "PostgreSQL is not installed. Debian: apt install postgresql; elsewhere: "
            "TEST_DATABASE_URL=postgres://user:password@host/database make test"
        )
        return part
    # The shell keeps pytest's exit status to itself: pg_virtualenv answers a failure
    # with the server's log, which buries the failing test.
    kept = REPORTS / "postgresql.status"
    in_cluster = (
        # After a Ctrl-C pg_virtualenv cleans up and, all the same, goes on.
        '[ -d "$PGSYSCONFDIR" ] || exit 130; '
        'DATABASE_URL="postgres://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/postgres"; '
        'export DATABASE_URL; kept=$1; shift; "$@"; echo $? > "$kept"'
    )
    cluster = [
        *("pg_virtualenv", "-t", "-c", "--encoding=UTF8 --locale=C.UTF-8"),
        *("-o", "synchronous_commit=off", "-o", "full_page_writes=off"),
        *("sh", "-c", in_cluster, "sh", str(kept)),
    ]
    run(part, "postgresql", cluster + command, environment)
    if kept.exists():
        part.status = part.status or int(kept.read_text())
        if part.status == NOTHING_COLLECTED and os.environ.get("PYTEST_ARGS"):
            part.status = 0
    return part


def in_browser() -> Part:
    """Run in browsers, each with a server of its own.

    A test mostly waits: for the browser, which waits for the server.
    """
    part = Part("Browser")
    command, environment = browser_command(part)
    if not part.not_run:
        run(part, "browser", command, environment)
    return part


def browser_command(part: Part) -> tuple[list[str], dict[str, str]]:
    """Return the command and its environment, or say in the part why it cannot run."""
    if named := os.environ.get("CHROMIUM"):
        browser = shutil.which(named)
        if not browser:
            part.not_run = f"CHROMIUM names {named}, which is not a program here"
            return [], {}
    else:
        browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        part.not_run = (
            "Chromium is not installed. Debian: apt install chromium; elsewhere: "
            "CHROMIUM=/path/to/chromium make test"
        )
        return [], {}
    command = pytest_command("browser", *in_parallel(*FILE_BY_FILE), "tests/browser")
    return command, environment_for(CHROMIUM=browser)


def with_several_machines() -> Part:
    """Run the drills one by one: each keeps both processors busy."""
    part = Part("Drills")
    if lacking := missing():
        part.not_run = f"Programs are not installed. {lacking}"
        return part
    run(part, "drills", pytest_command("drills", "tests/drills"), environment_for())
    return part


def coverage_of(whole: bool) -> float | None:
    """Put the measurements together, show what is missing, give the total."""
    environment = environment_for(COVERAGE_FILE=str(REPORTS / ".coverage"))

    def coverage(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "coverage", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )

    combined = coverage("combine", "--quiet", str(REPORTS))
    if combined.returncode:
        print(combined.stdout + combined.stderr)
        return None
    if whole:
        missing = coverage("report", "--fail-under=0").stdout
        print(f"\n=== Lines that no test on SQLite ran ===\n{missing}")
    total = coverage("report", "--format=total", "--precision=2", "--fail-under=0")
    return float(total.stdout) if total.returncode == 0 else None


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    whole = not os.environ.get("PYTEST_ARGS")
    try:
        parts = [on_sqlite(), on_postgresql(), in_browser(), with_several_machines()]
        covered = coverage_of(whole)
    except KeyboardInterrupt:
        print("\nInterrupted: the tests did not run to their end.", file=sys.stderr)
        return 130
    lines, status = closing_lines(
        parts,
        covered,
        settings["tool"]["coverage"]["report"]["fail_under"],
        whole=whole,
        require_all=os.environ.get("REQUIRE_ALL", "") not in ("", "0"),
    )
    print("\n=== Summary ===", *lines, sep="\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
