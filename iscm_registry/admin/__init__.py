"""Staff pages that need the whole registry: merges, links, the log of all changes."""

from iscm_registry.admin.audit import LogEntryAdmin
from iscm_registry.admin.links import LinkCheckAdmin
from iscm_registry.admin.merges import RecordMergeAdmin

__all__ = ["LinkCheckAdmin", "LogEntryAdmin", "RecordMergeAdmin"]
