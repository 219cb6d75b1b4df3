"""What held on a day: the one rule behind every answer that is asked with `?at=`.

Sources date few things. So three answers are kept apart: what is known to have held on
that day, what may have held, and what is known not to have held. An answer with a day
gives both numbers.
"""

import calendar
import datetime
import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from profiles.models import Chairing, Profile, StatusPeriod, ThemeFocus
from profiles.models.status import status_on
from profiles.partial_dates import EARLIEST_YEAR, first_day
from profiles.vocabularies import AT_REST, MechanismStatus, ThemePhase

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Holding(enum.Enum):
    """Whether something held on a day, as far as its sources are precise."""

    HELD = "held"
    PERHAPS = "perhaps"
    NOT = "not"


@dataclass(frozen=True)
class AsAt:
    """A day that is asked about."""

    day: datetime.date

    @classmethod
    def asked(cls, text: str) -> "AsAt":
        """Return the day that an address asks about.

        Raises ValidationError unless `text` is a full day, neither before the first
        year that the registry knows nor in the future.
        """
        today = timezone.localdate()
        try:
            if not _DAY.fullmatch(text):
                raise ValueError
            day = datetime.date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or not datetime.date(EARLIEST_YEAR, 1, 1) <= day <= today:
            raise ValidationError(
                _(
                    "“%(value)s” is not a day such as 2015-06-01, from %(first)s-01-01 "
                    "to today."
                ),
                code="invalid_day",
                params={"value": text[:40], "first": EARLIEST_YEAR},
            )
        return cls(day)

    def __str__(self) -> str:
        return formats.date_format(self.day, "DATE_FORMAT")

    @cached_property
    def text(self) -> str:
        """The day as an address has it."""
        return self.day.isoformat()

    def of(self, fact: Any) -> Holding:
        """Say whether a fact with a period held on the day, by its own dates alone.

        What ended before, or begins later, did not hold. Of what has no beginning a
        list that names it (`listed`) is one: it held from then on.
        """
        is_given_up = not getattr(fact, "is_current", True)
        if is_given_up and not fact.until and self.day >= timezone.localdate():
            # When it was, no source says; that it was, the registry knows.
            return Holding.NOT
        since = fact.since or getattr(fact, "listed", "")
        is_known_from = bool(fact.since)
        return self.of_period(
            since,
            fact.until,
            begins_by=not is_known_from,
            goes_on=_goes_on(fact),
        )

    def of_period(
        self, since: str, until: str, *, begins_by: bool = False, goes_on: bool = True
    ) -> Holding:
        """Say whether a period between two partial dates, or "", holds on the day.

        `begins_by` says that it had begun by `since` and may be older; `goes_on` that
        it has no end where `until` is "".
        """
        if since and not begins_by and self.day < first_day(since):
            return Holding.NOT
        if until and self.day > last_day(until):
            return Holding.NOT
        has_begun = bool(since) and self.day >= last_day(since)
        has_not_ended = self.day <= first_day(until) if until else goes_on
        return Holding.HELD if has_begun and has_not_ended else Holding.PERHAPS

    def of_event(self, date: str) -> Holding:
        """Say whether an event on a partial date, or "", had taken place by the day."""
        if not date:
            return Holding.PERHAPS
        if self.day >= last_day(date):
            return Holding.HELD
        return Holding.NOT if self.day < first_day(date) else Holding.PERHAPS

    def of_mechanism(self, profile: Profile) -> Holding:
        """Say whether a mechanism had been established by the day.

        Whether it was at rest then, its statuses in time say (`status_on`).
        """
        established = profile.established
        return self.of_event(str(established) if established else "")

    def of_mechanism_at_work(
        self, profile: Profile, periods: Iterable[StatusPeriod]
    ) -> Holding:
        """Say whether a mechanism counted on the day: it was there, and not at rest.

        Of one that is at rest today and for which no period says how things stood then,
        nobody knows whether it was at work.
        """
        status = status_on(periods, self.day)
        if status in AT_REST:
            return Holding.NOT
        there = self.of_mechanism(profile)
        if status == MechanismStatus.UNKNOWN and profile.is_at_rest:
            return least(there, Holding.PERHAPS)
        return there


def _goes_on(fact: Any) -> bool:
    """Say whether a fact without an end holds until today.

    A seat that is given up, and a theme that is no longer in focus, have no end where
    no source says when. A chair is the latest that a source names, which does not say
    for how long.
    """
    if isinstance(fact, Chairing):
        return False
    if isinstance(fact, ThemeFocus):
        return fact.phase in (ThemePhase.CURRENT, ThemePhase.THROUGHOUT)
    return getattr(fact, "is_current", True)


def least(*holdings: Holding) -> Holding:
    """Return what can be said of things that must hold together."""
    for holding in (Holding.NOT, Holding.PERHAPS):
        if holding in holdings:
            return holding
    return Holding.HELD


def last_day(text: str) -> datetime.date:
    """Return the last day that the partial date `text` covers.

    Raises ValueError when `text` is no partial date.
    """
    first = first_day(text)
    if len(text) == len("2011-06-13"):
        return first
    month = first.month if len(text) == len("2011-06") else 12
    return first.replace(month=month, day=calendar.monthrange(first.year, month)[1])
