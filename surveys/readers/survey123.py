"""ArcGIS Survey123: CSV or XLSX, with a table for each repeated group.

Conventions, from ArcGIS' documentation: headings are names or labels, beside columns
that every layer has (ObjectID, GlobalID) and, where edits are tracked, four more;
several choices are one cell, joined by commas; the rows of a repeated group point to
their parent with ParentGlobalID.
"""

from functools import partial

from django.utils.translation import gettext as _

from surveys.problems import Problem
from surveys.readers.bodies import read_table
from surveys.readers.grids import Source
from surveys.readers.marks import Recognised, find_headings, first_rows
from surveys.readers.responses import (
    attach,
    exported,
    is_test,
    make_responses,
    read_moments,
    text_in,
)
from surveys.readers.tables import Column, Export, Response, Role, Row, Table, Tool

_ROLES = {
    "globalid": Role.KEY,
    "objectid": Role.BOOKKEEPING,
    "parentglobalid": Role.PARENT,
    "parentrowid": Role.BOOKKEEPING,
    "uniquerowid": Role.BOOKKEEPING,
    "creationdate": Role.SUBMITTED,
    "created_date": Role.SUBMITTED,
    "editdate": Role.BOOKKEEPING,
    "last_edited_date": Role.BOOKKEEPING,
    "creator": Role.PERSONAL,
    "created_user": Role.PERSONAL,
    "editor": Role.PERSONAL,
    "last_edited_user": Role.PERSONAL,
    "x": Role.PERSONAL,
    "y": Role.PERSONAL,
}
_TRACKED = frozenset(
    (
        *("creationdate", "creator", "editdate", "editor", "created_date"),
        *("created_user", "last_edited_date", "last_edited_user"),
    )
)


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by its two numbers of rows, and who made the row when."""
    found = find_headings(source, _marks)
    if not found:
        return None
    reason = _("It has the columns %(columns)s, which Survey123 adds.")
    return found.recognised(Tool.SURVEY123, 0.9, reason % {"columns": found.shown})


def _marks(names: set[str]) -> set[str]:
    own = {name for name in names if _plain(name) in _ROLES}
    plain = {_plain(name) for name in own}
    is_layer = {"objectid", "globalid"} <= plain and plain & _TRACKED
    return own if is_layer and "parentglobalid" not in plain else set()


def _plain(name: str) -> str:
    return name.replace(" ", "").casefold()


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    main = read_table(source.grids[recognised.grid], recognised.row, _role, problems)
    repeats = [
        read_table(grid, index, _role, problems, name=grid.sheet)
        for grid in source.grids
        for index, names in first_rows(grid)
        if "parentglobalid" in map(_plain, names)
    ]
    responses = _responses(main, problems)
    by_key = {response.key: response for response in responses}
    for table in repeats:
        parent = next(iter(table.with_role(Role.PARENT)), None)
        attach(table, by_key, partial(_key_in, column=parent), problems)
    has_labels = any(" " in column.question for column in main.with_role(Role.ANSWER))
    return exported(
        source,
        recognised,
        [main, *repeats],
        responses,
        problems,
        has_labels=has_labels,
        splits_at=",",
    )


def _role(text: str) -> Role:
    return _ROLES.get(_plain(text), Role.ANSWER)


def _key_in(row: Row, column: Column | None) -> str:
    return text_in(row, column).strip("{}").casefold()


def _responses(main: Table, problems: list[Problem]) -> list[Response]:
    key = next(iter(main.with_role(Role.KEY)), None)

    def make(row: Row) -> Response:
        return Response(row, _key_in(row, key), is_test=is_test(row, main))

    responses = make_responses(main, problems, make)
    submitted = next(iter(main.with_role(Role.SUBMITTED)), None)
    problems += read_moments(main, responses, submitted)
    return responses
