"""Takes an import back as a whole, as long as nothing of it was published.

A bulk edit is taken back in the same way."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone, translation

from profiles import editions
from profiles.comparison import compare
from profiles.keyed_values import (
    KeyedRecord,
    NaturalKeys,
    UnknownRecord,
    without_empty,
)
from profiles.models import Profile, Source, fact_kinds
from profiles.models.mechanisms import ONCE_PUBLIC_STATES
from profiles.vocabularies import EditionAction, EditionState
from surveys.applying.later_changes import LaterChanges, opening_by_undone, same_value
from surveys.applying.locks import lock_editions, lock_import, lock_mechanisms
from surveys.models import (
    BulkEdit,
    ImportedChange,
    PersonalDetails,
    Submission,
    SurveyImport,
)
from surveys.planning.fitness import check
from surveys.refusals import (
    AlreadyPublished,
    CorrectedSince,
    CouldNotBeWritten,
    ImportRefused,
    NotApplied,
    reason_of,
)
from surveys.statements import PROFILE
from surveys.vocabularies import ChangeAction, ImportState

_SOURCE = Source._meta.label_lower


@dataclass(frozen=True)
class Kept:
    """What an import wrote and somebody edited since: it stays as it is now."""

    edition: Profile
    change: ImportedChange


@dataclass
class Undone:
    """What undoing did. `discarded` are the names of drafts that only it had made."""

    discarded: list[str] = field(default_factory=list)
    reverted: int = 0
    kept: list[Kept] = field(default_factory=list)
    submissions: int = 0


def undo(survey_import: SurveyImport, *, by: Any = None) -> Undone:
    """Take back all that an import wrote, except what was edited since.

    Raises NotApplied, AlreadyPublished when an edition that it wrote into was
    published since, CorrectedSince when later imports build on it, ImportRefused when
    the publication of one is scheduled, and CouldNotBeWritten when the database fails.
    Nothing is changed then. An edition in review becomes a draft again.
    """
    try:
        with translation.override("en"), transaction.atomic():
            undone = _undo(survey_import, by)
    except editions.EditionError as error:
        raise ImportRefused(str(error)) from None
    except DatabaseError as error:
        raise CouldNotBeWritten(reason_of(error)) from None
    survey_import.refresh_from_db()
    return undone


def _undo(survey_import: SurveyImport, by: Any) -> Undone:
    locked = lock_import(survey_import)
    if locked.state != ImportState.APPLIED:
        raise NotApplied(locked)
    changes, drafts = lock_changes(locked)
    if public := [one for one in drafts if one.state in ONCE_PUBLIC_STATES]:
        raise AlreadyPublished(public)
    _require_not_corrected(locked)
    undone = take_back(locked, changes, drafts, by)
    undone.submissions = _remove_submissions(locked)
    _remove_records([change for change in changes if change.mechanism is None])
    _remove_records(_sources_left_by_undone(locked))
    locked.state = ImportState.UNDONE
    locked.undone_by = by
    locked.undone_at = timezone.now()
    locked.save()
    return undone


def lock_changes(
    written: SurveyImport | BulkEdit,
) -> tuple[list[ImportedChange], list[Profile]]:
    """Return what an import or bulk edit changed, the last first, and the editions
    that hold it, locked."""
    changes = list(written.changes.select_related("mechanism").order_by("-pk"))
    lock_mechanisms({c.mechanism.slug for c in changes if c.mechanism})
    touched = {c.profile_id for c in changes if c.profile_id}
    return changes, lock_editions(Profile.objects.filter(pk__in=touched))


def take_back(
    written: SurveyImport | BulkEdit,
    changes: list[ImportedChange],
    drafts: Iterable[Profile],
    by: Any,
) -> Undone:
    """Take back the changes to these drafts, except what was edited since."""
    undone, keys = Undone(), NaturalKeys()
    for draft in drafts:
        of_draft = [change for change in changes if change.profile_id == draft.pk]
        editions.begin_change(draft, by=by)
        later = LaterChanges(written, draft)
        _Reverting(draft, keys, undone, later).revert(of_draft)
    return undone


def _require_not_corrected(survey_import: SurveyImport) -> None:
    later = SurveyImport.objects.filter(
        submissions__corrects__survey_import=survey_import
    ).distinct()
    if found := list(later):
        raise CorrectedSince(found)


class _Reverting:
    """Takes back the changes to one draft, the last one first."""

    def __init__(
        self, draft: Profile, keys: NaturalKeys, undone: Undone, later: LaterChanges
    ):
        self.draft = draft
        self.keys = keys
        self.undone = undone
        self.later = later
        self.reverted = 0

    def revert(self, changes: list[ImportedChange]) -> None:
        opened = None
        of_profile = []
        for change in changes:
            if change.target != PROFILE:
                self._note(change, self._revert_fact(change))
            elif change.field or change.before or change.action != ChangeAction.ADD:
                of_profile.append(change)
            else:
                opened = change
        self._revert_profile(of_profile)
        if opened is None and self.later.is_nobody:
            opened = opening_by_undone(self.draft)
        if opened is not None and _is_untouched(self.draft, opened):
            self.undone.discarded.append(self.draft.short_name)
            editions.discard(self.draft)

    def _note(self, change: ImportedChange, is_reverted: bool) -> None:
        if is_reverted:
            self.reverted += 1
            self.undone.reverted += 1
        else:
            self.undone.kept.append(Kept(self.draft, change))

    # The fields of the profile

    def _revert_profile(self, changes: list[ImportedChange]) -> None:
        profile = KeyedRecord(self.draft, self.keys)
        for change in changes:
            if change.field == "sources":
                self._revert_sources(change)
                continue
            self._note(change, self._revert_fields(profile, change))
        if self.reverted:
            self.draft.save()
            profile.save_many(profile.many)

    def _revert_fields(self, profile: KeyedRecord, change: ImportedChange) -> bool:
        """Set the fields back that still hold what was written; tell if all did."""
        names = self.later.without_rewritten(change, profile.value)
        ours = [n for n in names if same_value(profile.value(n), change.after.get(n))]
        now = {n: profile.value(n) for n in ours}
        try:
            profile.set({n: change.before.get(n) for n in ours})
            self.draft.clean_fields(exclude=["mechanism", "publish_by"])
        except (UnknownRecord, ValidationError):
            profile.set(now)
            return False
        return len(ours) == len(names)

    def _revert_sources(self, change: ImportedChange) -> None:
        slugs = change.after.get("sources", ())
        named = self.draft.sources.filter(slug__in=slugs)
        # One that somebody took out already is no difference worth telling.
        self.reverted += bool(named)
        self.draft.sources.remove(*named)

    # Facts

    def _revert_fact(self, change: ImportedChange) -> bool:
        kind: Any = apps.get_model(change.target)
        stored = kind._default_manager.filter(profile=self.draft, uid=change.uid)
        record = stored.first()
        if change.action == ChangeAction.REMOVE:
            return record is None and self._bring_back(kind, change)
        if record is None:
            self.later.forget_removal(change)
            return True
        record.profile = self.draft
        fact = KeyedRecord(record, self.keys)
        if change.action in (ChangeAction.ADD, ChangeAction.ALTERNATIVE):
            if fact.content() != without_empty(change.after):
                return self.later.hand_over(change)
            record.delete()
            return True
        return self._change_back(fact, change)

    def _change_back(self, fact: KeyedRecord, change: ImportedChange) -> bool:
        names = self.later.without_rewritten(change, fact.value)
        ours = [n for n in names if same_value(fact.value(n), change.after.get(n))]
        values = {n: change.before.get(n) for n in ours}
        return self._save(fact, values) and len(ours) == len(names)

    def _bring_back(self, kind: Any, change: ImportedChange) -> bool:
        facts = kind._default_manager.filter(profile=self.draft)
        # Last, beside those that nobody has ordered.
        last = facts.aggregate(last=Max("position"))["last"] or 0
        record = kind(profile=self.draft, uid=change.uid, position=last)
        return self._save(KeyedRecord(record, self.keys), change.before)

    def _save(self, fact: KeyedRecord, values: dict[str, Any]) -> bool:
        try:
            fact.set(values)
            check(fact.record, values)
            fact.record.validate_constraints()
        except (UnknownRecord, ValidationError):
            # What somebody entered since excludes it.
            return False
        fact.record.save()
        fact.save_many(values)
        return True


def _is_untouched(draft: Profile, opened: ImportedChange) -> bool:
    """Does a draft that an import opened hold nothing, now, that anybody else gave?"""
    if draft.state != EditionState.DRAFT or draft.summary_sheets.exists():
        return False
    if draft.events.exclude(action=EditionAction.OPEN).exists():
        return False
    base = draft.mechanism.editions.filter(edition=opened.after.get("copy_of")).first()
    if base is not None:
        return not compare(base, Profile.objects.get(pk=draft.pk))
    kinds: list[Any] = list(fact_kinds())
    return _says_only_what_it_is(draft) and not any(
        kind._default_manager.filter(profile=draft).exists() for kind in kinds
    )


def _says_only_what_it_is(draft: Profile) -> bool:
    """Has a draft nothing but the name and type without which none can be opened?"""
    values = KeyedRecord(Profile.objects.get(pk=draft.pk), NaturalKeys()).content()
    defaults = {f.name: f.get_default() for f in Profile._meta.concrete_fields}
    return all(
        name == "type" or name.startswith("name_") or value == defaults.get(name)
        for name, value in values.items()
    )


def _remove_submissions(survey_import: SurveyImport) -> int:
    """Delete the submissions of an import; what they corrected is current again."""
    own = Submission.objects.filter(survey_import=survey_import)
    pks = list(own.values_list("pk", flat=True))
    corrected = [
        pk for pk in own.order_by().values_list("corrects", flat=True) if pk is not None
    ]
    PersonalDetails.objects.filter(submission__survey_import=survey_import).delete()
    survey_import.changes.exclude(submission=None).update(submission=None)
    for start in range(0, len(pks), 500):
        Submission.objects.filter(pk__in=pks[start : start + 500]).delete()
    for start in range(0, len(corrected), 500):
        Submission.objects.filter(pk__in=corrected[start : start + 500]).update(
            is_current=True
        )
    return len(pks)


def _remove_records(changes: Iterable[ImportedChange]) -> None:
    """Delete the sources and aliases that an import made and nothing else uses."""
    for change in changes:
        model: Any = apps.get_model(change.target)
        if change.target == _SOURCE:
            source = Source.objects.filter(slug=change.after["slug"]).first()
            if source is not None and not _is_used(source):
                source.delete()
            continue
        alias = model._default_manager.filter(name=change.after["name"]).first()
        owner = next(name for name in change.after if name != "name")
        if alias is not None and getattr(alias, owner).natural_key() == (
            change.after[owner],
        ):
            alias.delete()


def _sources_left_by_undone(survey_import: SurveyImport) -> QuerySet[ImportedChange]:
    """Return the sources that imports made which were undone before this one, and which
    its facts still rested on then."""
    return ImportedChange.objects.filter(
        survey_import__round=survey_import.round_id,
        survey_import__state=ImportState.UNDONE,
        target=_SOURCE,
        action=ChangeAction.ADD,
    )


def _is_used(source: Source) -> bool:
    return any(
        related.related_model._default_manager.filter(
            **{related.field.name: source}
        ).exists()
        for related in Source._meta.related_objects
    )
