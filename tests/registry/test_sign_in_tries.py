"""Guessing passwords and codes: how many tries there are, whatever else happens."""

import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.db import connection
from django.test import Client

from iscm_registry.sign_in.models import Tally
from iscm_registry.sign_in.tallies import CLEARED_AT_ONCE
from tests.registry.signing_in import (
    FACTORS,
    LOGIN,
    PASSWORD,
    code_of,
    pass_of_time,
    set_up_app,
    type_password,
)
from tests.serving import environment_of, gunicorn, run_python

pytestmark = pytest.mark.django_db

WAITS = "Too many failed login attempts"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def clerk(django_user_model):
    return django_user_model.objects.create_user(
        "clerk", "clerk@example.org", PASSWORD, is_staff=True
    )


# --- What readers do ------------------------------------------------------------


@pytest.mark.attack("Readers push counted tries out of the store")
def test_readers_do_not_make_it_forget_tries(client, clerk, settings):
    settings.CACHES = settings.CACHES | {
        "pages": settings.CACHES["pages"] | {"OPTIONS": {"MAX_ENTRIES": 5}}
    }
    for n in range(5):
        type_password(client, password="wrong")
        for word in range(20):
            assert client.get(f"/search/?q=word{n}x{word}").status_code == 200

    assert WAITS in type_password(client).text


@pytest.mark.attack("Readers push counted tries out of the store")
def test_many_strangers_who_try_do_not_make_it_forget_tries(client, clerk):
    for _ in range(5):
        type_password(client, password="wrong")
    for n in range(CLEARED_AT_ONCE * 4):
        cache.add(f"stranger {n}", 1, 60)

    assert WAITS in type_password(client).text


