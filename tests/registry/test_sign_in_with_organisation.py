"""Signing in by OpenID Connect, with a real provider in a process of its own.

Both servers are asked over HTTP by a client that follows redirects as a browser does,
and keeps the cookies of each.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
import requests

from tests.oidc.served import (
    CALLBACK,
    CLIENT,
    SIGN_IN,
    prepare_provider,
    served_provider,
)
from tests.serving import environment_of, gunicorn, manage, run_python, sqlite_in

PASSWORD = "password"


def person(name, *, verified=True, factors=("pwd", "mfa"), **more):
    return {
        "email": f"{name}@example.org",
        "email_verified": verified,
        "amr": list(factors),
        **more,
    }


PEOPLE = {
    "anna": person("anna"),
    "bert": person("bert", factors=["pwd"]),
    "clara": person("clara", verified=False),
    "dora": person("dora"),
    "emil": person("emil", verified="false"),
    "fred": person("fred"),
    "gina": person("gina"),
    "hugo": person("hugo", of_user_data={"sub": "somebody else"}),
    "ines": person("ines", email="INES@Example.org"),
    "jana": person("jana"),
    "kurt": person("kurt", factors=["pwd"]),
    "lena": person("lena"),
    "mara": person("mara"),
    "nils": person("nils", email="n\u0131ls@example.org"),
    "kai": person("kai", email="\u212aai@example.org"),
    "olga": person("olga"),
}

# Who has an account of the registry. Dora has none, Fred's address belongs to two, and
# those of Nils and Kai only look like their accounts'. Lena, Mara and Olga manage
# others.
ACCOUNTS = """
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
def account(name, email=None, **more):
    get_user_model().objects.create_user(
        name, email or f"{name}@example.org", "password", is_staff=True, **more
    )
    return get_user_model().objects.get(username=name)
account("anna").groups.add(Group.objects.get(name="reviewer"))
for name in ("bert", "clara", "emil", "fred", "hugo", "ines", "jana", "kurt"):
    account(name)
for name in ("nils", "kai"):
    account(name)
for name in ("lena", "olga"):
    account(name, is_superuser=True)
account("mara").groups.add(Group.objects.get(name="administrator"))
account("fred2", "Fred@example.org")
account("gina", is_active=False)
"""


@dataclass
class Servers:
    registry: str
    provider: str
    folder: Path
    environment: dict[str, str]


@contextmanager
def served_registry(provider: str, folder: Path, migrate) -> Iterator[Servers]:
    environment = {
        **environment_of(folder, **sqlite_in(folder)),
        # Plain HTTP, and yet both factors.
        "DEMO": "1",
        "SECOND_FACTOR_REQUIRED": "1",
        "OIDC_SERVER_URL": f"{provider}/o",
        "OIDC_NAME": "the organisation",
        **CLIENT,
    }
    migrate(environment)
    run_python(environment, ACCOUNTS)
    with gunicorn(environment) as registry:
        yield Servers(registry, provider, folder, environment)


@pytest.fixture(scope="module")
def servers(tmp_path_factory, migrate) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("sign_in")
    (folder / "people.json").write_text(json.dumps(PEOPLE))
    prepare_provider(folder)
    with (
        served_provider(folder) as provider,
        served_registry(provider, folder, migrate) as servers,
    ):
        yield servers


class Visitor(requests.Session):
    """Follows redirects, keeps cookies, fills in forms."""

    def __init__(self, servers: Servers):
        super().__init__()
        self.servers = servers

    def at(self, path: str, **more) -> requests.Response:
        return self.get(self.servers.registry + path, timeout=30, **more)

    def to_provider(self, query: str = "") -> requests.Response:
        """Follow the link on the sign-in page, up to the provider's form."""
        page = self.at("/accounts/login/" + query)
        link = re.search(rf'href="({SIGN_IN}[^"]*)"', page.text)
        assert link, "The sign-in page does not offer the organisation's."
        return self.at(unescape(link[1]))

    def fill_in(self, form: requests.Response, name: str) -> str:
        """Sign in at the provider; return where it sends the visitor back to."""
        assert form.url.startswith(self.servers.provider), form.text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)[1]
        given = {"username": name, "password": "password"}
        answer = self.post(
            form.url,
            {**given, "csrfmiddlewaretoken": token},
            allow_redirects=False,
            timeout=30,
        )
        back = self.get(
            self.servers.provider + answer.headers["Location"],
            allow_redirects=False,
            timeout=30,
        )
        return back.headers["Location"]

    def sign_in(self, name: str, query: str = "") -> requests.Response:
        return self.get(self.fill_in(self.to_provider(query), name), timeout=30)

    def is_signed_in(self) -> bool:
        answer = self.at("/accounts/sessions/", allow_redirects=False)
        return answer.status_code == 200


