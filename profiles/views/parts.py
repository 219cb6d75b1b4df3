"""Lists on the page of one record, which come in pages where they grow.

Each list has a parameter of its own, `<id of its section>_page`. A link leads to one
page of one list: the others begin anew, so that there are no more addresses of a
record than its lists have pages.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

ON_A_PAGE = 25

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


def parameters_of(*sections: str) -> tuple[str, ...]:
    """Return the parameters of the lists in these sections of a page."""
    return tuple(f"{section}_page" for section in sections)


class PartOfList(Page):
    """What a page of a record shows of one of its lists, which has `total` rows."""

    def __init__(
        self, request: HttpRequest, section: str, rows: Any, number: int, total: int
    ):
        super().__init__(rows, number, Paginator(range(total), ON_A_PAGE))
        self.total = total
        self.section = section
        self.path = request.path

    @property
    def previous_url(self) -> str:
        return self._url(self.number - 1)

    @property
    def next_url(self) -> str:
        return self._url(self.number + 1)

    def _url(self, number: int) -> str:
        asked = f"?{self.section}_page={number}" if number > 1 else ""
        return f"{self.path}{asked}#{self.section}"


def part_of(request: HttpRequest, section: str, facts: QuerySet) -> PartOfList:
    """Return the page that is asked for of facts in their order, in two queries.

    Raises Http404 where there is no such page.
    """
    number, total = _number_asked(request, section), facts.count()
    start = (number - 1) * ON_A_PAGE
    if number > 1 and start >= total:
        raise Http404
    rows = list(facts[start : min(start + ON_A_PAGE, total)])
    return PartOfList(request, section, rows, number, total)


def part_of_keys(request: HttpRequest, section: str, keys: Sequence[Any]) -> PartOfList:
    """Return the page that is asked for of what has these keys: keys, to be loaded.

    Raises Http404 where there is no such page.
    """
    number = _number_asked(request, section)
    start = (number - 1) * ON_A_PAGE
    shown = keys[start : start + ON_A_PAGE]
    if not shown and number > 1:
        raise Http404
    return PartOfList(request, section, shown, number, len(keys))


def _number_asked(request: HttpRequest, section: str) -> int:
    number = request.GET.get(f"{section}_page") or "1"
    if not _PAGE_NUMBER.fullmatch(number):
        raise Http404
    return int(number)
