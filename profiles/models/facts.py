"""Everything that hangs on an edition of a profile.

To add a kind of fact, subclass `Fact` and say in the class body what others need to
know of it: the form, the page, loading, comparing, search, surveys and redaction find
the kind through `fact_kinds()` and read it there.
"""

import uuid
from typing import Any, ClassVar

from django.apps import apps
from django.core import checks
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q
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

    identified_by: ClassVar[tuple[str, ...]] = ()
    """The fields that tell the facts of one kind and one edition apart in files.

    The first that is no controlled term names a fact for people."""

    form_part: ClassVar[FormPart] = FormPart.OTHER
    """Where the kind stands in the form, and with it on the page."""

    form_lines: ClassVar[list[str | tuple[str, ...]]] = []
    """The lines of the form; without any, one line for each field."""

    page_template: ClassVar[str] = "profiles/_further_facts.html"
    """Shows the facts of this kind on the page; "" where their part's template does."""

    found_as: ClassVar[str] = ""
    """The kind of search hit that a fact with a title is; "" where the words of a fact
    find its mechanism."""

    dated_by: ClassVar[str] = ""
    """The field that dates a hit of its own."""

    unsearched: ClassVar[tuple[str, ...]] = ()
    """Texts that search leaves out. A kind adds those that are no words about it."""

    disputed_as: ClassVar[str] = ""
    """The DisputedField under which alternative values keep what others say of it; ""
    where they know none."""

    subject: ClassVar[str] = ""
    """The field with the State or organisation that knows this fact as its own: its
    answer in a survey states the fact, as the mechanism's does."""

    anybody_may_state: ClassVar[bool] = False
    """Whether any respondent of a survey states it: views, and what came of it."""

    starts_private: ClassVar[bool] = False
    """Whether a survey's answer stays with staff until they decide."""

    grows: ClassVar[tuple[str, ...]] = ()
    """Lists that grow by what other respondents name."""

    only_wording: ClassVar[tuple[str, ...]] = ()
    """Fields in which other words tell nothing new."""

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

    @classmethod
    def disputed_field(cls, values: dict[str, Any]) -> str:
        """Return the DisputedField of a fact with these values; "" for none."""
        return cls.disputed_as

    @classmethod
    def of_profile(cls) -> str:
        """Return the name by which a profile has its facts of this kind."""
        return cls._meta.get_field("profile").remote_field.related_name

    @classmethod
    def for_page(cls) -> models.QuerySet:
        """Return the public facts of the kind with all that a page shows of them."""
        keys = [f.name for f in cls._meta.concrete_fields if f.is_relation]
        keys.remove("profile")
        many = [f.name for f in cls._meta.many_to_many]
        facts = cls.objects.public().select_related(*keys)
        return facts.prefetch_related(*many)

    @classmethod
    def check(cls, **kwargs):
        """Say what the class body lacks or names wrongly."""
        names = {f.name for f in (*cls._meta.fields, *cls._meta.many_to_many)}
        said = [*cls.identified_by, *cls.unsearched, *cls.grows, *cls.only_wording]
        said += [n for n in (cls.subject, cls.dated_by) if n]
        for line in cls.form_lines:
            said += [line] if isinstance(line, str) else line
        found = super().check(**kwargs)
        if not cls.identified_by:
            found.append(
                checks.Error(
                    "A kind of fact says in `identified_by` which fields tell its "
                    "facts apart.",
                    obj=cls,
                    id="profiles.E001",
                )
            )
        found += [
            checks.Error(f"There is no field {name!r}.", obj=cls, id="profiles.E002")
            for name in said
            if name not in names
        ]
        return found

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


def named_in_public(model: type[models.Model]) -> Q:
    """Return the condition that a public fact of any kind names a record of `model`."""
    named = Q()
    for kind in fact_kinds():
        for f in (*kind._meta.concrete_fields, *kind._meta.many_to_many):
            if f.related_model is model:
                naming = kind.objects.published().filter(**{f.name: OuterRef("pk")})
                named |= Q(Exists(naming))
    return named


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

    identified_by = ("part",)
    form_part = FormPart.EVOLUTION
    form_lines = ["part", "coverage", "prose"]
    page_template = ""

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

    identified_by = ("state", "role", "since")
    form_part = FormPart.MEMBERS
    form_lines = [("state", "role", "is_current", "since", "until")]
    page_template = ""
    disputed_as = DisputedField.PARTICIPATION
    subject = "state"

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

    @classmethod
    def for_page(cls):
        return super().for_page().order_by("state__name")


class ThemeFocus(Fact, Period):
    """A theme that a mechanism works on, then or now, under its source's own label."""

    identified_by = ("theme", "label", "phase")
    form_part = FormPart.EVOLUTION
    form_lines = [("theme", "label"), ("phase", "since", "until"), "driver"]
    page_template = ""
    disputed_as = DisputedField.THEMES
    only_wording = ("label",)

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
    form_lines = [("state", "holder", "role", "is_current", "since", "until")]
    page_template = ""
    disputed_as = DisputedField.CHAIR

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

    identified_by = ("title",)
    form_part = FormPart.CONTRIBUTION
    form_lines = [
        "title",
        ("level", "kind", "status"),
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

    @classmethod
    def for_page(cls):
        states = Prefetch("states", State.objects.order_by("name"))
        facts = cls.objects.public().select_related("source")
        return facts.prefetch_related(states, "themes", "gcm_objectives")


class AddedValue(Fact):
    """What States or organisations gain from taking part."""

    identified_by = ("beneficiary", "benefit")
    form_part = FormPart.ADDED_VALUE
    form_lines = [("beneficiary", "benefit"), "summary"]
    page_template = ""
    anybody_may_state = True

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
