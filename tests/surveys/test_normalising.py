"""From exports to submissions and statements, and what cannot be understood."""

import datetime
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.mapping import Mapping, Rule
from surveys.names import Names
from surveys.normalising.submissions import normalise
from surveys.problems import Code, Severity
from surveys.readers import read
from surveys.readers.tables import Column, Export, Response, Row, Table, Tool
from surveys.statements import PROFILE
from surveys.vocabularies import RespondentKind, SubmissionStatus
from tests import factories as make
from tests.surveys.export_files import kobo_csv, kobo_xlsx, plain_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def questionnaire():
    """Questions of every type, and the records that their answers name."""
    for iso3, name in (("CRI", "Costa Rica"), ("PAN", "Panama"), ("MEX", "Mexico")):
        make.make_state(iso3, name_en=name)
    make.make_theme("labour", name_en="Labour migration")
    make.make_organisation(slug="sica", name_en="System of Integration")
    rcm = make.make_mechanism(slug="rcm")
    make.make_profile(rcm, acronym="RCM", name="Regional Conference")
    made = make.make_questionnaire("mechanism", 1)
    make.make_question(made, "who", registry_list="mechanism", allows_other=True)
    make.make_question(made, "founded", type="year")
    make.make_question(made, "started", type="date")
    make.make_question(made, "has_plan", choices={"yes": "Yes, it has", "no": "No"})
    make.make_question(
        made, "plan", type="text", is_required=True, relevant="${has_plan} = 'yes'"
    )
    make.make_question(made, "themes", type="several", registry_list="theme")
    make.make_question(
        made,
        "benefits",
        type="several",
        allows_other=True,
        choices={"networks": "Networks", "data": "Data and facts", "none": "None"},
    )
    make.make_question(made, "story", type="long_text")
    make.make_question(made, "email", is_personal=True)
    make.make_question(made, "law", type="repeat")
    make.make_question(made, "l_title", repeat="law")
    make.make_question(made, "l_year", repeat="law", type="year")
    make.make_question(
        made, "l_states", repeat="law", type="several", registry_list="state"
    )
    make.make_question(made, "l_org", repeat="law")
    return made


def mapping(*rules, **fields):
    fields.setdefault("respondent", "who")
    fields.setdefault("respondent_other", "who_other")
    return Mapping("test", RespondentKind.MECHANISM, 1, rules=rules, **fields)


ESTABLISHED = Rule(PROFILE, {"established": "founded"})
SECTION = Rule(
    "profiles.section",
    {"prose": "story"},
    key=("part",),
    always={"part": "evolution"},
)
LAWS = Rule(
    "profiles.contribution",
    {"title": "l_title", "year": "l_year", "states": "l_states"},
    key=("level", "title"),
    repeat="law",
    always={"level": "national", "kind": "legislation", "status": "adopted"},
)
FRENCH = "Le mécanisme est né dans les années 1990, avec une conférence."
COLUMNS = ["a/who", "a/founded", "b/has_plan", "b/plan", "b/story"]


def understood(questionnaire, headings, rows, *rules, decisions=None, **more):
    fields = {k: more.pop(k) for k in list(more) if k in Mapping.__dataclass_fields__}
    export = read(kobo_xlsx(headings, rows, **more), "export.xlsx")
    read_by = mapping(*rules, **fields)
    names = Names(decisions)
    return normalise(export, read_by, questionnaire, names, decisions=decisions)


def problems(normalised, code):
    return [problem for problem in normalised.problems if problem.code == code]


def test_a_row_becomes_a_submission_that_keeps_it_whole(questionnaire):
    normalised = understood(
        questionnaire, COLUMNS, [["RCM", 1996, "yes", "Plan\u00a02019", "Long."]]
    )

    (submitted,) = normalised.submissions
    assert submitted.subject == "rcm"
    assert submitted.respondent == "Regional Conference (RCM)"
    assert submitted.answers == {
        "who": "rcm",
        "founded": "1996",
        "has_plan": "yes",
        "plan": "Plan 2019",
        "story": "Long.",
    }
    assert submitted.row["b/plan"] == "Plan\u00a02019"
    assert submitted.submission_id
    assert submitted.submitted_at == datetime.datetime(
        2019, 4, 1, 16, 12, tzinfo=datetime.UTC
    )
    assert normalised.counts["submissions"] == 1


