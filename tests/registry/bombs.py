"""Small files that are made to take a server's memory or its time."""

import io
import json
import re
import zipfile
from collections.abc import Callable

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tests.surveys.export_files import xlsx_file
from tests.surveys.sheets import SHEET

LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "haha">'
    for n in range(12)
)
LAUGHING = f"<!DOCTYPE x [{LAUGHS}]>"


def repacked(content: bytes, change) -> bytes:
    """Return an archive with each member put through `change(name, text)`."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            text = old.read(name).decode("utf-8", "surrogateescape")
            new.writestr(name, change(name, text).encode("utf-8", "surrogateescape"))
    return packed.getvalue()


def zipped(**members: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return packed.getvalue()


BOOK = xlsx_file({"Sheet1": [["slug", "name_en"], ["a", "A"], ["b", "B"]]})


def in_sheet(before: str, after: str) -> bytes:
    """Return a workbook with `after` in the place of what a pattern finds."""
    return repacked(
        BOOK,
        lambda name, xml: (
            re.sub(before, lambda _found: after, xml, count=1, flags=re.S)
            if "sheet1" in name
            else xml
        ),
    )


def _rows_of_one_text(rows: int, length: int) -> bytes:
    """Return a workbook whose cells all point to one long text."""
    cells = "".join(
        f'<row r="{r}">'
        + "".join(f'<c r="{c}{r}" t="s"><v>0</v></c>' for c in "ABCD")
        + "</row>"
        for r in range(1, rows + 1)
    )
    text = f"<si><t>{'x' * length}</t></si>"
    return repacked(
        BOOK,
        lambda name, xml: (
            re.sub("<si>", text + "<si>", xml, count=1)
            if "sharedStrings" in name
            else re.sub(
                "<sheetData>.*</sheetData>", f"<sheetData>{cells}</sheetData>", xml
            )
            if "sheet1" in name
            else xml
        ),
    )


def _merged(number: int) -> bytes:
    spans = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, number + 1))
    merged = f'</sheetData><mergeCells count="{number}">{spans}</mergeCells>'
    return in_sheet("</sheetData>", merged)


def _styled(number: int) -> bytes:
    return repacked(
        BOOK,
        lambda name, xml: (
            re.sub("<cellXfs.*?</cellXfs>", styles(number), xml)
            if "styles" in name
            else xml
        ),
    )


def styles(number: int) -> str:
    formats = '<xf numFmtId="14"/>' * number
    return f'<cellXfs count="{number}">{formats}</cellXfs>'


def workbooks() -> dict[str, Callable[[], bytes]]:
    """Return workbooks that ask for far more than they hold."""
    dimension = '<dimension ref="A1:XFD60000"/>'
    far = '<c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return {
        "dimension": lambda: in_sheet("<dimension[^>]*>", dimension),
        "cell-far-out": lambda: in_sheet("</row></sheetData>", far),
        "zip-bomb": lambda: in_sheet("</sheetData>", "</sheetData>" + " " * 30_000_000),
        "one-text-in-every-cell": lambda: _rows_of_one_text(4000, 300_000),
        "merged-cells": lambda: _merged(200_000),
        "styles": lambda: _styled(500_000),
        "entities": lambda: in_sheet("<worksheet", LAUGHING + "<worksheet"),
        "nested": lambda: zipped(a_zip="x" * 1000, b_zip="y" * 1000),
        "deep": lambda: in_sheet("<sheetData>", "<a>" * 500_000 + "<sheetData>"),
    }


def csv_tables() -> dict[str, Callable[[], bytes]]:
    return {
        "one-endless-line": lambda: b"x" * 1_900_000,
        "a-million-columns": lambda: b"slug" + b"," * 1_000_000 + b"\n",
        "quotation-mark-never-closed": lambda: b'slug,name_en\na,"' + b"x\n" * 900_000,
        "utf-16-without-mark": lambda: "slug,name_en\na,A\n".encode("utf-16-le"),
        "utf-7": lambda: b"+AHM-lug,name+AF8-en\na,A\n",
        "nothing-but-nul": lambda: b"\0" * 1_000_000,
    }


def submissions() -> dict[str, Callable[[], bytes]]:
    """Return what KoboToolbox's API could answer, and never would."""
    mark = '"_uuid": "x", "_submission_time": "2019-04-01T16:12:00"'
    return {
        "deep-json": lambda: b"[" * 1_000_000,
        "deep-answers": lambda: f'[{{{mark}, "a": {"[" * 900}{"]" * 900}}}]'.encode(),
        "number-without-end": lambda: f'[{{{mark}, "a": {"9" * 1_000_000}}}]'.encode(),
        "number-beyond-all": lambda: f'[{{{mark}, "a": 1e999999}}]'.encode(),
        "a-column-per-answer": lambda: json.dumps(
            [
                {"_uuid": str(n), "_submission_time": "", f"q{n}": "1"}
                for n in range(30_000)
            ]
        ).encode(),
    }


