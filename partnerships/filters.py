"""What readers can ask of mechanisms by their partners, and of partners."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from partnerships.models import Organisation, Partnership
from profiles.facets import CoverageFacet, VocabularyFacet
from profiles.filters.lists import BY_NAME_OR_MECHANISMS, ListFilter
from profiles.filters.mechanisms import ProfileFilter
from profiles.vocabularies import (
    Coverage,
    OrganisationType,
    PartnerCategory,
    PartnershipRole,
)

NO_ANSWER = [term for term in Coverage if term != Coverage.REPORTED]


class OrganisationFacet(CoverageFacet):
    """Organisations to which partnerships of one role are; each stands for its parts
    too, and says so: who asks for the EU asks for its Commission.
    """

    def __init__(self, rows, **kwargs):
        super().__init__(
            rows,
            value="organisation",
            # A draft's own organisations stay unknown.
            records=lambda: Organisation.objects.engaged().with_engaged_parts(),
            kind_searched="organisation",
            label_of=_with_its_parts,
            order="count",
            terms=NO_ANSWER,
            unknown=_("“%(value)s” is not one of the organisations."),
            **kwargs,
        )

    def holders(self, records):
        yield from super().holders(records)
        wholes = self.rows().exclude(organisation__part_of=None).order_by()
        yield from wholes.values_list("organisation__part_of__slug", "profile")


def _with_its_parts(organisation: Organisation) -> str:
    name = organisation.short_name
    # From `with_engaged_parts`.
    has_parts = organisation.has_engaged_parts  # type: ignore[attr-defined]
    return _("%(name)s, with its parts") % {"name": name} if has_parts else name


class MechanismFilter(ProfileFilter):
    """Mechanisms, by what their profiles say and by whom they work with.

    Beside the parameters of ProfileFilter:

    - `partner`: works with partners of any of the categories
    - `association`, `secretariat`: is formally associated with, or has its
      secretariat from, any of the organisations or of their parts; `none`,
      `not_reported`, `not_asked` and `unknown` ask why there is no answer
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
    association = OrganisationFacet(
        lambda: Partnership.objects.published().formal_associations(),
        coverage="association_coverage",
        label=PartnershipRole.FORMAL_ASSOCIATION.label,
        worded=_("formally associated with %(value)s"),
    )
    secretariat = OrganisationFacet(
        lambda: Partnership.objects.published().secretariats(),
        coverage="secretariat_coverage",
        label=PartnershipRole.SECRETARIAT.label,
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
    sorts = BY_NAME_OR_MECHANISMS
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
