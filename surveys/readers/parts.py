"""Headings that name a question and one of its choices, or a row of its matrix.

Tools join the two in few ways, whatever the language: `Question [choice]`, `Question -
choice`, `Question: choice`, `Question (choice=label)`, `code/choice`, `code___choice`,
`code_1`. A heading alone does not tell where the question ends, nor choices from rows
of a matrix or from questions of a group: whoever knows the questions decides that.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from surveys.readers.tables import Column

Cut = tuple[str, str]
"""A question and a part of it."""

_WHOLE_SHAPES = (
    re.compile(r"(.*\S)\s*\[([^\[\]]+)\]"),
    re.compile(r"(.*\S)\s*\(\w+=(.+)\)"),
    re.compile(r"(\w*?[^\W_])___(\w+)"),
)
_BETWEEN_WORDS = re.compile(r"\s[-–—:]\s+|:\s+|：|/")
_BETWEEN_CODES = re.compile(r"(?<=[^\W_])[_.:-](?=\w)")
_CODE = re.compile(r"[\w./:-]+")
_OTHER = re.compile(
    r"(other|autre|otr[oa]|outr[oa]|altro|ander[es]*|andere[rs]?|sonstiges?|друго[ей]|"
    r"其他|其它|その他|أخرى|غير ذلك)s?\s*[(:,（].*",
    re.IGNORECASE,
)
_LONGEST = 2000
_MOST = 12


def cuts(heading: str) -> Iterator[Cut]:
    """Yield the ways to cut a heading in a question and a part, longest first."""
    if len(heading) <= _LONGEST:
        yield from islice(_every_cut(heading), _MOST)


def _every_cut(heading: str) -> Iterator[Cut]:
    for shape in _WHOLE_SHAPES:
        if found := shape.fullmatch(heading):
            yield found[1], found[2].strip()
    between = [*_BETWEEN_WORDS.finditer(heading)]
    if _CODE.fullmatch(heading):
        between += _BETWEEN_CODES.finditer(heading)
    for found in sorted(between, key=lambda each: -each.start()):
        question, part = heading[: found.start()].strip(), heading[found.end() :]
        if question and part.strip():
            yield question, part.strip()


def is_other(part: str) -> bool:
    """Tell whether a part is what was written beside the choices: "Other (specify)"."""
    return bool(_OTHER.fullmatch(part))


def cuts_of(column: Column) -> Iterator[Cut]:
    """Yield the cuts of a column's heading, and of its text where it has both."""
    if column.option:
        yield column.question, column.option
        return
    yield from cuts(column.question)
    if column.text:
        yield from cuts(column.text)


def siblings(columns: Iterable[Column]) -> dict[str, list[tuple[Column, str]]]:
    """Return the columns that share a question, with their parts, by the question.

    A column that can be cut in several ways is in several lists.
    """
    found: dict[str, dict[int, tuple[Column, str]]] = defaultdict(dict)
    for column in columns:
        for question, part in cuts_of(column):
            found[question].setdefault(column.position, (column, part))
    return {
        question: [*members.values()]
        for question, members in found.items()
        if len(members) > 1
    }
