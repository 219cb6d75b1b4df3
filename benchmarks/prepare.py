"""Fills the database that the environment names with many times the registry.

    python -m benchmarks.prepare 20

The database is emptied first, unless people have accounts in it.

Leaves `plan.json` in VAR_DIR: which addresses to measure, how many queries each public
page takes, and what database it is.
"""

# ruff: noqa: E402 - Django must be set up before models can be imported.
import io
import json
import sys
from pathlib import Path

import django

django.setup()

from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.pages import every_page, some_records
from benchmarks.scale import multiply
from iscm_registry import search
from iscm_registry.sqlite.planning import look_at_tables


def load_afresh() -> None:
    """Leave the registry in the database, and nothing else.

    Exits where people have accounts: that registry is in use.
    """
    accounts = User._meta.db_table in connection.introspection.table_names()
    if accounts and User.objects.exists():
        sys.exit(f"{connection.settings_dict['NAME']}: people have accounts there.")
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    registry = settings.BASE_DIR / "fixtures" / "registry"
    call_command("load_registry", str(registry), stdout=io.StringIO())
    call_command("load_questionnaires", stdout=io.StringIO())
    call_command("load_rounds", stdout=io.StringIO())


def prepare(factor: int) -> None:
    load_afresh()
    multiply(factor)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    look_at_tables()
    search.build_index()
    call_command("collectstatic", interactive=False, verbosity=0)
    pages = every_page()
    plan = {
        "records": some_records(),
        "pages": pages,
        "queries": {name: queries_of(path) for name, path in pages.items()},
        "database": f"{connection.display_name} {database_version()}",
    }
    Path(settings.VAR_DIR, "plan.json").write_text(json.dumps(plan))


def database_version() -> str:
    return ".".join(map(str, connection.get_database_version()))


def queries_of(path: str) -> int:
    Client().get(path)  # what is read once per process is not the page's
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as captured:
        answer = Client().get(path)
    if answer.status_code != 200:
        sys.exit(f"{path}: HTTP {answer.status_code}")
    return len(captured)


if __name__ == "__main__":
    prepare(int(sys.argv[1]))
