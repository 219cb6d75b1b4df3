"""Plain tables: our own, and those of nobody known."""

import io

import pytest
import xlsxwriter

from surveys.problems import Code, FileRefused
from surveys.readers.tables import Role, Tool
from tests.surveys.export_files import (
    csv_file,
    plain_csv,
    plain_xlsx,
    submission_uuid,
    xlsx_file,
)
from tests.surveys.readers.in_this_process import read

METADATA = {
    "respondent": ["ocam", "rcm"],
    "submitted_at": ["2019-05-03T10:00:00-06:00", ""],
    "language": ["es", "en"],
    "status": ["complete", "partial"],
    "questionnaire": ["mechanism-1", "mechanism-1"],
}
COLUMNS = ["founded", "themes"]
ROWS = [["1990", "labour data"], ["1996", ""]]


@pytest.mark.parametrize("make", [plain_csv, plain_xlsx])
def test_our_own_table_is_read_with_all_it_says(make):
    export = read(make(COLUMNS, ROWS, **METADATA), "round.csv")
    assert (export.tool, export.has_labels, export.splits_at) == (
        Tool.PLAIN,
        False,
        " ",
    )
    first, second = export.responses
    assert (first.key, first.language) == (submission_uuid(1), "es")
    assert first.submitted.isoformat() == "2019-05-03T10:00:00-06:00"
    assert first.time_zone == "-06:00"
    assert (first.is_finished, second.is_finished) == (True, False)
    answers = [column.header for column in export.main.with_role(Role.ANSWER)]
    assert answers == [*COLUMNS]


def test_a_status_that_nobody_knows_is_asked_about():
    statuses = {"status": ["complete", "en cours"]}
    export = read(plain_csv(COLUMNS, ROWS, **statuses), "round.csv")
    assert [r.is_finished for r in export.responses] == [True, False]
    assert Code.UNKNOWN_MARK in [p.code for p in export.problems]


STATES = ("Complete", "Incomplete", "en cours", "Rejected")


@pytest.mark.parametrize("heading", ["Complete", "Review status", "Status"])
def test_a_column_that_says_what_is_finished_is_known_by_heading_and_cells(heading):
    rows = [["who", "x", heading], *([n, 1, s] for n, s in enumerate(STATES))]
    export = read(csv_file(rows), "table.csv")
    assert [r.is_finished for r in export.responses] == [True, False, False, True]
    assert [r.is_rejected for r in export.responses] == [False, False, False, True]
    asked = [p for p in export.problems if p.code == Code.UNKNOWN_MARK]
    assert [problem.row for problem in asked] == [4]


def test_such_a_column_is_followed_in_files_of_any_tool():
    times = [f"4/{day}/2019 10:11:12" for day in (13, 14, 15, 16)]
    rows = [["Timestamp", "who", "Response status"]]
    rows += [[time, "a", state] for time, state in zip(times, STATES, strict=True)]
    export = read(csv_file(rows), "Form responses.csv")
    assert export.tool == Tool.GOOGLE_FORMS
    assert [r.is_finished for r in export.responses] == [True, False, False, True]


def test_answers_under_such_a_heading_stay_answers():
    rows = [["who", "x", "Status"], ["a", 1, "member"], ["b", 2, "observer"]]
    export = read(csv_file(rows), "table.csv")
    assert export.main.columns[2].role == Role.ANSWER


def test_repeated_groups_stand_on_sheets_of_their_own():
    repeats = {"contributions": (["title"], [(2, ["Law"]), (2, ["Plan"])])}
    export = read(plain_xlsx(COLUMNS, ROWS, repeats=repeats), "round.xlsx")
    rows = export.responses[1].repeats["contributions"]
    assert [row.cells[1] for row in rows] == ["Law", "Plan"]
    assert export.responses[0].repeats == {}


def test_an_unknown_table_is_read_and_said_to_be_unknown():
    export = read(csv_file([["State", "Which themes?"], ["Panama", "Labour"]]), "t.csv")
    assert (export.tool, export.splits_at) == (Tool.PLAIN, "")
    assert [p.code for p in export.problems] == [Code.UNKNOWN_FORMAT]


