"""Counts of the answers to one question.

A count is a number of submissions, in repeated groups too: a mechanism that names five
partners of one kind counts once in `count`, and five times in `entries`.
"""

import statistics
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from surveys.models import Question
from surveys.questionnaires.definitions import OTHER
from surveys.questionnaires.relevance import Condition
from surveys.results.disclosure import (
    FEWEST,
    hidden_of_list,
    hidden_of_several,
)
from surveys.vocabularies import NotAsked, QuestionType, Unanswered

NUMBERS = (QuestionType.INTEGER, QuestionType.YEAR, QuestionType.DATE)
CHOICES = (QuestionType.ONE, QuestionType.SEVERAL)

_EDGES = [0, 1, 2, 3, 4, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000, 1_000_000]
"""Where classes of whole numbers begin. The edges are fixed: if they followed the
answers, they would tell the smallest and the largest of them."""

_DECADES = 21  # of the years that questions take, 1900 to 2100


@dataclass(frozen=True)
class AnswerCount:
    """One answer, or one reason for none, and how many gave it; None is hidden."""

    code: str
    label: str
    count: int | None
    entries: int = 0


@dataclass(frozen=True)
class Spread:
    """The smallest, middle and largest of numbers or years."""

    smallest: float
    median: float
    largest: float


@dataclass(frozen=True)
class Tally:
    """The answers to one question: `known` of `total` submissions have one.

    `further` is the number of possible answers that are not among the `cells`: lists of
    the registry and classes of numbers leave out answers that nobody gave.
    """

    question: Question
    total: int
    known: int | None
    cells: tuple[AnswerCount, ...] = ()
    reasons: tuple[AnswerCount, ...] = ()
    further: int = 0
    entries: int = 0
    spread: Spread | None = None
    is_several: bool = False
    is_withheld: bool = False
    hides_others: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing is hidden."""
        cells = (*self.cells, *self.reasons)
        return (
            self.known is not None
            and not self.hides_others
            and all(cell.count is not None for cell in cells)
        )


@dataclass
class AnswersOffered:
    """The answers that a question's list offers, in order. With `is_open`, only answers
    that somebody gave are listed."""

    labels: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False


def reason_label(code: str) -> str:
    labels = dict((*Unanswered.choices, *NotAsked.choices))
    return str(labels.get(code, code))


def tally(
    question: Question,
    submissions: Sequence[tuple[dict[str, Any], dict[str, str]]],
    options: AnswersOffered,
    condition: Condition | None = None,
    group_condition: Condition | None = None,
) -> Tally:
    """Count the answers to a question; `submissions` are pairs (answers, unanswered).

    `condition` says whether the question was put, `group_condition` whether its
    repeated group was; None: always.
    """
    counts: Counter[str] = Counter()
    entries: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    numbers: list[int] = []
    known = 0
    for answers, unanswered in submissions:
        values = list(_values(question, answers))
        if not values:
            if group_condition and not group_condition(answers):
                reasons[NotAsked.CONDITION] += 1
            else:
                reasons[_why_not(question, answers, unanswered, condition)] += 1
            continue
        known += 1
        given = [code for value in values for code in _codes(question, value, options)]
        counts.update(set(given))
        entries.update(given)
        if question.type in NUMBERS:
            numbers += [n for n in map(_number, values) if n is not None]
    return Tally(
        question,
        total=len(submissions),
        known=known,
        cells=tuple(_cells(question, counts, entries, options)),
        reasons=tuple(
            AnswerCount(code, reason_label(code), count)
            for code, count in reasons.most_common()
        ),
        further=_further(question, counts, options),
        entries=sum(entries.values()) if question.repeat else 0,
        spread=_spread(numbers),
        is_several=bool(question.repeat) or question.type == QuestionType.SEVERAL,
    )


def _values(question: Question, answers: dict[str, Any]) -> Iterator[Any]:
    entries = (answers.get(question.repeat) or []) if question.repeat else [answers]
    for entry in entries:
        if (value := entry.get(question.code)) not in (None, "", []):
            yield value


def _why_not(
    question: Question,
    answers: dict[str, Any],
    unanswered: dict[str, str],
    condition: Condition | None,
) -> str:
    """Return why there is no answer: the questionnaire's reason, else the file's."""
    entries = [answers]
    if question.repeat:
        if not answers.get(question.repeat):
            return NotAsked.NO_ENTRY
        entries = [{**answers, **entry} for entry in answers[question.repeat]]
    if condition and not any(condition(entry) for entry in entries):
        return NotAsked.CONDITION
    return unanswered.get(question.code) or Unanswered.LEFT_EMPTY


def _codes(question: Question, value: Any, options: AnswersOffered) -> Iterator[str]:
    """Yield the codes of the answers that a value gives; a text gives none."""
    if question.type in CHOICES:
        chosen = value if isinstance(value, list) else [value]
        yield from {code if code in options.labels else OTHER for code in chosen}
    elif question.type in NUMBERS:
        number = _number(value)
        yield OTHER if number is None else _class_of(question, number)


def _number(value: Any) -> int | None:
    text = str(value)
    year = text[:4] if "-" in text[1:] else text
    try:
        return int(year)
    except ValueError:
        return None


def _class_of(question: Question, number: int) -> str:
    if question.type != QuestionType.INTEGER:
        return f"{number // 10 * 10:06}"
    return f"{bisect_right(_EDGES, number):06}"


def _class_label(question: Question, code: str) -> str:
    if question.type != QuestionType.INTEGER:
        first, last = int(code), int(code) + 9
    else:
        place = int(code)
        if place == 0:
            return _("below 0")
        if place == len(_EDGES):
            return _("%(first)s and more") % {"first": _EDGES[-1]}
        first, last = _EDGES[place - 1], _EDGES[place] - 1
    if first == last:
        return str(first)
    return _("%(first)s–%(last)s") % {"first": first, "last": last}


def _cells(
    question: Question, counts: Counter, entries: Counter, options: AnswersOffered
) -> Iterator[AnswerCount]:
    if question.type in NUMBERS:
        labels = {
            code: _class_label(question, code)
            for code in sorted(counts.keys() - {OTHER})
        }
    elif options.is_open:
        by_count = sorted(
            counts.keys() - {OTHER}, key=lambda c: (-counts[c], options.labels[c])
        )
        labels = {code: options.labels[code] for code in by_count}
    else:
        labels = dict(options.labels)
    if counts[OTHER] and OTHER not in labels:
        labels[OTHER] = _("Another answer")
    for code, label in labels.items():
        in_group = entries[code] if question.repeat else 0
        yield AnswerCount(code, label, counts[code], in_group)


def _further(question: Question, counts: Counter, options: AnswersOffered) -> int:
    if question.type == QuestionType.INTEGER:
        possible = len(_EDGES) + 1
    elif question.type in NUMBERS:
        possible = _DECADES
    elif options.is_open:
        possible = len(options.labels)
    else:
        return 0
    return max(0, possible - len(counts.keys() - {OTHER}))


def _spread(numbers: Sequence[int]) -> Spread | None:
    if not numbers:
        return None
    return Spread(min(numbers), statistics.median(numbers), max(numbers))


# --- What of it the public may see ---


def withheld(tally: Tally) -> Tally:
    """Return the tally without any of its counts but the total."""
    return Tally(tally.question, total=tally.total, known=None, is_withheld=True)


def public(tally: Tally) -> Tally:
    """Return the tally as the public may see it, by the rule of `disclosure`.

    The smallest and the largest number are not shown: each is one respondent's answer.
    """
    counts = {cell.code: cell.count or 0 for cell in tally.cells}
    # A choice may have the code of a reason.
    why = {f"!{cell.code}": cell.count or 0 for cell in tally.reasons}
    if not tally.cells:
        hidden = hidden_of_list({OTHER: tally.known or 0, **why})
        known = None if OTHER in hidden else tally.known
    elif tally.is_several:
        hidden = _hidden_of_several(tally, counts, why)
        known = None if hidden & why.keys() or _is_small(tally.known) else tally.known
    else:
        hidden = hidden_of_list({**counts, **why}, further=tally.further)
        adds_up = not tally.further and not hidden & counts.keys()
        known = tally.known if adds_up or not hidden & why.keys() else None
    cells = tuple(
        replace(cell, count=None if cell.code in hidden else cell.count, entries=0)
        for cell in tally.cells
    )
    is_open = tally.further > 0 or tally.question.type in NUMBERS
    shown = replace(
        tally,
        known=known,
        # A hidden answer of an open list is not even named: its name alone would tell
        # that somebody gave it.
        cells=tuple(c for c in cells if c.count is not None) if is_open else cells,
        reasons=tuple(c for c in tally.reasons if f"!{c.code}" not in hidden),
        entries=0,
        spread=None,
        hides_others=is_open or bool(hidden),
    )
    # A tally that shows how many answered, but no answer, is withheld.
    tells = any(cell.count is not None for cell in cells) if cells else known
    return shown if tells else withheld(tally)


def _is_small(count: int | None) -> bool:
    return count is None or count < FEWEST


def _hidden_of_several(
    tally: Tally, counts: Mapping[str, int], why: Mapping[str, int]
) -> set[str]:
    known = tally.known or 0
    few = {reason: count for reason, count in why.items() if count < FEWEST}
    if known + sum(few.values()) < FEWEST:
        return {*counts, *why}
    return few.keys() | hidden_of_several(
        counts, known, further=tally.further, unknown=list(few.values())
    )
