"""Figures of how mechanisms work: how many have a chair, a secretariat, a strategy …

That nothing is on record is no 'no': five kinds of answers are kept apart.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answers.figures.counted import Counted, Part, Record, Row, firmest
from answers.figures.figure import Figure, by_mechanism, row
from answers.figures.reading import Counts, of_mechanism
from profiles.models import Profile
from profiles.vocabularies import (
    Coverage,
    DocumentKind,
    OrganKind,
    PartnershipRole,
    SectionPart,
)

ANSWERS = {
    Coverage.REPORTED: gettext_lazy("Yes"),
    Coverage.NONE: gettext_lazy("None, says the source"),
    Coverage.NOT_REPORTED: gettext_lazy("Not reported: asked, no answer"),
    Coverage.NOT_ASKED: gettext_lazy("Not asked"),
    Coverage.UNKNOWN: gettext_lazy("Unknown"),
}

IOM = "iom"

Facts = Iterable[tuple[Any, Profile, Part]]


class Having(Figure):
    """How many mechanisms have something, by facts on record and by the coverage that
    the profile or a section of it states."""

    answers: ClassVar[dict[Any, Any]] = ANSWERS
    coverage_field: ClassVar[str] = ""
    section: ClassVar[str] = ""

    def facts(self, counts: Counts) -> Facts:
        raise NotImplementedError

    def said(self, fact: Any) -> str:
        return str(fact)

    def further_rows(self, counts: Counts) -> list[Row]:
        return []

    def coverage(self, counts: Counts, profile: Profile) -> str:
        """Return why nothing is on record. What a profile says today does not say it
        of another day."""
        if counts.at is not None:
            return Coverage.UNKNOWN
        if self.coverage_field:
            return getattr(profile, self.coverage_field)
        section = counts.sections.get((profile.pk, self.section))
        said = section.coverage if section else Coverage.UNKNOWN
        # That something is said of the section does not say that there is this.
        return Coverage.UNKNOWN if said == Coverage.REPORTED else said

    def count(self, counts: Counts) -> Counted:
        found = by_mechanism(
            (profile, part, self.said(fact))
            for fact, profile, part in self.facts(counts)
        )
        having = {record.url for record in found}
        answers: dict[str, list[Record]] = defaultdict(list)
        answers[Coverage.REPORTED] = found
        for profile in counts.existing:
            if profile.mechanism.get_absolute_url() not in having:
                record = of_mechanism(profile, Part.WITHOUT_FACT)
                answers[self.coverage(counts, profile)].append(record)
        rows = [
            row(coverage, words, answers[coverage])
            for coverage, words in self.answers.items()
        ]
        known = len(answers[Coverage.REPORTED]) + len(answers[Coverage.NONE])
        return Counted(
            [*rows, *self.further_rows(counts)],
            known,
            len(counts.existing),
            _(
                "Known of %(known)d of %(of)d mechanisms that are neither dormant nor "
                "over."
            ),
            {"total": len(answers[Coverage.REPORTED])},
        )


class WithChair(Having):
    slug = "with-chair"
    title = gettext_lazy("Mechanisms with a chair")
    rule = gettext_lazy(
        "A mechanism has a chair where the latest known holder is on record or its "
        "profile says that there is one."
    )
    coverage_field = "chair_coverage"

    def facts(self, counts: Counts) -> Facts:
        return counts.chairs


class WithSecretariat(Having):
    slug = "with-secretariat"
    title = gettext_lazy("Mechanisms with a secretariat, by provider")
    rule = gettext_lazy(
        "A mechanism has a secretariat where an organisation serves it as one or its "
        "profile says that there is one; one with several counts at each provider."
    )
    coverage_field = "secretariat_coverage"
    list_name = "mechanism-list"

    def facts(self, counts: Counts) -> Facts:
        return of_role(counts, PartnershipRole.SECRETARIAT)

    def said(self, fact: Any) -> str:
        return fact.organisation.short_name

    def further_rows(self, counts: Counts) -> list[Row]:
        return by_organisation(self.facts(counts), _("Provider"), "secretariat")


class WithIOMSecretariat(Having):
    slug = "with-iom-secretariat"
    title = gettext_lazy("Mechanisms with IOM as secretariat")
    rule = gettext_lazy(
        "A mechanism counts where IOM serves it as secretariat, alone or beside "
        "others, in any arrangement; where another’s secretariat alone is on record, "
        "it is known that IOM’s is not."
    )
    answers = {
        **ANSWERS,
        Coverage.NONE: gettext_lazy("Another provides it, or there is none"),
    }

    def facts(self, counts: Counts) -> Facts:
        return [
            one
            for one in of_role(counts, PartnershipRole.SECRETARIAT)
            if one[0].organisation.slug == IOM
        ]

    def said(self, fact: Any) -> str:
        return fact.get_arrangement_display()

    def coverage(self, counts: Counts, profile: Profile) -> str:
        # What is not sure of another's secretariat does not say that IOM's is not.
        if profile.pk in counts.with_sure_secretariat:
            return Coverage.NONE
        if counts.at is not None:
            return Coverage.UNKNOWN
        said = profile.secretariat_coverage
        return Coverage.UNKNOWN if said == Coverage.REPORTED else said


class WithAssociation(Having):
    slug = "with-formal-association"
    title = gettext_lazy("Mechanisms formally associated with a regional organisation")
    rule = gettext_lazy(
        "A mechanism counts where a formal association is on record or its profile "
        "says that there is one."
    )
    coverage_field = "association_coverage"
    list_name = "mechanism-list"

    def facts(self, counts: Counts) -> Facts:
        return of_role(counts, PartnershipRole.FORMAL_ASSOCIATION)

    def said(self, fact: Any) -> str:
        return fact.organisation.short_name

    def further_rows(self, counts: Counts) -> list[Row]:
        return by_organisation(self.facts(counts), _("Organisation"), "association")


class WithWorkingGroups(Having):
    slug = "with-working-groups"
    title = gettext_lazy("Mechanisms with working or expert groups")
    rule = gettext_lazy(
        "A mechanism counts where a working or expert group is on record; where none "
        "is, the coverage of its structures says why."
    )
    section = SectionPart.STRUCTURE

    def facts(self, counts: Counts) -> Facts:
        kinds = (OrganKind.WORKING_GROUP, OrganKind.EXPERT_GROUP)
        return [one for one in counts.organs if one[0].kind in kinds]


class WithDocument(Having):
    kind: ClassVar[str]
    section = SectionPart.EVOLUTION

    def facts(self, counts: Counts) -> Facts:
        return [one for one in counts.documents if one[0].kind == self.kind]


class WithStrategy(WithDocument):
    slug = "with-strategy"
    title = gettext_lazy("Mechanisms with a strategy")
    rule = gettext_lazy(
        "A mechanism counts where a strategy is on record; where none is, the coverage "
        "of its evolution says why."
    )
    kind = DocumentKind.STRATEGY


class WithWorkplan(WithDocument):
    slug = "with-workplan"
    title = gettext_lazy("Mechanisms with a workplan")
    rule = gettext_lazy(
        "A mechanism counts where a workplan is on record, of whatever year; where "
        "none is, the coverage of its evolution says why."
    )
    kind = DocumentKind.WORKPLAN


def of_role(counts: Counts, role: str) -> list[tuple[Any, Profile, Part]]:
    return [one for one in counts.partnerships if one[0].role == role]


def by_organisation(facts: Facts, group: str, facet: str) -> list[Row]:
    """Return a row for each organisation, the most frequent first."""
    found: dict[Any, dict[Profile, list[Part]]] = defaultdict(lambda: defaultdict(list))
    for fact, profile, part in facts:
        found[fact.organisation][profile].append(part)
    rows = [
        row(
            f"of.{organisation.slug}",
            organisation.name,
            [of_mechanism(profile, firmest(parts)) for profile, parts in held.items()],
            group=group,
            asked={"status": ["active", "unknown"], facet: [organisation.slug]},
        )
        for organisation, held in found.items()
    ]
    return sorted(rows, key=lambda one: (-one.total, one.label))
