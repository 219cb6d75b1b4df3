"""Values of editions, facts and reference records, with other records as their keys.

Files, suggestions and surveys name a record by its natural key: a State's alpha-3 code,
a slug. A text kept in several languages stands under its columns (`name_fr`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models


class UnknownRecord(LookupError):
    """Raised for a key that no record has."""

    def __init__(self, model: type[models.Model], key: Any):
        self.model = model
        self.key = key
        super().__init__(f"{model._meta.verbose_name}: {key}")


class Keys:
    """The natural keys of records, as text; those of a model are read when first asked
    for."""

    def __init__(self) -> None:
        self._pks: dict[Any, dict[str, Any]] = {}
        self._keys: dict[Any, dict[Any, str]] = {}

    def pk(self, model: type[models.Model], key: Any) -> Any:
        """Return the primary key of the record with this natural key.

        Raises UnknownRecord.
        """
        self._read(model)
        try:
            return self._pks[model][str(key)]
        except KeyError:
            raise UnknownRecord(model, key) from None

    def key(self, model: type[models.Model], pk: Any) -> str | None:
        """Return the natural key of a record; None for no record."""
        self._read(model)
        return self._keys[model].get(pk)

    def _read(self, model: Any) -> None:
        if model in self._pks:
            return
        pairs = model._default_manager.values_list(model.natural_key_field, "pk")
        self._pks[model] = {str(key): pk for key, pk in pairs}
        self._keys[model] = {pk: key for key, pk in self._pks[model].items()}


def read_values(
    records: Sequence[models.Model], names: Iterable[str], keys: Keys
) -> list[dict[str, Any]]:
    """Return the values of these fields of records of one model, a dict a record.

    One record is its key, several are a frozenset of keys, an empty text is "". A query
    for each field of several records, and one for each model that is named.
    """
    if not records:
        return []
    fields: list[Any] = [records[0]._meta.get_field(name) for name in names]
    many = {f.name: _keys_by_owner(f, records, keys) for f in fields if f.many_to_many}
    return [
        {
            f.name: frozenset(many[f.name][record.pk])
            if f.many_to_many
            else value_of(record, f, keys)
            for f in fields
        }
        for record in records
    ]


def value_of(record: models.Model, f: Any, keys: Keys) -> Any:
    """Return the value of a field of one record or none."""
    value = getattr(record, f.attname)
    if f.is_relation:
        return keys.key(f.related_model, value)
    # A text that was never given in a language is NULL, one left empty in a form "".
    return "" if value is None and f.empty_strings_allowed else value


def for_model(
    model: type[models.Model], values: dict[str, Any], keys: Keys
) -> dict[str, Any]:
    """Return values as the model's constructor takes them, without several records.

    Raises UnknownRecord.
    """
    found = {}
    for name, value in values.items():
        f: Any = model._meta.get_field(name)
        if f.many_to_many:
            continue
        if f.is_relation:
            found[f.attname] = (
                None if value in (None, "") else keys.pk(f.related_model, value)
            )
        else:
            found[name] = None if value == "" and f.null else value
    return found


def write_many(
    pairs: Iterable[tuple[models.Model, dict[str, Any]]], name: str, keys: Keys
) -> None:
    """Write a field of several records of saved records: each with its values.

    Raises UnknownRecord.
    """
    pairs = list(pairs)
    if not pairs:
        return
    f: Any = pairs[0][0]._meta.get_field(name)
    through = f.remote_field.through
    own, other = f.m2m_column_name(), f.m2m_reverse_name()
    through._default_manager.filter(
        **{f"{own}__in": [record.pk for record, _values in pairs]}
    ).delete()
    through._default_manager.bulk_create(
        through(**{own: record.pk, other: keys.pk(f.related_model, key)})
        for record, values in pairs
        for key in sorted(values[name], key=_as_number)
    )


def _keys_by_owner(
    f: Any, records: Iterable[models.Model], keys: Keys
) -> defaultdict[Any, set[str]]:
    found: defaultdict[Any, set[str]] = defaultdict(set)
    through = f.remote_field.through._default_manager
    rows = through.values_list(f.m2m_column_name(), f.m2m_reverse_name())
    owners = {record.pk for record in records}
    for owner, other in rows:
        if owner in owners:
            found[owner].add(keys.key(f.related_model, other) or "")
    return found


def _as_number(key: str) -> tuple[int, str]:
    # GCM objectives are numbered: 9 comes before 10.
    return (int(key) if key.isdigit() else 0, key)
