"""Texts that ask for a list: 'active', 'mechanisms in Africa', 'secretariat IOM'.

Where every word of a text is a value of a list's filters, or says which filter or list
is meant, the text asks what that list answers. What is shown of it comes from the list
itself: its address and its own number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from iscm_registry import search
from iscm_registry.search import equivalents, words
from partnerships.views.lists import MechanismListView, PartnerListView
from profiles.facets import FacetFilter, VocabularyFacet, YearFacet
from profiles.views.lists import ContributionListView, ListView, StateListView
from surveys.models import Round

LISTS: dict[str, type[ListView]] = {
    "mechanism-list": MechanismListView,
    "contribution-list": ContributionListView,
    "state-list": StateListView,
    "partner-list": PartnerListView,
}

MOST_WORDS = 8
"""Longer texts are no such questions."""

ONLY_WHEN_NAMED = {"association", "level", "mechanism", "objective", "secretariat"}
"""Filters whose values mean something else without the filter's own name beside them:
'IOM' is an organisation, 'secretariat IOM' the mechanisms that IOM serves."""

ESTABLISHED = ("established_min", "established_max")


@dataclass(frozen=True)
class AskedList:
    """A list that a text asks for, in words that begin with its number of records; or
    a round of an assessment, by its title."""

    url: str
    text: str


def lists_asked(text: str, revision: str | None = None) -> list[AskedList]:
    """Return the lists that answer a text with something.

    None where the text is the name of one record, or in quotation marks.
    """
    said = words.folded_words(text)
    if not 0 < len(said) <= MOST_WORDS or '"' in text:
        return []
    names = Names(revision)
    whole = " ".join(said)
    if any(
        names.called(whole, kind) for kind in ("mechanism", "state", "organisation")
    ):
        return []
    readings = (Reading(name, view, said, names) for name, view in LISTS.items())
    answers = (reading.answer() for reading in readings)
    return [*_assessments(said), *(answer for answer in answers if answer)]


def _assessments(said: Sequence[str]) -> list[AskedList]:
    """Return the rounds that a text asks for: 'survey', 'assessment of 2019'."""
    years = [word for word in said if words.is_year(word)]
    rest = [word for word in said if word not in years and not words.is_optional(word)]
    if " ".join(rest) not in _named_lists()["assessment"]:
        return []
    rounds = Round.objects.with_page()
    if years:
        rounds = rounds.filter(year__in=years)
    return [
        AskedList(reverse("assessment-detail", args=[one.slug]), one.title)
        for one in rounds
    ]


class Names:
    """Records by name, each name asked of the search once."""

    def __init__(self, revision: str | None):
        self.revision = revision
        self._known: dict[tuple[str, str], list[str]] = {}

    def called(self, text: str, kind: str) -> list[str]:
        if (text, kind) not in self._known:
            found = search.called(text, kind, revision=self.revision)
            self._known[text, kind] = found
        return self._known[text, kind]


@dataclass
class Reading:
    """What a text asks of one list, read once by `answer`."""

    name: str
    view: type[ListView]
    said: Sequence[str]
    names: Names
    values: dict[str, list[str]] = field(default_factory=dict)
    is_named: bool = False

    def answer(self) -> AskedList | None:
        is_asked = self._read() and (self.values or self.is_named)
        if not is_asked or self._asks_for_a_record():
            return None
        filters = self.view.filterset_class(
            QueryDict(urlencode(self.values, doseq=True)),
            queryset=self.view().get_queryset(),
            revision=self.names.revision,
        )
        if not filters.is_valid() or not (count := filters.number):
            return None
        address = f"{reverse(self.name)}?{urlencode(self.values, doseq=True)}"
        said = [filters.counted(count), ", ".join(self._in_words(count))]
        return AskedList(address.rstrip("?"), " ".join(filter(None, said)))

    @property
    def filters(self) -> dict[str, Any]:
        return self.view.filterset_class.base_filters

    @cached_property
    def facets(self) -> dict[str, FacetFilter]:
        return {
            name: one
            for name, one in self.filters.items()
            if isinstance(one, FacetFilter) and one.worded
        }

    @cached_property
    def named(self) -> set[str]:
        """The filters that the text names."""
        known = {"established"} if ESTABLISHED[0] in self.filters else set()
        known |= set(self.facets)
        return {
            parameter
            for parameter, phrases in equivalents.PARAMETERS.items()
            if parameter in known
            and any(_folded(phrase) in self._phrases for phrase in phrases)
        }

    @cached_property
    def _phrases(self) -> set[str]:
        return {" ".join(self.said[a:b]) for a, b in _spans(len(self.said))}

    def _read(self) -> bool:
        """Read word by word, each phrase as long as it can be; False for a word that
        the list does not know."""
        place = 0
        while place < len(self.said):
            for end in range(len(self.said), place, -1):
                if self._take(self.said[place:end]):
                    place = end
                    break
            else:
                return False
        return self.named <= {_filter_of(name) for name in self.values}

    def _take(self, said: Sequence[str]) -> bool:
        phrase = " ".join(said)
        if len(said) == 1 and words.is_optional(phrase):
            return True
        if self._take_value(phrase) or self._names_a_filter(phrase):
            return True
        if phrase in _named_lists().get(self.view.filterset_class.kind_searched, ()):
            self.is_named = True
            return True
        return False

    def _take_value(self, phrase: str) -> bool:
        if words.is_year(phrase):
            return self._take_year(phrase)
        free = (name for name in self.facets if name not in ONLY_WHEN_NAMED)
        for name in dict.fromkeys(chain(self.named, free)):
            if (facet := self.facets.get(name)) and (
                value := self._value_of(name, facet, phrase)
            ):
                chosen = self.values.setdefault(name, [])
                chosen.append(value)
                return True
        return False

    def _value_of(self, name: str, facet: FacetFilter, phrase: str) -> str:
        if not facet.kind_searched:
            found = self._names_of_values(name, facet).get(phrase, frozenset())
            return next(iter(found)) if len(found) == 1 else ""
        keys = self.names.called(phrase, facet.kind_searched)
        known = [one.value for one in facet.known(keys)] if keys else []
        return known[0] if len(known) == 1 else ""

    def _names_of_values(
        self, name: str, facet: FacetFilter
    ) -> dict[str, frozenset[str]]:
        if name not in self._read_names:
            found = facet.names(name).items()
            self._read_names[name] = {_folded(said): values for said, values in found}
        return self._read_names[name]

    @cached_property
    def _read_names(self) -> dict[str, dict[str, frozenset[str]]]:
        return {}

    def _take_year(self, year: str) -> bool:
        if ESTABLISHED[0] in self.filters:
            self.values |= {bound: [year] for bound in ESTABLISHED}
            return True
        for name, facet in self.facets.items():
            if isinstance(facet, YearFacet):
                self.values.setdefault(name, []).append(year)
                return True
        return False

    def _names_a_filter(self, phrase: str) -> bool:
        return any(
            phrase == _folded(one)
            for name in self.named
            for one in equivalents.PARAMETERS[name]
        )

    def _asks_for_a_record(self) -> bool:
        """Tell whether one State is asked for, or one and a year."""
        asked = {*map(_filter_of, self.values)}
        only = {"state", "established", "year"}
        states = self.values.get("state", ())
        return not self.is_named and len(states) == 1 and asked <= only

    def _in_words(self, count: int) -> Iterator[str]:
        if ESTABLISHED[0] in self.values:
            yield _("established in %(year)s") % {
                "year": self.values[ESTABLISHED[0]][0]
            }
        for name, values in self.values.items():
            if facet := self.facets.get(name):
                apart = getattr(facet, "worded_apart", {})
                if len(values) == 1 and values[0] in apart:
                    yield str(apart[values[0]])
                    continue
                labels = [one.label for one in facet.known(values)]
                if isinstance(facet, VocabularyFacet) and not facet.are_names:
                    labels = [label[:1].lower() + label[1:] for label in labels]
                joined = (_(" and ") if facet.combine == "all" else _(" or ")).join(
                    labels
                )
                yield str(facet.worded % {"value": joined, "count": count})


def _filter_of(parameter: str) -> str:
    return "established" if parameter in ESTABLISHED else parameter


def _folded(text: str) -> str:
    return " ".join(words.folded_words(text))


def _spans(length: int) -> Iterator[tuple[int, int]]:
    return ((a, b) for a in range(length) for b in range(a + 1, length + 1))


def _named_lists() -> dict[str, set[str]]:
    return {kind: {*map(_folded, said)} for kind, said in equivalents.LISTS.items()}
