"""The settings of servers that tests start: those of tests, static files as they are.

A file named by its content exists only after `collectstatic`, which takes seconds.
"""

from tests import settings as tests_settings
from tests.settings import *  # noqa: F403

DATABASES = tests_settings.registry_settings.DATABASES
DATABASE_ROUTERS = tests_settings.registry_settings.DATABASE_ROUTERS

STORAGES = {
    **tests_settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
