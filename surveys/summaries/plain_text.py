"""The lines of a plain text, with or without the signs of Markdown."""

import re
from collections import defaultdict

from django.utils.translation import gettext as _

from surveys.problems import Code, Problem, Severity
from surveys.summaries.markdown import is_heading, plain_letters, unmarked_and_strong
from surveys.summaries.paragraphs import LONGEST_TEXT, Document, Paragraph, few
from surveys.summaries.refusals import damaged, too_long, unknown

_NUMBER = re.compile(r"\(?[1-9][.)]\s")
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
    for at, line in enumerate(plain.split("\n")):
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