def test_titles_and_blank_rows_above_the_headings_do_not_shift_numbers():
    rows = [[], ["", "Answers"], ["", "submission_id", "respondent", "founded"]]
    rows += [[], ["", "s1", "ocam", 1990]]
    main = read(xlsx_file({"answers": rows}), "round.xlsx").main
    assert [row.number for row in main.rows] == [5]
    assert main.columns[2].header == "founded"
    assert main.cell_address(main.columns[2], main.rows[0]) == "answers!D5"


def test_empty_rows_between_answers_are_left_out_and_reported():
    rows = [["submission_id", "respondent"], ["s1", "ocam"], [], ["s2", "rcm"], [], []]
    export = read(csv_file(rows), "round.csv")
    assert [row.number for row in export.main.rows] == [2, 4]
    assert [(p.code, p.row) for p in export.problems] == [(Code.EMPTY_ROWS, 3)]


def test_a_row_with_too_many_cells_is_kept_out():
    content = b"submission_id,respondent,founded\ns1,ocam,1990\ns2,rcm,19,96\n"
    export = read(content, "round.csv")
    assert [r.key for r in export.responses] == ["s1"]
    problem = export.problems[0]
    assert (problem.code, problem.severity, problem.row) == (
        Code.RAGGED_ROW,
        "error",
        3,
    )


def test_columns_without_a_heading_are_kept_and_reported():
    rows = [["submission_id", "respondent", ""], ["s1", "ocam", "a remark"]]
    export = read(csv_file(rows), "round.csv")
    assert export.main.columns[2].header == "Column C"
    assert export.main.columns[2].role == Role.BOOKKEEPING
    assert [p.code for p in export.problems] == [Code.UNMAPPED_COLUMN]


def test_a_sheet_that_is_no_part_of_the_export_is_named():
    sheets = {
        "answers": [["submission_id", "respondent"], ["s1", "ocam"]],
        "Notes": [["Remark", "By"], ["late", "Ana"]],
    }
    sheets["Empty"] = [["Nothing yet"]]
    export = read(xlsx_file(sheets), "round.xlsx")
    assert export.unread == {"Notes": 1}
    assert [(p.code, p.sheet) for p in export.problems] == [
        (Code.UNREAD_SHEET, "Empty")
    ]


def test_a_hidden_sheet_is_read_after_the_others():
    sheets = {
        "Lists": [["code", "label"], ["a", "b"]],
        "answers": [["State", "Themes"], ["Panama", "labour"]],
    }
    export = read(xlsx_file(sheets, hidden=["Lists"]), "round.xlsx")
    assert export.main.sheet == "answers"


def test_damaged_and_cut_cells_are_reported_without_personal_values():
    rows = [
        ["submission_id", "respondent", "email", "text"],
        ["s1", "ocam", "Ren\ufffd@example.org", "MigraciÃ³n"],
        ["s2", "rcm", "", "<WARNING: Truncated to Excel limit> a"],
    ]
    problems = read(csv_file(rows), "round.csv").problems
    assert [(p.code, p.cell, p.value) for p in problems] == [
        (Code.DAMAGED_TEXT, "C2", ""),
        (Code.DAMAGED_TEXT, "D2", "MigraciÃ³n"),
        (Code.TRUNCATED_CELL, "D3", "<WARNING: Truncated to Excel limit> a"),
    ]


def test_one_column_is_no_table():
    with pytest.raises(FileRefused) as refused:
        read(b"Dear colleague\nthank you for the survey\n", "letter.txt")
    assert refused.value.problem.code == Code.UNKNOWN_FORMAT


def test_a_heading_merged_over_columns_is_that_of_each():
    content = io.BytesIO()
    workbook = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = workbook.add_worksheet("answers")
    sheet.write_row(0, 0, ["submission_id", "respondent", "Themes"])
    sheet.merge_range(0, 2, 0, 4, "Themes")
    sheet.write_row(1, 0, ["s1", "ocam", "labour", "data", "asylum"])
    workbook.close()
    export = read(content.getvalue(), "round.xlsx")
    assert [column.header for column in export.main.columns[2:]] == [
        "Themes",
        "Themes [2]",
        "Themes [3]",
    ]
    assert [p.code for p in export.problems] == [Code.DUPLICATE_HEADER]
