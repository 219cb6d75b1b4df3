"""What each file of the registry holds: one model a file, one record a line.

Column names are the names of the model's fields. Two kinds of column read
differently: `mechanism` names the mechanism whose profile the line belongs to,
and a key to another record holds the key that people use for it (a State's
alpha-3 code, a slug), several of them separated by `|`.

A text kept in several languages has a column for each. Those that a file has not are
left as they stand; a column that names no language is English.
"""

import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Model

from partnerships.models import Organisation, OrganisationAlias
from profiles.content import file_columns, languages_of_texts
from profiles.models import (
    Fact,
    GCMObjective,
    Mechanism,
    Profile,
    Region,
    Source,
    State,
    StateAlias,
    Theme,
    ThemeAlias,
    fact_kinds,
)

LANGUAGES = ("en", "fr", "es", "ar")
MECHANISM = "mechanism"
LIST_SEPARATOR = "|"

# Facts get the same identifier from the same line, in every database.
_FACTS = uuid.UUID("6b0a2f2e-8c0f-5d5b-9a53-2f7b7f5d1c10")


def _each_language(name: str) -> list[str]:
    return [f"{name}_{language}" for language in LANGUAGES]


@dataclass(frozen=True)
class Table:
    """One file: its model, its columns, and the columns that tell lines apart."""

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def holds_facts(self) -> bool:
        return issubclass(self.model, Fact)

    @property
    def of_a_mechanism(self) -> bool:
        """Whether its lines belong to the profile of a mechanism."""
        return self.holds_facts or self.model is Profile

    @property
    def field_columns(self) -> tuple[str, ...]:
        """The columns that are fields of the model."""
        if self.of_a_mechanism:
            return tuple(c for c in self.columns if c != MECHANISM)
        return self.columns

    def field(self, column: str) -> Any:
        """Return the field of a column. Kinds of field differ in what they have."""
        return self.model._meta.get_field(column)

    @property
    def unique_columns(self) -> list[str]:
        """The columns beside the key in which a value may stand only once."""
        alone = {
            constraint.fields
            for constraint in self.model._meta.constraints
            if isinstance(constraint, models.UniqueConstraint)
        }
        return [
            column
            for column in self.field_columns
            if (column,) != self.key
            and (self.field(column).unique or (column,) in alone)
        ]

    @cached_property
    def texts(self) -> dict[str, list[str]]:
        """The columns of each text that is kept in several languages."""
        texts = languages_of_texts(self.model)
        return {name: [*columns] for name, columns in texts.items()}

    def column(self, heading: str) -> str:
        """Return the column that a heading names.

        A text without a language is English.
        """
        return f"{heading}_{LANGUAGES[0]}" if heading in self.texts else heading

    def value(self, values: dict[str, Any], name: str) -> Any:
        """Return what a line says at a column, or in the first language of a text."""
        if name not in self.texts:
            return values.get(name)
        said = (values.get(column) for column in self.texts[name])
        return next(filter(None, said), "")

    def many(self) -> list[str]:
        """Return the columns that list several related records."""
        return [c for c in self.field_columns if self.field(c).many_to_many]


def _reference(name, model, *columns, key) -> Table:
    return Table(name, model, columns, (key,))


REFERENCES = (
    _reference(
        "regions", Region, "slug", "position", *_each_language("name"), key="slug"
    ),
    _reference(
        "states",
        State,
        "iso3",
        "iso2",
        "m49",
        *_each_language("name"),
        "kind",
        "subregion",
        "note",
        key="iso3",
    ),
    _reference("state_aliases", StateAlias, "state", "name", key="name"),
    _reference(
        "gcm_objectives",
        GCMObjective,
        "number",
        *_each_language("label"),
        key="number",
    ),
    _reference(
        "themes",
        Theme,
        "slug",
        "position",
        *_each_language("name"),
        "gcm_objectives",
        key="slug",
    ),
    _reference("theme_aliases", ThemeAlias, "theme", "name", key="name"),
    _reference(
        "sources",
        Source,
        "slug",
        "title",
        "publisher",
        "url",
        "archived",
        "language",
        "published",
        "seen",
        "note",
        key="slug",
    ),
    _reference(
        "organisations",
        Organisation,
        "slug",
        *_each_language("name"),
        *_each_language("acronym"),
        "type",
        "iati_type",
        "part_of",
        "website",
        "source",
        "note",
        key="slug",
    ),
    _reference(
        "organisation_aliases", OrganisationAlias, "organisation", "name", key="name"
    ),
)

PROFILES = Table("profiles", Profile, (MECHANISM, *file_columns(Profile)), (MECHANISM,))

FACTS = tuple(
    Table(
        kind.of_profile(),
        kind,
        (MECHANISM, *file_columns(kind)),
        (MECHANISM, *kind.identified_by),
    )
    for kind in fact_kinds()
)

TABLES = (*REFERENCES, PROFILES, *FACTS)

# Where the key of a related record is looked up: its file and column.
KEY_COLUMN = {table.model: (table.file, table.key[0]) for table in REFERENCES} | {
    Mechanism: (PROFILES.file, MECHANISM)
}


def key_of(record: Model) -> str:
    """Return the key by which the files name a reference record or a mechanism."""
    return str(record.natural_key()[0])  # type: ignore[attr-defined]


def fact_uid(table: Table, values: dict) -> uuid.UUID:
    """Return the identifier of a fact: made from its kind, mechanism and key.

    So the same line has the same permanent link in every database. A change to a
    key column makes another fact; of a text the first language counts.
    """
    key = (table.value(values, column) for column in table.key)
    parts = [table.name, *(str(part or "") for part in key)]
    return uuid.uuid5(_FACTS, "\x1f".join(parts))
