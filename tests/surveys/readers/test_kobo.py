"""KoboToolbox: XLSX, CSV and JSON, with labels or codes."""

import datetime

import pytest

from surveys.problems import Code
from surveys.readers.tables import Role, Tool
from tests.surveys.export_files import (
    KOBO_COLUMNS,
    csv_file,
    kobo_csv,
    kobo_json,
    kobo_xlsx,
    submission_uuid,
    xlsx_file,
)
from tests.surveys.readers.in_this_process import read

COLUMNS = ["id/mech", "s1/founded", "s1/themes", "s1/themes/labour", "s1/themes/data"]
ROWS = [["ocam", 1990, "labour", 1, 0], ["rcm", 1996, "", "", ""]]
CONTRIB = (["s2/contrib/title"], [(2, ["Plan"]), (1, ["Law"]), (2, ["Guide"])])


def codes(export):
    return [problem.code for problem in export.problems]


def column(export, header):
    return next(each for each in export.main.columns if each.header == header)


@pytest.mark.parametrize("make", [kobo_xlsx, kobo_csv])
def test_an_export_with_codes_is_recognised_and_says_by_what(make):
    export = read(make(COLUMNS, ROWS), "export")
    assert export.tool == Tool.KOBO
    assert "_submission_time" in export.reason
    assert (export.has_labels, export.splits_at) == (False, " ")
    assert [row.number for row in export.main.rows] == [2, 3]
    assert export.problems == []


def test_the_key_outlives_edits_and_stands_without_its_prefix():
    export = read(kobo_xlsx(COLUMNS, ROWS), "export")
    assert [response.key for response in export.responses] == [
        submission_uuid(1),
        submission_uuid(2),
    ]
    assert [c.header for c in export.main.with_role(Role.KEY)] == ["meta/rootUuid"]


def test_the_time_of_submission_is_utc():
    export = read(kobo_csv(COLUMNS, ROWS), "export")
    expected = datetime.datetime(2019, 4, 1, 16, 12, tzinfo=datetime.UTC)
    assert export.responses[0].submitted == expected


def test_split_choices_belong_to_their_question():
    export = read(kobo_xlsx(COLUMNS, ROWS), "export")
    split = column(export, "s1/themes/labour")
    assert (split.question, split.option) == ("s1/themes", "labour")
    assert column(export, "s1/founded").option == ""


def test_a_group_of_questions_is_no_multiple_choice():
    columns = ["s1/founded", "s1/meetings"]
    export = read(kobo_xlsx(columns, [[1990, 0], [1, 1]]), "export")
    assert [c.option for c in export.main.columns if c.option] == []


def test_an_option_with_a_slash_is_whole():
    columns = ["What do you value?", "What do you value?/Access / funding"]
    export = read(kobo_xlsx(columns, [["Access / funding", 1]]), "export")
    assert column(export, columns[1]).option == "Access / funding"


def test_labels_are_never_cut_at_spaces():
    export = read(kobo_xlsx(["Countries"], [["Panama United States"]]), "export")
    assert (export.has_labels, export.splits_at) == (False, " ")
    statuses = ["Approved"]
    told = read(kobo_xlsx(["Countries"], [["Panama Haiti"]], statuses=statuses), "e")
    assert (told.has_labels, told.splits_at) == (True, "")
    worded = read(kobo_xlsx(["Which countries?"], [["Panama Haiti"]]), "export")
    assert (worded.has_labels, worded.splits_at) == (True, "")


def test_rejected_submissions_are_told():
    statuses = ["validation_status_not_approved", "validation_status_approved"]
    export = read(kobo_xlsx(COLUMNS, ROWS, statuses=statuses), "export")
    assert [response.is_rejected for response in export.responses] == [True, False]
    problem = export.problems[0]
    assert (problem.code, problem.row) == (Code.NOT_APPROVED, 2)


@pytest.mark.parametrize("status", ["On Hold", "validation_status_on_hold", "No sé"])
def test_a_validation_that_approves_nothing_is_asked_about(status):
    export = read(kobo_xlsx(COLUMNS, ROWS, statuses=[status, "Approved"]), "export")
    assert [r.is_finished for r in export.responses] == [False, True]
    assert Code.UNKNOWN_MARK in [problem.code for problem in export.problems]


def test_repeated_groups_hang_on_their_submission():
    export = read(kobo_xlsx(COLUMNS, ROWS, repeats={"contrib": CONTRIB}), "export")
    assert [table.name for table in export.tables] == ["", "contrib"]
    of_first, of_second = (r.repeats["contrib"] for r in export.responses)
    assert [row.cells[0] for row in of_first] == ["Law"]
    assert [row.cells[0] for row in of_second] == ["Plan", "Guide"]
    assert [row.parent for row in of_second] == [3, 3]


def test_repeated_groups_find_their_submission_on_renamed_sheets():
    export = read(kobo_xlsx(COLUMNS, ROWS, repeats={"Sheet 7": CONTRIB}), "export")
    assert [len(r.repeats["Sheet 7"]) for r in export.responses] == [1, 2]


