"""Questionnaires as XLSForms, which KoboToolbox, ODK and others run as they are.

Exports of such a form need no mapping by hand: names and paths are those of the
questionnaire, and two hidden questions name it and its version.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from partnerships.models import Organisation
from profiles.folding import fold
from profiles.models import Profile, State, Theme
from profiles.partial_dates import EARLIEST_YEAR, LATEST_YEAR
from profiles.vocabularies import SectionHeading
from surveys.models import Question, Questionnaire
from surveys.questionnaires.definitions import (
    DOES_NOT_KNOW,
    FORM_KIND,
    FORM_VERSION,
    LANGUAGES,
    NONE,
    OTHER,
    Definition,
    group_of,
    other_text,
)
from surveys.vocabularies import QuestionType, RegistryList

Texts = dict[str, str]  # by language

_LANGUAGE_NAMES = {"en": "English (en)", "fr": "Français (fr)", "es": "Español (es)"}
_SECTIONS: dict[str, Texts] = {
    "": {
        "en": "Who answers",
        "fr": "Qui répond",
        "es": "Quién responde",
    },
    SectionHeading.EVOLUTION: {
        "en": "1. Evolution of programming and thematic focus",
        "fr": "1. Évolution de la programmation et des priorités thématiques",
        "es": "1. Evolución de la programación y del enfoque temático",
    },
    SectionHeading.CONTRIBUTION: {
        "en": "2. Contribution to migration governance",
        "fr": "2. Contribution à la gouvernance des migrations",
        "es": "2. Contribución a la gobernanza de la migración",
    },
    SectionHeading.STRUCTURE: {
        "en": "3. Salient structures",
        "fr": "3. Principales structures",
        "es": "3. Principales estructuras",
    },
    SectionHeading.PARTNERSHIPS: {
        "en": "4. Partnership models",
        "fr": "4. Modèles de partenariat",
        "es": "4. Modelos de asociación",
    },
    SectionHeading.ADDED_VALUE: {
        "en": "5. Added value of membership",
        "fr": "5. Valeur ajoutée de la participation",
        "es": "5. Valor añadido de la participación",
    },
}
_OTHER_LABEL = {"en": "Other", "fr": "Autre", "es": "Otro"}

_YEAR = f". >= {EARLIEST_YEAR} and . <= {LATEST_YEAR}"
_YEAR_MESSAGE = {
    "en": f"A year between {EARLIEST_YEAR} and {LATEST_YEAR}",
    "fr": f"Une année comprise entre {EARLIEST_YEAR} et {LATEST_YEAR}",
    "es": f"Un año entre {EARLIEST_YEAR} y {LATEST_YEAR}",
}
# A date is text: a date question would make a day out of a year or a month.
_DATE = "regex(., '^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$')"
_DATE_MESSAGE = {
    "en": "As precisely as you know it: 2018, 2018-11 or 2018-11-06",
    "fr": "Aussi précisément que possible : 2018, 2018-11 ou 2018-11-06",
    "es": "Con la mayor precisión posible: 2018, 2018-11 o 2018-11-06",
}
_EMAIL = "regex(., '^[^@ ]+@[^@ ]+[.][^@ ]+$')"
_EMAIL_MESSAGE = {
    "en": "This is not an e-mail address",
    "fr": "Ceci n’est pas une adresse électronique",
    "es": "No es una dirección de correo electrónico",
}
_ALONE_MESSAGE = {
    "en": "This choice cannot go with another one",
    "fr": "Ce choix ne peut pas être combiné avec un autre",
    "es": "Esta opción no se puede combinar con otra",
}
_TYPES = {
    QuestionType.TEXT: "text",
    QuestionType.LONG_TEXT: "text",
    QuestionType.INTEGER: "integer",
    QuestionType.YEAR: "integer",
    QuestionType.DATE: "text",
    QuestionType.ONE: "select_one",
    QuestionType.SEVERAL: "select_multiple",
}

_SURVEY_COLUMNS = (
    "type",
    "name",
    *(f"label::{name}" for name in _LANGUAGE_NAMES.values()),
    *(f"hint::{name}" for name in _LANGUAGE_NAMES.values()),
    "required",
    "relevant",
    "constraint",
    *(f"constraint_message::{name}" for name in _LANGUAGE_NAMES.values()),
    "appearance",
    "calculation",
)
_CHOICE_COLUMNS = (
    "list_name",
    "name",
    *(f"label::{name}" for name in _LANGUAGE_NAMES.values()),
)
_COLUMNS = {
    "survey": _SURVEY_COLUMNS,
    "choices": _CHOICE_COLUMNS,
    "settings": ("form_title", "form_id", "version", "default_language"),
}
_MADE = datetime.datetime(2019, 1, 1, tzinfo=datetime.UTC)
"""The date inside the file, always the same, so that equal forms are equal files."""


def write_xlsform(questionnaire: Questionnaire, path: Path) -> None:
    """Write a questionnaire as an XLSForm. Equal content gives equal bytes."""
    definition = Definition.of(questionnaire)
    code = definition.code
    sheets: dict[str, list[dict[str, Any]]] = {
        "survey": [*_survey(definition)],
        "choices": [*_choices(definition)],
        "settings": [
            {
                "form_title": questionnaire.title_en,  # type: ignore[attr-defined]
                "form_id": f"iscm_{code.replace('-', '_')}",
                "version": str(questionnaire.version),
                "default_language": _LANGUAGE_NAMES["en"],
            }
        ],
    }
    with xlsxwriter.Workbook(str(path), {"strings_to_urls": False}) as workbook:
        workbook.set_properties({"created": _MADE})
        for name, rows in sheets.items():
            _write(workbook.add_worksheet(name), rows)


def _write(sheet: Any, rows: list[dict[str, Any]]) -> None:
    columns = _COLUMNS[sheet.name]
    sheet.write_row(0, 0, columns)
    for number, row in enumerate(rows, 1):
        for position, column in enumerate(columns):
            if row.get(column):
                sheet.write_string(number, position, row[column])


def _in_languages(column: str, texts: Texts) -> dict[str, str]:
    return {f"{column}::{_LANGUAGE_NAMES[code]}": texts[code] for code in LANGUAGES}


def _texts_of(record: Any, field: str) -> Texts:
    """Return a field's text in each language, in English where a translation lacks."""
    english = getattr(record, f"{field}_en")
    return {code: getattr(record, f"{field}_{code}") or english for code in LANGUAGES}


