"""When two values say the same, when one says nothing, and when one tells more.

Values stand as in a Statement: records by their key, many as a list of keys.
"""

from functools import lru_cache
from typing import Any

from profiles.folding import fold
from profiles.vocabularies import Coverage, MechanismStatus
from surveys.comparing.bases import model_of

# How much each coverage knows; a section is filled from less to more.
_KNOWS = {
    Coverage.UNKNOWN.value: 0,
    Coverage.NOT_ASKED.value: 1,
    Coverage.NOT_REPORTED.value: 2,
    Coverage.NONE.value: 3,
    Coverage.REPORTED.value: 3,
}
_KNOWS_ENOUGH = 3
_NOT_SAID = {"position", "source"}


def key_of(names: tuple[str, ...], values: dict[str, Any]) -> tuple:
    """Return the values by which a fact is found again, however they are written."""
    return tuple(folded(values.get(name)) for name in names)


@lru_cache(50_000)
def _fold(text: str) -> str:
    return fold(text) or text


def folded(value: Any) -> Any:
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
    if isinstance(one, list) or isinstance(other, list):
        return {*(one or ())} == {*(other or ())}
    if isinstance(one, str) and isinstance(other, str):
        return one == other or " ".join(one.split()) == " ".join(other.split())
    return one == other


def defaults(target: str) -> dict[str, Any]:
    model = model_of(target)
    return {
        f.name: f.default
        for f in model._meta.concrete_fields
        if f.has_default() and not callable(f.default) and f.editable
    }


def is_untouched(target: str, after: dict[str, Any], values: dict[str, Any]) -> bool:
    """Does a fact hold what was written when it was added, and nothing more?"""
    written = {**defaults(target), **after}
    return all(
        same(value, written.get(name)) or (is_nothing(value) and name not in after)
        for name, value in values.items()
        if name not in _NOT_SAID
    )
