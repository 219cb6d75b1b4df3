"""Whatever would lose a whole question, group, sheet or respondent is asked about."""

import datetime

import pytest

from surveys.mapping import Mapping, Rule
from surveys.mapping.choosing import choose
from surveys.names import Names
from surveys.normalising.submissions import normalise
from surveys.problems import Code, Severity
from surveys.readers import read
from surveys.statements import PROFILE
from surveys.vocabularies import RespondentKind
from tests import factories as make
from tests.surveys.export_files import (
    csv_file,
    kobo_xlsx,
    limesurvey_csv,
    odk_csv,
    odk_repeat_csv,
    qualtrics_csv,
    xlsx_file,
)
from tests.surveys.loaded_questionnaires import have_questionnaires
from tests.surveys.readers.test_odk import zipped

pytestmark = pytest.mark.django_db

ESTABLISHED = Rule(PROFILE, {"established": "founded"})
LAWS = Rule(
    "profiles.contribution",
    {"title": "l_title", "year": "l_year"},
    key=("level", "title"),
    repeat="law",
    always={"level": "national", "kind": "legislation", "status": "adopted"},
)


@pytest.fixture
def questionnaire():
    rcm = make.make_mechanism(slug="rcm")
    make.make_profile(rcm, acronym="RCM", name="Regional Conference")
    made = make.make_questionnaire("mechanism", 1)
    make.make_question(made, "who", registry_list="mechanism")
    make.make_question(made, "founded", type="year", text_en="When was it founded?")
    make.make_question(
        made,
        "organs",
        type="several",
        text_en="Which bodies does it have?",
        choices={"chair": "A chair", "secretariat": "A secretariat", "none": "None"},
    )
    make.make_question(made, "story", type="long_text")
    make.make_question(made, "use_meetings", text_en="How useful? [Meetings]")
    make.make_question(made, "law", type="repeat")
    make.make_question(made, "l_title", repeat="law")
    make.make_question(made, "l_year", repeat="law", type="year")
    return made


def mapping(*rules, **options):
    return Mapping("test", RespondentKind.MECHANISM, 1, "who", rules=rules, **options)


def understood(questionnaire, content, *rules, decisions=None, **options):
    return normalise(
        read(content, "export"),
        mapping(*(rules or (ESTABLISHED,)), **options),
        questionnaire,
        Names(),
        decisions=decisions,
    )


def asked(normalised, code):
    return [
        problem
        for problem in normalised.problems
        if problem.code == code and problem.severity == Severity.QUESTION
    ]


def organs(normalised):
    return [submitted.answers.get("organs") for submitted in normalised.submissions]


# Columns of one choice each


@pytest.mark.parametrize(
    ("first", "second", "chosen"),
    [
        (
            "Which bodies does it have? [A chair]",
            "Which bodies does it have? [None]",
            "Yes",
        ),
        (
            "Which bodies does it have? - A chair",
            "Which bodies does it have? - None",
            1,
        ),
        (
            "Which bodies does it have?: A chair",
            "Which bodies does it have?: None",
            "A chair",
        ),
        ("organs___chair", "organs___none", 1),
        ("organs_chair", "organs_none", 1),
        ("s1/organs/chair", "s1/organs/none", 1),
    ],
)
def test_choices_are_known_by_the_shape_of_their_headings(
    questionnaire, first, second, chosen
):
    content = csv_file([["who", first, second], ["rcm", chosen, ""]])

    normalised = understood(questionnaire, content)

    assert organs(normalised) == [["chair"]]
    assert not asked(normalised, Code.UNMAPPED_COLUMN)


def test_choices_with_numbers_are_asked_about_until_a_mapping_names_them(
    questionnaire,
):
    content = csv_file([["who", "organs_1", "organs_2"], ["rcm", "1", "0"]])

    normalised = understood(questionnaire, content)
    named = {"organs": {"1": "chair", "2": "secretariat"}}

    assert organs(normalised) == [None]
    assert len(asked(normalised, Code.UNKNOWN_OPTION)) == 1
    assert organs(understood(questionnaire, content, options=named)) == [["chair"]]


def test_codes_of_choices_are_known_by_the_labels_beside_them(questionnaire):
    text = "Which bodies does it have?"
    columns = ["who", f"A8[SQ001]. {text} [A chair]", f"A8[SQ002]. {text} [None]"]
    content = limesurvey_csv(columns, [["rcm", "Y", ""]])

    assert organs(understood(questionnaire, content)) == [["chair"]]


def test_what_qualtrics_keeps_beside_choices_belongs_to_their_question(questionnaire):
    text = "Which bodies does it have?"
    columns = [
        ("who", "Who?"),
        ("Q2_1", f"{text} - A chair"),
        ("Q2_2", f"{text} - None"),
    ]
    columns += [("Q2_2_TEXT", f"{text} - None - Text")]
    content = qualtrics_csv(columns, [["rcm", 1, -99, ""]])

    normalised = understood(questionnaire, content)

    assert organs(normalised) == [["chair"]]
    assert not [p for p in normalised.problems if p.code == Code.UNMAPPED_COLUMN]


