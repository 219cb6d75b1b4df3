"""Paragraphs of a Word document, an OpenDocument text or a plain text."""

import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import docx
from django.utils.translation import gettext as _
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from lxml import etree

from profiles.uploads import archives
from profiles.uploads.refusals import Refused
from surveys.problems import Code, FileRefused, Problem, Severity
from surveys.summaries import tables

LARGEST_FILE = 10_000_000
LARGEST_UNPACKED = 60_000_000
"""Bytes; a sheet with pictures stays far below."""
LONGEST_TEXT = 100_000
"""Characters; a sheet has some 8 000."""
_MOST_PARTS = 3_000
_MOST_PARAGRAPHS = 10_000

_NOT_SHEETS = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0", "Word 97–2003"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
)


@dataclass(frozen=True)
class Paragraph:
    """One paragraph. `number` counts lines in a plain text, else paragraphs."""

    text: str
    number: int
    is_heading: bool = False
    is_numbered: bool = False
    bold: tuple[str, ...] = ()
    is_line: bool = False
    """A line of plain text, whose sentence may go on in the next line."""
    is_item: bool = False
    """An item of a list, which begins a paragraph of its own."""


@dataclass(frozen=True)
class Document:
    """The text of a file. `unit` names what the numbers of its paragraphs count."""

    paragraphs: list[Paragraph]
    unit: str = "paragraph"
    problems: list[Problem] = field(default_factory=list)


