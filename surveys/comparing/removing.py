"""What an earlier version of a submission said, and the corrected one does not."""

import hashlib

from django.utils.translation import gettext as _

from surveys.comparing.bases import KnownFact, model_of
from surveys.comparing.disputes import ALTERNATIVE
from surveys.comparing.planning import Planning
from surveys.comparing.values import is_nothing, is_untouched
from surveys.statements import Change
from surveys.vocabularies import ChangeAction

_NAMES = ("title", "name", "state", "organisation", "theme", "benefit", "part")


def remove_what_is_no_longer_said(planning: Planning) -> None:
    """Plan to take out facts that nobody touched since a submission added them."""
    base = planning.base
    for index, earlier in sorted(planning.context.earlier.items()):
        for target, uid, after in earlier.added_to(base.mechanism):
            fact = base.by_uid.get(uid)
            if fact is None or uid in planning.said[index]:
                continue
            if fact.writer is not None or not is_untouched(target, after, fact.values):
                continue
            _remove(planning, index, target, fact)


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
    names = {f.name for f in model_of(target)._meta.concrete_fields}
    for known in _NAMES:
        if known in names:
            return (known,)
    return ("field", "value") if target == ALTERNATIVE else ()
