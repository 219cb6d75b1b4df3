"""From a reader's words to a query of the index.

A query is plain words, and words in quotation marks for a phrase; every other sign
is only what stands between words, so no query is ever wrong. Queries are put
together from words, never parsed by the index.

What decides the rank, the first that holds:

    the acronym, exactly, in any language
    the name or an alias, exactly
    the beginning of a name, alias or acronym
    all words are in the name or aliases (the last one may be unfinished)
    the same of what a year or a question is said beside
    all words are in the record's own text
    some words are only quoted from related records
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import tantivy
from tantivy import Occur, Query

from iscm_registry.search import equivalents, words
from iscm_registry.search.documents import KINDS

MOST_WORDS = 32
"""Further words of a query are left out, and the page says which."""

MOST_WIDENED = 8
"""Words of a query for which similar ones are looked for; others are as they are.

Looking for one similar word costs as much as looking for a hundred exact ones.
"""

LONGEST_NAME = 250
"""Letters of a name. A reader's text may fold into many times its own letters."""

LONGEST_NAME_WITH_SLIPS = 240
"""Bytes of a name for which similar ones are looked for: see LONGEST_WITH_SLIPS."""

_ACRONYM, _NAME, _START, _CALLED, _OWN, _RELATED = 6000, 5000, 4000, 3000, 2000, 1000
# A name beside a year or a question: 'Guatemala 2018', 'who chairs the RCM'.
_BARE_NAME, _UNDATED = 2800, 2500
_SIMILAR_NAME, _SIMILAR_CALLED, _SIMILAR_OWN = 900, 600, 300
# For each word that is found, where some are enough.
_SOME = 90
# Among equal names a mechanism comes before a State, and so on. Smaller than the
# distance of two ranks, and larger than any weight of words.
_KIND_STEP = 90
# Keeps the weight of words, however many, below one step.
_WEIGHT_OF_WORDS = 0.2

_QUOTES = re.compile("[“”„‟«»″＂]")
_PHRASE = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class Term:
    """One word, the words of a phrase in quotation marks, or those of a phrase that
    the list of equivalents has. `also` are its equivalents, as phrases."""

    words: tuple[str, ...]
    is_quoted: bool = False
    also: tuple[tuple[str, ...], ...] = ()

    @property
    def word(self) -> str:
        return self.words[0]

    @property
    def tolerance(self) -> int:
        return 0 if self.is_phrase else words.tolerance(self.word)

    @property
    def is_phrase(self) -> bool:
        return self.is_quoted or len(self.words) > 1

    @property
    def parts(self) -> list["Term"]:
        """The words of a phrase that need not stand together, each by itself."""
        telling = [word for word in self.words if not words.is_optional(word)]
        return [Term((word,)) for word in telling or self.words]


class SearchQuery:
    """What a reader asks, cut into terms."""

    def __init__(self, text: str):
        self.text = _QUOTES.sub('"', text)
        phrases = [
            Term(tuple(found), is_quoted=True)
            for quoted in _PHRASE.findall(self.text)
            if (found := words.folded_words(quoted))
        ]
        plain = words.folded_words(_PHRASE.sub(" ", self.text))
        terms = list(dict.fromkeys([*phrases, *_with_equivalents(plain)]))
        self.terms = terms[:MOST_WORDS]
        self.left_out = [" ".join(term.words) for term in terms[MOST_WORDS:]]

    @cached_property
    def needed(self) -> list[Term]:
        """The terms that have to be found: not 'of' and 'the', if there are others."""
        telling = [
            term
            for term in self.terms
            if term.is_quoted or not words.is_optional(term.word)
        ]
        return telling or self.terms

    @cached_property
    def undated(self) -> list[Term]:
        """The needed terms but for years, where a year is said beside others."""
        rest = [t for t in self.needed if t.is_phrase or not words.is_year(t.word)]
        return rest if len(rest) < len(self.needed) else []

    @cached_property
    def bare_key(self) -> str:
        """The name that a year or a question is said beside, if one is: 'guinea' for
        'Guinea in 2018', 'rcm' for 'who chairs the RCM'."""
        said = words.folded_words(self.text)
        rest = [w for w in said if not (words.is_year(w) or w in equivalents.BESIDE)]
        if len(rest) == len(said):
            return ""
        while rest and words.is_optional(rest[-1]):
            rest.pop()
        while rest and words.is_optional(rest[0]):
            rest.pop(0)
        return words.key(" ".join(rest))[:LONGEST_NAME]

    @cached_property
    def name_key(self) -> str:
        return words.key(self.text)[:LONGEST_NAME]

    @cached_property
    def acronym_key(self) -> str:
        return words.acronym_key(self.text)


