"""Headers, hosts, readers and whatever a stranger may type into an address."""

import string
import subprocess
import sys

import pytest
from django.core.cache import caches
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import make_full_draft, publish
from tests.registry.nasty_requests import NASTY, ON_EVERY_ANSWER
from tests.registry.public_addresses import (
    addresses_of,
    asked_for,
    complete_addresses,
    public_addresses,
    public_names,
    text_of,
)
from tests.serving import ROOT, environment_of, run_python

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry():
    return publish(make_full_draft(name="Puebla Process", acronym="RCM"))


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/", 200),
        ("/about", 301),
        ("/missing/", 404),
        ("/healthz/", 200),
        ("/admin/", 302),
        ("/admin/login/", 302),
        ("/accounts/login/", 200),
        ("/admin/missing/", 302),
    ],
)
def test_every_answer_carries_the_headers(client, address, status):
    response = client.get(address)

    assert response.status_code == status
    for name, value in ON_EVERY_ANSWER.items():
        assert response.headers[name] == value
    if status in (200, 404) and address != "/healthz/":
        assert "camera=()" in response.headers["Permissions-Policy"]
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_answers_from_the_cache_and_304_carry_them_too(client):
    drawn = client.get("/about/")
    held = {"If-None-Match": drawn.headers["ETag"]}

    for response in (client.get("/about/"), client.get("/about/", headers=held)):
        for name in (*ON_EVERY_ANSWER, "Content-Security-Policy"):
            assert response.headers[name] == drawn.headers[name]


def test_https_is_asked_for_and_remembered(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    sent = client.get("/about/")
    assert sent.status_code == 301
    assert sent.headers["Location"] == "https://testserver/about/"
    assert client.get("/healthz/").status_code == 200
    secure = client.get("/about/", secure=True)
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]


def test_health_needs_the_database(client, tmp_path, django_assert_num_queries):
    with django_assert_num_queries(1):
        healthy = client.get("/healthz/")
    assert (healthy.status_code, healthy.text) == (200, "ok")

    elsewhere = {"DATABASE_URL": f"sqlite:///{tmp_path}/missing/registry.sqlite3"}
    said = run_python(
        environment_of(tmp_path, **elsewhere),
        "from django.test import Client; print(Client().get('/healthz/').status_code)",
    )
    assert said.strip() == "503"


def test_log_tells_nothing_below_its_level(tmp_path, migrate):
    """Of Django's own loggers too, which ask the level of no other."""
    environment = environment_of(tmp_path)
    migrate(environment)
    ask = """
from django.test import Client
Client().get("/missing/")
Client().get("/", headers={"Host": "evil.example"})
"""

    def told(level: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", ask],
            cwd=ROOT,
            env={**environment, "LOG_LEVEL": level},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stderr

    warnings = told("WARNING")
    assert "WARNING django.request: Not Found: /missing/" in warnings
    assert "WARNING django.security.DisallowedHost: Invalid HTTP_HOST" in warnings
    assert told("ERROR") == ""


def test_cookies_of_staff_are_safe(client, django_user_model):
    django_user_model.objects.create_superuser("staff", password="secret")
    page = client.get("/accounts/login/")
    assert page.cookies["csrftoken"]["httponly"]

    answer = client.post("/accounts/login/", {"login": "staff", "password": "secret"})

    assert "sessionid" in answer.cookies
    for name, cookie in answer.cookies.items():
        assert cookie["httponly"], name
        assert cookie["secure"], name
        assert cookie["samesite"] == "Lax", name


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "a b", ""])
@pytest.mark.parametrize("address", ["/", "/mechanisms/", "/accounts/login/"])
def test_other_hosts_are_refused(client, host, address):
    response = client.get(address, headers={"Host": host})

    assert response.status_code == 400
    assert "This request cannot be answered" in response.content.decode()
    assert "no-store" in response.headers.get("Cache-Control", "no-store")
    assert "ETag" not in response.headers
    assert not caches["pages"].held


