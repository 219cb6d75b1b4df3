"""Questionnaires from their files into the database."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils import translation

from surveys.models import Questionnaire, QuestionnaireInUse
from surveys.questionnaires.definitions import (
    FOLDER,
    LANGUAGES,
    Definition,
    read_definitions,
)

_QUESTION_FIELDS = (
    "position",
    "section",
    "code",
    "repeat",
    "type",
    "choice_list",
    "registry_list",
    "allows_other",
    "is_required",
    "is_personal",
    "relevant",
    *(f"{text}_{code}" for text in ("text", "hint") for code in LANGUAGES),
)
_CHOICE_FIELDS = (
    "choice_list",
    "position",
    "code",
    *(f"label_{code}" for code in LANGUAGES),
)
_TITLES = tuple(f"title_{code}" for code in LANGUAGES)


@dataclass
class LoadCounts:
    """How many questionnaires a load added, changed and left as they were."""

    added: int = 0
    changed: int = 0
    same: int = 0
    questions: int = 0
    choices: int = 0


@transaction.atomic
def load_questionnaires(folder: Path = FOLDER) -> LoadCounts:
    """Bring the questionnaires of the folder into the database, all or none.

    A version that already has the questions of its file is left alone. Raises
    DefinitionError for wrong files, and QuestionnaireInUse for a file that differs from
    a version which submissions have answered.
    """
    counts = LoadCounts()
    # English is the language of the plain columns, whatever the reader's is.
    with translation.override("en"):
        for definition in read_definitions(folder):
            _load(definition, counts)
    return counts


def _load(definition: Definition, counts: LoadCounts) -> None:
    new = definition.questionnaire
    stored = Definition.stored(new.kind, new.version)
    counts.questions += len(definition.questions)
    counts.choices += sum(len(choices) for choices in definition.choices.values())
    if stored is None:
        counts.added += 1
        _write(new, definition)
    elif _content(stored) == _content(definition):
        counts.same += 1
    else:
        if stored.questionnaire.is_answered:
            raise QuestionnaireInUse
        counts.changed += 1
        stored.questionnaire.questions.all().delete()
        stored.questionnaire.choices.all().delete()
        for title in _TITLES:
            setattr(stored.questionnaire, title, getattr(new, title))
        _write(stored.questionnaire, definition)


def _write(questionnaire: Questionnaire, definition: Definition) -> None:
    questionnaire.save()
    for question in definition.questions:
        question.questionnaire = questionnaire
        question.save()
    for choices in definition.choices.values():
        for choice in choices:
            choice.questionnaire = questionnaire
            choice.save()


def _content(definition: Definition) -> Any:
    """Return the whole content of a definition, to compare it with another's."""
    return (
        _values(definition.questionnaire, _TITLES),
        [_values(question, _QUESTION_FIELDS) for question in definition.questions],
        {
            name: [_values(choice, _CHOICE_FIELDS) for choice in choices]
            for name, choices in definition.choices.items()
        },
    )


def _values(record: models.Model, fields: tuple[str, ...]) -> list[Any]:
    # A text that a language lacks is None in the database and "" in a file.
    return [getattr(record, field) or "" for field in fields]
