"""What goes from one process to the other: JSON, and times in it.

Not pickle: what reads a pickle does what its writer wants.
"""

import datetime
import json
from contextlib import suppress
from typing import Any

_KINDS: dict[str, Any] = {
    "\0datetime": datetime.datetime,
    "\0date": datetime.date,
    "\0time": datetime.time,
}


def as_bytes(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, default=_named, check_circular=False)
    return text.encode("utf-8", "surrogatepass")


def from_bytes(content: bytes) -> Any:
    """Return the value again; tuples come back as lists. Raises ValueError."""
    text = content.decode("utf-8", "surrogatepass")
    try:
        return json.loads(text, object_hook=_time_of)
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error


def _named(value: Any) -> dict[str, str]:
    for name, kind in _KINDS.items():
        if isinstance(value, kind):
            return {name: value.isoformat()}
    raise TypeError(type(value))


def _time_of(table: dict[str, Any]) -> Any:
    if len(table) == 1:
        ((name, written),) = table.items()
        if kind := _KINDS.get(name):
            with suppress(TypeError, ValueError):
                return kind.fromisoformat(written)
    return table
