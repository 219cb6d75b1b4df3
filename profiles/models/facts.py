"""The kinds of facts that hang on an edition of a profile."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles.models.base import Fact, FactQuerySet, Period, of_profile
from profiles.models.counting import CountedFactQuerySet
from profiles.partial_dates import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    PartialDateField,
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
    FormPart,
    GovernanceLevel,
    MembershipRole,
    NameKind,
    OrganKind,
    SectionPart,
    ThemePhase,
    only_listed,
)
from profiles.web_addresses import WebAddressField, of_the_web


class Section(Fact):
    """What the profile says under one heading, level or beneficiary.

    `coverage` keeps 'the source says there is none' apart from 'not reported',
    'not asked' and 'unknown'. A part without a section is unknown.
    """

    identified_by = ("part",)
    form_part = FormPart.EVOLUTION
    form_lines = ["part", "coverage", "prose"]
    page_template = ""
    translated = ("prose",)

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

    @classmethod
    def stating(cls):
        """A text, that there is none, or that nobody answered.

        'Reported' without a text only says that facts stand under the part, which
        name their own sources.
        """
        stated = Q(coverage__in=[Coverage.NONE, Coverage.NOT_REPORTED])
        for language in settings.MODELTRANSLATION_LANGUAGES:
            stated |= Q(**{f"prose_{language}__gt": ""})
        return stated


class OtherName(Fact):
    """Another name or acronym of the mechanism, current or former."""

    identified_by = ("name",)
    form_part = FormPart.IDENTITY
    form_lines = [("name", "kind", "language")]
    page_template = ""
    # Search knows them as names of the mechanism.
    unsearched = ("name", "language", "note")

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


class MembershipQuerySet(CountedFactQuerySet):
    is_held = Q(is_current=True)

    def as_members(self):
        return self.filter(role=MembershipRole.MEMBER)

    def by_certainty(self):
        """Count by edition and certainty, as `Headcount.of_rows` adds up."""
        counted = self.order_by().values("profile", "certainty")
        return counted.annotate(
            number=Count("pk"), first=Min("listed"), last=Max("listed")
        )


class Membership(Fact, Period):
    """A State's place in a mechanism, for as long as the State held it.

    A State holds one role at a time. When the role changes, the row is closed
    and another opened. `is_current` is not read from `until`: sources often say
    that a State left without saying when.
    """

    identified_by = ("state", "role", "since")
    form_part = FormPart.MEMBERS
    form_lines = [("state", "role", "is_current", "since", "until", "listed")]
    page_template = ""
    disputed_as = DisputedField.PARTICIPATION
    subject = "state"

    profile = of_profile("memberships")
    state = models.ForeignKey(
        "State",
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("State"),
    )
    role = models.CharField(
        _("role"),
        max_length=20,
        choices=MembershipRole,
        default=MembershipRole.MEMBER,
    )
    is_current = models.BooleanField(_("holds it today"), default=True)
    listed = PartialDateField(
        _("on the list of"),
        help_text=_(
            "The date of the list or meeting that names the State. It is no beginning: "
            "the State may have taken part before, and have left since."
        ),
    )

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

    identified_by = ("theme", "label", "phase")
    form_part = FormPart.EVOLUTION
    form_lines = [("theme", "label"), ("phase", "since", "until"), "driver"]
    page_template = ""
    disputed_as = DisputedField.THEMES
    only_wording = ("label",)
    translated = ("driver",)

    profile = of_profile("theme_focuses")
    theme = models.ForeignKey(
        "Theme",
        models.PROTECT,
        related_name="focuses",
        verbose_name=_("theme"),
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

    identified_by = ("kind", "title")
    form_part = FormPart.EVOLUTION
    form_lines = [
        ("kind", "title"),
        ("adopted", "adopted_by", "covers"),
        "url",
        "monitoring",
    ]
    page_template = ""
    found_as = "document"
    dated_by = "adopted"
    disputed_as = DisputedField.DOCUMENTS
    translated = ("title", "adopted_by", "monitoring")

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

    identified_by = ("name",)
    form_part = FormPart.STRUCTURE
    form_lines = [("kind", "name")]
    page_template = ""
    translated = ("name",)

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

    identified_by = ("state", "holder", "role", "since")
    form_part = FormPart.STRUCTURE
    form_lines = [
        ("state", "holder", "role", "is_current"),
        ("since", "until", "took_over_from"),
    ]
    page_template = ""
    disputed_as = DisputedField.CHAIR

    profile = of_profile("chairings")
    state = models.ForeignKey(
        "State",
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
    took_over_from = models.ForeignKey(
        "State",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="chairs_handed_over",
        verbose_name=_("took over from"),
        help_text=_("Says where a term without a date stands among the others."),
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

    @property
    def is_over(self) -> bool:
        """Say whether the term has ended by today, as far as its end is known."""
        today = timezone.localdate().isoformat()
        return bool(self.until) and self.until < today[: len(self.until)]

    def answered_part(self) -> str:
        return SectionPart.STRUCTURE


class Contribution(Fact):
    """What the mechanism brought to migration governance, at one level."""

    identified_by = ("title",)
    form_part = FormPart.CONTRIBUTION
    form_lines = [
        "title",
        ("level", "kind", "status", "terms_certainty"),
        ("year", "until_year"),
        "summary",
        "precondition",
        "states",
        "themes",
        "gcm_objectives",
    ]
    page_template = ""
    found_as = "contribution"
    dated_by = "year"
    disputed_as = DisputedField.CONTRIBUTIONS
    anybody_may_state = True
    grows = ("states", "themes", "gcm_objectives")
    translated = ("title", "summary", "precondition")

    profile = of_profile("contributions")
    level = models.CharField(_("level"), max_length=15, choices=GovernanceLevel)
    kind = models.CharField(_("kind"), max_length=15, choices=ContributionKind)
    status = models.CharField(_("status"), max_length=15, choices=ContributionStatus)
    terms_certainty = models.CharField(
        _("certainty of kind and status"),
        max_length=10,
        choices=Certainty,
        help_text=_(
            "Stated when the source names both itself; inferred when the registry "
            "reads them into its text."
        ),
    )
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
    states: models.ManyToManyField = models.ManyToManyField(
        "State",
        related_name="contributions",
        blank=True,
        verbose_name=_("States concerned"),
    )
    themes: models.ManyToManyField = models.ManyToManyField(
        "Theme",
        related_name="contributions",
        blank=True,
        verbose_name=_("themes"),
    )
    gcm_objectives: models.ManyToManyField = models.ManyToManyField(
        "GCMObjective",
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
            only_listed("terms_certainty", Certainty),
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

    identified_by = ("beneficiary", "benefit")
    form_part = FormPart.ADDED_VALUE
    form_lines = [("beneficiary", "benefit"), "summary"]
    page_template = ""
    anybody_may_state = True
    translated = ("summary",)

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

    identified_by = ("title", "date")
    form_part = FormPart.MEETINGS
    form_lines = [("title", "date", "city", "state")]
    page_template = ""
    found_as = "meeting"
    dated_by = "date"
    disputed_as = DisputedField.MEETINGS
    translated = ("title",)

    profile = of_profile("meetings")
    title = models.CharField(_("title"), max_length=250)
    date = PartialDateField(_("date"))
    city = models.CharField(_("city"), max_length=120, blank=True)
    state = models.ForeignKey(
        "State",
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

    identified_by = ("field", "value")
    form_part = FormPart.SOURCES
    form_lines = [("field", "value", "attribution")]
    page_template = ""
    unsearched = ("attribution",)

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

    identified_by = ("part", "confirmed_by", "on")
    form_part = FormPart.CLEARANCES
    form_lines = [("part", "on"), ("confirmed_by", "document")]
    page_template = ""
    unsearched = ("confirmed_by", "document", "note")

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
