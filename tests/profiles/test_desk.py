"""The form of an edition, as the staff's desk: what it shows, saves and refuses."""

import pytest
from auditlog.models import LogEntry
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from profiles import editions
from profiles.models import EditingPresence, Membership, Profile, Section
from profiles.vocabularies import SectionHeading, SectionPart
from tests.factories import (
    make_chairing,
    make_contribution,
    make_draft,
    make_full_draft,
    make_meeting,
    make_membership,
    make_profile,
    make_section,
    make_source,
    make_state,
    publish,
)
from tests.profiles.staff_forms import (
    answer_section,
    change_url,
    chosen,
    conflicts_of,
    entered,
    errors_of,
    new_row,
    permit,
)

pytestmark = pytest.mark.django_db


def form_of(client, draft):
    """Return what a browser would send of the form as it is now."""
    return entered(client.get(change_url(draft)))


@pytest.fixture
def ana(db):
    """A client signed in as somebody else of the staff."""
    client = Client()
    user = User.objects.create_superuser("ana", first_name="Ana", last_name="Ruiz")
    client.force_login(user)
    return client


def paste_url(draft):
    return reverse("admin:profiles_profile_paste_states", args=[draft.pk])


def presence_url(draft):
    return reverse("admin:profiles_profile_presence", args=[draft.pk])


# --- Sections stand with their facts ---------------------------------------------


def test_each_section_stands_on_the_tab_of_its_facts(admin_client):
    draft = make_full_draft()

    parts = {
        part["name"]: part
        for part in admin_client.get(change_url(draft)).context["parts"]
    }

    names = list(parts)
    assert names[:2] == ["identity", "members"]
    assert names[2:7] == [heading.value for heading in SectionHeading]
    assert names[7:9] == ["meetings", "sources"]
    shown = [row["part"] for part in parts.values() for row in part["sections"]]
    assert shown == [part.value for part in SectionPart]
    for part in parts.values():
        for row in part["sections"]:
            assert SectionPart(row["part"]).heading.value == part["name"]
    kinds = {
        name: [group.opts.model.__name__ for group in part["groups"]]
        for name, part in parts.items()
    }
    assert kinds["evolution"] == ["ThemeFocus", "GuidingDocument"]
    assert kinds["members"] == ["Membership"]


def test_draft_shows_ten_parts_and_keeps_only_those_that_were_answered(admin_client):
    draft = make_draft()
    data = form_of(admin_client, draft)
    assert data["sections-TOTAL_FORMS"] == 10
    data |= answer_section(data, "structure", coverage="none")
    data |= answer_section(data, "evolution", coverage="reported", prose_en="Text.")

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 302, errors_of(answer)
    assert {(s.part, s.coverage) for s in draft.sections.all()} == {
        ("structure", "none"),
        ("evolution", "reported"),
    }


def test_answered_section_is_changed_in_its_place(admin_client):
    draft = make_draft()
    section = make_section(draft, part="structure", prose="Old text.")
    data = form_of(admin_client, draft)
    data |= answer_section(data, "structure", prose_en="New text.")

    admin_client.post(change_url(draft), data)

    assert Section.objects.get().pk == section.pk
    assert Section.objects.get().prose_en == "New text."


def test_tab_with_an_error_is_marked_and_the_error_stands_at_its_input(admin_client):
    draft = make_draft()
    data = form_of(admin_client, draft)
    data["name_en"] = ""
    new_row(data, "meetings", title_en="", city="Geneva")
    data |= answer_section(data, "structure", coverage="none", prose_en="A text")

    page = admin_client.post(change_url(draft), data)

    errors = {part["name"]: part["errors"] for part in page.context["parts"]}
    assert {name for name, number in errors.items() if number} == {
        "identity",
        "meetings",
        "structure",
    }
    content = page.content.decode()
    assert 'id="id_name_en_error"' in content
    assert 'id="id_meetings-0-title_en_error"' in content
    assert 'value="Geneva"' in content
    assert "A section with a text is" in content


# --- Saving: all or nothing, and only what changed -------------------------------


def test_save_that_changes_nothing_leaves_no_trace(admin_client):
    draft = make_full_draft()
    before = Profile.objects.get(pk=draft.pk)
    events = draft.events.count()
    logged = LogEntry.objects.count()

    answer = admin_client.post(change_url(draft), form_of(admin_client, draft))

    assert answer.status_code == 302, errors_of(answer)
    after = Profile.objects.get(pk=draft.pk)
    assert (after.version, after.changed_at) == (before.version, before.changed_at)
    assert LogEntry.objects.count() == logged
    assert AdminLogEntry.objects.count() == 0
    assert draft.events.count() == events


