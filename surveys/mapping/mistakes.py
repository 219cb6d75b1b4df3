"""The mistakes of a mapping's file, each with its place there."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from surveys.questionnaires.definitions import Definition, nearest


class MappingError(Exception):
    """Raised for a mapping that cannot be used. `problems` has a line for each."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("\n".join(problems))


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

    def no_question(self, place: str, code: str, definition: Definition) -> None:
        text = _("The questionnaire has no question “%(word)s”.")
        self.unknown(place, text, code, definition.answer_codes)

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
