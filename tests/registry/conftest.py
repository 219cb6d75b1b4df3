"""The registry as it is, for the tests that read it."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from tests.registry.registry_folder import WHOLE


@pytest.fixture(scope="module")
def registry(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The whole registry, loaded once for the tests of a file."""
    with django_db_blocker.unblock():
        call_command("load_registry", str(WHOLE), verbosity=0)
        if connection.vendor == "postgresql":
            # The tests before have left rows that are dead and statistics of tables
            # that were empty, with which a page takes seconds.
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        yield
        call_command("flush", interactive=False, verbosity=0)
