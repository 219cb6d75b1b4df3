"""KoboToolbox: the XLSX of all tables, and the CSV of the first one.

Conventions, from KoboToolbox's exporter (formpack) and its documentation: one heading
row, codes ("XML values and headers") or labels, groups before "/"; the tool's columns
after the questions in no fixed place; several choices as one cell of choices joined by
spaces, as a 0/1 column per choice, or both; repeated groups on sheets of their own,
whose rows point to their parent. In a file with labels a cell of several choices
cannot be cut: labels have spaces too.
"""

import datetime
import re
from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from profiles.uploads.cells import Grid
from surveys.file_questions import would_lose
from surveys.problems import Code, Problem, Severity
from surveys.readers.bodies import read_body
from surveys.readers.grids import Source
from surveys.readers.headings import Heading, headings
from surveys.readers.marks import Recognised, find_headings, first_rows
from surveys.readers.personal import is_personal
from surveys.readers.responses import (
    exported,
    find_column,
    is_test,
    make_responses,
    not_understood,
    read_moments,
    report_orphans,
    text_in,
)
from surveys.readers.tables import (
    Column,
    Export,
    Response,
    Role,
    Row,
    Table,
    Tool,
)

KEYS = ("meta/rootUuid", "_uuid", "meta/instanceID", "_id")
"""Columns that identify a submission, the surest first: an edit can change `_uuid`."""

_ROLES = {
    "_submission_time": Role.SUBMITTED,
    "_validation_status": Role.STATUS,
    "_submitted_by": Role.PERSONAL,
    "_geolocation": Role.PERSONAL,
    "username": Role.PERSONAL,
    "phonenumber": Role.PERSONAL,
    "email": Role.PERSONAL,
    "deviceid": Role.PERSONAL,
    "subscriberid": Role.PERSONAL,
    "simserial": Role.PERSONAL,
    **dict.fromkeys(
        (
            *KEYS,
            "start",
            "end",
            "today",
            "audit",
            "background-audio",
            "_status",
            "__version__",
            "_version_",
            "_notes",
            "_tags",
            "_index",
            "_attachments",
            "_xform_id_string",
            "_bamboo_dataset_id",
            "_media_all_received",
            "_supplementalDetails",
            "formhub/uuid",
            "meta/deprecatedID",
            "meta/instanceName",
        ),
        Role.BOOKKEEPING,
    ),
}
_OWN = frozenset(
    (
        "_uuid",
        "_submission_time",
        "_validation_status",
        "_submitted_by",
        "__version__",
        "meta/rootUuid",
        "_index",
    )
)
_PARENT = ("_parent_table_name", "_parent_index")
_REJECTED = frozenset(("validation_status_not_approved", "not approved"))
_APPROVALS = frozenset(("approved", "not approved", "on hold"))
# Of one "on hold" nobody has said whether it counts.
_UNDERSTOOD = frozenset(("", "validation_status_approved", "approved")) | _REJECTED


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by columns that only KoboToolbox adds, in the first rows."""
    found = find_headings(source, _marks)
    if not found:
        return None
    reason = _("It has the columns %(columns)s, which KoboToolbox adds.")
    return found.recognised(
        Tool.KOBO, _score(found.marks, source), reason % {"columns": found.shown}
    )


def _marks(names: set[str]) -> set[str]:
    return set() if _is_repeat(names) else names & _OWN


def _score(marks: Sequence[str], source: Source) -> float:
    if len(marks) > 1:
        return min(1.0, 0.6 + 0.1 * len(marks))
    if marks != ("_index",):
        return 0.5
    # A column _index alone is what is left of an export cleaned by hand; the sheet
    # of a repeated group beside it makes it certain.
    has_repeat = any(
        _is_repeat(names) for grid in source.grids for _i, names in first_rows(grid)
    )
    return 0.8 if has_repeat else 0.4


def _is_repeat(names: set[str]) -> bool:
    return "_parent_index" in names or "_submission__id" in names


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    main_grid = source.grids[recognised.grid]
    main = _table(main_grid, recognised.row, "", problems)
    repeats = []
    for grid in source.grids:
        if grid is main_grid:
            continue
        index = _repeat_heading(grid)
        if index is None:
            continue
        repeats.append(_table(grid, index, grid.sheet, problems))
    has_labels = _has_labels([main, *repeats])
    if has_labels:
        for table in (main, *repeats):
            table.columns = tuple(_without_groups(each) for each in table.columns)
    else:
        _name_repeats(repeats)
    responses = _responses(main, problems)
    _attach(main, repeats, responses, problems)
    if source.is_one_csv and (lost := _signs_of_repeats(main)):
        problems.append(_repeats_missing(lost))
    return exported(
        source,
        recognised,
        [main, *repeats],
        responses,
        problems,
        has_labels=has_labels,
        splits_at="" if has_labels else " ",
    )


def _repeat_heading(grid: Grid) -> int | None:
    return next((index for index, names in first_rows(grid) if _is_repeat(names)), None)


def _table(grid: Grid, index: int, name: str, problems: list[Problem]) -> Table:
    found = headings(grid.rows[index], grid, index, problems)
    columns = [_column(heading, in_group=bool(name)) for heading in found]
    first = index + 1
    if _is_tag_row(grid, first):
        first += 1
    rows = read_body(grid, first, columns, problems)
    return Table(name, grid.sheet, _with_choices(columns), rows)


def _column(heading: Heading, *, in_group: bool) -> Column:
    text = heading.text
    role = Role.ANSWER
    if not text:
        role = Role.BOOKKEEPING
    elif text in _ROLES:
        role = _ROLES[text]
    elif text in _PARENT:
        role = Role.PARENT
    elif text.startswith("_submission_"):
        role = Role.PERSONAL if "submitted_by" in text else Role.PARENT
    elif is_personal(text, in_group=in_group):
        role = Role.PERSONAL
    return Column(
        heading.position,
        heading.name,
        text,
        role,
        is_repeated_header=heading.is_repeated,
    )


def _is_tag_row(grid: Grid, index: int) -> bool:
    """Tell whether HXL tags stand under the headings: every filled cell is a #tag."""
    if index >= len(grid.rows):
        return False
    filled = [cell for cell in grid.rows[index] if cell != ""]
    return bool(filled) and all(
        isinstance(cell, str) and re.match(r"#[a-z]", cell) for cell in filled
    )


