"""The lines of a plain text, with or without the signs of Markdown."""

import re
from collections import defaultdict
from itertools import groupby

from django.utils.translation import gettext as _

from surveys.problems import Code, Problem, Severity
from surveys.summaries import tables
from surveys.summaries.markdown import is_heading, plain_letters, unmarked_and_strong
from surveys.summaries.paragraphs import LONGEST_TEXT, Document, Paragraph, few
from surveys.summaries.refusals import damaged, too_long, unknown

_NUMBER = re.compile(r"\(?[1-9][.)]\s")
_RULE = re.compile(r"[\s|:+=-]+")
"""The line under the head of a table."""
_BULLET = re.compile(r"^\s*(?:[-*+•·▪●◦‣–—»]|o(?=\s{2,}))\s+(?=\S)")


def document(content: bytes) -> Document:
    """Read a plain text. Raises FileRefused."""
    text, problems = _decode(content)
    if "\0" in text:
        raise unknown(_("This is no text."))
    # Checked before the search, which would take long on a text of megabytes.
    if len(text) > LONGEST_TEXT:
        raise too_long()
    # First: Python takes Word's hyphen that does not break for the end of a line.
    written = plain_letters(text).splitlines()
    plain, strong = unmarked_and_strong("\n".join(written))
    stressed: dict[int, list[str]] = defaultdict(list)
    for at, words in strong:
        stressed[at].append(words)
    paragraphs = []
    lines = plain.split("\n")
    told = _tables_in_words(lines)
    for at, line in enumerate(lines):
        if at in told:
            paragraphs += [Paragraph(row, at + 1, is_item=True) for row in told[at]]
            continue
        item = _BULLET.sub("", line, count=1)
        paragraphs.append(
            Paragraph(
                item,
                at + 1,
                is_heading=at < len(written) and is_heading(written[at]),
                is_item=item != line,
                is_numbered=bool(_NUMBER.match(item.strip())),
                bold=tuple(stressed[at]),
                is_line=True,
            )
        )
    return Document(few(paragraphs), "line", problems)


def _tables_in_words(lines: list[str]) -> dict[int, list[str]]:
    """Return, for each line of a table drawn with '|' or tabs, what it says.

    The first line says all of the table, the others nothing.
    """
    told: dict[int, list[str]] = {}
    for width, run in groupby(enumerate(lines), lambda each: len(_cells(each[1]))):
        rows = list(run)
        if width < 2 or len(rows) < 2:
            continue
        cells = [_cells(line) for _at, line in rows if not _RULE.fullmatch(line)]
        if said := tables.in_sentences(cells):
            told |= {at: [] for at, _line in rows} | {rows[0][0]: said}
    return told


def _cells(line: str) -> list[str]:
    if "|" in line:
        inner = line.strip().removeprefix("|").removesuffix("|")
        return [cell.strip() for cell in inner.split("|")]
    return [cell.strip() for cell in line.strip("\n").split("\t")]


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
            raise damaged() from None
    guessed = Problem(
        Code.ENCODING_GUESSED,
        Severity.WARNING,
        _("The text is not UTF-8; it was read as Windows-1252."),
        allowed=_("Look whether letters with accents are right."),
    )
    return content.decode("cp1252", errors="replace"), [guessed]
