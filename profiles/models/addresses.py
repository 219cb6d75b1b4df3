"""Keys that stand in public addresses: what changes its key is found by all of them."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from profiles.models.base import NaturalKeyQuerySet
from profiles.models.merges import RecordMerge


class EarlierKeyQuerySet(models.QuerySet["EarlierKey"]):
    def of_kind(self, model: type[models.Model]):
        return self.filter(kind=model._meta.label_lower)

    def leads_to(self, model: type[models.Model], key: str) -> models.Model | None:
        """Return the record that had this key, or the one that it became, or None."""
        earlier = self.of_kind(model).filter(key__iexact=key).first()
        if earlier is None:
            return RecordMerge.objects.successor(model, fields__slug=key)
        standing = model._base_manager.filter(pk=earlier.record).first()
        return standing or RecordMerge.objects.successor(model, pk=earlier.record)

    def holders(self, model: type[models.Model], keys: Iterable[str]) -> dict[str, int]:
        """Return which of the keys lead to other records for good, by the primary key
        of the record that had it."""
        wanted = [*keys]
        earlier = self.of_kind(model).filter(key__in=wanted)
        merged = RecordMerge.objects.in_force(model)
        merged = merged.filter(removed__0__fields__slug__in=wanted)
        found = merged.values_list("removed__0__fields__slug", "removed__0__pk")
        return dict(found) | dict(earlier.values_list("key", "record"))


class EarlierKey(models.Model):
    """A key that a record had in its address: it leads to the record for good."""

    kind = models.CharField(_("kind of record"), max_length=100)
    key = models.CharField(_("earlier name in addresses"), max_length=100)
    record = models.PositiveBigIntegerField(_("record"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    objects = EarlierKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("earlier name in addresses")
        verbose_name_plural = _("earlier names in addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], name="earlierkey_leads_to_one_record"
            )
        ]

    def __str__(self):
        return f"{self.kind}: {self.key}"


class AddressedQuerySet(NaturalKeyQuerySet):
    def with_page(self):
        """Keep the records whose page tells something, be it that it was withdrawn."""
        return self

    def bulk_create(self, objs, *args, **kwargs):
        records: list[Any] = [*objs]
        refuse_taken(self.model, records)
        return super().bulk_create(records, *args, **kwargs)


class Addressed(models.Model):
    """A record with a public page, whose address names it by a key.

    A key that was changed leads to the record for good, so no other record can take it:
    `full_clean`, `save` and `bulk_create` raise ValidationError.
    """

    page_name: ClassVar[str]
    """The name of the page's address."""

    address_field: ClassVar[str] = "slug"

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        refuse_taken(type(self), [self])
        with transaction.atomic():
            before = self._stored_key()
            super().save(*args, **kwargs)
            now = self._stored_key()
            if before is not None and before != now:
                earlier = EarlierKey.objects.of_kind(type(self))
                # It has that one again.
                for own in earlier.filter(key=now, record=self.pk):
                    own.delete()
                kind = self._meta.label_lower
                EarlierKey.objects.create(kind=kind, key=before, record=self.pk)

    def _stored_key(self) -> str | None:
        """Return the key in the database: `save` may be told to leave it out."""
        rows = type(self)._base_manager.filter(pk=self.pk)
        return rows.values_list(self.address_field, flat=True).first()

    def validate_unique(self, exclude=None):
        super().validate_unique(exclude)
        if self.address_field not in (exclude or ()):
            refuse_taken(type(self), [self])

    def key_in_address(self) -> str:
        return getattr(self, self.address_field)

    @classmethod
    def address_of(cls, key: str) -> str:
        return reverse(cls.page_name, args=[key])


def refuse_taken(model: Any, records: Iterable[models.Model]) -> None:
    """Raise ValidationError if one of the records has a key that leads to another."""
    field = model.address_field
    by_key = {getattr(record, field): record for record in records}
    for key, holder in EarlierKey.objects.holders(model, by_key).items():
        if by_key[key].pk != holder:
            said = _(
                "“%(key)s” was part of the address of another record, to which it "
                "leads for good. Choose another."
            )
            raise ValidationError({field: said % {"key": key}})


def addressed_models() -> list[type[Addressed]]:
    return [model for model in apps.get_models() if issubclass(model, Addressed)]
