"""The language of what somebody wrote: as the file says, else as the text shows.

Most survey tools do not export the language, and a Spanish answer must not be shown
as the English text of a profile: where nothing tells it, it is asked.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from profiles.folding import fold
from surveys.file_questions import LANGUAGE, answer_to
from surveys.models import Question
from surveys.normalising.answers import Trouble
from surveys.normalising.known_words import WORD, KnownWords
from surveys.problems import Code, Severity
from surveys.readers.tables import Column

LEFT_OUT = "none"
"""The answer that a text is in a language which the registry does not have."""

_NAMES = {
    fold(name): code
    for code, names in {
        "en": "english,eng,anglais,inglés,inglese,inglês,englisch,английский,"
        "الإنجليزية,إنجليزية,إنجليزي,انجليزي,英语,英文",
        "fr": "french,fre,fra,français,francés,francese,francês,französisch,"
        "французский,"
        "الفرنسية,فرنسية,فرنسي,法语,法文",
        "es": "spanish,spa,esp,español,castellano,espagnol,castillan,spagnolo,espanhol,"
        "spanisch,castilian,испанский,"
        "الإسبانية,الاسبانية,إسبانية,إسباني,اسباني,西班牙语",
        "ar": "arabic,ara,arabe,árabe,arabo,arabisch,арабский,"
        "العربية,عربية,عربي,阿拉伯语",
    }.items()
    for name in names.split(",")
}
_SUBTAGS = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z\d]+)*")
_KNOWN = ("en", "fr", "es", "ar", "pt", "de", "it", "ru", "zh", "fa", "nl")
"""Languages told apart: those of the registry, and others that people answer in."""
_SURE = 0.85
_DOUBTFUL = 0.4
_LIKELY = 0.25
_FEWEST_WORDS = 3
_LONGEST = 300
_SHOWN = 80


def code_of(written: str) -> str:
    """Return the code of a language by any of its names, "" for any other text."""
    text = written.strip()
    in_brackets = text.rpartition("(")[2].rstrip(") ") if text.endswith(")") else ""
    for part in filter(None, (in_brackets, text)):
        tag = _SUBTAGS.fullmatch(part)
        words = [tag[1].lower()] if tag else fold(part).split()
        found = {_NAMES.get(word, word) for word in words} & set(_languages())
        if len(found) == 1:
            return found.pop()
    return ""


def _languages() -> tuple[str, ...]:
    return tuple(settings.MODELTRANSLATION_LANGUAGES)


@cache
def _identifier() -> Any:
    # Loading the model takes longer than all else that a small import does.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(_KNOWN))
    return identifier


@lru_cache(20_000)
def _likelihoods(text: str) -> dict[str, float]:
    """Return how likely each language is that of a text, the likeliest first."""
    try:
        identifier = _identifier()
    except OSError:
        # It unpacks its model into a temporary file. Where that has no room, the
        # language is asked.
        return {"": 0.0}
    return {str(code): float(p) for code, p in identifier.rank(text[:_LONGEST])}


def shown_by(text: str) -> str:
    """Return the code of the language that a text is in, "" if it does not show one."""
    if len(WORD.findall(text[:_LONGEST])) < _FEWEST_WORDS:
        return ""
    language, likelihood = next(iter(_likelihoods(text).items()))
    return language if likelihood >= _SURE else ""


def _looks_like(text: str, language: str) -> bool:
    """Tell whether a text may well be in the language expected, and in no other."""
    likelihoods = _likelihoods(text)
    other, likelihood = next(iter(likelihoods.items()))
    is_another = other != language and likelihood >= _DOUBTFUL
    return likelihoods.get(language, 0) >= _LIKELY and not is_another


def of_form(asked: Iterable[tuple[Column, Question]]) -> str:
    """Return the language that a form is in, "" if its headings do not show one.

    `asked` are the columns with the questions that they answer. A questionnaire that
    has texts in one language only was asked in that language.
    """
    counts: Counter[str] = Counter()
    total = 0
    offered: set[str] = set()
    for column, question in asked:
        texts = {
            language: fold(getattr(question, f"text_{language}", "") or "")
            for language in _languages()
        }
        offered |= {language for language, text in texts.items() if text}
        headings = {fold(column.question), fold(column.text), fold(column.header)}
        same = [language for language, text in texts.items() if text in headings - {""}]
        if len(same) == 1:
            counts[same[0]] += 1
            total += 1
    if total:
        language, count = counts.most_common(1)[0]
        return language if count > 0.8 * total else ""
    return offered.pop() if len(offered) == 1 else ""


class Languages:
    """Tells the language of each text of a file. `decisions` has what people answered.

    The file's own word of a submission counts first, then the text itself, then the
    other texts of the submission, then the form. A text that speaks against the first
    of these is asked about, and one that does not speak for the last ones, unless all
    of it is among the `known` words.
    """

    def __init__(self, form: str, decisions: Mapping[str, Any], known: KnownWords):
        self.form = form
        self.decisions = decisions
        self.known = known

    def said(self, written: str) -> tuple[str, Trouble | None]:
        """Return the language that a file names, and a question if nobody knows it."""
        code = code_of(written) or self._answer(written)
        if code or not written.strip():
            return code, None
        text = _("Which language is meant? Until it is known, texts are left out.")
        return "", self._question(written, text)

    def of_submission(self, texts: Iterable[str]) -> str:
        """Return the language that the texts of a submission show together, else that
        of the form, "" if nothing shows one."""
        together = " ".join(text for text in texts if " " in text)[:_LONGEST]
        shown = shown_by(together) if together else ""
        return shown or self.form

    def of_text(
        self, text: str, otherwise: str, column: str, *, is_told: bool
    ) -> tuple[str, Trouble | None]:
        """Return the language of a text, and a question if it is not known.

        `otherwise` is the language of the submission. If the file has told it, only a
        text that shows another one is in question.
        """
        shown = shown_by(text)
        if is_told:
            known = otherwise if shown in ("", otherwise) else ""
        elif shown:
            known = shown
        elif _looks_like(text, otherwise) or self.known.cover(text, otherwise):
            known = otherwise
        else:
            known = ""
        if known in _languages():
            return known, None
        if answer := self._answer(column):
            return answer, None
        short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        return "", self._question(
            column,
            _(
                "Which language is “%(text)s” in? Until somebody answers, texts of "
                "this column whose language is not known are left out."
            )
            % {"text": short},
        )

    def _answer(self, what: str) -> str:
        return answer_to(self.decisions, LANGUAGE, what)

    def _question(self, what: str, text: str) -> Trouble:
        return Trouble(
            Code.UNKNOWN_LANGUAGE,
            text,
            severity=Severity.QUESTION,
            kind=LANGUAGE,
            candidates=(*_offered(), (LEFT_OUT, _("Another one: leave them out"))),
            value=what,
        )


def _offered() -> Iterable[tuple[str, str]]:
    for code in _languages():
        with translation.override(code):
            own = translation.get_language_info(code)["name_local"]
        yield code, str(own)
