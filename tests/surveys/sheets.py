"""A summary sheet of an invented mechanism, as the assessment's sheets are built."""

import io
import re
import zipfile
from xml.sax.saxutils import escape

import docx

from profiles.models import MechanismAlias
from surveys.names import Names
from surveys.summaries.finding import Finder
from surveys.summaries.reading import sheet_of
from tests.factories import (
    make_mechanism,
    make_organisation,
    make_profile,
    make_state,
    make_theme,
)

SHEET = """
Office for Lakes (OFL)
Summary of Findings per ISCM

In 2017 the OFL asked 9 mechanisms, their Member States and the Bank of the
Shores.

Name of the Inter-state consultation mechanism (ISCM): ***Lake Dialogue on \
Mobility (LDM)***

1. Evolution of programing and themes in focus

Since it was set up in 1994, the thematic focus of LDM has shifted from border
posts to fishing rights and seasonal work. This shift in themes was driven by
falling water levels.

The strategy of LDM is the "Charter for a Shared Lake of the Five Shores",
approved by the Council of Ministers in March 2003. Its work follows the
workplan adopted in May 2016. It is monitored once a year.

2. Contribution to migration governance at national, (inter)regional and global levels \
(with examples)

National level: LDM helped to rewrite the laws on seasonal work of Arland,
Borland and Corland. It also trained the officers who issue Lake

(LP) passes.

(Inter)regional level: LDM drew up the Joint Policy on Lake Passes (JPLP) in
2009. It plans to go on.

3. Salient structures of the ISCM

LDM has a Chair and a Secretariat. It is formally associated with the Union of
Shores (UOS), which serves as the permanent secretariat. OFL acts as technical
secretariat of LDM. Since then, Dorland joined LDM as a new Member State in
2011. Also, Erland joined as an observer and the Republic of Farland and the
Network of Fishers (NOF) have shown interest in becoming observers of LDM.

4. Partnership model of the ISCM

LDM keeps partnerships with several **IGOs**, such as OFL, and with the Bank of
the Shores on loans for boats. With WOF, LDM occasionally works on nets. LDM has
links with other ISCMs, namely RT (on river ports) and the Hill Process. It also
works with the **civil
society**. This is done through its exchange with

the Network of Fishers (NOF). Moreover, it cooperates with the private sector
(NOF and BOATCO) and with academia (Lake College (LC/UOS)) on research.

5. Added value of membership in the given ISCM for States and Organisations

Member States value the calm. They can speak at a table of equals.
"""


def make_records():
    """Make the records that the sheet names, and the mechanism without an edition."""
    for iso3, name in {
        "ARL": "Arland",
        "BRL": "Borland",
        "CRL": "Corland",
        "DRL": "Dorland",
        "ERL": "Erland",
        "FRL": "Republic of Farland",
        "GRL": "Garland",
    }.items():
        make_state(iso3, name_en=name)
    for slug, name, acronym, kind in (
        ("ofl", "Office for Lakes", "OFL", "un_entity"),
        ("uos", "Union of Shores", "UOS", "regional_union"),
        ("bos", "Bank of the Shores", "BOS", "development_bank"),
        ("wof", "World Organization of Fisheries", "WOF", "intergovernmental"),
        ("nof", "Network of Fishers", "NOF", "civil_society"),
        ("boatco", "Boat Company", "BOATCO", "private_sector"),
        ("lc", "Lake College", "LC", "academia"),
    ):
        make_organisation(slug=slug, name_en=name, acronym_en=acronym, type=kind)
    make_profile(
        make_mechanism(slug="river-talks"), name_en="River Talks", acronym_en="RT"
    )
    make_profile(make_mechanism(slug="hill-process"), name_en="Hill Process")
    make_theme("labour", name_en="Seasonal work")
    make_theme("fishing", name_en="Fishing rights")
    make_theme("borders", name_en="Border posts")
    mechanism = make_mechanism(slug="lake-dialogue")
    MechanismAlias.objects.create(mechanism=mechanism, name="Lake Dialogue on Mobility")
    return mechanism


def as_text(sheet=SHEET):
    return sheet.encode()


def _paragraphs(sheet):
    """Yield paragraphs as runs (text, is bold), as somebody would type them in Word."""
    for paragraph in re.split(r"\n\s*\n", sheet.strip()):
        text = " ".join(paragraph.split())
        pieces = re.split(r"\*{2,3}", text)
        yield [(piece, bool(number % 2)) for number, piece in enumerate(pieces)]


def as_word(sheet=SHEET, *, numbered_by_word=False):
    """Return the sheet as .docx; the numbers of headings can be Word's own."""
    document = docx.Document()
    for runs in _paragraphs(sheet):
        text = "".join(piece for piece, _bold in runs)
        heading = re.match(r"[1-5]\. ", text)
        style = "List Number" if heading and numbered_by_word else None
        paragraph = document.add_paragraph(style=style)
        for piece, bold in runs:
            if style:
                piece = piece.removeprefix(heading.group())
            paragraph.add_run(piece).bold = bold or None
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def word_table(paragraphs, rows):
    """Return a .docx of some paragraphs and a table after them."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            first, *others = text.split("\n")
            cell.paragraphs[0].text = first
            for other in others:
                cell.add_paragraph(other)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def open_document_table(paragraphs, rows):
    """Return an .odt of some paragraphs and a table after them."""

    def written(texts):
        return "".join(f"<text:p>{escape(text)}</text:p>" for text in texts)

    table = "".join(
        "<table:table-row>"
        + "".join(
            f"<table:table-cell>{written(text.split(chr(10)))}</table:table-cell>"
            for text in row
        )
        + "</table:table-row>"
        for row in rows
    )
    body = f"{written(paragraphs)}<table:table>{table}</table:table>"
    return as_open_document(body=body)


_NAMESPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)


def as_open_document(sheet=SHEET, *, before="", body=None):
    """Return the sheet as .odt. `before` stands before the root of its XML."""
    if body is None:
        body = "".join(
            "<text:p>"
            + "".join(
                f'<text:span text:style-name="B">{escape(piece)}</text:span>'
                if bold
                else escape(piece)
                for piece, bold in runs
            )
            + "</text:p>"
            for runs in _paragraphs(sheet)
        )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f"<office:document-content {_NAMESPACES}><office:automatic-styles>"
        '<style:style style:name="B" style:family="text">'
        '<style:text-properties fo:font-weight="bold"/></style:style>'
        f"</office:automatic-styles><office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
    return buffer.getvalue()


HEADINGS = {
    "evolution": "1. Evolution of programming and thematic focus",
    "national": "2. Contribution to migration governance\n\nNational level:",
    "structure": "3. Salient structures",
    "partnerships": "4. Partnership models",
}


def by_kind(content):
    finder = Finder(Names(), "lake-dialogue")
    kinds = {}
    for each in finder.find(sheet_of(content), "regional"):
        kinds.setdefault(each.kind, []).append(each)
    return kinds


def find(heading, text):
    """Return what one sentence of a section states: fields by kind."""
    content = (
        f"Name of the mechanism: Lake Dialogue (LDM)\n\n{HEADINGS[heading]}\n\n{text}"
    )
    found = by_kind(content.encode())
    return {kind: [each.fields for each in of_kind] for kind, of_kind in found.items()}
