"""Facets: filters whose options carry counts.

A facet is declared once, by the rows in which its values stand. An index reads them
once a revision (`list_index.py`), and filtering and counting read that.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import and_, attrgetter, or_
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from profiles.alphabetical import name_key
from profiles.folding import fold
from profiles.partial_dates import EARLIEST_YEAR, LATEST_YEAR
from profiles.searching import search

MOST_ERRORS = 5
"""Unknown values that a page names."""

LONGEST_NAME = 300
"""Characters of a text that may name a value."""

FEW_OPTIONS = 12
"""A closed facet with more options than this is drawn with the first of them."""

FIRST_OPTIONS = 5

MOST_OPTIONS = 300
"""A facet lists no more options than this, however large the registry grows."""


@dataclass(frozen=True)
class ListQuery:
    """What a reader asks of a list, as the parameters of its address.

    Addresses keep the parameters in one order whatever order they came in, so that
    one question has one address. The page is no part of it: another question has
    other pages.
    """

    path: str
    parameters: dict[str, list[str]]

    @property
    def url(self) -> str:
        asked = _joined(_written(*one) for one in self.parameters.items())
        return f"?{asked}" if asked else self.path

    def url_of(self, name: str, *kept: str) -> Callable[[str], str]:
        """Return what gives the address of `having(name, *kept, value)` for a value.

        A page writes hundreds of them, which differ in that value.
        """
        written = [_written(*one) for one in self.parameters.items()]
        place = [*self.parameters].index(name)
        before, after = _joined(written[:place]), _joined(written[place + 1 :])

        def url(value: str) -> str:
            values = [*dict.fromkeys((*kept, value))]
            return f"?{_joined((before, _written(name, values), after))}"

        return url

    @property
    def data(self) -> QueryDict:
        return QueryDict(urlencode(self.parameters, doseq=True))

    def having(self, name: str, *values: str) -> "ListQuery":
        """Return the question with these values for a parameter, and no others."""
        once = list(dict.fromkeys(value for value in values if value))
        return ListQuery(self.path, {**self.parameters, name: once})

    def without(self, name: str, value: str) -> "ListQuery":
        """Return the question without one of the values of a parameter."""
        return self.having(name, *(v for v in self.parameters[name] if v != value))

    def only(self, name: str, value: str) -> "ListQuery":
        """Return the question that asks nothing but one value of a parameter."""
        return ListQuery(self.path, {name: [value]})

    def pairs(self, *left_out: str) -> list[tuple[str, str]]:
        """Return every name with each of its values, for hidden fields of a form."""
        return [
            (name, value)
            for name, values in self.parameters.items()
            for value in values
            if name not in left_out
        ]


def _written(name: str, values: Iterable[str]) -> str:
    return urlencode([(name, value) for value in values])


def _joined(written: Iterable[str]) -> str:
    return "&".join(filter(None, written))


@dataclass(frozen=True)
class Option:
    """A value of a facet. `count` is the number of results behind `url`.

    `name` says in words what that link leads to.
    """

    value: str
    label: str
    count: int
    name: str
    selected: bool
    url: str


@dataclass(frozen=True)
class Facet:
    """A facet as drawn. `combine` says how its own values work together."""

    name: str
    label: str
    options: list[Option]
    combine: str = "any"
    errors: list[str] = field(default_factory=list)
    starts_open: bool = False
    kind_searched: str = ""
    whole_url: str = ""
    """Leads to the facet with all its options, where they are not all drawn."""

    @property
    def shown(self) -> list[Option]:
        """The options that a page draws: two hundred in a closed box cost a phone
        more time than the whole rest of a list."""
        return self.options[:FIRST_OPTIONS] if self.whole_url else self.options

    @property
    def chosen(self) -> int:
        return sum(option.selected for option in self.options)


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the questions without it and with nothing else."""

    name: str
    value: str
    label: str
    value_label: str
    rest: ListQuery
    alone: ListQuery

    @property
    def remove_url(self) -> str:
        return self.rest.url


