"""What a planned change is about, and how a value reads as an alternative value."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from profiles.keyed_values import NaturalKeys, UnknownRecord
from profiles.models import AlternativeValue, Mechanism, Profile
from profiles.wording import value_in_words
from surveys.statements import PROFILE, Statement, model_of

_LONGEST = AlternativeValue._meta.get_field("value").max_length or 0


def disputed_field(target: str, name: str, values: dict[str, Any]) -> str:
    """Return the DisputedField of a field, "" if alternative values know none."""
    if target == PROFILE:
        text, _underscore, language = name.rpartition("_")
        is_translated = language in settings.MODELTRANSLATION_LANGUAGES
        return Profile.disputed_as.get(text if is_translated else name, "")
    return model_of(target).disputed_field(values)  # type: ignore[attr-defined]


class Labels:
    """Says in words what statements state; records have their English names.

    `mechanisms` are the names of mechanisms by their slug.
    """

    def __init__(self, keys: NaturalKeys, mechanisms: dict[str, str]):
        self._keys = keys
        self._mechanisms = mechanisms
        self._alternatives: dict[tuple[str, ...], str] = {}
        self._labels: dict[tuple[str, ...], str] = {}

    def label(self, target: str, key: tuple[str, ...], values: dict[str, Any]) -> str:
        """Return a short label of what a change is about: 'Membership: Panama'."""
        about = next(iter(values)) if target == PROFILE else ""
        asked = (target, about, *(str(values.get(name)) for name in key))
        if asked not in self._labels:
            self._labels[asked] = self._label(target, key, values)
        return self._labels[asked]

    def alternative(self, statement: Statement, names: Sequence[str]) -> str:
        """Return the words of an alternative value, which says what the statement says
        of these fields; "" when it cannot hold them."""
        asked = (statement.target, *names, repr(statement.values))
        if asked not in self._alternatives:
            said = self._alternative(statement, names)
            self._alternatives[asked] = said if len(said) <= _LONGEST else ""
        return self._alternatives[asked]

    def _label(self, target: str, key: tuple[str, ...], values: dict[str, Any]) -> str:
        if target == PROFILE:
            return capfirst(_field_label(target, next(iter(values))))
        kind = capfirst(str(model_of(target)._meta.verbose_name))
        what = self._fact(target, key, values)
        return _("%(kind)s: %(what)s") % {"kind": kind, "what": what} if what else kind

    def _alternative(self, statement: Statement, names: Sequence[str]) -> str:
        target, values = statement.target, statement.values
        with override("en"):
            if target == PROFILE:
                said = self._value(target, names[0], values[names[0]])
                return " ".join(said.split())
            fields = [
                _("%(field)s: %(value)s")
                % {
                    "field": _field_label(target, name),
                    "value": self._value(target, name, values[name]),
                }
                for name in names
            ]
            what = self._fact(target, statement.key, values)
            said = f"{what} – {'; '.join(fields)}"
        return " ".join(said.split())

    def _fact(self, target: str, key: tuple[str, ...], values: dict[str, Any]) -> str:
        """Return what a fact is about, from the fields by which it is found."""
        said = [
            self._value(target, name, values[name])
            for name in key
            if not isinstance(values.get(name), bool | None)
        ]
        return ", ".join(filter(None, said))

    def _value(self, target: str, name: str, value: Any) -> str:
        f = model_of(target)._meta.get_field(name)
        return value_in_words(f, value, self._name)

    def _name(self, model: type[models.Model], key: Any) -> str:
        if model is Mechanism:
            return self._mechanisms.get(key, str(key))
        try:
            record = self._keys.record(model, key)
        except UnknownRecord:
            return str(key)
        return getattr(record, "name_en", "") or str(key)


def _field_label(target: str, name: str) -> str:
    return str(model_of(target)._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
