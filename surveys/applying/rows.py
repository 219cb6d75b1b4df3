"""Rows of a table that are made ready before a transaction and inserted within it.

While the transaction of an import is open, SQLite lets nobody else write. What Django
does for each record that it saves, one by one or with `bulk_create`, takes many times
as long as the database with the row: so it is done before.
"""

from functools import cached_property
from typing import Any

from django.db import connection, models


class Rows:
    """The new rows of a table, in the order in which they will be inserted.

    `shared` are the values that all rows have which are added without a record.
    """

    def __init__(self, model: type[models.Model], **shared: Any):
        self.model = model
        self._fields: list[Any] = [
            f for f in model._meta.concrete_fields if not f.primary_key
        ]
        self._by_name = {f.name: f for f in self._fields}
        self._given = shared
        self._rows: list[dict[str, Any]] = []

    @cached_property
    def _shared(self) -> dict[str, Any]:
        return self._as_stored(self.model(**self._given))

    def add(self, record: models.Model) -> dict[str, Any]:
        """Take in an unsaved record, and return its row: database values by field.

        What only the transaction knows, such as keys, is set there with `set_in`.
        """
        self._rows.append(self._as_stored(record))
        return self._rows[-1]

    def add_values(self, **values: Any) -> dict[str, Any]:
        """Take in a row without a record, which costs as much as all else, and return
        it as `add` does. The shared values fill it up, and the fields' defaults."""
        self._rows.append(self._shared | self._all_stored(values))
        return self._rows[-1]

    def set_in(self, row: dict[str, Any], **values: Any) -> None:
        row |= self._all_stored(values)

    def set_in_all(self, **values: Any) -> None:
        stored = self._all_stored(values)
        for row in self._rows:
            row |= stored

    def _as_stored(self, record: models.Model) -> dict[str, Any]:
        return {f.name: _stored(f, f.pre_save(record, True)) for f in self._fields}

    def _all_stored(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            name: _stored(self._by_name[name], value) for name, value in values.items()
        }

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
