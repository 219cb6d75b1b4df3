"""Only addresses of the web become links, at every door and on every page."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from partnerships.models import Organisation
from profiles.models import Profile, Source
from profiles.web_addresses import is_web_address
from tests.factories import (
    make_draft,
    make_guiding_document,
    make_organisation,
    make_partnership,
    make_source,
    publish,
)

NOT_OF_THE_WEB = [
    "javascript:alert(1)",
    "JavaScript://example.org/%0aalert(1)",
    "data:text/html,x",
    "ftp://example.org/",
    "ftps://example.org/",
    "mailto:somebody@example.org",
    "//example.org/",
    "/admin/",
    " http://example.org/",
    "http:example.org",
    "http:///path",
    "http://",
    "http://example.org/\nx",
    "java\tscript:alert(1)",
    "http://example.org/\x00",
    "http://example.org/\u202egnp.exe",
    "http://example.org/\u200bx",
    "http://iom.int@example.org/",
    "http://2130706433/",
]


@pytest.mark.attack("An address with another scheme becomes a link")
@pytest.mark.parametrize("address", NOT_OF_THE_WEB)
def test_what_is_not_an_address_of_the_web_is_refused(address):
    assert not is_web_address(address)
    for model, field in (
        (Source, "url"),
        (Organisation, "website"),
        (Profile, "website"),
    ):
        with pytest.raises(ValidationError):
            model._meta.get_field(field).clean(address, None)


def test_addresses_that_the_registry_holds_are_taken():
    records = json.loads(Path("fixtures/registry.json").read_text())
    addresses = {
        record["fields"][name]
        for record in records
        for name in ("url", "website")
        if record["fields"].get(name)
    }

    assert len(addresses) > 100
    assert not [address for address in addresses if not is_web_address(address)]


@pytest.mark.attack("An address with another scheme becomes a link")
@pytest.mark.django_db
@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/"])
def test_address_that_came_past_the_check_is_no_link(client, address):
    # As a load past the forms, or an older version of the registry, may have left it.
    source = make_source(url=address)
    draft = make_draft(website=address, sources=[source])
    make_guiding_document(draft, url=address)
    organisation = make_organisation(website=address)
    make_partnership(draft, organisation)
    publish(draft)

    for page in (draft.mechanism.get_absolute_url(), organisation.get_absolute_url()):
        text = client.get(page).text
        assert address in text
        assert f'href="{address}' not in text
