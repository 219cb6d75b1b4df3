"""Fields kept in several languages, as the admin shows them: one input for each.

Of modeltranslation only the plain classes are used: its tabbed ones load jQuery UI
from another host.
"""

from django.contrib.admin.options import BaseModelAdmin
from django.db import models
from modeltranslation.settings import DEFAULT_LANGUAGE
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


class HelpOnce(BaseModelAdmin):
    """Explains a text kept in several languages at the first of its inputs only."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        language = getattr(db_field, "language", None)
        if field and language not in (None, DEFAULT_LANGUAGE):
            field.help_text = ""
        return field
