"""LimeSurvey: headings of three kinds, answers of two."""

import pytest

from surveys.problems import Code
from surveys.readers.tables import Role, Tool
from tests.surveys.export_files import limesurvey_csv, limesurvey_rows, xlsx_file
from tests.surveys.readers.in_this_process import read

COLUMNS = ["A1", "A1[other]", "A8[SQ001]", "A8[SQ002]", "B7[SQ001]", "B7[SQ002]"]
ROWS = [
    ["-oth-", "A commission", "Y", "", "AO01", "AO02"],
    ["A2", "", "", "Y", "AO02", "AO02"],
]


def by_header(export):
    return {column.header: column for column in export.main.columns}


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_codes_are_read_with_either_delimiter(delimiter):
    export = read(limesurvey_csv(COLUMNS, ROWS, delimiter=delimiter), "results.csv")
    assert (export.tool, export.delimiter) == (Tool.LIMESURVEY, delimiter)
    assert export.has_labels is False
    assert [r.key for r in export.responses] == ["1", "2"]
    assert export.responses[0].language == "en"


def test_a_workbook_is_read_like_the_csv():
    export = read(xlsx_file({"Results": limesurvey_rows(COLUMNS, ROWS)}), "r.xlsx")
    assert export.tool == Tool.LIMESURVEY
    assert [r.key for r in export.responses] == ["1", "2"]


def test_what_stands_in_brackets_is_a_part_of_its_question():
    columns = by_header(read(limesurvey_csv(COLUMNS, ROWS), "results.csv"))
    choice = columns["A8[SQ001]"]
    assert (choice.question, choice.option) == ("A8", "SQ001")


def test_what_was_written_beside_the_choices_belongs_to_the_question():
    columns = by_header(read(limesurvey_csv(COLUMNS, ROWS), "results.csv"))
    other = columns["A1[other]"]
    assert (other.question, other.is_other, other.option) == ("A1", True, "")


def test_headings_with_codes_and_texts_give_both():
    columns = ["A1. Which kind?", "A8[SQ001]. Which themes? [Labour]"]
    rows = [["Commission", "Yes"], ["Other", "N/A"]]
    export = read(limesurvey_csv(columns, rows, with_texts=True), "results.csv")
    assert export.has_labels is True
    kind, theme = by_header(export)[columns[0]], by_header(export)[columns[1]]
    assert (kind.question, kind.text) == ("A1", "Which kind?")
    assert (theme.question, theme.option) == ("A8", "SQ001")


def test_headings_of_texts_alone_are_recognised():
    rows = limesurvey_rows(["Which themes? [Labour]"], [["Yes"]])
    rows[0] = [
        *("Response ID", "Date submitted", "Last page", "Start language", "Seed"),
        *("Date started", "Which themes? [Labour]"),
    ]
    export = read(xlsx_file({"Results": rows}), "r.xlsx")
    assert export.tool == Tool.LIMESURVEY
    theme = by_header(export)["Which themes? [Labour]"]
    assert (theme.question, theme.option) == ("Which themes?", "Labour")
    assert export.responses[0].key == "1"


def test_what_was_not_handed_in_is_partial():
    export = read(limesurvey_csv(COLUMNS, ROWS, unfinished=[2]), "results.csv")
    assert [r.is_finished for r in export.responses] == [True, False]
    problem = export.problems[0]
    assert (problem.code, problem.row) == (Code.PARTIAL_SUBMISSION, 3)


def test_the_mark_against_formulas_is_taken_off():
    export = read(limesurvey_csv(["A1"], [["'=1+1"]]), "results.csv")
    assert export.main.rows[0].cells[-1] == "=1+1"


def test_times_and_persons_are_no_answers():
    columns = ["A1", "A1Time", "groupTime77", "ipaddr", "token", "email"]
    export = read(limesurvey_csv(columns, [["A2", 3.1, 4, "::1", "t", "a@b.org"]]), "r")
    roles = {column.header: column.role for column in export.main.columns}
    assert roles["A1Time"] == roles["groupTime77"] == Role.BOOKKEEPING
    assert {roles[name] for name in ("ipaddr", "token", "email")} == {Role.PERSONAL}
