"""SurveyMonkey: one table with two heading rows, in some exports with one.

Conventions, from exports that were published: the first row has a question's text
once, over all its columns; the second the choice, the row of a matrix, or (Open-Ended)
Response. A cell holds the label of what was chosen, also for one choice out of a scale
that is spread over columns; "Other (please specify)" is a column of its own.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from profiles.uploads.cells import Grid
from surveys.problems import Problem
from surveys.readers.bodies import read_body
from surveys.readers.grids import Source, one_line
from surveys.readers.headings import Heading, headings
from surveys.readers.marks import Recognised, find_headings
from surveys.readers.personal import is_personal
from surveys.readers.responses import (
    exported,
    find_column,
    is_test,
    make_responses,
    read_moments,
    text_in,
)
from surveys.readers.tables import Column, Export, Response, Role, Row, Table, Tool

_ROLES = {
    "Respondent ID": Role.KEY,
    "RespondentID": Role.KEY,
    "Collector ID": Role.BOOKKEEPING,
    "CollectorID": Role.BOOKKEEPING,
    "Start Date": Role.BOOKKEEPING,
    "StartDate": Role.BOOKKEEPING,
    "Date Created": Role.BOOKKEEPING,
    "End Date": Role.SUBMITTED,
    "EndDate": Role.SUBMITTED,
    "Date Modified": Role.SUBMITTED,
    "IP Address": Role.PERSONAL,
    "Email Address": Role.PERSONAL,
    "First Name": Role.PERSONAL,
    "Last Name": Role.PERSONAL,
    "Custom Data": Role.PERSONAL,
    "Custom Data 1": Role.PERSONAL,
}
_KEYS = ("Respondent ID", "RespondentID")
_WHOLE = frozenset(("Response", "Open-Ended Response"))
_OTHER = ("other (", "autre (", "otro (", "other, please", "other:")


@dataclass(frozen=True)
class _Heading:
    """The two headings of a column: the question, and below it a choice or a row."""

    question: str
    below: str = ""

    @property
    def name(self) -> str:
        return f"{self.question} [{self.below}]" if self.below else self.question


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by the respondent's number, or by a second row of choices."""
    found = find_headings(source, _marks)
    if found:
        reason = _("It has the columns %(columns)s, which SurveyMonkey adds.")
        score = min(1.0, 0.7 + 0.05 * len(found.marks))
        return found.recognised(
            Tool.SURVEYMONKEY, score, reason % {"columns": found.shown}
        )
    found = find_headings(source, lambda names: names & _WHOLE)
    if not found or found.row == 0:
        return None
    reason = _("It has a second row of headings with “%(below)s”, as of SurveyMonkey.")
    return Recognised(
        Tool.SURVEYMONKEY,
        0.5,
        reason % {"below": found.marks[0]},
        found.grid,
        found.row - 1,
    )


def _marks(names: set[str]) -> set[str]:
    return names & set(_ROLES) if names & set(_KEYS) else set()


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    main = _table(source.grids[recognised.grid], recognised.row, problems)
    return exported(
        source,
        recognised,
        [main],
        _responses(main, problems),
        problems,
        has_labels=True,
    )


def _table(grid: Grid, index: int, problems: list[Problem]) -> Table:
    first, second = index + 1, None
    if _has_second_row(grid, index):
        first, second = index + 2, grid.rows[index + 1]
    pairs = _pairs([one_line(cell) for cell in grid.rows[index]], second)
    found = headings([pair.name for pair in pairs], grid, first - 1, problems)
    columns = [_column(heading, pairs) for heading in found]
    rows = read_body(grid, first, columns, problems)
    return Table("", grid.sheet, tuple(_with_choices(columns, pairs, rows)), rows)


def _has_second_row(grid: Grid, index: int) -> bool:
    """Tell whether the row below holds choices: answers have a respondent's number."""
    if index + 1 >= len(grid.rows):
        return False
    names = [one_line(cell) for cell in grid.rows[index]]
    below = grid.rows[index + 1]
    if not _WHOLE.isdisjoint(one_line(cell) for cell in below):
        return True
    keys = [position for position, name in enumerate(names) if name in _KEYS]
    return bool(keys) and all(
        position >= len(below) or below[position] == "" for position in keys
    )


def _pairs(names: list[str], second: list | None) -> list[_Heading]:
    """Return both headings of each column, the question's text on all its columns."""
    below = [one_line(cell) for cell in second or ()]
    width = max(len(names), len(below))
    names += [""] * (width - len(names))
    below += [""] * (width - len(below))
    pairs, question = [], ""
    for name, part in zip(names, below, strict=True):
        question = name or (question if part else "")
        is_whole = part in _WHOLE or question in _ROLES
        pairs.append(_Heading(question, "" if is_whole else part))
    return pairs


def _column(heading: Heading, pairs: list[_Heading]) -> Column:
    pair = pairs[heading.position] if heading.position < len(pairs) else _Heading("")
    role = Role.ANSWER
    if not heading.text:
        role = Role.BOOKKEEPING
    elif pair.question in _ROLES:
        role = _ROLES[pair.question]
    elif is_personal(pair.question) or (pair.below and is_personal(pair.below)):
        role = Role.PERSONAL
    return Column(
        heading.position,
        heading.name,
        heading.text,
        role,
        is_repeated_header=heading.is_repeated,
    )


def _with_choices(
    columns: list[Column], pairs: list[_Heading], rows: list[Row]
) -> list[Column]:
    """Mark the columns of choices: unlike a matrix's they hold only their own label."""
    members: dict[str, list[Column]] = defaultdict(list)
    for column in columns:
        if column.role == Role.ANSWER and column.position < len(pairs):
            members[pairs[column.position].question].append(column)
    changed = {}
    for question, group in members.items():
        choices = [c for c in group if not _is_other(pairs[c.position].below)]
        if len(group) < 2 or not all(
            _holds_label(column, pairs[column.position].below, rows)
            for column in choices
        ):
            continue
        for column in group:
            below = pairs[column.position].below
            is_other = _is_other(below)
            changed[column.position] = Column(
                column.position,
                column.header,
                question,
                option="" if is_other else below,
                is_other=is_other,
                is_repeated_header=column.is_repeated_header,
            )
    return [changed.get(column.position, column) for column in columns]


def _is_other(below: str) -> bool:
    return below.lower().startswith(_OTHER)


def _holds_label(column: Column, below: str, rows: list[Row]) -> bool:
    return bool(below) and all(
        cell == "" or one_line(cell) == below
        for row in rows
        if (cell := row.cells[column.position]) is not None
    )


def _responses(main: Table, problems: list[Problem]) -> list[Response]:
    key = find_column(main.columns, *_KEYS)
    submitted = find_column(main.columns, "End Date", "EndDate", "Date Modified")
    has_ends = bool(submitted) and any(text_in(row, submitted) for row in main.rows)

    def make(row: Row) -> Response:
        return Response(
            row,
            text_in(row, key),
            is_finished=not has_ends or bool(text_in(row, submitted)),
            is_test=is_test(row, main),
        )

    responses = make_responses(main, problems, make)
    problems += read_moments(main, responses, submitted)
    return responses
