"""`apply`: what an import writes, into which editions, and what it leaves alone."""

import json

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from profiles import editions, redacting
from profiles.models import (
    AlternativeValue,
    Membership,
    Profile,
    Section,
    Source,
    State,
    StateAlias,
)
from surveys.applying import (
    AlreadyTried,
    ChangedSincePreview,
    CouldNotBeWritten,
    NotWaiting,
    ProblemsFound,
    apply,
    undo,
)
from surveys.models import (
    ImportedChange,
    PersonalDetails,
    Submission,
    SurveyImport,
    UploadedFile,
)
from surveys.pipeline import earlier_imports, preparation_of, prepare, stage
from surveys.planning.planner import plan_import
from surveys.statements import PROFILE, Origin, Statement
from surveys.vocabularies import ChangeAction
from tests import factories as make
from tests.surveys.export_files import csv_file
from tests.surveys.rounds_of_mechanisms import (
    EMAIL,
    PERSON,
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


def said(target, values, key=(), *, mechanism="rcm", row=2):
    """Return what the first answer of a file states, in the cell of that row."""
    origin = Origin("s", row, "c", f"s!A{row}", "q")
    return Statement(mechanism, target, key, values, origin, 0)


def stating(round, *statements):
    """Return an import that waits, whose file states what no question asks for."""
    survey_import = stage(export(answers()), "export.xlsx", round)
    preparation = preparation_of(survey_import)
    preparation.normalised.statements[:] = statements
    preparation.plan = plan_import(preparation.normalised, round)
    return survey_import, preparation


MEMBERSHIP = "profiles.membership"


def member(iso3="CRI", *, key=("state", "is_current"), row=2, **more):
    values = {"state": iso3, "role": "member", "is_current": True} | more
    return said(MEMBERSHIP, values, key, row=row)


def test_answers_go_into_a_draft_and_the_published_edition_stays(round):
    published = make_published(established=None)
    before = registry()["profiles.Profile"]

    bring_in(export(answers()), round)

    draft = draft_of(published)
    assert draft.state == "draft"
    assert draft.established == 1996
    assert draft.secretariat_coverage == "reported"
    assert {m.state.iso3 for m in draft.memberships.all()} == {"CRI", "PAN"}
    assert {f.theme.slug for f in draft.theme_focuses.all()} == {
        "labour",
        "counter-trafficking",
    }
    section = draft.sections.get(part="evolution")
    assert (section.prose_en, section.coverage) == ("It began with labour.", "reported")
    assert registry()["profiles.Profile"][: len(before)] == before
    assert not published.memberships.exists()


def test_answer_in_spanish_stands_in_spanish(round):
    published = make_published()
    text = {"part": "evolution", "coverage": "reported", "prose_es": "Empezó."}

    apply(*stating(round, said("profiles.section", text, ("part",))))

    section = draft_of(published).sections.get()
    assert (section.prose_es, section.prose_en) == ("Empezó.", None)


def test_text_filled_in_a_section_that_stands_is_one_to_the_database_as_well(round):
    draft = editions.open_draft(make_published().mechanism)
    make.make_section(draft, part="evolution", coverage="unknown")

    bring_in(export(answers()), round)

    section = draft.sections.get(part="evolution")
    assert section.prose_en == "It began with labour."
    # Its constraint sees the column beside the languages only.
    with pytest.raises(IntegrityError), transaction.atomic():
        Section.objects.filter(pk=section.pk).update(coverage="none")


def test_facts_name_the_answer_as_their_source_and_never_a_person(round):
    published = make_published()

    bring_in(export(answers()), round)

    source = Source.objects.get(slug="survey-2019-mechanism-rcm")
    assert source.title == "Answer of RCM to Round 2019"
    assert source.published == "2019-04-01"
    draft = draft_of(published)
    assert {m.source for m in draft.memberships.all()} == {source}
    named = draft.field_sources.values_list("field", "source", "certainty")
    assert {*named} == {
        ("established", source.pk, "stated"),
        ("secretariat", source.pk, "stated"),
    }


def test_every_value_leads_back_to_its_cell_and_submission(round):
    published = make_published(established=None)

    survey_import = bring_in(export(answers()), round)

    change = survey_import.changes.get(field="established")
    assert (change.before, change.after) == ({}, {"established": 1996})
    assert (change.sheet, change.row_number) == ("Survey of mechanisms", 2)
    assert (change.column, change.question) == ("s1_evolution/founded", "founded")
    assert change.submission == Submission.objects.get()
    assert change.profile == draft_of(published)
    for fact in draft_of(published).memberships.all():
        assert survey_import.changes.get(uid=fact.uid).target == "profiles.membership"


def test_draft_of_somebody_is_used_as_it_is_and_its_form_notices(round):
    published = make_published()
    draft = editions.open_draft(published.mechanism)
    draft.note = "Typed by hand."
    draft.save()

    bring_in(export(answers()), round)

    draft.refresh_from_db()
    assert draft.version == 1
    assert draft.note == "Typed by hand."
    assert draft.memberships.count() == 2
    assert Profile.objects.filter(mechanism=published.mechanism).count() == 2


def test_edition_in_review_is_not_touched(round):
    published = make_published()
    draft = editions.open_draft(published.mechanism)
    editions.submit(draft)
    before = registry()

    bring_in(export(answers()), round)

    after = registry()
    for model in before:
        if not model.startswith("surveys."):
            assert after[model] == before[model]
    assert Submission.objects.count() == 1


def test_value_that_differs_is_kept_beside_and_overwrites_nothing(round):
    published = make_published(established=1990)

    survey_import = bring_in(export(answers()), round)

    draft = draft_of(published)
    assert draft.established == 1990
    (other,) = draft.alternative_values.filter(field="established")
    assert other.value == "1996"
    assert other.source.slug == "survey-2019-mechanism-rcm"
    assert survey_import.changes.get(uid=other.uid).action == "alternative"


def test_value_that_a_person_takes_is_written(round):
    published = make_published(established=1990)
    content = export(answers())
    plan = prepare(content, "e.xlsx", round).plan
    (number,) = [c.number for c in plan.changes() if c.after == {"established": 1996}]

    bring_in(content, round, decisions={"take": [number]})

    draft = draft_of(published)
    assert draft.established == 1996
    assert not draft.alternative_values.filter(field="established").exists()


def test_answers_on_funding_are_not_public(round):
    published = make_published()

    bring_in(export(answers(funding="member_contributions")), round)

    (funding,) = draft_of(published).funding_sources.all()
    assert funding.is_public is False


def test_submission_is_kept_whole_and_the_person_apart(round):
    make_published()

    bring_in(export(answers()), round)

    submission = Submission.objects.get()
    assert submission.mechanism.slug == "rcm"
    assert submission.answers["founded"] == "1996"
    assert submission.row["s1_evolution/founded"] == "1996"
    details = PersonalDetails.objects.get()
    assert (details.submission, details.name) == (submission, PERSON)
    assert details.email == EMAIL
    kept = [submission.row, submission.answers, submission.unanswered]
    assert PERSON not in json.dumps(kept)
    assert EMAIL not in json.dumps(kept)


def test_person_reaches_neither_log_nor_trace_nor_source(round):
    make_published()

    bring_in(export(answers()), round)

    written = [
        *LogEntry.objects.values_list("changes", "object_repr", "additional_data"),
        *ImportedChange.objects.values_list("before", "after", "column"),
        *Source.objects.values_list("title", "note"),
        *SurveyImport.objects.values_list("problems", "counts", "decisions"),
    ]
    assert written
    assert PERSON not in repr(written)
    assert EMAIL not in repr(written)


def test_audit_log_shows_who_applied_it(round):
    published = make_published()
    editor = get_user_model().objects.create_user("editor")

    with set_actor(editor):
        bring_in(export(answers()), round, by=editor)

    draft = draft_of(published)
    logged = LogEntry.objects.get_for_objects(Membership.objects.filter(profile=draft))
    assert logged.count() == 2
    assert {entry.actor for entry in logged} == {editor}
    assert {entry.additional_data["version"] for entry in logged} == {1}
    assert draft.events.get().by == editor


def test_import_is_applied_once_and_its_file_goes(round):
    make_published()
    survey_import = stage(export(answers()), "folder/export.xlsx", round)
    preparation = preparation_of(survey_import)
    apply(survey_import, preparation)

    with pytest.raises(NotWaiting):
        apply(survey_import, preparation)

    assert survey_import.state == "applied"
    assert survey_import.file_name == "export.xlsx"
    assert survey_import.tool == "kobo"
    assert survey_import.mapping == "mechanism-1"
    assert survey_import.counts["new"] == 1
    assert not UploadedFile.objects.exists()


def test_same_bytes_in_a_round_wait_once(round):
    content = export(answers())
    first = stage(content, "a.xlsx", round)

    assert stage(content, "b.xlsx", round) == first
    assert stage(content, "a.xlsx", make.make_round()) != first
    assert UploadedFile.objects.count() == 2


def test_same_file_again_changes_nothing(round):
    make_published()
    content = export(answers())
    first = bring_in(content, round)
    before = registry()

    assert earlier_imports(content, round) == [first]
    second = stage(content, "export.xlsx", round)
    preparation = preparation_of(second)
    assert preparation.plan.is_empty
    apply(second, preparation)

    assert registry() == before


def test_corrected_submission_updates_its_draft_and_the_old_one_stays(round):
    published = make_published(established=None)
    bring_in(export(answers()), round)

    bring_in(export(answers(founded=1997, members="CRI USA")), round)

    draft = draft_of(published)
    assert draft.established == 1997
    assert {m.state.iso3 for m in draft.memberships.all()} == {"CRI", "USA"}
    old, new = Submission.objects.order_by("pk")
    assert new.corrects == old
    assert (old.is_current, new.is_current) == (False, True)


def test_corrected_submission_leaves_what_somebody_edited(round):
    published = make_published(established=None)
    bring_in(export(answers()), round)
    draft = draft_of(published)
    draft.established = 1989
    draft.version += 1
    draft.save()

    bring_in(export(answers(founded=1997)), round)

    draft.refresh_from_db()
    assert draft.established == 1989


def test_mechanism_of_which_too_little_is_said_gets_no_first_edition(round):
    mechanism = make.make_mechanism(slug="rcm")
    survey_import = stage(export(answers()), "export.xlsx", round)
    preparation = preparation_of(survey_import)

    # Our own questionnaire asks for neither name nor type.
    apply(survey_import, preparation)

    assert not mechanism.editions.exists()
    assert Submission.objects.get().mechanism == mechanism


def test_mechanism_without_an_edition_gets_its_first_one(round):
    mechanism = make.make_mechanism(slug="rcm")
    survey_import, preparation = stating(
        round,
        said(PROFILE, {"name_es": "Conferencia"}),
        said(PROFILE, {"type": "regional"}),
    )

    before = registry()
    apply(survey_import, preparation)

    draft = mechanism.editions.get()
    assert (draft.name_es, draft.name_en) == ("Conferencia", None)
    assert (draft.type, draft.state) == ("regional", "draft")
    undone = undo(survey_import)
    assert registry() == before
    assert undone.kept == []


def test_name_of_a_first_edition_in_another_language_is_taken_back(round):
    mechanism = make.make_mechanism(slug="rcm")
    survey_import, preparation = stating(
        round,
        said(PROFILE, {"name_en": "Conference"}),
        said(PROFILE, {"type": "regional"}),
        said(PROFILE, {"name_es": "Conferencia"}),
    )
    changes = preparation.plan.changes()
    (number,) = [change.number for change in changes if "name_es" in change.after]
    preparation.plan = plan_import(
        preparation.normalised, round, decisions={"take": [number]}
    )
    apply(survey_import, preparation)
    draft = mechanism.editions.get()
    assert draft.name_es == "Conferencia"
    draft.note = "Typed by hand."
    draft.save()

    undo(survey_import)

    draft.refresh_from_db()
    assert draft.name_en == "Conference"
    assert not draft.name_es


def test_first_edition_is_not_opened_with_a_name_that_it_cannot_hold(round):
    mechanism = make.make_mechanism(slug="rcm")
    survey_import, preparation = stating(
        round,
        said(PROFILE, {"name_es": "Conferencia " * 100}),
        said(PROFILE, {"type": "regional"}),
    )

    apply(survey_import, preparation)

    (problem,) = preparation.plan.problems
    assert "name" in problem.text
    assert not mechanism.editions.exists()
    assert Submission.objects.get().mechanism == mechanism


def test_names_that_a_person_decided_are_remembered(round):
    published = make_published()
    content = export(answers(members="CRI Panamma"))

    survey_import = bring_in(content, round, decisions={"state": {"Panamma": "PAN"}})

    assert StateAlias.objects.get(name="Panamma").state.iso3 == "PAN"
    assert {m.state.iso3 for m in draft_of(published).memberships.all()} == {
        "CRI",
        "PAN",
    }
    trace = survey_import.changes.get(target="profiles.statealias")
    assert trace.after == {"name": "Panamma", "state": "PAN"}


@pytest.mark.parametrize("change", ["saved", "submitted", "opened", "published"])
def test_registry_that_changed_since_the_preview_refuses(round, change):
    published = make_published()
    if change != "opened":
        draft = editions.open_draft(published.mechanism)
    survey_import = stage(export(answers()), "export.xlsx", round)
    preparation = preparation_of(survey_import)
    if change == "opened":
        editions.open_draft(published.mechanism)
    elif change == "saved":
        draft.version += 1
        draft.save()
    else:
        editions.submit(draft)
        if change == "published":
            editions.publish(draft)
    before = registry()

    with pytest.raises(ChangedSincePreview) as refused:
        apply(survey_import, preparation)

    assert refused.value.mechanisms == ["rcm"]
    assert registry() == before
    assert survey_import.state == "prepared"


def test_round_that_got_the_submission_meanwhile_refuses(round):
    # Neither file says anything of a mechanism: there is no draft that changed.
    second = stage(export(answers("nobody")), "b.xlsx", round)
    prepared = preparation_of(second)
    # The command takes what waits in another file, too.
    content = export(answers("nobody"), answers("unknown"))
    apply(stage(content, "a.xlsx", round), prepare(content, "a.xlsx", round))
    before = registry()

    with pytest.raises(ChangedSincePreview):
        apply(second, prepared)

    assert registry() == before


def test_respondent_that_got_its_source_meanwhile_refuses(round):
    make_published()
    survey_import = stage(export(answers()), "export.xlsx", round)
    preparation = preparation_of(survey_import)
    make.make_source(slug="survey-2019-mechanism-rcm")
    before = registry()

    with pytest.raises(ChangedSincePreview):
        apply(survey_import, preparation)

    assert registry() == before


def test_record_that_got_another_key_meanwhile_refuses(round):
    make_published()
    survey_import = stage(export(answers()), "export.xlsx", round)
    preparation = preparation_of(survey_import)
    State.objects.filter(iso3="PAN").update(iso3="PNM")
    before = registry()

    with pytest.raises(ChangedSincePreview):
        apply(survey_import, preparation)

    assert registry() == before


def test_record_that_came_meanwhile_is_no_obstacle(round):
    published = make_published()
    survey_import = stage(export(answers()), "export.xlsx", round)
    preparation = preparation_of(survey_import)
    make.make_state("MEX", name_en="Mexico")
    make.make_source(slug="another")

    apply(survey_import, preparation)

    assert draft_of(published).memberships.count() == 2


def test_fact_that_is_gone_when_it_is_to_be_changed_refuses(round):
    published = make_published()
    draft = editions.open_draft(published.mechanism)
    fact = make.make_membership(draft, state="CRI")
    survey_import, preparation = stating(round, member(since="2001"))
    Membership.objects.filter(pk=fact.pk).delete()
    before = registry()

    with pytest.raises(ChangedSincePreview) as refused:
        apply(survey_import, preparation)

    assert refused.value.mechanisms == ["rcm"]
    assert registry() == before


def test_what_was_redacted_since_the_preview_does_not_come_back(round):
    published = make_published(objective_en="Nobody may read this.")
    survey_import = stage(export(answers(founded=1999)), "export.xlsx", round)
    preparation = preparation_of(survey_import)
    objective = redacting.Part("profiles.profile", "", "objective")
    redacting.redact(published, objective, reason="It was a name.")

    apply(survey_import, preparation)

    draft = draft_of(published)
    assert draft.objective_en in ("", None)


def test_draft_that_the_database_refuses_is_taken_back_as_a_whole(round):
    make_published()
    survey_import = stage(export(answers()), "export.xlsx", round)
    preparation = preparation_of(survey_import)
    before = registry()

    def refuse(execute, sql, params, many, context):
        if sql.startswith("INSERT") and "profiles_membership" in sql:
            raise IntegrityError(f"Row {params}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(CouldNotBeWritten) as told:
        apply(survey_import, preparation)

    assert "Row" not in str(told.value)
    assert registry() == before
    assert not ImportedChange.objects.exists()
    assert UploadedFile.objects.filter(survey_import=survey_import).exists()
    apply(survey_import, preparation_of(survey_import))
    assert survey_import.state == "applied"


def test_value_that_the_registry_refuses_names_its_cell_and_stays_out(round):
    published = make_published(established=None)
    survey_import, preparation = stating(
        round, said(PROFILE, {"established": 1066}, row=7), member(row=8)
    )

    apply(survey_import, preparation)

    (refused,) = (c for c in preparation.plan.changes() if c.after.get("established"))
    assert refused.action == ChangeAction.CONFLICT
    assert refused.statement.origin.cell == "s!A7"
    assert "greater than or equal to 1900" in refused.reason
    draft = draft_of(published)
    assert draft.established is None
    assert draft.memberships.get().state.iso3 == "CRI"
    assert not survey_import.changes.filter(field="established").exists()


def test_text_in_any_language_needs_the_coverage_reported(round):
    make_published()
    text = {"part": "evolution", "coverage": "none", "prose_fr": "Un texte."}
    survey_import, preparation = stating(
        round, said("profiles.section", text, ("part",))
    )

    apply(survey_import, preparation)

    (refused,) = preparation.plan.changes()
    assert refused.action == ChangeAction.CONFLICT
    assert "A section with a text is 'reported'" in refused.reason
    assert not Section.objects.exists()


def test_file_with_errors_is_not_applied(round):
    survey_import = stage(export(answers()), "export.xlsx", round)
    preparation = preparation_of(survey_import)
    preparation.mapping = preparation.plan = None

    with pytest.raises(ProblemsFound):
        apply(survey_import, preparation)

    assert not Submission.objects.exists()


def test_number_of_queries_for_submissions_grows_by_batches_only(round):
    make_published()
    rows = [answers(f"unknown {n}") for n in range(300)]
    survey_import = stage(export(*rows), "export.xlsx", round)
    preparation = preparation_of(survey_import)
    counted = _Count()
    with connection.execute_wrapper(counted):
        apply(survey_import, preparation)

    assert Submission.objects.count() == 300
    assert counted.number < 60


class _Count:
    number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)


def test_alternative_on_funding_is_for_staff(round):
    published = make_published()
    draft = editions.open_draft(published.mechanism)
    make.make_funding_source(draft, kind="donor")
    values = {"kind": "donor", "stability": "unstable"}

    apply(*stating(round, said("partnerships.fundingsource", values, ("kind",))))

    other = AlternativeValue.objects.get(profile=draft)
    assert (other.field, other.is_public) == ("funding", False)


def test_fact_that_another_one_excludes_names_its_cell_and_stays_out(round):
    published = make_published()
    survey_import, preparation = stating(
        round,
        member("PAN"),
        # A State holds one role at a time.
        member("PAN", role="observer", key=("state", "role"), row=9),
    )

    apply(survey_import, preparation)

    added, refused = preparation.plan.changes()
    assert refused.action == ChangeAction.CONFLICT
    assert refused.statement.origin.cell == "s!A9"
    assert "This State already holds a role" in refused.reason
    assert draft_of(published).memberships.get().uid == added.uid


def test_fact_is_stored_as_the_last_statement_left_it_and_each_can_be_undone(round):
    published = make_published()
    standing = editions.open_draft(published.mechanism)
    make.make_membership(standing, state="PAN")
    before = registry()
    survey_import, preparation = stating(
        round,
        member("CRI"),
        member("CRI", since="2001", row=3),
        member("PAN", since="2002", row=4),
        member("PAN", note="Founder.", row=5),
    )

    apply(survey_import, preparation)

    facts = {m.state.iso3: m for m in draft_of(published).memberships.all()}
    assert (facts["CRI"].since, facts["PAN"].since) == ("2001", "2002")
    assert facts["PAN"].note == "Founder."
    assert facts["PAN"].source.slug == "survey-2019-mechanism-rcm"
    told = survey_import.changes.filter(target=MEMBERSHIP).order_by("row_number")
    assert [(c.action, c.field) for c in told] == [
        ("add", ""),
        ("change", "since"),
        ("change", "since"),
        ("change", "note"),
    ]
    assert "since" not in told[0].after
    undone = undo(survey_import)
    assert undone.kept == []
    assert registry() == before


def test_odd_cells_are_stored_on_every_database(round):
    make_published()
    heading = "Une question très longue " * 20
    rows = [
        ["submission_id", "mechanism", "evolution_text", "may_publish", heading],
        ["i" * 300, "rcm", "A\x00b \u202eright \U0001f600", "yes", "\x00\x01 \ufffe"],
        ["2", "nobody " * 60, "", "yes", ""],
    ]
    content = csv_file(rows)

    survey_import = stage(content, "n" * 300 + ".csv", round)
    apply(survey_import, preparation_of(survey_import))

    assert Submission.objects.count() == 2
    again = stage(content, "again.csv", round)
    assert preparation_of(again).plan.is_empty


def test_facts_made_at_once_are_logged_as_those_saved_one_by_one(round):
    published = make_published()
    editor = get_user_model().objects.create_user("editor")
    with set_actor(editor, remote_addr="192.0.2.1"):
        bring_in(export(answers()), round)
    draft = draft_of(published)
    with set_actor(editor, remote_addr="192.0.2.1"):
        for fact in (*draft.memberships.all(), *draft.sections.all()):
            told = _told(fact)
            type(fact).objects.filter(pk=fact.pk).delete()
            LogEntry.objects.get_for_object(fact).delete()
            fact._state.adding = True
            fact.save(force_insert=True)

            assert told["actor"] == editor
            assert _told(fact) == told


def test_records_that_a_new_fact_names_stand_in_the_log_as_if_saved(round):
    published = make_published()
    law = {"title": "A law", "level": "national", "kind": "legislation"}
    law |= {"status": "adopted", "states": ["PAN", "CRI"]}

    apply(*stating(round, said("profiles.contribution", law, ("level", "title"))))

    fact = draft_of(published).contributions.get()
    states = list(fact.states.all())
    assert {state.iso3 for state in states} == {"CRI", "PAN"}
    _created, told = LogEntry.objects.get_for_object(fact).order_by("pk")
    fact.states.clear()
    fact.states.set(states)
    again = LogEntry.objects.get_for_object(fact).order_by("pk").last()
    for name in ("action", "changes", "object_repr", "additional_data"):
        assert getattr(told, name) == getattr(again, name)


def _told(fact):
    entry = LogEntry.objects.get_for_object(fact).get()
    left_out = {"_state", "id", "timestamp"}
    told = {name: v for name, v in vars(entry).items() if name not in left_out}
    return told | {"actor": entry.actor}


def test_what_was_prepared_for_one_try_is_not_tried_again(round):
    published = make_published()
    survey_import = stage(export(answers()), "export.xlsx", round)
    preparation = preparation_of(survey_import)
    in_between = editions.open_draft(published.mechanism)
    with pytest.raises(ChangedSincePreview):
        apply(survey_import, preparation)
    editions.discard(in_between)
    before = registry()

    with pytest.raises(AlreadyTried):
        apply(survey_import, preparation)

    assert registry() == before
    apply(survey_import, preparation_of(survey_import))
    assert survey_import.state == "applied"


def test_the_source_of_a_value_goes_with_the_value_and_comes_back_with_it(round):
    draft = editions.open_draft(make_published(established=1990).mechanism)
    make.make_field_source(draft, "established", make.make_source(slug="old"))
    make.make_field_source(draft, "type", make.make_source(slug="of-the-type"))
    before = {(s.field, s.source.slug) for s in draft.field_sources.all()}
    content = export(answers(founded=1996))
    (dispute,) = [
        change
        for change in prepare(content, "export.xlsx", round).plan.changes()
        if change.disputed == "established"
    ]

    survey_import = bring_in(content, round, decisions={"take": [dispute.number]})

    now = {(s.field, s.source.slug) for s in draft.field_sources.all()}
    assert ("established", "old") not in now
    assert ("type", "of-the-type") in now
    assert {slug for field, slug in now if field == "established"} == {
        "survey-2019-mechanism-rcm"
    }
    undo(survey_import)
    assert {(s.field, s.source.slug) for s in draft.field_sources.all()} == before
