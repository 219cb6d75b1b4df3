"""Makes ready what an import writes into drafts: facts, their log and their trace.

No draft is opened and nothing written for it: `writing` does that, and needs the
database to itself for as short as can be. Every value is checked as if a person had
typed it; what cannot stand is a Problem.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

from profiles.models import (
    AlternativeValue,
    Fact,
    Mechanism,
    Profile,
    Source,
)
from profiles.vocabularies import DisputedField
from surveys.applying.creation_log import CreationLog
from surveys.applying.records import (
    Keys,
    UnknownRecord,
    columns_of,
    set_values,
    value_of,
)
from surveys.applying.rows import Rows
from surveys.applying.storing import RESPONDENTS
from surveys.comparing.bases import languages_of
from surveys.comparing.fitness import Fitness
from surveys.comparing.planning import source_slug
from surveys.models import ImportedChange, Round
from surveys.problems import Code, Problem, Severity
from surveys.refusals import ChangedSincePreview
from surveys.statements import PROFILE, Change, MechanismPlan, Normalised
from surveys.vocabularies import ChangeAction

_NOT_PUBLIC = {DisputedField.FUNDING.value}
"""Of what an alternative value on it is for staff only, until they decide."""

_ALTERNATIVE = AlternativeValue._meta.label_lower


class Step(NamedTuple):
    """A change to what stands in an edition, and the row of its trace."""

    change: Change
    trace: dict[str, Any]


@dataclass
class NewFact:
    """A fact to be inserted; `many` are the keys of its fields of several records."""

    record: Any
    many: dict[str, list[str]]
    row: dict[str, Any] = field(default_factory=dict)


@dataclass
class Draft:
    """What is written into the draft of one mechanism. `first` are the fields with
    which its first edition is opened, and the language of the name among them."""

    plan: MechanismPlan
    mechanism: Mechanism
    first: tuple[str, dict[str, Any]] | None = None
    added: dict[UUID | None, NewFact] = field(default_factory=dict)
    of_profile: list[Step] = field(default_factory=list)
    of_facts: list[Step] = field(default_factory=list)
    traces: list[dict[str, Any]] = field(default_factory=list)
    holds: set[tuple] = field(default_factory=set)


class Drafting:
    """Makes the drafts of one import ready; what cannot be written is in `problems`.

    `facts` and `related` are the rows of new facts and of the records that they name
    many of. `of_submissions` are rows of traces, each with the index of the submission
    that it leads back to; `of_sources` those of sources that the registry lacks.
    """

    def __init__(self, normalised: Normalised, round: Round, keys: Keys):
        self.normalised = normalised
        self.round = round
        self.keys = keys
        self.fitness = Fitness()
        self.drafts: list[Draft] = []
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {}
        self.facts: dict[type[Fact], Rows] = {}
        self.log = CreationLog()
        self.traces = Rows(ImportedChange)
        self.of_submissions: list[tuple[dict[str, Any], int]] = []

    def make(self, plan: MechanismPlan) -> None:
        """Make a plan ready. Raises ChangedSincePreview when its mechanism is gone."""
        try:
            mechanism = self.keys.record(Mechanism, plan.mechanism)
        except UnknownRecord:
            raise ChangedSincePreview([plan.mechanism]) from None
        draft = Draft(plan, mechanism)
        if plan.base is None and not self._can_begin(draft):
            return
        self.drafts.append(draft)
        for change in plan.writes:
            self._make(draft, change)
        for new in draft.added.values():
            kind = type(new.record)
            rows = self.facts.setdefault(kind, Rows(kind))
            new.row = rows.add(new.record)
            self.log.add(new.record, self._records(new))

    def _can_begin(self, draft: Draft) -> bool:
        language, fields = draft.first = _first_fields(draft.plan.writes)
        with translation.override(language):
            try:
                Profile(mechanism=draft.mechanism, **fields).clean_fields()
            except ValidationError as error:
                self.refuse(error, draft.plan.writes)
                return False
        return True

    def _make(self, draft: Draft, change: Change) -> None:
        if change.action == ChangeAction.ALTERNATIVE:
            values: dict[str, Any] = {"field": change.disputed, "value": change.words}
            if change.disputed in _NOT_PUBLIC:
                values["is_public"] = False
            self._add(draft, change, _ALTERNATIVE, values)
        elif change.target == PROFILE:
            self.source_of(change)
            draft.of_profile.append(Step(change, self.trace(draft, change)))
        elif change.action == ChangeAction.ADD:
            self._add(draft, change, change.target, change.after)
        elif change.uid in draft.added:
            self._change_added(draft, change)
        else:
            self.source_of(change)
            draft.of_facts.append(Step(change, self.trace(draft, change)))

    def _add(
        self, draft: Draft, change: Change, target: str, values: dict[str, Any]
    ) -> None:
        kind: Any = apps.get_model(target)
        if (source := self.source_of(change)) is not None:
            values = {"source": source.slug} | values
        fact = kind(profile=Profile(mechanism=draft.mechanism), uid=change.uid)
        if not self.set_values(change, fact, values):
            return
        if obstacle := self._excluded(draft, fact):
            self.refuse(ValidationError(obstacle), [change])
            return
        new = NewFact(fact, _many(kind, values))
        draft.added[fact.uid] = new
        self.trace(
            draft,
            change,
            target=target,
            uid=fact.uid,
            field=change.disputed,
            after=values | new.many | columns_of(fact, self.keys),
        )

    def _change_added(self, draft: Draft, change: Change) -> None:
        new = draft.added[change.uid]
        fact = new.record
        values = {n: change.after.get(n) for n in (*change.before, *change.after)}
        before = {
            name: new.many[name]
            if name in new.many
            else value_of(fact, name, self.keys)
            for name in values
        }
        if not self.set_values(change, fact, values):
            return
        new.many |= _many(type(fact), values)
        self.trace(
            draft,
            change,
            uid=fact.uid,
            field=field_of(values),
            before=without_nothing(before),
            after=without_nothing(values),
        )

    def _excluded(self, draft: Draft, fact: Fact) -> str:
        """Say why a fact cannot stand beside one that is added; "" if it can."""
        for unique, values in self.fitness.claims(fact):
            claim = (unique.name, *values)
            if claim in draft.holds:
                return str(unique.get_violation_error_message())
            draft.holds.add(claim)
        return ""

    def set_values(self, change: Change, fact: Fact, values: dict[str, Any]) -> bool:
        """Set and check values; one that cannot stand becomes a problem."""
        try:
            set_values(fact, values, self.keys)
            self.fitness.require(fact, () if fact._state.adding else values)
        except UnknownRecord as error:
            self.refuse(unknown(error), [change])
            return False
        except ValidationError as error:
            self.refuse(error, [change])
            return False
        return True

    def _records(self, new: NewFact) -> dict[str, list[models.Model]]:
        related: dict[str, Any] = {
            many.name: many.related_model
            for many in type(new.record)._meta.many_to_many
        }
        return {
            name: [self.keys.record(related[name], key) for key in keys]
            for name, keys in new.many.items()
        }

    def source_of(self, change: Change) -> Source | None:
        """Return the source that the answers of a change's respondent are."""
        if change.statement is None:
            return None
        submitted = self.normalised.submissions[change.statement.submission]
        slug = source_slug(self.round.slug, self.normalised.kind, submitted.subject)
        try:
            return self.keys.record(Source, slug)
        except UnknownRecord:
            source = self.sources[slug] = self._new_source(slug, change)
            self.keys.learn(source)
            return source

    def _new_source(self, slug: str, change: Change) -> Source:
        assert change.statement is not None  # noqa: S101 - else it has no source
        submitted = self.normalised.submissions[change.statement.submission]
        title = _("Answer of %(respondent)s to %(round)s") % {
            "respondent": self._name_of(submitted.subject),
            "round": self.round.title,
        }
        day = submitted.submitted_at
        source = Source(
            slug=slug,
            title=title[:400],
            published=day.date().isoformat() if day else str(self.round.year),
        )
        row = self.traces.add(
            ImportedChange(
                target=Source._meta.label_lower,
                action=ChangeAction.ADD,
                after={"slug": slug, "title": source.title},
            )
        )
        self.of_submissions.append((row, change.statement.submission))
        return source

    def _name_of(self, subject: str) -> str:
        """Return the registry's name of who answered, never a person's."""
        if not subject:
            return ""
        respondent = self.keys.record(RESPONDENTS[self.normalised.kind], subject)
        if not isinstance(respondent, Mechanism):
            return str(respondent)
        edition = respondent.editions.order_by("-edition").first()
        return edition.short_name if edition else respondent.slug

    def trace(
        self,
        draft: Draft,
        change: Change | None,
        *,
        target: str = "",
        uid: UUID | None = None,
        field: str = "",
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Note what is written, and the cell that it came from; return the row."""
        statement = change.statement if change else None
        origin = statement.origin if statement else None
        row = self.traces.add(
            ImportedChange(
                mechanism=draft.mechanism,
                target=target or (change.target if change else PROFILE),
                uid=uid or (change.uid if change else None),
                field=field,
                action=change.action if change else ChangeAction.ADD,
                before=before or {},
                after=after or {},
                question=origin.question[:80] if origin else "",
                sheet=origin.sheet[:120] if origin else "",
                row_number=origin.row if origin else 0,
                column=origin.column[:250] if origin else "",
            )
        )
        draft.traces.append(row)
        if statement is not None:
            self.of_submissions.append((row, statement.submission))
        return row

    def refuse(self, error: ValidationError, changes: Iterable[Change]) -> None:
        """Turn a refusal into problems, at the cells whose values it is about."""
        changes = [change for change in changes if change.statement is not None]
        by_field = (
            error.message_dict
            if hasattr(error, "error_dict")
            else {NON_FIELD_ERRORS: error.messages}
        )
        for name, messages in by_field.items():
            blamed = [c for c in changes if _names(c, name)] or changes[:1]
            for message in messages:
                self._refuse(name, message, blamed[-1] if blamed else None)

    def _refuse(self, name: str, message: str, change: Change | None) -> None:
        origin = change.statement.origin if change and change.statement else None
        value = change.after.get(name, "") if change else ""
        what = change.label if change else ""
        self.problems.append(
            Problem(
                Code.REFUSED_VALUE,
                Severity.ERROR,
                _("%(what)s: %(message)s") % {"what": what, "message": message}
                if what
                else message,
                sheet=origin.sheet if origin else "",
                row=origin.row if origin else 0,
                column=origin.column if origin else "",
                cell=origin.cell if origin else "",
                value=str(value)[:200],
            )
        )


def field_of(values: dict[str, Any]) -> str:
    """Return the one field that a change is about, "" when there are several."""
    return next(iter(values)) if len(values) == 1 else ""


def without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def unknown(error: UnknownRecord) -> ValidationError:
    return ValidationError(
        _("There is no %(kind)s “%(key)s” any more.")
        % {"kind": error.model._meta.verbose_name, "key": error.key}
    )


def _many(kind: type[Fact], values: dict[str, Any]) -> dict[str, list[str]]:
    return {
        many.name: sorted({*(values[many.name] or ())})
        for many in kind._meta.many_to_many
        if many.name in values
    }


def _first_fields(changes: Iterable[Change]) -> tuple[str, dict[str, Any]]:
    """Return the name and type to open a first draft with, and the name's language."""
    said: dict[str, Any] = {}
    for change in changes:
        if change.target == PROFILE:
            said = change.after | said
    names = {
        name: said[name] for name in languages_of(Profile, "name_en") if name in said
    }
    column, name = next(iter(names.items()), ("name_en", said.get("name", "")))
    fields = {"name": name, "type": said.get("type", "")}
    return column.removeprefix("name_"), fields


def _names(change: Change, field: str) -> bool:
    return field in change.after or any(
        name.startswith(f"{field}_") for name in change.after
    )
