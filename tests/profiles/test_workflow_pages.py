"""Reviewing, comparing and taking an edition a step further, at their addresses."""

import datetime

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from profiles import editions
from profiles.admin.mechanisms import ProfileAdmin
from profiles.admin.workflow import WorkflowPages
from profiles.models import Profile
from tests.factories import (
    make_chairing,
    make_contribution,
    make_draft,
    make_full_draft,
    make_mechanism,
    make_membership,
    make_profile,
    make_section,
    make_state,
    publish,
)
from tests.profiles.staff_forms import entered, signed_in

pytestmark = pytest.mark.django_db

CLERK = ("view_profile", "change_profile", "add_profile")
REVIEWER = (*CLERK, "publish_profile", "delete_profile")


@pytest.fixture
def clerk():
    return signed_in("clerk", CLERK)


@pytest.fixture
def reviewer():
    return signed_in("reviewer", REVIEWER)


def review_url(edition):
    return reverse("admin:profiles_profile_review", args=[edition.pk])


def step_url(edition, step):
    return reverse("admin:profiles_profile_step", args=[edition.pk, step])


def change_url(edition):
    return reverse("admin:profiles_profile_change", args=[edition.pk])


def preview_url(edition):
    return reverse("profile-preview", args=[edition.pk])


def compare_url(edition, other):
    return reverse("admin:profiles_profile_compare", args=[edition.pk, other.pk])


def content(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return " ".join(answer.content.decode().split())


def in_review(by=None, **fields):
    draft = make_draft(**fields)
    editions.submit(draft, by=by)
    return draft


def in_geneva(days):
    local = timezone.localtime() + datetime.timedelta(days=days)
    return local.strftime("%Y-%m-%dT%H:%M")


# --- The review ------------------------------------------------------------------


def test_reviewer_sees_what_changes_what_is_missing_and_who_did_what(clerk, reviewer):
    old = make_draft(objective="It meets twice a year.")
    make_chairing(old, state=make_state("NPL", name_en="Nepal"))
    make_membership(old, make_state("CRI", name_en="Costa Rica"))
    publish(old)
    new = editions.open_draft(old.mechanism, by=clerk.user)
    new.objective_en = "It meets once a year."
    new.save()
    chair = new.chairings.get()
    chair.state = make_state("IND", name_en="India")
    chair.save()
    new.memberships.get().delete()
    make_membership(new, make_state("BLZ", name_en="Belize"), is_public=False)
    editions.submit(new, by=clerk.user, note="The chair changed")

    page = content(reviewer, review_url(new))

    assert "It meets<del> twice</del><ins> once</ins> a year." in page
    assert '<del dir="auto">Nepal</del>' in page
    assert '<ins dir="auto">India</ins>' in page
    assert "<ins>Belize (Member)</ins>" in page
    assert "<del>Costa Rica (Member)</del>" in page
    assert "not public" in page
    assert "“Salient structures” has no coverage status." in page
    assert "Submitted for review</strong> by clerk" in page
    assert "The chair changed" in page
    assert step_url(new, "publish") in page
    assert step_url(new, "send-back") in page


def test_first_edition_is_reviewed_without_one_to_compare_with(reviewer):
    page = content(reviewer, review_url(in_review()))

    assert "all of it is new" in page


def test_published_edition_is_compared_with_the_one_before(reviewer):
    first = make_profile(name="Old name")
    second = editions.open_draft(first.mechanism)
    Profile.objects.filter(pk=second.pk).update(name_en="New name")
    publish(second)

    page = content(reviewer, review_url(second))

    assert "Old name" in page
    assert step_url(second, "open-draft") in page
    assert step_url(second, "withdraw") in page


def test_review_costs_the_same_number_of_queries_for_many_facts(reviewer):
    counts = []
    for facts in (1, 10):
        old = make_full_draft()
        for _ in range(facts):
            make_contribution(old, states=["CRI", "GTM"], themes=["rights"])
            make_membership(old)
        publish(old)
        new = editions.open_draft(old.mechanism)
        new.memberships.update(role="observer")
        new.contributions.update(status="planned")
        new.organs.all().delete()
        editions.submit(new)
        reviewer.get(review_url(new))
        with CaptureQueriesContext(connection) as queries:
            content(reviewer, review_url(new))
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] < 90


