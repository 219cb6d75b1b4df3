"""What an earlier version of a submission said, and the corrected one does not."""

import hashlib
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from surveys.comparing.bases import KnownFact, model_of
from surveys.comparing.disputes import ALTERNATIVE
from surveys.comparing.planning import Planning
from surveys.comparing.values import is_nothing, is_untouched
from surveys.statements import Change, Submitted
from surveys.vocabularies import ChangeAction, SubmissionStatus


def remove_what_is_no_longer_said(planning: Planning) -> None:
    """Plan to take out facts that nobody touched since a submission added them."""
    base = planning.base
    still_said = _still_said(planning)
    for index, earlier in sorted(planning.context.earlier.items()):
        if not _is_whole(planning.context.normalised.submissions[index]):
            continue
        for target, uid, after in earlier.added_to(base.mechanism):
            fact = base.by_uid.get(uid)
            if fact is None or uid in still_said:
                continue
            if fact.writer is not None or not is_untouched(target, after, fact.values):
                continue
            _remove(planning, index, target, fact)


def _still_said(planning: Planning) -> set[UUID]:
    """Return the facts that any submission of the file speaks of.

    Those of submissions that came before too, whose statements are not compared again.
    """
    said = {uid for of_one in planning.said.values() for uid in of_one}
    for statement in planning.context.unchanged.get(planning.base.mechanism, ()):
        if fact := planning.facts.find(statement):
            said.add(fact.uid)
    return said


def _is_whole(submitted: Submitted) -> bool:
    """Can what a submission does not say be told from what it does not say yet?

    Nothing is taken from one that is not finished, or whose respondent is not matched.
    """
    return submitted.status == SubmissionStatus.COMPLETE and bool(submitted.subject)


def _remove(planning: Planning, index: int, target: str, fact: KnownFact) -> None:
    base, context = planning.base, planning.context
    if fact not in base.facts.get(target, ()):
        return
    base.remove(target, fact)
    submitted = context.normalised.submissions[index]
    number = hashlib.sha256(
        f"{base.mechanism} {fact.uid} {submitted.submission_id}".encode()
    ).hexdigest()[:16]
    planning.changes.append(
        Change(
            number,
            base.mechanism,
            ChangeAction.REMOVE,
            target,
            context.words.label(target, _naming(target), fact.values),
            fact.uid,
            {n: v for n, v in fact.values.items() if not is_nothing(v)},
            {},
            None,
            _("The corrected submission no longer says it."),
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
