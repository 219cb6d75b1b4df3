import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.urls import reverse
from django.utils import timezone
from modeltranslation.translator import translator

from profiles import comments, editions, redacting
from profiles.admin.facts import all_inlines, inline_of
from profiles.comparison import compare
from profiles.edition_parts import Part
from profiles.models import (
    EditionEvent,
    Fact,
    LinkCheck,
    Mechanism,
    Profile,
    fact_kinds,
)
from profiles.models.base import of_profile
from profiles.vocabularies import FormPart
from tests.factories import (
    make_chairing,
    make_contribution,
    make_draft,
    make_full_draft,
    make_gcm_objective,
    make_mechanism,
    make_membership,
    make_organisation,
    make_partnership,
    make_profile,
    make_proposal,
    make_region,
    make_section,
    make_source,
    make_state,
    make_theme,
    publish,
)
from tests.profiles.staff_forms import (
    answer_section,
    change_url,
    entered,
    errors_of,
    new_row,
    permit,
    signed_in,
)

pytestmark = pytest.mark.django_db

OUR_APPS = ("profiles", "partnerships")


def our_admins():
    return [
        model_admin
        for model, model_admin in admin.site._registry.items()
        if model._meta.app_label in OUR_APPS
    ]


def step_url(profile, step):
    return reverse("admin:profiles_profile_step", args=[profile.pk, step])


# --- Every model has its pages ---------------------------------------------------


def test_every_model_of_ours_has_an_admin():
    models_of_ours = {m for app in OUR_APPS for m in apps.get_app_config(app).models}
    registered = {a.model._meta.model_name for a in our_admins()}
    # These are seen where they are used, and nowhere else: in the form of an edition,
    # of a source or mechanism, in a comparison, on the pages of notices and of pairs,
    # and in the address that they lead from.
    models_of_ours -= {
        *("editingpresence", "sourcefile", "ownership"),
        *(
            "earlierkey",
            "submittedcontent",
            "letterchoice",
            "tworecords",
            "unsavedform",
        ),
    }

    assert {
        name for name in models_of_ours if "_" not in name
    } == registered  # names with '_' are the tables between two models


@pytest.mark.no_cover
def test_each_list_and_each_page_of_a_record_answers(admin_client):
    draft = make_full_draft()
    make_state("CRI").aliases.create(name="Kostarika")
    draft.mechanism.aliases.create(name="The process")
    draft.theme_focuses.first().theme.aliases.create(name="Its theme")
    organisation = draft.partnerships.get().organisation
    organisation.aliases.create(name="Another name")
    make_proposal(organisation)
    comments.write(draft, draft.memberships.get(), "A remark.", by=None, to=None)
    part = Part("profiles.profile", "", "objective")
    public = publish(make_draft(make_mechanism(slug="other"), objective="False words"))
    redacting.redact(public, part, reason="False.")
    LinkCheck.objects.create(
        url="https://example.org/", checked_at=timezone.now(), is_answering=True
    )
    public = make_profile(objective="A sentence.")
    part = Part("profiles.profile", "", "objective")
    redacting.redact(public, part, reason="It was false.")

    for model_admin in our_admins():
        opts = model_admin.opts
        names = f"admin:{opts.app_label}_{opts.model_name}"
        page = admin_client.get(reverse(f"{names}_changelist"), {"q": "a b"})
        assert page.status_code == 200, opts
        page = admin_client.get(reverse(f"{names}_changelist"))
        assert page.status_code == 200, opts
        if opts.model_name in ("recordmerge", "notice"):
            continue  # their pages are tested with merging and with notices
        assert page.context["cl"].result_count > 0, f"nothing to test for {opts}"
        record = opts.model._default_manager.first()
        assert admin_client.get(change_url(record)).status_code == 200, opts
        history = admin_client.get(reverse(f"{names}_history", args=[record.pk]))
        assert history.status_code == 200, opts
        addable = model_admin.has_add_permission(page.wsgi_request)
        page = admin_client.get(reverse(f"{names}_add"))
        assert page.status_code == (200 if addable else 403), opts


