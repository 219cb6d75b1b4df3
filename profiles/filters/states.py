"""What readers can ask of States and territories."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from profiles.facets import RecordFacet, VocabularyFacet
from profiles.filters.lists import BY_NAME_OR_MECHANISMS, ListFilter
from profiles.models import Membership, Region, State
from profiles.vocabularies import M49Region, MembershipRole, StateKind


class StateFilter(ListFilter):
    """States and territories that take part in a mechanism.

    - `q`: a name, found as the site's search finds it
    - `kind`: State or territory
    - `own_region`: lies in any of the UN's regions of the world
    - `role`: any of the roles, held in some mechanism today
    - `region`: takes part in a mechanism of any of the regions
    """

    kind_searched = "state"
    key_searched = "iso3"
    sorts = BY_NAME_OR_MECHANISMS
    order = ["q", "kind", "own_region", "role", "region"]
    starting_open = ["kind", "own_region", "role"]

    kind = VocabularyFacet(
        State.objects.all,
        value="kind",
        key="pk",
        terms=StateKind,
        label=_("Kind"),
        unknown=_("“%(value)s” is neither “state” nor “territory”."),
        worded=_("of the kind %(value)s"),
    )
    own_region = VocabularyFacet(
        State.objects.with_own_region,
        value="own_region",
        key="pk",
        terms=M49Region,
        label=_("Region of the State (UN M49)"),
        unknown=_("“%(value)s” is not one of the UN’s regions."),
        worded=_("in %(value)s"),
        are_names=True,
    )
    role = VocabularyFacet(
        lambda: Membership.objects.published().counted(),
        value="role",
        key="state",
        terms=MembershipRole,
        label=_("Role"),
        unknown=_("“%(value)s” is not one of the roles."),
        worded=_("with the role %(value)s"),
    )
    region = RecordFacet(
        lambda: Membership.objects.published().counted(),
        value="profile__regions",
        key="state",
        records=lambda: Region.objects.named(),
        label=_("Region of the mechanism"),
        unknown=_("“%(value)s” is not one of the regions."),
        worded=_("in mechanisms of the region %(value)s"),
    )

    class Meta:
        model = State
        fields: list[str] = []

    def counted(self, count):
        return ngettext(
            "%(count)d State or territory", "%(count)d States and territories", count
        ) % {"count": count}
