"""Home, about, contact and the health check."""

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Case, Count, Q, QuerySet, When
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.generic import TemplateView

from iscm_registry import replica, search
from iscm_registry.freshness import revision_at
from partnerships.models import Organisation
from profiles import sourcing
from profiles.models import Contribution, Membership, Profile, Region, State
from profiles.remembered import remembered
from profiles.staleness import with_age
from profiles.vocabularies import AT_REST, MechanismStatus, MechanismType
from profiles.worldmap import WorldMap, world_map
from surveys.models import Round

T = TypeVar("T")

EXAMPLES = 3

PUBLICATIONS_SHOWN = 5

MOST_NAMED = 3
"""Of more profiles that came out on one day, only the number is told."""


@dataclass(frozen=True)
class Publication:
    """What came out on one day: first editions, or new ones of known mechanisms.

    `profiles` are those that are named: all, or none when there are many.
    """

    day: datetime.date
    is_first: bool
    number: int
    profiles: list[Profile]


def of_whole(request: HttpRequest, read: Callable[[], T]) -> T:
    """Return what is worked out from the whole registry: once a revision and day, for
    each language, and not once a page."""
    revision = getattr(request, "registry_revision", None)
    now = revision and (revision, timezone.localdate())
    return remembered((read, get_language()), now, read)


class HomeView(TemplateView):
    """What the registry is, how much it holds, and the ways in."""

    template_name = "registry/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **of_whole(self.request, _figures),
            sourced=of_whole(self.request, _sourced),
            **kwargs,
        )


class AboutView(TemplateView):
    """What the registry is, how it comes about, and how to use and cite it."""

    template_name = "registry/about.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        home_address = self.request.build_absolute_uri(reverse("home"))
        return super().get_context_data(
            home_address=home_address,
            assessments=Round.objects.with_page().prefetch_related("turnouts"),
            types=dict(MechanismType.choices),
            sourced=of_whole(self.request, _sourced),
            **kwargs,
        )


class ContactView(TemplateView):
    """Who publishes the registry, whom to ask, and how errors are corrected."""

    template_name = "registry/contact.html"


def health(request):
    """Say that the process answers and reaches a database; 503 if it reaches none.

    What is not well but does not keep it from answering readers, the text says after
    "ok".
    """
    at_primary = revision_at(replica.PRIMARY)
    at_replica = revision_at(replica.REPLICA) if replica.is_there() else None
    if at_primary is None and at_replica is None:
        return HttpResponse(
            "The database does not answer.", status=503, content_type="text/plain"
        )
    said = "ok"
    if at_primary is None:
        said += "; the primary database does not answer, nothing can be saved"
    elif replica.is_there() and at_replica is None:
        said += "; the replica does not answer, all is read from the primary"
    elif replica.is_there() and at_replica != at_primary:
        said += "; the replica is behind, public pages are read from the primary"
    if search.is_in_memory():
        said += "; the search index cannot be kept on the disk, see the log"
    return HttpResponse(said, content_type="text/plain")


def _figures() -> dict[str, Any]:
    profiles = Profile.objects.published()
    return {
        "mechanisms": profiles.count(),
        "states": State.objects.taking_part().count(),
        "partners": Organisation.objects.engaged().count(),
        "contributions": Contribution.objects.published().count(),
        "standing": _standing(profiles),
        "seats": Membership.objects.published().counted().headcount(),
        "map": _map_of_participation(),
        "regions": _regions_with_mechanisms(),
        "types": _types_with_mechanisms(),
        "examples": list(_examples(profiles)),
        "publications": _latest_publications(profiles),
        "assessments": list(Round.objects.with_page().prefetch_related("turnouts")[:1]),
    }


def _sourced() -> sourcing.Sourced:
    return sourcing.total(sourcing.in_public().values())


def _standing(profiles: QuerySet[Profile]) -> dict[str, int]:
    """How many of the mechanisms are active, on information of which age, and not."""
    numbers: Counter[str] = Counter()
    counted = with_age(profiles).order_by().values_list("status", "age")
    for status, age, number in counted.annotate(Count("pk")):
        numbers["at_rest" if status in AT_REST else status] += number
        if status == MechanismStatus.ACTIVE:
            numbers[f"active_{age}"] += number
    return dict(numbers)


def _examples(profiles: QuerySet[Profile]) -> QuerySet[Profile]:
    """The active mechanisms of which the most contributions are on record."""
    contributed = Count("contributions", filter=Q(contributions__is_public=True))
    active = profiles.filter(status=MechanismStatus.ACTIVE)
    ordered = active.alias(known=contributed).order_by("-known", "mechanism__slug")
    return ordered.select_related("mechanism")[:EXAMPLES]


def _latest_publications(profiles: QuerySet[Profile]) -> list[Publication]:
    """What the last days of publication brought, first editions and others apart."""
    dated = profiles.annotate(
        day=TruncDate("published_at"),
        is_first=Case(When(edition=1, then=True), default=False),
    )
    groups = dated.order_by().values_list("day", "is_first").annotate(Count("pk"))
    latest = dated.select_related("mechanism").order_by("-published_at", "-pk")
    of_group: dict[tuple[datetime.date, bool], list[Profile]] = {}
    for profile in latest[: PUBLICATIONS_SHOWN * MOST_NAMED]:
        of_group.setdefault((profile.day, profile.is_first), []).append(profile)
    publications = []
    for day, is_first, number in groups.order_by("-day", "is_first")[
        :PUBLICATIONS_SHOWN
    ]:
        named = of_group.get((day, is_first), [])
        is_told = number == len(named) <= MOST_NAMED
        publications.append(
            Publication(day, is_first, number, named if is_told else [])
        )
    return publications


def _map_of_participation() -> WorldMap:
    """The States by the number of mechanisms in which they take part today."""
    seats = Membership.objects.published().counted().order_by()
    counts = dict(seats.values_list("state__iso3").annotate(Count("profile")))
    states = State.objects.taking_part()
    places = {state.iso3: (state.name, state.get_absolute_url()) for state in states}
    return world_map(counts, places)


def _regions_with_mechanisms() -> list[Region]:
    """The regions with published mechanisms: their `total`, and how many `active`."""
    published = Q(profiles__in=Profile.objects.published())
    active = published & Q(profiles__status=MechanismStatus.ACTIVE)
    regions = Region.objects.annotate(
        total=Count("profiles", filter=published, distinct=True),
        active=Count("profiles", filter=active, distinct=True),
    )
    return [region for region in regions if region.total]


def _types_with_mechanisms() -> list[tuple[MechanismType, int, int]]:
    """The types with published mechanisms: their number, and how many are active."""
    active = Q(status=MechanismStatus.ACTIVE)
    rows = Profile.objects.published().order_by().values_list("type")
    counted = rows.annotate(total=Count("pk"), active=Count("pk", filter=active))
    numbers = {type: (total, running) for type, total, running in counted}
    return [(type, *numbers[type]) for type in MechanismType if type in numbers]
