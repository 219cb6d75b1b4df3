"""A file whose cells are read, before it is put together row by row."""

from dataclasses import dataclass

from surveys.mapping import Mapping
from surveys.names import Names
from surveys.normalising.cells import Cells
from surveys.normalising.forms import Form
from surveys.normalising.rows import (
    answers_by_row,
    fingerprints,
    personal_by_row,
    rows_kept,
)
from surveys.readers.tables import Export


class Repeat:
    """The rows of a repeated group, first those of the first submission, and so on.

    `starts` has the index of each submission's first row.
    """

    def __init__(self, cells: Cells):
        self.cells = cells
        self.answers = list(answers_by_row(cells))
        self.rows = list(rows_kept(cells))
        self.personal = list(personal_by_row(cells))
        self.prints = list(fingerprints(cells))
        self.starts: list[int] = []

    @property
    def code(self) -> str:
        return self.cells.columns.repeat

    @property
    def table(self) -> str:
        return self.cells.columns.table.name

    @property
    def name(self) -> str:
        """Return the table's name as people see it: its sheet's, if it has a sheet."""
        table = self.cells.columns.table
        return table.sheet or table.name


@dataclass
class File:
    """An export with what it is read by, and the cells of its tables."""

    export: Export
    mapping: Mapping
    form: Form
    names: Names
    main: Cells
    repeats: list[Repeat]
