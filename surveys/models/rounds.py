"""Assessment rounds: what was asked, who answered, what was recommended, and what else
looked at all mechanisms before and after."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from profiles.models import Mechanism, Source
from profiles.models.addresses import Addressed
from profiles.partial_dates import EARLIEST_YEAR, LATEST_YEAR, PartialDateField
from profiles.vocabularies import only_listed
from surveys.models.questionnaires import Questionnaire
from surveys.vocabularies import FollowUp, RespondentKind, ReviewKind


class RoundQuerySet(models.QuerySet):
    def public(self):
        """Keep the rounds whose results anybody may read."""
        return self.filter(is_public=True)

    def with_page(self):
        """Keep the rounds of which anybody may read, with or without results."""
        return self.filter(Q(is_listed=True) | Q(is_public=True))


class Round(Addressed):
    """An assessment round, such as IOM's survey of 2019."""

    page_name = "assessment-detail"
    shows_records = True  # as profiles.uses asks

    slug = models.SlugField(
        _("key"),
        max_length=40,
        unique=True,
        help_text=_("A short key that stays the same, such as 2019."),
    )
    year = models.PositiveSmallIntegerField(
        _("year"),
        validators=[MinValueValidator(EARLIEST_YEAR), MaxValueValidator(LATEST_YEAR)],
    )
    title = models.CharField(_("title"), max_length=250)
    questionnaires = models.ManyToManyField(
        Questionnaire,
        related_name="rounds",
        blank=True,
        verbose_name=_("questionnaires"),
    )
    report = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports_of_rounds",
        verbose_name=_("report"),
    )
    report_number = models.CharField(
        _("number of the report"), max_length=60, blank=True
    )
    report_isbn = models.CharField(_("ISBN of the report"), max_length=20, blank=True)
    aims = models.TextField(_("aims"), blank=True)
    method = models.TextField(_("how it was made"), blank=True)
    presented_at = models.CharField(
        _("where it was presented"), max_length=250, blank=True
    )
    recommendations_known = models.TextField(
        _("what is known of recommendations"),
        blank=True,
        help_text=_("Shown as long as no recommendation stands below."),
    )
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="described_rounds",
        verbose_name=_("source"),
        help_text=_("Who says so: of aims, presentation and recommendations."),
    )
    documents = models.ManyToManyField(
        Source,
        related_name="rounds",
        blank=True,
        verbose_name=_("documents"),
        help_text=_("Sources that the round produced. Facts from them lead to it."),
    )
    is_listed = models.BooleanField(
        _("has a public page"),
        default=False,
        help_text=_(
            "Anybody can then read what stands here, beside the note, and no answer."
        ),
    )
    is_public = models.BooleanField(
        _("results are public"),
        default=False,
        help_text=_(
            "Anybody can then read the counts of answers, never a single one: "
            "cells with fewer than five respondents stay empty."
        ),
    )
    note = models.TextField(_("note"), blank=True, help_text=_("For staff."))

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "slug"]
        verbose_name = _("assessment round")
        verbose_name_plural = _("assessment rounds")

    def __str__(self):
        return self.title

    @property
    def has_page(self) -> bool:
        return self.is_listed or self.is_public

    def reported(self) -> list["Turnout"]:
        """Return the turnouts that a report counts, in the order of their kinds."""
        counted = [one for one in self.turnouts.all() if one.reported is not None]
        return sorted(counted, key=lambda one: RespondentKind.values.index(one.kind))


class Turnout(models.Model):
    """How many respondents of one kind were invited, and how many the report counts.

    The submissions in the registry are counted, never stored as a number here.
    """

    shows_records = True  # as profiles.uses asks

    round = models.ForeignKey(
        Round, models.CASCADE, related_name="turnouts", verbose_name=_("round")
    )
    kind = models.CharField(_("respondents"), max_length=15, choices=RespondentKind)
    invited = models.PositiveIntegerField(
        _("invited"), null=True, blank=True, help_text=_("Empty if unknown.")
    )
    reported = models.PositiveIntegerField(
        _("answers, says the report"),
        null=True,
        blank=True,
        help_text=_("As the round's own report counts them. Empty if it does not."),
    )
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="turnouts",
        verbose_name=_("source"),
    )

    class Meta:
        ordering = ["round", "kind"]
        verbose_name = _("turnout")
        verbose_name_plural = _("turnouts")
        constraints = [
            only_listed("kind", RespondentKind),
            models.UniqueConstraint(
                fields=["round", "kind"], name="turnout_once_per_kind"
            ),
            models.CheckConstraint(
                condition=Q(reported__isnull=True)
                | Q(invited__isnull=True)
                | Q(reported__lte=F("invited")),
                name="turnout_no_more_answers_than_invited",
                violation_error_message=_("More answered than were invited."),
            ),
        ]

    def __str__(self):
        return self.get_kind_display()


class Recommendation(models.Model):
    """One recommendation of a round, and its follow-up."""

    shows_records = True  # as profiles.uses asks

    round = models.ForeignKey(
        Round, models.CASCADE, related_name="recommendations", verbose_name=_("round")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("recommendation"))
    addressed_to = models.CharField(_("addressed to"), max_length=250, blank=True)
    mechanism = models.ForeignKey(
        Mechanism,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recommendations",
        verbose_name=_("mechanism"),
        help_text=_("Only when it is meant for one mechanism."),
    )
    status = models.CharField(
        _("follow-up"), max_length=12, choices=FollowUp, default=FollowUp.UNKNOWN
    )
    status_note = models.TextField(_("what was done"), blank=True)
    status_as_of = PartialDateField(_("as of"))
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recommendations",
        verbose_name=_("source"),
    )

    class Meta:
        ordering = ["round", "number"]
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        constraints = [
            only_listed("status", FollowUp),
            models.UniqueConstraint(
                fields=["round", "number"], name="recommendation_number_once"
            ),
        ]

    def __str__(self):
        return f"{self.number}. {self.text[:60]}"


class Review(models.Model):
    """A review of many mechanisms, or a meeting of them all, around a round."""

    shows_records = True  # as profiles.uses asks

    round = models.ForeignKey(
        Round, models.CASCADE, related_name="reviews", verbose_name=_("round")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ReviewKind)
    date = PartialDateField(_("date"))
    title = models.CharField(_("title"), max_length=250)
    mechanisms = models.CharField(
        _("mechanisms"),
        max_length=60,
        blank=True,
        help_text=_("How many were looked at or came, as the source words it."),
    )
    about = models.TextField(_("about"), blank=True)
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("source"),
    )

    class Meta:
        ordering = ["round", "date", "pk"]
        verbose_name = _("review or global meeting")
        verbose_name_plural = _("reviews and global meetings")
        constraints = [
            only_listed("kind", ReviewKind),
            models.UniqueConstraint(
                fields=["round", "title"], name="review_once_per_round"
            ),
        ]

    def __str__(self):
        return self.title
