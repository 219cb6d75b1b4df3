"""Which fields are kept in several languages (English, French, Spanish, Arabic)."""

from modeltranslation.translator import TranslationOptions, register

from partnerships.models import Organisation


@register(Organisation)
class OrganisationTranslation(TranslationOptions):
    fields = ["name", "acronym"]
