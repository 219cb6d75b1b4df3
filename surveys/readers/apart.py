"""Columns of personal details, told by the shape of their cells in any language.

Headings are known in some languages only (see `personal`). This looks at all columns
of an export, whatever tool wrote it.
"""

from dataclasses import replace

from profiles.uploads.cells import text_of
from surveys.readers.personal import is_personal
from surveys.readers.shapes import are_mostly, is_address, is_name, may_be_address
from surveys.readers.tables import Column, Export, Role, Table

_MAY_HOLD_DETAILS = frozenset(
    {Role.ANSWER, Role.PERSONAL, Role.BOOKKEEPING, Role.STATUS, Role.LANGUAGE}
)
_LOOKED_AT = 1000
"""Distinct texts of a column that show its shape."""


def keep_apart(export: Export) -> None:
    """Make personal the columns whose cells are addresses, and names beside those."""
    for table in export.tables:
        texts = {column: _texts(table, column) for column in table.columns}
        table.columns = tuple(
            _by_shape(column, texts[column]) for column in table.columns
        )
        if not table.name:
            _keep_names_apart(table, list(texts.values()))


def _texts(table: Table, column: Column) -> list[str]:
    if column.role not in _MAY_HOLD_DETAILS or column.option:
        return []
    cells = dict.fromkeys(
        row.cells[column.position] for row in table.rows[: 10 * _LOOKED_AT]
    )
    return list(dict.fromkeys(map(text_of, cells)))[:_LOOKED_AT]


def _by_shape(column: Column, texts: list[str]) -> Column:
    if are_mostly(is_address, texts):
        return replace(column, role=Role.PERSONAL, holds_addresses=True)
    if column.role == Role.ANSWER and are_mostly(may_be_address, texts):
        # Unless a question asks for such numbers.
        return replace(column, role=Role.PERSONAL)
    if column.role == Role.BOOKKEEPING and is_personal(column.question):
        return replace(column, role=Role.PERSONAL)
    return column


def _keep_names_apart(table: Table, texts: list[list[str]]) -> None:
    """Make personal up to two columns of names on each side of one of addresses."""
    columns = list(table.columns)
    for place, column in enumerate(columns):
        if not column.holds_addresses:
            continue
        for step in (-1, 1):
            for beside in (place + step, place + 2 * step):
                if not 0 <= beside < len(columns) or not _are_names(
                    columns[beside], texts[beside], len(table.rows)
                ):
                    break
                columns[beside] = replace(columns[beside], role=Role.PERSONAL)
    table.columns = tuple(columns)


def _are_names(column: Column, texts: list[str], rows: int) -> bool:
    """Tell whether all cells may be names; choices recur in many rows."""
    filled = [text for text in texts if text]
    recur = rows > 4 and 2 * len(filled) < rows
    return (
        column.role == Role.ANSWER
        and bool(filled)
        and not recur
        and all(map(is_name, filled))
    )