def test_answers_that_happen_to_be_there_make_no_choices(questionnaire):
    columns = ["who", "Which bodies does it have? [A chair]", "How useful? [Meetings]"]
    content = csv_file([columns, ["rcm", "Yes", "Yes"], ["rcm", "No", "No"]])

    (first, second) = understood(questionnaire, content).submissions

    assert (first.answers["use_meetings"], second.answers["use_meetings"]) == (
        "Yes",
        "No",
    )


def test_one_column_of_a_choice_is_never_taken_for_the_question(questionnaire):
    columns = ["who", "Bodies - A chair", "Bodies - A secretariat"]
    content = csv_file([columns, ["rcm", "A chair", "A secretariat"]])

    normalised = understood(
        questionnaire, content, columns={"organs": ("Bodies - A chair",)}
    )

    assert organs(normalised) == [None]
    assert len(asked(normalised, Code.UNDECIDABLE_CHOICES)) == 1


def test_a_personal_question_in_parts_stays_apart(questionnaire):
    make.make_question(
        questionnaire,
        "contact",
        type="several",
        is_personal=True,
        choices={"ana": "Ana", "ben": "Ben"},
    )
    content = csv_file([["who", "contact___ana", "contact___ben"], ["rcm", "1", "0"]])

    (submitted,) = understood(questionnaire, content).submissions

    assert set(submitted.personal) == {"contact___ana", "contact___ben"}
    assert not any("contact" in name for name in submitted.row)


# Columns, sheets and groups


def test_a_loss_that_somebody_accepted_is_a_warning(questionnaire):
    rows = [["who", "founded", "Favourite colour"], ["rcm", 1996, "blue"]]
    content = xlsx_file({"2019": rows, "2020": rows})
    found = understood(questionnaire, content)
    open_ones = [p for p in found.problems if p.severity == Severity.QUESTION]

    answers = {p.kind: {} for p in open_ones}
    for problem in open_ones:
        answers[problem.kind][problem.value] = problem.candidates[0][0]
    answered = understood(questionnaire, content, decisions=answers)

    assert {p.code for p in open_ones} == {Code.UNMAPPED_COLUMN, Code.UNREAD_SHEET}
    left = {p.code: p.severity for p in answered.problems}
    assert left[Code.UNMAPPED_COLUMN] == left[Code.UNREAD_SHEET] == Severity.WARNING
    assert Severity.QUESTION not in left.values()


def test_columns_with_answers_to_no_question_are_asked_about(questionnaire):
    content = csv_file([["who", "Favourite colour", "Empty"], ["rcm", "blue", ""]])

    (problem,) = asked(understood(questionnaire, content), Code.UNMAPPED_COLUMN)
    assert "Favourite colour" in problem.text
    assert "Empty" not in problem.text
    ignored = understood(questionnaire, content, ignored={"Favourite colour"})
    assert not asked(ignored, Code.UNMAPPED_COLUMN)


def test_a_second_sheet_of_answers_is_asked_about(questionnaire):
    rows = [["who", "founded"], ["rcm", 1996]]
    content = xlsx_file({"2019": rows, "2020": [*rows, ["rcm", 1997]], "Note": [["x"]]})

    (problem,) = asked(understood(questionnaire, content), Code.UNREAD_SHEET)
    assert "of 2 rows" in problem.text
    ignored = understood(questionnaire, content, ignored={problem.sheet})
    assert not asked(ignored, Code.UNREAD_SHEET)


GROUP = (["law/l_title", "law/l_year"], [(1, ["Plan", 2001])])


@pytest.mark.parametrize("sheet", ["Sheet2", "القوانين"])
def test_a_repeated_group_is_known_on_a_renamed_sheet(questionnaire, sheet):
    content = kobo_xlsx(["who"], [["rcm"]], repeats={sheet: GROUP})

    (submitted,) = understood(questionnaire, content, LAWS).submissions

    assert submitted.answers["law"] == [{"l_title": "Plan", "l_year": "2001"}]


def test_a_group_that_no_questionnaire_has_is_asked_about(questionnaire):
    group = (["zoo/animal", "zoo/food"], [(1, ["Bear", "Honey"])])
    content = kobo_xlsx(["who"], [["rcm"]], repeats={"zoo": group})

    (problem,) = asked(understood(questionnaire, content), Code.REPEATS_MISSING)
    assert problem.sheet == "zoo"


def test_a_group_whose_links_are_gone_is_asked_about(questionnaire):
    sheets = {
        "Form": [["who", "_uuid", "_index", "_submission_time"], ["rcm", "u", 1, ""]],
        "law": [["law/l_title", "law/l_year"], ["Plan", 2001]],
    }

    normalised = understood(questionnaire, xlsx_file(sheets), ESTABLISHED, LAWS)

    assert [p.sheet for p in asked(normalised, Code.UNREAD_SHEET)] == ["law"]


