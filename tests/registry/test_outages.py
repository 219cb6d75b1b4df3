"""What readers get while the database or the shared cache is away, and afterwards."""

import gzip
import http.client
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection, connections

from iscm_registry import caching, outages
from tests.factories import make_profile
from tests.registry.ways_to_the_database import reached_by
from tests.serving import environment_of, gunicorn, run_python

# An answer takes two seconds at most, and a machine that is busy somewhat longer.
PATIENCE = 15

PUBLISH = """
from tests.factories import make_mechanism, make_profile
mechanism = make_mechanism(slug="puebla")
make_profile(mechanism, name="Puebla Process", objective="It never met.")
"""

WITHDRAW = """
from profiles import editions
from profiles.models import Profile
editions.withdraw(Profile.objects.get(), reason="It was published too early.")
"""

REDACT = """
from profiles import redacting
from profiles.edition_parts import Part
from profiles.models import Profile
part = Part("profiles.profile", "", "objective")
redacting.redact(Profile.objects.get(), part, reason="It did meet.")
"""


def ask(server: str, path: str, method="GET", **headers):
    where = urlsplit(server).netloc
    with closing(http.client.HTTPConnection(where, timeout=PATIENCE)) as asked:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked.request(method, path, headers={"Host": "testserver", **named})
        response = asked.getresponse()
        return response, response.read()


def ask_until(status: int, server: str, path: str):
    """Ask again until the answer is of this status, for half a minute at most."""
    end = time.monotonic() + 30
    while (answer := ask(server, path))[0].status != status:
        assert time.monotonic() < end, f"{path} stays {answer[0].status}"
        time.sleep(0.1)
    return answer


@pytest.mark.attack("The database is down")
@pytest.mark.django_db(transaction=True)
def test_kept_pages_are_shown_while_the_database_is_away(tmp_path, migrate, capfd):
    environment = environment_of(tmp_path)
    migrate(environment)
    run_python(environment, PUBLISH)
    with (
        reached_by(environment) as (database, through),
        gunicorn(through) as server,
    ):
        fresh, page = ask(server, "/mechanisms/")
        assert b"Puebla Process" in page
        assert fresh.headers["ETag"]

        database.cut()

        for _ in range(10):
            stale, same = ask(
                server, "/mechanisms/", If_None_Match=fresh.headers["ETag"]
            )
            assert (stale.status, same) == (200, page)
            assert stale.headers["Cache-Control"] == "private, no-store"
            assert stale.headers["Cache-Status"].endswith("detail=stale")
            assert int(stale.headers["Age"]) >= 0
            assert "ETag" not in stale.headers
            assert "default-src 'none'" in stale.headers["Content-Security-Policy"]
        head, nothing = ask(server, "/mechanisms/", "HEAD")
        assert (head.status, nothing) == (200, b"")
        assert head.headers["Content-Length"] == str(len(page))
        packed = ask(server, "/mechanisms/", Accept_Encoding="gzip")[1]
        assert gzip.decompress(packed) == page

        for address in ("/about/", "/mechanisms/?q=puebla", "/missing/"):
            away, said = ask(server, address)
            assert away.status == 503
            assert int(away.headers["Retry-After"]) > 0
            assert away.headers["Cache-Control"] == "private, no-store"
            assert b"cannot read its records just now" in said
        staff, said = ask(server, "/admin/", Cookie="sessionid=" + "a" * 32)
        assert staff.status == 503
        assert b"cannot read its records just now" in said
        well, said = ask(server, "/healthz/")
        assert (well.status, said) == (503, b"The database does not answer.")

        database.mend()

        ask_until(200, server, "/healthz/")
        ask_until(200, server, "/about/")
        again, same = ask(server, "/mechanisms/")
        assert same == page
        assert again.headers["ETag"] == fresh.headers["ETag"]
    told = capfd.readouterr().err
    assert "The database cannot be reached" in told
    assert "psycopg.pool" not in told


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="needs a server that can hang"
)


