"""Figures of what mechanisms work on, with whom, and what came of it."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answers.figures.counted import Counted, Part, Record, Row
from answers.figures.figure import NOT_AT_REST, Figure, by_mechanism, row
from answers.figures.reading import Counts
from profiles.models import GCMObjective
from profiles.vocabularies import (
    ContributionKind,
    ContributionStatus,
    GovernanceLevel,
    PartnerCategory,
)


class PartnerCategories(Figure):
    slug = "partner-categories"
    title = gettext_lazy("Mechanisms by category of partners")
    rule = gettext_lazy(
        "A mechanism that is neither dormant nor over counts once in each category "
        "under which it files an organisation that works with it, in any role."
    )
    list_name = "mechanism-list"

    def count(self, counts: Counts) -> Counted:
        found: dict[str, list[tuple[Any, Part, str]]] = defaultdict(list)
        for fact, profile, part in counts.partnerships:
            name = fact.organisation.short_name
            found[fact.category].append((profile, part, name))
        rows = [
            row(
                term,
                term.label,
                by_mechanism(found[term]),
                asked={**NOT_AT_REST, "partner": [term.value]},
            )
            for term in PartnerCategory
        ]
        categories: dict[Any, set[str]] = defaultdict(set)
        labels = dict(PartnerCategory.choices)
        for fact, profile, _part in counts.partnerships:
            categories[profile].add(str(labels[fact.category]))
        rows += self._by_number(counts, categories)
        return Counted(
            rows,
            len(categories),
            len(counts.existing),
            _("Partners of %(known)d of %(of)d mechanisms are on record."),
        )

    def _by_number(self, counts: Counts, categories: Any) -> list[Row]:
        numbers: dict[int, list[tuple[Any, Part, str]]] = defaultdict(list)
        for fact, profile, part in counts.partnerships:
            label = fact.get_category_display()
            numbers[len(categories[profile])].append((profile, part, label))
        return [
            row(
                f"number.{number}",
                str(number),
                by_mechanism(numbers[number]),
                group=_("Number of categories"),
                is_extra=True,
            )
            for number in sorted(numbers)
        ]


class ThemesByFrequency(Figure):
    slug = "themes"
    title = gettext_lazy("Themes by number of mechanisms")
    rule = gettext_lazy(
        "A mechanism that is neither dormant nor over counts once at each theme that "
        "was in its focus at some time."
    )
    list_name = "mechanism-list"

    def count(self, counts: Counts) -> Counted:
        found: dict[Any, list[tuple[Any, Part, str]]] = defaultdict(list)
        for focus, profile, part in counts.themes:
            found[focus.theme].append((profile, part, focus.get_phase_display()))
        rows = [
            row(
                theme.slug,
                theme.name,
                by_mechanism(held),
                asked={**NOT_AT_REST, "theme": [theme.slug]},
            )
            for theme, held in found.items()
        ]
        rows.sort(key=lambda one: (-one.total, one.label))
        known = {profile.pk for _focus, profile, _part in counts.themes}
        return Counted(
            rows,
            len(known),
            len(counts.existing),
            _("Themes of %(known)d of %(of)d mechanisms are on record."),
        )


def _record(contribution: Any, profile: Any, part: Part) -> Record:
    url = f"{profile.mechanism.get_absolute_url()}#contribution"
    return Record(contribution.title, url, part, profile.short_name)


class Contributions(Figure):
    slug = "contributions"
    title = gettext_lazy("Contributions by level, kind and status")
    rule = gettext_lazy(
        "Each contribution counts once by level, kind and status, whether its "
        "mechanism is dormant, over or neither; kind and status are as firm as the "
        "source is about them."
    )
    list_name = "contribution-list"

    def count(self, counts: Counts) -> Counted:
        facets: list[tuple[str, Any, str]] = [
            ("level", GovernanceLevel, _("Level")),
            ("kind", ContributionKind, _("Kind")),
            ("status", ContributionStatus, _("Status")),
        ]
        rows = [
            row(
                f"{facet}.{term}",
                term.label,
                list(self._records(counts, facet, term)),
                group=group,
                asked={facet: [term.value]},
            )
            for facet, terms, group in facets
            for term in terms
        ]
        return Counted(
            rows,
            *_mechanisms_with(counts),
            _("Contributions of %(known)d of %(of)d mechanisms are on record."),
            {"total": len(counts.contributions)},
        )

    def _records(self, counts: Counts, facet: str, term: str):
        for one, profile, part in counts.contributions:
            if getattr(one, facet) == term:
                if facet != "level":
                    part = counts.part(one, one.terms_certainty) or part
                yield _record(one, profile, part)


class ObjectivesCovered(Figure):
    slug = "gcm-objectives"
    title = gettext_lazy("Objectives of the Global Compact covered by contributions")
    rule = gettext_lazy(
        "A contribution counts once at each objective that the registry files it under."
    )
    list_name = "contribution-list"

    def count(self, counts: Counts) -> Counted:
        found: dict[int, list[Record]] = defaultdict(list)
        for one, profile, part in counts.contributions:
            for objective in one.gcm_objectives.all():
                found[objective.number].append(_record(one, profile, part))
        rows = [
            row(
                str(objective.number),
                f"{objective.number}. {objective.label}",
                found[objective.number],
                asked={"objective": [str(objective.number)]},
            )
            for objective in GCMObjective.objects.order_by("number")
        ]
        return Counted(
            rows,
            *_mechanisms_with(counts),
            _("Contributions of %(known)d of %(of)d mechanisms are on record."),
            {"total": sum(1 for records in found.values() if records)},
        )


def _mechanisms_with(counts: Counts) -> tuple[int, int]:
    known = {profile.pk for _one, profile, _part in counts.contributions}
    return len(known), len(counts.profiles)