def _with_choices(columns: list[Column]) -> tuple[Column, ...]:
    """Mark the columns that stand for one choice each, by their headings alone.

    No group has the name of a question beside it: what follows the name of a question
    is a choice. Where that column lacks, only the questionnaire tells choices from
    questions of a group.
    """
    answers = {column.header for column in columns if column.role == Role.ANSWER}
    return tuple(_with_choice(column, answers) for column in columns)


def _with_choice(column: Column, answers: set[str]) -> Column:
    if column.role not in (Role.ANSWER, Role.PERSONAL):
        return column
    for question, option in _cuts(column.question):
        if question in answers:
            return replace(column, question=question, option=option, role=Role.ANSWER)
    return column


def _cuts(heading: str) -> list[tuple[str, str]]:
    """Return every way to cut a heading in question/option, longest question first."""
    parts = heading.split("/")
    return [
        ("/".join(parts[:count]), "/".join(parts[count:]))
        for count in range(len(parts) - 1, 0, -1)
    ]


def _has_labels(tables: Sequence[Table]) -> bool:
    main = tables[0]
    status = find_column(main.columns, "_validation_status")
    if status:
        for row in main.rows:
            said = text_in(row, status)
            if said.startswith("validation_status_"):
                return False
            if said.casefold() in _APPROVALS:
                return True
    return any(
        re.search(r"[\s?]", column.question)
        for table in tables
        for column in table.columns
        if column.role in (Role.ANSWER, Role.PERSONAL)
    )


def _without_groups(column: Column) -> Column:
    """Return the column with its question's label, without the groups', as its text.

    The labels of groups end with "/"; " / " is rather a part of one label.
    """
    *groups, text = re.split(r"(?<! )/(?! )", column.question)
    if column.role != Role.ANSWER or not groups:
        return column
    return replace(column, text=text)


def _name_repeats(repeats: list[Table]) -> None:
    """Give a repeated group its whole name where the name of its sheet is cut."""
    for table in repeats:
        cut = re.sub(r"\.\.\.( \(\d+\))?$", "", table.sheet)
        if cut == table.sheet:
            continue
        for column in table.with_role(Role.ANSWER):
            groups = column.question.split("/")[:-1]
            whole = next((group for group in groups if group.startswith(cut)), "")
            if whole:
                table.name = whole
                break


