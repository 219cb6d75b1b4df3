"""The document in a sheet's file, of any kind that is read."""

from django.utils.translation import gettext as _

from profiles.uploads import archives
from profiles.uploads.refusals import Refused
from surveys.problems import Code, FileRefused
from surveys.summaries import open_document, plain_text, word
from surveys.summaries.paragraphs import Document, few
from surveys.summaries.refusals import damaged, refused, unknown

LARGEST_FILE = 10_000_000
LARGEST_UNPACKED = 60_000_000
"""Bytes; a sheet with pictures stays far below."""
_MOST_PARTS = 3_000

_NOT_SHEETS = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0", "Word 97–2003"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
)


def read_document(content: bytes) -> Document:
    """Read a file of any kind known, told by its content. Raises FileRefused."""
    if len(content) > LARGEST_FILE:
        raise refused(
            Code.TOO_LARGE,
            _("The file is too large for a summary sheet."),
            allowed=_("At most %(size)s MB.") % {"size": LARGEST_FILE // 1_000_000},
        )
    if not content.strip():
        raise refused(Code.UNREADABLE_FILE, _("The file is empty."))
    for beginning, kind in _NOT_SHEETS:
        if content.startswith(beginning):
            raise unknown(_("This is a file of the kind %(kind)s.") % {"kind": kind})
    if content.startswith(b"PK"):
        document = _read_archive(content)
    else:
        document = plain_text.document(content)
    if not any(paragraph.text.strip() for paragraph in document.paragraphs):
        raise refused(Code.UNREADABLE_FILE, _("There is no text in the file."))
    return document


def _read_archive(content: bytes) -> Document:
    try:
        names = archives.names(content)
        if len(names) > _MOST_PARTS:
            raise refused(
                Code.TOO_LARGE, _("The file is too large once it is unpacked.")
            )
        # The unpacked bytes are counted, whatever size the archive claims.
        parts = dict(archives.unpack(content, most=LARGEST_UNPACKED))
        if "word/document.xml" in parts:
            return Document(few(word.paragraphs(content)))
        if "content.xml" in parts:
            return Document(few(open_document.paragraphs(parts["content.xml"])))
    except FileRefused:
        raise
    except Refused as error:
        raise FileRefused.of(error) from None
    except MemoryError:
        raise
    except Exception as error:
        # The libraries raise errors of any kind for a damaged part.
        raise damaged() from error
    raise unknown(_("This is an archive without a document."))
