"""Bytes to text, in the encodings that survey exports come in."""

import re

from django.utils.translation import gettext as _

from surveys.problems import Code, FileRefused, Problem, Severity
from surveys.readers.grids import refusal

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LETTERS = "a-zà-öø-ÿœ"
_EXPECTED = re.compile(
    # A small letter with an accent beside another letter; a capital at the start of
    # a word; quotes and dashes beside a letter or a space.
    rf"[à-öø-ÿœ](?=[{_LETTERS}\W])|(?<![{_LETTERS}])[À-ÖØ-ÞŒ](?=[A-Za-zÀ-ÿ])"
    rf"|[‘’“”–—…«»¿¡ºª°\xa0•€](?=[\s{_LETTERS}A-Z\d\W]|$)"
)
_HIGH = re.compile("[^\x00-\x7f]")


def decode(content: bytes) -> tuple[str, str, list[Problem]]:
    """Return the text, the name of its encoding, and a problem if that is a guess.

    Without a byte-order mark the text is UTF-8 if it is so without any mistake,
    since other encodings practically never look like it. Otherwise a spreadsheet
    program saved it again, on Windows (cp1252) or on a Mac (mac_roman): both can
    write any byte, so that the choice is a guess, and is reported as one.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strict(content, encoding), encoding, []
    if encoding := _utf_16_without_mark(content):
        return _strict(content, encoding), encoding, []
    try:
        return content.decode("utf-8"), "utf-8", []
    except UnicodeDecodeError as error:
        is_cut = error.reason == "unexpected end of data"
        if is_cut and _HIGH.search(content[: error.start].decode("utf-8")):
            raise _cut_off() from None
    encoding, text = _saved_again(content)
    return text, encoding, [_guessed(encoding)]


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if error.end >= len(content) - 1:
            raise _cut_off() from None
        raise refusal(
            Code.UNREADABLE_FILE,
            _("The file says that it is %(encoding)s but is damaged at byte %(byte)d.")
            % {"encoding": encoding.upper(), "byte": error.start + 1},
            allowed=_("Export it again from the survey tool."),
        ) from None


def _utf_16_without_mark(content: bytes) -> str:
    start = content[:2000]
    if len(start) < 4 or start.count(0) < len(start) // 4:
        return ""
    return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"


def _saved_again(content: bytes) -> tuple[str, str]:
    best = ("", "", -1.0)
    for encoding in ("cp1252", "mac_roman"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        high = len(_HIGH.findall(text))
        share = len(_EXPECTED.findall(text)) / high if high else 1.0
        if share > best[2]:
            best = (encoding, text, share)
    return best[0], best[1]


def _guessed(encoding: str) -> Problem:
    named = {"cp1252": _("Windows-1252"), "mac_roman": _("Mac Roman")}
    return Problem(
        Code.ENCODING_GUESSED,
        Severity.WARNING,
        _(
            "The file is not UTF-8. It was read as %(encoding)s, which is a guess: "
            "look whether letters with accents are right."
        )
        % {"encoding": named[encoding]},
        allowed=_("A file exported as UTF-8, straight from the survey tool."),
    )


def _cut_off() -> FileRefused:
    return refusal(
        Code.UNREADABLE_FILE,
        _("The file ends in the middle of a letter: it was cut off on its way."),
        allowed=_("Download it again from the survey tool."),
    )
