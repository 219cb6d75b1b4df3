"""What becomes of a value that differs: taken by a person, kept beside, in conflict."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from profiles.vocabularies import DisputedField
from surveys.planning.drafts import ALTERNATIVE, DraftRecord
from surveys.planning.field_sources import withdraw_sources
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
    names: Sequence[str],
    reason: str,
) -> None:
    """Plan what becomes of the values of `names`, none of which is to be written.

    The first is disputed, and the others go with it: what was said of a role that
    nobody has is said of no other. `record` is the fact or the profile that stands,
    None where the fact is missing.
    """
    if record is not None and changes.is_taken(statement, names[0]):
        _take(changes, statement, record, names)
        return
    known = {name: record.value(name) if record else None for name in names}
    before = {name: value for name, value in known.items() if not is_nothing(value)}
    disputed = disputed_field(statement.target, names[0], statement.values)
    labels = changes.context.labels
    words = labels.alternative(statement, names) if disputed else ""
    if words:
        _keep_beside(
            changes, statement, names, before, reason, Disputed(disputed, words)
        )
        return
    changes.note(
        statement,
        ChangeAction.CONFLICT,
        before,
        {name: statement.values[name] for name in names},
        uid=record.uid if record else None,
        number=changes.number_of_dispute(statement, names[0]),
        reason=reason,
    )


def _take(
    changes: ChangesToMechanism,
    statement: Statement,
    record: DraftRecord,
    names: Sequence[str],
) -> None:
    before = {name: record.value(name) for name in names}
    after = {name: statement.values[name] for name in names}
    obstacle = changes.set_in(statement, record, after)
    changes.note(
        statement,
        ChangeAction.CONFLICT if obstacle else ChangeAction.CHANGE,
        before,
        after,
        record=record,
        number=changes.number_of_dispute(statement, names[0]),
        reason=obstacle,
    )
    if not obstacle:
        withdraw_sources(changes, statement, before)


class Disputed(NamedTuple):
    """A field as alternative values know it, and what one says of it in words."""

    field: str
    words: str


def _keep_beside(
    changes: ChangesToMechanism,
    statement: Statement,
    names: Sequence[str],
    before: dict[str, Any],
    reason: str,
    disputed: Disputed,
) -> None:
    """Plan an alternative value, unless the same respondent's stands already."""
    draft, words = changes.draft, disputed.words
    spoken_of = changes.spoken_of[statement.submission]
    source = changes.context.respondents.source_slug_of(statement)
    for fact in draft.alternatives(disputed.field, words):
        if fact.value("source") in (source, None):
            spoken_of.add(fact.record.uid)
            changes.keep(statement, fact.uid, reason)
            return
    number = changes.number_of_dispute(statement, names[0])
    uid = changes.uid_of(f"{number} {words}")
    if uid in draft.by_uid:
        changes.keep(statement, uid, reason)
        return
    source = changes.context.respondents.source_of(statement).slug
    values: dict[str, Any] = {
        "field": disputed.field,
        "value": words,
        "source": source,
    }
    if disputed.field in _NOT_PUBLIC:
        values["is_public"] = False
    fact = draft.new_fact(ALTERNATIVE, uid, values, statement.submission)
    draft.add_worded(fact)
    spoken_of.add(uid)
    changes.note(
        statement,
        ChangeAction.ALTERNATIVE,
        before,
        {name: statement.values[name] for name in names},
        record=fact,
        number=number,
        reason=reason,
        disputed=disputed.field,
        words=words,
    )
