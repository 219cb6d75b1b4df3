"""Dates as sources give them: a year, a year and month, or a full day.

A source that says 'in 2011' must not be stored as 1 January 2011. A partial
date is therefore text: '2011', '2011-06' or '2011-06-13'. Such texts sort in
the order of time, and one that begins with another lies within it.
"""

import datetime
import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Substr
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import formats
from django.utils.translation import gettext_lazy as _

EARLIEST_YEAR = 1900
LATEST_YEAR = 2100

_PATTERN = re.compile(r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2}))?)?", re.A)


def first_day(text: str) -> datetime.date:
    """Return the first day that the partial date `text` covers.

    Raises ValueError when `text` is no partial date or names no real day.
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    day = datetime.date(
        int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)
    )
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValueError(text)
    return day


def validate_partial_date(text: str) -> None:
    """Raise ValidationError unless `text` is a year, a month or a day."""
    try:
        first_day(text)
    except ValueError:
        raise ValidationError(
            _(
                "“%(value)s” is not a date of the form 2011, 2011-06 or 2011-06-13 "
                "between %(earliest)s and %(latest)s."
            ),
            code="invalid_partial_date",
            params={
                "value": text,
                "earliest": str(EARLIEST_YEAR),
                "latest": str(LATEST_YEAR),
            },
        ) from None


def display(text: str) -> str:
    """Write a partial date in the active language: '2011', 'June 2011', '13 June 2011'.

    Text that is no partial date comes back as it is.
    """
    try:
        day = first_day(text)
    except ValueError:
        return text
    if len(text) == len("2011"):
        return text
    if len(text) == len("2011-06"):
        return formats.date_format(day, "YEAR_MONTH_FORMAT")
    return formats.date_format(day, "DATE_FORMAT")


class PartialDateField(models.CharField):
    """A year, a month or a day, as precise as the source is. Empty when unknown."""

    default_validators = [validate_partial_date]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 10)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("help_text", _("A year, a month or a day: 2011, 2011-06 …"))
        super().__init__(*args, **kwargs)


def ends_after_it_starts(name: str) -> models.CheckConstraint:
    """Return the constraint that `until` is not before `since`, both partial dates.

    Only what both know is compared: 'June 2015 until 2015' is a fair period.
    """
    return models.CheckConstraint(
        # The stubs do not know that a Q may be joined with a lookup.
        condition=Q(until="")  # type: ignore[arg-type]
        | GreaterThanOrEqual(F("until"), Substr(F("since"), 1, Length(F("until")))),
        name=name,
        violation_error_message=_("It ends before it starts."),
    )
