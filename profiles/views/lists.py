"""Lists that readers search and filter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.paginator import InvalidPage, Paginator
from django.db.models import Prefetch, QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    QueryDict,
)
from django.utils import timezone
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from profiles.alphabetical import name_key
from profiles.facets import Chip, FacetFilter, ListQuery, shortened
from profiles.filters.contributions import ContributionFilter
from profiles.filters.lists import OPENED, ListFilter
from profiles.filters.states import StateFilter
from profiles.models import Contribution, State, Theme
from profiles.remembered import remembered

PAGE_SIZES = (25, 50, 100)

Views = tuple[tuple[str, Any], ...]

VIEWS: Views = (("cards", _("List")), ("table", _("Table")))

DISPLAY = ("sort", "per_page", "view")
"""Parameters that say how results are shown."""

OF_PAGES = ("page", "per_page")

FORMS_OF_FILES = ("csv", "xlsx", "json")
"""The forms in which a list can be taken away, under its address with that ending."""

MOST_ADVICE = 8
"""Filters that an empty list offers to drop."""

MOST_VALUES = 50
"""Values that an address may give to all its parameters together."""


MOST_KEPT = 1000
"""Rows of one list that a process keeps, some ten kilobytes each."""


class DisplayForm(forms.Form):
    """How the results are shown, in one of `views`; which they are does not depend on
    it."""

    def __init__(self, asked: QueryDict, views: Views = VIEWS):
        super().__init__(asked)
        field: Any = self.fields["view"]
        field.choices = list(views)
        names = ", ".join(f"“{name}”" for name, _label in views)
        field.error_messages["invalid_choice"] = _(
            "“%%(value)s” is not a view: %(views)s."
        ) % {"views": names}

    per_page = forms.ChoiceField(
        required=False,
        choices=[(size, size) for size in PAGE_SIZES],
        label=_("Results per page"),
        error_messages={
            "invalid_choice": _("“%(value)s” is not a size of pages: 25, 50 or 100.")
        },
    )
    view = forms.ChoiceField(
        required=False,
        label=_("View"),
    )


def addresses_of_files(question: ListQuery) -> list[tuple[str, str]]:
    """Return the name and address of each file of a list, with all pages of it."""
    asked = urlencode(question.pairs("per_page", "view"))
    rest = f"?{asked}" if asked else ""
    path = question.path.removesuffix("/")
    return [(form.upper(), f"{path}.{form}{rest}") for form in FORMS_OF_FILES]


@dataclass(frozen=True)
class Advice:
    """What another question would give, for a list that came out empty.

    It is the one without a filter, or with that filter alone.
    """

    chip: Chip
    url: str
    counted: str


class ListView(TemplateView):
    """A list with filters: one address is one page, with or without scripts.

    A parameter that is not valid gives status 400, no results, and the address
    without it; so do more values than anybody reads. A page that does not exist
    gives 404.
    """

    filterset_class: ClassVar[type[ListFilter]]
    views = VIEWS
    paginated = True
    """Whether the list comes in pages; one that cannot grow is shown whole."""

    @classproperty
    def parameters(cls) -> tuple[str, ...]:
        names = (*cls.filterset_class.base_filters, *DISPLAY, OPENED, "page")
        return tuple(n for n in names if cls.paginated or n not in OF_PAGES)

    @classproperty
    def repeatable(cls) -> tuple[str, ...]:
        filters = cls.filterset_class.base_filters.items()
        facets = (n for n, one in filters if isinstance(one, FacetFilter))
        return (*facets, OPENED)

    def get_queryset(self) -> QuerySet:
        """Return what the list holds without filters: published records."""
        raise NotImplementedError

    def shown(self, queryset: QuerySet) -> QuerySet:
        """Load what the page shows of each result."""
        return queryset

    def rows(self, keys: Sequence[int]) -> list[Any]:
        """Return the results with these keys, in their order.

        They are loaded and drawn once for a revision and a day, for all lists in which
        they stand; up to a number, for their memory.
        """
        kept = self._kept_rows()
        rows = {key: kept[key] for key in keys if key in kept}
        for row in self.loaded([key for key in keys if key not in rows]):
            rows[row.pk] = row
            if len(kept) < MOST_KEPT:
                row.drawn = {}
                kept[row.pk] = row
        # What was withdrawn since the keys were read is left out.
        return [rows[key] for key in keys if key in rows]

    def loaded(self, keys: Sequence[int]) -> Iterable[Any]:
        """Load what the page shows of the results with these keys, in any order."""
        return self.shown(self.get_queryset().filter(pk__in=keys)) if keys else ()

    def _kept_rows(self) -> dict[int, Any]:
        revision = getattr(self.request, "registry_revision", None)
        at = revision and (revision, timezone.localdate())
        return remembered(("rows", type(self)), at, dict)

    @cached_property
    def number_asked(self) -> int:
        return sum(map(len, dict(self.request.GET.lists()).values()))

    @cached_property
    def asked(self) -> QueryDict:
        """The parameters; none of them when they are too many."""
        return self.request.GET if self.number_asked <= MOST_VALUES else QueryDict()

    @cached_property
    def filterset(self) -> ListFilter:
        return self.filtered(self.asked)

    def filtered(self, asked: QueryDict) -> ListFilter:
        revision = getattr(self.request, "registry_revision", None)
        return self.filterset_class(
            asked, queryset=self.get_queryset(), revision=revision
        )

    @cached_property
    def opened(self) -> set[str]:
        """The facets that are asked to be open."""
        return set(self.asked.getlist(OPENED))

    @property
    def opened_unknown(self) -> list[str]:
        return sorted(self.opened - set(self.repeatable) | self.opened & {OPENED})

    @cached_property
    def display(self) -> DisplayForm:
        return DisplayForm(self.asked, self.views)

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if understood := self.filterset.understood():
            address = f"{request.path}?{understood.urlencode()}"
            return HttpResponsePermanentRedirect(address)
        context = self.get_context_data(**kwargs)
        return self.render_to_response(context, status=context["status"])

    def get_context_data(self, **kwargs) -> dict[str, Any]:
        question = self._question()
        valid = self.filterset
        if not (errors := self.errors):
            context = self._results(question)
        else:
            context = {"status": 400, "errors": errors}
            if self.asked is self.request.GET:
                # The facets still count, by what is valid, so that readers can go on.
                valid = self.filtered(question.data)
                valid.is_valid()
        context["meant"] = self.filterset.meant(question)
        chips = valid.chips(question)
        if context["status"] == 200 and not context["total"]:
            few = chips[:MOST_ADVICE]
            context["advice"] = self._advice(
                (valid.number_without(chip), chip, chip.rest) for chip in few
            )
            if not context["advice"] and len(chips) > 1:
                context["alone"] = self._advice(
                    (valid.number_alone(chip), chip, chip.alone) for chip in few
                )
        return super().get_context_data(
            **kwargs,
            **context,
            question=question,
            facets=valid.facets(question, self.filterset.errors, self.opened),
            opened=self.opened,
            chips=chips,
            filterset=self.filterset,
            left_out=valid.left_out,
            sort=valid.sort,
            sorts=valid.sort_choices,
            page_sizes=PAGE_SIZES,
            per_page=int((question.parameters["per_page"] or PAGE_SIZES)[0]),
            view=(question.parameters["view"] or ["cards"])[0],
            views=[
                (name, label, question.having("view", name).url)
                for name, label in self.views
            ],
            clear_url=self.request.path,
            files=addresses_of_files(question),
            # Each of the two forms keeps what the other one asks.
            display_pairs=[p for p in question.pairs() if p[0] in DISPLAY],
            filter_pairs=question.pairs("sort", "per_page"),
        )

    def _question(self) -> ListQuery:
        question = self.filterset.question(self.request.path)
        for name in self.display.fields:
            asked = self.asked.get(name, "")
            valid = "" if name in self.display.errors else asked
            question = question.having(name, valid)
        return question

    @cached_property
    def errors(self) -> list[dict[str, Any]]:
        """What the list does not understand of its address: each with the `label` of
        the parameter, and a `text` that says what would be right."""
        is_valid = self.filterset.is_valid()
        if self.asked is not self.request.GET:
            return [self._too_many()]
        if is_valid and self.display.is_valid() and not self.opened_unknown:
            return []
        unknown = _("“%(value)s” is not one of the filters that open: %(filters)s.")
        facets = ", ".join(name for name in self.repeatable if name != OPENED)
        return [
            {"name": name, "label": form.fields[name].label, "text": text}
            for form in (self.filterset.form, self.display)
            for name, texts in form.errors.items()
            for text in texts
        ] + [
            {
                "name": OPENED,
                "label": _("Open filters"),
                "text": unknown % {"value": shortened(value), "filters": facets},
            }
            for value in self.opened_unknown[:MOST_ADVICE]
        ]

    def _too_many(self) -> dict[str, Any]:
        text = _(
            "Its address has %(number)d values; at most %(most)d can be asked for at "
            "once. Choose fewer."
        )
        return {
            "label": _("Filters"),
            "text": text % {"number": self.number_asked, "most": MOST_VALUES},
        }

    def _results(self, question: ListQuery) -> dict[str, Any]:
        keys = self.filterset.keys
        if not self.paginated:
            return self._found(self.rows(keys), len(keys))
        per_page = int(self.display.cleaned_data["per_page"] or PAGE_SIZES[0])
        paginator = Paginator(keys, per_page)
        asked = self.request.GET.get("page") or "1"
        try:
            page = paginator.page(asked)
        except InvalidPage:
            return {
                "status": 404,
                "total": paginator.count,
                "page_asked": shortened(asked),
                "pages": paginator.num_pages,
                "first_page_url": question.url,
            }
        rows = self.rows([*page])
        return {**self._found(rows, paginator.count), "page_obj": page}

    def _found(self, rows: list[Any], total: int) -> dict[str, Any]:
        return {
            "status": 200,
            "rows": rows,
            "total": total,
            "counted": self.filterset.counted(total),
        }

    def _advice(self, counts: Iterable[tuple[int, Chip, ListQuery]]) -> list[Advice]:
        """Say which of the questions give something, the most first."""
        return [
            Advice(chip, question.url, self.filterset.counted(count))
            for count, chip, question in sorted(counts, key=lambda one: -one[0])
            if count
        ]


class ContributionListView(ListView):
    """What mechanisms brought to migration governance."""

    filterset_class = ContributionFilter
    template_name = "profiles/contribution_list.html"
    extra_context = {
        "heading": _("Contributions"),
        "lede": _(
            "What mechanisms brought to migration governance, from national law"
            " to global agreements."
        ),
    }

    def get_queryset(self):
        return Contribution.objects.published()

    def shown(self, queryset):
        return queryset.select_related("profile__mechanism").prefetch_related(
            Prefetch("states", State.objects.order_by("iso3")), "themes"
        )


class StateListView(ListView):
    """States and territories that take part in a mechanism, on one page."""

    filterset_class = StateFilter
    paginated = False
    template_name = "profiles/state_list.html"
    extra_context = {
        "heading": _("States"),
        "lede": _(
            "States and territories that hold a role in at least one mechanism today."
        ),
    }

    def get_queryset(self):
        return State.objects.taking_part().with_mechanism_count().with_own_region()

    def rows(self, keys):
        # There are no more than the world has: all are read once for a revision.
        states = self.filterset.index.records
        # One that was published meanwhile may be in one and not yet in the other.
        rows = [states[key] for key in keys if key in states]
        if self.filterset.sort not in ("name", "-name"):
            return rows
        # All States are on the page: here the order can heed accents.
        return sorted(
            rows,
            key=lambda state: name_key(state.name),
            reverse=self.filterset.sort == "-name",
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        rows = context.get("rows", [])
        if context["sort"] in ("name", "-name"):
            context["groups"] = [
                (initial, list(states))
                for initial, states in groupby(
                    rows, key=lambda state: name_key(state.name)[:1].upper()
                )
            ]
        else:
            context["groups"] = [("", rows)] if rows else []
        return {**context, "without_role": self._without_role(context)}

    def _without_role(self, context: dict[str, Any]) -> list[State]:
        """Return the States that the list does not hold, where only a name is asked."""
        chosen = {chip.name for chip in context["chips"]}
        if context["status"] != 200 or chosen - {"q"}:
            return []
        states = self.filterset.index.once(
            "without role", lambda: list(State.objects.without_role())
        )
        if chosen:
            found = set(self.filterset.found)
            states = [state for state in states if state.iso3 in found]
        return sorted(states, key=lambda state: name_key(state.name))


class ThemeListView(TemplateView):
    """The registry's own list of themes."""

    template_name = "profiles/theme_list.html"
    extra_context = {
        "heading": _("Themes"),
        "lede": _(
            "What mechanisms work on, in the registry’s own list. Sources word "
            "a theme in many ways; each profile keeps their wording."
        ),
    }

    def themes(self) -> list[Theme]:
        revision = getattr(self.request, "registry_revision", None)
        themes = Theme.objects.named().with_counts().prefetch_related("gcm_objectives")
        return remembered("themes counted", revision, lambda: list(themes))

    def get_context_data(self, **kwargs):
        question = ListQuery(self.request.path, {})
        return super().get_context_data(
            **kwargs, themes=self.themes(), files=addresses_of_files(question)
        )
