"""Which fields of an edition and of its facts hold what they say.

Copying, comparing, loading, the form, search and redaction go by these lists, so that a
field that is added to a model stands in all of them.
"""

from typing import Any

from django.conf import settings
from django.db import models
from modeltranslation.translator import translator

from profiles.models.mechanisms import Profile
from profiles.partial_dates import PartialDateField
from profiles.vocabularies import Certainty, FormPart
from profiles.web_addresses import WebAddressField

EVIDENCE = ["source", "certainty", "is_public", "position", "note"]
"""Fields that every fact has; they follow what the fact says."""

_KEYS_OF_A_FACT = {"id", "profile", "uid"}
_BOOKKEEPING_OF_A_PROFILE = {
    "id",
    "mechanism",
    "edition",
    "state",
    "version",
    "publish_at",
    "publish_by",
    "publish_note",
    "created_at",
    "changed_at",
    "published_at",
    "withdrawn_at",
    "withdrawal_reason",
}


def content_fields(model: type[models.Model]) -> list[models.Field]:
    """Return the columns that hold content.

    Of a translated field only its languages are returned, not the field itself,
    which shows one of them. Fields of several records are no columns.
    """
    left_out = _bookkeeping(model) | set(languages_of_texts(model))
    return [f for f in model._meta.concrete_fields if f.name not in left_out]


def file_columns(model: type[models.Model]) -> list[str]:
    """Name what holds content as files write it: columns and fields of several records.

    What a model says itself comes first, in the order of its class body.
    """
    fields = [f for f in content_fields(model) if f.editable and f.name != "position"]
    inherited = {
        f.name
        for base in model.__mro__[1:]
        if hasattr(base, "_meta")
        for f in base._meta.fields
    }
    evidence = {name: number for number, name in enumerate(EVIDENCE)}

    def order(f: Any) -> tuple[int, bool, int]:
        name = text_of_column(model, f.name)
        is_inherited = name in inherited
        place = evidence.get(name, -1) if is_inherited else -1
        return place, is_inherited, f.creation_counter

    fields_in_order = sorted([*fields, *model._meta.many_to_many], key=order)
    return [f.name for f in fields_in_order]


def fields_said(model: type[models.Model]) -> list[str]:
    """Name the fields by which a model says something: no evidence, no languages."""
    left_out = _bookkeeping(model) - {"mechanism"}
    if model is not Profile:
        left_out |= {*EVIDENCE}
    for languages in languages_of_texts(model).values():
        left_out |= {*languages}
    fields = [f for f in model._meta.concrete_fields if f.editable]
    names = [f.name for f in (*fields, *model._meta.many_to_many)]
    return [name for name in names if name not in left_out]


def certainties(model: type[models.Model]) -> list[str]:
    """Name the fields that say how firmly a source supports a fact, or terms of it."""
    return [
        f.name for f in model._meta.concrete_fields if f.choices == Certainty.choices
    ]


def searched_columns(model: type[models.Model]) -> list[str]:
    """Name the columns whose words search knows: texts that are not `unsearched`."""
    left_out = {*model.unsearched}  # type: ignore[attr-defined]
    texts = [
        f.name
        for f in content_fields(model)
        if isinstance(f, models.CharField | models.TextField)
        and not isinstance(f, PartialDateField | WebAddressField)
        and not f.choices
        and text_of_column(model, f.name) not in left_out
    ]
    return sorted(texts, key=lambda name: text_of_column(model, name) == "note")


def text_of_column(model: type[models.Model], column: str) -> str:
    """Return the text that a column holds in one language; the column, if it is none.

    'prose_es' gives 'prose'.
    """
    for name, languages in languages_of_texts(model).items():
        if column in languages:
            return name
    return column


def language_of_column(model: type[models.Model], column: str) -> str:
    """Return the language that a column holds, English for texts kept in one only."""
    for languages in languages_of_texts(model).values():
        if column in languages:
            return languages[column]
    return settings.MODELTRANSLATION_DEFAULT_LANGUAGE


def lines_of_the_form() -> dict[FormPart, list[tuple[str, ...]]]:
    """Return the profile's fields by part of the form, line by line.

    Those that the class body does not place stand among the other facts.
    """
    lines = {part: list(Profile.form_lines.get(part, ())) for part in FormPart}
    placed = {name for of_part in lines.values() for line in of_part for name in line}
    lines[FormPart.OTHER] += [
        (name,) for name in fields_said(Profile) if name not in placed
    ]
    return {part: of_part for part, of_part in lines.items() if of_part}


def part_of_field(name: str) -> FormPart:
    """Return the part of the form in which a field of the profile stands."""
    for part, lines in lines_of_the_form().items():
        if any(name in line for line in lines):
            return part
    return FormPart.OTHER


def _bookkeeping(model: type[models.Model]) -> set[str]:
    return _BOOKKEEPING_OF_A_PROFILE if model is Profile else _KEYS_OF_A_FACT


def languages_of_texts(model: type[models.Model]) -> dict[str, dict[str, str]]:
    """Return, of each text kept in several languages, columns with their language."""
    if model not in translator.get_registered_models(abstract=False):
        return {}
    names = translator.get_options_for_model(model).all_fields
    codes = settings.MODELTRANSLATION_LANGUAGES
    return {name: {f"{name}_{code}": code for code in codes} for name in names}
