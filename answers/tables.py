"""Tables of an answer: what a page draws, and what its files hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Linked:
    """A text that leads somewhere: `url` is a path of the registry or an address."""

    text: str
    url: str

    def __str__(self) -> str:
        return self.text


Cell: TypeAlias = str | int | float | Linked | None
"""What stands in one place of a table. None: not on record."""


@dataclass(frozen=True)
class Column:
    """`key` names the column in files, in English and for good; `heading` on pages."""

    key: str
    heading: Any
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells under columns. The first cell of a row names it.

    `key` names the table in files. `is_shown` says whether the page draws it with the
    others; a view that draws a table in its own way says no.
    """

    key: str
    caption: Any
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]] = field(default_factory=list)
    note: Any = ""
    is_shown: bool = True

    def __post_init__(self):
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.key}: {len(self.columns)} cells, not {row}")

    @property
    def drawn(self) -> Iterator[list[tuple[Column, Cell]]]:
        """The rows, each cell with its column."""
        for row in self.rows:
            yield list(zip(self.columns, row, strict=True))
