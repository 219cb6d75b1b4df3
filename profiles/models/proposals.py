"""Changes to shared records that wait for somebody else's word."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from profiles.models.base import account
from profiles.vocabularies import ProposalState, only_listed


class ChangeProposalQuerySet(models.QuerySet["ChangeProposal"]):
    def waiting(self):
        return self.filter(state=ProposalState.WAITING)


class ChangeProposal(models.Model):
    """What somebody would change in records that public pages show.

    `changes` has one entry for each record: its `model` and `key` (None for a new
    one), what it is called, whether it goes, and `fields`, the stored value and the
    proposed one of each. See `profiles/proposing.py`.
    """

    about = models.CharField(_("about"), max_length=400)
    changes = models.JSONField(_("changes"), encoder=DjangoJSONEncoder)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ProposalState,
        default=ProposalState.WAITING,
    )
    by = account(_("proposed by"), blank=False)
    at = models.DateTimeField(_("proposed at"), auto_now_add=True)
    decided_by = account(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = ChangeProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        permissions = [
            ("decide_changeproposal", "Can accept and decline proposed changes"),
            ("change_at_once", "Can change records that public pages show at once"),
        ]
        constraints = [
            only_listed("state", ProposalState),
            models.CheckConstraint(
                condition=Q(state=ProposalState.WAITING) | Q(decided_at__isnull=False),
                name="changeproposal_decided_ones_have_a_date",
            ),
        ]

    def __str__(self):
        return self.about

    @property
    def is_waiting(self) -> bool:
        return self.state == ProposalState.WAITING
