"""Excel workbooks: bytes to sheets of cells, through calamine."""

import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from surveys.problems import Code, FileRefused
from surveys.readers import limits
from surveys.readers.grids import Grid, Source, Span, refusal

_CHUNK = 4 * limits.MEGABYTE
_HEADER_ROWS = 20
# Cells with a value (not closed at once) whose column or row lies beyond the limits:
# calamine makes room for the whole rectangle up to the farthest of them.
_FAR = re.compile(
    rb"""\sr=["'](?:(?:[C-Z][A-Z]{2}|B[YZ][A-Z]|BX[YZ])\d{1,7}"""
    rb"""|[A-Z]{1,3}(?:\d{7}|[2-9]\d{5}))["'][^>]*(?<!/)>"""
)
_REFERENCE = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>""")


def read_workbook(content: bytes, name: str) -> Source:
    """Return the visible sheets that hold anything, in the order of the workbook.

    Raises FileRefused for what is damaged, locked or too large. Rows and columns
    are where they stand in the sheet: blank ones at its edges are kept.
    """
    if content.startswith(b"PK"):
        _check_archive(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return Source(name, list(_grids(workbook)))
    except PasswordError:
        raise locked() from None
    except (CalamineError, ValueError, OSError, EOFError, MemoryError) as error:
        raise damaged() from error
    except BaseException as error:
        # A panic of the library derives from BaseException only.
        if type(error).__name__ == "PanicException":
            raise damaged() from error
        raise


def locked() -> FileRefused:
    return refusal(
        Code.UNREADABLE_FILE,
        _("The workbook is locked with a password."),
        allowed=_("The same workbook, saved without a password."),
    )


def damaged() -> FileRefused:
    return refusal(
        Code.UNREADABLE_FILE,
        _("The workbook is damaged and cannot be opened."),
        allowed=_("The file as the survey tool exports it, downloaded again."),
    )


def _grids(workbook: CalamineWorkbook) -> Iterator[Grid]:
    limits.check_sheets(len(workbook.sheets_metadata))
    for position, sheet in enumerate(workbook.sheets_metadata):
        if sheet.visible != SheetVisibleEnum.Visible:
            continue
        if sheet.typ != SheetTypeEnum.WorkSheet:
            continue
        loaded = workbook.get_sheet_by_index(position)
        limits.check_area(loaded.total_height, loaded.total_width, sheet.name)
        rows = loaded.to_python(skip_empty_area=False)
        if any(row.count("") < len(row) for row in rows):
            yield Grid(sheet.name, _known_types(rows), _merged(loaded))


def _known_types(rows: list) -> list:
    """Turn the one type that Cell does not have, a duration, into text."""
    for row in rows:
        for position, cell in enumerate(row):
            if cell.__class__ is datetime.timedelta:
                row[position] = str(cell)
    return rows


def _merged(sheet: CalamineSheet) -> tuple[Span, ...]:
    """Return the merged cells at the top, where headings are."""
    return tuple(
        (top, left, right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        if top == bottom < _HEADER_ROWS and left < right
    )


def _check_archive(content: bytes) -> None:
    """Unpack everything once, counting, before a reader trusts what it says of itself.

    Raises FileRefused when it is cut off, damaged, locked or too large. The sizes in
    the directory of an archive can lie; those measured here cannot.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise refusal(
            Code.UNREADABLE_FILE,
            _("The file ends in the middle, or is damaged: it cannot be unpacked."),
            allowed=_("Download it again from the survey tool."),
        ) from None
    limits.check_sheets(sum("worksheets/sheet" in each.filename for each in members))
    limits.check_unpacked(sum(each.file_size for each in members), len(content))
    unpacked = 0
    for member in members:
        if member.flag_bits & 1:
            raise locked()
        sheet = io.BytesIO() if "worksheets/" in member.filename else None
        for part in _unpack(content, member):
            unpacked += len(part)
            limits.check_unpacked(unpacked, len(content))
            if sheet:
                sheet.write(part)
        if sheet:
            _check_reach(sheet.getbuffer(), member.filename)


def _unpack(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    start = member.header_offset
    header = content[start : start + 30]
    if len(header) < 30 or not header.startswith(b"PK\3\4"):
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


def _check_reach(xml: memoryview, name: str) -> None:
    """Refuse a sheet whose farthest cells are beyond the limits."""
    if found := _FAR.search(xml):
        reference = _REFERENCE.match(xml, found.start())
        rows, columns = _place(reference) if reference else (0, 0)
        limits.check_area(rows, columns, name)
    rows = columns = 0
    # Exact bounds cost a pass over every cell: only for what may be large.
    if len(xml) > limits.MEGABYTE or re.search(rb'\sr="[A-Z]{3}\d', xml):
        for reference in _REFERENCE.finditer(xml):
            row, column = _place(reference)
            rows, columns = max(rows, row), max(columns, column)
        limits.check_area(rows, columns, name)


def _place(reference: re.Match[bytes]) -> tuple[int, int]:
    column = 0
    for letter in reference[1]:
        column = column * 26 + letter - 64
    return int(reference[2]), column
