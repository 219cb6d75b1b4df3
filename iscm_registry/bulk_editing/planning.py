"""What a bulk edit would do: the drafts as it leaves them. Nothing here writes."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from iscm_registry.bulk_editing.asking import Asked
from profiles.keyed_values import NaturalKeys
from profiles.models import Mechanism
from surveys.planning.drafts import Draft, DraftRecord, load_drafts
from surveys.planning.fitness import Fitness
from surveys.planning.plans import MechanismPlan, PlannedChange
from surveys.vocabularies import ChangeAction
from surveys.wording import Wording

NEW = "new"
"""Stands for the uid of a fact that is not there yet."""


@dataclass
class BulkPlan:
    """The changes by mechanism; `in_review` are the names of mechanisms whose open
    edition is in review, so that nothing is written into it."""

    keys: NaturalKeys
    mechanisms: list[MechanismPlan] = field(default_factory=list)
    in_review: list[str] = field(default_factory=list)

    def changes(self) -> Iterator[PlannedChange]:
        for mechanism in self.mechanisms:
            yield from mechanism.changes

    @property
    def number(self) -> int:
        """Return how many facts would be written."""
        return sum(len(mechanism.writes) for mechanism in self.mechanisms)

    def digests(self) -> dict[str, str]:
        """Return, by mechanism, what tells whether the plan says the same again."""
        return {of_one.mechanism: _digest(of_one) for of_one in self.mechanisms}


def plan_bulk_edit(
    asked: Asked,
    mechanisms: Iterable[str] = (),
    chosen: Collection[str] | None = None,
) -> BulkPlan:
    """Plan what is asked of these mechanisms, by default of all.

    `chosen` are the numbers of the changes that somebody chose, None for all. A fact
    that could not say it is in the plan with the reason, and is left as it is.
    """
    keys = NaturalKeys()
    slugs = [*mechanisms] or [m.slug for m in keys.records(Mechanism)]
    drafts = load_drafts(slugs, asked.targets, keys, Fitness())
    plan = BulkPlan(keys)
    wording = Wording()
    for draft in sorted(drafts.values(), key=lambda one: (one.name, one.mechanism.pk)):
        if draft.base is None:
            continue
        planned = _planned(draft, asked, chosen, wording)
        if planned.changes and draft.is_in_review:
            plan.in_review.append(draft.name)
        elif planned.changes:
            plan.mechanisms.append(planned)
    return plan


def _planned(
    draft: Draft, asked: Asked, chosen: Collection[str] | None, wording: Wording
) -> MechanismPlan:
    planned = MechanismPlan(draft)
    for target in asked.targets:
        for fact in draft.facts(target):
            said = asked.values_for(fact)
            after = {n: v for n, v in said.items() if fact.value(n) != v}
            number = f"{draft.mechanism.slug}/{target}/{fact.uid}"
            if after and (chosen is None or number in chosen):
                planned.changes.append(_change(draft, fact, number, after, wording))
    if said := asked.added_to(draft):
        number = f"{draft.mechanism.slug}/{asked.targets[0]}/{NEW}"
        if chosen is None or number in chosen:
            added = _addition(draft, asked.targets[0], number, said, wording)
            planned.changes.append(added)
    return planned


def _change(
    draft: Draft,
    fact: DraftRecord,
    number: str,
    after: dict[str, Any],
    wording: Wording,
) -> PlannedChange:
    before = {name: fact.value(name) for name in after}
    label = wording.fact(fact, fact.target)
    obstacle = draft.change(fact, after)
    if not obstacle and (twin := _twin(draft, fact, after)):
        draft.change(fact, before)
        obstacle = _("The edition says this already: %(fact)s.") % {
            "fact": wording.fact(twin, twin.target)
        }
    return PlannedChange(
        number,
        draft.mechanism.slug,
        ChangeAction.CONFLICT if obstacle else ChangeAction.CHANGE,
        fact.target,
        label,
        fact.uid,
        before,
        after,
        None,
        reason=obstacle,
        record=None if obstacle else fact,
    )


def _addition(
    draft: Draft, target: str, number: str, said: dict[str, Any], wording: Wording
) -> PlannedChange:
    fact = draft.new_fact(target, uuid4(), said)
    obstacle = draft.add(fact, said)
    return PlannedChange(
        number,
        draft.mechanism.slug,
        ChangeAction.CONFLICT if obstacle else ChangeAction.ADD,
        target,
        wording.fact(fact, fact.target),
        fact.uid,
        {},
        said,
        None,
        reason=obstacle,
        record=None if obstacle else fact,
    )


def _twin(
    draft: Draft, fact: DraftRecord, changed: dict[str, Any]
) -> DraftRecord | None:
    """Return the fact that says the same as another one now, if any."""
    names = type(fact.record).identified_by
    if changed.keys().isdisjoint(names):
        return None
    said = [fact.value(name) for name in names]
    others = (other for other in draft.facts(fact.target) if other is not fact)
    return next(
        (o for o in others if [o.value(name) for name in names] == said),
        None,
    )


def _digest(planned: MechanismPlan) -> str:
    said = [
        (change.number, change.action, change.before, change.after)
        for change in planned.changes
    ]
    text = repr((planned.draft.stands_on, said))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
