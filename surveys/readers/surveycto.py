"""SurveyCTO: CSV or XLSX, with repeated groups beside each other or in files apart.

Conventions, from SurveyCTO's documentation: codes; several choices as codes joined by
spaces and as `question_choice` columns with 0 and 1; a review, whose rejected
submissions can be exported, too. In the wide format a group `g` has a column `g_count`
and then, for each of its rows, its questions with the row's number (`role_1`,
`role_2`); in the long format it has a file of its own, as of ODK, and the main table a
column `SET-OF-g`.
"""

import re
from dataclasses import replace
from functools import partial
from itertools import pairwise

from django.utils.translation import gettext as _

from profiles.uploads.cells import Cell
from surveys.file_questions import would_lose
from surveys.problems import Code, Problem, Severity
from surveys.readers.bodies import read_table
from surveys.readers.grids import Source
from surveys.readers.marks import Recognised, find_headings, first_rows
from surveys.readers.odk import parent_key, repeat_name
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
from surveys.readers.tables import Column, Export, Response, Role, Row, Table, Tool

_ROLES = {
    "KEY": Role.KEY,
    "PARENT_KEY": Role.PARENT,
    "SubmissionDate": Role.SUBMITTED,
    "review_status": Role.STATUS,
    "review_quality": Role.STATUS,
    **dict.fromkeys(
        (
            *("deviceid", "subscriberid", "simid", "simserial", "devicephonenum"),
            *("phonenumber", "username", "caseid", "review_comments"),
            "review_corrections",
        ),
        Role.PERSONAL,
    ),
    **dict.fromkeys(
        (
            *("starttime", "endtime", "duration", "today", "instanceID"),
            *("formdef_version", "text_audit", "audio_audit", "instanceName"),
        ),
        Role.BOOKKEEPING,
    ),
}
_OWN = frozenset(
    (
        *("formdef_version", "simid", "devicephonenum", "review_status"),
        *("review_quality", "review_comments", "review_corrections"),
    )
)
_REVIEWS = frozenset(("", "none", "pending", "approved", "rejected"))
_QUALITIES = frozenset(("", "none", "unclassified", "good", "okay", "poor"))
_NUMBERED = re.compile(r"(?P<name>.*[^_])_(?P<number>\d{1,4})")
_COUNT = "_count"
_SET = "SET-OF-"


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by KEY beside columns that only SurveyCTO adds."""
    found = find_headings(source, _marks)
    if not found:
        return None
    reason = _("It has the columns %(columns)s, which SurveyCTO adds.")
    return found.recognised(Tool.SURVEYCTO, 1.0, reason % {"columns": found.shown})


def _marks(names: set[str]) -> set[str]:
    own = names & _OWN
    is_main = "KEY" in names and "PARENT_KEY" not in names
    is_certain = "formdef_version" in own or len(own) > 1
    return own if is_main and is_certain else set()


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    main = read_table(source.grids[recognised.grid], recognised.row, _role, problems)
    repeats = [
        _repeat(source, number, index, problems)
        for number, grid in enumerate(source.grids)
        for index, names in first_rows(grid)
        if {"KEY", "PARENT_KEY"} <= names
    ]
    wide = [_wide(main, column) for column in _counts(main)]
    responses = _responses(main, problems)
    by_key = {response.key: response for response in responses}
    for table in repeats:
        column = find_column(table.columns, "PARENT_KEY")
        attach(table, by_key, partial(parent_key, column=column), problems)
    by_number = {str(response.row.number): response for response in responses}
    for table in wide:
        # Rows of a submission that is out of place are so themselves, not lost.
        table.rows = [row for row in table.rows if str(row.number) in by_number]
        attach(table, by_number, lambda row: str(row.number), problems)
        repeats.append(table)
    problems += _missing_groups(main, repeats)
    return exported(
        source,
        recognised,
        [main, *repeats],
        responses,
        problems,
        splits_at=" ",
    )


def _role(text: str) -> Role:
    if text.startswith(_SET):
        return Role.BOOKKEEPING
    return _ROLES.get(text, Role.ANSWER)


def _repeat(source: Source, number: int, index: int, problems: list[Problem]) -> Table:
    grid = source.grids[number]
    table = read_table(grid, index, _role, problems, name=grid.sheet)
    table.columns = tuple(
        replace(column, role=Role.BOOKKEEPING) if column.role == Role.KEY else column
        for column in table.columns
    )
    table.name = repeat_name(table) or grid.sheet
    return table


def _counts(main: Table) -> list[Column]:
    """Return the columns that count rows of a group.

    Numbered columns follow them, unless no submission has a row of the group.
    """
    return [
        column
        for column, following in pairwise(main.columns)
        if column.question.endswith(_COUNT)
        and (following.question.endswith("_1") or _counts_nothing(main, column))
    ]


def _counts_nothing(main: Table, column: Column) -> bool:
    return all(text_in(row, column) in ("", "0") for row in main.rows)


def _wide(main: Table, count: Column) -> Table:
    """Take the numbered columns of a group out of the main table, as a table."""
    start = main.columns.index(count) + 1
    places: dict[int, dict[int, int]] = {}
    first: dict[str, Column] = {}
    taken = {count.position}
    for column in main.columns[start:]:
        found = _NUMBERED.fullmatch(column.question)
        if not found or (found["number"] != "1" and found["name"] not in first):
            break
        base = first.setdefault(
            found["name"],
            replace(column, header=found["name"], question=found["name"]),
        )
        own = places.setdefault(int(found["number"]), {})
        own[base.position] = column.position
        taken.add(column.position)
    main.columns = tuple(
        replace(column, role=Role.BOOKKEEPING) if column == count else column
        for column in main.columns
        if column == count or column.position not in taken
    )
    name = count.question.removesuffix(_COUNT)
    rows = [
        made
        for row in main.rows
        for _number, own in sorted(places.items())
        if any((made := _row_of_group(row, own)).cells)
    ]
    return Table(name, main.sheet, tuple(first.values()), rows)


def _row_of_group(row: Row, places: dict[int, int]) -> Row:
    cells: list[Cell] = [""] * len(row.cells)
    for position, place in places.items():
        cells[position] = row.cells[place]
    return Row(row.number, cells, places=places)


def _missing_groups(main: Table, repeats: list[Table]) -> list[Problem]:
    """Ask about groups whose files are not here, and about groups inside groups."""
    here = {table.name for table in repeats}
    sets = {
        column.question.removeprefix(_SET): column
        for column in main.columns
        if column.question.startswith(_SET)
    }
    inner = [
        column
        for table in repeats
        for column in table.columns
        if column.question.endswith(_COUNT)
    ]
    missing = [column for name, column in sets.items() if name not in here] + inner
    if not missing:
        return []
    return [
        would_lose(
            Problem(
                Code.REPEATS_MISSING,
                Severity.QUESTION,
                _(
                    "Repeated groups of the form are not in this file, or inside other "
                    "groups (%(columns)s): what they say would be missing."
                )
                % {"columns": ", ".join(column.header for column in missing)},
                column=missing[0].header,
                allowed=_(
                    "The export in the long format, all its files in one archive."
                ),
            ),
            missing[0].header,
        )
    ]


def _responses(main: Table, problems: list[Problem]) -> list[Response]:
    key = find_column(main.columns, "KEY", "instanceID")
    review = find_column(main.columns, "review_status")
    quality = find_column(main.columns, "review_quality")

    def make(row: Row) -> Response:
        said = text_in(row, review).casefold()
        return Response(
            row,
            text_in(row, key).removeprefix("uuid:"),
            is_finished=said in _REVIEWS
            and text_in(row, quality).casefold() in _QUALITIES,
            is_test=is_test(row, main),
            is_rejected=said == "rejected",
        )

    responses = make_responses(main, problems, make)
    problems += not_understood(main, review, _REVIEWS.__contains__)
    problems += not_understood(main, quality, _QUALITIES.__contains__)
    submitted = find_column(main.columns, "SubmissionDate")
    problems += read_moments(main, responses, submitted)
    return responses
