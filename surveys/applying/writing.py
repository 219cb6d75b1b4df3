"""Writes into drafts what was made ready, with the mechanisms locked."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from profiles import editions
from profiles.models import Profile
from surveys.applying.drafting import (
    Draft,
    Drafting,
    Step,
    field_of,
    unknown,
    without_nothing,
)
from surveys.applying.records import (
    UnknownRecord,
    set_many,
    set_values,
    value_of,
    values_of,
)
from surveys.applying.rows import Rows
from surveys.models import SurveyImport
from surveys.statements import Change
from surveys.vocabularies import ChangeAction


def write(
    drafting: Drafting,
    survey_import: SurveyImport,
    submissions: dict[int, int],
    bases: dict[str, Profile],
    by: Any,
) -> None:
    """Write all drafts, and the trace of what was written.

    `submissions` are the pks of the stored ones by their index, `bases` the editions
    that the plans were made on by mechanism. What stands in an edition already and
    cannot be changed is a problem of `drafting` then: the caller takes all back.
    """
    _make_sources(drafting)
    opened = _open(drafting.drafts, bases, by)
    writers = []
    for draft in drafting.drafts:
        edition = opened.get(draft.plan.mechanism)
        if edition is None:
            edition = bases[draft.plan.mechanism]
        else:
            base = bases.get(draft.plan.mechanism)
            drafting.trace(draft, None, after={"copy_of": base.edition} if base else {})
        writers.append(_Writer(drafting, draft, edition))
    standing = _facts_to_change(writers)
    for writer in writers:
        writer.change_facts(standing)
    _insert_facts(drafting, {w.draft.plan.mechanism: w.edition for w in writers})
    for writer in writers:
        writer.save_profile()
    drafting.log.insert()
    _insert_traces(drafting, survey_import, submissions, writers)


def _make_sources(drafting: Drafting) -> None:
    for source in drafting.sources.values():
        source.save()
        drafting.keys.learn_pk(source)


def _open(
    drafts: list[Draft], bases: dict[str, Profile], by: Any
) -> dict[str, Profile]:
    """Open the drafts that are not open, each as a copy of its base or as the first."""
    opened = {}
    for draft in drafts:
        if draft.first is not None:
            language, fields = draft.first
            with translation.override(language):
                opened[draft.plan.mechanism] = editions.open_empty_draft(
                    draft.mechanism, **fields, by=by
                )
    copied = [d.plan.mechanism for d in drafts if d.plan.opens_draft and not d.first]
    copies = editions.open_drafts([bases[slug] for slug in copied], by=by)
    return opened | dict(zip(copied, copies, strict=True))


_Facts = dict[tuple[int, UUID | None], Any]
"""Facts by the pk of their edition and their uid."""


def _facts_to_change(writers: list["_Writer"]) -> _Facts:
    uids: defaultdict[str, set[UUID | None]] = defaultdict(set)
    for writer in writers:
        for step in writer.draft.of_facts:
            uids[step.change.target].add(step.change.uid)
    editions = [writer.edition for writer in writers]
    found: _Facts = {}
    for target, of_target in uids.items():
        kind: Any = apps.get_model(target)
        facts = kind._default_manager.filter(profile__in=editions, uid__in=of_target)
        found |= {(fact.profile_id, fact.uid): fact for fact in facts}
    return found


def _insert_facts(drafting: Drafting, of_mechanism: dict[str, Profile]) -> None:
    of_kind: dict[Any, list[Any]] = {kind: [] for kind in drafting.facts}
    for draft in drafting.drafts:
        edition = of_mechanism[draft.plan.mechanism]
        for new in draft.added.values():
            of_kind[type(new.record)].append(new)
            fact = new.record
            fact.profile = edition
            fact.source_id = fact.source and fact.source.pk
            new.row["profile"], new.row["source"] = edition.pk, fact.source_id
    for kind, rows in drafting.facts.items():
        rows.insert()
        _tell_pks(kind, of_kind[kind])
        for many in kind._meta.many_to_many:
            _insert_related(drafting, many, of_kind[kind])


def _tell_pks(kind: Any, added: list[Any]) -> None:
    profiles = {new.record.profile_id for new in added}
    stored = kind._default_manager.filter(profile__in=profiles).order_by()
    pks = {
        (profile, uid): pk
        for profile, uid, pk in stored.values_list("profile", "uid", "pk")
    }
    for new in added:
        new.record.pk = pks[new.record.profile_id, new.record.uid]


def _insert_related(drafting: Drafting, many: Any, added: list[Any]) -> None:
    through = many.remote_field.through
    rows = Rows(through)
    own, other = many.m2m_field_name(), many.m2m_reverse_field_name()
    for new in added:
        for key in new.many.get(many.name, ()):
            pk = drafting.keys.pk(many.related_model, key)
            rows.add(through(**{f"{own}_id": new.record.pk, f"{other}_id": pk}))
    rows.insert()


def _insert_traces(
    drafting: Drafting,
    survey_import: SurveyImport,
    submissions: dict[int, int],
    writers: list["_Writer"],
) -> None:
    drafting.traces.set_in_all(survey_import=survey_import.pk)
    for row, index in drafting.of_submissions:
        row["submission"] = submissions[index]
    for writer in writers:
        for row in writer.draft.traces:
            row["profile"] = writer.edition.pk
    drafting.traces.insert()


class _Writer:
    """Changes what stands in one draft. The profile is saved once, at the end."""

    def __init__(self, drafting: Drafting, draft: Draft, edition: Profile):
        self.drafting = drafting
        self.draft = draft
        self.edition = edition
        self.keys = drafting.keys
        # As a save by staff does, so that forms that are open notice.
        edition.version += 1
        edition.mechanism = draft.mechanism

    # The fields of the profile

    def save_profile(self) -> None:
        said: dict[str, Any] = {}
        changes = [step.change for step in self.draft.of_profile]
        for change, trace in self.draft.of_profile:
            values = _values(change)
            before = {name: value_of(self.edition, name, self.keys) for name in values}
            try:
                set_values(self.edition, values, self.keys)
            except UnknownRecord as error:
                self.drafting.refuse(unknown(error), [change])
                continue
            said |= values
            self._tell(trace, field_of(values), before, change.after)
        try:
            if changes:
                self.edition.full_clean(
                    exclude=["mechanism", "publish_by"], validate_constraints=False
                )
                self.drafting.fitness.require(self.edition, said)
        except ValidationError as error:
            self.drafting.refuse(error, changes)
            return
        self.edition.save()
        set_many(self.edition, said, self.keys)
        self._name_sources(changes)

    def _name_sources(self, changes: Iterable[Change]) -> None:
        """Name whose answers the fields rest on, as the sources of the profile."""
        stated = {
            source: change
            for change in reversed([*changes])
            if (source := self.drafting.source_of(change)) is not None
        }
        if not stated:
            return
        named = set(self.edition.sources.values_list("pk", flat=True))
        missing = [source for source in stated if source.pk not in named]
        self.edition.sources.add(*missing)
        for source in missing:
            self.drafting.trace(
                self.draft,
                stated[source],
                field="sources",
                after={"sources": [source.slug]},
            )

    # Facts that stand in it

    def change_facts(self, standing: "_Facts") -> None:
        for step in self.draft.of_facts:
            fact: Any = standing.get((self.edition.pk, step.change.uid))
            if fact is None:
                self.drafting.refuse(
                    ValidationError(_("The fact that it changes is no longer there.")),
                    [step.change],
                )
                continue
            fact.profile = self.edition
            if step.change.action == ChangeAction.REMOVE:
                self._remove(step, fact)
            else:
                self._change(step, fact)

    def _change(self, step: Step, fact: Any) -> None:
        values = _values(step.change)
        source = self.drafting.source_of(step.change)
        named = field_of(values)
        if source is not None and fact.source_id is None:
            values["source"] = source.slug
        before = {name: value_of(fact, name, self.keys) for name in values}
        if not self.drafting.set_values(step.change, fact, values):
            return
        fact.save()
        set_many(fact, values, self.keys)
        self._tell(step.trace, named, before, values)

    def _remove(self, step: Step, fact: Any) -> None:
        before = values_of(fact, self.keys) | {"position": fact.position}
        fact.delete()
        self._tell(step.trace, "", before, {})

    def _tell(
        self,
        trace: dict[str, Any],
        field: str,
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        self.drafting.traces.set_in(
            trace,
            field=field,
            before=without_nothing(before),
            after=without_nothing(after),
        )


def _values(change: Change) -> dict[str, Any]:
    """Return the fields that a change sets: what it leaves out becomes empty."""
    return {name: change.after.get(name) for name in (*change.before, *change.after)}
