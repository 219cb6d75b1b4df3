"""Bytes to text, in the encodings that survey exports come in."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from surveys.file_questions import ENCODING, THE_FILE
from surveys.problems import Code, FileRefused, Problem, Severity
from surveys.readers.alphabets import Guess, guesses
from surveys.readers.grids import refusal

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# A mark that a program read as Windows-1252 and wrote again as UTF-8.
_MARK_WRITTEN_AGAIN = "\xef\xbb\xbf"
_HIGH = re.compile("[^\x00-\x7f]")
_SPELLED = re.compile("[\t\n\r -~\xa0-\u06ff\u2010-\u206f\u20ac]")
_BETWEEN_CELLS = re.compile("[,;\t|\r\n]")

ENCODINGS: Mapping[str, str] = {
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp1257": "Windows-1257",
    "iso8859_15": "ISO 8859-15",
    "iso8859_2": "ISO 8859-2",
    "iso8859_5": "ISO 8859-5",
    "iso8859_6": "ISO 8859-6",
    "iso8859_7": "ISO 8859-7",
    "mac_roman": "Mac Roman",
    "mac_latin2": "Mac (Central European)",
    "mac_turkish": "Mac (Turkish)",
    "mac_cyrillic": "Mac (Cyrillic)",
    "mac_greek": "Mac (Greek)",
    "cp850": "DOS 850",
    "cp437": "DOS 437",
    "cp852": "DOS 852",
    "cp857": "DOS 857",
    "cp866": "DOS 866",
    "koi8_r": "KOI8-R",
    "koi8_u": "KOI8-U",
}
"""The encodings in which programs save text that is not Unicode, the usual ones
first; encodings that read a file alike count as one."""

_RARE = frozenset(
    {
        *("iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7", "koi8_r", "koi8_u"),
        *("mac_latin2", "mac_turkish", "mac_cyrillic", "mac_greek"),
        *("cp437", "cp852", "cp857"),
    }
)
"""Encodings in which hardly any program has saved tables for years."""


def decode(content: bytes, encoding: str = "") -> tuple[str, str, list[Problem]]:
    """Return the text, the name of its encoding, and what is to be said of that.

    Without a byte-order mark the text is UTF-8 if it is so without any mistake,
    since other encodings practically never look like it. Otherwise the letters decide
    (see `alphabets`), unless `encoding` names what somebody answered. Where they
    leave two encodings likely, the problem is a question.
    """
    for mark, marked in _MARKS:
        if content.startswith(mark):
            return _without_marks(_strict(content, marked)), marked, []
    if utf_16 := _utf_16_without_mark(content):
        return _strict(content, utf_16), utf_16, []
    try:
        return _without_marks(content.decode("utf-8")), "utf-8", []
    except UnicodeDecodeError as error:
        is_cut = error.reason == "unexpected end of data"
        if is_cut and _HIGH.search(content[: error.start].decode("utf-8")):
            raise _cut_off() from None
    if encoding in ENCODINGS:
        return content.decode(encoding, "replace"), encoding, []
    found = guesses(content, ENCODINGS, _RARE)
    problem = _read_as(found[0]) if len(found) == 1 else _asked(found)
    return found[0].text, found[0].encoding, [problem]


def _without_marks(text: str) -> str:
    """Remove further marks: a file that was put together of others has several."""
    return text.lstrip("\ufeff").removeprefix(_MARK_WRITTEN_AGAIN)


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
    """Return the kind of UTF-16, "" for other files.

    Between the cells of any table stand signs of ASCII, of which UTF-16 makes a zero
    byte and another; the wrong order of both bytes gives letters of no alphabet.
    """
    start = content[:4000]
    if len(start) < 4 or 0 not in start:
        return ""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = start.decode(encoding, "ignore")
        if not _BETWEEN_CELLS.search(text):
            continue
        if len(_SPELLED.findall(text)) > 0.9 * len(text) and "\0" not in text:
            return encoding
    return ""


def _read_as(guess: Guess) -> Problem:
    return Problem(
        Code.ENCODING_GUESSED,
        Severity.NOTE,
        _(
            "The file is not UTF-8. By its letters it is %(encoding)s: “%(words)s”. "
            "Look whether the words are right."
        )
        % {"encoding": ENCODINGS[guess.encoding], "words": guess.words},
        allowed=_("A file exported as UTF-8, straight from the survey tool."),
    )


def _asked(found: list[Guess]) -> Problem:
    return Problem(
        Code.ENCODING_GUESSED,
        Severity.QUESTION,
        _(
            "The file is not UTF-8, and its letters do not show its encoding: which "
            "words are right? Until somebody answers, nothing of the file is taken."
        ),
        value=THE_FILE,
        allowed=_("A file exported as UTF-8, straight from the survey tool."),
        kind=ENCODING,
        candidates=tuple(
            (guess.encoding, f"{ENCODINGS[guess.encoding]}: “{guess.words}”")
            for guess in found
        ),
    )


def _cut_off() -> FileRefused:
    return refusal(
        Code.UNREADABLE_FILE,
        _("The file ends in the middle of a letter: it was cut off on its way."),
        allowed=_("Download it again from the survey tool."),
    )