def test_why_a_question_has_no_answer_is_told(questionnaire):
    normalised = understood(
        questionnaire,
        COLUMNS,
        [["rcm", "", "no", "", "dk"], ["rcm", "x", "yes", "", ""]],
        does_not_know=frozenset({"dk"}),
    )

    first, second = (submitted.unanswered for submitted in normalised.submissions)
    assert first["founded"] == "left-empty"
    assert first["plan"] == "not-shown"
    assert first["story"] == "does-not-know"
    assert first["themes"] == "not-in-this-version"
    assert second["founded"] == "not-understood"
    assert second["plan"] == "left-empty"
    assert "email" not in first


def test_a_problem_names_file_row_column_cell_value_and_what_is_allowed(questionnaire):
    normalised = understood(
        questionnaire, COLUMNS, [["rcm", "c. 1996", "maybe", "", ""]]
    )

    (year,) = problems(normalised, Code.BAD_VALUE)
    assert (year.sheet, year.row, year.column) == (
        "Survey of mechanisms",
        2,
        "a/founded",
    )
    assert (year.cell, year.value) == ("Survey of mechanisms!B2", "c. 1996")
    (option,) = problems(normalised, Code.UNKNOWN_OPTION)
    assert option.allowed == "yes, no"


def test_columns_are_found_by_path_end_code_or_text_and_never_by_place(questionnaire):
    columns = ["Text of story", "x/y/founded", "who", "Text of has_plan"]
    normalised = understood(questionnaire, columns, [["Once.", 1996, "rcm", "No"]])

    assert normalised.submissions[0].answers == {
        "story": "Once.",
        "founded": "1996",
        "who": "rcm",
        "has_plan": "no",
    }


def test_a_mapping_names_columns_first(questionnaire):
    normalised = understood(
        questionnaire,
        ["who", "Q7", "founded"],
        [["rcm", 1990, 1996]],
        columns={"founded": ("Q7", "founded")},
    )

    assert normalised.submissions[0].answers["founded"] == "1990"


def test_a_column_that_answers_nothing_is_said_once(questionnaire):
    normalised = understood(
        questionnaire,
        ["who", "odd", "queer", "note"],
        [["rcm", 1, 2, 3], ["rcm", 4, 5, 6]],
        ignored=frozenset({"note"}),
    )

    (problem,) = problems(normalised, Code.UNMAPPED_COLUMN)
    assert problem.text.endswith("odd, queer")
    assert normalised.submissions[0].row["odd"] == "1"


def test_two_columns_for_one_question_are_not_guessed_between(questionnaire):
    normalised = understood(
        questionnaire, ["who", "a/founded", "b/founded"], [["rcm", 1990, 1996]]
    )

    assert "founded" not in normalised.submissions[0].answers
    (problem,) = problems(normalised, Code.MISSING_COLUMN)
    assert problem.column == "a/founded, b/founded"


def test_without_a_column_for_the_respondent_nothing_is_read(questionnaire):
    normalised = understood(questionnaire, ["founded"], [[1996]], ESTABLISHED)

    (problem,) = problems(normalised, Code.MISSING_COLUMN)
    assert problem.severity == Severity.ERROR
    assert not normalised.submissions
    assert not normalised.statements


def test_a_respondent_is_known_by_any_of_its_names(questionnaire):
    columns = ["who", "who_other"]
    rows = [["RCM", ""], ["Regional Conference", ""], ["other", "RCM"], ["", "rcm"]]
    normalised = understood(questionnaire, columns, rows)

    assert [s.subject for s in normalised.submissions] == ["rcm"] * 4


def test_other_alone_names_nobody(questionnaire):
    normalised = understood(questionnaire, ["who", "who_other"], [["other", ""]])

    assert not problems(normalised, Code.UNKNOWN_NAME)
    assert [s.respondent for s in normalised.submissions] == [""]


def test_an_uncertain_respondent_is_asked_once_and_its_answers_are_kept(questionnaire):
    normalised = understood(
        questionnaire,
        COLUMNS,
        [["Regional Conferense", 1996, "", "", ""]] * 2,
        ESTABLISHED,
    )

    (problem,) = problems(normalised, Code.UNCERTAIN_NAME)
    assert (problem.kind, problem.value) == ("mechanism", "Regional Conferense")
    assert problem.candidates == (("rcm", "Regional Conference (RCM)"),)
    first = normalised.submissions[0]
    assert (first.subject, first.respondent) == ("", "Regional Conferense")
    assert first.answers["founded"] == "1996"
    assert not normalised.statements


