"""Staff pages that need the whole registry: merges, and the log of all changes."""

from iscm_registry.admin.audit import LogEntryAdmin
from iscm_registry.admin.merges import RecordMergeAdmin

__all__ = ["LogEntryAdmin", "RecordMergeAdmin"]
