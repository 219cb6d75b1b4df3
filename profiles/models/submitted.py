"""What editions held when they were handed in for review."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from profiles.models.mechanisms import EditionEvent


class SubmittedContent(models.Model):
    """All that an edition held in a review that ended without its publication.

    `content` has the values as files of the registry write them: see
    `profiles.submitted_content`, which alone makes and deletes these records. They are
    there for the next review, and go with it: when the edition is published or
    discarded, or anything of it is redacted.
    """

    event = models.OneToOneField(
        EditionEvent,
        models.CASCADE,
        related_name="content",
        verbose_name=_("end of the review"),
    )
    content = models.JSONField(_("content"), encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("submitted content")
        verbose_name_plural = _("submitted contents")

    def __str__(self):
        return str(self.event)
