"""When two values say the same, when one says nothing, and when one tells more.

Values stand as in a Statement: records by their key, many as a list of keys.
"""

from functools import lru_cache
from typing import Any

from profiles.folding import fold
from profiles.vocabularies import Coverage, MechanismStatus

# How much each coverage knows; a section is filled from less to more.
_KNOWS = {
    Coverage.UNKNOWN.value: 0,
    Coverage.NOT_ASKED.value: 1,
    Coverage.NOT_REPORTED.value: 2,
    Coverage.NONE.value: 3,
    Coverage.REPORTED.value: 3,
}
_KNOWS_ENOUGH = 3


NOT_CONTENT = {"position", "source", "is_public", "certainty"}
"""What is not said about the mechanism, but about the fact."""


@lru_cache(50_000)
def _fold(text: str) -> str:
    return fold(text) or text


def folded(value: Any) -> Any:
    """Return what two values have in common when they differ in spelling only."""
    if isinstance(value, str):
        return _fold(value)
    if isinstance(value, list):
        return tuple(sorted(value))
    return value


def is_nothing(value: Any) -> bool:
    return value is None or value == "" or value == []


def is_less(name: str, value: Any) -> bool:
    """Is the value only a name for not knowing?"""
    if name.endswith("coverage"):
        return _KNOWS.get(value, 0) < _KNOWS_ENOUGH
    return name == "status" and value == MechanismStatus.UNKNOWN.value


def tells_more(value: Any, known: Any) -> bool:
    """Would a coverage tell more than the one that stands, or contradict it?"""
    said, stands = _KNOWS.get(value, 0), _KNOWS.get(known, 0)
    return said > stands or (said == _KNOWS_ENOUGH and stands == _KNOWS_ENOUGH)


def same(one: Any, other: Any) -> bool:
    """Do two values say the same? Spaces do not count, nor the order of a list."""
    if isinstance(one, list) or isinstance(other, list):
        return {*(one or ())} == {*(other or ())}
    return one == other or plain(one) == plain(other)


def plain(value: Any) -> Any:
    """Return what values that say the same have in common, to be looked up by."""
    if isinstance(value, list):
        return frozenset(value)
    return " ".join(value.split()) if isinstance(value, str) else value
