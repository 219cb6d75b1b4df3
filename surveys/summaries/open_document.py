"""The paragraphs of an OpenDocument text."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from lxml import etree

from surveys.summaries.paragraphs import (
    Paragraph,
    TableTags,
    of_runs,
    tables_in_words,
)
from surveys.summaries.refusals import unknown

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TABLE_TAGS = TableTags(
    f"{_TABLE}table",
    f"{_TABLE}table-row",
    f"{_TABLE}table-cell",
    (f"{_TEXT}p", f"{_TEXT}h"),
)
_SKIPPED = {
    f"{_TEXT}tracked-changes",
    f"{_TEXT}note",
    f"{_OFFICE}annotation",
    f"{_OFFICE}forms",
}


def paragraphs(xml: bytes) -> Iterator[Paragraph]:
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
        raise unknown(_("This OpenDocument file holds no text."))
    said = tables_in_words(body, _TABLE_TAGS, _text_of)
    for number, element in enumerate(body.iter(f"{_TEXT}p", f"{_TEXT}h"), 1):
        if (told := said.get(element)) is not None:
            yield from (Paragraph(text, number, is_item=True) for text in told)
            continue
        above = {ancestor.tag for ancestor in element.iterancestors()}
        if above & _SKIPPED:
            continue
        is_bold = element.get(f"{_TEXT}style-name") in bold_styles
        yield of_runs(
            _runs(element, bold_styles, is_bold),
            number,
            is_a_heading=element.tag == f"{_TEXT}h",
            is_numbered=f"{_TEXT}list" in above,
        )


def _runs(
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
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
            styled = child.get(f"{_TEXT}style-name") in bold_styles
            yield from _runs(child, bold_styles, is_bold or styled)
        yield child.tail or "", is_bold


def _text_of(paragraph: etree._Element) -> str:
    return "".join(text for text, _is_bold in _runs(paragraph, set(), False))
