import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_token() -> str:
    return secrets.token_hex(8)


class Revision(models.Model):
    """The registry's revision: one row with a number and a random token.

    Both move, in the same transaction, whenever public content changes. Entity
    tags, the page cache and the search index are keyed by them. The number is for
    people; the token keeps revisions apart that have the same number, because a
    database restored from a backup counts on from an older one. Only
    `iscm_registry.revision` reads and moves it.
    """

    number = models.PositiveBigIntegerField(_("number"), default=0)
    token = models.CharField(_("token"), max_length=16, default=new_token)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1), name="revision_is_a_single_row"
            )
        ]

    def __str__(self):
        return self.named(self.number, self.token)

    @staticmethod
    def named(number: int, token: str) -> str:
        return f"{number}-{token}"


class Worker(models.Model):
    """The process that works through the chores: one row, for one at a time.

    A worker says every few seconds that it lives. One that has not for a while was
    killed, and another takes its place. Only `iscm_registry.working` writes it.
    """

    holder = models.CharField(_("process"), max_length=120, blank=True)
    seen_at = models.DateTimeField(_("seen at"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1), name="worker_is_a_single_row"
            )
        ]

    def __str__(self):
        return self.holder


class ChoreRecord(models.Model):
    """When a chore was last done, and since when it fails."""

    name = models.CharField(_("chore"), max_length=40, primary_key=True)
    done_at = models.DateTimeField(_("last done at"), null=True)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    problem = models.CharField(_("problem"), max_length=120, blank=True)

    def __str__(self):
        return self.name
