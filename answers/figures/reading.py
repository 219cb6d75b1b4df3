"""The published registry as figures count it: today, or at a day that is asked about.

Each kind of fact is read by one statement, however much there is, when a figure first
asks for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from answers.figures.counted import OF_CERTAINTY, Part, Record
from partnerships.models import Partnership
from profiles.alphabetical import name_key
from profiles.as_at import AsAt, Holding, least
from profiles.models import (
    Chairing,
    Contribution,
    GuidingDocument,
    Membership,
    Organ,
    Profile,
    Section,
    StatusPeriod,
    ThemeFocus,
)
from profiles.models.status import status_on
from profiles.staleness import with_age
from profiles.vocabularies import (
    Certainty,
    InformationAge,
    MechanismStatus,
    PartnershipRole,
)


class Counts:
    """What counts, and how firmly: today by `profiles.models.counting`, at a day by
    `profiles.as_at`."""

    def __init__(self, at: AsAt | None = None):
        self.at = at

    @cached_property
    def profiles(self) -> list[Profile]:
        published = with_age(Profile.objects.published())
        loaded = published.select_related("mechanism").prefetch_related("regions")
        return sorted(loaded, key=lambda one: (name_key(one.short_name), one.pk))

    @cached_property
    def by_key(self) -> dict[int, Profile]:
        return {profile.pk: profile for profile in self.profiles}

    @cached_property
    def status(self) -> dict[int, str]:
        """The status of each mechanism, by the key of its profile."""
        if self.at is None:
            return {profile.pk: profile.status for profile in self.profiles}
        return {
            profile.pk: status_on(self.periods[profile.pk], self.at.day)
            for profile in self.profiles
        }

    @cached_property
    def periods(self) -> dict[int, list[StatusPeriod]]:
        found: dict[int, list[StatusPeriod]] = defaultdict(list)
        for period in StatusPeriod.objects.published():
            found[period.profile_id].append(period)
        return found

    @cached_property
    def at_work(self) -> dict[int, Holding]:
        """Whether each mechanism was there and not at rest, by its profile's key."""
        if self.at is None:
            return {
                one.pk: Holding.NOT if one.is_at_rest else Holding.HELD
                for one in self.profiles
            }
        return {
            one.pk: self.at.of_mechanism_at_work(one, self.periods[one.pk])
            for one in self.profiles
        }

    @cached_property
    def existing(self) -> list[Profile]:
        """Mechanisms that there were, or may have been, and that were not at rest."""
        return [one for one in self.profiles if self.at_work[one.pk] != Holding.NOT]

    def established(self, profile: Profile) -> Holding:
        return self.at.of_mechanism(profile) if self.at else Holding.HELD

    def activity(self, profile: Profile) -> Part | None:
        """Say how firmly a mechanism is active; None if it is not known to be."""
        if self.status[profile.pk] != MechanismStatus.ACTIVE:
            return None
        if self.at is None:
            age: Any = profile
            is_recent = age.age == InformationAge.RECENT
            return Part.CONFIRMED if is_recent else Part.DATED
        held = [p for p in self.periods[profile.pk] if p.holds_on(self.at.day)]
        period = max(held, key=lambda one: one.since)
        return self.part(period)

    def part(self, fact: Any, certainty: str = "") -> Part | None:
        """Say how firmly a fact counts; None where it does not."""
        firm = OF_CERTAINTY[Certainty(certainty or fact.certainty)]
        if self.at is None:
            return firm
        profile = self.by_key[fact.profile_id]
        holding = least(_held(self.at, fact), self.established(profile))
        if holding == Holding.NOT:
            return None
        return Part.PERHAPS if holding == Holding.PERHAPS else firm

    def counted(self, facts: Iterable[Any]) -> Iterator[tuple[Any, Profile, Part]]:
        """Yield what counts of facts, with its profile and how firmly."""
        for fact in facts:
            at_work = self.at_work.get(fact.profile_id, Holding.NOT)
            part = None if at_work == Holding.NOT else self.part(fact)
            if part:
                may_have = at_work == Holding.PERHAPS
                part = Part.PERHAPS if may_have else part
                yield fact, self.by_key[fact.profile_id], part

    def _of_today(self, facts: Any) -> QuerySet:
        """Leave out what is not held today, unless another day is asked about."""
        return facts.held() if self.at is None else facts

    @cached_property
    def seats(self) -> list[tuple[Membership, Profile, Part]]:
        found = self._of_today(Membership.objects.published())
        return list(self.counted(found.select_related("state")))

    @cached_property
    def partnerships(self) -> list[tuple[Partnership, Profile, Part]]:
        found = self._of_today(Partnership.objects.published())
        return list(self.counted(found.select_related("organisation")))

    @cached_property
    def with_sure_secretariat(self) -> set[int]:
        """The keys of profiles with a secretariat that is confirmed."""
        return {
            profile.pk
            for one, profile, part in self.partnerships
            if one.role == PartnershipRole.SECRETARIAT and part == Part.CONFIRMED
        }

    @cached_property
    def chairs(self) -> list[tuple[Chairing, Profile, Part]]:
        found = Chairing.objects.published().select_related("state")
        return list(self.counted(found.current() if self.at is None else found))

    @cached_property
    def organs(self) -> list[tuple[Organ, Profile, Part]]:
        return list(self.counted(Organ.objects.published()))

    @cached_property
    def documents(self) -> list[tuple[GuidingDocument, Profile, Part]]:
        return list(self.counted(GuidingDocument.objects.published()))

    @cached_property
    def themes(self) -> list[tuple[ThemeFocus, Profile, Part]]:
        found = ThemeFocus.objects.published().select_related("theme")
        return list(self.counted(found))

    @cached_property
    def contributions(self) -> list[tuple[Contribution, Profile, Part]]:
        """Contributions of all mechanisms: what was adopted outlives who adopted it."""
        found = Contribution.objects.published().prefetch_related("gcm_objectives")
        return [
            (one, self.by_key[one.profile_id], part)
            for one in found
            if (part := self.part(one))
        ]

    @cached_property
    def sections(self) -> dict[tuple[int, str], Section]:
        return {(s.profile_id, s.part): s for s in Section.objects.published()}


def _held(at: AsAt, fact: Any) -> Holding:
    if isinstance(fact, Contribution):
        return at.of_event(str(fact.year or ""))
    if isinstance(fact, GuidingDocument):
        return at.of_event(fact.adopted)
    if isinstance(fact, Organ):
        return Holding.PERHAPS
    return at.of(fact)


def of_mechanism(profile: Profile, part: Part, said: str = "") -> Record:
    url = profile.mechanism.get_absolute_url()
    return Record(profile.short_name, url, part, said)
