"""What an import would change: its statements, taken into drafts that nobody saves.

Nothing here writes, and nothing that it plans overwrites: an empty field is filled, an
equal one left, what differs is kept beside it or shown as a conflict. There are two
exceptions: what the same submission wrote before and nobody edited since, and what a
person chose to take.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from profiles.content import content_fields
from profiles.keyed_values import NaturalKeys, UnknownRecord
from profiles.models import Mechanism
from surveys.models import Round
from surveys.planning.contests import Contest, contests
from surveys.planning.drafts import ALTERNATIVE, FIELD_SOURCE, Draft, load_drafts
from surveys.planning.earlier import (
    adopt_identifiers,
    load_earlier,
    load_stored,
    sort,
)
from surveys.planning.facts import compare_fact, remove_what_is_no_longer_said
from surveys.planning.fitness import Fitness
from surveys.planning.labels import Labels
from surveys.planning.mechanisms import ChangesToMechanism, ImportContext
from surveys.planning.plans import MechanismPlan, Plan, PlannedChange
from surveys.planning.respondents import Respondents
from surveys.planning.values import is_nothing
from surveys.planning.weighing import weigh
from surveys.problems import Code, Problem, Severity
from surveys.statements import PROFILE, Normalised, Statement, model_of
from surveys.vocabularies import ChangeAction


def plan_import(
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
    stored = load_stored(round, normalised)
    adopt_identifiers(normalised, stored)
    sorting = sort(normalised, stored)
    keys = NaturalKeys()
    respondents = Respondents(normalised, round, keys)
    plan = Plan([], sorting.new, sorting.corrected, sorting.unchanged, respondents)
    plan.known_from = Counter(
        stored.by_id[normalised.submissions[index].submission_id].survey_import
        for index in sorting.unchanged
    )
    compared = {*sorting.new, *sorting.corrected}
    earlier = load_earlier(round, normalised, sorting.corrected)
    statements, plan.problems = _without_unknown_records(
        [s for s in normalised.statements if s.submission in compared], keys
    )
    mechanisms = {s.mechanism for s in statements}
    mechanisms |= {m for one in earlier.values() for m in one.mechanisms}
    targets = {s.target for s in statements} | {PROFILE, ALTERNATIVE, FIELD_SOURCE}
    targets |= {t for one in earlier.values() for t in one.targets}
    drafts = load_drafts(mechanisms, targets, keys, Fitness())
    unchanged = {*sorting.unchanged} if earlier else set()
    context = ImportContext(
        respondents,
        frozenset((decisions or {}).get("take", ())),
        earlier,
        Labels(keys, {slug: draft.name for slug, draft in drafts.items()}),
        _by_mechanism(s for s in normalised.statements if s.submission in unchanged),
    )
    by_mechanism = _by_mechanism(statements)
    for slug in sorted(mechanisms):
        planner = _MechanismPlanner(context, drafts[slug], by_mechanism.get(slug, []))
        planned = planner.plan()
        plan.problems += planner.problems
        if planned is not None:
            plan.mechanisms.append(planned)
    return plan


class _MechanismPlanner:
    """Plans what statements about one mechanism change; `problems` say what cannot."""

    def __init__(
        self, context: ImportContext, draft: Draft, statements: list[Statement]
    ):
        self.context = context
        self.draft = draft
        self.changes = ChangesToMechanism(context, draft)
        self.respondents = context.respondents
        # The mechanism's own answer comes first.
        self.statements = sorted(
            statements,
            key=lambda s: (not self.respondents.is_authority(s), s.submission),
        )
        self.problems: list[Problem] = []
        self._settled: dict[tuple, Any] = {}

    def plan(self) -> MechanismPlan | None:
        """Return the plan, None when no draft can be written or nothing is said."""
        if self.draft.is_in_review:
            self.problems.append(_in_review(self.draft))
            return None
        if self.draft.base is None and not self._may_begin():
            return None
        self.changes.contests = self._contests()
        for statement in self.statements:
            self._take_in(statement)
        remove_what_is_no_longer_said(self.changes)
        if self.draft.base is None and not self._has_begun():
            return None
        return self.changes.plan if self.changes.plan.changes else None

    def _contests(self) -> dict[int, Contest]:
        """Return which statements contradict others, of those who may speak alone."""
        may_state = self.respondents.may_state
        own = [s for s in self.statements if self.respondents.is_authority(s)]
        others = [
            s
            for s in self.statements
            if may_state(s) and not self.respondents.is_authority(s)
        ]
        return contests(own) | contests(others)

    def _may_begin(self) -> bool:
        """Make sure that a name and a type are stated, by who may state them."""
        if not self.statements:
            return False
        said = {
            name
            for statement in self.statements
            if statement.target == PROFILE and self.respondents.may_state(statement)
            for name in statement.values
        }
        return self._lacks_nothing(
            [
                name
                for name in ("name", "type")
                if name not in said and not any(n.startswith(f"{name}_") for n in said)
            ]
        )

    def _has_begun(self) -> bool:
        """Make sure that the first draft could take its name and type in."""
        said = self.draft.profile.content()
        has_name = any(name.startswith("name_") for name in said)
        lacking = {"name": not has_name, "type": "type" not in said}
        return self._lacks_nothing([name for name, lacks in lacking.items() if lacks])

    def _lacks_nothing(self, lacking: list[str]) -> bool:
        if lacking:
            self.problems.append(_without_edition(self.draft, lacking))
        return not lacking

    def _take_in(self, statement: Statement) -> None:
        # What stands already stands when the next respondent says the same.
        said = (statement.target, statement.key, repr(statement.values))
        is_corrected = statement.submission in self.context.earlier
        if said in self._settled and not is_corrected:
            self.changes.keep(statement, self._settled[said])
            return
        planned = self.changes.plan.changes
        number = len(planned)
        if statement.target == PROFILE:
            weigh(self.changes, statement, self.draft.profile, statement.values)
        else:
            compare_fact(self.changes, statement)
        if any(_overwrites(change) for change in planned[number:]):
            self._settled.clear()
        change = planned[number]
        is_same = change.action == ChangeAction.SAME and not change.reason
        if is_same and not is_corrected:
            self._settled[said] = change.uid


def _overwrites(change: PlannedChange) -> bool:
    return change.action == ChangeAction.CHANGE and not all(
        is_nothing(value) for value in change.before.values()
    )


def _by_mechanism(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    found: defaultdict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        found[statement.mechanism].append(statement)
    return found


# --- What cannot be planned ----------------------------------------------------------


def _in_review(draft: Draft) -> Problem:
    return Problem(
        Code.OPEN_EDITION_IN_REVIEW,
        Severity.WARNING,
        _(
            "An edition of “%(mechanism)s” is in review, and nothing is written "
            "into it. Import the file again once it was published or sent back."
        )
        % {"mechanism": draft.name},
        value=draft.mechanism.slug,
        kind="mechanism",
    )


def _without_edition(draft: Draft, lacking: list[str]) -> Problem:
    return Problem(
        Code.REQUIRED_EMPTY,
        Severity.WARNING,
        _(
            "“%(mechanism)s” has no edition, and the file does not say "
            "its %(fields)s: open a draft first, then import again."
        )
        % {"mechanism": draft.name, "fields": ", ".join(lacking)},
        value=draft.mechanism.slug,
        kind="mechanism",
    )


def _without_unknown_records(
    statements: list[Statement], keys: NaturalKeys
) -> tuple[list[Statement], list[Problem]]:
    """Leave out statements that name a record which the registry does not have.

    Answers never do, but fixed values of a mapping can.
    """
    known: dict[tuple[type, str], bool] = {}
    kept: list[Statement] = []
    problems: dict[tuple[type, str], Problem] = {}
    for statement in statements:
        for named in _records_named(statement):
            if named not in known:
                known[named] = _is_known(keys, *named)
            if not known[named]:
                problems.setdefault(named, _unknown_record(statement, *named))
                break
        else:
            kept.append(statement)
    return kept, list(problems.values())


def _records_named(statement: Statement) -> Iterator[tuple[Any, str]]:
    """Return model and key of every record that a statement names."""
    yield Mechanism, statement.mechanism
    for name, model in _models_named(statement.target):
        value = statement.values.get(name)
        if value is not None:
            for key in value if isinstance(value, list) else [value]:
                yield model, str(key)


@cache
def _models_named(target: str) -> list[tuple[str, Any]]:
    """Return the fields of a target that name records, with the models of those."""
    model = model_of(target)
    fields = [*content_fields(model), *model._meta.many_to_many]
    return [(f.name, f.related_model) for f in fields if f.is_relation]


def _is_known(keys: NaturalKeys, model: Any, key: str) -> bool:
    try:
        keys.record(model, key)
    except UnknownRecord:
        return False
    return True


def _unknown_record(statement: Statement, model: Any, key: str) -> Problem:
    origin = statement.origin
    return Problem(
        Code.UNKNOWN_NAME,
        Severity.WARNING,
        _("The registry has no %(model)s “%(key)s”, which the mapping names.")
        % {"model": model._meta.verbose_name, "key": key},
        sheet=origin.sheet,
        row=origin.row,
        column=origin.column,
        cell=origin.cell,
    )
