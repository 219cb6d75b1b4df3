"""Writes what the registry has published as an SQLite file that Datasette serves.

    python -m benchmarks.facts_as_sqlite FOLDER

Reads the database that the environment names, and nothing but what readers see of it:
a table for each kind of record and of fact, with words where the registry has codes.
The tables of lists have a column for each facet of the list, with an array where a
record has several values, and beside each table of what search finds stands an index of
its names and texts. Datasette counts a facet by the whole of a column, a hundred times
as fast as by each value of its arrays. FOLDER gets `registry.db` and `metadata.json`.
"""

import json
import sqlite3
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db.models import Model, QuerySet

from iscm_registry.search.documents import FACT_KINDS, published_documents
from partnerships.views.lists import MechanismListView, PartnerListView
from profiles.content import fields_said, languages_of_texts
from profiles.facets import FacetFilter
from profiles.models import Fact, Profile, Source, State, Theme, fact_kinds
from profiles.models.base import named_in_public
from profiles.views.lists import ContributionListView, StateListView

ROWS = 25
"""On a page, as in the registry's own lists."""

LISTS = {
    "mechanisms": MechanismListView,
    "states": StateListView,
    "partners": PartnerListView,
    "contributions": ContributionListView,
}
SEARCHED = {
    "mechanism": "mechanisms",
    "state": "states",
    "organisation": "partners",
    "theme": "themes",
    **{name: kind.of_profile() for name, kind in FACT_KINDS.items()},
}
KEYS: dict[type[Model], str] = {Profile: "mechanism__slug", State: "iso3"}
"""What stands for a record in addresses, where that is not its `slug` or `uid`."""


def write(folder: Path) -> None:
    path = folder / "registry.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as file:
        facets = {name: write_list(file, name) for name in LISTS}
        for kind in fact_kinds():
            if kind.of_profile() not in LISTS:
                write_table(file, kind.of_profile(), kind.objects.published())
        write_table(file, "themes", Theme.objects.named())
        write_table(file, "sources", public_sources())
        write_search(file)
        file.execute("ANALYZE")
    file.close()
    tables = {
        table: {
            "size": ROWS,
            "facets": facets.get(table, []),
            "fts_table": f"{table}_search",
            "fts_pk": "rowid",
        }
        for table in SEARCHED.values()
    }
    metadata = {"databases": {"registry": {"tables": tables}}}
    (folder / "metadata.json").write_text(json.dumps(metadata))


def public_sources() -> QuerySet:
    of_profiles = Profile.objects.published().values("sources")
    return Source.objects.filter(named_in_public(Source)) | Source.objects.filter(
        pk__in=of_profiles
    )


def write_list(file: sqlite3.Connection, name: str) -> list[str]:
    """Write the records of a list; return the names of its facets."""
    view = LISTS[name]()
    filterset = view.filterset_class({}, queryset=view.get_queryset())
    index = filterset.index
    columns: dict[str, dict[int, list[str]]] = {}
    for facet_name, facet in filterset.filters.items():
        if not isinstance(facet, FacetFilter):
            continue
        held, values = index.held(facet_name, facet), defaultdict(list)
        for one in index.listed(facet_name, facet):
            for pk in index.keys(held[one.value]):
                values[pk].append(one.label)
        columns[facet_name] = values
    write_table(file, name, filterset.queryset, columns)
    return [*columns]


def has_several(values: dict[int, list[str]]) -> bool:
    return any(len(of_record) > 1 for of_record in values.values())


def write_table(
    file: sqlite3.Connection,
    table: str,
    records: QuerySet,
    facets: dict[str, dict[int, list[str]]] | None = None,
) -> None:
    facets = facets or {}
    model: Any = records.model
    kept = {"key": KEYS.get(model) or ("uid" if issubclass(model, Fact) else "slug")}
    declared = ["key TEXT PRIMARY KEY"]
    if issubclass(model, Fact):
        kept["mechanism_key"] = "profile__mechanism__slug"
        declared.append("mechanism_key TEXT REFERENCES mechanisms(key)")
    evidence = ["source", "certainty", "note"] if issubclass(model, Fact) else []
    left_out = {*facets, *kept.values(), "mechanism"}
    names = [n for n in (*fields_said(model), *evidence) if n not in left_out]
    declared += [f'"{name}"' for name in (*names, *facets)]
    file.execute(f"CREATE TABLE {table} ({', '.join(declared)})")
    if issubclass(model, Fact):
        file.execute(f"CREATE INDEX {table}_of_mechanism ON {table} (mechanism_key)")

    several = {name for name, values in facets.items() if has_several(values)}
    columns = {name: Column(model, name) for name in names}
    read = [one for column in columns.values() for one in column.read]
    rows = records.order_by("pk").values("pk", *kept.values(), *read)
    file.executemany(
        f"INSERT INTO {table} VALUES ({', '.join('?' for _ in declared)})",  # noqa: S608
        (
            [
                *(str(row[name]) for name in kept.values()),
                *(column.in_words(row) for column in columns.values()),
                *(
                    json.dumps(values[row["pk"]])
                    if name in several
                    else next(iter(values[row["pk"]]), None)
                    for name, values in facets.items()
                ),
            ]
            for row in rows.iterator(chunk_size=2000)
        ),
    )


class Column:
    """What a field says, in words, read from plain rows: a hundred times the registry
    has too many records to make an instance of each."""

    def __init__(self, model: type[Model], name: str):
        f: Any = model._meta.get_field(name)
        self.read = [*languages_of_texts(model).get(name, [name])]
        self.words: dict[Any, Any] = {}
        self.many: dict[int, list[str]] | None = None
        if f.is_relation:
            self.words = {one.pk: str(one) for one in f.related_model.objects.all()}
        elif f.choices:
            self.words = {value: str(label) for value, label in f.flatchoices}
        if f.many_to_many:
            self.read, self.many = [], defaultdict(list)
            pairs = f.remote_field.through._default_manager.order_by("pk").values_list(
                f.m2m_field_name(), f.m2m_reverse_field_name()
            )
            for pk, other in pairs:
                self.many[pk].append(self.words[other])

    def in_words(self, row: dict[str, Any]) -> Any:
        if self.many is not None:
            return ", ".join(self.many[row["pk"]])
        value = next((row[name] for name in self.read if row[name]), "")
        return self.words.get(value, value)


def write_search(file: sqlite3.Connection) -> None:
    """Index the names and texts of what the registry's own search finds."""
    texts: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for one in published_documents():
        names = " · ".join(name for name, _language in one.names)
        said = "\n".join(passage.text for passage in one.passages)
        texts[SEARCHED[one.kind]].append((names, said, one.key))
    for table, rows in texts.items():
        file.execute(
            f"CREATE VIRTUAL TABLE {table}_search USING fts5(names, texts, content='',"
            " tokenize='porter unicode61 remove_diacritics 2')"
        )
        # A State without a seat is found by search and stands in no list.
        file.executemany(
            f"INSERT INTO {table}_search (rowid, names, texts)"  # noqa: S608
            f" SELECT rowid, ?, ? FROM {table} WHERE key = ?",
            rows,
        )


if __name__ == "__main__":
    write(Path(sys.argv[1]))
