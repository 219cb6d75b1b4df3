"""Texts that a spreadsheet must not take for formulas.

A cell that begins with one of these signs is computed when the file is opened: what
somebody typed into the registry would run on the machine of whoever downloads it.
"""

from typing import Any

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARK = "'"


def harmless(value: Any) -> Any:
    """Put the mark before a text that would be computed; leave all else alone.

    A text that looks marked already is marked once more, so that `as_entered` gives
    back every text as it was.
    """
    if isinstance(value, str) and value.lstrip(" '").startswith(STARTS_A_FORMULA):
        return _MARK + value
    return value


def as_entered(value: Any) -> Any:
    """Take the mark away again, so that a file can be read back as it was written."""
    if isinstance(value, str) and harmless(value[1:]) == value:
        return value[1:]
    return value
