"""What somebody typed into a form of the desk and has not saved."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_FOR = timedelta(days=30)
"""How long text is kept that its writer neither saves nor throws away."""


class UnsavedFormQuerySet(models.QuerySet["UnsavedForm"]):
    def of_form(self, user: Any, model: type[models.Model], record: str):
        """Return what a person typed into the form of a record, the latest first.

        `record` is its key; "" for the form of a new one.
        """
        kind = ContentType.objects.get_for_model(model)
        return self.filter(user=user, kind=kind, record=record).order_by("-kept_at")

    def of_records(self, model: type[models.Model], keys: Any):
        """Return what anybody typed into the forms of some records."""
        kind = ContentType.objects.get_for_model(model)
        return self.filter(kind=kind, record__in=[str(key) for key in keys])

    def overdue(self):
        return self.filter(kept_at__lt=timezone.now() - KEPT_FOR)


class UnsavedForm(models.Model):
    """The fields of a form as its writer left them, for the writer alone.

    The fields include what the form showed when it was opened, so that what colleagues
    saved since can be told from what was typed. One window, one copy.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="unsaved_forms",
        verbose_name=_("user"),
    )
    kind = models.ForeignKey(
        ContentType, models.CASCADE, related_name="+", verbose_name=_("kind of record")
    )
    record = models.CharField(_("key of the record"), max_length=64, blank=True)
    copy = models.CharField(_("copy of the form"), max_length=40)
    entered = models.JSONField(_("fields"))
    kept_at = models.DateTimeField(_("kept at"))

    objects = UnsavedFormQuerySet.as_manager()

    class Meta:
        verbose_name = _("form that is not saved")
        verbose_name_plural = _("forms that are not saved")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "record", "copy"], name="unsavedform_once"
            )
        ]

    def __str__(self):
        return f"{self.user}: {self.kind} {self.record}"

    @property
    def sent(self) -> QueryDict:
        """The fields as a browser sends them."""
        sent = QueryDict(mutable=True)
        for name, values in self.entered.items():
            sent.setlist(name, values)
        return sent
