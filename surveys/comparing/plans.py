"""What an import would change: statements beside what the registry says now.

Nothing here writes, and nothing it plans overwrites: an empty field is filled, an
equal one left, what differs is kept beside it or shown as a conflict. There are two
exceptions: what the same submission wrote before and nobody edited since, and what a
person chose to take.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from partnerships.models import FundingSource, Partnership
from profiles.folding import fold
from profiles.models import Contribution, Membership, Section, ThemeFocus
from profiles.vocabularies import Coverage, MechanismStatus
from surveys.comparing.bases import (
    Base,
    Keys,
    KnownFact,
    languages_of,
    load_bases,
    load_keys,
    model_of,
    records_named,
    related_models,
)
from surveys.comparing.disputes import ALTERNATIVE, Words, disputed_field
from surveys.comparing.earlier import Earlier, Stored, load_earlier, load_stored
from surveys.comparing.fitness import Fitness
from surveys.memory import collection_paused
from surveys.models import Round
from surveys.problems import Code, Problem, Severity
from surveys.statements import (
    PROFILE,
    Change,
    MechanismPlan,
    Normalised,
    Plan,
    Statement,
    Submitted,
)
from surveys.vocabularies import ChangeAction, RespondentKind

_SECTION = Section._meta.label_lower
_MEMBERSHIP = Membership._meta.label_lower
_PARTNERSHIP = Partnership._meta.label_lower
_CONTRIBUTION = Contribution._meta.label_lower
_FUNDING = FundingSource._meta.label_lower
_THEME = ThemeFocus._meta.label_lower

_OWN_RECORD = {
    (_MEMBERSHIP, RespondentKind.STATE): "state",
    (_PARTNERSHIP, RespondentKind.ORGANISATION): "organisation",
}
"""Of which facts a State or an organisation knows best: its own."""

_FOR_THE_MECHANISM = {PROFILE, _SECTION, _MEMBERSHIP, _PARTNERSHIP}
"""What only the mechanism, or whom it is about, can state. Views anybody can."""

_ADDED_TO = {(_CONTRIBUTION, name) for name in ("states", "themes", "gcm_objectives")}
"""Lists that grow by what others name: a contribution can concern more States."""

_SOFT = {(_THEME, "label")}
"""Wording that tells nothing new beside another wording."""

# How much each coverage knows; a section is filled from less to more.
_KNOWS = {
    Coverage.UNKNOWN.value: 0,
    Coverage.NOT_ASKED.value: 1,
    Coverage.NOT_REPORTED.value: 2,
    Coverage.NONE.value: 3,
    Coverage.REPORTED.value: 3,
}
_KNOWS_ENOUGH = 3
_NOT_SAID = {"position", "source"}
_NOT_CONTENT = {"position", "source", "is_public", "certainty"}
"""What is not said about the mechanism, but about the fact."""
_UIDS = uuid.UUID("5f0f5a2c-2f0b-4f5e-9d0a-3c6f1b6d2a10")


def source_slug(round_slug: str, kind: str, subject: str) -> str:
    """Return the key of the source that a respondent's answers are in a round."""
    slug = f"survey-{round_slug}-{kind}-{subject}".lower()
    if len(slug) <= 80:
        return slug
    return f"{slug[:69]}-{hashlib.sha256(slug.encode()).hexdigest()[:10]}"


def compare(
    normalised: Normalised,
    round: Round,
    *,
    decisions: Mapping[str, Any] | None = None,
) -> Plan:
    """Plan what applying would do, by reading only.

    The plan depends on what stands in the database and on nothing else, so that two
    runs give the same numbers. Statements of submissions that came before are not
    compared again: what people changed since then stays.
    """
    with collection_paused():
        return _compare(normalised, round, decisions)


