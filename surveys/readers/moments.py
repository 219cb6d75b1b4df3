"""The moments at which submissions were handed in, in the notations of all tools."""

import datetime
import re
import zoneinfo
from collections.abc import Iterable

from profiles.uploads.cells import Cell
from surveys.readers.months import MONTHS, with_plain_digits, words_of

_TIME = re.compile(
    r"[\sT,;]+(?P<hour>\d{1,2})(?::|\.|h)(?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?(?!\.?\d)"
    r"(?:\s*(?P<half>[AaPp])\.?\s?[Mm]\b\.?|\s*(?P<arabic>[صم])(?!\w))?"
    r"(?P<zone>.*)$"
)
_OFFSET = re.compile(
    r"(?:GMT|UTC)?\s*(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?",
    re.IGNORECASE,
)
_ISO_ZONE = re.compile(r"(?<=\d)\s*(Z|[+-]\d{2}:?\d{2})$")
_SEPARATED = r"(?P<first>\d{1,2})([/.-])(?P<last>\d{1,2})\2(?P<year>\d{4}|\d{2})"
_NUMBERED = re.compile(_SEPARATED)
_NUMBERED_BEFORE = re.compile(rf"{_SEPARATED}(?![\d/.-])")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})([/.-])(?P<month>\d{1,2})\2(?P<day>\d{1,2})")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_EARLIEST, _LATEST = 36_526, 73_050
"""The years 2000 and 2100 as spreadsheets count days."""
_FROM_1900 = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - the file says no zone
BETWEEN_EPOCHS = datetime.timedelta(days=1462)
"""By how much workbooks that count from 1904 are later."""

# Abbreviations that mean one zone everywhere; of others, such as CST, nobody knows.
_HOURS = {
    **dict.fromkeys(("z", "utc", "gmt", "ut", "wet"), 0),
    **dict.fromkeys(("cet", "mez", "west", "wat"), 1),
    **dict.fromkeys(("cest", "mesz", "eet", "cat", "sast"), 2),
    **dict.fromkeys(("eest", "msk", "eat"), 3),
    "pkt": 5,
    "hkt": 8,
    "jst": 9,
    "kst": 9,
    "aest": 10,
    "nzst": 12,
    "edt": -4,
    "est": -5,
    "cdt": -5,
    "mdt": -6,
    "pdt": -7,
    "pst": -8,
}

Moment = tuple[datetime.datetime | None, str]


def parse_moment(cell: Cell, *, day_first: bool | None = None) -> Moment:
    """Return the moment, and its zone as written; (None, "") for any other cell.

    The moment is aware only if the file says its zone, and that zone is known. A date
    such as 7/2/2020 is read by `day_first`; when that is None, only if one of its
    numbers is above twelve. A number counts days from 1900, as spreadsheets do.
    """
    if isinstance(cell, datetime.datetime):
        return cell, ""
    if isinstance(cell, datetime.date):
        return datetime.datetime.combine(cell, datetime.time()), ""
    if is_serial(cell):
        return _from_serial(cell), ""
    if not isinstance(cell, str) or not cell.strip():
        return None, ""
    text = with_plain_digits(" ".join(cell.split()))
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return _in_words(text, day_first)
    zone = _ISO_ZONE.search(text) if moment.tzinfo else None
    return moment, zone[1] if zone else ""


def _in_words(text: str, day_first: bool | None) -> Moment:
    date, clock, zone = text, None, ""
    if found := _TIME.search(text):
        date, clock, zone = text[: found.start()], found, found["zone"].strip(" ()[]")
    day = _day(date.strip(" ,;"), day_first)
    at = _at(day, clock) if day else None
    if at is None:
        return None, ""
    return _in_zone(at, zone), zone


