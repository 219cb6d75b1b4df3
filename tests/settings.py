"""The settings of tests: production's safe defaults, apart from what needs HTTPS.

Nothing has to be set in the environment. pytest and mypy read settings before they
read any file of ours, so these values cannot stand in a conftest.
"""

import os

os.environ.setdefault("SECRET_KEY", "a key for tests only " * 3)
os.environ.setdefault("SECURE_SSL_REDIRECT", "false")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")

from iscm_registry import settings as registry_settings
from iscm_registry.settings import *  # noqa: F403

# Tests stay at the primary; servers that they start may have a replica.
DATABASES = {"default": registry_settings.DATABASES["default"]}
DATABASE_ROUTERS = []

if DATABASES["default"]["ENGINE"] == "iscm_registry.sqlite":
    # As by itself for Django's own SQLite, the only one that pytest-django knows.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
