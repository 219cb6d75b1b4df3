"""Which editions came out or were withdrawn, when, and of what they are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from profiles.filters.lists import as_seen
from profiles.models import Profile, State, Theme, fact_kinds
from profiles.models.mechanisms import ONCE_PUBLIC_STATES, READABLE_STATES
from profiles.remembered import remembered
from profiles.vocabularies import EditionState


@dataclass(frozen=True)
class Publication:
    """An edition that came out, or that was withdrawn.

    Of one that was withdrawn only that is known: neither its name nor what it held.
    """

    profile: int
    mechanism: int
    slug: str
    edition: int
    at: datetime
    called: str
    """What the edition calls the mechanism; of a withdrawn one, what the latest that
    can be read does."""

    is_published: bool
    """Whether it is the edition that the public reads today."""

    is_first: bool
    """Whether it is the first edition of the mechanism that came out."""

    earlier: int | None = None
    """The key of the edition before, among those that can be read."""

    withdrawal_reason: str | None = None
    """None unless it was withdrawn."""

    @property
    def is_withdrawal(self) -> bool:
        return self.withdrawal_reason is not None


def publications(revision: str | None) -> Sequence[Publication]:
    """Return all publications and withdrawals, the latest first, in one query.

    A mechanism of which nothing can be read any more is named nowhere but at its own
    address.
    """
    what = ("publications", get_language())
    return remembered(what, revision, _publications)


def _publications() -> Sequence[Publication]:
    editions = Profile.objects.filter(state__in=ONCE_PUBLIC_STATES).order_by(
        "mechanism", "edition"
    )
    rows = editions.annotate(called=as_seen("name")).values_list(
        "pk",
        "mechanism",
        "mechanism__slug",
        "edition",
        "state",
        "published_at",
        "called",
        "withdrawn_at",
        "withdrawal_reason",
        named=True,
    )
    of_mechanism: dict[int, list[Any]] = {}
    for row in rows:
        of_mechanism.setdefault(row.mechanism, []).append(row)
    found = [one for rows in of_mechanism.values() for one in _of_one(rows)]
    return sorted(found, key=lambda one: (one.at, one.profile), reverse=True)


def _of_one(rows: list[Any]) -> Iterator[Publication]:
    """Return the publications of one mechanism, whose editions come in their order."""
    readable = [row for row in rows if row.state in READABLE_STATES]
    if not readable:
        return
    earlier = None
    for row in rows:
        known = {
            "profile": row.pk,
            "mechanism": row.mechanism,
            "slug": row.mechanism__slug,
            "edition": row.edition,
            "is_first": row is rows[0],
            "is_published": row.state == EditionState.PUBLISHED,
        }
        if row.state == EditionState.WITHDRAWN:
            yield Publication(
                **known,
                at=row.withdrawn_at,
                called=readable[-1].called,
                withdrawal_reason=row.withdrawal_reason,
            )
        else:
            yield Publication(
                **known, at=row.published_at, called=row.called, earlier=earlier
            )
            earlier = row.pk


def that_concern(
    record: State | Theme, among: Iterable[Publication]
) -> list[Publication]:
    """Keep the publications of editions that name a State or theme in public, or took
    its last mention out; and the withdrawals of mechanisms that name it elsewhere."""
    naming = _editions_naming(record)
    listed = [*among]
    mechanisms = {one.mechanism for one in listed if one.profile in naming}
    return [
        one
        for one in listed
        if (one.is_withdrawal and one.mechanism in mechanisms)
        or one.profile in naming
        or one.earlier in naming
    ]


def _editions_naming(record: State | Theme) -> set[int]:
    naming = [
        kind._default_manager.public()
        .filter(profile__state__in=READABLE_STATES, **{f.name: record})
        .order_by()
        .values_list("profile")
        for kind in fact_kinds()
        for f in (*kind._meta.concrete_fields, *kind._meta.many_to_many)
        if f.related_model is type(record)
    ]
    first, *others = naming
    return {pk for (pk,) in first.union(*others)}
