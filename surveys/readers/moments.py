"""When a submission was handed in, as tools write it."""

import datetime
import re
from collections.abc import Iterable

from surveys.readers.tables import Cell

_ZONE = re.compile(r"(?<=\d)\s*(Z|[+-]\d{2}:?\d{2})$")
_NUMBERED = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})"
    r"(?:,?\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\s*([AaPp]\.?\s?[Mm]\.?)?)?"
)


def parse_moment(
    cell: Cell, *, day_first: bool | None = None
) -> tuple[datetime.datetime | None, str]:
    """Return the moment and its zone as written; (None, "") for what is none.

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
        return _numbered(text, day_first), ""
    zone = _ZONE.search(text) if moment.tzinfo else None
    return moment, zone[1] if zone else ""


def day_comes_first(cells: Iterable[Cell]) -> bool | None:
    """Tell from a whole column how its dates are written; None if it does not show.

    Dates that contradict each other show nothing either.
    """
    answers = set()
    for cell in cells:
        if isinstance(cell, str) and (found := _NUMBERED.fullmatch(cell.strip())):
            first, second = int(found[1]), int(found[3])
            if first > 12 >= second:
                answers.add(True)
            elif second > 12 >= first:
                answers.add(False)
    return answers.pop() if len(answers) == 1 else None


def is_ambiguous(cell: Cell) -> bool:
    """Tell whether a date reads differently with the day first and the month first."""
    if not isinstance(cell, str):
        return False
    found = _NUMBERED.fullmatch(cell.strip())
    return (
        bool(found)
        and int(found[1]) <= 12
        and int(found[3]) <= 12
        and (found[1] != found[3])
    )


def _numbered(text: str, day_first: bool | None) -> datetime.datetime | None:
    found = _NUMBERED.fullmatch(text)
    if not found:
        return None
    first, second = int(found[1]), int(found[3])
    if first > 12 or second > 12:
        day_first = first > 12
    elif first == second:
        day_first = True
    elif day_first is None:
        return None
    day, month = (first, second) if day_first else (second, first)
    year = int(found[4]) + (2000 if len(found[4]) == 2 else 0)
    hour = int(found[5] or 0)
    half = (found[8] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime.datetime(
            year, month, day, hour, int(found[6] or 0), int(found[7] or 0)
        )
    except ValueError:
        return None
