"""Stores the drafts of a plan.

All that takes long is made ready before the transaction, during which SQLite lets
nobody else save: the rows of new facts, of their log and of the trace.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.utils import translation
from django.utils.translation import gettext as _

from profiles import editions
from profiles.keyed_values import KeyedRecord, NaturalKeys
from profiles.models import Fact, Mechanism, Profile, Source
from profiles.sourcing import StatedField, field_of_column
from surveys.applying.creation_log import CreationLog
from surveys.applying.rows import Rows
from surveys.applying.submissions import RESPONDENTS
from surveys.applying.traces import Traces
from surveys.models import BulkEdit, SurveyImport
from surveys.planning.drafts import FIELD_SOURCE, Draft, DraftRecord
from surveys.planning.plans import MechanismPlan, Plan
from surveys.refusals import ChangedSincePreview
from surveys.statements import Statement
from surveys.vocabularies import ChangeAction


class DraftStorage:
    """Planned drafts, made ready to be stored."""

    def __init__(self, plans: Iterable[MechanismPlan], keys: NaturalKeys):
        self.keys = keys
        self.plans = [of_one for of_one in plans if of_one.writes]
        self.drafts = [of_one.draft for of_one in self.plans]
        self._facts: dict[type[Fact], Rows] = {}
        self._row_of: list[tuple[DraftRecord, dict[str, Any]]] = []
        self._log = CreationLog()
        self._traces = Traces()
        for of_one in self.plans:
            self._make_ready(of_one)

    def _make_ready(self, plan: MechanismPlan) -> None:
        draft = plan.draft
        if plan.opens_draft:
            self._traces.add_opening(draft)
        for change in plan.writes:
            self._traces.add_change(draft, change)
        for fact in draft.added:
            kind = type(fact.record)
            rows = self._facts.setdefault(kind, Rows(kind))
            self._row_of.append((fact, rows.add(fact.record)))
            self._log.add(fact.record, _records_named(fact))

    # In the transaction

    def store(
        self,
        written: SurveyImport | BulkEdit,
        bases: dict[str, Profile],
        by: Any,
        submissions: dict[int, int] | None = None,
    ) -> dict[str, Profile]:
        """Write all drafts, and the trace of what was written; return the editions
        that hold it, by mechanism.

        `bases` are the editions that the drafts are or begin from, locked, by
        mechanism, `submissions` the pks of the stored ones by their index. Raises
        ChangedSincePreview when a fact that is to be changed is gone.
        """
        opened = self._open(bases, by)
        for edition in opened.values():
            # As a save by staff does, so that forms that are open notice.
            edition.version += 1
        self._change_facts(opened)
        self._insert_facts(opened)
        for draft in self.drafts:
            edition = opened[draft.mechanism.slug]
            edition.mechanism = draft.mechanism
            _save_changed(draft.profile, edition)
        self._log.insert()
        self._traces.insert(written, submissions or {}, opened)
        return opened

    def _open(self, bases: dict[str, Profile], by: Any) -> dict[str, Profile]:
        """Return the editions to write into: open ones, copies, or first ones."""
        found = {}
        for draft in self.drafts:
            slug = draft.mechanism.slug
            if draft.is_open:
                found[slug] = bases[slug]
            elif draft.base is None:
                language, fields = _first_fields(draft)
                with translation.override(language):
                    found[slug] = editions.open_empty_draft(
                        draft.mechanism, **fields, by=by
                    )
        copied = [
            d.mechanism.slug for d in self.drafts if d.mechanism.slug not in found
        ]
        copies = editions.open_drafts([bases[slug] for slug in copied], by=by)
        return found | dict(zip(copied, copies, strict=True))

    def _change_facts(self, opened: dict[str, Profile]) -> None:
        """Change and delete facts that stand; a copy has facts of its own keys.

        In the order of the plan, which asked before each change whether another fact
        has what no two may have. Facts can so exchange what only one of them has.
        """
        steps = [
            (of_one.draft, change.record, change)
            for of_one in self.plans
            for change in of_one.writes
            if change.action in (ChangeAction.CHANGE, ChangeAction.REMOVE)
            and change.record is not None
            and change.record is not of_one.draft.profile
            and change.record.writer is None
        ]
        stored = _facts_stored([fact for _draft, fact, _c in steps], opened.values())
        last = {id(fact): number for number, (_d, fact, _c) in enumerate(steps)}
        for number, (draft, fact, change) in enumerate(steps):
            edition = opened[draft.mechanism.slug]
            record = stored.get((edition.pk, fact.record.uid))
            if record is None:
                raise ChangedSincePreview([draft.mechanism.slug])
            record.profile = edition
            if change.action == ChangeAction.REMOVE:
                record.delete()
            elif number == last[id(fact)]:
                _save_changed(fact, record)
            else:
                KeyedRecord(record, self.keys).set(
                    {n: v for n, v in change.after.items() if n not in _several(record)}
                )
                record.save()

    def _insert_facts(self, opened: dict[str, Profile]) -> None:
        of_kind: defaultdict[type[Fact], list[DraftRecord]] = defaultdict(list)
        for fact, row in self._row_of:
            record = fact.record
            record.profile = edition = opened[record.profile.mechanism.slug]
            record.source_id = record.source and record.source.pk
            row["profile"], row["source"] = edition.pk, record.source_id
            of_kind[type(record)].append(fact)
        for kind, rows in self._facts.items():
            rows.insert()
            pks = _pks(kind, opened.values())
            for fact in of_kind[kind]:
                record = fact.record
                record.pk = pks[record.profile_id, record.uid]
            for f in kind._meta.many_to_many:
                _insert_named(f, of_kind[kind])


class StorageOfAnswers(DraftStorage):
    """The drafts of an import, with the sources that the answers in it are."""

    def __init__(self, plan: Plan):
        self.respondents = plan.respondents
        self._sources: dict[str, Source] = {}
        self._named: list[tuple[Draft, Source]] = []
        super().__init__(plan.mechanisms, plan.respondents.keys)

    def _make_ready(self, plan: MechanismPlan) -> None:
        for change in plan.writes:
            if change.statement is not None:
                self._title_source(change.statement)
        self._name_sources(plan)
        super()._make_ready(plan)

    def store(
        self,
        written: SurveyImport | BulkEdit,
        bases: dict[str, Profile],
        by: Any,
        submissions: dict[int, int] | None = None,
    ) -> dict[str, Profile]:
        for source in self._sources.values():
            source.save()
        opened = super().store(written, bases, by, submissions)
        for draft, source in self._named:
            opened[draft.mechanism.slug].sources.add(source)
        return opened

    def _title_source(self, statement: Statement) -> None:
        source = self.respondents.source_of(statement)
        if source.pk is not None or source.slug in self._sources:
            return
        submitted = self.respondents.submitted(statement)
        round, day = self.respondents.round, submitted.submitted_at
        title = _("Answer of %(respondent)s to %(round)s") % {
            "respondent": self._name_of(submitted.subject),
            "round": round.title,
        }
        source.title = title[:400]
        source.published = day.date().isoformat() if day else str(round.year)
        self._sources[source.slug] = source
        self._traces.add_source(source, statement)

    def _name_of(self, subject: str) -> str:
        """Return the registry's name of who answered, never a person's."""
        if not subject:
            return ""
        kind = RESPONDENTS[self.respondents.normalised.kind]
        respondent = self.keys.record(kind, subject)
        if not isinstance(respondent, Mechanism):
            return str(respondent)
        edition = respondent.editions.order_by("-edition").first()
        return edition.short_name if edition else respondent.slug

    def _name_sources(self, plan: MechanismPlan) -> None:
        """Name those whose answers the fields rest on: beside each field that has
        sources of its own, else as what was read for the profile."""
        named = {*plan.draft.profile.value("sources")}
        for change in plan.writes:
            if (
                change.action != ChangeAction.CHANGE
                or change.record is not plan.draft.profile
                or change.statement is None
            ):
                continue
            source = self.respondents.source_of(change.statement)
            fields = [field_of_column(name) for name in change.after]
            for field in filter(None, fields):
                self._name_source_of(plan.draft, field, source, change.statement)
            if None in fields and source.slug not in named:
                named.add(source.slug)
                self._named.append((plan.draft, source))
                self._traces.add_naming(plan.draft, source, change.statement)

    def _name_source_of(
        self, draft: Draft, field: StatedField, source: Source, statement: Statement
    ) -> None:
        if draft.names_source(field, source):
            return
        values = field._asdict() | {"source": source.slug}
        fact = draft.new_fact(FIELD_SOURCE, uuid4(), values, statement.submission)
        draft.add_worded(fact)
        self._traces.add_fact(draft, fact, statement)


def _facts_stored(
    facts: Iterable[DraftRecord], editions: Iterable[Profile]
) -> dict[tuple[int, UUID], Any]:
    """Return these facts as editions hold them, by edition and uid."""
    uids: defaultdict[Any, list[UUID]] = defaultdict(list)
    for fact in facts:
        uids[type(fact.record)].append(fact.record.uid)
    pks = [edition.pk for edition in editions]
    return {
        (record.profile_id, record.uid): record
        for kind, of_kind in uids.items()
        for record in kind._default_manager.filter(profile__in=pks, uid__in=of_kind)
    }


def _pks(kind: Any, editions: Iterable[Profile]) -> dict[tuple[int, UUID], int]:
    """Return the pks of the facts of editions by edition and uid."""
    stored = kind._default_manager.filter(profile__in=[e.pk for e in editions])
    rows = stored.order_by().values_list("profile", "uid", "pk")
    return {(profile, uid): pk for profile, uid, pk in rows}


def _insert_named(f: Any, facts: list[DraftRecord]) -> None:
    """Write the records that new facts name several of in the field `f`."""
    through = f.remote_field.through
    rows = Rows(through)
    own, other = f.m2m_field_name(), f.m2m_reverse_field_name()
    for fact in facts:
        for key in fact.value(f.name):
            pk = fact.keys.pk(f.related_model, key)
            rows.add(through(**{f"{own}_id": fact.record.pk, f"{other}_id": pk}))
    rows.insert()


def _records_named(fact: DraftRecord) -> dict[str, list[Any]]:
    return {
        f.name: [fact.keys.record(f.related_model, key) for key in fact.value(f.name)]
        for f in fact.record._meta.many_to_many
    }


def _save_changed(planned: DraftRecord, record: Any) -> None:
    """Write the fields that the plan changed into the stored record, saved whole: the
    column beside the languages of a text follows them. What staff may have taken out of
    the draft's base meanwhile, as by a redaction, does not come back with it."""
    for name in sorted(planned.changed - _several(record)):
        setattr(record, name, getattr(planned.record, name))
    record.save()
    KeyedRecord(record, planned.keys, planned.many).save_many(planned.changed)


def _several(record: Any) -> set[str]:
    """Return the fields that name several records each."""
    return {f.name for f in record._meta.many_to_many}


def _first_fields(draft: Draft) -> tuple[str, dict[str, Any]]:
    """Return the name and type to open a first draft with, and the name's language."""
    fields = draft.first_fields
    column = next(name for name in fields if name.startswith("name_"))
    return column.removeprefix("name_"), {
        "name": fields[column],
        "type": fields["type"],
    }
