"""Archives: what a workbook is packed in, and what some tools pack their CSVs in."""

import io
import zipfile
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _

from profiles.uploads import limits
from profiles.uploads.refusals import Reason, Refused

START = b"PK\3\4"
_CHUNK = 4 * limits.MEGABYTE


def names(content: bytes) -> list[str]:
    """Return the names of the members. Raises Refused for a damaged archive."""
    return [member.filename for member in _members(content)]


def unpack(
    content: bytes, most: int = limits.UNPACKED_BYTES
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each member, in all `most` bytes.

    Raises Refused when the archive is cut off, damaged, locked or too large. The
    sizes in the directory of an archive can lie: what comes out is counted.
    """
    members = _members(content)
    limits.check_unpacked(sum(each.file_size for each in members), len(content), most)
    unpacked = 0
    for member in members:
        if member.flag_bits & 1:
            raise locked()
        parts = []
        for part in _parts(content, member):
            unpacked += len(part)
            limits.check_unpacked(unpacked, len(content), most)
            parts.append(part)
        yield member.filename, b"".join(parts)


def locked() -> Refused:
    return Refused(
        Reason.UNREADABLE_FILE,
        _("The file is locked with a password."),
        allowed=_("The same file, saved without a password."),
    )


def damaged() -> Refused:
    return Refused(
        Reason.UNREADABLE_FILE,
        _("The file is damaged and cannot be opened."),
        allowed=_("The file as the survey tool exports it, downloaded again."),
    )


def _members(content: bytes) -> list[zipfile.ZipInfo]:
    try:
        return zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Refused(
            Reason.UNREADABLE_FILE,
            _("The file ends in the middle, or is damaged: it cannot be unpacked."),
            allowed=_("The file as the survey tool exports it, downloaded again."),
        ) from None


def _parts(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    start = member.header_offset
    header = content[start : start + 30]
    if len(header) < 30 or not header.startswith(START):
        raise damaged()
    start += 30 + int.from_bytes(header[26:28], "little")
    start += int.from_bytes(header[28:30], "little")
    packed = memoryview(content)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        if zlib.crc32(packed) != member.CRC:
            raise damaged()
        yield bytes(packed)
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise damaged()
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    checksum = 0
    rest: bytes | memoryview = packed
    try:
        while not inflater.eof:
            part = inflater.decompress(rest, _CHUNK)
            rest = inflater.unconsumed_tail
            if not part and not rest:
                break
            checksum = zlib.crc32(part, checksum)
            yield part
    except zlib.error:
        raise damaged() from None
    if not inflater.eof or checksum != member.CRC:
        raise damaged()
