"""What the filters of every list do: narrow, count, order, and understand addresses."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import F, TextField, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_filters.constants import EMPTY_VALUES
from modeltranslation.utils import resolution_order

from profiles.facets import (
    FEW_OPTIONS,
    MOST_ERRORS,
    Chip,
    Facet,
    FacetFilter,
    ListQuery,
    Option,
    shortened,
)
from profiles.keys import HasKeyAmong
from profiles.list_index import ListIndex, index_at
from profiles.searching import search

LONGEST_QUERY = 200
"""Characters of a text that somebody looks for."""

MOST_RANKED = 200
"""Results of a text search whose rank is kept; those after it follow by name."""

RELEVANCE = "relevance"

OPENED = "open"
"""The parameter that names facets to be drawn open."""


_LEADS_TO_ONE = _("%(value)s only: %(results)s")
_LEADS_FURTHER = _("%(value)s as well: %(results)s")


def as_seen(path: str) -> Coalesce:
    """Return the text of a translated field as readers see it."""
    return Coalesce(
        *(
            NullIf(f"{path}_{language}", Value(""))
            for language in resolution_order(get_language())
        ),
        Value(""),
        output_field=TextField(),
    )


def localised(path: str) -> Lower:
    """Return what to sort a translated field by."""
    return Lower(as_seen(path))


BY_NAME: dict[str, tuple[Any, Callable[[], list]]] = {
    "name": (_("Name"), lambda: [localised("name")]),
    "-name": (_("Name, from Z to A"), lambda: [localised("name").desc()]),
}
BY_NAME_OR_MECHANISMS = {
    **BY_NAME,
    "mechanisms": (
        _("Most mechanisms"),
        lambda: [F("mechanism_count").desc(), localised("name")],
    ),
}
"""The orders of a list, as `ListFilter.sorts` has them."""


class ListFilter(django_filters.FilterSet):
    """The filters of a list, with the counts and addresses that its page shows.

    An invalid parameter empties the answer: it never widens it.
    """

    q = django_filters.CharFilter(
        label=_("Search"),
        max_length=LONGEST_QUERY,
        error_messages={
            "max_length": _(
                "This text is too long to look for: it has %(show_value)d characters, "
                "and %(limit_value)d are allowed."
            )
        },
    )

    kind_searched: ClassVar[str]
    """What the site's search calls the records of this list."""

    key_searched: ClassVar[str]
    """The field that holds the key by which the site's search names a record."""

    sorts: ClassVar[dict[str, tuple[Any, Callable[[], list]]]]
    """The orders a reader can choose, with what to sort by. The first is the usual."""

    order: ClassVar[list[str]] = []
    """Names of the filters in the order of the page; others follow."""

    starting_open: ClassVar[list[str]] = []
    """Names of the facets that the page shows open from the start."""

    sort_error = _("“%(value)s” is not a way to sort this list.")

    def __init__(self, data=None, queryset=None, *, revision=None, **kwargs):
        """Take, beside what others take, the revision that the records are of, where
        that is known: then what the facets say of them is read once."""
        super().__init__(data, queryset, **kwargs)
        self.revision = revision

    @cached_property
    def index(self) -> ListIndex:
        return index_at(self.revision, self.queryset, self.key_searched)

    @classmethod
    def get_filters(cls):
        filters = super().get_filters()
        names = [*cls.order, *(name for name in filters if name not in cls.order)]
        return {name: filters[name] for name in names}

    def get_form_class(self):
        form = super().get_form_class()
        form.base_fields["sort"] = forms.ChoiceField(
            label=_("Sort by"),
            required=False,
            choices=[(RELEVANCE, _("Relevance")), *self.sort_choices],
            error_messages={"invalid_choice": self.sort_error},
        )
        return form

    @property
    def sort_choices(self) -> list[tuple[str, Any]]:
        choices = [(name, label) for name, (label, _by) in self.sorts.items()]
        if (self.data.get("q") or "").strip():
            choices.insert(0, (RELEVANCE, _("Relevance")))
        return choices

    @property
    def sort(self) -> str:
        """The order in force: the one asked for, else by relevance or the usual."""
        asked = self.form.cleaned_data.get("sort")
        offered = [name for name, _label in self.sort_choices]
        return asked if asked in offered else offered[0]

    @property
    def qs(self):
        """What passes, in no order. The filters' own way would ask the database."""
        return self.queryset.filter(HasKeyAmong(self.keys))

    @cached_property
    def keys(self) -> Sequence[int]:
        """The keys of what passes, in the order in force."""
        if not self.is_valid():
            return []
        by_rank = self.index.keys_called(self.ranked)
        usual = next(iter(self.sorts)) if self.sort == RELEVANCE else self.sort
        ordered = self.index.ordered(usual, self.sorts[usual][1])
        bits = self.bits(self.form.cleaned_data)
        if bits == self.index.every and not by_rank:
            return ordered
        rest = set(self.index.keys(bits))
        first = [key for key in by_rank if key in rest]
        rest.difference_update(first)
        return first + [key for key in ordered if key in rest]

    def bits(self, values: Mapping[str, Any]) -> int:
        """Return what passes the filters with these values, as bits of the index."""
        bits = self.index.every
        for name in self.filters:
            if values.get(name) not in EMPTY_VALUES:
                bits &= self.passing(name, values[name])
        return bits

    def passing(self, name: str, value: Any) -> int:
        """Return what passes one filter."""
        filter_ = self.filters[name]
        if isinstance(filter_, FacetFilter):
            return filter_.passing(self.index.held(name, filter_), value)
        # The database is asked once, however many counts of facets a filter narrows.
        if name not in self._passing:
            if name == "q":
                self._passing[name] = self.index.of_called(self.found)
            else:
                passing = filter_.filter(self.queryset.all(), value).order_by()
                keys = passing.values_list("pk", flat=True)
                self._passing[name] = self.index.of_keys(keys)
        return self._passing[name]

    @cached_property
    def _passing(self) -> dict[str, int]:
        return {}

    @cached_property
    def _in_words(self) -> dict[int, str]:
        return {}

    @property
    def number(self) -> int:
        """How many there are."""
        return self.bits(self.form.cleaned_data).bit_count()

    @property
    def ranked(self) -> list[str]:
        """What stands first because a text is looked for, the best first."""
        return self.found[:MOST_RANKED] if self.sort == RELEVANCE else []

    @property
    def found(self) -> list[str]:
        """The keys of what the site's search finds for `q`, the best first."""
        if not hasattr(self, "_found"):
            text = self.form.cleaned_data["q"]
            self._found = list(search("ids")(text, self.kind_searched))
        return self._found

    @property
    def left_out(self) -> list[str]:
        """The words of `q` that are too many to be looked for."""
        return search("left_out")(self.form.cleaned_data.get("q") or "")

    def number_without(self, chip: Chip) -> int:
        """Return how many there are without that filter."""
        values = self.form.cleaned_data[chip.name]
        rest = (
            [v for v in values if v != chip.value] if isinstance(values, list) else None
        )
        return self._number({**self.form.cleaned_data, chip.name: rest})

    def number_alone(self, chip: Chip) -> int:
        """Return how many there are with that filter and no other."""
        values = self.form.cleaned_data[chip.name]
        return self._number(
            {chip.name: [chip.value] if isinstance(values, list) else values}
        )

    def _number(self, values: Mapping[str, Any]) -> int:
        return self.bits(values).bit_count()

    # What the page shows of the filters

    def counted(self, count: int) -> str:
        """Say a number of results in words that name what is counted."""
        raise NotImplementedError

    def question(self, path: str) -> ListQuery:
        """Return what is asked, without what is invalid in it."""
        question = ListQuery(path, {})
        for name in (*self.filters, "sort"):
            filter_ = self.filters.get(name)
            values = [value.strip() for value in self.data.getlist(name)]
            if isinstance(filter_, FacetFilter):
                if name in self.errors:
                    values = [known.value for known in filter_.known(values)]
            else:
                values = [] if name in self.errors else values[-1:]
            question = question.having(name, *values)
        return question

    def understood(self) -> QueryDict | None:
        """Return what is asked with the filters' own values for the names that stand
        there instead, such as CRI for 'costa rica'; None where that changes nothing.

        A name that several values share stays what it is: an error.
        """
        data = self.data.copy()
        for name, filter_ in self.filters.items():
            if isinstance(filter_, FacetFilter) and name in self.errors:
                asked = [value for value in data.getlist(name) if value]
                known = {one.value for one in filter_.known(asked)}
                values = [
                    meant
                    for value in asked
                    for meant in (
                        [value] if value in known else filter_.all_meant(name, value)
                    )
                ]
                data.setlist(name, list(dict.fromkeys(values)))
        return data if data != self.data else None

    def meant(self, question: ListQuery) -> list[Option]:
        """Return what the unknown values of facets may mean, where that is several.

        Each leads to the question with it.
        """
        return [
            Option(known.value, known.label, 0, known.label, False, chosen.url)
            for name, filter_ in self.filters.items()
            if isinstance(filter_, FacetFilter) and name in self.errors
            for text in self.data.getlist(name)[:MOST_ERRORS]
            for known in filter_.known(sorted(filter_.called(name, text)))
            for chosen in [
                question.having(name, *question.parameters[name], known.value)
            ]
        ]

    def facets(
        self,
        question: ListQuery,
        errors: Mapping[str, list[str]] | None = None,
        opened: Collection[str] = (),
    ) -> list[Facet]:
        """Count every option with all other filters applied.

        Options lead to their value alone within the facet; where all values must
        hold, to their value in addition. `errors` are shown at their facets. Those
        named in `opened` are open, with all their options.
        """
        return [
            self._facet(
                name, filter_, question, list((errors or {}).get(name, [])), opened
            )
            for name, filter_ in self.filters.items()
            if isinstance(filter_, FacetFilter)
        ]

    def _facet(
        self,
        name: str,
        filter_: FacetFilter,
        question: ListQuery,
        errors: list[str],
        opened: Collection[str],
    ) -> Facet:
        chosen = question.parameters[name]
        narrows = filter_.combine == "all"
        values = self.form.cleaned_data
        others = self.bits(values if narrows else {**values, name: None})
        held = self.index.held(name, filter_)
        counts = {value: (bits & others).bit_count() for value, bits in held.items()}
        kept = chosen if narrows else []
        found = filter_.counted_values(self.index.listed(name, filter_), counts, chosen)
        # Said once for each number and not for each option of each facet.
        counted = self._in_words
        for _known, count in found:
            if count not in counted:
                counted[count] = self.counted(count)
        url_of = question.url_of(name, *kept)
        leads = str(_LEADS_FURTHER if narrows else _LEADS_TO_ONE)
        options = [
            Option(
                value=known.value,
                label=known.label,
                count=count,
                name=leads % {"value": known.label, "results": counted[count]},
                selected=known.value in chosen,
                url=url_of(known.value),
            )
            for known, count in found
        ]
        starts_open = name in self.starting_open or name in opened
        is_whole = starts_open or chosen or errors or len(options) <= FEW_OPTIONS
        return Facet(
            name,
            str(filter_.label),
            options,
            filter_.combine,
            errors,
            starts_open=starts_open,
            kind_searched=filter_.kind_searched,
            whole_url="" if is_whole else question.having(OPENED, name).url,
        )

    def chips(self, question: ListQuery) -> list[Chip]:
        chips: list[Chip] = []
        for name, filter_ in self.filters.items():
            values = question.parameters[name]
            if not values:
                continue
            if isinstance(filter_, FacetFilter):
                labels = {v.value: v.label for v in filter_.known(values)}
                values = [value for value in values if value in labels]
            else:
                labels = {value: shortened(value) for value in values}
            chips.extend(
                Chip(
                    name,
                    value,
                    str(filter_.label),
                    labels[value],
                    rest=question.without(name, value),
                    alone=question.only(name, value),
                )
                for value in values
            )
        return chips
