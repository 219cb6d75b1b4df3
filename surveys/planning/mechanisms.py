"""What statements about one mechanism change in its draft, taken down one by one."""

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from surveys.planning.contests import Contest
from surveys.planning.drafts import Draft, DraftRecord
from surveys.planning.earlier import Earlier
from surveys.planning.labels import Labels
from surveys.planning.plans import MechanismPlan, PlannedChange
from surveys.planning.respondents import Respondents
from surveys.statements import PROFILE, Statement
from surveys.vocabularies import ChangeAction

_UIDS = uuid.UUID("5f0f5a2c-2f0b-4f5e-9d0a-3c6f1b6d2a10")


@dataclass
class ImportContext:
    """What the plans of all mechanisms of one import share.

    `taken` are the numbers of the changes that a person chose to take. `unchanged` are
    the statements of submissions that came before, by mechanism, if others are
    corrected.
    """

    respondents: Respondents
    taken: frozenset[str]
    earlier: dict[int, Earlier]
    labels: Labels
    unchanged: dict[str, list[Statement]] = field(default_factory=dict)


class ChangesToMechanism:
    """Takes down what statements about one mechanism change in `draft`.

    What is planned stands in the draft at once, so that the next statement is compared
    with what the draft will then say. `spoken_of` are the facts that each submission
    speaks of, `writers` the submission that a planned value is from, `contests` the
    statements that others in the file contradict, by their id().
    """

    def __init__(self, context: ImportContext, draft: Draft):
        self.context = context
        self.draft = draft
        self.plan = MechanismPlan(draft)
        self.spoken_of: dict[int, set[uuid.UUID]] = defaultdict(set)
        self.writers: dict[tuple[uuid.UUID | None, str], int] = {}
        self.contests: dict[int, Contest] = {}

    def number(self, statement: Statement, about: str) -> str:
        """Return what identifies a change, the same for the same answer."""
        respondents = self.context.respondents
        about_key = [statement.values.get(name) for name in statement.key]
        name = [
            respondents.round.slug,
            respondents.normalised.kind,
            respondents.submitted(statement).submission_id,
            statement.mechanism,
            statement.target,
            about_key or list(statement.values),
            about,
        ]
        return hashlib.sha256(repr(name).encode()).hexdigest()[:16]

    def uid(self, statement: Statement) -> uuid.UUID:
        """Return the uid of the fact that a statement adds, always the same one."""
        return self.uid_of(self.number(statement, ""))

    def uid_of(self, text: str) -> uuid.UUID:
        return uuid.uuid5(_UIDS, text)

    def number_of_dispute(self, statement: Statement, name: str) -> str:
        """Return what identifies a value of a field that a person can choose to take:
        one submission can give two."""
        return self.number(statement, f"{name}: {statement.values[name]!r}")

    def is_taken(self, statement: Statement, name: str) -> bool:
        """Did a person choose to take what the statement says?"""
        taken = self.context.taken
        return bool(taken) and self.number_of_dispute(statement, name) in taken

    def contest_on(self, statement: Statement, name: str = "") -> str:
        """Say why neither of two answers is taken: on a field, or on any; else ""."""
        contest = self.contests.get(id(statement))
        if contest is None or (name and name not in contest.fields):
            return ""
        return contest.reason

    def set_in(
        self, statement: Statement, record: DraftRecord, values: dict[str, Any]
    ) -> str:
        """Set values in the draft; else return why they cannot stand there.

        A fact that rests on no source rests on the respondent's answers then.
        """
        names_source = record.target != PROFILE and not record.value("source")
        if names_source:
            source = self.context.respondents.source_of(statement)
            values = values | {"source": source.slug}
        return self.draft.change(record, values)

    def keep(
        self, statement: Statement, uid: uuid.UUID | None, reason: str = ""
    ) -> None:
        """Note that the draft stays as it is."""
        values = dict(statement.values)
        self.note(statement, ChangeAction.SAME, values, values, uid=uid, reason=reason)

    def note(
        self,
        statement: Statement,
        action: ChangeAction,
        before: dict[str, Any],
        after: dict[str, Any],
        *,
        record: DraftRecord | None = None,
        uid: uuid.UUID | None = None,
        number: str = "",
        reason: str = "",
        disputed: str = "",
        words: str = "",
    ) -> None:
        """Take down a change; `uid` is that of `record`, where it names one."""
        if action != ChangeAction.SAME:
            number = number or self.number(statement, action.value)
        self.plan.changes.append(
            PlannedChange(
                number,
                statement.mechanism,
                action,
                statement.target,
                self.context.labels.label(
                    statement.target, statement.key, statement.values
                ),
                record.uid if record else uid,
                before,
                after,
                statement,
                reason,
                disputed,
                words,
                record,
            )
        )