def word(paragraphs: int, number_of_styles: int, text: str = SHEET) -> bytes:
    """Return a Word document whose paragraphs each have one of many styles."""
    document = docx.Document()
    all_styles = document.styles.element
    for number in range(number_of_styles):
        style = OxmlElement("w:style")
        style.set(qn("w:type"), "paragraph")
        style.set(qn("w:styleId"), f"s{number}")
        name = OxmlElement("w:name")
        name.set(qn("w:val"), f"style {number}")
        style.append(name)
        all_styles.append(style)
    for line in text.split("\n\n"):
        document.add_paragraph(line)
    saved = io.BytesIO()
    document.save(saved)
    last = f'<w:p><w:pPr><w:pStyle w:val="s{number_of_styles - 1}"/></w:pPr></w:p>'
    return repacked(
        saved.getvalue(),
        lambda name, xml: (
            xml.replace("<w:sectPr", last * paragraphs + "<w:sectPr", 1)
            if name == "word/document.xml"
            else xml
        ),
    )


def in_word(body: str, before: str = "") -> bytes:
    return repacked(
        word(0, 0),
        lambda name, xml: (
            xml.replace("<w:sectPr", body + "<w:sectPr", 1).replace(
                "<w:document", before + "<w:document", 1
            )
            if name == "word/document.xml"
            else xml
        ),
    )


def open_document(body: str, before: str = "") -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    content = (
        f'{before}<o:document-content xmlns:o="{office}" xmlns:text="{text}">'
        f"<o:body><o:text>{body}</o:text></o:body></o:document-content>"
    )
    return zipped(content_xml=content)


def sheets() -> dict[str, Callable[[], bytes]]:
    """Return documents that are refused as summary sheets."""
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>x</w:t></w:r>"
    return {
        "paragraphs-times-styles": lambda: word(20_000, 5_000),
        "runs": lambda: in_word(f"<w:p>{bold * 200_000}</w:p>"),
        "word-entities": lambda: in_word(
            "<w:p><w:r><w:t>&l11;</w:t></w:r></w:p>", LAUGHING
        ),
        "deep-word": lambda: in_word("<w:p>" * 100_000),
        "word-zip-bomb": lambda: in_word(" " * 70_000_000),
        "open-document-entities": lambda: open_document(
            "<text:p>&l11;</text:p>", LAUGHING
        ),
        "open-document-blanks": lambda: open_document(
            "<text:p>" + '<text:s text:c="99999999"/>' * 200_000 + "</text:p>"
        ),
        "deep-open-document": lambda: open_document("<text:span>" * 100_000),
        "open-document-zip-bomb": lambda: open_document(" " * 70_000_000),
        "stars": lambda: b"*" * 99_000,
        "endless-line": lambda: b"x " * 1_000_000,
    }


def mappings() -> dict[str, Callable[[], bytes]]:
    return {
        "deep-lists": lambda: b"schema = " + b"[" * 90_000,
        "deep-tables": lambda: b"schema = " + b"{a = " * 30_000,
        "keys-of-many-parts": lambda: b".".join([b"a"] * 90_000) + b" = 1",
        "number-without-end": lambda: b"schema = " + b"9" * 150_000,
        "not-utf-8": lambda: b"schema = \xff\xfe",
    }
