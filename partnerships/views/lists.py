"""Mechanisms and partners, as lists that readers search and filter.

The list of mechanisms stands here and not with the profiles, because it can be
filtered by partners.
"""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partnerships.filters import MechanismFilter, PartnerFilter
from partnerships.models import Organisation
from profiles.headcounts import with_headcounts
from profiles.models import Profile
from profiles.views.lists import DISPLAY, ListView


class MechanismListView(ListView):
    """Mechanisms that have a published profile."""

    filterset_class = MechanismFilter
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
        return context


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
