"""Tables with one row of headings, each a question's whole name."""

from collections.abc import Callable

from profiles.uploads.cells import Grid
from surveys.problems import Problem
from surveys.readers.bodies import read_body
from surveys.readers.headings import Heading, headings
from surveys.readers.personal import is_personal
from surveys.readers.tables import Column, Role, Table


def read_table(
    grid: Grid,
    index: int,
    role_of: Callable[[str], Role],
    problems: list[Problem],
    *,
    name: str = "",
) -> Table:
    """Return the table whose headings are row `index`.

    `role_of` tells the tool's own columns and Role.ANSWER for any other; those among
    them that sound personal are kept apart. `name` is that of a repeated group.
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
