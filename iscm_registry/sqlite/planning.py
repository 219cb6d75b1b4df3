"""What SQLite knows of its tables when it plans how to answer.

Without it SQLite guesses, and with a hundred times the data it guesses wrong: it went
through all published mechanisms to find twenty-five seats by their keys. PostgreSQL
looks at its tables by itself.
"""

from django.db import connection

ROWS_LOOKED_AT = 1000
"""Of each index: enough to tell few from many, and quick however large a table is."""


def look_at_tables() -> None:
    """Have SQLite count what its tables and indexes hold; do nothing elsewhere."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
        cursor.execute("ANALYZE")
