"""How editions come and change their state.

This is the only code that changes the state of an edition:

    open_draft → draft → submit → in review → publish → published → withdraw
                   ↑                  │                     │
                   └──── send_back ───┘      next publish → superseded

Draft and in review can be discarded; one in review can be scheduled, and is then
published by `publish_due`. Superseded editions can be withdrawn, too. Every step runs
in one transaction under a lock on the mechanism, is written down as an EditionEvent
and in the log, and raises ForbiddenTransition when the edition does not stand where
the step begins, EditionIsGone when it was discarded.

Four eyes: nobody publishes what they submitted, and whoever changes an edition in
review makes a draft of it again (`begin_change`). So what is published is, word for
word, what one person handed in and another one let pass.
"""

import datetime
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Max, Q
from django.dispatch import Signal
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from profiles import notices, submitted_content
from profiles.content import content_fields
from profiles.models import EditionEvent, Fact, Mechanism, Profile, fact_kinds
from profiles.models.mechanisms import OPEN_STATES, READABLE_STATES
from profiles.readiness import Finding, blockers
from profiles.vocabularies import EditionAction, EditionState, MechanismType

logger = logging.getLogger(__name__)

PUBLISH = "profiles.publish_profile"
"""The permission without which nobody publishes."""

public_content_changed = Signal()
"""Sent inside the transaction that changes what the public reads."""


class EditionError(Exception):
    """A step that an edition does not allow. Its text is for the person who asked."""


def last_step_in_words(edition: Profile) -> str:
    """Say which step was taken last with an edition, by whom and when; "" for none."""
    steps = edition.events.exclude(action=EditionAction.HAND_OVER)
    last = steps.select_related("by").order_by("-pk").first()
    if last is None:
        return ""
    return _("%(step)s by %(who)s, %(when)s.") % {
        "step": last.get_action_display(),
        "who": last.by.get_full_name() or last.by.get_username()
        if last.by
        else _("a command"),
        "when": date_format(timezone.localtime(last.at), "j F Y, H:i"),
    }


class ForbiddenTransition(EditionError):
    """Raised when an edition is not in a state from which the step is allowed."""

    def __init__(self, edition: Profile, action: EditionAction | str):
        self.edition = edition
        self.action = action
        told = _("“%(step)s” is not possible: the edition is “%(state)s”.") % {
            "step": getattr(action, "label", action),
            "state": edition.get_state_display(),
        }
        super().__init__(f"{told} {last_step_in_words(edition)}".rstrip())


class EditionIsGone(EditionError):
    """Raised when an edition was discarded before the step could be taken."""

    def __init__(self):
        super().__init__(_("Somebody discarded this edition meanwhile."))


class OpenEditionExists(EditionError):
    """Raised when a mechanism already has an edition in draft or in review."""

    def __init__(self, edition: Profile):
        self.edition = edition
        told = _("Edition %(number)s of this mechanism is already open.") % {
            "number": edition.edition
        }
        super().__init__(f"{told} {last_step_in_words(edition)}".rstrip())


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


class PublicationIsScheduled(EditionError):
    """Raised when an edition would be changed after its publication was scheduled."""

    def __init__(self, edition: Profile):
        told = _(
            "The publication of this edition is scheduled. Take the schedule back "
            "before you change anything."
        )
        super().__init__(f"{told} {last_step_in_words(edition)}".rstrip())


class MayNoLongerPublish(EditionError):
    """Raised when who scheduled a publication could not publish by now."""

    def __init__(self):
        super().__init__(
            _(
                "Whoever scheduled this publication may not publish any more: "
                "somebody else has to schedule it."
            )
        )


class NotScheduled(EditionError):
    def __init__(self, edition: Profile):
        told = _("No publication of this edition is scheduled.")
        super().__init__(f"{told} {last_step_in_words(edition)}".rstrip())


class TimeIsPast(EditionError):
    def __init__(self):
        super().__init__(_("Choose a time that is still to come."))


def open_draft(mechanism: Mechanism, *, base: Profile | None = None, by=None):
    """Open a draft with the content of `base`, by default the published edition.

    Returns the new Profile. Facts keep their uid. Raises OpenEditionExists when
    one is open, and EditionError when there is nothing to begin from (then
    `open_empty_draft` is meant).
    """
    with step(mechanism, EditionAction.OPEN, by):
        _require_no_open_edition(mechanism)
        base = base or mechanism.editions.published().first()
        if base is None:
            raise EditionError(_("This mechanism has no published edition."))
        if base.mechanism_id != mechanism.pk:
            raise EditionError(_("The edition belongs to another mechanism."))
        (draft,) = _open_copies([base], by)
    return draft