def _compare(
    normalised: Normalised, round: Round, decisions: Mapping[str, Any] | None
) -> Plan:
    stored = load_stored(round, normalised)
    sorting = _sort(normalised, stored)
    plan = Plan([], sorting.new, sorting.corrected, sorting.unchanged)
    compared = {*sorting.new, *sorting.corrected}
    earlier = load_earlier(round, normalised, sorting.corrected)
    statements = [s for s in normalised.statements if s.submission in compared]
    mechanisms = {s.mechanism for s in statements}
    mechanisms |= {m for one in earlier.values() for m in one.mechanisms}
    targets = {s.target for s in statements} | {PROFILE, ALTERNATIVE}
    targets |= {t for one in earlier.values() for t in one.targets}
    keys = load_keys(targets)
    bases = load_bases(mechanisms, targets, keys)
    statements, unknown = _without_unknown_records(statements, keys)
    plan.problems += unknown
    words = Words(related_models(targets))
    words.mechanisms = {slug: base.name for slug, base in bases.items()}
    by_mechanism: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_mechanism[statement.mechanism].append(statement)
    context = _Context(
        normalised,
        round,
        frozenset((decisions or {}).get("take", ())),
        earlier,
        words,
        Fitness(),
    )
    for slug in sorted(mechanisms):
        comparison = _Comparison(context, bases[slug], by_mechanism[slug])
        planned = comparison.plan()
        plan.problems += comparison.problems
        if planned is not None:
            plan.mechanisms.append(planned)
    return plan


def _without_unknown_records(
    statements: list[Statement], keys: Keys
) -> tuple[list[Statement], list[Problem]]:
    """Leave out statements that name a record which the registry does not have.

    Answers never do, but fixed values of a mapping can.
    """
    there = {model: {*of_model.values()} for model, of_model in keys.items()}
    known: dict[tuple[str, str, str], bool] = {}
    kept: list[Statement] = []
    problems: dict[tuple[str, str, str], Problem] = {}
    for statement in statements:
        for named in _records_of(statement):
            if named not in known:
                model = _related(named[0], named[1])
                known[named] = named[2] in there.get(model, ())
            if not known[named]:
                problems.setdefault(named, _unknown_record(statement, named))
                break
        else:
            kept.append(statement)
    return kept, list(problems.values())


def _records_of(statement: Statement) -> Iterator[tuple[str, str, str]]:
    """Return target, field and key of every record that a statement names."""
    for name in records_named(statement.target):
        value = statement.values.get(name)
        if value is not None:
            for key in value if isinstance(value, list) else [value]:
                yield statement.target, name, str(key)


def _related(target: str, name: str) -> Any:
    return model_of(target)._meta.get_field(name).related_model


def _unknown_record(statement: Statement, named: tuple[str, str, str]) -> Problem:
    origin = statement.origin
    model = _related(named[0], named[1])._meta.verbose_name
    return Problem(
        Code.UNKNOWN_NAME,
        Severity.WARNING,
        _("The registry has no %(model)s “%(key)s”, which the mapping names.")
        % {"model": model, "key": named[2]},
        sheet=origin.sheet,
        row=origin.row,
        column=origin.column,
        cell=origin.cell,
    )


@dataclass
class _Sorting:
    new: list[int] = field(default_factory=list)
    corrected: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)


def _sort(normalised: Normalised, stored: Stored) -> _Sorting:
    """Tell new submissions from corrected ones and from those that came before.

    One that came before counts as corrected when it can say more now: its respondent
    is matched at last, or an edition that was in review is no longer.
    """
    sorting = _Sorting()
    about: dict[int, set[str]] = defaultdict(set)
    for statement in normalised.statements:
        about[statement.submission].add(statement.mechanism)
    for index, submitted in enumerate(normalised.submissions):
        before = stored.by_id.get(submitted.submission_id)
        if before is None:
            sorting.new.append(index)
        elif (
            before.content_hash != submitted.content_hash
            or before.status != submitted.status
            or (submitted.subject and before.subject != submitted.subject)
            or stored.waited_for(before) & about[index]
        ):
            sorting.corrected.append(index)
        else:
            sorting.unchanged.append(index)
    return sorting