def test_line_ends_of_a_browser_are_no_change(admin_client):
    draft = make_draft(objective="One line.\nAnother.")
    data = form_of(admin_client, draft)
    data["objective_en"] = data["objective_en"].replace("\n", "\r\n")

    admin_client.post(change_url(draft), data)

    draft.refresh_from_db()
    assert draft.version == 0
    assert draft.objective_en == "One line.\nAnother."


@pytest.mark.parametrize("what", ["profile", "fact", "new fact", "removal", "regions"])
def test_version_moves_by_one_with_each_change(admin_client, what):
    draft = make_draft(regions=["africa"])
    make_meeting(draft)
    data = form_of(admin_client, draft)
    if what == "profile":
        data["name_en"] = "New name"
    elif what == "fact":
        data["meetings-0-city"] = "Geneva"
    elif what == "new fact":
        new_row(data, "meetings", title_en="Another")
    elif what == "removal":
        data["meetings-0-DELETE"] = "on"
    else:
        data["regions"] = []

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 302, errors_of(answer)
    after = Profile.objects.get(pk=draft.pk)
    assert after.version == 1
    assert after.changed_at > draft.changed_at
    assert AdminLogEntry.objects.count() == 1


def test_error_in_the_last_row_saves_nothing_at_all(admin_client):
    draft = make_draft(name="Old name")
    data = form_of(admin_client, draft)
    data["name_en"] = "New name"
    for number in range(30):
        new_row(data, "meetings", title_en=f"Meeting {number}")
    new_row(data, "meetings", title_en="Last", date="not a date")

    page = admin_client.post(change_url(draft), data)

    assert page.status_code == 200
    draft.refresh_from_db()
    assert (draft.name_en, draft.version) == ("Old name", 0)
    assert not draft.meetings.exists()
    assert 'value="Meeting 29"' in page.content.decode()


def test_new_row_with_nothing_but_what_it_took_over_is_no_fact(admin_client):
    draft = make_draft()
    data = form_of(admin_client, draft)
    new_row(data, "meetings", source=make_source().pk, certainty="inferred")
    data |= {"meetings-0-position": "4", "meetings-0-is_public": "on"}

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 302, errors_of(answer)
    assert not draft.meetings.exists()


def test_save_and_review_leads_to_the_review(admin_client):
    draft = make_draft()
    data = form_of(admin_client, draft) | {"_review": "1", "name_en": "New name"}

    answer = admin_client.post(change_url(draft), data)

    assert answer.url == reverse("admin:profiles_profile_review", args=[draft.pk])


# --- Speed -----------------------------------------------------------------------


