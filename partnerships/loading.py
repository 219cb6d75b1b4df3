"""Loads a profile with all its public facts, in few queries, however many kinds of
facts there are.

A query for each kind, each key and each list made thirty, and to put these together
took longer than to answer them. Here one statement, put together once a process, reads
the rows of all kinds and lists; each record that they name is read once.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import QuerySet, Value
from django.db.models.functions import JSONArray

from partnerships.models import MechanismLink
from profiles.models import (
    Fact,
    GCMObjective,
    Profile,
    Region,
    State,
    Theme,
    fact_kinds,
)
from profiles.remembered import every

KEPT_WHOLE: tuple[Any, ...] = (GCMObjective, Region, State, Theme)
"""Lists that cannot grow much: all their records are read once for a revision."""

_PROFILE = -1
"""Stands in the statement for the key of the profile."""

_AS_THEY_COME = (models.CharField, models.TextField, models.IntegerField)
"""Fields whose values are the same in JSON."""


def load_profile(
    profiles: QuerySet[Profile], revision: str | None = None
) -> Profile | None:
    """Return the first of the profiles, with all that its page shows.

    `profile.contributions.all()` and its like then hold public facts only.
    """
    profile = profiles.select_related("mechanism").first()
    if profile is None:
        return None
    rows = _rows(profile)
    facts = {kind: _facts(kind, profile, rows[_named(kind)]) for kind in fact_kinds()}
    lists = {many: _pairs(rows[_named(many.remote_field.through)]) for many in _lists()}
    _relate(profile, facts, lists, revision)
    # Where and why something was removed; never what.
    told = profile.redactions.in_force().defer("kept").order_by("pk")
    _hold(profile, "redactions", list(told))
    _link(profile, facts[MechanismLink])
    return profile


def _rows(profile: Profile) -> dict[str, list[list[Any]]]:
    """Read the rows of all facts and lists of a profile, by what holds them."""
    # Nothing is asked of the other database, which may be away.
    using = profile._state.db or DEFAULT_DB_ALIAS
    statement, parameters = _statement(using)
    found: dict[str, list[list[Any]]] = defaultdict(list)
    with connections[using].cursor() as cursor:
        asked = [profile.pk if one == _PROFILE else one for one in parameters]
        cursor.execute(statement, asked)
        for held_by, row in cursor.fetchall():
            found[held_by].append(json.loads(row) if isinstance(row, str) else row)
    return found


@cache
def _statement(using: str) -> tuple[str, tuple]:
    parts = []
    for kind in fact_kinds():
        public = kind.objects.public().filter(profile=_PROFILE).with_stating()
        columns = [f.attname for f in kind._meta.concrete_fields]
        # As they stand in the database, whatever language a page has.
        parts.append(_as_rows(public.rewrite(False), kind, *columns, "is_stating"))
    for many in _lists():
        through = many.remote_field.through
        own, other = many.m2m_field_name(), many.m2m_reverse_field_name()
        profile = own if many.model is Profile else f"{own}__profile"
        listed = through._default_manager.filter(**{profile: _PROFILE})
        parts.append(_as_rows(listed, through, f"{own}_id", f"{other}_id"))
    first, *others = parts
    return first.union(*others, all=True).query.get_compiler(using).as_sql()


def _lists() -> list[Any]:
    """Return the lists of other records that profiles and facts have."""
    owners: list[Any] = [Profile, *fact_kinds()]
    return [many for owner in owners for many in owner._meta.many_to_many]


def _as_rows(records: Any, held_by: type[models.Model], *columns: str) -> QuerySet:
    named = records.order_by().annotate(
        row_of=Value(_named(held_by)), row=JSONArray(*columns)
    )
    return named.values_list("row_of", "row")


def _named(model: type[models.Model]) -> str:
    return model._meta.label_lower


def _facts(kind: type[Fact], profile: Profile, rows: Iterable[list[Any]]) -> list[Fact]:
    fields: list[Any] = [*kind._meta.concrete_fields]
    names = [f.attname for f in fields]
    converted: list[tuple[int, Callable]] = [
        (place, f.to_python)
        for place, f in enumerate(fields)
        if not isinstance(f.target_field if f.is_relation else f, _AS_THEY_COME)
    ]
    facts = []
    for *values, is_stating in rows:
        for place, convert in converted:
            values[place] = convert(values[place])
        fact: Any = kind.from_db(profile._state.db, names, values)
        fact.is_stating = bool(is_stating)
        fact.profile = profile
        facts.append(fact)
    return sorted(facts, key=lambda fact: (fact.position, fact.pk))


def _pairs(rows: Iterable[list[int]]) -> dict[int, list[int]]:
    """Return the keys of what a list holds, by the key of its owner."""
    pairs: dict[int, list[int]] = defaultdict(list)
    for own, other in rows:
        pairs[own].append(other)
    return pairs


def _relate(
    profile: Profile,
    facts: dict[type[Fact], list[Fact]],
    lists: dict[Any, dict[int, list[int]]],
    revision: str | None,
) -> None:
    """Give the facts the records that they name, and the profile its facts."""
    keys: dict[Any, set[int]] = defaultdict(set)
    relations: dict[Any, list[Any]] = {
        kind: [
            f
            for f in kind._meta.concrete_fields
            if f.is_relation and f.name != "profile"
        ]
        for kind in facts
    }
    for kind, of_kind in facts.items():
        for f in relations[kind]:
            keys[f.related_model] |= {getattr(fact, f.attname) for fact in of_kind}
    for many, pairs in lists.items():
        keys[many.related_model].update(*pairs.values())
    # The other side of a link may be a draft: see `_link`.
    keys.pop(MechanismLink._meta.get_field("other").related_model)
    known = {
        model: _records(model, wanted - {None}, revision)
        for model, wanted in keys.items()
    }
    for kind, of_kind in facts.items():
        for f in relations[kind]:
            records = known.get(f.related_model, {})
            for fact in of_kind:
                if (record := records.get(getattr(fact, f.attname))) is not None:
                    setattr(fact, f.name, record)
        _hold(profile, kind.of_profile(), of_kind)
    for many, pairs in lists.items():
        records = known[many.related_model]
        owners = [profile] if many.model is Profile else facts[many.model]
        places = {key: place for place, key in enumerate(records)}
        for owner in owners:
            held = sorted(places.keys() & pairs[owner.pk], key=places.__getitem__)
            _hold(owner, many.name, [records[key] for key in held])


def _records(
    model: type[models.Model], keys: set[int], revision: str | None
) -> dict[int, Any]:
    """Return the records with these keys, and maybe more, in the model's own order."""
    if model in KEPT_WHOLE:
        known = every(model, revision)
        # Not if it was added since.
        if keys <= known.keys():
            return known
    return {one.pk: one for one in model._default_manager.filter(pk__in=keys)}


def _link(profile: Any, links: Iterable[Any]) -> None:
    """Give each link the published edition of the other mechanism, if there is one, as
    `other_edition`, and the mechanism its `public_links`, which others record."""
    others = Profile.objects.published().select_related("mechanism")
    found = others.filter(mechanism__in={link.other_id for link in links})
    editions = {edition.mechanism_id: edition for edition in found}
    for link in links:
        link.mechanism = profile.mechanism
        link.other_edition = editions.get(link.other_id)
        if link.other_edition is not None:
            link.other = link.other_edition.mechanism
    received = MechanismLink.objects.published().filter(other=profile.mechanism_id)
    profile.mechanism.public_links = list(
        received.select_related("source", "profile__mechanism")
    )


def _hold(owner: Any, related: str, records: list[Any]) -> None:
    """Let `owner.related.all()` be these, as after Django's own prefetch_related."""
    held = getattr(owner, related).all()
    held._result_cache = records
    held._prefetch_done = True
    if not hasattr(owner, "_prefetched_objects_cache"):
        owner._prefetched_objects_cache = {}
    owner._prefetched_objects_cache[related] = held
