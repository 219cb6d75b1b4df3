"""'Summary of Findings' sheets, and the facts that were found in their text."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from profiles.models import Profile
from profiles.models.base import account
from profiles.vocabularies import SectionPart, only_listed
from surveys.vocabularies import SuggestionState


class SummarySheet(models.Model):
    """A sheet that was read into a draft."""

    profile = models.ForeignKey(
        Profile,
        models.CASCADE,
        related_name="summary_sheets",
        verbose_name=_("edition"),
    )
    file_name = models.CharField(_("file"), max_length=250)
    sha256 = models.CharField(_("fingerprint of the file"), max_length=64)
    read_by = account(_("by"), help_text=_("Empty when a command did it."))
    read_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        ordering = ["-read_at", "-pk"]
        verbose_name = _("summary sheet")
        verbose_name_plural = _("summary sheets")
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "sha256"], name="summarysheet_once_per_edition"
            )
        ]

    def __str__(self):
        return self.file_name


class SuggestionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=SuggestionState.OPEN)


class Suggestion(models.Model):
    """A fact that a sheet seems to state: a person accepts or rejects it.

    `kind` is the label of a kind of fact ("profiles.membership") or "profile" for a
    field of the profile; `fields` has its values ({"state": "CRI", "role": "member"}),
    records by their natural key; `sentence` is the sentence that states it.
    `surveys.summaries.deciding` explains the keys of `fields` that begin with `_`.
    """

    sheet = models.ForeignKey(
        SummarySheet,
        models.CASCADE,
        related_name="suggestions",
        verbose_name=_("sheet"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    part = models.CharField(_("part"), max_length=30, choices=SectionPart)
    kind = models.CharField(_("kind of fact"), max_length=60)
    label = models.CharField(_("what was found"), max_length=400)
    fields = models.JSONField(_("values"), default=dict)
    sentence = models.TextField(_("sentence"))
    state = models.CharField(
        _("decision"),
        max_length=10,
        choices=SuggestionState,
        default=SuggestionState.OPEN,
    )
    uid = models.UUIDField(
        _("fact"),
        null=True,
        blank=True,
        help_text=_("The fact that was made of it."),
    )
    decided_by = account(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["sheet", "position", "pk"]
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = [
            only_listed("part", SectionPart),
            only_listed("state", SuggestionState),
            models.CheckConstraint(
                condition=Q(state=SuggestionState.OPEN, decided_at__isnull=True)
                | ~Q(state=SuggestionState.OPEN) & Q(decided_at__isnull=False),
                name="suggestion_decided_has_a_time",
            ),
        ]

    def __str__(self):
        return self.label
