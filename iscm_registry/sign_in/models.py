from django.db import models
from django.utils.translation import gettext_lazy as _


class Tally(models.Model):
    """What is counted of sign-ins until its time is over: tries, and codes used.

    Only `iscm_registry.sign_in.tallies` reads and writes it. The key is a digest, so
    the table holds neither names nor addresses of people.
    """

    key = models.CharField(_("key"), max_length=64, primary_key=True)
    value = models.JSONField(_("value"))
    ends_at = models.DateTimeField(_("ends at"), db_index=True)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self) -> str:
        return self.key