def read_document(content: bytes) -> Document:
    """Read a file of any kind known, told by its content. Raises FileRefused."""
    if len(content) > LARGEST_FILE:
        raise _refused(
            Code.TOO_LARGE,
            _("The file is too large for a summary sheet."),
            allowed=_("At most %(size)s MB.") % {"size": LARGEST_FILE // 1_000_000},
        )
    if not content.strip():
        raise _refused(Code.UNREADABLE_FILE, _("The file is empty."))
    for beginning, kind in _NOT_SHEETS:
        if content.startswith(beginning):
            raise _unknown(_("This is a file of the kind %(kind)s.") % {"kind": kind})
    if content.startswith(b"PK"):
        document = _read_archive(content)
    else:
        document = _read_text(content)
    if not any(paragraph.text.strip() for paragraph in document.paragraphs):
        raise _refused(Code.UNREADABLE_FILE, _("There is no text in the file."))
    return document


def _refused(code: Code, text: str, allowed: str = "") -> FileRefused:
    return FileRefused(Problem(code, Severity.ERROR, text, allowed=allowed))


def _unknown(text: str) -> FileRefused:
    return _refused(
        Code.UNKNOWN_FORMAT,
        text,
        _("A Word document (.docx), an OpenDocument text (.odt) or a plain text."),
    )


def _too_long() -> FileRefused:
    return _refused(Code.TOO_LARGE, _("The text is much too long for a summary sheet."))


def _damaged() -> FileRefused:
    return _refused(Code.UNREADABLE_FILE, _("The file is damaged."))


# --- Archives ----------------------------------------------------------------


def _read_archive(content: bytes) -> Document:
    try:
        names = archives.names(content)
        if len(names) > _MOST_PARTS:
            raise _refused(
                Code.TOO_LARGE, _("The file is too large once it is unpacked.")
            )
        # The unpacked bytes are counted, whatever size the archive claims.
        parts = dict(archives.unpack(content, most=LARGEST_UNPACKED))
        if "word/document.xml" in parts:
            return Document(_few(_of_word(content)))
        if "content.xml" in parts:
            return Document(_few(_of_open_document(parts["content.xml"])))
    except FileRefused:
        raise
    except Refused as refused:
        raise FileRefused.of(refused) from None
    except MemoryError:
        raise
    except Exception as error:
        # The libraries raise errors of any kind for a damaged part.
        raise _damaged() from error
    raise _unknown(_("This is an archive without a document."))


def _few(paragraphs: Iterable[Paragraph]) -> list[Paragraph]:
    """Return all paragraphs. Raises FileRefused once they are too many or too long."""
    found, length = [], 0
    for paragraph in paragraphs:
        found.append(paragraph)
        length += len(paragraph.text)
        if length > LONGEST_TEXT or len(found) > _MOST_PARAGRAPHS:
            raise _too_long()
    return found


_SKIPPED_IN_WORD = {
    # Deleted and moved text, and frames, which repeat their text.
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:txbxContent"),
    qn("w:instrText"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent",
}
_WORD_SIGNS = {
    qn("w:tab"): " ",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}


def _of_word(content: bytes) -> Iterator[Paragraph]:
    document = docx.Document(io.BytesIO(content))
    # Gathered once: asking each paragraph for its style walks over all styles.
    styles = {
        style.style_id: (style.name or "")
        for style in document.styles
        if style.type == WD_STYLE_TYPE.PARAGRAPH
    }
    said = _tables_in_words(document.element.body, _WORD_TABLE, _word_text)
    paragraphs = document.element.body.iter(qn("w:p"))
    for number, element in enumerate(paragraphs, 1):
        if any(above.tag in _SKIPPED_IN_WORD for above in element.iterancestors()):
            continue
        if (told := said.get(element)) is not None:
            yield from (Paragraph(text, number, is_item=True) for text in told)
            continue
        named = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        style = styles.get(named.get(qn("w:val")), "") if named is not None else ""
        runs = list(_word_runs(element))
        yield _of_runs(
            runs,
            number,
            is_heading=style.startswith(("Heading", "Title")),
            is_numbered=element.find(f".//{qn('w:numPr')}") is not None
            or "List Number" in style,
        )


def _word_runs(element: etree._Element) -> Iterator[tuple[str, bool]]:
    for child in element:
        if child.tag in _SKIPPED_IN_WORD:
            continue
        if child.tag == qn("w:r"):
            bold = child.find(f"{qn('w:rPr')}/{qn('w:b')}")
            is_bold = bold is not None and bold.get(qn("w:val")) not in (
                *("0", "false"),
                "off",
            )
            text = "".join(
                (part.text or "")
                if part.tag == qn("w:t")
                else _WORD_SIGNS.get(part.tag, "")
                for part in child
            )
            yield text, is_bold
        else:
            yield from _word_runs(child)


def _of_runs(runs: Iterable[tuple[str, bool]], number: int, **about: bool) -> Paragraph:
    text: list[str] = []
    bold: list[list[str]] = [[]]
    was_bold, length = False, 0
    for piece, is_bold in runs:
        text.append(piece)
        length += len(piece)
        if length > LONGEST_TEXT:
            raise _too_long()
        if is_bold:
            bold[-1].append(piece)
        elif was_bold and piece.strip():
            bold.append([])
        was_bold = is_bold or (was_bold and not piece.strip())
    stressed = tuple(filter(None, ("".join(part).strip() for part in bold)))
    return Paragraph("".join(text), number, bold=stressed, **about)


_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_SKIPPED_IN_ODT = {
    f"{_TEXT}tracked-changes",
    f"{_TEXT}note",
    f"{_OFFICE}annotation",
    f"{_OFFICE}forms",
}


def _of_open_document(xml: bytes) -> Iterator[Paragraph]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(xml, parser)
    bold_styles = {
        style.get(f"{_STYLE}name")
        for style in root.iter(f"{_STYLE}style")
        for properties in style.iter(f"{_STYLE}text-properties")
        if properties.get(f"{_FO}font-weight") == "bold"
    }
    body = root.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise _unknown(_("This OpenDocument file holds no text."))
    said = _tables_in_words(body, _ODT_TABLE, _odt_text)
    paragraphs = body.iter(f"{_TEXT}p", f"{_TEXT}h")
    for number, element in enumerate(paragraphs, 1):
        if (told := said.get(element)) is not None:
            yield from (Paragraph(text, number, is_item=True) for text in told)
            continue
        above = {ancestor.tag for ancestor in element.iterancestors()}
        if above & _SKIPPED_IN_ODT:
            continue
        is_bold = element.get(f"{_TEXT}style-name") in bold_styles
        yield _of_runs(
            _odt_runs(element, bold_styles, is_bold),
            number,
            is_heading=element.tag == f"{_TEXT}h",
            is_numbered=f"{_TEXT}list" in above,
        )


def _odt_runs(
    element: etree._Element, bold_styles: set[str | None], is_bold: bool
) -> Iterator[tuple[str, bool]]:
    yield element.text or "", is_bold
    for child in element:
        if child.tag == f"{_TEXT}s":
            yield " " * min(int(child.get(f"{_TEXT}c", "1")), 80), is_bold
        elif child.tag == f"{_TEXT}tab":
            yield " ", is_bold
        elif child.tag == f"{_TEXT}line-break":
            yield "\n", is_bold
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED_IN_ODT:
            styled = child.get(f"{_TEXT}style-name") in bold_styles
            yield from _odt_runs(child, bold_styles, is_bold or styled)
        yield child.tail or "", is_bold


# --- Tables ------------------------------------------------------------------


@dataclass(frozen=True)
class _TableTags:
    """What a format calls a table, its rows, its cells and their paragraphs."""

    table: str
    row: str
    cell: str
    paragraphs: tuple[str, ...]


_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_WORD_TABLE = _TableTags(qn("w:tbl"), qn("w:tr"), qn("w:tc"), (qn("w:p"),))
_ODT_TABLE = _TableTags(
    f"{_TABLE}table",
    f"{_TABLE}table-row",
    f"{_TABLE}table-cell",
    (f"{_TEXT}p", f"{_TEXT}h"),
)


def _tables_in_words(
    body: etree._Element, tags: _TableTags, text_of: Callable[[etree._Element], str]
) -> dict[etree._Element, list[str]]:
    """Return, for each paragraph of a table that is read as sentences, what it says.

    The first paragraph says all of it, the others nothing.
    """
    said: dict[etree._Element, list[str]] = {}
    for table in body.iter(tags.table):
        if any(above.tag == tags.table for above in table.iterancestors()):
            continue
        rows = [
            [
                "\n".join(text_of(each) for each in cell.iter(*tags.paragraphs))
                for cell in row.iterchildren(tags.cell)
            ]
            for row in table.iter(tags.row)
        ]
        if len({len(row) for row in rows}) != 1:
            continue
        told = tables.in_sentences(rows)
        if told:
            first, *others = table.iter(*tags.paragraphs)
            said[first] = told
            said |= {each: [] for each in others}
    return said


def _word_text(paragraph: etree._Element) -> str:
    return "".join(text for text, _is_bold in _word_runs(paragraph))


def _odt_text(paragraph: etree._Element) -> str:
    return "".join(text for text, _is_bold in _odt_runs(paragraph, set(), False))


# --- Plain text --------------------------------------------------------------

_STRESSED = re.compile(
    r"(?<![\w*])\*{1,3}(?=[^\s*])((?:[^*\n]|\n(?!\s*\n))+?)(?<=[^\s*])\*{1,3}(?![\w*])"
)
_NUMBER = re.compile(r"\(?[1-9][.)]\s")
_MARKDOWN_HEADING = re.compile(r"#{1,6}\s+")
_BULLET = re.compile(r"^\s*(?:[-*+•·▪●◦‣–—»]|o(?=\s{2,}))\s+(?=\S)")


def _read_text(content: bytes) -> Document:
    text, problems = _decode(content)
    if "\0" in text:
        raise _unknown(_("This is no text."))
    # Checked before the search, which would take long on a text of megabytes.
    if len(text) > LONGEST_TEXT:
        raise _too_long()
    text = "\n".join(text.splitlines())
    stressed: dict[int, list[str]] = defaultdict(list)
    at, seen = 1, 0
    for found in _STRESSED.finditer(text):
        at += text.count("\n", seen, found.start())
        seen = found.start()
        stressed[at].append(found[1])
    paragraphs = []
    for number, line in enumerate(_STRESSED.sub(r"\1", text).split("\n"), 1):
        unmarked = _MARKDOWN_HEADING.sub("", line, count=1)
        plain = _BULLET.sub("", unmarked, count=1)
        paragraphs.append(
            Paragraph(
                plain,
                number,
                is_heading=unmarked != line,
                is_item=plain != unmarked,
                is_numbered=bool(_NUMBER.match(plain.strip())),
                bold=tuple(" ".join(words.split()) for words in stressed[number]),
                is_line=True,
            )
        )
    return Document(_few(paragraphs), "line", problems)


def _decode(content: bytes) -> tuple[str, list[Problem]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif content[1:400:2].count(0) > len(content[1:400:2]) // 2:
        encoding = "utf-16-le"
    elif content[:400:2].count(0) > len(content[:400:2]) // 2:
        encoding = "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding), []
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            raise _damaged() from None
    guessed = Problem(
        Code.ENCODING_GUESSED,
        Severity.WARNING,
        _("The text is not UTF-8; it was read as Windows-1252."),
        allowed=_("Look whether letters with accents are right."),
    )
    return content.decode("cp1252", errors="replace"), [guessed]