@pytest.mark.no_cover
def test_every_filter_of_every_list_answers(admin_client):
    make_full_draft()
    without_filters = set()

    for model_admin in our_admins():
        opts = model_admin.opts
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        page = admin_client.get(url, {"_facets": "True"})
        assert page.status_code == 200, opts
        specs = page.context["cl"].filter_specs
        if model_admin.get_list_filter(page.wsgi_request) and not specs:
            without_filters.add(opts.label_lower)
        for spec in specs:
            choice = list(spec.choices(page.context["cl"]))[-1]
            answer = admin_client.get(url + choice["query_string"])
            assert answer.status_code == 200, (opts, spec.title)
    assert without_filters == set()


def test_list_is_searched_by_words_in_several_languages(admin_client):
    make_state("CRI", name_en="Costa Rica", name_ar="كوستاريكا")
    make_state("NPL", name_en="Nepal").aliases.create(name="Nepaul")
    url = reverse("admin:profiles_state_changelist")

    for words, found in {"كوستا": "CRI", "nepaul": "NPL", "cri": "CRI"}.items():
        results = admin_client.get(url, {"q": words}).context["cl"].result_list
        assert [state.iso3 for state in results] == [found]


def test_select_offers_records_by_a_part_of_their_name(admin_client):
    make_state("CRI", name_en="Costa Rica")
    make_state("NPL", name_en="Nepal")

    answer = admin_client.get(
        reverse("admin:autocomplete"),
        {
            "app_label": "profiles",
            "model_name": "membership",
            "field_name": "state",
            "term": "costa",
        },
    )

    assert [r["text"] for r in answer.json()["results"]] == ["Costa Rica"]


def test_every_relation_of_every_fact_can_be_searched(admin_client):
    for kind in fact_kinds():
        relations = [f for f in kind._meta.concrete_fields if f.is_relation]
        for field in [*relations, *kind._meta.many_to_many]:
            if field.name == "profile" or not field.editable:
                continue
            answer = admin_client.get(
                reverse("admin:autocomplete"),
                {
                    "app_label": kind._meta.app_label,
                    "model_name": kind._meta.model_name,
                    "field_name": field.name,
                    "term": "a",
                },
            )
            assert answer.status_code == 200, field


# --- Who comes in ----------------------------------------------------------------


def test_anonymous_is_asked_to_sign_in(client):
    profile = make_profile()

    for url in (
        reverse("admin:index"),
        change_url(profile),
        step_url(profile, "withdraw"),
    ):
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("admin:login"))


def test_staff_without_a_permission_see_no_profile(staff):
    profile = make_profile()

    assert staff.get(change_url(profile)).status_code == 403
    assert staff.get(reverse("admin:profiles_profile_changelist")).status_code == 403


def test_staff_pages_are_never_stored(admin_client):
    profile = make_draft()

    for url in (
        reverse("admin:index"),
        reverse("admin:profiles_profile_changelist"),
        change_url(profile),
        step_url(profile, "submit"),
    ):
        assert "no-store" in admin_client.get(url)["Cache-Control"]


# --- The form of a profile -------------------------------------------------------


def test_form_shows_every_kind_of_fact_under_its_heading(admin_client):
    draft = make_full_draft()

    page = admin_client.get(change_url(draft))

    shown = {
        inline.opts.model
        for part in page.context["parts"]
        for inline in part["inlines"]
    }
    assert shown == {*fact_kinds(), EditionEvent}
    order = [part["name"] for part in page.context["parts"]]
    assert order == [part for part in FormPart if part in order]


@isolate_apps("profiles")
def test_new_kind_of_fact_gets_a_form_without_being_registered():
    class Hashtag(Fact):
        profile = of_profile("+")
        word = models.CharField(max_length=10)

        class Meta(Fact.Meta):
            app_label = "profiles"

    # As `profiles.translation` does for the kinds that it finds.
    translator.register(Hashtag, fields=["note"])
    try:
        inline = inline_of(Hashtag)(Profile, admin.site)
    finally:
        translator.unregister(Hashtag)

    [(_, options)] = inline.get_fieldsets(None)
    assert "word" in options["fields"]
    assert inline.part == FormPart.OTHER


