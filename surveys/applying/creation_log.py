"""The audit log of facts that are inserted as rows.

django-auditlog writes an entry for each record that is saved, and does not hear of
rows. Their entries are made here, and say the same: the greater part before the facts
are inserted, since that takes longer than to insert them.
"""

from typing import Any

from auditlog.cid import get_cid
from auditlog.context import auditlog_disabled
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.db.models.signals import pre_save
from django.utils import timezone

from profiles.models import Fact
from surveys.applying.rows import Rows


class CreationLog:
    """Takes facts before they are inserted, and writes down when they are."""

    def __init__(self) -> None:
        self._rows = Rows(LogEntry)
        self._of_edition: dict[int, dict[str, Any]] = {}
        self._created: list[tuple[Any, dict[str, Any], dict[str, Any]]] = []
        self._related: list[tuple[Fact, dict[str, Any]]] = []

    def add(self, fact: Fact, many: dict[str, list[Model]]) -> None:
        """Take in a fact that is complete but for its keys; `many` are the records
        that its fields of several records will name."""
        if auditlog_disabled.get() or not auditlog.contains(type(fact)):
            return
        changes = model_instance_diff(None, fact)
        row = self._row(fact, LogEntry.Action.CREATE, None)
        self._created.append((fact, row, changes))
        for name, records in many.items():
            if records:
                objects = [str(record) for record in records]
                told = {"type": "m2m", "operation": "add", "objects": objects}
                row = self._row(fact, LogEntry.Action.UPDATE, {name: told})
                self._related.append((fact, row))

    def _row(
        self, fact: Fact, action: int, changes: dict[str, Any] | None
    ) -> dict[str, Any]:
        entry = LogEntry(
            content_type=ContentType.objects.get_for_model(fact),
            object_repr=str(fact),
            action=action,
            changes=changes,
            cid=get_cid(),
        )
        # By this the log learns who is behind a change.
        pre_save.send(LogEntry, instance=entry, raw=False, using=None)
        return self._rows.add(entry)

    def insert(self) -> None:
        """Write the entries of the facts, which have all their keys by now."""
        self._rows.set_in_all(timestamp=timezone.now())
        for fact, row, changes in self._created:
            for name, key in (
                ("id", fact.pk),
                ("profile", fact.profile_id),
                ("source", fact.source_id),
            ):
                if key is not None:
                    changes[name] = ("None", str(key))
            self._rows.set_in(row, changes=changes)
            self._set_keys(fact, row)
        for fact, row in self._related:
            self._set_keys(fact, row)
        self._rows.insert()

    def _set_keys(self, fact: Any, row: dict[str, Any]) -> None:
        row["object_pk"] = str(fact.pk)
        row["object_id"] = fact.pk
        of_edition = self._of_edition.setdefault(fact.profile_id, {})
        if not of_edition:
            self._rows.set_in(of_edition, additional_data=fact.get_additional_data())
        row |= of_edition
