"""Staff pages that need the whole registry: merges, bulk edits, links, the log."""

from iscm_registry.admin.audit import LogEntryAdmin
from iscm_registry.admin.bulk_edits import BulkEditAdmin
from iscm_registry.admin.links import LinkCheckAdmin
from iscm_registry.admin.merges import RecordMergeAdmin

__all__ = ["BulkEditAdmin", "LinkCheckAdmin", "LogEntryAdmin", "RecordMergeAdmin"]