@dataclass(frozen=True)
class Value:
    """A value that a facet knows, under the name that readers see."""

    value: str
    label: str


class ValuesField(forms.Field):
    """Any number of values, each of which the facet must know."""

    widget = forms.SelectMultiple

    def __init__(
        self, *, known: Callable[[Sequence[str]], Iterable[Value]], unknown, **kwargs
    ):
        super().__init__(**kwargs)
        self.known = known
        self.unknown = unknown

    def clean(self, value):
        asked = list(dict.fromkeys(v for v in value or () if v))
        known = {v.value for v in self.known(asked)} if asked else set()
        unknown = [v for v in asked if v not in known]
        if unknown:
            raise ValidationError(
                [
                    ValidationError(
                        self.unknown, code="unknown", params={"value": shortened(v)}
                    )
                    for v in unknown[:MOST_ERRORS]
                ]
            )
        return asked


def shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


class FacetFilter(django_filters.Filter):
    """Keeps the records for which one of the chosen values stands in `rows`.

    `value` is the field of the rows that holds the value, `key` the one that holds
    the record counted. With `combine="all"` every chosen value must stand there.
    `unknown` is the whole sentence for a value that the facet does not know, `worded`
    what a sentence says of `count` results with a value: "that are %(value)s".
    """

    field_class = ValuesField

    kind_searched = ""
    """What the site's search calls the values, where they are records that it knows."""

    def __init__(
        self,
        rows: Callable[[], models.QuerySet],
        *,
        value: str,
        key: str = "profile",
        combine: str = "any",
        unknown,
        worded=None,
        **kwargs,
    ):
        super().__init__(known=self.known, unknown=unknown, **kwargs)
        self.rows = rows
        self.value = value
        self.key = key
        self.combine = combine
        self.worded = worded

    @property
    def lookup(self) -> str:
        """The path from a row to what stands in addresses."""
        return self.value

    @property
    def stands_in_the_record(self) -> bool:
        """Whether the rows are the records counted, which then need not be joined to
        themselves: SQLite takes time by the square for that."""
        return self.key == "pk"

    def known(self, values: Sequence[str]) -> Iterable[Value]:
        """Return those of `values` that exist, whether or not anything has them."""
        raise NotImplementedError

    def names(self, parameter: str) -> dict[str, frozenset[str]]:
        """Return the values by what they are called, folded, in every language.

        Those that the site's search knows by name are not among them.
        """
        return {}

    def called(self, parameter: str, text: str) -> Set[str]:
        """Return the values that a text may mean: one, or several of one name."""
        if self.kind_searched:
            keys = search("called")(text, self.kind_searched)
            return {known.value for known in self.known(keys)}
        return self.names(parameter).get(fold(text), frozenset())

    def meant(self, parameter: str, text: str) -> str:
        """Return the one value that a text means; what means none or several stays."""
        if any(self.known([text.strip()])):
            return text.strip()
        if len(text) > LONGEST_NAME:
            return text
        called = self.called(parameter, text)
        return next(iter(called)) if len(called) == 1 else text

    def all_meant(self, parameter: str, text: str) -> list[str]:
        """Return the values that a text means, which may name several with commas
        between them."""
        meant = [self.meant(parameter, one) for one in text.split(",") if one.strip()]
        known = {one.value for one in self.known(meant)}
        is_list = len(meant) > 1 and known.issuperset(meant)
        return meant if is_list else [self.meant(parameter, text)]

    def holders(self, records: models.QuerySet) -> Iterable[tuple[str, int]]:
        """Return values, as they stand in addresses, each with the key of a record
        that has it; rows of drafts may be among them."""
        rows = records if self.stands_in_the_record else self.rows()
        held = rows.order_by().values_list(self.lookup, self.key)
        return ((str(value), key) for value, key in held if value is not None)

    def passing(self, held: Mapping[str, int], values: Sequence[str]) -> int:
        """Return the bits of the records that have any of the values, or all."""
        bits = (held.get(value, 0) for value in values)
        return reduce(and_ if self.combine == "all" else or_, bits)

    def listed(self, held: Collection[str]) -> list[Value]:
        """Return these values in the order of the page."""
        return list(self.known(list(held)))

    def counted_values(
        self, listed: Sequence[Value], counts: Mapping[str, int], chosen: Sequence[str]
    ) -> list[tuple[Value, int]]:
        """Return the values worth listing, in order, with their counts.

        Those that nothing has are left out unless they are chosen: what a reader
        chose can always be seen and taken back.
        """
        if not {one.value for one in listed}.issuperset(chosen):
            listed = self.listed({*(one.value for one in listed), *chosen})
        return [
            (one, counts.get(one.value, 0))
            for one in listed
            if counts.get(one.value) or one.value in chosen
        ]


