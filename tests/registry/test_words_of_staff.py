"""What the staff's pages say: words of the field, and what one needs to go on."""

import re

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from iscm_registry.duplicates import possible_duplicates, undecided
from profiles.models import LinkCheck
from tests.factories import (
    make_full_draft,
    make_mechanism_link,
    make_organisation,
    make_profile,
    make_source,
)
from tests.profiles.staff_forms import change_url, entered

pytestmark = pytest.mark.django_db

NOT_READ = re.compile(
    r"<(script|style|code|option|template|noscript)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.S
)
CODE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b|\b(?:slug|fingerprint|sha256|pk)\b", re.I)


def read_by_people(page):
    return NOT_READ.sub(" ", page.content.decode().partition("<body")[2])


def test_no_page_of_a_record_speaks_in_code(admin_client):
    draft = make_full_draft()
    make_mechanism_link(draft)
    spoken = {}
    for model in admin.site._registry:
        opts = model._meta
        name = f"admin:{opts.app_label}_{opts.model_name}"
        record = model._default_manager.first()
        pages = {"changelist": [], "add": [], "change": [record.pk if record else 0]}
        for page_name, arguments in pages.items():
            try:
                url = reverse(f"{name}_{page_name}", args=arguments)
            except NoReverseMatch:
                continue
            page = admin_client.get(url)
            if page.status_code != 200:
                continue
            words = set(CODE.findall(read_by_people(page)))
            if words:
                spoken[url] = words

    assert len(admin.site._registry) > 40
    assert spoken == {}


def test_mechanisms_are_chosen_and_listed_by_their_names(admin_client):
    draft = make_full_draft()
    other = make_profile(name="Process of the rivers").mechanism
    link = make_mechanism_link(draft, other=other)

    page = admin_client.get(change_url(draft)).content.decode()
    assert f"Process of the rivers ({other.slug})" in page
    found = admin_client.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "partnerships",
            "model_name": "mechanismlink",
            "field_name": "other",
            "term": "of the rivers",
        },
    ).json()["results"]
    assert [one["text"] for one in found] == [f"Process of the rivers ({other.slug})"]
    facts = reverse("admin:partnerships_mechanismlink_changelist")
    page = admin_client.get(facts).content.decode()
    assert f"{link.profile.short_name} ({draft.mechanism.slug})" in page


def test_guide_is_a_link_away_from_every_page_and_leads_through_its_pages(admin_client):
    first = reverse("staff-guide")
    assert (
        f'href="{first}"' in admin_client.get(reverse("admin:index")).content.decode()
    )
    page = admin_client.get(first).content.decode()
    links = set(re.findall(rf'href="({first}[a-z0-9-]+/)"', page))
    assert len(links) > 15
    for link in links:
        assert admin_client.get(link).status_code == 200
    assert admin_client.get(f"{first}settings/").status_code == 404


def test_first_page_looks_for_records_of_every_kind(admin_client):
    make_organisation(name_en="A body of the lakes")
    page = admin_client.get(reverse("admin:index")).content.decode()
    url = reverse("admin:partnerships_organisation_changelist")

    assert f'formaction="{url}"' in page
    found = admin_client.get(url, {"q": "lakes"}).content.decode()
    assert "A body of the lakes" in found


def test_links_that_nobody_checked_are_not_called_alive(admin_client):
    page = admin_client.get(reverse("admin:index")).content.decode()
    assert "No check has run yet." in page

    LinkCheck.objects.create(
        url="https://example.org/", is_answering=True, checked_at=timezone.now()
    )
    page = admin_client.get(reverse("admin:index")).content.decode()
    assert "No check has run yet." not in page


def test_acronym_that_is_taken_is_told(admin_client):
    make_organisation(name_en="African Union", acronym_en="AU")
    body = make_organisation(name_en="Another union")
    url = change_url(body)

    data = entered(admin_client.get(url)) | {"acronym_fr": "AU"}
    page = admin_client.post(url, data, follow=True).content.decode()

    assert "Taken already: African Union has this acronym too." in page
    body.refresh_from_db()
    assert body.acronym_fr == "AU"


def test_error_of_a_table_names_the_codes_that_are_allowed(admin_client):
    table = b"slug,name_en,type\nbody,A body,un\n"
    page = admin_client.post(
        reverse("admin:partnerships_organisation_import"),
        {
            "import_file": SimpleUploadedFile("table.csv", table),
            "format": "0",
            "resource": "0",
        },
    ).content.decode()

    assert "Allowed are: un_entity (United Nations entity)" in page


def test_two_that_only_look_alike_are_never_shown_again(admin_client):
    one = make_source(title="About us", url="https://example.org/a")
    other = make_source(title="About us", url="https://example.org/a")
    index = reverse("admin:index")
    assert "do not ask again" in admin_client.get(index).content.decode()

    admin_client.post(
        reverse("admin:profiles_recordmerge_two"),
        {"kind": "profiles.source", "records": f"{other.pk},{one.pk}"},
    )
    one.title = "About"
    one.save()

    assert possible_duplicates()
    assert undecided(possible_duplicates()) == []
    assert "do not ask again" not in admin_client.get(index).content.decode()
