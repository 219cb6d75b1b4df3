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

from surveys.problems import Code, Problem, Severity
from surveys.readers.bodies import misplaced, read_body
from surveys.readers.grids import Grid, Source, listed, plain
from surveys.readers.headings import Heading, headings
from surveys.readers.personal import is_personal
from surveys.readers.recognition import Recognised
from surveys.readers.responses import (
    find_column,
    is_test,
    read_moments,
    report_states,
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
"""What identifies a submission, the best first: `_uuid` may change with an edit."""

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
    ("_uuid", "_submission_time", "_validation_status", "__version__", "_submitted_by")
)
_PARENT = ("_parent_table_name", "_parent_index")
_REJECTED = frozenset(("validation_status_not_approved", "not approved"))
_APPROVALS = frozenset(("approved", "not approved", "on hold"))
_SPLIT = frozenset(("", 0, 1, "0", "1"))
_SHEET_NAME = 31


def recognise(source: Source) -> Recognised | None:
    """Look for the columns that only KoboToolbox adds, in the first rows."""
    best: Recognised | None = None
    for grid_index, grid in enumerate(source.grids):
        for index, row in enumerate(grid.rows[:20]):
            names = {plain(cell) for cell in row}
            if _is_repeat(names):
                continue
            own = sorted(names & (_OWN | {"meta/rootUuid", "_index"}))
            if own and (not best or len(own) > len(best.marks)):
                best = Recognised(
                    Tool.KOBO,
                    _score(own, source),
                    _("It has the columns %(columns)s, which KoboToolbox adds.")
                    % {"columns": ", ".join(own)},
                    grid_index,
                    index,
                    tuple(own),
                )
    return best