def is_serial(cell: Cell) -> bool:
    """Tell whether a cell is a number of days, whose format as a date was lost."""
    if isinstance(cell, str):
        text = with_plain_digits(cell.strip())
        return bool(_SERIAL.fullmatch(text)) and is_serial(_number(text))
    is_number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
    return is_number and _EARLIEST <= cell <= _LATEST  # type: ignore[operator]


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _from_serial(cell: Cell) -> datetime.datetime:
    days = _number(with_plain_digits(str(cell).strip()))
    return _FROM_1900 + datetime.timedelta(seconds=round(days * 86_400))


def day_comes_first(cells: Iterable[Cell]) -> bool | None:
    """Return whether the dates of a column begin with the day; None if none shows it.

    None, too, when some dates can only begin with the day and others with the month.
    """
    answers = set()
    for cell in cells:
        if found := _numbered(cell):
            first, last = int(found["first"]), int(found["last"])
            if first > 12 >= last:
                answers.add(True)
            elif last > 12 >= first:
                answers.add(False)
    return answers.pop() if len(answers) == 1 else None


def is_ambiguous(cell: Cell) -> bool:
    """Tell whether a date reads differently with the day first and the month first."""
    found = _numbered(cell)
    if not found:
        return False
    first, last = int(found["first"]), int(found["last"])
    return first <= 12 and last <= 12 and first != last


def _numbered(cell: Cell) -> re.Match[str] | None:
    if not isinstance(cell, str):
        return None
    return _NUMBERED_BEFORE.match(with_plain_digits(cell.strip()))


def _day(text: str, day_first: bool | None) -> datetime.date | None:
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            year, month, day = (int(found[part]) for part in ("year", "month", "day"))
            return datetime.date(year, month, day)
        if found := _NUMBERED.fullmatch(text):
            return _numbered_day(found, day_first)
        return _day_in_words(text)
    except ValueError:
        return None


def _numbered_day(found: re.Match[str], day_first: bool | None) -> datetime.date | None:
    first, last = int(found["first"]), int(found["last"])
    if first > 12 or last > 12:
        day_first = first > 12
    elif first == last:
        day_first = True
    elif day_first is None:
        return None
    day, month = (first, last) if day_first else (last, first)
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    return datetime.date(year, month, day)


def _day_in_words(text: str) -> datetime.date | None:
    """Read a day with the name of its month, perhaps after that of a weekday."""
    words = words_of(text)
    months = [MONTHS[word] for word in words if word in MONTHS]
    numbers = [int(word) for word in words if word.isdecimal()]
    years = [number for number in numbers if number > 999]
    days = [number for number in numbers if number < 32]
    if len(months) != 1 or len(years) != 1 or len(days) != 1 or len(numbers) != 2:
        return None
    return datetime.date(years[0], months[0], days[0])


def _at(day: datetime.date, clock: re.Match[str] | None) -> datetime.datetime | None:
    if clock is None:
        return datetime.datetime.combine(day, datetime.time())
    hour = int(clock["hour"])
    if clock["half"] or clock["arabic"]:
        is_after_noon = clock["half"] in ("P", "p") or clock["arabic"] == "م"
        hour = hour % 12 + (12 if is_after_noon else 0)
    try:
        time = datetime.time(hour, int(clock["minute"]), int(clock["second"] or 0))
    except ValueError:
        return None
    return datetime.datetime.combine(day, time)


def _in_zone(moment: datetime.datetime, zone: str) -> datetime.datetime:
    """Return the moment in a zone; without one when nobody knows what is written."""
    hours = _HOURS.get(zone.casefold())
    minutes = 0
    if hours is None and (found := _OFFSET.fullmatch(zone)):
        sign = -1 if found["sign"] == "-" else 1
        hours = sign * int(found["hours"])
        minutes = sign * int(found["minutes"] or 0)
    try:
        if hours is not None:
            offset = datetime.timedelta(hours=hours, minutes=minutes)
            return moment.replace(tzinfo=datetime.timezone(offset))
        if "/" in zone:
            return moment.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    except (ValueError, zoneinfo.ZoneInfoNotFoundError):
        pass
    return moment
