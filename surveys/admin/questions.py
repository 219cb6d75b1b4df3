"""Questions on the file of an import, as its preview asks them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from surveys.file_questions import (
    DATES,
    ENCODING,
    FILE_QUESTIONS,
    LANGUAGE,
    LOSS,
    PERSONAL,
    YEARS,
)
from surveys.problems import Problem, Severity

LABELS = {
    ENCODING: _("Encoding of the file"),
    DATES: _("Day or month first"),
    YEARS: _("Years formatted as dates"),
    LANGUAGE: _("Language"),
    PERSONAL: _("Personal details"),
    LOSS: _("What would be lost"),
}


@dataclass(frozen=True)
class FileQuestion:
    """A question with the answers to choose from; `value` is what it asks about."""

    kind: str
    value: str
    text: str = ""
    candidates: tuple[tuple[str, str], ...] = ()
    chosen: str = ""

    @property
    def id(self) -> str:
        written = f"{self.kind}\0{self.value}"
        return hashlib.sha256(written.encode()).hexdigest()[:16]

    @property
    def label(self) -> Any:
        return LABELS[self.kind]


def open_questions(problems: Iterable[Problem]) -> list[FileQuestion]:
    asked = {
        (problem.kind, problem.value): FileQuestion(
            problem.kind, problem.value, problem.text, problem.candidates
        )
        for problem in problems
        if problem.severity == Severity.QUESTION and problem.kind in FILE_QUESTIONS
    }
    return list(asked.values())


def answered_questions(decisions: Mapping[str, Any]) -> list[FileQuestion]:
    return [
        FileQuestion(kind, value, chosen=key)
        for kind in FILE_QUESTIONS
        for value, key in decisions.get(kind, {}).items()
    ]


def answers_in(
    posted: Mapping[str, Any],
    open_ones: Iterable[FileQuestion],
    decisions: Mapping[str, Any],
) -> dict[str, dict[str, str]]:
    """Return the answers by kind after a posted form: those kept, and the new ones."""
    answers: dict[str, dict[str, str]] = {}
    for question in answered_questions(decisions):
        if not posted.get(f"again-{question.id}"):
            answers.setdefault(question.kind, {})[question.value] = question.chosen
    for question in open_ones:
        key = posted.get(f"question-{question.id}", "")
        if key in dict(question.candidates):
            answers.setdefault(question.kind, {})[question.value] = key
    return answers