def test_a_decision_about_a_name_is_followed(questionnaire):
    normalised = understood(
        questionnaire,
        COLUMNS,
        [["The Conference", 1996, "", "", ""]],
        ESTABLISHED,
        decisions={"mechanism": {"The Conference": "rcm"}},
    )

    assert normalised.submissions[0].subject == "rcm"
    assert normalised.statements[0].mechanism == "rcm"
    assert not problems(normalised, Code.UNKNOWN_NAME)


def test_personal_answers_stay_out_of_the_row_and_of_every_problem(questionnaire):
    normalised = understood(
        questionnaire,
        ["who", "email", "Phone number", "story", "founded", "desk"],
        [["rcm", "a@b.org", "555", "Ask c@d.org", "e@f.org", "Ann"]],
        personal=frozenset({"desk"}),
    )

    (submitted,) = normalised.submissions
    assert submitted.personal == {
        "email": "a@b.org",
        "Phone number": "555",
        "desk": "Ann",
        "founded": "e@f.org",
        "story": "Ask c@d.org",
    }
    assert submitted.person_email == "a@b.org"
    assert {*submitted.personal}.isdisjoint(submitted.row)
    assert "story" not in submitted.answers
    assert "email" not in submitted.answers
    whose, mentioned = problems(normalised, Code.PERSONAL_TEXT)
    assert (whose.kind, whose.value, whose.severity) == (
        "personal",
        "founded",
        Severity.QUESTION,
    )
    assert (mentioned.kind, mentioned.value, mentioned.severity) == (
        "personal",
        "story",
        Severity.QUESTION,
    )
    said = repr(normalised.problems)
    for secret in ("a@b.org", "c@d.org", "e@f.org", "555", "Ann"):
        assert secret not in said


def test_what_comes_first_in_dates_is_asked_once_and_the_answer_is_kept(
    questionnaire,
):
    make.make_question(questionnaire, "signed", type="date")
    rows = [["rcm", "3/4/2019"], ["rcm", "5/6/2019"]]

    asked = understood(questionnaire, ["who", "signed"], rows)
    answered = understood(
        questionnaire, ["who", "signed"], rows, decisions={"dates": {"signed": "day"}}
    )
    shown = understood(questionnaire, ["who", "signed"], [*rows, ["rcm", "13/4/2019"]])

    (problem,) = problems(asked, Code.AMBIGUOUS_DATE)
    assert (problem.kind, problem.value) == ("dates", "signed")
    assert [s.answers.get("signed") for s in asked.submissions] == [None, None]
    days = ["2019-04-03", "2019-06-05", "2019-04-13"]
    assert [s.answers["signed"] for s in answered.submissions] == days[:2]
    assert [s.answers["signed"] for s in shown.submissions] == days


@pytest.mark.parametrize(
    ("answer", "severities", "stories"),
    [
        ("answers", [], ["Ask c@d.org", "No"]),
        ("apart", [Severity.WARNING], [None, "No"]),
        ("", [Severity.QUESTION], [None, "No"]),
    ],
)
def test_a_text_that_leads_to_a_person_is_apart_unless_somebody_says_no(
    questionnaire, answer, severities, stories
):
    normalised = understood(
        questionnaire,
        ["who", "story"],
        [["rcm", "Ask c@d.org"], ["rcm", "No"]],
        decisions={"personal": {"story": answer}},
    )

    found = problems(normalised, Code.PERSONAL_TEXT)
    assert [problem.severity for problem in found] == severities
    assert [s.answers.get("story") for s in normalised.submissions] == stories


def test_addresses_of_offices_are_answers_once_somebody_says_so(questionnaire):
    normalised = understood(
        questionnaire,
        ["who", "story"],
        [["rcm", "office@example.org"]],
        decisions={"personal": {"story": "answers"}},
    )

    (submitted,) = normalised.submissions
    assert submitted.answers["story"] == "office@example.org"
    assert not submitted.personal


def test_a_heading_that_sounds_personal_can_be_that_of_a_question(questionnaire):
    normalised = understood(
        questionnaire,
        ["who", "Full name"],
        [["other", "Regional Conference"]],
        columns={"who_other": ("Full name",)},
    )

    (submitted,) = normalised.submissions
    assert submitted.subject == "rcm"
    assert not submitted.personal


