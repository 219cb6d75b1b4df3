"""The page of one mechanism, in any edition, and the page of one partner."""

from typing import Any

from django.http import Http404, HttpResponse
from django.views.generic import TemplateView

from partnerships.at_a_glance import AtAGlance
from partnerships.contribution_table import PARAMETERS, ContributionTable
from partnerships.loading import load_profile
from partnerships.models import FundingSource, Organisation, Partnership
from partnerships.profile_page import ProfilePage
from profiles.comparison import compare
from profiles.models import Fact, Profile
from profiles.references import References
from profiles.views.by_name import FoundByName
from profiles.views.pages import by_mechanism, loaded, outlined, withdrawn
from profiles.views.parts import PartOfList, parameters_of, part_of_keys
from profiles.vocabularies import EditionState, MembershipRole
from profiles.worldmap import world_map


class ProfileView(TemplateView):
    """An edition of a mechanism's profile: what it is, and which source says so."""

    template_name = "profiles/mechanism_detail.html"
    parameters = PARAMETERS

    def get_editions(self):
        """Return the editions of the mechanism that the address can mean."""
        return Profile.objects.filter(mechanism__slug=self.kwargs["slug"])

    def get_readable(self):
        """Return those of them that may be read at this address."""
        raise NotImplementedError

    def get(self, request, *args, **kwargs) -> HttpResponse:
        revision = getattr(request, "registry_revision", None)
        profile = load_profile(self.get_readable(), revision)
        if profile is None:
            return withdrawn(request, self.get_editions())
        context = self.get_context_data(profile=profile)
        status = 400 if context["contributions"].errors else 200
        return self.render_to_response(context, status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        profile = kwargs["profile"]
        page = ProfilePage(profile)
        return super().get_context_data(
            page=page,
            glance=AtAGlance(page),
            contributions=ContributionTable(page.contributions, self.request.GET),
            map=_member_map(page),
            references=References(),
            edition_address=self.request.build_absolute_uri(profile.get_edition_url()),
            **kwargs,
        )


class MechanismDetailView(FoundByName, ProfileView):
    """A mechanism, as its published edition describes it."""

    kind_searched = "mechanism"

    def get_readable(self):
        return self.get_editions().published()


class EditionDetailView(FoundByName, ProfileView):
    """An edition at its own address, which stays the same when another follows."""

    kind_searched = "mechanism"

    def get_editions(self):
        return super().get_editions().filter(edition=self.kwargs["edition"])

    def get_readable(self):
        return self.get_editions().readable()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        profile = kwargs["profile"]
        newer = None
        if profile.state != EditionState.PUBLISHED:
            newer = profile.mechanism.editions.published().first()
        return super().get_context_data(
            newer=newer,
            newer_differs=newer is not None and _differ_in_public(profile, newer),
            **kwargs,
        )


def _differ_in_public(old: Profile, new: Profile) -> bool:
    comparison = compare(old, new)
    changes = (*comparison.added, *comparison.removed, *comparison.changed)
    return bool(comparison.fields) or any(
        fact.is_public
        for change in changes
        for fact in (change.old, change.new)
        if fact is not None
    )


def _member_map(page: ProfilePage):
    """The members (2) and the observers (1); None when there are neither."""
    members = page.states_with(MembershipRole.MEMBER)
    observers = page.states_with(MembershipRole.OBSERVER)
    shades = {seat.state.iso3: 1 for seat in observers}
    shades |= {seat.state.iso3: 2 for seat in members}
    places = {
        seat.state.iso3: (seat.state.name, seat.state.get_absolute_url())
        for seat in (*members, *observers)
    }
    # Observers from elsewhere would make specks of the members' part of the world.
    near = [seat.state.iso3 for seat in members or observers]
    return world_map(shades, places, sorted({*shades.values()}), near) if near else None


class PartnerDetailView(FoundByName, TemplateView):
    """An organisation, and what it is to every mechanism that it works with.

    One that no published partnership names has no page. One that was merged leads
    to the page of the organisation that it became.
    """

    template_name = "partnerships/partner_detail.html"
    kind_searched = "organisation"
    parameters = parameters_of("mechanisms", "funding")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organisations = Organisation.objects.engaged().filter(slug=self.kwargs["slug"])
        organisation = (
            organisations.select_related("source")
            .prefetch_related("aliases")
            .with_mechanism_count()
            .first()
        )
        if organisation is None:
            raise Http404
        partnerships = sorted(
            outlined(Partnership.objects.filter(organisation=organisation), "since"),
            key=by_mechanism,
        )
        funding = sorted(
            outlined(FundingSource.objects.filter(organisation=organisation)),
            key=by_mechanism,
        )
        number_today = organisation.mechanism_count
        engaged = Organisation.objects.engaged()
        return super().get_context_data(
            organisation=organisation,
            partnerships=self._part("mechanisms", Partnership, partnerships),
            mechanisms=number_today,
            earlier=len({link.profile_id for link in partnerships}) - number_today,
            whole=engaged.filter(pk=organisation.part_of_id).first(),
            parts=engaged.filter(part_of=organisation).with_mechanism_count(),
            funding=self._part("funding", FundingSource, funding),
            references=References(),
            **kwargs,
        )

    def _part(self, section: str, kind: type[Fact], outlines: list[Any]) -> PartOfList:
        keys = [outline.pk for outline in outlines]
        part = part_of_keys(self.request, section, keys)
        found = loaded(kind.objects, [*part])
        part.object_list = [found[key] for key in part if key in found]
        return part
