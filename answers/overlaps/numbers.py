"""In how many mechanisms each State, theme or organisation is."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from answers.sharing import Holder, Kind, things_of

MOST_LISTED = 250
"""Things that are listed with their numbers: all States are."""


@dataclass(frozen=True)
class Number:
    """How many mechanisms have a thing: surely, and perhaps."""

    thing: Any
    sure: int
    unsure: int

    @property
    def total(self) -> int:
        return self.sure + self.unsure


class Numbers:
    """The numbers of all things of a kind, the highest first, and how they spread."""

    def __init__(self, kind: Kind, holders: Iterable[Holder]):
        sure: Counter[int] = Counter()
        unsure: Counter[int] = Counter()
        for holder in holders:
            for key, is_sure in holder.counted.items():
                (sure if is_sure else unsure)[key] += 1
        self._kind = kind
        self._sure, self._unsure = sure, unsure
        self._totals = sure + unsure

    @cached_property
    def listed(self) -> list[Number]:
        # By key where numbers are equal, so that the same ones are listed each time.
        ranked = sorted(self._totals, key=lambda key: (-self._totals[key], key))
        things = things_of(self._kind, ranked[:MOST_LISTED])
        found = [
            Number(thing, self._sure[thing.pk], self._unsure[thing.pk])
            for thing in things
        ]
        return sorted(found, key=lambda number: -number.total)

    @property
    def left_out(self) -> int:
        return len(self._totals) - len(self.listed)

    @property
    def highest(self) -> list[Number]:
        """The things that are in most mechanisms; several where they are equal."""
        most = self.listed[0].total if self.listed else 0
        return [number for number in self.listed if number.total == most]

    @cached_property
    def distribution(self) -> list[tuple[int, int]]:
        """How many things are in one mechanism, in two, and so on up to the most."""
        of_number = Counter(self._totals.values())
        return [
            (number, of_number[number])
            for number in range(1, max(of_number, default=0) + 1)
        ]