@on_postgresql
@pytest.mark.attack("The database hangs")
@pytest.mark.django_db(transaction=True)
def test_nobody_waits_long_for_a_database_that_hangs(tmp_path, migrate):
    environment = environment_of(tmp_path)
    migrate(environment)
    run_python(environment, PUBLISH)
    with (
        reached_by(environment) as (database, through),
        gunicorn(through) as server,
    ):
        page = ask(server, "/mechanisms/")[1]
        assert b"Puebla Process" in page

        database.stop()

        for _ in range(5):
            stale, same = ask(server, "/mechanisms/")
            assert (stale.status, same) == (200, page)
            assert stale.headers["Cache-Status"].endswith("detail=stale")
        assert ask(server, "/healthz/")[0].status == 503
        assert ask(server, "/about/")[0].status == 503
        staff = ask(server, "/admin/", Cookie="sessionid=" + "a" * 32)
        assert staff[0].status == 503

        database.mend()

        ask_until(200, server, "/healthz/")
        ask_until(200, server, "/about/")


@on_postgresql
@pytest.mark.attack("The database hangs")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hangs", [False, True])
def test_answer_that_does_not_come_is_waited_for_as_long_as_set(tmp_path, hangs):
    environment = environment_of(tmp_path, DATABASE_PATIENCE="3", LOG_LEVEL="ERROR")
    with (
        reached_by(environment) as (database, through),
        gunicorn(through) as server,
        ThreadPoolExecutor() as readers,
    ):
        assert ask(server, "/about/")[0].status == 200
        with nobody_reads("profiles_profile") as is_waited_for:
            asked = readers.submit(ask, server, "/mechanisms/")
            wait_for(is_waited_for)
            if hangs:
                database.stop()
            assert asked.result()[0].status == 503
            database.mend()
        ask_until(200, server, "/mechanisms/")


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_commands_wait_for_a_database_as_long_as_it_takes(tmp_path):
    environment = environment_of(tmp_path, DATABASE_PATIENCE="1")

    assert "(1,)" in run_python(
        environment,
        "from django.db import connection; cursor = connection.cursor();"
        "cursor.execute('SELECT 1 FROM pg_sleep(4)'); print(cursor.fetchone())",
    )


@contextmanager
def nobody_reads(table: str):
    """Lock a table; give the question whether somebody waits for it."""
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor, connection.cursor() as asking:
            cursor.execute("BEGIN")
            cursor.execute(f'LOCK TABLE "{table}"')

            def is_waited_for() -> bool:
                asking.execute(
                    "SELECT count(*) FROM pg_locks JOIN pg_class ON relation = "
                    "pg_class.oid WHERE relname = %s AND NOT granted",
                    [table],
                )
                return asking.fetchone()[0] > 0

            yield is_waited_for
            cursor.execute("ROLLBACK")
    finally:
        other.close()


def wait_for(happens):
    end = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.attack("The database is down")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("retract", "page", "words"),
    [
        (WITHDRAW, "/mechanisms/", b"Puebla"),
        (REDACT, "/mechanisms/puebla/", b"It never met."),
    ],
)
def test_what_was_retracted_is_not_among_the_stale_pages(
    tmp_path, migrate, retract, page, words
):
    environment = environment_of(tmp_path)
    migrate(environment)
    run_python(environment, PUBLISH)
    with (
        reached_by(environment) as (database, through),
        gunicorn(through) as server,
    ):
        assert words in ask(server, page)[1]
        run_python(environment, retract)
        assert ask(server, "/about/")[0].status == 200

        database.cut()

        assert ask(server, "/about/")[0].status == 200
        gone, said = ask(server, page)
        assert gone.status == 503
        assert words not in said
        database.mend()


@pytest.mark.attack("The database is down")
@pytest.mark.django_db(transaction=True)
def test_stale_pages_are_shown_for_a_bounded_time(tmp_path, migrate):
    environment = environment_of(tmp_path, STALE_PAGES_FOR="0")
    migrate(environment)
    with (
        reached_by(environment) as (database, through),
        gunicorn(through) as server,
    ):
        assert ask(server, "/about/")[0].status == 200

        database.cut()

        assert ask(server, "/about/")[0].status == 503
        database.mend()


