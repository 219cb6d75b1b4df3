"""One worker at a time, on however many machines: the others wait until it is gone."""

import os
import secrets
import socket
import time
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from iscm_registry.models import Worker

SIGN_OF_LIFE = timedelta(seconds=5)
"""How often a worker says that it lives."""

GONE_AFTER = timedelta(seconds=30)
"""Without a sign of life for so long, a worker counts as killed."""

_FRESH = SIGN_OF_LIFE.total_seconds() * 2


class Lease:
    """The right to work through the chores."""

    def __init__(self) -> None:
        # The token keeps apart two processes that had the same number.
        host, token = socket.gethostname()[:60], secrets.token_hex(4)
        self.holder = f"{host}/{os.getpid()}/{token}"
        self._taken_at: float | None = None

    def hold(self) -> bool:
        """Tell whether this worker has the lease; take it if it was not just taken."""
        at = self._taken_at
        is_fresh = at is not None and time.monotonic() - at < _FRESH
        return is_fresh or self.take()

    def take(self) -> bool:
        """Take the lease, or keep it, and tell whether this worker has it."""
        now = timezone.now()
        Worker.objects.get_or_create(pk=1)
        free = Q(holder="") | Q(seen_at=None) | Q(seen_at__lt=now - GONE_AFTER)
        taken = Worker.objects.filter(Q(holder=self.holder) | free).update(
            holder=self.holder, seen_at=now
        )
        self._taken_at = time.monotonic() if taken else None
        return bool(taken)

    def give_up(self) -> None:
        """Let the next worker begin at once."""
        self._taken_at = None
        Worker.objects.filter(holder=self.holder).update(holder="")


def last_seen() -> datetime | None:
    """Return the time at which a worker was last seen, None if none ever was."""
    return Worker.objects.values_list("seen_at", flat=True).first()


def lives(seen_at: datetime | None) -> bool:
    """Tell whether a worker that was last seen at a time works now."""
    return seen_at is not None and timezone.now() - seen_at <= GONE_AFTER
