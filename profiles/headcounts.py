"""How many members each mechanism of a list has, and what its sources say beside it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from profiles.models import AlternativeValue, Membership, Profile
from profiles.models.counting import Headcount
from profiles.vocabularies import DisputedField


def with_headcounts(profiles: Iterable[Profile]) -> list[Profile]:
    """Load the profiles, each with its `headcount` and `claims`, in three queries."""
    listed: list[Any] = list(profiles)
    by_profile: dict[int, list[dict[str, Any]]] = defaultdict(list)
    held = Membership.objects.public().held().as_members()
    for row in held.filter(profile__in=listed).by_certainty():
        by_profile[row["profile"]].append(row)
    claimed: dict[int, list[AlternativeValue]] = defaultdict(list)
    said = AlternativeValue.objects.public().filter(profile__in=listed)
    for claim in numbers_of_members(said.select_related("source")):
        claimed[claim.profile_id].append(claim)
    for profile in listed:
        profile.headcount = Headcount.of_rows(
            by_profile[profile.pk], at_rest=profile.is_at_rest
        )
        profile.claims = claimed[profile.pk]
    return listed


def numbers_of_members(values: Iterable[AlternativeValue]) -> list[AlternativeValue]:
    """Keep what sources say of the number of members where it is a number alone."""
    return [
        value
        for value in values
        if value.field == DisputedField.MEMBERS and value.value.isdecimal()
    ]
