"""The mistakes of a file that people write, each with its place there."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _


def nearest(word: str, words: Iterable[str]) -> str:
    """Return a sentence that names the word which was probably meant, "" for none."""
    found = get_close_matches(word, list(words), n=1, cutoff=0.6)
    return " " + _("Did you mean “%(word)s”?") % {"word": found[0]} if found else ""


class Mistakes:
    """Collects the mistakes of the file `name`, one line in `problems` for each."""

    def __init__(self, name: str):
        self.name = name
        self.problems: list[str] = []

    def problem(self, place: str, text: str) -> None:
        self.problems.append(
            ": ".join(part for part in (self.name, place, text) if part)
        )

    def check_keys(self, place: str, table: dict[str, Any], known: set[str]) -> None:
        for key in sorted(table.keys() - known):
            text = _("“%(key)s” is not known here.") % {"key": key}
            self.problem(place, text + nearest(key, known))

    def unknown(self, place: str, kind: str, word: str, words: Iterable[str]) -> None:
        """Report that `word` is none of `words`; `kind` is a sentence with %(word)s."""
        self.problem(place, kind % {"word": word} + nearest(word, words))

    def no_question(self, place: str, code: str, known: Iterable[str]) -> None:
        text = _("The questionnaire has no question “%(word)s”.")
        self.unknown(place, text, code, known)

    def text_list(self, place: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.problem(place, _("It must be a list of texts."))
            return ()
        return tuple(value)

    def text_table(self, place: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.problem(place, _("It must be a table."))
            return {}
        return value
