"""What changed since an edition was sent back, and since it was withdrawn."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from profiles import editions, redacting
from profiles.comparison import compare_rounds
from profiles.edition_parts import Part
from profiles.models import Profile, SubmittedContent, fact_kinds
from tests.factories import (
    make_full_draft,
    make_membership,
    make_profile,
    make_source,
    make_state,
    make_theme,
    publish,
)
from tests.profiles.test_workflow_pages import (
    change_url,
    content,
    in_review,
    review_url,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(admin_client):
    admin_client.user = User.objects.get(username="admin")
    return admin_client


def round_url(edition, submitted):
    return reverse(
        "admin:profiles_profile_round", args=[edition.pk, submitted.event_id]
    )


def sent_back(edition, note="Which year?"):
    editions.submit(edition)
    editions.send_back(edition, note=note)
    return SubmittedContent.objects.latest("pk")


# --- Rounds of one review --------------------------------------------------------


def test_every_kind_of_fact_is_kept_as_it_was_handed_in():
    draft = make_full_draft()

    submitted = sent_back(draft)

    assert set(submitted.content["facts"]) == {
        k._meta.label_lower for k in fact_kinds()
    }
    comparison = compare_rounds(submitted, draft)
    assert not comparison, (
        comparison.fields,
        comparison.added,
        comparison.removed,
        comparison.changed,
    )


def test_reviewer_sees_what_changed_since_they_sent_it_back(reviewer):
    draft = make_full_draft(objective="It meets twice a year.")
    gone = make_membership(draft, make_state("CRI", name_en="Costa Rica"))
    editions.submit(draft)
    editions.send_back(draft, note="How often?", by=reviewer.user)
    draft.refresh_from_db()
    draft.objective_en = "It meets once a year."
    draft.save()
    draft.regions.clear()
    gone.delete()
    make_membership(draft, make_state("BLZ", name_en="Belize"))
    editions.submit(draft)

    page = content(reviewer, review_url(draft))

    _before, since = page.split('id="round-heading"')
    since, _against_the_public = since.split('id="comparison-heading"')
    assert "What changed since it was sent back" in since
    assert "How often?" in since
    assert "It meets<del> twice</del><ins> once</ins> a year." in since
    assert "<ins>Belize (Member)</ins>" in since
    assert "<del>Costa Rica (Member)</del>" in since
    assert "Regions:" in since


def test_each_round_can_be_looked_at(reviewer):
    draft = in_review(objective="First.")
    editions.send_back(draft, note="Once more.")
    first = SubmittedContent.objects.get()
    Profile.objects.filter(pk=draft.pk).update(objective_en="Second.")
    second = sent_back(draft, "And again.")
    Profile.objects.filter(pk=draft.pk).update(objective_en="Third.")

    page = content(reviewer, review_url(draft))

    assert "<del>Second.</del><ins>Third.</ins>" in page
    assert "First." not in page
    assert round_url(draft, first) in page
    assert round_url(draft, second) not in page
    older = content(reviewer, round_url(draft, first))
    assert "<del>First.</del><ins>Third.</ins>" in older


def test_edition_changed_in_review_is_compared_with_what_was_handed_in(reviewer):
    draft = in_review(objective="As handed in.")

    edition = Profile.objects.get(pk=draft.pk)
    edition.objective_en = "As changed."
    editions.begin_change(edition)
    edition.save()

    [submitted] = SubmittedContent.objects.all()
    assert submitted.content["profile"]["objective_en"] == "As handed in."
    page = content(reviewer, review_url(edition))
    assert "What changed since it was submitted before" in page


def test_comparison_of_rounds_names_a_record_that_is_gone(reviewer):
    draft = make_full_draft()
    theme = make_theme("shelter")
    source = make_source(slug="old-paper")
    focus = draft.theme_focuses.first()
    was = focus.theme
    focus.theme = theme
    focus.source = source
    focus.save()
    sent_back(draft)
    focus.theme = was
    focus.source = None
    focus.save()
    theme.delete()
    source.delete()

    page = content(reviewer, review_url(draft))

    assert '<del dir="auto">shelter</del>' in page
    assert '<del dir="auto">old-paper</del>' in page


def test_review_costs_no_query_for_each_fact_of_a_round(reviewer):
    def queries(members):
        draft = make_full_draft()
        for number in range(members):
            make_membership(draft, make_state(f"Q{number:02}"))
        sent_back(draft)
        for membership in draft.memberships.all():
            membership.note = "Changed"
            membership.save()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            content(reviewer, review_url(draft))
        return len(asked)

    queries(1)
    assert queries(2) == queries(12)


def test_what_a_review_refused_goes_with_its_publication(reviewer):
    draft = in_review()
    editions.send_back(draft, note="No.")

    publish(draft)

    assert not SubmittedContent.objects.exists()
    assert "round-heading" not in content(reviewer, review_url(draft))


def test_what_a_review_refused_goes_with_the_draft():
    draft = in_review()
    editions.send_back(draft, note="No.")

    editions.discard(draft)

    assert not SubmittedContent.objects.exists()


@pytest.mark.parametrize("of_the_draft", [True, False])
def test_redacted_words_are_not_kept_in_a_round(of_the_draft):
    published = make_profile(objective="A secret.")
    draft = editions.open_draft(published.mechanism)
    sent_back(draft)

    redacting.redact(
        draft if of_the_draft else published,
        Part("profiles.profile", "", "objective"),
        reason="Secret.",
    )

    assert not SubmittedContent.objects.exists()


def test_round_of_another_edition_is_not_found(reviewer):
    submitted = sent_back(make_full_draft())
    other = make_full_draft()

    assert reviewer.get(round_url(other, submitted)).status_code == 404


# --- The comment -----------------------------------------------------------------


def test_comment_of_the_reviewer_stands_above_the_form_until_it_is_submitted(reviewer):
    draft = in_review()
    assert "Sent back" not in content(reviewer, change_url(draft))
    editions.send_back(draft, note="Which <year>?", by=reviewer.user)

    page = content(reviewer, change_url(draft))

    assert page.index("Which &lt;year&gt;?") < page.index('name="name_en"')
    assert "by admin" in page
    editions.submit(draft)
    assert (
        "Which &lt;year&gt;?"
        not in content(reviewer, change_url(draft)).split('id="part-')[0]
    )


# --- After a withdrawal ----------------------------------------------------------


def test_draft_after_a_withdrawal_is_compared_with_what_was_public_last(reviewer):
    first = make_profile(objective="Of the first.")
    second = editions.open_draft(first.mechanism)
    Profile.objects.filter(pk=second.pk).update(objective_en="Of the second.")
    publish(second)
    editions.withdraw(second, reason="Wrong.")
    draft = editions.open_draft(first.mechanism, base=second)
    Profile.objects.filter(pk=draft.pk).update(objective_en="Of the third.")

    page = content(reviewer, review_url(draft))

    assert "compared with edition 2 (Withdrawn)" in page
    assert "<del> second.</del><ins> third.</ins>" in page