@dataclass
class _Context:
    """What all mechanisms of one plan share."""

    normalised: Normalised
    round: Round
    taken: frozenset[str]
    earlier: dict[int, Earlier]
    words: Words
    fitness: Fitness

    def submitted(self, statement: Statement) -> Submitted:
        return self.normalised.submissions[statement.submission]

    def is_authority(self, statement: Statement) -> bool:
        """Does the respondent speak for itself?"""
        kind = self.normalised.kind
        subject = self.submitted(statement).subject
        if kind == RespondentKind.MECHANISM:
            return subject == statement.mechanism
        own = _OWN_RECORD.get((statement.target, kind))
        return own is not None and statement.values.get(own) == subject

    def may_state(self, statement: Statement) -> bool:
        return statement.target not in _FOR_THE_MECHANISM or self.is_authority(
            statement
        )


class _Comparison:
    """The statements about one mechanism beside its edition.

    What is planned is taken into `base` at once, so that the next statement is
    compared with what the draft will then say.
    """

    def __init__(self, context: _Context, base: Base, statements: list[Statement]):
        self.context = context
        self.base = base
        # The mechanism's own answer comes first.
        self.statements = sorted(
            statements, key=lambda s: (not context.is_authority(s), s.submission)
        )
        self.changes: list[Change] = []
        self.problems: list[Problem] = []
        self.said: dict[int, set[uuid.UUID]] = defaultdict(set)
        self.writers: dict[tuple[uuid.UUID | None, str], int] = {}
        self.settled: dict[tuple, uuid.UUID | None] = {}
        self.indexes: dict[tuple, dict[tuple, list[KnownFact]]] = {}

    def plan(self) -> MechanismPlan | None:
        base = self.base
        if base.is_in_review:
            self.problems.append(self._in_review())
            return None
        if base.edition is None and not self._begin():
            return None
        planned = MechanismPlan(
            base.mechanism,
            base.name,
            base.edition,
            base.state,
            base.version,
            opens_draft=not base.is_draft,
            changes=self.changes,
        )
        for statement in self.statements:
            self._compare(statement)
        self._remove_what_is_no_longer_said()
        planned.opens_draft = planned.opens_draft and bool(planned.writes)
        return planned if self.changes else None

    # Where there is nothing to compare with

    def _in_review(self) -> Problem:
        return Problem(
            Code.OPEN_EDITION_IN_REVIEW,
            Severity.WARNING,
            _(
                "An edition of “%(mechanism)s” is in review, and nothing is written "
                "into it. Import the file again once it was published or sent back."
            )
            % {"mechanism": self.base.name},
            value=self.base.mechanism,
            kind="mechanism",
        )

    def _begin(self) -> bool:
        """Make sure that a first draft can be opened: it needs a name and a type."""
        said = {name for s in self.statements for name in _profile_fields(s)}
        missing = [
            name
            for name in ("name", "type")
            if name not in said and not any(n.startswith(f"{name}_") for n in said)
        ]
        if not self.statements:
            return False
        if missing:
            self.problems.append(
                Problem(
                    Code.REQUIRED_EMPTY,
                    Severity.WARNING,
                    _(
                        "“%(mechanism)s” has no edition, and the file does not say "
                        "its %(fields)s: open a draft first, then import again."
                    )
                    % {"mechanism": self.base.name, "fields": ", ".join(missing)},
                    value=self.base.mechanism,
                    kind="mechanism",
                )
            )
        return not missing

    def _compare(self, statement: Statement) -> None:
        # What stands already stands when the next respondent says the same.
        said = (statement.target, statement.key, repr(statement.values))
        is_corrected = statement.submission in self.context.earlier
        if said in self.settled and not is_corrected:
            self._keep(statement, self.settled[said])
            return
        number = len(self.changes)
        if statement.target == PROFILE:
            self._compare_field(statement)
        else:
            self._compare_fact(statement)
        change = self.changes[number]
        is_same = change.action == ChangeAction.SAME and not change.reason
        if is_same and not is_corrected:
            self.settled[said] = change.uid

    # Fields of the profile

    def _compare_field(self, statement: Statement) -> None:
        ((name, value),) = statement.values.items()
        self._weigh(statement, None, {name: value}, self.base.values)

    # Facts

    def _compare_fact(self, statement: Statement) -> None:
        fact = self._find(statement)
        if fact is not None:
            self.said[statement.submission].add(fact.uid)
            values = {
                name: value
                for name, value in statement.values.items()
                if name not in statement.key or not self._is_key(statement, fact, name)
            }
            self._weigh(statement, fact, values, fact.values)
            return
        earlier = self.context.earlier.get(statement.submission)
        uid = self._uid(statement)
        telling = _telling(statement)
        may_state = (
            self.context.may_state(statement)
            or self._number(statement, telling) in self.context.taken
        )
        if earlier and earlier.was_added(
            statement.target, statement.key, statement.values
        ):
            self._keep(statement, None, _("Somebody took it out since."))
        elif uid in self.base.by_uid:
            self.said[statement.submission].add(uid)
            self._keep(statement, uid, _("Somebody edited it since."))
        elif not may_state:
            value = statement.values[telling]
            self._dispute(statement, None, telling, None, value, _not_its_own())
        else:
            self._add(statement, uid, telling)

    def _add(self, statement: Statement, uid: uuid.UUID, telling: str) -> None:
        target, values = statement.target, dict(statement.values)
        obstacle = self.context.fitness.obstacle(
            target, values, self.base.facts.get(target, ())
        )
        if obstacle:
            self._change(
                statement, ChangeAction.CONFLICT, None, {}, values, reason=obstacle
            )
            return
        number = ""
        if not self.context.may_state(statement):
            number = self._number(statement, telling)
        if target == _FUNDING:
            # Who pays is sensitive: staff decide what becomes public.
            values["is_public"] = False
        added = KnownFact(uid, {**_defaults(target), **values}, statement.submission)
        self._learn(target, added)
        self.said[statement.submission].add(uid)
        for name in added.values:
            self.writers[uid, name] = statement.submission
        self._change(statement, ChangeAction.ADD, uid, {}, values, number=number)

    def _find(self, statement: Statement) -> KnownFact | None:
        index = self._index(statement.target, statement.key)
        found = index.get(_key(statement.key, statement.values), ())
        current = [fact for fact in found if fact.values.get("is_current", True)]
        return next(iter(current or found), None)

    def _index(self, target: str, key: tuple[str, ...]) -> dict[tuple, list[KnownFact]]:
        """Return the facts of a kind by the fields by which they are found again."""
        index = self.indexes.get((target, key))
        if index is None:
            index = self.indexes[target, key] = defaultdict(list)
            for fact in self.base.facts.get(target, ()):
                index[_key(key, fact.values)].append(fact)
        return index

    def _learn(self, target: str, fact: KnownFact) -> None:
        self.base.add(target, fact)
        for (known, key), index in self.indexes.items():
            if known == target:
                index[_key(key, fact.values)].append(fact)

    def _is_key(self, statement: Statement, fact: KnownFact, name: str) -> bool:
        return _folded(statement.values.get(name)) == _folded(fact.values.get(name))

    def _uid(self, statement: Statement) -> uuid.UUID:
        """Return the uid of the fact that a statement adds, always the same one."""
        return uuid.uuid5(_UIDS, self._number(statement, ""))

    # One value beside another

    def _weigh(
        self,
        statement: Statement,
        fact: KnownFact | None,
        said: dict[str, Any],
        known: dict[str, Any],
    ) -> None:
        target = statement.target
        uid = fact.uid if fact else None
        model = model_of(target)
        may_state = self.context.may_state(statement)
        fills: dict[str, Any] = {}
        differs: dict[str, str] = {}
        reason = ""
        for name, value in said.items():
            if _is_nothing(value) or name in _NOT_CONTENT:
                continue
            columns = languages_of(model, name)
            current = [known.get(column) for column in columns]
            if any(_same(value, one) for one in current):
                continue
            if (target, name) in _ADDED_TO and known.get(name):
                union = sorted({*known[name], *value})
                if union != known[name]:
                    fills[name] = union
                continue
            if name.endswith("coverage") and not _tells_more(value, known.get(name)):
                continue
            is_empty = all(_is_nothing(one) for one in current)
            is_ours = self._is_from_earlier(statement, uid, name, known.get(name))
            if is_ours is False and self._is_repeated(statement, uid, name, value):
                reason = _("Somebody edited it since.")
            elif is_ours is False:
                differs[name] = _("Somebody edited it since.")
            elif not may_state:
                differs[name] = _not_its_own()
            elif target == _FUNDING and known.get("is_public"):
                differs[name] = _("What answers say of money is not public yet.")
            elif is_empty or is_ours or _is_less(name, known.get(name)):
                fills[name] = value
            elif (target, name) not in _SOFT:
                differs[name] = self._who_says_otherwise(statement, uid, name)
        number = len(self.changes)
        fills = self._fitting(statement, fact, fills, known)
        for name, why in differs.items():
            self._dispute(statement, uid, name, known.get(name), said[name], why)
        if fills:
            before = {name: known.get(name) for name in fills}
            self._change(statement, ChangeAction.CHANGE, uid, before, fills)
            known.update(fills)
            for name in fills:
                self.writers[uid, name] = statement.submission
        if len(self.changes) == number:
            self._keep(statement, uid, reason)

    def _who_says_otherwise(
        self, statement: Statement, uid: uuid.UUID | None, name: str
    ) -> str:
        writer = self.writers.get((uid, name))
        if writer is None:
            return _("The registry says otherwise.")
        if writer == statement.submission:
            return _("The same submission says otherwise elsewhere.")
        return _("Another answer in this file says otherwise.")

    def _fitting(
        self,
        statement: Statement,
        fact: KnownFact | None,
        fills: dict[str, Any],
        known: dict[str, Any],
    ) -> dict[str, Any]:
        """Return `fills` if the fact can hold them; else they are in conflict."""
        if fact is None or not fills:
            return fills
        obstacle = self.context.fitness.obstacle(
            statement.target,
            {**known, **fills},
            [f for f in self.base.facts[statement.target] if f is not fact],
        )
        if not obstacle:
            return fills
        before = {name: known.get(name) for name in fills}
        self._change(
            statement, ChangeAction.CONFLICT, fact.uid, before, fills, reason=obstacle
        )
        return {}

    def _is_from_earlier(
        self, statement: Statement, uid: uuid.UUID | None, name: str, known: Any
    ) -> bool | None:
        """Did this submission write the value? False if it was edited since."""
        earlier = self.context.earlier.get(statement.submission)
        if earlier is None:
            return None
        key = (uid or statement.mechanism, name)
        if key not in earlier.written:
            return None
        return _same(earlier.written[key], known)

    def _is_repeated(
        self, statement: Statement, uid: uuid.UUID | None, name: str, value: Any
    ) -> bool:
        """Does a corrected submission only say again what it wrote before?"""
        earlier = self.context.earlier[statement.submission]
        return _same(earlier.written[uid or statement.mechanism, name], value)

    # What is planned

    def _dispute(
        self,
        statement: Statement,
        uid: uuid.UUID | None,
        name: str,
        known: Any,
        value: Any,
        reason: str,
    ) -> None:
        target = statement.target
        number = self._number(statement, name)
        before = {} if _is_nothing(known) else {name: known}
        can_take = uid is not None or target == PROFILE
        if number in self.context.taken and can_take:
            self._take(statement, uid, name, known, value, number)
            return
        disputed = disputed_field(target, name, statement.values)
        words = ""
        if disputed:
            words = self.context.words.alternative(
                target, statement.key, statement.values, name
            )
        if not words:
            self._change(
                statement,
                ChangeAction.CONFLICT,
                uid,
                before,
                {name: value},
                number=number,
                reason=reason,
            )
            return
        self._keep_beside(statement, name, before, value, reason, disputed, words)

    def _take(self, statement, uid, name, known, value, number) -> None:
        before = {name: known}
        after = {name: value}
        if uid is not None:
            fact = self.base.by_uid[uid]
            others = [f for f in self.base.facts[statement.target] if f is not fact]
            obstacle = self.context.fitness.obstacle(
                statement.target, {**fact.values, **after}, others
            )
            if obstacle:
                self._change(
                    statement,
                    ChangeAction.CONFLICT,
                    uid,
                    before,
                    after,
                    number=number,
                    reason=obstacle,
                )
                return
            fact.values.update(after)
        else:
            self.base.values.update(after)
        self._change(statement, ChangeAction.CHANGE, uid, before, after, number=number)

    def _keep_beside(
        self, statement, name, before, value, reason, disputed, words
    ) -> None:
        """Plan an alternative value, unless the same respondent's stands already."""
        submitted = self.context.submitted(statement)
        source = source_slug(
            self.context.round.slug, self.context.normalised.kind, submitted.subject
        )
        for fact in self._alternatives(disputed, words):
            said = fact.values
            if said.get("source") in (source, None):
                self.said[statement.submission].add(fact.uid)
                self._keep(statement, fact.uid, reason)
                return
        number = self._number(statement, name)
        uid = uuid.uuid5(_UIDS, f"{number} {words}")
        values = {"field": disputed, "value": words, "source": source}
        if uid in self.base.by_uid:
            self._keep(statement, uid, reason)
            return
        self._learn(ALTERNATIVE, KnownFact(uid, values, statement.submission))
        self.said[statement.submission].add(uid)
        self._change(
            statement,
            ChangeAction.ALTERNATIVE,
            uid,
            before,
            {name: value},
            number=number,
            reason=reason,
            disputed=disputed,
            words=words,
        )

    def _alternatives(self, disputed: str, words: str) -> list[KnownFact]:
        key = ("field", "value")
        wanted = {"field": disputed, "value": words}
        return self._index(ALTERNATIVE, key).get(_key(key, wanted), [])

    def _keep(self, statement, uid: uuid.UUID | None, reason: str = "") -> None:
        values = dict(statement.values)
        self._change(statement, ChangeAction.SAME, uid, values, values, reason=reason)

    def _change(
        self,
        statement: Statement,
        action: ChangeAction,
        uid: uuid.UUID | None,
        before: dict[str, Any],
        after: dict[str, Any],
        *,
        number: str = "",
        reason: str = "",
        disputed: str = "",
        words: str = "",
    ) -> None:
        self.changes.append(
            Change(
                number or self._number(statement, action.value)
                if action != ChangeAction.SAME
                else "",
                statement.mechanism,
                action,
                statement.target,
                self.context.words.label(
                    statement.target, statement.key, statement.values
                ),
                uid,
                before,
                after,
                statement,
                reason,
                disputed,
                words,
            )
        )

    def _number(self, statement: Statement, about: str) -> str:
        submitted = self.context.submitted(statement)
        about_key = [statement.values.get(name) for name in statement.key]
        name = [
            self.context.round.slug,
            self.context.normalised.kind,
            submitted.submission_id,
            statement.mechanism,
            statement.target,
            about_key or list(statement.values),
            about,
        ]
        return hashlib.sha256(repr(name).encode()).hexdigest()[:16]

    # What an earlier version of a submission said and this one does not

    def _remove_what_is_no_longer_said(self) -> None:
        for index, earlier in sorted(self.context.earlier.items()):
            for target, uid, after in earlier.added_to(self.base.mechanism):
                fact = self.base.by_uid.get(uid)
                if fact is None or uid in self.said[index]:
                    continue
                if fact.writer is not None or not _is_untouched(
                    target, after, fact.values
                ):
                    continue
                self._remove(index, target, fact)

    def _remove(self, index: int, target: str, fact: KnownFact) -> None:
        if fact not in self.base.facts.get(target, ()):
            return
        self.base.remove(target, fact)
        submitted = self.context.normalised.submissions[index]
        key = _naming(target)
        number = hashlib.sha256(
            f"{self.base.mechanism} {fact.uid} {submitted.submission_id}".encode()
        ).hexdigest()[:16]
        self.changes.append(
            Change(
                number,
                self.base.mechanism,
                ChangeAction.REMOVE,
                target,
                self.context.words.label(target, key, fact.values),
                fact.uid,
                {n: v for n, v in fact.values.items() if not _is_nothing(v)},
                {},
                None,
                _("The corrected submission no longer says it."),
            )
        )


