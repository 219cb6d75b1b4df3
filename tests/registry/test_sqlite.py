"""Connections to SQLite that stay open from request to request."""

import pytest
from django.db import connection

from iscm_registry.sqlite.planning import look_at_tables
from profiles.models import Membership
from profiles.views.pages import told_of
from tests.registry.test_caching_across_processes import PUBLISH, ask
from tests.serving import environment_of, gunicorn, run_python, sqlite_in

ASK_TWICE = """
from django.db import connection
from django.test import RequestFactory
from iscm_registry.wsgi import application

def opened():
    environ = RequestFactory().get("/about/").environ
    answer = application(environ, lambda status, headers: print(status, end=" "))
    answer.close()
    return connection.connection

first, second = opened(), opened()
print(first is not None and first is second)
"""


def test_connection_stays_open_from_request_to_request(tmp_path, migrate):
    environment = environment_of(tmp_path, **sqlite_in(tmp_path))
    migrate(environment)

    assert run_python(environment, ASK_TWICE).split() == ["200", "OK"] * 2 + ["True"]


def test_file_that_was_replaced_is_the_one_that_is_read(tmp_path, migrate):
    environment = environment_of(tmp_path, **sqlite_in(tmp_path))
    migrate(environment)
    restored = tmp_path / "restored"
    restored.mkdir()
    of_restored = environment_of(restored, **sqlite_in(restored))
    migrate(of_restored)
    run_python(of_restored, PUBLISH)
    with gunicorn(environment) as server:
        for _ in range(4):
            assert "Puebla Process" not in ask(server)[1]

        for name in ("registry.sqlite3-wal", "registry.sqlite3-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        (restored / "registry.sqlite3").replace(tmp_path / "registry.sqlite3")

        for _ in range(8):
            assert "Puebla Process" in ask(server)[1]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL does it itself")
def test_chore_lets_sqlite_find_a_page_of_facts_by_their_keys(registry):
    some = told_of(Membership.objects.filter(pk__in=range(25))).order_by()
    look_at_tables()

    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl FROM sqlite_stat1")
        assert ("profiles_membership",) in cursor.fetchall()
    assert "USING INTEGER PRIMARY KEY" in some.explain().splitlines()[0]