def test_kinds_of_partnerships_stand_among_the_inlines():
    labels = {inline.model._meta.app_label for inline in all_inlines()}

    assert labels == {"profiles", "partnerships"}


def test_translated_text_has_one_input_for_each_language(admin_client):
    draft = make_full_draft()

    fields = admin_client.get(change_url(draft)).context["adminform"].form.fields

    names = [name for name in fields if name.startswith("name")]
    assert names == ["name_en", "name_fr", "name_es", "name_ar"]


def test_saving_the_form_as_it_is_changes_nothing(admin_client):
    draft = make_full_draft()
    before = admin_client.get(change_url(draft))

    answer = admin_client.post(change_url(draft), entered(before))

    assert answer.status_code == 302, errors_of(answer)
    after = Profile.objects.get(pk=draft.pk)
    assert compare(draft, after).fields == []
    for kind in fact_kinds():
        assert kind.objects.filter(profile=draft).count() == 1


def test_profile_is_saved_with_changed_added_and_removed_facts(admin_client):
    draft = make_draft(regions=["africa"])
    gone = make_membership(draft, "NPL")
    changed = make_contribution(draft, title="Old title", states=["CRI"])
    page = admin_client.get(change_url(draft))
    data = entered(page)
    data["acronym_es"] = "CRM"
    data["memberships-0-DELETE"] = "on"
    data["contributions-0-title_en"] = "New title"
    data["contributions-0-states"] = [make_state("GTM").pk, make_state("CRI").pk]
    data["contributions-0-gcm_objectives"] = [make_gcm_objective(9).pk]
    new_row(data, "memberships", state=make_state("BLZ").pk, role="observer")
    data |= answer_section(data, "evolution", coverage="reported", prose_fr="Texte")
    new_row(
        data, "partnerships", organisation=make_organisation().pk, category="igo_un"
    )
    data["partnerships-0-role"] = "partner"
    new_row(data, "mechanism_links", other=make_mechanism().pk, kind="cooperation")

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 302, errors_of(answer)
    draft.refresh_from_db()
    assert draft.acronym_es == "CRM"
    assert not draft.memberships.filter(pk=gone.pk).exists()
    assert [str(m.state.iso3) for m in draft.memberships.all()] == ["BLZ"]
    changed.refresh_from_db()
    assert changed.title == "New title"
    assert {state.iso3 for state in changed.states.all()} == {"GTM", "CRI"}
    assert [o.number for o in changed.gcm_objectives.all()] == [9]
    assert draft.sections.get().prose_fr == "Texte"
    assert draft.partnerships.count() == 1
    assert draft.mechanism_links.get().mechanism == draft.mechanism


def test_large_profile_can_be_saved(admin_client):
    draft = make_draft()
    for _ in range(150):
        make_membership(draft)
    data = entered(admin_client.get(change_url(draft)))
    data["memberships-149-role"] = "observer"

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 302
    assert draft.memberships.filter(role="observer").count() == 1


def test_role_can_be_closed_and_the_next_opened_at_once(admin_client):
    draft = make_draft()
    make_membership(draft, "NPL")
    data = entered(admin_client.get(change_url(draft)))
    del data["memberships-0-is_current"]
    new_row(
        data,
        "memberships",
        state=make_state("NPL").pk,
        role="observer",
        is_current="on",
    )

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 302, errors_of(answer)
    assert draft.memberships.held().get().role == "observer"


def test_row_that_contradicts_itself_is_refused_in_words(admin_client):
    draft = make_draft()
    make_membership(draft, "NPL")
    data = entered(admin_client.get(change_url(draft)))
    data["memberships-0-until"] = "2015"

    answer = admin_client.post(change_url(draft), data)

    assert "A role held today has no end." in errors_of(answer)
    assert draft.memberships.get().until == ""


def test_two_current_roles_of_one_state_are_refused_in_words(admin_client):
    draft = make_draft()
    data = entered(admin_client.get(change_url(draft)))
    for role in ("member", "observer"):
        new_row(
            data,
            "memberships",
            state=make_state("NPL").pk,
            role=role,
            is_current="on",
        )

    answer = admin_client.post(change_url(draft), data)

    assert "already holds a role" in errors_of(answer)
    assert not draft.memberships.exists()