def test_split_choices_are_held_against_the_list(questionnaire):
    columns = ["who", "benefits", "benefits/networks", "benefits/data"]
    rows = [
        ["rcm", "networks data", 1, 1],
        ["rcm", "networks", 1, 1],
        ["rcm", "", "", ""],
    ]
    normalised = understood(questionnaire, columns, rows)

    agreed, empty = normalised.submissions
    assert agreed.answers["benefits"] == ["networks", "data"]
    assert empty.unanswered["benefits"] == "left-empty"
    (problem,) = problems(normalised, Code.CHOICES_DISAGREE)
    assert (problem.row, problem.value) == (3, "networks")


def test_split_choices_say_what_a_list_of_labels_cannot(questionnaire):
    columns = ["who", "Text of benefits", "Text of benefits/Networks"]
    columns.append("Text of benefits/Data and facts")
    normalised = understood(
        questionnaire, columns, [["RCM", "Facts Networks", 1, 1]], statuses=["Approved"]
    )

    assert normalised.submissions[0].answers["benefits"] == ["networks", "data"]


def test_ones_and_twos_are_not_read_as_yes_and_yes_but_asked(questionnaire):
    table = Table(
        "",
        "",
        (
            Column(0, "who", "who"),
            Column(1, "b[n]", "benefits", option="networks"),
            Column(2, "b[d]", "benefits", option="data"),
        ),
        [Row(2, ["rcm", "1", "2"])],
    )
    export = Export(Tool.LIMESURVEY, "", [table], [Response(table.rows[0], "1")])

    normalised = normalise(export, mapping(), questionnaire, Names())

    assert not normalised.submissions
    (problem,) = problems(normalised, Code.BAD_VALUE)
    assert (problem.severity, problem.kind) == (Severity.QUESTION, "value")
    assert (problem.question, problem.value) == ("benefits", "2")


def test_what_was_written_beside_the_choices_is_kept(questionnaire):
    columns = ["who", "benefits", "benefits_other"]
    normalised = understood(
        questionnaire, columns, [["rcm", "networks other", "Good company"]]
    )

    answers = normalised.submissions[0].answers
    assert answers["benefits"] == ["networks", "other"]
    assert answers["benefits_other"] == "Good company"


def test_repeated_rows_belong_to_their_submission(questionnaire):
    headings = ["law/l_title", "law/l_year", "law/l_states"]
    laws = [(2, ["Law of B", 2011, "CRI PAN"]), (1, ["Law of A", "", ""])]
    normalised = understood(
        questionnaire,
        ["who"],
        [["rcm"], ["rcm"]],
        LAWS,
        repeats={"law": (headings, laws)},
    )

    first, second = normalised.submissions
    assert first.answers["law"] == [{"l_title": "Law of A"}]
    assert second.answers["law"][0]["l_states"] == ["CRI", "PAN"]
    assert second.row["law"][0]["law/l_title"] == "Law of B"
    of_a, of_b = normalised.statements
    assert of_b.values == {
        "level": "national",
        "kind": "legislation",
        "status": "adopted",
        "title_en": "Law of B",
        "year": 2011,
        "states": ["CRI", "PAN"],
    }
    assert (of_b.origin.sheet, of_b.origin.cell) == ("law", "law!A2")
    assert (of_a.submission, of_b.submission) == (0, 1)


def test_a_statement_with_an_undecided_name_waits_for_the_decision(questionnaire):
    headings = ["law/l_title", "law/l_states"]
    laws = [(1, ["Law of A", "CRI XYZ"])]
    repeats = {"law": (headings, laws)}
    waiting = understood(questionnaire, ["who"], [["rcm"]], LAWS, repeats=repeats)
    decided = understood(
        questionnaire,
        ["who"],
        [["rcm"]],
        LAWS,
        repeats=repeats,
        decisions={"state": {"XYZ": "MEX"}},
    )

    assert not waiting.statements
    assert waiting.submissions[0].answers["law"][0]["l_states"] == ["CRI", "XYZ"]
    (problem,) = problems(waiting, Code.UNKNOWN_NAME)
    assert (problem.kind, problem.value, problem.row) == ("state", "XYZ", 2)
    assert decided.statements[0].values["states"] == ["CRI", "MEX"]
    assert waiting.submissions[0].content_hash != decided.submissions[0].content_hash


