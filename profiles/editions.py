"""How editions come, change their state and compare.

This is the only code that changes the state of an edition:

    open_draft → draft → submit → in review → publish → published → withdraw
                   ↑                  │                     │
                   └──── send_back ───┘      next publish → superseded

Draft and in review can be discarded. Every step runs in one transaction under a
lock on the mechanism, is written down as an EditionEvent, and raises
ForbiddenTransition when the edition does not stand where the step begins.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import Max
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from profiles.models import EditionEvent, Fact, Mechanism, Profile, fact_kinds
from profiles.models.mechanisms import OPEN_STATES
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
    """Return an edition in review to its author, with a comment."""
    _move(
        edition,
        EditionAction.SEND_BACK,
        {EditionState.IN_REVIEW},
        EditionState.DRAFT,
        by,
        note,
    )


def publish(edition: Profile, *, by=None, note: str = "") -> None:
    """Put an edition in review before the public, in place of the published one.

    The old edition is superseded in the same transaction: at no moment are there
    two, or none.
    """
    with transaction.atomic():
        _lock(edition.mechanism)
        _require_state(edition, EditionAction.PUBLISH, {EditionState.IN_REVIEW})
        for old in edition.mechanism.editions.published():
            Profile.objects.filter(pk=old.pk).update(state=EditionState.SUPERSEDED)
            _record(old, EditionAction.SUPERSEDE, by)
        _set_state(edition, EditionState.PUBLISHED, published_at=timezone.now())
        _record(edition, EditionAction.PUBLISH, by, note)
        public_content_changed.send(sender=Profile)


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


def _set_state(edition: Profile, state: EditionState, **fields) -> None:
    Profile.objects.filter(pk=edition.pk).update(
        state=state, changed_at=timezone.now(), **fields
    )
    edition.refresh_from_db(fields=["state", "changed_at", *fields])


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


_KEYS_OF_A_FACT = {"id", "profile", "uid"}
_BOOKKEEPING_OF_A_PROFILE = {
    "id",
    "mechanism",
    "edition",
    "state",
    "version",
    "publish_at",
    "publish_by",
    "publish_note",
    "created_at",
    "changed_at",
    "published_at",
}


def content_fields(model: type[models.Model]) -> list[models.Field]:
    """Return the fields that hold content: what copying and comparing go by.

    Of a translated field only its languages are returned, not the field itself,
    which shows one of them.
    """
    left_out = _BOOKKEEPING_OF_A_PROFILE if model is Profile else _KEYS_OF_A_FACT
    left_out = left_out | _translated_fields(model)
    return [f for f in model._meta.concrete_fields if f.name not in left_out]


def _translated_fields(model) -> set[str]:
    names = {f.name for f in model._meta.concrete_fields}
    return {name for name in names if f"{name}_en" in names}


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


@dataclass(frozen=True)
class FieldChange:
    """A field whose value differs; values are as shown to readers."""

    name: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class FactChange:
    """A fact that was added (`old` is None), removed (`new` is None) or changed."""

    kind: type[Fact]
    old: Fact | None
    new: Fact | None
    fields: tuple[FieldChange, ...] = ()

    @property
    def label(self) -> str:
        return str(self.kind._meta.verbose_name)


@dataclass(frozen=True)
class Comparison:
    """What a later edition says differently from an earlier one."""

    old: Profile
    new: Profile
    fields: list[FieldChange] = field(default_factory=list)
    added: list[FactChange] = field(default_factory=list)
    removed: list[FactChange] = field(default_factory=list)
    changed: list[FactChange] = field(default_factory=list)

    def __bool__(self):
        return bool(self.fields or self.added or self.removed or self.changed)


def compare(old: Profile, new: Profile) -> Comparison:
    """Compare two editions: fields of the profile, and facts matched by their uid.

    All facts are compared, those that are not public too: it is for staff.
    """
    comparison = Comparison(old, new, fields=_field_changes(old, new))
    for kind in fact_kinds():
        before, after = _facts_by_uid(kind, old), _facts_by_uid(kind, new)
        for uid, fact in after.items():
            if uid not in before:
                comparison.added.append(FactChange(kind, None, fact))
            elif changes := _field_changes(before[uid], fact):
                comparison.changed.append(
                    FactChange(kind, before[uid], fact, tuple(changes))
                )
        comparison.removed.extend(
            FactChange(kind, fact, None)
            for uid, fact in before.items()
            if uid not in after
        )
    return comparison


def _facts_by_uid(kind: type[Fact], edition: Profile) -> dict[Any, Fact]:
    keys = [f.name for f in content_fields(kind) if f.is_relation]
    many = [f.name for f in kind._meta.many_to_many]
    facts = (
        kind._default_manager.filter(profile=edition)  # type: ignore[misc]
        .select_related(*keys)
        .prefetch_related(*many)
    )
    return {fact.uid: fact for fact in facts}


def _field_changes(old: models.Model, new: models.Model) -> list[FieldChange]:
    model = type(new)
    changes = []
    for f in content_fields(model):
        if _stored(old, f) != _stored(new, f):
            changes.append(
                FieldChange(f.name, str(f.verbose_name), _shown(old, f), _shown(new, f))
            )
    for many in model._meta.many_to_many:
        before, after = _names(old, many), _names(new, many)
        if before != after:
            changes.append(
                FieldChange(
                    many.name,
                    str(many.verbose_name),
                    ", ".join(before),
                    ", ".join(after),
                )
            )
    return changes


def _stored(record: models.Model, f: models.Field) -> Any:
    # A text that was never given in a language is NULL, one left empty in a form "".
    value = getattr(record, f.attname)
    return None if value == "" else value


def _shown(record: models.Model, f: models.Field) -> str:
    if f.choices:
        return str(getattr(record, f"get_{f.name}_display")())
    value = getattr(record, f.name)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return "" if value is None else str(value)


def _names(record: models.Model, many: models.ManyToManyField) -> Iterable[str]:
    return sorted(str(related) for related in getattr(record, many.name).all())
