"""What an import would do: the drafts as it leaves them, and each change to them.

A draft is made of the records that applying will store: what the plan shows is what
they hold. Large files give hundreds of thousands of changes; they are not frozen only
because that makes them three times slower to make; nothing changes them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from surveys.planning.drafts import Draft, DraftRecord
from surveys.planning.respondents import Respondents
from surveys.problems import Problem
from surveys.statements import Statement
from surveys.vocabularies import ChangeAction

_WRITTEN = {
    ChangeAction.ADD,
    ChangeAction.CHANGE,
    ChangeAction.ALTERNATIVE,
    ChangeAction.REMOVE,
}


@dataclass(slots=True)
class PlannedChange:
    """What one statement does to the draft of its mechanism.

    `before` and `after` hold the fields that differ, as a Statement writes values.
    `uid` is the fact's (new for an ADD). `reason` says in a sentence why a value is
    only kept as an alternative, or in conflict. `number` identifies the change in
    the preview and in `decisions["take"]`, stable between two preparations; one that
    leaves everything as it is needs none.

    `record` is the profile or fact that the change wrote, None when it wrote nothing.
    An ALTERNATIVE leaves its target alone; `record` is then the AlternativeValue whose
    field is `disputed` (a DisputedField), whose value is `words`, and whose uid is
    `uid`. A REMOVE takes `record` out of the draft.
    """

    number: str
    mechanism: str
    action: ChangeAction
    target: str
    label: str
    uid: UUID | None
    before: dict[str, Any]
    after: dict[str, Any]
    statement: Statement | None
    reason: str = ""
    disputed: str = ""
    words: str = ""
    record: DraftRecord | None = None


@dataclass
class MechanismPlan:
    """All changes to one mechanism, and the draft that holds them."""

    draft: Draft
    changes: list[PlannedChange] = field(default_factory=list)

    @property
    def mechanism(self) -> str:
        return self.draft.mechanism.slug

    @property
    def name(self) -> str:
        return self.draft.name

    @property
    def base(self) -> int | None:
        """Return the pk of the edition that the draft is or begins from, if any."""
        return self.draft.base.pk if self.draft.base else None

    @property
    def opens_draft(self) -> bool:
        return bool(self.writes) and not self.draft.is_open

    def count(self, action: ChangeAction) -> int:
        return sum(change.action == action for change in self.changes)

    @property
    def writes(self) -> list[PlannedChange]:
        return [change for change in self.changes if change.action in _WRITTEN]


@dataclass
class Plan:
    """What applying an import would do. Nothing is written to make it.

    `new`, `corrected` and `unchanged` are indexes in Normalised.submissions;
    `known_from` counts the unchanged ones by the import that brought them.
    """

    mechanisms: list[MechanismPlan]
    new: list[int]
    corrected: list[int]
    unchanged: list[int]
    respondents: Respondents
    known_from: dict[int, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def changes(self) -> Iterator[PlannedChange]:
        for mechanism in self.mechanisms:
            yield from mechanism.changes

    @property
    def is_empty(self) -> bool:
        return not (
            self.new or self.corrected or any(m.writes for m in self.mechanisms)
        )
