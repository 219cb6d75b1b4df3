"""How editions come, change their state and compare."""

import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from iscm_registry import revision
from profiles import editions
from profiles.comparison import changed_words, compare
from profiles.models import Membership, Profile, fact_kinds
from profiles.models.mechanisms import EditionIsClosed, EditionIsInReview
from profiles.vocabularies import EditionAction, EditionState
from tests.factories import (
    in_state,
    make_contribution,
    make_draft,
    make_full_draft,
    make_mechanism,
    make_membership,
    make_profile,
    make_section,
    make_source,
    publish,
)

pytestmark = pytest.mark.django_db


def make_user(name):
    return get_user_model().objects.create_user(name)


def make_reviewer(name="reviewer"):
    user = make_user(name)
    user.user_permissions.add(Permission.objects.get(codename="publish_profile"))
    return user


def send_back(edition):
    editions.send_back(edition, note="Look again.")


def withdraw(edition):
    editions.withdraw(edition, reason="Wrong.")


def steps(edition):
    return list(edition.events.values_list("action", flat=True))


def test_draft_goes_through_review_to_the_public():
    draft = make_draft()
    assert draft.state == EditionState.DRAFT

    editions.submit(draft)
    assert draft.state == EditionState.IN_REVIEW
    assert not Profile.objects.published().exists()

    editions.publish(draft)
    assert draft.state == EditionState.PUBLISHED
    assert draft.published_at is not None
    assert list(Profile.objects.published()) == [draft]


def test_every_step_says_who_took_it_and_why():
    author, staff = make_user("author"), make_user("reviewer")
    draft = make_draft()
    editions.submit(draft, by=author)
    editions.send_back(draft, by=staff, note="The chair is missing.")
    editions.submit(draft, by=author)
    editions.publish(draft, by=staff, note="Cleared by the secretariat.")

    assert steps(draft) == ["open", "submit", "send_back", "submit", "publish"]
    sent_back = draft.events.get(action=EditionAction.SEND_BACK)
    assert (sent_back.by, sent_back.note) == (staff, "The chair is missing.")
    assert draft.events.last().note == "Cleared by the secretariat."


def test_publishing_supersedes_the_edition_before():
    first = make_profile()
    second = editions.open_draft(first.mechanism)
    assert second.edition == 2

    publish(second)

    first.refresh_from_db()
    assert first.state == EditionState.SUPERSEDED
    assert steps(first)[-1] == "supersede"
    assert list(first.mechanism.editions.published()) == [second]


def test_draft_from_the_published_edition_says_the_same_of_every_kind():
    published = publish(make_full_draft())
    for kind in fact_kinds():
        assert kind.objects.filter(profile=published).exists(), kind

    draft = editions.open_draft(published.mechanism)

    assert not compare(published, draft)
    for kind in fact_kinds():
        copied = kind.objects.get(profile=draft)
        original = kind.objects.get(profile=published)
        assert copied.uid == original.uid
        assert copied.pk != original.pk
    contribution = draft.contributions.get()
    assert contribution.states.count() == 1
    assert contribution.themes.count() == 1
    assert contribution.gcm_objectives.count() == 1
    assert list(draft.regions.all()) == list(published.regions.all())
    assert list(draft.sources.all()) == list(published.sources.all())


def test_facts_of_equal_position_keep_their_order_in_the_next_editions():
    mechanism = make_mechanism()
    draft = make_draft(mechanism)
    for title in ("Second", "First", "Third"):
        make_contribution(draft, title=title)
    for _ in range(2):
        publish(draft)
        draft = editions.open_draft(mechanism)

        titles = [contribution.title for contribution in draft.contributions.all()]
        assert titles == ["Second", "First", "Third"]


def test_draft_can_begin_from_an_earlier_edition():
    first = publish(make_full_draft())
    second = editions.open_draft(first.mechanism)
    second.contributions.all().delete()
    publish(second)

    third = editions.open_draft(first.mechanism, base=first)

    assert third.edition == 3
    assert not compare(first, third)


