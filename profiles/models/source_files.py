"""Files that stand behind sources: the note verbale, the sheet that came by mail."""

import uuid

from django.core.files.storage import storages
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from profiles.models.base import account, named_in_public
from profiles.models.mechanisms import Profile
from profiles.models.reference import Source
from profiles.vocabularies import FileKind, only_listed


def _storage():
    return storages["source_files"]


def _place(instance: "SourceFile", filename: str) -> str:
    # Nothing of the name that somebody gave: it is no path.
    return f"sources/{uuid.uuid4().hex}.{instance.kind}"


class SourceFileQuerySet(models.QuerySet["SourceFile"]):
    def public(self):
        """Keep the public files of sources that a published profile names."""
        listed = Profile.objects.published().filter(sources=OuterRef("pk"))
        named = Source.objects.filter(named_in_public(Source) | Q(Exists(listed)))
        return self.filter(is_public=True, source__in=named)


class SourceFile(models.Model):
    """A file of a source, for staff alone unless a reviewer makes it public.

    Its bytes stand in the storage `source_files`, outside of all that a server gives
    out by itself, and go with this record.
    """

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(
        Source, models.CASCADE, related_name="files", verbose_name=_("source")
    )
    file = models.FileField(
        _("file"), upload_to=_place, storage=_storage, max_length=200
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=5, choices=FileKind)
    size = models.PositiveIntegerField(_("size in bytes"))
    is_public = models.BooleanField(_("public"), default=False)
    added_by = account(_("added by"), blank=False)
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)

    objects = SourceFileQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("file of a source")
        verbose_name_plural = _("files of sources")
        constraints = [only_listed("kind", FileKind)]

    def __str__(self):
        return self.name
