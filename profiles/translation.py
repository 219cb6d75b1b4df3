"""Which fields are kept in several languages (English, French, Spanish, Arabic)."""

from modeltranslation.translator import TranslationOptions, register

from profiles.models import GCMObjective, Profile, Region, Section, State, Theme


@register(Region)
@register(State)
@register(Theme)
class NameTranslation(TranslationOptions):
    fields = ["name"]


@register(GCMObjective)
class GCMObjectiveTranslation(TranslationOptions):
    fields = ["label"]


@register(Profile)
class ProfileTranslation(TranslationOptions):
    fields = ["name", "acronym", "objective"]


@register(Section)
class SectionTranslation(TranslationOptions):
    fields = ["prose"]
