"""What the worker does and how often, and what becomes of a chore that fails."""

import datetime
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from corrections.forgetting import forget_overdue
from iscm_registry.models import ChoreRecord
from iscm_registry.sqlite.planning import look_at_tables
from iscm_registry.working import letters
from profiles import editions, notices, unsaved
from profiles.handing_over import remind_owners
from profiles.vocabularies import NoticeKind
from surveys.admin.long_imports import work_on_next

logger = logging.getLogger(__name__)


class DatabaseIsAway(Exception):
    """Raised when a chore could not reach the database: nothing can be noted either."""


@dataclass(frozen=True)
class Chore:
    """One thing to do: `every` so many seconds, or once a day `at` a time."""

    name: str
    label: Any
    do: Callable[[], object]
    every: int = 0
    at: datetime.time | None = None


CHORES = (
    Chore("publish", _("Publish what is due"), editions.publish_due, every=20),
    Chore("imports", _("Prepare and apply long imports"), work_on_next, every=1),
    Chore("letters", _("Send letters"), letters.send_at_once, every=10),
    Chore(
        "tables",
        _("Let the database look at its tables"),
        look_at_tables,
        at=datetime.time(3),
    ),
    Chore(
        "forget",
        _("Remove addresses of senders whose time is over"),
        forget_overdue,
        at=datetime.time(4),
    ),
    Chore(
        "unsaved",
        _("Remove typed text that was not saved, once its time is over"),
        unsaved.forget_overdue,
        at=datetime.time(4),
    ),
    Chore(
        "reminders",
        _("Remind owners of stale profiles"),
        remind_owners,
        at=datetime.time(6),
    ),
    Chore(
        "digests",
        _("Send letters of the day"),
        letters.send_digests,
        at=datetime.time(7),
    ),
)


@dataclass
class Schedule:
    """Which chores are due. Those of every few seconds are remembered here alone."""

    chores: tuple[Chore, ...] = CHORES
    done: dict[str, datetime.datetime] = field(default_factory=dict)

    def work(self, now: datetime.datetime) -> int:
        """Do what is due at a time; return how many chores that were."""
        records = ChoreRecord.objects.in_bulk([c.name for c in self.chores])
        due = [c for c in self.chores if self._is_due(c, records.get(c.name), now)]
        for chore in due:
            _do(chore, records.get(chore.name), now)
            # Not when the database was away: then it is done as soon as it is back.
            self.done[chore.name] = now
        return len(due)

    def _is_due(
        self, chore: Chore, record: ChoreRecord | None, now: datetime.datetime
    ) -> bool:
        if chore.at is None:
            last = self.done.get(chore.name)
            return last is None or now - last >= datetime.timedelta(seconds=chore.every)
        local = timezone.localtime(now)
        today = local.replace(
            hour=chore.at.hour, minute=chore.at.minute, second=0, microsecond=0
        )
        latest = today if today <= local else today - datetime.timedelta(days=1)
        tried = self.done.get(chore.name)
        if tried is not None and tried >= latest:
            return False
        return record is None or record.done_at is None or record.done_at < latest


def _do(chore: Chore, record: ChoreRecord | None, now: datetime.datetime) -> None:
    """Do a chore and note what became of it; an error of one holds up no other."""
    try:
        chore.do()
    except (OperationalError, InterfaceError) as error:
        raise DatabaseIsAway from error
    except Exception as error:
        if _note_failure(chore, record, type(error).__name__, now):
            logger.exception("The chore “%s” failed.", chore.name)
        return
    if chore.at is not None or (record is not None and record.failing_since):
        ChoreRecord.objects.update_or_create(
            name=chore.name,
            defaults={"done_at": now, "failing_since": None, "problem": ""},
        )


def _note_failure(
    chore: Chore, record: ChoreRecord | None, problem: str, now: datetime.datetime
) -> bool:
    """Keep since when a chore fails; if it begins to, tell administrators, and say so.

    So the log and people hear of it once, and not at each of its tries.
    """
    begins = record is None or record.failing_since is None
    since = now if begins or record is None else record.failing_since
    ChoreRecord.objects.update_or_create(
        name=chore.name, defaults={"failing_since": since, "problem": problem[:120]}
    )
    if begins:
        notices.tell(
            notices.staff_with("auth.change_user"),
            NoticeKind.FAILED,
            chore.label,
            reverse("admin:index"),
            words=problem,
        )
    return begins


def failing() -> list[tuple[Chore, ChoreRecord]]:
    """Return the chores that fail now, with since when."""
    records = ChoreRecord.objects.filter(failing_since__isnull=False).in_bulk()
    return [(c, records[c.name]) for c in CHORES if c.name in records]
