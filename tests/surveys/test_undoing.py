"""`undo`: an import is taken back as a whole, and nobody's later work with it."""

import itertools

import pytest

from profiles import editions
from profiles.models import Profile, Source, StateAlias
from surveys.applying import (
    AlreadyPublished,
    CorrectedSince,
    NotApplied,
    undo,
)
from surveys.models import PersonalDetails, Submission
from surveys.pipeline import preparation_of, stage
from tests import factories as make
from tests.surveys.rounds_of_mechanisms import (
    answers,
    bring_in,
    export,
    make_published,
    make_world,
    registry,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def round():
    return make_world()


def draft_of(profile):
    return Profile.objects.open().get(mechanism=profile.mechanism)


def test_registry_is_as_before(round):
    make_published(established=1990)
    by_hand = editions.open_draft(make_published("ocam").mechanism)
    make.make_organ(by_hand)
    before = registry()

    survey_import = bring_in(
        export(
            answers(funding="member_contributions", members="CRI Panamma"),
            answers("ocam", founded=1999),
            answers("unknown"),
        ),
        round,
        decisions={"state": {"Panamma": "PAN"}},
    )
    assert registry() != before
    assert StateAlias.objects.exists()
    undone = undo(survey_import)

    assert registry() == before
    assert survey_import.state == "undone"
    assert undone.discarded == ["RCM"]
    assert undone.kept == []
    assert undone.submissions == 3
    assert not PersonalDetails.objects.exists()


def test_fact_that_a_correction_took_out_comes_back(round):
    published = make_published()
    editions.open_draft(published.mechanism)
    bring_in(export(answers()), round)
    before = registry()
    second = bring_in(export(answers(members="CRI", founded=1997)), round)
    assert draft_of(published).memberships.count() == 1

    undo(second)

    after = registry()
    for model in before:
        assert _without_pk(after[model]) == _without_pk(before[model]), model


def _without_pk(rows):
    # A fact that comes back has another pk, and the same uid.
    return sorted(
        (
            sorted((name, str(value)) for name, value in row.items() if name != "id")
            for row in rows
        ),
    )


def test_corrected_submission_is_current_again(round):
    make_published()
    bring_in(export(answers()), round)
    second = bring_in(export(answers(founded=1997)), round)

    undo(second)

    assert Submission.objects.get().is_current


def test_newest_goes_first(round):
    make_published()
    first = bring_in(export(answers()), round)
    second = bring_in(export(answers(founded=1997)), round, name="corrected.xlsx")
    before = registry()

    with pytest.raises(CorrectedSince, match="corrected") as refused:
        undo(first)

    assert refused.value.imports == [second]
    assert registry() == before
    undo(second)
    undo(first)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("step", ["published", "superseded", "withdrawn"])
def test_nothing_is_undone_once_an_edition_was_published(round, step):
    published = make_published()
    make_published("ocam")
    survey_import = bring_in(export(answers(), answers("ocam")), round)
    draft = draft_of(published)
    editions.submit(draft)
    editions.publish(draft)
    if step == "superseded":
        newer = editions.open_draft(draft.mechanism)
        editions.submit(newer)
        editions.publish(newer)
    elif step == "withdrawn":
        editions.withdraw(draft, reason="Wrong.")
    before = registry()

    with pytest.raises(AlreadyPublished, match="RCM") as refused:
        undo(survey_import)

    assert refused.value.editions == [draft]
    assert registry() == before
    survey_import.refresh_from_db()
    assert survey_import.state == "applied"


def test_what_somebody_edited_since_stays_and_is_named(round):
    published = make_published(established=None)
    survey_import = bring_in(export(answers()), round)
    draft = draft_of(published)
    draft.established = 1989
    draft.save()
    edited = draft.memberships.get(state__iso3="CRI")
    edited.note = "Since the second meeting."
    edited.save()
    draft.memberships.get(state__iso3="PAN").delete()

    undone = undo(survey_import)

    draft.refresh_from_db()
    assert draft.established == 1989
    assert draft.memberships.get() == edited
    assert not draft.theme_focuses.exists()
    assert undone.discarded == []
    kept = {(k.edition, k.change.target, k.change.field) for k in undone.kept}
    assert kept == {
        (draft, "profile", "established"),
        (draft, "profiles.membership", ""),
    }
    # Its source is in use.
    assert Source.objects.filter(slug="survey-2019-mechanism-rcm").exists()


def test_draft_that_somebody_wrote_into_is_not_discarded(round):
    published = make_published()
    survey_import = bring_in(export(answers()), round)
    draft = draft_of(published)
    organ = make.make_organ(draft)

    undo(survey_import)

    draft.refresh_from_db()
    assert list(draft.organs.all()) == [organ]
    assert not draft.memberships.exists()
    assert draft.version == 2


def test_draft_that_holds_a_summary_sheet_is_not_discarded(round):
    published = make_published()
    survey_import = bring_in(export(answers()), round)
    draft = draft_of(published)
    suggestion = make.make_suggestion(draft)

    undo(survey_import)

    assert draft_of(published) == draft
    assert list(draft.summary_sheets.all()) == [suggestion.sheet]
    assert not draft.memberships.exists()


def test_edition_in_review_is_reverted_and_is_a_draft_again(round):
    published = make_published()
    survey_import = bring_in(export(answers()), round)
    draft = draft_of(published)
    editions.submit(draft)

    undo(survey_import)

    draft.refresh_from_db()
    assert draft.state == "draft"
    assert not draft.memberships.exists()
    with pytest.raises(editions.ForbiddenTransition):
        editions.publish(draft, version=1)
    with pytest.raises(editions.ChangedMeanwhile):
        editions.submit(draft, version=1)


def test_draft_that_was_discarded_meanwhile_is_no_obstacle(round):
    published = make_published()
    before = registry()
    survey_import = bring_in(export(answers()), round)
    editions.discard(draft_of(published))

    undone = undo(survey_import)

    assert registry() == before
    assert undone.submissions == 1


def test_two_imports_into_one_draft_are_undone_one_by_one(round):
    published = make_published()
    editions.open_draft(published.mechanism)
    before = registry()
    first = bring_in(export(answers()), round)
    other_round = make.make_round("2021")
    second = bring_in(export(answers(members="USA")), other_round)

    undo(first)

    draft = draft_of(published)
    assert [m.state.iso3 for m in draft.memberships.all()] == ["USA"]
    undo(second)
    assert registry() == before


def test_alias_that_somebody_gave_to_another_record_stays(round):
    make_published()
    survey_import = bring_in(
        export(answers(members="Panamma")),
        round,
        decisions={"state": {"Panamma": "PAN"}},
    )
    alias = StateAlias.objects.get()
    alias.state = make.make_state("CRI")
    alias.save()

    undo(survey_import)

    assert StateAlias.objects.get().state.iso3 == "CRI"


def test_import_that_is_not_applied_cannot_be_undone(round):
    waiting = stage(export(answers()), "export.xlsx", round)

    with pytest.raises(NotApplied):
        undo(waiting)


# --- In any order ---


def three_imports(round):
    """Bring in what three mechanisms say of each other's fields: one builds on another.

    Returns the imports. The first opens the draft.
    """
    shared = {"themes_now": "labour", "members": "CRI"}
    first = bring_in(export(answers(**shared), identifiers=["one"]), round)
    second_answers = answers(**shared | {"members": "CRI PAN", "funding": "donor"})
    second = bring_in(
        export(second_answers, identifiers=["two"]), round, name="second.xlsx"
    )
    third_answers = answers(**shared | {"members": "USA", "themes_now": ""})
    third = bring_in(
        export(third_answers, identifiers=["three"]), round, name="third.xlsx"
    )
    return [first, second, third]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_imports_are_undone_in_any_order_to_what_was_before(round, order):
    make_published(established=None)
    before = registry()
    imports = three_imports(round)

    for number in order:
        undo(imports[number])

    assert registry() == before
    assert not Profile.objects.open().exists()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_draft_by_hand_is_left_by_imports_that_are_undone_in_any_order(round, order):
    by_hand = editions.open_draft(make_published(established=None).mechanism)
    make.make_organ(by_hand)
    before = registry()
    imports = three_imports(round)

    for number in order:
        undo(imports[number])

    assert registry() == before


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_value_that_somebody_took_over_another_is_undone_in_any_order(round, order):
    make_published(established=None)
    before = registry()
    first = bring_in(export(answers(founded=1996), identifiers=["one"]), round)
    content = export(answers(founded=1997), identifiers=["two"])
    waiting = stage(content, "second.xlsx", round)
    (dispute,) = [
        change
        for change in preparation_of(waiting).plan.changes()
        if change.disputed == "established"
    ]
    second = bring_in(
        content, round, decisions={"take": [dispute.number]}, name="second.xlsx"
    )
    assert Profile.objects.open().get().established == 1997

    for number in order:
        undo([first, second][number])

    assert registry() == before