def test_draft_cannot_begin_from_another_mechanism():
    stranger = make_profile()

    with pytest.raises(editions.EditionError, match="another mechanism"):
        editions.open_draft(make_profile().mechanism, base=stranger)


def test_mechanism_without_a_published_edition_has_nothing_to_begin_from():
    with pytest.raises(editions.EditionError, match="no published edition"):
        editions.open_draft(make_mechanism())


def test_changes_to_a_draft_do_not_touch_the_published_edition():
    published = publish(make_full_draft())
    draft = editions.open_draft(published.mechanism)

    draft.contributions.get().states.clear()
    draft.sections.update(prose_en="Another text.")
    draft.memberships.all().delete()

    assert published.contributions.get().states.count() == 1
    assert published.sections.get().prose_en == "Prose of the section."
    assert published.memberships.count() == 1


def test_a_mechanism_has_one_open_edition_at_most():
    published = make_profile()
    draft = editions.open_draft(published.mechanism)

    with pytest.raises(editions.OpenEditionExists) as refused:
        editions.open_draft(published.mechanism)
    assert refused.value.edition == draft
    with pytest.raises(editions.OpenEditionExists):
        make_draft(published.mechanism)
    with pytest.raises(IntegrityError), transaction.atomic():
        Profile.objects.create(
            mechanism=published.mechanism, edition=9, name="x", type="regional"
        )


@pytest.mark.parametrize(
    ("step", "allowed"),
    [
        (editions.submit, {"draft"}),
        (send_back, {"in_review"}),
        (editions.publish, {"in_review"}),
        (withdraw, {"published", "superseded"}),
        (editions.begin_change, {"draft", "in_review"}),
        (editions.discard, {"draft", "in_review"}),
    ],
)
@pytest.mark.parametrize("state", EditionState.values)
def test_a_step_is_taken_only_from_the_states_that_allow_it(step, allowed, state):
    edition = in_state(state)

    if state in allowed:
        step(edition)
        if (step, state) != (editions.begin_change, "draft"):
            assert not Profile.objects.filter(pk=edition.pk, state=state).exists()
    else:
        with pytest.raises(editions.ForbiddenTransition) as refused:
            step(edition)
        assert refused.value.edition == edition
        edition.refresh_from_db()
        assert edition.state == state


def test_a_step_trusts_the_database_and_not_an_old_copy():
    draft = make_draft()
    old_copy = Profile.objects.get(pk=draft.pk)
    editions.submit(draft)

    with pytest.raises(editions.ForbiddenTransition, match="In review"):
        editions.submit(old_copy)


def test_discarding_deletes_the_draft_and_its_facts_and_frees_its_number():
    published = publish(make_full_draft())
    draft = editions.open_draft(published.mechanism)

    editions.discard(draft)

    assert list(published.mechanism.editions.all()) == [published]
    assert Membership.objects.count() == 1
    assert editions.open_draft(published.mechanism).edition == 2


def test_withdrawn_edition_is_not_public_and_earlier_ones_stay_readable():
    first = make_profile()
    second = publish(editions.open_draft(first.mechanism))

    editions.withdraw(second, reason="Published by mistake.")

    assert not Profile.objects.published().exists()
    assert list(Profile.objects.readable()) == [first]


@pytest.mark.parametrize("state", ["published", "superseded", "withdrawn"])
def test_an_edition_that_was_published_never_changes(state):
    edition = in_state(state)

    with pytest.raises(EditionIsClosed):
        edition.save()
    with pytest.raises(EditionIsClosed):
        edition.delete()
    with pytest.raises(EditionIsClosed):
        make_membership(edition)


def test_a_fact_of_a_published_edition_never_changes():
    membership = publish(make_full_draft()).memberships.get()

    with pytest.raises(EditionIsClosed, match="Open a new draft"):
        membership.save()
    with pytest.raises(EditionIsClosed):
        membership.delete()


