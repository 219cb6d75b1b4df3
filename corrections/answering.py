"""Answering a report: what staff decided, and the draft in which to correct."""

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from corrections.models import ErrorReport, Outcome
from profiles import editions
from profiles.models import Fact, Profile, fact_kinds
from profiles.readiness import part_of_the_form
from profiles.sourcing import StatedField
from profiles.vocabularies import FormPart


@dataclass(frozen=True)
class Draft:
    """The open edition in which a report can be corrected, and where in its form."""

    edition: Profile
    part: FormPart

    @property
    def url(self) -> str:
        form = reverse("admin:profiles_profile_change", args=[self.edition.pk])
        return f"{form}#part-{self.part.value}"


@transaction.atomic
def answer(report: ErrorReport, *, by) -> Draft | None:
    """Save a report with its outcome and public words, which are public at once.

    When it is accepted now, a draft of its mechanism is opened, or the open one
    taken; it is returned with the part of the form. None when there is none to open:
    the report is about no mechanism, or about one that is no longer published.
    """
    before = ErrorReport.objects.select_for_update().get(pk=report.pk).outcome
    if before != report.outcome:
        report.answered_at = timezone.now()
        report.answered_by = by
    report.save()
    if before == report.outcome or report.outcome != Outcome.ACCEPTED:
        return None
    if report.mechanism is None:
        return None
    if not report.mechanism.editions.open().exists():
        if not report.mechanism.editions.published().exists():
            return None
        editions.open_draft(report.mechanism, by=by)
    return draft_for(report)


def draft_for(report: ErrorReport) -> Draft | None:
    """Return the open edition for a report about a mechanism, if there is one."""
    if report.mechanism is None:
        return None
    edition = report.mechanism.editions.open().first()
    if edition is None:
        return None
    if report.field:
        return Draft(edition, StatedField(report.field).part)
    fact = _fact(report, edition)
    return Draft(edition, part_of_the_form(fact) if fact else FormPart.IDENTITY)


def fact_reported(report: ErrorReport) -> Fact | None:
    """Return the fact as the published edition has it now, for staff to look at."""
    if report.mechanism is None:
        return None
    edition = report.mechanism.editions.published().first()
    return _fact(report, edition) if edition else None


def _fact(report: ErrorReport, edition: Profile) -> Fact | None:
    if report.fact_uid is None:
        return None
    for kind in fact_kinds():
        if kind._meta.label_lower == report.fact_kind:
            facts = getattr(edition, kind.of_profile())
            return facts.filter(uid=report.fact_uid).first()
    return None