class VocabularyFacet(FacetFilter):
    """A facet over the terms of a controlled list, in their own order.

    Terms that are no names begin small within a sentence; `worded_apart` has what a
    sentence says of a term that does not fit `worded`.
    """

    def __init__(
        self,
        rows,
        *,
        terms: type[models.TextChoices],
        are_names: bool = False,
        worded_apart: Mapping[str, Any] | None = None,
        **kwargs,
    ):
        self.terms = terms
        self.are_names = are_names
        self.worded_apart = worded_apart or {}
        super().__init__(rows, **kwargs)

    def known(self, values):
        return [
            Value(term, str(label))
            for term, label in self.terms.choices
            if term in values
        ]

    def names(self, parameter):
        return names_of_terms(parameter, self.terms)


class RecordFacet(FacetFilter):
    """A facet over records, such as regions or States.

    `address` is the field that stands in addresses, a small number when `numbered`.
    `records` leaves out what must not be named in public. They are listed in their
    own order ("given"), by "name" in the reader's language, or by "count".
    """

    def __init__(
        self,
        rows,
        *,
        records: Callable[[], models.QuerySet],
        address: str = "slug",
        numbered: bool = False,
        order: str = "given",
        label_of: Callable[[Any], str] = str,
        kind_searched: str = "",
        **kwargs,
    ):
        self.kind_searched = kind_searched
        self.records = records
        self.address = address
        self.numbered = numbered
        self.order = order
        self.label_of = label_of
        super().__init__(rows, **kwargs)

    @property
    def lookup(self):
        return f"{self.value}__{self.address}"

    def known(self, values):
        return [self._value(record) for record in self._with_addresses(values)]

    def listed(self, held):
        # All are read, for a database takes only so many parameters.
        values = [self._value(record) for record in self.records()]
        values = [one for one in values if one.value in held]
        if self.order != "given":
            values.sort(key=lambda one: name_key(one.label))
        return values

    def counted_values(self, listed, counts, chosen):
        counted = super().counted_values(listed, counts, chosen)
        by_count = sorted(counted, key=lambda pair: -pair[1])
        if self.order == "count":
            counted = by_count
        if len(counted) > MOST_OPTIONS:
            most = {one.value for one, _count in by_count[:MOST_OPTIONS]} | {*chosen}
            counted = [pair for pair in counted if pair[0].value in most]
        return counted

    def names(self, parameter):
        if self.kind_searched:
            return {}
        names: dict[str, frozenset[str]] = {}
        for record in self.records():
            value = self._value(record).value
            # A number is no name: '-1' folds to that of the first.
            texts = _in_every_language(record) + [value] * (not self.numbered)
            _learn(names, parameter, value, texts)
        return names

    def _value(self, record) -> Value:
        address = attrgetter(self.address.replace("__", "."))(record)
        return Value(str(address), self.label_of(record))

    def _with_addresses(self, values):
        return self.records().filter(**{f"{self.address}__in": self._readable(values)})

    def _readable(self, values: Sequence[str]) -> list[str]:
        # What the column cannot hold never reaches the database: PostgreSQL refuses
        # a NUL, and a number field anything that is no small number.
        if self.numbered:
            return [v for v in values if v.isascii() and v.isdigit() and len(v) < 5]
        return [v for v in values if "\0" not in v]


