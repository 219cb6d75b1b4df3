"""Who publishes the registry and whom to ask: what the settings say, and no more."""

import pytest

from iscm_registry import caching

pytestmark = pytest.mark.django_db

PAGES = ("/contact/", "/about/")


def test_what_is_not_set_is_said_to_be_not_named(client):
    for page in PAGES:
        text = client.get(page).text
        assert "does not say who publishes it" in text
        assert "gives no address" in text
    assert "mailto:" not in client.get("/").text
    assert "Published by" not in client.get("/").text


def test_publisher_and_contact_stand_on_every_page(client, settings):
    settings.PUBLISHER_NAME = "Division <of> Examples"
    settings.PUBLISHER_ADDRESS = "https://publisher.example/"
    settings.CONTACT_NAME = "The editors"
    settings.CONTACT_ADDRESS = "editors@registry.example"

    for page in (*PAGES, "/", "/mechanisms/"):
        text = client.get(page).text
        assert "Division &lt;of&gt; Examples" in text
        assert '<a href="https://publisher.example/">' in text
        assert '<a href="mailto:editors@registry.example">' in text
        assert "gives no address" not in text


@pytest.mark.parametrize(
    "address", ["1 Example Road, Geneva", "javascript:alert(1)", "a@b@c", "ftp://x.org"]
)
def test_only_letters_and_pages_become_links(client, settings, address):
    settings.CONTACT_ADDRESS = address

    text = client.get("/contact/").text

    assert address in text
    assert f'href="{address}' not in text
    assert "mailto:" not in text


def test_pages_kept_under_other_names_are_not_shown(settings):
    before = caching.code_version.__wrapped__()

    settings.CONTACT_NAME = "The editors"

    assert caching.code_version.__wrapped__() != before
