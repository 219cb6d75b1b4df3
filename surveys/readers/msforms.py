"""Microsoft Forms: the workbook of answers, or that workbook saved as CSV.

Conventions, from published exports: five or six columns of its own whose names follow
the language of the form's owner; then the questions by their texts, in any order, and
numbered where two are alike; several choices in one cell as `a;b;`.
"""

import re

from django.utils.translation import gettext as _

from profiles.folding import fold
from profiles.uploads.cells import Grid
from surveys.readers.bodies import read_table
from surveys.readers.grids import Source, one_line
from surveys.readers.headings import heading_index
from surveys.readers.marks import Recognised, find_headings
from surveys.readers.own_columns import (
    are_emails,
    are_identifiers,
    are_moments,
    cells_below,
    texts_below,
)
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
_FIRST = (Role.KEY, Role.BOOKKEEPING, Role.SUBMITTED)
_NOBODY = frozenset(
    fold(word)
    for word in (
        *("anonymous", "anonyme", "anonym", "anónimo", "anônimo", "anonimo", "anoniem"),
        *("анонимно", "анонимный", "аноним", "匿名", "مجهول", "غير معروف"),
    )
)


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by the times of start and completion beside the number."""
    found = find_headings(source, _marks)
    if found:
        reason = _("It has the columns %(columns)s, which Microsoft Forms adds.")
        return found.recognised(Tool.MS_FORMS, 0.9, reason % {"columns": found.shown})
    for number, grid in enumerate(source.grids):
        index = heading_index(grid)
        if own := _own_by_shape(grid, index):
            reason = _(
                "It begins with a number and two times (%(columns)s), as of Microsoft "
                "Forms in another language."
            )
            return Recognised(
                Tool.MS_FORMS,
                0.6,
                reason % {"columns": ", ".join(own)},
                number,
                index,
            )
    return None


def _marks(names: set[str]) -> set[str]:
    for start, end in _TIMES.items():
        if {start, end} <= names and names & set(_KEYS):
            return names & {*_KEYS, start, end}
    return set()


def _own_by_shape(grid: Grid, index: int) -> dict[str, Role]:
    """Return the roles of the first columns by their headings, {} for other files.

    They are a number for each row, the times of start and completion, and, unless the
    form asks nobody who they are, an address, a name and the time of the last change.
    """
    heads = [one_line(cell) for cell in grid.rows[index]] if grid.rows else []
    if len(heads) < 4 or not all(heads[:4]):
        return {}
    first, second = cells_below(grid, index, 1), cells_below(grid, index, 2)
    if not (
        are_identifiers(texts_below(grid, index, 0))
        and are_moments(first)
        and are_moments(second)
    ):
        return {}
    own = dict(zip(heads, _FIRST, strict=False))
    place = len(_FIRST)
    if _are_addresses(texts_below(grid, index, place)):
        own |= dict.fromkeys(heads[place : place + 2], Role.PERSONAL)
        place += 2
        if are_moments(cells_below(grid, index, place), all_filled=False):
            own[heads[place]] = Role.BOOKKEEPING
    return own


def _are_addresses(texts: list[str]) -> bool:
    written = [text for text in texts if fold(text) not in _NOBODY]
    return are_emails(written) or (bool(texts) and not any(written) and any(texts))


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    grid = source.grids[recognised.grid]
    own = {} if recognised.marks else _own_by_shape(grid, recognised.row)

    def role_of(text: str) -> Role:
        if _QUIZ.fullmatch(text):
            return Role.BOOKKEEPING
        return own.get(text) or _ROLES.get(text, Role.ANSWER)

    main = read_table(grid, recognised.row, role_of, problems)
    key = next(iter(main.with_role(Role.KEY)), None)
    submitted = next(iter(main.with_role(Role.SUBMITTED)), None)
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
