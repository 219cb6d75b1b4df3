"""What is done while the database or the shared cache is away: less, and at once."""

import logging
import sqlite3
import threading
import time
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from iscm_registry import admission, replica

logger = logging.getLogger(__name__)

DATABASE_ERRORS = (OperationalError, InterfaceError)
"""What is raised when the database cannot be reached, or cannot do its work now."""

_BUSY_SQLITE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_BUSY_POSTGRESQL = {
    "55P03",  # lock_timeout
    "40P01",  # two that waited for each other
}
_QUERY_CANCELED = "57014"  # statement_timeout

PAUSE = 5.0
"""Seconds for which a process does not ask what has just failed to answer."""

TOLD_EVERY = 60.0

RETRY_AFTER = 30


class Outage:
    """Knows in one process whether something is away, so that few wait for it.

    After a failure nobody asks for some seconds. Then one asks and all others go on
    without an answer until that one has got it.
    """

    def __init__(self, text: str):
        """Take what the log says, once a minute, with a place for the error."""
        self._text = text
        self._lock = threading.Lock()
        self._away = False
        self._ask_again = self._tell_again = 0.0

    def may_ask(self) -> bool:
        if not self._away:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._ask_again:
                return False
            self._ask_again = now + PAUSE
            return True

    def failed(self, error: BaseException) -> None:
        with self._lock:
            now = time.monotonic()
            self._away = True
            self._ask_again = now + PAUSE
            if now < self._tell_again:
                return
            self._tell_again = now + TOLD_EVERY
        first_line = str(error).partition("\n")[0]
        logger.warning(self._text, f"{type(error).__name__}: {first_line}")

    def answered(self) -> None:
        self._away = False

    @property
    def is_away(self) -> bool:
        return self._away


replica_outage = Outage(
    "The replica of the database cannot be read (%s). Public pages read the primary."
)


def is_busy(error: BaseException) -> bool:
    """Say whether the database is there, and the wait for another's step too long."""
    cause: Any = error.__cause__
    if isinstance(cause, sqlite3.Error):
        # The low byte of a code; the rest says where it happened.
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _BUSY_SQLITE
    return getattr(cause, "sqlstate", None) in _BUSY_POSTGRESQL


def took_too_long(error: BaseException) -> bool:
    """Say whether PostgreSQL ended a statement that took longer than it may."""
    return getattr(error.__cause__, "sqlstate", None) == _QUERY_CANCELED


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return the page that asks to come back soon. It needs no database.

    Where readers are answered meanwhile, it says that only writing has to wait.
    """
    goes_on = replica.is_there() and not replica_outage.is_away
    is_public = admission.is_public(request.method or "", request.path_info)
    language = translation.get_language_from_path(request.path_info)
    with translation.override(language or settings.LANGUAGE_CODE):
        page = render_to_string(
            "read_only.html" if goes_on and not is_public else "503.html"
        )
    return HttpResponse(
        page,
        status=503,
        headers={"Retry-After": str(RETRY_AFTER), "Cache-Control": "private, no-store"},
    )
