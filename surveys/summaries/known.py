"""The facts that an edition has, so that a sheet does not suggest them again."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from partnerships.models import FundingSource, MechanismLink, Partnership
from profiles.content import languages_of_texts
from profiles.folding import fold
from profiles.models import (
    Chairing,
    Contribution,
    GuidingDocument,
    Meeting,
    Membership,
    Organ,
    Profile,
    ThemeFocus,
)
from profiles.vocabularies import DisputedField
from surveys.statements import PROFILE
from surveys.summaries import found as kinds
from surveys.summaries.found import Found

ALTERNATIVE = "profiles.alternativevalue"
_SAME_TITLE = 80
"""From this likeness (0 to 100) on, two titles of one year name one contribution."""


def not_said_yet(found: Iterable[Found], edition: Profile | None) -> list[Found]:
    """Return the findings without facts of `edition`; those that contradict it become
    alternative values."""
    if edition is None:
        return list(found)
    known = _Known(edition)
    return [new for each in found for new in known.new(each)]


def _titles(fact: Contribution | GuidingDocument) -> list[str]:
    columns = languages_of_texts(type(fact))["title"]
    return [fold(text) for column in columns if (text := getattr(fact, column))]


class _Known:
    def __init__(self, edition: Profile):
        self.edition = edition
        self.memberships = {
            (iso3, role, is_current)
            for iso3, role, is_current in Membership.objects.filter(
                profile=edition
            ).values_list("state__iso3", "role", "is_current")
        }
        self.chairs = set(
            Chairing.objects.filter(profile=edition).values_list(
                "state__iso3", flat=True
            )
        )
        self.partnerships = list(
            Partnership.objects.filter(profile=edition).values_list(
                "organisation__slug", "role", "category", "arrangement"
            )
        )
        self.links = set(
            MechanismLink.objects.filter(profile=edition).values_list(
                "other__slug", "kind"
            )
        )
        self.themes = set(
            ThemeFocus.objects.filter(profile=edition).values_list(
                "theme__slug", flat=True
            )
        )
        self.organs = {
            fold(name)
            for name in Organ.objects.filter(profile=edition).values_list(
                "name", flat=True
            )
        }
        self.meetings = list(
            Meeting.objects.filter(profile=edition).values_list("date", flat=True)
        )
        self.funding = list(
            FundingSource.objects.filter(profile=edition).values_list(
                "organisation__slug", "statement"
            )
        )
        self.documents = list(GuidingDocument.objects.filter(profile=edition))
        self.contributions = [
            (contribution, {state.iso3 for state in contribution.states.all()})
            for contribution in Contribution.objects.filter(
                profile=edition
            ).prefetch_related("states")
        ]

    def new(self, found: Found) -> Iterator[Found]:
        if found.kind == PROFILE:
            yield from self._new_field(found)
            return
        says = {
            kinds.MEMBERSHIP: self._membership,
            kinds.CHAIRING: lambda fields: fields["state"] in self.chairs,
            kinds.PARTNERSHIP: self._partnership,
            kinds.LINK: lambda fields: (fields["other"], fields["kind"]) in self.links,
            kinds.FOCUS: lambda fields: fields["theme"] in self.themes,
            kinds.DOCUMENT: self._document,
            kinds.CONTRIBUTION: self._contribution,
            kinds.ORGAN: lambda fields: fold(fields["name"]) in self.organs,
            kinds.MEETING: self._meeting,
            kinds.FUNDING: self._funding,
        }
        if not says[found.kind](found.fields):
            yield found

    def _new_field(self, found: Found) -> Iterator[Found]:
        ((name, value),) = found.fields.items()
        there = getattr(self.edition, name)
        if there in (None, ""):
            yield found
        elif there != value and name == DisputedField.ESTABLISHED:
            yield replace(
                found,
                kind=ALTERNATIVE,
                label=_("%(what)s (the edition says: %(there)s)")
                % {"what": found.label, "there": there},
                fields={"field": name, "value": str(value)},
            )
        # An edition's own text on how the themes changed is better than a found one.

    def _membership(self, fields: dict[str, Any]) -> bool:
        is_current = fields.get("is_current", True)
        return (fields["state"], fields["role"], is_current) in self.memberships

    def _partnership(self, fields: dict[str, Any]) -> bool:
        wanted = fields.get("arrangement", "")
        return any(
            (organisation, role) == (fields["organisation"], fields["role"])
            and category == fields["category"]
            and wanted in ("", arrangement)
            for organisation, role, category, arrangement in self.partnerships
        )

    def _meeting(self, fields: dict[str, Any]) -> bool:
        return any(
            date.startswith(fields["date"]) or fields["date"].startswith(date)
            for date in self.meetings
            if date
        )

    def _funding(self, fields: dict[str, Any]) -> bool:
        return any(
            organisation == fields.get("organisation")
            and (organisation or statement == fields["statement"])
            for organisation, statement in self.funding
        )

    def _document(self, fields: dict[str, Any]) -> bool:
        title = fold(fields["title"])
        return any(
            title in _titles(document)
            or (
                document.kind == fields["kind"]
                and document.adopted
                and document.adopted == fields.get("adopted")
            )
            for document in self.documents
        )

    def _contribution(self, fields: dict[str, Any]) -> bool:
        states = set(fields.get("states", ()))
        title = fold(fields["title"])
        for there, their_states in self.contributions:
            if there.level != fields["level"]:
                continue
            if states and states <= their_states:
                return True
            is_like = any(
                fuzz.token_set_ratio(known, title) >= _SAME_TITLE
                for known in _titles(there)
            )
            if is_like and there.year in (None, fields.get("year")):
                return True
        return False
