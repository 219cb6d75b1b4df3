"""Which disputed field a value that differs belongs to, and how it reads.

Only what an AlternativeValue can say is kept beside the preferred value; the rest is
a conflict that a person has to look at.
"""

from functools import cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from profiles.models import AlternativeValue, Mechanism, Profile
from surveys.comparing.bases import model_of
from surveys.statements import PROFILE

ALTERNATIVE = AlternativeValue._meta.label_lower

_LONGEST = AlternativeValue._meta.get_field("value").max_length or 0


def disputed_field(target: str, name: str, values: dict[str, Any]) -> str:
    """Return the DisputedField of a field, "" if alternative values know none."""
    if target == PROFILE:
        text, _underscore, language = name.rpartition("_")
        is_translated = language in settings.MODELTRANSLATION_LANGUAGES
        return Profile.disputed_as.get(text if is_translated else name, "")
    return model_of(target).disputed_field(values)  # type: ignore[attr-defined]


class Words:
    """Says values in English, as alternative values keep them. Names are read once."""

    def __init__(self, models_named: set[type[models.Model]]):
        self._names: dict[type[models.Model], dict[str, str]] = {}
        for model in models_named:
            key = getattr(model, "natural_key_field", "")
            if key and any(f.name == "name_en" for f in model._meta.fields):
                self._names[model] = dict(
                    model._default_manager.values_list(key, "name_en")
                )
        self.mechanisms: dict[str, str] = {}
        self._alternatives: dict[tuple[str, ...], str] = {}
        self._labels: dict[tuple[str, ...], str] = {}

    def value(self, target: str, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return ", ".join(self.value(target, name, one) for one in value)
        related, terms = _meaning(target, name)
        if related is Mechanism:
            return self.mechanisms.get(value, str(value))
        if related is not None:
            return self._names.get(related, {}).get(value) or str(value)
        return str(terms.get(value, value))

    def fact(self, target: str, key: tuple[str, ...], values: dict[str, Any]) -> str:
        """Return what a fact is about, from the fields by which it is found."""
        said = [
            self.value(target, name, values[name])
            for name in key
            if not isinstance(values.get(name), bool | None)
        ]
        return ", ".join(filter(None, said))

    def alternative(
        self, target: str, key: tuple[str, ...], values: dict[str, Any], name: str
    ) -> str:
        """Return the words of an alternative value; "" when it cannot hold them."""
        asked = (target, name, repr(values))
        if asked not in self._alternatives:
            said = self._alternative(target, key, values, name)
            self._alternatives[asked] = said if len(said) <= _LONGEST else ""
        return self._alternatives[asked]

    def _alternative(
        self, target: str, key: tuple[str, ...], values: dict[str, Any], name: str
    ) -> str:
        with override("en"):
            said = self.value(target, name, values[name])
            if target != PROFILE:
                said = _("%(what)s – %(field)s: %(value)s") % {
                    "what": self.fact(target, key, values),
                    "field": field_label(target, name),
                    "value": said,
                }
        return " ".join(said.split())

    def label(self, target: str, key: tuple[str, ...], values: dict[str, Any]) -> str:
        """Return a short label of what a change is about."""
        about = next(iter(values)) if target == PROFILE else ""
        asked = (target, about, *(str(values.get(name)) for name in key))
        if asked not in self._labels:
            self._labels[asked] = self._label(target, key, values)
        return self._labels[asked]

    def _label(self, target: str, key: tuple[str, ...], values: dict[str, Any]) -> str:
        if target == PROFILE:
            return capfirst(field_label(target, next(iter(values))))
        kind = capfirst(str(model_of(target)._meta.verbose_name))
        what = self.fact(target, key, values)
        return _("%(kind)s: %(what)s") % {"kind": kind, "what": what} if what else kind


@cache
def _meaning(target: str, name: str) -> tuple[type[models.Model] | None, dict]:
    """Return the model whose record a field names, and its terms."""
    f: Any = model_of(target)._meta.get_field(name)
    return f.related_model, {} if f.is_relation else dict(f.flatchoices)


def field_label(target: str, name: str) -> str:
    return str(model_of(target)._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
