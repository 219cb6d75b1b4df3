"""Google Forms: the answers' sheet as CSV or XLSX, or the form's own download.

Conventions, from published exports: the first column holds the time, in the zone and
the notation of the sheet, under a heading in its language; then come the questions.
Several choices are one cell, `a, b` in the sheet and `a;b` in the download, whose
times look like `2019/06/27 1:37:35 PM GMT-6`. No response has a number.
"""

import re

from django.utils.translation import gettext as _

from surveys.readers.bodies import read_table
from surveys.readers.grids import Source
from surveys.readers.marks import Recognised, find_headings
from surveys.readers.responses import (
    exported,
    find_column,
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
    if not found:
        return None
    reason = _("It has the column %(columns)s, which Google Forms puts first.")
    return found.recognised(Tool.GOOGLE_FORMS, 0.6, reason % {"columns": found.shown})


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    grid = source.grids[recognised.grid]
    main = read_table(grid, recognised.row, _role, problems)
    submitted = find_column(main.columns, *_TIMES)
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
