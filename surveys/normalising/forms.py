"""The questions of a questionnaire, with their choices and names of columns."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import F, Model

from partnerships.models import Organisation
from profiles.models import Mechanism, Profile, State, Theme
from surveys.mapping import Mapping
from surveys.models import Question, Questionnaire
from surveys.names import Names
from surveys.normalising.choices import Options, RegistryOptions
from surveys.vocabularies import QuestionType, RegistryList

_RECORDS: dict[str, tuple[type[Model], str, tuple[str, ...]]] = {
    RegistryList.STATE: (State, "iso3", ("name",)),
    RegistryList.THEME: (Theme, "slug", ("name",)),
    RegistryList.ORGANISATION: (Organisation, "slug", ("name", "acronym")),
}


@dataclass
class Asked:
    """One question. `names` are those its column can have, the likeliest first."""

    question: Question
    names: tuple[str, ...]
    options: Options | None = None

    @property
    def code(self) -> str:
        return self.question.code


@dataclass
class Form:
    """The questions of a questionnaire by code; `repeats` are its repeated groups."""

    asked: dict[str, Asked]
    repeats: dict[str, Asked] = field(default_factory=dict)

    def of_table(self, repeat: str) -> list[Asked]:
        """Return the questions of the main table (""), or of a repeated group."""
        return [a for a in self.asked.values() if a.question.repeat == repeat]


def read_form(questionnaire: Questionnaire, mapping: Mapping, names: Names) -> Form:
    """Load a questionnaire in a constant number of queries."""
    labels = _labels_of_choices(questionnaire)
    records: dict[str, dict[str, list[str]]] = {}
    form = Form({})
    for question in questionnaire.questions.all():
        asked = Asked(question, _names_of(question, mapping))
        own = mapping.options.get(question.code, {})
        if question.type == QuestionType.REPEAT:
            form.repeats[question.code] = asked
            continue
        if kind := question.registry_list:
            if kind not in records:
                records[kind] = _labels_of_records(kind)
            asked.options = RegistryOptions(kind, names, records[kind], own)
        elif question.choice_list:
            spoken = labels.get(question.choice_list, {})
            every = {code: texts.values() for code, texts in spoken.items()}
            asked.options = Options(every, own, spoken)
        form.asked[question.code] = asked
    return form


def _names_of(question: Question, mapping: Mapping) -> tuple[str, ...]:
    texts = [getattr(question, column) or "" for column in _languages("text")]
    named = (*mapping.columns.get(question.code, ()), question.code, *texts)
    return tuple(dict.fromkeys(filter(None, named)))


def _labels_of_choices(
    questionnaire: Questionnaire,
) -> dict[str, dict[str, dict[str, str]]]:
    """Return the labels of each choice by list, code and language."""
    languages = settings.MODELTRANSLATION_LANGUAGES
    lists: dict[str, dict[str, dict[str, str]]] = {}
    for name, code, *texts in questionnaire.choices.values_list(
        "choice_list", "code", *_languages("label")
    ):
        spoken = zip(languages, texts, strict=True)
        lists.setdefault(name, {})[code] = {of: text for of, text in spoken if text}
    return lists


def _labels_of_records(kind: str) -> dict[str, list[str]]:
    if kind == RegistryList.MECHANISM:
        rows: Iterable = (
            Profile.objects.published()
            .annotate(key=F("mechanism__slug"))
            .values_list("key", *_languages("name", "acronym"))
        )
        labels: dict[str, list[str]] = {
            slug: [] for slug in Mechanism.objects.values_list("slug", flat=True)
        }
    else:
        model, key, translated = _RECORDS[kind]
        rows = model._default_manager.values_list(key, *_languages(*translated))
        labels = {}
    for code, *texts in rows:
        labels[code] = list(filter(None, texts))
    return labels


def _languages(*names: str) -> list[str]:
    return [
        f"{n}_{code}" for n in names for code in settings.MODELTRANSLATION_LANGUAGES
    ]
