"""The changes of imports and bulk edits in the words of the forms: 'role: Member'."""

from typing import Any

from django.db.models import Model
from django.utils.text import capfirst

from profiles.keyed_values import KeyedRecord
from profiles.models import Mechanism, Profile
from profiles.wording import field_of, value_in_words
from surveys.statements import model_of


def _kind_of(target: str) -> type[Model] | None:
    """Return the model of a target, None for a kind that is no longer there."""
    try:
        return model_of(target)
    except (LookupError, ValueError):
        return None


class Wording:
    """Names the kind, the fields and the values of a change as the forms do.

    The names of each kind of record are read once, when first needed.
    """

    def __init__(self) -> None:
        self._names: dict[type[Model], dict[str, str]] = {}

    def kind(self, target: str) -> str:
        model = _kind_of(target)
        if model is None:
            return target
        return capfirst(str(model._meta.verbose_name))

    def field(self, target: str, name: str) -> str:
        field = field_of(_kind_of(target), name)
        return capfirst(str(getattr(field, "verbose_name", name)))

    def value(self, target: str, name: str, value: Any) -> str:
        """Return a value of a statement or a change in words."""
        return value_in_words(field_of(_kind_of(target), name), value, self.record)

    def fact(self, fact: KeyedRecord, target: str) -> str:
        """Return what a fact is about: 'Panama, Member'."""
        values = {name: fact.value(name) for name in type(fact.record).identified_by}
        said = (self.value(target, name, value) for name, value in values.items())
        return ", ".join(filter(None, said))

    def pairs(
        self, target: str, before: dict[str, Any], after: dict[str, Any]
    ) -> list[tuple[str, str, str]]:
        """Return label, old and new value of each field that has either value."""
        found = []
        for name in dict.fromkeys([*before, *after]):
            old = self.value(target, name, before.get(name))
            new = self.value(target, name, after.get(name))
            if old or new:
                found.append((self.field(target, name), old, new))
        return found

    def record(self, model: type[Model], key: Any) -> str:
        """Return the name of the record with this natural key, else the key."""
        if model not in self._names:
            self._names[model] = _names_of(model)
        return self._names[model].get(str(key), str(key))


def _names_of(model: Any) -> dict[str, str]:
    """Return the names of all records of a kind by their natural keys."""
    if model is Mechanism:
        editions = Profile.objects.select_related("mechanism").order_by("edition")
        return {edition.mechanism.slug: edition.short_name for edition in editions}
    column = getattr(model, "natural_key_field", "pk")
    return {
        str(getattr(record, column)): str(record)
        for record in model._default_manager.all()
    }