def test_rows_of_a_group_without_their_submission_are_asked_about(questionnaire):
    law = odk_repeat_csv("law", ["l_title", "l_year"], [(9, ["Plan", 2001])])
    content = zipped(form=odk_csv(["who", "story"], [["rcm", ""]]), law=law)

    normalised = understood(questionnaire, content, LAWS)

    assert len(asked(normalised, Code.ORPHAN_REPEAT_ROW)) == 1


def test_the_main_table_of_odk_alone_is_asked_about(questionnaire):
    main = odk_csv(["who", "story"], [["rcm", ""]])
    law = odk_repeat_csv("law", ["l_title", "l_year"], [(1, ["Plan", 2001])])

    alone = understood(questionnaire, main, ESTABLISHED, LAWS)
    whole = understood(questionnaire, zipped(form=main, law=law), ESTABLISHED, LAWS)

    assert len(asked(alone, Code.REPEATS_MISSING)) == 1
    assert not asked(whole, Code.REPEATS_MISSING)


def test_a_form_of_groups_alone_says_nothing_without_any_group(questionnaire):
    content = csv_file([["who", "founded"], ["rcm", "1996"]])

    assert asked(understood(questionnaire, content, LAWS), Code.REPEATS_MISSING)
    both = understood(questionnaire, content, LAWS, ESTABLISHED)
    assert not asked(both, Code.REPEATS_MISSING)


# Rows


def test_a_row_whose_cells_were_moved_is_out_as_a_whole(questionnaire):
    columns = ["who", "organs", "organs/chair", "organs/secretariat", "story"]
    rows = [
        ["rcm", "chair", 1, 0, "A good story"],
        ["rcm", "chair", 0, "Another story", "yes"],
    ]

    normalised = understood(questionnaire, kobo_xlsx(columns, rows))

    assert [s.answers["story"] for s in normalised.submissions] == ["A good story"]
    errors = [p for p in normalised.problems if p.severity == Severity.ERROR]
    assert [(p.code, p.row) for p in errors] == [(Code.CHOICES_DISAGREE, 3)]


def test_a_list_of_no_choice_beside_chosen_ones_shows_moved_cells(questionnaire):
    columns = ["who", "founded", "organs", "organs/chair", "organs/secretariat"]
    rows = [["rcm", 1996, "chair", 1, 0], ["rcm", "yes", 2004, "chair", 1]]

    normalised = understood(questionnaire, kobo_xlsx(columns, rows))

    assert [s.answers["founded"] for s in normalised.submissions] == ["1996"]
    errors = [p for p in normalised.problems if p.severity == Severity.ERROR]
    assert [(p.code, p.row) for p in errors] == [(Code.CHOICES_DISAGREE, 3)]


def test_a_choice_that_only_the_list_has_is_asked_about(questionnaire):
    columns = ["who", "organs", "organs/chair", "organs/secretariat"]

    normalised = understood(
        questionnaire, kobo_xlsx(columns, [["rcm", "chair troika", 1, 0]])
    )

    (problem,) = asked(normalised, Code.UNKNOWN_OPTION)
    assert problem.value == "troika"
    assert normalised.submissions == []


def test_a_row_that_repeats_headings_is_no_respondent(questionnaire):
    columns = ["who", "founded", "organs", "story"]
    texts = ["Who?", "When was it founded?", "Which bodies does it have?", "story"]
    content = csv_file([columns, texts, ["rcm", "1996", "chair", "founded"], columns])

    normalised = understood(questionnaire, content)

    assert [s.row_number for s in normalised.submissions] == [3]
    repeated = [p.row for p in normalised.problems if p.code == Code.REPEATED_HEADINGS]
    assert repeated == [2, 4]


def test_two_columns_for_one_question_are_asked_about(questionnaire):
    columns = ["who", "When was it founded?", "When was it founded?"]
    content = csv_file([columns, ["rcm", "1996", "1997"]])

    assert len(asked(understood(questionnaire, content), Code.MISSING_COLUMN)) == 1


def test_a_file_with_columns_of_choices_finds_its_mapping():
    have_questionnaires()
    question = "On which themes does it focus today?"
    columns = ["For which mechanism do you answer?", "Office or unit that answers"]
    columns += [f"{question} - {each}" for each in ("Diaspora", "Asylum", "Labour")]
    columns += ["In which year was the mechanism established?"]
    row = ["RCM", "Unit", "Diaspora", "", "", datetime.date(1996, 1, 1).year]

    found = choose(read(csv_file([columns, row]), "export.csv"))

    assert found is not None
    assert found.name == "mechanism-1"


def test_finished_rows_that_do_not_say_who_answered_are_asked_about(questionnaire):
    columns = ["who", "founded", "story"]
    rows = [["rcm", "1996", ""], ["", "1997", ""], ["", "1998", ""]]
    content = limesurvey_csv(columns, rows, unfinished=[3])

    (problem,) = asked(understood(questionnaire, content), Code.UNKNOWN_RESPONDENT)

    assert problem.row == 3
    assert ": 3." in problem.text
