"""One change to facts of many drafts: asked for, looked at, applied and undone."""

import re
from html import unescape

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from iscm_registry.bulk_editing.applying import undo
from iscm_registry.roles import ADMINISTRATOR, DATA_ENTRY, REVIEWER, ROLES
from partnerships.models import Partnership
from profiles import editions
from profiles.models import Membership, Profile
from profiles.vocabularies import EditionState
from surveys.applying import undo as undo_import
from surveys.models import BulkEdit
from tests import factories as make
from tests.surveys.rounds_of_mechanisms import (
    answers,
    bring_in,
    export,
    make_world,
    registry,
)

pytestmark = pytest.mark.django_db

ADD = "admin:surveys_bulkedit_add"
MEMBERSHIPS = "profiles.membership"


def client_of(role=DATA_ENTRY):
    user = User.objects.create_user(f"{role}-{User.objects.count()}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def staff():
    return client_of()


def make_mechanism(slug, *facts):
    """Return a published edition; `facts` are makers that take its draft."""
    draft = make.make_draft(make.make_mechanism(slug=slug), acronym=slug.upper())
    for fact in facts:
        fact(draft)
    return make.publish(draft)


def member(iso3, **fields):
    return lambda draft: make.make_membership(draft, iso3, **fields)


def partner(organisation, **fields):
    return lambda draft: make.make_partnership(draft, organisation, **fields)


def look(client, kind, **asked):
    """Ask which facts fit, and return the page and its address."""
    begun = client.get(reverse(ADD), {"kind": kind}).url
    page = client.post(begun, {"_look": "1", **asked}, follow=True)
    return page, page.wsgi_request.get_full_path()


def boxes(page, name="fact"):
    """Return what boxes of a page choose, and whether they are ticked."""
    found = re.findall(
        rf'<input type="checkbox" name="{name}" value="([^"]*)"([^>]*)>',
        page.content.decode(),
    )
    return {unescape(value): "checked" in rest for value, rest in found}


def hidden(page, name):
    text = page.content.decode()
    found = re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', text)
    return [unescape(value) for value in found]


def preview(client, address, **ticked):
    return client.post(address, ticked, follow=True)


def apply(client, page, **follow):
    """Confirm a preview as its page does."""
    sent = {name: hidden(page, name) for name in ("fact", "seen")}
    address = page.wsgi_request.get_full_path()
    return client.post(address, {"_apply": "1", **sent}, **follow)


def do(client, kind, ticked=None, **asked):
    """Ask, tick all or `ticked`, preview, apply; return the bulk edit."""
    page, address = look(client, kind, **asked)
    ticked = ticked or {"fact": [*boxes(page)]}
    answer = apply(client, preview(client, address, **ticked))
    assert answer.status_code == 302, answer.content.decode()
    return BulkEdit.objects.get(pk=re.findall(r"\d+", answer.url)[-1])


def way_to(page, text):
    [way] = re.findall(rf'<a [^>]*href="([^"]*)">{text}</a>', page.content.decode())
    return way


def messages(answer):
    return [str(message) for message in answer.context["messages"]]


def draft_of(edition):
    return Profile.objects.open().get(mechanism=edition.mechanism)


# --- One source for many facts ----------------------------------------------------


def test_source_is_named_for_the_chosen_facts_of_drafts_and_undone_as_one(staff):
    source = make.make_source(title="Membership list of 2019")
    make.make_state("CRI", name_en="Costa Rica")
    first = make_mechanism("rcm", member("CRI"), member("PAN"), make.make_organ)
    second = make_mechanism("ocam", member("HND", source=make.make_source()))
    by_hand = editions.open_draft(make_mechanism("psc", member("SLV")).mechanism)
    before = registry()

    page, address = look(staff, "source", source=source.pk)
    # Nothing is chosen for people.
    assert set(boxes(page).values()) == {False}
    assert len(boxes(page)) == 5
    page, address = look(staff, "source", source=source.pk, only_without="on")
    assert len(boxes(page)) == 4
    assert registry() == before
    shown = preview(
        staff, address, section=["rcm/profiles.membership", "psc/profiles.membership"]
    )
    assert "Nothing is written yet" in shown.content.decode()
    assert registry() == before
    answer = apply(staff, shown, follow=True)

    assert messages(answer) == [
        "3 facts were changed. Their drafts wait to be reviewed."
    ]
    named = Membership.objects.filter(source=source).order_by("state__iso3")
    assert [(m.state.iso3, m.profile) for m in named] == [
        ("CRI", draft_of(first)),
        ("PAN", draft_of(first)),
        ("SLV", by_hand),
    ]
    # What is published stays as it is, and a mechanism without a chosen fact too.
    assert not first.memberships.filter(source=source).exists()
    assert not Profile.objects.open().filter(mechanism=second.mechanism).exists()
    assert "Membership list of 2019" in answer.content.decode()
    assert "Costa Rica" in answer.content.decode()

    bulk_edit = BulkEdit.objects.get()
    undoing = reverse("admin:surveys_bulkedit_undo", args=[bulk_edit.pk])
    assert "RCM" in staff.get(undoing).content.decode()
    assert Membership.objects.filter(source=source).count() == 3
    answer = staff.post(undoing, follow=True)

    assert registry() == before
    assert messages(answer)[0].startswith("The bulk edit was undone: 3 facts")
    assert BulkEdit.objects.get().undone_by is not None


def test_source_takes_the_place_of_another_with_its_certainty(staff):
    old, new = make.make_source(), make.make_source()
    edition = make_mechanism("rcm", member("CRI", source=old, certainty="inferred"))

    do(staff, "source", source=new.pk, certainty="stated")

    membership = draft_of(edition).memberships.get()
    assert (membership.source, membership.certainty) == (new, "stated")
    undo(BulkEdit.objects.get())
    assert not Profile.objects.open().exists()


def test_kinds_and_mechanisms_narrow_what_is_offered(staff):
    first = make_mechanism("rcm", member("CRI"), make.make_organ)
    make_mechanism("ocam", member("HND"))

    page, _address = look(
        staff,
        "source",
        source=make.make_source().pk,
        mechanisms=first.mechanism_id,
        kinds=MEMBERSHIPS,
    )

    (number,) = boxes(page)
    assert number.startswith("rcm/profiles.membership/")


# --- One State or organisation across mechanisms ----------------------------------


def test_organisation_takes_the_place_of_another_in_every_kind_of_fact(staff):
    old = make.make_organisation(name_en="Old Secretariat")
    new = make.make_organisation(name_en="New Secretariat")
    edition = make_mechanism(
        "rcm",
        partner(old, role="secretariat"),
        lambda draft: make.make_funding_source(draft, organisation=old),
        partner(make.make_organisation()),
    )
    before = registry()

    do(staff, "organisation", old=old.pk, new=new.pk)

    draft = draft_of(edition)
    assert draft.partnerships.get(role="secretariat").organisation == new
    assert draft.funding_sources.get().organisation == new
    assert draft.partnerships.count() == 2
    assert edition.partnerships.filter(organisation=old).exists()
    undo(BulkEdit.objects.get())
    assert registry() == before


def test_what_would_be_said_twice_stays_and_says_why(staff):
    old, new = make.make_organisation(), make.make_organisation(name_en="New one")
    edition = make_mechanism(
        "rcm", partner(old), partner(new), partner(old, role="secretariat")
    )
    page, address = look(staff, "organisation", old=old.pk, new=new.pk)

    assert "The edition says this already: New one" in page.content.decode()
    shown = preview(staff, address, fact=[*boxes(page)])
    apply(staff, shown)

    draft = draft_of(edition)
    assert draft.partnerships.filter(organisation=old).count() == 1
    assert draft.partnerships.get(role="secretariat").organisation == new


def test_state_takes_the_place_of_another_alone_and_in_lists(staff):
    old, new = make.make_state("SCG"), make.make_state("SRB")
    edition = make_mechanism(
        "rcm",
        member("SCG"),
        lambda draft: make.make_contribution(draft, states=["SCG", "HRV"]),
    )
    before = registry()

    do(staff, "state", old=old.pk, new=new.pk)

    draft = draft_of(edition)
    assert draft.memberships.get().state == new
    named = draft.contributions.get().states.order_by("iso3")
    assert [state.iso3 for state in named] == ["HRV", "SRB"]
    undo(BulkEdit.objects.get())
    assert registry() == before


def test_state_joins_mechanisms_unless_it_has_a_place_there(staff):
    state = make.make_state("PAN")
    first = make_mechanism("rcm", member("CRI"))
    second = make_mechanism("ocam", member("PAN", role="observer"))
    source = make.make_source()
    before = registry()

    page, address = look(
        staff,
        "joined",
        state=state.pk,
        mechanisms=[first.mechanism_id, second.mechanism_id],
        role="member",
        day="May 2019",
        source=source.pk,
        certainty="stated",
    )
    assert "already holds a role" in page.content.decode()
    apply(staff, preview(staff, address, section=["rcm", "ocam"]))

    added = draft_of(first).memberships.get(state=state)
    assert (added.role, added.since, added.source) == ("member", "2019-05", source)
    assert added.is_current
    assert not Profile.objects.open().filter(mechanism=second.mechanism).exists()
    created = LogEntry.objects.get_for_object(added).get(action=LogEntry.Action.CREATE)
    assert created.actor is not None
    undo(BulkEdit.objects.get())
    assert registry() == before


def test_state_leaves_the_mechanisms_in_which_it_has_a_place(staff):
    state = make.make_state("PAN")
    edition = make_mechanism("rcm", member("PAN"), member("CRI"))
    make_mechanism("ocam", member("PAN", is_current=False))
    before = registry()

    do(staff, "left", state=state.pk, day="13/06/2018")

    left = draft_of(edition).memberships.get(state=state)
    assert (left.is_current, left.until) == (False, "2018-06-13")
    assert Profile.objects.open().count() == 1
    undo(BulkEdit.objects.get())
    assert registry() == before


@pytest.mark.parametrize("kind", ["of-state", "of-organisation"])
def test_role_and_certainty_of_one_are_set_across_mechanisms(staff, kind):
    state, organisation = make.make_state("PAN"), make.make_organisation()
    for slug in ("rcm", "ocam"):
        make_mechanism(slug, member("PAN"), member("CRI"), partner(organisation))
    described = state if kind == "of-state" else organisation

    do(staff, kind, described=described.pk, role="observer", certainty="inferred")

    model = Membership if kind == "of-state" else Partnership
    changed = model.objects.filter(role="observer", certainty="inferred")
    assert changed.filter(profile__state=EditionState.DRAFT).count() == 2
    assert changed.count() == 2


# --- What is refused --------------------------------------------------------------


def test_draft_that_changed_after_the_preview_is_refused_whole_and_said(staff):
    source = make.make_source()
    edition = make_mechanism("rcm", member("CRI"))
    make_mechanism("ocam", member("PAN"))
    draft = editions.open_draft(edition.mechanism)
    page, address = look(staff, "source", source=source.pk)
    shown = preview(staff, address, fact=[*boxes(page)])

    editions.begin_change(draft)
    make.make_membership(draft, "HND")
    answer = apply(staff, shown, follow=True)

    assert not Membership.objects.filter(source=source).exists()
    assert not BulkEdit.objects.exists()
    (said,) = messages(answer)
    assert said.startswith("Somebody changed these mechanisms")
    assert "RCM" in said
    assert "OCAM" not in said

    # What was ticked is shown again as it is now, and need not be ticked anew.
    assert len(hidden(answer, "fact")) == 2
    assert apply(staff, answer).status_code == 302
    assert Membership.objects.filter(source=source).count() == 2


@pytest.mark.parametrize("step", ["opened", "submitted", "discarded", "fact removed"])
def test_every_other_step_after_the_preview_is_refused_too(staff, step):
    source = make.make_source()
    edition = make_mechanism("rcm", member("CRI"), member("PAN"))
    if step != "opened":
        draft = editions.open_draft(edition.mechanism)
    page, address = look(staff, "source", source=source.pk)
    shown = preview(staff, address, fact=[*boxes(page)])

    if step == "opened":
        editions.open_draft(edition.mechanism)
    elif step == "submitted":
        editions.submit(draft)
    elif step == "discarded":
        editions.discard(draft)
    else:
        draft.memberships.filter(state__iso3="CRI").delete()
    answer = apply(staff, shown, follow=True)

    assert "Look at it again" in messages(answer)[0]
    assert not Membership.objects.filter(source=source).exists()


def test_edition_in_review_is_left_out_and_named(staff):
    edition = make_mechanism("rcm", member("CRI"))
    make_mechanism("ocam", member("PAN"))
    editions.submit(editions.open_draft(edition.mechanism))

    page, _address = look(staff, "source", source=make.make_source().pk)

    assert [number.split("/")[0] for number in boxes(page)] == ["ocam"]
    assert "in review:</p>" not in page.content.decode()
    assert re.search(r"in review:\s*<bdi>RCM</bdi>", page.content.decode())


def test_nothing_chosen_writes_nothing_and_says_so(staff):
    make_mechanism("rcm", member("CRI"))
    _page, address = look(staff, "source", source=make.make_source().pk)

    answer = preview(staff, address)
    assert "Nothing was chosen" in answer.content.decode()
    staff.post(address, {"_apply": "1", "fact": ["rcm/profiles.membership/x"]})

    assert not BulkEdit.objects.exists()


def test_applying_without_the_preview_is_refused(staff):
    make_mechanism("rcm", member("CRI"))
    page, address = look(staff, "source", source=make.make_source().pk)

    staff.post(address, {"_apply": "1", "fact": [*boxes(page)]})

    assert not BulkEdit.objects.exists()
    assert not Profile.objects.open().exists()


@pytest.mark.parametrize(
    ("kind", "asked", "said"),
    [
        ("source", {"source-typed": "List of 2019"}, "nothing was chosen"),
        ("organisation", {}, "This field is required"),
        ("joined", {"day": "03/04/2019"}, "can be 3 April 2019 or 4 March 2019"),
        ("of-state", {}, "Choose a role or a certainty"),
        ("left", {"mechanisms": "9" * 30}, "is not one of the available choices"),
    ],
)
def test_what_is_asked_wrongly_is_said_at_its_field(staff, kind, asked, said):
    state = make.make_state("PAN")
    asked = {"described": state.pk, "state": state.pk, **asked}

    page, _address = look(staff, kind, **asked)

    assert said in unescape(page.content.decode())
    assert not boxes(page)


@pytest.mark.parametrize("role", [*ROLES, None])
def test_those_who_edit_drafts_and_nobody_else_may(role):
    edition = make_mechanism("rcm", member("CRI"))
    source = make.make_source()
    bulk_edit = do(client_of(), "source", source=source.pk)
    undoing = reverse("admin:surveys_bulkedit_undo", args=[bulk_edit.pk])
    client = client_of(role or DATA_ENTRY)
    if role is None:
        User.objects.order_by("pk").last().groups.clear()

    page = client.get(reverse(ADD))
    answer = client.post(undoing)

    assert page.status_code == (200 if role else 403)
    assert answer.status_code == (302 if role else 403)
    open_now = Profile.objects.open().filter(mechanism=edition.mechanism)
    assert open_now.exists() == (role is None)


# --- Back, and twice --------------------------------------------------------------


def test_every_page_is_read_again_by_its_address_with_what_was_asked_and_ticked(staff):
    source = make.make_source(title="Minutes of 2019")
    make_mechanism("rcm", member("CRI"), member("PAN"))
    page, facts = look(
        staff, "source", source=source.pk, certainty="inferred", kinds=MEMBERSHIPS
    )
    first, second = boxes(page)

    sent = staff.post(facts, {"fact": [first]})
    shown = staff.get(sent.url)
    again = staff.get(unescape(way_to(shown, "Choose again")))

    assert hidden(shown, "fact") == [first]
    assert boxes(again) == {first: True, second: False}
    assert again.wsgi_request.get_full_path() == facts
    assert boxes(staff.get(facts)) == {first: True, second: False}
    asked = staff.get(unescape(way_to(again, "Change what is asked")))
    assert asked.context["form"]["certainty"].value() == "inferred"
    assert asked.context["form"]["kinds"].value() == [MEMBERSHIPS]
    assert asked.context["form"]["only_without"].value() is False
    assert "Minutes of 2019" in asked.content.decode()


def test_choice_outlives_the_visit_and_is_for_its_owner_alone(staff):
    make_mechanism("rcm", member("CRI"))
    page, facts = look(staff, "source", source=make.make_source().pk)
    shown = preview(staff, facts, fact=[*boxes(page)])
    address = shown.wsgi_request.get_full_path()
    user = User.objects.get(pk=staff.session["_auth_user_id"])

    staff.logout()
    staff.force_login(user)

    assert hidden(staff.get(address), "fact") == [*boxes(page)]
    other = client_of()
    assert not boxes(other.get(address))


def test_two_windows_keep_their_choices_apart(staff):
    source = make.make_source()
    make_mechanism("rcm", member("CRI"), member("PAN"))
    page, one = look(staff, "source", source=source.pk)
    _page, other = look(staff, "source", source=source.pk)
    first, second = boxes(page)

    preview(staff, one, fact=[first])
    preview(staff, other, fact=[second])

    assert boxes(staff.get(one)) == {first: True, second: False}
    assert boxes(staff.get(other)) == {first: False, second: True}


def test_facts_sent_twice_change_once_and_lead_to_the_same_page(staff):
    source = make.make_source()
    edition = make_mechanism("rcm", member("CRI"), member("PAN"))
    page, address = look(staff, "source", source=source.pk)
    shown = preview(staff, address, fact=[*boxes(page)][:1])

    first = apply(staff, shown)
    second = apply(staff, shown, follow=True)
    back = staff.get(shown.wsgi_request.get_full_path(), follow=True)

    bulk_edit = BulkEdit.objects.get()
    for answer in (second, back):
        assert answer.redirect_chain == [(first.url, 302)]
        assert messages(answer)[-1] == "These facts were changed already, and once."
    assert draft_of(edition).memberships.filter(source=source).count() == 1
    # The choice begins anew with what is left.
    assert boxes(staff.get(address)) == {[*boxes(page)][1]: False}
    undo(bulk_edit)
    assert apply(staff, shown).status_code == 302
    assert BulkEdit.objects.count() == 2


# --- Undoing ----------------------------------------------------------------------


def test_undoing_leaves_what_somebody_edited_since_and_says_so(staff):
    old, source = make.make_source(), make.make_source()
    edition = make_mechanism("rcm", member("CRI", source=old), member("PAN"))
    bulk_edit = do(staff, "source", source=source.pk)
    draft = draft_of(edition)
    edited = draft.memberships.get(state__iso3="PAN")
    edited.source = third = make.make_source()
    edited.save()

    undoing = reverse("admin:surveys_bulkedit_undo", args=[bulk_edit.pk])
    page = staff.get(undoing).content.decode()
    answer = staff.post(undoing, follow=True)

    assert "Edited or published since" in page
    assert draft.memberships.get(state__iso3="CRI").source == old
    assert draft.memberships.get(state__iso3="PAN").source == third
    assert messages(answer) == [
        "The bulk edit was undone: 1 fact is as it was before.",
        "1 fact was edited or published since, and stays as it is: RCM.",
    ]


def test_undoing_leaves_what_was_published_since(staff):
    source = make.make_source()
    published = make_mechanism("rcm", member("CRI"))
    other = make_mechanism("ocam", member("PAN"))
    bulk_edit = do(staff, "source", source=source.pk)
    make.publish(draft_of(published))

    undone = undo(bulk_edit)

    assert [kept.edition.short_name for kept in undone.kept] == ["RCM"]
    assert undone.discarded == ["OCAM"]
    now = published.mechanism.editions.published().get()
    assert now.memberships.get().source == source
    assert not Profile.objects.open().filter(mechanism=other.mechanism).exists()


def test_bulk_edit_is_undone_once(staff):
    make_mechanism("rcm", member("CRI"))
    bulk_edit = do(staff, "source", source=make.make_source().pk)
    undoing = reverse("admin:surveys_bulkedit_undo", args=[bulk_edit.pk])

    staff.post(undoing)
    answer = staff.post(undoing, follow=True)

    assert messages(answer)[-1] == "This bulk edit was undone already."


@pytest.mark.parametrize("order", ["import first", "bulk edit first"])
def test_imports_and_bulk_edits_are_undone_in_any_order(staff, order):
    round = make_world()
    make_mechanism("rcm", member("HND"))
    source = make.make_source()
    before = registry()
    survey_import = bring_in(export(answers(members="CRI PAN")), round)
    bulk_edit = do(staff, "source", source=source.pk, kinds=MEMBERSHIPS)

    if order == "import first":
        undo_import(survey_import)
        undo(bulk_edit)
    else:
        undo(bulk_edit)
        undo_import(survey_import)

    assert registry() == before


# --- Ways in, and what pages cost -------------------------------------------------


def test_ways_lead_from_lists_and_records(staff):
    edition = make_mechanism("rcm", member("CRI"))
    source, organisation = make.make_source(), make.make_organisation()
    state = make.make_state("CRI")

    chosen = staff.post(
        reverse("admin:profiles_mechanism_changelist"),
        {"action": "change_facts", "_selected_action": [edition.mechanism_id]},
    )
    assert chosen.url == f"{reverse(ADD)}?mechanisms={edition.mechanism_id}"
    kinds = staff.get(chosen.url).content.decode()
    asked = staff.get(f"{chosen.url}&kind=source", follow=True).content.decode()
    assert f"?kind=source&amp;mechanisms={edition.mechanism_id}" in kinds
    assert re.search(rf'<option value="{edition.mechanism_id}" selected', asked)
    for record, kind in ((source, "source"), (state, "left"), (organisation, "")):
        model = record._meta.model_name
        way = f"{reverse(ADD)}?of={model}&amp;record={record.pk}"
        page = reverse(
            f"admin:{record._meta.app_label}_{model}_change", args=[record.pk]
        )
        assert way in staff.get(page).content.decode()
        of_kind = f"{unescape(way)}&kind={kind or 'organisation'}"
        filled = staff.get(of_kind, follow=True)
        assert f'<option value="{record.pk}" selected' in filled.content.decode()
    of_state = staff.get(f"{reverse(ADD)}?of=state&record={state.pk}").content.decode()
    assert "?kind=joined" in of_state
    assert "?kind=organisation" not in of_state


def test_pages_take_as_many_queries_for_many_facts_as_for_few(
    staff, django_assert_max_num_queries
):
    source = make.make_source()
    codes = [f"X{chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(40)]
    make_mechanism("rcm", member("CRI"))

    def asked():
        page, address = look(staff, "source", source=source.pk)
        shown = preview(staff, address, fact=[*boxes(page)])
        return len(hidden(shown, "fact"))

    with django_assert_max_num_queries(500) as few:
        assert asked() == 1
    for number in range(5):
        make_mechanism(f"m{number}", *(member(code) for code in codes))
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert asked() == 201


def test_history_and_list_tell_who_did_it():
    staff = client_of(REVIEWER)
    edition = make_mechanism("rcm", member("CRI"))
    source = make.make_source(title="Minutes of 2019")
    do(staff, "source", source=source.pk)

    changed = draft_of(edition).memberships.get()
    entry = LogEntry.objects.get_for_object(changed).latest("pk")
    assert entry.changes["source"][1] == str(source.pk)
    assert entry.actor.username.startswith(REVIEWER)
    listed = client_of(ADMINISTRATOR).get(reverse("admin:surveys_bulkedit_changelist"))
    assert "Minutes of 2019" in listed.content.decode()
