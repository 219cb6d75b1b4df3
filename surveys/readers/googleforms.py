"""Google Forms: the answers' sheet as CSV or XLSX, or the form's own download.

Conventions, from published exports: the first column holds the time, in the zone and
the notation of the sheet, under a heading in its language; then come the questions.
Several choices are one cell, `a, b` in the sheet and `a;b` in the download, whose
times look like `2019/06/27 1:37:35 PM GMT-6`. No response has a number.
"""

import re

from django.utils.translation import gettext as _

from profiles.uploads.cells import Grid
from surveys.readers.bodies import read_table
from surveys.readers.grids import Source, one_line
from surveys.readers.headings import heading_index
from surveys.readers.marks import Recognised, find_headings
from surveys.readers.own_columns import are_moments, cells_below
from surveys.readers.responses import (
    exported,
    is_test,
    make_responses,
    read_moments,
)
from surveys.readers.tables import Column, Export, Response, Role, Table, Tool

_TIMES = ("Timestamp", "Horodateur", "Marca temporal", "Carimbo de data/hora")
_ROLES = {
    **dict.fromkeys(_TIMES, Role.SUBMITTED),
    "Score": Role.BOOKKEEPING,
    "Username": Role.PERSONAL,
    "Email Address": Role.PERSONAL,
}
_DOWNLOAD = re.compile(r"\d{4}/\d{1,2}/\d{1,2} .*(GMT|UTC|[AP]M).*")


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by its column of times, which other tools name otherwise."""
    found = find_headings(source, lambda names: names & set(_TIMES))
    if found:
        reason = _("It has the column %(columns)s, which Google Forms puts first.")
        reason %= {"columns": found.shown}
        return found.recognised(Tool.GOOGLE_FORMS, 0.6, reason)
    for number, grid in enumerate(source.grids):
        index = heading_index(grid)
        if first := _time_by_shape(grid, index):
            reason = _("Its first column “%(column)s” holds times, as of Google Forms.")
            reason %= {"column": first}
            return Recognised(Tool.GOOGLE_FORMS, 0.3, reason, number, index)
    return None


def _time_by_shape(grid: Grid, index: int) -> str:
    """Return the heading of the first column if it holds times, "" otherwise.

    The headings after it are texts of questions: tables with codes are others' work.
    """
    heads = [one_line(cell) for cell in grid.rows[index]] if grid.rows else []
    has_texts = sum(" " in text for text in heads[1:]) * 2 >= len(heads) > 1
    is_time = has_texts and are_moments(cells_below(grid, index, 0))
    return heads[0] if is_time else ""


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    grid = source.grids[recognised.grid]
    first = "" if recognised.marks else _time_by_shape(grid, recognised.row)

    def role_of(text: str) -> Role:
        return Role.SUBMITTED if first and text == first else _role(text)

    main = read_table(grid, recognised.row, role_of, problems)
    submitted = next(iter(main.with_role(Role.SUBMITTED)), None)
    responses = make_responses(
        main, problems, lambda row: Response(row, "", is_test=is_test(row, main))
    )
    problems += read_moments(main, responses, submitted)
    return exported(
        source,
        recognised,
        [main],
        responses,
        problems,
        has_labels=True,
        splits_at=";" if _is_download(main, submitted) else ", ",
    )


def _is_download(main: Table, submitted: Column | None) -> bool:
    if not submitted or not main.rows:
        return False
    return bool(_DOWNLOAD.fullmatch(str(main.rows[0].cells[submitted.position])))


def _role(text: str) -> Role:
    return _ROLES.get(text, Role.ANSWER)
