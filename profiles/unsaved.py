"""Keeping what is typed into the forms of the desk, and forgetting it."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.signals import post_delete
from django.http import QueryDict
from django.utils import timezone

from profiles.models import UnsavedForm

MOST_OF_A_FORM = 3
"""How many copies of one form a person can have typed into; the oldest goes."""

MOST_OF_A_KIND = 50
"""How many forms of one kind a person can have typed into; the oldest goes. Bulk edits
are a kind, which takes nothing away from the forms of editions."""


def keep(
    user: Any, model: type[models.Model], record: str, copy: str, sent: QueryDict
) -> None:
    """Keep what a form holds; the oldest of too many goes."""
    # PostgreSQL stores no such character, and no form takes one.
    entered = {
        name: [value.replace("\0", "") for value in values]
        for name, values in sent.lists()
        if "\0" not in name
    }
    kind = ContentType.objects.get_for_model(model)
    UnsavedForm.objects.update_or_create(
        user=user,
        kind=kind,
        record=record,
        copy=copy,
        defaults={"entered": entered, "kept_at": timezone.now()},
    )
    of_form = UnsavedForm.objects.of_form(user, model, record)
    of_kind = UnsavedForm.objects.filter(user=user, kind=kind).order_by("-kept_at")
    for found, most in ((of_form, MOST_OF_A_FORM), (of_kind, MOST_OF_A_KIND)):
        too_many = [*found.values_list("pk", flat=True)[most : most + 50]]
        if too_many:
            UnsavedForm.objects.filter(pk__in=too_many).delete()


def forget_overdue() -> int:
    """Delete what nobody saved or threw away in time; return how many forms."""
    return UnsavedForm.objects.overdue().delete()[0]


def forget_with_records(model: type[models.Model]) -> None:
    """From now on, delete what was typed into the form of a record with the record."""
    post_delete.connect(
        _forget_with_record, model, dispatch_uid=f"unsaved {model._meta.label_lower}"
    )


def _forget_with_record(sender: type[models.Model], instance: Any, **_given) -> None:
    UnsavedForm.objects.of_records(sender, [instance.pk]).delete()
