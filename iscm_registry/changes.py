"""What the audit log keeps, in words: 'role: Member → Observer'."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext as _

NOTHING = {"", "None", None}
LONGEST = 160
KEYS = {"id", "uid", "profile"}
"""What ties a record to others: the log says it beside each entry."""

Named = dict[type[Model], dict[str, str]]


def describe(entries: Iterable[LogEntry]) -> None:
    """Give every entry `sentences`: one for each field that changed.

    The records that changes point to are loaded for all entries together.
    """
    entries = list(entries)
    named = _names(entries)
    for entry in entries:
        model = model_of(entry)
        entry.sentences = [
            _sentence(model, name, values, named)
            for name, values in (entry.changes or {}).items()
            if name not in KEYS
            and not _is_told_elsewhere(model, name)
            # A new record says nothing of its empty fields.
            and not (isinstance(values, list) and NOTHING.issuperset(values))
        ]


def model_of(entry: LogEntry) -> type[Model] | None:
    # By its number, which Django remembers: entry.content_type is a query.
    return ContentType.objects.get_for_id(entry.content_type_id).model_class()


def _names(entries: list[LogEntry]) -> Named:
    wanted: dict[type[Model], set[str]] = defaultdict(set)
    for entry in entries:
        model = model_of(entry)
        for name, values in (entry.changes or {}).items():
            field = _field(model, name)
            if field is not None and field.is_relation and isinstance(values, list):
                wanted[field.related_model] |= {
                    value for value in values if str(value).isdecimal()
                }
    return {
        model: {
            str(record.pk): str(record)
            for record in model._base_manager.filter(pk__in=pks)
        }
        for model, pks in wanted.items()
        if pks
    }


def _sentence(model, name: str, values: Any, named: Named) -> str:
    field = _field(model, name)
    label = str(getattr(field, "verbose_name", name))
    if isinstance(values, dict):
        records = ", ".join(map(str, values.get("objects", ())))
        added = values.get("operation") == "add"
        told = _("%(field)s: + %(names)s") if added else _("%(field)s: − %(names)s")
        return told % {"field": label, "names": _shortened(records)}
    old, new = (_shown(field, value, named) for value in values)
    if not old:
        return _("%(field)s: %(new)s") % {"field": label, "new": new}
    return _("%(field)s: %(old)s → %(new)s") % {
        "field": label,
        "old": old,
        "new": new or _("(empty)"),
    }


def _shown(field, value: Any, named: Named) -> str:
    if value in NOTHING:
        return ""
    text = str(value)
    if field is None:
        return _shortened(text)
    if field.is_relation:
        return named.get(field.related_model, {}).get(text, text)
    if text in ("True", "False"):
        return _("yes") if text == "True" else _("no")
    return str(dict(field.flatchoices).get(text, _shortened(text)))


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _field(model, name: str):
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _is_told_elsewhere(model, name: str) -> bool:
    """Whether what a field says is logged as well where it belongs.

    A field kept in several languages shows one of them; a record seen from the other
    side belongs to the record that points here.
    """
    field = _field(model, name)
    return _field(model, f"{name}_en") is not None or getattr(
        field, "auto_created", False
    )
