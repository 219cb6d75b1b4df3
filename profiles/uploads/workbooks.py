"""Excel workbooks: bytes to sheets of cells, through calamine."""

import datetime
import io
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from profiles.uploads import archives, limits
from profiles.uploads.cells import Grid, Span

_HEADER_ROWS = 20
# calamine makes room for the whole rectangle up to the farthest cell with a value, or
# dies trying. A sheet written as usual, `<c r="A1">`, and without a reference like
# these has less than 28 000 rows of 702 columns.
_MAY_BE_LARGE = re.compile(
    rb"""r="(?:[A-Za-z]{3,}\d|[A-Za-z]{1,2}(?:\d{6}|[3-9]\d{4}|2[89]\d{3}))"""
)
_WITH_VALUE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]+)(\d+)["'][^>]*(?<!/)>""")
_OF_ROW = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
_BARE_CELL = re.compile(rb"<c[\t\n\r>/]")
_NAMED_CELL = re.compile(rb":c[\s>/]")
_COUNT = re.compile(rb"""ount\s*=\s*["'](\d{6,})""")
_FAR = 10**9
"""What is farther than any sheet goes; longer numbers need not be read."""


def read_workbook(content: bytes) -> list[Grid]:
    """Return the sheets that hold anything, hidden ones after the others.

    Raises Refused for what is damaged, locked or too large. Rows and columns
    are where they stand in the sheet: blank ones at its edges are kept.
    """
    _check_archive(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return list(_grids(workbook))
    except PasswordError:
        raise archives.locked() from None
    except (CalamineError, ValueError, OSError, EOFError) as error:
        raise archives.damaged() from error
    except BaseException as error:
        # A panic of the library derives from BaseException only.
        if type(error).__name__ == "PanicException":
            raise archives.damaged() from error
        raise


def _grids(workbook: CalamineWorkbook) -> Iterator[Grid]:
    sheets = list(enumerate(workbook.sheets_metadata))
    limits.check_sheets(len(sheets))
    for position, sheet in sorted(sheets, key=lambda item: _is_hidden(item[1])):
        if sheet.typ != SheetTypeEnum.WorkSheet:
            continue
        loaded = workbook.get_sheet_by_index(position)
        last_row, last_column = loaded.end or (-1, -1)
        limits.check_area(last_row + 1, last_column + 1, sheet.name)
        rows = loaded.to_python(skip_empty_area=False)
        if any(row.count("") < len(row) for row in rows):
            yield Grid(sheet.name, _known_types(rows), _merged(loaded))


def _is_hidden(sheet: SheetMetadata) -> bool:
    return bool(sheet.visible != SheetVisibleEnum.Visible)


def _known_types(rows: list) -> list:
    """Turn the one type that Cell does not have, a duration, into text."""
    for row in rows:
        if datetime.timedelta in set(map(type, row)):
            row[:] = [
                str(cell) if isinstance(cell, datetime.timedelta) else cell
                for cell in row
            ]
    return rows


def _merged(sheet: CalamineSheet) -> tuple[Span, ...]:
    """Return the merged cells at the top, where headings are."""
    return tuple(
        (top, left, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        if top == bottom < _HEADER_ROWS and left < right
    )


def _check_archive(content: bytes) -> None:
    """Unpack everything once before a reader trusts what the archive says of itself."""
    sheets = 0
    for name, xml in archives.unpack(content):
        # Room is made for as many things as a count promises.
        if any(_row_number(count) > len(xml) for count in _COUNT.findall(xml)):
            raise archives.damaged()
        if b"sheetData" in xml:
            sheets += 1
            limits.check_sheets(sheets)
            _check_reach(xml, PurePosixPath(name).stem)


def _check_reach(xml: bytes, name: str) -> None:
    """Refuse a sheet whose farthest cells are beyond the limits."""
    # Cells may also leave out where they are, and then follow from their row.
    is_usual = _is_usual(xml)
    if is_usual and not _MAY_BE_LARGE.search(xml):
        return
    references = _WITH_VALUE.findall(xml)
    columns = {column for column, _row in references}
    rows = {row for _column, row in references}
    if not is_usual:
        rows.update(_OF_ROW.findall(xml))
    limits.check_area(
        max(map(_row_number, rows), default=0),
        max(map(_column_number, columns), default=0),
        name,
    )


def _is_usual(xml: bytes) -> bool:
    """Tell whether every cell begins `<c r="`, as nearly all programs write it."""
    return (
        xml.count(b"<c ") == xml.count(b'<c r="')
        and not _BARE_CELL.search(xml)
        and not _NAMED_CELL.search(xml)
    )


def _row_number(digits: bytes) -> int:
    return int(digits) if len(digits) < 10 else _FAR


def _column_number(letters: bytes) -> int:
    if len(letters) > 5:
        return _FAR
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
