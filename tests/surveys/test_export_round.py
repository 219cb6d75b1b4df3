"""What export_round writes, import_survey reads back to the same state."""

import csv
import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from surveys.answers import REASONS, Unanswered, tidy
from surveys.applying import stage_and_apply
from surveys.exporting import CannotExport, PlainTables, write_csv, write_xlsx
from surveys.mapping import Mapping
from surveys.models import PersonalDetails, Questionnaire, Submission
from surveys.pipeline import prepare
from surveys.questionnaires import load_questionnaires
from surveys.vocabularies import RespondentKind
from tests.factories import (
    make_choices,
    make_mechanism,
    make_profile,
    make_question,
    make_questionnaire,
    make_round,
    make_state,
    make_submission,
)

pytestmark = pytest.mark.django_db

STATES = ["CRI", "PAN", "SLV"]


@pytest.fixture
def questionnaire():
    """Return a questionnaire with a question of every type, in and out of a group."""
    made = make_questionnaire("mechanism", 9)
    make_question(made, "who", registry_list="mechanism", allows_other=True)
    make_question(made, "person", is_personal=True)
    ask_everything(made, "")
    make_question(made, "partner", type="repeat")
    ask_everything(made, "partner")
    for slug in ("rabat", "puebla"):
        make_mechanism(slug=slug)
    for iso3 in STATES:
        make_state(iso3)
    return made


def ask_everything(questionnaire, repeat):
    start = "p_" if repeat else ""
    make_choices(questionnaire, "list", ["yes", "no", "other"])
    for code, fields in {
        "text": {"type": "text"},
        "story": {"type": "long_text"},
        "number": {"type": "integer"},
        "year": {"type": "year"},
        "day": {"type": "date"},
        "one": {"choice_list": "list", "allows_other": True},
        "several": {"choice_list": "list", "type": "several", "allows_other": True},
        "states": {"registry_list": "state", "type": "several"},
        "state": {"registry_list": "state"},
    }.items():
        make_question(questionnaire, f"{start}{code}", repeat=repeat, **fields)


@pytest.fixture
def mapping(questionnaire):
    return Mapping(
        "test",
        RespondentKind.MECHANISM,
        questionnaire.version,
        "who",
        empty=frozenset({"", "-", "n/a", "nothing"}),
        does_not_know=frozenset({"do_not_know", "dont know"}),
    )


def written(tables, path):
    write = {".csv": write_csv, ".xlsx": write_xlsx}[path.suffix]
    write(tables, path)
    return path.read_bytes()


def brought_back(content, name, mapping):
    """Import a file into an empty round and return the round."""
    round = make_round()
    preparation = prepare(content, name, round, mapping=mapping)
    assert not preparation.errors
    stage_and_apply(content, preparation, round)
    return round


def state_of(round):
    """All that must be the same after the way there and back."""
    return {
        submission.submission_id: (
            submission.mechanism,
            submission.respondent if submission.mechanism is None else "",
            submission.submitted_at,
            submission.time_zone,
            submission.language,
            submission.status,
            submission.answers,
            submission.unanswered,
        )
        for submission in Submission.objects.current()
        .filter(round=round)
        .select_related("mechanism")
    }


# --- Random submissions, as imports store them ---

awkward = st.sampled_from(
    [
        "=1+1",
        "'=1+1",
        "+41 22",
        "@SUM(A1)",
        "-",
        "007",
        "1990.0",
        "1e5",
        "N/A",
        "nothing",
        "dont know",
        "{does-not-know}",
        "{text}",
        "{text}x",
        "test",
        "TRUE",
        "2019-04-03",
        "_x0041_",
        "a;b,c\td|e",
        'say "no"',
        "two\nlines\n\nand a third",
        "العربية, français, 中文, 🙂",
        "<b>&amp;</b>",
    ]
)
texts = (awkward | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)).map(
    tidy
)
filled = texts.filter(bool)
one_line = filled.map(lambda text: " ".join(text.split())).filter(bool)


def some(**strategies):
    """Make dictionaries that have some of the keys."""
    return st.fixed_dictionaries({}, optional=strategies)


