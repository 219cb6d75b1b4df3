"""From a sheet to the draft of its mechanism.

`prepare` finds out what would be written and writes nothing; `write` writes it in one
transaction. The sheet fills only empty texts; everything else that it says becomes a
suggestion.
"""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles import editions
from profiles.models import Mechanism, Profile, Section, Source
from profiles.models.mechanisms import ONCE_PUBLIC_STATES
from profiles.vocabularies import (
    Coverage,
    EditionState,
    MechanismType,
    SectionPart,
)
from surveys.models import Suggestion, SummarySheet
from surveys.names import MECHANISM, Names
from surveys.problems import Code, Problem, Severity
from surveys.summaries import deciding
from surveys.summaries.deciding import SECTION
from surveys.summaries.finding import Finder, Found
from surveys.summaries.known import not_said_yet
from surveys.summaries.phrases import clauses
from surveys.summaries.reading import Sheet
from surveys.vocabularies import SuggestionState

_ORDER = list(SectionPart)


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
_WRITTEN_AT_ONCE = (PartAction.WRITE, *_COVERAGES)


@dataclass(frozen=True)
class PartPlan:
    part: SectionPart
    action: PartAction
    text: str = ""
    heading: str = ""


@dataclass
class SheetPreparation:
    """What a sheet would write. `base` is the edition with which it is compared.

    `already` is the sheet that was read from the same file before. `is_chosen` tells
    that a person chose the mechanism: then the sheet's name for it is remembered.
    """

    sheet: Sheet
    file_name: str
    sha256: str
    mechanism: Mechanism | None = None
    base: Profile | None = None
    opens_draft: bool = False
    already: SummarySheet | None = None
    type: str = MechanismType.REGIONAL
    is_chosen: bool = False
    source: str = ""
    parts: list[PartPlan] = field(default_factory=list)
    suggestions: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def can_be_written(self) -> bool:
        blocking = (Severity.ERROR, Severity.QUESTION)
        return self.mechanism is not None and not any(
            problem.severity in blocking for problem in self.problems
        )

    @property
    def is_empty(self) -> bool:
        writes = (*_WRITTEN_AT_ONCE, PartAction.CONFLICT)
        return not self.suggestions and not any(
            plan.action in writes for plan in self.parts
        )

    @property
    def state(self) -> tuple[int, int]:
        """Return pk and version of the edition, by which a change of it is noticed."""
        return (self.base.pk, self.base.version) if self.base else (0, 0)


