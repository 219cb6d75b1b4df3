"""Makes a registry of many times the real one's size.

New mechanisms are copies of the real ones with other names, other States and
other years, so that filters, facets and search meet varied content. The same
factor always gives the same registry.
"""

import random
from collections import defaultdict
from itertools import product

from django.db import models, transaction
from django.utils import timezone

from iscm_registry import revision
from profiles.comparison import content_fields
from profiles.models import (
    Chairing,
    Contribution,
    Mechanism,
    Meeting,
    Membership,
    Profile,
    State,
    fact_kinds,
)
from profiles.vocabularies import EditionState

_QUARTERS = ("Northern", "Southern", "Eastern", "Western", "Central", "Upper", "Lower")
_SIZES = ("Greater", "Lesser", "New")
_PLACES = ("Basin", "Corridor", "Gulf", "Highlands", "Isles", "Plains", "Straits")


def other_names(number: int) -> list[str]:
    """Return `number` differing names of places that no mechanism has."""
    places = [" ".join(words) for words in product(_SIZES, _QUARTERS, _PLACES)]
    if number > len(places):
        raise ValueError(f"There are names for {len(places)} copies, not {number}.")
    return places[:number]


def multiply(factor: int) -> None:
    """Add to the database until it has `factor` times its published mechanisms."""
    chance = random.Random(factor)
    states = list(State.objects.values_list("pk", flat=True))
    originals = list(
        Profile.objects.published()
        .select_related("mechanism")
        .prefetch_related("regions", "sources")
    )
    facts = {kind: _facts_by_profile(kind, originals) for kind in fact_kinds()}
    with transaction.atomic():
        for number, place in enumerate(other_names(factor - 1), start=2):
            copies = _copy_profiles(originals, number, place, chance)
            for kind, by_profile in facts.items():
                _copy_facts(kind, by_profile, copies, states, chance)
        revision.advance()


def _facts_by_profile(kind, originals) -> dict[int, list]:
    facts = defaultdict(list)
    rows = kind.objects.filter(profile__in=originals).order_by("pk")
    many = [field.name for field in kind._meta.many_to_many]
    for fact in rows.prefetch_related(*many):
        facts[fact.profile_id].append(fact)
    return facts


def _copy_profiles(originals, number, place, chance) -> dict[int, Profile]:
    mechanisms = Mechanism.objects.bulk_create(
        Mechanism(slug=f"{original.mechanism.slug}-{number}") for original in originals
    )
    now = timezone.now()
    copies = []
    for original, mechanism in zip(originals, mechanisms, strict=True):
        copied = _same_content(original, Profile(mechanism=mechanism))
        copied.state, copied.published_at = EditionState.PUBLISHED, now
        for language in ("en", "fr", "es", "ar"):
            if name := getattr(original, f"name_{language}"):
                setattr(copied, f"name_{language}", f"{name}, {place}")
            if acronym := getattr(original, f"acronym_{language}"):
                setattr(copied, f"acronym_{language}", f"{acronym}-{number}")
        if original.established:
            copied.established = chance.randint(1985, 2022)
        copies.append(copied)
    Profile.objects.bulk_create(copies)
    for many in ("regions", "sources"):
        through = getattr(Profile, many).through
        column = "region_id" if many == "regions" else "source_id"
        through.objects.bulk_create(
            through(profile_id=copied.pk, **{column: related.pk})
            for original, copied in zip(originals, copies, strict=True)
            for related in getattr(original, many).all()
        )
    return {
        original.pk: copied for original, copied in zip(originals, copies, strict=True)
    }


def _copy_facts(kind, by_profile, profiles, states, chance) -> None:
    pairs = []
    for original_pk, facts in by_profile.items():
        others = chance.sample(states, len(states))
        for position, fact in enumerate(facts):
            copied = _same_content(fact, kind(profile=profiles[original_pk]))
            if kind in (Membership, Chairing, Meeting) and fact.state_id:
                # A State stands once in a mechanism: take each from a shuffled deck.
                copied.state_id = others[position % len(others)]
            if kind is Contribution and fact.year:
                copied.year = chance.randint(2000, 2025)
                copied.until_year = None
            if kind.__name__ == "MechanismLink":
                copied.mechanism_id = profiles[original_pk].mechanism_id
            pairs.append((fact, copied))
    kind.objects.bulk_create([copied for _, copied in pairs], batch_size=500)
    for many in kind._meta.many_to_many:
        through = many.remote_field.through
        own, other = many.m2m_field_name(), many.m2m_reverse_field_name()
        through._default_manager.bulk_create(
            (
                through(**{f"{own}_id": copied.pk, f"{other}_id": related.pk})
                for fact, copied in pairs
                for related in getattr(fact, many.name).all()
            ),
            batch_size=2000,
        )


def _same_content(original: models.Model, copied):
    for field in content_fields(type(original)):
        setattr(copied, field.attname, getattr(original, field.attname))
    return copied