def test_new_fact_does_not_count_as_stated_by_itself(admin_client):
    draft = make_draft()
    data = entered(admin_client.get(change_url(draft)))
    new_row(data, "organs", kind="committee", name_en="Committee", certainty="")

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 200
    assert errors_of(answer) == "This field is required."
    assert not draft.organs.exists()


def test_part_given_twice_is_refused_in_words(admin_client):
    draft = make_draft()
    make_section(draft, part="structure")
    data = entered(admin_client.get(change_url(draft)))
    data |= answer_section(data, "evolution", part="structure", coverage="none")

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 200
    assert "This part already has a section." in errors_of(answer)
    assert draft.sections.count() == 1


def test_fact_entered_meanwhile_by_somebody_else_is_no_crash(admin_client):
    draft = make_draft()
    data = entered(admin_client.get(change_url(draft)))
    new_row(
        data,
        "memberships",
        state=make_state("NPL").pk,
        role="observer",
        is_current="on",
    )
    make_membership(draft, "NPL")

    answer = admin_client.post(change_url(draft), data)

    assert "already holds a role" in errors_of(answer)
    assert "observer" in answer.content.decode()
    assert draft.memberships.get().role == "member"


def test_nonsense_in_a_select_is_answered_with_an_error(admin_client):
    draft = make_draft()
    data = entered(admin_client.get(change_url(draft)))
    new_row(data, "memberships", state="9" * 30, role="member")
    new_row(data, "chairings", state="'); --", role="chair")

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 200
    assert "valid choice" in errors_of(answer)


@pytest.mark.no_cover
@pytest.mark.parametrize("closed", [False, True])
def test_number_of_queries_does_not_grow_with_facts(admin_client, closed):
    def fill(draft, facts):
        for _ in range(facts):
            source = make_source()
            make_membership(draft, source=source)
            make_chairing(draft, source=source)
            make_partnership(draft, source=source)
            make_contribution(
                draft,
                states=[make_state().iso3 for _ in range(3)],
                themes=[make_theme().slug for _ in range(2)],
                gcm_objectives=[1, 2],
                source=source,
            )
        return publish(draft) if closed else draft

    counts = []
    for facts in (1, 25):
        profile = fill(make_full_draft(), facts)
        url = change_url(profile)
        admin_client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(url).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] < 60


def test_saving_asks_nothing_about_rows_that_nobody_touched(admin_client):
    counts = []
    for facts in (1, 25):
        draft = make_draft()
        for _ in range(facts):
            make_membership(draft, source=make_source())
            make_contribution(draft, states=["CRI", "GTM"], gcm_objectives=[1])
        data = entered(admin_client.get(change_url(draft)))
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.post(change_url(draft), data).status_code == 302
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_chosen_records_are_named_in_their_selects(admin_client):
    draft = make_draft()
    fact = make_contribution(
        draft, states=["CRI"], source=make_source(title="The minutes")
    )

    page = admin_client.get(change_url(draft), {"open": fact.uid}).content.decode()

    cri = make_state("CRI")
    assert f'<option value="{cri.pk}" selected>State CRI</option>' in page
    assert "selected>The minutes</option>" in page


# --- New mechanisms and profiles -------------------------------------------------


def test_slug_of_a_mechanism_is_changed_by_administrators_alone(admin_client):
    admin_client.post(reverse("admin:profiles_mechanism_add"), {"slug": "rcm"})
    mechanism = Mechanism.objects.get()
    clerk = signed_in("ana", ["view_mechanism", "change_mechanism"])
    form = entered(admin_client.get(change_url(mechanism)))

    clerk.post(change_url(mechanism), form | {"slug": "other"})
    mechanism.refresh_from_db()
    assert mechanism.slug == "rcm"

    admin_client.post(change_url(mechanism), form | {"slug": "crm"})
    mechanism.refresh_from_db()
    assert mechanism.slug == "crm"