def test_the_revision_moves_with_what_the_public_reads_and_with_nothing_else():
    draft = make_full_draft()
    before = revision.current()
    editions.submit(draft)
    send_back(draft)
    make_section(draft, part="structure")
    editions.submit(draft)
    assert revision.current() == before

    editions.publish(draft)
    published = revision.current()
    assert published != before

    editions.withdraw(draft, reason="Wrong.")
    assert revision.current() != published


def test_the_revision_moves_when_a_reference_record_changes():
    source = make_source()
    before = revision.current()

    source.title = "Another title"
    source.save()

    assert revision.current() != before


def test_a_publication_that_fails_leaves_everything_as_it_was():
    first = make_profile()
    second = editions.open_draft(first.mechanism)
    editions.submit(second)
    before = revision.current()

    def fail(**kwargs):
        raise RuntimeError("the disk is full")

    editions.public_content_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            editions.publish(second)
    finally:
        editions.public_content_changed.disconnect(fail)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("published", "in_review")
    assert revision.current() == before


def test_comparison_names_what_was_added_removed_and_changed():
    old = publish(make_full_draft(name="Old name"))
    new = editions.open_draft(old.mechanism)
    new.name_en = "New name"
    new.save()
    new.memberships.all().delete()
    added = make_membership(new, "CRI", role="observer")
    contribution = new.contributions.get()
    contribution.status = "planned"
    contribution.save()
    contribution.states.clear()

    comparison = compare(old, new)

    assert comparison
    name = next(change for change in comparison.fields if change.name == "name_en")
    assert (name.old, name.new) == ("Old name", "New name")
    assert [change.new for change in comparison.added] == [added]
    assert [change.old for change in comparison.removed] == [old.memberships.get()]
    [changed] = comparison.changed
    assert {c.name: (c.old, c.new) for c in changed.fields} == {
        "status": ("Adopted", "Planned"),
        "states": (old.contributions.get().states.get().name, ""),
    }


def test_comparison_shows_the_word_none_where_it_was_written():
    old = publish(make_draft(iom_role="None"))
    new = editions.open_draft(old.mechanism)
    new.iom_role = "Secretariat"
    new.save()

    (told,) = compare(old, new).fields

    assert (told.old, told.new) == ("None", "Secretariat")


def test_comparison_costs_the_same_number_of_queries_for_many_facts(
    django_assert_num_queries,
):
    for size in (1, 5):
        old = make_draft()
        for _ in range(size):
            make_membership(old)
            make_contribution(old, states=["CRI"], themes=["rights"])
        publish(old)
        new = editions.open_draft(old.mechanism)
        with django_assert_num_queries(editions_compared_in()):
            compare(old, new)


