"""Many keys in a query, as one parameter of it."""

import json
from collections.abc import Iterable

from django.db.models import BigIntegerField
from django.db.models.expressions import Expression


class KeyList(Expression):
    """The keys of records, for the right side of `__in`.

    A parameter for each key makes a query that takes longer to read than to answer,
    and a database takes only so many.
    """

    def __init__(self, keys: Iterable[int]):
        super().__init__(output_field=BigIntegerField())
        self.keys = sorted(keys)

    def as_sqlite(self, compiler, connection, **context):
        return "(SELECT value FROM json_each(%s))", [json.dumps(self.keys)]

    def as_postgresql(self, compiler, connection, **context):
        return "(SELECT unnest(%s::bigint[]))", [self.keys]
