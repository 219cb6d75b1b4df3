"""All statements about one mechanism beside its edition."""

import uuid

from django.utils.translation import gettext as _

from surveys.comparing.bases import Base
from surveys.comparing.facts import compare_fact
from surveys.comparing.planning import Context, Planning
from surveys.comparing.removing import remove_what_is_no_longer_said
from surveys.comparing.values import is_nothing
from surveys.comparing.weighing import weigh
from surveys.problems import Code, Problem, Severity
from surveys.statements import PROFILE, Change, MechanismPlan, Statement
from surveys.vocabularies import ChangeAction


class Comparison:
    """Plans what statements about one mechanism change; `problems` say what cannot."""

    def __init__(self, context: Context, base: Base, statements: list[Statement]):
        self.context = context
        self.base = base
        self.planning = Planning(context, base)
        # The mechanism's own answer comes first.
        self.statements = sorted(
            statements, key=lambda s: (not context.is_authority(s), s.submission)
        )
        self.problems: list[Problem] = []
        self._settled: dict[tuple, uuid.UUID | None] = {}

    def plan(self) -> MechanismPlan | None:
        """Return the plan, None when no draft can be written or nothing is said."""
        base = self.base
        if base.is_in_review:
            self.problems.append(_in_review(base))
            return None
        if base.edition is None and not self._can_begin():
            return None
        for statement in self.statements:
            self._compare(statement)
        remove_what_is_no_longer_said(self.planning)
        planned = MechanismPlan(
            base.mechanism,
            base.name,
            base.edition,
            base.state,
            base.version,
            opens_draft=False,
            changes=self.planning.changes,
        )
        planned.opens_draft = not base.is_draft and bool(planned.writes)
        return planned if planned.changes else None

    def _can_begin(self) -> bool:
        """Make sure that a first draft can be opened: it needs a name and a type."""
        if not self.statements:
            return False
        said = {
            name
            for statement in self.statements
            if statement.target == PROFILE and self.context.may_state(statement)
            for name in statement.values
        }
        missing = [
            name
            for name in ("name", "type")
            if name not in said and not any(n.startswith(f"{name}_") for n in said)
        ]
        if missing:
            self.problems.append(_without_edition(self.base, missing))
        return not missing

    def _compare(self, statement: Statement) -> None:
        # What stands already stands when the next respondent says the same.
        said = (statement.target, statement.key, repr(statement.values))
        is_corrected = statement.submission in self.context.earlier
        if said in self._settled and not is_corrected:
            self.planning.keep(statement, self._settled[said])
            return
        number = len(self.planning.changes)
        if statement.target == PROFILE:
            weigh(self.planning, statement, None, statement.values)
        else:
            compare_fact(self.planning, statement)
        if any(_overwrites(c) for c in self.planning.changes[number:]):
            self._settled.clear()
        change = self.planning.changes[number]
        is_same = change.action == ChangeAction.SAME and not change.reason
        if is_same and not is_corrected:
            self._settled[said] = change.uid


def _overwrites(change: Change) -> bool:
    return change.action == ChangeAction.CHANGE and not all(
        is_nothing(value) for value in change.before.values()
    )


def _in_review(base: Base) -> Problem:
    return Problem(
        Code.OPEN_EDITION_IN_REVIEW,
        Severity.WARNING,
        _(
            "An edition of “%(mechanism)s” is in review, and nothing is written "
            "into it. Import the file again once it was published or sent back."
        )
        % {"mechanism": base.name},
        value=base.mechanism,
        kind="mechanism",
    )


def _without_edition(base: Base, missing: list[str]) -> Problem:
    return Problem(
        Code.REQUIRED_EMPTY,
        Severity.WARNING,
        _(
            "“%(mechanism)s” has no edition, and the file does not say "
            "its %(fields)s: open a draft first, then import again."
        )
        % {"mechanism": base.name, "fields": ", ".join(missing)},
        value=base.mechanism,
        kind="mechanism",
    )
