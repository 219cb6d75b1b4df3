"""Parts of an edition, one by one: what it holds there, and what can stand empty."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from profiles.content import content_fields, text_of_column
from profiles.models import Fact, Profile, Redaction, fact_kinds
from profiles.vocabularies import Coverage, MechanismStatus

PROFILE = Profile._meta.label_lower
UNKNOWN = {Coverage.UNKNOWN.value, MechanismStatus.UNKNOWN.value}
SENTENCE = 40
"""Characters from which on a text that stands elsewhere again counts as the same."""

_NEVER_ALONE = {"id", "uid", "profile", "mechanism", "position", "is_public"}


@dataclass(frozen=True)
class Part:
    """A part of an edition, named so that the other editions have it too.

    `target` is a model's label, `uid` names a fact, `field` is empty for a whole fact.
    """

    target: str
    uid: str = ""
    field: str = ""

    def __str__(self) -> str:
        return ":".join((self.target, self.uid, self.field))

    @classmethod
    def named(cls, text: str) -> "Part | None":
        """Read what `str` wrote; None when no such part can be."""
        pieces = text.split(":")
        if len(pieces) != 3:
            return None
        part = cls(*pieces)
        model = _models().get(part.target)
        if model is None or (model is Profile) != (not part.uid):
            return None
        if part.field and part.field not in {f.name for f in fields_of(model)}:
            return None
        try:
            part.uid and uuid.UUID(part.uid)
        except ValueError:
            return None
        return part if part.field or part.uid else None

    @property
    def model(self) -> Any:
        return apps.get_model(self.target)


@dataclass(frozen=True)
class Held:
    """What an edition holds at a part: its record, and its words as staff read them."""

    part: Part
    edition: Profile
    record: Any
    words: tuple[str, ...]


def _models() -> dict[str, Any]:
    kinds: list[Any] = [Profile, *fact_kinds()]
    return {model._meta.label_lower: model for model in kinds}


def fields_of(model: Any) -> list[Any]:
    """Return the fields that can be emptied alone, each with all its languages."""
    plain = [f for f in model._meta.concrete_fields if not _is_language(model, f.name)]
    return [
        f
        for f in (*plain, *model._meta.many_to_many)
        if f.editable
        and f.name not in _NEVER_ALONE
        and f.name not in {"state", "version", "edition"}
        and (f.blank or f.default in UNKNOWN)
        # Sections of which something is said are 'reported': the text goes alone.
        and not (issubclass(model, Fact) and f.default in UNKNOWN)
        and not isinstance(f, models.BooleanField)
    ]


def _is_language(model: Any, name: str) -> bool:
    base, _underscore, code = name.rpartition("_")
    if code not in settings.MODELTRANSLATION_LANGUAGES:
        return False
    try:
        model._meta.get_field(base)
    except FieldDoesNotExist:
        return False
    return True


def columns(model: Any, name: str) -> list[Any]:
    """Return a field with its languages: all that holds its words."""
    names = {name, *(f"{name}_{c}" for c in settings.MODELTRANSLATION_LANGUAGES)}
    return [f for f in model._meta.concrete_fields if f.name in names]


def find(edition: Profile, part: Part) -> Any:
    if part.target == PROFILE:
        return Profile._base_manager.filter(pk=edition.pk).first()
    facts = part.model._base_manager.filter(profile=edition, uid=part.uid)
    return facts.first()


def values(record: Any, name: str) -> dict[str, Any]:
    field = record._meta.get_field(name)
    if field.many_to_many:
        return {name: sorted(getattr(record, name).values_list("pk", flat=True))}
    names = [f.attname for f in columns(type(record), name)]
    return row_of(record).values(*names).get()


def row_of(record: Any) -> Any:
    """Return the row of a record, each column by its own name."""
    row = type(record)._base_manager.filter(pk=record.pk)
    # Else a translated field would mean the one of the active language.
    return row.rewrite(False) if hasattr(row, "rewrite") else row


def _said(record: Any, part: Part) -> tuple[str, ...]:
    if part.field:
        field = record._meta.get_field(part.field)
        if field.many_to_many:
            return tuple(sorted(str(r) for r in getattr(record, part.field).all()))
        if field.is_relation:
            related = getattr(record, part.field)
            return (str(related),) if related else ()
        stored = values(record, part.field).values()
        empty = (None, "", *(UNKNOWN if field.choices else ()))
        return tuple(dict.fromkeys(str(v) for v in stored if v not in empty))
    texts = [
        str(getattr(record, f.attname))
        for f in content_fields(type(record))
        if not f.is_relation and f.name not in _NEVER_ALONE and not f.choices
    ]
    found = [text for text in texts if text not in ("", "None", "True", "False")]
    return tuple(dict.fromkeys([str(record), *found]))


def held(edition: Profile, part: Part) -> Held | None:
    """Return what an edition holds at a part, None where there is nothing."""
    record = find(edition, part)
    if record is None:
        return None
    words = _said(record, part)
    return Held(part, edition, record, words) if words else None


def parts_of(edition: Profile) -> list[tuple[str, list[tuple[str, Part]]]]:
    """Return all that can be redacted of an edition: headings, each with its parts.

    The number of queries does not grow with facts.
    """
    own: Any = Profile._base_manager.filter(pk=edition.pk)
    [(_record, fields)] = _fields_held(own)
    found = [(str(_("Profile")), _named(PROFILE, "", fields))]
    for kind in fact_kinds():
        label = kind._meta.label_lower
        facts = kind._base_manager.filter(profile=edition)  # type: ignore[misc]
        for fact, fields in _fields_held(facts.order_by("position", "pk")):
            whole = (str(_("All of it")), Part(label, str(fact.uid)))
            heading = f"{capfirst(kind._meta.verbose_name)}: {fact}"
            found.append((heading, [whole, *_named(label, str(fact.uid), fields)]))
    return found


def _fields_held(records: Any) -> list[tuple[Any, list[Any]]]:
    """Return each record with those of its fields that are not empty."""
    model = records.model
    plain = records.rewrite(False) if hasattr(records, "rewrite") else records
    rows = {row["id"]: row for row in plain.values()}
    owners = {}
    for many in model._meta.many_to_many:
        own = many.m2m_column_name()
        through = many.remote_field.through._base_manager
        owned = through.filter(**{f"{own}__in": list(rows)})
        owners[many.name] = set(owned.values_list(own, flat=True))
    keys = [f.name for f in model._meta.concrete_fields if f.is_relation]

    def is_held(record: Any, f: Any) -> bool:
        if f.many_to_many:
            return record.pk in owners[f.name]
        stored = [rows[record.pk][c.attname] for c in columns(model, f.name)]
        return any(value not in (None, "", *UNKNOWN) for value in stored)

    fields = fields_of(model)
    return [
        (record, [f for f in fields if is_held(record, f)])
        for record in records.select_related(*keys)
    ]


def _named(label: str, uid: str, fields: list[Any]) -> list[tuple[str, Part]]:
    return [(str(capfirst(f.verbose_name)), Part(label, uid, f.name)) for f in fields]


def elsewhere(edition: Profile, part: Part) -> list[Held]:
    """Return what the other editions of the mechanism hold at a part, latest first."""
    others = edition.mechanism.editions.exclude(pk=edition.pk).order_by("-edition")
    return [found for other in others if (found := held(other, part))]


def brought_back(edition: Profile) -> list[Redaction]:
    """Return the redactions in force whose words an open edition holds again.

    In the same part, or as the same sentence anywhere: an import may bring it as a new
    fact, or as what another source says. What the published edition says too was left
    standing by whoever redacted.
    """
    redactions = list(
        Redaction.objects.in_force()
        .filter(profile__mechanism=edition.mechanism_id)
        .exclude(profile=edition)
    )
    if not redactions:
        return []
    published = edition.mechanism.editions.published().first()
    left_standing = _sentences_of(published) if published else set()
    said = _sentences_of(edition) - left_standing
    return [
        redaction
        for redaction in redactions
        if _sentences_kept(redaction) & said
        or (
            _holds(edition, redaction)
            and not (published and _holds(published, redaction))
        )
    ]


def _sentences_of(edition: Profile) -> set[str]:
    own: Any = Profile._base_manager.filter(pk=edition.pk)
    kinds = [kind._base_manager.filter(profile=edition) for kind in fact_kinds()]  # type: ignore[misc]
    found: set[str] = set()
    for records in (own, *kinds):
        plain = records.rewrite(False) if hasattr(records, "rewrite") else records
        for row in plain.values():
            found |= sentences(row.values())
    return found


def _sentences_kept(redaction: Redaction) -> set[str]:
    if redaction.field:
        return sentences(redaction.kept.values())
    [kept] = redaction.kept
    return sentences(kept["fields"].values())


def sentences(values: Iterable[Any]) -> set[str]:
    """Return the texts that are too long to be the same by chance, spaces made one."""
    texts = (" ".join(v.split()) for v in values if isinstance(v, str))
    return {t for t in texts if len(t) >= SENTENCE and "://" not in t}


def _holds(edition: Profile, redaction: Redaction) -> bool:
    part = Part(redaction.target, str(redaction.uid or ""), redaction.field)
    record = find(edition, part)
    if record is None:
        return False
    if part.field:
        now = values(record, part.field)
        return any(
            value not in (None, "", [], *UNKNOWN) and now.get(name) == value
            for name, value in redaction.kept.items()
        )
    [kept] = redaction.kept
    [now] = serializers.serialize("python", [record])
    kind: Any = type(record)
    evidence = {"source", "certainty", "note", *_NEVER_ALONE}
    return all(
        _plain(now["fields"].get(name)) == _plain(value)
        for name, value in kept["fields"].items()
        if text_of_column(kind, name) not in evidence
    )


def _plain(value: Any) -> str:
    return str(value) if value is not None else ""
