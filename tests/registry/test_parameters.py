"""What may stand after the question mark of a public page."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.cache import caches
from django.http import HttpResponse
from django.urls import path

from iscm_registry.parameters import ADDED_BY_OTHERS
from iscm_registry.urls import urlpatterns as registry_patterns
from tests.factories import make_full_draft, make_profile, publish
from tests.registry.public_addresses import (
    addresses_of,
    asked_for,
    public_addresses,
    public_names,
)

pytestmark = pytest.mark.django_db

urlpatterns = [path("says-nothing/", HttpResponse), *registry_patterns]


@pytest.fixture
def registry():
    return publish(make_full_draft(name="Puebla Process", acronym="RCM"))


@pytest.mark.attack("Invented parameters make endless pages")
@pytest.mark.parametrize("query", ["x=1", "x=", "x", "=", "q[]=1", "%FF=%FF"])
def test_unknown_parameter_is_no_page_anywhere(client, registry, query):
    for address in public_addresses():
        for ask in (client.get, client.head):
            response = ask(f"{address}?{query}")

            assert response.status_code == 400, address
            assert response.headers["Cache-Control"] == "private, no-store", address
            assert "ETag" not in response.headers, address
    assert not caches["pages"].held


def test_answer_names_the_parameter_what_there_is_and_the_way_on(client):
    make_profile(status="active")

    answer = client.get("/mechanisms/?status=active&statsu=active&page=1&page=2")

    assert "There is no parameter “statsu” here." in answer.text
    assert "The parameter “page” takes one value" in answer.text
    assert "<code>status</code>" in answer.text
    assert 'href="/mechanisms/?status=active&amp;page=2"' in answer.text

    none_taken = client.get("/about/?page=2").text
    assert "This page takes no parameters" in none_taken
    assert 'href="/about/"' in none_taken


def test_what_is_repeated_is_cut_short_and_harmless(client):
    name = "<script>alert(1)</script>" + "x" * 300

    answer = client.get("/about/", {name: 1, **{f"x{n}": n for n in range(500)}})

    assert answer.status_code == 400
    assert "<script>alert(1)" not in answer.text
    assert "x" * 61 not in answer.text
    assert len(answer.text) < 20_000


@pytest.mark.urls(__name__)
def test_view_that_names_no_parameters_takes_none(client):
    assert client.get("/says-nothing/").status_code == 200
    assert client.get("/says-nothing/?q=1").status_code == 400


def test_form_sent_with_nothing_filled_in_gives_the_page(client, registry):
    """As browsers send a plain form: every field, empty or not."""
    for name, has_parts in public_names().items():
        if has_parts:
            continue
        (address,) = addresses_of(name)
        page = client.get(address).text
        for form in re.findall(r"<form\b.*?</form>", page, re.DOTALL):
            action = re.search(r'action="([^"]*)"', form)[1]
            empty = dict.fromkeys(asked_for(form), "")
            assert client.get(action or address, empty).status_code == 200, address


def test_every_link_of_every_page_leads_to_a_page(client, registry):
    for n in range(30):
        make_profile(name=f"Process {n}")
    seen = {
        *public_addresses(),
        "/mechanisms/?q=process&view=table&per_page=25",
        "/search/?q=process",
        "/mechanisms/?status=nonsense",
    }
    waiting = sorted(seen)
    while waiting and len(seen) < 400:
        address = waiting.pop()
        response = client.get(address)
        assert response.status_code in (200, 400), address
        if not response.headers["Content-Type"].startswith("text/"):
            continue
        text = response.getvalue().decode()
        assert "There is no parameter" not in text, address
        for link in re.findall(r'\b(?:href|hx-get)="([^"#]*)', text):
            link = unescape(link)
            target = f"{urlsplit(address).path}{link}" if link[:1] == "?" else link
            if not target.startswith("/") or target.startswith(("/static/", "/a")):
                continue
            # One address for each set of names: what the values are matters little.
            parts = urlsplit(target)
            kind = parts.path + "&".join(sorted(n for n, _v in parse_qsl(parts.query)))
            if kind not in seen:
                seen |= {kind, target}
                waiting.append(target)


@pytest.mark.parametrize("name", sorted(ADDED_BY_OTHERS))
def test_what_newsletters_add_to_links_is_taken_off(client, name):
    make_profile(name="Puebla Process", status="active")

    answer = client.get(f"/mechanisms/?status=active&{name}=a%26b&q=caf%C3%A9")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/mechanisms/?status=active&q=caf%C3%A9"
    assert answer.headers["Cache-Control"] == "private, no-store"

    alone = client.get(f"/about/?{name}=x", follow=True)
    assert alone.redirect_chain == [("/about/", 302)]
    assert alone.status_code == 200
    assert not client.get(f"/%2Fevil.example/?{name}=x").has_header("Location")


def test_parameter_of_one_value_is_not_taken_twice(client, registry):
    assert client.get("/search/?q=a&q=b").status_code == 400
    assert client.get("/search/suggest/?q=a&q=b").status_code == 400
    assert client.get("/mechanisms/?sort=name&sort=-name").status_code == 400

    assert client.get("/search/?q=a&kind=state&kind=theme").status_code == 200
    several = "status=active&status=dormant"
    assert client.get(f"/mechanisms/?{several}").status_code == 200


def test_list_without_pages_takes_no_page(client, registry):
    assert client.get("/states/?page=1").status_code == 400
    assert client.get("/states/?sort=-name").status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [("/missing/?x=1", 404), ("/about?x=1", 301), ("/healthz/?x=1", 200)],
)
def test_what_is_no_public_page_says_what_it_is(client, address, status):
    response = client.get(address)

    assert response.status_code == status
    assert not caches["pages"].held


def test_staff_pages_take_what_they_take(admin_client):
    assert admin_client.get("/admin/profiles/profile/?q=x").status_code == 200
