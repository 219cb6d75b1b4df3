"""Whether a fact could stand in its edition, asked before anything is written.

What the database refuses would take the whole import with it. So its rules, and those
of a form, are asked of records that are not saved: when statements are compared, and
again when what was planned is made ready to be written.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import CheckConstraint, UniqueConstraint
from django.utils.translation import gettext as _

from profiles.content import content_fields
from profiles.models import Fact, Mechanism, Profile, Section
from profiles.vocabularies import Coverage
from surveys.comparing.bases import Keys, KnownFact, languages_of, model_of
from surveys.comparing.values import defaults

_SET_BY_THE_EDITION = {"profile", "mechanism"}


class Fitness:
    """Looks at the facts of one import; each combination of values is looked at once.

    `keys` are those of the records that values name.
    """

    def __init__(self, keys: Keys | None = None) -> None:
        self._pks: dict[Any, dict[str, Any]] = {
            model: {key: pk for pk, key in of_model.items()}
            for model, of_model in (keys or {}).items()
        }
        self._editions: dict[str, Profile] = {}
        self._looked_at: dict[tuple, tuple[str, list[UniqueConstraint]]] = {}
        self._holds: dict[tuple, bool] = {}

    def obstacle(
        self,
        mechanism: str,
        target: str,
        values: dict[str, Any],
        others: Iterable[KnownFact],
    ) -> str:
        """Say why a mechanism cannot have a fact with these values; "" if it can.

        `others` are those that it has. `values` may lack what has a default.
        """
        asked = (mechanism, target, repr(values))
        if asked not in self._looked_at:
            fact = self._fact(mechanism, target, values)
            claimed = [unique for unique, _columns in self.claims(fact)]
            self._looked_at[asked] = (self._obstacle(fact, values), claimed)
        found, claimed = self._looked_at[asked]
        if found:
            return found
        stated = {**defaults(target), **values} if claimed else values
        for unique in claimed:
            names = _claimed(unique)
            wanted = [stated.get(name) for name in names]
            for other in others:
                is_alike = [other.values.get(name) for name in names] == wanted
                if is_alike and self._claims(mechanism, target, unique, other.values):
                    return str(unique.get_violation_error_message())
        return ""

    def obstacle_of_profile(self, values: dict[str, Any]) -> str:
        """Say why the fields of a profile cannot hold these values; "" if they can."""
        profile = self._with_values(Profile(), values)
        others = {f.name for f in Profile._meta.concrete_fields} - values.keys()
        try:
            profile.clean_fields(exclude=others)
            self.require(profile, values)
        except ValidationError as error:
            return _in_words(Profile, error)
        return ""

    def _obstacle(self, fact: Fact, values: dict[str, Any]) -> str:
        model = type(fact)
        if missing := _missing(model, values):
            names = ", ".join(str(f.verbose_name) for f in missing)
            return _("It lacks: %(fields)s.") % {"fields": names}
        try:
            self.require(fact)
        except ValidationError as error:
            return _in_words(model, error)
        return ""

    def _fact(self, mechanism: str, target: str, values: Mapping[str, Any]) -> Any:
        model: Any = model_of(target)
        if mechanism not in self._editions:
            pk = self._pks[Mechanism][mechanism]
            self._editions[mechanism] = Profile(mechanism_id=pk)
        return self._with_values(model(profile=self._editions[mechanism]), values)

    def _with_values(self, record: Any, values: Mapping[str, Any]) -> Any:
        for name, value in values.items():
            f = record._meta.get_field(name)
            if f.is_relation and not f.many_to_many:
                pk = self._pks.get(f.related_model, {}).get(value)
                setattr(record, f.attname, pk)
            elif not f.many_to_many and value is not None:
                setattr(record, name, value)
        return record

    def _claims(
        self,
        mechanism: str,
        target: str,
        unique: UniqueConstraint,
        values: dict[str, Any],
    ) -> bool:
        fact = self._fact(mechanism, target, values)
        return any(claimed is unique for claimed, _columns in self.claims(fact))

    def require(self, record: models.Model, changed: Collection[str] = ()) -> None:
        """Ask all rules that look at an unsaved record alone; raise ValidationError.

        When `changed` names fields, only the constraints on them are asked.
        """
        if isinstance(record, Fact):
            check(record)
        for constraint in _checks(type(record)):
            asked = constraint.condition.referenced_base_fields  # type: ignore[union-attr]
            is_asked = not changed or not asked.isdisjoint(changed)
            if is_asked and not self._holds_for(record, constraint.condition):
                raise ValidationError(str(constraint.get_violation_error_message()))

    def claims(self, fact: Fact) -> Iterator[tuple[UniqueConstraint, tuple]]:
        """Return the values that no other fact of its edition may have, too."""
        for unique in _uniques(type(fact)):
            if unique.condition is None or self._holds_for(fact, unique.condition):
                yield unique, _columns(fact, _claimed(unique))

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


def check(fact: Fact) -> None:
    """Check the values of a fact as a form would. Raises ValidationError."""
    # Keys that are set were looked up a moment ago.
    known = {
        f.name
        for f in fact._meta.concrete_fields
        if f.is_relation and getattr(fact, f.attname) is not None
    }
    fact.clean_fields(exclude={*known, *_SET_BY_THE_EDITION})
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


def _missing(model: type[models.Model], values: dict[str, Any]) -> list[models.Field]:
    return [f for f in _required(model) if values.get(f.name) in (None, "")]


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


def _claimed(unique: UniqueConstraint) -> list[str]:
    return [name for name in unique.fields if name != "profile"]


def _columns(record: models.Model, names: Iterable[str]) -> tuple:
    meta = record._meta
    return tuple(getattr(record, meta.get_field(n).attname) for n in names)  # type: ignore[union-attr]
