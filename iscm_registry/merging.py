"""Makes one record of two that were entered twice, and can take that back.

Whatever points to a record is found in the models themselves, so a new kind of fact
is moved without a change here. Editions that were published are moved too: what they
say stays the same, only the record that they name is another. It is the one thing
that may be written to them, and therefore passes by their `save`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from auditlog.models import LogEntry
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.encoding import smart_str
from django.utils.translation import gettext as _

from iscm_registry import revision
from partnerships.models import Organisation
from profiles.models import Fact, RecordMerge, Source
from profiles.models.base import ReferenceRecord
from profiles.uses import Reference, references

MERGEABLE: tuple[type[ReferenceRecord], ...] = (Organisation, Source)

_LANGUAGES = ("en", "fr", "es", "ar")


class MergeError(Exception):
    """A merge, or its undoing, that is not possible. Its text is for staff."""


@dataclass(frozen=True)
class Preview:
    """What a merge would do."""

    moved: list[tuple[str, int]]
    aliases: list[str]
    filled: list[str]


@dataclass
class Undone:
    """What the undoing of a merge did."""

    record: Model
    reversed: int = 0
    kept_because_edited: list[str] = field(default_factory=list)


def preview(kept: Model, removed: Model) -> Preview:
    """Say what `merge` would move, make and fill."""
    counts = [
        (reference.name, reference.to(removed).count())
        for reference in references(type(removed))
    ]
    return Preview(
        moved=[(name, count) for name, count in counts if count],
        aliases=list(_new_aliases(kept, removed)),
        filled=[str(f.verbose_name) for f in _fillable(kept, removed)],
    )


@transaction.atomic
def merge(kept: Model, removed: Model, *, by=None) -> RecordMerge:
    """Let everything that points to `removed` point to `kept`, and delete `removed`.

    Its names become aliases of the one that stays, and what the one that stays does
    not say is taken from it.
    """
    model = type(kept)
    if model not in MERGEABLE or type(removed) is not model:
        raise MergeError(_("Only two organisations or two sources can be merged."))
    if kept.pk == removed.pk:
        raise MergeError(_("A record cannot be merged with itself."))
    # The caller's copies may be old; the lock also keeps new facts away.
    locked = model._base_manager.select_for_update().in_bulk([kept.pk, removed.pk])
    if len(locked) != 2:
        raise MergeError(_("One of the two records is not there any more."))
    kept, removed = locked[kept.pk], locked[removed.pk]
    if _points_to(kept, removed) or _points_to(removed, kept):
        raise MergeError(
            _("One of the two is a part of the other. If they are one, take that away.")
        )

    snapshot = serializers.serialize("python", [removed])
    label = _label(removed)
    aliases = list(_new_aliases(kept, removed))
    filled = _fill(kept, removed)
    moved: dict[str, dict[str, list[int]]] = {}
    both: dict[str, list[int]] = {}
    for reference in references(model):
        if reference.is_list:
            both[reference.label] = _drop_doubles(reference, kept, removed)
        pks = _point(reference, reference.to(removed), removed, kept, by)
        moved[reference.label] = {reference.key.name: pks}
    made = [kept.aliases.create(name=name).pk for name in aliases]  # type: ignore[attr-defined]
    removed.delete()
    _log(kept, by, {"merged": ["", label]})
    # Deleting moves it too, but that is the signal's business, this is ours.
    revision.advance()
    return RecordMerge.objects.create(
        kind=ContentType.objects.get_for_model(model),
        kept=kept.pk,
        removed_label=label[:400],
        removed=snapshot,
        moved={"moved": moved, "both": both, "aliases": made, "filled": filled},
        by=by,
    )


@transaction.atomic
def undo(merged: RecordMerge, *, by=None) -> Undone:
    """Bring the removed record back, with what still points to the one that stayed.

    What was edited since keeps what it says now. Drafts that were opened since hold
    copies of what was moved: these go back too.
    """
    merged = RecordMerge.objects.select_for_update().get(pk=merged.pk)
    if merged.undone_at:
        raise MergeError(_("This merge was undone before."))
    model: Any = merged.kind.model_class()
    kept = model._base_manager.select_for_update().filter(pk=merged.kept).first()
    if kept is None:
        raise MergeError(
            _("The record that was kept is gone. If it was merged, undo that first.")
        )
    removed: Any = next(iter(serializers.deserialize("python", merged.removed))).object
    slug = removed.slug
    if model._base_manager.filter(slug=slug).exists():
        raise MergeError(
            _("Another record has the key “%(slug)s” by now.") % {"slug": slug}
        )

    _unfill(kept, merged.moved["filled"])
    made = merged.moved["aliases"]
    if made:
        for alias in kept.aliases.filter(pk__in=made):
            alias.delete()
    removed.save(force_insert=True)
    done = Undone(removed)
    for reference in references(model):
        pks = merged.moved["moved"].get(reference.label, {}).get(reference.key.name, [])
        still = reference.to(kept).filter(pk__in=pks)
        gone_or_changed = set(pks) - set(still.values_list("pk", flat=True))
        done.kept_because_edited += [
            _("%(kind)s: %(count)s")
            % {"kind": reference.name, "count": len(gone_or_changed)}
        ] * bool(gone_or_changed)
        done.reversed += len(_point(reference, still, kept, removed, by))
        if issubclass(reference.model, Fact):
            copies = reference.to(kept).filter(
                uid__in=reference.model._base_manager.filter(pk__in=pks).values("uid"),
                profile__created_at__gt=merged.at,
            )
            done.reversed += len(_point(reference, copies, kept, removed, by))
        done.reversed += _restore_doubles(
            reference, kept, removed, merged.moved["both"].get(reference.label, [])
        )
    merged.undone_at = timezone.now()
    merged.undone_by = by
    merged.save(update_fields=["undone_at", "undone_by"])
    _log(kept, by, {"merge undone": [merged.removed_label, ""]})
    revision.advance()
    return done


# --- How it is done ---


def _point(reference: Reference, rows, old: Model, new: Model, by) -> list[int]:
    """Let rows point to another record, and write that down for each of them."""
    many = [f.name for f in reference.model._meta.concrete_fields if f.is_relation]
    loaded = list(rows.select_related(*many))
    if loaded:
        pks = [row.pk for row in loaded]
        reference.model._base_manager.filter(pk__in=pks).update(
            **{reference.key.name: new}
        )
        if not reference.is_list:
            change = {reference.key.name: [_label(old), _label(new)]}
            LogEntry.objects.bulk_create([_entry(row, by, change) for row in loaded])
    return [row.pk for row in loaded]


def _drop_doubles(reference: Reference, kept: Model, removed: Model) -> list[int]:
    """Take `removed` from the lists that hold `kept` as well; return their owners."""
    owner = reference.owner.attname
    doubles = reference.to(removed).filter(
        **{f"{owner}__in": list(reference.to(kept).values_list(owner, flat=True))}
    )
    owners = list(doubles.values_list(owner, flat=True))
    doubles.delete()
    return owners


def _restore_doubles(
    reference: Reference, kept: Model, removed: Model, owners: list[int]
) -> int:
    if not owners:
        return 0
    owner = reference.owner.attname
    # A list that lost `kept` since was edited, or redacted.
    there = reference.to(kept).filter(**{f"{owner}__in": owners})
    rows = [
        reference.model(**{owner: pk, reference.key.attname: removed.pk})
        for pk in there.values_list(owner, flat=True)
    ]
    reference.model._base_manager.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _names(record: Model) -> Iterator[str]:
    for name in ("name", "acronym"):
        for language in _LANGUAGES:
            if text := getattr(record, f"{name}_{language}", None):
                yield text


def _new_aliases(kept: Model, removed: Model) -> Iterator[str]:
    """Yield the names of `removed` by which `kept` is not known yet."""
    if not hasattr(kept, "aliases"):
        return
    alias: Any = kept.aliases.model
    known = {name.casefold() for name in _names(kept)}
    known |= {name.casefold() for name in kept.aliases.values_list("name", flat=True)}
    for name in _names(removed):
        if name.casefold() in known or alias.objects.filter(name=name).exists():
            continue
        known.add(name.casefold())
        yield name


def _points_to(record: Model, other: Model) -> bool:
    """Say whether a record names another of its kind."""
    return any(
        f.related_model is type(other) and getattr(record, f.attname) == other.pk
        for f in record._meta.concrete_fields
    )


def _fillable(kept: Model, removed: Model) -> list[Any]:
    # Of a translated field its languages are looked at, not the field that shows one.
    fields = kept._meta.concrete_fields
    names = {f.name for f in fields}
    return [
        f
        for f in fields
        if f"{f.name}_en" not in names
        and getattr(kept, f.attname) in (None, "")
        and getattr(removed, f.attname) not in (None, "")
        and getattr(removed, f.attname) != kept.pk
    ]


def _fill(kept: Model, removed: Model) -> dict[str, Any]:
    filled = {}
    for f in _fillable(kept, removed):
        filled[f.attname] = getattr(removed, f.attname)
        setattr(kept, f.attname, filled[f.attname])
    if filled:
        kept.save()
    return filled


def _unfill(kept: Model, filled: dict[str, Any]) -> None:
    still = {n: v for n, v in filled.items() if getattr(kept, n) == v}
    for name in still:
        f = next(f for f in kept._meta.concrete_fields if f.attname == name)
        setattr(kept, name, None if f.null else "")
    if still:
        kept.save()


def _label(record: Model) -> str:
    return f"{record} ({getattr(record, 'slug', record.pk)})"


def _entry(record: Model, by, changes: dict[str, list[str]]) -> LogEntry:
    more = getattr(record, "get_additional_data", None)
    return LogEntry(
        content_type=ContentType.objects.get_for_model(record),
        object_pk=str(record.pk),
        object_id=record.pk,
        object_repr=smart_str(record),
        action=LogEntry.Action.UPDATE,
        changes=changes,
        actor=by,
        additional_data=more() if more else None,
    )


def _log(record: Model, by, changes: dict[str, list[str]]) -> None:
    _entry(record, by, changes).save()


def kind_named(label: str) -> type[ReferenceRecord] | None:
    """Return the kind of record of that label, if such records can be merged."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    return model if model in MERGEABLE else None
