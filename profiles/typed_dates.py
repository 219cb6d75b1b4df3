"""Dates as people type them, understood as the partial dates that they mean.

'May 2019', '13/06/2018', '13 de junio de 2018': months by their names in every language
of the registry, days before months or after them where that can only be so. What can
mean two days is refused, and both are named.
"""

import re
from functools import cache

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS, MONTHS_3, MONTHS_ALT
from django.utils.translation import gettext as _
from django.utils.translation import override

from profiles.folding import fold
from profiles.partial_dates import display, first_day

LONGEST = 60

_BETWEEN = re.compile(r"\s+[-–—]\s+|\s*[–—]\s*|(?<=\d{4})\s*-\s*(?=\d{4}\b)")
_NUMBERS = re.compile(r"(\d{1,4})[./ -](\d{1,2}|\d{4})(?:[./ -](\d{1,4}))?")
_LITTLE_WORDS = {"de", "del", "du", "le", "el", "la", "of", "the", "in", "en", "o"}
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|o)")


class TypedPeriod(str):
    """What was typed as one date and is a beginning and an end."""

    since: str
    until: str

    def __new__(cls, text: str, since: str, until: str):
        period = super().__new__(cls, text)
        period.since, period.until = since, until
        return period


class TypedDateField(forms.CharField):
    """One date, as precise as its source, in the words of whoever types it.

    A period comes out as a `TypedPeriod`; only a form knows whether one fits.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs | {"max_length": LONGEST})

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return text
        halves = _BETWEEN.split(text)
        if len(halves) != 2 or _is_partial_date(text):
            return understood(text)
        since, until = map(understood, halves)
        return TypedPeriod(text, since, until)

    def run_validators(self, value):
        for date in _dates(value):
            super().run_validators(date)

    def has_changed(self, initial, data):
        try:
            data = self.to_python(data)
        except ValidationError:
            return True
        return super().has_changed(initial, data)

    def widget_attrs(self, widget):
        return {**super().widget_attrs(widget), "data-date": ""}


def _dates(value: str) -> list[str]:
    if isinstance(value, TypedPeriod):
        return [value.since, value.until]
    return [value]


def put_periods_apart(form: forms.BaseForm) -> None:
    """Give a period that was typed as its beginning to both fields of the form.

    Where no period fits, or the end is typed already, that is an error.
    """
    cleaned = form.cleaned_data
    for name, value in list(cleaned.items()):
        if not isinstance(value, TypedPeriod):
            continue
        if name != "since" or "until" not in form.fields:
            error = _("“%(typed)s” is a period. Give one date here, such as %(date)s.")
        elif cleaned.get("until") or "until" in form.errors:
            error = _(
                "“%(typed)s” is a period, and “until” says an end too. Leave the end "
                "out here: %(date)s."
            )
        else:
            cleaned["since"], cleaned["until"] = value.since, value.until
            continue
        form.add_error(name, error % {"typed": value, "date": value.since})


def understood(text: str) -> str:
    """Return the partial date that a text means, as it is where it means none.

    Raises ValidationError for what can mean two days.
    """
    text = "".join(str(int(c)) if c.isdecimal() else c for c in text).strip()
    if _is_partial_date(text):
        return text
    if match := _NUMBERS.fullmatch(text):
        return _of_numbers(text, match) or text
    return _of_words(text) or text


def _is_partial_date(text: str) -> bool:
    try:
        first_day(text)
    except ValueError:
        return False
    return True


def _of_numbers(text: str, match: re.Match[str]) -> str:
    first, second, third = match.groups()
    if third is None:
        if len(second) == 4 and len(first) < 3:
            return _date(second, first)
        return _date(first, second) if len(first) == 4 and len(second) < 3 else ""
    if len(first) == 4:
        return _date(first, second, third)
    if len(third) != 4 or len(second) > 2:
        return ""
    readings = [_date(third, second, first), _date(third, first, second)]
    meant = [*dict.fromkeys(filter(None, readings))]
    if len(meant) > 1:
        raise ValidationError(
            _("“%(typed)s” can be %(one)s or %(other)s. Write %(first)s or %(second)s.")
            % {
                "typed": text,
                "one": display(meant[0]),
                "other": display(meant[1]),
                "first": meant[0],
                "second": meant[1],
            },
            code="ambiguous_date",
        )
    return meant[0] if meant else ""


def _of_words(text: str) -> str:
    words = [word for word in fold(text).split() if word not in _LITTLE_WORDS]
    months = [_months()[word] for word in words if word in _months()]
    numbers = [
        match[1] if (match := _ORDINAL.fullmatch(word)) else word
        for word in words
        if word not in _months()
    ]
    if len(months) != 1 or not all(number.isdecimal() for number in numbers):
        return ""
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) < 3]
    if len(years) != 1 or len(days) > 1 or len(numbers) > 2:
        return ""
    return _date(years[0], months[0], *days)


@cache
def _months() -> dict[str, str]:
    """Return the months by what they are called in any language of the registry."""
    found: dict[str, str] = {}
    for language in settings.MODELTRANSLATION_LANGUAGES:
        with override(language):
            for names in (MONTHS, MONTHS_3, MONTHS_ALT):
                found |= {fold(str(name)): str(n) for n, name in names.items()}
    return found


def _date(year: str, *rest: str) -> str:
    """Return the partial date of these numbers; "" where there is no such day."""
    text = "-".join([year, *(part.zfill(2) for part in rest)])
    return text if _is_partial_date(text) else ""