def test_only_what_may_be_done_has_a_button_and_the_rest_a_reason(clerk, reviewer):
    edition = in_review(by=reviewer.user)

    page = content(clerk, review_url(edition))
    assert step_url(edition, "publish") not in page
    assert "This is for reviewers." in page

    page = content(reviewer, review_url(edition))
    assert step_url(edition, "publish") not in page
    assert step_url(edition, "schedule") not in page
    assert "You submitted this edition yourself" in page
    assert step_url(edition, "send-back") in page


def test_nobody_publishes_their_own_submission_by_the_address_either(reviewer):
    edition = in_review(by=reviewer.user)

    answer = reviewer.post(step_url(edition, "publish"), {"note": ""}, follow=True)

    assert "somebody else has to publish it" in answer.content.decode()
    edition.refresh_from_db()
    assert edition.state == "in_review"


def test_edition_without_a_source_has_no_button_to_publish(reviewer):
    edition = in_review(sources=[])

    page = content(reviewer, review_url(edition))
    assert "No source is named" in page
    assert f'href="{change_url(edition)}#part-sources"' in page
    assert step_url(edition, "publish") not in page

    answer = reviewer.post(step_url(edition, "publish"), follow=True)
    assert "No source is named" in answer.content.decode()
    edition.refresh_from_db()
    assert edition.state == "in_review"


def test_sending_back_without_a_word_keeps_the_reviewer_on_the_page(reviewer):
    edition = in_review()

    answer = reviewer.post(step_url(edition, "send-back"), {"note": " "})

    assert answer.status_code == 200
    assert "This field is required" in answer.content.decode()
    edition.refresh_from_db()
    assert edition.state == "in_review"


def test_what_was_typed_stays_when_a_step_is_refused(reviewer):
    edition = in_review()

    answer = reviewer.post(
        step_url(edition, "schedule"),
        {"publish_at": in_geneva(days=-1), "note": "After the meeting"},
    )

    page = answer.content.decode()
    assert "still to come" in page
    assert "After the meeting" in page


def test_reviewer_does_not_publish_what_changed_after_they_looked(reviewer):
    edition = in_review()
    seen = edition.version
    Profile.objects.filter(pk=edition.pk).update(version=seen + 1, name_en="Other")

    answer = reviewer.post(
        step_url(edition, "publish"), {"note": "", "version": seen}, follow=True
    )

    assert "changed after you opened this page" in answer.content.decode()
    edition.refresh_from_db()
    assert edition.state == "in_review"
    reviewer.post(step_url(edition, "publish"), {"version": seen + 1})
    edition.refresh_from_db()
    assert edition.state == "published"


# --- Correcting ------------------------------------------------------------------


def test_correction_is_one_click_and_for_one_person_two_more(reviewer, settings):
    settings.FOUR_EYES = False
    published = make_profile()
    for page in (change_url(published), reverse("admin:profiles_profile_changelist")):
        assert step_url(published, "open-draft") in content(reviewer, page)

    opened = reviewer.post(step_url(published, "open-draft"))
    draft = published.mechanism.editions.open().get()
    assert opened.url == change_url(draft)
    review = content(reviewer, review_url(draft))
    assert step_url(draft, "submit-and-publish") in review
    reviewer.post(step_url(draft, "submit-and-publish"), {"note": "A slip"})

    draft.refresh_from_db()
    assert draft.state == "published"
    assert list(draft.events.values_list("action", flat=True)) == [
        "open",
        "submit",
        "publish",
    ]


def test_four_eyes_leave_no_way_to_submit_and_publish_at_once(reviewer):
    draft = make_draft()

    assert "submit-and-publish" not in content(reviewer, review_url(draft))
    reviewer.post(step_url(draft, "submit-and-publish"), {"note": ""})

    draft.refresh_from_db()
    assert draft.state == "draft"
    assert list(draft.events.values_list("action", flat=True)) == ["open"]


def test_list_leads_to_the_draft_that_is_open(clerk):
    published = make_profile()
    draft = editions.open_draft(published.mechanism)

    page = content(clerk, reverse("admin:profiles_profile_changelist"))

    assert step_url(published, "open-draft") not in page
    assert f'<a href="{change_url(draft)}">Open draft</a>' in page


