"""Values of profiles and facts as statements write them: records by their key.

A translated field stands under its languages (`name_fr`), never under its own name.
"""

from typing import Any

from django.db import models

from profiles.content import content_fields
from profiles.models import Fact
from profiles.models.base import ReferenceRecord

_POSITION = "position"
_EMPTY: tuple[Any, ...] = (None, "", [])


class UnknownRecord(LookupError):
    """Raised for a key that no record has."""

    def __init__(self, model: type[models.Model], key: Any):
        self.model = model
        self.key = key
        super().__init__(f"{model._meta.verbose_name}: {key}")


class Keys:
    """Reference records by their key, those of each model read when first asked for."""

    def __init__(self):
        self._records: dict[type[models.Model], dict[str, Any]] = {}
        self._keys: dict[Any, dict[int, Any]] = {}

    def record(self, model: type[models.Model], key: Any) -> Any:
        """Return the record with this key. Raises UnknownRecord."""
        self._read(model)
        try:
            return self._records[model][str(key)]
        except KeyError:
            raise UnknownRecord(model, key) from None

    def pk(self, model: type[models.Model], key: Any) -> int:
        """Return the pk of the record with this key. Raises UnknownRecord."""
        return self.record(model, key).pk

    def key(self, model: type[models.Model], pk: int) -> Any:
        self._read(model)
        return self._keys[model][pk]

    def learn(self, record: ReferenceRecord) -> None:
        """Take in a record that will be made."""
        self._read(type(record))
        key = getattr(record, record.natural_key_field)
        self._records[type(record)][str(key)] = record

    def learn_pk(self, record: ReferenceRecord) -> None:
        """Take in the pk of a record that was made just now."""
        key = getattr(record, record.natural_key_field)
        self._keys[type(record)][record.pk] = key

    def are_current(self) -> bool:
        """Have all records that were read the same keys still, and none been added?"""
        return all(
            keys
            == dict(model._default_manager.values_list("pk", model.natural_key_field))
            for model, keys in self._keys.items()
        )

    def _read(self, model: Any) -> None:
        if model in self._keys:
            return
        found = list(model._default_manager.all())
        field = model.natural_key_field
        self._keys[model] = {record.pk: getattr(record, field) for record in found}
        self._records[model] = {str(getattr(record, field)): record for record in found}


def values_of(record: models.Model, keys: Keys) -> dict[str, Any]:
    """Return the content of a profile or fact; many records as a sorted list of keys.

    What is empty is left out, so that two records say the same when their values do.
    The position of a fact is not content.
    """
    values = columns_of(record, keys)
    for many in type(record)._meta.many_to_many:
        pks = getattr(record, many.name).values_list("pk", flat=True)
        if found := sorted(keys.key(many.related_model, pk) for pk in pks):
            values[many.name] = found
    return values


def columns_of(record: models.Model, keys: Keys) -> dict[str, Any]:
    """Return what `values_of` does of a record that need not be saved, without the
    fields of several records."""
    values: dict[str, Any] = {}
    column: Any
    for column in content_fields(type(record)):
        value = getattr(record, column.attname)
        if value in (None, "") or column.name == _POSITION:
            continue
        if column.is_relation:
            value = keys.key(column.related_model, value)
        values[column.name] = value
    return values


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty, as `values_of` does."""
    return {name: value for name, value in values.items() if value not in _EMPTY}


def value_of(record: models.Model, name: str, keys: Keys) -> Any:
    """Return one field of a record as `values_of` does; None when it is empty."""
    column: Any = type(record)._meta.get_field(name)
    if column.many_to_many:
        pks = getattr(record, name).values_list("pk", flat=True)
        return sorted(keys.key(column.related_model, pk) for pk in pks) or None
    value = getattr(record, column.attname)
    if value in (None, ""):
        return None
    return keys.key(column.related_model, value) if column.is_relation else value


def set_values(record: models.Model, values: dict[str, Any], keys: Keys) -> None:
    """Set fields of a record that is not saved yet. Raises UnknownRecord.

    Fields of several records are left for `set_many`, once the record has a pk.
    """
    for name, value in values.items():
        column: Any = type(record)._meta.get_field(name)
        if column.many_to_many:
            for key in value or ():
                keys.pk(column.related_model, key)
        elif column.is_relation:
            related = None if value in (None, "") else value
            # The record, not its pk: it is named in the log of each change.
            setattr(
                record, name, related and keys.record(column.related_model, related)
            )
        else:
            # An empty text is "", a term that is not given its default.
            setattr(record, name, column.get_default() if value is None else value)


def set_many(record: models.Model, values: dict[str, Any], keys: Keys) -> None:
    """Set the fields of several records of a record that is saved."""
    for many in type(record)._meta.many_to_many:
        if many.name in values:
            pks = [keys.pk(many.related_model, key) for key in values[many.name] or ()]
            getattr(record, many.name).set(pks)


def same(one: Any, other: Any) -> bool:
    """Do two values of a field say the same? An empty one is None or ""."""
    if isinstance(one, list | tuple) or isinstance(other, list | tuple):
        return sorted(map(str, one or ())) == sorted(map(str, other or ()))
    return _plain(one) == _plain(other)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def next_position(kind: type[Fact], profile: Any) -> int:
    """Return where a new fact stands last: beside those that nobody has ordered."""
    facts = kind._default_manager.filter(profile=profile)  # type: ignore[misc]
    return facts.aggregate(last=models.Max("position"))["last"] or 0
