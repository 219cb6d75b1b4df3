"""An export as every reader returns it, whatever tool wrote the file.

A reader knows the conventions of one tool and nothing of the registry: it finds the
headings, tells questions from the tool's own columns, joins columns that the tool
split, and leaves cells as they are. `surveys.normalising` finds out what they mean.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from profiles.uploads.cells import Cell
from surveys.problems import Problem, cell_name


class Tool(StrEnum):
    KOBO = "kobo"
    ODK = "odk"
    LIMESURVEY = "limesurvey"
    SURVEYMONKEY = "surveymonkey"
    MS_FORMS = "msforms"
    GOOGLE_FORMS = "googleforms"
    QUALTRICS = "qualtrics"
    SURVEYCTO = "surveycto"
    SURVEY123 = "survey123"
    REDCAP = "redcap"
    PLAIN = "plain"


class Role(StrEnum):
    """The purpose of a column."""

    ANSWER = "answer"
    KEY = "key"  # identifies the submission; the best of several comes first
    SUBMITTED = "submitted"
    LANGUAGE = "language"
    STATUS = "status"  # whether it is finished, approved, a test
    PERSONAL = "personal"  # names, addresses, devices of who filled it in
    BOOKKEEPING = "bookkeeping"  # the tool's own; kept in the row, not read
    PARENT = "parent"  # in a repeated group: the row it belongs to


@dataclass(frozen=True)
class Column:
    """A column of a table.

    `header` is unique in its table ("Name", "Name [2]"); messages show it, and
    `Submission.row` keeps cells under it. By `question` a mapping finds the column:
    it is the code when the file has codes, with the path of its groups
    ("s1/founded"), else the text of the question. `text` is the question's text when
    the file has both. `option` is the choice of which this column says whether it
    was chosen.
    """

    position: int
    header: str
    question: str
    role: Role = Role.ANSWER
    option: str = ""
    text: str = ""
    is_other: bool = False  # holds what was written beside the choices
    is_repeated_header: bool = False  # the file has this header more than once
    holds_addresses: bool = False  # most cells lead to a person, by their shape


@dataclass(slots=True)
class Row:
    """A row, with its number as Excel counts. `parent` is the number of the row in
    the main table to which a row of a repeated group belongs, 0 in the main table.
    `places` says where cells stand in the file that do not stand under their column: a
    file can have several rows of a group beside each other."""

    number: int
    cells: list[Cell]
    parent: int = 0
    places: dict[int, int] = field(default_factory=dict)


@dataclass
class Table:
    """A sheet, or a CSV file. `name` is "" for the main table, else that of the
    repeated group; `sheet` as the file names it ("" for CSV)."""

    name: str
    sheet: str
    columns: tuple[Column, ...]
    rows: list[Row]

    def cell_address(self, column: Column, row: Row) -> str:
        """Return the address of a cell as spreadsheets write it: `contrib!F12`."""
        place = row.places.get(column.position, column.position)
        address = cell_name(place, row.number)
        return f"{self.sheet}!{address}" if self.sheet else address

    def with_role(self, role: Role) -> list[Column]:
        return [column for column in self.columns if column.role == role]


@dataclass
class Response:
    """One submission as the tool wrote it, not yet understood.

    `key` is "" when the tool gives none. `submitted` is aware when the file says
    its zone (`time_zone` as written), else naive. `repeats` has the rows of each
    repeated group by the group's name.
    """

    row: Row
    key: str
    submitted: datetime.datetime | None = None
    time_zone: str = ""
    language: str = ""
    is_finished: bool = True
    is_test: bool = False
    is_rejected: bool = False
    repeats: dict[str, list[Row]] = field(default_factory=dict)


@dataclass
class Export:
    """A survey export, read. `tables[0]` is the main table.

    `reason` is a sentence that says how the tool was recognised. `has_labels` tells
    that answers are labels, not codes. `splits_at` is the text between the choices
    in one cell: " ", ";", ", " or "" when a cell cannot be cut safely. `unread` are
    the names of further sheets with a table, and how many rows each has.
    """

    tool: Tool
    reason: str
    tables: list[Table]
    responses: list[Response]
    has_labels: bool = False
    splits_at: str = ""
    encoding: str = ""
    delimiter: str = ""
    problems: list[Problem] = field(default_factory=list)
    unread: dict[str, int] = field(default_factory=dict)

    @property
    def main(self) -> Table:
        return self.tables[0]

    def table(self, name: str) -> Table | None:
        """Return the table of a repeated group, None if the file has none."""
        return next((table for table in self.tables if table.name == name), None)

    def personal_columns(self) -> Iterator[tuple[Table, Column]]:
        for table in self.tables:
            for column in table.with_role(Role.PERSONAL):
                yield table, column
