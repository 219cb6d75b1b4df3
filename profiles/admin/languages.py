"""Fields kept in several languages, as the admin shows them: one input for each.

Of modeltranslation only the plain classes are used: its tabbed ones load jQuery UI
from another host.
"""

from django.contrib.admin.options import BaseModelAdmin
from django.db import models
from modeltranslation.settings import DEFAULT_LANGUAGE

from profiles.content import languages_of_texts


def in_every_language(model: type[models.Model], *fields: str) -> list[str]:
    """Replace each field that is kept in several languages by one per language."""
    texts = languages_of_texts(model)
    return [column for field in fields for column in texts.get(field, (field,))]


class HelpOnce(BaseModelAdmin):
    """Explains a text kept in several languages at the first of its inputs only."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        language = getattr(db_field, "language", None)
        if field and language not in (None, DEFAULT_LANGUAGE):
            field.help_text = ""
        return field
