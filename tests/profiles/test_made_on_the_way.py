"""Records made beside the form of an edition: saved with it, or not at all."""

import json

import pytest
from django.urls import reverse

from partnerships.models import Organisation
from profiles.admin.on_the_way import NEW
from profiles.models import Mechanism, Membership, Profile, Source
from tests.factories import make_draft, make_organisation, make_state
from tests.profiles.staff_forms import change_url, entered, errors_of, new_row

pytestmark = pytest.mark.django_db


def made(client, model, **fields):
    """Fill the page that opens beside a form, and return what it hands back."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_add"
    url = reverse(name) + "?_to_field=id&_popup=1&_on_the_way=1"
    data = entered(client.get(url)) | fields | {"_popup": "1", "_save": "Save"}
    answer = client.post(url, data)
    value = json.loads(answer.context["popup_response_data"])["value"]
    assert value.startswith(NEW)
    return value


def test_page_for_a_new_record_begins_with_the_name_that_was_typed(admin_client):
    for kind, field in (
        ("partnerships_organisation", "name_en"),
        ("profiles_source", "title"),
        ("profiles_mechanism", "slug"),
    ):
        url = reverse(f"admin:{kind}_add") + "?_popup=1&typed=Process+of+the+lakes"
        form = admin_client.get(url).context["adminform"].form
        assert form["slug"].value() == "process-of-the-lakes"
        assert form[field].value() in ("Process of the lakes", "process-of-the-lakes")


def test_record_is_made_once_when_the_form_is_saved(admin_client):
    draft = make_draft()
    source = made(admin_client, Source, slug="note-verbale", title="Note verbale")
    assert not Source.objects.filter(slug="note-verbale").exists()
    url = change_url(draft)
    data = entered(admin_client.get(url))
    new_row(data, "memberships", state=make_state().pk, role="member", source=source)
    new_row(data, "memberships", state=make_state().pk, role="member", source=source)

    answer = admin_client.post(url, data)

    assert answer.status_code == 302, errors_of(answer)
    kept = Source.objects.get(slug="note-verbale")
    assert [seat.source for seat in Membership.objects.all()] == [kept, kept]


def test_form_that_comes_back_leaves_nothing_and_keeps_the_choice(admin_client):
    draft = make_draft()
    body = made(admin_client, Organisation, slug="body", name_en="A body", type="other")
    url = change_url(draft)
    data = entered(admin_client.get(url))
    new_row(data, "partnerships", organisation=body, category="nonsense")

    answer = admin_client.post(url, data)

    assert answer.status_code == 200
    assert not Organisation.objects.exists()
    html = answer.content.decode()
    assert f'value="{body}" selected>A body' in html


def test_mechanism_of_a_new_profile_comes_with_it(admin_client):
    lakes = made(admin_client, Mechanism, slug="lakes")
    url = reverse("admin:profiles_profile_add")
    data = entered(admin_client.get(url)) | {"mechanism": lakes, "name_en": ""}
    admin_client.post(url, data)
    assert not Mechanism.objects.exists()

    data |= {"name_en": "Process of the lakes", "type": "regional"}
    admin_client.post(url, data)

    assert Profile.objects.get().mechanism.slug == "lakes"


def test_record_that_somebody_made_meanwhile_is_told(admin_client):
    draft = make_draft()
    body = made(admin_client, Organisation, slug="body", name_en="A body", type="other")
    make_organisation(slug="body")
    url = change_url(draft)
    data = entered(admin_client.get(url))
    new_row(data, "partnerships", organisation=body, category="igo_other")

    answer = admin_client.post(url, data)

    assert "cannot be made any more" in errors_of(answer)


@pytest.mark.attack("Somebody does what their role may not")
def test_value_that_nobody_signed_makes_nothing(admin_client):
    url = change_url(make_draft())
    data = entered(admin_client.get(url))
    new_row(data, "partnerships", organisation=f"{NEW}nonsense", category="igo_other")

    assert admin_client.post(url, data).status_code == 200
    assert not Organisation.objects.exists()
