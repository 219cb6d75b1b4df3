"""How many members each mechanism of a list has, and what its sources say beside it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from profiles.models import AlternativeValue, Membership, Profile
from profiles.models.counting import Headcount
from profiles.vocabularies import Certainty, DisputedField


def with_headcounts(profiles: Iterable[Profile]) -> list[Profile]:
    """Load the profiles, each with its `headcount`, `claims` and `standing`, in three
    queries.

    `standing` is what the registry itself says of the type where no source calls the
    mechanism one: that it is a candidate.
    """
    listed: list[Any] = list(profiles)
    by_profile: dict[int, list[dict[str, Any]]] = defaultdict(list)
    held = Membership.objects.public().held().as_members()
    for row in held.filter(profile__in=listed).by_certainty():
        by_profile[row["profile"]].append(row)
    said: dict[int, list[AlternativeValue]] = defaultdict(list)
    values = AlternativeValue.objects.public().filter(profile__in=listed)
    for value in values.select_related("source"):
        said[value.profile_id].append(value)
    for profile in listed:
        profile.headcount = Headcount.of_rows(
            by_profile[profile.pk], at_rest=profile.is_at_rest
        )
        profile.claims = numbers_of_members(said[profile.pk])
        profile.standing = own_readings_of_type(said[profile.pk])
    return listed


def own_readings_of_type(values: Iterable[AlternativeValue]) -> list[AlternativeValue]:
    """Keep what the registry concludes of the type of a mechanism, by no one source."""
    return [
        value
        for value in values
        if value.field == DisputedField.TYPE
        and value.source_id is None
        and value.certainty == Certainty.INFERRED
    ]


def numbers_of_members(values: Iterable[AlternativeValue]) -> list[AlternativeValue]:
    """Keep what sources say of the number of members where it is a number alone."""
    return [
        value
        for value in values
        if value.field == DisputedField.MEMBERS and value.value.isdecimal()
    ]
