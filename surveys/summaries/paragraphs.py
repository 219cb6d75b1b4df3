"""Paragraphs as every kind of file has them, and the rows of its tables."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lxml import etree

from surveys.problems import Problem
from surveys.summaries import tables
from surveys.summaries.markdown import is_heading, unmarked, unmarked_and_strong
from surveys.summaries.refusals import too_long

LONGEST_TEXT = 100_000
"""Characters; a sheet has some 8 000."""
_MOST_PARAGRAPHS = 10_000


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


def few(paragraphs: Iterable[Paragraph]) -> list[Paragraph]:
    """Return all paragraphs. Raises FileRefused once they are too many or too long."""
    found, length = [], 0
    for paragraph in paragraphs:
        found.append(paragraph)
        length += len(paragraph.text)
        if length > LONGEST_TEXT or len(found) > _MOST_PARAGRAPHS:
            raise too_long()
    return found


def of_runs(
    runs: Iterable[tuple[str, bool]],
    number: int,
    *,
    is_a_heading: bool,
    is_numbered: bool,
) -> Paragraph:
    """Return the paragraph of a document's runs, each with whether it is bold."""
    text: list[str] = []
    bold: list[list[str]] = [[]]
    was_bold, length = False, 0
    for piece, is_bold in runs:
        text.append(piece)
        length += len(piece)
        if length > LONGEST_TEXT:
            raise too_long()
        if is_bold:
            bold[-1].append(piece)
        elif was_bold and piece.strip():
            bold.append([])
        was_bold = is_bold or (was_bold and not piece.strip())
    written = "".join(text)
    # Somebody may have pasted Markdown into the document.
    plain, strong = unmarked_and_strong(written)
    stressed = [unmarked("".join(part)).strip() for part in bold]
    return Paragraph(
        plain,
        number,
        is_heading=is_a_heading or is_heading(written),
        is_numbered=is_numbered,
        bold=(*filter(None, stressed), *(words for _line, words in strong)),
    )


@dataclass(frozen=True)
class TableTags:
    """What a format calls a table, its rows, its cells and their paragraphs."""

    table: str
    row: str
    cell: str
    paragraphs: tuple[str, ...]


def tables_in_words(
    body: etree._Element, tags: TableTags, text_of: Callable[[etree._Element], str]
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
                "\n".join(
                    unmarked(text_of(each)) for each in cell.iter(*tags.paragraphs)
                )
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
