"""The registry's one list of equivalents, as `equivalents.toml` holds it."""

import tomllib
import zlib
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("equivalents.toml")
_LIST: dict[str, Any] = tomllib.loads(_FILE.read_text())

VERSION = zlib.crc32(_FILE.read_bytes())
"""Moves with the list: an index holds names from it."""

SPELLING: dict[str, str] = _LIST["spelling"]
"""One folded word for another."""

SAME: list[list[str]] = _LIST["same"]["groups"]
"""Phrases that mean the same."""

BESIDE: frozenset[str] = frozenset(_LIST["beside"]["words"])
"""Words that ask something of the record whose name they are said with."""

LISTS: dict[str, list[str]] = _LIST["lists"]
"""Words for the records of a list, by the kind that the search calls them."""

PARAMETERS: dict[str, list[str]] = _LIST["parameters"]
"""Words for a filter, by its parameter."""


def names_of(kind: str, key: str) -> list[str]:
    """Return further names of a record."""
    return _LIST["names"].get(kind, {}).get(key, [])


def names_of_value(parameter: str, value: str) -> list[str]:
    """Return further names of a value of a filter."""
    values = _LIST["values"].get(parameter, {})
    of_each = [name.format(value=value) for name in values.get("*", [])]
    return [*values.get(value, []), *of_each]