@pytest.fixture
def visitor(servers) -> Visitor:
    return Visitor(servers)


def changed(address: str, **query: str) -> str:
    parts = urlsplit(address)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return urlunsplit(parts._replace(query=urlencode({**given, **query})))


# --- Who comes in -------------------------------------------------------------------


def test_known_person_comes_in_at_the_page_that_was_asked_for(visitor):
    page = visitor.sign_in("anna", "?next=/admin/profiles/mechanism/")

    assert page.status_code == 200
    assert urlsplit(page.url).path == "/admin/profiles/mechanism/"


def test_session_ends_with_the_browser_here_too(visitor):
    visitor.sign_in("anna")

    (cookie,) = [c for c in visitor.cookies if c.name == "sessionid"]
    assert cookie.expires is None


def test_asking_at_the_provider_is_guarded(visitor):
    form = visitor.to_provider()

    (asked,) = [r for r in form.history if "/o/authorize/" in r.url]
    query = parse_qs(urlsplit(asked.url).query)
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert len(query["state"][0]) >= 16


def test_address_is_compared_without_regard_to_capitals(visitor):
    visitor.sign_in("ines")

    assert visitor.is_signed_in()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("clara", id="address not verified"),
        pytest.param("emil", id="verified said as a text"),
        pytest.param("dora", id="no account"),
        pytest.param("fred", id="two accounts"),
        pytest.param("gina", id="account closed"),
        pytest.param("nils", id="dotless i"),
        pytest.param("kai", id="sign for Kelvin"),
    ],
)
def test_person_without_an_account_of_theirs_is_refused_in_words(visitor, name):
    page = visitor.sign_in(name)

    assert "There is no account for you here" in page.text
    assert not visitor.is_signed_in()


@pytest.mark.attack("An administrator is connected to a provider silently")
@pytest.mark.parametrize("name", ["lena", "mara"])
def test_account_that_manages_others_is_not_opened_by_an_address(visitor, name):
    page = visitor.sign_in(name)

    assert page.status_code == 403
    assert "Sign in with its password" in page.text
    assert not visitor.is_signed_in()


CONNECTIONS = """
from allauth.socialaccount.models import SocialAccount
from auditlog.models import LogEntry
for connected in SocialAccount.objects.filter(user__username="{name}"):
    print("connected", connected.provider)
for entry in LogEntry.objects.filter(object_repr="{name}"):
    print("logged", entry.changes_dict)
"""
CONNECTED = "connected organisation\nlogged {'organisation': ['', 'connected']}\n"


def test_account_that_manages_others_is_connected_on_the_server(visitor, servers):
    page = visitor.sign_in("olga")
    identifier = re.search(r"<code>([^<]+)</code>", page.text)[1]
    assert run_python(servers.environment, CONNECTIONS.format(name="olga")) == ""

    manage(servers.environment, "connect_account", "olga", identifier)
    visitor.cookies.clear()
    page = visitor.sign_in("olga")

    assert urlsplit(page.url).path == "/admin/"
    found = run_python(servers.environment, CONNECTIONS.format(name="olga"))
    assert found == CONNECTED
    for name, why in {
        "lena": "opens another",
        "gina": "no open",
        "x": "no open",
    }.items():
        with pytest.raises(AssertionError, match=why):
            manage(servers.environment, "connect_account", name, identifier)


@pytest.mark.attack("An administrator is connected to a provider silently")
def test_each_connection_is_written_down(visitor, servers):
    visitor.sign_in("bert")

    found = run_python(servers.environment, CONNECTIONS.format(name="bert"))
    assert found == CONNECTED


def test_account_stays_theirs_when_the_address_changes_at_the_provider(servers):
    first, later = Visitor(servers), Visitor(servers)
    first.sign_in("jana")
    path = servers.folder / "people.json"
    moved = {**PEOPLE, "jana": person("jana", email="married@example.org")}
    path.write_text(json.dumps(moved))
    try:
        later.sign_in("jana")
    finally:
        path.write_text(json.dumps(PEOPLE))

    assert first.is_signed_in()
    assert later.is_signed_in()


