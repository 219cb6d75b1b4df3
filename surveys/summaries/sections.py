"""Decisions on all suggestions of one section of a sheet at once.

Accepted together are those that are certain. What asks a person to choose stays open:
a text beside the draft's own, what the draft or another suggestion says otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from profiles.keyed_values import NaturalKeys, read_values
from profiles.models import Fact, Profile, Section
from profiles.vocabularies import ChairRole, Coverage, SectionHeading, SectionPart
from surveys.models import Suggestion
from surveys.statements import PROFILE
from surveys.summaries import deciding
from surveys.summaries import found as found_kinds
from surveys.summaries.known import ALTERNATIVE
from surveys.vocabularies import SuggestionState

_PLACE = {found_kinds.MEMBERSHIP: ("state",)}
"""The fields that tell which fact excludes another, where the kind's own identity asks
for more: a State holds one role at a time."""


@dataclass(frozen=True)
class Decided:
    """How many suggestions were decided together, and how many stayed as they were.

    `before` are those that had been accepted before, `by` the people who did that.
    """

    number: int
    left: int
    before: int = 0
    by: tuple[Any, ...] = ()


def choices(rows: Iterable[Suggestion], edition: Profile) -> dict[int, str]:
    """Return why a person has to choose, for each open suggestion of which this holds.

    `rows` are all suggestions of the edition. The keys are their primary keys.
    """
    undecided = [row for row in rows if row.state == SuggestionState.OPEN]
    said = _said_otherwise(undecided)
    found: dict[int, str] = {}
    there = _Standing(edition, {row.kind for row in undecided})
    for row in undecided:
        if there.says_something(row):
            found[row.pk] = _("The draft says something here already.")
        elif row.pk in said:
            found[row.pk] = _("The sheet says more than one thing here.")
    return found


def accept_all(sheet: int, heading: SectionHeading, *, by=None) -> Decided:
    """Accept the certain suggestions of a section, in all sheets of the edition.

    `sheet` is the primary key of one of these. Raises EditionIsGone, EditionNotOpen
    and PublicationIsScheduled.
    """
    with transaction.atomic():
        edition = deciding.open_edition(sheet)
        rows = list(of_edition(edition).select_related("decided_by"))
        asking = choices(rows, edition)
        before = [
            row
            for row in rows
            if row.state == SuggestionState.ACCEPTED
            and heading_of(row) == heading
            # The text of a section came in with its sheet.
            and row.kind != deciding.SECTION
        ]
        people = dict.fromkeys(row.decided_by for row in before if row.decided_by)
        at = timezone.now()
        number = left = 0
        for row in rows:
            is_open = row.state == SuggestionState.OPEN
            if not is_open or heading_of(row) != heading:
                continue
            try:
                if row.pk in asking:
                    left += 1
                else:
                    deciding.accept(row, by=by, at=at)
                    number += 1
            except deciding.CannotBeMade:
                left += 1
    return Decided(number, left, len(before), tuple(people))


def undo_all(sheet: int, heading: SectionHeading, at: datetime, *, by=None) -> Decided:
    """Take back what was accepted together at a time, the last first.

    What somebody edited since stays. Raises as `accept_all`.
    """
    with transaction.atomic():
        edition = deciding.open_edition(sheet)
        rows = accepted_together(of_edition(edition), heading, at)
        number = left = 0
        for row in reversed(rows):
            try:
                deciding.undo(row, by=by)
                number += 1
            except deciding.EditedSince:
                left += 1
    return Decided(number, left)


def of_edition(edition: Profile):
    """Return the suggestions of all sheets of an edition, in their order."""
    rows = Suggestion.objects.filter(sheet__profile=edition)
    return rows.order_by("sheet", "position", "pk")


def heading_of(row: Suggestion) -> SectionHeading:
    return SectionPart(row.part).heading


def accepted_together(
    rows: Iterable[Suggestion], heading: SectionHeading, at: datetime
) -> list[Suggestion]:
    """Return those of a section that one decision at this time accepted."""
    return [
        row
        for row in rows
        if row.state == SuggestionState.ACCEPTED
        and row.decided_at == at
        and heading_of(row) == heading
    ]


def _place(kind: str, values: dict[str, Any]) -> tuple[Any, ...]:
    """Return what only one fact can hold: facts of one place exclude each other."""
    if kind == found_kinds.CHAIRING and values.get("is_current"):
        # Two may chair together; of two chairs one is wrong.
        if values.get("role") == ChairRole.CO_CHAIR:
            return ("co-chair", values.get("state"))
        return ("chair",)
    names = _PLACE.get(kind) or _kind(kind).identified_by
    return tuple(_value(kind, values, name) for name in names)


def _value(kind: str, values: dict[str, Any], name: str) -> Any:
    """Return the value of a field, of a text in the first language that has it."""
    languages = settings.MODELTRANSLATION_LANGUAGES
    columns = (name, *(f"{name}_{language}" for language in languages))
    given = next((values[column] for column in columns if values.get(column)), None)
    f: Any = _kind(kind)._meta.get_field(name)
    return given or f.get_default() or ""


def _kind(label: str) -> type[Fact]:
    return cast(type[Fact], apps.get_model(label))


def _said_otherwise(undecided: list[Suggestion]) -> set[int]:
    """Return the suggestions that exclude each other."""
    of_place: dict[tuple[Any, ...], list[Suggestion]] = defaultdict(list)
    for row in undecided:
        values = deciding.values(row)
        if row.kind == PROFILE:
            for name in values:
                of_place[row.kind, name].append(row)
        else:
            of_place[row.kind, _place(row.kind, values)].append(row)
    return {row.pk for rows in of_place.values() if len(rows) > 1 for row in rows}


class _Standing:
    """What an edition says by now, in one query or two for each kind of fact."""

    def __init__(self, edition: Profile, kinds: set[str]):
        self._edition = edition
        self._sections = {
            section.part: section for section in Section.objects.filter(profile=edition)
        }
        self._places: dict[str, set[Any]] = {}
        keys = NaturalKeys()
        for kind in kinds - {PROFILE, deciding.SECTION, ALTERNATIVE}:
            model = _kind(kind)
            names = [*model.identified_by, *_PLACE.get(kind, ())]
            if kind == found_kinds.CHAIRING:
                names.append("is_current")
            facts = list(model._default_manager.filter(profile=edition))  # type: ignore[misc]
            rows = read_values(facts, dict.fromkeys(names), keys)
            self._places[kind] = {_place(kind, values) for values in rows}

    def says_something(self, row: Suggestion) -> bool:
        """Tell whether the edition says something where a suggestion would."""
        values = deciding.values(row)
        if row.kind == ALTERNATIVE:
            return True
        if row.kind == PROFILE:
            there = [getattr(self._edition, name) for name in values]
            return any(value not in (None, "") for value in there)
        if row.kind == deciding.SECTION:
            section = self._sections.get(row.part)
            return section is not None and bool(
                section.prose
                or section.coverage not in (Coverage.UNKNOWN, Coverage.REPORTED)
            )
        return _place(row.kind, values) in self._places[row.kind]