def open_drafts(bases: Iterable[Profile], *, by=None) -> list[Profile]:
    """Open a draft with the content of each edition, of all or of none.

    It is `open_draft` for many mechanisms in few queries. Raises OpenEditionExists.
    """
    bases = [*bases]
    mechanisms = {base.mechanism_id for base in bases}
    with transaction.atomic():
        locked = Mechanism.objects.select_for_update(no_key=True).filter(
            pk__in=mechanisms
        )
        list(locked.order_by("pk"))
        for edition in Profile.objects.open().filter(mechanism__in=mechanisms):
            with step(edition.mechanism, EditionAction.OPEN, by):
                raise OpenEditionExists(edition)
        return _open_copies(bases, by)


def open_empty_draft(
    mechanism: Mechanism, *, name: str, type: MechanismType | str, by=None, **fields
):
    """Open a draft that holds only what is given. Raises OpenEditionExists."""
    with step(mechanism, EditionAction.OPEN, by):
        _require_no_open_edition(mechanism)
        draft = Profile.objects.create(
            mechanism=mechanism,
            edition=_next_number(mechanism),
            name=name,
            type=type,
            **fields,
        )
        record(draft, EditionAction.OPEN, by)
    return draft


def begin_change(edition: Profile, *, by=None) -> bool:
    """Let the content of an open edition be written, as its next version.

    Everything that writes content calls it first, in the transaction in which it
    writes. One in review becomes a draft again: nobody has agreed to what it will
    say. Returns whether it was in review. Raises ForbiddenTransition for an edition
    that was published, and PublicationIsScheduled.
    """
    with step(edition, EditionAction.EDIT, by):
        _require_state(edition, EditionAction.EDIT, set(OPEN_STATES))
        edition.refresh_from_db(fields=["publish_at", "version"])
        if edition.publish_at is not None:
            raise PublicationIsScheduled(edition)
        return reopen(edition, by)


def reopen(edition: Profile, by, note: str = "") -> bool:
    """Make a draft of an open edition, as its next version; tell if it was not one.

    Inside a step only; `begin_change` is for everybody else.
    """
    was_in_review = edition.state == EditionState.IN_REVIEW
    if was_in_review:
        _end_review(edition, EditionAction.EDIT, by, note)
    edition.version += 1
    Profile.objects.filter(pk=edition.pk).update(
        version=edition.version, changed_at=timezone.now()
    )
    return was_in_review


def submit(
    edition: Profile, *, by=None, note: str = "", version: int | None = None
) -> None:
    """Hand a draft to the reviewers.

    Who submits answers for all that the draft says: raises ChangedMeanwhile when
    `version` was given and somebody has changed it since.
    """
    with step(edition, EditionAction.SUBMIT, by):
        _require_state(edition, EditionAction.SUBMIT, {EditionState.DRAFT})
        _require_version(edition, version)
        _set_state(edition, EditionState.IN_REVIEW)
        record(edition, EditionAction.SUBMIT, by, note)


def send_back(edition: Profile, *, by=None, note: str = "") -> None:
    """Return an edition in review to its author. Raises NoReasonGiven."""
    with step(edition, EditionAction.SEND_BACK, by):
        if not note.strip():
            raise NoReasonGiven
        _require_state(edition, EditionAction.SEND_BACK, {EditionState.IN_REVIEW})
        _end_review(edition, EditionAction.SEND_BACK, by, note)


def publish(
    edition: Profile, *, by=None, note: str = "", version: int | None = None
) -> None:
    """Put an edition in review before the public, in place of the published one.

    The old edition is superseded in the same transaction: at no moment are there
    two, or none. Raises OwnSubmission (never when `by` is None, as for a command),
    NotReady, and ChangedMeanwhile when `version` was given and has moved.
    """
    with step(edition, EditionAction.PUBLISH, by):
        _require_publishable(edition, EditionAction.PUBLISH, by, version)
        for old in edition.mechanism.editions.published():
            Profile.objects.filter(pk=old.pk).update(state=EditionState.SUPERSEDED)
            record(old, EditionAction.SUPERSEDE, by)
        _set_state(edition, EditionState.PUBLISHED, published_at=timezone.now())
        record(edition, EditionAction.PUBLISH, by, note)
        # What a review did not let pass is nobody's business any more.
        submitted_content.forget(edition)
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
    with step(edition, EditionAction.SCHEDULE, by):
        _require_publishable(edition, EditionAction.SCHEDULE, by, version)
        if at <= timezone.now():
            raise TimeIsPast
        _set_schedule(edition, at, by, note)
        when = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
        told = "\n".join(filter(None, [f"{when} ({settings.TIME_ZONE})", note]))
        record(edition, EditionAction.SCHEDULE, by, told)


