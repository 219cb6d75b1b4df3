"""The heading row of a table: unique names for its columns."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from profiles.uploads.cells import Cell, Grid
from surveys.file_questions import would_lose
from surveys.problems import Code, Problem, Severity, letters
from surveys.readers.grids import one_line

_LOOKED_AT = 20


@dataclass(frozen=True)
class Heading:
    """A column's heading: `text` as the file has it, `name` unique in the table."""

    position: int
    name: str
    text: str
    is_repeated: bool = False


def heading_index(grid: Grid) -> int:
    """Return the index of the row that looks most like headings.

    This is the first row that is about as full as the fullest of the first rows:
    titles, notes and the names of sections above it fill only a few cells.
    """
    filled = [len(row) - row.count("") for row in grid.rows[:_LOOKED_AT]]
    for top, left, right in grid.merged:
        if top < len(filled):
            filled[top] += right - left
    fullest = max(filled, default=0)
    return next(
        (index for index, count in enumerate(filled) if count > 0.6 * fullest), 0
    )


def headings(
    texts: Sequence[Cell], grid: Grid, index: int, problems: list[Problem]
) -> list[Heading]:
    """Return the headings of a table, each with a name that is unique there.

    `texts` are the cells of row `index` of the grid, or what the reader made of them.
    A column without a heading is left out when all its cells are empty, else named
    after its letter. A heading in merged cells holds for every column below them.
    Columns that share a heading are numbered and reported, never merged.
    """
    named = [one_line(text) for text in texts]
    for top, left, right in grid.merged:
        if top == index and named[left : left + 1]:
            named[left : right + 1] = [named[left]] * len(named[left : right + 1])
    counts = Counter(named)
    taken = set(named)
    seen: dict[str, list[int]] = defaultdict(list)
    found = []
    for position, text in enumerate(named):
        if not text:
            if not _is_filled(grid, index, position):
                continue
            problems.append(_no_heading(grid, index, position))
            name = _free(
                _("Column %(letters)s") % {"letters": letters(position)}, taken
            )
            found.append(Heading(position, name, ""))
            continue
        seen[text].append(position)
        number = len(seen[text])
        name = text if number == 1 else _free(text, taken, number)
        found.append(Heading(position, name, text, counts[text] > 1))
    problems += [
        _repeated(grid, index, text, positions)
        for text, positions in seen.items()
        if len(positions) > 1
    ]
    return found


def _free(text: str, taken: set[str], number: int = 1) -> str:
    name = text if number == 1 else f"{text} [{number}]"
    while name in taken:
        number += 1
        name = f"{text} [{number}]"
    taken.add(name)
    return name


def _is_filled(grid: Grid, index: int, position: int) -> bool:
    return any(
        position < len(row) and row[position] != "" for row in grid.rows[index + 1 :]
    )


def _no_heading(grid: Grid, index: int, position: int) -> Problem:
    problem = Problem(
        Code.UNMAPPED_COLUMN,
        Severity.QUESTION,
        _("Column %(column)s has cells but no heading, and is not read as an answer.")
        % {"column": letters(position)},
        sheet=grid.sheet,
        row=index + 1,
        column=letters(position),
    )
    return would_lose(problem, letters(position))


def _repeated(grid: Grid, index: int, text: str, positions: list[int]) -> Problem:
    return Problem(
        Code.DUPLICATE_HEADER,
        Severity.WARNING,
        _(
            "%(count)d columns are called “%(heading)s”: %(columns)s. They are kept "
            "apart; only the file's owner can say which is which."
        )
        % {
            "count": len(positions),
            "heading": text if len(text) <= 100 else f"{text[:99]}…",
            "columns": ", ".join(letters(position) for position in positions),
        },
        sheet=grid.sheet,
        row=index + 1,
        column=text,
        allowed=_("A heading of its own for each column, or an export with codes."),
    )
