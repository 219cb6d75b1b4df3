"""Settings and tools that all tests share."""

import pytest
from django.core.cache import caches

from iscm_registry import caching


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    """Let templates name static files that were not collected."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        },
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _one_factor_is_enough(settings):
    """Let tests sign somebody in at once; those of sign-in itself ask for both."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture(autouse=True)
def _no_kept_pages():
    caches["pages"].clear()
    caching.page_cache.answered()


@pytest.fixture(autouse=True)
def _own_var_folder(settings, tmp_path):
    """Keep derived files, such as the search index, apart for every test."""
    settings.VAR_DIR = tmp_path
    # WhiteNoise warns of a folder that is not there, as in a fresh clone.
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