def test_profile_added_by_form_is_the_next_edition_and_says_who_opened_it(
    admin_client, admin_user
):
    old = make_profile()
    region = make_region("africa")
    url = reverse("admin:profiles_profile_add")
    data = entered(admin_client.get(url))
    data |= {
        "mechanism": old.mechanism.pk,
        "name_en": "Conference",
        "name_fr": "Conférence",
        "type": "regional",
        "regions": [region.pk],
    }
    new_row(data, "memberships", state=make_state("NPL").pk, role="member")

    answer = admin_client.post(url, data)

    assert answer.status_code == 302, errors_of(answer)
    draft = Profile.objects.get(name_en="Conference")
    assert (draft.edition, draft.state) == (2, "draft")
    assert draft.name_fr == "Conférence"
    assert [r.slug for r in draft.regions.all()] == ["africa"]
    assert draft.memberships.get().state.iso3 == "NPL"
    event = draft.events.get()
    assert (event.action, event.by) == ("open", admin_user)


def test_profile_is_not_added_beside_an_open_edition(admin_client):
    draft = make_draft()
    url = reverse("admin:profiles_profile_add")
    data = entered(admin_client.get(url))
    data |= {
        "mechanism": draft.mechanism.pk,
        "name_en": "Conference",
        "type": "regional",
    }

    answer = admin_client.post(url, data)

    assert "already open" in errors_of(answer)
    assert Profile.objects.get() == draft


# --- Closed editions -------------------------------------------------------------


def test_published_edition_is_shown_without_inputs_and_cannot_be_saved(admin_client):
    profile = publish(make_full_draft())

    page = admin_client.get(change_url(profile))
    content = page.content.decode()

    assert 'name="name_en"' not in content
    assert 'name="memberships-0-role"' not in content
    assert 'name="_save"' not in content
    answer = admin_client.post(change_url(profile), {"name_en": "Changed"})
    assert answer.status_code == 403


@pytest.mark.parametrize("make", [make_profile, make_draft])
def test_edition_has_no_delete_page(admin_client, make):
    profile = make()

    url = reverse("admin:profiles_profile_delete", args=[profile.pk])

    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    assert Profile.objects.filter(pk=profile.pk).exists()


def test_facts_cannot_be_deleted_in_bulk_past_their_edition(admin_client):
    member = make_membership(draft := make_draft())
    publish(draft)

    admin_client.post(
        reverse("admin:profiles_membership_changelist"),
        {"action": "delete_selected", "_selected_action": [member.pk], "post": "yes"},
    )

    assert draft.memberships.count() == 1


def test_record_in_use_says_what_uses_it_instead_of_going(admin_client):
    member = make_membership(make_draft(), "NPL")

    url = reverse("admin:profiles_state_delete", args=[member.state.pk])
    page = admin_client.get(url)

    assert page.status_code == 200
    assert "protected" in page.content.decode()
    admin_client.post(url, {"post": "yes", "_shown": page.context["shown"]})
    member.state.refresh_from_db()


# --- Steps -----------------------------------------------------------------------


def test_edition_goes_from_published_to_draft_to_published(
    admin_client, admin_user, settings
):
    settings.FOUR_EYES = False
    first = publish(make_full_draft(name="Old name"))

    answer = admin_client.post(step_url(first, "open-draft"))
    draft = first.mechanism.editions.open().get()
    assert answer.url == change_url(draft)
    assert draft.memberships.count() == 1
    Profile.objects.filter(pk=draft.pk).update(name_en="New name")

    admin_client.post(step_url(draft, "submit"), {"note": "Please check"})
    review = admin_client.get(step_url(draft, "publish")).content.decode()
    assert "Old name" in review
    assert "New name" in review
    admin_client.post(step_url(draft, "publish"), {"note": "Checked"})

    first.refresh_from_db()
    draft.refresh_from_db()
    assert (first.state, draft.state) == ("superseded", "published")
    assert [(e.action, e.by, e.note) for e in draft.events.all()] == [
        ("open", admin_user, ""),
        ("submit", admin_user, "Please check"),
        ("publish", admin_user, "Checked"),
    ]


