"""Fields kept in several languages, as the admin shows them: one input for each.

Of modeltranslation only the plain classes are used: its tabbed ones load jQuery UI
from another host.
"""

from django.db import models
from modeltranslation.translator import translator
from modeltranslation.utils import get_translation_fields


def is_translated(model: type[models.Model]) -> bool:
    return model in translator.get_registered_models(abstract=False)


def in_every_language(model: type[models.Model], *fields: str) -> list[str]:
    """Replace each field that is kept in several languages by one per language."""
    translated = (
        translator.get_options_for_model(model).all_fields
        if is_translated(model)
        else ()
    )
    names: list[str] = []
    for field in fields:
        names += get_translation_fields(field) if field in translated else [field]
    return names
