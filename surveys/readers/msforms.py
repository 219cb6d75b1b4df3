"""Microsoft Forms: the workbook of answers, or that workbook saved as CSV.

Conventions, from published exports: five or six columns of its own whose names follow
the language of the form's owner; then the questions by their texts, in any order, and
numbered where two are alike; several choices in one cell as `a;b;`.
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
    text_in,
)
from surveys.readers.tables import Export, Response, Role, Row, Tool

_KEYS = ("ID", "Id")
_TIMES = {
    "Start time": "Completion time",
    "Heure de début": "Heure de fin",
    "Hora de inicio": "Hora de finalización",
}
_ENDS = tuple(_TIMES.values())
_ROLES = {
    **dict.fromkeys(_KEYS, Role.KEY),
    **dict.fromkeys(_TIMES, Role.BOOKKEEPING),
    **dict.fromkeys(_ENDS, Role.SUBMITTED),
    "Email": Role.PERSONAL,
    "Name": Role.PERSONAL,
    "Adresse de messagerie": Role.PERSONAL,
    "Nom": Role.PERSONAL,
    "Correo electrónico": Role.PERSONAL,
    "Nombre": Role.PERSONAL,
    "Language": Role.LANGUAGE,
    "Last modified time": Role.BOOKKEEPING,
    "Heure de la dernière modification": Role.BOOKKEEPING,
    "Hora de la última modificación": Role.BOOKKEEPING,
    "Total points": Role.BOOKKEEPING,
    "Quiz feedback": Role.BOOKKEEPING,
}
_QUIZ = re.compile(r"(Points|Feedback) - .*")


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by the times of start and completion beside the number."""
    found = find_headings(source, _marks)
    if not found:
        return None
    reason = _("It has the columns %(columns)s, which Microsoft Forms adds.")
    return found.recognised(Tool.MS_FORMS, 0.9, reason % {"columns": found.shown})


def _marks(names: set[str]) -> set[str]:
    for start, end in _TIMES.items():
        if {start, end} <= names and names & set(_KEYS):
            return names & {*_KEYS, start, end}
    return set()


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    grid = source.grids[recognised.grid]
    main = read_table(grid, recognised.row, _role, problems)
    key = find_column(main.columns, *_KEYS)
    submitted = find_column(main.columns, *_ENDS)
    language = find_column(main.columns, "Language")

    def make(row: Row) -> Response:
        return Response(
            row,
            text_in(row, key),
            language=text_in(row, language),
            is_test=is_test(row, main),
        )

    responses = make_responses(main, problems, make)
    problems += read_moments(main, responses, submitted)
    return exported(
        source,
        recognised,
        [main],
        responses,
        problems,
        has_labels=True,
        splits_at=";",
    )


def _role(text: str) -> Role:
    if _QUIZ.fullmatch(text):
        return Role.BOOKKEEPING
    return _ROLES.get(text, Role.ANSWER)
