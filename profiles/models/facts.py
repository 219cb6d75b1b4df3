"""Everything that hangs on an edition of a profile.

To add a kind of fact, subclass `Fact`: copying, comparing, loading and the
admin find it through `fact_kinds()`.
"""

import uuid

from django.apps import apps
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from profiles.models.mechanisms import Profile
from profiles.models.reference import GCMObjective, Source, State, Theme
from profiles.partial_dates import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    PartialDateField,
    ends_after_it_starts,
)
from profiles.vocabularies import (
    Beneficiary,
    Benefit,
    Certainty,
    ChairRole,
    ContributionKind,
    ContributionStatus,
    Coverage,
    DisputedField,
    DocumentKind,
    EditionState,
    GovernanceLevel,
    MembershipRole,
    NameKind,
    OrganKind,
    SectionPart,
    ThemePhase,
    only_listed,
)
from profiles.web_addresses import WebAddressField, of_the_web


class FactQuerySet(models.QuerySet):
    def published(self):
        """Keep the facts that anybody may see: public ones of published editions."""
        return self.public().filter(profile__state=EditionState.PUBLISHED)

    def public(self):
        """Leave out sensitive facts, whatever the state of their edition."""
        return self.filter(is_public=True)

    def get_by_natural_key(self, mechanism, edition, uid):
        return self.get(
            profile__mechanism__slug=mechanism, profile__edition=edition, uid=uid
        )


class Fact(models.Model):
    """One sourced statement of an edition.

    `uid` stays the same from edition to edition: comparison matches by it and
    permanent links use it. A fact can be written only while its edition is a draft;
    `save` and `delete` raise EditionIsClosed otherwise.
    """

    profile: models.ForeignKey
    uid = models.UUIDField(_("identifier"), default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Smaller numbers come first.")
    )
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)s_facts",
        verbose_name=_("source"),
        help_text=_("Who says so."),
    )
    certainty = models.CharField(
        _("certainty"),
        max_length=10,
        choices=Certainty,
        default=Certainty.STATED,
    )
    is_public = models.BooleanField(
        _("public"),
        default=True,
        help_text=_("Untick for a sensitive statement: only staff will see it."),
    )
    note = models.TextField(
        _("note"), blank=True, help_text=_("Shown with the fact wherever it is public.")
    )

    objects = FactQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["profile", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "uid"], name="%(class)s_uid_once_per_edition"
            ),
            only_listed("certainty", Certainty),
        ]

    def save(self, *args, **kwargs):
        self.profile.require_draft()
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        self.profile.require_draft()
        return super().delete(*args, **kwargs)

    def answered_part(self) -> str:
        """Return the SectionPart whose answer this belongs to; "" for none."""
        return ""

    def natural_key(self):
        return (*self.profile.natural_key(), str(self.uid))

    natural_key.dependencies = ["profiles.profile"]  # type: ignore[attr-defined]


def of_profile(related_name: str) -> models.ForeignKey:
    """Return a fact's key to its edition; `related_name` reads from the profile."""
    return models.ForeignKey(
        Profile,
        models.CASCADE,
        related_name=related_name,
        verbose_name=_("profile"),
    )


def fact_kinds() -> list[type[Fact]]:
    """Return every kind of fact, of all apps, in the order of their declaration."""
    return [model for model in apps.get_models() if issubclass(model, Fact)]


class Period(models.Model):
    """From when until when, as precisely as the sources say. Empty is unknown."""

    since = PartialDateField(_("since"))
    until = PartialDateField(_("until"))

    class Meta:
        abstract = True
        constraints = [ends_after_it_starts("%(class)s_ends_after_it_starts")]


class Section(Fact):
    """What the profile says under one heading, level or beneficiary.

    `coverage` keeps 'the source says there is none' apart from 'not reported',
    'not asked' and 'unknown'. A part without a section is unknown.
    """

    profile = of_profile("sections")
    part = models.CharField(_("part"), max_length=30, choices=SectionPart)
    coverage = models.CharField(
        _("coverage"), max_length=12, choices=Coverage, default=Coverage.UNKNOWN
    )
    prose = models.TextField(
        _("text"),
        blank=True,
        help_text=_("In our own words. An empty line begins a paragraph."),
    )

    class Meta(Fact.Meta):
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        constraints = [
            *Fact.Meta.constraints,
            only_listed("part", SectionPart),
            only_listed("coverage", Coverage),
            models.UniqueConstraint(
                fields=["profile", "part"],
                name="section_part_once_per_edition",
                violation_error_message=_("This part already has a section."),
            ),
            models.CheckConstraint(
                condition=Q(coverage=Coverage.REPORTED) | Q(prose=""),
                name="section_with_text_is_reported",
                violation_error_message=_(
                    "A section with a text is 'reported': change its coverage."
                ),
            ),
        ]

    def __str__(self):
        return self.get_part_display()

    def answered_part(self) -> str:
        return self.part


