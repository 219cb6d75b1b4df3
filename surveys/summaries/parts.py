"""What a sheet does to the text of each part of its mechanism's profile."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles.models import Profile, Section
from profiles.vocabularies import Coverage, SectionPart
from surveys.summaries.deciding import SECTION
from surveys.summaries.found import Found
from surveys.summaries.phrases import clauses
from surveys.summaries.reading import Sheet

PARTS = list(SectionPart)


class PartAction(models.TextChoices):
    """What a sheet does to one part of the profile."""

    WRITE = "write", gettext_lazy("Text is written")
    NOT_REPORTED = "not_reported", gettext_lazy("Marked as not reported")
    NONE = "none", gettext_lazy("Marked as none")
    SAME = "same", gettext_lazy("Says so already")
    CONFLICT = "conflict", gettext_lazy("Kept; the sheet’s text is suggested")
    KEPT = "kept", gettext_lazy("Kept as it is")


_COVERAGES = {
    PartAction.NOT_REPORTED: Coverage.NOT_REPORTED,
    PartAction.NONE: Coverage.NONE,
}
WRITTEN_AT_ONCE = (PartAction.WRITE, *_COVERAGES)


@dataclass(frozen=True)
class PartPlan:
    part: SectionPart
    action: PartAction
    text: str = ""
    heading: str = ""


def plan_parts(sheet: Sheet, base: Profile | None, type: str) -> list[PartPlan]:
    """Return what the sheet does to each part of the edition `base`, in their order.

    `type` is the mechanism's, as in `Sheet.texts`.
    """
    there = {}
    if base:
        there = {s.part: s for s in Section.objects.filter(profile=base)}
    prose = prose_field(sheet)
    plans: list[PartPlan] = []
    for part, text in sheet.texts(type).items():
        section = there.get(part.value)
        if clauses.says_none(text):
            action = _action_without_answer(section, Coverage.NONE, PartAction.NONE)
            plans.append(PartPlan(part, action, heading=text))
        else:
            plans.append(PartPlan(part, _action_for(section, text, prose), text))
    answered = {plan.part for plan in plans}
    for part in sheet.unanswered():
        if part in answered:
            continue
        section = there.get(part.value)
        plans.append(
            PartPlan(
                part,
                _action_without_answer(
                    section, Coverage.NOT_REPORTED, PartAction.NOT_REPORTED
                ),
                heading=sheet.headings.get(part.heading, ""),
            )
        )
    return sorted(plans, key=lambda plan: PARTS.index(plan.part))


def prose_field(sheet: Sheet) -> str:
    return f"prose_{language_of(sheet)}"


def language_of(sheet: Sheet) -> str:
    """Return the language in which the registry keeps what a sheet says."""
    known = sheet.language in settings.MODELTRANSLATION_LANGUAGES
    return sheet.language if known else settings.MODELTRANSLATION_DEFAULT_LANGUAGE


def _action_for(section: Section | None, text: str, prose: str) -> PartAction:
    if section is None:
        return PartAction.WRITE
    if getattr(section, prose):
        is_same = _plain(getattr(section, prose)) == _plain(text)
        return PartAction.SAME if is_same else PartAction.CONFLICT
    if section.coverage in (Coverage.REPORTED, Coverage.UNKNOWN):
        return PartAction.WRITE
    return PartAction.CONFLICT


def _action_without_answer(
    section: Section | None, coverage: Coverage, action: PartAction
) -> PartAction:
    if section is None or section.coverage == Coverage.UNKNOWN:
        return action
    if section.coverage == coverage:
        return PartAction.SAME
    return PartAction.KEPT


def _plain(text: str) -> str:
    return " ".join(text.split())


def as_found(sheet: Sheet, plan: PartPlan) -> Found | None:
    """Return the section that a plan writes or suggests, None for one without."""
    if plan.action in (PartAction.SAME, PartAction.KEPT):
        return None
    fields: dict[str, Any] = {"part": plan.part.value}
    if coverage := _COVERAGES.get(plan.action):
        fields["coverage"] = coverage.value
        label = _("%(part)s: %(coverage)s") % {
            "part": plan.part.label,
            "coverage": coverage.label,
        }
    else:
        fields |= {
            "coverage": Coverage.REPORTED.value,
            prose_field(sheet): plan.text,
        }
        label = _("Text of “%(part)s”") % {"part": plan.part.label}
    return Found(plan.part, SECTION, label, fields, plan.text or plan.heading, ())
