"""Who is editing a draft right now."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from profiles.models.mechanisms import Profile


class EditingPresence(models.Model):
    """Somebody has the form of an open edition before them.

    It warns others and locks nothing: people close browsers without saying so.
    """

    profile = models.ForeignKey(
        Profile, models.CASCADE, related_name="presences", verbose_name=_("profile")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
    )
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("presence in a form")
        verbose_name_plural = _("presences in forms")
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "user"], name="editingpresence_once_per_user"
            )
        ]

    def __str__(self):
        return f"{self.user}: {self.profile}"
