"""From a reader's words to a query of the index.

A query is plain words, and words in quotation marks for a phrase; every other sign
is only what stands between words, so no query is ever wrong. Queries are put
together from words, never parsed by the index.

What decides the rank, the first that holds:

    the acronym, exactly, in any language
    the name or an alias, exactly
    the beginning of a name, alias or acronym
    all words are in the name or aliases (the last one may be unfinished)
    all words are in the record's own text
    some words are only quoted from related records
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import tantivy
from tantivy import Occur, Query

from iscm_registry.search import words
from iscm_registry.search.documents import KINDS

MOST_WORDS = 32
"""Further words of a query are left out."""

_ACRONYM, _NAME, _START, _CALLED, _OWN, _RELATED = 6000, 5000, 4000, 3000, 2000, 1000
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
    """One word, or the words of a phrase in quotation marks."""

    words: tuple[str, ...]
    is_quoted: bool = False

    @property
    def word(self) -> str:
        return self.words[0]

    @property
    def tolerance(self) -> int:
        return 0 if self.is_quoted else words.tolerance(self.word)


class Question:
    """What a reader asks, cut into terms."""

    def __init__(self, text: str):
        self.text = _QUOTES.sub('"', text)
        phrases = [
            Term(tuple(found), is_quoted=True)
            for quoted in _PHRASE.findall(self.text)
            if (found := words.folded_words(quoted))
        ]
        plain = [
            Term((word,)) for word in words.folded_words(_PHRASE.sub(" ", self.text))
        ]
        self.terms = list(dict.fromkeys([*phrases, *plain]))[:MOST_WORDS]

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
    def name_key(self) -> str:
        return words.key(self.text)

    @cached_property
    def acronym_key(self) -> str:
        return words.acronym_key(self.text)


class Queries:
    """Builds the queries of one question.

    `unknown` are its words that stand nowhere in the registry: they may be slips.
    """

    def __init__(
        self, schema: tantivy.Schema, question: Question, unknown: Collection[str] = ()
    ):
        self._schema = schema
        self._question = question
        self._unknown = unknown

    def exact(self) -> Query:
        """Find what has all needed terms, or a name that begins as asked."""
        terms = self._question.needed
        return _ranked(
            [
                *self._name_ranks(),
                (_OWN, _all(self._own(term) for term in terms)),
                (_RELATED, _all(self._anywhere(term) for term in terms)),
            ],
            weight=_any(self._anywhere(term) for term in self._question.terms),
        )

    def similar(self) -> Query:
        """Find what has all needed terms, or words that differ by a slip."""
        terms = self._question.needed
        key = self._question.name_key
        return _ranked(
            [
                *self._name_ranks(),
                *_by_kind(
                    self._schema,
                    _SIMILAR_NAME,
                    self._fuzzy("name", key, words.tolerance(key)),
                    step=10,
                ),
                (
                    _SIMILAR_CALLED,
                    _all(self._similar(term, ["called"]) for term in terms),
                ),
                (
                    _SIMILAR_OWN,
                    _all(self._similar(term, ["title", "text"]) for term in terms),
                ),
                (
                    0,
                    _all(
                        self._similar(term, ["title", "text", "related"])
                        for term in terms
                    ),
                ),
            ],
            weight=_any(self._anywhere(term) for term in terms),
        )

    def some(self) -> Query:
        """Find what has any of the needed terms; those with most come first."""
        terms = self._question.needed
        found = [
            (Occur.Should, self._similar(term, ["title", "text", "related"]))
            for term in terms
        ]
        return _ranked(
            [
                *self._name_ranks(),
                *(
                    (_SOME * number, Query.boolean_query(found, number))
                    for number in range(1, len(terms) + 1)
                ),
            ],
            weight=_any(self._anywhere(term) for term in terms),
        )

    def names(self) -> Query:
        """Find what is called so, for suggestions: names only, the last word open."""
        return _ranked(self._name_ranks())

    def similar_names(self) -> Query:
        terms = self._question.terms
        last = len(terms) - 1
        return _ranked(
            [
                (
                    _SIMILAR_CALLED,
                    _all(
                        self._fuzzy(
                            "called", term.word, term.tolerance, open_end=n == last
                        )
                        for n, term in enumerate(terms)
                    ),
                )
            ]
        )

    def _name_ranks(self) -> list[tuple[int, Query]]:
        question = self._question
        exactly = [
            (_ACRONYM, self._term("acronym", question.acronym_key)),
            (_NAME, self._term("name", question.name_key)),
            (_START, self._fuzzy("start", question.name_key, open_end=True)),
        ]
        ranks = [
            one
            for rank, query in exactly
            for one in _by_kind(self._schema, rank, query)
        ]
        last = question.needed[-1]
        called = _all(
            self._fuzzy("called", term.word, open_end=True)
            if term is last and not term.is_quoted
            else self._in("called", term)
            for term in question.needed
        )
        return [*ranks, *_by_kind(self._schema, _CALLED, called)]

    def _anywhere(self, term: Term) -> Query:
        related = Query.boost_query(self._in("related", term), 0.1)
        return Query.disjunction_max_query([self._own(term), related], 0.1)

    def _own(self, term: Term) -> Query:
        fields = [
            Query.boost_query(self._in("title", term), 4.0),
            self._in("text", term),
        ]
        if not term.is_quoted:
            fields += [
                self._term(f"text_{language}", words.stem(term.word, language))
                for language in words.STEMMERS
            ]
            fields.append(Query.boost_query(self._term("acronym", term.word), 6.0))
        return Query.disjunction_max_query(fields, 0.1)

    def _similar(self, term: Term, fields: Sequence[str]) -> Query:
        found = [self._anywhere(term) if "related" in fields else self._own(term)]
        # Where every word is known, one of them may still not be the word meant.
        if term.tolerance and (term.word in self._unknown or not self._unknown):
            found += [self._fuzzy(name, term.word, term.tolerance) for name in fields]
        return Query.disjunction_max_query(found)

    def _in(self, name: str, term: Term) -> Query:
        # The index panics at a phrase of one word.
        if len(term.words) == 1:
            return self._term(name, term.word)
        return Query.phrase_query(self._schema, name, list(term.words))

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


def _ranked(ranks: Iterable[tuple[float, Query]], weight: Query | None = None) -> Query:
    """Find what any rank finds, by the highest one, and within it by `weight`."""
    highest = Query.disjunction_max_query(
        [Query.const_score_query(query, float(rank)) for rank, query in ranks]
    )
    if weight is None:
        return highest
    return Query.boolean_query(
        [
            (Occur.Must, highest),
            (Occur.Should, Query.boost_query(weight, _WEIGHT_OF_WORDS)),
        ]
    )


def _by_kind(
    schema: tantivy.Schema, rank: int, query: Query, step: int = _KIND_STEP
) -> list[tuple[int, Query]]:
    return [
        (
            rank + step * (len(KINDS) - place),
            Query.boolean_query(
                [
                    (Occur.Must, query),
                    (Occur.Must, Query.term_query(schema, "kind", kind, "basic")),
                ]
            ),
        )
        for place, kind in enumerate(KINDS)
    ]


def _all(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])
