import pytest
from django.urls import reverse

from tests.factories import (
    make_draft,
    make_organisation,
    make_partnership,
)

pytestmark = pytest.mark.django_db


def test_organisation_is_found_by_acronym_in_any_language_and_by_alias(admin_client):
    iom = make_organisation(name_en="Migration", acronym_en="IOM", acronym_es="OIM")
    iom.aliases.create(name="Weltorganisation")
    make_organisation(name_en="Other")
    url = reverse("admin:partnerships_organisation_changelist")

    for words in ("iom", "oim", "weltorg"):
        results = admin_client.get(url, {"q": words}).context["cl"].result_list
        assert list(results) == [iom]


def test_filter_keeps_organisations_whose_website_is_unknown(admin_client):
    make_organisation(website="https://example.org")
    unknown = make_organisation()
    url = reverse("admin:partnerships_organisation_changelist")

    results = admin_client.get(url, {"website__isempty": "1"}).context["cl"].result_list

    assert list(results) == [unknown]


def test_organisation_in_use_says_so_instead_of_going(admin_client):
    organisation = make_partnership(make_draft()).organisation
    url = reverse("admin:partnerships_organisation_delete", args=[organisation.pk])

    page = admin_client.get(url)

    assert page.context["protected"]
    assert not page.context["perms_lacking"]
    admin_client.post(url, {"post": "yes", "_shown": page.context["shown"]})
    organisation.refresh_from_db()


def test_organisation_that_nobody_names_goes_with_its_aliases(admin_client):
    organisation = make_organisation()
    organisation.aliases.create(name="Another name")
    url = reverse("admin:partnerships_organisation_delete", args=[organisation.pk])

    shown = admin_client.get(url).context["shown"]
    admin_client.post(url, {"post": "yes", "_shown": shown})

    assert not type(organisation).objects.exists()
