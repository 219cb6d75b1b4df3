"""Records that editions share: they are not editioned, and reach the public
only through the facts of published editions."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from profiles.models.addresses import Addressed, AddressedQuerySet
from profiles.models.base import (
    NaturalKeyQuerySet,
    ReferenceRecord,
    named_in_public,
)
from profiles.models.facts import Contribution, Membership, ThemeFocus
from profiles.models.mechanisms import Profile
from profiles.partial_dates import PartialDateField
from profiles.vocabularies import M49Region, StateKind, only_listed
from profiles.web_addresses import WebAddressField, of_the_web


class RegionQuerySet(NaturalKeyQuerySet):
    def named(self):
        """Keep regions that a published edition names."""
        return self.filter(
            Exists(Profile.objects.published().filter(regions=OuterRef("pk")))
        )


class Region(ReferenceRecord):
    """One of IOM's region labels, by which the public searches."""

    slug = models.SlugField(_("name in addresses"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = RegionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self):
        return self.name


class StateQuerySet(AddressedQuerySet):
    def taking_part(self):
        """Keep States with a role that counts today."""
        seats = Membership.objects.published().counted().filter(state=OuterRef("pk"))
        return self.filter(Exists(seats))

    def named(self):
        """Keep States that a public fact names, whatever it says of them."""
        return self.filter(named_in_public(self.model))

    def without_role(self):
        """Keep States without a role that counts today."""
        seats = Membership.objects.published().counted().filter(state=OuterRef("pk"))
        return self.filter(~Exists(seats))

    def with_own_region(self):
        """Annotate `own_region`: the UN's region of the world that it lies in."""
        regions = (
            When(subregion__in=region.subregions, then=Value(region.value))
            for region in M49Region
        )
        return self.annotate(own_region=Case(*regions, output_field=CharField()))

    def with_mechanism_count(self):
        """Annotate in how many mechanisms it has a role that counts today.

        `mechanism_count` has all of them, `confirmed_count` those that are confirmed.
        """
        seats = Membership.objects.published().counted()
        return self.annotate(
            mechanism_count=_number_of_profiles(seats, "state"),
            confirmed_count=_number_of_profiles(seats.confirmed(), "state"),
        )


class State(Addressed, ReferenceRecord):
    """A State or territory that can take part in a mechanism.

    The key is ISO 3166-1 alpha-3; alpha-2 and the UN M49 code are text, because
    M49 has leading zeros. Names follow CLDR; a source's own spelling is an alias.
    """

    natural_key_field = "iso3"
    address_field = "iso3"
    page_name = "state-detail"

    iso3 = models.CharField(
        _("ISO alpha-3 code"),
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"\A[A-Z]{3}\Z", _("Three capital letters."))],
    )
    iso2 = models.CharField(
        _("ISO alpha-2 code"),
        max_length=2,
        unique=True,
        validators=[RegexValidator(r"\A[A-Z]{2}\Z", _("Two capital letters."))],
    )
    m49 = models.CharField(
        _("UN M49 code"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"\A\d{3}\Z", _("Three digits."))],
        help_text=_("Three digits. Empty for a code that the UN does not list."),
    )
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(
        _("kind"), max_length=10, choices=StateKind, default=StateKind.STATE
    )
    subregion = models.CharField(
        _("UN M49 subregion"),
        max_length=100,
        blank=True,
        help_text=_("The geographical subregion, in English."),
    )
    note = models.TextField(
        _("note"),
        blank=True,
        help_text=_("A remark that belongs beside the name, as UN usage asks."),
    )

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["name", "iso3"]
        verbose_name = _("State")
        verbose_name_plural = _("States")
        constraints = [
            only_listed("kind", StateKind),
            models.UniqueConstraint(
                fields=["m49"],
                condition=~Q(m49=""),
                name="state_m49_is_unique",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("state-detail", args=[self.key_in_address()])

    def key_in_address(self):
        return self.iso3.lower()

    @property
    def unconfirmed_count(self) -> int:
        """How many of the mechanisms of `with_mechanism_count` are to be confirmed."""
        return self.mechanism_count - self.confirmed_count  # type: ignore[attr-defined]


class StateAlias(ReferenceRecord):
    """A name by which a source or a reader calls a State."""

    natural_key_field = "name"

    state = models.ForeignKey(
        State, models.CASCADE, related_name="aliases", verbose_name=_("State")
    )
    name = models.CharField(_("name"), max_length=150, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("alias of a State")
        verbose_name_plural = _("aliases of States")

    def __str__(self):
        return self.name


class GCMObjective(ReferenceRecord):
    """One of the 23 objectives of the Global Compact for Migration."""

    natural_key_field = "number"

    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    label = models.CharField(_("short label"), max_length=100)

    class Meta:
        ordering = ["number"]
        verbose_name = _("GCM objective")
        verbose_name_plural = _("GCM objectives")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=23),
                name="gcmobjective_is_one_of_23",
                violation_error_message=_("The Global Compact has 23 objectives."),
            )
        ]

    def __str__(self):
        return f"{self.number} {self.label}"


