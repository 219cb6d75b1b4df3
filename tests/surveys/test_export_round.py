"""What export_round writes, import_survey reads back to the same state."""

import csv
import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from profiles.models import Mechanism
from surveys.applying import stage_and_apply
from surveys.exporting import CannotExport, PlainTables, write_csv, write_xlsx
from surveys.mapping import Mapping
from surveys.models import PersonalDetails, Questionnaire, Submission
from surveys.normalising.answers import tidy
from surveys.pipeline import prepare
from surveys.vocabularies import RespondentKind, Unanswered
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
from tests.surveys.loaded_questionnaires import have_questionnaires

pytestmark = pytest.mark.django_db

STATES = ["CRI", "PAN", "SLV"]


@pytest.fixture
def folder(tmp_path):
    """Return an empty folder: the registry keeps files of its own in `tmp_path`."""
    made = tmp_path / "exports"
    made.mkdir()
    return made


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
    """Choose something else, and write it beside the choices."""
    beside = one_line.filter(lambda text: text == text.strip())
    one, several = f"{start}one", f"{start}several"
    chosen = {one: "other", several: [*answers.get(several, [])]}
    if "other" not in chosen[several]:
        chosen[several].append("other")
    return st.fixed_dictionaries(
        {f"{code}_other": beside for code in (one, several)}
    ).map(lambda others: {**answers, **chosen, **others})


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
            mechanism=Mechanism.objects.get(slug=who) if known else None,
            respondent=text,
            submission_id=f"{number:04}",
            unanswered={
                code: reasons.get(code, "left-empty")
                for code in asked.exclude(type="repeat").values_list("code", flat=True)
                if code not in answers
            },
            **submission,
        )


@settings(
    max_examples=25,
)
@given(drawn=st.lists(submissions(), min_size=1, max_size=4))
def test_workbook_comes_back_as_it_went(questionnaire, mapping, folder, drawn):
    sid = transaction.savepoint()
    there = make_round(questionnaires=[questionnaire])
    store(there, questionnaire, drawn)

    content = written(PlainTables(there, questionnaire, mapping), folder / "t.xlsx")
    back = brought_back(content, "t.xlsx", mapping)

    assert state_of(back) == state_of(there)
    transaction.savepoint_rollback(sid)


@settings(
    max_examples=15,
)
@given(drawn=st.lists(submissions(), min_size=1, max_size=4))
def test_csv_comes_back_as_it_went(questionnaire, mapping, folder, drawn):
    sid = transaction.savepoint()
    for submission in drawn:
        submission["answers"].pop("partner", None)
    there = make_round(questionnaires=[questionnaire])
    store(there, questionnaire, drawn)

    content = written(PlainTables(there, questionnaire, mapping), folder / "t.csv")
    back = brought_back(content, "t.csv", mapping)

    assert state_of(back) == state_of(there)
    transaction.savepoint_rollback(sid)


# --- What is written ---


def export(*arguments):
    out = StringIO()
    call_command("export_round", *map(str, arguments), stdout=out)
    return out.getvalue()


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_table_has_our_own_columns_and_codes(questionnaire, folder):
    round = make_round("2023")
    make_submission(
        round,
        questionnaire,
        Mechanism.objects.get(slug="rabat"),
        submission_id="007",
        submitted_at=datetime.datetime(2019, 2, 1, 10, tzinfo=datetime.UTC),
        time_zone="-06:00",
        language="fr",
        answers={"who": "rabat", "several": ["yes", "no"], "text": "=1+1"},
        unanswered={"year": "does-not-know", "number": "left-empty"},
    )

    said = export("2023", folder / "out.csv")

    (row,) = read_csv(folder / "out.csv")
    assert "out.csv: 1 submission." in said
    assert list(row)[:7] == [
        "submission_id",
        "respondent",
        "submitted_at",
        "time_zone",
        "language",
        "status",
        "questionnaire",
    ]
    assert row["submission_id"] == "007"
    assert row["submitted_at"] == "2019-02-01T10:00:00+00:00"
    assert row["time_zone"] == "'-06:00"
    assert row["questionnaire"] == "mechanism-9"
    assert (row["several"], row["text"]) == ("yes no", "'=1+1")
    assert (row["year"], row["number"]) == ("{does-not-know}", "")


def test_repeated_groups_have_sheets_of_their_own(questionnaire, folder):
    round = make_round("2023")
    entries = [{"p_text": "First"}, {"p_text": "Second"}]
    make_submission(
        round, questionnaire, submission_id="0001", answers={"partner": entries}
    )

    export("2023", folder / "out.xlsx")

    book = CalamineWorkbook.from_path(folder / "out.xlsx")
    assert book.sheet_names == ["mechanism-9", "partner"]
    rows = book.get_sheet_by_name("partner").to_python()
    assert [row[:2] for row in rows] == [
        ["submission_id", "p_text"],
        ["0001", "First"],
        ["0001", "Second"],
    ]