def test_a_name_in_a_text_is_looked_up_where_a_record_is_wanted(questionnaire):
    rule = Rule(
        "partnerships.partnership",
        {"organisation": "l_org"},
        key=("organisation", "role"),
        repeat="law",
        always={"role": "partner", "category": "igo_other"},
    )
    rows = [(1, ["System of Integration"]), (1, ["Nobody"]), (1, ["Nobody"])]
    normalised = understood(
        questionnaire, ["who"], [["rcm"]], rule, repeats={"law": (["law/l_org"], rows)}
    )

    assert [s.values["organisation"] for s in normalised.statements] == ["sica"]
    (problem,) = problems(normalised, Code.UNKNOWN_NAME)
    assert (problem.kind, problem.cell) == ("organisation", "law!A3")


def test_every_field_of_the_profile_is_a_statement(questionnaire):
    rule = Rule(
        PROFILE,
        {"established": "founded", "secretariat_coverage": "has_plan"},
        values={"secretariat_coverage": {"yes": "reported", "no": None}},
    )
    normalised = understood(
        questionnaire,
        COLUMNS,
        [["rcm", 1996, "yes", "", ""], ["rcm", "", "no", "", ""]],
        rule,
    )

    assert [s.values for s in normalised.statements] == [
        {"established": 1996},
        {"secretariat_coverage": "reported"},
    ]
    assert normalised.statements[0].origin.cell == "Survey of mechanisms!B2"


def test_each_choice_is_a_statement_with_its_label(questionnaire):
    rule = Rule(
        "profiles.themefocus",
        {"theme": "benefits"},
        key=("theme", "phase"),
        each="theme",
        label_field="label",
        always={"phase": "current"},
        values={"theme": {"networks": "labour", "data": None}},
    )
    normalised = understood(
        questionnaire,
        ["who", "benefits"],
        [["rcm", "networks data"], ["rcm", "none"]],
        rule,
    )

    assert [s.values for s in normalised.statements] == [
        {"phase": "current", "theme": "labour", "label": "Networks"}
    ]


def test_texts_take_the_labels_of_choices_and_what_was_written(questionnaire):
    rule = Rule(PROFILE, {"iom_role": "benefits"})
    normalised = understood(
        questionnaire,
        ["who", "benefits", "benefits_other"],
        [["rcm", "data other", "Good company"]],
        rule,
    )

    assert normalised.statements[0].values == {
        "iom_role_en": "Data and facts; Good company"
    }


def test_labels_of_choices_stand_under_the_language_that_they_are_in(questionnaire):
    content = plain_csv(
        ["who", "benefits"], [["rcm", "data"]], language=["Español (es)"]
    )
    rule = Rule(PROFILE, {"iom_role": "benefits"})
    normalised = normalise(
        read(content, "x.csv"), mapping(rule), questionnaire, Names()
    )

    assert normalised.statements[0].values == {"iom_role_en": "Data and facts"}


def test_codes_of_a_file_are_no_labels(questionnaire):
    rule = Rule(PROFILE, {"iom_role": "benefits"})
    normalised = understood(
        questionnaire,
        ["who", "benefits"],
        [["rcm", "facts"]],
        rule,
        options={"benefits": {"facts": "data"}},
    )

    assert normalised.statements[0].values == {"iom_role_en": "Data and facts"}


def test_a_rule_is_followed_only_for_the_answers_that_it_names(questionnaire):
    rule = Rule(
        "profiles.guidingdocument",
        {"title": "plan"},
        key=("kind", "title"),
        always={"kind": "workplan"},
        only_if={"has_plan": ("yes",)},
    )
    rows = [["rcm", "", "yes", "Plan", ""], ["rcm", "", "no", "Plan", ""]]
    normalised = understood(questionnaire, COLUMNS, rows, rule)

    assert [s.submission for s in normalised.statements] == [0]


def test_a_text_stands_under_the_language_that_it_was_written_in(questionnaire):
    content = plain_csv(
        ["who", "story"],
        [["rcm", "Nació en 1996."], ["rcm", "It began."], ["rcm", FRENCH]],
        language=["Español (es)", "", ""],
    )
    normalised = normalise(
        read(content, "x.csv"), mapping(SECTION), questionnaire, Names()
    )

    spanish, unknown, shown = (statement.values for statement in normalised.statements)
    assert spanish["prose_es"] == "Nació en 1996."
    assert unknown["prose_en"] == "It began."
    assert shown["prose_fr"] == FRENCH
    assert spanish["coverage"] == "reported"


