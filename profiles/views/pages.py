"""Pages of one State or theme, and the editions of a mechanism."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.generic import TemplateView

from profiles.alphabetical import name_key
from profiles.filters.lists import as_seen, localised
from profiles.filters.mechanisms import ProfileFilter
from profiles.models import (
    Chairing,
    Contribution,
    Meeting,
    Membership,
    Profile,
    State,
    Theme,
    ThemeFocus,
)
from profiles.models.counting import Headcount
from profiles.models.mechanisms import ONCE_PUBLIC_STATES, READABLE_STATES
from profiles.references import References
from profiles.remembered import every
from profiles.views.by_name import FoundByName
from profiles.views.parts import PartOfList, parameters_of, part_of, part_of_keys
from profiles.vocabularies import AT_REST, EditionState
from profiles.worldmap import world_map

COMPANIONS_SHOWN = 15


def latest_first() -> tuple[Any, ...]:
    """Return the order of contributions; those without a year come last."""
    return F("year").desc(nulls_last=True), localised("title"), "pk"


def withdrawn(request: HttpRequest, editions: QuerySet[Profile]) -> HttpResponse:
    """Answer for `editions` of one mechanism, none of which is to be read here.

    410 when one was withdrawn, with when and why and the way to what can be read;
    otherwise 404: a draft is not even known to exist.
    """
    gone = editions.filter(state=EditionState.WITHDRAWN).order_by("-edition").first()
    if gone is None:
        raise Http404
    readable = Profile.objects.readable().filter(mechanism=gone.mechanism_id)
    context = {"gone": gone, "readable_editions": readable.select_related("mechanism")}
    return render(request, "410.html", context, status=410)


def told_of(facts):
    """The published ones of `facts`, with the mechanism and the source of each."""
    return facts.published().select_related("profile__mechanism", "source")


def outlined(facts, *fields: str) -> list[Any]:
    """Return of the published ones of `facts` the names of their mechanisms, and these
    fields: enough to count and to order all, of which a page shows some. Those of one
    mechanism come in the order of its form."""
    named = facts.published().annotate(called=as_seen("profile__name"))
    named = named.order_by("position", "pk")
    return list(named.values_list("pk", "profile_id", "called", *fields, named=True))


def by_mechanism(outline) -> tuple[str, str]:
    return name_key(outline.called), getattr(outline, "since", "")


def loaded(facts, keys: Sequence[int]) -> dict[int, Any]:
    """Return what `told_of` tells of the facts with these keys, by key."""
    # In no order, for SQLite would go through all facts in it to find these.
    return told_of(facts.filter(pk__in=keys)).order_by().in_bulk()


def companions_of(state: State, revision: str | None) -> list[tuple[State, int]]:
    """Return the States that sit in most of the same mechanisms, each with their
    number: that of the list of mechanisms to which it leads."""
    mechanisms = Profile.objects.published().with_member_count()
    listed = ProfileFilter(QueryDict(), queryset=mechanisms, revision=revision)
    held = listed.index.held("state", listed.filters["state"])
    own = held.get(state.iso3, 0)
    numbers = {iso3: (bits & own).bit_count() for iso3, bits in held.items()}
    companions = [
        (other, numbers[other.iso3])
        for other in every(State, revision).values()
        if other.pk != state.pk and numbers.get(other.iso3)
    ]
    # Equal numbers in the order of names, as the reader's language has them.
    companions.sort(key=lambda pair: (-pair[1], name_key(pair[0].name)))
    return companions[:COMPANIONS_SHOWN]


class EditionListView(FoundByName, TemplateView):
    """The editions of a mechanism's profile that are or were public."""

    kind_searched = "mechanism"
    template_name = "profiles/edition_list.html"

    def get(self, request, *args, **kwargs):
        editions = (
            Profile.objects.filter(
                mechanism__slug=kwargs["slug"], state__in=ONCE_PUBLIC_STATES
            )
            .select_related("mechanism")
            .order_by("-edition")
        )
        readable = [e for e in editions if e.state in READABLE_STATES]
        if not readable:
            return withdrawn(request, editions)
        return self.render_to_response(
            self.get_context_data(
                editions=editions, latest=readable[0], mechanism=readable[0].mechanism
            )
        )


