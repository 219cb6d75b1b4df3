"""Public pages that are read from a replica: when, and what is shown while it lags or
fails, or its primary does."""

import http.client
import sqlite3
import time
from contextlib import closing
from types import SimpleNamespace
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.checks import run_checks
from django.db import connection

from iscm_registry.replica import PRIMARY, REPLICA, Reads, Router, reading
from profiles.models import State
from tests.registry.ways_to_the_database import File, reached_by
from tests.serving import environment_of, gunicorn, run_python, sqlite_in

PUBLISH = """
from tests.factories import make_mechanism, make_profile
make_profile(make_mechanism(slug={slug!r}), name={name!r})
"""
STAFF = {"Cookie": "sessionid=" + "a" * 32}
PLACE = "UPDATE profiles_profile SET name_en = 'Read at the ' || ?"


def publish(environment, name):
    run_python(environment, PUBLISH.format(slug=name.lower(), name=name))


def change(file: File, statement, *values):
    """Change a database past the registry, so that its revision stays."""
    with closing(sqlite3.connect(file.path)) as opened, opened:
        opened.execute(statement, values)


def ask(server, path, method="GET", body=None, **headers):
    where = urlsplit(server).netloc
    with closing(http.client.HTTPConnection(where, timeout=30)) as asked:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked.request(method, path, body, {"Host": "testserver", **named})
        response = asked.getresponse()
        return response, response.read().decode()


def ask_until(words, server, path):
    """Ask again until the answer has these words, for half a minute at most."""
    end = time.monotonic() + 30
    while words not in (answer := ask(server, path))[1]:
        assert time.monotonic() < end, answer[1]
        time.sleep(0.1)
    return answer


@pytest.fixture
def two(tmp_path, migrate):
    """A primary and a replica with one mechanism; the replica follows when told to."""
    folder, follower = tmp_path / "own", tmp_path / "follower" / "registry.sqlite3"
    folder.mkdir()
    follower.parent.mkdir()
    environment = environment_of(
        folder,
        "tests.settings_for_a_replica",
        **sqlite_in(folder),
        REPLICA_FILE=str(follower),
    )
    migrate(environment)
    primary = folder / "registry.sqlite3"

    def follow():
        fresh = tmp_path / "fresh"
        with closing(sqlite3.connect(primary)) as opened:
            opened.execute("VACUUM INTO ?", [str(fresh)])
        for end in ("-wal", "-shm"):
            follower.with_name(follower.name + end).unlink(missing_ok=True)
        fresh.rename(follower)

    publish(environment, "Puebla")
    follow()
    return SimpleNamespace(
        environment=environment,
        follow=follow,
        primary=File(primary),
        replica=File(follower),
    )


def test_public_pages_are_read_at_the_replica_and_all_else_at_the_primary(two):
    change(two.replica, PLACE, "replica")
    change(two.primary, PLACE, "primary")
    with gunicorn(two.environment) as server:
        public, page = ask(server, "/mechanisms/puebla/")
        assert "Read at the replica" in page
        assert public.headers["ETag"]

        assert "Read at the primary" in ask(server, "/report/?mechanism=puebla")[1]
        assert ask(server, "/healthz/")[1] == "ok"


def test_replica_that_is_behind_is_not_read_and_pages_bear_their_own_number(two):
    with gunicorn(two.environment) as server:
        old = ask(server, "/mechanisms/")[0].headers["ETag"]
        publish(two.environment, "Colombo")

        # The process hears of it within a second.
        new, page = ask_until("Colombo", server, "/mechanisms/")
        assert new.headers["ETag"] != old
        for _ in range(5):
            again, same = ask(server, "/mechanisms/", If_None_Match=old)
            assert (again.status, same) == (200, page)
        assert "the replica is behind" in ask(server, "/healthz/")[1]

        change(two.primary, PLACE, "primary")
        assert "Read at the primary" in ask(server, "/mechanisms/colombo/")[1]
        two.follow()
        change(two.replica, PLACE, "replica")

        assert "Read at the replica" in ask(server, "/mechanisms/puebla/")[1]
        again, same = ask(server, "/mechanisms/")
        assert (again.headers["ETag"], same) == (new.headers["ETag"], page)


def test_primary_is_read_while_the_replica_is_away(two, capfd):
    with gunicorn({**two.environment, "CACHE_URL": "off"}) as server:
        before = ask(server, "/mechanisms/")
        two.replica.cut()

        for path in ("/mechanisms/", "/mechanisms/puebla/", "/states/", "/themes/"):
            assert ask(server, path)[0].status == 200
        same = ask(server, "/mechanisms/")
        assert same[0].headers["ETag"] == before[0].headers["ETag"]
        assert "the replica does not answer" in ask(server, "/healthz/")[1]

        two.replica.mend()
        change(two.replica, PLACE, "replica")

        ask_until("Read at the replica", server, "/mechanisms/puebla/")
    told = capfd.readouterr().err
    assert told.count("The replica of the database cannot be read") == 1


def test_page_is_drawn_from_the_primary_when_the_replica_fails_on_the_way(two, capfd):
    change(two.replica, "ALTER TABLE profiles_profile RENAME TO gone")
    with gunicorn(two.environment) as server:
        page, said = ask(server, "/mechanisms/puebla/")
        assert (page.status, "Puebla" in said) == (200, True)
        assert page.headers["ETag"]
    assert "Traceback" not in capfd.readouterr().err