def editions_compared_in():
    """Queries of a comparison: facts and their many-to-many of both editions."""
    facts = 2 * len(fact_kinds())
    of_contributions = 2 * 3  # States, themes, GCM objectives
    of_profiles = 2 * 2  # regions, sources
    return facts + of_contributions + of_profiles


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="threads need a server's row locks"
)
def test_two_reviewers_at_once_publish_one_edition():
    first = make_profile()
    draft = editions.open_draft(first.mechanism)
    editions.submit(draft)
    start = threading.Barrier(8)
    outcomes = []

    def reviewer():
        try:
            mine = Profile.objects.get(pk=draft.pk)
            start.wait(timeout=10)
            editions.publish(mine)
            outcomes.append("published")
        except editions.ForbiddenTransition:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=reviewer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(outcomes) == ["published"] + ["refused"] * 7
    assert Profile.objects.published().count() == 1
    assert steps(draft).count("publish") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="threads need a server's row locks"
)
def test_two_editors_at_once_open_one_draft():
    mechanism = make_profile().mechanism
    start = threading.Barrier(6)
    outcomes = []

    def editor():
        try:
            start.wait(timeout=10)
            editions.open_draft(mechanism)
            outcomes.append("opened")
        except editions.OpenEditionExists:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=editor) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(outcomes) == ["opened"] + ["refused"] * 5
    assert mechanism.editions.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="threads need a server's row locks"
)
@pytest.mark.parametrize("turn", range(4))
def test_publication_and_change_at_once_have_one_winner(turn):
    draft = make_draft()
    editions.submit(draft)
    start = threading.Barrier(2)
    outcomes = {}

    def run(name, step):
        try:
            mine = Profile.objects.get(pk=draft.pk)
            start.wait(timeout=10)
            step(mine)
            outcomes[name] = "done"
        except editions.ForbiddenTransition:
            outcomes[name] = "refused"
        finally:
            connections.close_all()

    def change(edition):
        with transaction.atomic():
            editions.begin_change(edition)
            make_membership(edition, "CRI")

    threads = [
        threading.Thread(target=run, args=("publish", editions.publish)),
        threading.Thread(target=run, args=("change", change)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    draft.refresh_from_db()
    assert sorted(outcomes.values()) == ["done", "refused"]
    assert (outcomes["publish"] == "done") == (draft.state == "published")
    assert (outcomes["change"] == "done") == draft.memberships.exists()


def discard(edition):
    editions.discard(Profile.objects.get(pk=edition.pk))


@pytest.mark.attack("Discarding and another step at once break the page")
@pytest.mark.parametrize(
    "step",
    [
        editions.submit,
        send_back,
        editions.publish,
        withdraw,
        editions.unschedule,
        editions.begin_change,
        editions.discard,
        lambda edition: editions.schedule(edition, tomorrow()),
    ],
)
@pytest.mark.parametrize("with_mechanism", [True, False])
def test_step_with_what_was_discarded_meanwhile_says_so(step, with_mechanism):
    draft = make_draft()
    mine = Profile.objects.get(pk=draft.pk)
    discard(draft)
    if not with_mechanism:
        draft.mechanism.delete()

    with pytest.raises(editions.EditionIsGone, match="discarded"):
        step(mine)


@pytest.mark.attack("The log names a person")
def test_log_says_who_took_or_was_refused_which_step_and_nothing_else(
    caplog, django_capture_on_commit_callbacks
):
    caplog.set_level("INFO", "profiles.editions")
    author = make_user("author.with.a.name")
    draft = make_draft(name="Secret process")
    with django_capture_on_commit_callbacks(execute=True):
        editions.submit(draft, by=author, note="A note that nobody logs.")
        with pytest.raises(editions.OwnSubmission):
            editions.publish(draft, by=author)

    of_edition = f"edition={draft.pk} user={author.pk}"
    assert [record.getMessage() for record in caplog.records] == [
        f"step refused: step=publish {of_edition} reason=OwnSubmission",
        f"step taken: step=submit {of_edition}",
    ]


# --- Four eyes -------------------------------------------------------------------


def test_nobody_publishes_or_schedules_what_they_submitted():
    author = make_user("author")
    draft = make_draft()
    editions.submit(draft, by=author)

    with pytest.raises(editions.OwnSubmission):
        editions.publish(draft, by=author)
    with pytest.raises(editions.OwnSubmission):
        editions.schedule(draft, tomorrow(), by=author)
    draft.refresh_from_db()
    assert (draft.state, draft.publish_at) == ("in_review", None)

    editions.publish(draft, by=make_user("reviewer"))
    assert draft.state == "published"


def test_the_last_submission_is_the_one_that_counts():
    author, reviewer = make_user("author"), make_user("reviewer")
    draft = make_draft()
    editions.submit(draft, by=author)
    editions.send_back(draft, by=reviewer, note="I finish it myself.")
    editions.submit(draft, by=reviewer)

    with pytest.raises(editions.OwnSubmission):
        editions.publish(draft, by=reviewer)
    editions.publish(draft, by=author)


@pytest.mark.attack("A clock that goes wrong hides who submitted last")
def test_who_submitted_last_goes_by_order_and_not_by_the_clock():
    author, reviewer = make_user("author"), make_user("reviewer")
    draft = make_draft()
    editions.submit(draft, by=author)
    send_back(draft)
    editions.submit(draft, by=reviewer)
    # The clock was set back between the two submissions.
    first, last = draft.events.filter(action=EditionAction.SUBMIT)
    draft.events.filter(pk=last.pk).update(at=first.at - timedelta(days=1))

    assert editions.submitted_by_pk(draft) == reviewer.pk
    with pytest.raises(editions.OwnSubmission):
        editions.publish(draft, by=reviewer)
    editions.publish(draft, by=author)


@pytest.mark.attack("A reviewer publishes own words")
def test_change_makes_a_draft_of_an_edition_in_review():
    """Else a reviewer could write into it and publish those words alone."""
    author, reviewer = make_user("author"), make_user("reviewer")
    draft = make_draft()
    editions.submit(draft, by=author)

    with transaction.atomic():
        was_in_review = editions.begin_change(draft, by=reviewer)
        make_membership(draft, "CRI")

    assert was_in_review
    assert (draft.state, draft.version) == ("draft", 1)
    assert [(e.action, e.by) for e in draft.events.all()][-1] == ("edit", reviewer)
    with pytest.raises(editions.ForbiddenTransition):
        editions.publish(draft, by=reviewer)
    editions.submit(draft, by=reviewer)
    with pytest.raises(editions.OwnSubmission):
        editions.publish(draft, by=reviewer)


def test_change_leaves_a_draft_a_draft_and_is_no_step():
    draft = make_draft()

    assert not editions.begin_change(draft)

    assert (draft.state, draft.version) == ("draft", 1)
    assert steps(draft) == ["open"]


def test_nothing_is_changed_once_the_publication_is_scheduled():
    draft = scheduled()

    with pytest.raises(editions.PublicationIsScheduled):
        editions.begin_change(draft)

    assert Profile.objects.get(pk=draft.pk).state == "in_review"


@pytest.mark.attack("A reviewer publishes own words")
def test_what_is_in_review_is_not_written_past_the_rule():
    draft = make_full_draft()
    editions.submit(draft)
    seat = draft.memberships.get()
    seat.profile = draft

    with pytest.raises(EditionIsInReview):
        draft.save()
    for write in (seat.save, seat.delete, lambda: make_membership(draft, "CRI")):
        with pytest.raises(EditionIsInReview):
            write()


def test_who_hands_a_draft_in_has_seen_what_it_says():
    """A colleague's formal click must not pass words that came a moment before."""
    draft = make_draft()
    seen = draft.version
    editions.begin_change(draft, by=make_user("reviewer"))

    with pytest.raises(editions.ChangedMeanwhile):
        editions.submit(draft, by=make_user("author"), version=seen)

    assert Profile.objects.get(pk=draft.pk).state == "draft"


def test_four_eyes_can_be_switched_off(settings):
    settings.FOUR_EYES = False
    author = make_user("author")
    draft = make_draft()
    editions.submit(draft, by=author)

    editions.publish(draft, by=author)

    assert draft.state == "published"


def test_sending_back_needs_a_word():
    draft = make_draft()
    editions.submit(draft)

    for note in ("", "  \n"):
        with pytest.raises(editions.NoReasonGiven):
            editions.send_back(draft, note=note)
    draft.refresh_from_db()
    assert draft.state == "in_review"


def test_edition_without_any_source_is_not_published():
    draft = make_draft(sources=[])
    editions.submit(draft)

    with pytest.raises(editions.NotReady, match="No source is named"):
        editions.publish(draft)
    draft.refresh_from_db()
    assert draft.state == "in_review"

    editions.begin_change(draft)
    make_membership(draft, source=make_source())
    publish(draft)


def test_publishing_names_the_version_that_was_looked_at():
    draft = make_draft()
    editions.submit(draft)
    Profile.objects.filter(pk=draft.pk).update(version=7)

    with pytest.raises(editions.ChangedMeanwhile):
        editions.publish(draft, version=6)
    editions.publish(draft, version=7)


# --- Schedules -------------------------------------------------------------------


def tomorrow():
    return timezone.now() + timedelta(days=1)


def scheduled(**fields):
    draft = make_draft(**fields)
    editions.submit(draft)
    editions.schedule(draft, tomorrow(), by=make_reviewer(f"reviewer-{draft.pk}"))
    return draft


def due(**fields):
    """Return an edition whose time came a minute ago."""
    draft = scheduled(**fields)
    a_minute_ago = timezone.now() - timedelta(minutes=1)
    Profile.objects.filter(pk=draft.pk).update(publish_at=a_minute_ago)
    return draft


def test_scheduled_edition_is_published_when_its_time_has_come_and_not_before():
    reviewer = make_reviewer()
    draft = make_draft()
    editions.submit(draft)
    editions.schedule(draft, tomorrow(), by=reviewer, note="For the ministers.")

    assert editions.publish_due() == []
    [published] = editions.publish_due(tomorrow() + timedelta(minutes=1))

    assert published.edition == draft
    assert published.error is None
    draft.refresh_from_db()
    assert draft.state == "published"
    assert (draft.publish_at, draft.publish_by, draft.publish_note) == (None, None, "")
    assert steps(draft) == ["open", "submit", "schedule", "publish"]
    last = draft.events.last()
    assert (last.by, last.note) == (reviewer, "For the ministers.")


def test_schedule_says_when_and_can_be_replaced_and_taken_back():
    draft = scheduled()
    at = datetime(2099, 3, 1, 8, 0, tzinfo=UTC)
    editions.schedule(draft, at, note="Later.")

    event = draft.events.last()
    assert event.note == "2099-03-01 09:00 (Europe/Zurich)\nLater."
    editions.unschedule(draft)

    assert draft.publish_at is None
    assert steps(draft)[-1] == "unschedule"
    with pytest.raises(editions.NotScheduled):
        editions.unschedule(draft)


def test_schedule_is_still_to_come():
    draft = make_draft()
    editions.submit(draft)

    with pytest.raises(editions.TimeIsPast):
        editions.schedule(draft, timezone.now())
    assert Profile.objects.get(pk=draft.pk).publish_at is None


def test_only_an_edition_in_review_is_scheduled():
    for edition in (make_draft(), make_profile()):
        with pytest.raises(editions.ForbiddenTransition):
            editions.schedule(edition, tomorrow())


def test_edition_that_leaves_the_review_loses_its_schedule():
    sent_back = scheduled()
    send_back(sent_back)
    published = scheduled()
    editions.publish(published)

    assert not Profile.objects.filter(publish_at__isnull=False).exists()
    for edition in (sent_back, published):
        assert edition.publish_at is None


def leave(reviewer):
    reviewer.user_permissions.clear()


def be_locked_out(reviewer):
    reviewer.is_active = False
    reviewer.save()


def be_deleted(reviewer):
    reviewer.delete()


@pytest.mark.parametrize("happen", [leave, be_locked_out, be_deleted])
def test_publication_needs_that_who_scheduled_it_may_still_publish(happen):
    draft = due()
    happen(draft.publish_by)

    [failed] = editions.publish_due()

    assert isinstance(failed.error, editions.MayNoLongerPublish)
    draft.refresh_from_db()
    assert draft.state == "in_review"
    assert draft.publish_at is not None


def test_publication_is_checked_for_four_eyes_when_its_time_has_come():
    draft = due()
    draft.events.filter(action=EditionAction.SUBMIT).update(by=draft.publish_by)

    [failed] = editions.publish_due()

    assert isinstance(failed.error, editions.OwnSubmission)


def run_publish_scheduled(*arguments):
    out, err = StringIO(), StringIO()
    try:
        call_command("publish_scheduled", *arguments, stdout=out, stderr=err)
        failed = False
    except CommandError:
        failed = True
    return failed, out.getvalue(), err.getvalue()


def test_command_publishes_what_is_due_and_does_nothing_the_second_time():
    now, later = due(), scheduled()

    failed, told, _ = run_publish_scheduled()
    assert not failed
    assert "published" in told
    assert run_publish_scheduled() == (False, "", "")

    now.refresh_from_db()
    later.refresh_from_db()
    assert (now.state, later.state) == ("published", "in_review")
    assert steps(now).count("publish") == 1


def test_one_publication_that_fails_is_told_and_does_not_stop_the_others():
    first, broken, last = due(), due(), due()
    broken.sources.clear()

    failed, told, problems = run_publish_scheduled()

    assert failed
    assert told.count("published.") == 2
    assert "No source is named" in problems
    for edition, state in (
        (first, "published"),
        (broken, "in_review"),
        (last, "published"),
    ):
        edition.refresh_from_db()
        assert edition.state == state
    assert broken.publish_at is not None


def test_run_leaves_alone_what_another_run_published_meanwhile():
    first, second = due(), due()
    of_the_other_run = []

    def other_run(**kwargs):
        editions.public_content_changed.disconnect(other_run)
        of_the_other_run.extend(editions.publish_due())

    editions.public_content_changed.connect(other_run)
    done = editions.publish_due()

    assert [(d.edition, d.error) for d in done] == [(first, None)]
    assert [(d.edition, d.error) for d in of_the_other_run] == [(second, None)]
    assert steps(second).count("publish") == 1


def test_command_tells_the_schedule_in_geneva_time():
    draft = make_draft()
    editions.submit(draft)
    editions.schedule(draft, datetime(2099, 3, 1, 8, 0, tzinfo=UTC))

    failed, told, _ = run_publish_scheduled("--dry-run")

    assert not failed
    assert "on 1 March 2099 at 09:00 Geneva time" in told


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="threads need a server's row locks"
)
def test_two_runs_at_once_publish_each_edition_once():
    edition = due()
    start = threading.Barrier(4)
    published, problems = [], []

    def run():
        try:
            start.wait(timeout=10)
            done = editions.publish_due()
            published.extend(d for d in done if d.error is None)
            problems.extend(d for d in done if d.error is not None)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert len(published) == 1
    assert problems == []
    assert steps(edition).count("publish") == 1


# --- Comparing word by word ------------------------------------------------------


def test_words_that_changed_are_marked_inside_a_long_text_only():
    old = publish(make_draft(name="Old name", objective="It meets twice a year."))
    new = editions.open_draft(old.mechanism)
    new.name_en, new.objective_en = "New name", "It meets once a year."
    new.save()

    words = {change.name: change.words for change in compare(old, new).fields}

    assert words == {
        "name_en": (),
        "objective_en": (
            ("same", "It meets"),
            ("removed", " twice"),
            ("added", " once"),
            ("same", " a year."),
        ),
    }


@given(st.text(max_size=80), st.text(max_size=80))
def test_pieces_make_both_texts_again(old, new):
    pieces = changed_words(old, new)

    if pieces:
        assert "".join(t for kind, t in pieces if kind != "added") == old
        assert "".join(t for kind, t in pieces if kind != "removed") == new
    else:
        assert not old or not new


def test_comparison_gathers_changes_under_their_kind():
    old = publish(make_full_draft())
    new = editions.open_draft(old.mechanism)
    new.memberships.all().delete()
    make_membership(new, "CRI", role="observer", note="Since the last meeting.")

    [kind] = compare(old, new).kinds

    assert kind.label == "memberships"
    assert [str(c.fact) for c in kind.added] == ["State CRI (Observer)"]
    assert len(kind.removed) == 1
    assert dict(kind.added[0].content) == {
        "State": "State CRI",
        "role": "Observer",
        "certainty": "Stated by the source",
        "note (English)": "Since the last meeting.",
    }
