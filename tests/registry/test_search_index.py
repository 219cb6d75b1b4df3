"""The index as files: several processes, crashes, damage, places that are read-only."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import connection

from iscm_registry import revision, search
from iscm_registry.search import index
from tests import factories as make
from tests.serving import environment_of, gunicorn, python_process

ROOT = Path(__file__).parents[2]


def folder(settings) -> Path:
    return Path(settings.VAR_DIR) / "search"


def indexes(settings) -> list[str]:
    return sorted(path.name for path in folder(settings).iterdir() if path.is_dir())


def found(word):
    return [hit.title for hit in search.find(word).hits]


@pytest.mark.django_db
def test_what_is_published_is_found_by_the_next_search(settings):
    make.make_profile(name="Alpha")
    assert found("alpha") == ["Alpha"]

    make.make_profile(name="Alpha again")

    assert found("alpha") == ["Alpha", "Alpha again"]
    assert indexes(settings) == [str(revision.current())]


@pytest.mark.django_db
def test_index_is_built_once_for_a_revision(settings):
    make.make_profile(name="Alpha")
    found("alpha")
    opened = index.current()

    found("alpha")

    assert index.current() is opened


@pytest.mark.django_db
def test_another_process_opens_the_index_without_building_it(settings, monkeypatch):
    make.make_profile(name="Alpha")
    search.build_index()
    # As a process that has just started: nothing is open.
    monkeypatch.setattr(index, "_open", None)
    stamp = index._stamp(folder(settings) / str(revision.current()))

    assert found("alpha") == ["Alpha"]
    assert index._stamp(folder(settings) / str(revision.current())) == stamp


@pytest.mark.django_db
def test_building_again_replaces_the_index_of_the_same_revision(settings):
    profile = make.make_profile(name="Alpha")
    assert search.build_index() == 1
    # As after a restored database that has the same number by chance.
    type(profile).objects.filter(pk=profile.pk).update(name_en="Restored")

    search.build_index()

    assert found("restored") == ["Restored"]
    assert indexes(settings) == [str(revision.current())]


@pytest.mark.django_db
def test_index_that_was_deleted_is_built_anew(settings):
    make.make_profile(name="Alpha")
    found("alpha")
    for path in sorted(folder(settings).rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()

    assert found("alpha") == ["Alpha"]


def damage_by_shortening(path):
    largest = max(path.iterdir(), key=lambda file: file.stat().st_size)
    os.truncate(largest, largest.stat().st_size // 2)


def damage_by_flipping(path):
    # In the lists of words and places, which are not looked at when opened.
    for file in path.glob("*.idx"):
        content = bytearray(file.read_bytes())
        content[0] ^= 0xFF
        file.write_bytes(content)


def damage_by_removing_a_file(path):
    next(path.glob("*.term")).unlink()


def damage_by_removing_the_manifest(path):
    (path / "manifest.json").unlink()


def damage_by_emptying_the_manifest(path):
    (path / "manifest.json").write_text("{}")


def damage_by_another_format(path):
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps({**manifest, "format": 0}))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "damage",
    [
        damage_by_shortening,
        damage_by_flipping,
        damage_by_removing_a_file,
        damage_by_removing_the_manifest,
        damage_by_emptying_the_manifest,
        damage_by_another_format,
    ],
)
def test_damaged_index_is_built_anew(settings, monkeypatch, caplog, damage):
    make.make_profile(name="Alpha")
    search.build_index()
    monkeypatch.setattr(index, "_open", None)
    damage(folder(settings) / str(revision.current()))

    assert found("alpha") == ["Alpha"]
    assert "is built anew" in caplog.text
    monkeypatch.setattr(index, "_open", None)
    caplog.clear()
    assert found("alpha") == ["Alpha"]
    assert caplog.text == ""


@pytest.mark.django_db
def test_failure_while_building_leaves_the_old_index(settings, monkeypatch):
    make.make_profile(name="Alpha")
    search.build_index()
    before = indexes(settings)
    make.make_profile(name="Beta")

    def fail(*args):
        raise MemoryError

    monkeypatch.setattr(index, "_write_manifest", fail)
    with pytest.raises(MemoryError):
        search.build_index()

    assert indexes(settings) == before
    monkeypatch.undo()


@pytest.mark.django_db
def test_what_a_crash_left_is_removed(settings):
    folder(settings).mkdir()
    (folder(settings) / ".building-crashed").mkdir()
    (folder(settings) / ".old-crashed").mkdir()
    (folder(settings) / "0").mkdir()
    make.make_profile(name="Alpha")

    found("alpha")

    assert indexes(settings) == [str(revision.current())]


@pytest.mark.django_db
def test_where_nothing_can_be_written_the_search_works_and_the_log_says_why(
    settings, caplog
):
    folder(settings).write_text("a file where the folder should be")
    make.make_profile(name="Alpha")

    assert found("alpha") == ["Alpha"]
    assert "Make the folder writable" in caplog.text
    caplog.clear()
    assert found("alpha") == ["Alpha"]
    assert caplog.text == ""  # said once for each revision, not at each search
    make.make_profile(name="Alpha again")
    assert found("alpha") == ["Alpha", "Alpha again"]
    with pytest.raises(OSError, match="search"):
        search.build_index()


@pytest.mark.django_db
def test_publication_while_the_registry_is_read_is_part_of_the_index(monkeypatch):
    make.make_profile(name="Alpha")
    draft = make.make_full_draft(name="Alpha in between")
    read = index.published_documents
    late = [draft]

    def publish_meanwhile():
        documents = read()
        while late:
            make.publish(late.pop())
        return documents

    monkeypatch.setattr(index, "published_documents", publish_meanwhile)

    assert found("alpha")[:2] == ["Alpha", "Alpha in between"]
    assert index.current().revision == revision.current()


@pytest.mark.django_db
def test_fact_of_an_edition_published_in_between_makes_the_registry_be_read_again(
    monkeypatch,
):
    make.make_profile(name="Alpha")
    draft = make.make_full_draft(name="Alpha in between")
    documents = index.published_documents.__globals__
    read_mechanisms = documents["_Registry"]._read_mechanisms
    late = [draft]

    def publish_meanwhile(registry):
        read_mechanisms(registry)
        while late:
            make.publish(late.pop())

    monkeypatch.setattr(documents["_Registry"], "_read_mechanisms", publish_meanwhile)

    assert found("alpha")[:2] == ["Alpha", "Alpha in between"]


@pytest.mark.django_db
def test_registry_that_never_rests_is_indexed_under_the_revision_from_before(
    monkeypatch,
):
    make.make_profile(name="Alpha")
    read = index.published_documents

    def publish_meanwhile():
        documents = read()
        revision.advance()
        return documents

    monkeypatch.setattr(index, "published_documents", publish_meanwhile)

    assert found("alpha") == ["Alpha"]
    assert index.current().revision != revision.current()


@pytest.mark.django_db
def test_old_index_can_be_read_until_the_new_one_is_there(settings):
    make.make_profile(name="Alpha", note="marker")
    old = index.current()
    make.make_profile(name="Beta")
    new = index.current()

    # Its files are gone, yet a request that holds it can end its work.
    assert indexes(settings) == [str(new.revision)]
    assert old.searcher.num_docs == 1
    address = old.searcher.search(index.tantivy.Query.all_query()).hits[0][1]
    assert old.passages(address)[0].text == "marker"


@pytest.mark.django_db(transaction=True)
def test_threads_that_meet_a_new_revision_build_it_once(settings, monkeypatch):
    make.make_profile(name="Alpha")
    monkeypatch.setattr(index, "_open", None)
    build, built = index._build_in_place, []

    def count_builds():
        built.append(threading.get_ident())
        return build()

    monkeypatch.setattr(index, "_build_in_place", count_builds)
    answers = []

    def ask():
        answers.append(found("alpha"))
        connection.close()

    threads = [threading.Thread(target=ask) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [["Alpha"]] * 6
    assert len(built) == 1
    assert built[0] not in {thread.ident for thread in threads}


@pytest.mark.attack("A reader's request builds the search")
@pytest.mark.django_db(transaction=True)
def test_reader_does_not_wait_for_a_long_build_which_goes_on(
    client, settings, monkeypatch
):
    make.make_profile(name="Alpha")
    client.get("/search/?q=alpha")
    make.make_profile(name="Beta")
    build, may_go_on, has_ended = (
        index._build_in_place,
        threading.Event(),
        threading.Event(),
    )

    def build_for_long():
        assert may_go_on.wait(60)
        try:
            return build()
        finally:
            has_ended.set()

    monkeypatch.setattr(index, "_build_in_place", build_for_long)
    monkeypatch.setattr(index, "PATIENCE", 0.1)

    for address in ("/search/?q=beta", "/search/?q=alpha", "/mechanisms/?q=beta"):
        response = client.get(address)
        assert (response.status_code, response["Retry-After"]) == (503, "10")
    # What the index before knew is no answer, and its files are gone.
    assert indexes(settings) == []

    may_go_on.set()
    assert has_ended.wait(60)
    monkeypatch.undo()
    assert "Beta" in client.get("/search/?q=beta").text


@pytest.mark.attack("A reader's request builds the search")
@pytest.mark.django_db(transaction=True)
def test_server_builds_at_once_what_was_published_though_nobody_asks(tmp_path, migrate):
    environment = environment_of(tmp_path)
    migrate(environment)
    publish = """
