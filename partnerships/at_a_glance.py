"""What a delegate asks of a mechanism first, answered in a few words from its page."""

from collections import Counter
from functools import cached_property
from typing import Any

from django.utils import timezone

from partnerships.models import FundingSource
from partnerships.profile_page import ProfilePage
from profiles.as_at import last_day
from profiles.models import Meeting, fact_kinds
from profiles.partial_dates import first_day
from profiles.vocabularies import Certainty, ContributionStatus, FundingKind


class AtAGlance:
    """Answers that no part of the page gives in as few words.

    Which meeting is the next depends on the day: pages are kept for a day at most.
    """

    def __init__(self, page: ProfilePage):
        self.page = page

    # --- Meetings ---

    @cached_property
    def next_meeting(self) -> Meeting | None:
        """The first meeting that has its day today or later, wherever that lies within
        what its date says."""
        ahead = [m for m in self._dated if first_day(m.date) >= self._today]
        return ahead[-1] if ahead else None

    @cached_property
    def last_meeting(self) -> Meeting | None:
        """The latest meeting that was held by yesterday, as far as dates say."""
        return next((m for m in self._dated if last_day(m.date) < self._today), None)

    @cached_property
    def held_or_ahead(self) -> list[Meeting]:
        """Meetings of this month or year, of which no source names the day."""
        today = self._today
        return [m for m in self._dated if first_day(m.date) < today <= last_day(m.date)]

    @cached_property
    def undated_meetings(self) -> int:
        return len(self.page.meetings) - len(self._dated)

    @cached_property
    def _dated(self) -> list[Meeting]:
        """The latest first."""
        return [meeting for meeting in self.page.meetings if meeting.date]

    @cached_property
    def _today(self):
        return timezone.localdate()

    # --- What it did, who pays ---

    @cached_property
    def contributions(self) -> list[tuple[Any, int]]:
        """Statuses of contributions, and how many have each."""
        found = self.page.profile.contributions.all()
        counted = Counter(contribution.status for contribution in found)
        return [(s.label, counted[s]) for s in ContributionStatus if counted[s]]

    @cached_property
    def payers(self) -> list[FundingSource]:
        """Where money comes from; what is said to be needed is no payer."""
        return [
            funding
            for funding in self.page.profile.funding_sources.all()
            if funding.kind != FundingKind.NEED
        ]

    # --- How sure it is ---

    @cached_property
    def stated(self) -> int:
        """How many facts their sources state, of `facts`."""
        return sum(fact.certainty == Certainty.STATED for fact in self._facts)

    @property
    def facts(self) -> int:
        return len(self._facts)

    @cached_property
    def _facts(self) -> list:
        profile = self.page.profile
        return [
            fact
            for kind in fact_kinds()
            for fact in getattr(profile, kind.of_profile()).all()
            if fact.is_stating
        ]