# The sheet "survey"


def _survey(definition: Definition) -> Iterator[dict[str, Any]]:
    questionnaire = definition.questionnaire
    yield {"type": "start", "name": "start"}
    yield {"type": "end", "name": "end"}
    hidden = {FORM_KIND: questionnaire.kind, FORM_VERSION: questionnaire.version}
    for name, value in hidden.items():
        yield {"type": "calculate", "name": name, "calculation": f"'{value}'"}

    nesting = _Nesting()
    for question in definition.questions:
        yield from nesting.closed_before(question)
        yield from nesting.opened_for(question)
        if question.type != QuestionType.REPEAT:
            yield from _question(question, definition)
    yield from nesting.all_closed()


@dataclass
class _Nesting:
    """The open group and repeated group; None: none is open ("" is a group, too)."""

    section: str | None = None
    repeat: str = ""

    def closed_before(self, question: Question) -> Iterator[dict[str, Any]]:
        if self.repeat and question.repeat != self.repeat:
            self.repeat = ""
            yield {"type": "end_repeat"}
        if self.section is not None and not self.repeat and self.leaves(question):
            self.section = None
            yield {"type": "end_group"}

    def leaves(self, question: Question) -> bool:
        # A repeated group before the five sections stands outside of all groups.
        is_repeat = question.type == QuestionType.REPEAT
        return question.section != self.section or (is_repeat and not self.section)

    def opened_for(self, question: Question) -> Iterator[dict[str, Any]]:
        is_repeat = question.type == QuestionType.REPEAT
        stands_alone = is_repeat and not question.section
        if self.section is None and not self.repeat and not stands_alone:
            self.section = question.section
            yield {
                "type": "begin_group",
                "name": group_of(question.section),
                **_in_languages("label", _SECTIONS[question.section]),
            }
        if is_repeat:
            self.repeat = question.code
            yield {
                "type": "begin_repeat",
                "name": question.code,
                **_in_languages("label", _texts_of(question, "text")),
            }

    def all_closed(self) -> Iterator[dict[str, Any]]:
        if self.repeat:
            yield {"type": "end_repeat"}
        if self.section is not None:
            yield {"type": "end_group"}


