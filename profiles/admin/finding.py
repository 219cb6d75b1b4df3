"""Finds a record by whatever people type for it, in the selects of the forms."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.contrib import admin
from django.db.models import Case, CharField, IntegerField, QuerySet, Value, When

from profiles.admin.languages import in_every_language
from profiles.folding import fold
from profiles.likeness import closest
from profiles.searching import search

MOST_FOUND = 60
"""Records offered for one term. Whoever sees sixty types another letter."""

_MOST_ALIKE = 5

EXACT = "exact"
FITS = "fits"
ALIKE = "alike"
"""How a record answers what was typed: it is called so, its name holds it, or its name
is only spelled much like it."""


class FindsByAnyName(admin.ModelAdmin):
    """Offers records whose name, code, acronym or alias fits what was typed, or what
    the search's list of equivalents has for them.

    The select of a form asks in any language, without accents; exact codes and
    acronyms come first. Names that are spelled much like the term come last, and are
    told apart. The list of records keeps its own search.
    """

    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def get_search_results(self, request, queryset, search_term):
        match = request.resolver_match
        if match is None or match.url_name != "autocomplete" or not fold(search_term):
            return super().get_search_results(request, queryset, search_term)
        found = look_up(self.names_of_all(queryset), search_term)
        ranked = found.ranked()[:MOST_FOUND]
        place = Case(
            *(When(pk=pk, then=Value(place)) for place, pk in enumerate(ranked)),
            default=Value(len(ranked)),
            output_field=IntegerField(),
        )
        how = Case(
            When(pk__in=found.exact, then=Value(EXACT)),
            When(pk__in=found.fits, then=Value(FITS)),
            default=Value(ALIKE),
            output_field=CharField(),
        )
        # Django's own order is added behind this one only where none is given.
        return queryset.filter(pk__in=ranked).annotate(how=how).order_by(place), False

    def names_of_all(self, queryset) -> dict[Any, tuple[set[str], set[str]]]:
        """Return the folded codes and the folded names of each record, by its key."""
        codes = in_every_language(self.model, *self.codes)
        names = in_every_language(self.model, *self.names)
        plain = queryset.order_by("pk")
        found: dict[Any, tuple[set[str], set[str]]] = {
            pk: (_folded(texts[: len(codes)]), _folded(texts[len(codes) :]))
            for pk, *texts in plain.values_list("pk", *codes, *names)
        }
        if any(f.name == "aliases" for f in self.model._meta.related_objects):
            aliases = plain.exclude(aliases=None).values_list("pk", "aliases__name")
            for pk, alias in aliases:
                found[pk][1].update(_folded([alias]))
        if hasattr(self.model, "natural_key_field"):
            keys = plain.values_list("pk", self.model.natural_key_field)
            for pk, key in keys:
                found[pk][1].update(_folded(self.further_names(key)))
        return found

    def further_names(self, key: Any) -> Iterable[str]:
        """Return what else people call the record of this key."""
        kind = search("KINDS_BY_MODEL").get(self.model._meta.label_lower)
        return search("names_of")(kind, key) if kind else []


def _folded(texts: Iterable[Any]) -> set[str]:
    return {fold(str(text)) for text in texts if text not in (None, "")}


@dataclass(frozen=True)
class Found:
    """The keys of the records that a term may mean, the likeliest first."""

    exact: list[Any] = field(default_factory=list)
    fits: list[Any] = field(default_factory=list)
    alike: list[Any] = field(default_factory=list)

    def ranked(self) -> list[Any]:
        return [*self.exact, *self.fits, *self.alike]


def look_up(records: dict[Any, tuple[set[str], set[str]]], term: str) -> Found:
    """Return which records `term` may mean.

    `records` gives the folded codes and the folded names of each.
    """
    term = fold(term)
    words = term.split()
    scored = []
    for key, (codes, names) in records.items():
        scores = (_fit(term, words, name) for name in names | codes)
        best = _IS_CODE if term in codes else min(scores, default=_NO_FIT)
        if best < _NO_FIT:
            scored.append((best, min(names | codes, key=len), key))
    scored.sort(key=lambda s: s[:2])
    is_called = any(score <= _IS_NAME for score, *_rest in scored)
    there = {key for *_order, key in scored}
    return Found(
        [key for score, _name, key in scored if score <= _IS_NAME],
        [key for score, _name, key in scored if score > _IS_NAME],
        [
            key
            # Nobody who is called just so is asked whether they meant another.
            for key in ([] if is_called else _alike(records, term))
            if key not in there
        ][:_MOST_ALIKE],
    )


_IS_CODE = 0
_IS_NAME = 1
_NO_FIT = 9


def _fit(term: str, words: list[str], name: str) -> int:
    if name == term:
        return _IS_NAME
    if name.startswith(term):
        return 2
    of_name = name.split()
    if all(any(part.startswith(word) for part in of_name) for word in words):
        return 3
    return 4 if term in name else _NO_FIT


def _alike(records, term: str) -> list:
    if len(term) < 3:
        return []
    names = list(
        chain.from_iterable(((n, k) for n in r[1]) for k, r in records.items())
    )
    found = closest(term, [name for name, _key in names], limit=4 * _MOST_ALIKE)
    return list(dict.fromkeys(names[index][1] for _name, _score, index in found))


def records_close_to(queryset: QuerySet, text: str) -> list[Any]:
    """Return the few records that a typed name may mean, the likeliest first."""
    of_kind = admin.site.get_model_admin(queryset.model)
    if isinstance(of_kind, FindsByAnyName):
        names = of_kind.names_of_all(queryset)
    else:
        names = {record.pk: (set(), {fold(str(record))}) for record in queryset.all()}
    close = look_up(names, text).ranked()[:_MOST_ALIKE]
    records = queryset.in_bulk(close)
    return [records[key] for key in close]