def _score(own: list[str], source: Source) -> float:
    if len(own) > 1:
        return min(1.0, 0.6 + 0.1 * len(own))
    if own != ["_index"]:
        return 0.5
    has_repeat = any(
        _is_repeat({plain(cell) for cell in row})
        for grid in source.grids
        for row in grid.rows[:3]
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
    _name_repeats(repeats, has_labels)
    responses = _responses(main, problems)
    _attach(main, repeats, responses, problems)
    problems += report_states(main, responses)
    if source.is_text and (lost := _signs_of_repeats(main)):
        problems.append(_repeats_missing(main, lost))
    return Export(
        Tool.KOBO,
        recognised.reason,
        [main, *repeats],
        responses,
        has_labels=has_labels,
        splits_at="" if has_labels else " ",
        encoding=source.encoding,
        delimiter=source.delimiter,
        problems=problems,
    )


def _repeat_heading(grid: Grid) -> int | None:
    return next(
        (
            index
            for index, row in enumerate(grid.rows[:20])
            if _is_repeat({plain(cell) for cell in row})
        ),
        None,
    )


def _table(grid: Grid, index: int, name: str, problems: list[Problem]) -> Table:
    found = headings(grid.rows[index], grid, index, problems)
    columns = [_column(heading, in_group=bool(name)) for heading in found]
    first = index + 1
    if _is_tag_row(grid, first):
        first += 1
    rows = read_body(grid, first, columns, problems)
    return Table(name, grid.sheet, _with_choices(columns, rows), rows)


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


def _with_choices(columns: list[Column], rows: list[Row]) -> tuple[Column, ...]:
    """Mark the columns of split choices and of what was written beside choices."""
    answers = {column.header for column in columns if column.role == Role.ANSWER}
    details = _questions_without_summary(columns, rows, answers)
    return tuple(_with_choice(column, answers, details, rows) for column in columns)


def _with_choice(
    column: Column, answers: set[str], details: set[str], rows: list[Row]
) -> Column:
    if column.role not in (Role.ANSWER, Role.PERSONAL):
        return column
    for question, option in _cuts(column.question):
        if question in details or (
            question in answers and _holds_only(column, rows, _SPLIT)
        ):
            return replace(column, question=question, option=option, role=Role.ANSWER)
    before = column.question.removesuffix("_other")
    if before != column.question and (
        before in answers or _is_named_other(column, answers)
    ):
        return replace(column, is_other=True)
    return column


def _is_named_other(column: Column, answers: set[str]) -> bool:
    """Among labels, the column beside `or_other` choices still bears a name."""
    return re.fullmatch(r"\w+_other", column.question) is not None and any(
        answer.endswith("/other") for answer in answers
    )


def _cuts(heading: str) -> list[tuple[str, str]]:
    """Return every way to take a heading for question/option, longest question first."""
    parts = heading.split("/")
    return [
        ("/".join(parts[:count]), "/".join(parts[count:]))
        for count in range(len(parts) - 1, 0, -1)
    ]


def _holds_only(column: Column, rows: list[Row], allowed: frozenset) -> bool:
    return all(row.cells[column.position] in allowed for row in rows)


def _questions_without_summary(
    columns: list[Column], rows: list[Row], answers: set[str]
) -> set[str]:
    """Return the questions of which a file has the 0/1 columns only.

    They look like a group of questions; but all columns are 0, 1 or empty together.
    """
    groups: dict[str, list[Column]] = {}
    for column in columns:
        if column.role == Role.ANSWER and "/" in column.question:
            groups.setdefault(column.question.rsplit("/", 1)[0], []).append(column)
    return {
        group
        for group, members in groups.items()
        if len(members) > 1
        and group not in answers
        and all(_holds_only(member, rows, _SPLIT) for member in members)
        and any(row.cells[members[0].position] != "" for row in rows)
    }


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


def _name_repeats(repeats: list[Table], has_labels: bool) -> None:
    """Give repeated groups their whole name where the sheet's is cut."""
    for table in repeats:
        cut = re.sub(r"\.\.\.( \(\d+\))?$", "", table.sheet)
        if cut == table.sheet or has_labels:
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
    left_out = misplaced(problems, main.sheet)
    responses = []
    for row in main.rows:
        if row.number in left_out:
            continue
        key = next((text for column in keys if (text := text_in(row, column))), "")
        responses.append(
            Response(
                row,
                key.removeprefix("uuid:"),
                is_test=is_test(row, main),
                is_rejected=text_in(row, status).casefold() in _REJECTED,
            )
        )
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
    """Hang each row of a repeated group on the response that it belongs to."""
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
        if orphans:
            problems.append(_orphans(table, orphans))


class _Roots:
    """Finds the submission of a row in a repeated group.

    `_submission__id` and its kind name the submission itself, also for groups inside
    groups; `_parent_index` only counts rows of the parent's sheet.
    """

    _ROOT_KEYS = (
        ("_submission__id", "_id"),
        ("_submission__uuid", "_uuid"),
        ("_submission_meta/rootUuid", "meta/rootUuid"),
    )

    def __init__(self, main: Table, repeats: list[Table]):
        self._main = main
        self._repeats = repeats
        self._numbers: dict[str, dict[str, int]] = {}
        self._rows: dict[int, dict[str, Row]] = {}

    def find(self, table: Table, row: Row, depth: int = 0) -> int:
        """Return the row number in the main table, 0 when there is none."""
        for own, root in self._ROOT_KEYS:
            value = text_in(row, find_column(table.columns, own))
            if value and (number := self._by(root).get(value)):
                return number
        index = text_in(row, find_column(table.columns, "_parent_index"))
        if not index:
            return 0
        parent_name = text_in(row, find_column(table.columns, "_parent_table_name"))
        parent = self._repeat_called(parent_name, table)
        if not parent or depth > len(self._repeats):
            return self._by("_index").get(index, 0)
        parent_row = self._rows_of(parent).get(index)
        return self.find(parent, parent_row, depth + 1) if parent_row else 0

    def _by(self, root: str) -> dict[str, int]:
        if root not in self._numbers:
            column = find_column(self._main.columns, root)
            self._numbers[root] = {
                text_in(row, column): row.number for row in self._main.rows if column
            }
        return self._numbers[root]

    def _rows_of(self, table: Table) -> dict[str, Row]:
        if id(table) not in self._rows:
            column = find_column(table.columns, "_index")
            self._rows[id(table)] = {
                text_in(row, column): row for row in table.rows if column
            }
        return self._rows[id(table)]

    def _repeat_called(self, name: str, asking: Table) -> Table | None:
        return next(
            (
                table
                for table in self._repeats
                if table is not asking and name and _is_sheet_of(table.sheet, name)
            ),
            None,
        )


def _is_sheet_of(sheet: str, name: str) -> bool:
    """Compare a sheet's name, cut and with signs replaced, with the whole name."""
    legal = re.sub(r"[\[\]*?:/\\]", "_", name)
    cut = re.sub(r"\.\.\.( \(\d+\))?$", "", sheet)
    return legal == sheet or (cut != sheet and legal.startswith(cut))


def _orphans(table: Table, numbers: list[int]) -> Problem:
    return Problem(
        Code.ORPHAN_REPEAT_ROW,
        Severity.WARNING,
        _("Rows that belong to no submission of this file: %(rows)s.")
        % {"rows": listed(numbers)},
        sheet=table.sheet,
        row=numbers[0],
    )


def _signs_of_repeats(main: Table) -> list[str]:
    """Return columns that only a form with repeated groups has: how often they were."""
    headers = {column.header for column in main.columns}
    return [
        header
        for header in headers
        if header.endswith("_count") and header.removesuffix("_count") not in headers
    ]


def _repeats_missing(main: Table, signs: list[str]) -> Problem:
    return Problem(
        Code.REPEATS_MISSING,
        Severity.WARNING,
        _(
            "The form seems to have repeated groups (%(columns)s), which KoboToolbox "
            "leaves out of a CSV file."
        )
        % {"columns": ", ".join(sorted(signs))},
        column=sorted(signs)[0],
        allowed=_("The export as XLSX, which has every group on a sheet."),
    )
