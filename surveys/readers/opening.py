"""The cells of a file, whatever its format; other files are refused by their kind.

This module runs in a process apart from the server. It knows none of Django's models,
and of survey tools only the JSON of KoboToolbox.
"""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.uploads import archives, limits
from profiles.uploads.refusals import Refused
from profiles.uploads.workbooks import read_workbook
from surveys.problems import Code, FileRefused
from surveys.readers.delimited import read_delimited
from surveys.readers.grids import Source, one_line, refusal
from surveys.readers.kobo_json import read_json
from surveys.reading_apart import in_words

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_FILES = (
    (b"%PDF", gettext_lazy("This is a PDF document, not an export of answers.")),
    (b"\x89PNG", gettext_lazy("This is a picture, not an export of answers.")),
    (b"\xff\xd8\xff", gettext_lazy("This is a picture, not an export of answers.")),
    (b"GIF8", gettext_lazy("This is a picture, not an export of answers.")),
    (b"{\\rtf", gettext_lazy("This is a text document, not an export of answers.")),
    (b"7z\xbc\xaf", gettext_lazy("This is a packed archive: unpack it first.")),
    (b"Rar!", gettext_lazy("This is a packed archive: unpack it first.")),
    (b"\x1f\x8b", gettext_lazy("This is a packed archive: unpack it first.")),
    (b"SQLite format", gettext_lazy("This is a database, not an export of answers.")),
    (
        b"$FL",
        gettext_lazy(
            "This is a file of SPSS, which is not read here. Export the answers from "
            "the survey tool as CSV or XLSX; or open the file in SPSS, choose File, "
            "Save As and the type CSV, with the names of variables in the first row "
            "and without “value labels instead of data values”. PSPP writes it with "
            "SAVE TRANSLATE /TYPE=CSV /FIELDNAMES."
        ),
    ),
    (
        b"<stata_dta>",
        gettext_lazy(
            "This is a file of Stata, which is not read here. Export the answers from "
            "the survey tool as CSV or XLSX; or use “export delimited” in Stata."
        ),
    ),
    (b"\x7fELF", gettext_lazy("This is a program, not an export of answers.")),
    (b"MZ\x90", gettext_lazy("This is a program, not an export of answers.")),
)


def plain_source(content: bytes, name: str, encoding: str = "") -> dict[str, Any]:
    """Return the Source of a file, or its refusal, as plain values for `read_file`."""
    return in_words(lambda: open_source(content, name, encoding).as_plain())


def open_source(content: bytes, name: str, encoding: str = "") -> Source:
    """Return the cells of a file. Raises FileRefused, which says what the file is.

    `encoding` is what somebody answered, for a text whose letters leave it open.
    """
    try:
        source = _open(content, name, encoding)
    except Refused as refused:
        raise FileRefused.of(refused) from None
    if not any(grid.rows for grid in source.grids):
        raise refusal(Code.UNREADABLE_FILE, _("The file has no cells."))
    _refuse_forms(source)
    return source


def _open(content: bytes, name: str, encoding: str) -> Source:
    limits.check_bytes(len(content))
    if not content.strip():
        raise refusal(Code.UNREADABLE_FILE, _("The file is empty."))
    if content.startswith(archives.START):
        return _open_archive(content, name, encoding)
    if content.startswith(_OLE):
        raise _not_answers(_what_ole(content))
    _refuse_other_files(content)
    is_json = re.match(rb"(\xef\xbb\xbf)?\s*((\{\s*[\"}])|(\[\s*[\[{\"\]]))", content)
    if is_json:
        return read_json(content, name)
    return read_delimited(content, name, encoding)


def _open_archive(content: bytes, name: str, encoding: str) -> Source:
    """Read a workbook or an archive of CSV files, which are packed in the same way."""
    members = archives.names(content)
    if "xl/workbook.xml" in members:
        grids = read_workbook(content)
        return Source(name, grids, counts_from_1904=_counts_from_1904(content))
    if "word/document.xml" in members:
        raise _not_answers(_("This is a Word document, not an export of answers."))
    if "xl/workbook.bin" in members or "content.xml" in members:
        raise _not_answers(_("Workbooks of this kind are not read: save it as .xlsx."))
    if any(each.lower().endswith(".csv") for each in members):
        return _read_archive(content, name, encoding)
    raise _not_answers(_("This is an archive, and has no CSV file in it."))


def _counts_from_1904(content: bytes) -> bool:
    """Tell whether the numbers of a workbook, which was read, are days since 1904."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        settings = packed.read("xl/workbook.xml")
    return bool(re.search(rb"""date1904\s*=\s*["'](?:1|true)""", settings))


def _read_archive(content: bytes, name: str, encoding: str) -> Source:
    """Read each CSV file of an archive as a sheet: some tools pack their tables so."""
    source = Source(name, [])
    for member, packed in archives.unpack(content):
        path = PurePosixPath(member)
        if path.suffix.lower() != ".csv" or path.name.startswith("."):
            continue
        limits.check_bytes(len(packed))
        read = read_delimited(packed, member, encoding)
        read.grids[0].sheet = path.stem
        source.grids += read.grids
        source.encoding = source.encoding or read.encoding
        source.delimiter = source.delimiter or read.delimiter
        source.problems += [replace(each, sheet=path.stem) for each in read.problems]
        limits.check_sheets(len(source.grids))
    return source


def _what_ole(content: bytes) -> str:
    """Return a sentence that says what kind of file an old Office wrote.

    Old workbooks are not read: a damaged one can make their reader ask for more
    memory than any server has, and no survey tool writes them any more.
    """
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _("The workbook is locked with a password: save it without one.")
    if "WordDocument".encode("utf-16-le") in content:
        return _("This is a Word document, not an export of answers.")
    return _("This is an old Excel workbook (.xls): open it and save it as .xlsx.")


def _refuse_other_files(content: bytes) -> None:
    for start, text in _OTHER_FILES:
        if content.startswith(start):
            raise _not_answers(str(text))
    head = content[:4000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<?xml", b"<!doctype", b"<html", b"<document", b"<query")):
        raise _not_answers(_what_markup(head))


def _what_markup(head: bytes) -> str:
    if b"limesurveydoctype" in head or b"quexml" in head or b"<questionnaire" in head:
        return _("This is the structure of a survey, without its answers.")
    if b"<html" in head:
        return _("This is a web page, perhaps a sign-in page saved in place of a file.")
    return _("This is an XML file, not an export of answers.")


def _refuse_forms(source: Source) -> None:
    """Refuse an XLSForm, which holds the questions of a survey and no answers."""
    heads = {
        grid.sheet: {one_line(cell) for row in grid.rows[:5] for cell in row}
        for grid in source.grids
    }
    if {"type", "name"} <= heads.get("survey", set()):
        raise _not_answers(
            _("This is a form (XLSForm) with its questions, without answers.")
        )


def _not_answers(text: str) -> FileRefused:
    return refusal(Code.UNKNOWN_FORMAT, text, allowed=_("An export as XLSX or CSV."))