def _not_its_own() -> str:
    return _("Only the mechanism itself, or whom it is about, can state it.")


def _profile_fields(statement: Statement) -> Iterable[str]:
    return statement.values if statement.target == PROFILE else ()


def _telling(statement: Statement) -> str:
    """Return the field that tells most of a fact: the first that is no key."""
    names = [n for n, v in statement.values.items() if not isinstance(v, bool)]
    others = [n for n in names if n not in statement.key]
    return (others or names)[0]


def _naming(target: str) -> tuple[str, ...]:
    """Return the fields by which to call a fact, without a statement about it."""
    model = model_of(target)
    names = {f.name for f in model._meta.concrete_fields}
    for known in ("title", "name", "state", "organisation", "theme", "benefit", "part"):
        if known in names:
            return (known,)
    return ("field", "value") if target == ALTERNATIVE else ()


def _defaults(target: str) -> dict[str, Any]:
    model = model_of(target)
    return {
        f.name: f.default
        for f in model._meta.concrete_fields
        if f.has_default() and not callable(f.default) and f.editable
    }


def _key(names: tuple[str, ...], values: dict[str, Any]) -> tuple:
    return tuple(_folded(values.get(name)) for name in names)


@lru_cache(50_000)
def _fold(text: str) -> str:
    return fold(text) or text


