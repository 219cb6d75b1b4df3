"""Writes a bulk edit in one transaction, or nothing of it, and takes it back."""

from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from iscm_registry.bulk_editing.choosing import Choice
from iscm_registry.bulk_editing.planning import BulkPlan
from profiles.editions import EditionError
from surveys.applying.locks import lock_unchanged
from surveys.applying.storing import DraftStorage
from surveys.applying.undoing import Kept, Undone, lock_changes, take_back
from surveys.models import BulkEdit
from surveys.refusals import (
    ChangedSincePreview,
    CouldNotBeWritten,
    ImportRefused,
    reason_of,
)
from surveys.vocabularies import BulkEditKind


class NothingToWrite(ImportRefused):
    """Raised when no fact of a bulk edit can be written."""

    def __init__(self):
        super().__init__(_("Nothing was chosen that can be changed."))


class UndoneAlready(ImportRefused):
    """Raised when a bulk edit to be undone was undone before."""

    def __init__(self):
        super().__init__(_("This bulk edit was undone already."))


def apply(
    plan: BulkPlan,
    kind: BulkEditKind | str,
    about: str,
    *,
    choice: Choice,
    seen: Mapping[str, str],
    by: Any = None,
) -> BulkEdit:
    """Write what a plan holds into drafts, opening those that are not there.

    `seen` are the digests of the plan that was looked at; the choice notes them, so
    that it is known when they are sent again. Raises ChangedSincePreview
    when the plan or an edition is another one by now, NothingToWrite, and
    CouldNotBeWritten when the database fails; nothing is written then.
    """
    now = plan.digests()
    if changed := {m for m in {*now, *seen} if now.get(m) != seen.get(m)}:
        raise ChangedSincePreview(changed)
    storage = DraftStorage(plan.mechanisms, plan.keys)
    if not storage.drafts:
        raise NothingToWrite
    try:
        # Names without a language are written in the active one.
        with translation.override("en"), transaction.atomic():
            bases = lock_unchanged(storage.drafts)
            if not plan.keys.still_hold():
                raise ChangedSincePreview(now)
            bulk_edit = BulkEdit.objects.create(kind=kind, about=about, applied_by=by)
            storage.store(bulk_edit, bases, by)
            choice.note(bulk_edit, seen)
    except EditionError:
        # An edition was opened, or published, between the plan and the lock.
        raise ChangedSincePreview(now) from None
    except DatabaseError as error:
        raise CouldNotBeWritten(reason_of(error)) from None
    return bulk_edit


def undo(bulk_edit: BulkEdit, *, by: Any = None) -> Undone:
    """Take back all that a bulk edit wrote, except what was edited since.

    What stands in an edition that was published, or whose publication is scheduled, is
    left too. Raises UndoneAlready, and CouldNotBeWritten when the database fails.
    """
    try:
        with translation.override("en"), transaction.atomic():
            locked = BulkEdit.objects.select_for_update(no_key=True).get(
                pk=bulk_edit.pk
            )
            if locked.undone_at is not None:
                raise UndoneAlready
            changes, editions = lock_changes(locked)
            free = [e for e in editions if e.is_open and e.publish_at is None]
            undone = take_back(locked, changes, free, by)
            bound = {e.pk: e for e in editions if e not in free}
            undone.kept += [
                Kept(bound[change.profile_id], change)
                for change in changes
                if change.profile_id in bound and change.uid is not None
            ]
            locked.undone_by, locked.undone_at = by, timezone.now()
            locked.save()
    except EditionError as error:
        raise ImportRefused(str(error)) from None
    except DatabaseError as error:
        raise CouldNotBeWritten(reason_of(error)) from None
    bulk_edit.refresh_from_db()
    return undone
