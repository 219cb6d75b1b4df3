"""The language in which somebody answered: as the file says, else as the texts show.

Most survey tools do not export the language, and a Spanish answer must not be shown
as the English text of a profile.
"""

import re
from collections import Counter
from collections.abc import Iterable

from django.conf import settings

# Words that nearly every sentence needs, and that only one of the languages has.
_TELLING = {
    word: language
    for language, words in {
        "en": "the of and to was were has have is are with from which by that for",
        "fr": "les des du et dans est une pour au aux qui avec ont été sont par",
        "es": "los las del y el una para con por que se fue han sido su sus al",
    }.items()
    for word in words.split()
}
_WORD = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile("[\u0621-\u064a]")
_LONG_ENOUGH = 25
"""Characters: shorter texts are names and titles, often in another language."""
_FEWEST = 2
_NAMES = {"english": "en", "français": "fr", "español": "es", "العربية": "ar"}


def language_of(written: str, texts: Iterable[str]) -> str:
    """Return the code of the language in which somebody answered.

    `written` is the language as the file has it: 'es', 'es-MX' and 'Español (es)' are
    Spanish. Where it is empty or unknown, the words of the texts decide. If they do
    not show one language clearly, it is the registry's first.
    """
    said = _code(written)
    return said or _shown_by(texts) or settings.MODELTRANSLATION_DEFAULT_LANGUAGE


def _code(written: str) -> str:
    text = written.strip().casefold()
    if not text:
        return ""
    in_brackets = text.rpartition("(")[2].rstrip(") ") if text.endswith(")") else text
    for part in (in_brackets, re.split("[-_ (]", text)[0]):
        part = _NAMES.get(part, re.split("[-_]", part)[0])
        if part in settings.MODELTRANSLATION_LANGUAGES:
            return part
    return ""


def _shown_by(texts: Iterable[str]) -> str:
    found: Counter[str] = Counter()
    for text in texts:
        if len(text) < _LONG_ENOUGH:
            continue
        if _ARABIC.search(text):
            found["ar"] += len(_ARABIC.findall(text)) // 4
        words = set(_WORD.findall(text.casefold()))
        found.update(_TELLING[word] for word in words if word in _TELLING)
    ranking = found.most_common(2)
    if not ranking or ranking[0][1] < _FEWEST:
        return ""
    if len(ranking) > 1 and ranking[0][1] < 2 * ranking[1][1]:
        return ""
    language = ranking[0][0]
    return language if language in settings.MODELTRANSLATION_LANGUAGES else ""
