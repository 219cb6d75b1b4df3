"""Texts without the signs of Markdown, in whatever kind of file these stand.

A parser of Markdown leaves signs that people set loosely ("**IGOs, **such as") where
they are. Here none may stay: the texts become public.
"""

import html
import re

_LINE = re.compile(
    r"^[ \t]*(?:(?:[-*_=][ \t]*){3,}$|(?:>[ \t]?)+|(?:#{1,6}[ \t]+|#{2,6}(?=\w)))",
    re.MULTILINE,
)
"""A rule, the sign of a quotation, or that of a heading."""
_END_OF_HEADING = re.compile(r"[ \t]+#+[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"[ \t]*(?:#[ \t]+|#{2,6}[ \t]*(?=\w))")
_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)", re.MULTILINE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,30}\d{0,2});", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]\n]{1,400})\]\(<?([^\s()<>]{1,800})>?\)")
_CODE = re.compile(r"(`{1,3})([^`\n]+)\1")
_STRUCK = re.compile(r"~~")
_STRONG = re.compile(r"\*{2,}|_{2,}")
_SLANTED = re.compile(
    r"(?<!\w)([*_])(?=[^\s*_])((?:[^*_\n]|(?<=\w)_(?=\w)|\n(?!\s*\n)){1,1000}?)\s*\1(?!\w)"
)
_LOOSE_LINE = re.compile(r"(?<![\w/])_(?=\w)|(?<=[^\W_])_(?![\w/])")
"""One at the edge of a word. A lone star may be that of a footnote, and stays."""

_LETTERS = str.maketrans(
    {
        "\N{SOFT HYPHEN}": None,
        "\N{ZERO WIDTH SPACE}": None,
        "\N{WORD JOINER}": None,
        "\N{ZERO WIDTH NO-BREAK SPACE}": None,
        "\x1f": None,  # a soft hyphen, as Word writes it into plain texts
        "\x1e": "-",  # a non-breaking one
        "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
    }
)


def plain_letters(text: str) -> str:
    """Return a text with ordinary hyphens, and without signs that nobody sees."""
    return text.translate(_LETTERS)


def is_heading(line: str) -> bool:
    return bool(_HEADING.match(line))


def unmarked(text: str) -> str:
    """Return a text without the signs of Markdown, with as many lines."""
    return unmarked_and_strong(text)[0]


def unmarked_and_strong(text: str) -> tuple[str, list[tuple[int, str]]]:
    """Return a text without the signs of Markdown, with as many lines, and its strong
    words, each with the number of the line (from 0) in which they begin.

    What is strong ends at an empty line at the latest.
    """
    text = _END_OF_HEADING.sub("", _LINE.sub("", plain_letters(text)))
    text = _LINK.sub(_with_address, text)
    text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    text = _STRUCK.sub("", _CODE.sub(r"\2", _ESCAPE.sub("", text)))
    lines = [_SLANTED.sub(r"\2", block) for block in _blocks(_STRONG.sub("", text))]
    return _LOOSE_LINE.sub("", "".join(lines)), _strong(text)


def _with_address(link: re.Match[str]) -> str:
    words, address = link.groups()
    return words if words == address else f"{words} ({address})"


def _blocks(text: str) -> list[str]:
    return re.split(r"(\n\s*\n)", text)


def _strong(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    line = 0
    for block in _blocks(text):
        opened: re.Match[str] | None = None
        for sign in _STRONG.finditer(block):
            if opened and opened.group()[0] == sign.group()[0]:
                words = " ".join(block[opened.end() : sign.start()].split())
                if words:
                    found.append((line + block.count("\n", 0, opened.start()), words))
                opened = None
            else:
                opened = sign
        line += block.count("\n")
    return found
