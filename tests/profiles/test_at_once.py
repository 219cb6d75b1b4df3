"""Two people who decide at once, and a publication whose time went by."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from profiles import editions
from profiles.models import Profile
from tests.factories import make_draft, make_profile
from tests.profiles.staff_forms import change_url, entered
from tests.profiles.test_workflow_pages import (
    CLERK,
    REVIEWER,
    content,
    in_review,
    review_url,
    signed_in,
    step_url,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return named("ana", "Ana", "Ruiz", REVIEWER)


@pytest.fixture
def ben():
    return named("ben", "Ben", "Osei", (*REVIEWER, *CLERK))


def named(username, first, last, may):
    client = signed_in(username, may)
    type(client.user).objects.filter(pk=client.user.pk).update(
        first_name=first, last_name=last
    )
    return client


def told(answer):
    return " ".join(map(str, answer.context["messages"]))


def now_in_words():
    return timezone.localtime().strftime("%Y")


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        ("publish", "publish", "Published by Ana Ruiz"),
        ("publish", "send-back", "Published by Ana Ruiz"),
        ("send-back", "publish", "Sent back by Ana Ruiz"),
        ("schedule", "publish", None),
    ],
)
def test_who_decides_second_reads_what_happened(ana, ben, first, second, word):
    edition = in_review()
    later = timezone.localtime() + datetime.timedelta(days=2)
    said = {
        "note": "So.",
        "version": edition.version,
        "publish_at": later.strftime("%Y-%m-%dT%H:%M"),
    }
    ana.post(step_url(edition, first), said)

    answer = ben.post(step_url(edition, second), said, follow=True)

    if word is None:
        assert "is published" in told(answer)
        return
    assert "is not possible" in told(answer)
    assert word in told(answer)
    assert now_in_words() in told(answer)


def test_who_submits_second_reads_who_submitted(ana, ben):
    draft = make_draft()
    said = {"version": draft.version}
    ana.post(step_url(draft, "submit"), said)

    answer = ben.post(step_url(draft, "submit"), said, follow=True)

    assert "Submitted for review by Ana Ruiz" in told(answer)


def test_who_withdraws_second_reads_who_withdrew(ana, ben):
    edition = make_profile()
    said = {"reason": "Wrong."}
    ana.post(step_url(edition, "withdraw"), said)

    answer = ben.post(step_url(edition, "withdraw"), said, follow=True)

    assert "Withdrawn by Ana Ruiz" in told(answer)


def test_who_corrects_second_is_led_to_the_draft_of_the_first(ana, ben):
    edition = make_profile()
    ana.post(step_url(edition, "open-draft"))
    draft = edition.mechanism.editions.open().get()

    answer = ben.post(step_url(edition, "open-draft"), follow=True)

    assert answer.redirect_chain[-1][0] == change_url(draft)
    assert "already open. Opened by Ana Ruiz" in told(answer)


def test_who_submits_what_somebody_changed_reads_who_changed_it(ana, ben):
    draft = make_draft()
    version = draft.version
    page = ana.get(change_url(draft))
    data = entered(page) | {"objective_en": "New."}
    assert ana.post(change_url(draft), data).status_code == 302

    answer = ben.post(step_url(draft, "submit"), {"version": version}, follow=True)

    assert "was changed after you opened this page" in told(answer)
    assert "Changed by Ana Ruiz" in told(answer)


def test_who_decides_on_what_was_discarded_reads_who_did(ana, ben):
    edition = in_review(name="The process")
    pages = [review_url(edition), change_url(edition), step_url(edition, "publish")]
    ana.post(step_url(edition, "discard"))

    for url in pages:
        answer = ben.get(url, follow=True)
        assert "discarded by Ana Ruiz" in told(answer), url


def test_who_saves_what_was_discarded_reads_who_did(ana, ben):
    draft = make_draft(name="The process")
    ana.post(step_url(draft, "discard"))

    page = ben.post(change_url(draft), {"version": "0", "name_en": "Typed"})

    assert page.status_code == 410
    assert "discarded by Ana Ruiz" in page.content.decode()


# --- A missed schedule -----------------------------------------------------------


def scheduled(minutes, by):
    edition = in_review()
    editions.schedule(edition, timezone.now() + datetime.timedelta(days=1), by=by)
    at = timezone.now() + datetime.timedelta(minutes=minutes)
    Profile.objects.filter(pk=edition.pk).update(publish_at=at)
    return edition


@pytest.mark.parametrize(("minutes", "is_overdue"), [(-10, True), (-1, False), (9, 0)])
def test_publication_that_did_not_take_place_is_overdue(ana, minutes, is_overdue):
    edition = scheduled(minutes, ana.user)

    for url in (reverse("admin:index"), review_url(edition), change_url(edition)):
        page = content(ana, url)
        assert ("Overdue: it was to be published" in page) == bool(is_overdue), url


def test_published_edition_is_not_overdue(ana):
    edition = scheduled(-10, ana.user)
    editions.publish_due()

    assert "Overdue" not in content(ana, reverse("admin:index"))
    assert "Overdue" not in content(ana, review_url(edition))
