"""Which fields of a profile say something, and which of them name a source.

Facts name their own source (`Fact.stating`); the sources of a field are its
`FieldSource`s.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.db.models import CharField, Count, QuerySet, Value
from django.utils.translation import get_language_info

from profiles.content import languages_of_texts, part_of_field
from profiles.models import Fact, FieldSource, Profile, fact_kinds
from profiles.vocabularies import (
    Coverage,
    DisputedField,
    EditionState,
    FormPart,
    MechanismStatus,
)

_SAYS_NOTHING = {
    None,
    "",
    MechanismStatus.UNKNOWN.value,
    Coverage.UNKNOWN.value,
    Coverage.NOT_ASKED.value,
    # What is reported stands in a text or in facts, which have sources of their own.
    Coverage.REPORTED.value,
}


class StatedField(NamedTuple):
    """A `DisputedField` of a profile, and the language of its text; "" for what is not
    kept in several."""

    field: str
    language: str = ""

    @property
    def label(self) -> str:
        label = str(DisputedField(self.field).label)
        if not self.language:
            return label
        return f"{label} ({get_language_info(self.language)['name_translated']})"

    @property
    def part(self) -> FormPart:
        """The part of the form in which the field and its sources are entered."""
        fields = Profile.disputed_as.items()
        return part_of_field(next(name for name, of in fields if of == self.field))

    def is_supported_by(self, source: "FieldSource | StatedField") -> bool:
        """Say whether a source, or what one supports, is of this field and language."""
        return source.field == self.field and source.language in ("", self.language)


def stated_fields(profile: Profile) -> list[StatedField]:
    """Return the fields of which a profile says something, each once."""
    values = {column: _value(profile, column) for column in _columns()}
    return _stated(values, has_periods=bool(profile.status_periods.all()))


@cache
def _columns() -> dict[str, StatedField]:
    """Return the fields that columns of the profile say something of, by column."""
    languages = languages_of_texts(Profile)
    return {
        column: StatedField(field, language if is_of_texts(field) else "")
        for name, field in Profile.disputed_as.items()
        for column, language in languages.get(name, {name: ""}).items()
    }


@cache
def inputs_of(field: str) -> set[str]:
    """Return the names of the inputs that say what a `DisputedField` is."""
    return {name for name, of in Profile.disputed_as.items() if of == field}


def is_of_texts(field: str) -> bool:
    """Say whether a `DisputedField` is nothing but texts in several languages, so that
    a source can be of one language of it."""
    return inputs_of(field) <= {*languages_of_texts(Profile)}


def _stated(values: Mapping[str, Any], *, has_periods: bool) -> list[StatedField]:
    found = {
        stated: None
        for column, stated in _columns().items()
        if values[column] not in _SAYS_NOTHING
    }
    if has_periods:
        # They say it, and why; the profile only which of them holds today.
        found.pop(StatedField(DisputedField.STATUS), None)
    return [*found]


def field_of_column(name: str) -> StatedField | None:
    """Return the field that a column of the profile belongs to; None for one without
    sources of its own."""
    if name in _columns():
        return _columns()[name]
    # A text, whatever its language.
    field = Profile.disputed_as.get(name)
    return StatedField(field) if field else None


def _value(profile: Profile, name: str) -> Any:
    if Profile._meta.get_field(name).many_to_many:
        return len(getattr(profile, name).all()) or ""
    return getattr(profile, name)


def unsourced_fields(
    profile: Profile, sources: Iterable[FieldSource]
) -> list[StatedField]:
    """Return the stated fields that none of their sources supports."""
    return _unsourced(stated_fields(profile), [*sources])


def _unsourced(
    stated: Iterable[StatedField], sources: Collection[FieldSource | StatedField]
) -> list[StatedField]:
    return [one for one in stated if not any(map(one.is_supported_by, sources))]


@dataclass(frozen=True)
class Sourced:
    """How many statements there are of one kind, and how many name a source."""

    kind: str
    stated: int
    named: int

    @property
    def missing(self) -> int:
        return self.stated - self.named


FIELDS = "fields"
"""What counts of statements call the fields of profiles; facts stand by their label."""


def in_public() -> dict[str, Sourced]:
    """Count the public statements of published editions, by kind, in a fixed number of
    queries."""
    first, *others = map(_facts_in_public, fact_kinds())
    # Without the order of the first kind, whose columns the union does not have.
    rows = first.union(*others, all=True).order_by()
    found = {kind: Sourced(kind, *counts) for kind, *counts in rows}
    stated, missing = _fields_in_public()
    found[FIELDS] = Sourced(FIELDS, stated, stated - missing)
    return {kind: counts for kind, counts in found.items() if counts.stated}


def _fields_in_public() -> tuple[int, int]:
    """Count the stated fields of published editions, and those without a source.

    The values are read without their records: the home page counts at every size.
    """
    published = Profile.objects.published().order_by()
    many = {f.name for f in Profile._meta.many_to_many} & _columns().keys()
    having = {
        name: set(published.exclude(**{name: None}).values_list("pk", flat=True))
        for name in (*sorted(many), "status_periods")
    }
    sources = defaultdict(list)
    rows = FieldSource.objects.published().order_by()
    for pk, *supported in rows.values_list("profile", "field", "language"):
        sources[pk].append(StatedField(*supported))
    counted = missing = 0
    for values in published.values("pk", *(_columns().keys() - many)):
        pk = values["pk"]
        values |= {name: pk in having[name] or "" for name in many}
        stated = _stated(values, has_periods=pk in having["status_periods"])
        counted += len(stated)
        missing += len(_unsourced(stated, sources[pk]))
    return counted, missing


def _facts_in_public(kind: type[Fact]) -> Any:
    label = Value(kind._meta.label_lower, output_field=CharField())
    # A plain queryset: that of a translated kind would name its columns in any order,
    # and a union goes by their order.
    facts: Any = QuerySet(kind).filter(
        kind.stating(), is_public=True, profile__state=EditionState.PUBLISHED
    )
    return (
        facts.order_by()
        .values("is_public")
        .annotate(kind=label, stated=Count("pk"), named=Count("source"))
        .values_list("kind", "stated", "named")
    )


def total(counts: Iterable[Sourced]) -> Sourced:
    counts = [*counts]
    return Sourced("", sum(c.stated for c in counts), sum(c.named for c in counts))
