"""How editions come and change their state.

This is the only code that changes the state of an edition:

    open_draft → draft → submit → in review → publish → published → withdraw
                   ↑                  │                     │
                   └──── send_back ───┘      next publish → superseded

Draft and in review can be discarded; one in review can be scheduled, and is then
published by `publish_due`. Every step runs in one transaction under a lock on the
mechanism, is written down as an EditionEvent, and raises ForbiddenTransition when
the edition does not stand where the step begins.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Max
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles.comparison import content_fields
from profiles.models import EditionEvent, Fact, Mechanism, Profile, fact_kinds
from profiles.models.mechanisms import OPEN_STATES
from profiles.readiness import Finding, blockers
from profiles.vocabularies import EditionAction, EditionState, MechanismType

public_content_changed = Signal()
"""Sent inside the transaction that changes what the public reads."""


class EditionError(Exception):
    """A step that an edition does not allow. Its text is for the person who asked."""


class ForbiddenTransition(EditionError):
    """Raised when an edition is not in a state from which the step is allowed."""

    def __init__(self, edition: Profile, action: EditionAction | str):
        self.edition = edition
        self.action = action
        super().__init__(
            _("“%(step)s” is not possible: the edition is “%(state)s”.")
            % {
                "step": getattr(action, "label", action),
                "state": edition.get_state_display(),
            }
        )


class OpenEditionExists(EditionError):
    """Raised when a mechanism already has an edition in draft or in review."""

    def __init__(self, edition: Profile):
        self.edition = edition
        super().__init__(
            _("Edition %(number)s of this mechanism is already open.")
            % {"number": edition.edition}
        )


class OwnSubmission(EditionError):
    """Raised when somebody would publish what they submitted themselves."""

    def __init__(self):
        super().__init__(
            _("You submitted this edition yourself: somebody else has to publish it.")
        )


class NotReady(EditionError):
    """Raised when an edition lacks what no published one may lack."""

    def __init__(self, findings: list[Finding]):
        self.findings = findings
        reasons = " ".join(str(finding.text) for finding in findings)
        super().__init__(
            _("It cannot be published yet. %(reasons)s") % {"reasons": reasons}
        )


class ChangedMeanwhile(EditionError):
    """Raised when an edition is not what the person looked at before deciding."""

    def __init__(self):
        super().__init__(
            _(
                "The edition was changed after you opened this page. Look at what "
                "it says now, and decide again."
            )
        )


class NoReasonGiven(EditionError):
    """Raised when an edition would be sent back without a word."""

    def __init__(self):
        super().__init__(_("Say what the edition needs."))


class NotScheduled(EditionError):
    def __init__(self):
        super().__init__(_("No publication of this edition is scheduled."))


class TimeIsPast(EditionError):
    def __init__(self):
        super().__init__(_("Choose a time that is still to come."))


def open_draft(mechanism: Mechanism, *, base: Profile | None = None, by=None):
    """Open a draft with the content of `base`, by default the published edition.

    Returns the new Profile. Facts keep their uid. Raises OpenEditionExists when
    one is open, and EditionError when there is nothing to begin from (then
    `open_empty_draft` is meant).
    """
    with transaction.atomic():
        _lock(mechanism)
        _require_no_open_edition(mechanism)
        base = base or mechanism.editions.published().first()
        if base is None:
            raise EditionError(_("This mechanism has no published edition."))
        if base.mechanism_id != mechanism.pk:
            raise EditionError(_("The edition belongs to another mechanism."))
        draft = _copy_profile(base, edition=_next_number(mechanism))
        for kind in fact_kinds():
            _copy_facts(kind, base, draft)
        _record(draft, EditionAction.OPEN, by)
    return draft


def open_empty_draft(
    mechanism: Mechanism, *, name: str, type: MechanismType | str, by=None, **fields
):
    """Open a draft that holds only what is given. Raises OpenEditionExists."""
    with transaction.atomic():
        _lock(mechanism)
        _require_no_open_edition(mechanism)
        draft = Profile.objects.create(
            mechanism=mechanism,
            edition=_next_number(mechanism),
            name=name,
            type=type,
            **fields,
        )
        _record(draft, EditionAction.OPEN, by)
    return draft


def submit(edition: Profile, *, by=None, note: str = "") -> None:
    """Hand a draft to the reviewers."""
    _move(
        edition,
        EditionAction.SUBMIT,
        {EditionState.DRAFT},
        EditionState.IN_REVIEW,
        by,
        note,
    )


def send_back(edition: Profile, *, by=None, note: str = "") -> None:
    """Return an edition in review to its author. Raises NoReasonGiven."""
    if not note.strip():
        raise NoReasonGiven
    _move(
        edition,
        EditionAction.SEND_BACK,
        {EditionState.IN_REVIEW},
        EditionState.DRAFT,
        by,
        note,
    )


def publish(
    edition: Profile, *, by=None, note: str = "", version: int | None = None
) -> None:
    """Put an edition in review before the public, in place of the published one.

    The old edition is superseded in the same transaction: at no moment are there
    two, or none. Raises OwnSubmission (never when `by` is None, as for a command),
    NotReady, and ChangedMeanwhile when `version` was given and has moved.
    """
    with transaction.atomic():
        _lock(edition.mechanism)
        _require_publishable(edition, EditionAction.PUBLISH, by, version)
        for old in edition.mechanism.editions.published():
            Profile.objects.filter(pk=old.pk).update(state=EditionState.SUPERSEDED)
            _record(old, EditionAction.SUPERSEDE, by)
        _set_state(edition, EditionState.PUBLISHED, published_at=timezone.now())
        _record(edition, EditionAction.PUBLISH, by, note)
        public_content_changed.send(sender=Profile)


def schedule(
    edition: Profile,
    at: datetime.datetime,
    *,
    by=None,
    note: str = "",
    version: int | None = None,
) -> None:
    """Let `publish_due` publish an edition in review when the time has come.

    It replaces an earlier schedule. Raises TimeIsPast and what `publish` raises.
    """
    with transaction.atomic():
        _lock(edition.mechanism)
        if at <= timezone.now():
            raise TimeIsPast
        _require_publishable(edition, EditionAction.SCHEDULE, by, version)
        _set_schedule(edition, at, by, note)
        when = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
        told = "\n".join(filter(None, [f"{when} ({settings.TIME_ZONE})", note]))
        _record(edition, EditionAction.SCHEDULE, by, told)


def unschedule(edition: Profile, *, by=None, note: str = "") -> None:
    """Keep an edition in review without a schedule. Raises NotScheduled."""
    with transaction.atomic():
        _lock(edition.mechanism)
        _require_state(edition, EditionAction.UNSCHEDULE, {EditionState.IN_REVIEW})
        edition.refresh_from_db(fields=["publish_at"])
        if edition.publish_at is None:
            raise NotScheduled
        _set_schedule(edition, None, None, "")
        _record(edition, EditionAction.UNSCHEDULE, by, note)


@dataclass(frozen=True)
class DuePublication:
    """A publication whose time had come; `error` says why it failed, if it did."""

    edition: Profile
    error: Exception | None = None


def publish_due(now: datetime.datetime | None = None) -> list[DuePublication]:
    """Publish every edition whose time has come, each in its own transaction.

    One that fails stays scheduled and does not hold up the others. Two runs at
    once publish each edition once.
    """
    now = now or timezone.now()
    due = Profile.objects.filter(publish_at__lte=now).select_related("mechanism")
    done = []
    for edition in due.order_by("publish_at", "pk"):
        try:
            with transaction.atomic():
                _lock(edition.mechanism)
                # Another run, or a person, may have been faster.
                again = due.filter(pk=edition.pk).first()
                if again is None:
                    continue
                publish(again, by=again.publish_by, note=again.publish_note)
            done.append(DuePublication(again))
        except (EditionError, DatabaseError) as error:
            done.append(DuePublication(edition, error))
    return done


def submitted_by_pk(edition: Profile) -> int | None:
    """Return who submitted the edition last, None when nobody or a command did."""
    submissions = edition.events.filter(action=EditionAction.SUBMIT)
    return submissions.order_by("-at", "-pk").values_list("by", flat=True).first()


def is_own_submission(edition: Profile, by) -> bool:
    """Does the four-eyes rule keep `by` from publishing this edition?"""
    return settings.FOUR_EYES and by is not None and submitted_by_pk(edition) == by.pk


def withdraw(edition: Profile, *, by=None, note: str = "") -> None:
    """Take the published edition from the public. Earlier editions stay readable."""
    with transaction.atomic():
        _move(
            edition,
            EditionAction.WITHDRAW,
            {EditionState.PUBLISHED},
            EditionState.WITHDRAWN,
            by,
            note,
        )
        public_content_changed.send(sender=Profile)


def discard(edition: Profile) -> None:
    """Delete an edition that was never published, with its facts."""
    with transaction.atomic():
        _lock(edition.mechanism)
        _require_state(edition, _("Discard"), set(OPEN_STATES))
        edition.delete()


def _lock(mechanism: Mechanism) -> None:
    # SQLite knows no row locks; its transactions begin immediate (see settings),
    # so there only one writer is in here at a time anyway.
    Mechanism.objects.select_for_update().get(pk=mechanism.pk)


def _require_no_open_edition(mechanism: Mechanism) -> None:
    if existing := mechanism.editions.open().first():
        raise OpenEditionExists(existing)


def _require_state(edition: Profile, action, allowed: set) -> None:
    # The caller's copy may be old: another process may have moved the edition.
    edition.state = Profile.objects.values_list("state", flat=True).get(pk=edition.pk)
    if edition.state not in allowed:
        raise ForbiddenTransition(edition, action)


def _require_publishable(
    edition: Profile, action: EditionAction, by, version: int | None
) -> None:
    _require_state(edition, action, {EditionState.IN_REVIEW})
    if version is not None:
        edition.refresh_from_db(fields=["version"])
        if edition.version != version:
            raise ChangedMeanwhile
    if is_own_submission(edition, by):
        raise OwnSubmission
    if missing := blockers(edition):
        raise NotReady(missing)


def _set_state(edition: Profile, state: EditionState, **fields) -> None:
    # A schedule belongs to the review in which it was made.
    fields |= {"publish_at": None, "publish_by": None, "publish_note": ""}
    fields |= {"state": state, "changed_at": timezone.now()}
    Profile.objects.filter(pk=edition.pk).update(**fields)
    edition.refresh_from_db(fields=list(fields))


def _set_schedule(edition: Profile, at, by, note: str) -> None:
    fields = {"publish_at": at, "publish_by": by, "publish_note": note}
    Profile.objects.filter(pk=edition.pk).update(**fields)
    edition.refresh_from_db(fields=list(fields))


def _move(edition, action, allowed: set, state: EditionState, by, note: str) -> None:
    with transaction.atomic():
        _lock(edition.mechanism)
        _require_state(edition, action, allowed)
        _set_state(edition, state)
        _record(edition, action, by, note)


def _record(edition: Profile, action: EditionAction, by, note: str = "") -> None:
    EditionEvent.objects.create(profile=edition, action=action, by=by, note=note)


def _next_number(mechanism: Mechanism) -> int:
    return (mechanism.editions.aggregate(last=Max("edition"))["last"] or 0) + 1


def _copy_profile(base: Profile, *, edition: int) -> Profile:
    draft = Profile(mechanism=base.mechanism, edition=edition)
    for content in content_fields(Profile):
        setattr(draft, content.attname, getattr(base, content.attname))
    draft.save()
    for many in Profile._meta.many_to_many:
        getattr(draft, many.name).set(getattr(base, many.name).all())
    return draft


def _copy_facts(kind: type[Fact], base: Profile, draft: Profile) -> None:
    # `Fact` is abstract: its kinds, not itself, have the profile that mypy misses here.
    of_base = kind._default_manager.filter(profile=base)  # type: ignore[misc]
    originals = list(of_base.order_by("pk"))
    copies = []
    for original in originals:
        copied = kind(profile=draft, uid=original.uid)  # type: ignore[misc]
        for content in content_fields(kind):
            setattr(copied, content.attname, getattr(original, content.attname))
        copies.append(copied)
    kind._default_manager.bulk_create(copies)
    copy_of = {
        original.pk: copied.pk
        for original, copied in zip(originals, copies, strict=True)
    }
    for many in kind._meta.many_to_many:
        through: Any = many.remote_field.through
        own, other = many.m2m_field_name(), many.m2m_reverse_field_name()
        rows = through._default_manager.filter(**{f"{own}__in": copy_of})
        through._default_manager.bulk_create(
            through(**{f"{own}_id": copy_of[fact], f"{other}_id": related})
            for fact, related in rows.values_list(f"{own}_id", f"{other}_id")
        )
