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
from profiles.models import Mechanism, Profile
from profiles.models.mechanisms import OPEN_STATES
from profiles.vocabularies import EditionState
from surveys.applying.drafting import Drafting
from surveys.applying.locks import lock_editions, lock_import, lock_mechanisms
from surveys.applying.records import Keys
from surveys.applying.storing import Storing
from surveys.applying.undoing import Undone, undo
from surveys.applying.writing import write
from surveys.models import Round, SurveyImport, UploadedFile
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
    _apply(lambda: survey_import, preparation, survey_import.round, by)
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

    survey_import = _apply(staged, preparation, round, by)
    survey_import.refresh_from_db()
    return survey_import


def _apply(
    staged: Callable[[], SurveyImport], preparation: Preparation, round: Round, by: Any
) -> SurveyImport:
    """Apply the import that `staged` gives, which is asked in the transaction."""
    try:
        # Names without a language are written in the active one.
        with translation.override("en"):
            applying = Applying(preparation, round)
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

    def __init__(self, preparation: Preparation, round: Round):
        self.preparation = preparation
        self.plans: list[MechanismPlan] = []
        self.keys = Keys()
        normalised, plan = preparation.normalised, preparation.plan
        if preparation.errors or normalised is None or plan is None:
            return
        self.plans = [of_one for of_one in plan.mechanisms if of_one.writes]
        self.storing = Storing(preparation, normalised, plan, self.keys)
        self.drafting = Drafting(normalised, round, self.keys)
        for of_one in self.plans:
            self.drafting.make(of_one)

    def write(self, survey_import: SurveyImport, by: Any) -> SurveyImport:
        locked = lock_import(survey_import)
        preparation = self.preparation
        if locked.state != ImportState.PREPARED:
            raise NotWaiting(locked)
        if preparation.errors or preparation.plan is None:
            raise ProblemsFound(preparation.errors or preparation.problems)
        mechanisms = lock_mechanisms(plan.mechanism for plan in self.plans)
        bases = _require_unchanged(self.plans, mechanisms)
        if not self.keys.are_current():
            raise ChangedSincePreview
        submissions = self.storing.insert(locked)
        if not self.drafting.problems:
            write(self.drafting, locked, submissions, bases, by)
        if self.drafting.problems:
            raise ProblemsFound(self.drafting.problems)
        _remember_names(locked, preparation)
        UploadedFile.objects.filter(survey_import=locked).delete()
        write_down(locked, preparation)
        locked.state = ImportState.APPLIED
        locked.applied_by = by
        locked.applied_at = timezone.now()
        locked.save()
        return locked


def _require_unchanged(
    plans: list[MechanismPlan], mechanisms: dict[str, Mechanism]
) -> dict[str, Profile]:
    """Return the editions that the plans were made on, by mechanism.

    Raises ChangedSincePreview unless each is what it was then.
    """
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
    return {edition.mechanism.slug: edition for edition in bases.values()}


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
