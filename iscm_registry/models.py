from django.db import models
from django.utils.translation import gettext_lazy as _


class Revision(models.Model):
    """The registry's revision: one row with one number.

    It moves, in the same transaction, whenever public content changes. Entity
    tags, the page cache and the search index are keyed by it. Only
    `iscm_registry.revision` reads and moves it.
    """

    number = models.PositiveBigIntegerField(_("number"), default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1), name="revision_is_a_single_row"
            )
        ]

    def __str__(self):
        return str(self.number)
