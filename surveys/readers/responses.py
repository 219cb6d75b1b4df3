"""From the rows of tables to responses, the same way for every tool."""

from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext as _

from profiles.folding import fold
from profiles.uploads.cells import text_of
from surveys.file_questions import DATES, DAY, MONTH, would_lose
from surveys.problems import Code, Problem, Severity, cell_name
from surveys.readers.bodies import misplaced
from surveys.readers.grids import Source, listed
from surveys.readers.marks import Recognised
from surveys.readers.moments import (
    day_comes_first,
    is_ambiguous,
    is_serial,
    parse_moment,
)
from surveys.readers.tables import (
    Column,
    Export,
    Response,
    Role,
    Row,
    Table,
)

_TEST_WORDS = frozenset(
    ("test", "tests", "testing", "prueba", "pruebas", "essai", "teste", "testes")
)
_TEST_CELLS = frozenset(
    spelled(word)
    for word in _TEST_WORDS
    for spelled in (str.lower, str.upper, str.title)
)


def find_column(columns: Iterable[Column], *headings: str) -> Column | None:
    """Return the column under the first of these headings that the table has."""
    by_heading = {column.header: column for column in reversed(list(columns))}
    return next((by_heading[each] for each in headings if each in by_heading), None)


def text_in(row: Row, column: Column | None) -> str:
    return text_of(row.cells[column.position]).strip() if column else ""


def make_responses(
    table: Table, problems: Sequence[Problem], make: Callable[[Row], Response]
) -> list[Response]:
    """Make a response of each row, except rows whose cells are out of place."""
    left_out = misplaced(problems, table.sheet)
    return [make(row) for row in table.rows if row.number not in left_out]


def exported(
    source: Source,
    recognised: Recognised,
    tables: list[Table],
    responses: list[Response],
    problems: list[Problem],
    *,
    has_labels: bool = False,
    splits_at: str = "",
) -> Export:
    """Return the Export; each test, refused or unfinished response is a problem."""
    return Export(
        recognised.tool,
        recognised.reason,
        tables,
        responses,
        has_labels=has_labels,
        splits_at=splits_at,
        encoding=source.encoding,
        delimiter=source.delimiter,
        problems=problems + _states(tables[0], responses),
    )


def attach(
    table: Table,
    responses: dict[str, Response],
    key_in: Callable[[Row], str],
    problems: list[Problem],
) -> None:
    """Add each row of a repeated group to the response whose key `key_in` returns."""
    orphans = []
    for row in table.rows:
        if response := responses.get(key_in(row)):
            row.parent = response.row.number
            response.repeats.setdefault(table.name, []).append(row)
        else:
            orphans.append(row.number)
    report_orphans(table, orphans, problems)


def report_orphans(
    table: Table, numbers: Sequence[int], problems: list[Problem]
) -> None:
    if numbers:
        problems.append(
            would_lose(
                Problem(
                    Code.ORPHAN_REPEAT_ROW,
                    Severity.QUESTION,
                    _("Rows that belong to no submission of this file: %(rows)s.")
                    % {"rows": listed(numbers)},
                    sheet=table.sheet,
                    row=numbers[0],
                ),
                table.sheet or table.name,
            )
        )


def is_test(row: Row, table: Table) -> bool:
    """Tell whether somebody only tried the form: most of the texts are 'test'."""
    if _TEST_CELLS.isdisjoint(row.cells):
        return False
    texts = [
        cell
        for column in table.columns
        if column.role in (Role.ANSWER, Role.PERSONAL) and not column.option
        if isinstance(cell := row.cells[column.position], str) and cell
    ]
    tests = sum(_TEST_WORDS.issuperset(fold(text).split()) for text in texts)
    return 2 * tests > len(texts)


