"""What imports did, or would do, in the words of the forms: 'role: Member'."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.text import capfirst

from profiles.models import Mechanism, Profile
from profiles.wording import field_of, value_in_words
from surveys.statements import PROFILE


def model_of(target: str) -> type[Model] | None:
    """Return the kind of record that a target names, None if it names none."""
    if target == PROFILE:
        return Profile
    try:
        return apps.get_model(target)
    except (LookupError, ValueError):
        return None


class Wording:
    """Says what a change is about, and its values as a reader knows them.

    Names of records are read once for each kind of record that is asked for.
    """

    def __init__(self) -> None:
        self._names: dict[type[Model], dict[str, str]] = {}

    def kind(self, target: str) -> str:
        model = model_of(target)
        if model is None:
            return target
        return capfirst(str(model._meta.verbose_name))

    def field(self, target: str, name: str) -> str:
        field = field_of(model_of(target), name)
        return capfirst(str(getattr(field, "verbose_name", name)))

    def value(self, target: str, name: str, value: Any) -> str:
        """Return a value that a statement or a change holds, as people say it."""
        return value_in_words(field_of(model_of(target), name), value, self.record)

    def pairs(
        self, target: str, before: dict[str, Any], after: dict[str, Any]
    ) -> list[tuple[str, str, str]]:
        """Return label, old and new value of every field, without empty pairs."""
        found = []
        for name in dict.fromkeys([*before, *after]):
            old = self.value(target, name, before.get(name))
            new = self.value(target, name, after.get(name))
            if old or new:
                found.append((self.field(target, name), old, new))
        return found

    def record(self, model: type[Model], key: Any) -> str:
        """Return what people call a record, by its natural key."""
        if model not in self._names:
            self._names[model] = _names_of(model)
        return self._names[model].get(str(key), str(key))


def _names_of(model: Any) -> dict[str, str]:
    """Return how people call every record of a kind, by its natural key."""
    if model is Mechanism:
        editions = Profile.objects.select_related("mechanism").order_by("edition")
        return {edition.mechanism.slug: edition.short_name for edition in editions}
    column = getattr(model, "natural_key_field", "pk")
    return {
        str(getattr(record, column)): str(record)
        for record in model._default_manager.all()
    }
