"""The contributions of one mechanism as a table that its address narrows and sorts."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.profile_page import ALIKE
from profiles.alphabetical import name_key
from profiles.facets import shortened
from profiles.models import Contribution
from profiles.vocabularies import (
    Certainty,
    ContributionKind,
    ContributionStatus,
    GovernanceLevel,
)

FEW = 3
"""Contributions that nobody has to narrow, and that a phone does not fold away."""

_TERMS: dict[str, Any] = {
    "level": GovernanceLevel,
    "kind": ContributionKind,
    "status": ContributionStatus,
}

_LABELS = {
    "title": gettext_lazy("Contribution"),
    "level": gettext_lazy("Level"),
    "kind": gettext_lazy("Kind"),
    "status": gettext_lazy("Status"),
    "year": gettext_lazy("Year"),
    "sort": gettext_lazy("Sort by"),
}

_ORDERS: dict[str, Callable[[Contribution], Any]] = {
    "level": lambda one: GovernanceLevel.values.index(one.level),
    "-year": lambda one: (one.year is None, -(one.year or 0)),
    "year": lambda one: (one.year is None, one.year),
    "title": lambda one: name_key(one.title),
    "kind": lambda one: name_key(one.get_kind_display()),
    "status": lambda one: ContributionStatus.values.index(one.status),
}
"""Whatever the order, contributions without a year come last in an order of years."""

_STARTING_ORDER = "level"

PARAMETERS = (*_TERMS, "sort")


@dataclass(frozen=True)
class Option:
    """A term to narrow by, and how many contributions have it among what is shown."""

    value: str
    label: str
    number: int
    is_chosen: bool


@dataclass(frozen=True)
class Narrowing:
    """The terms of one kind that occur among the contributions."""

    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True)
class Heading:
    """The head of a column, and the address that sorts by it."""

    name: str
    label: str
    query: str
    direction: str
    """As `aria-sort` has it; "" where the table is in another order."""


class ContributionTable:
    """The contributions that an address asks for.

    A parameter with a value that is not in its list is one of `errors`, and nothing is
    shown: what is not understood never widens the answer.
    """

    def __init__(self, contributions: Sequence[Contribution], asked: Mapping[str, str]):
        self.all = contributions
        self.asked = {name: asked[name] for name in PARAMETERS if asked.get(name)}

    @cached_property
    def errors(self) -> list[dict[str, str]]:
        return [
            {
                "label": str(_LABELS[name]),
                "text": _("“%(value)s” is not one of: %(values)s.")
                % {"value": shortened(value), "values": ", ".join(_values(name))},
            }
            for name, value in self.asked.items()
            if value not in _values(name)
        ]

    @cached_property
    def rows(self) -> list[Contribution]:
        if self.errors:
            return []
        return sorted(self._having(self.chosen), key=_ORDERS[self.sort])

    @property
    def chosen(self) -> dict[str, str]:
        """What the contributions are narrowed by."""
        return {name: self.asked[name] for name in _TERMS if name in self.asked}

    @property
    def sort(self) -> str:
        return self.asked.get("sort", _STARTING_ORDER)

    @cached_property
    def terms_alike(self) -> str:
        """How firm kind and status are, where several contributions are alike in that
        and the source does not state them; "" where each has to say it."""
        certainties = {one.terms_certainty for one in self.all}
        if len(self.all) < ALIKE or len(certainties) > 1:
            return ""
        (certainty,) = certainties
        is_stated = certainty == Certainty.STATED
        return "" if is_stated else str(Certainty(certainty).label)

    @property
    def can_be_narrowed(self) -> bool:
        return len(self.all) > FEW or bool(self.asked)

    @property
    def unfolded(self) -> int:
        """How many rows a phone shows; who has narrowed them wants to see them."""
        return len(self.all) if self.asked else FEW

    @property
    def narrowings(self) -> list[Narrowing]:
        """The terms to choose from; each count follows what else is chosen."""
        return [
            Narrowing(name, str(_LABELS[name]), self._options(name)) for name in _TERMS
        ]

    @property
    def headings(self) -> list[Heading]:
        return [
            Heading(
                name, str(_LABELS[name]), self._sorted_by(name), self._direction(name)
            )
            for name in ("title", *_TERMS, "year")
        ]

    def _options(self, name: str) -> list[Option]:
        others = {n: value for n, value in self.chosen.items() if n != name}
        counted = Counter(getattr(one, name) for one in self._having(others))
        occurring = {getattr(one, name) for one in self.all}
        chosen = self.chosen.get(name)
        return [
            Option(value, str(label), counted[value], value == chosen)
            for value, label in _TERMS[name].choices
            if value in occurring or value == chosen
        ]

    def _having(self, terms: Mapping[str, str]) -> list[Contribution]:
        return [
            one
            for one in self.all
            if all(getattr(one, name) == value for name, value in terms.items())
        ]

    def _sorted_by(self, name: str) -> str:
        order = name
        if name == "year":
            order = "year" if self.sort == "-year" else "-year"
        # The starting order needs no parameter: one page has one address.
        sort = {} if order == _STARTING_ORDER else {"sort": order}
        return urlencode(self.chosen | sort)

    def _direction(self, name: str) -> str:
        if self.sort.removeprefix("-") != name:
            return ""
        return "descending" if self.sort.startswith("-") else "ascending"


def _values(name: str) -> list[str]:
    return list(_ORDERS) if name == "sort" else list(_TERMS[name].values)
