"""A killed process, a full disk, a file cut off: the database stays as it was."""

import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from profiles.models import AlternativeValue, Profile
from surveys.models import (
    ImportedChange,
    PersonalDetails,
    Submission,
    SurveyImport,
)
from tests.serving import ROOT, environment_of
from tests.surveys.export_files import kobo_csv
from tests.surveys.rounds_of_mechanisms import (
    COLUMNS,
    answers,
    bring_in,
    export,
    make_published,
    make_world,
    registry,
)

on_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="is about SQLite's files"
)
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs a server's locks"
)
PATIENCE = 60


@pytest.fixture
def world(tmp_path):
    """A registry that other processes see too, and an import with many rows."""
    make_world()
    make_published(established=None)
    rows = [
        answers("rcm" if n == 0 else "nobody", evolution_text=f"{n} {'long ' * 600}")
        for n in range(1000)
    ]
    (tmp_path / "export.xlsx").write_bytes(export(*rows))
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(_file(tmp_path))])
        with closing(sqlite3.connect(_file(tmp_path))) as database:
            database.execute("PRAGMA journal_mode=WAL")
    return tmp_path


def _file(folder: Path) -> Path:
    return folder / "registry.sqlite3"


def contents(folder: Path) -> dict[str, list]:
    """Return every row of every table."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(_file(folder))) as database:
            ask = database.execute
            names = ask("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {
                name: sorted(map(repr, ask(f'SELECT * FROM "{name}"')))  # noqa: S608
                for (name,) in names.fetchall()
            }
    with connection.cursor() as cursor:
        found = {}
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608
            found[name] = sorted(map(repr, cursor.fetchall()))
    return found


@contextmanager
def importing(folder: Path, settings: str = "tests.settings", limit=None, **more: str):
    """Start `import_survey` as a process of its own."""
    process = subprocess.Popen(
        [
            *(sys.executable, "manage.py", "import_survey", folder / "export.xlsx"),
            *("--round=2019", "--allow-open-questions"),
        ],
        cwd=ROOT,
        env=environment_of(folder, settings, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until(happens: Callable[[], bool], process) -> None:
    ends = time.monotonic() + PATIENCE
    while not happens():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < ends
        time.sleep(0.002)


def kill(process) -> None:
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


def succeeds(folder: Path) -> None:
    with importing(folder) as process:
        said, problems = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, problems[-2000:]
    assert "Applied as import" in said


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_killed_while_it_writes_leaves_sqlite_as_before(world):
    before = contents(world)
    log = Path(f"{_file(world)}-wal")

    with importing(world) as process:
        # It has begun to write, and has most of it still to write.
        wait_until(lambda: log.exists() and log.stat().st_size > 500_000, process)
        kill(process)

    assert log.stat().st_size > 500_000
    assert contents(world) == before
    succeeds(world)
    written = contents(world)
    assert len(written["surveys_submission"]) == 1000
    assert len(written["surveys_personaldetails"]) == 1000


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_killed_at_its_last_step_leaves_postgresql_as_before(world):
    before = contents(world)
    # Submissions and drafts are written by then, in a transaction that stays open.
    with _nobody_writes("surveys_importedchange") as is_waited_for:
        with importing(world) as process:
            wait_until(is_waited_for, process)
            kill(process)
        assert contents(world) == before
    _wait_until_the_server_noticed()

    assert contents(world) == before
    succeeds(world)
    assert Submission.objects.count() == 1000
    assert PersonalDetails.objects.count() == 1000
    assert Profile.objects.open().get().established == 1996


@contextmanager
def _nobody_writes(table: str):
    """Lock a table against writers; give the question whether one waits."""
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f'LOCK TABLE "{table}" IN SHARE MODE')
        with connection.cursor() as asking:

            def is_waited_for() -> bool:
                asking.execute(
                    "SELECT count(*) FROM pg_locks JOIN pg_class ON relation = "
                    "pg_class.oid WHERE relname = %s AND NOT granted",
                    [table],
                )
                return asking.fetchone()[0] > 0

            yield is_waited_for
        with other.cursor() as cursor:
            cursor.execute("ROLLBACK")
    finally:
        other.close()


def _wait_until_the_server_noticed() -> None:
    ends = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                "current_database() AND state = 'active' AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(0.01)
    raise AssertionError


def no_larger_file(size: int):
    def limit():
        # Python ignores the signal that comes with it: writing fails instead.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@on_sqlite
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("room", ["none", "for half of it"])
def test_full_disk_is_told_and_leaves_the_database_as_before(world, room):
    pages = _pages(world)
    before = contents(world)
    more = {"none": 4, "for half of it": 900}[room]

    with importing(
        world, "tests.settings_for_a_full_disk", MOST_PAGES=str(pages + more)
    ) as process:
        _said, problems = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert "The database could not write it: database or disk is full" in problems
    assert "Nothing was written." in problems
    assert "Traceback" not in problems
    assert contents(world) == before


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_file_that_may_not_grow_is_told_and_leaves_the_database_as_before(world):
    before = contents(world)
    size = _file(world).stat().st_size

    with importing(world, limit=no_larger_file(size + 200_000)) as process:
        _said, problems = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert "The database could not write it" in problems
    assert "Traceback" not in problems
    assert contents(world) == before


def _pages(folder: Path) -> int:
    with closing(sqlite3.connect(_file(folder))) as database:
        return database.execute("PRAGMA page_count").fetchone()[0]


@pytest.mark.no_cover
@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_file_cut_off_anywhere_never_brings_half_a_submission(tmp_path, kind):
    make_world()
    make_published()
    rows = [answers(founded=1996), answers("nobody", evolution_text="It ends here.")]
    content = export(*rows) if kind == "xlsx" else kobo_csv(COLUMNS, rows)
    file = tmp_path / f"export.{kind}"
    whole = _answers_of(file, content)
    before = registry()

    for cut in range(0, len(content), max(len(content) // 40, 1)):
        found = _answers_of(file, content[:cut])
        assert all(answer in whole for answer in found), cut

    assert registry() == before


def _answers_of(file: Path, content: bytes) -> list:
    """Import a file and return the answers that it brought; then take all back."""
    file.write_bytes(content)
    with transaction.atomic():
        try:
            call_command(
                "import_survey",
                str(file),
                "--round=2019",
                "--allow-open-questions",
                stdout=_Nowhere(),
                stderr=_Nowhere(),
            )
        except CommandError:
            assert not SurveyImport.objects.exists()
        found = list(Submission.objects.values_list("answers", flat=True))
        transaction.set_rollback(True)
    return found


class _Nowhere:
    def write(self, text):
        pass


@pytest.mark.attack("An import holds up a staff save")
@pytest.mark.django_db
def test_import_writes_no_more_often_for_more_submissions():
    """While it writes, SQLite lets nobody else save: rows go in many at once."""
    round = make_world()
    for number in range(24):
        make_published(f"m{number}")
    said_nothing = dict.fromkeys(
        ["founded", "themes_now", "evolution_text", "has_secretariat", "members"], ""
    )

    def writes(numbers):
        rows = [answers(f"m{number}", **said_nothing) for number in numbers]
        with CaptureQueriesContext(connection) as asked:
            bring_in(export(*rows), round)
        return [q["sql"] for q in asked if not q["sql"].startswith("SELECT")]

    few, many = len(writes(range(4))), len(writes(range(4, 24)))
    assert many <= few + 2


@pytest.mark.attack("An import holds up a staff save")
@pytest.mark.django_db(transaction=True)
def test_import_makes_its_records_before_it_opens_a_transaction():
    """To make a record takes Django many times as long as the database to store it."""
    round = make_world()
    make_published(established=1990)
    rows = [answers(founded=1910 + n, members="CRI PAN USA") for n in range(50)]
    made: Counter[type] = Counter()

    def count(sender, **kwargs):
        made[sender] += connection.in_atomic_block

    post_init.connect(count)
    try:
        bring_in(export(*rows), round)
    finally:
        post_init.disconnect(count)

    stored = (Submission, PersonalDetails, AlternativeValue, ImportedChange, LogEntry)
    assert all(model.objects.count() >= 50 for model in stored)
    assert sum(made[model] for model in stored) < 25
