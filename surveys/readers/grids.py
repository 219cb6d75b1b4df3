"""Sheets of cells as a file has them, before anybody knows which tool wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from surveys.problems import Code, FileRefused, Problem, Severity
from surveys.readers.tables import Cell

Span = tuple[int, int, int]
"""Cells merged within one row: row index, first and last position."""


@dataclass
class Grid:
    """A sheet, or a CSV file (`sheet` is ""). The index of a row is its number - 1."""

    sheet: str
    rows: list[list[Cell]]
    merged: tuple[Span, ...] = ()


@dataclass
class Source:
    """The grids of a file: sheets, or the CSVs of an archive."""

    name: str
    grids: list[Grid]
    encoding: str = ""
    delimiter: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_one_csv(self) -> bool:
        return bool(self.encoding) and len(self.grids) == 1


def refusal(code: Code, text: str, *, row: int = 0, allowed: str = "") -> FileRefused:
    return FileRefused(Problem(code, Severity.ERROR, text, row=row, allowed=allowed))


def one_line(cell: Cell) -> str:
    """Return a heading on one line: exports break and pad them at will."""
    return " ".join(str(cell).replace("\0", "").split())


def listed(numbers: Iterable[int], most: int = 8) -> str:
    """Return row numbers as people write them, the first ones and how many follow."""
    every = list(numbers)
    shown = ", ".join(str(number) for number in every[:most])
    if len(every) <= most:
        return shown
    return _("%(shown)s and %(count)d more") % {
        "shown": shown,
        "count": len(every) - most,
    }