@pytest.mark.no_cover
def test_hundred_facts_need_no_more_queries_than_one(admin_client):
    def queries(facts):
        draft = make_full_draft()
        for _ in range(facts // 4):
            source = make_source()
            make_membership(draft, source=source)
            make_chairing(draft, source=source)
            make_meeting(draft, source=source, state=make_state())
            make_contribution(draft, states=["CRI", "GTM"], source=source)
        url = change_url(draft)
        admin_client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(url).status_code == 200
        return len(captured)

    few, many = queries(4), queries(100)

    assert few == many
    assert many <= 45


# --- Collisions ------------------------------------------------------------------


def test_second_save_is_refused_shows_the_first_and_keeps_what_was_typed(
    admin_client, ana
):
    draft = make_draft(name="Old name")
    make_membership(draft, make_state("CRI", name_en="Costa Rica"))
    mine, hers = form_of(admin_client, draft), form_of(ana, draft)
    hers["memberships-0-role"] = "observer"
    hers["status"] = "dormant"
    assert ana.post(change_url(draft), hers).status_code == 302
    mine["name_en"] = "My name"
    new_row(mine, "meetings", title_en="My meeting")

    page = admin_client.post(change_url(draft), mine)

    assert page.status_code == 409
    content = page.content.decode()
    assert "Nothing was saved" in content
    assert "Ana Ruiz" in content
    assert "Costa Rica" in content
    assert "Role: <del>Member</del> → <ins>Observer</ins>" in content
    assert "Status: <del>Active</del> → <ins>Dormant</ins>" in content
    assert 'value="My name"' in content
    assert 'value="My meeting"' in content
    draft.refresh_from_db()
    assert (draft.name_en, draft.version) == ("Old name", 1)

    answer = admin_client.post(change_url(draft), entered(page))

    assert answer.status_code == 302, errors_of(answer)
    draft.refresh_from_db()
    assert (draft.name_en, draft.version) == ("My name", 2)
    assert draft.meetings.get().title == "My meeting"
    # What I did not touch stays as Ana left it.
    assert draft.status == "dormant"
    assert draft.memberships.get().role == "observer"


def collided(admin_client, ana, draft, *, hers, mine):
    """Return my form as it comes back after Ana saved hers."""
    my_form, her_form = form_of(admin_client, draft), form_of(ana, draft)
    assert ana.post(change_url(draft), her_form | hers).status_code == 302
    page = admin_client.post(change_url(draft), my_form | mine)
    assert page.status_code == 409
    return page


@pytest.mark.parametrize(
    ("keep", "name", "state"), [("theirs", "Hers", "CRI"), ("mine", "Mine", "BLZ")]
)
def test_what_both_changed_is_chosen_field_by_field(
    admin_client, ana, keep, name, state
):
    draft = make_draft(name="Old", objective_en="Old", note="Old")
    make_membership(draft, make_state("NPL"), note="Old")
    her_state = make_state("CRI", name_en="Costa Rica")
    my_state = make_state("BLZ", name_en="Belize")
    hers = {"name_en": "Hers", "memberships-0-state": her_state.pk, "note_en": "Hers"}
    mine = {"name_en": "Mine", "memberships-0-state": my_state.pk}
    mine |= {"objective_en": "Mine", "memberships-0-note_en": "Mine"}

    page = collided(admin_client, ana, draft, hers=hers, mine=mine)

    assert conflicts_of(page) == [("Hers", "Mine"), ("Costa Rica", "Belize")]
    undecided = admin_client.post(change_url(draft), chosen(page))
    assert undecided.status_code == 409
    assert "Choose for each" in errors_of(undecided)
    answer = admin_client.post(change_url(draft), chosen(undecided, keep=keep))
    assert answer.status_code == 302, errors_of(answer)
    draft.refresh_from_db()
    assert (draft.name_en, draft.objective_en, draft.note) == (name, "Mine", "Hers")
    membership = draft.memberships.get()
    assert (membership.state.iso3, membership.note) == (state, "Mine")


def test_same_change_by_both_is_no_conflict(admin_client, ana):
    draft = make_draft(objective_en="One\nline.")
    same = {"objective_en": "Two\r\nlines."}

    page = collided(admin_client, ana, draft, hers=same, mine=same | {"name_en": "M"})

    assert conflicts_of(page) == []


def test_row_that_ana_removed_and_i_did_not_touch_stays_away(admin_client, ana):
    draft = make_draft()
    for title in ("First", "Second"):
        make_meeting(draft, title=title)
    hers = {"meetings-0-DELETE": "on"}

    page = collided(
        admin_client, ana, draft, hers=hers, mine={"meetings-1-city": "Mine"}
    )

    assert admin_client.post(change_url(draft), entered(page)).status_code == 302
    assert [(m.title, m.city) for m in draft.meetings.all()] == [("Second", "Mine")]


def test_removing_a_row_that_ana_changed_is_asked(admin_client, ana):
    draft = make_draft()
    make_meeting(draft, title="First")
    hers, mine = {"meetings-0-title_en": "Hers"}, {"meetings-0-DELETE": "on"}

    page = collided(admin_client, ana, draft, hers=hers, mine=mine)

    assert conflicts_of(page) == [("changed", "removed")]
    admin_client.post(change_url(draft), chosen(page, keep="theirs"))
    assert draft.meetings.get().title == "Hers"


def test_choice_is_asked_again_when_a_third_save_came_between(admin_client, ana):
    draft = make_draft(name="Old", status="active")
    page = collided(
        admin_client, ana, draft, hers={"name_en": "Hers"}, mine={"name_en": "Mine"}
    )
    third = form_of(ana, draft) | {"status": "dormant"}
    assert ana.post(change_url(draft), third).status_code == 302

    again = admin_client.post(change_url(draft), chosen(page))
    assert again.status_code == 409
    assert conflicts_of(again) == [("Hers", "Mine")]
    last = admin_client.post(change_url(draft), chosen(again, keep="mine"))

    assert last.status_code == 302, errors_of(last)
    draft.refresh_from_db()
    assert (draft.name_en, draft.status) == ("Mine", "dormant")


def test_form_without_its_version_is_refused(admin_client):
    draft = make_draft(name="Old name")
    data = form_of(admin_client, draft) | {"name_en": "New name"}
    del data["version"]

    assert admin_client.post(change_url(draft), data).status_code == 409
    draft.refresh_from_db()
    assert draft.name_en == "Old name"


def test_row_that_somebody_removed_comes_back_only_on_purpose(admin_client, ana):
    draft = make_draft()
    for title in ("First", "Second", "Third"):
        make_meeting(draft, title=title)
    mine, hers = form_of(admin_client, draft), form_of(ana, draft)
    hers["meetings-0-DELETE"] = "on"
    ana.post(change_url(draft), hers)
    mine["meetings-0-city"] = "Typed in the row that went"
    mine["meetings-2-city"] = "Typed in the last"
    new_row(mine, "meetings", title_en="Fourth")

    page = admin_client.post(change_url(draft), mine)

    assert page.status_code == 409
    assert "Somebody removed this meanwhile" in page.content.decode()
    again = entered(page)
    assert admin_client.post(change_url(draft), again).status_code == 302
    assert {(m.title, m.city) for m in draft.meetings.all()} == {
        ("First", "Typed in the row that went"),
        ("Second", ""),
        ("Third", "Typed in the last"),
        ("Fourth", ""),
    }


def test_role_entered_by_both_is_refused_in_words_at_the_second_save(admin_client, ana):
    draft = make_draft()
    nepal = make_state("NPL")
    mine, hers = form_of(admin_client, draft), form_of(ana, draft)
    for data, role in ((hers, "member"), (mine, "observer")):
        new_row(data, "memberships", state=nepal.pk, role=role, is_current="on")
    ana.post(change_url(draft), hers)

    page = admin_client.post(change_url(draft), mine)
    again = admin_client.post(change_url(draft), entered(page))

    assert again.status_code == 200
    assert "already holds a role" in errors_of(again)
    assert draft.memberships.get().role == "member"


def test_edition_published_meanwhile_shows_what_was_typed(admin_client):
    draft = make_draft(name="Old name")
    data = form_of(admin_client, draft) | {"name_en": "Typed meanwhile"}
    new_row(data, "meetings", title_en="Typed meeting")
    publish(draft)

    page = admin_client.post(change_url(draft), data)

    assert page.status_code == 403
    content = page.content.decode()
    assert "was published and cannot be changed" in content
    assert 'value="Typed meanwhile"' in content
    assert 'value="Typed meeting"' in content
    draft.refresh_from_db()
    assert (draft.name_en, draft.state) == ("Old name", "published")
    assert not draft.meetings.exists()


def test_edition_discarded_meanwhile_shows_what_was_typed(admin_client):
    draft = make_draft()
    data = form_of(admin_client, draft) | {"name_en": "Typed <b>meanwhile</b>"}
    url = change_url(draft)
    draft.delete()

    page = admin_client.post(url, data)

    assert page.status_code == 410
    assert "Typed &lt;b&gt;meanwhile" in page.content.decode()


@pytest.mark.no_cover
def test_number_of_queries_of_a_collision_does_not_grow_with_changes(admin_client, ana):
    def queries(number):
        draft = make_draft()
        mine, hers = form_of(admin_client, draft), form_of(ana, draft)
        for _ in range(number):
            new_row(hers, "memberships", state=make_state().pk, is_current="on")
            hers[f"memberships-{hers['memberships-TOTAL_FORMS'] - 1}-role"] = "member"
        ana.post(change_url(draft), hers)
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.post(change_url(draft), mine).status_code == 409
        return len(captured)

    queries(1)
    assert queries(2) == queries(20)


# --- Who else is here ------------------------------------------------------------


def test_form_says_who_else_has_it_open(admin_client, ana):
    draft = make_draft()
    ana.get(change_url(draft))

    assert (
        "Ana Ruiz has this draft open"
        in admin_client.get(change_url(draft)).content.decode()
    )
    answer = ana.post(presence_url(draft)).json()
    assert [other[:5] for other in answer["others"]] == ["admin"]
    assert answer["version"] == 0


def test_who_was_not_seen_for_a_while_is_gone(admin_client, ana):
    draft = make_draft()
    ana.post(presence_url(draft))
    EditingPresence.objects.update(
        seen_at=timezone.now() - timezone.timedelta(seconds=95)
    )

    assert admin_client.post(presence_url(draft)).json()["others"] == []


def test_presence_needs_the_permission_a_post_and_an_open_edition(
    admin_client,
    staff,
):
    draft = make_draft()

    assert admin_client.get(presence_url(draft)).status_code == 405
    assert admin_client.post(presence_url(make_profile())).status_code == 403
    permit(staff, "view_profile")
    assert staff.post(presence_url(draft)).status_code == 403
    assert not EditingPresence.objects.exists()
    for key in (draft.pk + 99, "x", "9" * 30):
        url = reverse("admin:profiles_profile_presence", args=[key])
        assert admin_client.post(url).status_code == 404


# --- A pasted list of States -----------------------------------------------------


@pytest.fixture
def states(db):
    return {
        iso3: make_state(iso3, name_en=name, name_es=spanish)
        for iso3, name, spanish in (
            ("BLZ", "Belize", "Belice"),
            ("CRI", "Costa Rica", ""),
            ("GTM", "Guatemala", ""),
        )
    }


def test_preview_says_what_was_recognised_and_saves_nothing(admin_client, states):
    draft = make_draft()
    make_membership(draft, states["CRI"])

    answer = admin_client.post(
        paste_url(draft),
        {"text": "Belice\nCosta Rica\nGTM, Guatamala, Guatemala"},
        headers={"accept": "application/json"},
    )

    rows = answer.json()["rows"]
    assert [(row["text"], row["name"], row["role"], row["twice"]) for row in rows] == [
        ("Belice", "Belize", "", False),
        ("Costa Rica", "Costa Rica", "Member", False),
        ("GTM", "Guatemala", "", False),
        ("Guatamala", "", "", False),
        ("Guatemala", "Guatemala", "", True),
    ]
    assert "another language" in rows[0]["how"]
    assert rows[3]["suggestions"][0]["name"] == "Guatemala"
    assert draft.memberships.count() == 1


def test_list_is_saved_without_a_script_on_its_own_page(admin_client, states):
    draft = make_draft()
    make_membership(draft, states["CRI"])
    source = make_source()
    text = {"text": "Belize, Costa Rica, Nowhere", "role": "observer"}
    page = admin_client.post(paste_url(draft), text).content.decode()
    assert f'value="{states["BLZ"].pk}" checked' in page
    assert "not recognised" in page

    answer = admin_client.post(
        paste_url(draft),
        text
        | {
            "state": [states["BLZ"].pk, states["CRI"].pk, "x"],
            "source": source.pk,
            "certainty": "dated",
            "_apply": "1",
        },
    )

    assert answer.status_code == 302
    added = draft.memberships.exclude(state=states["CRI"]).get()
    assert (added.state, added.role, added.source, added.certainty) == (
        states["BLZ"],
        "observer",
        source,
        "dated",
    )
    draft.refresh_from_db()
    assert draft.version == 1


def test_pasted_list_says_how_firmly_its_source_supports_it(admin_client, states):
    draft = make_draft()
    data = {"text": "Belize", "state": [states["BLZ"].pk], "_apply": "1"}

    page = admin_client.post(paste_url(draft), data)

    assert "how firmly the source supports the list" in page.content.decode()
    assert not draft.memberships.exists()


def test_pasting_needs_the_permission_and_an_open_edition(
    admin_client,
    staff,
    states,
):
    draft = make_draft()
    data = {"text": "Belize", "state": [states["BLZ"].pk], "_apply": "1"}

    permit(staff, "view_profile", "change_profile")
    assert staff.post(paste_url(draft), data).status_code == 403
    profile = make_profile()
    assert admin_client.post(paste_url(profile), data).status_code == 403
    assert not Membership.objects.exists()


def test_list_that_is_empty_or_too_long_is_refused_in_words(admin_client):
    draft = make_draft()

    page = admin_client.post(paste_url(draft), {"text": " "})
    assert "This field is required" in page.content.decode()
    page = admin_client.post(paste_url(draft), {"text": "a" * 30_000})
    assert page.context["form"].errors["text"]


def test_scheduled_edition_shows_no_inputs(admin_client, settings):
    settings.FOUR_EYES = False
    draft = make_draft()
    editions.submit(draft)
    editions.schedule(draft, timezone.now() + timezone.timedelta(days=1))

    assert 'name="name_en"' not in admin_client.get(change_url(draft)).content.decode()
