"""SurveyMonkey, Microsoft Forms, Google Forms and Qualtrics."""

import datetime
import zoneinfo

import pytest

from surveys.problems import Code, Severity
from surveys.readers.tables import Role, Tool
from tests.surveys.export_files import (
    csv_file,
    googleforms_csv,
    msforms_xlsx,
    qualtrics_csv,
    surveymonkey_csv,
    surveymonkey_rows,
    surveymonkey_xlsx,
)
from tests.surveys.readers.in_this_process import read

QUESTIONS = [
    ("Which State?", ["Response"]),
    ("Which themes?", ["Labour", "Data", "Other (please specify)"]),
    ("How useful is it?", ["Meetings", "Training", "Seminars"]),
]
ANSWERS = [
    ["Panama", "Labour", "", "Asylum", "Very", "Not at all", ""],
    ["Haiti", "", "Data", "", "A little", "Very", ""],
]


def by_header(export):
    return {column.header: column for column in export.main.columns}


def codes(export):
    return [problem.code for problem in export.problems]


@pytest.mark.parametrize("make", [surveymonkey_csv, surveymonkey_xlsx])
def test_two_rows_of_headings_are_read_as_one(make):
    export = read(make(QUESTIONS, ANSWERS), "export")
    assert export.tool == Tool.SURVEYMONKEY
    assert [row.number for row in export.main.rows] == [3, 4]
    columns = by_header(export)
    assert columns["Which State?"].question == "Which State?"
    choice = columns["Which themes? [Labour]"]
    assert (choice.question, choice.option) == ("Which themes?", "Labour")
    other = columns["Which themes? [Other (please specify)]"]
    assert (other.question, other.is_other) == ("Which themes?", True)


def test_surveymonkeys_persons_are_personal():
    export = read(surveymonkey_csv(QUESTIONS, ANSWERS), "export")
    personal = {column.header for column in export.main.with_role(Role.PERSONAL)}
    assert personal == {
        *("IP Address", "Email Address", "First Name", "Last Name", "Custom Data 1"),
    }


def test_one_row_of_headings_is_enough_with_the_respondents_number():
    rows = [["RespondentID", "Which State?"], [10, "Panama"], [11, "-"]]
    export = read(csv_file(rows), "export")
    assert export.tool == Tool.SURVEYMONKEY
    assert [r.key for r in export.responses] == ["10", "11"]


def test_two_rows_are_recognised_without_any_number():
    rows = [row[9:] for row in surveymonkey_rows(QUESTIONS, ANSWERS)]
    export = read(csv_file(rows), "export")
    assert export.tool == Tool.SURVEYMONKEY
    assert len(export.responses) == 2


def test_dates_that_do_not_show_their_order_are_left_open():
    export = read(surveymonkey_csv(QUESTIONS, ANSWERS), "export")
    assert [r.submitted for r in export.responses] == [None, None]
    assert codes(export) == [Code.AMBIGUOUS_DATE]


def test_one_clear_date_shows_the_order_of_all():
    rows = [["RespondentID", "Which State?", "End Date"]]
    rows += [[1, "Panama", "04/13/2019 16:12"], [2, "Haiti", "04/05/2019 16:12"]]
    export = read(csv_file(rows), "export")
    assert export.responses[1].submitted == datetime.datetime(2019, 4, 5, 16, 12)  # noqa: DTZ001
    assert export.problems == []


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_microsoft_forms_are_recognised_in_three_languages(language):
    content = msforms_xlsx(["Which themes?"], [["Labour;Data;"]], language=language)
    export = read(content, "export")
    assert (export.tool, export.splits_at) == (Tool.MS_FORMS, ";")
    assert export.responses[0].key == "1"
    assert export.responses[0].submitted == datetime.datetime(2019, 4, 1, 16, 21)  # noqa: DTZ001
    assert len(export.main.with_role(Role.PERSONAL)) == 2


def test_headings_broken_over_lines_become_one_line():
    export = read(msforms_xlsx(["Which\n\xa0themes?"], [["Labour;"]]), "export")
    assert "Which themes?" in by_header(export)


def test_google_forms_have_no_key_and_keep_lists_uncut():
    export = read(googleforms_csv(["Which themes?"], [["Labour, Data"]]), "export")
    assert (export.tool, export.splits_at) == (Tool.GOOGLE_FORMS, ", ")
    response = export.responses[0]
    assert (response.key, response.row.cells[-1]) == ("", "Labour, Data")
    assert response.submitted == datetime.datetime(2019, 6, 13, 1, 37, 35)  # noqa: DTZ001


def test_googles_own_download_has_zones_and_semicolons():
    moments = ["2019/06/27 1:37:35 PM GMT-6"]
    content = googleforms_csv(["Which themes?"], [["Labour;Data"]], moments=moments)
    export = read(content, "export")
    assert export.splits_at == ";"
    response = export.responses[0]
    assert response.submitted.isoformat() == "2019-06-27T13:37:35-06:00"
    assert response.time_zone == "GMT-6"


