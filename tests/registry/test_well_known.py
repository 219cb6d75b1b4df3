"""What machines look for at fixed addresses."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from profiles import editions
from tests import factories as make
from tests.registry.nasty_requests import ON_EVERY_ANSWER
from tests.registry.public_addresses import public_addresses

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry():
    return make.publish(make.make_full_draft(name="Puebla Process"))


def test_robots_are_led_to_the_sitemap_and_not_into_every_question(client):
    answer = client.get("/robots.txt")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.splitlines()[0] == "User-agent: *"
    assert "Disallow: /admin/\n" in answer.text
    assert "Disallow: /*?\n" in answer.text
    assert answer.text.endswith("Sitemap: http://testserver/sitemap.xml\n")


def listed(client) -> list[str]:
    answer = client.get("/sitemap.xml")
    assert answer.status_code == 200
    sites = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    places = ElementTree.fromstring(answer.content).iter(f"{sites}loc")  # noqa: S314
    return [str(place.text).removeprefix("http://testserver") for place in places]


def test_sitemap_lists_every_page_of_a_record_and_no_draft(client, registry):
    draft = make.make_full_draft(make.make_mechanism(slug="hidden"))
    withdrawn = make.make_profile(make.make_mechanism(slug="gone"))
    editions.withdraw(withdrawn, reason="Wrong.")

    found = listed(client)

    assert found == list(dict.fromkeys(found))
    assert f"/mechanisms/{registry.mechanism.slug}/" in found
    assert f"/states/{registry.memberships.get().state.iso3.lower()}/" in found
    assert f"/partners/{registry.partnerships.get().organisation.slug}/" in found
    assert f"/themes/{registry.theme_focuses.get().theme.slug}/" in found
    assert f"/partners/{draft.partnerships.get().organisation.slug}/" not in found
    assert not {"/mechanisms/hidden/", "/mechanisms/gone/"} & {*found}
    for address in found:
        assert client.get(address).status_code == 200, address
    pages = {a for a in public_addresses() if client.get(a).status_code == 200}
    of_no_record = re.compile(
        r"/editions/|/facts/|/dossier/|/overlaps/.|/search/|\.\w+$"
    )
    assert {a for a in pages if not of_no_record.search(a)} == set(found)


def test_sitemap_names_each_language(client, registry, settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]

    assert {"/about/", "/fr/about/"} <= set(listed(client))
    assert 'hreflang="fr"' in client.get("/sitemap.xml").text


def test_sitemap_costs_the_same_however_much_there_is(
    client, registry, django_assert_max_num_queries
):
    for number in range(20):
        make.make_profile(name=f"Process {number}")

    with django_assert_max_num_queries(14):
        assert len(listed(client)) > 20


def fields_of(text: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, value = line.partition(": ")
        fields.setdefault(name, []).append(value)
    return fields


def test_who_finds_a_weakness_reads_whom_to_tell(client, settings):
    settings.SECURITY_CONTACT = ["mailto:security@example.org", "https://example.org/"]

    answer = client.get("/.well-known/security.txt")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    said = fields_of(answer.text)
    assert said["Contact"] == settings.SECURITY_CONTACT
    assert said["Canonical"] == ["http://testserver/.well-known/security.txt"]
    (until,) = said["Expires"]
    left = parse_datetime(until) - timezone.now()
    assert timedelta(days=30) < left < timedelta(days=365)
    (policy,) = said["Policy"]
    assert "# Security" in client.get(policy.removeprefix("http://testserver")).text


def test_without_a_setting_security_txt_leads_to_the_page_that_says_how(client):
    (contact,) = fields_of(client.get("/.well-known/security.txt").text)["Contact"]

    assert contact == "http://testserver/contact/"
    assert client.get("/contact/").status_code == 200


def test_browsers_find_the_icon_that_they_ask_every_site_for(client):
    answer = client.get("/favicon.ico")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] in (
        "image/x-icon",
        "image/vnd.microsoft.icon",
    )
    assert b"".join(answer.streaming_content)[:4] == b"\0\0\1\0"


def test_browsers_are_told_how_to_search(client, registry, settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    for start in ("/", "/fr/"):
        page = client.get(start).text
        link = re.search(r'<link rel="search" type="([^"]+)"[^>]* href="([^"]+)"', page)
        assert link
        assert link[2] == f"{start}opensearch.xml"
        answer = client.get(link[2])
        assert answer.headers["Content-Type"].startswith(link[1])
        root = ElementTree.fromstring(answer.content)  # noqa: S314
        name = "{http://a9.com/-/spec/opensearch/1.1/}"
        short = root.findtext(f"{name}ShortName")
        assert short
        assert len(short) <= 16
        templates = {u.get("type"): u.get("template") for u in root.iter(f"{name}Url")}
        assert templates["text/html"] == (
            f"http://testserver{start}search/?q={{searchTerms}}"
        )
        asked = templates["text/html"].removeprefix("http://testserver")
        assert client.get(asked.replace("{searchTerms}", "x")).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "X"])
def test_public_pages_are_only_for_reading_and_say_so(registry, method):
    """Not the page about cookies, which forms of staff get without their token."""
    client = Client(enforce_csrf_checks=True)
    for address in public_addresses():
        answer = client.generic(method, address, b"a=1")

        assert answer.status_code == 405, address
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS", address
        assert "only for reading" in answer.text, address
        assert answer.headers["Cache-Control"] == "private, no-store", address
        for name, value in ON_EVERY_ANSWER.items():
            assert answer.headers[name] == value, address


def test_forms_of_staff_are_sent_as_before(registry):
    client = Client(enforce_csrf_checks=True)

    assert client.post("/accounts/login/", {}).status_code == 403
    assert client.post("/missing/", {}).status_code == 404
