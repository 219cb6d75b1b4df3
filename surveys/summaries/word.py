"""The paragraphs of a Word document."""

import io
from collections.abc import Iterator

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from lxml import etree

from surveys.summaries.paragraphs import (
    Paragraph,
    TableTags,
    of_runs,
    tables_in_words,
)

_SKIPPED = {
    # Deleted and moved text, and frames, which repeat their text.
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:txbxContent"),
    qn("w:instrText"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent",
}
_SIGNS = {
    qn("w:tab"): " ",
    qn("w:ptab"): " ",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}
_TABLE = TableTags(qn("w:tbl"), qn("w:tr"), qn("w:tc"), (qn("w:p"),))


def paragraphs(content: bytes) -> Iterator[Paragraph]:
    document = docx.Document(io.BytesIO(content))
    # Gathered once: asking each paragraph for its style walks over all styles.
    styles = {
        style.style_id: (style.name or "")
        for style in document.styles
        if style.type == WD_STYLE_TYPE.PARAGRAPH
    }
    said = tables_in_words(document.element.body, _TABLE, _text)
    for number, element in enumerate(document.element.body.iter(qn("w:p")), 1):
        if any(above.tag in _SKIPPED for above in element.iterancestors()):
            continue
        if (told := said.get(element)) is not None:
            yield from (Paragraph(text, number, is_item=True) for text in told)
            continue
        named = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        style = styles.get(named.get(qn("w:val")), "") if named is not None else ""
        if style.lower().startswith("toc "):
            # The table of contents repeats the headings.
            continue
        runs = list(_runs(element))
        yield of_runs(
            runs,
            number,
            is_a_heading=style.startswith(("Heading", "Title")),
            is_numbered=element.find(f".//{qn('w:numPr')}") is not None
            or "List Number" in style,
        )


def _runs(element: etree._Element) -> Iterator[tuple[str, bool]]:
    for child in element:
        if child.tag in _SKIPPED or _is_not_shown(child):
            continue
        if child.tag == qn("w:r"):
            text = "".join(
                (part.text or "") if part.tag == qn("w:t") else _SIGNS.get(part.tag, "")
                for part in child
            )
            yield text, _is_on(child, "w:b")
        else:
            yield from _runs(child)


def _is_not_shown(element: etree._Element) -> bool:
    """Tell whether a run is hidden, or a field still has the words that ask for it."""
    if element.tag == qn("w:sdt"):
        return element.find(f"{qn('w:sdtPr')}/{qn('w:showingPlcHdr')}") is not None
    return element.tag == qn("w:r") and _is_on(element, "w:vanish")


def _is_on(run: etree._Element, property: str) -> bool:
    """Tell whether a run has a property such as bold."""
    found = run.find(f"{qn('w:rPr')}/{qn(property)}")
    return found is not None and found.get(qn("w:val")) not in ("0", "false", "off")


def _text(paragraph: etree._Element) -> str:
    return "".join(text for text, _is_bold in _runs(paragraph))
