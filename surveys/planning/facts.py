"""One fact that a statement speaks of: found again, added, taken out, or not its to
state."""

import hashlib
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from profiles.content import languages_of_texts
from profiles.keyed_values import without_empty
from profiles.models import Chairing
from surveys.planning.contests import is_current_chair
from surveys.planning.differing import differ, not_its_own
from surveys.planning.drafts import ALTERNATIVE, DraftRecord, as_stated
from surveys.planning.mechanisms import ChangesToMechanism
from surveys.planning.plans import PlannedChange
from surveys.planning.values import same
from surveys.planning.weighing import weigh
from surveys.statements import Statement, Submitted, columns_said, model_of
from surveys.vocabularies import ChangeAction, SubmissionStatus

_NOT_SAID = {"position", "source"}


def compare_fact(changes: ChangesToMechanism, statement: Statement) -> None:
    """Plan what a statement about a fact changes."""
    fact = changes.draft.find(statement)
    if fact is None:
        _compare_missing(changes, statement)
        return
    changes.spoken_of[statement.submission].add(fact.record.uid)
    values = {
        name: value
        for name, value in statement.values.items()
        if name not in statement.labels
        and not (name in statement.key and fact.is_called(name, value))
    }
    weigh(changes, statement, fact, values)


def _compare_missing(changes: ChangesToMechanism, statement: Statement) -> None:
    earlier = changes.context.earlier.get(statement.submission)
    uid = changes.uid(statement)
    telling = _telling(statement)
    obstacle = _why_not_added(changes, statement)
    if earlier and earlier.was_added(statement):
        changes.keep(statement, None, _("Somebody took it out since."))
    elif uid in changes.draft.by_uid:
        changes.spoken_of[statement.submission].add(uid)
        changes.keep(statement, uid, _("Somebody edited it since."))
    elif obstacle and not changes.is_taken(statement, telling[0]):
        differ(changes, statement, None, telling, obstacle)
    else:
        _add(changes, statement, uid, telling)


def _why_not_added(changes: ChangesToMechanism, statement: Statement) -> str:
    """Say why nobody but a person can let a fact be added; "" if it can be."""
    if not changes.context.respondents.may_state(statement):
        return not_its_own()
    if contested := changes.contest_on(statement):
        return contested
    if is_current_chair(statement) and _another_chairs(changes, statement):
        return _("Another one chairs it, as the registry says.")
    return ""


def _another_chairs(changes: ChangesToMechanism, statement: Statement) -> bool:
    """Does the draft name a chair whom the submission itself did not name before?"""
    earlier = changes.context.earlier.get(statement.submission)
    own = {uid for _of, _target, uid, _after in earlier.added} if earlier else set()
    role = statement.values.get("role") or Chairing._meta.get_field("role").default
    return any(
        fact.record.is_current and fact.value("role") == role and fact.uid not in own
        for fact in changes.draft.facts(statement.target)
    )


def _add(
    changes: ChangesToMechanism, statement: Statement, uid: UUID, telling: list[str]
) -> None:
    draft, target, values = changes.draft, statement.target, dict(statement.values)
    if model_of(target).starts_private:  # type: ignore[attr-defined]
        values["is_public"] = False
    source = changes.context.respondents.source_of(statement)
    fact = draft.new_fact(
        target, uid, {"source": source.slug} | values, statement.submission
    )
    if obstacle := draft.add(fact, values):
        said = dict(statement.values)
        changes.note(statement, ChangeAction.CONFLICT, {}, said, reason=obstacle)
        return
    number = ""
    if changes.is_taken(statement, telling[0]):
        number = changes.number_of_dispute(statement, telling[0])
    changes.spoken_of[statement.submission].add(uid)
    changes.note(statement, ChangeAction.ADD, {}, values, record=fact, number=number)


def _telling(statement: Statement) -> list[str]:
    """Return the fields that tell of a fact, without its key; the key of a bare one."""
    names = [n for n, v in statement.values.items() if not isinstance(v, bool)]
    known = {*statement.key, *statement.labels}
    others = [n for n in names if n not in known]
    return others or names[:1]


# --- What an earlier version of a submission said, and the corrected one does not ----


def remove_what_is_no_longer_said(changes: ChangesToMechanism) -> None:
    """Plan to take out facts that nobody touched since a submission added them."""
    draft, context = changes.draft, changes.context
    still_said = _still_said(changes)
    for index, earlier in sorted(context.earlier.items()):
        submitted = context.respondents.normalised.submissions[index]
        if not _leaves_out_on_purpose(submitted):
            continue
        for target, uid, after in earlier.added_to(draft.mechanism.slug):
            fact = draft.by_uid.get(uid)
            if fact is None or uid in still_said or fact.target != target:
                continue
            if fact.writer is None and _is_untouched(fact, after):
                _remove(changes, submitted, fact)


def _still_said(changes: ChangesToMechanism) -> set[UUID]:
    """Return the facts that any submission of the file speaks of.

    Those of submissions that came before too, whose statements are not compared again.
    """
    draft = changes.draft
    said = {uid for of_one in changes.spoken_of.values() for uid in of_one}
    for statement in changes.context.unchanged.get(draft.mechanism.slug, ()):
        if fact := draft.find(statement):
            said.add(fact.record.uid)
    return said


def _leaves_out_on_purpose(submitted: Submitted) -> bool:
    """Does a submission that no longer says something take it back?

    One that is not finished, whose respondent is not matched, or of which an open
    question withholds something, may say it yet.
    """
    return (
        submitted.status == SubmissionStatus.COMPLETE
        and bool(submitted.subject)
        and not submitted.is_withheld
    )


def _is_untouched(fact: DraftRecord, after: dict[str, Any]) -> bool:
    """Does a fact hold what was written when it was added, and nothing more?"""
    kind = type(fact.record)
    begun = DraftRecord(fact.target, kind(**as_stated(kind)), fact.keys)
    written = begun.content() | without_empty(after)
    stands = fact.content()
    return all(
        same(written.get(name), stands.get(name))
        for name in written | stands
        if name not in _NOT_SAID and _is_typed(fact, name)
    )


def _is_typed(fact: DraftRecord, name: str) -> bool:
    return fact.record._meta.get_field(name).editable


def _remove(
    changes: ChangesToMechanism, submitted: Submitted, fact: DraftRecord
) -> None:
    draft = changes.draft
    draft.remove(fact)
    texts = languages_of_texts(type(fact.record))
    about = f"{draft.mechanism.slug} {fact.uid} {submitted.submission_id}"
    said = {n: v for n, v in fact.content().items() if _is_typed(fact, n)}
    changes.plan.changes.append(
        PlannedChange(
            hashlib.sha256(about.encode()).hexdigest()[:16],
            draft.mechanism.slug,
            ChangeAction.REMOVE,
            fact.target,
            changes.context.labels.label(
                fact.target,
                columns_said(texts, _naming(fact.target), said),
                said,
            ),
            fact.uid,
            said | {"position": fact.record.position},
            {},
            None,
            _("The corrected submission no longer says it."),
            record=fact,
        )
    )


def _naming(target: str) -> tuple[str, ...]:
    """Return the fields by which to call a fact, without a statement about it."""
    kind: Any = model_of(target)
    if target == ALTERNATIVE:
        # A value says nothing without the field of which it is one.
        return kind.identified_by
    plain = [n for n in kind.identified_by if not kind._meta.get_field(n).choices]
    return tuple(plain[:1]) or kind.identified_by[-1:]
