"""Which statements of one file contradict each other: neither is taken for the first.

Two submissions of one mechanism, or two answers of one submission, can give two values
of what can be only one: two years of foundation, two roles of one State, two chairs.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from profiles.models import Chairing
from surveys.planning.values import NOT_CONTENT, folded, is_less, is_nothing, plain
from surveys.statements import PROFILE, Statement, model_of

CHAIRING = Chairing._meta.label_lower


@dataclass
class Contest:
    """The fields of a statement that others contradict. `is_within` says that it is the
    same submission that does."""

    fields: set[str] = field(default_factory=set)
    is_within: bool = True

    @property
    def reason(self) -> str:
        if self.is_within:
            return _("The same submission says otherwise elsewhere.")
        return _("Another answer in this file says otherwise.")


def contests(statements: Iterable[Statement]) -> dict[int, Contest]:
    """Return the contest of each statement that has one, by its id().

    The statements are of one mechanism, by respondents who speak with one authority.
    """
    # What one thing can be: for each value, who gives it.
    values: dict[tuple, dict[Any, list[Statement]]] = {}
    for statement in statements:
        for name, about, value in _said(statement):
            values.setdefault((name, about), {}).setdefault(value, []).append(statement)
    found: defaultdict[int, Contest] = defaultdict(Contest)
    for (name, _about), by_value in values.items():
        if len(by_value) < 2:
            continue
        several = [statement for of_one in by_value.values() for statement in of_one]
        is_within = len({statement.submission for statement in several}) == 1
        for statement in several:
            contest = found[id(statement)]
            contest.fields.add(name)
            contest.is_within &= is_within
    return dict(found)


def is_current_chair(statement: Statement) -> bool:
    return statement.target == CHAIRING and bool(statement.values.get("is_current"))


def _said(statement: Statement) -> Iterator[tuple[str, Any, Any]]:
    """Yield each field that a statement fills, what the field is of, and its value."""
    target, said = statement.target, statement.values
    if target == PROFILE:
        about: Any = PROFILE
    else:
        about = (target, statement.key, *(folded(said.get(n)) for n in statement.key))
    if is_current_chair(statement):
        yield (
            "state",
            (CHAIRING, said.get("role")),
            (said.get("state"), said.get("holder")),
        )
    left_out = _left_out(target)
    for name, value in said.items():
        if name in statement.key or name in statement.labels or name in left_out:
            continue
        if not (is_nothing(value) or is_less(name, value)):
            yield name, about, plain(value)


@cache
def _left_out(target: str) -> frozenset[str]:
    """Return the fields in which two statements can differ and both be right."""
    kind = model_of(target)
    grown = (*getattr(kind, "grows", ()), *getattr(kind, "only_wording", ()))
    return frozenset((*NOT_CONTENT, *grown))
