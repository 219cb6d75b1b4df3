"""Sheets of cells as a file has them, before anybody knows which tool wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from profiles.uploads.cells import Cell, Grid
from surveys.problems import Code, FileRefused, Problem, Severity


@dataclass
class Source:
    """The grids of a file: sheets, or the CSVs of an archive.

    `counts_from_1904` tells that the workbook counts days so, and not from 1900.
    """

    name: str
    grids: list[Grid]
    encoding: str = ""
    delimiter: str = ""
    problems: list[Problem] = field(default_factory=list)
    counts_from_1904: bool = False

    def as_plain(self) -> dict[str, Any]:
        """Return the source as plain values, from which `from_plain` makes it again."""
        return {
            "name": self.name,
            "grids": [(grid.sheet, grid.rows, grid.merged) for grid in self.grids],
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "problems": [problem.as_json() for problem in self.problems],
            "counts_from_1904": self.counts_from_1904,
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Source":
        grids = [
            Grid(sheet, rows, tuple((top, left, right) for top, left, right in merged))
            for sheet, rows, merged in plain["grids"]
        ]
        problems = [Problem.from_json(problem) for problem in plain["problems"]]
        return cls(**plain | {"grids": grids, "problems": problems})

    @property
    def is_one_csv(self) -> bool:
        return bool(self.encoding) and len(self.grids) == 1


def refusal(code: Code, text: str, *, row: int = 0, allowed: str = "") -> FileRefused:
    return FileRefused(Problem(code, Severity.ERROR, text, row=row, allowed=allowed))


def one_line(cell: Cell) -> str:
    """Return a heading on one line, without the breaks and spaces that tools add."""
    return " ".join(str(cell).replace("\0", "").split())


def listed(numbers: Iterable[int], most: int = 8) -> str:
    """Return the first numbers of rows, and how many follow: '2, 3 and 7 more'."""
    every = list(numbers)
    shown = ", ".join(str(number) for number in every[:most])
    if len(every) <= most:
        return shown
    return _("%(shown)s and %(count)d more") % {
        "shown": shown,
        "count": len(every) - most,
    }
