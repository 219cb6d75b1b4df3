"""Merges of reference records that were entered twice, so that they can be undone."""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from profiles.models.base import account


class RecordMergeQuerySet(models.QuerySet["RecordMerge"]):
    def in_force(self, model: type[models.Model]):
        """Keep the merges of records of a model that were not taken back."""
        kind = ContentType.objects.get_for_model(model)
        return self.filter(kind=kind, undone_at=None)

    def successor(
        self, model: type[models.Model], **removed: object
    ) -> models.Model | None:
        """Return the record into which another was merged, or None.

        `removed` says of the other record what its serialized form holds: `pk`, or a
        field of `fields`. Merged on, it is the last of the row.
        """
        merges = self.in_force(model)
        told = {f"removed__0__{name}": value for name, value in removed.items()}
        merge = merges.filter(**told).first()
        # Each step goes to a later merge, so it comes to an end.
        while merge:
            if record := model._base_manager.filter(pk=merge.kept).first():
                return record
            merge = merges.filter(removed__0__pk=merge.kept, pk__gt=merge.pk).first()
        return None


class RecordMerge(models.Model):
    """One record was merged into another of the same kind.

    `removed` is the record that went away, as Django's serializer writes it.
    `moved` holds what taking the merge back needs: `moved`, which rows pointed to
    it (model label → field → primary keys); `both`, whose lists held the kept record
    as well (model label of the list → primary keys of its owners); `aliases`, made
    of its names; `filled`, the fields of the kept record that were empty.
    """

    kind = models.ForeignKey(
        ContentType, models.CASCADE, related_name="+", verbose_name=_("kind of record")
    )
    kept = models.PositiveBigIntegerField(_("record kept"))
    removed_label = models.CharField(_("record removed"), max_length=400)
    removed = models.JSONField(_("content of the record removed"))
    moved = models.JSONField(_("facts moved"))
    by = account(_("by"), blank=False)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    undone_by = account(_("undone by"))
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)

    objects = RecordMergeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("merge of records")
        verbose_name_plural = _("merges of records")
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True) | Q(undone_at__isnull=False),
                name="recordmerge_undone_merges_have_a_date",
            )
        ]

    def __str__(self):
        return self.removed_label


class TwoRecords(models.Model):
    """Two records that look alike, and of which somebody said that they are two."""

    kind = models.ForeignKey(
        ContentType, models.CASCADE, related_name="+", verbose_name=_("kind of record")
    )
    first = models.PositiveBigIntegerField(_("first record"))
    second = models.PositiveBigIntegerField(_("second record"))
    by = account(_("by"), blank=False)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("two records that look alike")
        verbose_name_plural = _("records that look alike and are two")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "first", "second"], name="tworecords_said_once"
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="tworecords_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.kind}: {self.first}, {self.second}"
