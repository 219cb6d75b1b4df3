"""The files beside the database: what is added, what differs, what is not in them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

from iscm_registry.registry_files.reading import Record, Records
from iscm_registry.registry_files.tables import (
    FACTS,
    MECHANISM,
    PROFILES,
    REFERENCES,
    Table,
    fact_uid,
    key_of,
)
from profiles.keyed_values import NaturalKeys, read_values
from profiles.models import Mechanism, Profile
from profiles.vocabularies import EditionState


@dataclass(frozen=True)
class DifferingRecord:
    """A record that differs from what is stored; `stored` is None for a new one."""

    record: Record
    stored: Model | None
    columns: tuple[str, ...] = ()


@dataclass
class TableDifferences:
    """How the lines of one file stand to the records in the database.

    `kept` are facts for staff alone that the file does not name: the files are public,
    so that such facts stand in the database only.
    """

    table: Table
    added: list[DifferingRecord] = field(default_factory=list)
    changed: list[DifferingRecord] = field(default_factory=list)
    removed: list[Model] = field(default_factory=list)
    kept: list[Model] = field(default_factory=list)
    same: int = 0


@dataclass
class FileDifferences:
    """What a load would do. It is false when there is nothing to do.

    `mechanisms` names those that need a new edition, with what differs in which
    file. Reference records that no file names are kept; `removed` only lists
    them.
    """

    records: Records
    tables: dict[Table, TableDifferences]
    mechanisms: dict[str, list[TableDifferences]]
    positions: dict[Any, int]

    def __bool__(self):
        return bool(self.mechanisms) or any(
            self.tables[table].added or self.tables[table].changed
            for table in REFERENCES
        )


def find_differences(records: Records) -> FileDifferences:
    """Set checked records beside the reference records and published editions."""
    keys = NaturalKeys()
    tables = {}
    for table in REFERENCES:
        stored = _stored(table, table.model._default_manager.all(), keys)
        by_key = {(key_of(record),): (record, v) for record, v in stored}
        tables[table] = _compare(table, records[table], by_key, _reference_key)
    # A mechanism that no file names is left alone.
    named = {record.values[MECHANISM] for record in records[PROFILES]}
    profiles = Profile.objects.published().filter(mechanism__slug__in=named)
    stored = _stored(PROFILES, profiles, keys)
    by_mechanism = {(values[MECHANISM],): (record, values) for record, values in stored}
    tables[PROFILES] = _compare(
        PROFILES, records[PROFILES], by_mechanism, lambda record: record.key
    )
    positions: dict[Any, int] = {}
    for table in FACTS:
        facts = table.model._default_manager.filter(
            profile__state=EditionState.PUBLISHED, profile__mechanism__slug__in=named
        )
        stored = _stored(table, facts.select_related("profile"), keys)
        by_uid = {(fact.uid,): (fact, values) for fact, values in stored}
        tables[table] = _compare(table, records[table], by_uid, _fact_key)
        positions |= {fact.uid: fact.position for fact, _ in stored}
    return FileDifferences(records, tables, _by_mechanism(tables, keys), positions)


def _reference_key(record: Record) -> tuple:
    return tuple(str(part) for part in record.key)


def _fact_key(record: Record) -> tuple:
    return (fact_uid(record.table, record.values),)


def _stored(
    table: Table, queryset: QuerySet, keys: NaturalKeys
) -> list[tuple[Any, dict[str, Any]]]:
    """Return each record with its values in the form in which a line holds them."""
    records = list(queryset)
    rows = read_values(records, table.field_columns, keys)
    if table.of_a_mechanism:
        for record, values in zip(records, rows, strict=True):
            profile = record if table is PROFILES else record.profile
            values[MECHANISM] = keys.key(Mechanism, profile.mechanism_id)
    return list(zip(records, rows, strict=True))


def _compare(table, lines: Iterable[Record], stored: dict, key) -> TableDifferences:
    differences = TableDifferences(table)
    left = dict(stored)
    for record in lines:
        existing, values = left.pop(key(record), (None, None))
        if existing is None:
            differences.added.append(DifferingRecord(record, None))
            continue
        record.values.update((column, values[column]) for column in record.unsaid)
        columns = tuple(c for c in table.columns if record.values[c] != values[c])
        if columns:
            differences.changed.append(DifferingRecord(record, existing, columns))
        else:
            differences.same += 1
    for record, _values in left.values():
        is_private = table.holds_facts and not record.is_public
        (differences.kept if is_private else differences.removed).append(record)
    return differences


def _by_mechanism(
    tables: dict[Table, TableDifferences], keys: NaturalKeys
) -> dict[str, list[TableDifferences]]:
    """Return what differs of each mechanism that the files name, file by file."""
    slugs = [c.record.values[MECHANISM] for c in tables[PROFILES].added]
    found: dict[str, dict[Table, TableDifferences]] = {slug: {} for slug in slugs}

    def part(slug: str, table: Table) -> TableDifferences:
        of_mechanism = found.setdefault(slug, {})
        return of_mechanism.setdefault(table, TableDifferences(table))

    for table in (PROFILES, *FACTS):
        for change in tables[table].added:
            part(change.record.values[MECHANISM], table).added.append(change)
        for change in tables[table].changed:
            part(change.record.values[MECHANISM], table).changed.append(change)
        for fact in tables[table].removed:
            slug = keys.key(Mechanism, fact.profile.mechanism_id) or ""  # type: ignore[attr-defined]
            part(slug, table).removed.append(fact)
    return {slug: list(parts.values()) for slug, parts in found.items()}