def test_asking_for_a_step_does_not_take_it(admin_client):
    draft = make_draft()

    page = admin_client.get(step_url(draft, "submit"))

    assert "csrfmiddlewaretoken" in page.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_step_without_a_token_of_the_form_is_refused(admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    draft = make_draft()

    assert client.post(step_url(draft, "submit")).status_code == 403
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize(
    ("step", "field"), [("send-back", "note"), ("withdraw", "reason")]
)
def test_step_that_needs_a_reason_is_not_taken_without(admin_client, step, field):
    edition = make_draft()
    editions.submit(edition)
    if step == "withdraw":
        editions.publish(edition)
    state = edition.state

    page = admin_client.post(step_url(edition, step), {field: " "})

    assert page.context["form"].errors[field]
    edition.refresh_from_db()
    assert edition.state == state

    admin_client.post(step_url(edition, step), {field: "The date is wrong"})
    edition.refresh_from_db()
    assert edition.state == {"send-back": "draft", "withdraw": "withdrawn"}[step]
    assert edition.events.last().note == "The date is wrong"


def test_discarding_deletes_the_draft_and_leaves_a_trace(admin_client):
    draft = make_full_draft()

    answer = admin_client.post(step_url(draft, "discard"), follow=True)

    assert "was discarded" in answer.content.decode()
    assert not Profile.objects.filter(pk=draft.pk).exists()
    log = admin.models.LogEntry.objects.get()
    assert log.is_deletion()


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("draft", "publish"),
        ("draft", "withdraw"),
        ("published", "submit"),
        ("published", "discard"),
    ],
)
def test_forbidden_step_says_why_and_changes_nothing(admin_client, state, step):
    edition = make_draft() if state == "draft" else make_profile()

    for method in (admin_client.get, admin_client.post):
        answer = method(step_url(edition, step), {"note": "Why"}, follow=True)
        assert answer.status_code == 200
        assert "is not possible" in answer.content.decode()
    edition.refresh_from_db()
    assert edition.state == state


def test_second_draft_is_refused_in_words(admin_client):
    published = make_profile()
    editions.open_draft(published.mechanism)

    assert "open-draft" not in admin_client.get(change_url(published)).content.decode()
    answer = admin_client.post(step_url(published, "open-draft"), follow=True)

    assert "already open" in answer.content.decode()
    assert published.mechanism.editions.count() == 2


def test_unknown_step_and_unknown_edition_are_not_found(admin_client):
    draft = make_draft()

    assert admin_client.get(step_url(draft, "erase")).status_code == 404
    draft.pk += 1
    assert admin_client.get(step_url(draft, "submit")).status_code == 404


@pytest.mark.parametrize(
    ("state", "step", "permission"),
    [
        ("published", "open-draft", "change_profile"),
        ("draft", "submit", "change_profile"),
        ("draft", "discard", "delete_profile"),
        ("in_review", "publish", "publish_profile"),
        ("in_review", "send-back", "publish_profile"),
        ("published", "withdraw", "publish_profile"),
    ],
)
def test_step_needs_its_permission(staff, state, step, permission):
    edition = make_draft()
    if state != "draft":
        editions.submit(edition)
    if state == "published":
        editions.publish(edition)
    permit(staff, "view_profile")

    review = reverse("admin:profiles_profile_review", args=[edition.pk])
    assert step_url(edition, step) not in staff.get(review).content.decode()
    assert staff.post(step_url(edition, step), {"note": "Why"}).status_code == 403

    permit(staff, permission)
    assert step_url(edition, step) in staff.get(review).content.decode()
    answer = staff.post(step_url(edition, step), {"note": "Why", "reason": "Why"})
    assert answer.status_code == 302


def test_saving_waits_for_no_edition_that_was_published_meanwhile(admin_client):
    draft = make_draft(name="Old name")
    data = entered(admin_client.get(change_url(draft)))
    publish(draft)
    data["name_en"] = "New name"

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 403
    draft.refresh_from_db()
    assert (draft.state, draft.name_en) == ("published", "Old name")
