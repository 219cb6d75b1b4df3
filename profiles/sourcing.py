"""Which fields of a profile say something, and which of them name a source.

Facts name their own source (`Fact.stating`); the sources of a field are its
`FieldSource`s.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Prefetch, QuerySet, Value
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

    def is_supported_by(self, source: FieldSource) -> bool:
        """Say whether a source is one of this field and of its language."""
        return source.field == self.field and source.language in ("", self.language)


def stated_fields(profile: Profile) -> list[StatedField]:
    """Return the fields of which a profile says something, each once."""
    languages = languages_of_texts(Profile)
    found: dict[StatedField, None] = {}
    for name, field in Profile.disputed_as.items():
        for column, language in languages.get(name, {name: ""}).items():
            if _value(profile, column) not in _SAYS_NOTHING:
                found[StatedField(field, language)] = None
    if profile.status_periods.all():
        # They say it, and why; the profile only which of them holds today.
        found.pop(StatedField(DisputedField.STATUS), None)
    return [*found]


def field_of_column(name: str) -> StatedField | None:
    """Return the field that a column of the profile belongs to; None for one without
    sources of its own."""
    for text, languages in languages_of_texts(Profile).items():
        if name in languages:
            return StatedField(Profile.disputed_as[text], languages[name])
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
    known = [*sources]
    return [
        stated
        for stated in stated_fields(profile)
        if not any(map(stated.is_supported_by, known))
    ]


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
    profiles = list(
        Profile.objects.published().prefetch_related(
            "regions",
            "status_periods",
            Prefetch("field_sources", FieldSource.objects.public()),
        )
    )
    stated = sum(len(stated_fields(profile)) for profile in profiles)
    missing = sum(
        len(unsourced_fields(profile, profile.field_sources.all()))
        for profile in profiles
    )
    found[FIELDS] = Sourced(FIELDS, stated, stated - missing)
    return {kind: counts for kind, counts in found.items() if counts.stated}


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
