"""What becomes of a value that differs: taken by a person, kept beside, in conflict."""

from typing import Any

from django.utils.translation import gettext as _

from profiles.vocabularies import DisputedField
from surveys.planning.drafts import ALTERNATIVE, DraftRecord
from surveys.planning.labels import disputed_field
from surveys.planning.mechanisms import ChangesToMechanism
from surveys.planning.values import is_nothing
from surveys.statements import Statement
from surveys.vocabularies import ChangeAction

_NOT_PUBLIC = {DisputedField.FUNDING.value}
"""Of what an alternative value on it is for staff only, until they decide."""


def not_its_own() -> str:
    return _("Only the mechanism itself, or whom it is about, can state it.")


def differ(
    changes: ChangesToMechanism,
    statement: Statement,
    record: DraftRecord | None,
    name: str,
    known: Any,
    reason: str,
) -> None:
    """Plan what becomes of a statement's value of `name`, which is not to be written.

    `known` stands instead, in the fact or profile `record`; None where the fact is
    missing.
    """
    if record is not None and changes.is_taken(statement, name):
        _take(changes, statement, record, name, known)
        return
    target, values = statement.target, statement.values
    before = {} if is_nothing(known) else {name: known}
    disputed = disputed_field(target, name, values)
    words = changes.context.labels.alternative(statement, name) if disputed else ""
    if words:
        _keep_beside(changes, statement, name, before, reason, disputed, words)
        return
    changes.note(
        statement,
        ChangeAction.CONFLICT,
        before,
        {name: values[name]},
        uid=record.uid if record else None,
        number=changes.number(statement, name),
        reason=reason,
    )


def _take(
    changes: ChangesToMechanism,
    statement: Statement,
    record: DraftRecord,
    name: str,
    known: Any,
) -> None:
    after = {name: statement.values[name]}
    obstacle = changes.set_in(statement, record, after)
    changes.note(
        statement,
        ChangeAction.CONFLICT if obstacle else ChangeAction.CHANGE,
        {name: known},
        after,
        record=record,
        number=changes.number(statement, name),
        reason=obstacle,
    )


def _keep_beside(
    changes: ChangesToMechanism,
    statement: Statement,
    name: str,
    before: dict[str, Any],
    reason: str,
    disputed: str,
    words: str,
) -> None:
    """Plan an alternative value, unless the same respondent's stands already."""
    draft = changes.draft
    spoken_of = changes.spoken_of[statement.submission]
    source = changes.context.respondents.source_slug_of(statement)
    for fact in draft.alternatives(disputed, words):
        if fact.value("source") in (source, None):
            spoken_of.add(fact.record.uid)
            changes.keep(statement, fact.uid, reason)
            return
    number = changes.number(statement, name)
    uid = changes.uid_of(f"{number} {words}")
    if uid in draft.by_uid:
        changes.keep(statement, uid, reason)
        return
    source = changes.context.respondents.source_of(statement).slug
    values: dict[str, Any] = {"field": disputed, "value": words, "source": source}
    if disputed in _NOT_PUBLIC:
        values["is_public"] = False
    fact = draft.new_fact(ALTERNATIVE, uid, values, statement.submission)
    draft.add_worded(fact)
    spoken_of.add(uid)
    changes.note(
        statement,
        ChangeAction.ALTERNATIVE,
        before,
        {name: statement.values[name]},
        record=fact,
        number=number,
        reason=reason,
        disputed=disputed,
        words=words,
    )
