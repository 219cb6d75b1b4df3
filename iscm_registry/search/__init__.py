"""Search over everything that is published.

    find      ranked hits with snippets, for the search page
    ids       all keys of one kind in rank order, for the lists' own search field
    suggest   names that begin as typed
    called    the records of a kind that are called just so
    options   those that are called so or begin so, for the box that narrows a facet
    names_of_value   what else readers call a value of a filter
    build_index
    is_in_memory   whether this process does without the files of the index

All that search may raise NotReady. Every answer is of the revision at which it was
asked; see `index`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise, lazy
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rapidfuzz import process
from rapidfuzz.distance import OSA
from tantivy import Query

from iscm_registry.search import index as _index
from iscm_registry.search import words
from iscm_registry.search.documents import (
    FACT_KINDS,
    KINDS,
    NAMED_KINDS,
    language_of,
    title_of,
)
from iscm_registry.search.equivalents import names_of, names_of_value
from iscm_registry.search.index import Entry, NotReady, OpenIndex, is_in_memory
from iscm_registry.search.queries import Queries, SearchQuery, of_kinds
from iscm_registry.search.snippets import Marker
from profiles import partial_dates
from profiles.facets import MOST_OPTIONS

__all__ = [
    "KINDS_BY_MODEL",
    "KIND_LABELS",
    "KIND_PLURALS",
    "LONGEST_QUERY",
    "Hit",
    "NotReady",
    "QueryTooLong",
    "SearchResult",
    "Suggestion",
    "build_index",
    "called",
    "find",
    "ids",
    "is_in_memory",
    "left_out",
    "names_of",
    "names_of_value",
    "options",
    "suggest",
]

LONGEST_QUERY = 500

MOST_CALLED_SO = 10
"""Records that share a name, of which readers are told."""

_capitalised: Callable[[Any], Promise] = lazy(capfirst, str)

KIND_LABELS: dict[str, Promise] = {
    "mechanism": _("Mechanism"),
    "state": _("State"),
    "organisation": _("Organisation"),
    "theme": _("Theme"),
    **{
        name: _capitalised(kind._meta.verbose_name) for name, kind in FACT_KINDS.items()
    },
}

KIND_PLURALS: dict[str, Promise] = {
    "mechanism": _("Mechanisms"),
    "state": _("States"),
    "organisation": _("Organisations"),
    "theme": _("Themes"),
    **{
        name: _capitalised(kind._meta.verbose_name_plural)
        for name, kind in FACT_KINDS.items()
    },
}

KINDS_BY_MODEL = {
    "profiles.state": "state",
    "profiles.theme": "theme",
    "partnerships.organisation": "organisation",
}
"""The kinds of records that the list of equivalents has further names of."""

RELATION_LABELS: dict[str, Promise] = {
    "names": _("Also called"),
    "members": _("States that take part"),
    "states": _("States"),
    "partners": _("Partners"),
    "mechanisms": _("Mechanisms"),
    "contributions": _("Contributions"),
    "themes": _("Themes"),
    "objectives": _("GCM objectives"),
}

# Kinds that suggestions name: what readers know by name.
_SUGGESTED = NAMED_KINDS


class QueryTooLong(ValueError):
    """Raised for a text that is no question. Its own text is for the reader."""

    def __init__(self, length: int):
        super().__init__(
            _(
                "The search text has %(length)s characters; at most %(most)s can be "
                "searched for. Shorten it to the words that matter."
            )
            % {"length": length, "most": LONGEST_QUERY}
        )


@dataclass(frozen=True)
class Hit:
    """Something found. The HTML texts are safe; the words found stand in <mark>."""

    kind: str
    key: str
    title: str
    title_html: SafeString
    language: str
    acronym: str
    detail: str
    when: str
    url: str
    snippet_html: SafeString
    snippet_language: str
    quoted_from: Promise | str
    score: float

    @property
    def kind_label(self) -> Promise:
        return KIND_LABELS[self.kind]


@dataclass(frozen=True)
class SearchResult:
    """A page of ranked hits.

    `match` says how they were found: "exact" (all words), "similar" (all words, or
    words that differ by a slip) or "some" (any of the words). `total` counts the
    hits of the kinds asked for, `counts_by_kind` those of every kind. `left_out` are
    the words too many, which were not looked for, `as_they_are` those for which no
    similar ones were.
    """

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    counts_by_kind: dict[str, int] = field(default_factory=dict)
    corrected: str | None = None
    match: str = "exact"
    left_out: list[str] = field(default_factory=list)
    as_they_are: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Suggestion:
    """A record that is called as somebody types. `why` is the name that is, where
    title and acronym (`detail`) do not show it."""

    kind: str
    title: str
    url: str
    detail: str
    why: str = ""

    @property
    def kind_label(self) -> Promise:
        return KIND_LABELS[self.kind]


def find(
    query: str,
    kinds: Collection[str] | None = None,
    limit: int = 20,
    offset: int = 0,
    language: str | None = None,
    *,
    revision: str | None = None,
) -> SearchResult:
    """Search for plain words, and phrases in quotation marks.

    Raises QueryTooLong. A caller that has just read the revision passes it, which
    spares the query.
    """
    answer = _answer(query, revision)
    if answer is None:
        return SearchResult()
    chosen = set(KINDS if kinds is None else kinds)
    total = sum(answer.counts[kind] for kind in chosen if kind in answer.counts)
    marker = Marker(answer.question, answer.slips)
    language = language or get_language() or "en"
    # The index makes room for all hits before the offset, whether there are any or not.
    found = answer.ranked(chosen, limit, offset) if offset < total else []
    hits = [
        _hit(answer.opened, place, address, score, marker, language)
        for score, place, address in found
    ]
    return SearchResult(
        hits,
        total,
        answer.counts,
        _corrected(answer),
        answer.match,
        answer.question.left_out,
        answer.as_they_are,
    )


def left_out(query: str) -> list[str]:
    """Return the words of a query that are too many to be looked for."""
    return _question(query).left_out


def ids(query: str, kind: str, *, revision: str | None = None) -> list[str]:
    """Return the keys of all records of `kind` that `find` finds, in its order."""
    answer = _answer(query, revision)
    if answer is None or not answer.counts.get(kind):
        return []
    found = answer.ranked({kind}, answer.counts[kind], 0)
    return [answer.opened.entries[place].key for _score, place, _address in found]


def suggest(
    query: str,
    limit: int = 8,
    language: str | None = None,
    *,
    kinds: Collection[str] = _SUGGESTED,
    revision: str | None = None,
) -> list[Suggestion]:
    """Return mechanisms, States, organisations and themes that are called so."""
    question = _question(query)
    if not question.terms:
        return []
    opened = _index.current(revision)
    asked = Queries(opened.index.schema, question).names()
    language = language or get_language() or "en"
    suggestions = []
    for _score, place, address in _ranked(opened, asked, set(kinds), limit, 0):
        entry = opened.entries[place]
        title = title_of(entry.titles, language)
        acronym = _acronym(entry, language)
        shown = [title, acronym]
        why = (
            ""
            if any(_begins(name, question) for name in shown)
            else next(
                (
                    passage.text
                    for passage in opened.passages(address)
                    if passage.relation == "names" and _begins(passage.text, question)
                ),
                "",
            )
        )
        suggestions.append(Suggestion(entry.kind, title, _url(entry), acronym, why))
    return suggestions


def called(text: str, kind: str, *, revision: str | None = None) -> list[str]:
    """Return the keys of the records of a kind that are called just so.

    Names in every language, former ones, acronyms, codes and what stands in addresses:
    several keys where several records share a name. Nothing for what is no name.
    """
    if len(text) > LONGEST_QUERY or not (question := _question(text)).terms:
        return []
    opened = _index.current(revision)
    exactly = Queries(opened.index.schema, question).exactly()
    found = _ranked(opened, exactly, {kind}, MOST_CALLED_SO, 0)
    return [opened.entries[place].key for _score, place, _address in found]


def options(text: str, kind: str, *, revision: str | None = None) -> list[str]:
    """Return the keys of the records of a kind that are called so, or begin so.

    Raises QueryTooLong.
    """
    question = _question(text)
    if not question.terms:
        return []
    opened = _index.current(revision)
    asked = Queries(opened.index.schema, question).names()
    found = _ranked(opened, asked, {kind}, MOST_OPTIONS, 0)
    return [opened.entries[place].key for _score, place, _address in found]


def _begins(name: str, question: SearchQuery) -> bool:
    """Tell whether a name shows why a question found its record."""
    if words.acronym_key(name).startswith(question.acronym_key):
        return True
    of_name = words.folded_words(name)
    return all(
        any(word.startswith(asked) for word in of_name)
        for term in question.needed
        for asked in term.words
    )


def build_index() -> int:
    """Build the index of the current revision; return its number of documents."""
    return _index.build()


@dataclass(frozen=True)
class _Answer:
    opened: OpenIndex
    question: SearchQuery
    query: Query
    match: str
    counts: dict[str, int]
    queries: Queries

    @property
    def slips(self) -> list[str]:
        """The words that stand nowhere, for which similar ones were looked for."""
        return [] if self.match == "exact" else self.queries.slips

    @property
    def as_they_are(self) -> list[str]:
        return [] if self.match == "exact" else self.queries.as_they_are

    def ranked(self, kinds: set[str], limit: int, offset: int) -> list[tuple]:
        return _ranked(self.opened, self.query, kinds, limit, offset)


def _question(query: str) -> SearchQuery:
    if len(query) > LONGEST_QUERY:
        raise QueryTooLong(len(query))
    return SearchQuery(words.clean(query))


def _answer(query: str, revision: str | None) -> _Answer | None:
    """Search until something is found: for all words, for slips, for any word.

    The kinds that the reader chose do not matter here, so that the counts of all
    kinds and the lists' own answers agree.
    """
    question = _question(query)
    if not question.terms:
        return None
    opened = _index.current(revision)
    schema = opened.index.schema
    unknown = [
        term.word
        for term in question.needed
        if term.tolerance
        and not any(
            opened.searcher.doc_freq(field, word)
            for phrase in (term.words, *term.also)
            for word in phrase
            for field in ("text", "related")
        )
    ]
    queries = Queries(schema, question, unknown)
    ways = {"exact": queries.exact, "similar": queries.similar, "some": queries.some}
    for match, asked in ways.items():
        made = asked()
        counts = _counts(opened, made)
        answer = _Answer(opened, question, made, match, counts, queries)
        if counts:
            break
    return answer


def _counts(opened: OpenIndex, query: Query) -> dict[str, int]:
    by_kind = {"kinds": {"terms": {"field": "kind", "size": len(KINDS)}}}
    buckets = opened.searcher.aggregate(query, by_kind)["kinds"]["buckets"]
    counted = {bucket["key"]: int(bucket["doc_count"]) for bucket in buckets}
    return {kind: counted[kind] for kind in KINDS if kind in counted}


def _ranked(
    opened: OpenIndex, query: Query, kinds: set[str], limit: int, offset: int
) -> list[tuple]:
    """Return score, place and address of hits; equals stand as they were indexed."""
    if kinds != set(KINDS):
        query = of_kinds(opened.index.schema, query, sorted(kinds))
    found = opened.searcher.search(query, limit=limit, offset=offset, count=False).hits
    addresses = [address for _score, address in found]
    places = opened.searcher.fast_field_values("place", addresses)
    return [
        (score, place, address)
        for (score, address), place in zip(found, places, strict=True)
    ]


def _hit(
    opened: OpenIndex, place: int, address, score: float, marker: Marker, language: str
) -> Hit:
    entry = opened.entries[place]
    title = title_of(entry.titles, language)
    title_language = language_of(entry.titles, language)
    acronym = _acronym(entry, language)
    snippet, passage = marker.snippet(
        opened.passages(address), language, f"{title} {acronym}"
    )
    return Hit(
        kind=entry.kind,
        key=entry.key,
        title=title,
        title_html=marker.marked(title, title_language),
        language=title_language,
        acronym=acronym,
        detail=title_of(entry.detail, language) if entry.detail else "",
        when=partial_dates.display(entry.when),
        url=_url(entry),
        snippet_html=snippet,
        snippet_language=passage.language if passage else title_language,
        quoted_from=RELATION_LABELS.get(passage.relation, "") if passage else "",
        score=score,
    )


def _acronym(entry: Entry, language: str) -> str:
    return title_of(entry.acronyms, language) if entry.acronyms else ""


def _url(entry: Entry) -> str:
    if entry.kind == "state":
        return reverse("state-detail", args=[entry.key.lower()])
    if entry.kind == "organisation":
        return reverse("partner-detail", args=[entry.key])
    if entry.kind == "theme":
        return reverse("theme-detail", args=[entry.key])
    page = reverse("mechanism-detail", args=[entry.mechanism])
    return page if entry.kind == "mechanism" else f"{page}#{entry.key}"


def _corrected(answer: _Answer) -> str | None:
    """Return the query with its unknown words replaced by the nearest known ones."""
    if not answer.slips:
        return None
    text = answer.question.text
    changed = []
    for word in words.cut(text):
        if word.folded in answer.slips and (
            nearest := _nearest(word.folded, answer.opened.spellings)
        ):
            changed.append((word, nearest))
    for word, nearest in reversed(changed):
        text = text[: word.start] + nearest + text[word.end :]
    return text if changed else None


def _nearest(slip: str, spellings: dict[str, str]) -> str | None:
    found = process.extractOne(
        slip,
        spellings.keys(),
        scorer=OSA.distance,
        score_cutoff=words.tolerance(slip),
    )
    return spellings[found[0]] if found else None
