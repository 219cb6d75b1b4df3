"""What values say to readers: of a record, of a natural key, of the audit log."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles import partial_dates

NOTHING: tuple[Any, ...] = ("", None, [], {})
"""What stands for an empty field in a record and in a statement."""

NOTHING_LOGGED: tuple[Any, ...] = (*NOTHING, "None")
"""What stands for an empty field in the audit log, which writes None as text."""

NameOf = Callable[[type[models.Model], Any], str]
"""Returns what people call the record of a model that a value means."""


def value_in_words(f: Any, value: Any, name_of: NameOf) -> str:
    """Return what a value of the field `f` says; "" for none.

    `value` is stored, a natural key, or a text of the audit log; `f` is None for a
    field that the model no longer has.
    """
    if value in NOTHING:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(value_in_words(f, one, name_of) for one in value)
    if f is None:
        return str(value)
    if f.is_relation:
        return name_of(f.related_model, value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(f, models.BooleanField):
        return _("yes") if value == "True" else _("no")
    return str(dict(f.flatchoices).get(value, value))


def in_words(record: models.Model, f: Any) -> str:
    """Return what a field of a record says; "" for none."""
    if f.many_to_many:
        if record.pk is None:
            return ""
        return ", ".join(map(str, getattr(record, f.name).all()))
    return value_in_words(f, getattr(record, f.name), lambda _model, one: str(one))


def pairs_in_words(record: models.Model, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the label and the value of each of these fields, for a page."""
    pairs = []
    for name in names:
        f: Any = record._meta.get_field(name)
        text = in_words(record, f)
        if isinstance(f, partial_dates.PartialDateField):
            text = partial_dates.display(text)
        pairs.append((capfirst(str(f.verbose_name)), text))
    return pairs


def period(fact: Any) -> str:
    """From when until when a fact holds, or which list says so; empty if unknown."""
    times = [text for text in (_period(fact), _listed(fact)) if text]
    return "; ".join(times)


def _listed(fact: Any) -> str:
    listed = partial_dates.display(getattr(fact, "listed", ""))
    return _("on the list of %(date)s") % {"date": listed} if listed else ""


def _period(fact: Any) -> str:
    since, until = (partial_dates.display(text) for text in (fact.since, fact.until))
    if since and until:
        if since == until:
            return since
        return _("%(since)s–%(until)s") % {"since": since, "until": until}
    if since:
        # What began and is held no longer ended at a time that is not on record.
        is_held = getattr(fact, "is_current", True)
        said = _("since %(since)s") if is_held else _("from %(since)s")
        return said % {"since": since}
    if until:
        return _("until %(until)s") % {"until": until}
    return ""


# --- The audit log ---------------------------------------------------------------


@dataclass(frozen=True)
class LoggedField:
    """What an entry of the audit log says of one field, before and after, in words.

    `is_list` tells fields of several records, of which the log names only those that
    came or went.
    """

    name: str
    label: str
    old: str
    new: str
    is_list: bool


class LogInWords:
    """Entries of the audit log in words.

    The records that the entries name are read together, once for each model.
    """

    def __init__(self, entries: Iterable[LogEntry]):
        wanted: dict[Any, set[str]] = defaultdict(set)
        for entry in entries:
            for name, values in (entry.changes_dict or {}).items():
                f = field_of(model_of(entry), name)
                if f is not None and f.many_to_one and isinstance(values, list):
                    wanted[f.related_model] |= {v for v in values if str(v).isdecimal()}
        self._names: dict[Any, dict[str, str]] = {
            model: {
                str(record.pk): str(record)
                for record in model._base_manager.filter(pk__in=pks)
            }
            for model, pks in wanted.items()
            if pks
        }

    def fields(self, entry: LogEntry, changes: dict[str, Any]) -> Iterator[LoggedField]:
        """Return what `changes`, all or some of an entry's, say field by field."""
        model = model_of(entry)
        for name, values in changes.items():
            f = field_of(model, name)
            label = str(getattr(f, "verbose_name", name))
            if isinstance(values, dict):
                old, new = "", ", ".join(map(str, values.get("objects", ())))
                if values.get("operation") == "delete":
                    old, new = new, old
            else:
                old, new = (
                    "" if v in NOTHING_LOGGED else value_in_words(f, v, self._name)
                    for v in values
                )
            yield LoggedField(name, label, old, new, isinstance(values, dict))

    def _name(self, model: type[models.Model], key: Any) -> str:
        return self._names.get(model, {}).get(str(key), str(key))


def model_of(entry: LogEntry) -> type[models.Model] | None:
    """Return the model of an entry's record, None for one that is gone."""
    # By its number, which Django remembers: entry.content_type is a query.
    return ContentType.objects.get_for_id(entry.content_type_id).model_class()


def field_of(model: type[models.Model] | None, name: str) -> Any:
    """Return a field of a model, None for one that it does not have."""
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def is_told_elsewhere(model: type[models.Model] | None, name: str) -> bool:
    """Whether what a field says is logged as well where it belongs.

    A field kept in several languages shows one of them; a record seen from the other
    side belongs to the record that points here.
    """
    field = field_of(model, name)
    return field_of(model, f"{name}_en") is not None or getattr(
        field, "auto_created", False
    )
