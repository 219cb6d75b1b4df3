"""Only addresses of the web become links, at every door and on every page."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Value

from partnerships.models import Organisation
from profiles.models import GuidingDocument, Profile, Source
from profiles.web_addresses import is_web_address
from tests.factories import (
    make_draft,
    make_guiding_document,
    make_organisation,
    make_partnership,
    make_source,
    publish,
)
from tests.migrating import migrate

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
@pytest.mark.parametrize(
    "address", ["http://iom.int@example.org/", "http://example.org/\u202egnp.exe"]
)
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


COLUMNS = {
    Source: ("url", make_source),
    Organisation: ("website", make_organisation),
    Profile: ("website", make_draft),
    GuidingDocument: ("url", lambda: make_guiding_document(make_draft())),
}


@pytest.mark.django_db
@pytest.mark.parametrize("model", COLUMNS)
def test_database_takes_what_begins_as_an_address_of_the_web_alone(model):
    column, make = COLUMNS[model]
    rows = model.objects.filter(pk=make().pk)

    for address in (
        "javascript:alert(1)",
        "ftp://example.org/",
        "HTTP://example.org/",
        "hTTps://example.org/",
        "https:/example.org/",
        " http://example.org/",
        "//example.org/",
    ):
        with (
            pytest.raises(IntegrityError, match=f"{column}_is_of_the_web"),
            transaction.atomic(),
        ):
            # Past the field, which would lower a scheme.
            rows.update(**{column: Value(address)})
    for address in ("http://example.org/", "https://example.org/", ""):
        assert rows.update(**{column: address}) == 1


@pytest.mark.django_db
def test_scheme_in_capitals_is_kept_in_small_letters():
    source = make_source()
    source.url = "HTTPS://Example.org/A"
    source.full_clean()
    source.save()

    assert Source.objects.get().url == "https://Example.org/A"


@pytest.fixture
def before_the_constraints():
    """Take the database back to before them; return its apps, to make rows with."""
    earlier = migrate(
        ("partnerships", "0001_initial"),
        ("profiles", "0005_withdrawals_and_redactions"),
    )
    yield earlier
    earlier.get_model("profiles", "Source").objects.all().delete()
    migrate()


@pytest.mark.no_cover
@pytest.mark.django_db(transaction=True)
def test_migration_lowers_schemes_and_names_what_is_no_address(before_the_constraints):
    sources = before_the_constraints.get_model("profiles", "Source").objects
    sources.create(slug="a", title="A", url="HTTP://example.org/")
    wrong = sources.create(slug="b", title="B", url="ftp://example.org/")

    with pytest.raises(ValueError, match=f"profiles.Source {wrong.pk}: ftp://example"):
        migrate()

    sources.filter(pk=wrong.pk).update(url="")
    migrate()
    assert dict(Source.objects.values_list("slug", "url")) == {
        "a": "http://example.org/",
        "b": "",
    }
