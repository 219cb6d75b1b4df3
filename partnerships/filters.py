"""What readers can ask of mechanisms by their partners, and of partners."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from partnerships.models import Organisation, Partnership
from profiles.facets import CoverageFacet, VocabularyFacet
from profiles.filters import ListFilter, ProfileFilter, localised
from profiles.vocabularies import (
    Coverage,
    OrganisationType,
    PartnerCategory,
    PartnershipRole,
)

NO_ANSWER = [term for term in Coverage if term != Coverage.REPORTED]


def named_organisations():
    """Return the organisations that may be named: a draft's own stay unknown."""
    return Organisation.objects.engaged()


class MechanismFilter(ProfileFilter):
    """Mechanisms, by what their profiles say and by whom they work with.

    Beside the parameters of ProfileFilter:

    - `partner`: works with partners of any of the categories
    - `association`, `secretariat`: is formally associated with, or has its
      secretariat from, any of the organisations; `none`, `not_reported`,
      `not_asked` and `unknown` ask why there is no answer
    """

    order = [
        "q",
        "region",
        "type",
        "status",
        "age",
        "state",
        "theme",
        "partner",
        "level",
        "objective",
        "association",
        "secretariat",
    ]

    partner = VocabularyFacet(
        lambda: Partnership.objects.published(),
        value="category",
        terms=PartnerCategory,
        label=_("Partners"),
        unknown=_("“%(value)s” is not one of the categories of partners."),
        worded=ngettext_lazy(
            "that works with partners of the category %(value)s",
            "that work with partners of the category %(value)s",
            "count",
        ),
    )
    association = CoverageFacet(
        lambda: Partnership.objects.published().formal_associations(),
        value="organisation",
        records=named_organisations,
        kind_searched="organisation",
        label_of=lambda organisation: organisation.short_name,
        order="count",
        coverage="association_coverage",
        terms=NO_ANSWER,
        label=PartnershipRole.FORMAL_ASSOCIATION.label,
        unknown=_("“%(value)s” is not one of the organisations."),
        worded=_("formally associated with %(value)s"),
    )
    secretariat = CoverageFacet(
        lambda: Partnership.objects.published().secretariats(),
        value="organisation",
        records=named_organisations,
        kind_searched="organisation",
        label_of=lambda organisation: organisation.short_name,
        order="count",
        coverage="secretariat_coverage",
        terms=NO_ANSWER,
        label=PartnershipRole.SECRETARIAT.label,
        unknown=_("“%(value)s” is not one of the organisations."),
        worded=_("with a secretariat from %(value)s"),
    )


class PartnerFilter(ListFilter):
    """Organisations that work with mechanisms.

    - `q`: a name or acronym, found as the site's search finds it
    - `category`: a mechanism files it under any of the categories
    - `role`: holds any of the roles in some mechanism
    - `type`: what kind of organisation it is
    """

    kind_searched = "organisation"
    key_searched = "slug"
    sorts = {
        "name": (_("Name"), lambda: [localised("name")]),
        "-name": (_("Name, from Z to A"), lambda: [localised("name").desc()]),
        "mechanisms": (
            _("Most mechanisms"),
            lambda: [F("mechanism_count").desc(), localised("name")],
        ),
    }
    order = ["q", "category", "role", "type"]
    starting_open = ["category"]

    category = VocabularyFacet(
        lambda: Partnership.objects.published(),
        value="category",
        key="organisation",
        terms=PartnerCategory,
        label=_("Category"),
        unknown=_("“%(value)s” is not one of the categories."),
        worded=_("of the category %(value)s"),
    )
    role = VocabularyFacet(
        lambda: Partnership.objects.published(),
        value="role",
        key="organisation",
        terms=PartnershipRole,
        label=_("Role"),
        unknown=_("“%(value)s” is not one of the roles."),
        worded=_("with the role %(value)s"),
    )
    type = VocabularyFacet(
        Organisation.objects.all,
        value="type",
        key="pk",
        terms=OrganisationType,
        label=_("Type of organisation"),
        unknown=_("“%(value)s” is not one of the types."),
        worded=_("of the type %(value)s"),
    )

    class Meta:
        model = Organisation
        fields: list[str] = []

    def counted(self, count):
        return ngettext("%(count)d partner", "%(count)d partners", count) % {
            "count": count
        }
