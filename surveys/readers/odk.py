"""ODK Central: a CSV for the form and one for each repeated group, alone or zipped.

Conventions, from Central's exporter: groups before "-", no labels; several choices as
codes joined by spaces and, on request, `question/choice` columns with 0 and 1; rows of
a repeated group point to their parent with PARENT_KEY, which for groups inside groups
is a path (`uuid:…/outer[2]`).
"""

import re
from collections.abc import Sequence
from functools import partial

from django.utils.translation import gettext as _

from profiles.uploads.cells import Grid
from surveys.problems import Code, Problem, Severity
from surveys.readers.bodies import read_body
from surveys.readers.grids import Source
from surveys.readers.headings import Heading, headings
from surveys.readers.marks import Recognised, find_headings, first_rows
from surveys.readers.personal import is_personal
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
    "Status": Role.STATUS,
    "ReviewState": Role.STATUS,
    "SubmitterID": Role.PERSONAL,
    "SubmitterName": Role.PERSONAL,
    "DeviceID": Role.PERSONAL,
    "meta-instanceID": Role.BOOKKEEPING,
    "meta-instanceName": Role.BOOKKEEPING,
    "instanceID": Role.BOOKKEEPING,
    "AttachmentsPresent": Role.BOOKKEEPING,
    "AttachmentsExpected": Role.BOOKKEEPING,
    "Edits": Role.BOOKKEEPING,
    "FormVersion": Role.BOOKKEEPING,
    "start": Role.BOOKKEEPING,
    "end": Role.BOOKKEEPING,
    "today": Role.BOOKKEEPING,
}
# Of one that "hasIssues" nobody has said whether it counts.
_REVIEWS = frozenset(("", "received", "edited", "approved", "rejected"))
_OWN = frozenset(
    (
        "SubmissionDate",
        "PARENT_KEY",
        "SubmitterID",
        "SubmitterName",
        "AttachmentsPresent",
        "ReviewState",
        "FormVersion",
        "meta-instanceID",
    )
)


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by KEY beside another column that only ODK Central adds."""
    found = find_headings(source, _marks)
    root = find_headings(source, lambda names: _marks(names) - _of_repeat(names))
    found = root or found
    if not found:
        return None
    reason = _("It has the columns %(columns)s, which ODK Central adds.")
    score = min(1.0, 0.7 + 0.05 * len(found.marks))
    return found.recognised(Tool.ODK, score, reason % {"columns": found.shown})


def _marks(names: set[str]) -> set[str]:
    own = names & _OWN
    return own | {"KEY"} if own and "KEY" in names else set()


def _of_repeat(names: set[str]) -> set[str]:
    return names if "PARENT_KEY" in names else set()


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    grid = source.grids[recognised.grid]
    repeats = [
        _table(each, index, problems, is_repeat=True)
        for each in source.grids
        for index, names in first_rows(each)
        if {"KEY", "PARENT_KEY"} <= names
    ]
    if "PARENT_KEY" in recognised.marks:
        main = _without_main(repeats)
        problems.append(_main_missing(repeats))
    else:
        main = _table(grid, recognised.row, problems, is_repeat=False)
    responses = _responses(main, problems)
    by_key = {response.key: response for response in responses}
    for table in repeats:
        parent = find_column(table.columns, "PARENT_KEY")
        attach(table, by_key, partial(parent_key, column=parent), problems)
    return exported(
        source,
        recognised,
        [main, *repeats],
        responses,
        problems,
        splits_at=" ",
    )


def _table(
    grid: Grid, index: int, problems: list[Problem], *, is_repeat: bool
) -> Table:
    found = headings(grid.rows[index], grid, index, problems)
    names = {heading.text for heading in found}
    columns = [_column(heading, names, in_repeat=is_repeat) for heading in found]
    rows = read_body(grid, index + 1, columns, problems)
    table = Table("", grid.sheet, tuple(columns), rows)
    if is_repeat:
        table.name = repeat_name(table) or grid.sheet
    return table


def _column(heading: Heading, names: set[str], *, in_repeat: bool) -> Column:
    text, option = heading.text, ""
    role = _ROLES.get(text, Role.ANSWER) if text else Role.BOOKKEEPING
    if in_repeat and text == "KEY":
        role = Role.BOOKKEEPING
    question, slash, choice = text.partition("/")
    if slash and question in names:
        text, option = question, choice
    path = text.replace("-", "/") if role == Role.ANSWER else text
    if role == Role.ANSWER and not option and is_personal(path, in_group=in_repeat):
        role = Role.PERSONAL
    return Column(
        heading.position,
        heading.name,
        path,
        role,
        option=option,
        is_repeated_header=heading.is_repeated,
    )


def repeat_name(table: Table) -> str:
    """Return the group's name from the end of a row's key: `uuid:…/contrib[1]`."""
    column = find_column(table.columns, "KEY")
    for row in table.rows:
        if found := re.search(r"/([^/\[\]]+)(?:\[\d+\])?$", text_in(row, column)):
            return found[1]
    return ""


def _without_main(repeats: Sequence[Table]) -> Table:
    """Return a main table for an export that lacks it: the keys its groups point to."""
    rows: dict[str, Row] = {}
    for table in repeats:
        column = find_column(table.columns, "PARENT_KEY")
        for row in table.rows:
            key = _root(text_in(row, column))
            if key and key not in rows:
                rows[key] = Row(row.number, [key])
    columns = (Column(0, "KEY", "KEY", Role.KEY),)
    return Table("", repeats[0].sheet, columns, list(rows.values()))


def _main_missing(repeats: Sequence[Table]) -> Problem:
    return Problem(
        Code.MISSING_COLUMN,
        Severity.WARNING,
        _(
            "The file has only the repeated group “%(group)s”. Who answered stands "
            "in the main table of the export."
        )
        % {"group": repeats[0].name},
        column="PARENT_KEY",
        allowed=_("The whole export of ODK Central, as the archive that it gives."),
    )


def _responses(main: Table, problems: list[Problem]) -> list[Response]:
    key = find_column(main.columns, "KEY", "meta-instanceID", "instanceID")
    status = find_column(main.columns, "Status")
    review = find_column(main.columns, "ReviewState")

    def make(row: Row) -> Response:
        return Response(
            row,
            text_in(row, key).removeprefix("uuid:"),
            # Central knows two states, and both are of unfinished submissions: not
            # decrypted, and with parts missing.
            is_finished=not text_in(row, status)
            and text_in(row, review).casefold() in _REVIEWS,
            is_test=is_test(row, main),
            is_rejected=text_in(row, review).casefold() == "rejected",
        )

    responses = make_responses(main, problems, make)
    problems += not_understood(main, review, _REVIEWS.__contains__)
    submitted = find_column(main.columns, "SubmissionDate")
    problems += read_moments(main, responses, submitted)
    return responses


def parent_key(row: Row, column: Column | None) -> str:
    """Return the key of the submission to which a row of a group belongs."""
    return _root(text_in(row, column)).removeprefix("uuid:")


def _root(parent_key: str) -> str:
    return parent_key.partition("/")[0]
