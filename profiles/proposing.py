"""Changing a record that public pages show: proposed by one, let pass by another.

What editions say goes through review. A shared record is named by many editions that
were reviewed already, so a change to one waits for somebody else too.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from profiles import notices
from profiles.models import ChangeProposal
from profiles.uses import key_to_whole, public_places, where_public
from profiles.vocabularies import NoticeKind, ProposalState
from profiles.wording import value_in_words

AT_ONCE = "profiles.change_at_once"
DECIDE = "profiles.decide_changeproposal"


class ProposalError(Exception):
    """A decision that is not possible. Its text is for the person who asked."""


def must_wait(user: Any, record: models.Model) -> bool:
    """Say whether what this user changes in a record waits for somebody else."""
    return not user.has_perm(AT_ONCE) and bool(where_public(record))


class ShownRecords:
    """The records of a model that public pages show, found out once for all of them."""

    def __init__(self, model: Any):
        self._to_whole = key_to_whole(model)
        whole: Any = self._to_whole.related_model if self._to_whole else model
        keys = list(whole._base_manager.values_list("pk", flat=True))
        self._shown = set(public_places(whole, keys))
        self._wholes = (
            dict(model._base_manager.values_list("pk", self._to_whole.attname))
            if self._to_whole
            else {}
        )

    def __contains__(self, record: models.Model) -> bool:
        if self._to_whole is None:
            return record.pk in self._shown
        now = getattr(record, self._to_whole.attname)
        return bool({now, self._wholes.get(record.pk)} & self._shown)


# --- Proposing -------------------------------------------------------------------


def change_of(
    record: models.Model, names: Iterable[str], lists: dict[str, Iterable[Any]]
) -> dict[str, Any]:
    """Describe what a record, as it is in memory, would change in what is stored.

    `names` are the fields that may differ, `lists` the new content of its lists.
    """
    stored = _stored(type(record), record.pk)
    fields = {}
    for name in names:
        if name in lists:
            new: Any = sorted(one.pk for one in lists[name])
        else:
            new = _value(record, name)
        old = _value(stored, name) if stored else None
        if new != old:
            fields[name] = [old, new]
    return _entry(record, fields)


def addition_of(record: models.Model) -> dict[str, Any]:
    """Describe a new record that is a part of one that is shown, such as an alias."""
    fields = {
        f.name: [None, _value(record, f.name)]
        for f in record._meta.concrete_fields
        if not f.primary_key and _value(record, f.name) not in (None, "")
    }
    return _entry(record, fields)


def removal_of(record: models.Model) -> dict[str, Any]:
    return {**_entry(record, {}), "goes": True}


def _entry(record: models.Model, fields: dict[str, Any]) -> dict[str, Any]:
    stored = _stored(type(record), record.pk)
    return {
        "model": record._meta.label_lower,
        "key": record.pk,
        "called": str(stored or record),
        "goes": False,
        "fields": json.loads(json.dumps(fields, cls=DjangoJSONEncoder)),
    }


def propose(changes: list[dict[str, Any]], *, by: Any) -> ChangeProposal:
    """Keep changes until somebody else decides on them."""
    about = changes[0]["called"]
    if len(changes) > 1:
        kind = apps.get_model(changes[0]["model"])._meta.verbose_name_plural
        about = _("%(record)s and others (%(kind)s: %(number)s)") % {
            "record": about,
            "kind": kind,
            "number": len(changes),
        }
    proposal = ChangeProposal.objects.create(about=about[:400], changes=changes, by=by)
    _tell(notices.staff_with(DECIDE), NoticeKind.SUBMITTED, proposal, by=by)
    return proposal


def _tell(people: Iterable[Any], kind: NoticeKind, proposal, *, by, words="") -> None:
    path = reverse("admin:profiles_changeproposal_change", args=[proposal.pk])
    notices.tell(people, kind, proposal, path, by=by, words=words)


# --- Reading ---------------------------------------------------------------------


@dataclass(frozen=True)
class FieldChange:
    """One field of a proposed change: before, today and afterwards, in words."""

    label: str
    old: str
    now: str
    new: str

    @property
    def was_overtaken(self) -> bool:
        return self.old != self.now


@dataclass(frozen=True)
class Change:
    """What one record would be."""

    kind: str
    called: str
    record: models.Model | None
    goes: bool
    is_new: bool
    fields: list[FieldChange]

    @property
    def is_gone(self) -> bool:
        return self.record is None and not self.is_new


def read(proposal: ChangeProposal) -> list[Change]:
    """Say what a proposal would change, beside what is stored now."""
    return [_read(entry) for entry in proposal.changes]


def _read(entry: dict[str, Any]) -> Change:
    model = apps.get_model(entry["model"])
    stored = _stored(model, entry["key"])
    fields = []
    for name, (old, new) in entry["fields"].items():
        field = model._meta.get_field(name)
        now = _plain(_value(stored, name)) if stored else None
        label = str(capfirst(field.verbose_name))
        fields.append(
            FieldChange(label, *(_said(field, value) for value in (old, now, new)))
        )
    return Change(
        str(capfirst(model._meta.verbose_name)),
        entry["called"],
        stored,
        entry["goes"],
        entry["key"] is None,
        fields,
    )


def _said(field: Any, value: Any) -> str:
    def name_of(model: type[models.Model], key: Any) -> str:
        return str(model._base_manager.filter(pk=key).first() or key)

    return value_in_words(field, value, name_of)


def shown_in(proposal: ChangeProposal) -> set[tuple[type[models.Model], int]]:
    """Return where the public sees the records that a proposal would change."""
    places = set()
    for entry in proposal.changes:
        model = apps.get_model(entry["model"])
        record = _stored(model, entry["key"]) or model(**_keys(model, entry))
        places |= where_public(record)
    return places


def digest_of_now(proposal: ChangeProposal) -> str:
    """Return a text that stands for what is stored in all that would change."""
    now = []
    for entry in proposal.changes:
        stored = _stored(apps.get_model(entry["model"]), entry["key"])
        now.append(
            stored
            and [str(stored), *(_plain(_value(stored, n)) for n in entry["fields"])]
        )
    return hashlib.sha256(json.dumps(now).encode()).hexdigest()


# --- Deciding --------------------------------------------------------------------


@transaction.atomic
def accept(proposal: ChangeProposal, *, by: Any, seen: str, reason: str = "") -> None:
    """Change the records. `seen` is the `digest_of_now` of what was decided upon."""
    proposal = _undecided(proposal, by)
    for entry in proposal.changes:
        rows = apps.get_model(entry["model"])._base_manager
        list(rows.select_for_update().filter(pk=entry["key"]))
    if seen != digest_of_now(proposal):
        raise ProposalError(
            _("Nothing was changed: a record was changed since you looked.")
        )
    try:
        with transaction.atomic():
            for entry in proposal.changes:
                _apply(entry)
    except ValidationError as error:
        raise ProposalError(" ".join(error.messages)) from error
    except (IntegrityError, models.ProtectedError) as error:
        raise ProposalError(
            _("Nothing was changed: what is stored now excludes it.")
        ) from error
    _decide(proposal, ProposalState.ACCEPTED, by, reason)


@transaction.atomic
def decline(proposal: ChangeProposal, *, by: Any, reason: str) -> None:
    """Leave the records as they are, and say why."""
    proposal = _undecided(proposal, by)
    if not reason.strip():
        raise ProposalError(_("Say why: the person who proposed it reads it."))
    _decide(proposal, ProposalState.DECLINED, by, reason)


def may_decide(proposal: ChangeProposal, user: Any) -> bool:
    return user.has_perm(DECIDE) and proposal.by_id != user.pk


def _undecided(proposal: ChangeProposal, by: Any) -> ChangeProposal:
    proposal = ChangeProposal.objects.select_for_update().get(pk=proposal.pk)
    if not proposal.is_waiting:
        raise ProposalError(_("Somebody decided on this already."))
    if by is not None and proposal.by_id == by.pk:
        raise ProposalError(_("Somebody else decides on what you proposed."))
    return proposal


def _decide(proposal: ChangeProposal, state: ProposalState, by, reason: str) -> None:
    proposal.state = state
    proposal.decided_by = by
    proposal.decided_at = timezone.now()
    proposal.reason = reason.strip()
    proposal.save()
    is_accepted = state == ProposalState.ACCEPTED
    kind = NoticeKind.PUBLISHED if is_accepted else NoticeKind.SENT_BACK
    _tell([proposal.by], kind, proposal, by=by, words=proposal.reason)


def _apply(entry: dict[str, Any]) -> None:
    model = apps.get_model(entry["model"])
    record: Any = _stored(model, entry["key"])
    if record is None:
        if entry["key"] is not None:
            raise ValidationError(
                _("“%(record)s” is not there any more.") % {"record": entry["called"]}
            )
        record = model()
    if entry["goes"]:
        record.delete()
        return
    lists = {}
    for name, (_old, new) in entry["fields"].items():
        field: Any = model._meta.get_field(name)
        if field.many_to_many:
            lists[name] = new
        elif field.is_relation:
            setattr(record, field.attname, new)
        else:
            setattr(record, name, field.to_python(new))
    record.full_clean()
    record.save()
    for name, keys in lists.items():
        getattr(record, name).set(keys)


# --- Values ----------------------------------------------------------------------


def _stored(model: Any, key: Any) -> Any:
    return model._base_manager.filter(pk=key).first() if key is not None else None


def _value(record: models.Model, name: str) -> Any:
    field: Any = record._meta.get_field(name)
    if field.many_to_many:
        return sorted(getattr(record, name).values_list("pk", flat=True))
    return field.value_from_object(record)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def _keys(model: Any, entry: dict[str, Any]) -> dict[str, Any]:
    """Return the keys to other records that a new one would have."""
    return {
        model._meta.get_field(name).attname: new
        for name, (_old, new) in entry["fields"].items()
        if model._meta.get_field(name).many_to_one
    }
