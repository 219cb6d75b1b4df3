"""Entries of the audit log in sentences: 'role: Member → Observer'."""

from collections.abc import Iterable

from auditlog.models import LogEntry
from django.utils.translation import gettext as _

from profiles.wording import (
    NOTHING_LOGGED,
    LoggedField,
    LogInWords,
    is_told_elsewhere,
    model_of,
)

LONGEST = 160
_SAID_BESIDE = {"id", "uid", "profile"}
"""Fields that tie a record to others: the log shows these beside each entry."""


def describe(entries: Iterable[LogEntry]) -> None:
    """Give every entry `sentences`: one for each field that changed.

    The records that changes point to are loaded for all entries together.
    """
    entries = list(entries)
    words = LogInWords(entries)
    for entry in entries:
        model = model_of(entry)
        told = {
            name: values
            for name, values in (entry.changes or {}).items()
            if name not in _SAID_BESIDE
            and not is_told_elsewhere(model, name)
            # A new record says nothing of its empty fields.
            and not (
                isinstance(values, list) and all(v in NOTHING_LOGGED for v in values)
            )
        }
        entry.sentences = [_sentence(said) for said in words.fields(entry, told)]


def _sentence(said: LoggedField) -> str:
    old, new = _shortened(said.old), _shortened(said.new)
    if said.is_list:
        told = _("%(field)s: + %(names)s") if new else _("%(field)s: − %(names)s")
        return told % {"field": said.label, "names": new or old}
    if not old:
        return _("%(field)s: %(new)s") % {"field": said.label, "new": new}
    return _("%(field)s: %(old)s → %(new)s") % {
        "field": said.label,
        "old": old,
        "new": new or _("(empty)"),
    }


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