def test_groups_inside_groups_find_the_submission_by_their_parents():
    title = "Survey of mechanisms"
    content = xlsx_file(
        {
            title: [["id/mech", "_index"], ["ocam", 1], ["rcm", 2]],
            "organ": [
                ["organ/name", "_index", "_parent_table_name", "_parent_index"],
                ["Plenary", 1, title, 2],
            ],
            "chair": [
                ["chair/year", "_index", "_parent_table_name", "_parent_index"],
                [2018, 1, "organ", 1],
            ],
        }
    )
    export = read(content, "export")
    assert [len(r.repeats.get("chair", [])) for r in export.responses] == [0, 1]


def test_the_number_of_the_submission_goes_before_that_of_the_parents_row():
    links = ["_index", "_parent_index", "_submission__id"]
    content = xlsx_file(
        {
            "Survey": [["id/mech", "_id", "_index"], ["ocam", 71, 1], ["rcm", 72, 2]],
            "chair": [["chair/year", *links], [2018, 1, 1, 72]],
        }
    )
    export = read(content, "export")
    assert [len(r.repeats.get("chair", [])) for r in export.responses] == [0, 1]


def test_rows_of_a_group_without_a_submission_are_reported():
    content = xlsx_file(
        {
            "Survey": [["id/mech", "_index"], ["ocam", 1]],
            "contrib": [["title", "_index", "_parent_index"], ["Law", 1, 9]],
        }
    )
    export = read(content, "export")
    assert codes(export) == [Code.ORPHAN_REPEAT_ROW]
    assert export.problems[0].sheet == "contrib"


def test_a_cut_sheet_name_is_made_whole():
    name = "contributions_of_the_mechani..."
    question = "s2/contributions_of_the_mechanism/title"
    repeats = {name: ([question], [(1, ["Law"])])}
    export = read(kobo_xlsx(COLUMNS, ROWS, repeats=repeats), "export")
    assert export.tables[1].name == "contributions_of_the_mechanism"


def test_tags_under_the_headings_are_no_answers():
    tags = ["#org", "", "", "", ""]
    export = read(kobo_xlsx(COLUMNS, ROWS, tags=tags), "export")
    assert [row.number for row in export.main.rows] == [3, 4]


def test_a_csv_says_when_it_seems_to_have_lost_groups():
    export = read(kobo_csv(["id/mech", "s2/contrib_count"], [["ocam", 3]]), "export")
    assert Code.REPEATS_MISSING in codes(export)


def test_two_columns_with_one_heading_are_kept_apart_and_reported():
    export = read(kobo_xlsx(["Damage?", "x", "Damage?"], [["no", "", "yes"]]), "e")
    doubled = [c for c in export.main.columns if c.question == "Damage?"]
    assert [c.header for c in doubled] == ["Damage?", "Damage? [2]"]
    assert all(c.is_repeated_header for c in doubled)
    assert codes(export) == [Code.DUPLICATE_HEADER]


def test_who_answered_is_personal():
    columns = ["id/mech", "id/respondent_email", "id/respondent_name", "deviceid"]
    export = read(kobo_xlsx(columns, [["ocam", "a@example.org", "Ana", "d"]]), "e")
    personal = {c.header for _table, c in export.personal_columns()}
    assert personal == {*columns[1:], "_submitted_by"}


def test_a_test_of_the_form_is_told_from_answers():
    columns = ["id/mech", "s1/text"]
    rows = [["Test", "test"], ["ocam", "a test run"], ["test", "A real answer"]]
    export = read(kobo_xlsx(columns, rows), "export")
    assert [response.is_test for response in export.responses] == [True, False, False]
    assert codes(export) == [Code.TEST_RESPONSE]


def test_json_of_the_api_is_read_like_the_workbook():
    answers = [
        {
            "id/mech": "rcm",
            "s1/themes": "labour data",
            "s2/contrib": [{"s2/contrib/title": "Law"}, {"s2/contrib/title": "Plan"}],
        },
        {"id/mech": "ocam"},
    ]
    statuses = ["validation_status_not_approved"]
    export = read(kobo_json(answers, statuses=statuses), "export")
    assert export.tool == Tool.KOBO
    assert [r.is_rejected for r in export.responses] == [True, False]
    assert [r.key for r in export.responses] == [submission_uuid(1), submission_uuid(2)]
    title = export.table("contrib").columns[0]
    assert title.question == "s2/contrib/title"
    assert [row.cells[0] for row in export.responses[0].repeats["contrib"]] == [
        "Law",
        "Plan",
    ]


def test_a_workbook_cleaned_by_hand_is_still_recognised():
    rows = [["Name of the mechanism", "_index"], ["OCAM", 1]]
    export = read(xlsx_file({"Survey": rows}), "export")
    assert export.tool == Tool.KOBO


def test_older_metadata_may_be_missing():
    kept = [name for name in KOBO_COLUMNS if name not in ("meta/rootUuid", "_index")]
    rows = [["id/mech", *kept], ["ocam", 1, "u-1", "2019-04-01T16:12:00", *[""] * 4]]
    export = read(csv_file(rows), "export")
    assert export.responses[0].key == "u-1"


def test_labels_of_groups_are_no_part_of_a_questions_text():
    columns = ["Structures/Who hosts the secretariat?", "Structures/Fees / dues?"]
    export = read(kobo_xlsx(columns, [["IOM", 1]]), "export")
    assert [each.text for each in export.main.columns[:2]] == [
        "Who hosts the secretariat?",
        "Fees / dues?",
    ]