def test_list_asks_the_same_number_of_queries_for_many_profiles(clerk):
    counts = []
    for number in (1, 5):
        for _ in range(number):
            make_profile()
        with CaptureQueriesContext(connection) as queries:
            clerk.get(reverse("admin:profiles_profile_changelist"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("state", ["superseded", "withdrawn"])
def test_earlier_edition_is_restored_as_a_new_draft(clerk, state):
    first = make_profile(name="As it was")
    if state == "superseded":
        second = editions.open_draft(first.mechanism)
        Profile.objects.filter(pk=second.pk).update(name_en="Wrong")
        publish(second)
    else:
        editions.withdraw(first, reason="Wrong.")
    assert step_url(first, "restore") in content(clerk, review_url(first))

    answer = clerk.post(step_url(first, "restore"))

    draft = first.mechanism.editions.open().get()
    assert answer.url == change_url(draft)
    assert draft.name == "As it was"


# --- Saving ----------------------------------------------------------------------


@pytest.mark.attack("A reviewer publishes own words")
def test_whoever_writes_into_a_review_cannot_publish_those_words(reviewer, clerk):
    """The attack: a colleague hands in, the reviewer writes, and publishes alone."""
    draft = make_full_draft()
    editions.submit(draft, by=clerk.user)
    page = reviewer.get(change_url(draft))
    assert "it becomes a draft again" in page.content.decode()

    saved = reviewer.post(
        change_url(draft), entered(page) | {"acronym_en": "MINE"}, follow=True
    )

    assert "It is a draft again" in saved.content.decode()
    reviewer.post(step_url(draft, "publish"), {"version": draft.version + 1})
    draft.refresh_from_db()
    assert (draft.state, draft.acronym_en) == ("draft", "MINE")
    reviewer.post(step_url(draft, "submit"), {"version": draft.version})
    reviewer.post(step_url(draft, "publish"), {"version": draft.version})
    draft.refresh_from_db()
    assert draft.state == "in_review"


@pytest.mark.attack("A reviewer publishes own words")
def test_formal_click_does_not_hand_in_what_was_not_seen(reviewer, clerk):
    draft = make_full_draft()
    seen = draft.version
    page = reviewer.get(change_url(draft))
    reviewer.post(change_url(draft), entered(page) | {"acronym_en": "MINE"})

    clerk.post(step_url(draft, "submit"), {"version": seen})

    draft.refresh_from_db()
    assert (draft.state, draft.acronym_en) == ("draft", "MINE")


def test_saving_a_review_without_a_change_leaves_it_in_review(reviewer):
    draft = in_review()

    reviewer.post(change_url(draft), entered(reviewer.get(change_url(draft))))

    draft.refresh_from_db()
    assert draft.state == "in_review"


@pytest.mark.attack("Discarding and another step at once break the page")
@pytest.mark.parametrize(
    "step", ["submit", "publish", "schedule", "send-back", "discard", "unschedule"]
)
def test_step_that_meets_a_discarding_is_told_and_is_no_error(
    reviewer, step, monkeypatch
):
    """Between the reading of the edition and its lock, somebody discards it."""
    draft = make_draft() if step == "submit" else in_review()
    if step == "unschedule":
        at = timezone.now() + datetime.timedelta(days=1)
        editions.schedule(draft, at)
    taken = WorkflowPages._take

    def discard_first(self, *args):
        editions.discard(Profile.objects.get(pk=draft.pk))
        return taken(self, *args)

    monkeypatch.setattr(WorkflowPages, "_take", discard_first)

    answer = reviewer.post(
        step_url(draft, step),
        {"note": "Look.", "publish_at": in_geneva(1)},
        follow=True,
    )

    assert answer.status_code == 200
    assert "discarded this edition meanwhile" in answer.content.decode()


def test_save_that_meets_a_discarding_shows_what_was_typed(reviewer, monkeypatch):
    draft = make_full_draft()
    typed = entered(reviewer.get(change_url(draft))) | {"acronym_en": "TYPED"}
    look = ProfileAdmin._cannot_be_saved

    def then_discarded(self, *args):
        answer = look(self, *args)
        editions.discard(Profile.objects.get(pk=draft.pk))
        return answer

    monkeypatch.setattr(ProfileAdmin, "_cannot_be_saved", then_discarded)
    found = ProfileAdmin.get_object
    monkeypatch.setattr(
        ProfileAdmin, "get_object", lambda self, *args: found(self, *args) or gone()
    )

    def gone():
        raise Profile.DoesNotExist

    answer = reviewer.post(change_url(draft), typed)

    assert answer.status_code == 410
    assert "TYPED" in answer.content.decode()


@pytest.mark.attack("Discarding and another step at once break the page")
def test_page_that_meets_a_discarding_is_told_and_is_no_error(reviewer, monkeypatch):
    draft = in_review()
    found = WorkflowPages._edition

    def then_discarded(self, *args):
        edition = found(self, *args)
        editions.discard(Profile.objects.get(pk=draft.pk))
        return edition

    monkeypatch.setattr(WorkflowPages, "_edition", then_discarded)

    answer = reviewer.get(review_url(draft), follow=True)

    assert "discarded this edition meanwhile" in answer.content.decode()


def test_save_that_changes_nothing_makes_no_history(clerk):
    draft = make_full_draft()
    page = clerk.get(change_url(draft))
    before = Profile.objects.filter(pk=draft.pk).values().get()
    events, changes = draft.events.count(), LogEntry.objects.count()

    answer = clerk.post(change_url(draft), entered(page))

    assert answer.status_code == 302
    assert Profile.objects.filter(pk=draft.pk).values().get() == before
    assert draft.events.count() == events
    assert LogEntry.objects.count() == changes


def test_saving_a_draft_makes_no_named_version(clerk):
    draft = make_full_draft()
    data = entered(clerk.get(change_url(draft)))

    assert (
        clerk.post(change_url(draft), data | {"acronym_en": "NEW"}).status_code == 302
    )

    draft.refresh_from_db()
    assert draft.acronym_en == "NEW"
    assert [e.action for e in draft.events.all()] == ["open"]
    assert draft.mechanism.editions.count() == 1


# --- Comparing -------------------------------------------------------------------


def test_any_two_editions_are_compared_the_earlier_first(clerk):
    first = make_profile(name="First name")
    second = editions.open_draft(first.mechanism)
    Profile.objects.filter(pk=second.pk).update(name_en="Second name")

    for one, other in ((first, second), (second, first)):
        page = content(clerk, compare_url(one, other))
        assert '<del dir="auto">First name</del>' in page
        assert '<ins dir="auto">Second name</ins>' in page


def test_editions_of_two_mechanisms_are_not_compared(clerk):
    assert clerk.get(compare_url(make_profile(), make_profile())).status_code == 404
    assert clerk.get(compare_url(make_profile(), Profile(pk=99999))).status_code == 404


# --- Publishing later ------------------------------------------------------------


def test_publication_is_scheduled_in_geneva_time_and_taken_back(reviewer):
    edition = in_review()
    local = (timezone.localtime() + datetime.timedelta(days=90)).replace(
        hour=9, minute=0, second=0, microsecond=0, tzinfo=None
    )

    reviewer.post(
        step_url(edition, "schedule"), {"publish_at": local.strftime("%Y-%m-%dT%H:%M")}
    )

    edition.refresh_from_db()
    assert timezone.localtime(edition.publish_at).replace(tzinfo=None) == local
    assert edition.publish_by == reviewer.user
    page = content(reviewer, review_url(edition))
    assert f"on {local:%-d %B %Y} at 09:00 Geneva time, as reviewer decided" in page

    reviewer.post(step_url(edition, "unschedule"), {"note": "Not yet"})
    edition.refresh_from_db()
    assert edition.publish_at is None
    assert "unschedule" not in content(reviewer, review_url(edition))


def test_scheduled_edition_is_not_changed_until_its_schedule_is_taken_back(reviewer):
    edition = in_review()
    editions.schedule(edition, timezone.now() + datetime.timedelta(days=1))

    page = content(reviewer, change_url(edition))
    assert 'name="name_en"' not in page
    answer = reviewer.post(change_url(edition), {"name_en": "Changed"})
    assert answer.status_code == 403

    editions.unschedule(edition)
    assert 'name="name_en"' in content(reviewer, change_url(edition))


# --- Preview ---------------------------------------------------------------------


def test_draft_is_previewed_as_the_public_would_read_it(clerk):
    draft = make_draft(name="Not yet public")
    make_section(draft, prose="What it did.")
    make_section(draft, part="structure", prose="Told in confidence.", is_public=False)

    page = content(clerk, preview_url(draft))

    assert page.count("Draft: not public") == 1
    assert "Not yet public" in page
    assert "What it did." in page
    assert "Told in confidence." not in page
    assert '<meta name="robots" content="noindex">' in page
    assert Client().get(draft.get_edition_url()).status_code == 404


def test_preview_is_for_staff_who_may_see_profiles(clerk):
    draft = make_draft()

    assert Client().get(preview_url(draft)).status_code == 302
    assert signed_in("nobody", ()).get(preview_url(draft)).status_code == 403
    assert clerk.get(preview_url(Profile(pk=99999))).status_code == 404


@pytest.mark.parametrize("make", [make_full_draft, make_profile])
def test_preview_of_every_kind_of_edition_answers(clerk, make):
    content(clerk, preview_url(make(make_mechanism())))
