"""Which submissions of a file came before, and what they wrote then."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from surveys.models import ImportedChange, Round, Submission, SurveyImport
from surveys.normalising.submissions import MADE
from surveys.planning.drafts import ALTERNATIVE, FIELD_SOURCE
from surveys.problems import Code
from surveys.statements import PROFILE, Normalised, Statement, Submitted
from surveys.vocabularies import ChangeAction, ImportState

_ADDING = {ChangeAction.ADD.value, ChangeAction.ALTERNATIVE.value}
_WAITING = {Code.OPEN_EDITION_IN_REVIEW.value, Code.REQUIRED_EMPTY.value}


@dataclass(frozen=True)
class StoredSubmission:
    """A submission as it stands in the database; `subject` is "" if unmatched.

    `person` is the name and address of who filled it in, empty if they were never known
    or are forgotten.
    """

    content_hash: str
    subject: str
    status: str
    survey_import: int
    person: tuple[str, str] = ("", "")


@dataclass
class Stored:
    """The current submissions of a round to one questionnaire."""

    by_id: dict[str, StoredSubmission]
    waiting: dict[int, set[str]] = field(default_factory=dict)

    def waited_for(self, submission: StoredSubmission) -> set[str]:
        """Return the mechanisms about which nothing could be taken from it."""
        return self.waiting.get(submission.survey_import, set())


@dataclass
class Earlier:
    """What earlier versions of one submission wrote, as far as applied.

    `written` has the value of each field by the fact's uid, or by the mechanism for
    fields of its profile; `added` the facts: mechanism, target, uid, values. Those that
    a correction took out again are not among them.
    """

    written: dict[tuple[Any, str], Any] = field(default_factory=dict)
    added: list[tuple[str, str, UUID, dict[str, Any]]] = field(default_factory=list)

    @property
    def mechanisms(self) -> set[str]:
        return {mechanism for mechanism, _target, _uid, _after in self.added}

    @property
    def targets(self) -> set[str]:
        return {target for _mechanism, target, _uid, _after in self.added}

    def added_to(self, mechanism: str) -> list[tuple[str, UUID, dict[str, Any]]]:
        return [
            (target, uid, after)
            for of, target, uid, after in self.added
            if of == mechanism
        ]

    def was_added(self, statement: Statement) -> bool:
        """Did it add a fact of this key to the mechanism?"""
        key, values = statement.key, statement.values
        wanted = [values.get(name) for name in key]
        return any(
            target == statement.target and [after.get(name) for name in key] == wanted
            for target, _uid, after in self.added_to(statement.mechanism)
        )


def load_stored(round: Round, normalised: Normalised) -> Stored:
    """Load what tells whether a submission came before, in two queries."""
    rows = Submission.objects.filter(
        round=round,
        questionnaire__kind=normalised.kind,
        questionnaire__version=normalised.version,
        is_current=True,
    ).values_list(
        "submission_id",
        "content_hash",
        "mechanism__slug",
        "state__iso3",
        "organisation__slug",
        "status",
        "survey_import",
        "personal_details__name",
        "personal_details__email",
    )
    stored = Stored({})
    for identifier, print_of, *subjects, status, of, name, email in rows:
        subject = next(filter(None, subjects), "")
        stored.by_id[identifier] = StoredSubmission(
            print_of, subject, status, of, (name or "", email or "")
        )
    imports = {one.survey_import for one in stored.by_id.values()}
    if imports:
        for pk, problems in (
            SurveyImport.objects.filter(round=round, submissions__isnull=False)
            .distinct()
            .values_list("pk", "problems")
        ):
            stored.waiting[pk] = {
                problem.get("value", "")
                for problem in problems
                if problem.get("code") in _WAITING
                and problem.get("kind") == "mechanism"
            }
    return stored


def adopt_identifiers(normalised: Normalised, stored: Stored) -> None:
    """Give submissions of files without identifiers those of the same answers.

    One export of a round has the tool's identifiers, another has none: the same answers
    of the same respondent are the same submission.
    """
    taken = {one.submission_id for one in normalised.submissions}
    by_answers = {
        (before.subject, before.content_hash): key
        for key, before in stored.by_id.items()
        if before.subject and key not in taken
    }
    for index, one in enumerate(normalised.submissions):
        if one.submission_id in stored.by_id:
            continue
        key = by_answers.get((one.subject, one.content_hash), "")
        if key.startswith(MADE) or (key and one.submission_id.startswith(MADE)):
            del by_answers[one.subject, one.content_hash]
            normalised.submissions[index] = replace(one, submission_id=key)


@dataclass
class Sorting:
    """Indexes in Normalised.submissions."""

    new: list[int] = field(default_factory=list)
    corrected: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)


def sort(normalised: Normalised, stored: Stored) -> Sorting:
    """Tell new submissions from corrected ones and from those that came before.

    One that came before counts as corrected when it can say more now: its respondent
    is matched at last, or an edition that was in review is no longer.
    """
    sorting = Sorting()
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
            or _names_another_person(submitted, before)
        ):
            sorting.corrected.append(index)
        else:
            sorting.unchanged.append(index)
    return sorting


def _names_another_person(submitted: Submitted, before: StoredSubmission) -> bool:
    """Has somebody corrected who filled it in? Nobody who is forgotten comes back."""
    return any(
        new and old and new != old
        for new, old in zip(
            (submitted.person_name, submitted.person_email), before.person, strict=True
        )
    )


def load_earlier(
    round: Round, normalised: Normalised, corrected: list[int]
) -> dict[int, Earlier]:
    """Return, by index of the corrected submission, what its versions wrote."""
    if not corrected:
        return {}
    by_id = {normalised.submissions[i].submission_id: i for i in corrected}
    rows = (
        ImportedChange.objects.filter(
            submission__round=round,
            submission__questionnaire__kind=normalised.kind,
            submission__questionnaire__version=normalised.version,
            survey_import__state=ImportState.APPLIED,
            mechanism__isnull=False,
        )
        .order_by("pk")
        .values_list(
            "pk",
            "submission__submission_id",
            "mechanism__slug",
            "target",
            "uid",
            "action",
            "after",
        )
    )
    taken_out = _taken_out(round)
    found: dict[int, Earlier] = defaultdict(Earlier)
    for pk, identifier, mechanism, target, uid, action, after in rows:
        if (index := by_id.get(identifier)) is None:
            continue
        earlier = found[index]
        if action == ChangeAction.ALTERNATIVE:
            target = ALTERNATIVE
        # The source of a field stays with what the field says.
        is_added = target not in (PROFILE, FIELD_SOURCE) and action in _ADDING
        if is_added and uid is not None and taken_out.get(uid, 0) < pk:
            earlier.added.append((mechanism, target, uid, after))
        for name, value in after.items():
            earlier.written[uid or mechanism, name] = value
    return dict(found)


def _taken_out(round: Round) -> dict[UUID, int]:
    """Return the facts that corrections took out, and by which change at last."""
    rows = (
        ImportedChange.objects.filter(
            survey_import__round=round,
            survey_import__state=ImportState.APPLIED,
            action=ChangeAction.REMOVE,
            uid__isnull=False,
        )
        .order_by("pk")
        .values_list("uid", "pk")
    )
    return {uid: pk for uid, pk in rows if uid is not None}
