"""Whatever the bytes, there is an export or a reason, and the same for the same."""

import csv
import io
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.uploads.cells import text_of
from surveys.problems import FileRefused
from surveys.readers.tables import Export
from tests.surveys.export_files import (
    csv_file,
    googleforms_csv,
    kobo_csv,
    kobo_xlsx,
    limesurvey_csv,
    msforms_xlsx,
    odk_csv,
    plain_csv,
    qualtrics_csv,
    surveymonkey_csv,
    xlsx_file,
)
from tests.surveys.readers.in_this_process import read

COLUMNS = ["id/mech", "s1/themes", "s1/themes/a", "s1/themes/b", "s1/text"]
ROWS = [["ocam", "a", 1, 0, "Línea 1"], ["rcm", "a b", 1, 1, "“sí”; no, 1"]]
FILES = [
    kobo_csv(COLUMNS, ROWS),
    kobo_xlsx(COLUMNS, ROWS, repeats={"contrib": (["x"], [(1, ["y"])])}),
    limesurvey_csv(["A1", "A2[SQ001]"], [["A1", "Y"], ["-oth-", ""]]),
    odk_csv(["g-q", "g-q/a"], [["a", 1]]),
    surveymonkey_csv([("Which?", ["Response"])], [["é"]]),
    msforms_xlsx(["Which?"], [["a;b;"]]),
    googleforms_csv(["Which?"], [["a, b"]]),
    qualtrics_csv([("Q1", "Which?")], [["1"]]),
    plain_csv(["q"], [["é"], ["b"]]),
    csv_file(
        [
            ["KEY", "law_count", "t_1", "t_2", "simid", "review_status"],
            ["uuid:1", 2, "a", "b", "89", "APPROVED"],
        ]
    ),
    csv_file([["ObjectID", "GlobalID", "Creator", "q"], [1, "{a}", "b", "c,d"]]),
    csv_file(
        [
            ["record_id", "redcap_repeat_instrument", "q___1", "a_complete", "b"],
            ["1", "", "0", "2", ""],
            ["1", "law", "", "", "é"],
        ]
    ),
    csv_file([["id", "", "Q", ""], ["", "", "a", "b"], ["1", "", "a", ""]]),
    csv_file(
        [
            ["Texts", "", "", "Q"],
            ["id", "submitdate", "lastpage", "Q_1"],
            [1, "", 2, 3],
        ],
        delimiter="\t",
    ),
]
FEW = settings(max_examples=150)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
TABLES = st.lists(st.lists(TEXTS, max_size=6), max_size=8)


def outcome(content: bytes):
    """Return what a read gives; anything but an export or a refusal is raised."""
    try:
        export = read(content, "file")
    except FileRefused:
        return None
    assert isinstance(export, Export)
    for table in export.tables:
        headers = [column.header for column in table.columns]
        assert len(set(headers)) == len(headers)
        for row in table.rows:
            for column in table.columns:
                assert "\0" not in text_of(row.cells[column.position])
    return export


@FEW
@given(st.binary(max_size=400))
def test_any_bytes_give_an_export_or_a_reason(content):
    outcome(content)


@FEW
@given(TABLES, st.sampled_from(",;\t"), st.sampled_from([csv.QUOTE_ALL, 0]))
def test_any_table_as_csv_gives_an_export_or_a_reason(rows, delimiter, quoting):
    outcome(csv_file(rows, delimiter=delimiter, quoting=quoting))


@settings(FEW, max_examples=60)
@given(st.lists(st.lists(st.one_of(TEXTS, st.floats(), st.booleans())), max_size=6))
def test_any_table_as_xlsx_gives_an_export_or_a_reason(rows):
    finite = [
        [cell if cell == cell and abs(cell) < 1e300 else 0 for cell in row]
        if all(isinstance(cell, float) for cell in row)
        else [cell for cell in row if not isinstance(cell, float)]
        for row in rows
    ]
    outcome(xlsx_file({"Sheet1": finite}))


@settings(FEW, max_examples=300)
@given(st.sampled_from(FILES), st.data())
def test_a_file_cut_off_anywhere_gives_an_export_or_a_reason(content, data):
    outcome(content[: data.draw(st.integers(0, len(content)))])


@settings(FEW, max_examples=300)
@given(st.sampled_from(FILES), st.data())
def test_a_file_with_wrong_bytes_gives_an_export_or_a_reason(content, data):
    changed = bytearray(content)
    for _time in range(data.draw(st.integers(1, 5))):
        changed[data.draw(st.integers(0, len(content) - 1))] = data.draw(
            st.integers(0, 255)
        )
    outcome(bytes(changed))


@settings(FEW, max_examples=200)
@given(st.sampled_from([f for f in FILES if f.startswith(b"PK")]), st.data())
def test_a_workbook_with_wrong_xml_gives_an_export_or_a_reason(content, data):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(members)))
    xml = bytearray(members[name])
    start = data.draw(st.integers(0, len(xml)))
    end = data.draw(st.integers(start, min(start + 10, len(xml))))
    xml[start:end] = data.draw(
        st.sampled_from([b"", b"<", b"_x0000_", b"99999999999", b"-1", b"\xff", b"&"])
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data_of in members.items():
            archive.writestr(each, bytes(xml) if each == name else data_of)
    outcome(packed.getvalue())


def answers(content: bytes) -> list:
    """Return what a file says, whatever the order and the dress of its cells."""
    export = read(content, "file")
    said = []
    for response in export.responses:
        cells = {
            (column.question, column.option): text_of(
                response.row.cells[column.position]
            )
            for column in export.main.columns
        }
        said.append((response.key, response.submitted, cells))
    return [export.tool, said]


@FEW
@given(st.permutations(range(len(COLUMNS) + 9)))
def test_the_order_of_columns_means_nothing(order):
    rows = list(csv.reader(io.StringIO(FILES[0].decode(), newline=""), delimiter=";"))
    shuffled = [[row[position] for position in order] for row in rows]
    content = csv_file(shuffled, delimiter=";", quoting=csv.QUOTE_ALL)
    assert answers(content) == answers(FILES[0])


@FEW
@given(
    st.sampled_from(",;\t"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"]),
)
def test_how_a_csv_is_written_means_nothing(delimiter, quoting, line_end, encoding):
    rows = list(csv.reader(io.StringIO(FILES[0].decode(), newline=""), delimiter=";"))
    content = csv_file(
        rows,
        delimiter=delimiter,
        quoting=quoting,
        line_end=line_end,
        encoding=encoding,
    )
    assert answers(content) == answers(FILES[0])


def test_a_workbook_says_the_same_as_its_csv():
    assert answers(kobo_xlsx(COLUMNS, ROWS)) == answers(kobo_csv(COLUMNS, ROWS))
