"""The moments at which submissions were handed in, in the notations of all tools."""

import datetime
import re
from collections.abc import Iterable

from profiles.uploads.cells import Cell

_ZONE = re.compile(r"(?<=\d)\s*(Z|[+-]\d{2}:?\d{2})$")
_TIME = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"(?:\s*(?P<half>[AaPp])\.?\s?[Mm]\.?)?"
)
_NUMBERED = re.compile(
    rf"(?P<first>\d{{1,2}})([/.-])(?P<last>\d{{1,2}})\2(?P<year>\d{{4}}|\d{{2}})"
    rf"(?:,?\s+{_TIME})?"
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})"
    rf"(?:,?\s+{_TIME})?(?:\s+(?P<zone>(?:GMT|UTC)(?P<hours>[+-]\d{{1,2}})?"
    r"(?::?(?P<minutes>\d{2}))?))?"
)

Moment = tuple[datetime.datetime | None, str]


def parse_moment(cell: Cell, *, day_first: bool | None = None) -> Moment:
    """Return the moment, and its zone as written; (None, "") for any other cell.

    The moment is aware only if the zone is written. A date such as 7/2/2020 is read
    by `day_first`; when that is None, only if one of its numbers is above twelve.
    """
    if isinstance(cell, datetime.datetime):
        return cell, ""
    if isinstance(cell, datetime.date):
        return datetime.datetime.combine(cell, datetime.time()), ""
    if not isinstance(cell, str) or not cell:
        return None, ""
    text = cell.strip()
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        if found := _YEAR_FIRST.fullmatch(text):
            return _year_first(found)
        return _numbered(text, day_first), ""
    zone = _ZONE.search(text) if moment.tzinfo else None
    return moment, zone[1] if zone else ""


def day_comes_first(cells: Iterable[Cell]) -> bool | None:
    """Return whether the dates of a column begin with the day; None if none shows it.

    None, too, when some dates can only begin with the day and others with the month.
    """
    answers = set()
    for cell in cells:
        if isinstance(cell, str) and (found := _NUMBERED.fullmatch(cell.strip())):
            first, last = int(found["first"]), int(found["last"])
            if first > 12 >= last:
                answers.add(True)
            elif last > 12 >= first:
                answers.add(False)
    return answers.pop() if len(answers) == 1 else None


def is_ambiguous(cell: Cell) -> bool:
    """Tell whether a date reads differently with the day first and the month first."""
    found = _NUMBERED.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if not found:
        return False
    first, last = int(found["first"]), int(found["last"])
    return first <= 12 and last <= 12 and first != last


def _numbered(text: str, day_first: bool | None) -> datetime.datetime | None:
    found = _NUMBERED.fullmatch(text)
    if not found:
        return None
    first, last = int(found["first"]), int(found["last"])
    if first > 12 or last > 12:
        day_first = first > 12
    elif first == last:
        day_first = True
    elif day_first is None:
        return None
    day, month = (first, last) if day_first else (last, first)
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    return _made(year, month, day, found)


def _year_first(found: re.Match[str]) -> Moment:
    moment = _made(int(found["year"]), int(found["month"]), int(found["day"]), found)
    if not moment or not found["zone"]:
        return moment, ""
    hours = int(found["hours"] or 0)
    minutes = int(found["minutes"] or 0) * (-1 if hours < 0 else 1)
    try:
        zone = datetime.timezone(datetime.timedelta(hours=hours, minutes=minutes))
    except ValueError:
        return moment, ""
    return moment.replace(tzinfo=zone), found["zone"]


def _made(
    year: int, month: int, day: int, found: re.Match[str]
) -> datetime.datetime | None:
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    try:
        return datetime.datetime(  # noqa: DTZ001 - the file says no zone
            year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0)
        )
    except ValueError:
        return None
