"""Of which revision readers are answered, and at which database that is read.

Without a replica there is one answer: the revision that the database says. With one,
public pages are read at the replica, by this rule:

1. The replica says its revision in the same request, and pages, their tags and what is
   kept of them are made from that.
2. If it is the revision that the primary last said to this process, or if the primary
   says it when asked, the replica is read. The search keeper asks the primary every
   second.
3. If the primary says another, the replica is behind, and the primary is read.
4. If the primary says nothing, the replica is read if it followed: it has what the
   primary last said, or it had, within `STALE_PAGES_FOR`, what the primary said then. A
   process that has never heard of the primary takes what there is.
5. If the replica says nothing, the primary is read.
6. What is read when one of them fails on the way is read once more, at the other.

Revisions are compared for being the same only: they have no order (see revision.py).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error

from iscm_registry import replica, revision
from iscm_registry.outages import Outage, is_busy, replica_outage, took_too_long
from iscm_registry.patience import MOMENT, at_most
from iscm_registry.replica import PRIMARY, REPLICA, Reads

_OUTAGES = {
    PRIMARY: Outage("The database cannot be reached (%s). What is kept is shown."),
    REPLICA: replica_outage,
}


@contextmanager
def public_reads() -> Iterator[Reads]:
    """Have what is read in the block come from where public pages are read."""
    with replica.reading(_for_readers()) as reads:
        yield reads


@contextmanager
def newest_reads() -> Iterator[Reads]:
    """Have what is read in the block come from the primary, or from the replica while
    the primary is away."""
    reads = Reads(PRIMARY)
    if replica.is_there() and revision_at(PRIMARY) is None:
        reads = Reads(REPLICA)
    with replica.reading(reads):
        yield reads


def is_still(known: str | None) -> bool:
    """Say whether who reads now reads the same revision, so that a page that was drawn
    meanwhile is all of that one."""
    return known is not None and _for_readers().revision == known


def fails_on_the_way(error: BaseException) -> bool:
    """Note what a query of the present block failed with.

    True if there is another database: what was asked for is then to be read once more,
    which leaves alone for a while the one that has failed.
    """
    reads = replica.present()
    if reads is None or not replica.is_there() or is_busy(error):
        return False
    if took_too_long(error):
        # The database is well, and the other would take as long.
        return False
    reads.has_failed = True
    _OUTAGES[reads.place].failed(error)
    return True


def revision_at(place: str) -> str | None:
    """Read the revision; None while that database is away or lets nobody read.

    Of those who ask meanwhile only one waits, now and then, and that one a moment.
    """
    outage = _OUTAGES[place]
    if not outage.may_ask():
        return None
    try:
        with replica.reading(Reads(place)), at_most(MOMENT):
            found = revision.current()
    except Error as error:
        if not is_busy(error):
            outage.failed(error)
        return None
    outage.answered()
    return found


class _Following:
    """How this process last saw the replica follow the primary."""

    def __init__(self) -> None:
        # The moment when both last said the same; None if they never did.
        self.moment: float | None = None
        self.has_heard_primary = False
        # What the replica said when it was read without the primary.
        self.alone: str | None = None

    def together(self) -> None:
        self.moment = time.monotonic()
        self.has_heard_primary = True
        self.alone = None

    def may_be_alone(self, at_replica: str) -> bool:
        """Say whether the replica may be read while the primary says nothing."""
        limit = settings.STALE_PAGES_FOR
        is_recent = self.moment is not None and time.monotonic() - self.moment <= limit
        if not self.has_heard_primary or is_recent or at_replica == self.alone:
            # It stays, though the primary is away for longer.
            self.alone = at_replica
            return True
        return False


_following = _Following()


def _for_readers() -> Reads:
    at_replica = revision_at(REPLICA) if replica.is_there() else None
    if at_replica is None:
        return Reads(PRIMARY, revision_at(PRIMARY))
    if at_replica == revision.last_at_primary():
        _following.together()
        return Reads(REPLICA, at_replica)
    at_primary = revision_at(PRIMARY)
    if at_primary == at_replica:
        _following.together()
        return Reads(REPLICA, at_replica)
    if at_primary is not None:
        _following.has_heard_primary = True
        return Reads(PRIMARY, at_primary)
    if _following.may_be_alone(at_replica):
        return Reads(REPLICA, at_replica)
    return Reads(PRIMARY)
