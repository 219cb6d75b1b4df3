"""One value beside another: filled where nothing stands, left where it is equal."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.planning.differing import differ, not_its_own
from surveys.planning.drafts import DraftRecord
from surveys.planning.field_sources import withdraw_sources
from surveys.planning.mechanisms import ChangesToMechanism
from surveys.planning.values import (
    NOT_CONTENT,
    is_less,
    is_nothing,
    same,
    tells_more,
)
from surveys.statements import Statement, languages_of, model_of
from surveys.vocabularies import ChangeAction

REGISTRY_SAYS_OTHERWISE = gettext_lazy("The registry says otherwise.")
"""The usual reason, which a page that shows both values need not repeat."""


@dataclass
class _Weighed:
    """What fills a field, why others differ, and why what stands is left."""

    fills: dict[str, Any] = field(default_factory=dict)
    differs: dict[str, str] = field(default_factory=dict)
    reason: str = ""


def weigh(
    changes: ChangesToMechanism,
    statement: Statement,
    record: DraftRecord,
    said: dict[str, Any],
) -> None:
    """Hold values of a statement against those of the fact, or of the profile."""
    weighed = _Weighed()
    for name, value in said.items():
        if not (is_nothing(value) or name in NOT_CONTENT):
            _weigh_field(changes, statement, record, name, weighed)
    if weighed.differs:
        # A fact is disputed whole: what else was said of it goes with the dispute.
        names = [*weighed.differs, *weighed.fills]
        reason = " ".join(dict.fromkeys(weighed.differs.values()))
        differ(changes, statement, record, names, reason)
    elif weighed.fills:
        _fill(changes, statement, record, weighed.fills)
    else:
        changes.keep(statement, record.uid, weighed.reason)


def _fill(
    changes: ChangesToMechanism,
    statement: Statement,
    record: DraftRecord,
    fills: dict[str, Any],
) -> None:
    """Write values all or not at all: a text and its coverage belong together."""
    before = {name: record.value(name) for name in fills}
    if obstacle := changes.set_in(statement, record, fills):
        changes.note(
            statement,
            ChangeAction.CONFLICT,
            before,
            fills,
            record=record,
            reason=obstacle,
        )
        return
    changes.note(statement, ChangeAction.CHANGE, before, fills, record=record)
    withdraw_sources(changes, statement, before)
    for name in fills:
        changes.writers[record.uid, name] = statement.submission


def _weigh_field(
    changes: ChangesToMechanism,
    statement: Statement,
    record: DraftRecord,
    name: str,
    weighed: _Weighed,
) -> None:
    value, stands = statement.values[name], record.value(name)
    kind = model_of(statement.target)
    columns = languages_of(kind, name)
    current = [record.value(column) for column in columns]
    if any(same(value, one) for one in current):
        return
    if stands and name in getattr(kind, "grows", ()):
        _add_to_list(changes, statement, record, name, weighed)
        return
    if name.endswith("coverage") and not tells_more(value, stands):
        return
    is_empty = all(is_nothing(one) for one in current)
    is_ours = _is_from_earlier(changes, statement, record, name)
    if is_ours is False and _is_repeated(changes, statement, record, name):
        weighed.reason = _("Somebody edited it since.")
    elif is_ours is False:
        weighed.differs[name] = _("Somebody edited it since.")
    elif contested := changes.contest_on(statement, name):
        weighed.differs[name] = contested
    elif not changes.context.respondents.may_state(statement):
        weighed.differs[name] = not_its_own()
    elif getattr(kind, "starts_private", False) and record.value("is_public"):
        weighed.differs[name] = _("What answers say of money is not public yet.")
    elif is_empty or is_ours or is_less(name, stands):
        weighed.fills[name] = value
    elif name not in getattr(kind, "only_wording", ()):
        weighed.differs[name] = _who_says_otherwise(changes, statement, record, name)


def _add_to_list(
    changes: ChangesToMechanism,
    statement: Statement,
    record: DraftRecord,
    name: str,
    weighed: _Weighed,
) -> None:
    """Let a list grow, but not by what the submission wrote and somebody took out."""
    stands = record.value(name)
    earlier = changes.context.earlier.get(statement.submission)
    written = earlier.written.get((record.uid, name)) if earlier else None
    missing = {*statement.values[name]} - {*stands}
    added = missing - {*(written or ())}
    if added:
        weighed.fills[name] = sorted({*stands, *added})
    elif missing:
        weighed.reason = _("Somebody edited it since.")


def _who_says_otherwise(
    changes: ChangesToMechanism, statement: Statement, record: DraftRecord, name: str
) -> str:
    writer = changes.writers.get((record.uid, name), record.writer)
    if writer is None:
        return str(REGISTRY_SAYS_OTHERWISE)
    if writer == statement.submission:
        return _("The same submission says otherwise elsewhere.")
    return _("Another answer in this file says otherwise.")


def _is_from_earlier(
    changes: ChangesToMechanism, statement: Statement, record: DraftRecord, name: str
) -> bool | None:
    """Did an earlier version of the submission write what stands?

    False if it wrote a value that was edited since, None if it wrote none.
    """
    earlier = changes.context.earlier.get(statement.submission)
    key = (record.uid or statement.mechanism, name)
    if earlier is None or key not in earlier.written:
        return None
    return same(earlier.written[key], record.value(name))


def _is_repeated(
    changes: ChangesToMechanism, statement: Statement, record: DraftRecord, name: str
) -> bool:
    """Does a corrected submission only say again what it wrote before?"""
    earlier = changes.context.earlier[statement.submission]
    written = earlier.written[record.uid or statement.mechanism, name]
    return same(written, statement.values[name])
