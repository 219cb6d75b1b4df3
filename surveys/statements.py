"""What submissions say about the registry, and what it would change there.

Export ─normalise→ Submitted, Statement ─compare→ Plan ─apply→ drafts

Large files give hundreds of thousands of statements and changes. They are not frozen
only because that makes them three times slower to make; nothing changes them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from surveys.problems import Problem
from surveys.vocabularies import ChangeAction, RespondentKind, SubmissionStatus

PROFILE = "profile"
"""The target of a statement about a field of the profile itself."""


class Origin(NamedTuple):
    """The cell that a statement came from."""

    sheet: str
    row: int
    column: str
    cell: str
    question: str


@dataclass(slots=True)
class Statement:
    """One thing that a submission says of one mechanism.

    `target` is PROFILE or the label of a kind of fact, in small letters
    ("profiles.membership"). `key` are the fields by which the fact is found again
    among those of the edition (for a membership: its State), `values` all fields
    that the submission states, `key` included. Records stand as their natural key
    (iso3, slug), many as a list of keys; for PROFILE, `values` has one field. A text
    that the registry keeps in several languages stands under the column of the
    language in which it was written ("prose_es").
    """

    mechanism: str
    target: str
    key: tuple[str, ...]
    values: dict[str, Any]
    origin: Origin
    submission: int  # index in Normalised.submissions


@dataclass
class Submitted:
    """One submission, understood: what will be stored of it.

    `subject` is the natural key of who answered (slug, iso3), "" if nobody could be
    matched. `row`, `personal` and `answers` are as the model Submission explains.
    """

    submission_id: str
    subject: str
    respondent: str
    status: SubmissionStatus
    content_hash: str
    row: dict[str, Any]
    answers: dict[str, Any]
    unanswered: dict[str, str] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    person_name: str = ""
    person_email: str = ""
    submitted_at: datetime | None = None
    time_zone: str = ""
    language: str = ""
    sheet: str = ""
    row_number: int = 0


@dataclass
class Normalised:
    """All that a file says, before anything is compared with the registry.

    `kind` and `version` are those of the questionnaire that it answers.
    """

    kind: RespondentKind
    submissions: list[Submitted]
    statements: list[Statement]
    problems: list[Problem]
    counts: dict[str, int] = field(default_factory=dict)
    version: int = 1


@dataclass(slots=True)
class Change:
    """What one statement does to the edition of its mechanism.

    `before` and `after` hold the fields that differ, as a Statement writes values.
    `uid` is the fact's (new for an ADD). `reason` says in a sentence why a value is
    only kept as an alternative, or in conflict. `number` identifies the change in
    the preview and in `decisions["take"]`, stable between two preparations; one that
    leaves everything as it is needs none.

    Changes are applied in their order: one can change a fact that another adds.
    An ALTERNATIVE leaves its target alone; what is kept is an AlternativeValue whose
    field is `disputed` (a DisputedField), whose value is `words`, and whose uid is
    `uid`. A REMOVE takes the fact `uid` away.
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


@dataclass
class MechanismPlan:
    """All changes to one mechanism, and to which edition they go.

    `base` is the pk of the edition compared with (open draft, else published), None
    when there is none; `base_version` and `base_state` tell when it changed since.
    """

    mechanism: str
    name: str
    base: int | None
    base_state: str
    base_version: int
    opens_draft: bool
    changes: list[Change] = field(default_factory=list)

    def count(self, action: ChangeAction) -> int:
        return sum(change.action == action for change in self.changes)

    @property
    def writes(self) -> list[Change]:
        kept_out = (ChangeAction.SAME, ChangeAction.CONFLICT)
        return [change for change in self.changes if change.action not in kept_out]


@dataclass
class Plan:
    """What applying an import would do. Nothing is written to make it."""

    mechanisms: list[MechanismPlan]
    new: list[int]  # indexes in Normalised.submissions
    corrected: list[int]
    unchanged: list[int]
    problems: list[Problem] = field(default_factory=list)

    def changes(self) -> Iterator[Change]:
        for mechanism in self.mechanisms:
            yield from mechanism.changes

    @property
    def is_empty(self) -> bool:
        return not (
            self.new or self.corrected or any(m.writes for m in self.mechanisms)
        )
