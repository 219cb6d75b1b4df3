"""One value beside another: filled where nothing stands, left where it is equal."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.comparing.bases import KnownFact, languages_of, model_of
from surveys.comparing.disputing import dispute, not_its_own
from surveys.comparing.planning import Planning
from surveys.comparing.values import is_less, is_nothing, same, tells_more
from surveys.statements import Statement
from surveys.vocabularies import ChangeAction

_NOT_CONTENT = {"position", "source", "is_public", "certainty"}
"""What is not said about the mechanism, but about the fact."""

REGISTRY_SAYS_OTHERWISE = gettext_lazy("The registry says otherwise.")
"""The usual reason, which a page that shows both values need not repeat."""


@dataclass
class _Weighed:
    """What fills a field, why others differ, and why what stands is left."""

    fills: dict[str, Any] = field(default_factory=dict)
    differs: dict[str, str] = field(default_factory=dict)
    reason: str = ""


def weigh(
    planning: Planning,
    statement: Statement,
    fact: KnownFact | None,
    said: dict[str, Any],
) -> None:
    """Hold values of a statement against the fact's, else against the profile's."""
    known = fact.values if fact else planning.base.values
    uid = fact.uid if fact else None
    weighed = _Weighed()
    for name, value in said.items():
        if not (is_nothing(value) or name in _NOT_CONTENT):
            _weigh_field(planning, statement, uid, known, name, weighed)
    number = len(planning.changes)
    fills = _fitting(planning, statement, fact, weighed.fills, known)
    for name, why in weighed.differs.items():
        dispute(planning, statement, uid, name, known.get(name), why)
    if fills:
        before = {name: known.get(name) for name in fills}
        planning.change(statement, ChangeAction.CHANGE, uid, before, fills)
        known.update(fills)
        for name in fills:
            planning.writers[uid, name] = statement.submission
    if len(planning.changes) == number:
        planning.keep(statement, uid, weighed.reason)


def _weigh_field(
    planning: Planning,
    statement: Statement,
    uid: uuid.UUID | None,
    known: dict[str, Any],
    name: str,
    weighed: _Weighed,
) -> None:
    target, value = statement.target, statement.values[name]
    stands = known.get(name)
    kind = model_of(target)
    columns = languages_of(kind, name)
    current = [known.get(column) for column in columns]
    if any(same(value, one) for one in current):
        return
    if stands and name in getattr(kind, "grows", ()):
        _add_to_list(planning, statement, uid, stands, name, weighed)
        return
    if name.endswith("coverage") and not tells_more(value, stands):
        return
    is_empty = all(is_nothing(one) for one in current)
    is_ours = _is_from_earlier(planning, statement, uid, name, stands)
    if is_ours is False and _is_repeated(planning, statement, uid, name):
        weighed.reason = _("Somebody edited it since.")
    elif is_ours is False:
        weighed.differs[name] = _("Somebody edited it since.")
    elif not planning.context.may_state(statement):
        weighed.differs[name] = not_its_own()
    elif getattr(kind, "starts_private", False) and known.get("is_public"):
        weighed.differs[name] = _("What answers say of money is not public yet.")
    elif is_empty or is_ours or is_less(name, stands):
        weighed.fills[name] = value
    elif name not in getattr(kind, "only_wording", ()):
        weighed.differs[name] = _who_says_otherwise(planning, statement, uid, name)


def _add_to_list(
    planning: Planning,
    statement: Statement,
    uid: uuid.UUID | None,
    stands: list[Any],
    name: str,
    weighed: _Weighed,
) -> None:
    """Let a list grow, but not by what the submission wrote and somebody took out."""
    earlier = planning.context.earlier.get(statement.submission)
    written = earlier.written.get((uid, name)) if earlier else None
    missing = {*statement.values[name]} - {*stands}
    added = missing - {*(written or ())}
    if added:
        weighed.fills[name] = sorted({*stands, *added})
    elif missing:
        weighed.reason = _("Somebody edited it since.")


def _who_says_otherwise(
    planning: Planning, statement: Statement, uid: uuid.UUID | None, name: str
) -> str:
    writer = planning.writers.get((uid, name))
    if writer is None:
        return str(REGISTRY_SAYS_OTHERWISE)
    if writer == statement.submission:
        return _("The same submission says otherwise elsewhere.")
    return _("Another answer in this file says otherwise.")


def _fitting(
    planning: Planning,
    statement: Statement,
    fact: KnownFact | None,
    fills: dict[str, Any],
    known: dict[str, Any],
) -> dict[str, Any]:
    """Return `fills` if the fact or profile can hold them; else they conflict."""
    obstacle = fills and planning.obstacle(statement.target, fact, fills)
    if not obstacle:
        return fills
    uid = fact.uid if fact else None
    before = {name: known.get(name) for name in fills}
    planning.change(
        statement, ChangeAction.CONFLICT, uid, before, fills, reason=obstacle
    )
    return {}


def _is_from_earlier(
    planning: Planning,
    statement: Statement,
    uid: uuid.UUID | None,
    name: str,
    known: Any,
) -> bool | None:
    """Did this submission write the value? False if it was edited since."""
    earlier = planning.context.earlier.get(statement.submission)
    if earlier is None:
        return None
    key = (uid or statement.mechanism, name)
    if key not in earlier.written:
        return None
    return same(earlier.written[key], known)


def _is_repeated(
    planning: Planning, statement: Statement, uid: uuid.UUID | None, name: str
) -> bool:
    """Does a corrected submission only say again what it wrote before?"""
    earlier = planning.context.earlier[statement.submission]
    written = earlier.written[uid or statement.mechanism, name]
    return same(written, statement.values[name])