from iscm_registry import revision
from tests.factories import make_mechanism, make_profile
make_profile(make_mechanism(slug="%s"))
print(revision.current(), end="")
"""

    def wait_for_index(*wanted):
        deadline = time.monotonic() + 60
        while {path.name for path in (tmp_path / "search").glob("[!.]*")} != {*wanted}:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    with gunicorn(environment, processes=2), python_process(environment) as run:
        for slug in ("alpha", "beta"):
            wait_for_index(run(publish % slug))


# --- Processes on one database and one folder ---------------------------------

_ASK = """
import django
django.setup()
from iscm_registry import search
print([hit.title for hit in search.find("alpha").hits])
"""

_HOLD = """
import sys
import django
django.setup()
from iscm_registry.search import index

with index._lock(30):
    print("held", flush=True)
    sys.stdin.read()
"""

_CRASH = """
import os, signal
import django
django.setup()
from iscm_registry.search import index

def crash(folder, number):
    os.kill(os.getpid(), signal.SIGKILL)

index._write_manifest = crash
index.current()
"""


@pytest.fixture
def shared_database(tmp_path, settings, migrate):
    """A database in a file, which further processes can open; SQLite only."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'shared.sqlite3'}",
    }
    migrate(environment)

    def run(code):
        return subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


@pytest.fixture
def lock_holder(tmp_path):
    """Another process that holds the lock of the index in this test's folder."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "VAR_DIR": str(tmp_path),
    }
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.mark.attack("A stuck lock holds searches")
@pytest.mark.django_db
def test_while_another_process_builds_a_search_waits_some_seconds_and_says_so(
    lock_holder, settings, tmp_path, monkeypatch, client
):
    monkeypatch.setattr(index, "PATIENCE", 0.1)
    settings.VAR_DIR = tmp_path
    make.make_profile(name="Alpha")

    for address in (
        "/search/?q=alpha",
        "/search/suggest/?q=alpha",
        "/mechanisms/?q=alpha",
    ):
        response = client.get(address)
        assert response.status_code == 503
        assert response["Retry-After"] == "10"
        assert response["Cache-Control"] == "private, no-store"
        assert "try again in a few seconds" in response.text
    assert client.get("/mechanisms/").status_code == 200

    lock_holder.kill()
    lock_holder.wait()
    assert "Alpha" in client.get("/search/?q=alpha").text


@pytest.mark.attack("A stuck lock holds searches")
@pytest.mark.django_db
def test_search_does_not_wait_at_all_for_a_process_that_hangs(
    lock_holder, settings, tmp_path, client, caplog
):
    settings.VAR_DIR = tmp_path
    make.make_profile(name="Alpha")
    long_ago = time.time() - index.HANGING_AFTER - 1
    os.utime(folder(settings) / ".lock", (long_ago, long_ago))

    start = time.monotonic()
    assert "Alpha" in client.get("/search/?q=alpha").text

    assert time.monotonic() - start < index.PATIENCE
    assert "hangs" in caplog.text
    assert client.get("/healthz/").text == (
        "ok; the search index cannot be kept on the disk, see the log"
    )
    assert lock_holder.poll() is None
    assert indexes(settings) == []


@pytest.mark.django_db
def test_the_health_check_says_nothing_of_a_search_that_keeps_its_files(client):
    make.make_profile(name="Alpha")
    found("alpha")

    assert client.get("/healthz/").text == "ok"


_ASK_ON_A_FULL_DISK = """
import resource
import django
django.setup()
from django.test import Client
from iscm_registry import revision, search
revision.current()  # the database has its files by now
# As many bytes as an index never fits in; the system refuses to write more.
resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))
for _time in range(2):
    print([hit.title for hit in search.find("alpha").hits])
