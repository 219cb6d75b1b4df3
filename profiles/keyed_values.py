"""Values of editions, facts and reference records, with other records as their keys.

Files, suggestions and surveys name a record by its natural key: a State's alpha-3 code,
a slug. A text kept in several languages stands under its columns (`name_fr`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from profiles.content import content_fields

_EMPTY: tuple[Any, ...] = (None, "", [])


class UnknownRecord(LookupError):
    """Raised for a key that no record has."""

    def __init__(self, model: type[models.Model], key: Any):
        self.model = model
        self.key = key
        super().__init__(f"{model._meta.verbose_name}: {key}")


class NaturalKeys:
    """Finds records by their natural keys and keys by their records.

    All records of a model are read when the first of them is asked for.
    """

    def __init__(self) -> None:
        self._records: dict[Any, dict[str, Any]] = {}
        self._keys: dict[Any, dict[Any, str]] = {}
        self._announced: dict[Any, set[str]] = defaultdict(set)

    def record(self, model: Any, key: Any) -> Any:
        """Return the record with this natural key. Raises UnknownRecord."""
        self._read(model)
        try:
            return self._records[model][str(key)]
        except KeyError:
            raise UnknownRecord(model, key) from None

    def pk(self, model: Any, key: Any) -> Any:
        """Return the primary key of the record with this natural key.

        Raises UnknownRecord.
        """
        return self.record(model, key).pk

    def key(self, model: Any, pk: Any) -> str | None:
        """Return the natural key of a record; None for no record."""
        self._read(model)
        return self._keys[model].get(pk)

    def records(self, model: Any) -> list[Any]:
        """Return all records of a model, in the order of their lists."""
        self._read(model)
        return [*self._records[model].values()]

    def announce(self, record: Any) -> None:
        """Let a record be found that is not saved yet."""
        model = type(record)
        self._read(model)
        key = str(getattr(record, model.natural_key_field))
        self._records[model][key] = record
        self._announced[model].add(key)

    def still_hold(self) -> bool:
        """Tell whether the records that were read have their keys still, and nobody
        else made those that were announced. One query for each model."""
        for model, keys in self._keys.items():
            pairs = model._default_manager.values_list("pk", model.natural_key_field)
            now = {pk: str(key) for pk, key in pairs}
            if not keys.items() <= now.items():
                return False
            if not self._announced[model].isdisjoint(now.values()):
                return False
        return True

    def _read(self, model: Any) -> None:
        if model in self._keys:
            return
        name = model.natural_key_field
        found = {str(getattr(r, name)): r for r in model._default_manager.all()}
        self._records[model] = found
        self._keys[model] = {record.pk: key for key, record in found.items()}


class KeyedRecord:
    """A record, saved or not, whose values are read and set by natural key.

    A field of several records is a sorted list of their keys. It is kept here, read
    from the database when first asked for, until `save_many` writes it.
    """

    __slots__ = ("keys", "many", "record")

    def __init__(
        self,
        record: Any,
        keys: NaturalKeys,
        many: dict[str, list[str]] | None = None,
    ):
        self.record = record
        self.keys = keys
        self.many = {} if many is None else many

    def value(self, name: str) -> Any:
        """Return the value of a field; None, "" or [] when it is empty."""
        f = self.record._meta.get_field(name)
        return self._many(f) if f.many_to_many else value_of(self.record, f, self.keys)

    def set(self, values: dict[str, Any]) -> None:
        """Set fields of the record, none of them in the database. An empty value is a
        text's "", another field's default.

        Raises UnknownRecord, and has set nothing then.
        """
        record, meta, keys = self.record, self.record._meta, self.keys
        columns, many = {}, {}
        for name, value in values.items():
            f = meta.get_field(name)
            if f.many_to_many:
                many[name] = sorted({*(value or ())})
                for key in many[name]:
                    keys.record(f.related_model, key)
            elif f.is_relation:
                is_empty = value in (None, "")
                # The record and not its pk: the audit log names it.
                columns[name] = (
                    None if is_empty else keys.record(f.related_model, value)
                )
            else:
                columns[name] = stored_value(f, value)
        for name, value in columns.items():
            setattr(record, name, value)
        self.many |= many

    def content(self) -> dict[str, Any]:
        """Return all that the record says. Fields that are empty, and the position of
        a fact, are left out: two records say the same when their contents are equal."""
        record, keys = self.record, self.keys
        said = {
            f.name: value_of(record, f, keys)
            for f in content_fields(type(record))
            if f.name != "position"
        }
        said |= {f.name: self._many(f) for f in record._meta.many_to_many}
        return without_empty(said)

    def save_many(self, names: Iterable[str]) -> None:
        """Write those of these fields that hold several records; `record` is saved."""
        for f in self.record._meta.many_to_many:
            if f.name in names:
                pks = [self.keys.pk(f.related_model, key) for key in self._many(f)]
                getattr(self.record, f.name).set(pks)

    def _many(self, f: Any) -> list[str]:
        if f.name not in self.many:
            self.many[f.name] = (
                sorted(_keys_by_owner(f, [self.record], self.keys)[self.record.pk])
                if self.record.pk is not None
                else []
            )
        return self.many[f.name]


def without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in _EMPTY}


def many_of(
    records: Sequence[models.Model], keys: NaturalKeys
) -> list[dict[str, list[str]]]:
    """Return the fields of several records of each of these records of one model.

    One query for each field.
    """
    if not records:
        return []
    fields = records[0]._meta.many_to_many
    found = {f.name: _keys_by_owner(f, records, keys) for f in fields}
    return [
        {name: sorted(of[record.pk]) for name, of in found.items()}
        for record in records
    ]


def read_values(
    records: Sequence[models.Model], names: Iterable[str], keys: NaturalKeys
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


def value_of(record: models.Model, f: Any, keys: NaturalKeys) -> Any:
    """Return the value of a field of one record or none."""
    if f.is_relation:
        # A record that is named, but not saved yet, has its key already.
        named = record._state.fields_cache.get(f.name)
        if named is not None:
            return str(getattr(named, f.related_model.natural_key_field))
        return keys.key(f.related_model, getattr(record, f.attname))
    value = getattr(record, f.attname)
    # A text that was never given in a language is NULL, one left empty in a form "".
    return "" if value is None and f.empty_strings_allowed else value


def stored_value(f: Any, value: Any) -> Any:
    """Return what a record holds for a value that is no record."""
    if value is None:
        return f.get_default()
    return None if value == "" and f.null else value


def for_model(
    model: type[models.Model], values: dict[str, Any], keys: NaturalKeys
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
            found[name] = stored_value(f, value)
    return found


def write_many(
    pairs: Iterable[tuple[models.Model, dict[str, Any]]], name: str, keys: NaturalKeys
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
        for key in sorted(values[name], key=as_number)
    )


def _keys_by_owner(
    f: Any, records: Iterable[models.Model], keys: NaturalKeys
) -> defaultdict[Any, set[str]]:
    found: defaultdict[Any, set[str]] = defaultdict(set)
    own, other = f.m2m_column_name(), f.m2m_reverse_name()
    rows = f.remote_field.through._default_manager.filter(
        **{f"{own}__in": [record.pk for record in records]}
    )
    for owner, named in rows.values_list(own, other):
        found[owner].add(keys.key(f.related_model, named) or "")
    return found


def as_number(key: str) -> tuple[int, str]:
    """Return what to sort natural keys by: GCM objectives are numbered, 9 before 10."""
    return (int(key) if key.isdigit() else 0, key)