def answers_to_everything(start):
    return some(
        **{
            f"{start}text": one_line,
            f"{start}story": filled,
            f"{start}number": st.integers(-(10**12), 10**12).map(str),
            f"{start}year": st.integers(1900, 2100).map(str),
            f"{start}day": st.sampled_from(["2018", "2018-11", "2018-11-06"]),
            f"{start}one": st.sampled_from(["yes", "no", "other"]),
            f"{start}several": st.lists(
                st.sampled_from(["yes", "no", "other"]), min_size=1, unique=True
            ),
            f"{start}states": st.lists(
                st.sampled_from([*STATES, "Atlantis", "The Lost Islands"]),
                min_size=1,
                unique=True,
            ),
            f"{start}state": st.sampled_from([*STATES, "The Lost Islands"]),
        }
    ).flatmap(lambda answers: st.just(answers) | with_others(answers, start))


def with_others(answers, start):
    """Write something beside the choices."""
    beside = one_line.filter(lambda text: text == text.strip())
    return st.fixed_dictionaries(
        {f"{start}{code}_other": beside for code in ("one", "several")}
    ).map(lambda others: {**answers, **others})


@st.composite
def submissions(draw):
    answers = draw(answers_to_everything(""))
    if entries := draw(st.lists(answers_to_everything("p_"), max_size=3)):
        answers["partner"] = entries
    who = draw(st.sampled_from(["rabat", "puebla", "other", "The Secret Process"]))
    answers["who"] = who
    if who == "other":
        answers["who_other"] = draw(st.sampled_from(["A new one", "=Another"]))
    moments = st.datetimes(
        datetime.datetime(2000, 1, 1),  # noqa: DTZ001 - the zone comes after it
        datetime.datetime(2030, 1, 1),  # noqa: DTZ001
        timezones=st.just(datetime.UTC),
    )
    return {
        "answers": answers,
        "reasons": draw(
            st.dictionaries(
                st.sampled_from(["text", "number", "one", "several", "states"]),
                st.sampled_from(list(Unanswered)).map(str),
            )
        ),
        "submitted_at": draw(st.none() | moments),
        "time_zone": draw(st.sampled_from(["", "-06:00", "Z", "Europe/Zurich"])),
        "language": draw(st.sampled_from(["", "fr", "English (en)"])),
        "status": draw(st.sampled_from(["complete", "partial"])),
    }


def store(round, questionnaire, drawn):
    for number, submission in enumerate(drawn, start=1):
        reasons = submission.pop("reasons")
        answers = submission["answers"]
        who = answers["who"]
        known = {"rabat", "puebla"} & {who}
        text = "" if known else answers.get("who_other") or who
        asked = questionnaire.questions.filter(repeat="", is_personal=False)
        make_submission(
            round,
            questionnaire,
            mechanism=_mechanism(who) if known else None,
            respondent=text,
            submission_id=f"{number:04}",
            unanswered={
                code: reasons.get(code, "left-empty")
                for code in asked.exclude(type="repeat").values_list("code", flat=True)
                if code not in answers
            },
            **submission,
        )


def _mechanism(slug):
    from profiles.models import Mechanism

    return Mechanism.objects.get(slug=slug)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=st.lists(submissions(), min_size=1, max_size=4))
def test_workbook_comes_back_as_it_went(questionnaire, mapping, tmp_path, drawn):
    sid = transaction.savepoint()
    there = make_round(questionnaires=[questionnaire])
    store(there, questionnaire, drawn)

    content = written(PlainTables(there, questionnaire, mapping), tmp_path / "t.xlsx")
    back = brought_back(content, "t.xlsx", mapping)

    assert state_of(back) == state_of(there)
    transaction.savepoint_rollback(sid)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=st.lists(submissions(), min_size=1, max_size=4))
def test_csv_comes_back_as_it_went(questionnaire, mapping, tmp_path, drawn):
    sid = transaction.savepoint()
    for submission in drawn:
        submission["answers"].pop("partner", None)
    there = make_round(questionnaires=[questionnaire])
    store(there, questionnaire, drawn)

    content = written(PlainTables(there, questionnaire, mapping), tmp_path / "t.csv")
    back = brought_back(content, "t.csv", mapping)

    assert state_of(back) == state_of(there)
    transaction.savepoint_rollback(sid)
