"""Bytes to rows: encodings, delimiters, quotation marks."""

import csv
import io

import pytest
import xlsxwriter

from surveys.problems import Code, FileRefused, Severity
from surveys.readers.delimited import find_delimiter
from surveys.readers.encodings import decode
from surveys.readers.moments import day_comes_first, parse_moment
from surveys.readers.personal import is_personal
from tests.surveys.export_files import csv_file
from tests.surveys.readers.in_this_process import read

ROWS = [
    ["submission_id", "respondent", "text"],
    ["s1", "ocam", "Reforma de la ley de migración, «año» 2010; Côte d’Ivoire"],
    ["s2", "rcm", "Línea 1\nLínea 2, with “quotes”"],
]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_unicode_is_read_in_every_form(encoding):
    export = read(csv_file(ROWS, encoding=encoding), "f.csv")
    assert [row.cells for row in export.main.rows] == ROWS[1:]
    assert export.problems == []


SENTENCES = {
    "cp1252 mac_roman cp850": [
        "La secretaría fue establecida en España hace años.",
        "Le secrétariat a été créé à Genève.",
        "Der Ausschuss prüft die Anträge für Flüchtlinge.",
    ],
    "cp1252 mac_roman": ["the members’ views – in short", "knowledge\xa0of cuisines"],
    "cp1251 koi8_r cp866 iso8859_5": [
        "Механизм создан государствами региона.",
        "Защита беженцев и трудовая миграция",
    ],
    "cp1256 iso8859_6": ["أنشئت الأمانة في عام 1996", "حماية اللاجئين والهجرة"],
    "cp1250 iso8859_2 cp852": ["Sekretariat został utworzony w Łodzi przez państwa"],
    "cp1254 cp857": ["Göç yönetimi ve sığınmacıların korunması"],
    "cp1253": ["Η γραμματεία ιδρύθηκε από τα κράτη μέλη."],
    "cp1255": ["המנגנון הוקם על ידי המדינות"],
}
WRITTEN = [
    (encoding, text)
    for encodings, texts in SENTENCES.items()
    for encoding in encodings.split()
    for text in texts
]


@pytest.mark.parametrize(("encoding", "text"), WRITTEN)
def test_the_letters_of_a_short_file_show_its_encoding_or_it_is_asked(encoding, text):
    export = read(csv_file([["id", "text"], ["a1", text]], encoding=encoding), "f.csv")
    (problem,) = [p for p in export.problems if p.code == Code.ENCODING_GUESSED]
    if problem.severity == Severity.QUESTION:
        content = csv_file([["id", "text"], ["a1", text]], encoding=encoding)
        readings = [decode(content, key)[0] for key, _label in problem.candidates]
        assert any(text in reading for reading in readings)
        return
    assert export.main.rows[0].cells[1] == text
    first = next(w for w in text.split(" ") if not w.isascii())
    assert first.split("\xa0")[0].strip(".,") in problem.text


def test_most_short_files_are_read_without_a_question():
    asked = [
        (encoding, text)
        for encoding, text in WRITTEN
        if decode(text.encode(encoding))[2][0].severity == Severity.QUESTION
    ]
    assert len(asked) < 0.25 * len(WRITTEN), asked


def test_letters_that_fit_two_encodings_are_asked_with_the_words_as_each_reads_them():
    content = csv_file([["id", "t"], ["a1", "Секретариат"]], encoding="cp1251")
    (problem,) = decode(content)[2]
    assert problem.severity == Severity.QUESTION
    labels = dict(problem.candidates)
    assert "“Секретариат”" in labels["cp1251"]
    assert "“—екретариат”" in labels["mac_cyrillic"]
    assert "Секретариат" in decode(content, "cp1251")[0]
    assert decode(content, "cp1251")[2] == []


@pytest.mark.parametrize("word", ["Comisión", "Migración", "créé", "Köln", "MÉXICO"])
def test_one_western_word_is_read_where_other_readings_make_no_word(word):
    content = csv_file([["id", "t"], ["a1", word]], encoding="cp1252")

    text, encoding, (problem,) = decode(content)

    assert word in text
    assert (encoding, problem.severity) == ("cp1252", Severity.NOTE)


def test_the_words_shown_are_the_first_that_the_readings_do_not_share():
    alike = [f"José {number}" for number in "áéíóú"] * 9
    content = csv_file([["id", "t"], *enumerate(alike), [9, "niño"]], encoding="cp1252")

    (problem,) = decode(content)[2]

    labels = dict(problem.candidates)
    assert labels["cp1252"].endswith("“niño”")
    assert labels["cp1250"].endswith("“nińo”")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Секретариат", "الأمانة", "secretariat"])
def test_utf_16_without_a_mark_is_told_by_the_signs_between_the_cells(encoding, text):
    content = csv_file([[text, text], [text, text]], encoding=encoding)
    assert decode(content)[:2] == (content.decode(encoding), encoding)


