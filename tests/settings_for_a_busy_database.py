"""The settings of servers whose patience with a busy database is short."""

from tests.settings_for_servers import *  # noqa: F403
from tests.settings_for_servers import DATABASES

_database = DATABASES["default"]
if _database["ENGINE"] == "iscm_registry.sqlite":
    _database["OPTIONS"]["timeout"] = 0.3
else:
    _database["OPTIONS"]["options"] = "-c lock_timeout=300"
