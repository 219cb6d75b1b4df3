"""Rows of a table that are made ready before a transaction and inserted within it.

While the transaction of an import is open, SQLite lets nobody else write. What Django
does for each record that it saves, one by one or with `bulk_create`, takes many times
as long as the database with the row: so it is done before.
"""

from typing import Any

from django.db import connection, models


class Rows:
    """The new rows of a table, in the order in which they will be inserted."""

    def __init__(self, model: type[models.Model]):
        self.model = model
        self._fields: list[Any] = [
            f for f in model._meta.concrete_fields if not f.primary_key
        ]
        self._rows: list[dict[str, Any]] = []

    def add(self, record: models.Model) -> dict[str, Any]:
        """Take in an unsaved record, and return its row: database values by field.

        What only the transaction knows, such as keys, is set there with `set_in`.
        """
        row = {f.name: _stored(f, f.pre_save(record, True)) for f in self._fields}
        self._rows.append(row)
        return row

    def set_in(self, row: dict[str, Any], **values: Any) -> None:
        row |= self._all_stored(values)

    def set_in_all(self, **values: Any) -> None:
        stored = self._all_stored(values)
        for row in self._rows:
            row |= stored

    def _all_stored(self, values: dict[str, Any]) -> dict[str, Any]:
        field = self.model._meta.get_field
        return {name: _stored(field(name), value) for name, value in values.items()}

    def insert(self) -> None:
        if not self._rows:
            return
        quote = connection.ops.quote_name
        columns = ", ".join(quote(f.column) for f in self._fields)
        marks = ", ".join(["%s"] * len(self._fields))
        table = quote(self.model._meta.db_table)
        names = [f.name for f in self._fields]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608 - our own names
                [[row[name] for name in names] for row in self._rows],
            )


def _stored(f: Any, value: Any) -> Any:
    return f.get_db_prep_save(value, connection)
