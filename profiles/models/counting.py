"""Who counts: the one rule behind every number of members, mechanisms and partners.

A role counts while it is held and its mechanism is neither dormant nor superseded nor
ended. What a source states is confirmed; what is inferred, dated or disputed is to be
confirmed. Pages show the two apart, and what belongs to a mechanism at rest as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from profiles.models.base import FactQuerySet
from profiles.vocabularies import AT_REST, Certainty


class CountedFactQuerySet(FactQuerySet):
    """Facts of which some count today; a kind says in `is_held` which are held."""

    is_held = Q()

    def held(self):
        """Keep what is held by its edition, whether or not the mechanism is at rest."""
        return self.filter(self.is_held)

    def counted(self):
        """Keep what is held in a mechanism that is not at rest."""
        return self.held().exclude(profile__status__in=AT_REST)

    def confirmed(self):
        return self.filter(certainty=Certainty.STATED)

    def headcount(self) -> "Headcount":
        """Count what is confirmed and what is to be confirmed."""
        stated = Q(certainty=Certainty.STATED)
        numbers = self.aggregate(
            confirmed=Count("pk", filter=stated),
            unconfirmed=Count("pk", filter=~stated),
        )
        return Headcount(**numbers)


@dataclass(frozen=True)
class Headcount:
    """How many are confirmed, how many are to be confirmed, and by which list.

    `listed` is the date of the list on which all that are to be confirmed stand, if
    there is such a list. Those of a mechanism `at_rest` do not count today.
    """

    confirmed: int = 0
    unconfirmed: int = 0
    listed: str = ""
    at_rest: bool = False

    @classmethod
    def of(cls, facts: Iterable[Any], *, at_rest: bool = False) -> "Headcount":
        """Count facts that are held."""
        rows = [
            {
                "certainty": fact.certainty,
                "number": 1,
                "first": getattr(fact, "listed", ""),
                "last": getattr(fact, "listed", ""),
            }
            for fact in facts
        ]
        return cls.of_rows(rows, at_rest=at_rest)

    @classmethod
    def of_rows(
        cls, rows: Iterable[dict[str, Any]], *, at_rest: bool = False
    ) -> "Headcount":
        """Add up rows of `Membership.objects.by_certainty()` that belong together."""
        confirmed = unconfirmed = 0
        dates: set[str] = set()
        for row in rows:
            if row["certainty"] == Certainty.STATED:
                confirmed += row["number"]
            else:
                unconfirmed += row["number"]
                dates |= {row["first"], row["last"]}
        listed = dates.pop() if len(dates) == 1 else ""
        return cls(confirmed, unconfirmed, listed, at_rest)

    @property
    def on_record(self) -> int:
        """How many the registry names, whether or not they count."""
        return self.confirmed + self.unconfirmed

    @property
    def counted(self) -> int:
        return 0 if self.at_rest else self.on_record
