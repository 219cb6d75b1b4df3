"""From a sheet to the draft of its mechanism.

`prepare` finds out what would be written and writes nothing; `write` writes it in one
transaction. The sheet fills only empty texts; everything else that it says becomes a
suggestion.
"""

import hashlib
import re
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from profiles import editions
from profiles.content import languages_of_texts
from profiles.models import Mechanism, Profile, Source
from profiles.vocabularies import MechanismType, SectionPart
from surveys.models import Suggestion, SummarySheet
from surveys.names import MECHANISM, Names
from surveys.problems import Code, Problem, Severity
from surveys.statements import model_of
from surveys.summaries import deciding
from surveys.summaries.finding import Finder
from surveys.summaries.found import Found
from surveys.summaries.known import not_said_yet
from surveys.summaries.mechanisms import NewMechanism, find_edition, find_mechanism
from surveys.summaries.parts import (
    PARTS,
    WRITTEN_AT_ONCE,
    PartAction,
    PartPlan,
    as_found,
    language_of,
    plan_parts,
)
from surveys.summaries.reading import Sheet
from surveys.vocabularies import SuggestionState


@dataclass
class SheetPreparation:
    """What a sheet would write. `base` is the edition with which it is compared.

    `already` is the sheet that was read from the same file before. `is_chosen` tells
    that a person chose the mechanism: then the sheet's name for it is remembered.
    `new` tells that they made it: then `mechanism` is not saved yet.
    """

    sheet: Sheet
    file_name: str
    sha256: str
    new: NewMechanism | None = None
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
        writes = (*WRITTEN_AT_ONCE, PartAction.CONFLICT)
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
    sheet: Sheet,
    file_name: str,
    sha256: str,
    *,
    mechanism: str = "",
    type: str = "",
    new: NewMechanism | None = None,
) -> SheetPreparation:
    """Return what the sheet would write into the draft of its mechanism.

    `mechanism` is the slug that a person chose; without it the sheet's own name
    decides. `type` is only needed for a mechanism that has no edition yet. `new` is
    one that is not in the registry, and made when the preparation is written.
    """
    names = Names()
    done = SheetPreparation(sheet, file_name, sha256, new=new)
    done.problems = list(sheet.problems)
    done.is_chosen = bool(mechanism or new)
    if new:
        done.mechanism, problems = Mechanism(slug=new.slug), new.problems(names)
        done.opens_draft, done.type = True, new.type
    else:
        done.mechanism, problems = find_mechanism(sheet, names, mechanism)
    done.problems += problems
    if done.mechanism is None:
        return done
    if done.mechanism.pk:
        done.base, done.opens_draft, problems = find_edition(done.mechanism)
        done.problems += [*problems, *_choose_type(done, type)]
        # The sheets of earlier editions count: this edition was opened from those.
        done.already = SummarySheet.objects.filter(
            profile__mechanism=done.mechanism, sha256=sha256
        ).first()
    done.source = _source_key(done, done.mechanism)
    if done.already is None and not _blocked(done):
        done.parts = plan_parts(sheet, done.base, done.type)
        finder = Finder(names, done.mechanism.slug)
        found = finder.find(sheet, done.type)
        done.problems.extend(_without_record(finder.unknown(sheet, done.type)))
        unsaid = not_said_yet(found, done.base)
        spoken = [_in_its_language(each, sheet) for each in unsaid]
        done.suggestions = _undecided(spoken, done)
    return done


def write(preparation: SheetPreparation, *, by=None) -> SummarySheet | None:
    """Write a preparation into the draft, which is opened if there is none; make the
    mechanism that the registry lacks.

    Returns None when there is nothing to write: the same file was read before. Raises
    NotWritable, and editions.ChangedMeanwhile when the edition has changed since, or
    somebody else made the mechanism.
    """
    if not preparation.can_be_written or preparation.mechanism is None:
        raise NotWritable(preparation.problems)
    new = preparation.new
    with transaction.atomic():
        slug = preparation.mechanism.slug
        if new:
            mechanism, is_new = Mechanism.objects.get_or_create(slug=slug)
            if not is_new:
                raise editions.ChangedMeanwhile
            new.open_draft(mechanism, by=by)
        Mechanism.objects.select_for_update().get(slug=slug)
        again = prepare(
            preparation.sheet,
            preparation.file_name,
            preparation.sha256,
            mechanism=slug,
            type=preparation.type,
        )
        if not new and again.state != preparation.state:
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


def _blocked(done: SheetPreparation) -> bool:
    return not done.can_be_written


def _choose_type(done: SheetPreparation, type: str) -> list[Problem]:
    if done.base or type in MechanismType.values:
        done.type = done.base.type if done.base else type
        return []
    return [
        Problem(
            Code.REQUIRED_EMPTY,
            Severity.WARNING,
            _("It is the first edition, and a sheet does not tell the type."),
            value=str(MechanismType.REGIONAL.label),
            allowed=_("Set the right type in the form."),
        )
    ]


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


def _in_its_language(found: Found, sheet: Sheet) -> Found:
    """Return what was found, with texts under the column of the sheet's language."""
    texts = languages_of_texts(model_of(found.kind))
    fields = {
        f"{name}_{language_of(sheet)}" if name in texts else name: value
        for name, value in found.fields.items()
    }
    return replace(found, fields=fields)


def _undecided(found: list[Found], done: SheetPreparation) -> list[Found]:
    """Return the findings that were not suggested for this edition before, or rejected
    in any edition."""
    if done.new:
        return found
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
    rows: list[tuple[Suggestion, PartAction | None]] = [
        *(
            (_row(found), plan.action)
            for plan in done.parts
            if (found := as_found(done.sheet, plan))
        ),
        *((_row(found), None) for found in done.suggestions),
    ]
    in_order = sorted(
        rows,
        key=lambda each: PARTS.index(SectionPart(each[0].part)),
    )
    for position, (row, _action) in enumerate(in_order):
        row.sheet = sheet
        row.position = position
        row.fields["_source"] = done.source
        row.save()
    for row, action in in_order:
        if action in WRITTEN_AT_ONCE:
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


def _row(found: Found) -> Suggestion:
    return Suggestion(
        part=found.part,
        kind=found.kind,
        label=found.label[:400],
        fields={**found.fields, "_words": list(found.words)},
        sentence=found.sentence,
    )