def test_a_section_that_was_asked_and_not_answered_is_not_reported(questionnaire):
    rule = Rule(
        "profiles.section",
        {"coverage": "has_plan"},
        key=("part",),
        always={"part": "contribution_national"},
        values={"coverage": {"yes": "reported", "no": "none"}},
    )
    rows = [["rcm", "", answer, "", ""] for answer in ("yes", "no", "")]

    asked = understood(questionnaire, COLUMNS, rows, rule)
    not_asked = understood(questionnaire, ["who"], [["rcm"]], rule)

    said = [statement.values["coverage"] for statement in asked.statements]
    assert said == ["reported", "none", "not_reported"]
    assert not not_asked.statements


def test_a_value_that_its_field_cannot_hold_is_said_at_its_cell(questionnaire):
    rule = Rule(
        "profiles.guidingdocument",
        {"title": "plan"},
        key=("kind", "title"),
        always={"kind": "workplan"},
    )
    normalised = understood(
        questionnaire, COLUMNS, [["rcm", "", "yes", "x" * 500, ""]], rule
    )

    assert not normalised.statements
    (problem,) = problems(normalised, Code.BAD_VALUE)
    assert problem.column == "b/plan"


def test_what_is_not_finished_or_not_to_be_published_states_nothing(questionnaire):
    make.make_question(questionnaire, "may_publish", choices=["yes", "no"])
    content = plain_csv(
        ["who", "founded", "may_publish"],
        [["rcm", 1996, "yes"], ["rcm", 1997, "no"], ["rcm", 1998, "yes"]],
        status=["partial", "complete", "complete"],
    )
    normalised = normalise(
        read(content, "x.csv"), mapping(ESTABLISHED), questionnaire, Names()
    )

    assert normalised.submissions[0].status == SubmissionStatus.PARTIAL
    assert [s.submission for s in normalised.statements] == [2]
    assert len(problems(normalised, Code.PARTIAL_SUBMISSION)) == 1
    assert problems(normalised, Code.NOT_TO_BE_PUBLISHED)[0].row == 3


def test_tests_and_what_was_not_approved_are_left_out(questionnaire):
    normalised = understood(
        questionnaire,
        COLUMNS,
        [["rcm", 1996, "", "", ""], ["rcm", 1997, "", "", ""]],
        statuses=["validation_status_not_approved", "validation_status_approved"],
    )

    assert [s.answers["founded"] for s in normalised.submissions] == ["1997"]
    assert len(problems(normalised, Code.NOT_APPROVED)) == 1


def test_a_submission_that_stands_twice_counts_once(questionnaire):
    normalised = understood(
        questionnaire,
        COLUMNS,
        [["rcm", 1996, "", "", ""]] * 2,
        identifiers=["one", "one"],
    )

    assert len(normalised.submissions) == 1
    (problem,) = problems(normalised, Code.DUPLICATE_SUBMISSION)
    assert (problem.severity, problem.row) == (Severity.NOTE, 3)


def test_of_two_versions_in_one_file_neither_is_taken(questionnaire):
    rows = [["rcm", 1996, "", "", ""], ["rcm", 1997, "", "", ""]]
    normalised = understood(
        questionnaire, COLUMNS, rows, ESTABLISHED, identifiers=["one", "one"]
    )

    assert not normalised.submissions
    assert not normalised.statements
    (problem,) = problems(normalised, Code.DUPLICATE_SUBMISSION)
    assert problem.severity == Severity.ERROR
    assert "Rows 2 and 3" in problem.text


def test_two_answers_of_one_respondent_are_pointed_out(questionnaire):
    normalised = understood(questionnaire, COLUMNS, [["rcm", 1996, "", "", ""]] * 2)

    assert len(normalised.submissions) == 2
    (problem,) = problems(normalised, Code.TWO_SUBMISSIONS_ON_ONE_SUBJECT)
    assert "rows 2, 3" in problem.text


def test_a_submission_without_an_identifier_gets_one_from_what_it_says(questionnaire):
    content = b"who,founded\nrcm,1996\nrcm,1997\n"

    one, other = (
        normalise(read(content, "x.csv"), mapping(), questionnaire, Names())
        for _time in range(2)
    )

    identifiers = [s.submission_id for s in one.submissions]
    assert identifiers == [s.submission_id for s in other.submissions]
    assert len(set(identifiers)) == 2
    assert len(problems(one, Code.NO_SUBMISSION_ID)) == 1