def read_moments(
    table: Table,
    responses: Sequence[Response],
    column: Column | None,
    *,
    day_first: bool | None = None,
) -> list[Problem]:
    """Set when each response was handed in, by `column`; report what is unclear.

    `day_first` is what somebody said of it; else other dates of the column show it.
    """
    if not column:
        return []
    cells = [response.row.cells[column.position] for response in responses]
    if day_first is None:
        day_first = day_comes_first(cells)
    unclear, unread, numbers, zones = [], [], [], []
    for response, cell in zip(responses, cells, strict=True):
        response.submitted, response.time_zone = parse_moment(cell, day_first=day_first)
        number = response.row.number
        if response.submitted is None and isinstance(cell, str) and not cell.strip():
            continue
        if day_first is None and is_ambiguous(cell):
            unclear.append(number)
        elif response.submitted is None:
            unread.append(number)
        elif is_serial(cell):
            numbers.append(number)
        elif response.time_zone and response.submitted.tzinfo is None:
            zones.append(number)
    found = []
    if unclear:
        first = cells[[r.row.number for r in responses].index(unclear[0])]
        found.append(_asked_which_first(table, column, str(first), unclear))
    for rows, severity, text in (
        (unread, Severity.WARNING, _("These times cannot be read: rows %(rows)s.")),
        (
            zones,
            Severity.WARNING,
            _("What zone these times are of is not known: rows %(rows)s."),
        ),
        (
            numbers,
            Severity.NOTE,
            _(
                "These times are numbers, which count days as spreadsheets do, and "
                "were read so: rows %(rows)s."
            ),
        ),
    ):
        if rows:
            found.append(
                Problem(
                    Code.BAD_VALUE,
                    severity,
                    text % {"rows": listed(rows)},
                    sheet=table.sheet,
                    row=rows[0],
                    column=column.header,
                    cell=cell_name(column.position, rows[0]),
                    value=str(
                        next(r for r in responses if r.row.number == rows[0]).row.cells[
                            column.position
                        ]
                    ),
                    allowed=_("such as 2019-04-01 08:30"),
                )
            )
    return found


def _asked_which_first(
    table: Table, column: Column, example: str, rows: list[int]
) -> Problem:
    return Problem(
        Code.AMBIGUOUS_DATE,
        Severity.QUESTION,
        _(
            "The column “%(column)s” does not show whether the day or the month "
            "comes first: rows %(rows)s."
        )
        % {"column": column.header, "rows": listed(rows)},
        sheet=table.sheet,
        row=rows[0],
        column=column.header,
        value=column.header,
        kind=DATES,
        candidates=which_first(example),
    )


def which_first(example: str) -> tuple[tuple[str, str], ...]:
    """Return the answers to whether day or month comes first, with what they make."""

    def read_as(*, day_first: bool) -> str:
        moment, _zone = parse_moment(example, day_first=day_first)
        return f"{moment:%Y-%m-%d}" if moment else "?"

    texts = {"text": example, "day": read_as(day_first=True)}
    return (
        (DAY, _("The day: “%(text)s” is %(day)s") % texts),
        (
            MONTH,
            _("The month: “%(text)s” is %(day)s")
            % {**texts, "day": read_as(day_first=False)},
        ),
    )


def not_understood(
    table: Table, column: Column | None, is_known: Callable[[str], bool]
) -> list[Problem]:
    """Ask about each text of a column of marks, in small letters, that is not known."""
    if not column:
        return []
    rows: dict[str, list[int]] = {}
    for row in table.rows:
        text = text_in(row, column)
        if not is_known(text.casefold()):
            rows.setdefault(text, []).append(row.number)
    return [
        would_lose(
            Problem(
                Code.UNKNOWN_MARK,
                Severity.QUESTION,
                _(
                    "It is not known here what “%(text)s” in “%(column)s” says of a "
                    "submission. Rows %(rows)s count as not finished, and nothing is "
                    "taken from them."
                )
                % {"text": text, "column": column.header, "rows": listed(numbers)},
                sheet=table.sheet,
                row=numbers[0],
                column=column.header,
                allowed=_("An export with codes, or with labels in English."),
            ),
            f"{column.header} {text}",
        )
        for text, numbers in rows.items()
    ]


def _states(table: Table, responses: Iterable[Response]) -> list[Problem]:
    is_test = (
        Code.TEST_RESPONSE,
        Severity.NOTE,
        _("This response was a test of the form."),
    )
    is_rejected = (
        Code.NOT_APPROVED,
        Severity.WARNING,
        _("This submission was not approved in the survey tool."),
    )
    is_unfinished = (
        Code.PARTIAL_SUBMISSION,
        Severity.WARNING,
        _("This submission was not finished."),
    )
    return [
        Problem(*state, sheet=table.sheet, row=response.row.number)
        for response in responses
        for applies, state in (
            (response.is_test, is_test),
            (response.is_rejected, is_rejected),
            (not response.is_finished, is_unfinished),
        )
        if applies
    ]
