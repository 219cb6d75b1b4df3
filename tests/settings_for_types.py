"""The settings that mypy's Django plugin looks at.

django-modeltranslation puts managers of its own making in the place of ours when it
registers a model, and the plugin, which reads the running classes, then knows nothing
about `published()` and the like. So it does not run here, nor does the admin's search
for admin classes, which needs those registrations.
"""

from tests import settings as tests_settings
from tests.settings import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig"
    if app.endswith(".DeskConfig")
    else app
    for app in tests_settings.INSTALLED_APPS
    if app != "modeltranslation"
]
