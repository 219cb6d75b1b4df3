"""The audit log of records that were made in bulk.

django-auditlog writes an entry for each record that is saved. It does not hear of
those made in bulk, which is several times as fast; their entries are made here, also
in bulk, and say the same.
"""

from collections.abc import Iterable
from typing import Any

from auditlog.cid import get_cid
from auditlog.context import auditlog_disabled
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import pre_save

from surveys.applying.inserting import insert_records


def log_created(records: Iterable[Any]) -> None:
    """Write down that these records, which have a pk by now, were made."""
    if auditlog_disabled.get():
        return
    entries = [_entry(record) for record in records if auditlog.contains(type(record))]
    for entry in entries:
        # By this the log learns who is behind a change.
        pre_save.send(LogEntry, instance=entry, raw=False, using=None)
    insert_records(LogEntry, entries)


def _entry(record: Any) -> LogEntry:
    additional = getattr(record, "get_additional_data", None)
    return LogEntry(
        content_type=ContentType.objects.get_for_model(record),
        object_pk=record.pk,
        object_id=record.pk,
        object_repr=str(record),
        action=LogEntry.Action.CREATE,
        changes=model_instance_diff(None, record),
        additional_data=additional() if additional else None,
        cid=get_cid(),
    )
