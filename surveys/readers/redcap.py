"""REDCap: one table with codes ("raw") or with labels, as CSV.

Conventions, from REDCap's exports: the record's number first; several choices as a
column each, `field___code` with 0 and 1, or `Field (choice=Label)` with Checked and
Unchecked; after the questions of each instrument a column that says whether it is
complete. Rows of a repeated instrument stand among the others, and say its name in a
column of their own.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from django.utils.translation import gettext as _

from profiles.uploads.cells import Grid, text_of
from surveys.problems import Problem
from surveys.readers.bodies import read_body
from surveys.readers.grids import Source, one_line
from surveys.readers.headings import Heading, headings
from surveys.readers.marks import Recognised, find_headings
from surveys.readers.personal import is_personal
from surveys.readers.responses import (
    attach,
    exported,
    is_test,
    make_responses,
    not_understood,
    read_moments,
    text_in,
)
from surveys.readers.tables import Column, Export, Response, Role, Row, Table, Tool

_INSTRUMENT = ("redcap_repeat_instrument", "Repeat Instrument")
_ROLES = {
    **dict.fromkeys(
        (
            *("redcap_event_name", "Event Name", *_INSTRUMENT),
            *("redcap_repeat_instance", "Repeat Instance"),
            *("redcap_data_access_group", "Data Access Group"),
        ),
        Role.BOOKKEEPING,
    ),
    "redcap_survey_identifier": Role.PERSONAL,
    "Survey Identifier": Role.PERSONAL,
    "Survey Timestamp": Role.SUBMITTED,
}
_COMPLETE = "Complete?"
_STATES = frozenset(("", "0", "1", "2", "complete", "incomplete", "unverified"))
_UNFINISHED = frozenset(("0", "incomplete"))
# Of an "unverified" one nobody has said whether it counts.
_FINISHED = frozenset(("", "2", "complete"))
_UNDERSTOOD = _UNFINISHED | _FINISHED
_NOT_COMPLETED = "[not completed]"


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by columns that REDCap alone adds, or by those of choices."""
    found = find_headings(source, _marks)
    if not found:
        return None
    reason = _("It has the columns %(columns)s, which REDCap adds.")
    return found.recognised(Tool.REDCAP, 0.9, reason % {"columns": found.shown})


def _marks(names: set[str]) -> set[str]:
    own = {name for name in names if name in _ROLES}
    ends = {name for name in names if _is_end(name)}
    choices = {name for name in names if "___" in name or "(choice=" in name}
    is_raw = any(name.startswith("redcap_") for name in own)
    return own | ends if ends and (is_raw or choices or own) else set()


def _is_end(heading: str) -> bool:
    return heading == _COMPLETE or heading.endswith("_complete")


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    grid = source.grids[recognised.grid]
    main = _table(grid, recognised.row, problems)
    repeats = _repeats(main)
    responses = _responses(main, problems)
    by_key = {response.key: response for response in responses}
    key = main.columns[0] if main.columns else None
    for table in repeats:
        attach(table, by_key, partial(text_in, column=key), problems)
        _leave_open(table, by_key, problems)
    has_labels = any(" " in column.question for column in main.columns[1:])
    return exported(
        source,
        recognised,
        [main, *repeats],
        responses,
        problems,
        has_labels=has_labels,
        splits_at="" if has_labels else " ",
    )


def _table(grid: Grid, index: int, problems: list[Problem]) -> Table:
    # Each instrument ends with a column of the same name in files with labels.
    found = headings(_with_own_ends(grid, index), grid, index, problems)
    columns = [_column(heading) for heading in found]
    rows = read_body(grid, index + 1, columns, problems)
    columns = [_unless_answers(column, rows) for column in columns]
    if columns:
        columns[0] = replace(columns[0], role=Role.KEY)
    return Table("", grid.sheet, tuple(columns), rows)