def test_what_is_over_goes(monkeypatch):
    for n in range(CLEARED_AT_ONCE // 2):
        cache.add(f"stranger {n}", 1, 60)
    cache.set("longer", 1, 3600)

    pass_of_time(monkeypatch, 61)
    cache.add("another", 1, 60)

    assert Tally.objects.count() == 2
    assert cache.get("longer") == 1
    assert cache.get("stranger 1") is None


def test_of_several_who_add_one_does(monkeypatch):
    assert cache.add("code", 1, 30)
    assert not cache.add("code", 2, 30)
    pass_of_time(monkeypatch, 31)
    assert cache.add("code", 3, 30)
    assert not cache.add("code", 4, 30)
    assert cache.get("code") == 3
    assert cache.delete("code")
    assert cache.add("code", 5, 30)


def test_what_is_counted_names_nobody(client, clerk):
    type_password(client, password="wrong")

    kept = " ".join(f"{tally.key} {tally.value}" for tally in Tally.objects.all())
    assert Tally.objects.count() >= 3
    assert "127.0.0.1" not in kept
    assert "clerk" not in kept


# --- Whoever asks does not choose what is counted ----------------------------------


@pytest.mark.attack("Several processes give more tries")
def test_another_host_or_port_gives_no_more_tries(client, clerk, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    settings.ALLOWED_PORTS = ["1", "2"]
    hosts = [
        "testserver",
        "testserver:1",
        "other.example",
        "OTHER.example:2",
        "other.example.",
    ]
    for host in hosts:
        given = {"login": "clerk", "password": "wrong"}
        client.post(LOGIN, given, headers={"Host": host})

    assert WAITS in type_password(client).text


def test_confirming_the_password_gives_no_more_tries(client, clerk, monkeypatch):
    type_password(client)
    pass_of_time(monkeypatch, 301)
    for _ in range(5):
        client.post("/accounts/reauthenticate/", {"password": "wrong"})

    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    assert answer.status_code == 200
    assert WAITS in type_password(Client()).text


def test_changing_the_password_is_no_way_to_guess_it(client, clerk):
    type_password(client)
    given = {"password1": "entirely another", "password2": "entirely another"}
    for _ in range(5):
        client.post("/accounts/password/", {**given, "oldpassword": "wrong"})

    answer = client.post("/accounts/password/", {**given, "oldpassword": PASSWORD})

    assert answer.status_code == 429
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)


@pytest.mark.parametrize("path", ["authenticate/", "reauthenticate/"])
def test_recovery_codes_are_tried_five_times(client, clerk, path):
    type_password(client)
    set_up_app(client)
    code = client.get(FACTORS + "recovery-codes/").context["unused_codes"][0]
    if path == "authenticate/":
        client.post("/accounts/logout/")
        type_password(client)
    for n in range(5):
        client.post(FACTORS + path, {"code": f"1234567{n}"})

    answer = client.post(FACTORS + path, {"code": code})

    assert answer.status_code == 200
    assert WAITS in answer.text


def test_passkeys_are_tried_ten_times_a_minute(client):
    answers = [
        client.post(FACTORS + "webauthn/login/", {"credential": "{}"}).status_code
        for _ in range(11)
    ]

    assert answers.index(429) == 10


def test_one_network_of_ipv6_is_one_address(client):
    def answer(n, address):
        given = {"login": f"name-{n}", "password": "wrong"}
        return client.post(LOGIN, given, REMOTE_ADDR=address).status_code

    answers = [answer(n, f"2001:db8::{n:x}:1") for n in range(31)]
    assert answers[-1] == 429
    assert answer(32, "2001:db8:0:1::1") == 200


def test_ipv4_written_as_ipv6_is_each_an_address_of_its_own(client):
    for n in range(31):
        given = {"login": f"name-{n}", "password": "wrong"}
        address = f"::ffff:192.0.2.{n}"
        assert client.post(LOGIN, given, REMOTE_ADDR=address).status_code == 200


# --- Codes that were used ---------------------------------------------------------


@pytest.mark.attack("A code is used twice")
@pytest.mark.parametrize("later", [0, 20, 31, 45])
def test_code_is_not_good_again_while_the_clock_may_be_off(
    client, clerk, monkeypatch, later
):
    TOTP.activate(clerk, SECRET)
    # The last of those that are good now: it stays so for longest.
    code = format_hotp_value(hotp_value(SECRET, [*yield_hotp_counters_from_time()][-1]))
    type_password(client)
    assert client.post(FACTORS + "authenticate/", {"code": code}).status_code == 302

    pass_of_time(monkeypatch, later)
    thief = Client()
    type_password(thief)
    answer = thief.post(FACTORS + "authenticate/", {"code": f"{code[:3]} {code[3:]}"})

    assert "Incorrect code" in answer.text


@pytest.mark.attack("A code is used twice")
def test_used_code_is_a_wrong_try(client, clerk, monkeypatch):
    TOTP.activate(clerk, SECRET)
    code = code_of(SECRET)
    type_password(client)
    client.post(FACTORS + "authenticate/", {"code": code})
    thief = Client()
    type_password(thief)
    for _ in range(5):
        thief.post(FACTORS + "authenticate/", {"code": code})

    assert WAITS in thief.post(FACTORS + "authenticate/", {"code": code}).text


# --- What cannot be counted is not tried -------------------------------------------


@pytest.fixture
def _read_only(clerk):
    """The database answers and takes nothing, as when its disk is full."""
    # Not by Django's cursor, which asks nothing more after an error.
    ask = connection.connection.execute
    if connection.vendor == "postgresql":
        # Ends with the transaction, and that with the test.
        ask("SET TRANSACTION READ ONLY")
        yield
    else:
        ask("PRAGMA query_only = 1")
        yield
        ask("PRAGMA query_only = 0")


@pytest.mark.attack("Passwords are guessed while tries cannot be counted")
@pytest.mark.usefixtures("_read_only")
def test_nobody_signs_in_while_tries_cannot_be_counted(client, caplog):
    answer = type_password(client)

    assert answer.status_code == 503
    assert "Nobody can sign in at present" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "sessionid" not in client.cookies
    assert "Nobody can sign in, the database takes nothing" in caplog.text
    assert "Traceback" not in caplog.text


# --- Several processes -------------------------------------------------------------

ACCOUNTS = f"""
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth import get_user_model
for name in ("clerk", "with-app"):
    user = get_user_model().objects.create_user(name, password={PASSWORD!r})
TOTP.activate(user, {SECRET!r})
"""


class Browser:
    """Keeps cookies, those for HTTPS too, and comes from an address of its own."""

    token = "a" * 32

    def __init__(self, server: str, address: str):
        self.netloc = urlsplit(server).netloc
        self.cookies = {"csrftoken": self.token}
        self.address = address

    def post(self, path: str, **form: str) -> tuple[int, str, str]:
        asking = http.client.HTTPConnection(self.netloc, timeout=60)
        asking.request(
            "POST",
            path,
            urlencode({**form, "csrfmiddlewaretoken": self.token}),
            {
                "Host": "testserver",
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
                "X-Forwarded-For": self.address,
            },
        )
        answer = asking.getresponse()
        text = answer.read().decode()
        for header in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        asking.close()
        return answer.status, answer.headers.get("Location", ""), text

    def type_password(self, name: str, password: str = PASSWORD):
        return self.post(LOGIN, login=name, password=password)


@pytest.fixture
def served(tmp_path, transactional_db, migrate):
    """Two processes behind a proxy; the Redis that they were told of is not there."""
    environment = environment_of(
        tmp_path, BEHIND_PROXY="true", CACHE_URL="redis://127.0.0.1:1/0"
    )
    migrate(environment)
    run_python(environment, ACCOUNTS)
    with gunicorn(environment, processes=2) as address:
        yield address


def at_once(calls):
    with ThreadPoolExecutor(len(calls)) as pool:
        return [done.result() for done in [pool.submit(call) for call in calls]]


@pytest.mark.attack("Redis is down")
@pytest.mark.attack("Several processes give more tries")
def test_processes_count_together_and_without_redis(served):
    browsers = [Browser(served, f"192.0.2.{n}") for n in range(20)]

    answers = at_once(
        [lambda b=browser: b.type_password("clerk", "wrong") for browser in browsers]
    )

    said = [text for status, _to, text in answers if status == 200]
    assert len(said) == 20
    assert 1 <= sum("not correct" in text for text in said) <= 5
    assert sum(WAITS in text for text in said) >= 15
    assert WAITS in browsers[0].type_password("clerk")[2]

    # One code, shown by six at a time: one comes in.
    thieves = [Browser(served, f"198.51.100.{n}") for n in range(6)]
    for thief in thieves:
        status, to, text = thief.type_password("with-app")
        assert status == 302, re.sub(r"\s+", " ", text)
        assert to.startswith(FACTORS)
    code = code_of(SECRET)
    answers = at_once(
        [lambda t=t: t.post(FACTORS + "authenticate/", code=code) for t in thieves]
    )

    assert sorted(status for status, _to, _text in answers) == [200] * 5 + [302]


@pytest.mark.attack("Strangers fill the inbox with reports of errors")
def test_processes_count_reports_of_errors_together(served):
    said = {"wrong": "It is so.", "right": "It is not.", "evidence": "The statutes."}
    senders = [Browser(served, "192.0.2.1") for _n in range(12)]

    answers = at_once(
        [lambda b=browser: b.post("/report/", **said) for browser in senders]
    )

    statuses = [status for status, _to, _text in answers]
    assert set(statuses) == {302, 429}
    assert 1 <= statuses.count(302) <= 5
    assert all(said["wrong"] in text for status, _to, text in answers if status == 429)
    # Another network has tries of its own.
    assert Browser(served, "198.51.100.1").post("/report/", **said)[0] == 302