@pytest.fixture
def redis(settings, tmp_path, monkeypatch):
    """A Redis of the test's own, as CACHE_URL would name it."""
    nothing_happened = outages.Outage("The page cache cannot be used (%s).")
    monkeypatch.setattr(caching, "page_cache", nothing_happened)
    if not shutil.which("redis-server"):
        pytest.skip("needs redis-server. Debian: apt install redis-server")
    path = tmp_path / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", ""]
    settings.CACHES = {
        **settings.CACHES,
        "pages": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"unix://{path}",
            "OPTIONS": {
                "serializer": "iscm_registry.kept_pages.PageSerializer",
                "socket_connect_timeout": 0.5,
                "socket_timeout": 0.5,
            },
        },
    }
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as server:
        for line in server.stdout:
            if "ready to accept connections" in line.lower():
                break
        yield server
        server.send_signal(signal.SIGCONT)
        server.kill()


@pytest.mark.attack("Redis is down")
@pytest.mark.django_db
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP])
def test_pages_are_drawn_while_redis_is_away(client, redis, blow, caplog):
    make_profile(name="Puebla Process")
    kept = client.get("/mechanisms/")
    assert client.get("/mechanisms/").content == kept.content

    redis.send_signal(blow)
    if blow == signal.SIGKILL:
        redis.wait()

    for _ in range(5):
        page = client.get("/mechanisms/")
        assert page.content == kept.content
        assert page.headers["ETag"] == kept.headers["ETag"]
        # The next request will not wait for it.
        assert not caching.page_cache.may_ask()
    (told,) = [one for one in caplog.records if one.name == outages.__name__]
    assert told.levelname == "WARNING"
    assert told.exc_info is None
    assert "Traceback" not in caplog.text


@pytest.mark.django_db
def test_redis_is_used_again_when_it_is_back(
    client, redis, monkeypatch, django_assert_num_queries
):
    client.get("/about/")
    redis.send_signal(signal.SIGSTOP)
    client.get("/about/")
    assert not caching.page_cache.may_ask()

    redis.send_signal(signal.SIGCONT)
    monkeypatch.setattr(caching.page_cache, "_ask_again", 0)

    for address in ("/about/", "/mechanisms/"):
        client.get(address)
        with django_assert_num_queries(1):  # the revision
            client.get(address)
    assert caching.page_cache.may_ask()
    caches["pages"].close()


@pytest.mark.attack("Redis is down")
@pytest.mark.django_db
def test_slow_cache_is_left_alone_too(client, settings, monkeypatch):
    settings.CACHE_URL = "redis://slow.example/0"
    monkeypatch.setattr(caching, "_slow_answers", 0)

    monkeypatch.setattr(caching, "LONGEST_WAIT", -1)
    caching.kept_page("a", "br")
    caching.kept_page("b", "br")
    monkeypatch.setattr(caching, "LONGEST_WAIT", 60)
    caching.kept_page("c", "br")
    monkeypatch.setattr(caching, "LONGEST_WAIT", -1)
    caching.kept_page("d", "br")
    assert caching.page_cache.may_ask()

    assert client.get("/about/").status_code == 200

    assert not caching.page_cache.may_ask()


@pytest.mark.attack("Redis is down")
def test_after_a_failure_one_asks_now_and_then_and_others_do_not_wait(
    monkeypatch, caplog
):
    now = 1000.0
    monkeypatch.setattr(outages.time, "monotonic", lambda: now)
    outage = outages.Outage("It is away (%s).")
    assert outage.may_ask()
    assert outage.may_ask()

    outage.failed(OperationalError("no route\nto host"))
    assert not outage.may_ask()
    now += outages.PAUSE
    assert [outage.may_ask() for _ in range(3)] == [True, False, False]
    outage.failed(OperationalError("no route"))
    assert caplog.messages == ["It is away (OperationalError: no route)."]
    now += outages.TOLD_EVERY
    outage.failed(OperationalError("no route"))
    assert len(caplog.messages) == 2

    outage.answered()
    assert outage.may_ask()
    assert outage.may_ask()


@pytest.mark.django_db
def test_locked_database_is_an_outage_of_the_moment_and_no_fault(client, monkeypatch):
    client.raise_request_exception = False

    def locked():
        raise OperationalError("database is locked")

    monkeypatch.setattr("profiles.models.Profile.objects.published", locked)
    answer = client.get("/mechanisms/")

    assert answer.status_code == 503
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_page_of_outages_speaks_the_language_of_the_address(rf, settings):
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]

    assert 'lang="ar"' in outages.unavailable(rf.get("/ar/mechanisms/")).text
    assert 'lang="en"' in outages.unavailable(rf.get("/mechanisms/")).text