@pytest.mark.parametrize("mark", ["\ufeff\ufeff", "\ufeff\xef\xbb\xbf"])
def test_further_byte_order_marks_are_no_part_of_the_first_heading(mark):
    export = read(f"{mark}submission_id,respondent\ns1,ocam\n".encode(), "f.csv")
    assert export.main.columns[0].header == "submission_id"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
def test_the_delimiter_is_found_among_texts_full_of_the_others(delimiter):
    rows = [["id", "a", "b"], ["1", "x; y; z, w", "1,5\t2"], ["2", "x; y", "3,5"]]
    content = csv_file(rows, delimiter=delimiter).decode()
    assert find_delimiter(content) == delimiter


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [
        ("sep=;", ";"),
        ("SEP=|", "|"),
        ('"sep=,"', ","),
        ("\ufeffsep=^", "^"),
        ("sep=\t", "\t"),
        ("sep=\\t", "\t"),
        ("sep=,;;", ";"),
    ],
)
def test_the_line_that_names_the_delimiter_is_no_row(line, delimiter):
    rows = "\r\nsubmission_id;respondent\r\ns1;ocam\r\n".replace(";", delimiter)
    export = read(f"{line}{rows}".encode(), "f.csv")
    assert export.delimiter == delimiter
    assert export.main.columns[0].header == "submission_id"


def test_line_ends_of_all_systems_are_read():
    for end in ("\n", "\r\n", "\r"):
        export = read(csv_file(ROWS, line_end=end), "f.csv")
        assert [row.cells for row in export.main.rows] == ROWS[1:]


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_row():
    content = b'submission_id,respondent\ns1,ocam\ns2,"rcm\ns3,puebla\ns4,almaty\n'
    with pytest.raises(FileRefused) as refused:
        read(content, "f.csv")
    assert refused.value.problem.row == 3
    assert "row 3" in str(refused.value)


def test_a_stray_quotation_mark_is_reported_with_its_row():
    content = b'submission_id,respondent,text\ns1,ocam,"He said "no" to it"\n'
    export = read(content, "f.csv")
    problem = export.problems[0]
    assert (problem.code, problem.row) == (Code.RAGGED_ROW, 2)


def test_zero_bytes_are_left_out_and_reported():
    export = read(b"submission_id,respondent\ns1,oc\0am\n", "f.csv")
    assert export.main.rows[0].cells == ["s1", "ocam"]
    assert [p.code for p in export.problems] == [Code.DAMAGED_TEXT]


def test_a_file_cut_off_in_a_row_is_refused():
    content = csv_file(ROWS, quoting=csv.QUOTE_ALL)
    for cut in (content[:-3], content[: content.index(b"s2") + 1]):
        with pytest.raises(FileRefused):
            read(cut, "f.csv")


def test_a_file_cut_off_before_its_last_cells_is_refused():
    content = b"submission_id,respondent,founded\ns1,ocam,1990\ns2,rcm"
    with pytest.raises(FileRefused, match="middle of row 3"):
        read(content, "f.csv")


def test_a_file_cut_off_in_a_letter_is_refused():
    content = csv_file(ROWS)
    with pytest.raises(FileRefused, match="middle of a letter"):
        read(content[: content.index("ñ".encode()) + 1], "f.csv")


@pytest.mark.parametrize(
    ("written", "read_as", "zone"),
    [
        ("2016-03-14T14:15:48.000-04:00", "2016-03-14T14:15:48-04:00", "-04:00"),
        ("2017-12-27 15:53:26-05:00", "2017-12-27T15:53:26-05:00", "-05:00"),
        ("2019-09-18T08:51:07Z", "2019-09-18T08:51:07+00:00", "Z"),
        ("2019-05-01 08:30:00", "2019-05-01T08:30:00", ""),
        ("6/27/2019 1:37:35", "2019-06-27T01:37:35", ""),
        ("27.6.2019 13:37", "2019-06-27T13:37:00", ""),
        ("6/27/2019 12:05 AM", "2019-06-27T00:05:00", ""),
        (43556.35, "2019-04-01T08:24:00", ""),
        ("43556.35", "2019-04-01T08:24:00", ""),
        ("43556,5", "2019-04-01T12:00:00", ""),
        (43556, "2019-04-01T00:00:00", ""),
        ("Apr 1, 2019 8:30:00 AM", "2019-04-01T08:30:00", ""),
        ("Apr 1, 2019, 8:30:00 PM UTC", "2019-04-01T20:30:00+00:00", "UTC"),
        ("2019-04-01 08:30:00 UTC", "2019-04-01T08:30:00+00:00", "UTC"),
        ("2019-04-01 08:30:00 CEST", "2019-04-01T08:30:00+02:00", "CEST"),
        ("2019-04-01 08:30 GMT+03:30", "2019-04-01T08:30:00+03:30", "GMT+03:30"),
        ("2019/04/01 08:30:00 -0500", "2019-04-01T08:30:00-05:00", "-0500"),
        ("2019-04-01 08:30 Asia/Manila", "2019-04-01T08:30:00+08:00", "Asia/Manila"),
        ("2019-04-01 08:30 CST", "2019-04-01T08:30:00", "CST"),
        ("lun. 1 avr. 2019 08:30", "2019-04-01T08:30:00", ""),
        ("1 de abril de 2019, 8:30 p. m.", "2019-04-01T20:30:00", ""),
        ("1. März 2019 14:05 Uhr", "2019-03-01T14:05:00", "Uhr"),
        ("1 апреля 2019 г., 08:30", "2019-04-01T08:30:00", ""),
        ("١٣/٠٤/٢٠١٩ ٨:٣٠ م", "2019-04-13T20:30:00", ""),
        ("۱۳/۰۴/۲۰۱۹", "2019-04-13T00:00:00", ""),
        ("27/6/19 13:37", "2019-06-27T13:37:00", ""),
    ],
)
def test_moments_are_read_as_tools_write_them(written, read_as, zone):
    moment, found = parse_moment(written)
    assert (moment.isoformat(), found) == (read_as, zone)


