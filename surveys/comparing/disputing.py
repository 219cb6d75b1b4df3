"""What becomes of a value that differs: taken by a person, kept beside, in conflict."""

import uuid
from typing import Any

from django.utils.translation import gettext as _

from surveys.comparing.bases import KnownFact
from surveys.comparing.disputes import ALTERNATIVE, disputed_field
from surveys.comparing.planning import Planning
from surveys.comparing.values import is_nothing
from surveys.statements import PROFILE, Statement
from surveys.vocabularies import ChangeAction


def not_its_own() -> str:
    return _("Only the mechanism itself, or whom it is about, can state it.")


def dispute(
    planning: Planning,
    statement: Statement,
    uid: uuid.UUID | None,
    name: str,
    known: Any,
    reason: str,
) -> None:
    """Plan what becomes of the value of `name`, which is not to be written.

    `known` stands in the registry, in the fact `uid` or in the profile.
    """
    target = statement.target
    value = statement.values[name]
    can_take = uid is not None or target == PROFILE
    if can_take and planning.is_taken(statement, name):
        _take(planning, statement, uid, name, known)
        return
    before = {} if is_nothing(known) else {name: known}
    disputed = disputed_field(target, name, statement.values)
    words = ""
    if disputed:
        words = planning.context.words.alternative(
            target, statement.key, statement.values, name
        )
    if words:
        _keep_beside(planning, statement, name, before, reason, disputed, words)
        return
    planning.change(
        statement,
        ChangeAction.CONFLICT,
        uid,
        before,
        {name: value},
        number=planning.number(statement, name),
        reason=reason,
    )


def _take(
    planning: Planning,
    statement: Statement,
    uid: uuid.UUID | None,
    name: str,
    known: Any,
) -> None:
    base = planning.base
    after = {name: statement.values[name]}
    fact = base.by_uid[uid] if uid else None
    obstacle = planning.obstacle(statement.target, fact, after)
    if not obstacle:
        (fact.values if fact else base.values).update(after)
    planning.change(
        statement,
        ChangeAction.CONFLICT if obstacle else ChangeAction.CHANGE,
        uid,
        {name: known},
        after,
        number=planning.number(statement, name),
        reason=obstacle,
    )


def _keep_beside(
    planning: Planning,
    statement: Statement,
    name: str,
    before: dict[str, Any],
    reason: str,
    disputed: str,
    words: str,
) -> None:
    """Plan an alternative value, unless the same respondent's stands already."""
    said = planning.said[statement.submission]
    source = planning.source_of(statement)
    for fact in planning.facts.alternatives(disputed, words):
        if fact.values.get("source") in (source, None):
            said.add(fact.uid)
            planning.keep(statement, fact.uid, reason)
            return
    number = planning.number(statement, name)
    uid = planning.uid_of(f"{number} {words}")
    if uid in planning.base.by_uid:
        planning.keep(statement, uid, reason)
        return
    values = {"field": disputed, "value": words, "source": source}
    planning.facts.learn(ALTERNATIVE, KnownFact(uid, values, statement.submission))
    said.add(uid)
    planning.change(
        statement,
        ChangeAction.ALTERNATIVE,
        uid,
        before,
        {name: statement.values[name]},
        number=number,
        reason=reason,
        disputed=disputed,
        words=words,
    )
