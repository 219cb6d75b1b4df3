"""A new version of a questionnaire: a copy that can be changed."""

from django.db import transaction

from surveys.models import Choice, Question, Questionnaire


@transaction.atomic
def new_version(questionnaire: Questionnaire) -> Questionnaire:
    """Copy a questionnaire, its questions and choices; return the next version.

    Rounds that used the old version go on using it.
    """
    # Read row by row: an aggregate would lock nothing, and two copies collide.
    of_kind = Questionnaire.objects.select_for_update().filter(kind=questionnaire.kind)
    latest = max(of_kind.values_list("version", flat=True))
    copied = _copy(questionnaire, version=latest + 1)
    copied.save()
    for part in (Question, Choice):
        part.objects.bulk_create(
            _copy(one, questionnaire=copied)
            for one in part.objects.filter(questionnaire=questionnaire)
        )
    return copied


def _copy(record, **changed):
    """Return an unsaved copy, with the texts of every language."""
    copied = type(record)()
    for field in record._meta.concrete_fields:
        if not field.primary_key:
            setattr(copied, field.attname, record.__dict__[field.attname])
    for name, value in changed.items():
        setattr(copied, name, value)
    return copied
