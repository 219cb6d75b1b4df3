"""Exports whose own headings are in no language that the readers know."""

import datetime

import pytest

from surveys.readers.parts import cuts
from surveys.readers.tables import Role, Tool
from tests.surveys.export_files import csv_file, xlsx_file
from tests.surveys.readers.in_this_process import read

START = datetime.datetime(2019, 4, 1, 16, 12)  # noqa: DTZ001 - as in files
END = START + datetime.timedelta(minutes=9)


def roles(export):
    return {column.header: column.role for column in export.main.columns}


def parts(export):
    return {
        column.header: (column.question, column.option)
        for column in export.main.columns
        if column.option
    }


HEADS = [
    "Identifiant",
    "Fin",
    "Adresse",
    "Quel État ?",
    "Organes ?",
    "",
    "Atouts ?",
    "",
]
HEADS += [""]
TWO_ROWS = [
    HEADS,
    ["", "", "", "Réponse", "Siège", "Bureau", "Appui", "Réseau", "Autre (préciser)"],
    [
        "114",
        "2019-04-13 10:00",
        "a@example.org",
        "Panama",
        "Siège",
        "",
        "",
        "",
        "Études",
    ],
    [
        "115",
        "2019-04-14 10:00",
        "b@example.org",
        "Haïti",
        "",
        "Bureau",
        "Appui",
        "",
        "",
    ],
]


@pytest.mark.parametrize("make", [csv_file, lambda rows: xlsx_file({"Données": rows})])
def test_a_second_row_that_fills_the_gaps_of_the_first_has_choices(make):
    export = read(make(TWO_ROWS), "export")

    assert export.tool == Tool.SURVEYMONKEY
    assert [response.key for response in export.responses] == ["114", "115"]
    assert export.responses[0].submitted.day == 13
    assert roles(export)["Adresse"] == Role.PERSONAL
    assert parts(export) == {
        "Organes ? [Siège]": ("Organes ?", "Siège"),
        "Organes ? [Bureau]": ("Organes ?", "Bureau"),
        "Atouts ? [Appui]": ("Atouts ?", "Appui"),
        "Atouts ? [Réseau]": ("Atouts ?", "Réseau"),
    }
    assert [c.question for c in export.main.columns if c.is_other] == ["Atouts ?"]


def test_two_rows_without_columns_of_the_tool_are_known_by_what_they_repeat():
    rows = [
        ["哪个机制？", "成立年份？", "机构？", ""],
        ["开放式回答", "开放式回答", "主席", "秘书处"],
        ["RCM", "1996", "主席", ""],
    ]
    export = read(csv_file(rows), "export.csv")

    assert len(export.responses) == 1
    assert [question for question, _part in parts(export).values()] == ["机构？"] * 2


def test_first_answers_under_columns_without_a_heading_are_no_headings():
    rows = [
        ["State", "Themes", ""],
        ["Panama", "labour", "a remark"],
        ["Haiti", "data", "another"],
    ]
    export = read(csv_file(rows), "export.csv")

    assert export.tool == Tool.PLAIN
    assert len(export.responses) == 2


def test_a_title_above_the_headings_is_no_first_row_of_two():
    rows = [
        ["Survey of 2019", "", ""],
        ["State", "Themes", "Year"],
        ["Panama", "labour", "1996"],
    ]
    export = read(csv_file(rows), "export.csv")

    assert (export.tool, len(export.responses)) == (Tool.PLAIN, 1)


@pytest.mark.parametrize(
    "own",
    [
        ["ИД", "Время начала", "Время выполнения", "Электронная почта", "Имя"],
        ["Id", "Hora de início", "Hora de conclusão", "Email", "Nome"],
        ["ID", "开始时间", "完成时间", "电子邮件", "名称"],
        ["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name"],
    ],
)
@pytest.mark.parametrize("address", ["a@example.org", "anonymous"])
def test_a_number_two_times_an_address_and_a_name_are_of_microsoft_forms(own, address):
    rows = [
        [*own, "Which themes?"],
        [1, START, END, address, "Ana", "Labour;Data;"],
        [2, START, END, address, "Ben", "Data;"],
    ]
    export = read(xlsx_file({"Sheet1": rows}), "export.xlsx")

    assert (export.tool, export.splits_at) == (Tool.MS_FORMS, ";")
    assert [response.key for response in export.responses] == ["1", "2"]
    assert export.responses[0].submitted == END
    assert [roles(export)[name] for name in own[3:]] == [Role.PERSONAL] * 2
    assert roles(export)["Which themes?"] == Role.ANSWER


def test_a_form_that_asks_nobody_who_they_are_keeps_its_first_question():
    rows = [["Nr", "Begin", "Einde", "Welk land?"], [1, START, END, "Panama"]]
    export = read(xlsx_file({"Sheet1": rows}), "export.xlsx")

    assert export.tool == Tool.MS_FORMS
    assert roles(export)["Welk land?"] == Role.ANSWER


@pytest.mark.parametrize(
    "own",
    [
        ["ID de la réponse", "Date de soumission", "Dernière page", "Langue", "Tête"],
        ["ID de respuesta", "Fecha de envío", "Última página", "Idioma", "Semilla"],
    ],
)
def test_a_number_a_date_a_page_and_a_language_are_of_limesurvey(own):
    rows = [
        [*own, "Which themes? [Labour]", "Which themes? [Data]"],
        ["7", "2019-04-01 16:12:00", "3", "fr", "807684636", "Oui", "Non"],
        ["8", "", "1", "es-MX", "807684637", "", ""],
    ]
    export = read(csv_file(rows, encoding="utf-8-sig"), "results.csv")

    assert export.tool == Tool.LIMESURVEY
    assert [r.key for r in export.responses] == ["7", "8"]
    assert [r.language for r in export.responses] == ["fr", "es-MX"]
    assert [r.is_finished for r in export.responses] == [True, False]
    assert parts(export)["Which themes? [Data]"] == ("Which themes?", "Data")


def test_times_in_the_first_column_are_of_google_forms():
    rows = [
        ["Zeitstempel", "Welcher Staat?", "Welche Themen sind wichtig?"],
        ["13.06.2019 10:37:35", "Panama", "Arbeit, Daten"],
    ]
    export = read(csv_file(rows), "export.csv")

    assert (export.tool, export.splits_at) == (Tool.GOOGLE_FORMS, ", ")
    assert export.responses[0].submitted.day == 13


@pytest.mark.parametrize(
    ("heading", "cut"),
    [
        ("¿Qué temas? [Migración laboral]", ("¿Qué temas?", "Migración laboral")),
        ("Which themes? - Labour", ("Which themes?", "Labour")),
        ("Quels thèmes ? : Travail", ("Quels thèmes ?", "Travail")),
        ("哪些主题：劳工", ("哪些主题", "劳工")),
        ("Which themes? (choice=Labour (new))", ("Which themes?", "Labour (new)")),
        ("themes___3", ("themes", "3")),
        ("themes_3", ("themes", "3")),
        ("g1/themes/labour", ("g1/themes", "labour")),
    ],
)
def test_a_heading_is_cut_in_question_and_choice(heading, cut):
    assert cut in list(cuts(heading))


def test_a_heading_of_any_length_is_cut_in_no_time():
    assert list(cuts("[" * 30_000)) == []
    assert len(list(cuts("a - " * 400))) < 20
