"""Databases of earlier releases: the test database is taken back, and migrated again.

A test that does so is marked `django_db(transaction=True)`.
"""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate(*targets):
    """Migrate to these migrations, else to the last ones; return the apps as they were.

    Targets are pairs of an app and a migration.
    """
    executor = MigrationExecutor(connection)
    wanted = [*targets] or executor.loader.graph.leaf_nodes()
    executor.migrate(wanted)
    return executor.loader.project_state(wanted).apps
