"""What colleagues changed in a record while its form was open."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from auditlog.models import LogEntry
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.models import EditingPresence, Profile
from profiles.wording import LogInWords, field_of, is_told_elsewhere, model_of

STILL_HERE = timedelta(seconds=90)
"""How long after its last sign of life a form counts as open."""

ACTIONS = {
    LogEntry.Action.CREATE: gettext_lazy("added"),
    LogEntry.Action.UPDATE: gettext_lazy("changed"),
    LogEntry.Action.DELETE: gettext_lazy("removed"),
}

_NOT_SAID = {"id", "uid", "profile", "mechanism", "position"}


@dataclass(frozen=True)
class LoggedChange:
    """One record that somebody changed: `fields` are label, before and after."""

    who: str
    at: datetime
    kind: str
    record: str
    action: Any
    fields: list[tuple[str, str, str]] = field(default_factory=list)


def changes_since(profile: Profile, version: int) -> list[LoggedChange]:
    """Return what was saved in an edition after `version`, the latest last.

    A fixed number of queries: one for the log, one for each kind of record that
    the changed fields refer to.
    """
    entries = list(
        LogEntry.objects.filter(
            additional_data__mechanism=profile.mechanism.slug,
            additional_data__edition=profile.edition,
            additional_data__version__gt=version,
        )
        .select_related("actor", "content_type")
        .order_by("timestamp", "pk")
    )
    return _told(entries, said=lambda entry: entry.changes_dict)


def last_changes(
    record: models.Model, fields: Collection[str], rows: Iterable[models.Model]
) -> list[LoggedChange]:
    """Return who last changed these fields of a record, and these rows below it.

    Of a row that is gone, an instance with its key will do.
    """
    wanted = Q(**_key_of(record))
    for row in rows:
        wanted |= Q(**_key_of(row))
    last: dict[int, LogEntry] = {}
    said: dict[int, dict[str, Any]] = {}
    left, seen = set(fields), set()
    for entry in (
        LogEntry.objects.filter(wanted).select_related("actor").order_by("-pk")
    ):
        of_record = entry.changes_dict
        key = (entry.content_type_id, entry.object_pk)
        if key == tuple(_key_of(record).values()):
            of_record = {n: v for n, v in of_record.items() if n in left}
            left -= of_record.keys()
        elif key in seen:
            continue
        seen.add(key)
        if of_record:
            last[entry.pk], said[entry.pk] = entry, of_record
    changes = _told(reversed(last.values()), said=lambda entry: said[entry.pk])
    return changes or _by_hand(record)


def _key_of(record: models.Model) -> dict[str, Any]:
    kind = ContentType.objects.get_for_model(record)
    return {"content_type_id": kind.pk, "object_pk": str(record.pk)}


def _by_hand(record: models.Model) -> list[LoggedChange]:
    """Return the last change that the admin noted of a record that no log covers."""
    kind = ContentType.objects.get_for_model(record)
    entry = (
        AdminLogEntry.objects.filter(content_type=kind, object_id=str(record.pk))
        .select_related("user")
        .order_by("-pk")
        .first()
    )
    if entry is None:
        return []
    return [
        LoggedChange(
            who=_person(entry.user),
            at=entry.action_time,
            kind=str(capfirst(record._meta.verbose_name)),
            record=entry.object_repr,
            action=ACTIONS[LogEntry.Action.UPDATE],
        )
    ]


def _told(
    entries: Iterable[LogEntry], said: Callable[[LogEntry], dict[str, Any]]
) -> list[LoggedChange]:
    entries = list(entries)
    words = LogInWords(entries)
    changes = []
    for entry in entries:
        model: Any = model_of(entry)
        if model is None:
            continue
        fields = (
            list(_fields(words, entry, said(entry)))
            if entry.action == LogEntry.Action.UPDATE
            else []
        )
        if fields or entry.action != LogEntry.Action.UPDATE:
            changes.append(
                LoggedChange(
                    who=_person(entry.actor),
                    at=entry.timestamp,
                    kind=str(capfirst(model._meta.verbose_name)),
                    record="" if model is Profile else entry.object_repr,
                    action=ACTIONS.get(entry.action, ""),
                    fields=fields,
                )
            )
    return changes


def _fields(words: LogInWords, entry: LogEntry, changes: dict[str, Any]):
    for told in words.fields(entry, changes):
        model = model_of(entry)
        is_known = field_of(model, told.name) is not None
        if not is_known or told.name in _NOT_SAID:
            continue
        if is_told_elsewhere(model, told.name):
            continue
        if told.is_list or told.old != told.new:
            yield str(capfirst(told.label)), told.old or "–", told.new or "–"


def _person(user) -> str:
    if user is None:
        return _("A command")
    return user.get_full_name() or user.get_username()


# --- Who is here -----------------------------------------------------------------


@dataclass(frozen=True)
class Colleague:
    """Somebody else who has the form open."""

    name: str
    seen_at: datetime


def arrive(profile: Profile, user) -> list[Colleague]:
    """Note that `user` has the form of `profile` open; return who else has.

    Raises Profile.DoesNotExist when it was discarded meanwhile.
    """
    now = timezone.now()
    try:
        EditingPresence.objects.update_or_create(
            profile=profile, user=user, defaults={"seen_at": now}
        )
    except IntegrityError:
        Profile.objects.only("pk").get(pk=profile.pk)
        raise
    others = (
        EditingPresence.objects.filter(profile=profile, seen_at__gte=now - STILL_HERE)
        .exclude(user=user)
        .select_related("user")
        .order_by("seen_at")
    )
    return [Colleague(_person(other.user), other.seen_at) for other in others]
