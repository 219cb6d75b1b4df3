"""SurveyCTO, Survey123, REDCap, and LimeSurvey's file `.vv`."""

import pytest

from surveys.problems import Code, FileRefused, Severity
from surveys.readers.tables import Role, Tool
from tests.surveys.export_files import csv_file, xlsx_file
from tests.surveys.readers.in_this_process import read
from tests.surveys.readers.test_odk import zipped

SURVEYCTO = ["SubmissionDate", "simid", "devicephonenum", "who"]
SURVEYCTO_END = ["formdef_version", "review_status", "KEY"]


def roles(export):
    return {column.header: column.role for column in export.main.columns}


def asked(export):
    return [p.code for p in export.problems if p.severity == Severity.QUESTION]


def surveycto(columns, *rows, review=()):
    table = [[*SURVEYCTO, *columns, *SURVEYCTO_END]]
    for number, row in enumerate(rows, start=1):
        said = review[number - 1] if review else ""
        own = ["2019-04-01T08:30:00Z", "8934", "+41 22 555", "rcm"]
        table.append([*own, *row, 190401, said, f"uuid:{number}"])
    return csv_file(table)


def test_rows_of_a_group_beside_each_other_are_taken_apart():
    columns = ["law_count", "title_1", "themes_1", "title_2", "themes_2", "story"]
    content = surveycto(
        columns,
        [2, "Law", "a b", "Plan", "b", "First"],
        [0, "", "", "", "", "Second"],
    )
    export = read(content, "form_WIDE.csv")

    assert (export.tool, export.splits_at) == (Tool.SURVEYCTO, " ")
    law = export.table("law")
    assert [column.question for column in law.columns] == ["title", "themes"]
    title = law.columns[0]
    rows = export.responses[0].repeats["law"]
    assert [row.cells[title.position] for row in rows] == ["Law", "Plan"]
    assert [law.cell_address(title, row) for row in rows] == ["F2", "H2"]
    assert export.responses[1].repeats == {}
    assert roles(export)["story"] == Role.ANSWER
    assert "title_1" not in roles(export)
    assert asked(export) == []


def test_a_group_of_which_nobody_has_a_row_is_there():
    export = read(surveycto(["law_count", "story"], [0, "Told"]), "form_WIDE.csv")

    assert export.table("law").rows == []
    assert roles(export)["story"] == Role.ANSWER


def test_groups_in_files_of_their_own_hang_on_their_submission():
    law = [["title", "PARENT_KEY", "KEY"], ["Law", "uuid:1", "uuid:1/law[1]"]]
    main = surveycto(["SET-OF-law"], ["uuid:1/law"])

    whole = read(zipped(form=main, law=csv_file(law)), "export.zip")
    alone = read(main, "form.csv")

    assert [row.cells[0] for row in whole.responses[0].repeats["law"]] == ["Law"]
    assert asked(whole) == []
    assert asked(alone) == [Code.REPEATS_MISSING]


def test_a_group_inside_a_group_is_asked_about():
    columns = ["law_count", "title_1", "part_count_1", "part_1_1"]
    export = read(surveycto(columns, [1, "Law", 1, "Part"]), "form_WIDE.csv")

    assert asked(export) == [Code.REPEATS_MISSING]


def test_what_surveycto_rejected_is_out_and_what_it_says_else_is_asked():
    content = surveycto(
        ["q"], ["a"], ["b"], ["c"], review=["APPROVED", "REJECTED", "EN ATTENTE"]
    )
    export = read(content, "form_WIDE.csv")

    assert [r.is_rejected for r in export.responses] == [False, True, False]
    assert [r.is_finished for r in export.responses] == [True, True, False]
    assert asked(export) == [Code.UNKNOWN_MARK]


def test_numbers_of_telephones_and_cards_are_personal():
    found = roles(read(surveycto(["q"], ["a"]), "form_WIDE.csv"))
    assert (found["simid"], found["devicephonenum"]) == (Role.PERSONAL, Role.PERSONAL)


def test_survey123_has_a_table_for_each_group():
    main = [["ObjectID", "GlobalID", "Which themes?", "CreationDate", "Creator", "x"]]
    main += [[1, "{AA-1}", "Labour,Data", "4/13/2019 4:12:00 PM", "ana", 7.1]]
    law = [["ObjectID", "GlobalID", "Title", "ParentGlobalID"]]
    law += [[1, "bb-1", "Law", "aa-1"], [2, "bb-2", "Plan", "aa-2"]]
    export = read(xlsx_file({"form_0": main, "law_1": law}), "S123.xlsx")

    assert (export.tool, export.splits_at) == (Tool.SURVEY123, ",")
    assert export.has_labels is True
    (response,) = export.responses
    assert (response.key, response.submitted.day) == ("aa-1", 13)
    assert [row.cells[2] for row in response.repeats["law_1"]] == ["Law"]
    assert {roles(export)[name] for name in ("Creator", "x")} == {Role.PERSONAL}
    assert asked(export) == [Code.ORPHAN_REPEAT_ROW]


