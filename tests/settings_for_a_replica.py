"""The settings of servers that read a second SQLite file as PostgreSQL's replica.

One file takes the place of another in a moment: tests say when the replica follows.
"""

import os

from tests import settings_for_servers
from tests.settings_for_servers import *  # noqa: F403

DATABASES = {
    **settings_for_servers.DATABASES,
    "replica": {
        **settings_for_servers.DATABASES["default"],
        "NAME": os.environ["REPLICA_FILE"],
    },
}
DATABASE_ROUTERS = ["iscm_registry.replica.Router"]
