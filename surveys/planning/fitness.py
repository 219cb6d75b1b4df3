"""Whether a record could stand in its edition, asked before anything is written.

What the database refuses would take the whole import with it. So its rules, and those
of a form, are asked of records that are not saved.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import CheckConstraint, UniqueConstraint
from django.utils.translation import gettext as _

from profiles.content import content_fields
from profiles.models import Fact, Profile, Section
from profiles.vocabularies import Coverage
from surveys.statements import languages_of

_SET_BY_THE_EDITION = {"profile", "mechanism"}


class Fitness:
    """Asks the rules of records; each question to a constraint is asked once."""

    def __init__(self) -> None:
        self._holds: dict[tuple, bool] = {}

    def obstacle(self, fact: Fact, changed: Collection[str]) -> str:
        """Say why a fact cannot stand in any edition; "" if it can.

        It stood there, or was empty, before these fields were set.
        """
        kind = type(fact)
        if missing := _missing(fact):
            names = ", ".join(str(f.verbose_name) for f in missing)
            return _("It lacks: %(fields)s.") % {"fields": names}
        try:
            check(fact, changed)
            self._require(fact)
        except ValidationError as error:
            return _in_words(kind, error)
        return ""

    def obstacle_of_profile(self, profile: Profile, changed: Collection[str]) -> str:
        """Say why a profile cannot hold what these fields say now; "" if it can."""
        columns = {f.name for f in Profile._meta.concrete_fields}
        try:
            profile.clean_fields(exclude=columns.difference(changed))
            self._require(profile, changed)
        except ValidationError as error:
            return _in_words(Profile, error)
        return ""

    def claims(self, fact: Fact) -> Iterator[tuple[UniqueConstraint, tuple]]:
        """Return the values that no other fact of its edition may have, too."""
        for unique in _uniques(type(fact)):
            if unique.condition is None or self._holds_for(fact, unique.condition):
                names = [name for name in unique.fields if name != "profile"]
                yield unique, _columns(fact, names)

    def _require(self, record: models.Model, changed: Collection[str] = ()) -> None:
        """Ask the constraints that look at a record alone; raise ValidationError.

        When `changed` names fields, only the constraints on them are asked.
        """
        for constraint in _checks(type(record)):
            asked = constraint.condition.referenced_base_fields  # type: ignore[union-attr]
            is_asked = not changed or not asked.isdisjoint(changed)
            if is_asked and not self._holds_for(record, constraint.condition):
                raise ValidationError(str(constraint.get_violation_error_message()))

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


def check(fact: Fact, changed: Collection[str]) -> None:
    """Check a fact as a form would, after these fields were set.

    Raises ValidationError.
    """
    # Keys that are set were looked up a moment ago.
    unasked = {
        f.name
        for f in fact._meta.concrete_fields
        if f.name not in changed
        or (f.is_relation and getattr(fact, f.attname) is not None)
    }
    fact.clean_fields(exclude=unasked | _SET_BY_THE_EDITION)
    fact.clean()
    # The constraint on coverage sees one language of the text only.
    if isinstance(fact, Section) and fact.coverage != Coverage.REPORTED:
        texts = languages_of(Section, "prose_en")
        if any(getattr(fact, name) for name in texts):
            raise ValidationError(
                {"coverage": _("A section with a text is 'reported'.")}
            )


def _in_words(model: type[models.Model], error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    said = []
    for name, messages in error.message_dict.items():
        if name == NON_FIELD_ERRORS:
            said += messages
        else:
            label = model._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            said += [f"{label}: {message}" for message in messages]
    return " ".join(said)


@cache
def _required(model: type[models.Model]) -> list[models.Field]:
    return [
        f
        for f in content_fields(model)
        if not f.blank and not f.has_default() and f.name not in _SET_BY_THE_EDITION
    ]


def _missing(fact: Fact) -> list[models.Field]:
    required = _required(type(fact))
    return [f for f in required if getattr(fact, f.attname) in (None, "")]


@cache
def _checks(model: type[models.Model]) -> list[CheckConstraint]:
    # Terms of controlled lists are looked at with their field.
    return [
        constraint
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint)
        and not constraint.name.endswith("_is_listed")
    ]


@cache
def _uniques(model: type[models.Model]) -> list[UniqueConstraint]:
    return [
        constraint
        for constraint in model._meta.constraints
        if isinstance(constraint, UniqueConstraint) and "uid" not in constraint.fields
    ]


def _columns(record: models.Model, names: Iterable[str]) -> tuple:
    meta = record._meta
    return tuple(getattr(record, meta.get_field(n).attname) for n in names)  # type: ignore[union-attr]
