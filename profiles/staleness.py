"""When what a profile says has grown too old to be read as today's.

A date of the information can be a year or a month. Such a profile is stale only
when the whole year or month lies too far back: '2022' until the end of 2024 is not.
"""

import datetime

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone

from profiles.vocabularies import InformationAge

YEARS_FRESH = 2
"""For how long readers may take the information for current."""


def is_stale(as_of: str, today: datetime.date | None = None) -> bool:
    """Say whether the partial date lies more than two years back.

    A profile without a date is not stale: how old it is is unknown.
    """
    limit = _limit(today)
    return bool(as_of) and as_of < limit[: len(as_of)]


def with_age(profiles: QuerySet, today: datetime.date | None = None) -> QuerySet:
    """Annotate `age`: an `InformationAge`."""
    return profiles.annotate(
        age=Case(
            When(as_of="", then=Value(InformationAge.UNDATED.value)),
            When(_lies_before(today), then=Value(InformationAge.OLD.value)),
            default=Value(InformationAge.RECENT.value),
        )
    )


def _lies_before(today: datetime.date | None) -> Q:
    limit = _limit(today)
    # As texts, the year and the month of the limit sort before it.
    begun = (limit[:4], limit[:7])
    return Q(as_of__lt=limit) & ~Q(as_of__in=begun)


def _limit(today: datetime.date | None) -> str:
    # A text, so that 29 February needs no thought: it is compared, never a date.
    day = (today or timezone.localdate()).isoformat()
    return f"{int(day[:4]) - YEARS_FRESH:04}{day[4:]}"