def test_progress_is_told(questionnaire):
    told = []
    export = read(kobo_xlsx(COLUMNS, [["rcm", 1996, "", "", ""]] * 3), "x.xlsx")

    normalise(
        export,
        mapping(),
        questionnaire,
        Names(),
        progress=lambda done, total: told.append((done, total)),
    )

    assert told[-1] == (3, 3)


def test_the_number_of_queries_does_not_grow_with_rows(
    questionnaire, django_assert_num_queries
):
    def queries(count):
        export = read(kobo_xlsx(COLUMNS, [["rcm", 1996, "", "", ""]] * count), "x.xlsx")
        names = Names()
        with CaptureQueriesContext(connection) as caught:
            normalise(export, mapping(ESTABLISHED), questionnaire, names)
        return len(caught)

    assert queries(1) == queries(30)


# Cells of a spreadsheet have no time zone.
FIRST = datetime.datetime(1900, 1, 1)  # noqa: DTZ001
LAST = datetime.datetime(2100, 1, 1)  # noqa: DTZ001
CELLS = st.one_of(
    st.sampled_from(
        ["", "rcm", "RCM", "yes", "CRI PAN", "networks data", "1996", 1996.0, True]
    ),
    st.text(max_size=12),
    st.integers(-3000, 3000),
    st.floats(allow_nan=False, width=32),
    st.datetimes(FIRST, LAST),
    st.dates(),
)
HEADERS = [
    *("who", "founded", "started", "has_plan", "plan", "themes", "benefits"),
    *("benefits_other", "story", "email", "odd"),
]


def made_export(rows, order):
    columns = tuple(
        Column(position, HEADERS[index], HEADERS[index])
        for position, index in enumerate(order)
    )
    table_rows = [
        Row(number, [row[index] for index in order])
        for number, row in enumerate(rows, start=2)
    ]
    table = Table("", "", columns, table_rows)
    responses = [Response(row, "") for row in table_rows]
    return Export(Tool.PLAIN, "", [table], responses, splits_at=" ")


def gist(normalised):
    """What a file says, whatever the order of its rows and columns."""
    said = {
        index: (s.submission_id, s.content_hash, repr(sorted(s.answers.items())))
        for index, s in enumerate(normalised.submissions)
    }
    stated = [
        (said[s.submission], s.target, repr(sorted(s.values.items())))
        for s in normalised.statements
    ]
    return sorted(said.values()), sorted(stated)


@settings(
    max_examples=40,
)
@given(
    rows=st.lists(
        st.lists(CELLS, min_size=len(HEADERS), max_size=len(HEADERS)), max_size=5
    ),
    seed=st.integers(0, 1000),
)
def test_random_tables_give_problems_and_the_order_changes_nothing(
    questionnaire, rows, seed
):
    rules = (
        ESTABLISHED,
        SECTION,
        Rule(PROFILE, {"website": "plan", "status": "has_plan"}),
        Rule(
            "profiles.membership",
            {"state": "story", "since": "started"},
            key=("state",),
        ),
    )
    order = list(range(len(HEADERS)))
    straight = normalise(
        made_export(rows, order), mapping(*rules), questionnaire, Names()
    )
    mixed = random.Random(seed)
    mixed.shuffle(order)
    shuffled = list(rows)
    mixed.shuffle(shuffled)

    crooked = normalise(
        made_export(shuffled, order), mapping(*rules), questionnaire, Names()
    )

    assert gist(straight) == gist(crooked)


@pytest.mark.parametrize(
    ("write", "rules", "asked"),
    [
        (kobo_csv, [LAWS, ESTABLISHED], 1),
        (kobo_csv, [ESTABLISHED], 0),
        (kobo_xlsx, [LAWS, ESTABLISHED], 0),
    ],
)
def test_csv_file_of_a_form_with_repeated_groups_is_asked_about(
    questionnaire, write, rules, asked
):
    export = read(write(["who", "founded"], [["rcm", "1996"]]), "export")

    found = normalise(export, mapping(*rules), questionnaire, Names(None)).problems

    missing = [p for p in found if p.code == Code.REPEATS_MISSING]
    assert len(missing) == asked
    assert all(p.severity == Severity.QUESTION for p in missing)
