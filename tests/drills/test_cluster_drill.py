"""The drill of several machines: readers are served, and it would tell if not."""

import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.drills.cluster_drill import ACTS, wrong_with
from tests.drills.packages import missing
from tests.drills.programs import wait_until
from tests.drills.visitors import Phase, Record
from tests.serving import ROOT

needs_packages = pytest.mark.skipif(bool(missing()), reason=missing())

# It takes about a minute where nothing else runs.
LONGEST_DRILL = 600


@contextmanager
def drill(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Begin a drill, as `make cluster-drill` does; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.drills.cluster_drill", *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that PostgreSQL's own user finds the way through."""
    with tempfile.TemporaryDirectory(prefix="drills") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@needs_packages
@pytest.mark.attack("One machine after the other is lost")
def test_readers_are_served_whatever_machine_is_lost(folder):
    with drill("--seconds", "3", folder=folder) as process:
        said, _nothing = process.communicate(timeout=LONGEST_DRILL)

    assert process.returncode == 0, said
    for act in ACTS:
        assert f"\n{act.name} " in said
    assert said.endswith("No public page failed, and nothing published was lost.\n")
    assert left_over(folder) == []


@needs_packages
@pytest.mark.parametrize(
    ("there", "when"),
    [
        ("*/primary/data/base/1", "the making of a database"),
        # Last of all, the server's own, which the making of a database has not.
        ("*/primary/data/postmaster.opts", "the start of the server"),
        ("*/prepared/*", "the loading of the registry"),
    ],
)
def test_nothing_is_left_of_a_drill_that_is_interrupted(folder, there, when):
    with drill(folder=folder) as process:
        wait_until(lambda: bool(list(folder.glob(there))), when, seconds=300)
        process.send_signal(signal.SIGINT)
        said, _nothing = process.communicate(timeout=60)

    assert process.returncode == 130, said
    assert left_over(folder) == []


def left_over(folder: Path) -> list[str]:
    """Name files in a folder, and programs that were started with it."""
    found = [str(path) for path in folder.rglob("*")]
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = line.read_text(errors="replace")
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found


PAGE = "<li>Edition {}, published 1 May</li>"


@pytest.mark.parametrize(
    ("edition", "asked", "is_stale"),
    [(2, 11.0, True), (2, 9.0, False), (3, 11.0, False), (4, 11.0, False)],
)
def test_page_is_stale_if_a_newer_one_was_public_when_it_was_asked_for(
    edition, asked, is_stale
):
    record = Record()
    record.confirmed["puebla"] = (3, 10.0)

    assert record.is_stale("puebla", PAGE.format(edition), asked) is is_stale


@pytest.mark.parametrize(
    "seen",
    [
        {"failures": Counter({"/: HTTP 503": 1})},
        {"failures_of_staff": Counter({"/admin/: HTTP 500": 2})},
        {"told_read_only": 1},
        {"requests": 0},
        {"published": 0},
    ],
)
def test_drill_tells_what_went_wrong(seen):
    well = {"name": "all are there", "requests": 9, "published": 1}

    assert wrong_with(Phase(**well), ACTS[0]) == []
    assert len(wrong_with(Phase(**well | seen), ACTS[0])) == 1
