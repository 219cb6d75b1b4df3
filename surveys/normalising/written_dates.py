"""Dates as people write them in a form: ISO, in words, or with slashes."""

import datetime
import re

from profiles.partial_dates import EARLIEST_YEAR, LATEST_YEAR, first_day
from surveys.readers.months import MONTHS, with_plain_digits, words_of

_ISO = re.compile(r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:[T ]\d{1,2}:\d{2}.*)?", re.A)
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})(?:[/.](\d{1,2}))?", re.A)
_YEAR_LAST = re.compile(
    r"(?:(\d{1,2})[-/.])?(\d{1,2})[-/.](\d{4})(?:,? \d{1,2}:\d{2}.*)?", re.A
)
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|º|ª|°)\b")
_LINKING = {
    *("de", "del", "of", "the", "le", "el", "du", "do", "den", "am", "im", "em"),
    *("г", "год", "года", "في", "من", "عام", "سنة"),
}
_CLOCK = re.compile(r",?\s+\d{1,2}[:h]\d{2}.*$")


class AmbiguousDate(ValueError):
    """Raised for 3/4/2019 when nothing says whether the day comes first."""


def read_date(text: str, *, day_first: bool | None = None) -> str:
    """Return the partial date (2018, 2018-11, 2018-11-06) that `text` means.

    Nothing is added to the text: 'November 2018' stays a month. Raises AmbiguousDate,
    and ValueError for any text that is no date between 1900 and 2100.
    """
    text = with_plain_digits(text)
    if match := _ISO.fullmatch(text):
        date = match[1]
    elif match := _YEAR_FIRST.fullmatch(text):
        date = _joined(match[1], match[2], match[3])
    elif match := _YEAR_LAST.fullmatch(text):
        date = _with_year_last(match[1], match[2], match[3], day_first)
    else:
        date = _in_words(_CLOCK.sub("", text))
    first_day(date)
    return date


def read_year(text: str) -> str:
    """Return the year that `text` names, or in which its date lies.

    Raises ValueError when there is none between 1900 and 2100.
    """
    try:
        return read_date(text)[:4]
    except AmbiguousDate:
        return re.split(r"[-/. ,]", with_plain_digits(text))[2]


def _joined(*parts: str | int | None) -> str:
    year, *rest = (part for part in parts if part is not None)
    return "-".join([str(year), *(f"{int(part):02}" for part in rest)])


def _with_year_last(first: str | None, second: str, year: str, day_first) -> str:
    if first is None:
        return _joined(year, second)
    one, two = int(first), int(second)
    if one <= 12 and two <= 12 and one != two and day_first is None:
        raise AmbiguousDate(f"{first}/{second}/{year}")
    if one > 12 or (two <= 12 and day_first):
        one, two = two, one
    # By now `one` is the month and `two` the day.
    return datetime.date(int(year), one, two).isoformat()


def _in_words(text: str) -> str:
    words = words_of(_ORDINAL.sub(r"\1", text))
    words = [word for word in words if word not in _LINKING]
    months = [MONTHS[word] for word in words if word in MONTHS]
    numbers = [word for word in words if word not in MONTHS]
    years = [number for number in numbers if re.fullmatch(r"\d{4}", number, re.A)]
    days = [number for number in numbers if re.fullmatch(r"\d{1,2}", number, re.A)]
    if len(months) != 1 or len(years) != 1 or len(days) + 2 != len(words):
        raise ValueError(text)
    if len(days) > 1:
        raise ValueError(text)
    return _joined(years[0], months[0], *days)


def number_behind(text: str) -> str:
    """Return the year that a spreadsheet shows as the date at the start of `text`.

    A year typed into a cell with the format of a date counts days: 1996 becomes 18
    June 1905, or 19 June 1909 in a workbook that counts from 1904. "" when the number
    of the date is no year.
    """
    day = datetime.date.fromisoformat(text[:10])
    first = (
        datetime.date(1904, 1, 1) if day.year > 1908 else datetime.date(1899, 12, 30)
    )
    number = (day - first).days
    return str(number) if EARLIEST_YEAR <= number <= LATEST_YEAR else ""
