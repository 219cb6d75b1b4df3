"""Forms and pages while one long step, such as an import, lets nobody else write."""

import http.client
import re
import sqlite3
import time
from contextlib import closing, contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection, transaction

from tests.registry.ways_to_the_database import reached_by
from tests.serving import environment_of, gunicorn, run_python

BEFORE = """
from django.contrib.auth.models import User
from django.test import Client
from tests.factories import make_profile
make_profile(name="Puebla Process")
client = Client()
client.force_login(User.objects.create_superuser("staff", "", "secret"))
print(client.cookies["sessionid"].value)
"""
TYPED = {"slug": "returns", "name_en": 'A "name" <b>', "position": "1", "_save": "Save"}


class Browser:
    """Somebody who is signed in, and sends what a page holds."""

    def __init__(self, server: str, session: str, *, origin: str = "http://testserver"):
        self.server = urlsplit(server).netloc
        self.origin = origin
        self.cookies = {"sessionid": session}

    def ask(self, path: str, form=None):
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Host": "testserver", "Cookie": cookies}
        body = None
        if form is not None:
            body = urlencode(form)
            headers["Origin"] = self.origin
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection(self.server, timeout=30)) as asked:
            asked.request("POST" if body else "GET", path, body, headers)
            answer = asked.getresponse()
            page = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer, page


def hidden(page: str) -> dict[str, str]:
    inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {unescape(name): unescape(value) for name, value in inputs}


@contextmanager
def somebody_writes(folder: Path, table: str, *, lets_read: bool = True):
    """Hold the lock that a long step holds, from another connection."""
    if connection.vendor == "postgresql":
        mode = "EXCLUSIVE" if lets_read else "ACCESS EXCLUSIVE"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN {mode} MODE")
            yield
        return
    path = folder / "registry.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as other:
        if not lets_read:
            other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def environment(tmp_path, transactional_db, migrate):
    """A registry whose servers wait a third of a second for others."""
    environment = environment_of(
        tmp_path, "tests.settings_for_a_busy_database", SECOND_FACTOR_REQUIRED="false"
    )
    migrate(environment)
    environment["SESSION"] = run_python(environment, BEFORE).strip()
    return environment


def test_form_that_meets_a_busy_database_comes_back_with_its_words(
    environment, tmp_path, capfd
):
    with gunicorn(environment) as server:
        browser = Browser(server, environment["SESSION"])
        address = "/admin/profiles/theme/add/"
        form = hidden(browser.ask(address)[1]) | TYPED
        capfd.readouterr()

        with somebody_writes(tmp_path, "profiles_theme"):
            answer, page = browser.ask(address, form)

            assert answer.status == 503
            assert "send it again in a moment" in page
            assert "nobody else can save meanwhile" in page
            assert f'action="{address}"' in page
            assert answer.headers["Cache-Control"] == "private, no-store"
            again = hidden(page)
            assert again.items() >= TYPED.items()
            # The public notices nothing, and the database is not taken for away.
            public, page = browser.ask("/mechanisms/")
            assert public.status == 200
            assert "Puebla Process" in page
            assert public.headers["ETag"]
            assert "Cache-Status" not in public.headers
            assert browser.ask("/healthz/")[0].status == 200
        (line,) = capfd.readouterr().err.splitlines()
        assert line.startswith("WARNING iscm_registry.sign_in.views: A form was")

        answer, page = browser.ask(address, again)
        assert answer.status == 302, page
        listed = browser.ask("/admin/profiles/theme/")[1]
        assert "A &quot;name&quot; &lt;b&gt;" in listed


def test_report_of_an_error_that_meets_a_busy_database_comes_back_with_its_words(
    environment, tmp_path
):
    with gunicorn(environment) as server:
        reader = Browser(server, "")
        del reader.cookies["sessionid"]
        said = {"wrong": "It is so.", "right": "It is not.", "evidence": "A statute"}
        form = hidden(reader.ask("/report/")[1]) | said

        with somebody_writes(tmp_path, "corrections_errorreport"):
            answer, page = reader.ask("/report/", form)

            assert answer.status == 503
            again = hidden(page)
            assert again.items() >= said.items()
            elsewhere = Browser(server, "", origin="https://evil.example")
            elsewhere.cookies = reader.cookies
            assert "statute" not in elsewhere.ask("/report/", form)[1]

        answer, page = reader.ask("/report/", again)
        assert answer.status == 302, page


def test_form_that_meets_a_database_that_is_away_comes_back_with_its_words(
    environment,
):
    with (
        reached_by(environment) as (database, through),
        gunicorn(through) as server,
    ):
        browser = Browser(server, environment["SESSION"])
        address = "/admin/profiles/theme/add/"
        form = hidden(browser.ask(address)[1]) | TYPED

        database.cut()

        answer, page = browser.ask(address, form)
        assert answer.status == 503
        assert "cannot write its records just now" in page
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Cache-Control"] == "private, no-store"
        again = hidden(page)
        assert again.items() >= TYPED.items()
        # Neither who has no session nor another site is shown anything of it.
        stranger = Browser(server, environment["SESSION"])
        del stranger.cookies["sessionid"]
        other_site = Browser(
            server, environment["SESSION"], origin="https://evil.example"
        )
        for who in (stranger, other_site):
            answer, page = who.ask(address, form)
            assert answer.status == 503
            assert "returns" not in page

        database.mend()

        end = time.monotonic() + 30
        while (answer := browser.ask(address, again)[0]).status == 503:
            assert time.monotonic() < end, "The database does not come back."
            time.sleep(0.1)
        assert answer.status == 302


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="who has its file open never waits to read"
)
def test_database_that_lets_nobody_read_for_a_moment_is_not_taken_for_away(
    environment, tmp_path, capfd
):
    with gunicorn(environment) as server:
        browser = Browser(server, environment["SESSION"])
        kept = browser.ask("/mechanisms/")[1]
        capfd.readouterr()

        with somebody_writes(tmp_path, "iscm_registry_revision", lets_read=False):
            answer, page = browser.ask("/mechanisms/")
            assert (answer.status, page) == (200, kept)
            assert "stale" in answer.headers["Cache-Status"]

        # At once, though nobody would ask for seconds a database that is away.
        answer, page = browser.ask("/mechanisms/")
        assert (answer.status, page) == (200, kept)
        assert answer.headers["ETag"]
        assert capfd.readouterr().err == ""
