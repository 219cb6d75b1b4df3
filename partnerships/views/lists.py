"""Mechanisms and partners, as lists that readers search and filter.

The list of mechanisms stands here and not with the profiles, because it can be
filtered by partners.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partnerships.filters import MechanismFilter, PartnerFilter
from partnerships.models import Organisation
from profiles.headcounts import with_headcounts
from profiles.models import Membership, Profile, State
from profiles.views.lists import DISPLAY, VIEWS, ListView
from profiles.worldmap import WorldMap, world_map


class MechanismListView(ListView):
    """Mechanisms that have a published profile."""

    filterset_class = MechanismFilter
    views = (*VIEWS, ("map", _("Map")))
    template_name = "profiles/mechanism_list.html"
    extra_context = {
        "heading": _("Mechanisms"),
        "lede": _(
            "Regional processes, interregional forums and global processes in "
            "which States consult each other on migration."
        ),
    }

    def get_queryset(self):
        return Profile.objects.published().with_member_count()

    def shown(self, queryset):
        return queryset.select_related("mechanism").prefetch_related("regions")

    def loaded(self, keys):
        return with_headcounts(super().loaded(keys)) if keys else ()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if context["status"] == 200:
            asked = urlencode(context["question"].pairs(*DISPLAY))
            feed = reverse("mechanism-feed")
            context["feed_url"] = f"{feed}?{asked}" if asked else feed
            if context["view"] == "map" and context["total"]:
                context["map"] = _map_of(self.filterset.keys)
        return context


def _map_of(profiles: Sequence[int]) -> WorldMap:
    """The States by the number of these mechanisms in which they take part today."""
    seats = Membership.objects.published().counted().filter(profile__in=profiles)
    numbers = seats.order_by().values_list("state").annotate(Count("profile"))
    of_state = dict(numbers)
    states = State.objects.filter(pk__in=of_state)
    counts = {state.iso3: of_state[state.pk] for state in states}
    places = {state.iso3: (state.name, state.get_absolute_url()) for state in states}
    return world_map(counts, places)


class PartnerListView(ListView):
    """Organisations that a published profile names as a partner."""

    filterset_class = PartnerFilter
    template_name = "partnerships/partner_list.html"
    extra_context = {
        "heading": _("Partners"),
        "lede": _(
            "Organisations, blocs and government bodies that work with "
            "mechanisms: as formal association, secretariat, observer, donor or"
            " partner."
        ),
    }

    def get_queryset(self):
        return Organisation.objects.engaged().with_mechanism_count()
