"""What the page of a mechanism shows, loaded at once and arranged for readers.

It stands here and not in `profiles` because a profile's page shows partnerships
and links as well.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from partnerships.models import MechanismLink, Partnership
from profiles.alphabetical import name_key
from profiles.content import lines_of_the_form
from profiles.headcounts import numbers_of_members
from profiles.models import (
    AlternativeValue,
    Chairing,
    Clearance,
    Contribution,
    Fact,
    FieldSource,
    Meeting,
    Membership,
    Organ,
    OtherName,
    Profile,
    Section,
    Source,
    StatusPeriod,
    Theme,
    ThemeFocus,
    fact_kinds,
)
from profiles.models.counting import Headcount
from profiles.sourcing import Sourced, stated_fields, unsourced_fields
from profiles.succession import newest_first
from profiles.vocabularies import (
    Beneficiary,
    Certainty,
    Coverage,
    EditionState,
    FormPart,
    GovernanceLevel,
    MechanismLinkKind,
    MembershipRole,
    PagePart,
    PartnerCategory,
    PartnershipRole,
    SectionPart,
    ThemePhase,
)
from profiles.wording import pairs_in_words

ALIKE = 3
"""States from which on what is said of each alike is said once for all."""

CONTENT_LANGUAGES: tuple[str, ...] = settings.MODELTRANSLATION_LANGUAGES


@dataclass(frozen=True)
class Part:
    """What is known under one heading, level or beneficiary."""

    part: SectionPart
    section: Section | None
    facts: list[Any]
    clearances: list[Clearance]
    lost_facts: bool
    """Was a fact of the same place on the page redacted?"""

    @property
    def coverage(self) -> str:
        """The coverage on record; without one, facts are all that is known."""
        if self.section:
            return self.section.coverage
        return Coverage.REPORTED if self.facts else Coverage.UNKNOWN

    @property
    def is_gathered(self) -> bool:
        """Do the facts come from public sources, without an answer on record?"""
        return self.section is None and bool(self.facts)


@dataclass(frozen=True)
class SeatsAlike:
    """States in one role of which the same is said: when, how firmly, by whom."""

    seats: list[Membership]

    @property
    def said(self) -> Membership:
        """The role of the first State, which says what the others' roles say too."""
        return self.seats[0]


@dataclass(frozen=True)
class Seats:
    """Those who hold one role: States and territories, and organisations."""

    role: MembershipRole
    states: list[Membership]
    organisations: list[Partnership]
    at_rest: bool

    @cached_property
    def headcount(self) -> Headcount:
        """How many of the States are confirmed, and how many are to be confirmed."""
        return Headcount.of(self.states, at_rest=self.at_rest)

    def __len__(self) -> int:
        return len(self.states) + len(self.organisations)

    @property
    def heading(self) -> str:
        return str(_SEATS_HEADINGS[self.role])

    @cached_property
    def groups(self) -> list[SeatsAlike]:
        """States of which the same is said, the most first; single ones left out."""
        alike = [SeatsAlike(seats) for seats in self._alike if len(seats) >= ALIKE]
        return sorted(alike, key=lambda group: -len(group.seats))

    @cached_property
    def apart(self) -> list[Membership]:
        """States of each of which something of its own is said."""
        return [seat for seats in self._alike if len(seats) < ALIKE for seat in seats]

    @cached_property
    def _alike(self) -> list[list[Membership]]:
        groups: dict[tuple, list[Membership]] = defaultdict(list)
        for seat in self.states:
            groups[_said_of(seat)].append(seat)
        return list(groups.values())

    @property
    def are_few_apart(self) -> bool:
        """Are they too few for a table with a head of its own?"""
        return len(self.apart) < ALIKE

    @property
    def shows_since(self) -> bool:
        return any(_has_time(seat) for seat in self.apart)

    @property
    def shows_remarks(self) -> bool:
        return any(_has_remark(seat) for seat in self.apart)


_SEATS_HEADINGS = {
    MembershipRole.MEMBER: _("Members"),
    MembershipRole.OBSERVER: _("Observers"),
    MembershipRole.PARTNER: _("Partners"),
    MembershipRole.PROSPECTIVE_MEMBER: _("Interested in becoming members"),
    MembershipRole.PROSPECTIVE_OBSERVER: _("Interested in becoming observers"),
}


def _said_of(seat: Membership) -> tuple:
    return (
        *(seat.since, seat.until, seat.listed),
        *(seat.certainty, seat.note, seat.source_id),
    )


def _has_time(seat: Membership) -> bool:
    return bool(seat.since or seat.until or seat.listed)


def _has_remark(seat: Membership) -> bool:
    return bool(seat.note) or seat.certainty != Certainty.STATED


