"""Parts of editions that were taken from the public."""

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from profiles.models.base import account
from profiles.vocabularies import PagePart, only_listed


class RedactionQuerySet(models.QuerySet["Redaction"]):
    def in_force(self):
        """Leave out those that were taken back."""
        return self.filter(lifted_at__isnull=True)


class Redaction(models.Model):
    """A part of an edition that the public reads no longer.

    What stood there was moved out of its row into `kept`, so that no public page can
    show it, whatever it reads: the values of one field in all languages, or a whole
    fact as Django's serializer writes it. `target` is the model's label; `uid` names
    the fact and is empty for a field of the profile itself; `field` is empty for a
    whole fact. Only `profiles.redacting` makes and takes back redactions.
    """

    profile = models.ForeignKey(
        "profiles.Profile",
        models.CASCADE,
        related_name="redactions",
        verbose_name=_("profile"),
    )
    target = models.CharField(_("kind of record"), max_length=100)
    uid = models.UUIDField(_("identifier"), null=True, blank=True)
    field = models.CharField(_("field"), max_length=60, blank=True)
    place = models.CharField(
        _("place on the page"),
        max_length=15,
        choices=PagePart,
        help_text=_("Where readers are told that something was removed."),
    )
    reason = models.TextField(
        _("reason"), help_text=_("Public: it stands where the words stood.")
    )
    kept = models.JSONField(_("what stood there"), encoder=DjangoJSONEncoder)
    by = account(_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    lifted_by = account(_("taken back by"))
    lifted_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = RedactionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        permissions = [("lift_redaction", _("Can take redactions back"))]
        constraints = [
            only_listed("place", PagePart),
            models.CheckConstraint(condition=~Q(reason=""), name="redaction_says_why"),
            models.CheckConstraint(
                condition=Q(uid__isnull=False) | ~Q(field=""),
                name="redaction_names_a_fact_or_a_field",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | Q(lifted_at__isnull=False),
                name="redaction_taken_back_has_a_date",
            ),
            models.UniqueConstraint(
                fields=["profile", "target", "uid", "field"],
                condition=Q(lifted_at__isnull=True),
                name="redaction_of_a_fact_once",
            ),
            # Two without an identifier are never equal to a database.
            models.UniqueConstraint(
                fields=["profile", "field"],
                condition=Q(lifted_at__isnull=True, uid__isnull=True),
                name="redaction_of_a_field_once",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """What kind of words they were; never the words."""
        model = apps.get_model(self.target)
        if not self.field:
            return str(capfirst(model._meta.verbose_name))
        name = model._meta.get_field(self.field).verbose_name
        if self.uid is None:
            return str(capfirst(name))
        return f"{capfirst(model._meta.verbose_name)}: {name}"
