"""The site's search, which knows all apps, for those that may not import it."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def search(name: str) -> Any:
    """Return what the site's search offers under a name: see `settings.SEARCH`."""
    return import_string(f"{settings.SEARCH}.{name}")
