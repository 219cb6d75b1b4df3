"""Has lists read and pages drawn when something is published, before anybody asks.

A thread of each process that serves looks at the revision once a second. It reads what
the facets of the lists say, and draws the lists, what was published and what people
read most, as they would ask for it: each is kept as any page is. Readers who come
before it do the same for themselves; nobody is shown what was published before.
"""

import atexit
import io
import logging
import threading
import time
from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.db import close_old_connections
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation

from iscm_registry.admission import Application
from iscm_registry.freshness import public_reads
from iscm_registry.most_read import Site, most_read
from iscm_registry.views.asked_lists import LISTS
from profiles.models import Profile

logger = logging.getLogger(__name__)

LOOKED_EVERY = 1.0
"""Seconds between two looks at the revision."""

LONGEST = 10.0
"""Seconds after which no further page is drawn, though fewer were."""

REST = 1.0
"""How long readers have the processor after each page, in times of what it took."""

JUST_PUBLISHED = 3

ENDED_WITHIN = 2.0
"""Seconds that the end of the process waits for the page that is being drawn."""


class DrawnAhead:
    """What is drawn for the readers of `application`, and of which revision and day."""

    def __init__(self, application: Application):
        self.application = application
        self.drawn: tuple[str, date] | None = None
        self.over = threading.Event()
        """Set when no further page is to be drawn, for the process ends."""

    def look(self) -> None:
        """Draw what was not drawn at the present revision and day.

        Raises whatever fails, and does not try that revision again.
        """
        # A page leaves its language behind in the thread that drew it.
        with translation.override(settings.LANGUAGE_CODE):
            self._look()

    def _look(self) -> None:
        with public_reads() as reads:
            now = reads.revision and (reads.revision, timezone.localdate())
            if not now or now == self.drawn:
                return
            # Before it is read: what fails would fail again every second.
            self.drawn = now
            _read_lists(now[0])
            published = _just_published()
        until = time.monotonic() + LONGEST
        for site, path in _worth_drawing(published):
            began = time.monotonic()
            if began > until or self.over.is_set():
                return
            with most_read.uncounted():
                self._draw(site, path)
            self.over.wait(REST * (time.monotonic() - began))

    def _draw(self, site: Site, path: str) -> None:
        environ = {
            **dict(site),
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_ACCEPT_ENCODING": "br",
            # As from a proxy: a request without it came by a socket.
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
        }
        answer = self.application(environ, lambda status, headers: None)
        if isinstance(answer, HttpResponseBase):
            answer.close()


def keep_drawn(application: Application) -> None:
    """Draw ahead until this process ends, which waits for one page, and a moment.

    `PAGES_DRAWN_AHEAD` says how many pages at most; 0: nothing is done ahead.
    """
    if not settings.PAGES_DRAWN_AHEAD:
        return
    ahead = DrawnAhead(application)
    # A daemon, for a process waits for all other threads.
    drawing = threading.Thread(
        target=_keep, args=(ahead,), name="drawn-ahead", daemon=True
    )
    drawing.start()
    atexit.register(_end, ahead, drawing)


def _end(ahead: DrawnAhead, drawing: threading.Thread) -> None:
    ahead.over.set()
    # A query that reads may be cut off; it rather ends.
    drawing.join(ENDED_WITHIN)


def _keep(ahead: DrawnAhead) -> None:
    told = ""
    while not ahead.over.is_set():
        try:
            ahead.look()
        except Exception as error:
            # Readers lose nothing but time. A fault that stays is told once.
            if told != (told := repr(error)):
                logger.exception("Pages could not be drawn ahead.")
        close_old_connections()
        ahead.over.wait(LOOKED_EVERY)


def _read_lists(revision: str) -> None:
    for view in LISTS.values():
        filters = view.filterset_class(
            QueryDict(), queryset=view().get_queryset(), revision=revision
        )
        if filters.is_valid():
            filters.facets(filters.question(""))
            # Read for its order.
            _ = filters.keys


def _just_published() -> list[str]:
    latest = Profile.objects.published().order_by("-published_at", "-pk")
    found = latest.select_related("mechanism")[:JUST_PUBLISHED]
    return [profile.mechanism.get_absolute_url() for profile in found]


def _worth_drawing(published: list[str]) -> Iterator[tuple[Site, str]]:
    """Yield pages, the most worth first; none before anybody read any."""
    asked = most_read.most(settings.PAGES_DRAWN_AHEAD)
    if not asked:
        return
    site = asked[0][0]
    first = [
        (site, path) for path in (*published, reverse("home"), *map(reverse, LISTS))
    ]
    yield from dict.fromkeys([*first, *asked][: settings.PAGES_DRAWN_AHEAD])