@pytest.mark.parametrize(
    "written", ["", "soon", "7/2/2020", "31/31/2020", "2019-02-30", 5.0, "12345"]
)
def test_what_is_no_clear_moment_is_none(written):
    assert parse_moment(written) == (None, "")


def submitted(cells):
    rows = [["submission_id", "respondent", "submitted_at"]]
    rows += [[f"s{i}", "rcm", cell] for i, cell in enumerate(cells)]
    export = read(csv_file(rows), "f.csv")
    return [r.submitted for r in export.responses], export.problems


def test_times_that_are_not_read_are_said_with_their_cells():
    found, problems = submitted(["2019-04-01 08:30 XYZ", "soon", "43556.35", ""])

    assert [bool(moment) for moment in found] == [True, False, True, False]
    assert {(p.severity, p.cell, p.value) for p in problems} == {
        (Severity.WARNING, "C2", "2019-04-01 08:30 XYZ"),
        (Severity.WARNING, "C3", "soon"),
        (Severity.NOTE, "C4", "43556.35"),
    }


def test_what_comes_first_is_asked_with_what_each_answer_makes():
    _found, (problem,) = submitted(["3/4/2019", "5/6/2019"])

    assert (problem.kind, problem.value) == ("dates", "submitted_at")
    labels = dict(problem.candidates)
    assert "2019-04-03" in labels["day"]
    assert "2019-03-04" in labels["month"]


def test_other_dates_of_the_column_show_what_comes_first():
    (first, second), problems = submitted(["3/4/2019 08:30", "13/4/2019 9:05"])

    assert problems == []
    assert (first.day, first.month, second.day) == (3, 4, 13)


def test_numbers_of_a_workbook_that_counts_from_1904_are_read_so():
    rows = [["submission_id", "respondent", "submitted_at"], ["s1", "rcm", 42094.35]]
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"date_1904": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    export = read(content.getvalue(), "f.xlsx")

    assert export.responses[0].submitted.isoformat() == "2019-04-01T08:24:00"


def test_a_column_shows_whether_the_day_comes_first():
    assert day_comes_first(["1/2/2020", "13/2/2020"]) is True
    assert day_comes_first(["1/2/2020", "2/13/2020"]) is False
    assert day_comes_first(["1/2/2020"]) is None
    assert day_comes_first(["13/2/2020", "2/13/2020"]) is None


@pytest.mark.parametrize(
    "heading",
    [
        "Email",
        "Contact e-mail (not published)",
        "id/respondent_email",
        "Nom et prénom",
        "Correo electrónico",
        "Teléfono",
        "contact_person_name",
        "IP Address",
        "What is your e-mail address?",
        "Adresse électronique",
        "respondent/name",
        "Contact name, ministry",
        "E-mail of your organisation",
    ],
)
def test_headings_of_persons_are_known(heading):
    assert is_personal(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Name of the mechanism",
        "Name of your mechanism",
        "Your organisation name",
        "partner/name",
        "Full name of the organisation",
        "id/respondent_office",
        "Do members exchange information by e-mail or telephone?",
        "s3/sec_name",
        "Titre du document",
        "c_title",
    ],
)
def test_headings_of_mechanisms_are_not_personal(heading):
    assert not is_personal(heading)


@pytest.mark.parametrize(
    ("end", "told"), [(b"whole\r\n", 0), (b"who", 1), (b'"whole"', 0)]
)
def test_a_last_cell_that_may_be_cut_off_is_told(end, told):
    export = read(b"submission_id,founded,story\r\na,1996," + end, "export.csv")

    codes = [problem.code for problem in export.problems]
    assert codes.count(Code.NO_LAST_LINE_BREAK) == told
