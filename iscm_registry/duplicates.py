"""Organisations and sources that may have been entered twice.

Only a person can tell; here is who should be looked at. The search compares every
name with every other, so what it finds is kept until a record changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.db.models import Model
from rapidfuzz import fuzz

from iscm_registry import revision
from iscm_registry.merging import MERGEABLE
from partnerships.models import Organisation
from profiles.folding import fold
from profiles.models import Source, TwoRecords

SIMILAR = 90
"""From which likeness of two names, of 100, they are worth a look."""

_LANGUAGES = ("en", "fr", "es", "ar")
_KEPT_FOR = 24 * 60 * 60


@dataclass(frozen=True)
class Pair:
    """Two records of one kind, and the names or addresses that are alike."""

    kind: str
    first: int
    second: int
    alike: tuple[str, str]


@dataclass(frozen=True)
class Suspects:
    """A pair with its records, as a page shows them."""

    pair: Pair
    first: Model
    second: Model


def possible_duplicates() -> list[Pair]:
    """Return the pairs that are alike, the most certain first."""
    key = f"duplicates:{revision.current()}"
    pairs = caches["pages"].get(key)
    if pairs is None:
        pairs = [*_organisations(), *_sources()]
        caches["pages"].set(key, pairs, _KEPT_FOR)
    return pairs


def undecided(pairs: Iterable[Pair]) -> list[Pair]:
    """Leave out the pairs of which somebody said that they are two records."""
    said = {
        (f"{app}.{model}", first, second)
        for app, model, first, second in TwoRecords.objects.values_list(
            "kind__app_label", "kind__model", "first", "second"
        )
    }
    return [
        pair
        for pair in pairs
        if (pair.kind, *sorted((pair.first, pair.second))) not in said
    ]


def say_they_are_two(first: Model, second: Model, *, by: Any) -> None:
    """Keep two records that look alike from being shown as one again."""
    one, other = sorted((first.pk, second.pk))
    kind = ContentType.objects.get_for_model(first)
    TwoRecords.objects.get_or_create(
        kind=kind, first=one, second=other, defaults={"by": by}
    )


def with_records(pairs: Iterable[Pair]) -> list[Suspects]:
    """Load the records of pairs, with one query for each kind."""
    pairs = list(pairs)
    wanted: dict[str, set[int]] = {kind._meta.label_lower: set() for kind in MERGEABLE}
    for pair in pairs:
        wanted[pair.kind] |= {pair.first, pair.second}
    found = {
        kind._meta.label_lower: kind._base_manager.in_bulk(
            list(wanted[kind._meta.label_lower])
        )
        for kind in MERGEABLE
    }
    return [
        Suspects(pair, found[pair.kind][pair.first], found[pair.kind][pair.second])
        for pair in pairs
        if {pair.first, pair.second} <= found[pair.kind].keys()
    ]


def _organisations() -> Iterator[Pair]:
    kind = Organisation._meta.label_lower
    names: dict[int, dict[str, str]] = defaultdict(dict)
    columns = [
        f"{n}_{language}" for n in ("name", "acronym") for language in _LANGUAGES
    ]
    for pk, *texts in Organisation.objects.order_by("pk").values_list("pk", *columns):
        names[pk] = {fold(text): text for text in texts if text}
    aliases = Organisation.objects.exclude(aliases=None)
    for pk, text in aliases.order_by("pk").values_list("pk", "aliases__name"):
        names[pk].setdefault(fold(text), text)

    similar = []
    for (first, own), (second, other) in combinations(names.items(), 2):
        if same := own.keys() & other.keys():
            name = min(same)
            yield Pair(kind, first, second, (own[name], other[name]))
        elif best := _most_alike(own, other):
            score, alike = best
            similar.append((score, Pair(kind, first, second, alike)))
    similar.sort(key=lambda found: -found[0])
    yield from (pair for _score, pair in similar)


def _most_alike(
    own: dict[str, str], other: dict[str, str]
) -> tuple[float, tuple[str, str]] | None:
    best = None
    for name, text in own.items():
        for other_name, other_text in other.items():
            # Acronyms differ by a letter and mean something else altogether.
            if min(len(name), len(other_name)) < 8:
                continue
            score = fuzz.token_sort_ratio(name, other_name, score_cutoff=SIMILAR)
            if score and (best is None or score > best[0]):
                best = (score, (text, other_text))
    return best


def _sources() -> Iterator[Pair]:
    by_mark: dict[str, list[tuple[int, str]]] = defaultdict(list)
    columns = ("url", "title", "publisher", "published")
    for pk, url, title, *more in Source.objects.order_by("pk").values_list(
        "pk", *columns
    ):
        if url:
            by_mark[_place(url)].append((pk, url))
        # Every site has a page “About us”; a document with two dates is two of them.
        by_mark[" ".join(map(fold, (title, *more)))].append((pk, title))
    seen = set()
    for records in by_mark.values():
        for (first, text), (second, other) in combinations(records, 2):
            if first != second and (first, second) not in seen:
                seen.add((first, second))
                yield Pair(Source._meta.label_lower, first, second, (text, other))


def _place(url: str) -> str:
    parts = urlsplit(url.strip())
    host = parts.netloc.lower().removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"//{host}{parts.path.rstrip('/')}{query}"
