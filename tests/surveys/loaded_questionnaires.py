"""The registry's own questionnaires, in the database of a test."""

from django.db.models import Model
from django.utils import translation

from surveys.models import Choice, Question, Questionnaire
from surveys.questionnaires.loading import load_questionnaires

_read: dict[type[Model], list[Model]] = {}


def have_questionnaires() -> None:
    """Bring the questionnaires of the files into the database.

    Reading and checking the files is done once in a process: hundreds of tests need
    what comes of it.
    """
    are_none = not Questionnaire.objects.exists()
    with translation.override("en"):
        if _read and are_none:
            for model, records in _read.items():
                model._base_manager.bulk_create(records)
            return
        load_questionnaires()
        if are_none:
            for model in (Questionnaire, Question, Choice):
                _read[model] = list(model._base_manager.all())
