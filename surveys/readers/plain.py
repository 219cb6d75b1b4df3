"""A plain table: one row of headings, which are codes of questions or their texts.

This is the format of our own `export_round`: beside the codes of questions it has the
columns of METADATA; several choices stand in one cell, joined by a space; repeated
groups are on sheets of their own, named after the group, whose rows begin with
`submission_id` (see docs/survey-mappings.md). Other plain tables are read the same
way, as far as they have these columns.
"""

import re
from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext as _

from profiles.spreadsheets import as_entered
from profiles.uploads.cells import Grid
from surveys.problems import Code, Problem, Severity
from surveys.readers.bodies import read_table
from surveys.readers.grids import Source, one_line
from surveys.readers.headings import heading_index
from surveys.readers.marks import Recognised, first_rows
from surveys.readers.responses import (
    attach,
    exported,
    find_column,
    is_test,
    make_responses,
    not_understood,
    read_moments,
    text_in,
)
from surveys.readers.states import FINISHED, KNOWN, REJECTED, TEST
from surveys.readers.tables import Export, Response, Role, Row, Table, Tool

METADATA = {
    "submission_id": Role.KEY,
    "respondent": Role.ANSWER,
    "submitted_at": Role.SUBMITTED,
    "time_zone": Role.BOOKKEEPING,
    "language": Role.LANGUAGE,
    "status": Role.STATUS,
    "questionnaire": Role.BOOKKEEPING,
}
"""The columns of our own table that stand for no question, in their order."""

SEPARATOR = " "
"""What separates several choices in one cell: codes have no spaces."""

_CERTAIN = 0.7
_CODE = re.compile(r"[\w./:\[\]-]+")


def recognise(source: Source) -> Recognised | None:
    """Accept any table; the score is high only for one with our own columns."""
    best: Recognised | None = None
    for grid_index, grid in enumerate(source.grids):
        index = _own_headings(grid) or heading_index(grid)
        if len(grid.rows) <= index:
            continue
        names = {one_line(cell) for cell in grid.rows[index]} - {""}
        marks = [name for name in METADATA if name in names]
        if len(names) < 2:
            continue
        found = Recognised(
            Tool.PLAIN, _score(marks), _reason(marks), grid_index, index, tuple(marks)
        )
        if not best or found.score > best.score:
            best = found
    return best


def _own_headings(grid: Grid) -> int:
    """Return the index of the row with most of our own columns, 0 if none has two."""
    rows = ((len(names & set(METADATA)), -index) for index, names in first_rows(grid))
    most, index = max(rows, default=(0, 0))
    return -index if most > 1 else 0


def _score(marks: Sequence[str]) -> float:
    if "submission_id" in marks or "respondent" in marks:
        return _CERTAIN + 0.05 * len(marks)
    return 0.1


def _reason(marks: Sequence[str]) -> str:
    if marks:
        return _("It has the columns %(columns)s of the registry's own table.") % {
            "columns": ", ".join(marks)
        }
    return _("It has one row of headings and no marks of a survey tool.")


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    main_grid = source.grids[recognised.grid]
    is_ours = {"submission_id", "questionnaire"} <= set(recognised.marks)
    role_of = _role_of_ours if is_ours else _role
    main = read_table(main_grid, recognised.row, role_of, problems)
    repeats = []
    for grid in source.grids:
        if grid is main_grid:
            continue
        index = heading_index(grid)
        if "submission_id" in map(one_line, grid.rows[index]):
            repeats.append(
                read_table(grid, index, _role_in_repeat, problems, name=grid.sheet)
            )
    if "submission_id" in recognised.marks:
        for table in (main, *repeats):
            _take_marks_away(table)
    responses = _responses(main, problems)
    by_key = {response.key: response for response in responses if response.key}
    for table in repeats:
        column = find_column(table.columns, "submission_id")
        attach(table, by_key, partial(text_in, column=column), problems)
    has_codes = all(
        _CODE.fullmatch(column.question) for column in main.columns if column.question
    )
    if recognised.score < _CERTAIN:
        problems.append(_unknown_tool())
    return exported(
        source,
        recognised,
        [main, *repeats],
        responses,
        problems,
        has_labels=not has_codes,
        splits_at=SEPARATOR if has_codes else "",
    )


def _unknown_tool() -> Problem:
    return Problem(
        Code.UNKNOWN_FORMAT,
        Severity.WARNING,
        _(
            "No survey tool that is known here wrote this file. It was read as a "
            "plain table."
        ),
    )


def _role(text: str) -> Role:
    return METADATA.get(text, Role.ANSWER)


def _role_of_ours(text: str) -> Role:
    # In our own table the answers say who answered; this column repeats it.
    return Role.BOOKKEEPING if text == "respondent" else _role(text)


def _role_in_repeat(text: str) -> Role:
    return Role.PARENT if text == "submission_id" else Role.ANSWER


def _take_marks_away(table: Table) -> None:
    """Remove the marks by which our export keeps spreadsheets from computing texts."""
    for row in table.rows:
        row.cells = [as_entered(cell) for cell in row.cells]


def _responses(main: Table, problems: list[Problem]) -> list[Response]:
    key = find_column(main.columns, "submission_id")
    status = find_column(main.columns, "status")
    language = find_column(main.columns, "language")

    def make(row: Row) -> Response:
        said = text_in(row, status).casefold()
        return Response(
            row,
            text_in(row, key),
            language=text_in(row, language),
            is_finished=said in FINISHED | REJECTED | TEST,
            # Only where the status is empty, the texts decide.
            is_test=said in TEST or (not said and is_test(row, main)),
            is_rejected=said in REJECTED,
        )

    responses = make_responses(main, problems, make)
    problems += not_understood(main, status, KNOWN.__contains__)
    submitted = find_column(main.columns, "submitted_at")
    problems += read_moments(main, responses, submitted)
    if zone := find_column(main.columns, "time_zone"):
        for response in responses:
            response.time_zone = text_in(response.row, zone)
    return responses
