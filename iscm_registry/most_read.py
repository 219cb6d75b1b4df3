"""Which public pages were asked for most, lately, in this process."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest

MOST_COUNTED = 1000
"""Pages that are counted; when there are more, those that were asked for once go."""

_OF_A_SITE = ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme")

Site = tuple[tuple[str, str], ...]


class MostRead:
    """Counts pages by the site, as a request names it, and their path.

    Who read a page is not asked. Addresses with a query are not counted: they are
    endless.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[Site, str]] = Counter()
        self._uncounted: int | None = None

    def note(self, request: HttpRequest) -> None:
        if request.META.get("QUERY_STRING"):
            return
        if threading.get_ident() == self._uncounted:
            return
        asked = _site(request.META), request.META["PATH_INFO"]
        with self._lock:
            self._counts[asked] += 1
            if len(self._counts) > MOST_COUNTED:
                self._halve()

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Count nothing that this thread asks for in the block: it is no reader."""
        self._uncounted = threading.get_ident()
        try:
            yield
        finally:
            self._uncounted = None

    def most(self, number: int) -> list[tuple[Site, str]]:
        """Return so many pages, the most asked for first; what was asked for since
        the last time counts twice as much as what was asked for before."""
        with self._lock:
            pages = [page for page, _count in self._counts.most_common(number)]
            self._halve()
        return pages

    def forget(self) -> None:
        with self._lock:
            self._counts.clear()

    def _halve(self) -> None:
        halves = {page: count // 2 for page, count in self._counts.items()}
        self._counts = Counter({page: half for page, half in halves.items() if half})


def _site(environ: dict[str, Any]) -> Site:
    header = settings.SECURE_PROXY_SSL_HEADER
    names = (*_OF_A_SITE, header[0]) if header else _OF_A_SITE
    return tuple((name, environ[name]) for name in names if name in environ)


most_read = MostRead()
