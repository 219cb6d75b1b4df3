"""Mechanisms and the editions of their profiles."""

import datetime
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles.models.addresses import Addressed, AddressedQuerySet
from profiles.models.base import (
    ReferenceRecord,
    account,
    unknown_fields,
)
from profiles.models.facts import Membership
from profiles.partial_dates import EARLIEST_YEAR, LATEST_YEAR, PartialDateField
from profiles.vocabularies import (
    AT_REST,
    ChairKind,
    Coverage,
    DisputedField,
    EditionAction,
    EditionState,
    FormPart,
    MechanismStatus,
    MechanismType,
    ThematicChange,
    only_listed,
)
from profiles.web_addresses import WebAddressField, of_the_web

OVERDUE_AFTER = datetime.timedelta(minutes=5)
"""How long after its time a scheduled publication counts as missed."""

OPEN_STATES = (EditionState.DRAFT, EditionState.IN_REVIEW)
"""States in which an edition may still be changed."""

ONCE_PUBLIC_STATES = (
    EditionState.PUBLISHED,
    EditionState.SUPERSEDED,
    EditionState.WITHDRAWN,
)
"""States of editions that the public has seen; their content never changes."""

READABLE_STATES = (EditionState.PUBLISHED, EditionState.SUPERSEDED)
"""States of editions that anybody can read at their own address."""


class EditionIsClosed(ValidationError):
    """Raised when code tries to change an edition that was published."""

    def __init__(self):
        super().__init__(
            _(
                "This edition was published and cannot be changed. "
                "Open a new draft to correct it."
            ),
            code="edition_is_closed",
        )


class EditionIsInReview(EditionIsClosed):
    """Raised when code tries to change what somebody handed in for review."""

    def __init__(self):
        ValidationError.__init__(
            self,
            _(
                "This edition is in review. Nothing of it changes before it is a "
                "draft again."
            ),
            code="edition_is_in_review",
        )


class MechanismQuerySet(AddressedQuerySet):
    def with_page(self):
        return self.filter(
            Exists(
                Profile.objects.filter(
                    mechanism=OuterRef("pk"), state__in=ONCE_PUBLIC_STATES
                )
            )
        )

    def called(self):
        """Annotate `latest_name`: what the latest edition calls the mechanism."""
        latest = Profile.objects.filter(mechanism=OuterRef("pk")).order_by("-edition")
        return self.annotate(latest_name=Subquery(latest.values("name_en")[:1]))


class Mechanism(Addressed, ReferenceRecord):
    """An inter-State consultation mechanism on migration: its stable identity.

    Everything that can change, its name included, stands in the editions of its
    profile.
    """

    page_name = "mechanism-detail"

    slug = models.SlugField(
        _("name in addresses"),
        max_length=80,
        unique=True,
        help_text=_(
            "Part of the public address, which others cite. Changed, the earlier one "
            "leads here for good."
        ),
    )

    objects = MechanismQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("mechanism")
        verbose_name_plural = _("mechanisms")

    def __str__(self):
        # `latest_name` is annotated where people choose or read among many.
        name = getattr(self, "latest_name", None)
        return f"{name} ({self.slug})" if name else self.slug

    def get_absolute_url(self):
        return reverse("mechanism-detail", args=[self.slug])