def _with_own_ends(grid: Grid, index: int) -> list[str]:
    texts, number = [one_line(cell) for cell in grid.rows[index]], 0
    for place, text in enumerate(texts):
        if text == _COMPLETE:
            number += 1
            texts[place] = f"{text} [{number}]" if number > 1 else text
    return texts


def _column(heading: Heading) -> Column:
    text = heading.text
    role = _ROLES.get(text, Role.ANSWER) if text else Role.BOOKKEEPING
    if text.endswith("_timestamp"):
        role = Role.SUBMITTED
    elif text.startswith(_COMPLETE) or text.endswith("_complete"):
        role = Role.STATUS
    elif role == Role.ANSWER and is_personal(text):
        role = Role.PERSONAL
    return Column(
        heading.position,
        heading.name,
        text,
        role,
        is_repeated_header=heading.is_repeated,
    )


def _unless_answers(column: Column, rows: Sequence[Row]) -> Column:
    """Return a column that only sounds like REDCap's own as one of a question."""
    if column.role != Role.STATUS or column.question.startswith(_COMPLETE):
        return column
    said = {text_of(row.cells[column.position]).strip().casefold() for row in rows}
    return column if said <= _STATES else replace(column, role=Role.ANSWER)


def _repeats(main: Table) -> list[Table]:
    """Take the rows of repeated instruments, and their columns, out of the table."""
    named = next((c for c in main.columns if c.question in _INSTRUMENT), None)
    if named is None:
        return []
    by_name: dict[str, list[Row]] = {}
    own: list[Row] = []
    for row in main.rows:
        name = text_in(row, named)
        (by_name.setdefault(name, []) if name else own).append(row)
    main.rows = own
    tables = []
    for name, rows in by_name.items():
        columns = [
            column
            for block in _blocks(main.columns)
            if _is_filled(block, rows) and not _is_filled(block, own)
            for column in block
        ]
        key = replace(main.columns[0], role=Role.PARENT)
        tables.append(Table(name, main.sheet, (key, *columns), rows))
    taken = {c.position for table in tables for c in table.columns[1:]}
    main.columns = tuple(c for c in main.columns if c.position not in taken)
    return tables


def _blocks(columns: Sequence[Column]) -> list[list[Column]]:
    """Return the columns of each instrument: the last says whether it is complete."""
    blocks: list[list[Column]] = [[]]
    for column in columns[1:]:
        if column.question not in _ROLES or column.role == Role.SUBMITTED:
            blocks[-1].append(column)
        if column.role == Role.STATUS:
            blocks.append([])
    return [block for block in blocks if block]


def _is_filled(block: Sequence[Column], rows: Sequence[Row]) -> bool:
    return any(
        row.cells[column.position] not in ("", 0, "0", "Unchecked")
        for row in rows
        for column in block
    )


def _leave_open(
    table: Table, responses: dict[str, Response], problems: list[Problem]
) -> None:
    """Let a response be unfinished of which one row of a repeated instrument is."""
    key = table.columns[0]
    for column in table.with_role(Role.STATUS):
        problems += not_understood(table, column, _UNDERSTOOD.__contains__)
        for row in table.rows:
            is_open = text_in(row, column).casefold() not in _FINISHED
            if is_open and (response := responses.get(text_in(row, key))):
                response.is_finished = False


def _responses(main: Table, problems: list[Problem]) -> list[Response]:
    key = main.columns[0] if main.columns else None
    ends = main.with_role(Role.STATUS)
    moments = main.with_role(Role.SUBMITTED)

    def make(row: Row) -> Response:
        said = {text_in(row, column).casefold() for column in ends}
        is_open = any(text_in(row, column) == _NOT_COMPLETED for column in moments)
        return Response(
            row,
            text_in(row, key),
            is_finished=said <= _FINISHED and not is_open,
            is_test=is_test(row, main),
        )

    responses = make_responses(main, problems, make)
    for column in ends:
        problems += not_understood(main, column, _UNDERSTOOD.__contains__)
    problems += read_moments(main, responses, next(iter(moments), None))
    return responses
