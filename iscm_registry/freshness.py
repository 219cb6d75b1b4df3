"""Of which revision readers are answered, and at which database that is read.

Without a replica there is one answer: the revision that the database says. With one,
public pages are read at the replica, by this rule:

1. The replica says its revision in the same request, and pages, their tags and what is
   kept of them are made from that.
2. If it is the revision that the primary last said to this process, or if the primary
   says it when asked, the replica is read. The search keeper asks the primary every
   second.
3. If the primary says another, the replica is behind, and the primary is read.
4. If the primary says nothing, the replica is read, whatever its revision is.
5. If the replica says nothing, the primary is read.
6. What is read when one of them fails on the way is read once more, at the other.

Revisions are compared for being the same only: they have no order (see revision.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error

from iscm_registry import replica, revision
from iscm_registry.outages import Outage, is_busy, replica_outage
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


def _for_readers() -> Reads:
    at_replica = revision_at(REPLICA) if replica.is_there() else None
    if at_replica is None:
        return Reads(PRIMARY, revision_at(PRIMARY))
    if at_replica == revision.last_at_primary():
        return Reads(REPLICA, at_replica)
    at_primary = revision_at(PRIMARY)
    if at_primary in (None, at_replica):
        return Reads(REPLICA, at_replica)
    return Reads(PRIMARY, at_primary)
