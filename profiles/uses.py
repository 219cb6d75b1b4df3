"""What points to a record that editions share, and where the public sees it.

Everything is found in the models themselves, so a new kind of fact needs no change.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from profiles.models import Fact, Profile
from profiles.models.base import ReferenceRecord
from profiles.models.mechanisms import READABLE_STATES


@dataclass(frozen=True)
class Reference:
    """A key by which rows of a model point to a record."""

    model: type[models.Model]
    key: models.ForeignKey

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def is_list(self) -> bool:
        """Whether the row only stands for an entry in somebody's list of records."""
        return bool(self.model._meta.auto_created)

    @property
    def name(self) -> str:
        """What its rows are called, as people say it."""
        return str(self.said_by._meta.verbose_name_plural)

    @property
    def said_by(self) -> type[models.Model]:
        """The model that people know the rows by: for a list, that of its owner."""
        owner: Any = self.model._meta.auto_created
        return owner or self.model

    @property
    def owner(self) -> models.ForeignKey:
        """For an entry in a list: the key to the owner of the list."""
        return next(
            f
            for f in self.model._meta.concrete_fields
            if isinstance(f, models.ForeignKey) and f is not self.key
        )

    @property
    def is_a_part(self) -> bool:
        """Whether the rows are parts of the record, as its aliases are."""
        return (
            self.key.remote_field.on_delete is models.CASCADE
            and not self.is_list
            and not issubclass(self.model, Fact | Profile)
        )

    def to(self, record: models.Model | int) -> models.QuerySet:
        pk = record.pk if isinstance(record, models.Model) else record
        return self.model._base_manager.filter(**{self.key.attname: pk})


def references(model: type[models.Model]) -> list[Reference]:
    """Return every key that points to a model, entries in lists included."""
    # Kinds of relations differ in what they have.
    relations: list[Any] = model._meta.get_fields(include_hidden=True)
    return [
        Reference(relation.related_model, relation.field)
        for relation in relations
        if relation.auto_created
        and not relation.concrete
        and (relation.one_to_many or relation.one_to_one)
    ]


def key_to_whole(model: type[models.Model]) -> models.ForeignKey | None:
    """Return the key to the record of which those of a model are parts.

    An alias is a part of its State.
    """
    return next(
        (
            field
            for field in model._meta.concrete_fields
            if isinstance(field, models.ForeignKey)
            and Reference(model, field).is_a_part
        ),
        None,
    )


# --- Where the public sees it ----------------------------------------------------

Place = tuple[type[models.Model], int]
"""A model and a key: a readable edition, or another public record that names it."""


def public_places(
    model: type[models.Model], keys: Iterable[int], *, through_others: bool = True
) -> dict[int, set[Place]]:
    """Return where the public may see the records of these keys.

    A fixed number of queries for each model, however many the records are. A record
    that only other shared records name is seen where those are, `through_others`.
    """
    wanted = set(keys)
    places: dict[int, set[Place]] = defaultdict(set)
    pairs: Iterable[tuple[Any, Any]]
    for reference in references(model):
        owner = reference.said_by
        if reference.is_a_part or (reference.is_list and owner is model):
            continue
        to_owner = f"{reference.owner.name}__" if reference.is_list else ""
        rows = reference.model._base_manager.filter(
            **{f"{reference.key.attname}__in": wanted}
        )
        if issubclass(owner, Fact):
            rows = rows.filter(
                **{
                    f"{to_owner}is_public": True,
                    f"{to_owner}profile__state__in": READABLE_STATES,
                }
            )
            pairs = rows.values_list(reference.key.attname, f"{to_owner}profile_id")
            owner = Profile
        elif owner is Profile:
            rows = rows.filter(**{f"{to_owner}state__in": READABLE_STATES})
            pairs = rows.values_list(reference.key.attname, f"{to_owner}pk")
        elif getattr(owner, "shows_records", False):
            pairs = rows.values_list(reference.key.attname, f"{to_owner}pk")
        elif issubclass(owner, ReferenceRecord) and through_others:
            found = list(rows.values_list(reference.key.attname, f"{to_owner}pk"))
            others = {other for _key, other in found}
            seen = public_places(owner, others, through_others=False)
            pairs = [(key, other) for key, other in found if seen.get(other)]
        else:
            continue
        for key, place in set(pairs):
            places[key].add((owner, place))
    return places


def where_public(record: models.Model) -> set[Place]:
    """Return where the public may see a record, or the record of which it is a part.

    A part, such as an alias, is found by the search wherever its whole is shown.
    """
    model: Any = type(record)
    keys = {record.pk}
    if to_whole := key_to_whole(model):
        stored = model._base_manager.filter(pk=record.pk)
        before = set(stored.values_list(to_whole.attname, flat=True))
        keys = {getattr(record, to_whole.attname), *before}
        model = to_whole.related_model
    places = public_places(model, keys - {None})
    return set().union(*places.values())
