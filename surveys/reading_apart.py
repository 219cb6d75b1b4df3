"""Parsers of uploads in a process apart: their refusals come back as FileRefused."""

from collections.abc import Callable
from typing import Any

from profiles.uploads import Refused, read_apart
from surveys.problems import FileRefused, Problem

_REFUSED = "refused"
_READ = "read"


def in_words(read: Callable[[], Any]) -> dict[str, Any]:
    """Return the result of `read`, or its refusal, as plain values; parsers call it."""
    try:
        return {_READ: read()}
    except FileRefused as refused:
        return {_REFUSED: refused.problem.as_json()}


def read_file(parser: str, *contents: bytes, **options: Any) -> Any:
    """Run a parser whose result comes from `in_words`. Raises FileRefused."""
    try:
        told = read_apart(parser, *contents, **options)
    except Refused as refused:
        raise FileRefused.of(refused) from None
    if _REFUSED in told:
        raise FileRefused(Problem.from_json(told[_REFUSED]))
    return told[_READ]