class ThemeQuerySet(AddressedQuerySet):
    def with_page(self):
        return self.named()

    def named(self):
        """Keep themes that a public fact names."""
        return self.filter(named_in_public(self.model))

    def with_counts(self):
        """Annotate `mechanism_count` and `contribution_count`, of what is public."""
        contributions = (
            Contribution.objects.published()
            .filter(themes=OuterRef("pk"))
            .order_by()
            .values("themes")
            .annotate(count=Count("pk"))
            .values("count")
        )
        return self.annotate(
            mechanism_count=_number_of_profiles(
                ThemeFocus.objects.published(), "theme"
            ),
            contribution_count=Coalesce(Subquery(contributions), 0),
        )


def _number_of_profiles(facts: models.QuerySet, key: str) -> Coalesce:
    # A subquery, not a join: two counts over two joins multiply each other.
    counted = (
        facts.filter(**{key: OuterRef("pk")})
        .order_by()
        .values(key)
        .annotate(count=Count("profile", distinct=True))
        .values("count")
    )
    return Coalesce(Subquery(counted), 0)


class Theme(Addressed, ReferenceRecord):
    """A theme of the registry's own controlled list.

    Sources use many wordings for one theme; a `ThemeFocus` keeps the source's
    label beside the theme. The GCM objectives are a suggestion only.
    """

    page_name = "theme-detail"

    slug = models.SlugField(_("name in addresses"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=150)
    gcm_objectives = models.ManyToManyField(
        GCMObjective,
        related_name="themes",
        blank=True,
        verbose_name=_("suggested GCM objectives"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ThemeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("theme-detail", args=[self.slug])


class ThemeAlias(ReferenceRecord):
    """A label under which a source or a survey means a theme."""

    natural_key_field = "name"

    theme = models.ForeignKey(
        Theme, models.CASCADE, related_name="aliases", verbose_name=_("theme")
    )
    name = models.CharField(_("name"), max_length=250, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("alias of a theme")
        verbose_name_plural = _("aliases of themes")

    def __str__(self):
        return self.name


class Source(ReferenceRecord):
    """Who says so: a page, a report or a document that facts rest on."""

    slug = models.SlugField(
        _("short name"),
        max_length=80,
        unique=True,
        help_text=_("It stays the same, such as iom-rcm."),
    )
    title = models.CharField(_("title"), max_length=400)
    publisher = models.CharField(_("publisher"), max_length=250, blank=True)
    url = WebAddressField(
        _("address"),
        max_length=500,
        blank=True,
        help_text=_("Empty when the document is not on the web."),
    )
    archived = WebAddressField(
        _("archived copy"),
        max_length=500,
        blank=True,
        help_text=_("The address of a copy that stays as it was read."),
    )
    language = models.CharField(
        _("language of the title"),
        max_length=8,
        blank=True,
        help_text=_("Its code, such as es. Empty if it is not sure."),
    )
    published = PartialDateField(_("date in the text"))
    seen = PartialDateField(
        _("looked at"), help_text=_("When somebody last read it, as far as known.")
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [of_the_web("url"), of_the_web("archived")]

    def __str__(self):
        return self.title
