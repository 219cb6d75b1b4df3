"""What members of staff say to each other about single facts."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from profiles.models.base import account
from profiles.models.mechanisms import Mechanism, Profile


class CommentQuerySet(models.QuerySet["Comment"]):
    def open(self):
        """Leave out those that are resolved."""
        return self.filter(resolved_at=None)

    def with_place(self):
        """Annotate the latest edition of the mechanism: `edition_pk`, and its name."""
        latest = Profile.objects.filter(mechanism=models.OuterRef("mechanism"))
        latest = latest.order_by("-edition")
        names = {name: latest.values(name)[:1] for name in ("acronym_en", "name_en")}
        return self.annotate(
            edition_pk=models.Subquery(latest.values("pk")[:1]),
            **{f"of_{name}": models.Subquery(query) for name, query in names.items()},
        )


class Comment(models.Model):
    """A remark on a fact, for colleagues alone; the public never reads one.

    It hangs on the fact's `uid`, which stays the same from edition to edition, and
    outlives the fact and the account of who wrote it.
    """

    mechanism = models.ForeignKey(
        Mechanism,
        models.CASCADE,
        related_name="comments",
        verbose_name=_("mechanism"),
    )
    kind = models.CharField(_("kind of fact"), max_length=100)
    uid = models.UUIDField(_("identifier of the fact"))
    text = models.TextField(_("comment"))
    by = account(
        _("by"), blank=False, help_text=_("Empty when the account was removed.")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_comments",
        verbose_name=_("for"),
    )
    resolved_by = account(_("resolved by"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("comment on a fact")
        verbose_name_plural = _("comments on facts")
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""), name="comment_says_something"
            ),
            models.CheckConstraint(
                condition=Q(resolved_by=None) | Q(resolved_at__isnull=False),
                name="comment_resolved_has_a_date",
            ),
        ]
        indexes = [models.Index(fields=["mechanism", "uid"])]

    def __str__(self):
        return self.text[:80]

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def mechanism_name(self) -> Any:
        """The name of the latest edition, of a comment read `with_place`."""
        return self.of_acronym_en or self.of_name_en  # type: ignore[attr-defined]
