"""Whether the addresses that the registry points to still answer."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LinkCheckQuerySet(models.QuerySet):
    def failing(self):
        return self.filter(is_answering=False)


class LinkCheck(models.Model):
    """What the last check of an address found. It marks; it deletes nothing."""

    url = models.URLField(_("address"), max_length=500, unique=True)
    is_answering = models.BooleanField(_("answers"))
    status = models.PositiveSmallIntegerField(
        _("HTTP status"),
        null=True,
        blank=True,
        help_text=_("Empty when no answer came at all."),
    )
    problem = models.CharField(_("problem"), max_length=250, blank=True)
    checked_at = models.DateTimeField(_("checked at"))
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        ordering = ["url"]
        verbose_name = _("check of a link")
        verbose_name_plural = _("checks of links")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_answering=True, failing_since__isnull=True)
                | Q(is_answering=False, failing_since__isnull=False),
                name="linkcheck_failing_links_have_a_date",
            )
        ]

    def __str__(self):
        return self.url