def test_every_public_page_is_the_same_for_staff(client, admin_client, registry):
    admin_client.get("/admin/")
    admin_client.cookies["messages"] = "something"
    for address in complete_addresses():
        caches["pages"].clear()
        for_staff = admin_client.get(address)
        caches["pages"].clear()
        page = client.get(address)

        assert page.status_code == 200, address
        assert for_staff.content == page.content, address
        assert for_staff.headers == page.headers, address
        assert not for_staff.cookies, address
        assert page.headers["ETag"], f"{address} is not kept"
        assert page.headers["Vary"] == "Accept-Encoding", address
        assert "csrfmiddlewaretoken" not in text_of(page), address


def test_every_kept_page_answers_for_one_query(
    client, registry, django_assert_num_queries
):
    for address in complete_addresses():
        tag = client.get(address).headers["ETag"]

        with django_assert_num_queries(1):  # the revision
            client.get(address)
        with django_assert_num_queries(1):  # the revision
            again = client.get(address, headers={"If-None-Match": tag})
        assert again.status_code == 304, address


def test_nothing_of_public_pages_answers_to_post(client, registry):
    for address in public_addresses():
        assert client.post(address, {"q": "x"}).status_code == 405, address


def test_a_stranger_sees_no_staff_page(client, registry):
    for address in ("/admin/", "/admin/profiles/profile/", "/admin/missing/"):
        response = client.get(address)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/admin/login/")
        assert response.headers["Cache-Control"] == "private, no-store"


# --- What may stand in an address ---------------------------------------------


texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=40),
    st.text(alphabet='"()[]{}*?~^:\\+-&|! aANDORT' + string.digits, max_size=40),
    st.integers().map(str),
)


def safely(address, query, client):
    response = client.get(address, query)
    assert response.status_code in (200, 400, 404), (address, query)
    assert "<script>alert(1)" not in text_of(response)
    assert "Set-Cookie" not in response.headers
    return response


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "name", [name for name, has_parts in public_names().items() if not has_parts]
)
def test_nasty_text_in_any_field_gets_a_clear_answer(client, registry, name):
    (address,) = addresses_of(name)
    keys = {*asked_for(client.get(address).text), "page", "per_page", "q"}
    for value in NASTY:
        safely(address, {"q": value}, client)
        safely(address, dict.fromkeys(keys - {"q"}, value), client)


@settings(
    max_examples=50,
)
@given(data=st.data())
def test_no_combination_of_fields_breaks_a_page(client, registry, data):
    address = data.draw(st.sampled_from(public_addresses()))
    shown = text_of(client.get(address))
    keys = ["page", "per_page", "sort", "q", *asked_for(shown)]
    query = data.draw(
        st.dictionaries(
            st.one_of(st.sampled_from(keys), st.text(max_size=8)),
            st.lists(texts, max_size=3),
            max_size=5,
        )
    )

    safely(address, query, client)


@pytest.mark.parametrize(
    "query",
    [
        "?page=%FF%FE",
        "?q=%ED%A0%BD",
        "?%FF=%FF",
        "?" + "a&" * 900,
        "?q=%",
        "?=",
        "?&&&",
        "?q[]=1",
    ],
)
def test_malformed_query_gets_a_clear_answer(client, registry, query):
    for name, has_parts in public_names().items():
        if not has_parts:
            response = client.get(reverse(name) + query)
            assert response.status_code in (200, 400, 404), name


@pytest.mark.parametrize(
    "address",
    [
        "/mechanisms/missing/",
        "/mechanisms/%00/",
        "/mechanisms/%FF/",
        "/mechanisms/a%0Ab/",
        "/mechanisms/missing/editions/1/",
        "/mechanisms/missing/editions/99999999999999999999999999/",
        "/mechanisms/" + "x" * 3000 + "/",
        "/states/zzz/",
        "/states/" + "x" * 300 + "/",
        "/partners/missing/",
        "/themes/missing/",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/../manage.py",
        "/%2Fevil.example",
        "/%5Cevil.example",
        "/wp-login.php",
        "/fr/",
    ],
)
def test_address_of_nothing_gets_the_page_that_says_so(client, registry, address):
    response = client.get(address)

    assert response.status_code == 404
    assert "There is no page at this address" in response.text
    assert response.headers["Cache-Control"] == "private, no-store"


def test_edition_number_beyond_the_database_is_just_missing(client, registry):
    slug = registry.mechanism.slug

    assert client.get(f"/mechanisms/{slug}/editions/{10**30}/").status_code == 404
