"""Owners of mechanisms, everybody's open drafts, and work that goes to a colleague."""

import datetime

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from iscm_registry.roles import REVIEWER
from profiles import comments, editions, handing_over
from profiles.models import Comment, Notice, Ownership, Profile
from profiles.vocabularies import NoticeKind
from tests.factories import make_draft, make_membership, make_profile, make_state
from tests.profiles.test_comments import of_role
from tests.profiles.test_workflow_pages import content, review_url, step_url

pytestmark = pytest.mark.django_db

HAND_OVER = reverse("admin:profiles_profile_hand_over")


@pytest.fixture
def ana():
    return of_role("ana", first_name="Ana", last_name="Ruiz")


@pytest.fixture
def ben():
    return of_role("ben", first_name="Ben", last_name="Osei")


@pytest.fixture
def rita():
    return of_role("rita", REVIEWER)


def opened_by(client, **fields):
    draft = make_draft(**fields)
    draft.events.update(by=client.user)
    return draft


def card(client, heading):
    """Return what stands under a heading of the dashboard."""
    desk = content(client, reverse("admin:index"))
    return desk.split(f">{heading} <span", 1)[1].split("</section>")[0]


def owner_url(edition):
    return reverse("admin:profiles_profile_owner", args=[edition.pk])


# --- Owners ----------------------------------------------------------------------


def test_owner_finds_what_is_theirs_and_stale(ana, ben):
    old = make_profile(name="Old process", as_of="2001")
    fresh = make_profile(name="Fresh process", as_of=str(timezone.localdate().year))
    for edition in (old, fresh):
        answer = ben.post(owner_url(edition), {"owner": ana.user.pk})
        assert answer.status_code == 302
    make_profile(name="Of nobody", as_of="2001")

    mine = card(ana, "Mine, stale")

    assert "Old process" in mine
    assert "Fresh process" not in mine
    assert "Of nobody" not in mine
    assert "Mine, stale" not in content(ben, reverse("admin:index"))
    assert "ana" in card(ben, "Stale profiles")


def test_owner_is_changed_and_taken_away_and_the_log_knows(ana, ben):
    edition = make_profile()
    for owner in (ana, ben):
        ben.post(owner_url(edition), {"owner": owner.user.pk})
    ownership = Ownership.objects.get()
    assert ownership.owner == ben.user
    entries = LogEntry.objects.get_for_object(ownership)
    assert {entry.actor for entry in entries} == {ben.user}
    assert entries.count() == 2

    ben.post(owner_url(edition), {"owner": ""})

    assert not Ownership.objects.exists()


def test_owner_is_somebody_who_edits(ben):
    edition = make_profile()
    reader = User.objects.create_user("reader", is_staff=True)

    answer = ben.post(owner_url(edition), {"owner": reader.pk}, follow=True)

    assert "valid choice" in " ".join(map(str, answer.context["messages"]))
    assert not Ownership.objects.exists()
    assert ben.get(owner_url(edition)).status_code == 405


def test_owner_is_reminded_once_in_three_months(ana):
    stale = make_profile(as_of="2001")
    for edition in (stale, make_profile(as_of="")):
        handing_over.set_owner(edition.mechanism, ana.user)

    assert handing_over.remind_owners() == 1
    assert handing_over.remind_owners() == 0

    [notice] = Notice.objects.filter(to=ana.user, kind=NoticeKind.STALE)
    assert ana.get(notice.path).status_code == 200
    Notice.objects.update(made_at=timezone.now() - datetime.timedelta(days=91))
    assert handing_over.remind_owners() == 1


def test_owner_who_left_is_not_reminded(ana):
    handing_over.set_owner(make_profile(as_of="2001").mechanism, ana.user)
    User.objects.filter(pk=ana.user.pk).update(is_active=False)

    assert handing_over.remind_owners() == 0


# --- Everybody's drafts ----------------------------------------------------------


def test_everybodys_drafts_say_how_long_they_wait(ana, ben):
    for client, name, days in ((ben, "Young", 3), (ana, "Old", 40)):
        draft = opened_by(client, name=name)
        at = timezone.now() - datetime.timedelta(days=days)
        Profile.objects.filter(pk=draft.pk).update(changed_at=at)
    waiting = opened_by(ana, name="Handed in")
    editions.submit(waiting, by=ana.user)
    at = timezone.now() - datetime.timedelta(days=9)
    waiting.events.filter(action="submit").update(at=at)

    shown = card(ben, "Everybody’s open drafts")

    assert shown.index("Old") < shown.index("Handed in") < shown.index("Young")
    assert "1 month" in shown
    assert "1 week, 2 days" in shown
    assert "ana" in shown


# --- Handing over ----------------------------------------------------------------


