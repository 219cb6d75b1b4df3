"""What is no export, too large, damaged or hostile, and the reason people read."""

import io
import re
import subprocess
import sys
import zipfile

import pytest

from profiles.uploads import limits
from surveys.problems import Code, FileRefused
from tests.serving import ROOT
from tests.surveys.export_files import kobo_xlsx, plain_xlsx, xlsx_file
from tests.surveys.readers.in_this_process import read

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORKBOOK = kobo_xlsx(["id/mech", "s1/founded"], [["ocam", 1990], ["rcm", 1996]])


def reason(content):
    with pytest.raises(FileRefused) as refused:
        read(content, "file")
    assert refused.value.problem.severity == "error"
    return str(refused.value)


def repacked(change, content=WORKBOOK):
    """Return the workbook with each member put through `change(name, data)`."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return packed.getvalue()


def with_cells(cells):
    """Return the workbook with only these cells in its sheet."""
    data = b"<sheetData>" + cells + b"</sheetData>"
    return repacked(
        lambda name, xml: re.sub(
            rb"<sheetData>.*</sheetData>", lambda _found: data, xml
        )
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (b"\x1f\x8b\x08\0", "archive"),
        (b"<?xml version='1.0'?><document><LimeSurveyDocType>", "structure"),
        (b"<!DOCTYPE html><html><body>Sign in", "web page"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b'{"detail": "Not found."}', "not submissions"),
        (b'{"results": [{"_uuid": "x"', "middle"),
        (b"[" * 100_000, "middle or is damaged"),
        (OLD_OFFICE + b"\0" * 600, ".xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        (bytes(range(256)) * 4, "neither text"),
        (b"one word", "no row of headings"),
    ],
)
def test_other_files_are_refused_by_what_they_are(content, expected):
    assert expected in reason(content)


def test_a_form_is_told_from_its_answers():
    survey = [["type", "name", "label"], ["text", "founded", "Year?"]]
    choices = [["list_name", "name", "label"], ["yes", "yes", "Yes"]]
    assert "XLSForm" in reason(xlsx_file({"survey": survey, "choices": choices}))


def test_a_word_document_is_told_from_a_workbook():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "Word document" in reason(content.getvalue())


def test_a_workbook_without_cells_is_refused():
    assert "no cells" in reason(xlsx_file({"Sheet1": []}))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_workbook_cut_off_says_so(share):
    assert "ends in the middle" in reason(WORKBOOK[: int(len(WORKBOOK) * share)])


def test_a_workbook_with_one_wrong_byte_is_refused():
    damaged = bytearray(WORKBOOK)
    damaged[WORKBOOK.index(b"xl/worksheets/sheet1.xml") + 60] ^= 0xFF
    assert "damaged" in reason(bytes(damaged))


def test_a_workbook_with_broken_xml_is_refused():
    broken = repacked(lambda name, xml: xml[:-40] if "sheet1" in name else xml)
    assert "damaged" in reason(broken)


def test_sizes_are_refused_with_their_limits(monkeypatch):
    monkeypatch.setattr(limits, "FILE_BYTES", limits.MEGABYTE)
    assert "at most 1 MB" in reason(b"x" * (limits.MEGABYTE + 1))
    assert "at most 200 MB" in reason(
        repacked(lambda name, xml: xml + b" " * (2 * limits.MEGABYTE))
    )


def test_sheets_rows_and_columns_have_limits(monkeypatch):
    content = plain_xlsx(["a", "b"], [["1", "2"]] * 5)
    monkeypatch.setattr(limits, "ROWS", 5)
    assert "6 rows; at most 5" in reason(content)
    monkeypatch.setattr(limits, "ROWS", 6)
    monkeypatch.setattr(limits, "COLUMNS", 2)
    assert "3 columns; at most 2" in reason(content)
    monkeypatch.setattr(limits, "SHEETS", 0)
    assert "1 sheets; at most 0" in reason(content)


def test_what_unpacks_to_more_than_it_says_is_refused(monkeypatch):
    # The directory says 10 bytes; the packed data are many megabytes of nothing.
    monkeypatch.setattr(limits, "FILE_BYTES", limits.MEGABYTE)
    honest = repacked(
        lambda name, xml: xml + b" " * 5_000_000 if "sheet1" in name else xml
    )
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = honest.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    assert "unpacks to more" in reason(lying)


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c><c r="B99999999999"><v>1</v></c></row>',
        b"<row r='1'><c r='A1'><v>1</v></c><c r = 'a900000'><v>1</v></c></row>",
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="999999"><c><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c><c r="BXX200000"><v>1</v></c></row>',
    ],
)
def test_a_cell_at_the_far_end_does_not_take_the_memory_for_all_between(cells):
    assert "at most" in reason(with_cells(cells))


def test_a_sheet_formatted_to_its_end_is_read():
    cells = (
        b'<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
        b'<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>'
        b'<row r="1048576"><c r="A1048576" s="0"/></row>'
    )
    assert len(read(with_cells(cells), "file").responses) == 1


def test_a_count_of_more_texts_than_there_are_is_damage():
    lying = repacked(
        lambda name, xml: xml.replace(
            b"uniqueCount=", b'x="" uniqueCount="999999999" y='
        )
    )
    assert "damaged" in reason(lying)


def test_a_refusal_names_its_kind():
    with pytest.raises(FileRefused) as refused:
        read(b"%PDF-1.7", "file.xlsx")
    assert refused.value.problem.code == Code.UNKNOWN_FORMAT


def test_process_that_reads_a_file_does_without_the_database():
    """To import what asks it takes as long as all else that such a process needs."""
    code = "import sys, surveys.readers.opening; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )

    modules = done.stdout.split()
    assert "surveys.readers.opening" in modules
    assert not [name for name in modules if name.startswith("django.db")]