def _folded(value: Any) -> Any:
    if isinstance(value, str):
        return _fold(value)
    if isinstance(value, list):
        return tuple(sorted(value))
    return value


def _is_nothing(value: Any) -> bool:
    return value is None or value == "" or value == []


def _is_less(name: str, value: Any) -> bool:
    """Is the value only a name for not knowing?"""
    if name.endswith("coverage"):
        return _KNOWS.get(value, 0) < _KNOWS_ENOUGH
    return name == "status" and value == MechanismStatus.UNKNOWN.value


def _tells_more(value: Any, known: Any) -> bool:
    """Would a coverage tell more than the one that stands, or contradict it?"""
    said, stands = _KNOWS.get(value, 0), _KNOWS.get(known, 0)
    return said > stands or (said == _KNOWS_ENOUGH and stands == _KNOWS_ENOUGH)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) or isinstance(other, list):
        return {*(one or ())} == {*(other or ())}
    if isinstance(one, str) and isinstance(other, str):
        return one == other or " ".join(one.split()) == " ".join(other.split())
    return one == other


def _is_untouched(target: str, after: dict[str, Any], values: dict[str, Any]) -> bool:
    """Does a fact hold what was written when it was added, and nothing more?"""
    written = {**_defaults(target), **after}
    return all(
        _same(value, written.get(name)) or (_is_nothing(value) and name not in after)
        for name, value in values.items()
        if name not in _NOT_SAID
    )