def _equivalents() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return each phrase of the list with those that mean the same."""
    same: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for group in equivalents.SAME:
        phrases = list(dict.fromkeys(tuple(words.folded_words(one)) for one in group))
        for phrase in phrases:
            same[phrase] = tuple(other for other in phrases if other != phrase)
    return same


_SAME = _equivalents()
_LONGEST_PHRASE = max(map(len, _SAME))


def _with_equivalents(plain: Sequence[str]) -> Iterator[Term]:
    """Yield the words as terms, a phrase of the list as one."""
    place = 0
    while place < len(plain):
        for length in range(_LONGEST_PHRASE, 0, -1):
            phrase = tuple(plain[place : place + length])
            if len(phrase) == length and (also := _SAME.get(phrase)):
                yield Term(phrase, also=also)
                break
        else:
            length = 1
            yield Term((plain[place],))
        place += length


class Queries:
    """Builds the queries of one question.

    `unknown` are its words that stand nowhere in the registry: they may be slips.
    """

    def __init__(
        self,
        schema: tantivy.Schema,
        question: SearchQuery,
        unknown: Collection[str] = (),
    ):
        self._schema = schema
        self._question = question
        self._unknown = unknown
        # Where every word is known, one of them may still not be the word meant.
        self._could_be_slips = [
            term
            for term in question.needed
            if term.tolerance and (term.word in unknown or not unknown)
        ]
        self._widened = frozenset(self._could_be_slips[:MOST_WIDENED])

    @property
    def slips(self) -> list[str]:
        """The words that stand nowhere in the registry, as far as similar ones help."""
        return [
            term.word
            for term in self._could_be_slips[:MOST_WIDENED]
            if term.word in self._unknown
        ]

    @property
    def as_they_are(self) -> list[str]:
        """The words that may be slips, but are too many to be looked for as such."""
        return [term.word for term in self._could_be_slips[MOST_WIDENED:]]

    def exact(self) -> Query:
        """Find what has all needed terms, or a name that begins as asked."""
        terms = self._question.needed
        return _weighted(
            _highest(
                [
                    *self._name_ranks(),
                    _rank(_OWN, _all(self._own(term) for term in terms)),
                    _rank(_RELATED, _all(self._anywhere(term) for term in terms)),
                ]
            ),
            _any(self._anywhere(term) for term in self._question.terms),
        )

    def similar(self) -> Query:
        """Find what has all needed terms, or words that differ by a slip."""
        terms = self._question.needed
        key = self._question.name_key
        ranks = [
            (_SIMILAR_CALLED, ["called"]),
            (_SIMILAR_OWN, ["title", "text"]),
            (0, ["title", "text", "related"]),
        ]
        return _weighted(
            _highest(
                [
                    *self._name_ranks(),
                    self._by_kind(
                        _SIMILAR_NAME,
                        self._fuzzy(
                            "name", key, words.tolerance(key, LONGEST_NAME_WITH_SLIPS)
                        ),
                        step=10,
                    ),
                    *(
                        _rank(rank, _all(self._similar(term, names) for term in terms))
                        for rank, names in ranks
                    ),
                ]
            ),
            _any(self._anywhere(term) for term in terms),
        )

    def some(self) -> Query:
        """Find what has any of the needed terms; those with most come first."""
        terms = self._question.needed
        # Each term that is found adds its rank, so each is looked for once only.
        by_number = _any(
            Query.const_score_query(
                self._similar(term, ["title", "text", "related"]), float(_SOME)
            )
            for term in terms
        )
        return _weighted(
            _highest([*self._name_ranks(), by_number]),
            _any(self._anywhere(term) for term in terms),
        )

    def names(self) -> Query:
        """Find what is called so, for suggestions: names only, the last word open."""
        return _highest(self._name_ranks())

    def _name_ranks(self) -> list[Query]:
        question = self._question
        last = question.needed[-1]
        called = _all(
            self._fuzzy("called", term.word, open_end=True)
            if term is last and not (term.is_phrase or term.also)
            else self._in("called", term)
            for term in question.needed
        )
        return [
            self._by_kind(_ACRONYM, self._term("acronym", question.acronym_key)),
            self._by_kind(_NAME, self._term("name", question.name_key)),
            self._by_kind(
                _START, self._fuzzy("start", question.name_key, open_end=True)
            ),
            self._by_kind(_CALLED, called),
            *self._bare_ranks(),
        ]

    def _bare_ranks(self) -> Iterator[Query]:
        """Find by its name what a year or a question is said beside."""
        question = self._question
        if key := question.bare_key:
            acronym = self._term("acronym", words.acronym_key(key))
            exactly = _highest([acronym, self._term("name", key)])
            yield self._by_kind(_BARE_NAME, exactly)
        if question.undated:
            called = (self._in("called", term) for term in question.undated)
            yield self._by_kind(_UNDATED, _all(called))

    def exactly(self) -> Query:
        """Find what is called just so, or stands so in addresses."""
        question = self._question
        return _highest(
            [
                self._term("acronym", question.acronym_key),
                self._term("name", question.name_key),
                self._term("key", question.name_key),
            ]
        )

    def _by_kind(self, rank: int, query: Query, step: int = _KIND_STEP) -> Query:
        """Rank what the query finds, and among equals the first of the kinds."""
        return Query.boolean_query(
            [(Occur.Must, _rank(rank, query))]
            + [
                (
                    Occur.Should,
                    _rank(
                        step * (len(KINDS) - place),
                        Query.term_query(self._schema, "kind", kind, "basic"),
                    ),
                )
                for place, kind in enumerate(KINDS)
            ]
        )

    def _anywhere(self, term: Term) -> Query:
        related = Query.boost_query(self._in("related", term), 0.1)
        return Query.disjunction_max_query([self._own(term), related], 0.1)

    def _own(self, term: Term) -> Query:
        fields = [
            Query.boost_query(self._in("title", term), 4.0),
            self._in("text", term),
        ]
        if not term.is_quoted and len(term.words) > 1:
            fields.append(_all(self._own(part) for part in term.parts))
        elif not term.is_quoted:
            fields += [
                self._term(f"text_{language}", words.stem(term.word, language))
                for language in words.STEMMERS
            ]
            fields.append(Query.boost_query(self._term("acronym", term.word), 6.0))
        return Query.disjunction_max_query(fields, 0.1)

    def _similar(self, term: Term, fields: Sequence[str]) -> Query:
        found = [self._anywhere(term) if "related" in fields else self._own(term)]
        if term in self._widened:
            found += [self._fuzzy(name, term.word, term.tolerance) for name in fields]
        return Query.disjunction_max_query(found)

    def _in(self, name: str, term: Term) -> Query:
        """Find the term or one of its equivalents in a field."""
        own = self._phrase(name, term.words)
        if not term.is_quoted and len(term.words) > 1:
            own = _all(self._in(name, part) for part in term.parts)
        if not term.also:
            return own
        return _highest([own, *(self._phrase(name, other) for other in term.also)])

    def _phrase(self, name: str, phrase: Sequence[str]) -> Query:
        # The index panics at a phrase of one word.
        if len(phrase) == 1:
            return self._term(name, phrase[0])
        return Query.phrase_query(self._schema, name, list(phrase))

    def _term(self, name: str, word: str) -> Query:
        return Query.term_query(self._schema, name, word)

    def _fuzzy(
        self, name: str, word: str, distance: int = 0, open_end: bool = False
    ) -> Query:
        return Query.fuzzy_term_query(
            self._schema, name, word, distance=distance, prefix=open_end
        )


def of_kinds(schema: tantivy.Schema, query: Query, kinds: Iterable[str]) -> Query:
    """Keep hits of the given kinds, without a change to their rank."""
    kept = Query.term_set_query(schema, "kind", list(kinds))
    return Query.boolean_query(
        [(Occur.Must, query), (Occur.Must, Query.const_score_query(kept, 0.0))]
    )


def _rank(rank: float, query: Query) -> Query:
    return Query.const_score_query(query, float(rank))


def _highest(ranks: list[Query]) -> Query:
    """Find what any of the ranks finds, by the highest one."""
    return Query.disjunction_max_query(ranks)


def _weighted(ranked: Query, weight: Query) -> Query:
    """Order what has the same rank by the weight of its words."""
    return Query.boolean_query(
        [
            (Occur.Must, ranked),
            (Occur.Should, Query.boost_query(weight, _WEIGHT_OF_WORDS)),
        ]
    )


def _all(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])