def test_password_of_the_account_stays(servers, visitor):
    visitor.sign_in("anna")
    other = Visitor(servers)
    form = other.at("/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)[1]

    other.post(
        form.url,
        {"csrfmiddlewaretoken": token, "login": "anna", "password": PASSWORD},
        headers={"Referer": form.url},
        timeout=30,
    )

    assert other.is_signed_in()


# --- The second factor ----------------------------------------------------------------


def test_second_factor_of_the_provider_counts_when_it_says_so(visitor):
    assert urlsplit(visitor.sign_in("anna").url).path == "/admin/"


def test_otherwise_ours_is_asked(visitor):
    page = visitor.sign_in("bert")

    assert urlsplit(page.url).path == "/accounts/second-factor/"
    assert urlsplit(visitor.at("/admin/").url).path == "/accounts/second-factor/"


def test_provider_that_lets_nobody_in_without_one_can_be_trusted(servers):
    trusting = servers.environment | {"OIDC_TRUSTS_MFA": "1"}
    with gunicorn(trusting) as registry:
        visitor = Visitor(Servers(registry, servers.provider, servers.folder, trusting))
        page = visitor.sign_in("kurt")

    assert urlsplit(page.url).path == "/admin/"


# --- What is not as it was asked for ------------------------------------------------


def assert_refused(visitor, address, *statuses):
    page = visitor.get(address, timeout=30)
    assert page.status_code in (statuses or (200, 401, 403)), page.status_code
    assert "did not work" in page.text
    assert not visitor.is_signed_in()


def test_state_that_was_not_given_is_refused(visitor):
    back = visitor.fill_in(visitor.to_provider(), "anna")

    assert_refused(visitor, changed(back, state="x" * 16))


def test_answer_in_another_browser_is_refused(visitor, servers):
    back = visitor.fill_in(visitor.to_provider(), "anna")

    assert_refused(Visitor(servers), back)


def test_code_of_somebody_else_is_refused(visitor, servers):
    """What a thief would do: put a code that was caught into a sign-in of their own."""
    caught = visitor.fill_in(visitor.to_provider(), "anna")
    code = parse_qs(urlsplit(caught).query)["code"][0]
    thief = Visitor(servers)
    own = thief.fill_in(thief.to_provider(), "bert")

    assert_refused(thief, changed(own, code=code))


def test_code_is_good_once(visitor, servers):
    back = visitor.fill_in(visitor.to_provider(), "anna")
    visitor.get(back, timeout=30)
    assert visitor.is_signed_in()
    visitor.cookies.clear()

    again = visitor.fill_in(visitor.to_provider(), "anna")
    code = parse_qs(urlsplit(back).query)["code"][0]
    assert_refused(visitor, changed(again, code=code))


def test_code_that_was_made_up_is_refused(visitor):
    back = visitor.fill_in(visitor.to_provider(), "anna")

    assert_refused(visitor, changed(back, code="made-up"))


def test_user_data_of_another_person_is_refused(visitor):
    back = visitor.fill_in(visitor.to_provider(), "hugo")

    assert_refused(visitor, back)


def test_account_cannot_be_tied_to_somebody_elses_identity(visitor):
    link = visitor.at(SIGN_IN + "?process=connect")
    back = visitor.fill_in(link, "anna")

    assert_refused(visitor, back)


def test_leaving_at_the_provider_is_said_in_words(visitor):
    form = visitor.to_provider()
    (asked,) = [r for r in form.history if "/o/authorize/" in r.url]
    state = parse_qs(urlsplit(asked.url).query)["state"][0]

    page = visitor.at(f"{CALLBACK}?error=access_denied&state={state}")

    assert "Sign-in cancelled" in page.text


def test_provider_that_does_not_answer_is_said_in_words(servers):
    away = servers.environment | {"OIDC_SERVER_URL": "http://127.0.0.1:9/o"}
    with gunicorn(away) as registry:
        visitor = Visitor(Servers(registry, "", servers.folder, away))
        page = visitor.to_provider()

    assert page.status_code == 503
    assert "It does not answer at present" in page.text
