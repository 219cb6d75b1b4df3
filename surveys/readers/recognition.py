"""What a reader says about a file that it may know."""

from dataclasses import dataclass

from surveys.readers.tables import Tool


@dataclass(frozen=True)
class Recognised:
    """A tool that may have written the file: `score` from 0 to 1, and why.

    `grid` and `row` are the indexes of the sheet and the row of the headings; `marks`
    the headings by which it was recognised.
    """

    tool: Tool
    score: float
    reason: str
    grid: int = 0
    row: int = 0
    marks: tuple[str, ...] = ()
