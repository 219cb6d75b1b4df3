"""Where tries of passwords and codes are counted: a table of the database.

It is Django's default cache, because that is where allauth counts. Django's own cache
in a database is no place for it: it throws away entries that still count when there
are many, so strangers could make it forget their tries, and it hides that it could not
write. Here nothing goes before its time, nothing is shared with pages, all processes
and machines count together, and what cannot be written raises `DatabaseError`, which
stops the sign-in.
"""

import time
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

CLEARED_AT_ONCE = 100
"""How many that are over go when a new one comes: more than come, so they never pile
up, and few enough to be no work for the one who happens to sign in."""


class TallyCache(BaseCache):
    """Keeps what JSON can hold, until its time is over."""

    def __init__(self, location: str, params: dict[str, Any]):
        super().__init__(params)

    def add(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Keep the value unless there is one; of several at a time, one does."""
        kept = {"value": value, "ends_at": self._end(timeout)}
        own = self._tallies(key, version)
        # The database decides who takes the place of one that is over.
        if own.filter(ends_at__lte=_now()).update(**kept):
            return True
        try:
            with transaction.atomic():
                _all().create(pk=_digest(key, version), **kept)
        except IntegrityError:
            # There was one when this came, even if it is gone by now.
            return False
        _clear_those_that_are_over()
        return True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        own = self._tallies(key, version).filter(ends_at__gt=_now())
        tally = own.first()
        return default if tally is None else tally.value

    def set(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        kept = {"value": value, "ends_at": self._end(timeout)}
        _all().update_or_create(pk=_digest(key, version), defaults=kept)

    def delete(self, key: str, version: int | None = None) -> bool:
        deleted, _of_kinds = self._tallies(key, version).delete()
        return bool(deleted)

    def clear(self) -> None:
        _all().delete()

    def _tallies(self, key: str, version: int | None) -> Any:
        return _all().filter(pk=_digest(key, version))

    def _end(self, timeout: float | None) -> datetime:
        seconds = self.get_backend_timeout(timeout)
        if seconds is None:
            raise ValueError("A tally needs a time after which it is over.")
        return datetime.fromtimestamp(seconds, UTC)


def _all() -> Any:
    # Django makes caches before it knows models.
    from iscm_registry.sign_in.models import Tally

    return Tally.objects


def _digest(key: str, version: int | None) -> str:
    """Return what stands for a key, from which nobody reads an address or a code."""
    return salted_hmac(__name__, f"{version}:{key}", algorithm="sha256").hexdigest()


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


@transaction.atomic
def _clear_those_that_are_over() -> None:
    over = _all().filter(ends_at__lte=_now()).order_by("ends_at")
    # Two that clear at a time take different ones, and wait for nobody.
    locked = over.select_for_update(skip_locked=True)[:CLEARED_AT_ONCE]
    _all().filter(pk__in=[tally.pk for tally in locked]).delete()
