"""Inserts many rows at once, past what Django does for each batch of records.

`bulk_create` puts together a statement for every few dozen records, which takes longer
than the database with its rows: it is for records whose keys are asked for. Meanwhile
SQLite lets nobody else write.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def insert_rows(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows with every field of each, as the database takes their values.

    They are taken from `rows` while the database works, which may not ask it anything.
    """
    names = [field.name for field in _fields(model)]
    _insert(model, ([row[name] for name in names] for row in rows))


def insert_records(model: type[models.Model], records: Sequence[Any]) -> None:
    """Insert new records. They are not told their keys."""
    fields = _fields(model)
    # Before the first row goes: a default may ask the database.
    values = [
        [f.get_db_prep_save(f.pre_save(record, True), connection) for f in fields]
        for record in records
    ]
    if values:
        _insert(model, values)


def _fields(model: type[models.Model]) -> list[Any]:
    return [f for f in model._meta.concrete_fields if not f.primary_key]


def _insert(model: type[models.Model], values: Any) -> None:
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = ", ".join(quote(str(f.column)) for f in _fields(model))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            copying = f"COPY {table} ({columns}) FROM STDIN"
            with connection.wrap_database_errors, cursor.copy(copying) as copy:
                for value in values:
                    copy.write_row(value)
            return
        marks = ", ".join(["%s"] * len(_fields(model)))
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608 - our own names
            values,
        )
