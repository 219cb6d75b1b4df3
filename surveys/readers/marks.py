"""The headings that mark a file as written by one survey tool."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from profiles.uploads.cells import Grid
from surveys.readers.grids import Source, one_line
from surveys.readers.tables import Tool

_LOOKED_AT = 20


@dataclass(frozen=True)
class Recognised:
    """A tool that may have written the file, how likely (0 to 1), and why.

    `grid` and `row` are the indexes of the sheet and of the row with the headings;
    `marks` are the headings by which the tool was recognised.
    """

    tool: Tool
    score: float
    reason: str
    grid: int = 0
    row: int = 0
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeadingRow:
    """The row that has most of a tool's headings."""

    grid: int
    row: int
    marks: tuple[str, ...]

    @property
    def shown(self) -> str:
        return ", ".join(self.marks)

    def recognised(self, tool: Tool, score: float, reason: str) -> Recognised:
        return Recognised(tool, score, reason, self.grid, self.row, self.marks)


def find_headings(
    source: Source, marks_in: Callable[[set[str]], set[str]]
) -> HeadingRow | None:
    """Return which of the first rows has most marks of a tool, None if none has any.

    `marks_in` returns which of a row's texts are marks.
    """
    best: HeadingRow | None = None
    for number, grid in enumerate(source.grids):
        for index, names in first_rows(grid):
            marks = tuple(sorted(marks_in(names)))
            if marks and (not best or len(marks) > len(best.marks)):
                best = HeadingRow(number, index, marks)
    return best


def first_rows(grid: Grid) -> Iterator[tuple[int, set[str]]]:
    """Yield index and texts of each of the first rows, among which the headings are."""
    for index, row in enumerate(grid.rows[:_LOOKED_AT]):
        yield index, {text for cell in row if (text := one_line(cell))}