def _question(question: Question, definition: Definition) -> Iterator[dict[str, Any]]:
    choices = _list_name(question)
    kind = _TYPES[QuestionType(question.type)]
    row = {
        "type": f"{kind} {choices}" if choices else kind,
        "name": question.code,
        **_in_languages("label", _texts_of(question, "text")),
        "required": "yes" if question.is_required else "",
        "relevant": question.relevant,
        "appearance": _appearance(question),
    }
    constraint, message = _constraint(question, definition)
    if constraint:
        row |= {"constraint": constraint}
        row |= _in_languages("constraint_message", message)
    if question.hint_en:  # type: ignore[attr-defined]
        row |= _in_languages("hint", _texts_of(question, "hint"))
    elif question.type == QuestionType.DATE:
        row |= _in_languages("hint", _DATE_MESSAGE)
    yield row
    if question.allows_other:
        texts = {code: other_text(question, code) for code in LANGUAGES}
        yield {
            "type": "text",
            "name": f"{question.code}_{OTHER}",
            **_in_languages("label", texts),
            "required": "yes",
            "relevant": f"selected(${{{question.code}}}, '{OTHER}')",
        }


def _appearance(question: Question) -> str:
    if question.type == QuestionType.LONG_TEXT:
        return "multiline"
    if question.registry_list and question.registry_list != RegistryList.THEME:
        return "minimal autocomplete"
    return ""


def _constraint(question: Question, definition: Definition) -> tuple[str, Texts]:
    if question.type == QuestionType.YEAR:
        return _YEAR, _YEAR_MESSAGE
    if question.type == QuestionType.DATE:
        return _DATE, _DATE_MESSAGE
    if question.is_personal and question.code.endswith("email"):
        return _EMAIL, _EMAIL_MESSAGE
    if question.type == QuestionType.SEVERAL:
        alone = [
            f"not(selected(., '{choice.code}') and count-selected(.) > 1)"
            for choice in definition.choices_of(question)
            if choice.code in {NONE, *DOES_NOT_KNOW}
        ]
        return " and ".join(alone), _ALONE_MESSAGE
    return "", {}


# The sheet "choices"


def _list_name(question: Question) -> str:
    if question.registry_list and question.allows_other:
        return f"{question.registry_list}_or_{OTHER}"
    return question.choice_list or question.registry_list


def _choices(definition: Definition) -> Iterator[dict[str, Any]]:
    for name, choices in definition.choices.items():
        for choice in choices:
            yield _choice(name, choice.code, _texts_of(choice, "label"))
    registry = {_list_name(q): q for q in definition.questions if q.registry_list}
    for name, question in registry.items():
        for key, texts in _records(question.registry_list):
            yield _choice(name, key, texts)
        if question.allows_other:
            yield _choice(name, OTHER, _OTHER_LABEL)


def _choice(name: str, code: str, texts: Texts) -> dict[str, Any]:
    return {"list_name": name, "name": code, **_in_languages("label", texts)}


def _records(registry_list: str) -> list[tuple[str, Texts]]:
    """Return key and names of the registry's public records of one list.

    Themes keep their order; other records are sorted here, because databases sort names
    differently.
    """
    if registry_list == RegistryList.THEME:
        themes = Theme.objects.order_by("position", "slug")
        return [(theme.slug, _texts_of(theme, "name")) for theme in themes]
    if registry_list == RegistryList.STATE:
        states = State.objects.all()
        records = [(state.iso3, _texts_of(state, "name")) for state in states]
    elif registry_list == RegistryList.MECHANISM:
        editions = Profile.objects.published().select_related("mechanism")
        records = [(profile.mechanism.slug, _named(profile)) for profile in editions]
    else:
        organisations = Organisation.objects.engaged()
        records = [(record.slug, _named(record)) for record in organisations]
    return sorted(records, key=lambda record: (fold(record[1]["en"]), record[0]))


def _named(record: Profile | Organisation) -> Texts:
    """Return names followed by the acronym, because people look for acronyms."""
    names = _texts_of(record, "name")
    for code, acronym in _texts_of(record, "acronym").items():
        if acronym and acronym != names[code]:
            names[code] = f"{names[code]} ({acronym})"
    return names
