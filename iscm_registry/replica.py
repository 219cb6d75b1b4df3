"""Which of two databases is read: the primary, or a replica that follows it.

`DATABASE_REPLICA_URL` names a streaming replica of PostgreSQL. Only what asks for it
reads there (see freshness.py): staff pages, commands and tests stay at the primary, and
so does all that follows a write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

PRIMARY = DEFAULT_DB_ALIAS
REPLICA = "replica"

POSTGRESQL = "django.db.backends.postgresql"


@dataclass
class Reads:
    """What a block of work reads: where, and of which revision.

    `revision` is None while no database says one. `has_failed` says that the
    database went away before the block had read all, and that there is another.
    """

    place: str
    revision: str | None = None
    has_failed: bool = False


_present: ContextVar[Reads | None] = ContextVar("reads", default=None)


def is_there() -> bool:
    return REPLICA in settings.DATABASES


def present() -> Reads | None:
    """Return what the present block reads; None outside of blocks."""
    return _present.get()


def place() -> str:
    """Return the database to read from now."""
    reads = _present.get()
    return PRIMARY if reads is None else reads.place


@contextmanager
def reading(reads: Reads) -> Iterator[Reads]:
    """Have the block read from there, until it writes."""
    token = _present.set(reads)
    try:
        yield reads
    finally:
        _present.reset(token)


class Router:
    """Django's router of databases; it stands in the settings beside a replica.

    It always names a database: otherwise Django would read what belongs to a record
    where the record itself came from, even after a write.
    """

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return place()

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        if (reads := _present.get()) is not None:
            reads.place = PRIMARY
        return PRIMARY

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        # What the primary migrates arrives by itself.
        return False if db == REPLICA else None


@register
def check_replica(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    if not is_there():
        return []
    return [
        Error(
            f"{variable} does not name PostgreSQL, and DATABASE_REPLICA_URL is set.",
            hint="A replica follows its primary by PostgreSQL's streaming replication: "
            "both are postgres://… addresses. Without a replica, leave "
            "DATABASE_REPLICA_URL empty.",
            id="iscm_registry.E001",
        )
        for alias, variable in (
            (PRIMARY, "DATABASE_URL"),
            (REPLICA, "DATABASE_REPLICA_URL"),
        )
        if settings.DATABASES[alias]["ENGINE"] != POSTGRESQL
    ]
