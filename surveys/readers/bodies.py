"""The rows below the headings, and whole tables that have one row of headings."""

import re
from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from profiles.uploads.cells import Cell, Grid
from surveys.problems import Code, Problem, Severity, cell_name
from surveys.readers.grids import listed
from surveys.readers.headings import Heading, headings
from surveys.readers.personal import is_personal
from surveys.readers.tables import Column, Role, Row, Table

TRUNCATED = "<WARNING: Truncated"
EXCEL_CELL = 32_767
_UTF_8_READ_AS_CP1252 = "Ã[¡©¨ªº³±§¼´®¢\xad\xa0]|â€[™œ“”¦]|Â[\xa0¿¡«»º°]"
_MARKS = re.compile(f"{TRUNCATED}|\0|�|{_UTF_8_READ_AS_CP1252}")


def read_table(
    grid: Grid,
    index: int,
    role_of: Callable[[str], Role],
    problems: list[Problem],
    *,
    name: str = "",
) -> Table:
    """Return a table with one heading row, the row `index`, of one column a question.

    `role_of` returns the role of the tool's own columns, and Role.ANSWER for any other
    heading, which is PERSONAL if it sounds so. `name` is that of a repeated group.
    """

    def column(heading: Heading) -> Column:
        text = heading.text
        role = role_of(text) if text else Role.BOOKKEEPING
        if role == Role.ANSWER and is_personal(text, in_group=bool(name)):
            role = Role.PERSONAL
        return Column(
            heading.position,
            heading.name,
            text,
            role,
            is_repeated_header=heading.is_repeated,
        )

    found = headings(grid.rows[index], grid, index, problems)
    columns = tuple(column(heading) for heading in found)
    rows = read_body(grid, index + 1, columns, problems)
    return Table(name, grid.sheet, columns, rows)


def read_body(
    grid: Grid, first: int, columns: Sequence[Column], problems: list[Problem]
) -> list[Row]:
    """Return the rows from index `first` on, without the empty ones.

    Every row gets as many cells as the table has columns. Rows that had fewer cells,
    and cells that are cut or damaged, are reported; a row that had more gets a
    problem of severity ERROR, since its answers may stand under wrong headings.
    """
    width = max((column.position for column in columns), default=-1) + 1
    rows: list[Row] = []
    empty: list[int] = []
    short: list[int] = []
    for number, cells in enumerate(grid.rows[first:], start=first + 1):
        if cells.count("") == len(cells):
            empty.append(number)
            continue
        if len(cells) != width:
            if len(cells) < width:
                short.append(number)
                cells += [""] * (width - len(cells))
            else:
                if any(cell != "" for cell in cells[width:]):
                    problems.append(_too_wide(grid, number, len(cells), width))
                del cells[width:]
        rows.append(Row(number, cells))
    _report_empty(grid, empty, rows, problems)
    if short:
        problems.append(_too_narrow(grid, short))
    report_damage(grid.sheet, columns, rows, problems)
    return rows


def misplaced(problems: Sequence[Problem], sheet: str) -> set[int]:
    """Return the numbers of rows whose cells do not stand under their headings."""
    return {
        problem.row
        for problem in problems
        if problem.code == Code.RAGGED_ROW
        and problem.severity == Severity.ERROR
        and problem.sheet == sheet
    }


def report_damage(
    sheet: str, columns: Sequence[Column], rows: list[Row], problems: list[Problem]
) -> None:
    """Report cells that were cut or whose letters were destroyed on their way."""
    for row in rows:
        text = "\n".join([cell for cell in row.cells if cell.__class__ is str])
        if not _MARKS.search(text) and len(text) < EXCEL_CELL:
            continue
        for column in columns:
            cell = row.cells[column.position]
            if isinstance(cell, str):
                row.cells[column.position] = _check(sheet, column, row, cell, problems)


def _check(
    sheet: str, column: Column, row: Row, cell: str, problems: list[Problem]
) -> Cell:
    if cell.startswith(TRUNCATED) or len(cell) == EXCEL_CELL:
        code = Code.TRUNCATED_CELL
        text = _("The text is longer than a spreadsheet's cell and was cut.")
        allowed = _("An export as CSV, whose cells have no limit.")
    elif _MARKS.search(cell):
        code = Code.DAMAGED_TEXT
        text = _("Some letters were destroyed before the file came here.")
        allowed = _("The file as the survey tool exports it, not saved again.")
    else:
        return cell
    problems.append(
        Problem(
            code,
            Severity.WARNING,
            text,
            sheet=sheet,
            row=row.number,
            column=column.header,
            cell=cell_name(column.position, row.number),
            value="" if column.role == Role.PERSONAL else _shortened(cell),
            allowed=allowed,
        )
    )
    return cell.replace("\0", "")


def _shortened(text: str) -> str:
    text = text.replace("\0", "")
    return text if len(text) <= 80 else f"{text[:79]}…"


def _report_empty(
    grid: Grid, empty: list[int], rows: list[Row], problems: list[Problem]
) -> None:
    """Report empty rows between filled ones: most files end with some anyway."""
    last = rows[-1].number if rows else 0
    between = [number for number in empty if number < last]
    if between:
        problems.append(
            Problem(
                Code.EMPTY_ROWS,
                Severity.NOTE,
                _("Empty rows were left out: %(rows)s.") % {"rows": listed(between)},
                sheet=grid.sheet,
                row=between[0],
            )
        )


def _too_wide(grid: Grid, number: int, count: int, width: int) -> Problem:
    return Problem(
        Code.RAGGED_ROW,
        Severity.ERROR,
        _(
            "Row %(row)d has %(count)d cells under %(width)d headings, so that its "
            "answers may stand under wrong headings. It is not read."
        )
        % {"row": number, "count": count, "width": width},
        sheet=grid.sheet,
        row=number,
        allowed=_("Quotation marks around cells that contain the delimiter."),
    )


def _too_narrow(grid: Grid, numbers: list[int]) -> Problem:
    return Problem(
        Code.RAGGED_ROW,
        Severity.WARNING,
        _(
            "Rows with fewer cells than there are headings: %(rows)s. The missing "
            "cells are taken as empty."
        )
        % {"rows": listed(numbers)},
        sheet=grid.sheet,
        row=numbers[0],
    )