def test_who_filled_it_in_and_what_is_personal_is_in_no_file(questionnaire, folder):
    round = make_round("2023")
    submission = make_submission(
        round,
        questionnaire,
        answers={"who": "rabat", "person": "Jane Secret"},
        row={"Name": "Jane Secret"},
    )
    PersonalDetails.objects.create(
        submission=submission, name="Jane Secret", email="jane@secret.example"
    )

    for name in ("out.csv", "out.xlsx"):
        export("2023", folder / name)

    book = CalamineWorkbook.from_path(folder / "out.xlsx")
    cells = [c for n in book.sheet_names for c in book.get_sheet_by_name(n).to_python()]
    assert "rabat" in str(cells)
    for text in (str(cells), (folder / "out.csv").read_text("utf-8-sig")):
        assert "ecret" not in text
        assert "person" not in text


def test_only_current_submissions_are_written(questionnaire, folder):
    round = make_round("2023")
    old = make_submission(
        round, questionnaire, submission_id="1", is_current=False, respondent="Old"
    )
    make_submission(
        round, questionnaire, submission_id="1", corrects=old, respondent="New"
    )

    export("2023", folder / "out.csv")

    assert [row["respondent"] for row in read_csv(folder / "out.csv")] == ["New"]


def test_respondent_whom_somebody_decided_is_found_again(
    questionnaire, mapping, folder
):
    """The name as written means nobody, or somebody else."""
    round = make_round("2023")
    rabat = Mechanism.objects.get(slug="rabat")
    for number, who in enumerate(["The western dialogue", "puebla"]):
        make_submission(
            round,
            questionnaire,
            rabat,
            submission_id=str(number),
            answers={"who": who},
        )

    content = written(PlainTables(round, questionnaire, mapping), folder / "o.xlsx")
    back = brought_back(content, "o.xlsx", mapping)

    assert {s.mechanism for s in back.submissions.all()} == {rabat}


def test_own_questionnaire_comes_back_without_a_mapping(folder):
    have_questionnaires()
    questionnaire = Questionnaire.objects.get(kind="mechanism", version=1)
    rabat = make_profile(make_mechanism(slug="rabat"), name="Rabat Process").mechanism
    first, second, third = (make_round(slug) for slug in ("2023", "2024", "2025"))
    answers = {
        "mechanism": "rabat",
        "may_publish": "yes",
        "founded": "2006",
        "has_strategy": "yes",
        "strategy_title": "=Strategy",
        "contribution": [{"c_level": "national", "c_kind": "policy", "c_title": "A"}],
    }
    make_submission(first, questionnaire, rabat, answers=answers)
    english = [f"language:{column}=en" for column in ("strategy_title", "c_title")]

    for there, back in ((first, second), (second, third)):
        file = folder / f"{there.slug}.xlsx"
        export(there.slug, file)
        call_command(
            "import_survey", file, round=back.slug, answer=english, stdout=StringIO()
        )

    assert second.submissions.get().answers == answers
    assert second.submissions.get().unanswered["office"] == "left-empty"
    assert state_of(third) == state_of(second)


def test_folder_gets_a_file_for_each_questionnaire(questionnaire, folder):
    round = make_round("2023")
    make_submission(round, questionnaire)
    make_submission(round, make_questionnaire("state", 4))

    export("2023", folder / "all")

    names = sorted(path.name for path in (folder / "all").iterdir())
    assert names == ["2023-mechanism-9.xlsx", "2023-state-4.xlsx"]
    export("2023", folder / "one.csv", "--questionnaire", "state-4")
    assert len(read_csv(folder / "one.csv")) == 1


# --- What is refused ---


def refused(*arguments):
    with pytest.raises(CommandError) as error:
        export(*arguments)
    return str(error.value)


def test_csv_has_no_place_for_repeated_groups(questionnaire, folder):
    round = make_round("2023")
    make_submission(round, questionnaire, answers={"partner": [{"p_text": "A"}]})
    file = folder / "out.csv"
    file.write_text("as it was")

    reason = refused("2023", file)

    assert "repeated groups (partner)" in reason
    assert "Write an XLSX file instead." in reason
    assert [path.name for path in folder.iterdir()] == ["out.csv"]
    assert file.read_text() == "as it was"


def test_answer_that_no_cell_can_hold_is_named(questionnaire, folder):
    round = make_round("2023")
    long = {"story": "x" * 40_000}
    make_submission(round, questionnaire, submission_id="long", answers=long)

    assert "submission “long” is too long" in refused("2023", folder / "out.xlsx")
    assert list(folder.iterdir()) == []
    export("2023", folder / "out.csv")


def test_question_called_as_a_column_of_ours_is_refused(questionnaire, folder):
    make_question(questionnaire, "language", type="text")
    round = make_round("2023")
    make_submission(round, questionnaire)

    with pytest.raises(CannotExport, match="language"):
        PlainTables(round, questionnaire)


def test_command_says_what_there_is(questionnaire, folder):
    round = make_round("2023")
    file = folder / "out.xlsx"

    assert "There is no round “1999”. There are: 2023." in refused("1999", file)
    assert "has no submissions" in refused("2023", file)
    make_submission(round, questionnaire)
    assert "Nobody answered “state-1”. Answered: mechanism-9." in refused(
        "2023", file, "--questionnaire", "state-1"
    )
    assert "must end in .xlsx or .csv" in refused("2023", folder / "out.ods")
    make_submission(round, make_questionnaire("state", 1))
    assert "several questionnaires (mechanism-9, state-1)" in refused("2023", file)
    missing = folder / "missing" / "out.csv"
    assert "cannot be written" in refused("2023", missing, "--questionnaire", "state-1")
