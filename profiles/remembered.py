"""What a process reads once for each revision of the public content."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.utils.translation import get_language

T = TypeVar("T")

_latest: dict[Hashable, tuple[Hashable, Any]] = {}


def remembered(what: Hashable, revision: Hashable | None, read: Callable[[], T]) -> T:
    """Return what was read at a revision, which may say more, such as the day.

    Who still uses what was read before keeps it. Without a revision it is read anew.
    """
    if revision is None:
        return read()
    latest = _latest.get(what)
    if latest is None or latest[0] != revision:
        # Two threads may both read it: one that waits for a database that hangs must
        # not hold up others.
        latest = _latest[what] = revision, read()
    return latest[1]


def every(model: type[Any], revision: str | None) -> dict[int, Any]:
    """Return all records of a list that cannot grow much, in its own order, by key.

    The order may be that of names, which depends on the language.
    """
    return remembered(
        ("every", model, get_language()),
        revision,
        lambda: {one.pk: one for one in model._default_manager.all()},
    )


def forget() -> None:
    _latest.clear()