class NotWritable(Exception):
    """Raised for a preparation whose problems a person has to solve first."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__(" ".join(str(problem.text) for problem in problems))


def fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def prepare(
    sheet: Sheet, file_name: str, sha256: str, *, mechanism: str = "", type: str = ""
) -> SheetPreparation:
    """Return what the sheet would write into the draft of its mechanism.

    `mechanism` is the slug that a person chose; without it the sheet's own name
    decides. `type` is only needed for a mechanism that has no edition yet.
    """
    names = Names()
    done = SheetPreparation(sheet, file_name, sha256, problems=list(sheet.problems))
    done.mechanism = _mechanism(done, names, mechanism)
    if done.mechanism is None:
        return done
    _choose_edition(done, done.mechanism, type)
    done.source = _source_key(done, done.mechanism)
    # The sheets of earlier editions count: this edition was opened from those.
    done.already = SummarySheet.objects.filter(
        profile__mechanism=done.mechanism, sha256=sha256
    ).first()
    if done.already is None and not _blocked(done):
        done.parts = _plan_parts(done)
        finder = Finder(names, done.mechanism.slug)
        found = finder.find(sheet, done.type)
        done.problems.extend(_without_record(finder.unknown(sheet, done.type)))
        done.suggestions = _undecided(not_said_yet(found, done.base), done)
    return done


def write(preparation: SheetPreparation, *, by=None) -> SummarySheet | None:
    """Write a preparation into the draft, which is opened if there is none.

    Returns None when there is nothing to write: the same file was read before. Raises
    NotWritable, and editions.ChangedMeanwhile when the edition has changed since.
    """
    if not preparation.can_be_written or preparation.mechanism is None:
        raise NotWritable(preparation.problems)
    with transaction.atomic():
        Mechanism.objects.select_for_update().get(pk=preparation.mechanism.pk)
        again = prepare(
            preparation.sheet,
            preparation.file_name,
            preparation.sha256,
            mechanism=preparation.mechanism.slug,
            type=preparation.type,
        )
        if again.state != preparation.state:
            raise editions.ChangedMeanwhile
        if again.mechanism is None or _blocked(again):
            raise NotWritable(again.problems)
        if again.already:
            return None
        if preparation.is_chosen:
            Names().remember(MECHANISM, again.sheet.name, again.mechanism.slug)
        return _write(again, again.mechanism, by)


def _without_record(names: list[str]) -> list[Problem]:
    if not names:
        return []
    text = _("The registry has no record of: %(names)s.") % {"names": ", ".join(names)}
    return [
        Problem(
            Code.UNKNOWN_NAME,
            Severity.NOTE,
            text,
            allowed=_("What is said of them is not suggested."),
        )
    ]


# --- Whose sheet it is -------------------------------------------------------


def _mechanism(done: SheetPreparation, names: Names, chosen: str) -> Mechanism | None:
    sheet = done.sheet
    if chosen:
        done.is_chosen = True
        mechanism = Mechanism.objects.filter(slug=chosen).first()
        if mechanism is None:
            _complain(
                done,
                Code.UNKNOWN_NAME,
                _("There is no mechanism “%(slug)s”.") % {"slug": chosen},
            )
        return mechanism
    written = f"{sheet.name} ({sheet.acronym})" if sheet.acronym else sheet.name
    if not sheet.name:
        _complain(
            done,
            Code.UNKNOWN_NAME,
            _("The sheet does not say whose it is."),
            allowed=_("Choose the mechanism yourself."),
        )
        return None
    match = names.find(MECHANISM, written)
    if match.key:
        return Mechanism.objects.get(slug=match.key)
    done.problems.append(
        Problem(
            Code.UNCERTAIN_NAME if match.is_uncertain else Code.UNKNOWN_NAME,
            Severity.QUESTION,
            _("Which mechanism is “%(name)s”?") % {"name": written},
            value=written,
            kind=MECHANISM,
            candidates=match.candidates,
            allowed=_("Choose the mechanism yourself."),
        )
    )
    return None


def _complain(done: SheetPreparation, code: Code, text: str, allowed: str = "") -> None:
    done.problems.append(Problem(code, Severity.ERROR, text, allowed=allowed))


def _blocked(done: SheetPreparation) -> bool:
    return not done.can_be_written


def _choose_edition(done: SheetPreparation, mechanism: Mechanism, type: str) -> None:
    of_mechanism = mechanism.editions
    opened = of_mechanism.open().first()
    done.base = (
        opened
        or of_mechanism.published().first()
        or of_mechanism.filter(state__in=ONCE_PUBLIC_STATES)
        .order_by("-edition")
        .first()
    )
    done.opens_draft = opened is None
    if opened and opened.state == EditionState.IN_REVIEW:
        _complain(
            done,
            Code.OPEN_EDITION_IN_REVIEW,
            _("Edition %(number)s is in review: nothing is written into it.")
            % {"number": opened.edition},
            allowed=_("Have it published or sent back first."),
        )
    if done.base:
        done.type = done.base.type
    elif type in MechanismType.values:
        done.type = type
    else:
        done.problems.append(
            Problem(
                Code.REQUIRED_EMPTY,
                Severity.WARNING,
                _("It is the first edition, and a sheet does not tell the type."),
                value=str(MechanismType.REGIONAL.label),
                allowed=_("Set the right type in the form."),
            )
        )


def _source_key(done: SheetPreparation, mechanism: Mechanism) -> str:
    """Return the key of the source that stands for this sheet, by its year if known."""
    years = re.findall(r"\b20\d\d\b", " ".join(done.sheet.cover))
    year = max(years, default="")
    there = Source.objects.filter(
        section_facts__profile=done.base,
        title__icontains="summary of findings",
        published__startswith=year,
    )
    if done.base and year and (known := there.order_by("pk").first()):
        return known.slug
    key = f"summary-of-findings-{mechanism.slug}"[:75]
    return f"{key}-{year}" if year else key


# --- What would be written ---------------------------------------------------


def _plan_parts(done: SheetPreparation) -> list[PartPlan]:
    there = {}
    if done.base:
        there = {s.part: s for s in Section.objects.filter(profile=done.base)}
    prose = _prose_field(done.sheet)
    plans: list[PartPlan] = []
    for part, text in done.sheet.texts(done.type).items():
        section = there.get(part.value)
        if clauses.says_none(text):
            action = _action_without_answer(section, Coverage.NONE, PartAction.NONE)
            plans.append(PartPlan(part, action, heading=text))
        else:
            plans.append(PartPlan(part, _action_for(section, text, prose), text))
    answered = {plan.part for plan in plans}
    for part in done.sheet.unanswered():
        if part in answered:
            continue
        section = there.get(part.value)
        plans.append(
            PartPlan(
                part,
                _action_without_answer(
                    section, Coverage.NOT_REPORTED, PartAction.NOT_REPORTED
                ),
                heading=done.sheet.headings.get(part.heading, ""),
            )
        )
    return sorted(plans, key=lambda plan: _ORDER.index(plan.part))


def _prose_field(sheet: Sheet) -> str:
    known = sheet.language in settings.MODELTRANSLATION_LANGUAGES
    return f"prose_{sheet.language if known else 'en'}"


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


def _undecided(found: list[Found], done: SheetPreparation) -> list[Found]:
    """Return the findings that were not suggested for this edition before, or rejected
    in any edition."""
    before = Suggestion.objects.filter(
        Q(sheet__profile=done.base)
        | Q(state=SuggestionState.REJECTED, sheet__profile__mechanism=done.mechanism)
    )
    asked = [(each.kind, deciding.values(each)) for each in before]
    return [each for each in found if (each.kind, each.fields) not in asked]


# --- Writing -----------------------------------------------------------------


def _write(done: SheetPreparation, mechanism: Mechanism, by) -> SummarySheet:
    draft = _draft(done, mechanism, by)
    _make_source(done, mechanism)
    sheet = SummarySheet.objects.create(
        profile=draft, file_name=done.file_name[:250], sha256=done.sha256, read_by=by
    )
    rows: list[tuple[Suggestion | None, PartAction | None]] = [
        *((_row_of_part(done, plan), plan.action) for plan in done.parts),
        *((_row(found), None) for found in done.suggestions),
    ]
    in_order = sorted(
        ((row, action) for row, action in rows if row),
        key=lambda each: _ORDER.index(SectionPart(each[0].part)),
    )
    for position, (row, _action) in enumerate(in_order):
        row.sheet = sheet
        row.position = position
        row.fields["_source"] = done.source
        row.save()
    for row, action in in_order:
        if action in _WRITTEN_AT_ONCE:
            # The text is written at once; as an accepted suggestion it can be undone.
            deciding.accept(row, by=by)
    return sheet


def _draft(done: SheetPreparation, mechanism: Mechanism, by) -> Profile:
    if done.base is None:
        return editions.open_empty_draft(
            mechanism,
            name=done.sheet.name[:250] or mechanism.slug,
            type=done.type,
            by=by,
            acronym=done.sheet.acronym[:40],
        )
    if done.opens_draft:
        return editions.open_draft(mechanism, base=done.base, by=by)
    return done.base


def _make_source(done: SheetPreparation, mechanism: Mechanism) -> None:
    year = re.search(r"-(20\d\d)$", done.source)
    who = done.sheet.acronym or done.sheet.name or mechanism.slug
    Source.objects.get_or_create(
        slug=done.source,
        defaults={
            "title": f"Summary of Findings: {who}"[:400],
            "published": year[1] if year else "",
        },
    )


def _row_of_part(done: SheetPreparation, plan: PartPlan) -> Suggestion | None:
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
            _prose_field(done.sheet): plan.text,
        }
        label = _("Text of “%(part)s”") % {"part": plan.part.label}
    return _row(Found(plan.part, SECTION, label, fields, plan.text or plan.heading, ()))


def _row(found: Found) -> Suggestion:
    return Suggestion(
        part=found.part,
        kind=found.kind,
        label=found.label[:400],
        fields={**found.fields, "_words": list(found.words)},
        sentence=found.sentence,
    )
