"""How files say yes and no where they hold neither a code nor a label of ours.

A word is understood where the tool, the language of the file or the rest of its column
shows what it means. Everything else is asked: 1 may stand for no.
"""

import re
from collections.abc import Iterable

from profiles.folding import fold
from surveys.readers.tables import Tool

YES, NO = "yes", "no"

_WORDS: dict[str, tuple[str, str]] = {
    "en": ("yes|y|true", "no|n|false"),
    "fr": ("oui|o|vrai", "non|n|faux"),
    "es": ("sí|s|verdadero", "no|n|falso"),
    "ar": ("نعم|صحيح|صواب", "لا|كلا|خطأ"),
    "de": ("ja|j|wahr", "nein|n|falsch"),
    "it": ("sì|s|vero", "no|n|falso"),
    "pt": ("sim|s|verdadeiro", "não|n|falso"),
    "nl": ("ja|j|waar", "nee|n|onwaar"),
    "ru": ("да|д|истина", "нет|н|ложь"),
    "uk": ("так|істина", "ні|хибність"),
    "tr": ("evet|e|doğru", "hayır|h|yanlış"),
    "zh": ("是|是的|真|同意", "否|不是|不|假|不同意"),
    "ja": ("はい", "いいえ"),
    "ko": ("예|네", "아니요|아니오"),
    "id": ("ya", "tidak"),
    "vi": ("có", "không"),
    "fa": ("بله|بلی", "خیر|نه"),
    "sw": ("ndiyo", "hapana"),
}
_PLAIN = {"true": YES, "false": NO}
"""Cells of a spreadsheet that hold a truth value, and no word."""

# LimeSurvey's Yes/No question is Y or N, which its export turns into 1 and 2, or 1
# and 0, if asked to.
_OF_LIMESURVEY = ({"y": YES, "n": NO}, {"1": YES, "2": NO}, {"1": YES, "0": NO})

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_NAMES = {
    "english": "en",
    "anglais": "en",
    "ingles": "en",
    "french": "fr",
    "francais": "fr",
    "frances": "fr",
    "spanish": "es",
    "espanol": "es",
    "espagnol": "es",
    "spa": "es",
    "arabic": "ar",
    "arabe": "ar",
    "العربية": "ar",
    "german": "de",
    "deutsch": "de",
    "allemand": "de",
    "aleman": "de",
    "italian": "it",
    "italiano": "it",
    "portuguese": "pt",
    "portugues": "pt",
    "portugais": "pt",
    "dutch": "nl",
    "nederlands": "nl",
    "russian": "ru",
    "русскии": "ru",
    "ruso": "ru",
    "russe": "ru",
    "chinese": "zh",
    "中文": "zh",
    "简体中文": "zh",
    "chino": "zh",
    "chinois": "zh",
    "turkish": "tr",
    "turkce": "tr",
    "ukrainian": "uk",
    "japanese": "ja",
}


def _split(words: str) -> set[str]:
    return {fold(word) for word in words.split("|")}


_SAID = {code: (_split(yes), _split(no)) for code, (yes, no) in _WORDS.items()}


def languages_shown(written: Iterable[str]) -> frozenset[str]:
    """Return the languages that a file names as those of its respondents."""
    found = set()
    for text in written:
        words = fold(text).split()
        for word in words[:1] + words[-1:]:
            code = _NAMES.get(word) or (word if _LANGUAGE.fullmatch(word) else "")
            if code in _SAID:
                found.add(code)
    return frozenset(found)


def meanings(
    column: Iterable[str], tool: Tool, languages: frozenset[str]
) -> dict[str, str]:
    """Return what the words of a column of yes and no mean, by the word, folded.

    Words of a language count where the file is in that language, or where both its yes
    and its no stand in the column.
    """
    words = {fold(text) for text in column} - {""}
    found = dict(_PLAIN)
    if tool == Tool.LIMESURVEY:
        for pair in _OF_LIMESURVEY:
            if words & pair.keys() and not (words - pair.keys() - {"n a"}):
                found |= pair
    shown = languages | {
        code for code, (yes, no) in _SAID.items() if words & yes and words & no
    }
    said: dict[str, set[str]] = {}
    for code in shown:
        for meaning, of_it in zip((YES, NO), _SAID[code], strict=True):
            for word in of_it:
                said.setdefault(word, set()).add(meaning)
    # A letter that is yes in one of the languages and no in another says nothing.
    return found | {word: one for word, (one, *more) in said.items() if not more}