def test_all_work_of_one_person_goes_to_another_in_one_step(ana, ben):
    draft = opened_by(ana, name="The draft")
    others = opened_by(ben, name="Of Ben")
    published = make_profile(name="The owned", as_of="2001")
    handing_over.set_owner(published.mechanism, ana.user)
    fact = make_membership(draft, make_state("CRI"))
    open_one = comments.write(draft, fact, "Open?", by=ben.user, to=ana.user)
    resolved = comments.write(draft, fact, "Done.", by=ben.user, to=ana.user)
    comments.resolve(resolved, by=ana.user)
    said = {"giver": ana.user.pk, "to": ben.user.pk}

    preview = content(ana, f"{HAND_OVER}?giver={ana.user.pk}&to={ben.user.pk}")
    assert "The draft" in preview
    assert "Open?" in preview
    assert "Of Ben" not in preview
    assert ana.post(HAND_OVER, said).status_code == 302

    assert "The draft" in card(ben, "My drafts")
    assert "The draft" not in card(ana, "My drafts")
    assert Ownership.objects.get().owner == ben.user
    open_one.refresh_from_db()
    resolved.refresh_from_db()
    assert (open_one.assigned_to, resolved.assigned_to) == (ben.user, ana.user)
    assert Notice.objects.filter(to=ben.user, kind=NoticeKind.HANDED_OVER).count() == 1
    assert "Handed over</strong> by ana" in content(ben, review_url(draft))
    assert "to ben" in content(ben, review_url(draft))
    assert others.events.count() == 1


def test_handed_over_submission_returns_to_whoever_took_it(ana, ben, rita):
    draft = opened_by(ana)
    editions.submit(draft, by=ana.user)
    handing_over.hand_over(ana.user, ben.user, by=rita.user)

    rita.post(step_url(draft, "send-back"), {"note": "Which year?"})

    assert "Which year?" in card(ben, "Sent back to me")
    assert "Which year?" not in card(ana, "Sent back to me")
    assert Notice.objects.filter(to=ben.user, kind=NoticeKind.SENT_BACK).exists()


def test_draft_that_was_sent_back_stays_so_when_it_is_handed_over(ana, ben, rita):
    draft = opened_by(ana)
    editions.submit(draft, by=ana.user)
    editions.send_back(draft, by=rita.user, note="Which year?")

    handing_over.hand_over(ana.user, ben.user, by=ana.user)

    assert "Which year?" in card(ben, "Sent back to me")


def test_handing_over_leaves_four_eyes_as_they_are(rita):
    other = of_role("olga", REVIEWER)
    draft = opened_by(rita)
    editions.submit(draft, by=rita.user)
    handing_over.hand_over(rita.user, other.user, by=rita.user)

    with pytest.raises(editions.OwnSubmission):
        editions.publish(draft, by=rita.user)


def test_work_of_others_is_handed_over_by_reviewers_alone(ana, ben, rita):
    opened_by(ana)
    said = {"giver": ana.user.pk, "to": ben.user.pk}
    # Whoever left cannot do it.
    User.objects.filter(pk=ana.user.pk).update(is_active=False)

    refused = ben.post(HAND_OVER, said)
    assert refused.status_code == 200
    assert "valid choice" in str(refused.context["form"].errors)
    assert not Profile.objects.open().worked_on_by(ben.user)

    assert rita.post(HAND_OVER, said).status_code == 302
    assert Profile.objects.open().worked_on_by(ben.user)
    nobody = {"giver": ben.user.pk, "to": ana.user.pk}
    assert rita.post(HAND_OVER, nobody).status_code == 200


def test_work_goes_to_somebody_else(rita, ana):
    same = rita.get(f"{HAND_OVER}?giver={ana.user.pk}&to={ana.user.pk}")

    assert "Choose two people" in same.content.decode()
    nothing = content(rita, f"{HAND_OVER}?giver={ana.user.pk}&to={rita.user.pk}")
    assert "Nothing waits for this person." in nothing


def test_number_of_queries_does_not_grow_with_work(ana, rita):
    def queries(number, url):
        for index in range(number):
            draft = opened_by(ana, as_of="2001")
            fact = make_membership(draft, make_state(f"Q{index:02}"))
            comments.write(draft, fact, "Why?", by=rita.user, to=ana.user)
            handing_over.set_owner(make_profile(as_of="2001").mechanism, ana.user)
        ana.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert ana.get(url).status_code == 200
        return len(asked)

    preview = f"{HAND_OVER}?giver={ana.user.pk}&to={rita.user.pk}"
    for url in (preview, reverse("admin:index")):
        queries(1, url)
        assert queries(1, url) == queries(8, url)
    assert Comment.objects.count() == 20
