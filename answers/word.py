"""An answer as a Word document: headings as styles, and tables with heading rows."""

import io
import zipfile
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import docx
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from answers.files import LICENCE
from answers.in_xml import writable
from answers.tables import Cell, Linked, Table
from profiles.publications import latest_publication

if TYPE_CHECKING:
    from answers.answer import Answer

KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_BEFORE_ALL = date(2000, 1, 1)
_OF_ALL_PARTS = (1980, 1, 1, 0, 0, 0)


def write_docx(
    request: HttpRequest, answer: "Answer", page: str, name: str
) -> HttpResponse:
    """Return the title, the lede and the tables of an answer as a document.

    The same revision gives the same document: it holds no time but that of the latest
    publication.
    """
    published = latest_publication(getattr(request, "registry_revision", None))
    document = docx.Document()
    _describe(document, str(answer.title), published or _BEFORE_ALL)
    _lay_out(document)
    document.add_heading(_clean(answer.title), level=0)
    for text in (answer.lede, answer.known):
        if text:
            document.add_paragraph(_clean(text))
    for table in answer.tables:
        document.add_heading(_clean(table.caption), level=1)
        if table.note:
            document.add_paragraph(_clean(table.note))
        _draw(document, table, request)
    said = [_("Source: ISCM Registry"), request.build_absolute_uri(page)]
    if published:
        said.insert(1, _("last published %(day)s") % {"day": published.isoformat()})
    document.add_paragraph(f"{', '.join(said)}. {LICENCE}")
    if get_language_bidi():
        _turn(document)
    response = HttpResponse(_saved(document), content_type=KIND)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    return response


def _describe(document: Any, title: str, day: date) -> None:
    said = document.core_properties
    said.title = _clean(title)[:255]
    said.author = said.last_modified_by = "ISCM Registry"
    said.comments = ""
    said.language = get_language() or "en"
    said.created = said.modified = datetime(day.year, day.month, day.day, tzinfo=UTC)


def _lay_out(document: Any) -> None:
    """Put the page on its side: tables have up to six columns."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    language = OxmlElement("w:lang")
    code = get_language() or "en"
    language.set(qn("w:val"), code)
    language.set(qn("w:bidi"), code)
    document.styles["Normal"].element.get_or_add_rPr().append(language)


def _draw(document: Any, table: Table, request: HttpRequest) -> None:
    drawn = document.add_table(rows=1, cols=len(table.columns), style="Table Grid")
    for cell, column in zip(drawn.rows[0].cells, table.columns, strict=True):
        cell.paragraphs[0].add_run(_clean(column.heading)).bold = True
    # The heading stands again on each page, and screen readers know it by that.
    repeated = OxmlElement("w:tblHeader")
    drawn.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in table.rows:
        for cell, value in zip(drawn.add_row().cells, row, strict=True):
            _fill(cell.paragraphs[0], value, request)


def _fill(paragraph: Any, value: Cell, request: HttpRequest) -> None:
    if value is None:
        paragraph.add_run("–")
        return
    run = paragraph.add_run(_clean(value))
    if isinstance(value, Linked):
        link = OxmlElement("w:hyperlink")
        address = request.build_absolute_uri(value.url)
        related = paragraph.part.relate_to(
            address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True
        )
        link.set(qn("r:id"), related)
        run.font.underline = True
        link.append(run._r)
        paragraph._p.append(link)


def _turn(document: Any) -> None:
    """Let paragraphs and tables run from right to left."""
    for properties in document.element.body.iter(qn("w:tblPr")):
        # The schema has a place for it: before the width of the table.
        properties.insert(1, OxmlElement("w:bidiVisual"))
    for paragraph in document.element.body.iter(qn("w:p")):
        properties = paragraph.get_or_add_pPr()
        turned = OxmlElement("w:bidi")
        style = properties.find(qn("w:pStyle"))
        properties.insert(0 if style is None else 1, turned)


def _clean(text: Any) -> str:
    """Return a text without what no document can hold."""
    return writable(str(text))


def _saved(document: Any) -> bytes:
    """Return the document's file, whose parts carry no time of their own."""
    made, told = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(told, "w") as written:
        for name in parts.namelist():
            part = zipfile.ZipInfo(name, _OF_ALL_PARTS)
            written.writestr(part, parts.read(name), zipfile.ZIP_DEFLATED)
    return told.getvalue()
