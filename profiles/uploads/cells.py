"""Cells of a table as a file has them."""

import datetime
from dataclasses import dataclass

Cell = str | int | float | bool | datetime.datetime | datetime.date | datetime.time
"""A cell as the file has it: text from CSV, typed from XLSX; "" when empty."""

Span = tuple[int, int, int]
"""Cells merged within one row: row index, first and last position."""


@dataclass
class Grid:
    """A sheet, or a CSV file (`sheet` is ""). The index of a row is its number - 1."""

    sheet: str
    rows: list[list[Cell]]
    merged: tuple[Span, ...] = ()


def text_of(cell: Cell | None) -> str:
    """Return a cell as a person reads it: 1990.0 is '1990', a day has no time."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        if cell.time() == datetime.time() and cell.tzinfo is None:
            return cell.date().isoformat()
        return cell.isoformat(sep=" ")
    return str(cell)