CODED = [("Q1", "Which State?"), ("Q2_1", "Themes - Labour"), ("Q2_2", "Themes - Data")]
CODED += [("Q2_2_TEXT", "Themes - Data - Text")]


def test_qualtrics_has_three_rows_of_headings():
    export = read(qualtrics_csv(CODED, [[4, 1, "", "Figures"]]), "export")
    assert export.tool == Tool.QUALTRICS
    assert [row.number for row in export.main.rows] == [4]
    columns = by_header(export)
    assert (columns["Q1"].question, columns["Q1"].text) == ("Q1", "Which State?")
    assert (columns["Q2_1"].question, columns["Q2_1"].option) == ("Q2", "Labour")
    assert (columns["Q2_2_TEXT"].question, columns["Q2_2_TEXT"].is_other) == (
        "Q2",
        True,
    )


def test_the_zone_of_qualtrics_stands_in_its_third_row():
    response = read(qualtrics_csv(CODED, [[4, 1, "", ""]]), "export").responses[0]
    assert response.time_zone == "America/Denver"
    assert response.submitted.tzinfo == zoneinfo.ZoneInfo("America/Denver")


def test_previews_are_tests_and_what_is_not_finished_is_partial():
    rows = [[4, 1, "", ""], [5, "", 1, ""], [6, "", 1, ""]]
    export = read(qualtrics_csv(CODED, rows, previews=[1], unfinished=[2]), "export")
    assert [r.is_test for r in export.responses] == [True, False, False]
    assert [r.is_finished for r in export.responses] == [True, False, True]


LABELS = {
    "es": ("Verdadero", "Falso", "Dirección IP", "Vista previa de la encuesta"),
    "fr": ("Vrai", "Faux", "Adresse IP", "Aperçu du questionnaire"),
    "de": ("Wahr", "Falsch", "IP-Adresse", "Umfragevorschau"),
    "pt": ("Verdadeiro", "Falso", "Endereço IP", "Pré-visualização da pesquisa"),
    "en": ("True", "False", "IP Address", "Survey Preview"),
}


def qualtrics_labels(*pairs):
    rows = [["ResponseId", "Finished", "Status", "RecordedDate", "Q1"]]
    rows += [
        [f"R_{number}", finished, status, "2019-04-01 10:00:00", "Panama"]
        for number, (finished, status) in enumerate(pairs, start=1)
    ]
    return read(csv_file(rows), "export.csv")


@pytest.mark.parametrize("language", LABELS)
def test_labels_of_qualtrics_are_known_in_the_language_of_the_account(language):
    yes, no, real, preview = LABELS[language]
    export = qualtrics_labels((yes, real), (no, real), (yes, preview))

    assert [r.is_finished for r in export.responses] == [True, False, True]
    assert [r.is_test for r in export.responses] == [False, False, True]
    assert Code.UNKNOWN_MARK not in codes(export)


def test_labels_of_qualtrics_that_nobody_knows_are_asked_about():
    export = qualtrics_labels(("Tõene", "IP Address"), ("True", "Esikatselu"))

    assert [r.is_finished for r in export.responses] == [False, False]
    asked = [p for p in export.problems if p.severity == Severity.QUESTION]
    assert [p.code for p in asked] == [Code.UNKNOWN_MARK] * 2
    assert "“Esikatselu”" in asked[0].text
    assert "“Tõene”" in asked[1].text


def test_what_qualtrics_showed_and_nobody_chose_is_not_chosen():
    export = read(qualtrics_csv(CODED, [[4, 1, -99, ""]]), "export")
    assert export.responses[0].row.cells[-3:] == ["1", "", ""]


def test_qualtrics_without_import_ids_still_has_its_texts():
    content = qualtrics_csv(CODED, [[4, 1, "", ""]], with_import_ids=False)
    export = read(content, "export")
    assert [row.number for row in export.main.rows] == [3]
    assert export.responses[0].key == "R_000000000000001"


def test_cells_that_only_begin_like_import_ids_are_none():
    nested = '{"ImportId": ' + "[" * 50_000
    content = qualtrics_csv(CODED, [[nested, 1, "", ""]], with_import_ids=False)
    assert read(content, "export").responses[0].key == "R_000000000000001"


def test_old_exports_of_qualtrics_are_read():
    rows = [
        ["V1", "V2", "V3", "V10", "Q1", ""],
        ["ResponseID", "ResponseSet", "Name", "Finished", "Which State?", ""],
        ["R_1", "Default", "Ana", "1", "Panama", ""],
    ]
    export = read(csv_file(rows, encoding="utf-8-sig"), "export")
    assert export.tool == Tool.QUALTRICS
    response = export.responses[0]
    assert (response.key, response.is_finished) == ("R_1", True)
    columns = by_header(export)
    assert columns["V3"].role == Role.PERSONAL
    assert columns["Q1"].text == "Which State?"
