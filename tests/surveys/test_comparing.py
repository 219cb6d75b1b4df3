"""What statements would change, beside an edition: the plan, and nothing written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from profiles import editions
from surveys.models import ImportedChange, Submission
from surveys.pipeline import prepare
from surveys.planning.planner import plan_import
from surveys.planning.respondents import source_slug
from surveys.problems import Code
from surveys.statements import PROFILE, Normalised, Origin, Statement, Submitted
from surveys.vocabularies import ChangeAction, RespondentKind, SubmissionStatus
from tests import factories as make
from tests.surveys.export_files import kobo_xlsx
from tests.surveys.rounds_of_mechanisms import (
    COLUMNS,
    answers,
    bring_in,
    export,
    make_published,
    make_world,
)

pytestmark = pytest.mark.django_db

MEMBERSHIP = "profiles.membership"
CONTRIBUTION = "profiles.contribution"


@pytest.fixture
def round():
    return make.make_round("2019", questionnaires=[make.make_questionnaire()])


@pytest.fixture
def edition():
    return make_published("rcm")


def said(target, values, key=(), *, by=0, mechanism="rcm"):
    return Statement(
        mechanism, target, key, values, Origin("s", 2, "c", "s!A2", "q"), by
    )


def plan(
    round,
    *statements,
    subjects=("rcm",),
    kind="mechanism",
    decisions=None,
    status=SubmissionStatus.COMPLETE,
):
    submissions = [
        Submitted(
            f"id-{index}",
            subject,
            subject,
            status,
            f"hash-{index}",
            {},
            {},
            row_number=index + 2,
        )
        for index, subject in enumerate(subjects)
    ]
    normalised = Normalised(RespondentKind(kind), submissions, list(statements), [])
    return plan_import(normalised, round, decisions=decisions)


def changes(planned):
    return [(change.action, change.after) for change in planned.changes()]


def only(planned):
    (change,) = planned.changes()
    return change


def member(iso3="CRI", role="member", **more):
    return said(
        MEMBERSHIP,
        {"state": iso3, "role": role, "is_current": True},
        ("state", "is_current"),
        **more,
    )


# Fields of the profile


def test_an_empty_field_is_filled_in_a_draft_to_be_opened(round, edition):
    planned = plan(round, said(PROFILE, {"established": 1996}))

    (mechanism,) = planned.mechanisms
    assert (mechanism.base, mechanism.opens_draft) == (edition.pk, True)
    change = only(planned)
    assert change.action == ChangeAction.CHANGE
    assert (change.before, change.after) == (
        {"established": None},
        {"established": 1996},
    )
    assert change.label == "Established (year)"
    assert planned.new == [0]


def test_an_open_draft_is_compared_with_instead_of_the_published_edition(
    round, edition
):
    draft = editions.open_draft(edition.mechanism)
    draft.established = 1996
    draft.save()

    planned = plan(round, said(PROFILE, {"established": 1996}))

    (mechanism,) = planned.mechanisms
    assert (mechanism.base, mechanism.opens_draft) == (draft.pk, False)
    assert only(planned).action == ChangeAction.SAME
    assert not mechanism.writes


def test_an_equal_value_opens_no_draft(round):
    make_published("rcm", established=1996)

    planned = plan(round, said(PROFILE, {"established": 1996}))

    assert only(planned).action == ChangeAction.SAME
    assert not planned.mechanisms[0].opens_draft


def test_a_value_that_differs_is_kept_beside_the_preferred_one(round):
    make_published("rcm", established=1991)

    change = only(plan(round, said(PROFILE, {"established": 1996})))

    assert change.action == ChangeAction.ALTERNATIVE
    assert (change.disputed, change.words) == ("established", "1996")
    assert change.before == {"established": 1991}
    assert change.reason


def test_what_no_alternative_value_can_hold_is_a_conflict(round):
    make_published("rcm", note="Gaps.", meeting_pattern="Yearly")

    note = only(plan(round, said(PROFILE, {"note_en": "No gaps."})))
    long = only(plan(round, said(PROFILE, {"meeting_pattern_en": "x" * 501})))

    assert note.action == long.action == ChangeAction.CONFLICT
    assert not note.words


def test_an_alternative_value_that_stands_is_not_planned_again(round):
    profile = make.make_draft(make.make_mechanism(slug="rcm"), established=1991)
    source = make.make_source(slug=source_slug("2019", "mechanism", "rcm"))
    make.make_alternative_value(profile, value="1996", source=source)
    make.make_alternative_value(profile, value="1997", source=make.make_source())

    same = only(plan(round, said(PROFILE, {"established": 1996})))
    other = only(plan(round, said(PROFILE, {"established": 1997})))

    assert same.action == ChangeAction.SAME
    assert other.action == ChangeAction.ALTERNATIVE


@pytest.mark.parametrize(
    ("in_french", "goes"), [(None, True), ("Une fois par an", False)]
)
def test_a_source_goes_with_the_last_text_that_it_can_state(round, in_french, goes):
    draft = make.make_draft(
        make.make_mechanism(slug="rcm"),
        meeting_pattern="Yearly",
        meeting_pattern_fr=in_french,
    )
    make.make_field_source(draft, "meetings", make.make_source())
    statement = said(PROFILE, {"meeting_pattern_en": "Twice a year"})
    number = only(plan(round, statement)).number

    planned = plan(round, statement, decisions={"take": [number]})

    removed = [c for c in planned.changes() if c.action == ChangeAction.REMOVE]
    assert len(removed) == goes


def test_a_value_that_somebody_chose_is_taken(round):
    make_published("rcm", established=1991)
    statement = said(PROFILE, {"established": 1996})
    number = only(plan(round, statement)).number

    change = only(plan(round, statement, decisions={"take": [number]}))

    assert (change.action, change.number) == (ChangeAction.CHANGE, number)
    assert change.after == {"established": 1996}


def test_not_knowing_is_no_value_to_be_kept(round):
    make_published("rcm", status="unknown", secretariat_coverage="unknown")

    planned = plan(
        round,
        said(PROFILE, {"status": "active"}),
        said(PROFILE, {"secretariat_coverage": "none"}),
    )

    assert [c.action for c in planned.changes()] == [ChangeAction.CHANGE] * 2


def test_a_text_is_not_empty_while_any_language_has_it(round):
    make_published("rcm", objective_en="To talk.")

    equal = only(plan(round, said(PROFILE, {"objective_es": "To  talk."})))
    other = only(plan(round, said(PROFILE, {"objective_es": "Hablar."})))

    assert equal.action == ChangeAction.SAME
    assert other.action == ChangeAction.ALTERNATIVE


# Facts


def test_a_fact_that_is_missing_is_added_with_what_was_said(round, edition):
    make.make_state("CRI", name_en="Costa Rica")

    change = only(plan(round, member()))

    assert change.action == ChangeAction.ADD
    assert change.after == {"state": "CRI", "role": "member", "is_current": True}
    assert change.label == "Membership: Costa Rica"


def test_the_same_plan_gives_the_same_numbers_and_uids(round, edition):
    make.make_state("CRI")

    one, other = (only(plan(round, member())) for _time in range(2))

    assert (one.number, one.uid) == (other.number, other.uid)


def test_a_fact_is_found_again_by_its_key_however_it_is_written(round):
    profile = make.make_draft(make.make_mechanism(slug="rcm"))
    fact = make.make_contribution(profile, level="national", title="Law on Migration")

    change = only(
        plan(
            round,
            said(
                CONTRIBUTION,
                {"level": "national", "title": "LAW ON MIGRATION.", "year": 2011},
                ("level", "title"),
            ),
        )
    )

    assert (change.action, change.uid) == (ChangeAction.CHANGE, fact.uid)
    assert change.after == {"year": 2011}


def test_a_disputed_fact_is_disputed_whole_and_taken_whole(round):
    profile = make.make_draft(make.make_mechanism(slug="rcm"))
    make.make_membership(profile, make.make_state("CRI", name_en="Costa Rica"))

    statement = said(
        MEMBERSHIP,
        {"state": "CRI", "role": "observer", "since": "2001"},
        ("state",),
    )

    dispute = only(plan(round, statement))
    assert dispute.action == ChangeAction.ALTERNATIVE
    assert dispute.disputed == "participation"
    assert dispute.words == "Costa Rica – role: Observer; since: 2001"

    taken = only(plan(round, statement, decisions={"take": [dispute.number]}))
    assert taken.action == ChangeAction.CHANGE
    assert taken.after == {"role": "observer", "since": "2001"}


def test_a_list_of_states_grows_by_what_others_name(round):
    profile = make.make_draft(make.make_mechanism(slug="rcm"))
    make.make_contribution(
        profile, level="national", title="Law", states=["CRI", "PAN"]
    )
    make.make_state("MEX")

    change = only(
        plan(
            round,
            said(
                CONTRIBUTION,
                {"level": "national", "title": "Law", "states": ["MEX", "CRI"]},
                ("level", "title"),
            ),
        )
    )

    assert change.action == ChangeAction.CHANGE
    assert change.after == {"states": ["CRI", "MEX", "PAN"]}


def test_a_fact_that_the_database_would_refuse_is_a_conflict(round, edition):
    make.make_organisation(slug="sica")
    make.make_state("CRI")
    lacking = said(
        "partnerships.partnership",
        {"organisation": "sica", "role": "partner"},
        ("organisation", "role"),
    )
    backwards = said(
        MEMBERSHIP, {"state": "CRI", "since": "2011", "until": "2001"}, ("state",)
    )
    twice = said(MEMBERSHIP, {"state": "CRI", "role": "observer"}, ("state", "role"))

    planned = plan(round, lacking, member(), twice, backwards)

    reasons = {c.statement.target: c.reason for c in planned.changes()}
    assert [c.action for c in planned.changes()] == [
        ChangeAction.CONFLICT,
        ChangeAction.ADD,
        ChangeAction.CONFLICT,
        ChangeAction.CONFLICT,
    ]
    assert "category" in reasons["partnerships.partnership"]


def test_a_fact_that_no_form_would_take_is_a_conflict(round, edition):
    itself = said("partnerships.mechanismlink", {"other": "rcm"}, ("other",))
    make.make_state("CRI")
    too_early = said(
        MEMBERSHIP, {"state": "CRI", "role": "member", "since": "soon"}, ("state",)
    )

    planned = plan(round, itself, too_early)

    linked, dated = planned.changes()
    assert linked.action == dated.action == ChangeAction.CONFLICT
    assert linked.reason == "A mechanism cannot be linked to itself."
    assert dated.reason.startswith("since: ")


def test_a_field_of_the_profile_that_no_form_would_take_is_a_conflict(round, edition):
    planned = plan(
        round,
        said(PROFILE, {"website": "ask the secretariat"}),
        said(PROFILE, {"established": 1066}),
    )

    assert [c.action for c in planned.changes()] == [ChangeAction.CONFLICT] * 2
    assert all(change.reason for change in planned.changes())
    assert not planned.mechanisms[0].opens_draft


def test_a_record_that_the_mapping_names_and_nobody_has_is_a_problem(round, edition):
    planned = plan(
        round,
        said(
            "partnerships.partnership",
            {"organisation": "iom", "role": "partner", "category": "igo_un"},
            ("organisation",),
        ),
    )

    assert not list(planned.changes())
    assert planned.problems[0].code == Code.UNKNOWN_NAME
    assert "iom" in planned.problems[0].text


def test_answers_about_money_are_not_public(round, edition):
    change = only(
        plan(round, said("partnerships.fundingsource", {"kind": "donor"}, ("kind",)))
    )

    assert change.after["is_public"] is False


def test_what_is_public_about_money_is_not_added_to(round):
    profile = make.make_draft(make.make_mechanism(slug="rcm"))
    make.make_funding_source(profile, kind="donor")
    values = {"kind": "donor", "stability": "unstable", "is_public": False}

    change = only(plan(round, said("partnerships.fundingsource", values, ("kind",))))

    assert change.action == ChangeAction.ALTERNATIVE
    assert change.disputed == "funding"


def test_a_section_is_filled_as_a_whole_or_not_at_all(round):
    profile = make.make_draft(make.make_mechanism(slug="rcm"))
    make.make_section(profile, "contribution_national", coverage="none")
    make.make_section(profile, "evolution", coverage="not_asked")
    text = {"prose_en": "A law.", "coverage": "reported"}

    contradicted, answered = (
        plan(round, said("profiles.section", {"part": part, **text}, ("part",)))
        for part in ("contribution_national", "evolution")
    )

    assert {c.action for c in contradicted.changes()} == {ChangeAction.CONFLICT}
    assert only(answered).action == ChangeAction.CHANGE
    assert only(answered).after == text


def test_no_answer_contradicts_nothing(round):
    profile = make.make_draft(make.make_mechanism(slug="rcm"))
    make.make_section(profile, "evolution", prose="It began.")

    planned = plan(
        round,
        said(
            "profiles.section",
            {"part": "evolution", "coverage": "not_reported"},
            ("part",),
        ),
    )

    assert only(planned).action == ChangeAction.SAME


# Who speaks


def test_the_own_answer_of_a_mechanism_comes_before_that_of_another(round, edition):
    make_published("other")
    planned = plan(
        round,
        said(PROFILE, {"established": 1991}, by=0),
        said(PROFILE, {"established": 1996}, by=1),
        subjects=("other", "rcm"),
    )

    own, other = planned.changes()
    assert (own.action, own.after) == (ChangeAction.CHANGE, {"established": 1996})
    assert (other.action, other.words) == (ChangeAction.ALTERNATIVE, "1991")


def test_of_two_answers_of_one_file_that_disagree_neither_is_taken(round, edition):
    statements = [
        said(PROFILE, {"established": 1996}, by=0),
        said(PROFILE, {"established": 1997}, by=1),
        said(PROFILE, {"established": 1996}, by=1),
    ]
    subjects = ("rcm", "rcm")

    first, second, third = plan(round, *statements, subjects=subjects).changes()
    assert {c.action for c in (first, second)} == {ChangeAction.ALTERNATIVE}
    assert [c.words for c in (first, second)] == ["1996", "1997"]
    # The same respondent says it twice.
    assert third.action == ChangeAction.SAME
    assert "Another answer" in first.reason

    decisions = {"take": [second.number]}
    again = plan(round, *statements, subjects=subjects, decisions=decisions)
    actions = [(c.action, c.words or c.after) for c in again.changes()]
    assert (ChangeAction.CHANGE, {"established": 1997}) in actions


def test_two_roles_in_one_submission_are_both_asked_about(round, edition):
    make.make_state("CRI", name_en="Costa Rica")

    changes = [*plan(round, member(), member(role="observer")).changes()]

    assert {c.action for c in changes} == {ChangeAction.ALTERNATIVE}
    assert {c.reason for c in changes} == {
        "The same submission says otherwise elsewhere."
    }


def test_of_two_chairs_neither_is_taken_for_the_first(round, edition):
    for iso3 in ("CRI", "PAN"):
        make.make_state(iso3, name_en=iso3)
    chairs = [
        said(
            "profiles.chairing", {"state": iso3, "is_current": True}, ("state",), by=by
        )
        for by, iso3 in enumerate(("CRI", "PAN"))
    ]

    both = [*plan(round, *chairs, subjects=("rcm", "rcm")).changes()]
    alone = only(plan(round, chairs[0], subjects=("rcm", "rcm")))

    assert {c.action for c in both} == {ChangeAction.ALTERNATIVE}
    assert alone.action == ChangeAction.ADD
    taken = {"take": [both[1].number]}
    actions = {
        c.statement.values["state"]: c.action
        for c in plan(
            round, *chairs, subjects=("rcm", "rcm"), decisions=taken
        ).changes()
    }
    assert actions == {"CRI": ChangeAction.ALTERNATIVE, "PAN": ChangeAction.ADD}


def test_a_second_chair_beside_the_one_that_stands_is_asked_about(round, edition):
    make.make_state("PAN", name_en="Panama")
    draft = editions.open_draft(edition.mechanism)
    make.make_chairing(draft, state=make.make_state("CRI"), is_current=True)
    chair = {"state": "PAN", "is_current": True}

    change = only(plan(round, said("profiles.chairing", chair, ("state",))))

    assert change.action == ChangeAction.ALTERNATIVE
    assert change.disputed == "chair"


def test_the_label_of_a_choice_is_no_value_to_differ_in(round, edition):
    draft = editions.open_draft(edition.mechanism)
    make.make_organ(draft, kind="secretariat", name="Puebla Office")
    statement = said(
        "profiles.organ", {"kind": "secretariat", "name_en": "Secretariat"}, ("kind",)
    )
    statement.labels = ("name_en",)

    assert only(plan(round, statement)).action == ChangeAction.SAME


def test_a_state_speaks_for_its_own_membership_only(round, edition):
    make.make_state("CRI", name_en="Costa Rica")
    make.make_state("PAN", name_en="Panama")

    planned = plan(
        round,
        member("CRI"),
        member("PAN", "observer"),
        said(PROFILE, {"established": 1996}),
        said(
            "profiles.addedvalue",
            {"beneficiary": "state", "benefit": "networks"},
            ("beneficiary", "benefit"),
        ),
        subjects=("CRI",),
        kind="state",
    )

    own, *others = sorted(planned.changes(), key=lambda c: c.action != ChangeAction.ADD)
    assert own.after["state"] == "CRI"
    view, foreign, field = others
    assert view.action == ChangeAction.ADD
    assert foreign.action == field.action == ChangeAction.ALTERNATIVE
    assert foreign.words == "Panama – role: Observer"


# What there is to write into


def test_an_edition_in_review_is_not_touched(round, edition):
    draft = editions.open_draft(edition.mechanism)
    editions.submit(draft)

    planned = plan(round, said(PROFILE, {"established": 1996}))

    assert not planned.mechanisms
    (problem,) = planned.problems
    assert problem.code == Code.OPEN_EDITION_IN_REVIEW
    assert (problem.kind, problem.value) == ("mechanism", "rcm")


def test_a_first_draft_needs_a_name_and_a_type(round):
    make.make_mechanism(slug="rcm")
    name = said(PROFILE, {"name_en": "Regional Conference"})

    lacking = plan(round, name)
    complete = plan(round, name, said(PROFILE, {"type": "regional"}))

    assert not lacking.mechanisms
    assert "type" in lacking.problems[0].text
    (mechanism,) = complete.mechanisms
    assert (mechanism.base, mechanism.opens_draft) == (None, True)
    assert len(mechanism.writes) == 2


def test_the_number_of_queries_does_not_grow_with_mechanisms(round):
    def queries(count):
        slugs = [f"mechanism-of-{count}-{n}" for n in range(count)]
        for slug in slugs:
            make.make_membership(make.make_draft(make.make_mechanism(slug=slug)))
        statements = [
            s
            for slug in slugs
            for s in (
                said(PROFILE, {"established": 1996}, mechanism=slug),
                member("CRI", mechanism=slug),
            )
        ]
        with CaptureQueriesContext(connection) as caught:
            plan(round, *statements)
        return len(caught)

    make.make_state("CRI")
    assert queries(1) == queries(12)


def test_nothing_is_written(round, edition):
    make.make_state("CRI")

    with CaptureQueriesContext(connection) as caught:
        plan(round, member(), said(PROFILE, {"established": 1996}))

    reading = ("SELECT", "SAVEPOINT", "RELEASE")
    assert all(query["sql"].startswith(reading) for query in caught)


# What came before


@pytest.fixture
def world():
    make_published("rcm")
    return make_world()


def planned_again(round, *rows, **more):
    return prepare(export(*rows, **more), "again.xlsx", round).plan


def test_the_same_file_again_changes_nothing(world):
    content = export(answers())
    bring_in(content, world)

    planned = prepare(content, "again.xlsx", world).plan

    assert planned.is_empty
    assert planned.unchanged == [0]


def test_rows_and_columns_in_another_order_are_the_same_answers(world):
    make_published("ocam")
    rows = [answers("rcm"), answers("ocam", founded=1990)]
    bring_in(export(*rows, identifiers=["a", "b"]), world)

    planned = planned_again(world, *reversed(rows), identifiers=["b", "a"])

    assert planned.is_empty


def test_a_corrected_answer_changes_what_it_wrote_itself(world):
    bring_in(export(answers(founded=1996)), world)

    planned = planned_again(world, answers(founded=1997))

    assert planned.corrected == [0]
    change = next(c for c in planned.changes() if c.target == PROFILE)
    assert (change.action, change.after) == (
        ChangeAction.CHANGE,
        {"established": 1997},
    )


def test_a_corrected_answer_does_not_undo_what_somebody_edited(world):
    bring_in(export(answers(founded=1996)), world)
    draft = make.Profile.objects.open().get()
    draft.established = 1990
    draft.save()

    planned = planned_again(world, answers(founded=1997))

    change = next(c for c in planned.changes() if c.target == PROFILE)
    assert (change.action, change.words) == (ChangeAction.ALTERNATIVE, "1997")


def test_what_somebody_emptied_is_not_filled_again(world):
    bring_in(export(answers(founded=1996)), world)
    draft = make.Profile.objects.open().get()
    draft.established = None
    draft.save()

    again = planned_again(world, answers(founded=1996, members="CRI"))
    other = planned_again(world, answers(founded=1997))

    same, kept = (
        next(c for c in planned.changes() if c.target == PROFILE)
        for planned in (again, other)
    )
    assert (same.action, bool(same.reason)) == (ChangeAction.SAME, True)
    assert (kept.action, kept.words) == (ChangeAction.ALTERNATIVE, "1997")


def test_what_a_corrected_answer_no_longer_says_is_taken_out(world):
    bring_in(export(answers(members="CRI PAN USA")), world)
    draft = make.Profile.objects.open().get()
    draft.memberships.filter(state__iso3="USA").update(note="Checked by hand.")

    planned = planned_again(world, answers(members="CRI"))

    removed = [c for c in planned.changes() if c.action == ChangeAction.REMOVE]
    assert [c.before["state"] for c in removed] == ["PAN"]


def test_a_fact_that_somebody_took_out_does_not_come_back(world):
    bring_in(export(answers(members="CRI PAN")), world)
    draft = make.Profile.objects.open().get()
    draft.memberships.filter(state__iso3="PAN").delete()

    planned = planned_again(world, answers(members="CRI PAN", founded=1997))

    about_panama = [
        c for c in planned.changes() if c.statement.values.get("state") == "PAN"
    ]
    assert [c.action for c in about_panama] == [ChangeAction.SAME]


def test_a_respondent_that_is_matched_at_last_counts_as_corrected(world):
    bring_in(export(answers("The Conference of Somewhere")), world)
    assert Submission.objects.get().mechanism is None

    planned = prepare(
        export(answers("The Conference of Somewhere")),
        "again.xlsx",
        world,
        decisions={"mechanism": {"The Conference of Somewhere": "rcm"}},
    ).plan

    assert planned.corrected == [0]
    assert planned.mechanisms[0].writes


def test_what_waited_for_a_review_is_planned_when_that_is_over(world):
    draft = editions.open_draft(make.Profile.objects.published().get().mechanism)
    editions.submit(draft)
    content = export(answers())
    bring_in(content, world)
    waiting = prepare(content, "again.xlsx", world).plan
    editions.send_back(draft, note="Wait.")

    planned = prepare(content, "again.xlsx", world).plan

    assert not waiting.mechanisms
    assert planned.mechanisms[0].writes


# What is about another mechanism, another respondent, or not known yet


def wrote(round, fact, mechanism=None, **after):
    """Note that the submission "id-0" of a mechanism added `fact`, and it stands so."""
    questionnaire = make.Questionnaire.objects.filter(kind="mechanism").first()
    submission = make.make_submission(
        round, questionnaire, mechanism, submission_id="id-0"
    )
    ImportedChange.objects.create(
        survey_import=submission.survey_import,
        submission=submission,
        mechanism=mechanism or fact.profile.mechanism,
        target=fact._meta.label_lower,
        uid=fact.uid,
        action=ChangeAction.ADD,
        after=after or {"state": fact.state.iso3, "role": "member", "is_current": True},
    )


def test_a_fact_of_one_mechanism_is_not_taken_for_that_of_another(round, edition):
    make_published("ocam")
    make.make_state("CRI", name_en="Costa Rica")
    draft = editions.open_draft(edition.mechanism)
    wrote(round, make.make_membership(draft, state="CRI"))

    planned = plan(round, member(mechanism="ocam"), subjects=["ocam"])

    assert [c.action for c in planned.changes() if c.mechanism == "ocam"] == [
        ChangeAction.ADD
    ]


def test_a_new_version_that_is_not_finished_takes_nothing_out(round, edition):
    make.make_state("CRI", name_en="Costa Rica")
    draft = editions.open_draft(edition.mechanism)
    wrote(round, make.make_membership(draft, state="CRI"))

    unfinished = plan(round, status=SubmissionStatus.PARTIAL)
    unmatched = plan(round, subjects=[""])
    finished = plan(round)

    assert not changes(unfinished)
    assert not changes(unmatched)
    assert [action for action, _after in changes(finished)] == [ChangeAction.REMOVE]


def test_a_dispute_that_is_taken_out_is_called_by_its_field_too(round, edition):
    draft = editions.open_draft(edition.mechanism)
    year = {"field": "established", "value": "1997"}
    wrote(round, make.make_alternative_value(draft, **year), **year)

    (removed,) = plan(round).changes()

    assert removed.action == ChangeAction.REMOVE
    assert removed.label == "Alternative value: Established, 1997"


def test_a_submission_finished_with_the_same_answers_counts_as_corrected(
    round, edition
):
    make.make_submission(
        round,
        round.questionnaires.get(),
        edition.mechanism,
        submission_id="id-0",
        content_hash="hash-0",
        status=SubmissionStatus.PARTIAL,
    )

    assert plan(round, status=SubmissionStatus.PARTIAL).unchanged == [0]
    assert plan(round, status=SubmissionStatus.COMPLETE).corrected == [0]


def test_a_list_does_not_grow_by_what_somebody_took_out_of_it(round, edition):
    for iso3 in ("CRI", "PAN", "MEX"):
        make.make_state(iso3, name_en=iso3)
    draft = editions.open_draft(edition.mechanism)
    fact = make.make_contribution(draft, title="A law", level="national")
    wrote(round, fact, title="A law", level="national", states=["CRI", "PAN"])
    fact.states.set(make.State.objects.filter(iso3="CRI"))

    def naming(*states):
        values = {"level": "national", "title": "A law", "states": [*states]}
        return plan(round, said(CONTRIBUTION, values, ("level", "title")))

    again, more = naming("CRI", "PAN"), naming("CRI", "PAN", "MEX")

    assert [c.action for c in again.changes()] == [ChangeAction.SAME]
    assert only(more).after == {"states": ["CRI", "MEX"]}


def test_only_the_mechanism_gives_a_first_draft_its_name_and_type(round):
    make.make_mechanism(slug="new")
    statements = [
        said(PROFILE, {name: value}, mechanism="new")
        for name, value in (("name_en", "New"), ("type", "rcp"))
    ]

    planned = plan(round, *statements, subjects=["CRI"], kind="state")

    assert not planned.mechanisms
    assert [problem.code for problem in planned.problems] == [Code.REQUIRED_EMPTY]


def test_what_another_respondent_says_too_is_not_taken_out(world):
    both = [answers(members="CRI PAN"), answers(members="CRI PAN")]
    bring_in(export(*both, identifiers=["a", "b"]), world)

    corrected = planned_again(
        world, answers(members="CRI"), both[1], identifiers=["a", "b"]
    )
    alone = planned_again(world, answers(members="CRI"), identifiers=["a"])

    assert corrected.unchanged == [1]
    assert ChangeAction.REMOVE not in [c.action for c in corrected.changes()]
    assert ChangeAction.REMOVE in [c.action for c in alone.changes()]


def test_what_another_respondent_says_for_the_first_time_is_not_taken_out(world):
    bring_in(export(answers(members="CRI PAN"), identifiers=["a"]), world)

    planned = planned_again(
        world, answers(members="CRI"), answers(members="PAN"), identifiers=["a", "b"]
    )

    assert planned.corrected == [0]
    assert planned.new == [1]
    assert ChangeAction.REMOVE not in [c.action for c in planned.changes()]


def test_what_a_correction_took_out_comes_back_when_it_is_said_again(world):
    bring_in(export(answers(members="CRI PAN")), world)
    bring_in(export(answers(members="CRI")), world, name="second.xlsx")

    planned = planned_again(world, answers(members="CRI PAN"))

    added = [c.after["state"] for c in planned.changes() if c.action == "add"]
    assert added == ["PAN"]


def test_what_stood_before_another_value_was_taken_stands_no_longer(round):
    make_published("rcm", established=1996)
    years = [
        said(PROFILE, {"established": year}, by=by)
        for by, year in enumerate((1996, 1997, 1996))
    ]
    subjects = ["rcm", "rcm", "rcm"]
    offered = plan(round, *years, subjects=subjects)
    (other,) = (c for c in offered.changes() if c.action == ChangeAction.ALTERNATIVE)

    planned = plan(round, *years, subjects=subjects, decisions={"take": [other.number]})

    actions = [change.action for change in planned.changes()]
    assert actions == [
        ChangeAction.SAME,
        ChangeAction.CHANGE,
        ChangeAction.ALTERNATIVE,
    ]


@pytest.mark.parametrize("kind", ["state", "organisation"])
def test_what_a_mechanism_is_nobody_else_adds_to_it(round, edition, kind):
    make.make_state("CRI", name_en="Costa Rica")
    chair = said("profiles.chairing", {"state": "CRI", "role": "chair"}, ("state",))
    meeting = said("profiles.meeting", {"title": "First", "date": "2019"}, ("title",))

    planned = plan(round, chair, meeting, subjects=["somebody"], kind=kind)

    actions = [change.action for change in planned.changes()]
    assert actions == [ChangeAction.ALTERNATIVE, ChangeAction.ALTERNATIVE]


# Texts in several languages


def contribution(title, column, **more):
    values = {"level": "regional", column: title} | more
    return said(CONTRIBUTION, values, ("level", column))


def test_a_fact_is_found_again_by_its_title_in_any_language(round):
    edition = make_published("rcm")
    draft = editions.open_draft(edition.mechanism)
    stands = make.make_contribution(draft, title=None, title_es="Plan regional")

    planned = plan(round, contribution("plan REGIONAL", "title_en"))

    change = only(planned)
    assert (change.action, change.uid) == (ChangeAction.SAME, stands.uid)


def test_a_text_in_another_language_is_kept_beside_and_translates_nothing(round):
    edition = make_published("rcm")
    draft = editions.open_draft(edition.mechanism)
    make.make_contribution(draft, title="Regional plan", summary="A plan.")

    planned = plan(
        round, contribution("Regional plan", "title_en", summary_es="Un plan.")
    )

    change = only(planned)
    assert change.action == ChangeAction.ALTERNATIVE
    assert change.after == {"summary_es": "Un plan."}


def test_a_new_fact_has_its_title_in_the_language_of_the_answer_alone(round, edition):
    terms = {"kind": "policy", "status": "adopted"}
    planned = plan(round, contribution("Plan regional", "title_es", **terms))

    change = only(planned)
    assert change.action == ChangeAction.ADD
    record = change.record.record
    assert (record.title_es, record.title_en) == ("Plan regional", None)
    assert "Plan regional" in change.label


# What an open question withholds


ANSWERED = {"personal": {"s1_evolution/evolution_text": "answers"}}
EVOLUTION = "It began with labour; write to secretariat@example.org."


def taken_out(content, round, decisions=None):
    planned = prepare(content, "again.xlsx", round, decisions=decisions).plan
    assert planned.corrected == [0]
    return [change.target for change in planned.changes() if change.action == "remove"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("", []), ("answers", []), ("apart", ["profiles.section"])],
)
def test_a_text_kept_apart_is_taken_back_only_once_somebody_says_it_leads_to_a_person(
    world, answer, expected
):
    row = answers(evolution_text=EVOLUTION)
    bring_in(export(row), world, decisions=ANSWERED)
    decisions = {"personal": {"s1_evolution/evolution_text": answer}}

    corrected = export(answers(evolution_text=EVOLUTION, founded=1997))
    found = taken_out(corrected, world, decisions)

    assert found == expected


def test_an_address_in_one_submission_keeps_no_other_from_taking_back(world):
    make_published("ocam")
    rows = [answers("rcm"), answers("ocam", evolution_text="It grew out of labour.")]
    bring_in(export(*rows, identifiers=["a", "b"]), world)

    rows = [answers("rcm", members="CRI"), answers("ocam", evolution_text=EVOLUTION)]
    planned = planned_again(world, *rows, identifiers=["a", "b"])

    removed = [c for c in planned.changes() if c.action == ChangeAction.REMOVE]
    assert [c.before["state"] for c in removed] == ["PAN"]


def test_a_text_in_a_language_that_nobody_knows_is_not_taken_back(world):
    bring_in(export(answers()), world)
    portuguese = "A reunião é anual e o secretariado não existe"

    corrected = export(answers(evolution_text=portuguese))
    left_out = {"language": {"s1_evolution/evolution_text": "none"}}

    assert taken_out(corrected, world) == []
    assert taken_out(corrected, world, left_out) == ["profiles.section"]


def test_a_name_that_nobody_knows_takes_no_member_back(world):
    bring_in(export(answers()), world)

    assert taken_out(export(answers(members="CRI PAM")), world) == []


def test_columns_that_may_be_lost_take_nothing_back(world):
    bring_in(export(answers()), world)
    headings = [c.replace("members", "taking_part") for c in COLUMNS]
    corrected = kobo_xlsx(headings, [answers()])
    (asked,) = [
        p
        for p in prepare(corrected, "a.xlsx", world).normalised.problems
        if p.kind == "loss"
    ]

    assert taken_out(corrected, world) == []
    accepted = {"loss": {asked.value: "leave-out"}}
    assert taken_out(corrected, world, accepted) == [MEMBERSHIP, MEMBERSHIP]
