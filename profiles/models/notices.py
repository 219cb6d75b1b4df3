"""What members of staff are told of: on the dashboard, and by letter if they like."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from profiles.models.base import account
from profiles.vocabularies import LetterPace, NoticeKind, only_listed


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread_of(self, user: Any) -> "NoticeQuerySet":
        return self.filter(to=user, read_at=None)


class Notice(models.Model):
    """One thing that happened, for one person.

    A letter holds `about`, who and when, and the address; `words`, which may say
    anything, stand on the desk alone.
    """

    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notices",
        verbose_name=_("to"),
    )
    kind = models.CharField(_("what happened"), max_length=12, choices=NoticeKind)
    about = models.CharField(_("about"), max_length=300)
    words = models.TextField(_("words"), blank=True)
    by = account(_("by"), help_text=_("Empty when the registry itself did it."))
    path = models.CharField(_("page"), max_length=300)
    made_at = models.DateTimeField(_("at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("letter sent at"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [only_listed("kind", NoticeKind)]
        indexes = [models.Index(fields=["to", "read_at"])]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.about}"


class LetterChoice(models.Model):
    """How often somebody wants letters; without a row, at once."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="letter_choice",
        verbose_name=_("user"),
    )
    pace = models.CharField(
        _("letters"), max_length=8, choices=LetterPace, default=LetterPace.AT_ONCE
    )

    class Meta:
        verbose_name = _("choice of letters")
        verbose_name_plural = _("choices of letters")
        constraints = [only_listed("pace", LetterPace)]

    def __str__(self):
        return f"{self.user}: {self.get_pace_display()}"
