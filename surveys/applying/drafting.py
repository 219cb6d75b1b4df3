"""Writes the changes of a plan into the draft of a mechanism, and keeps their trace.

Call it inside a transaction, with the mechanisms locked. Every value is checked as
if a person had typed it; what cannot stand is a Problem, and the caller then takes
everything back.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from profiles import editions
from profiles.models import (
    AlternativeValue,
    Fact,
    Mechanism,
    Profile,
    Section,
    Source,
)
from profiles.vocabularies import Coverage, DisputedField
from surveys.applying.creation_log import log_created
from surveys.applying.records import (
    Keys,
    UnknownRecord,
    set_many,
    set_values,
    value_of,
    values_of,
)
from surveys.comparing.bases import languages_of
from surveys.comparing.planning import source_slug
from surveys.models import ImportedChange, Round, Submission, SurveyImport
from surveys.problems import Code, Problem, Severity
from surveys.statements import PROFILE, Change, MechanismPlan, Normalised
from surveys.vocabularies import ChangeAction

_NOT_PUBLIC = {DisputedField.FUNDING.value}
"""Of what an alternative value on it is for staff only, until they decide."""


class Drafting:
    """Writes the plans of one import, one mechanism after the other.

    `submissions` are the stored ones by index in the plan's Normalised. What was
    written stands in `changes`, not saved yet; what cannot be, in `problems`.
    """

    def __init__(
        self,
        survey_import: SurveyImport,
        normalised: Normalised,
        submissions: dict[int, Submission],
        keys: Keys,
        by: Any,
    ):
        self.survey_import = survey_import
        self.round: Round = survey_import.round
        self.normalised = normalised
        self.submissions = submissions
        self.keys = keys
        self.by = by
        self.changes: list[ImportedChange] = []
        self.problems: list[Problem] = []
        self._sources: dict[str, Source] = {}

    def write(self, plan: MechanismPlan, mechanism: Mechanism) -> None:
        """Write the changes of a plan in their order."""
        draft = self._draft(plan, mechanism)
        if draft is None:
            return
        for change in plan.writes:
            self.source_of(change)
        written = len(self.changes)
        try:
            with transaction.atomic():
                _Draft(self, draft).write(plan.writes)
        except IntegrityError:
            # Rare. Asking every constraint about every fact takes several times as
            # long as writing them, so it is done to find out which one it was.
            del self.changes[written:]
            draft = Profile.objects.select_related("mechanism").get(pk=draft.pk)
            _Draft(self, draft, asks_constraints=True).write(plan.writes)

    def _draft(self, plan: MechanismPlan, mechanism: Mechanism) -> Profile | None:
        if plan.base is not None and not plan.opens_draft:
            draft = Profile.objects.select_related("mechanism").get(pk=plan.base)
            draft.mechanism = mechanism
            return draft
        if plan.base is not None:
            base = Profile.objects.get(pk=plan.base)
            draft = editions.open_draft(mechanism, base=base, by=self.by)
            opened = {"copy_of": base.edition}
        else:
            language, fields = _first_fields(plan.writes)
            with translation.override(language):
                try:
                    Profile(mechanism=mechanism, **fields).clean_fields()
                except ValidationError as error:
                    self.refuse(error, plan.writes)
                    return None
                draft = editions.open_empty_draft(mechanism, **fields, by=self.by)
            opened = {}
        self.trace(None, draft, PROFILE, ChangeAction.ADD, after=opened)
        return draft

    def source_of(self, change: Change) -> Source | None:
        """Return the source that the answers of a change's respondent are."""
        if change.statement is None:
            return None
        submitted = self.normalised.submissions[change.statement.submission]
        slug = source_slug(self.round.slug, self.normalised.kind, submitted.subject)
        if slug not in self._sources:
            self._sources[slug] = self._make_source(slug, change)
        return self._sources[slug]

    def _make_source(self, slug: str, change: Change) -> Source:
        if known := Source.objects.filter(slug=slug).first():
            return known
        assert change.statement is not None  # noqa: S101 - else it has no source
        submission = self.submissions[change.statement.submission]
        title = _("Answer of %(respondent)s to %(round)s") % {
            "respondent": self.name_of(submission),
            "round": self.round.title,
        }
        day = submission.submitted_at
        source = Source.objects.create(
            slug=slug,
            title=title[:400],
            published=day.date().isoformat() if day else str(self.round.year),
        )
        self.keys.learn(source)
        self.changes.append(
            ImportedChange(
                survey_import=self.survey_import,
                submission=submission,
                target=Source._meta.label_lower,
                action=ChangeAction.ADD,
                after={"slug": slug, "title": source.title},
            )
        )
        return source

    def name_of(self, submission: Submission) -> str:
        """Return the registry's name of who answered, never a person's."""
        mechanism = submission.mechanism
        if mechanism is None:
            return str(submission.state or submission.organisation or "")
        edition = mechanism.editions.order_by("-edition").first()
        return edition.short_name if edition else mechanism.slug

    def trace(
        self,
        change: Change | None,
        draft: Profile,
        target: str,
        action: ChangeAction | str,
        *,
        uid: Any = None,
        field: str = "",
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Note what was written, and the cell that it came from."""
        statement = change.statement if change else None
        origin = statement.origin if statement else None
        self.changes.append(
            ImportedChange(
                survey_import=self.survey_import,
                submission=self.submissions[statement.submission]
                if statement
                else None,
                mechanism=draft.mechanism,
                profile=draft,
                target=target,
                uid=uid,
                field=field,
                action=action,
                before=before or {},
                after=after or {},
                question=origin.question[:80] if origin else "",
                sheet=origin.sheet[:120] if origin else "",
                row_number=origin.row if origin else 0,
                column=origin.column[:250] if origin else "",
            )
        )

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


class _Draft:
    """One draft that is written into. The profile itself is saved once, at the end."""

    def __init__(
        self, drafting: Drafting, draft: Profile, *, asks_constraints: bool = False
    ):
        self.drafting = drafting
        self.draft = draft
        self.asks_constraints = asks_constraints
        # As a save by staff does, so that forms that are open notice.
        draft.version += 1
        self.keys = drafting.keys
        self.facts: dict[str, dict[Any, Fact]] = {}
        self.last_position: dict[str, int] = {}
        self.to_be_made: dict[type[Fact], list[Fact]] = {}
        self.of_profile: list[Change] = []

    def write(self, changes: list[Change]) -> None:
        for change in changes:
            if change.action == ChangeAction.ALTERNATIVE:
                self._add_alternative(change)
            elif change.target == PROFILE:
                self.of_profile.append(change)
            elif change.action == ChangeAction.ADD:
                self._add_fact(change, change.target, change.after)
            elif change.action == ChangeAction.REMOVE:
                self._remove_fact(change)
            else:
                self._change_fact(change)
        self._make_facts()
        self._save_profile()

    # The fields of the profile

    def _save_profile(self) -> None:
        many: dict[str, Any] = {}
        for change in self.of_profile:
            names = [*{**change.before, **change.after}]
            before = {name: value_of(self.draft, name, self.keys) for name in names}
            try:
                values = {name: change.after.get(name) for name in names}
                set_values(self.draft, values, self.keys)
            except UnknownRecord as error:
                self.drafting.refuse(_unknown(error), [change])
                continue
            many |= values
            self.drafting.trace(
                change,
                self.draft,
                PROFILE,
                change.action,
                field=names[0] if len(names) == 1 else "",
                before={n: v for n, v in before.items() if v is not None},
                after=dict(change.after),
            )
        try:
            if self.of_profile:
                self.draft.full_clean(exclude=["mechanism", "publish_by"])
        except ValidationError as error:
            self.drafting.refuse(error, self.of_profile)
            return
        self.draft.save()
        set_many(self.draft, many, self.keys)
        self._name_sources()

    def _name_sources(self) -> None:
        """Name whose answers the fields rest on, as the sources of the profile."""
        stated = {
            source: change
            for change in reversed(self.of_profile)
            if (source := self.drafting.source_of(change)) is not None
        }
        named = set(self.draft.sources.values_list("pk", flat=True))
        for source, change in stated.items():
            if source.pk in named:
                continue
            self.draft.sources.add(source)
            self.drafting.trace(
                change,
                self.draft,
                PROFILE,
                ChangeAction.ADD,
                field="sources",
                after={"sources": [source.slug]},
            )

    # Facts

    def _add_fact(self, change: Change, target: str, values: dict[str, Any]) -> None:
        kind: Any = apps.get_model(target)
        source = self.drafting.source_of(change)
        if source is not None:
            values = {"source": source.slug} | values
        facts = self._facts(target)
        # Last, beside those that nobody has put in order.
        position = self.last_position[target]
        fact = kind(profile=self.draft, uid=change.uid, position=position)
        if not self._set_values(change, fact, values):
            return
        if self.asks_constraints or kind._meta.many_to_many:
            fact.save()
            set_many(fact, values, self.keys)
        else:
            self.to_be_made.setdefault(kind, []).append(fact)
        facts[fact.uid] = fact
        self.drafting.trace(
            change,
            self.draft,
            target,
            change.action,
            uid=fact.uid,
            field=change.disputed,
            after=values | values_of(fact, self.keys),
        )

    def _add_alternative(self, change: Change) -> None:
        values: dict[str, Any] = {"field": change.disputed, "value": change.words}
        if change.disputed in _NOT_PUBLIC:
            values["is_public"] = False
        self._add_fact(change, AlternativeValue._meta.label_lower, values)

    def _change_fact(self, change: Change) -> None:
        fact = self._fact(change)
        if fact is None:
            return
        names = [*{**change.before, **change.after}]
        values = {name: change.after.get(name) for name in names}
        source = self.drafting.source_of(change)
        if source is not None and fact.source_id is None:
            values["source"] = source.slug
        before = {name: value_of(fact, name, self.keys) for name in values}
        if not self._set_values(change, fact, values):
            return
        fact.save()
        set_many(fact, values, self.keys)
        self.drafting.trace(
            change,
            self.draft,
            change.target,
            change.action,
            uid=fact.uid,
            field=names[0] if len(names) == 1 else "",
            before={n: v for n, v in before.items() if v is not None},
            after={n: v for n, v in values.items() if v is not None},
        )

    def _remove_fact(self, change: Change) -> None:
        fact = self._fact(change)
        if fact is None:
            return
        before = values_of(fact, self.keys) | {"position": fact.position}
        uid = fact.uid
        fact.delete()
        del self._facts(change.target)[uid]
        self.drafting.trace(
            change,
            self.draft,
            change.target,
            ChangeAction.REMOVE,
            uid=uid,
            before=before,
        )

    def _make_facts(self) -> None:
        """Make the facts that were added, of each kind all at once."""
        for kind, facts in self.to_be_made.items():
            kind._default_manager.bulk_create(facts, batch_size=500)
            log_created(facts)
        self.to_be_made.clear()

    def _set_values(self, change: Change, fact: Fact, values: dict[str, Any]) -> bool:
        """Set and check values; one that cannot stand becomes a problem."""
        try:
            set_values(fact, values, self.keys)
            check(fact, constraints=self.asks_constraints)
        except UnknownRecord as error:
            self.drafting.refuse(_unknown(error), [change])
            return False
        except ValidationError as error:
            self.drafting.refuse(error, [change])
            return False
        return True

    def _fact(self, change: Change) -> Any:
        fact = self._facts(change.target).get(change.uid)
        if fact is None:
            self.drafting.refuse(
                ValidationError(_("The fact that it changes is no longer there.")),
                [change],
            )
        elif fact._state.adding:
            self._make_facts()
        return fact

    def _facts(self, target: str) -> dict[Any, Fact]:
        if target not in self.facts:
            kind: Any = apps.get_model(target)
            self.facts[target] = {}
            for fact in kind._default_manager.filter(profile=self.draft):
                fact.profile = self.draft
                self.facts[target][fact.uid] = fact
            positions = [fact.position for fact in self.facts[target].values()]
            self.last_position[target] = max(positions, default=0)
        return self.facts[target]


def check(fact: Fact, *, constraints: bool = True) -> None:
    """Check a fact as a form would. Raises ValidationError.

    Without `constraints` no query is made, and the database has the last word.
    """
    # Keys that are set were looked up a moment ago.
    known = {
        f.name
        for f in fact._meta.concrete_fields
        if f.is_relation and getattr(fact, f.attname) is not None
    }
    fact.clean_fields(exclude=known)
    fact.clean()
    # The constraint on coverage sees one language of the text only.
    if isinstance(fact, Section) and fact.coverage != Coverage.REPORTED:
        texts = languages_of(Section, "prose_en")
        if any(getattr(fact, name) for name in texts):
            raise ValidationError(
                {"coverage": _("A section with a text is 'reported'.")}
            )
    if constraints:
        fact.validate_constraints()


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


def _unknown(error: UnknownRecord) -> ValidationError:
    return ValidationError(
        _("There is no %(kind)s “%(key)s” any more.")
        % {"kind": error.model._meta.verbose_name, "key": error.key}
    )