def unschedule(edition: Profile, *, by=None, note: str = "") -> None:
    """Keep an edition in review without a schedule. Raises NotScheduled."""
    with step(edition, EditionAction.UNSCHEDULE, by):
        _require_state(edition, EditionAction.UNSCHEDULE, {EditionState.IN_REVIEW})
        edition.refresh_from_db(fields=["publish_at"])
        if edition.publish_at is None:
            raise NotScheduled(edition)
        _set_schedule(edition, None, None, "")
        record(edition, EditionAction.UNSCHEDULE, by, note)


@dataclass(frozen=True)
class DuePublication:
    """A publication whose time had come; `error` says why it failed, if it did."""

    edition: Profile
    error: Exception | None = None


def publish_due(now: datetime.datetime | None = None) -> list[DuePublication]:
    """Publish every edition whose time has come, each in its own transaction.

    One that fails stays scheduled and does not hold up the others. Two runs at
    once publish each edition once. Whoever scheduled it must still be allowed to
    publish.
    """
    now = now or timezone.now()
    due = Profile.objects.filter(publish_at__lte=now).select_related("mechanism")
    done = []
    for edition in due.order_by("publish_at", "pk"):
        try:
            with transaction.atomic():
                _lock(edition)
                # Another run, or a person, may have been faster.
                again = due.filter(pk=edition.pk).first()
                if again is None:
                    continue
                _require_publisher(again)
                scheduler = again.publish_by
                publish(again, by=scheduler, note=again.publish_note)
                notices.tell_of_schedule(again, scheduler)
            done.append(DuePublication(again))
        except (EditionError, DatabaseError) as error:
            done.append(DuePublication(edition, error))
            notices.tell_of_failure(edition, _reason(error))
    return done


def _reason(error: Exception) -> str:
    # What a database says can quote what stands in it.
    return str(error) if isinstance(error, EditionError) else type(error).__name__


def submitted_by_pk(edition: Profile) -> int | None:
    """Return who submitted the edition last, None when nobody or a command did."""
    submissions = edition.events.filter(action=EditionAction.SUBMIT)
    # By their order: a clock can be set back.
    return submissions.order_by("-pk").values_list("by", flat=True).first()


def last_return(edition: Profile) -> EditionEvent | None:
    """Return how a draft was sent back; None when it was not, or submitted since."""
    if edition.state != EditionState.DRAFT:
        return None
    answers = {EditionAction.SUBMIT, EditionAction.SEND_BACK}
    steps = edition.events.filter(action__in=answers).select_related("by")
    last = steps.order_by("-pk").first()
    return last if last and last.action == EditionAction.SEND_BACK else None


def is_own_submission(edition: Profile, by) -> bool:
    """Does the four-eyes rule keep `by` from publishing this edition?"""
    return settings.FOUR_EYES and by is not None and submitted_by_pk(edition) == by.pk


def withdraw(
    edition: Profile,
    *,
    reason: str,
    by=None,
    note: str = "",
    also: Iterable[Profile] = (),
) -> None:
    """Take an edition from the public for good, and with it others in `also`.

    `reason` is public, and stands with the date where the edition stood; `note` is
    for colleagues. It takes no second pair of eyes: what is wrong goes at once.
    Raises NoReasonGiven, and ForbiddenTransition unless all are readable.
    """
    with step(edition, EditionAction.WITHDRAW, by):
        if not reason.strip():
            raise NoReasonGiven
        for one in (edition, *also):
            if one.mechanism_id != edition.mechanism_id:
                raise EditionError(_("The edition belongs to another mechanism."))
            _require_state(one, EditionAction.WITHDRAW, set(READABLE_STATES))
            _set_state(
                one,
                EditionState.WITHDRAWN,
                withdrawn_at=timezone.now(),
                withdrawal_reason=reason.strip(),
            )
            told = "\n".join(filter(None, [reason.strip(), note]))
            record(one, EditionAction.WITHDRAW, by, told)
        public_content_changed.send(sender=Profile)


def discard(edition: Profile, *, by=None) -> None:
    """Delete an edition that was never published, with its facts."""
    pk = edition.pk
    with step(edition, "discard", by):
        _require_state(edition, _("Discard"), set(OPEN_STATES))
        # Whoever opens the form of it now waits, and then finds it gone.
        Profile.objects.select_for_update().get(pk=pk)
        edition.delete()
        _log_taken(pk, "discard", by)


def log_refused(step: str, error: type[Exception], *, edition=None, by=None) -> None:
    """Write down that a step was refused: to whom and why, and no content."""
    logger.warning(
        "step refused: step=%s edition=%s user=%s reason=%s",
        step,
        edition and edition.pk,
        by and by.pk,
        error.__name__,
    )


def _log_taken(pk: int, step: str, by) -> None:
    told = ("step taken: step=%s edition=%s user=%s", step, pk, by and by.pk)
    transaction.on_commit(partial(logger.info, *told))