def redcap(*rows):
    columns = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]
    columns += [
        "survey_timestamp",
        "who",
        "organs___1",
        "organs___2",
        "survey_complete",
    ]
    return csv_file([[*columns, "title", "law_complete"], *rows])


def test_repeated_instruments_of_redcap_hang_on_their_record():
    export = read(
        redcap(
            ["7", "", "", "2019-04-01 16:12:00", "rcm", "1", "0", "2", "", ""],
            ["7", "law", "1", "", "", "", "", "", "Law", "2"],
            ["7", "law", "2", "", "", "", "", "", "Plan", "2"],
            ["8", "", "", "[not completed]", "ocam", "0", "1", "0", "", ""],
        ),
        "DATA.csv",
    )

    assert (export.tool, export.has_labels) == (Tool.REDCAP, False)
    assert [r.key for r in export.responses] == ["7", "8"]
    assert [r.is_finished for r in export.responses] == [True, False]
    assert export.responses[0].submitted.day == 1
    assert "title" not in roles(export)
    rows = export.responses[0].repeats["law"]
    title = export.table("law").columns[1]
    assert [row.cells[title.position] for row in rows] == ["Law", "Plan"]
    assert [row.number for row in rows] == [3, 4]


@pytest.mark.parametrize(("state", "questions"), [("0", 0), ("1", 1)])
def test_a_repeated_instrument_that_is_not_complete_leaves_its_record_open(
    state, questions
):
    export = read(
        redcap(
            ["7", "", "", "2019-04-01 16:12:00", "rcm", "1", "0", "2", "", ""],
            ["7", "law", "1", "", "", "", "", "", "Law", state],
            ["8", "", "", "2019-04-01 16:12:00", "ocam", "1", "0", "2", "", ""],
        ),
        "DATA.csv",
    )

    assert [r.is_finished for r in export.responses] == [False, True]
    assert asked(export) == [Code.UNKNOWN_MARK] * questions


def test_redcap_with_labels_is_known_by_its_choices():
    heads = ["Record ID", "Survey Timestamp", "Bodies (choice=A chair)", "Complete?"]
    heads += ["Story", "Complete?"]
    rows = [["7", "2019-04-01 16:12", "Checked", "Complete", "Told", "Complete"]]
    rows += [["8", "", "Unchecked", "Incomplete", "", "Vollständig"]]
    rows += [["9", "2019-04-01 16:12", "Checked", "Complete", "", "Unverified"]]
    export = read(csv_file([heads, *rows]), "DATA_LABELS.csv")

    assert (export.tool, export.has_labels) == (Tool.REDCAP, True)
    assert [r.is_finished for r in export.responses] == [True, False, False]
    assert asked(export) == [Code.UNKNOWN_MARK] * 2


@pytest.mark.parametrize("first", ["Response ID", "Antwort ID"])
def test_a_file_vv_has_texts_above_codes_and_marks_for_breaks(first):
    rows = [
        [
            first,
            "Date submitted",
            "Last page",
            "Start language",
            "Who?",
            "Organs?",
            "",
            "",
        ],
        [
            "id",
            "submitdate",
            "lastpage",
            "startlanguage",
            "who",
            "organs_1",
            "organs_2",
        ],
        ["7", "2019-04-01 16:12:00", "3", "en", "a{tab}b{newline}c", "Y", ""],
    ]
    rows[1].append("")
    rows[2].append("")
    export = read(csv_file(rows, delimiter="\t"), "vvexport.txt")

    assert export.tool == Tool.LIMESURVEY
    (response,) = export.responses
    assert (response.key, response.row.cells[4]) == ("7", "a\tb\nc")
    organs = export.main.columns[5]
    assert (organs.question, organs.option, organs.text) == ("organs", "1", "Organs?")


def test_a_file_of_spss_is_refused_with_the_way_to_export():
    with pytest.raises(FileRefused) as refused:
        read(b"$FL2@(#) SPSS DATA FILE" + bytes(100), "export.sav")
    assert "CSV" in refused.value.problem.text
    assert refused.value.problem.code == Code.UNKNOWN_FORMAT