def _responses(main: Table, problems: list[Problem]) -> list[Response]:
    keys = [column for name in KEYS if (column := find_column(main.columns, name))]
    if keys:
        columns = list(main.columns)
        columns[columns.index(keys[0])] = replace(keys[0], role=Role.KEY)
        main.columns = tuple(columns)
    status = find_column(main.columns, "_validation_status")

    def make(row: Row) -> Response:
        key = next((text for column in keys if (text := text_in(row, column))), "")
        said = text_in(row, status).casefold()
        return Response(
            row,
            key.removeprefix("uuid:"),
            is_finished=said in _UNDERSTOOD,
            is_test=is_test(row, main),
            is_rejected=said in _REJECTED,
        )

    responses = make_responses(main, problems, make)
    problems += not_understood(main, status, _UNDERSTOOD.__contains__)
    submitted = find_column(main.columns, "_submission_time")
    problems += read_moments(main, responses, submitted)
    for response in responses:
        # The tool's servers write this one column in UTC, without saying so.
        if response.submitted and response.submitted.tzinfo is None:
            response.submitted = response.submitted.replace(tzinfo=datetime.UTC)
    return responses


def _attach(
    main: Table,
    repeats: list[Table],
    responses: list[Response],
    problems: list[Problem],
) -> None:
    """Add each row of a repeated group to the response that it belongs to."""
    by_number = {response.row.number: response for response in responses}
    roots = _Roots(main, repeats)
    numbers = {row.number for row in main.rows}
    for table in repeats:
        orphans = []
        for row in table.rows:
            row.parent = roots.find(table, row)
            if response := by_number.get(row.parent):
                response.repeats.setdefault(table.name, []).append(row)
            elif row.parent not in numbers:
                orphans.append(row.number)
        report_orphans(table, orphans, problems)


class _Roots:
    """Finds the submission to which a row of a repeated group belongs.

    `_submission__id` and columns like it name the submission itself, also in groups
    inside groups; `_parent_index` is only the number of a row on the parent's sheet.
    """

    _ROOT_KEYS = (
        ("_submission__id", "_id"),
        ("_submission__uuid", "_uuid"),
        ("_submission_meta/rootUuid", "meta/rootUuid"),
    )

    def __init__(self, main: Table, repeats: list[Table]):
        self._main = main
        self._repeats = repeats
        self._columns = {
            id(table): {column.header: column for column in table.columns}
            for table in (main, *repeats)
        }
        self._indexes: dict[tuple[int, str], dict[str, Row]] = {}
        self._parents: dict[tuple[int, str], Table | None] = {}

    def find(self, table: Table, row: Row, depth: int = 0) -> int:
        """Return the number of the submission's row in the main table, else 0."""
        for own, root in self._ROOT_KEYS:
            key = self._text(table, row, own)
            if key and (found := self._by(self._main, root).get(key)):
                return found.number
        index = self._text(table, row, "_parent_index")
        if not index:
            return 0
        parent = self._parent(table, self._text(table, row, "_parent_table_name"))
        found = self._by(parent or self._main, "_index").get(index)
        if not found or not parent or depth > len(self._repeats):
            return found.number if found and not parent else 0
        return self.find(parent, found, depth + 1)

    def _text(self, table: Table, row: Row, header: str) -> str:
        return text_in(row, self._columns[id(table)].get(header))

    def _by(self, table: Table, header: str) -> dict[str, Row]:
        """Return the rows of a table by their text in a column."""
        place = (id(table), header)
        if place not in self._indexes:
            self._indexes[place] = {
                text: row
                for row in table.rows
                if (text := self._text(table, row, header))
            }
        return self._indexes[place]

    def _parent(self, table: Table, name: str) -> Table | None:
        """Return the repeated group that has this name, None for the main table."""
        place = (id(table), name)
        if place not in self._parents:
            self._parents[place] = next(
                (
                    each
                    for each in self._repeats
                    if each is not table and name and _is_sheet_of(each.sheet, name)
                ),
                None,
            )
        return self._parents[place]


def _is_sheet_of(sheet: str, name: str) -> bool:
    """Tell whether a sheet, whose name Excel cuts and cleans, is that of a group."""
    legal = re.sub(r"[\[\]*?:/\\]", "_", name)
    cut = re.sub(r"\.\.\.( \(\d+\))?$", "", sheet)
    return legal == sheet or (cut != sheet and legal.startswith(cut))


def _signs_of_repeats(main: Table) -> list[str]:
    """Return the columns that count the entries of a repeated group, by their name."""
    headers = {column.header for column in main.columns}
    return [
        header
        for header in headers
        if header.endswith("_count") and header.removesuffix("_count") not in headers
    ]


def _repeats_missing(signs: list[str]) -> Problem:
    problem = Problem(
        Code.REPEATS_MISSING,
        Severity.QUESTION,
        _(
            "The form seems to have repeated groups (%(columns)s), which KoboToolbox "
            "leaves out of a CSV file."
        )
        % {"columns": ", ".join(sorted(signs))},
        column=sorted(signs)[0],
        allowed=_("The export as XLSX, which has every group on a sheet."),
    )
    return would_lose(problem, sorted(signs)[0])
