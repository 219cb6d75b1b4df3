"""Files of sources: what is taken, how it is given out, and that it goes for good."""

import re
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.signals import post_delete
from django.http import FileResponse
from django.utils.translation import gettext as _

from profiles.models import Source, SourceFile
from profiles.uploads import Reason, Refused, archives, limits
from profiles.vocabularies import FileKind

MAY_READ = "profiles.view_sourcefile"
MAY_ADD = "profiles.add_sourcefile"
MAY_REMOVE = "profiles.delete_sourcefile"

_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.DOCX: (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ),
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_BEGINNINGS = {
    b"%PDF-": FileKind.PDF,
    b"\x89PNG\r\n\x1a\n": FileKind.PNG,
    b"\xff\xd8\xff": FileKind.JPEG,
}

_MAIN_PARTS = {"word/document.xml": FileKind.DOCX, "xl/workbook.xml": FileKind.XLSX}


def kind_of(content: bytes) -> FileKind:
    """Return the kind of a file by what it holds, whatever its name. Raises Refused."""
    for beginning, kind in _BEGINNINGS.items():
        if content.startswith(beginning):
            return kind
    if content.startswith(archives.START):
        names = set(archives.names(content))
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Refused(
                Reason.UNREADABLE_FILE,
                _("The file holds macros, which are programs."),
                allowed=_("The same file, saved without macros, or as PDF."),
            )
        for main, kind in _MAIN_PARTS.items():
            if main in names:
                return kind
    raise Refused(
        Reason.UNREADABLE_FILE,
        _("Files of this kind are not kept."),
        allowed=_("PDF, Word (.docx), Excel (.xlsx), PNG or JPEG."),
    )


def add(source: Source, name: str, content: bytes, *, by: Any) -> SourceFile:
    """Keep a file of a source, for staff alone. Raises Refused for kind and size."""
    if not content:
        raise Refused(Reason.UNREADABLE_FILE, _("The file is empty."))
    limits.check_bytes(len(content))
    kind = kind_of(content)
    kept = SourceFile(
        source=source, name=_tidy(name, kind), kind=kind, size=len(content), added_by=by
    )
    kept.file.save(kept.name, ContentFile(content), save=False)
    try:
        with transaction.atomic():
            kept.save()
    except Exception:
        kept.file.delete(save=False)
        raise
    return kept


def _tidy(name: str, kind: FileKind) -> str:
    """Return a name with the ending of its kind, and without what names no file."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    stem = re.sub(r"[^\w .,()-]+", "_", stem).strip(" .")[:100] or "file"
    return f"{stem}.{kind.value}"


def answer(kept: SourceFile) -> FileResponse:
    """Return a file to be saved, never to be shown as a page of this site.

    Raises FileNotFoundError when the storage has lost it.
    """
    response = FileResponse(
        kept.file.open("rb"),
        as_attachment=True,
        filename=kept.name,
        content_type=_TYPES[FileKind(kept.kind)],
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _remove_bytes(sender, instance: SourceFile, **kwargs) -> None:
    # Not before it is certain: what is rolled back keeps its file.
    remove = partial(instance.file.storage.delete, str(instance.file.name))
    transaction.on_commit(remove, robust=True)


def remove_bytes_with_records() -> None:
    post_delete.connect(_remove_bytes, SourceFile, dispatch_uid="source_files")
