"""Mappings that staff made in the browser."""

import hashlib

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedMapping(models.Model):
    """A mapping that was decided column by column, kept for the next file.

    `text` is the mapping, in the form that all mappings have. `headings` is the
    fingerprint of the headings of the file that it was made for: a file with the same
    headings is read with it, once it `is_finished`.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    text = models.TextField(_("mapping"))
    headings = models.CharField(
        _("fingerprint of the headings"), max_length=64, db_index=True
    )
    is_finished = models.BooleanField(
        _("finished"),
        default=False,
        help_text=_("Every column is decided: files with these headings are read."),
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("mapping")
        verbose_name_plural = _("mappings")

    def __str__(self):
        return self.name

    @property
    def fingerprint(self) -> str:
        """The hash of the text, so that nobody writes over what they have not seen."""
        return hashlib.sha256(self.text.encode()).hexdigest()