def test_page_is_drawn_from_the_replica_when_the_primary_fails_on_the_way(two, capfd):
    with gunicorn(two.environment) as server:
        assert ask(server, "/about/")[0].status == 200
        publish(two.environment, "Colombo")  # the replica has not heard of it
        change(two.primary, "ALTER TABLE profiles_profile RENAME TO gone")
        page, said = ask(server, "/mechanisms/puebla/")
        assert (page.status, "Puebla" in said) == (200, True)
        found, said = ask(server, "/search/?q=puebla")
        assert (found.status, "/mechanisms/puebla/" in said) == (200, True)
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.attack("The database is down")
def test_readers_go_on_and_staff_are_told_while_the_primary_is_away(two):
    form = urlencode({"wrong": "It met in Bali.", "right": "It met in Lima."})
    own = {
        "Origin": "http://testserver",
        "Content_Type": "application/x-www-form-urlencoded",
    }
    with gunicorn(two.environment) as server:
        tag = ask(server, "/mechanisms/")[0].headers["ETag"]
        two.primary.cut()

        for path in ("/", "/mechanisms/", "/mechanisms/puebla/", "/states/"):
            page = ask(server, path)[0]
            assert page.status == 200
            assert "Cache-Status" not in page.headers
        assert ask(server, "/mechanisms/", If_None_Match=tag)[0].status == 304
        well, said = ask(server, "/healthz/")
        assert well.status == 200
        assert "nothing can be saved" in said
        for path, more in (("/admin/", STAFF), ("/report/?mechanism=puebla", {})):
            away, said = ask(server, path, **more)
            assert away.status == 503
            assert int(away.headers["Retry-After"]) > 0
            assert away.headers["Cache-Control"] == "private, no-store"
            assert "temporarily read-only" in said
        away, said = ask(server, "/report/?mechanism=puebla", "POST", form, **own)
        assert away.status == 503
        assert int(away.headers["Retry-After"]) > 0
        assert "cannot write its records just now" in said
        assert "It met in Bali." in said
        assert "It met in Lima." in said

        two.primary.mend()

        ask_until("ok", server, "/healthz/")
        assert ask(server, "/report/?mechanism=puebla")[0].status == 200


@pytest.mark.attack("The database is down")
def test_replica_that_no_longer_follows_is_not_shown_for_long(two):
    environment = {**two.environment, "STALE_PAGES_FOR": "3", "CACHE_URL": "off"}
    with gunicorn(environment) as server:
        assert ask(server, "/mechanisms/")[0].status == 200
        publish(two.environment, "Colombo")  # the replica never hears of it
        ask_until("Colombo", server, "/mechanisms/")
        time.sleep(3.1)
        two.primary.cut()

        assert ask(server, "/mechanisms/")[0].status == 503

        two.primary.mend()
        ask_until("Colombo", server, "/mechanisms/")


@pytest.mark.attack("The database is down")
def test_process_that_starts_without_the_primary_shows_and_finds_all(two):
    publish(two.environment, "Colombo")  # the replica has not heard of it
    two.primary.cut()
    with gunicorn(two.environment) as server:
        page, said = ask(server, "/mechanisms/")
        assert page.status == 200
        assert "Puebla" in said
        assert "Colombo" not in said
        found, said = ask(server, "/search/?q=puebla")
        assert found.status == 200
        assert "/mechanisms/puebla/" in said
        two.primary.mend()

        new = ask_until("Colombo", server, "/mechanisms/")[0]
        assert new.headers["ETag"] != page.headers["ETag"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a server")
@pytest.mark.attack("The database hangs")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hangs", ["DATABASE_URL", "DATABASE_REPLICA_URL"])
def test_nobody_waits_long_for_one_of_two_databases_that_hangs(tmp_path, hangs):
    environment = environment_of(tmp_path)
    publish(environment, "Puebla")
    with reached_by(environment) as (database, through):
        addresses = {
            "DATABASE_URL": environment["DATABASE_URL"],
            "DATABASE_REPLICA_URL": environment["DATABASE_URL"],
            hangs: through["DATABASE_URL"],
        }
        with gunicorn({**environment, **addresses}) as server:
            assert ask(server, "/mechanisms/")[0].status == 200
            database.stop()

            for path in ("/mechanisms/", "/mechanisms/puebla/", "/states/"):
                assert ask(server, path)[0].status == 200
            staff = ask(server, "/admin/", **STAFF)
            assert staff[0].status == (503 if hangs == "DATABASE_URL" else 302)

            database.mend()

            ask_until("ok", server, "/healthz/")


def test_what_is_read_after_a_write_is_read_at_the_primary():
    router, record = Router(), State()
    record._state.db = REPLICA
    assert router.db_for_read(State) == PRIMARY
    with reading(Reads(REPLICA)):
        assert router.db_for_read(State) == REPLICA
        assert router.db_for_write(State, instance=record) == PRIMARY
        assert router.db_for_read(State, instance=record) == PRIMARY
    with reading(Reads(REPLICA)):
        assert router.db_for_read(State) == REPLICA
    assert router.allow_relation(record, State())
    assert router.allow_migrate(REPLICA, "profiles") is False
    assert router.allow_migrate(PRIMARY, "profiles") is None


@pytest.mark.parametrize(
    ("primary", "follower", "refused"),
    [
        ("iscm_registry.sqlite", "django.db.backends.postgresql", ["DATABASE_URL"]),
        (
            "django.db.backends.postgresql",
            "iscm_registry.sqlite",
            ["DATABASE_REPLICA_URL"],
        ),
        ("django.db.backends.postgresql", "django.db.backends.postgresql", []),
    ],
)
def test_check_refuses_a_replica_of_another_kind(
    monkeypatch, primary, follower, refused
):
    databases = {PRIMARY: {"ENGINE": primary}, REPLICA: {"ENGINE": follower}}
    monkeypatch.setattr("django.conf.settings.DATABASES", databases)

    found = [error for error in run_checks() if error.id == "iscm_registry.E001"]

    assert [error.msg.split()[0] for error in found] == refused
    assert all("postgres://" in error.hint for error in found)
