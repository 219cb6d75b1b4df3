"""Many keys in a query, as one parameter of it."""

import json
from collections.abc import Iterable

from django.db.models import BooleanField, F, Func


class HasKeyAmong(Func):
    """A condition for `filter`: the record's key is one of these.

    A parameter for each key makes a query that takes longer to read than to answer,
    and a database takes only so many.
    """

    output_field = BooleanField()

    def __init__(self, keys: Iterable[int]):
        super().__init__(F("pk"))
        self.keys = sorted(keys)

    def as_sqlite(self, compiler, connection, **context):
        key, parameters = compiler.compile(self.source_expressions[0])
        # The sign keeps SQLite from looking all keys up again for each row of a join.
        return (
            f"+{key} IN (SELECT value FROM json_each(%s))",  # noqa: S608  a column
            [*parameters, json.dumps(self.keys)],
        )

    def as_postgresql(self, compiler, connection, **context):
        key, parameters = compiler.compile(self.source_expressions[0])
        return f"{key} = ANY(%s::bigint[])", [*parameters, self.keys]
