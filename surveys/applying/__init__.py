"""Applies an import: all of it in one transaction, or nothing.

    waiting ─apply→ applied ─undo→ undone

Only drafts are written, through `profiles.editions`. What is written stands in
ImportedChange, a row for each value, fact, opened draft, source and alias; undoing
goes by these rows.
"""

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from profiles.editions import EditionError
from surveys.applying.locks import lock_import, lock_unchanged
from surveys.applying.storing import StorageOfAnswers
from surveys.applying.submissions import SubmissionRows
from surveys.applying.undoing import Undone, undo
from surveys.models import Round, SurveyImport, UploadedFile
from surveys.names import KINDS, Names
from surveys.pipeline import Preparation, stage, write_down
from surveys.refusals import (
    AlreadyPublished,
    AlreadyTried,
    ChangedSincePreview,
    CorrectedSince,
    CouldNotBeWritten,
    ImportRefused,
    NotApplied,
    NotWaiting,
    ProblemsFound,
    reason_of,
)
from surveys.vocabularies import ChangeAction, ImportState

__all__ = [
    "AlreadyPublished",
    "AlreadyTried",
    "ChangedSincePreview",
    "CorrectedSince",
    "CouldNotBeWritten",
    "ImportRefused",
    "NotApplied",
    "NotWaiting",
    "ProblemsFound",
    "Undone",
    "apply",
    "stage_and_apply",
    "undo",
]


def apply(
    survey_import: SurveyImport, preparation: Preparation, *, by: Any = None
) -> None:
    """Write what a preparation plans. `by` is None when a command does it.

    Raises an ImportRefused, and has then written nothing: NotWaiting,
    ChangedSincePreview when the registry is not what the plan was made on,
    ProblemsFound for errors of the file, CouldNotBeWritten when the database fails, and
    AlreadyTried for a preparation that was to be applied before.
    """
    _apply(lambda: survey_import, preparation, by)
    survey_import.refresh_from_db()


def stage_and_apply(
    content: bytes,
    preparation: Preparation,
    round: Round,
    *,
    mapping_name: str = "",
    mapping_text: str = "",
    by: Any = None,
) -> SurveyImport:
    """Keep a file and apply it at once: a refusal leaves no import that waits.

    Raises what `apply` does.
    """

    def staged() -> SurveyImport:
        survey_import = stage(
            content,
            preparation.file_name,
            round,
            mapping_name=mapping_name,
            mapping_text=mapping_text,
            by=by,
        )
        survey_import.decisions = dict(preparation.decisions)
        survey_import.save(update_fields=["decisions"])
        return survey_import

    survey_import = _apply(staged, preparation, by)
    survey_import.refresh_from_db()
    return survey_import


def _apply(
    staged: Callable[[], SurveyImport], preparation: Preparation, by: Any
) -> SurveyImport:
    """Apply the import that `staged` gives, which is asked in the transaction."""
    try:
        # Names without a language are written in the active one.
        with translation.override("en"):
            applying = Applying(preparation)
            with transaction.atomic():
                return applying.write(staged(), by)
    except EditionError:
        # An edition was opened, or published, between the plan and the lock.
        raise ChangedSincePreview(_mechanisms(preparation)) from None
    except DatabaseError as error:
        raise CouldNotBeWritten(reason_of(error)) from None


class Applying:
    """An import made ready to be written, so that to write it takes no longer than
    the database needs. Nobody else can save in SQLite meanwhile."""

    def __init__(self, preparation: Preparation):
        self.preparation = preparation
        self.is_repeated = preparation.is_spent
        if self.is_repeated or preparation.errors or preparation.plan is None:
            return
        preparation.is_spent = True
        self.keys = preparation.plan.respondents.keys
        self.submissions = SubmissionRows(preparation, preparation.plan)
        self.storage = StorageOfAnswers(preparation.plan)

    def write(self, survey_import: SurveyImport, by: Any) -> SurveyImport:
        locked = lock_import(survey_import)
        preparation = self.preparation
        if locked.state != ImportState.PREPARED:
            raise NotWaiting(locked)
        if preparation.errors or preparation.plan is None:
            raise ProblemsFound(preparation.errors or preparation.problems)
        if self.is_repeated:
            raise AlreadyTried
        bases = lock_unchanged(self.storage.drafts)
        if not self.keys.still_hold():
            raise ChangedSincePreview
        submissions = self.submissions.insert(locked)
        self.storage.store(locked, bases, by, submissions)
        _remember_names(locked, preparation)
        UploadedFile.objects.filter(survey_import=locked).delete()
        write_down(locked, preparation)
        locked.state = ImportState.APPLIED
        locked.applied_by = by
        locked.applied_at = timezone.now()
        locked.save()
        return locked


def _remember_names(survey_import: SurveyImport, preparation: Preparation) -> None:
    """Keep as aliases what people decided about names."""
    decided = [
        (kind, text, key)
        for kind in KINDS
        for text, key in preparation.decisions.get(kind, {}).items()
        if key
    ]
    if not decided:
        return
    names = Names()
    for kind, text, key in decided:
        alias: Any = names.remember(kind, text, key)
        if alias is not None:
            survey_import.changes.create(
                target=alias._meta.label_lower,
                action=ChangeAction.ADD,
                after={"name": alias.name, kind: key},
            )


def _mechanisms(preparation: Preparation) -> list[str]:
    plan = preparation.plan
    return [m.mechanism for m in plan.mechanisms if m.writes] if plan else []
