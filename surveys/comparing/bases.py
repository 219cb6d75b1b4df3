"""What the registry says now of the mechanisms that an import speaks of.

Loaded in a number of queries that depends on the kinds of facts, not on how many
facts or mechanisms there are. Values stand as in a Statement: records by their key.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models

from profiles.content import content_fields
from profiles.models import Fact, Mechanism, Profile
from profiles.models.mechanisms import OPEN_STATES
from profiles.vocabularies import EditionState
from surveys.statements import PROFILE

Keys = dict[type[models.Model], dict[Any, str]]


@dataclass(slots=True, eq=False)
class KnownFact:
    """A fact of an edition; `writer` is the submission that this plan has it from."""

    uid: UUID
    values: dict[str, Any]
    writer: int | None = None


@dataclass
class Base:
    """The edition that statements about a mechanism are compared with.

    `edition` is its pk, None when the mechanism has neither an open nor a published
    edition. `values` are the fields of the profile, `facts` those of each target.
    """

    mechanism: str
    name: str
    edition: int | None = None
    state: str = ""
    version: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, list[KnownFact]] = field(default_factory=dict)
    by_uid: dict[UUID, KnownFact] = field(default_factory=dict)

    @property
    def is_in_review(self) -> bool:
        return self.state == EditionState.IN_REVIEW

    @property
    def is_draft(self) -> bool:
        return self.state == EditionState.DRAFT

    def add(self, target: str, fact: KnownFact) -> None:
        self.facts.setdefault(target, []).append(fact)
        self.by_uid[fact.uid] = fact

    def remove(self, target: str, fact: KnownFact) -> None:
        self.facts[target].remove(fact)
        del self.by_uid[fact.uid]


@cache
def model_of(target: str) -> type[models.Model]:
    """Return the model of a statement's target."""
    return Profile if target == PROFILE else apps.get_model(target)


def related_models(targets: Collection[str]) -> set[type[models.Model]]:
    """Return the models whose records the fields of these targets name."""
    found: set[type[models.Model]] = set()
    for target in targets:
        model = model_of(target)
        named = [*content_fields(model), *model._meta.many_to_many]
        found.update(f.related_model for f in named if f.is_relation)  # type: ignore[misc]
    return found


@cache
def records_named(target: str) -> list[str]:
    """Return the fields of a target that name records."""
    model = model_of(target)
    named = [*content_fields(model), *model._meta.many_to_many]
    return [f.name for f in named if f.is_relation]


def load_keys(targets: Collection[str]) -> Keys:
    """Return the natural keys of all records that facts of these kinds can name."""
    keys: Keys = {}
    for model in related_models(targets) | {Mechanism}:
        key = getattr(model, "natural_key_field", "")
        if key:
            keys[model] = {
                pk: str(value)
                for pk, value in model._default_manager.values_list("pk", key)
            }
    return keys


def load_bases(
    mechanisms: Collection[str], targets: Collection[str], keys: Keys
) -> dict[str, Base]:
    """Return the base of each mechanism: its open edition, else the published one."""
    states = [*OPEN_STATES, EditionState.PUBLISHED]
    editions = (
        Profile.objects.filter(mechanism__slug__in=mechanisms, state__in=states)
        .select_related("mechanism")
        .order_by("pk")
    )
    chosen: dict[str, Profile] = {}
    for profile in editions:
        slug = profile.mechanism.slug
        if slug not in chosen or profile.is_open:
            chosen[slug] = profile
    bases = {slug: Base(slug, slug) for slug in mechanisms}
    by_pk: dict[int, Base] = {}
    values = _values_of(Profile, list(chosen.values()), keys)
    for (slug, profile), said in zip(chosen.items(), values, strict=True):
        base = bases[slug] = Base(
            slug,
            profile.short_name,
            profile.pk,
            profile.state,
            profile.version,
            said,
        )
        by_pk[profile.pk] = base
    for target in sorted(targets):
        if target != PROFILE:
            _load_facts(target, by_pk, keys)
    return bases


def _load_facts(target: str, by_pk: dict[int, Base], keys: Keys) -> None:
    model: type[Fact] = model_of(target)  # type: ignore[assignment]
    facts = list(
        model._default_manager.filter(profile__in=by_pk).order_by("position", "pk")  # type: ignore[misc]
    )
    for fact, values in zip(facts, _values_of(model, facts, keys), strict=True):
        by_pk[fact.profile_id].add(target, KnownFact(fact.uid, values))  # type: ignore[attr-defined]


def _values_of(
    model: type[models.Model], records: list[Any], keys: Keys
) -> list[dict[str, Any]]:
    fields = [f for f in content_fields(model) if f.editable]
    many = {m.name: _related_keys(m, records, keys) for m in model._meta.many_to_many}
    return [
        {
            **{f.name: _value(record, f, keys) for f in fields},
            **{name: sorted(of[record.pk]) for name, of in many.items()},
        }
        for record in records
    ]


def _value(record: models.Model, f: models.Field, keys: Keys) -> Any:
    value = getattr(record, f.attname)
    if f.is_relation:
        return keys.get(f.related_model, {}).get(value)  # type: ignore[arg-type]
    # A text that was never given in a language is NULL, one left empty in a form "".
    return "" if value is None and f.empty_strings_allowed else value


def _related_keys(
    many: Any, records: Iterable[models.Model], keys: Keys
) -> defaultdict[Any, list[str]]:
    found: defaultdict[Any, list[str]] = defaultdict(list)
    owner, other = many.m2m_column_name(), many.m2m_reverse_name()
    own = many.m2m_field_name()
    rows = many.remote_field.through._default_manager.filter(
        **{f"{own}__in": [record.pk for record in records]}
    )
    of_model = keys.get(many.related_model, {})
    for pk, related in rows.values_list(owner, other):
        if related in of_model:
            found[pk].append(of_model[related])
    return found


@cache
def languages_of(model: type[models.Model], name: str) -> list[str]:
    """Return the columns of the text that `name` is one language of, else `name`.

    'prose_es' gives prose_en, prose_fr and so on.
    """
    text, _underscore, language = name.rpartition("_")
    codes = settings.MODELTRANSLATION_LANGUAGES
    names = {f.name for f in model._meta.concrete_fields}
    if language in codes and text in names and f"{text}_{codes[0]}" in names:
        return [f"{text}_{code}" for code in codes]
    return [name]
