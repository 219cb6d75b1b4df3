"""Brings what differs into the database: references first, then new editions."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from iscm_registry.registry_files.differences import DifferingRecord, FileDifferences
from iscm_registry.registry_files.reading import Record
from iscm_registry.registry_files.tables import (
    FACTS,
    MECHANISM,
    PROFILES,
    REFERENCES,
    Table,
    fact_uid,
)
from profiles import editions
from profiles.keyed_values import NaturalKeys, for_model, write_many
from profiles.models import Mechanism, Profile

Progress = Callable[[Iterable], Iterable]


def write(differences: FileDifferences, progress: Progress = iter) -> None:
    """Write what differs. Call it inside a transaction: it has several steps."""
    for table in REFERENCES:
        _write_references(differences, table)
    records = differences.records
    _write_mechanisms(record.values[MECHANISM] for record in records[PROFILES])
    keys = NaturalKeys()
    drafts = {}
    for record in records[PROFILES]:
        slug = record.values[MECHANISM]
        if slug in differences.mechanisms:
            drafts[slug] = _open(record, keys)
    _write_many(PROFILES, [(p, r) for p, r in _pairs(records[PROFILES], drafts)], keys)
    bases = _published(drafts)
    for table in FACTS:
        _write_facts(differences, table, drafts, keys)
        kept = [fact.pk for fact in differences.tables[table].kept]
        editions.copy_facts(table.model, bases, only=Q(pk__in=kept))  # type: ignore[arg-type]
    for draft in progress(drafts.values()):
        editions.submit(draft)
        editions.publish(draft, note=_("Loaded from the registry’s files."))
    if not drafts:
        editions.public_content_changed.send(sender=Profile)


def _write_references(differences: FileDifferences, table: Table) -> None:
    keys = NaturalKeys()
    changes = differences.tables[table]
    own = [c for c in table.columns if table.field(c).related_model is table.model]
    added = [table.model(**_fields(table, c.record, keys, own)) for c in changes.added]
    table.model._default_manager.bulk_create(added)
    if own and added:
        _let_them_name_each_other(table, added, changes.added, own)
    columns: set[str] = set()
    changed = []
    for change in changes.changed:
        record: Any = change.stored
        for name, value in _fields(table, change.record, keys).items():
            setattr(record, name, value)
        columns |= set(change.columns)
        changed.append(record)
    columns -= set(table.many())
    if changed and columns:
        table.model._default_manager.bulk_update(changed, sorted(columns))
    both = zip(added + changed, changes.added + changes.changed, strict=True)
    _write_many(
        table, [(stored, change.record) for stored, change in both], NaturalKeys()
    )


def _let_them_name_each_other(
    table: Table, added: list[Any], changes: list[DifferingRecord], columns: list[str]
) -> None:
    """Write the keys by which new records of one file name others of that file."""
    keys = NaturalKeys()
    for record, change in zip(added, changes, strict=True):
        values = {column: change.record.values[column] for column in columns}
        for name, value in for_model(table.model, values, keys).items():
            setattr(record, name, value)
    table.model._default_manager.bulk_update(added, columns)


def _write_mechanisms(slugs: Iterable[str]) -> None:
    existing = set(Mechanism.objects.values_list("slug", flat=True))
    Mechanism.objects.bulk_create(
        Mechanism(slug=slug) for slug in slugs if slug not in existing
    )


def _fields(
    table: Table, record: Record, keys: NaturalKeys, without: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the values of a line as the model's constructor takes them."""
    values = {c: record.values[c] for c in table.field_columns if c not in without}
    return for_model(table.model, values, keys)


def _open(record: Record, keys) -> Profile:
    mechanism = Mechanism.objects.get(pk=keys.pk(Mechanism, record.values[MECHANISM]))
    fields = _fields(PROFILES, record, keys)
    return editions.open_empty_draft(mechanism, name=fields["name_en"], **fields)


def _published(drafts: dict[str, Profile]) -> dict[int, Profile]:
    """Return the drafts by the pk of the edition that each is to follow."""
    by_mechanism = {draft.mechanism_id: draft for draft in drafts.values()}
    bases = Profile.objects.published().filter(mechanism__in=by_mechanism)
    return {pk: by_mechanism[of] for pk, of in bases.values_list("pk", "mechanism")}


def _pairs(records: Iterable[Record], drafts: dict[str, Profile]):
    for record in records:
        if draft := drafts.get(record.values[MECHANISM]):
            yield draft, record


def _write_facts(
    differences: FileDifferences, table: Table, drafts: dict[str, Profile], keys
) -> None:
    facts: list[tuple[Any, Record]] = []
    for draft, record in _pairs(differences.records[table], drafts):
        uid = fact_uid(table, record.values)
        fact: Any = table.model(
            profile=draft,
            uid=uid,
            position=differences.positions.get(uid, 0),
            **_fields(table, record, keys),
        )
        if hasattr(fact, "mechanism_id"):
            fact.mechanism_id = draft.mechanism_id
        facts.append((fact, record))
    table.model._default_manager.bulk_create(fact for fact, _record in facts)
    _write_many(table, facts, keys)


def _write_many(
    table: Table, pairs: list[tuple[Any, Record]], keys: NaturalKeys
) -> None:
    for column in table.many():
        values = [(stored, record.values) for stored, record in pairs]
        write_many(values, column, keys)