@dataclass(frozen=True)
class Link:
    """A link to another mechanism, seen from the mechanism of the page."""

    fact: MechanismLink
    other: Profile
    is_own: bool

    @property
    def relation(self) -> str:
        """How the mechanism of the page stands to the other one."""
        if self.fact.kind == MechanismLinkKind.COOPERATION:
            return "cooperates"
        if self.fact.kind == MechanismLinkKind.SUCCESSION:
            return "succeeds" if self.is_own else "succeeded"
        return "observes" if self.is_own else "observed"


@dataclass(frozen=True)
class ThemeInFocus:
    """A controlled theme with all that the sources say under their own labels."""

    theme: Theme
    focuses: list[ThemeFocus]


@dataclass(frozen=True)
class FurtherKind:
    """A kind of fact with a template of its own, in the part where it stands."""

    label: str
    place: PagePart
    template: str
    facts: list[Fact]


class ProfilePage:
    """One edition, loaded by `load_profile`, arranged as its page shows it."""

    headings = dict(PagePart.choices)

    def __init__(self, profile: Profile):
        self.profile = profile

    @property
    def clearances(self) -> list[Clearance]:
        """Who confirmed the whole profile, the latest first."""
        return self._clearances_of("")

    # --- Who takes part ---

    @cached_property
    def seats(self) -> list[Seats]:
        """The roles held now, members first; roles that nobody holds are left out."""
        current = [seat for seat in self._memberships if seat.is_current]
        groups = []
        for role in MembershipRole:
            states = [seat for seat in current if seat.role == role]
            organisations = [
                partnership
                for partnership in self._partnerships
                # 'Partner' is what most organisations are: they have a section.
                if partnership.role == role and role != MembershipRole.PARTNER
            ]
            if states or organisations:
                at_rest = self.profile.is_at_rest
                groups.append(Seats(role, states, organisations, at_rest))
        return groups

    @cached_property
    def former_seats(self) -> list[Membership]:
        return [seat for seat in self._memberships if not seat.is_current]

    def states_with(self, role: MembershipRole) -> list[Membership]:
        return next((seats.states for seats in self.seats if seats.role == role), [])

    def headcount_of(self, role: MembershipRole) -> Headcount:
        return Headcount.of(self.states_with(role), at_rest=self.profile.is_at_rest)

    @cached_property
    def figures(self) -> dict[str, int | Headcount]:
        """How much there is of what; each number leads to the part that lists it."""
        return {
            "members": self.headcount_of(MembershipRole.MEMBER),
            "observers": self.headcount_of(MembershipRole.OBSERVER),
            "partners": len({link.organisation_id for link in self._partnerships}),
            "contributions": len(self.profile.contributions.all()),
            "meetings": len(self.profile.meetings.all()),
        }

    @property
    def claims(self) -> list[AlternativeValue]:
        """Numbers of members that sources give."""
        return numbers_of_members(self.profile.alternative_values.all())

    # --- 1. Evolution of programming and thematic focus ---

    @cached_property
    def evolution(self) -> Part:
        facts = [
            *self.profile.theme_focuses.all(),
            *self.profile.guiding_documents.all(),
        ]
        return self._part(SectionPart.EVOLUTION, facts)

    @cached_property
    def themes_then(self) -> list[ThemeInFocus]:
        """Themes in focus at the start, and those that are no longer."""
        return self._themes(ThemePhase.INITIAL, ThemePhase.PAST, ThemePhase.THROUGHOUT)

    @cached_property
    def themes_now(self) -> list[ThemeInFocus]:
        return self._themes(ThemePhase.CURRENT, ThemePhase.THROUGHOUT)

    @cached_property
    def theme_caveats(self) -> dict[str, ThemeFocus]:
        """A theme in focus by a note that belongs to all of its certainty, and says how
        firm the labels are: the page says it once.
        """
        focuses = self.profile.theme_focuses.all()
        notes = _grouped(focuses, "certainty")
        return {
            alike[0].note: alike[0]
            for alike in notes.values()
            if len(alike) >= ALIKE
            and alike[0].note
            and len({focus.note for focus in alike}) == 1
            and alike[0].certainty != Certainty.STATED
        }

    @cached_property
    def themes_changed(self) -> bool:
        """Is anything known of an earlier focus, so that then and now can differ?"""
        earlier = {ThemePhase.INITIAL, ThemePhase.PAST}
        return any(focus.phase in earlier for focus in self.profile.theme_focuses.all())

    def _themes(self, *phases: ThemePhase) -> list[ThemeInFocus]:
        by_theme: dict[Theme, list[ThemeFocus]] = defaultdict(list)
        for focus in self.profile.theme_focuses.all():
            if focus.phase in phases:
                by_theme[focus.theme].append(focus)
        ordered = sorted(by_theme, key=lambda theme: (theme.position, theme.slug))
        return [ThemeInFocus(theme, by_theme[theme]) for theme in ordered]

    # --- 2. Contribution to migration governance ---

    @cached_property
    def contribution_parts(self) -> list[Part]:
        """One part per level, in the order of the assessment."""
        by_level = _grouped(self.profile.contributions.all(), "level")
        return [
            self._part(
                SectionPart(f"contribution_{level.value}"), by_level.get(level, [])
            )
            for level in GovernanceLevel
        ]

    @property
    def contributions(self) -> list[Contribution]:
        """Those of all levels, in the order of the assessment."""
        return [fact for part in self.contribution_parts for fact in part.facts]

    @property
    def contributions_known(self) -> list[Part]:
        return [part for part in self.contribution_parts if _has_content(part)]

    @property
    def contributions_unknown(self) -> list[Part]:
        return [part for part in self.contribution_parts if not _has_content(part)]

    # --- 3. Salient structures ---

    @cached_property
    def structure(self) -> Part:
        facts = [
            *self.associations,
            *self.secretariats,
            *self.profile.chairings.all(),
            *self.profile.organs.all(),
            *self.profile.funding_sources.all(),
        ]
        return self._part(SectionPart.STRUCTURE, facts)

    @cached_property
    def associations(self) -> list[Partnership]:
        return self._in_role(PartnershipRole.FORMAL_ASSOCIATION)

    @cached_property
    def secretariats(self) -> list[Partnership]:
        return self._in_role(PartnershipRole.SECRETARIAT)

    @cached_property
    def chairs(self) -> list[Chairing]:
        """The succession of chairs, the newest first."""
        return newest_first(sorted(self.profile.chairings.all(), key=_by_position))

    @property
    def latest_chairs(self) -> list[Chairing]:
        """Who chairs as far as sources say; several where the chair is shared."""
        return [chair for chair in self.chairs if chair.is_current]

    @cached_property
    def organs(self) -> list[tuple[str, list[Organ]]]:
        """Organs by kind, under the kind's name."""
        return [
            (organs[0].get_kind_display(), organs)
            for organs in _grouped(self.profile.organs.all(), "kind").values()
        ]

    # --- 4. Partnership models ---

    @cached_property
    def partnerships(self) -> Part:
        facts = [*self._partnerships, *self.links]
        return self._part(SectionPart.PARTNERSHIPS, facts)

    @cached_property
    def partners(self) -> list[tuple[PartnerCategory, list[Partnership]]]:
        by_category = _grouped(self._partnerships, "category")
        return [
            (category, by_category[category])
            for category in PartnerCategory
            if category in by_category
        ]

    @cached_property
    def links(self) -> list[Link]:
        """Links of this edition, then those that others record to this mechanism.

        What others say today is left out of a superseded edition.
        """
        links = [
            Link(fact, fact.other_edition, is_own=True)  # type: ignore[attr-defined]
            for fact in self.profile.mechanism_links.all()
            # `load_profile` loads it, and `public_links`.
            if fact.other_edition is not None  # type: ignore[attr-defined]
        ]
        if self.profile.state == EditionState.PUBLISHED:
            said = {(link.other.mechanism_id, link.relation) for link in links}
            received = [
                Link(fact, fact.profile, is_own=False)
                for fact in self.profile.mechanism.public_links  # type: ignore[attr-defined]
            ]
            # Cooperation that both profiles record is one link.
            links += [
                link
                for link in received
                if (link.other.mechanism_id, link.relation) not in said
            ]
        return sorted(links, key=lambda link: name_key(link.other.name))

    # --- 5. Added value of membership ---

    @cached_property
    def added_value_parts(self) -> list[Part]:
        by_beneficiary = _grouped(self.profile.added_values.all(), "beneficiary")
        return [
            self._part(SectionPart.STATES, by_beneficiary.get(Beneficiary.STATE, [])),
            self._part(
                SectionPart.ORGANISATIONS,
                by_beneficiary.get(Beneficiary.ORGANISATION, []),
            ),
        ]

    # --- Status, meetings, names, conflicts ---

    @cached_property
    def status_periods(self) -> list[StatusPeriod]:
        """The statuses in time, the latest first."""
        periods = sorted(self.profile.status_periods.all(), key=_by_position)
        return sorted(periods, key=lambda one: (one.since, one.until), reverse=True)

    @cached_property
    def meetings(self) -> list[Meeting]:
        """The latest first; those without a date last."""
        meetings = sorted(self.profile.meetings.all(), key=_by_position)
        return sorted(meetings, key=lambda meeting: meeting.date, reverse=True)

    @cached_property
    def names(self) -> list[tuple[str, str, str]]:
        """Language, name and acronym, in each language that it has."""
        return [
            (language, name, getattr(self.profile, f"acronym_{language}") or "")
            for language in CONTENT_LANGUAGES
            if (name := getattr(self.profile, f"name_{language}"))
        ]

    @cached_property
    def other_names(self) -> list[tuple[str, list[OtherName]]]:
        """Other names by kind, under the kind's name."""
        return [
            (names[0].get_kind_display(), names)
            for names in _grouped(self.profile.other_names.all(), "kind").values()
        ]

    @cached_property
    def alternatives(self) -> dict[str, list[AlternativeValue]]:
        """What other sources say, by the field of the profile."""
        return _grouped(self.profile.alternative_values.all(), "field")

    # --- Who says so ---

    def sources_of(
        self, *fields: str, language: str | None = None
    ) -> list[FieldSource]:
        """Return the sources of fields, each once: those of one language, or of all."""
        found: dict[int | None, FieldSource] = {}
        for source in self.profile.field_sources.all():
            is_of_language = language is None or source.language in ("", language)
            if source.field in fields and is_of_language:
                found.setdefault(source.source_id, source)
        return [*found.values()]

    @cached_property
    def further_sources(self) -> list[Source]:
        """What was read for the profile, and is named by none of its facts."""
        named = {
            fact.source_id
            for kind in fact_kinds()
            for fact in getattr(self.profile, kind.of_profile()).all()
        }
        return [s for s in self.profile.sources.all() if s.pk not in named]

    @cached_property
    def sourced(self) -> Sourced:
        """How many statements the page makes, and how many of them name a source."""
        facts = [
            fact
            for kind in fact_kinds()
            for fact in getattr(self.profile, kind.of_profile()).all()
            if fact.is_stating
        ]
        stated = stated_fields(self.profile)
        missing = unsourced_fields(self.profile, self.profile.field_sources.all())
        return Sourced(
            "",
            len(facts) + len(stated),
            sum(f.source_id is not None for f in facts) + len(stated) - len(missing),
        )

    # --- What no part arranges ---

    @cached_property
    def further_kinds(self) -> list[FurtherKind]:
        """Kinds of facts that the template of their part does not arrange."""
        found = []
        for kind in fact_kinds():
            facts = list(getattr(self.profile, kind.of_profile()).all())
            if kind.page_template and facts:
                label = capfirst(str(kind._meta.verbose_name_plural))
                place = kind.form_part.on_page
                found.append(FurtherKind(label, place, kind.page_template, facts))
        return found

    @cached_property
    def further_fields(self) -> list[tuple[str, str, bool]]:
        """Fields of the profile that no part arranges: label, value, was it removed?"""
        lines = lines_of_the_form().get(FormPart.OTHER, ())
        names = [name for line in lines for name in line]
        pairs = pairs_in_words(self.profile, names)
        return [
            (label, value, name in self.removed)
            for name, (label, value) in zip(names, pairs, strict=True)
        ]

    # --- How it is put together ---

    @cached_property
    def _memberships(self) -> list[Membership]:
        return sorted(
            self.profile.memberships.all(), key=lambda seat: name_key(seat.state.name)
        )

    @cached_property
    def _partnerships(self) -> list[Partnership]:
        return sorted(
            self.profile.partnerships.all(),
            key=lambda link: name_key(link.organisation.name),
        )

    def _in_role(self, role: PartnershipRole) -> list[Partnership]:
        return [link for link in self._partnerships if link.role == role]

    @cached_property
    def _sections(self) -> dict[str, Section]:
        return {section.part: section for section in self.profile.sections.all()}

    def _part(self, part: SectionPart, facts: list[Any]) -> Part:
        return Part(
            part,
            self._sections.get(part),
            facts,
            self._clearances_of(part.value),
            lost_facts=self.removed.get(part.heading.value, False),
        )

    @cached_property
    def removed(self) -> dict[str, bool]:
        """Places of the page that lost a fact, and fields that lost what they said."""
        return {
            redaction.field or redaction.place: True
            for redaction in self.profile.redactions.all()
            if redaction.uid is None or not redaction.field
        }

    def _clearances_of(self, part: str) -> list[Clearance]:
        clearances = [c for c in self.profile.clearances.all() if c.part == part]
        return sorted(clearances, key=lambda clearance: clearance.on, reverse=True)


def _has_content(part: Part) -> bool:
    return bool(part.facts or (part.section and part.section.prose))


def _by_position(fact: Any) -> tuple[int, int]:
    return fact.position, fact.pk


def _grouped(facts: Iterable[Any], field: str) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for fact in facts:
        groups.setdefault(getattr(fact, field), []).append(fact)
    return groups
