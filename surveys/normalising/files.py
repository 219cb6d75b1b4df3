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
    """A repeated group, read; its rows are those of all submissions in turn."""

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
        """Return how people call the table: its sheet, if it has one of its own."""
        table = self.cells.columns.table
        return table.sheet or table.name


@dataclass
class File:
    """What a file is read by, and what stands in its tables."""

    export: Export
    mapping: Mapping
    form: Form
    names: Names
    main: Cells
    repeats: list[Repeat]
