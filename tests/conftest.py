"""Settings and tools that all tests share."""

import shutil
import sys
from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import pytest
from django.core.cache import caches
from django.db import connection
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings

from iscm_registry import caching
from iscm_registry.most_read import most_read
from profiles.remembered import forget
from tests.serving import environment_of, manage, sqlite_in

# The same examples in every run, so that nothing fails by chance, and one failure ends
# the search: `pytest --hypothesis-profile=wild` looks for new ones.
hypothesis_settings.register_profile(
    "same",
    deadline=None,
    derandomize=True,
    report_multiple_bugs=False,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    # Tests share a registry that no example changes.
    suppress_health_check=list(HealthCheck),
)
hypothesis_settings.register_profile(
    "wild", hypothesis_settings.get_profile("same"), derandomize=False
)
hypothesis_settings.load_profile("same")


# What a test asks for if it may reach the database: pytest-django refuses all others.
OF_THE_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--needing-database",
        action="store_true",
        help="leave out tests that go the same way on any database",
    )


def needs_database(item: pytest.Item) -> bool:
    """Say whether a test can end in another way on another database."""
    asks = item.get_closest_marker("django_db") or OF_THE_DATABASE & set(
        item.fixturenames
    )
    return bool(asks) and not item.get_closest_marker("any_database")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test after its argument where the value is bytes.

    A packed file holds the time of its packing: two workers that collect tests in
    different seconds would give the same test two names.
    """
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if config.getoption("--needing-database"):
        left_out = [item for item in items if not needs_database(item)]
        items[:] = [item for item in items if needs_database(item)]
        config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test marked `no_cover` run at its full speed.

    pytest-cov takes back its own hand only: coverage also watches each worker as a
    process that was started.
    """
    if not item.get_closest_marker("no_cover"):
        return (yield)
    watching = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(watching)


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
    forget()
    most_read.forget()


@pytest.fixture(autouse=True)
def _own_var_folder(settings, tmp_path):
    """Keep derived files, such as the search index, apart for every test."""
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    # WhiteNoise warns of a folder that is not there, as in a fresh clone.
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory) -> Path:
    """Return where an SQLite file stands, or may be put, as the migrations make it.

    They take seconds, and many tests serve a database of their own.
    """
    file = tmp_path_factory.mktemp("migrated") / "registry.sqlite3"
    # Where no test needs a database, the one of the settings is left in place.
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(file)])
    return file


@pytest.fixture(scope="session")
def migrate(request: pytest.FixtureRequest) -> Callable[[Mapping[str, str]], None]:
    """Give the database of an environment its tables.

    Who serves an SQLite file of its own does not thereby ask for the test's database.
    """

    def migrate(environment: Mapping[str, str]) -> None:
        kind, _, file = environment["DATABASE_URL"].partition(":///")
        if kind != "sqlite":
            # It is the test's own.
            return
        migrated = request.getfixturevalue("django_db_setup")
        if not migrated.exists():
            of_its_own = environment_of(migrated.parent, **sqlite_in(migrated.parent))
            manage(of_its_own, "migrate", "--verbosity=0")
        shutil.copy(migrated, file)

    return migrate