class OtherName(Fact):
    """Another name or acronym of the mechanism, current or former."""

    profile = of_profile("other_names")
    name = models.CharField(_("name"), max_length=250)
    kind = models.CharField(
        _("kind"), max_length=12, choices=NameKind, default=NameKind.ALTERNATIVE
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        blank=True,
        help_text=_("Its code, such as es. Empty if it does not matter."),
    )

    class Meta(Fact.Meta):
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        constraints = [*Fact.Meta.constraints, only_listed("kind", NameKind)]

    def __str__(self):
        return self.name


class MembershipQuerySet(FactQuerySet):
    def current(self):
        """Keep roles held when the edition was written."""
        return self.filter(is_current=True)

    def as_members(self):
        return self.filter(role=MembershipRole.MEMBER)


class Membership(Fact, Period):
    """A State's place in a mechanism, for as long as the State held it.

    A State holds one role at a time. When the role changes, the row is closed
    and another opened. `is_current` is not read from `until`: sources often say
    that a State left without saying when.
    """

    profile = of_profile("memberships")
    state = models.ForeignKey(
        State, models.PROTECT, related_name="memberships", verbose_name=_("State")
    )
    role = models.CharField(
        _("role"),
        max_length=20,
        choices=MembershipRole,
        default=MembershipRole.MEMBER,
    )
    is_current = models.BooleanField(_("holds it today"), default=True)

    objects = MembershipQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            *Fact.Meta.constraints,
            *Period.Meta.constraints,
            only_listed("role", MembershipRole),
            models.UniqueConstraint(
                fields=["profile", "state"],
                condition=Q(is_current=True),
                name="membership_one_current_role",
                violation_error_message=_(
                    "This State already holds a role in this mechanism. "
                    "Close it before you open another."
                ),
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(until=""),
                name="membership_current_role_has_no_end",
                violation_error_message=_("A role held today has no end."),
            ),
        ]
        indexes = [models.Index(fields=["state", "profile"])]

    def __str__(self):
        return f"{self.state} ({self.get_role_display()})"


