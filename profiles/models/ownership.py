"""Who of the staff looks after which mechanism."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from profiles.models.mechanisms import Mechanism


class Ownership(models.Model):
    """Somebody looks after a mechanism, and is reminded when its profile is stale.

    It goes with the account. The public does not read it.
    """

    mechanism = models.OneToOneField(
        Mechanism,
        models.CASCADE,
        related_name="ownership",
        verbose_name=_("mechanism"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="ownerships",
        verbose_name=_("owner"),
    )

    class Meta:
        ordering = ["mechanism"]
        verbose_name = _("owner of a mechanism")
        verbose_name_plural = _("owners of mechanisms")

    def __str__(self):
        return f"{self.mechanism}: {self.owner}"