@contextmanager
def step(subject: Profile | Mechanism, action: str, by) -> Iterator[None]:
    """Take a step in one transaction, under the lock; log it when it is refused."""
    try:
        with transaction.atomic():
            _lock(subject)
            yield
    except EditionError as error:
        edition = subject if isinstance(subject, Profile) else None
        log_refused(str(action), type(error), edition=edition, by=by)
        raise


def _lock(subject: Profile | Mechanism) -> None:
    # SQLite knows no row locks; its transactions begin immediate (see settings),
    # so there only one writer is in here at a time anyway.
    pk = subject.mechanism_id if isinstance(subject, Profile) else subject.pk
    locked = Mechanism.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if locked is None:
        raise EditionIsGone


def _require_no_open_edition(mechanism: Mechanism) -> None:
    if existing := mechanism.editions.open().first():
        raise OpenEditionExists(existing)


def _require_state(edition: Profile, action, allowed: set) -> None:
    # The caller's copy may be old: another process may have moved the edition.
    states = Profile.objects.filter(pk=edition.pk).values_list("state", flat=True)
    state = states.first()
    if state is None:
        raise EditionIsGone
    edition.state = state
    if edition.state not in allowed:
        raise ForbiddenTransition(edition, action)


def _require_version(edition: Profile, version: int | None) -> None:
    if version is not None:
        edition.refresh_from_db(fields=["version"])
        if edition.version != version:
            raise ChangedMeanwhile


def _require_publisher(edition: Profile) -> None:
    # An account that is not active has no permissions.
    by = edition.publish_by
    if by is None or not by.has_perm(PUBLISH):
        log_refused(EditionAction.PUBLISH, MayNoLongerPublish, edition=edition, by=by)
        raise MayNoLongerPublish


def _require_publishable(
    edition: Profile, action: EditionAction, by, version: int | None
) -> None:
    _require_state(edition, action, {EditionState.IN_REVIEW})
    _require_version(edition, version)
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


def _end_review(edition: Profile, action: EditionAction, by, note: str) -> None:
    """Make a draft of an edition in review, and keep what was handed in."""
    _set_state(edition, EditionState.DRAFT)
    submitted_content.keep(record(edition, action, by, note))


def record(
    edition: Profile, action: EditionAction, by, note: str = "", *, to=None
) -> EditionEvent:
    event = EditionEvent.objects.create(
        profile=edition, action=action, by=by, note=note, to=to
    )
    notices.tell_of_step(edition, action, by=by, note=note)
    _log_taken(edition.pk, action, by)
    return event


def _next_number(mechanism: Mechanism) -> int:
    return (mechanism.editions.aggregate(last=Max("edition"))["last"] or 0) + 1


def _open_copies(bases: list[Profile], by) -> list[Profile]:
    # The caller's copies may hold what was redacted meanwhile.
    pks = [base.pk for base in bases]
    current = Profile.objects.select_related("mechanism").prefetch_related(
        *(many.name for many in Profile._meta.many_to_many)
    )
    newest = Profile.objects.filter(mechanism__in={b.mechanism_id for b in bases})
    numbers = dict(
        newest.order_by().values_list("mechanism").annotate(last=Max("edition"))
    )
    drafts = {
        base.pk: _copy_profile(base, edition=numbers[base.mechanism_id] + 1)
        for base in current.in_bulk(pks).values()
    }
    for kind in fact_kinds():
        copy_facts(kind, drafts)
    for draft in drafts.values():
        record(draft, EditionAction.OPEN, by)
    return [drafts[pk] for pk in pks]


def _copy_profile(base: Profile, *, edition: int) -> Profile:
    draft = Profile(mechanism=base.mechanism, edition=edition)
    for content in content_fields(Profile):
        setattr(draft, content.attname, getattr(base, content.attname))
    draft.save()
    for many in Profile._meta.many_to_many:
        getattr(draft, many.name).add(*getattr(base, many.name).all())
    return draft


def copy_facts(
    kind: type[Fact], drafts: dict[int, Profile], only: Q | None = None
) -> None:
    """Copy the facts of one kind into drafts, which stand by the pk of their base.

    Facts that do not meet the condition `only` are left out. It is for those who open
    a draft themselves; `open_draft` copies all facts.
    """
    # `Fact` is abstract: its kinds, not itself, have the profile that mypy misses here.
    of_bases = kind._default_manager.filter(only or Q(), profile__in=drafts)  # type: ignore[misc]
    originals: list[Any] = list(of_bases.order_by("pk"))
    copies = []
    for original in originals:
        draft = drafts[original.profile_id]
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
        rows = through._default_manager.filter(**{f"{own}__profile__in": drafts})
        through._default_manager.bulk_create(
            through(**{f"{own}_id": copy_of[fact], f"{other}_id": related})
            for fact, related in rows.values_list(f"{own}_id", f"{other}_id")
            if fact in copy_of
        )