class StateDetailView(FoundByName, TemplateView):
    """A State's seats, chairs, contributions and meetings, and whom it sits with.

    Of a State that no published fact names the page says that, and not its aliases,
    which may be a draft's own.
    """

    template_name = "profiles/state_detail.html"
    kind_searched = "state"
    key_parameter = "iso3"
    parameters = parameters_of(
        *("mechanisms", "at-rest", "earlier", "chairs", "contributions", "meetings")
    )

    @staticmethod
    def key_in_address(key):
        return key.lower()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        iso3 = self.kwargs["iso3"]
        if iso3 != iso3.lower():
            raise Http404
        states = State.objects.filter(iso3=iso3.upper())
        state = states.prefetch_related("aliases").first()
        if state is None:
            raise Http404
        seats = sorted(
            outlined(
                Membership.objects.filter(state=state),
                *("since", "is_current", "certainty", "listed", "profile__status"),
            ),
            key=by_mechanism,
        )
        held = [seat for seat in seats if seat.is_current]
        today = [seat for seat in held if seat.profile__status not in AT_REST]
        at_rest = [seat for seat in held if seat.profile__status in AT_REST]
        former = [seat for seat in seats if not seat.is_current]
        facts = {
            **self._seats(
                seats=("mechanisms", today),
                seats_at_rest=("at-rest", at_rest),
                former_seats=("earlier", former),
            ),
            "chairings": self._part(
                "chairs",
                Chairing.objects.filter(state=state)
                .select_related("took_over_from")
                .order_by(
                    Coalesce(NullIf("since", Value("")), "until").desc(),
                    *("-until", "profile", "position", "pk"),
                ),
            ),
            "contributions": self._part(
                "contributions",
                Contribution.objects.filter(states=state).order_by(*latest_first()),
            ),
            "meetings": self._part(
                "meetings", Meeting.objects.filter(state=state).order_by("-date", "pk")
            ),
        }
        place = (state.name, state.get_absolute_url())
        return super().get_context_data(
            state=state,
            is_named=any(facts.values()),
            companions=companions_of(
                state, getattr(self.request, "registry_revision", None)
            ),
            headcount=Headcount.of(today),
            map=world_map({state.iso3: 1}, {state.iso3: place}, near=[state.iso3]),
            references=References(),
            **facts,
            **kwargs,
        )

    def _part(self, section: str, facts: QuerySet) -> PartOfList:
        return part_of(self.request, section, told_of(facts))

    def _seats(self, **outlines: tuple[str, list[Any]]) -> dict[str, PartOfList]:
        """Return the pages of lists of seats, which one query loads."""
        parts = {
            name: part_of_keys(self.request, section, [seat.pk for seat in seats])
            for name, (section, seats) in outlines.items()
        }
        keys = [key for part in parts.values() for key in part.object_list]
        found = loaded(Membership.objects, keys)
        for part in parts.values():
            part.object_list = [found[key] for key in part.object_list if key in found]
        return parts


class ThemeDetailView(FoundByName, TemplateView):
    """Who works on a theme, and what came of it.

    A theme that no published fact names has no page.
    """

    template_name = "profiles/theme_detail.html"
    kind_searched = "theme"
    parameters = parameters_of("mechanisms", "contributions")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        themes = Theme.objects.filter(slug=self.kwargs["slug"]).prefetch_related(
            "gcm_objectives"
        )
        theme = themes.first()
        if theme is None:
            raise Http404
        focuses = ThemeFocus.objects.filter(theme=theme)
        outlines = sorted(
            outlined(focuses, "since"),
            key=lambda one: (name_key(one.called), one.profile_id, one.since),
        )
        by_profile = [
            [one.pk for one in of_one]
            for _pk, of_one in groupby(outlines, attrgetter("profile_id"))
        ]
        contributions = Contribution.objects.filter(themes=theme)
        mechanisms = part_of_keys(self.request, "mechanisms", by_profile)
        found = loaded(focuses, [key for keys in mechanisms for key in keys])
        mechanisms.object_list = [
            [found[key] for key in keys if key in found] for keys in mechanisms
        ]
        context = {
            "mechanisms": mechanisms,
            "contributions": part_of(
                self.request,
                "contributions",
                told_of(contributions).order_by(*latest_first()),
            ),
        }
        if not any(context.values()):
            raise Http404
        return super().get_context_data(
            theme=theme, references=References(), **context, **kwargs
        )
