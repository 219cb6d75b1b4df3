"""Whether a fact could be stored, asked before anything is written.

A plan that the database refuses would take the whole import with it, so what a kind
of fact requires is looked at while comparing.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext as _

from profiles.content import content_fields
from profiles.models import Fact
from surveys.comparing.bases import KnownFact, model_of

_NOT_ASKED = {"profile", "mechanism"}
"""Fields that whoever applies the plan sets."""


class Fitness:
    """Looks at facts of one plan; each combination of values is looked at once."""

    def __init__(self) -> None:
        self._known: dict[tuple, str] = {}
        self._holds: dict[tuple, bool] = {}

    def obstacle(
        self, target: str, values: dict[str, Any], others: Iterable[KnownFact]
    ) -> str:
        """Say why a fact with these values cannot stand among `others`; "" if it can.

        `values` may lack what has a default.
        """
        model = model_of(target)
        if missing := _missing(model, values):
            names = ", ".join(str(f.verbose_name) for f in missing)
            return _("It lacks: %(fields)s.") % {"fields": names}
        for constraint in _checks(model):
            if not self._allows(model, constraint.condition, values):
                return str(constraint.get_violation_error_message())
        for unique in _uniques(model):
            if self._is_taken(model, unique, values, others):
                return str(unique.get_violation_error_message())
        return ""

    def require(self, record: models.Model, changed: Collection[str] = ()) -> None:
        """Ask the constraints that look at a record alone, which need not be saved.

        When `changed` names fields, only those on them. Raises ValidationError.
        """
        for constraint in _checks_of(type(record)):
            asked = constraint.condition.referenced_base_fields  # type: ignore[union-attr]
            is_asked = not changed or not asked.isdisjoint(changed)
            if is_asked and not self._holds_for(record, constraint.condition):
                raise ValidationError(str(constraint.get_violation_error_message()))

    def claims(self, fact: Fact) -> Iterator[tuple[UniqueConstraint, tuple]]:
        """Return the values that no other fact of its edition may have, too."""
        for unique in _uniques(type(fact)):
            if unique.condition is None or self._holds_for(fact, unique.condition):
                names = [name for name in unique.fields if name != "profile"]
                yield unique, _columns(fact, names)

    def _holds_for(self, record: models.Model, condition: Any) -> bool:
        names = sorted(condition.referenced_base_fields)
        question = (id(condition), *map(repr, _columns(record, names)))
        if question not in self._holds:
            try:
                CheckConstraint(condition=condition, name="asked").validate(
                    type(record), record
                )
            except ValidationError:
                self._holds[question] = False
            else:
                self._holds[question] = True
        return self._holds[question]

    def _is_taken(self, model, unique, values, others: Iterable[KnownFact]) -> bool:
        def applies(said: dict[str, Any]) -> bool:
            return unique.condition is None or self._allows(
                model, unique.condition, said
            )

        names = [name for name in unique.fields if name != "profile"]
        wanted = _stored(model, names, values)
        return applies(values) and any(
            _stored(model, names, other.values) == wanted and applies(other.values)
            for other in others
        )

    def _allows(self, model, condition: Any, values: dict[str, Any]) -> bool:
        names = sorted(condition.referenced_base_fields)
        stored = _stored(model, names, values)
        question = (id(condition), *map(str, stored))
        if question not in self._holds:
            self._holds[question] = _ask(
                model, condition, dict(zip(names, stored, strict=True))
            )
        return self._holds[question]


@cache
def _required(model: type[models.Model]) -> list[models.Field]:
    return [
        f
        for f in content_fields(model)
        if not f.blank and not f.has_default() and f.name not in _NOT_ASKED
    ]


def _missing(model: type[models.Model], values: dict[str, Any]) -> list[models.Field]:
    return [f for f in _required(model) if values.get(f.name) in (None, "")]


@cache
def _checks(model: type[Fact]) -> list[CheckConstraint]:
    # Terms of controlled lists, and the numbers of years, are looked at when an
    # answer becomes a value.
    return [
        constraint
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint)
        and not constraint.name.endswith("_is_listed")
        and not _NOT_ASKED & constraint.condition.referenced_base_fields  # type: ignore[union-attr]
    ]


@cache
def _checks_of(model: type[models.Model]) -> list[CheckConstraint]:
    # Terms of controlled lists are looked at with their field.
    return [
        constraint
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint)
        and not constraint.name.endswith("_is_listed")
    ]


def _columns(record: models.Model, names: Iterable[str]) -> tuple:
    meta = record._meta
    return tuple(getattr(record, meta.get_field(n).attname) for n in names)  # type: ignore[union-attr]


@cache
def _uniques(model: type[Fact]) -> list[UniqueConstraint]:
    return [
        constraint
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint) and "uid" not in constraint.fields
    ]


def _stored(model, names: Iterable[str], values: dict[str, Any]) -> list[Any]:
    found = []
    for name in names:
        f = model._meta.get_field(name)
        value = values.get(name)
        if value is None and not f.is_relation:
            value = _translated(model, name, values) or f.get_default()
        found.append(value)
    return found


def _translated(model, name: str, values: dict[str, Any]) -> Any:
    """Return the first text in any language: what the database keeps without one."""
    return next(
        (v for n, v in values.items() if v and n.rpartition("_")[0] == name), None
    )


def _ask(model, condition: Q, values: dict[str, Any]) -> bool:
    example = model()
    for name, value in values.items():
        f = model._meta.get_field(name)
        # Which record it is does not matter to any condition, only that there is one.
        setattr(example, f.attname, bool(value) or None if f.is_relation else value)
    try:
        CheckConstraint(condition=condition, name="asked").validate(model, example)
    except ValidationError:
        return False
    return True
