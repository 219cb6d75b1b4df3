"""What the cells below a heading are, whatever the language of the heading.

A tool's own columns come first and in one order: a number, one or two times, an
address, a name. So a file is known where its headings are translated.
"""

import datetime
import re
from collections.abc import Sequence

from profiles.uploads.cells import Cell, Grid, text_of
from surveys.readers.moments import parse_moment

_LOOKED_AT = 200
_LONGEST_ADDRESS = 254
_NUMBER = re.compile(r"\d{1,18}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{2,8})?")
_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]{3,39}", re.IGNORECASE)


def texts_below(grid: Grid, index: int, position: int) -> list[str]:
    """Return the texts of a column in the first filled rows below row `index`."""
    return [text_of(cell).strip() for cell in cells_below(grid, index, position)]


def cells_below(grid: Grid, index: int, position: int) -> list[Cell]:
    rows = [row for row in grid.rows[index + 1 : index + 1 + _LOOKED_AT] if any(row)]
    return [row[position] if position < len(row) else "" for row in rows]


def are_numbers(texts: Sequence[str]) -> bool:
    """Tell whether each row has a whole number."""
    return bool(texts) and all(_NUMBER.fullmatch(text) for text in texts)


def are_identifiers(texts: Sequence[str]) -> bool:
    """Tell whether each row has a whole number of its own."""
    return are_numbers(texts) and len(set(texts)) == len(texts)


def are_moments(cells: Sequence[Cell], *, all_filled: bool = True) -> bool:
    """Tell whether the cells are moments with a time of day; some may be empty."""
    filled = [cell for cell in cells if cell not in ("", None)]
    if not filled or (all_filled and len(filled) < len(cells)):
        return False
    return all(_is_moment(cell) for cell in filled)


def _is_moment(cell: Cell) -> bool:
    if isinstance(cell, datetime.datetime):
        return True
    if not isinstance(cell, str) or not re.search(r"\d[:.]\d\d", cell):
        return False
    return any(
        parse_moment(cell, day_first=day_first)[0] for day_first in (True, False)
    )


def are_emails(texts: Sequence[str]) -> bool:
    """Tell whether the filled cells are addresses, and some are filled."""
    filled = [text for text in texts if text]
    return bool(filled) and all(
        len(text) <= _LONGEST_ADDRESS and _EMAIL.fullmatch(text) for text in filled
    )


def are_languages(texts: Sequence[str]) -> bool:
    return bool(texts) and all(_LANGUAGE.fullmatch(text) for text in texts)


def are_addresses(texts: Sequence[str]) -> bool:
    """Tell whether the filled cells are addresses of computers."""
    filled = [text for text in texts if text]
    return bool(filled) and all(
        _ADDRESS.fullmatch(text) and not text.isdigit() for text in filled
    )
