"""Words that show no other language than the one expected: names, numbers, and what the
questionnaire itself says in that language."""

import re
from functools import cached_property

from django.conf import settings

from profiles.folding import fold
from profiles.models import State, Theme
from surveys.names import MECHANISM, ORGANISATION, Names
from surveys.normalising.forms import Form

WORD = re.compile(r"[^\W\d_]+")
_ACRONYM = re.compile(r"[A-Z]{2,6}s?")


class KnownWords:
    """The words of a questionnaire and of the registry's lists, by their language."""

    def __init__(self, form: Form, names: Names):
        self.form = form
        self.names = names

    def cover(self, text: str, language: str) -> bool:
        """Tell whether a short text says the same in any language, as a number, an
        acronym or a name does, or has only words that are known in `language`."""
        words = WORD.findall(text)
        return (
            not words
            or bool(_ACRONYM.fullmatch(text.strip()))
            or any(self.names.knows(kind, text) for kind in (ORGANISATION, MECHANISM))
            or fold(text) in self._states.get(language, ())
            or {word.casefold() for word in words} <= self._words.get(language, set())
        )

    @cached_property
    def _states(self) -> dict[str, set[str]]:
        columns = [f"name_{code}" for code in settings.MODELTRANSLATION_LANGUAGES]
        rows = list(State.objects.values_list(*columns))
        return {
            code: {fold(name) for name in names if name}
            for code, names in _by_language(rows)
        }

    @cached_property
    def _words(self) -> dict[str, set[str]]:
        codes = settings.MODELTRANSLATION_LANGUAGES
        rows = list(Theme.objects.values_list(*(f"name_{code}" for code in codes)))
        for asked in self.form.asked.values():
            rows.append([getattr(asked.question, f"text_{code}") for code in codes])
            for labels in asked.options.by_language.values() if asked.options else ():
                rows.append([labels.get(code) for code in codes])
        return {
            code: {
                word.casefold() for text in texts for word in WORD.findall(text or "")
            }
            for code, texts in _by_language(rows)
        }


def _by_language(rows):
    """Yield each language with its texts, of rows that have a text in each."""
    for place, code in enumerate(settings.MODELTRANSLATION_LANGUAGES):
        yield code, [row[place] for row in rows]
