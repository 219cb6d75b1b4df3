"""Applies an import: all of it in one transaction, or nothing.

    waiting ─apply→ applied ─undo→ undone

Only drafts are written, through `profiles.editions`. What is written stands in
ImportedChange, a row for each value, fact, opened draft, source and alias; undoing
goes by these rows.
"""

from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from profiles.editions import EditionError
from profiles.models import Mechanism, Profile
from profiles.models.mechanisms import OPEN_STATES
from profiles.vocabularies import EditionState
from surveys.applying.drafting import Drafting
from surveys.applying.inserting import insert_records
from surveys.applying.locks import lock_editions, lock_import, lock_mechanisms
from surveys.applying.records import Keys
from surveys.applying.storing import store
from surveys.applying.undoing import Undone, undo
from surveys.memory import collection_paused
from surveys.models import ImportedChange, Round, SurveyImport, UploadedFile
from surveys.names import KINDS, Names
from surveys.pipeline import Preparation, stage, write_down
from surveys.refusals import (
    AlreadyPublished,
    ChangedSincePreview,
    CorrectedSince,
    CouldNotBeWritten,
    ImportRefused,
    NotApplied,
    NotWaiting,
    ProblemsFound,
    reason_of,
)
from surveys.statements import MechanismPlan
from surveys.vocabularies import ChangeAction, ImportState

__all__ = [
    "AlreadyPublished",
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
    ProblemsFound for errors of the file and values that the registry refuses, and
    CouldNotBeWritten when the database fails.
    """
    try:
        # Names without a language are written in the active one.
        with (
            collection_paused(),
            translation.override("en"),
            transaction.atomic(),
        ):
            _apply(survey_import, preparation, by)
    except EditionError:
        # An edition was opened, or published, between the plan and the lock.
        raise ChangedSincePreview(_mechanisms(preparation)) from None
    except DatabaseError as error:
        raise CouldNotBeWritten(reason_of(error)) from None
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
    try:
        with transaction.atomic():
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
            apply(survey_import, preparation, by=by)
    except DatabaseError as error:
        raise CouldNotBeWritten(reason_of(error)) from None
    return survey_import


def _apply(survey_import: SurveyImport, preparation: Preparation, by: Any) -> None:
    locked = lock_import(survey_import)
    if locked.state != ImportState.PREPARED:
        raise NotWaiting(locked)
    if preparation.errors:
        raise ProblemsFound(preparation.errors)
    normalised, plan = preparation.normalised, preparation.plan
    if normalised is None or plan is None:
        raise ProblemsFound(preparation.problems)
    plans = [of_mechanism for of_mechanism in plan.mechanisms if of_mechanism.writes]
    mechanisms = lock_mechanisms(of_mechanism.mechanism for of_mechanism in plans)
    _require_unchanged(plans, mechanisms)
    keys = Keys()
    submissions = store(locked, preparation, keys)
    drafting = Drafting(locked, normalised, submissions, keys, by)
    for of_mechanism in plans:
        drafting.write(of_mechanism, mechanisms[of_mechanism.mechanism])
    if drafting.problems:
        raise ProblemsFound(drafting.problems)
    changes = [*drafting.changes, *_remembered_names(locked, preparation)]
    insert_records(ImportedChange, changes)
    UploadedFile.objects.filter(survey_import=locked).delete()
    write_down(locked, preparation)
    locked.state = ImportState.APPLIED
    locked.applied_by = by
    locked.applied_at = timezone.now()
    locked.save()


def _require_unchanged(
    plans: list[MechanismPlan], mechanisms: dict[str, Mechanism]
) -> None:
    """Raise ChangedSincePreview unless every edition is what its plan was made on."""
    current = Profile.objects.filter(
        mechanism__in=mechanisms.values(),
        state__in=[*OPEN_STATES, EditionState.PUBLISHED],
    )
    bases: dict[int, Profile] = {}
    for edition in lock_editions(current):
        if edition.mechanism_id not in bases or edition.is_open:
            bases[edition.mechanism_id] = edition
    changed = []
    for plan in plans:
        mechanism = mechanisms.get(plan.mechanism)
        base = bases.get(mechanism.pk) if mechanism else None
        is_as_planned = (
            base is None
            if plan.base is None
            else base is not None
            and (base.pk, base.state, base.version)
            == (plan.base, plan.base_state, plan.base_version)
            and base.state != EditionState.IN_REVIEW
            and plan.opens_draft != base.is_open
        )
        if mechanism is None or not is_as_planned:
            changed.append(plan.mechanism)
    if changed:
        raise ChangedSincePreview(changed)


def _remembered_names(
    survey_import: SurveyImport, preparation: Preparation
) -> list[ImportedChange]:
    """Keep as aliases what people decided about names."""
    decided = [
        (kind, text, key)
        for kind in KINDS
        for text, key in preparation.decisions.get(kind, {}).items()
        if key
    ]
    if not decided:
        return []
    names = Names()
    made = []
    for kind, text, key in decided:
        alias: Any = names.remember(kind, text, key)
        if alias is not None:
            made.append(
                ImportedChange(
                    survey_import=survey_import,
                    target=alias._meta.label_lower,
                    action=ChangeAction.ADD,
                    after={"name": alias.name, kind: key},
                )
            )
    return made


def _mechanisms(preparation: Preparation) -> list[str]:
    plan = preparation.plan
    return [m.mechanism for m in plan.mechanisms if m.writes] if plan else []
