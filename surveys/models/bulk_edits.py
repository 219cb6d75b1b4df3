"""Bulk edits: one change to facts of many drafts, made and undone as one."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from profiles.models.base import account
from profiles.vocabularies import only_listed
from surveys.vocabularies import BulkEditKind


class BulkEdit(models.Model):
    """What was changed in many drafts at once: its changes stand in ImportedChange.

    `about` says in words what was asked for: the source, State or organisation.
    """

    traced_as: ClassVar[str] = "bulk_edit"
    """The field by which a change names what made it."""

    kind = models.CharField(_("what"), max_length=20, choices=BulkEditKind)
    about = models.CharField(_("about"), max_length=700)
    applied_by = account(_("applied by"))
    applied_at = models.DateTimeField(_("applied at"), auto_now_add=True)
    undone_by = account(_("undone by"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    class Meta:
        ordering = ["-applied_at", "-pk"]
        verbose_name = _("bulk edit")
        verbose_name_plural = _("bulk edits")
        constraints = [only_listed("kind", BulkEditKind)]

    def __str__(self):
        return self.about
