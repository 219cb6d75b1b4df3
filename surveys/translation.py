"""Which texts of questionnaires are kept in several languages."""

from modeltranslation.translator import TranslationOptions, register

from surveys.models import Choice, Question, Questionnaire


@register(Questionnaire)
class QuestionnaireTranslation(TranslationOptions):
    fields = ["title"]


@register(Question)
class QuestionTranslation(TranslationOptions):
    fields = ["text", "hint"]


@register(Choice)
class ChoiceTranslation(TranslationOptions):
    fields = ["label"]
