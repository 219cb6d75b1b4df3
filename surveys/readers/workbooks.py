"""Excel workbooks: bytes to sheets of cells, through calamine."""

import datetime
import io
import re
from collections.abc import Iterator

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from surveys.readers import archives, limits
from surveys.readers.grids import Grid, Source, Span

_HEADER_ROWS = 20
# calamine makes room for the whole rectangle up to the farthest cell with a value. A
# sheet without a reference like these has less than 28 000 rows of 702 columns.
_MAY_BE_LARGE = re.compile(
    rb"""r=["'](?:[A-Z]{3}\d|[A-Z]{1,2}(?:\d{6}|[3-9]\d{4}|2[89]\d{3}))"""
)
_WITH_VALUE = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>""")


def read_workbook(content: bytes, name: str) -> Source:
    """Return the sheets that hold anything, hidden ones after the others.

    Raises FileRefused for what is damaged, locked or too large. Rows and columns
    are where they stand in the sheet: blank ones at its edges are kept.
    """
    if content.startswith(archives.START):
        _check_archive(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return Source(name, list(_grids(workbook)))
    except PasswordError:
        raise archives.locked() from None
    except (CalamineError, ValueError, OSError, EOFError, MemoryError) as error:
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
        limits.check_area(loaded.total_height, loaded.total_width, sheet.name)
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
        if name.startswith("xl/worksheets/"):
            sheets += name.endswith(".xml")
            limits.check_sheets(sheets)
            _check_reach(xml, name)


def _check_reach(xml: bytes, name: str) -> None:
    """Refuse a sheet whose farthest cells are beyond the limits."""
    if not _MAY_BE_LARGE.search(xml):
        return
    references = _WITH_VALUE.findall(xml)
    columns = {column for column, _row in references}
    rows = {row for _column, row in references}
    limits.check_area(
        max(map(int, rows), default=0), max(map(_number, columns), default=0), name
    )


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number