print(Client().get("/healthz/").text)
try:
    search.build_index()
except OSError:
    print("not built")
"""


@pytest.mark.attack("A full disk ends the search")
@pytest.mark.parametrize("limit", [0, 3000])
def test_on_a_full_disk_the_search_answers_from_memory_and_says_so(
    shared_database, tmp_path, limit
):
    assert finish(shared_database(_PUBLISH))[0] == 0

    code, out, err = finish(
        shared_database(_ASK_ON_A_FULL_DISK.replace("MOST_BYTES", str(limit)))
    )

    assert out.splitlines() == [
        "['Alpha']",
        "['Alpha']",
        "ok; the search index cannot be kept on the disk, see the log",
        "not built",
    ]
    assert (code, err.count("cannot be kept under")) == (0, 1)
    left = [path.name for path in (tmp_path / "search").iterdir() if path.is_dir()]
    assert left == []
    # With room again, the next process builds.
    assert finish(shared_database(_ASK))[1] == "['Alpha']"


def test_builds_that_crash_again_and_again_leave_no_more_than_one_folder(
    shared_database, tmp_path
):
    assert finish(shared_database(_PUBLISH))[0] == 0

    for _time in range(3):
        assert finish(shared_database(_CRASH))[0] == -signal.SIGKILL

    left = [path.name for path in (tmp_path / "search").iterdir() if path.is_dir()]
    assert len(left) == 1


def finish(process):
    out, err = process.communicate(timeout=120)
    return process.returncode, out.strip(), err


_PUBLISH = """
import django
django.setup()
from tests import factories
factories.make_profile(factories.make_mechanism(slug="alpha"), name="Alpha")
"""


def test_processes_that_build_at_once_leave_one_good_index(shared_database, tmp_path):
    assert finish(shared_database(_PUBLISH))[0] == 0

    answers = [
        finish(process) for process in [shared_database(_ASK) for _number in range(3)]
    ]

    assert [answer[:2] for answer in answers] == [(0, "['Alpha']")] * 3
    left = [path.name for path in (tmp_path / "search").iterdir() if path.is_dir()]
    assert len(left) == 1
    assert (tmp_path / "search" / left[0] / "manifest.json").exists()


def test_crash_while_building_leaves_no_old_words_and_the_next_one_builds(
    shared_database, tmp_path
):
    assert finish(shared_database(_PUBLISH))[0] == 0
    assert finish(shared_database(_ASK))[1] == "['Alpha']"
    (old,) = [path for path in (tmp_path / "search").iterdir() if path.is_dir()]
    another = _PUBLISH.replace("Alpha", "Alpha again").replace('"alpha"', '"again"')
    assert finish(shared_database(another))[0] == 0

    assert finish(shared_database(_CRASH))[0] == -signal.SIGKILL

    # It would never answer again, and may hold what was retracted.
    assert not old.exists()
    assert finish(shared_database(_ASK))[1] == "['Alpha', 'Alpha again']"
    left = [path.name for path in (tmp_path / "search").iterdir() if path.is_dir()]
    assert len(left) == 1
