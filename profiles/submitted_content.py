"""What an edition held in an earlier round of its review, to compare it with.

An edition in review cannot be changed, so what it held when it was handed in is read
when it becomes a draft again: one that is published at once costs nothing.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models

from profiles.keyed_values import (
    KeyedRecord,
    NaturalKeys,
    UnknownRecord,
    many_of,
    stored_value,
)
from profiles.models import (
    EditionEvent,
    Fact,
    Profile,
    SubmittedContent,
    fact_kinds,
)

FactsOfKinds = dict[type[Fact], dict[UUID, Any]]
"""The facts of an edition: by kind, and by their uid."""


def keep(event: EditionEvent) -> None:
    """Keep what the edition of the event holds in the database."""
    keys = NaturalKeys()
    # The caller's copy may hold what is about to be written.
    edition = Profile.objects.get(pk=event.profile_id)
    facts = {}
    for kind in fact_kinds():
        # Each kind has the profile that mypy misses in `Fact`, which is abstract.
        facts_of_kind: Any = kind._default_manager
        of_kind: list[Any] = [*facts_of_kind.filter(profile=edition)]
        facts[kind._meta.label_lower] = {
            str(fact.uid): {**content, "position": fact.position}
            for fact, content in zip(of_kind, _contents(of_kind, keys), strict=True)
        }
    [own] = _contents([edition], keys)
    SubmittedContent.objects.create(
        event=event, content={"profile": own, "facts": facts}
    )


def _contents(records: list[Any], keys: NaturalKeys) -> list[dict[str, Any]]:
    many = many_of(records, keys)
    return [
        KeyedRecord(record, keys, of_record).content()
        for record, of_record in zip(records, many, strict=True)
    ]


def forget(edition: Profile) -> None:
    """Delete what was kept of reviews, of the edition and others of its mechanism."""
    SubmittedContent.objects.filter(
        event__profile__mechanism=edition.mechanism_id
    ).delete()


def read(submitted: SubmittedContent) -> tuple[Profile, FactsOfKinds]:
    """Return the edition and its facts as they were: records that are not to be saved.

    A record that they name and that is gone since, is shown by its key.
    """
    keys = NaturalKeys()
    content = submitted.content
    edition = submitted.event.profile
    # A number that no row has: what it holds is here, and not in the database.
    was = Profile(
        pk=0, mechanism=edition.mechanism, edition=edition.edition, state=edition.state
    )
    _fill(was, content["profile"], keys)
    facts: FactsOfKinds = {kind: {} for kind in fact_kinds()}
    for kind in facts:
        for uid, values in content["facts"].get(kind._meta.label_lower, {}).items():
            fact = kind(pk=0, uid=UUID(uid), profile=was)  # type: ignore[misc]
            _fill(fact, values, keys)
            facts[kind][fact.uid] = fact
    return was, facts


def _fill(record: Any, values: dict[str, Any], keys: NaturalKeys) -> None:
    model = type(record)
    fields: dict[str, Any] = {
        f.name: f for f in (*model._meta.concrete_fields, *model._meta.many_to_many)
    }
    record._prefetched_objects_cache = {
        f.name: _in_order(f.related_model, values.get(f.name, ()), keys)
        for f in model._meta.many_to_many
    }
    for name, value in values.items():
        f = fields.get(name)
        # A field that the model no longer has is not compared either.
        if f is None or f.many_to_many:
            continue
        if f.is_relation:
            setattr(record, name, _record(f.related_model, value, keys))
        else:
            setattr(record, name, stored_value(f, f.to_python(value)))


def _in_order(model: Any, wanted: Iterable[str], keys: NaturalKeys) -> list[Any]:
    found = [_record(model, key, keys) for key in wanted]
    order = {record.pk: place for place, record in enumerate(keys.records(model))}
    return sorted(found, key=lambda record: order.get(record.pk, len(order)))


def _record(model: Any, key: str, keys: NaturalKeys) -> models.Model:
    try:
        return keys.record(model, key)
    except UnknownRecord:
        named = {"title", "name_en", "label_en", model.natural_key_field}
        known = {f.name for f in model._meta.concrete_fields}
        return model(pk=0, **dict.fromkeys(named & known, key))
