"""Organisations, what they are to mechanisms, and links between mechanisms."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from profiles.models import Fact, Mechanism
from profiles.models.addresses import Addressed, AddressedQuerySet
from profiles.models.base import (
    FactQuerySet,
    FormGroup,
    Period,
    ReferenceRecord,
    of_profile,
)
from profiles.models.counting import CountedFactQuerySet
from profiles.vocabularies import (
    DisputedField,
    EditionState,
    FormPart,
    FundingKind,
    FundingStability,
    IATIOrganisationType,
    MechanismLinkKind,
    OrganisationType,
    PartnerCategory,
    PartnershipRole,
    Regularity,
    SecretariatArrangement,
    SectionPart,
    only_listed,
)
from profiles.web_addresses import WebAddressField, of_the_web


class OrganisationQuerySet(AddressedQuerySet):
    def with_page(self):
        return self.engaged()

    def engaged(self):
        """Keep organisations that a published edition names in a partnership."""
        links = Partnership.objects.published().filter(organisation=OuterRef("pk"))
        return self.filter(Exists(links))

    def with_engaged_parts(self):
        """Annotate with whether a published edition names a part of an organisation."""
        parts = Organisation.objects.engaged().filter(part_of=OuterRef("pk"))
        return self.annotate(has_engaged_parts=Exists(parts))

    def with_mechanism_count(self):
        """Annotate with how many mechanisms an organisation works today.

        `mechanism_count` has those that name it itself, `count_with_parts` also those
        that name a part of it; each mechanism counts once.
        """
        own = Q(organisation=OuterRef("pk"))
        whole = Organisation.objects.filter(
            Q(pk=OuterRef(OuterRef("pk"))) | Q(part_of=OuterRef(OuterRef("pk")))
        ).order_by()
        return self.annotate(
            mechanism_count=_number_of_profiles(own),
            count_with_parts=_number_of_profiles(
                Q(organisation__in=whole.values("pk"))
            ),
        )


def _number_of_profiles(of: Q) -> Subquery:
    """Return how many profiles have links today that are `of` an organisation."""
    today = Partnership.objects.published().counted().order_by()
    number = Func(
        F("profile"),
        template="COUNT(DISTINCT %(expressions)s)",
        output_field=models.IntegerField(),
    )
    return Subquery(today.filter(of).annotate(number=number).values("number"))


class Organisation(Addressed, ReferenceRecord):
    """An organisation, bloc or government body that works with mechanisms.

    Sources name one body by several names that are not quite the same: the African
    Union and its Commission. Such stand as records of their own, the part naming the
    whole, so that neither what a source says nor the count of the whole is lost.
    """

    page_name = "partner-detail"

    slug = models.SlugField(_("name in addresses"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=250)
    acronym = models.CharField(_("acronym"), max_length=40, blank=True)
    type = models.CharField(
        _("type"),
        max_length=20,
        choices=OrganisationType,
        default=OrganisationType.OTHER,
    )
    iati_type = models.CharField(
        _("IATI type"),
        max_length=2,
        blank=True,
        choices=IATIOrganisationType,
        help_text=_("Code of the IATI list OrganisationType, for exports."),
    )
    part_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
        help_text=_("The organisation of which this is an organ or secretariat."),
    )
    website = WebAddressField(_("website"), max_length=500, blank=True)
    source = models.ForeignKey(
        "profiles.Source",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("source"),
    )
    note = models.TextField(_("note"), blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "slug"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            only_listed("type", OrganisationType),
            only_listed("iati_type", IATIOrganisationType, blank=True),
            of_the_web("website"),
            models.CheckConstraint(
                condition=~Q(part_of=F("id")),
                name="organisation_is_no_part_of_itself",
                violation_error_message=_("An organisation is no part of itself."),
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        whole = self.part_of
        if whole is None:
            return
        if whole.part_of_id is not None:
            raise ValidationError(
                {
                    "part_of": _(
                        "“%(whole)s” is itself a part. Name the whole that it "
                        "belongs to."
                    )
                    % {"whole": whole}
                }
            )
        if self.pk and self.parts.exists():
            raise ValidationError(
                {"part_of": _("This organisation has parts, so it cannot be one.")}
            )

    def get_absolute_url(self):
        return reverse("partner-detail", args=[self.slug])

    @property
    def short_name(self) -> str:
        return self.acronym or self.name


class OrganisationAlias(ReferenceRecord):
    """A name by which a source or a reader calls an organisation."""

    natural_key_field = "name"

    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="aliases",
        verbose_name=_("organisation"),
    )
    name = models.CharField(_("name"), max_length=250, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("alias of an organisation")
        verbose_name_plural = _("aliases of organisations")

    def __str__(self):
        return self.name


class PartnershipQuerySet(CountedFactQuerySet):
    is_held = Q(until="")

    def formal_associations(self):
        return self.filter(role=PartnershipRole.FORMAL_ASSOCIATION)

    def secretariats(self):
        return self.filter(role=PartnershipRole.SECRETARIAT)


class Partnership(Fact, Period):
    """What an organisation is to a mechanism.

    Organisations can be members and observers as States can. The category
    belongs to this link, not to the organisation: SICA is OCAM's formal
    association and its permanent secretariat, CC-SICA is filed under both civil
    society and private sector.
    """

    identified_by = ("organisation", "category", "role", "arrangement")
    form_part = FormPart.PARTNERSHIPS
    form_lines = [
        ("organisation", "category"),
        ("role", "arrangement", "regularity"),
        ("since", "until"),
        "topic",
    ]
    # The assessment asks for them under its third heading.
    form_groups = (
        FormGroup(
            FormPart.STRUCTURE,
            _("Formal associations"),
            "role",
            PartnershipRole.FORMAL_ASSOCIATION,
        ),
        FormGroup(
            FormPart.STRUCTURE, _("Secretariats"), "role", PartnershipRole.SECRETARIAT
        ),
    )
    page_template = ""
    disputed_as = DisputedField.PARTNERSHIPS
    subject = "organisation"
    translated = ("topic",)

    profile = of_profile("partnerships")
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="partnerships",
        verbose_name=_("organisation"),
    )
    category = models.CharField(
        _("category"),
        max_length=20,
        choices=PartnerCategory,
        help_text=_("As what this mechanism files it."),
    )
    role = models.CharField(
        _("role"),
        max_length=20,
        choices=PartnershipRole,
        default=PartnershipRole.PARTNER,
    )
    arrangement = models.CharField(
        _("arrangement"),
        max_length=12,
        blank=True,
        choices=SecretariatArrangement,
        help_text=_("For a secretariat: how it serves. Empty if no source says."),
    )
    topic = models.CharField(_("topic"), max_length=400, blank=True)
    regularity = models.CharField(
        _("regularity"),
        max_length=15,
        blank=True,
        choices=Regularity,
        help_text=_("Empty if no source says."),
    )

    objects = PartnershipQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        constraints = [
            *Fact.Meta.constraints,
            *Period.Meta.constraints,
            only_listed("category", PartnerCategory),
            only_listed("role", PartnershipRole),
            only_listed("arrangement", SecretariatArrangement, blank=True),
            only_listed("regularity", Regularity, blank=True),
            models.CheckConstraint(
                condition=Q(role=PartnershipRole.SECRETARIAT) | Q(arrangement=""),
                name="partnership_arrangement_is_for_secretariats",
                violation_error_message=_("Only a secretariat has an arrangement."),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "profile"])]

    def __str__(self):
        return f"{self.organisation} ({self.get_role_display()})"

    def answered_part(self) -> str:
        return SectionPart.PARTNERSHIPS

    @classmethod
    def disputed_field(cls, values):
        of_role: dict[Any, str] = {
            PartnershipRole.SECRETARIAT: DisputedField.SECRETARIAT,
            PartnershipRole.FORMAL_ASSOCIATION: DisputedField.ASSOCIATION,
        }
        return of_role.get(values.get("role"), cls.disputed_as)


class FundingSource(Fact):
    """Where the money comes from, or what members say about it.

    Answers on funding and donor influence are sensitive: say who says it, and
    decide per fact whether it is public.
    """

    identified_by = ("kind", "organisation", "covers")
    form_part = FormPart.STRUCTURE
    form_lines = [
        ("kind", "organisation", "stability"),
        ("covers", "attributed_to"),
        "statement",
    ]
    page_template = ""
    disputed_as = DisputedField.FUNDING
    anybody_may_state = True
    starts_private = True
    translated = ("covers", "statement", "attributed_to")

    profile = of_profile("funding_sources")
    kind = models.CharField(_("kind"), max_length=20, choices=FundingKind)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="funding_sources",
        verbose_name=_("provided by"),
    )
    covers = models.CharField(_("what it covers"), max_length=250, blank=True)
    stability = models.CharField(
        _("stability"), max_length=10, blank=True, choices=FundingStability
    )
    statement = models.TextField(_("statement"), blank=True)
    attributed_to = models.CharField(
        _("attributed to"),
        max_length=250,
        blank=True,
        help_text=_("Whose view it is, such as Member States."),
    )

    class Meta(Fact.Meta):
        verbose_name = _("funding source")
        verbose_name_plural = _("funding sources")
        constraints = [
            *Fact.Meta.constraints,
            only_listed("kind", FundingKind),
            only_listed("stability", FundingStability, blank=True),
        ]

    def __str__(self):
        return self.get_kind_display()

    def answered_part(self) -> str:
        return SectionPart.STRUCTURE


class MechanismLinkQuerySet(FactQuerySet):
    def published(self):
        """Keep links of published editions, between mechanisms that both are public.

        The other side of a link may have no published edition; naming it would
        let a draft be seen.
        """
        public = Mechanism.objects.filter(
            editions__state=EditionState.PUBLISHED, pk=OuterRef("other")
        )
        return super().published().filter(Exists(public))


class MechanismLink(Fact, Period):
    """A link between two mechanisms, recorded on one profile and shown on both.

    Cooperation is symmetric. For a succession `mechanism` succeeds `other`; for
    an observation `mechanism` observes `other`. `mechanism` repeats the profile's
    own, so that the database can hold the rule that the two differ.
    """

    identified_by = ("other", "kind")
    form_part = FormPart.PARTNERSHIPS
    form_lines = [("other", "kind"), ("since", "until"), "topic"]
    page_template = ""
    disputed_as = DisputedField.PARTNERSHIPS
    translated = ("topic",)

    profile = of_profile("mechanism_links")
    mechanism = models.ForeignKey(
        Mechanism,
        models.PROTECT,
        related_name="links_recorded",
        editable=False,
        verbose_name=_("mechanism"),
    )
    other = models.ForeignKey(
        Mechanism,
        models.PROTECT,
        related_name="links_received",
        verbose_name=_("other mechanism"),
    )
    kind = models.CharField(
        _("kind"),
        max_length=15,
        choices=MechanismLinkKind,
        default=MechanismLinkKind.COOPERATION,
    )
    topic = models.CharField(_("topic"), max_length=400, blank=True)

    objects = MechanismLinkQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("link to another mechanism")
        verbose_name_plural = _("links to other mechanisms")
        constraints = [
            *Fact.Meta.constraints,
            *Period.Meta.constraints,
            only_listed("kind", MechanismLinkKind),
            models.CheckConstraint(
                condition=~Q(mechanism=F("other")),
                name="mechanismlink_two_mechanisms_differ",
                violation_error_message=_("A mechanism cannot be linked to itself."),
            ),
        ]

    def __str__(self):
        return f"{self.mechanism} – {self.other}"

    def answered_part(self) -> str:
        return SectionPart.PARTNERSHIPS

    def clean_fields(self, exclude=None):
        # Before the constraints are checked, which need both mechanisms.
        self.mechanism_id = self.profile.mechanism_id
        super().clean_fields(exclude)

    def save(self, *args, **kwargs):
        self.mechanism_id = self.profile.mechanism_id
        super().save(*args, **kwargs)