@lru_cache(maxsize=64)
def names_of_terms(
    parameter: str, terms: type[models.TextChoices]
) -> dict[str, frozenset[str]]:
    """Return the terms of a controlled list by what they are called, folded."""
    names: dict[str, frozenset[str]] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for term, label in terms.choices:
                _learn(names, parameter, term, [term, str(label)])
    return names


def _learn(
    names: dict[str, frozenset[str]], parameter: str, value: str, texts: Iterable[str]
) -> None:
    for text in (*texts, *search("names_of_value")(parameter, value)):
        if key := fold(text):
            names[key] = names.get(key, frozenset()) | {value}


def _in_every_language(record: models.Model) -> list[str]:
    """Return the names of a record, in each language that has one."""
    return [
        text
        for f in record._meta.concrete_fields
        if f.name.startswith(("name_", "label_")) and (text := getattr(record, f.name))
    ]


class CoverageFacet(RecordFacet):
    """Records that answer a question, and the terms for why there is no answer.

    `none` and `unknown` are different answers: the source says that there is none,
    or no source says anything.
    """

    def __init__(self, rows, *, coverage: str, terms: Sequence, **kwargs):
        self.coverage = coverage
        self.terms = terms
        super().__init__(rows, **kwargs)

    def known(self, values):
        terms = [self._term(term) for term in self.terms if term.value in values]
        return [*super().known(values), *terms]

    def called(self, parameter, text):
        words = fold(text)
        terms = {one.value for one in self.terms if fold(one.value) == words}
        return terms or super().called(parameter, text)

    def holders(self, records):
        why = records.order_by().values_list(self.coverage, "pk")
        terms = {term.value for term in self.terms}
        yield from super().holders(records)
        yield from ((value, key) for value, key in why if value in terms)

    def listed(self, held):
        terms = [self._term(term) for term in self.terms if term.value in held]
        return [*super().listed(held), *terms]

    def counted_values(self, listed, counts, chosen):
        terms = {term.value for term in self.terms}
        records = [one for one in listed if one.value not in terms]
        why = [
            (self._term(term), counts.get(term.value, 0))
            for term in self.terms
            if counts.get(term.value) or term.value in chosen
        ]
        asked = [value for value in chosen if value not in terms]
        return [*super().counted_values(records, counts, asked), *why]

    def _term(self, term) -> Value:
        return Value(term.value, str(term.label))


class YearFacet(FacetFilter):
    """Years in which something held: a period counts in each of its years.

    `value` is its first year, `until` its last; without a last it is one year.
    """

    UNKNOWN = "unknown"

    def __init__(self, rows, *, until: str, **kwargs):
        self.until = until
        super().__init__(rows, key="pk", **kwargs)

    def known(self, values):
        return [
            Value(value, self._named(value))
            for value in values
            if value == self.UNKNOWN
            or (
                value.isascii()
                and value.isdigit()
                and len(value) == 4
                and EARLIEST_YEAR <= int(value) <= LATEST_YEAR
            )
        ]

    def holders(self, records):
        periods = records.order_by().values_list(self.value, self.until, "pk")
        for since, until, key in periods:
            years = range(since, (until or since) + 1) if since else [self.UNKNOWN]
            yield from ((str(year), key) for year in years)

    def listed(self, held):
        years = sorted({*held} - {self.UNKNOWN}, reverse=True)
        unknown = [self.UNKNOWN] if self.UNKNOWN in held else []
        return [Value(year, self._named(year)) for year in (*years, *unknown)]

    def _named(self, value: str) -> str:
        return str(_("Unknown")) if value == self.UNKNOWN else value