class ThemeFocus(Fact, Period):
    """A theme that a mechanism works on, then or now, under its source's own label."""

    profile = of_profile("theme_focuses")
    theme = models.ForeignKey(
        Theme, models.PROTECT, related_name="focuses", verbose_name=_("theme")
    )
    label = models.CharField(
        _("label of the source"),
        max_length=250,
        blank=True,
        help_text=_("How the source words it, if it differs from the theme's name."),
    )
    phase = models.CharField(
        _("when in focus"),
        max_length=10,
        choices=ThemePhase,
        default=ThemePhase.CURRENT,
    )
    driver = models.TextField(_("what drove it"), blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("theme in focus")
        verbose_name_plural = _("themes in focus")
        constraints = [
            *Fact.Meta.constraints,
            *Period.Meta.constraints,
            only_listed("phase", ThemePhase),
            models.UniqueConstraint(
                fields=["profile", "theme", "label", "phase"],
                name="themefocus_label_once_per_phase",
                violation_error_message=_(
                    "This theme already stands under this label."
                ),
            ),
        ]
        indexes = [models.Index(fields=["theme", "profile"])]

    def __str__(self):
        return self.label or str(self.theme)

    def answered_part(self) -> str:
        return SectionPart.EVOLUTION


class GuidingDocument(Fact):
    """A strategy, workplan or founding document."""

    profile = of_profile("guiding_documents")
    kind = models.CharField(_("kind"), max_length=10, choices=DocumentKind)
    title = models.CharField(_("title"), max_length=400)
    adopted = PartialDateField(_("adopted"))
    adopted_by = models.CharField(_("adopted by"), max_length=250, blank=True)
    covers = models.CharField(
        _("period covered"),
        max_length=40,
        blank=True,
        help_text=_("Such as 2019–2022."),
    )
    monitoring = models.TextField(_("monitoring"), blank=True)
    url = WebAddressField(_("address"), max_length=500, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("guiding document")
        verbose_name_plural = _("guiding documents")
        constraints = [
            *Fact.Meta.constraints,
            only_listed("kind", DocumentKind),
            of_the_web("url"),
        ]

    def __str__(self):
        return self.title

    def answered_part(self) -> str:
        return SectionPart.EVOLUTION


class Organ(Fact):
    """A body of the mechanism: a working group, committee or regular meeting."""

    profile = of_profile("organs")
    kind = models.CharField(_("kind"), max_length=20, choices=OrganKind)
    name = models.CharField(_("name"), max_length=250)

    class Meta(Fact.Meta):
        verbose_name = _("organ")
        verbose_name_plural = _("organs")
        constraints = [*Fact.Meta.constraints, only_listed("kind", OrganKind)]

    def __str__(self):
        return self.name

    def answered_part(self) -> str:
        return SectionPart.STRUCTURE


class ChairingQuerySet(FactQuerySet):
    def current(self):
        return self.filter(is_current=True)


class Chairing(Fact, Period):
    """Who chairs or chaired the mechanism, and when.

    The holder is a State, or the name of an organisation or office.
    """

    profile = of_profile("chairings")
    state = models.ForeignKey(
        State,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="chairings",
        verbose_name=_("State"),
    )
    holder = models.CharField(
        _("holder"),
        max_length=250,
        blank=True,
        help_text=_("Only when the chair is not a State."),
    )
    role = models.CharField(
        _("role"), max_length=10, choices=ChairRole, default=ChairRole.CHAIR
    )
    is_current = models.BooleanField(
        _("latest known"),
        default=False,
        help_text=_("The latest holder that a source names."),
    )

    objects = ChairingQuerySet.as_manager()

    class Meta(Fact.Meta):
        verbose_name = _("chair")
        verbose_name_plural = _("chairs")
        constraints = [
            *Fact.Meta.constraints,
            *Period.Meta.constraints,
            only_listed("role", ChairRole),
            models.CheckConstraint(
                condition=Q(state__isnull=True) ^ Q(holder=""),
                name="chairing_has_one_holder",
                violation_error_message=_("Name a State or another holder, not both."),
            ),
        ]

    def __str__(self):
        return str(self.state) if self.state_id else self.holder

    def answered_part(self) -> str:
        return SectionPart.STRUCTURE


class Contribution(Fact):
    """What the mechanism brought to migration governance, at one level."""

    profile = of_profile("contributions")
    level = models.CharField(_("level"), max_length=15, choices=GovernanceLevel)
    kind = models.CharField(_("kind"), max_length=15, choices=ContributionKind)
    status = models.CharField(_("status"), max_length=15, choices=ContributionStatus)
    title = models.CharField(_("title"), max_length=250)
    summary = models.TextField(_("summary"), blank=True)
    year = models.PositiveSmallIntegerField(
        _("year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(EARLIEST_YEAR), MaxValueValidator(LATEST_YEAR)],
        help_text=_("The year, or the first of several. Empty if no source says."),
    )
    until_year = models.PositiveSmallIntegerField(
        _("until year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(EARLIEST_YEAR), MaxValueValidator(LATEST_YEAR)],
    )
    precondition = models.TextField(
        _("precondition"),
        blank=True,
        help_text=_("For plans: what has to be met first."),
    )
    states = models.ManyToManyField(
        State,
        related_name="contributions",
        blank=True,
        verbose_name=_("States concerned"),
    )
    themes = models.ManyToManyField(
        Theme, related_name="contributions", blank=True, verbose_name=_("themes")
    )
    gcm_objectives = models.ManyToManyField(
        GCMObjective,
        related_name="contributions",
        blank=True,
        verbose_name=_("GCM objectives"),
    )

    class Meta(Fact.Meta):
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        constraints = [
            *Fact.Meta.constraints,
            only_listed("level", GovernanceLevel),
            only_listed("kind", ContributionKind),
            only_listed("status", ContributionStatus),
            models.CheckConstraint(
                condition=Q(year__isnull=True)
                | Q(year__gte=EARLIEST_YEAR, year__lte=LATEST_YEAR),
                name="contribution_year_is_a_year",
                violation_error_message=_("This is not a year that makes sense."),
            ),
            models.CheckConstraint(
                condition=Q(until_year__isnull=True)
                | Q(until_year__gte=F("year"), until_year__lte=LATEST_YEAR),
                name="contribution_ends_after_it_starts",
                violation_error_message=_("It ends before it starts."),
            ),
        ]
        indexes = [models.Index(fields=["level", "kind", "status"])]

    def __str__(self):
        return self.title

    def answered_part(self) -> str:
        return SectionPart(f"contribution_{self.level}")


class AddedValue(Fact):
    """What States or organisations gain from taking part."""

    profile = of_profile("added_values")
    beneficiary = models.CharField(_("for whom"), max_length=12, choices=Beneficiary)
    benefit = models.CharField(_("benefit"), max_length=25, choices=Benefit)
    summary = models.TextField(_("summary"), blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("added value")
        verbose_name_plural = _("added values")
        constraints = [
            *Fact.Meta.constraints,
            only_listed("beneficiary", Beneficiary),
            only_listed("benefit", Benefit),
        ]

    def __str__(self):
        return self.get_benefit_display()

    def answered_part(self) -> str:
        return SectionPart(f"added_value_{self.beneficiary}s")


class Meeting(Fact):
    """A meeting of the mechanism, with its date and place as far as known."""

    profile = of_profile("meetings")
    title = models.CharField(_("title"), max_length=250)
    date = PartialDateField(_("date"))
    city = models.CharField(_("city"), max_length=120, blank=True)
    state = models.ForeignKey(
        State,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
        verbose_name=_("held in"),
    )

    class Meta(Fact.Meta):
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes = [models.Index(fields=["date"])]

    def __str__(self):
        return self.title


class AlternativeValue(Fact):
    """What another source says of a field of the profile.

    Nothing that sources say is thrown away: the profile shows the preferred
    value, and beside it who says otherwise.
    """

    profile = of_profile("alternative_values")
    field = models.CharField(_("field"), max_length=20, choices=DisputedField)
    value = models.CharField(_("value"), max_length=500)
    attribution = models.CharField(
        _("attributed to"),
        max_length=250,
        blank=True,
        help_text=_("Who says so, when no source record exists for it."),
    )

    class Meta(Fact.Meta):
        verbose_name = _("alternative value")
        verbose_name_plural = _("alternative values")
        constraints = [*Fact.Meta.constraints, only_listed("field", DisputedField)]

    def __str__(self):
        # get_field_display makes all choices anew; an import asks thousands of times.
        labels = dict(DisputedField.choices)
        return f"{labels.get(self.field, self.field)}: {self.value}"


class Clearance(Fact):
    """A secretariat or focal point confirmed the profile, or one part of it.

    It says what was confirmed on that day; whether the text changed since is for
    `editions.readiness` to say.
    """

    profile = of_profile("clearances")
    part = models.CharField(
        _("part"),
        max_length=30,
        blank=True,
        choices=SectionPart,
        help_text=_("Empty when the whole profile was confirmed."),
    )
    confirmed_by = models.CharField(
        _("confirmed by"),
        max_length=250,
        help_text=_("The secretariat or office, never a person's name."),
    )
    on = PartialDateField(_("on"), blank=False)
    document = models.CharField(
        _("by which document"),
        max_length=400,
        blank=True,
        help_text=_("Such as: note verbale of 3 May 2019."),
    )

    class Meta(Fact.Meta):
        verbose_name = _("clearance")
        verbose_name_plural = _("clearances")
        constraints = [
            *Fact.Meta.constraints,
            only_listed("part", SectionPart, blank=True),
            models.CheckConstraint(condition=~Q(on=""), name="clearance_says_when"),
        ]

    def __str__(self):
        return self.confirmed_by


def facts_for_profile_page() -> list[Prefetch]:
    """Return what `Profile.objects.for_profile_page()` loads of this app's facts."""
    states = Prefetch("states", State.objects.order_by("name"))
    return [
        Prefetch(related_name, queryset)
        for related_name, queryset in {
            "sections": Section.objects.public().select_related("source"),
            "other_names": OtherName.objects.public().select_related("source"),
            "memberships": Membership.objects.public()
            .select_related("state", "source")
            .order_by("state__name"),
            "theme_focuses": ThemeFocus.objects.public().select_related(
                "theme", "source"
            ),
            "guiding_documents": GuidingDocument.objects.public().select_related(
                "source"
            ),
            "organs": Organ.objects.public().select_related("source"),
            "chairings": Chairing.objects.public().select_related("state", "source"),
            "contributions": Contribution.objects.public()
            .select_related("source")
            .prefetch_related(states, "themes", "gcm_objectives"),
            "added_values": AddedValue.objects.public().select_related("source"),
            "meetings": Meeting.objects.public().select_related("state", "source"),
            "alternative_values": AlternativeValue.objects.public().select_related(
                "source"
            ),
            "clearances": Clearance.objects.public().select_related("source"),
        }.items()
    ]
