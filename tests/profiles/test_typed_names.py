"""A name that was typed and not chosen comes back with the form, and says so."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from profiles.admin.choosing import TYPED, ChoosesByTyping, bare
from profiles.models import Membership, Profile, Theme, ThemeFocus
from tests.factories import make_draft, make_organisation, make_source, make_theme
from tests.profiles.staff_forms import change_url, entered, errors_of, new_row

pytestmark = pytest.mark.django_db


def selects_of(form):
    return [
        name
        for name, field in form.fields.items()
        if isinstance(bare(field.widget), ChoosesByTyping)
    ]


def test_no_row_of_an_edition_drops_a_typed_name(admin_client):
    url = change_url(make_draft())
    page = admin_client.get(url)
    data = entered(page)
    typed = []
    for inline in page.context["inline_admin_formsets"]:
        formset = inline.formset
        if not inline.has_add_permission or inline.opts.max_num == 0:
            continue
        number = int(data[f"{formset.prefix}-TOTAL_FORMS"])
        is_given = formset.forms and number and formset.initial_form_count() < number
        row = f"{formset.prefix}-{number - 1 if is_given else number}"
        data[f"{formset.prefix}-TOTAL_FORMS"] = max(number, number + (not is_given))
        data.setdefault(f"{row}-position", "0")
        for name in selects_of(formset.empty_form):
            typed.append(f"{row}-{name}{TYPED}")
            data[typed[-1]] = f"Xyzzy {len(typed)}"

    answer = admin_client.post(url, data)

    assert len(typed) > 25
    assert answer.status_code == 200
    html, errors = answer.content.decode(), errors_of(answer)
    for name in typed:
        assert f'name="{name}"' in html
        assert f'value="{data[name]}"' in html, name
        assert f"“{data[name]}” stands in" in errors, name
    marked = {part["name"] for part in answer.context["parts"] if part["errors"]}
    assert {"members", "evolution", "structure", "partnerships"} <= marked


@pytest.mark.parametrize("column", ["theme", "source"])
def test_name_that_stands_alone_in_a_row_is_no_empty_row(admin_client, column):
    make_theme("deaths", name_en="Migrant deaths")
    url = change_url(make_draft())
    data = entered(admin_client.get(url))
    new_row(data, "theme_focuses", **{f"{column}{TYPED}": "Migrant deth"})

    answer = admin_client.post(url, data)

    assert answer.status_code == 200
    assert not ThemeFocus.objects.exists()
    if column == "theme":
        assert "Close to it: Migrant deaths." in errors_of(answer)
        # To be chosen without a script; nothing is chosen yet.
        deaths = Theme.objects.get()
        html = answer.content.decode()
        assert f'<option value="{deaths.pk}">Migrant deaths</option>' in html


def test_number_that_is_typed_is_the_key_of_no_record(admin_client):
    source = make_source(title="A report")
    url = change_url(make_draft())
    data = entered(admin_client.get(url))
    new_row(data, "memberships", **{f"state{TYPED}": str(source.pk)})

    assert admin_client.post(url, data).status_code == 200
    assert not Membership.objects.exists()


def test_name_beside_a_choice_is_refused_and_the_choice_stays(admin_client):
    theme = make_theme("return", name_en="Return")
    draft = make_draft()
    ThemeFocus.objects.create(
        profile=draft, theme=theme, certainty="stated", position=1
    )
    url = change_url(draft)
    data = entered(admin_client.get(url))
    data[f"theme_focuses-0-theme{TYPED}"] = "Remittances"

    answer = admin_client.post(url, data)

    assert "“Remittances” stands in" in errors_of(answer)
    assert f'<option value="{theme.pk}" selected>Return' in answer.content.decode()


def test_row_that_is_removed_may_hold_what_was_typed(admin_client):
    draft = make_draft()
    ThemeFocus.objects.create(profile=draft, theme=make_theme(), certainty="stated")
    url = change_url(draft)
    data = entered(admin_client.get(url))
    data[f"theme_focuses-0-theme{TYPED}"] = "Xyzzy"
    data["theme_focuses-0-DELETE"] = "on"

    assert admin_client.post(url, data).status_code == 302
    assert not ThemeFocus.objects.exists()


def test_mechanism_of_a_new_profile_is_not_only_typed(admin_client):
    url = reverse("admin:profiles_profile_add")

    answer = admin_client.post(url, {f"mechanism{TYPED}": "Nowhere process"})

    assert "“Nowhere process” stands in" in errors_of(answer)
    assert not Profile.objects.exists()


def test_record_forms_refuse_it_too(admin_client):
    make_organisation(name_en="African Union", acronym_en="AU")
    body = make_organisation(name_en="A body")
    url = change_url(body)
    data = entered(admin_client.get(url))
    data[f"part_of{TYPED}"] = "African Unoin"

    answer = admin_client.post(url, data)

    assert answer.status_code == 200
    assert "Close to it: African Union." in errors_of(answer)
    assert 'value="African Unoin"' in answer.content.decode()


def test_every_form_chooses_records_in_such_a_select(admin_client, rf, admin_user):
    """A select of Django's own would drop what was typed into it."""
    request = rf.get("/")
    request.user = admin_user
    for model in apps.get_models():
        if not admin.site.is_registered(model):
            continue
        of_kind = admin.site.get_model_admin(model)
        for one in [of_kind, *of_kind.get_inline_instances(request)]:
            for name in one.get_autocomplete_fields(request):
                field = one.formfield_for_dbfield(
                    one.model._meta.get_field(name), request
                )
                assert isinstance(bare(field.widget), ChoosesByTyping), (one, name)


def test_no_form_of_the_desk_drops_a_typed_name(admin_client, admin_user, rf):
    """Of every kind with a form, as a browser without a script sends it."""
    request = rf.get("/")
    request.user = admin_user
    tried = []
    for model, its_admin in admin.site._registry.items():
        if model is Profile or not its_admin.has_add_permission(request):
            continue
        form_class = its_admin.get_form(request)
        names = selects_of(form_class())
        if not names:
            continue
        kind = f"{model._meta.app_label}_{model._meta.model_name}"
        url = reverse(f"admin:{kind}_add")
        data = entered(admin_client.get(url))
        data |= {f"{name}{TYPED}": f"Xyzzy {name}" for name in names}

        answer = admin_client.post(url, data)

        assert answer.status_code == 200, kind
        for name in names:
            tried.append(f"{kind}.{name}")
            assert f"“Xyzzy {name}” stands in" in errors_of(answer), tried[-1]
            assert f'value="Xyzzy {name}"' in answer.content.decode(), tried[-1]
        assert not model._default_manager.exists(), kind

    assert {
        "partnerships_organisation.part_of",
        "partnerships_organisationalias.organisation",
        "profiles_theme.gcm_objectives",
        "surveys_question.questionnaire",
    } <= {*tried}
