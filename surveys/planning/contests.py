"""Which statements of one file contradict each other: neither is taken for the first.

Two submissions of one mechanism, or two answers of one submission, can give two values
of what can be only one: two years of foundation, two roles of one State, two chairs.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from django.utils.translation import gettext as _

from profiles.models import Chairing
from surveys.planning.values import NOT_CONTENT, folded, is_less, is_nothing, same
from surveys.statements import PROFILE, Statement, model_of

CHAIRING = Chairing._meta.label_lower


@dataclass
class Contest:
    """The fields of a statement that others contradict, and by which submissions."""

    fields: set[str] = field(default_factory=set)
    rivals: set[int] = field(default_factory=set)

    def reason(self, submission: int) -> str:
        if self.rivals == {submission}:
            return _("The same submission says otherwise elsewhere.")
        return _("Another answer in this file says otherwise.")


def contests(statements: Iterable[Statement]) -> dict[int, Contest]:
    """Return the contest of each statement that has one, by its id().

    The statements are of one mechanism, by respondents who speak with one authority.
    """
    alike: defaultdict[tuple, list[Statement]] = defaultdict(list)
    for statement in statements:
        for identity in _identities(statement):
            alike[identity].append(statement)
    found: defaultdict[int, Contest] = defaultdict(Contest)
    for several in alike.values():
        if len(several) > 1:
            _compare(several, found)
    return dict(found)


def is_current_chair(statement: Statement) -> bool:
    return statement.target == CHAIRING and bool(statement.values.get("is_current"))


def _identities(statement: Statement) -> Iterator[tuple]:
    if statement.target == PROFILE:
        yield (PROFILE, *statement.values)
        return
    key = statement.key
    values = tuple(folded(statement.values.get(name)) for name in key)
    yield statement.target, key, values
    if is_current_chair(statement):
        yield CHAIRING, statement.values.get("role")


def _compare(several: list[Statement], found: dict[int, Contest]) -> None:
    # The same said twice is one voice; large files repeat themselves.
    voices: dict[str, list[Statement]] = {}
    for statement in several:
        voices.setdefault(repr(statement.values), []).append(statement)
    for one, other in combinations(voices.values(), 2):
        disputed = _disputed(one[0], other[0])
        if not disputed:
            continue
        for ours, theirs in ((one, other), (other, one)):
            for statement in ours:
                found[id(statement)].fields |= disputed
                found[id(statement)].rivals |= {s.submission for s in theirs}


def _disputed(one: Statement, other: Statement) -> set[str]:
    kind = model_of(one.target)
    if is_current_chair(one) and is_current_chair(other):
        holders = [
            (s.values.get("state"), s.values.get("holder")) for s in (one, other)
        ]
        if holders[0] != holders[1]:
            return {"state"}
    left_out = {*one.key, one.label, *NOT_CONTENT}
    left_out |= {*getattr(kind, "grows", ()), *getattr(kind, "only_wording", ())}
    return {
        name
        for name, value in one.values.items()
        if name not in left_out and _contradict(name, value, other.values.get(name))
    }


def _contradict(name: str, one: Any, other: Any) -> bool:
    if is_nothing(one) or is_nothing(other) or same(one, other):
        return False
    return not (is_less(name, one) or is_less(name, other))