class MechanismAlias(ReferenceRecord):
    """A name by which a survey or a reader calls a mechanism.

    It only helps to find it; a name that sources give is an `OtherName`, a fact.
    """

    natural_key_field = "name"

    mechanism = models.ForeignKey(
        Mechanism,
        models.CASCADE,
        related_name="aliases",
        verbose_name=_("mechanism"),
    )
    name = models.CharField(_("name"), max_length=250, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("alias of a mechanism")
        verbose_name_plural = _("aliases of mechanisms")

    def __str__(self):
        return self.name


class ProfileQuerySet(models.QuerySet):
    def published(self):
        """Keep the editions that are public now: at most one per mechanism."""
        return self.filter(state=EditionState.PUBLISHED)

    def readable(self):
        """Keep what anybody may read: published editions and superseded ones."""
        return self.filter(state__in=READABLE_STATES)

    def open(self):
        """Keep the editions that can still be changed."""
        return self.filter(state__in=OPEN_STATES)

    def with_workers(self):
        """Annotate who works on an open edition, each by key.

        `held_by` opened it, or was handed it last; `handed_in_by` submitted it last,
        unless it was handed over since.
        """
        steps = EditionEvent.objects.filter(profile=OuterRef("pk")).order_by("-pk")
        hand_over, submit = EditionAction.HAND_OVER, EditionAction.SUBMIT
        held = steps.filter(action__in=(EditionAction.OPEN, hand_over))
        handed_in = steps.filter(action__in=(submit, hand_over))

        def who(of, action, person, other):
            person = Case(When(action=action, then=person), default=other)
            return Subquery(of.values(who=person)[:1])

        return self.annotate(
            held_by=who(held, hand_over, "to", "by"),
            held_by_name=who(held, hand_over, "to__username", "by__username"),
            handed_in_by=who(handed_in, submit, "by", None),
        )

    def worked_on_by(self, person):
        """Keep the editions that a person opened, submitted or was handed."""
        mine = Q(held_by=person.pk) | Q(handed_in_by=person.pk)
        return self.with_workers().filter(mine)

    def with_member_count(self):
        """Annotate `member_count`: the States that count as members today."""
        # A subquery, not a join: two counts over two joins multiply each other.
        members = (
            Membership.objects.public()
            .counted()
            .as_members()
            .filter(profile=OuterRef("pk"))
            .order_by()
            .values("profile")
            .annotate(count=Count("pk"))
            .values("count")
        )
        return self.annotate(member_count=Coalesce(Subquery(members), 0))

    def get_by_natural_key(self, mechanism, edition):
        return self.get(mechanism__slug=mechanism, edition=edition)


class Profile(models.Model):
    """One edition of what the registry says about a mechanism.

    draft → in review → published → superseded; a published one can be withdrawn.
    Only `profiles.editions` changes the state. Once an edition was published its
    content never changes: a correction is a new edition, so every edition stays
    readable and citable at its own address.

    Of its own fields the class body says what others need to know, as facts do; a field
    that `form_lines` does not name stands under the other facts, in the form and on the
    page.
    """

    form_lines: ClassVar[dict[str, list[tuple[str, ...]]]] = {
        FormPart.IDENTITY: [
            ("mechanism",),
            ("name",),
            ("acronym",),
            ("type", "status", "established", "as_of"),
            ("regions",),
            ("website",),
            ("objective",),
        ],
        FormPart.EVOLUTION: [("thematic_change",), ("thematic_change_driver",)],
        FormPart.STRUCTURE: [
            ("association_coverage", "secretariat_coverage"),
            ("secretariat_statement",),
            ("chair_coverage", "chair_kind"),
            ("chair_statement",),
            ("iom_role",),
        ],
        FormPart.MEETINGS: [("meeting_pattern",)],
        FormPart.SOURCES: [("sources",), ("note",)],
    }
    """The lines of the form, by the part in which they stand."""

    disputed_as: ClassVar[dict[str, str]] = {
        "name": DisputedField.NAME,
        "acronym": DisputedField.ACRONYM,
        "type": DisputedField.TYPE,
        "regions": DisputedField.REGIONS,
        "status": DisputedField.STATUS,
        "established": DisputedField.ESTABLISHED,
        "association_coverage": DisputedField.ASSOCIATION,
        "secretariat_coverage": DisputedField.SECRETARIAT,
        "secretariat_statement": DisputedField.SECRETARIAT,
        "chair_coverage": DisputedField.CHAIR,
        "chair_kind": DisputedField.CHAIR,
        "chair_statement": DisputedField.CHAIR,
        "iom_role": DisputedField.IOM_ROLE,
        "meeting_pattern": DisputedField.MEETINGS,
        "website": DisputedField.WEBSITE,
        "objective": DisputedField.OBJECTIVE,
        "thematic_change": DisputedField.THEMES,
        "thematic_change_driver": DisputedField.THEMES,
    }
    """The field under which its sources stand, and alternative values keep what others
    say."""

    # Search knows them as names of the mechanism.
    unsearched: ClassVar[tuple[str, ...]] = ("name", "acronym")

    mechanism = models.ForeignKey(
        Mechanism,
        models.PROTECT,
        related_name="editions",
        verbose_name=_("mechanism"),
    )
    edition = models.PositiveIntegerField(_("edition"), default=1)
    state = models.CharField(
        _("state of the edition"),
        max_length=10,
        choices=EditionState,
        default=EditionState.DRAFT,
        editable=False,
    )

    name = models.CharField(
        _("name"),
        max_length=250,
        help_text=_("The full name, as the mechanism writes it."),
    )
    acronym = models.CharField(_("acronym"), max_length=40, blank=True)
    type = models.CharField(_("type"), max_length=15, choices=MechanismType)
    regions: models.ManyToManyField = models.ManyToManyField(
        "Region",
        related_name="profiles",
        blank=True,
        verbose_name=_("regions"),
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=MechanismStatus,
        default=MechanismStatus.UNKNOWN,
    )
    established = models.PositiveSmallIntegerField(
        _("established (year)"),
        null=True,
        blank=True,
        validators=[
            MinValueValidator(EARLIEST_YEAR),
            MaxValueValidator(LATEST_YEAR),
        ],
        help_text=_(
            "The year that the registry prefers. What other sources say goes "
            "under alternative values."
        ),
    )
    as_of = PartialDateField(
        _("as of"),
        help_text=_("The date up to which the profile was checked: 2019, 2019-04 …"),
    )
    website = WebAddressField(_("official site"), max_length=500, blank=True)
    objective = models.TextField(
        _("objective"),
        blank=True,
        help_text=_("What it is for, in one or two sentences."),
    )
    thematic_change = models.CharField(
        _("change of themes"),
        max_length=10,
        blank=True,
        choices=ThematicChange,
        help_text=_("How the themes changed since the start. Empty if unknown."),
    )
    thematic_change_driver = models.TextField(_("what drove the change"), blank=True)
    association_coverage = models.CharField(
        _("formal association"),
        max_length=12,
        choices=Coverage,
        default=Coverage.UNKNOWN,
        help_text=_(
            "Is it formally associated with a regional organisation? "
            "'Reported' when a partnership of that role names it."
        ),
    )
    secretariat_coverage = models.CharField(
        _("secretariat"),
        max_length=12,
        choices=Coverage,
        default=Coverage.UNKNOWN,
        help_text=_("'None' only when a source says that there is no secretariat."),
    )
    secretariat_statement = models.TextField(_("secretariat, in words"), blank=True)
    chair_coverage = models.CharField(
        _("chair"),
        max_length=12,
        choices=Coverage,
        default=Coverage.UNKNOWN,
        help_text=_("'None' only when a source says that there is no chair."),
    )
    chair_kind = models.CharField(
        _("kind of chair"),
        max_length=12,
        blank=True,
        choices=ChairKind,
        help_text=_("Empty if no source says."),
    )
    chair_statement = models.TextField(_("chair, in words"), blank=True)
    meeting_pattern = models.TextField(_("pattern of meetings"), blank=True)
    iom_role = models.TextField(_("functions of IOM"), blank=True)
    note = models.TextField(
        _("note"),
        blank=True,
        help_text=_("Conflicts and gaps in the sources. Public."),
    )
    sources: models.ManyToManyField = models.ManyToManyField(
        "Source",
        related_name="profiles",
        blank=True,
        verbose_name=_("sources"),
        help_text=_(
            "What was read for the fields of the profile. Name a source beside each "
            "field where you know which one says it."
        ),
    )

    version = models.PositiveIntegerField(
        _("version of the draft"),
        default=0,
        editable=False,
        help_text=_("Moves with every change that staff save: tells collisions."),
    )
    publish_at = models.DateTimeField(
        _("publish at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When an edition in review is to be published by itself."),
    )
    publish_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("publication scheduled by"),
    )
    publish_note = models.TextField(
        _("note of the publication"), blank=True, editable=False
    )
    created_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    published_at = models.DateTimeField(
        _("published at"), null=True, blank=True, editable=False
    )
    withdrawn_at = models.DateTimeField(
        _("withdrawn at"), null=True, blank=True, editable=False
    )
    withdrawal_reason = models.TextField(
        _("reason of the withdrawal"),
        blank=True,
        editable=False,
        help_text=_("Public: readers find it where the edition stood."),
    )

    objects = ProfileQuerySet.as_manager()

    class Meta:
        ordering = ["mechanism", "-edition"]
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        permissions = [
            ("publish_profile", _("Can send back, publish and withdraw profiles"))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["mechanism", "edition"],
                name="profile_edition_stands_once",
            ),
            models.UniqueConstraint(
                fields=["mechanism"],
                condition=Q(state=EditionState.PUBLISHED),
                name="profile_one_published_edition",
                violation_error_message=_(
                    "This mechanism already has a published edition."
                ),
            ),
            models.UniqueConstraint(
                fields=["mechanism"],
                condition=Q(state__in=OPEN_STATES),
                name="profile_one_open_edition",
                violation_error_message=_(
                    "This mechanism already has an edition in draft or in review."
                ),
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=OPEN_STATES, published_at__isnull=True)
                    | Q(state__in=ONCE_PUBLIC_STATES, published_at__isnull=False)
                ),
                name="profile_public_editions_have_a_date",
            ),
            models.CheckConstraint(
                condition=Q(state=EditionState.WITHDRAWN, withdrawn_at__isnull=False)
                | (
                    ~Q(state=EditionState.WITHDRAWN)
                    & Q(withdrawn_at__isnull=True, withdrawal_reason="")
                ),
                name="profile_withdrawn_editions_have_a_date",
            ),
            models.CheckConstraint(
                condition=Q(established__isnull=True)
                | Q(established__gte=EARLIEST_YEAR, established__lte=LATEST_YEAR),
                name="profile_established_is_a_year",
                violation_error_message=_("This is not a year that makes sense."),
            ),
            models.CheckConstraint(
                condition=Q(publish_at__isnull=True) | Q(state=EditionState.IN_REVIEW),
                name="profile_only_reviews_are_scheduled",
            ),
            models.CheckConstraint(
                condition=Q(edition__gte=1), name="profile_editions_count_from_one"
            ),
            only_listed("state", EditionState),
            only_listed("type", MechanismType),
            only_listed("status", MechanismStatus),
            only_listed("thematic_change", ThematicChange, blank=True),
            only_listed("association_coverage", Coverage),
            only_listed("secretariat_coverage", Coverage),
            only_listed("chair_coverage", Coverage),
            only_listed("chair_kind", ChairKind, blank=True),
            of_the_web("website"),
        ]
        indexes = [
            models.Index(fields=["state", "established"]),
            models.Index(F("published_at").desc(), name="profile_latest_published"),
        ]

    def __str__(self):
        return f"{self.short_name} ({self.get_state_display()}, {self.edition})"

    def save(self, *args, **kwargs):
        """Save a draft; raise EditionIsClosed, or EditionIsInReview, for others."""
        self.require_draft()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        """Return where this edition is read: a superseded one has its own address."""
        if self.state == EditionState.PUBLISHED:
            return self.mechanism.get_absolute_url()
        return self.get_edition_url()

    def delete(self, *args, **kwargs):
        if not self.is_open:
            raise EditionIsClosed
        return super().delete(*args, **kwargs)

    @classmethod
    def check(cls, **kwargs):
        """Say what the class body names wrongly."""
        lines = [line for of_part in cls.form_lines.values() for line in of_part]
        named = [
            *(n for line in lines for n in line),
            *cls.disputed_as,
            *cls.unsearched,
        ]
        return super().check(**kwargs) + unknown_fields(cls, named)

    def require_draft(self):
        """Raise unless content may be written: see `profiles.editions.begin_change`."""
        if not self.is_open:
            raise EditionIsClosed
        if self.state != EditionState.DRAFT:
            raise EditionIsInReview

    def get_edition_url(self):
        return reverse("edition-detail", args=[self.mechanism.slug, self.edition])

    def natural_key(self):
        return (self.mechanism.slug, self.edition)

    natural_key.dependencies = ["profiles.mechanism"]  # type: ignore[attr-defined]

    @property
    def short_name(self) -> str:
        return self.acronym or self.name

    @property
    def is_at_rest(self) -> bool:
        """Say whether nobody takes part today: see `profiles.models.counting`."""
        return self.status in AT_REST

    @property
    def is_overdue(self) -> bool:
        """Say whether its scheduled publication should have taken place and did not."""
        at = self.publish_at
        return at is not None and at + OVERDUE_AFTER <= timezone.now()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class EditionEvent(models.Model):
    """A step taken with an edition: who did what, when, and why."""

    profile = models.ForeignKey(
        Profile, models.CASCADE, related_name="events", verbose_name=_("profile")
    )
    action = models.CharField(_("step"), max_length=10, choices=EditionAction)
    by = account(_("by"), help_text=_("Empty when a command did it."))
    to = account(_("to"), help_text=_("Who was handed it."))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        # By their order, not by the clock, which can be set back.
        ordering = ["pk"]
        verbose_name = _("step of an edition")
        verbose_name_plural = _("steps of editions")
        constraints = [only_listed("action", EditionAction)]
        indexes = [models.Index(fields=["profile", "-at"])]

    def __str__(self):
        return f"{self.get_action_display()} {self.at:%Y-%m-%d}"
