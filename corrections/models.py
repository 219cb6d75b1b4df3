"""Reports of errors by readers, what became of them, and, apart, who sent them."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partnerships.models import Organisation
from profiles.models import Mechanism, State, Theme
from profiles.models.base import account
from profiles.vocabularies import DisputedField, only_listed

LONGEST_WORDS = 2000
LONGEST_EVIDENCE = 500
LONGEST_PUBLIC = 600


class Outcome(models.TextChoices):
    """What became of a report."""

    OPEN = "open", _("not answered yet")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")


class ErrorReportQuerySet(models.QuerySet):
    def unanswered(self):
        return self.filter(outcome=Outcome.OPEN)

    def answered(self):
        """Keep the reports whose outcome is public."""
        return self.exclude(outcome=Outcome.OPEN)


def _about(model: type[models.Model]) -> models.ForeignKey:
    return models.ForeignKey(
        model,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="error_reports",
        verbose_name=model._meta.verbose_name,
    )


class ErrorReport(models.Model):
    """What a reader says is wrong, and, once staff answered it, the outcome.

    It is about a mechanism, one of its editions, or one fact or field of it, or about a
    State, an organisation or a theme; about none of them, it is about the registry as a
    whole.

    `wrong`, `right` and `evidence` are the sender's own words, for staff alone. The
    public reads `summary` and `reason`, which are the words of staff, and only when
    the report is answered.
    """

    mechanism = _about(Mechanism)
    edition = models.PositiveIntegerField(_("edition"), null=True, blank=True)
    fact_kind = models.CharField(_("kind of fact"), max_length=60, blank=True)
    fact_uid = models.UUIDField(_("fact"), null=True, blank=True)
    field = models.CharField(
        _("field"), max_length=20, blank=True, choices=DisputedField
    )
    state = _about(State)
    organisation = _about(Organisation)
    theme = _about(Theme)

    wrong = models.TextField(_("what is wrong"), max_length=LONGEST_WORDS)
    right = models.TextField(_("what is right"), max_length=LONGEST_WORDS)
    evidence = models.CharField(_("evidence"), max_length=LONGEST_EVIDENCE)
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome, default=Outcome.OPEN
    )
    summary = models.TextField(
        _("what was reported, in short"),
        max_length=LONGEST_PUBLIC,
        blank=True,
        help_text=_("Public. Name no private person, and nobody who sent the report."),
    )
    reason = models.TextField(
        _("reason"),
        max_length=LONGEST_PUBLIC,
        blank=True,
        help_text=_("Public: why it was accepted or declined, and by which source."),
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = account(_("answered by"))

    objects = ErrorReportQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = _("error report")
        verbose_name_plural = _("error reports")
        constraints = [
            only_listed("outcome", Outcome),
            only_listed("field", DisputedField, blank=True),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.OPEN, answered_at=None)
                | (
                    ~Q(outcome=Outcome.OPEN)
                    & Q(answered_at__isnull=False)
                    & ~Q(summary="")
                    & ~Q(reason="")
                ),
                name="errorreport_answered_whole",
            ),
        ]

    def __str__(self):
        # Never what a stranger wrote: this text reaches lists, logs and messages.
        return f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        return f"{reverse('correction-list')}#report-{self.pk}"

    @property
    def is_answered(self) -> bool:
        return self.outcome != Outcome.OPEN

    @property
    def is_general(self) -> bool:
        """Is it about the registry as a whole?"""
        about = (self.mechanism_id, self.state_id, self.organisation_id, self.theme_id)
        return not any(about)


class ReportSenderQuerySet(models.QuerySet):
    def overdue(self):
        """Keep those whose time of REPORT_SENDERS_KEPT_DAYS is over."""
        kept = datetime.timedelta(days=settings.REPORT_SENDERS_KEPT_DAYS)
        return self.filter(report__received_at__lte=timezone.now() - kept)


class ReportSender(models.Model):
    """The e-mail address of who sent a report. Only administrators see it, nothing
    exports it, and `forget_respondent` removes it.
    """

    report = models.OneToOneField(
        ErrorReport,
        models.CASCADE,
        related_name="sender",
        verbose_name=_("error report"),
    )
    email = models.EmailField(_("e-mail address"), max_length=254)

    objects = ReportSenderQuerySet.as_manager()

    class Meta:
        verbose_name = _("sender of a report")
        verbose_name_plural = _("senders of reports")

    def __str__(self):
        # Never the address: this text reaches lists, logs and messages.
        return f"{self._meta.verbose_name} {self.report_id}"
