"""What colleagues changed in an edition while its form was open."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.models import EditingPresence, Profile

STILL_HERE = timedelta(seconds=90)
"""How long after its last sign of life a form counts as open."""

ACTIONS = {
    LogEntry.Action.CREATE: gettext_lazy("added"),
    LogEntry.Action.UPDATE: gettext_lazy("changed"),
    LogEntry.Action.DELETE: gettext_lazy("removed"),
}

_NOT_SAID = {"id", "uid", "profile", "mechanism", "position"}


@dataclass(frozen=True)
class Change:
    """One record that somebody changed: `fields` are label, before and after."""

    who: str
    at: datetime
    kind: str
    record: str
    action: Any
    fields: list[tuple[str, str, str]] = field(default_factory=list)


def changes_since(profile: Profile, version: int) -> list[Change]:
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
    names = _names_of_related(entries)
    changes = []
    for entry in entries:
        model = _model(entry)
        if model is None:
            continue
        fields = (
            list(_fields(model, entry.changes_dict, names))
            if entry.action == LogEntry.Action.UPDATE
            else []
        )
        if fields or entry.action != LogEntry.Action.UPDATE:
            changes.append(
                Change(
                    who=_person(entry.actor),
                    at=entry.timestamp,
                    kind=str(capfirst(model._meta.verbose_name)),
                    record="" if model is Profile else entry.object_repr,
                    action=ACTIONS.get(entry.action, ""),
                    fields=fields,
                )
            )
    return changes


def _model(entry: LogEntry) -> Any:
    return ContentType.objects.get_for_id(entry.content_type_id).model_class()


def _field(model, name: str) -> Any:
    fields = {f.name: f for f in model._meta.get_fields() if not f.auto_created}
    return fields.get(name)


def _names_of_related(entries: Iterable[LogEntry]) -> dict[tuple[Any, str], str]:
    wanted: dict[Any, set[str]] = {}
    for entry in entries:
        for name, values in entry.changes_dict.items():
            changed = _field(_model(entry), name)
            if changed is None or not changed.many_to_one or isinstance(values, dict):
                continue
            found = {v for v in map(str, values) if v.isdigit()}
            wanted.setdefault(changed.related_model, set()).update(found)
    return {
        (model, str(record.pk)): str(record)
        for model, keys in wanted.items()
        for record in model._default_manager.filter(pk__in=keys)
    }


def _fields(model, changes: dict[str, Any], names):
    for name, values in changes.items():
        changed = _field(model, name)
        if changed is None or name in _NOT_SAID:
            continue
        label = str(capfirst(getattr(changed, "verbose_name", name)))
        if isinstance(values, dict):
            before, after = [], [str(o) for o in values.get("objects", [])]
            if values.get("operation") == "delete":
                before, after = after, before
            yield label, ", ".join(before) or "–", ", ".join(after) or "–"
            continue
        old, new = (_shown(changed, str(value), names) for value in values)
        if old != new:
            yield label, old, new


def _shown(changed, value: str, names) -> str:
    if value in ("None", ""):
        return "–"
    if changed.many_to_one:
        return names.get((changed.related_model, value), value)
    if changed.choices:
        return str(dict(changed.flatchoices).get(value, value))
    if isinstance(changed, models.BooleanField):
        return _("yes") if value == "True" else _("no")
    return value


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
    """Note that `user` has the form of `profile` open; return who else has."""
    now = timezone.now()
    EditingPresence.objects.update_or_create(
        profile=profile, user=user, defaults={"seen_at": now}
    )
    others = (
        EditingPresence.objects.filter(profile=profile, seen_at__gte=now - STILL_HERE)
        .exclude(user=user)
        .select_related("user")
        .order_by("seen_at")
    )
    return [Colleague(_person(other.user), other.seen_at) for other in others]
