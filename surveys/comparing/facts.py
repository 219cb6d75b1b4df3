"""One fact that a statement speaks of: found again, added, or not its to state."""

import uuid

from django.utils.translation import gettext as _

from surveys.comparing.bases import KnownFact, model_of
from surveys.comparing.disputing import dispute, not_its_own
from surveys.comparing.planning import Planning
from surveys.comparing.values import defaults, folded
from surveys.comparing.weighing import weigh
from surveys.statements import Statement
from surveys.vocabularies import ChangeAction


def compare_fact(planning: Planning, statement: Statement) -> None:
    """Plan what a statement about a fact changes."""
    fact = planning.facts.find(statement)
    if fact is None:
        _compare_missing(planning, statement)
        return
    planning.said[statement.submission].add(fact.uid)
    values = {
        name: value
        for name, value in statement.values.items()
        if name not in statement.key or not _is_key(statement, fact, name)
    }
    weigh(planning, statement, fact, values)


def _is_key(statement: Statement, fact: KnownFact, name: str) -> bool:
    return folded(statement.values.get(name)) == folded(fact.values.get(name))


def _compare_missing(planning: Planning, statement: Statement) -> None:
    earlier = planning.context.earlier.get(statement.submission)
    uid = planning.uid(statement)
    telling = _telling(statement)
    may_add = planning.context.may_state(statement) or planning.is_taken(
        statement, telling
    )
    if earlier and earlier.was_added(statement):
        planning.keep(statement, None, _("Somebody took it out since."))
    elif uid in planning.base.by_uid:
        planning.said[statement.submission].add(uid)
        planning.keep(statement, uid, _("Somebody edited it since."))
    elif not may_add:
        dispute(planning, statement, None, telling, None, not_its_own())
    else:
        _add(planning, statement, uid, telling)


def _add(
    planning: Planning, statement: Statement, uid: uuid.UUID, telling: str
) -> None:
    target, values = statement.target, dict(statement.values)
    obstacle = planning.context.fitness.obstacle(
        planning.base.mechanism, target, values, planning.base.facts.get(target, ())
    )
    if obstacle:
        planning.change(
            statement, ChangeAction.CONFLICT, None, {}, values, reason=obstacle
        )
        return
    number = ""
    if not planning.context.may_state(statement):
        number = planning.number(statement, telling)
    if model_of(target).starts_private:  # type: ignore[attr-defined]
        values["is_public"] = False
    added = KnownFact(uid, {**defaults(target), **values}, statement.submission)
    planning.facts.learn(target, added)
    planning.said[statement.submission].add(uid)
    for name in added.values:
        planning.writers[uid, name] = statement.submission
    planning.change(statement, ChangeAction.ADD, uid, {}, values, number=number)


def _telling(statement: Statement) -> str:
    """Return the field that tells most of a fact: the first that is no key."""
    names = [n for n, v in statement.values.items() if not isinstance(v, bool)]
    others = [n for n in names if n not in statement.key]
    return (others or names)[0]
