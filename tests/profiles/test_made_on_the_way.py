"""Records made beside the form of an edition: saved with it, or not at all."""

import json

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.urls import reverse

from partnerships.models import Organisation
from profiles.admin.choosing import AddsOnTheWay
from profiles.admin.on_the_way import NEW
from profiles.admin.overwriting import RefusesToOverwrite
from profiles.models import GCMObjective, Mechanism, Membership, Profile, Source
from tests.factories import (
    make_draft,
    make_organisation,
    make_source,
    make_state,
    make_theme,
)
from tests.profiles.staff_forms import change_url, chosen, entered, errors_of, new_row

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


# --- Beside the forms of shared records ---


def test_record_made_beside_a_shared_record_comes_with_it_or_not_at_all(admin_client):
    body = make_organisation()
    source = made(admin_client, Source, slug="note-verbale", title="Note verbale")
    url = change_url(body)
    data = entered(admin_client.get(url)) | {"source": source}

    answer = admin_client.post(url, data | {"name_en": ""})
    assert answer.status_code == 200
    assert f'value="{source}" selected>Note verbale' in answer.content.decode()
    assert not Source.objects.exists()

    answer = admin_client.post(url, data)
    assert answer.status_code == 302, errors_of(answer)
    body.refresh_from_db()
    assert body.source == Source.objects.get(slug="note-verbale")


def test_records_made_beside_each_other_come_with_the_form_that_is_saved(admin_client):
    source = made(admin_client, Source, slug="note-verbale", title="Note verbale")
    whole = {"slug": "whole", "name_en": "The whole", "type": "other"}
    part_of = made(admin_client, Organisation, **whole, source=source)
    assert not Source.objects.exists()
    url = reverse("admin:partnerships_organisation_add")
    data = entered(admin_client.get(url)) | {"slug": "part", "name_en": "A part"}

    answer = admin_client.post(url, data | {"type": "other", "part_of": part_of})

    assert answer.status_code == 302, errors_of(answer)
    part = Organisation.objects.get(slug="part")
    assert part.part_of.slug == "whole"
    assert part.part_of.source == Source.objects.get()


def test_objective_of_the_compact_is_made_with_its_theme(admin_client):
    objective = made(admin_client, GCMObjective, number=5, label_en="Regular pathways")
    theme = make_theme()
    url = change_url(theme)
    data = entered(admin_client.get(url)) | {"gcm_objectives": [objective]}

    assert admin_client.post(url, data).status_code == 302
    assert [o.number for o in theme.gcm_objectives.all()] == [5]


def test_record_beside_a_form_waits_for_a_choice_between_two_people(admin_client):
    draft = make_draft(name="Old")
    url = change_url(draft)
    source = made(admin_client, Source, slug="note-verbale", title="Note verbale")
    mine = entered(admin_client.get(url)) | {"name_en": "Mine", "sources": [source]}
    theirs = entered(admin_client.get(url)) | {"name_en": "Theirs"}
    admin_client.post(url, theirs)

    answer = admin_client.post(url, mine)

    assert answer.status_code == 409
    assert "cannot be made any more" not in errors_of(answer)
    assert not Source.objects.filter(slug="note-verbale").exists()
    assert admin_client.post(url, chosen(answer, keep="mine")).status_code == 302
    assert Profile.objects.get().sources.get().slug == "note-verbale"


def test_changing_a_record_beside_a_form_is_saved_at_once(admin_client):
    source = make_source(title="Old")
    url = change_url(source) + "?_to_field=id&_popup=1&_on_the_way=1"
    data = entered(admin_client.get(url)) | {"_popup": "1", "title": "New"}

    admin_client.post(url, data)

    source.refresh_from_db()
    assert source.title == "New"


def test_no_form_makes_a_record_before_it_is_saved_itself(admin_user, rf):
    request = rf.get("/")
    request.user = admin_user
    links = []
    for its_admin in admin.site._registry.values():
        # The links of an edition are drawn in `form_rows`.
        if not isinstance(its_admin, RefusesToOverwrite):
            continue
        inlines = [
            inline
            for inline in its_admin.get_inline_instances(request)
            if inline.has_change_permission(request)
        ]
        drawn = [(its_admin, its_admin.get_form(request), "")]
        for inline in inlines:
            formset = inline.get_formset(request)
            # The record that the rows stand below is not chosen.
            drawn.append((inline, formset.form, formset.fk.name))
        links += [
            (type(one).__name__, name, widget)
            for one, form, given in drawn
            for name, field in form.base_fields.items()
            if isinstance(widget := field.widget, RelatedFieldWidgetWrapper)
            and widget.can_add_related
            and name != given
        ]

    assert {"part_of", "source", "gcm_objectives"} <= {name for _, name, _ in links}
    assert [one for one in links if not isinstance(one[2], AddsOnTheWay)] == []
    for _, name, widget in links:
        assert "_on_the_way=1" in widget.get_context(name, None, {})["url_params"]
