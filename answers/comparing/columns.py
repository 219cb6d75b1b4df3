"""What is compared of each edition, loaded together for all of them."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from answers.comparing.choice import Chosen
from partnerships.models import FundingSource, Partnership
from partnerships.profile_page import ProfilePage
from profiles.models import (
    Chairing,
    Contribution,
    Meeting,
    Membership,
    Organ,
    Profile,
    Section,
    StatusPeriod,
    ThemeFocus,
)
from profiles.vocabularies import Coverage, EditionState, SectionPart

_COMPARED: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (Membership, ("state",)),
    (ThemeFocus, ("theme",)),
    (Partnership, ("organisation",)),
    (FundingSource, ("organisation",)),
    (Chairing, ("state",)),
    (Organ, ()),
    (Contribution, ()),
    (Meeting, ()),
    (Section, ()),
    (StatusPeriod, ()),
)
"""The kinds of facts that are compared, with the records that they name."""


class Column:
    """One of the editions that are compared, as its own page arranges it."""

    def __init__(self, chosen: Chosen, profile: Profile, *, says_edition: bool):
        self.asked = chosen.asked
        self.profile = profile
        self.page = ProfilePage(profile)
        self._says_edition = says_edition

    @property
    def name(self) -> str:
        """What the column is called; the edition stands in it where that matters."""
        if not self._says_edition:
            return self.profile.short_name
        text = _("%(name)s, edition %(number)s")
        return text % {
            "name": self.profile.short_name,
            "number": self.profile.edition,
        }

    @property
    def url(self) -> str:
        return self.profile.get_absolute_url()

    def coverage(self, part: SectionPart) -> Coverage:
        """What is known about a part of which no fact is on record."""
        return self._coverages.get(part.value, Coverage.UNKNOWN)

    @cached_property
    def _coverages(self) -> dict[str, Coverage]:
        sections = self.profile.sections.all()
        # That something was reported says nothing where no fact of it is compared.
        return {
            one.part: Coverage(one.coverage)
            for one in sections
            if one.coverage != Coverage.REPORTED
        }


def columns_of(chosen: Sequence[Chosen]) -> list[Column]:
    """Load what is compared of the editions, in their order: public facts only.

    The number of queries depends neither on the editions nor on their facts.
    """
    facts = [
        Prefetch(kind.of_profile(), kind.objects.public().select_related(*named))
        for kind, named in _COMPARED
    ]
    keys = [one.edition.pk for one in chosen]
    # What is withdrawn at this very moment is not shown any more.
    found = Profile.objects.readable().filter(pk__in=keys).select_related("mechanism")
    profiles = found.prefetch_related("regions", *facts).in_bulk()
    slugs = [one.slug for one in chosen]
    return [
        Column(
            one,
            profiles[one.edition.pk],
            says_edition=slugs.count(one.slug) > 1
            or one.edition.state != EditionState.PUBLISHED,
        )
        for one in chosen
        if one.edition.pk in profiles
    ]
