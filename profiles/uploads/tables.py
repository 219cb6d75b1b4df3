"""A table that people bring, as CSV or XLSX: a function for `read_apart`."""

from django.utils.translation import gettext as _

from profiles.uploads import archives, limits
from profiles.uploads.cells import text_of
from profiles.uploads.refusals import Reason, Refused
from profiles.uploads.texts import csv_rows, utf_8
from profiles.uploads.workbooks import read_workbook


def table(content: bytes, *, most_rows: int) -> list[list[str]]:
    """Return the headings and the rows below, all texts and all of the same length.

    Of a workbook that is its first sheet with anything in it. Raises Refused.
    """
    limits.check_bytes(len(content))
    numbered = _of_workbook if content.startswith(archives.START) else _of_csv
    rows = numbered(content)
    while rows and not any(rows[-1][1]):
        del rows[-1]
    if not rows:
        raise Refused(Reason.UNREADABLE_FILE, _("There is no table in the file."))
    if len(rows) - 1 > most_rows:
        raise Refused(
            Reason.TOO_LARGE,
            _("The file has more than %(rows)s rows: split it.") % {"rows": most_rows},
        )
    _line, headings = rows[0]
    while headings and not headings[-1]:
        del headings[-1]
    return [_as_wide(row, len(headings), line) for line, row in rows]


def _of_csv(content: bytes) -> list[tuple[int, list[str]]]:
    text = utf_8(content)
    if "\0" in text:
        raise Refused(Reason.UNKNOWN_FORMAT, _("The file is no CSV and no XLSX."))
    # Semicolons stand where the comma stands in numbers.
    first_line = text.partition("\n")[0]
    semicolons = first_line.count(";") > first_line.count(",")
    rows = csv_rows(text, ";" if semicolons else ",")
    return [(line, row) for line, row in rows if row]


def _of_workbook(content: bytes) -> list[tuple[int, list[str]]]:
    grids = read_workbook(content)
    rows = grids[0].rows if grids else []
    return [(line, [text_of(cell) for cell in row]) for line, row in enumerate(rows, 1)]


def _as_wide(row: list[str], width: int, line: int) -> list[str]:
    if any(row[width:]):
        raise Refused(
            Reason.UNREADABLE_FILE,
            _("Line %(line)s has %(found)s cells under %(expected)s headings.")
            % {"line": line, "found": len(row), "expected": width},
        )
    return row[:width] + [""] * (width - len(row))
