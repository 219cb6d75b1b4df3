"""The plan of one mechanism while it is made: its changes, and what they rest on."""

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from surveys.comparing import authority
from surveys.comparing.bases import Base, KnownFact
from surveys.comparing.disputes import ALTERNATIVE, Words
from surveys.comparing.earlier import Earlier
from surveys.comparing.fitness import Fitness
from surveys.comparing.values import key_of
from surveys.models import Round
from surveys.statements import Change, Normalised, Statement, Submitted
from surveys.vocabularies import ChangeAction

_UIDS = uuid.UUID("5f0f5a2c-2f0b-4f5e-9d0a-3c6f1b6d2a10")


def source_slug(round_slug: str, kind: str, subject: str) -> str:
    """Return the key of the source that a respondent's answers are in a round."""
    slug = f"survey-{round_slug}-{kind}-{subject}".lower()
    if len(slug) <= 80:
        return slug
    return f"{slug[:69]}-{hashlib.sha256(slug.encode()).hexdigest()[:10]}"


@dataclass
class Context:
    """What all mechanisms of one plan share.

    `unchanged` are the statements of submissions that came before, by mechanism, if
    others are corrected.
    """

    normalised: Normalised
    round: Round
    taken: frozenset[str]
    earlier: dict[int, Earlier]
    words: Words
    fitness: Fitness
    unchanged: dict[str, list[Statement]] = field(default_factory=dict)

    def submitted(self, statement: Statement) -> Submitted:
        return self.normalised.submissions[statement.submission]

    def is_authority(self, statement: Statement) -> bool:
        return authority.is_authority(self.normalised, statement)

    def may_state(self, statement: Statement) -> bool:
        return authority.may_state(self.normalised, statement)


class KnownFacts:
    """The facts of `base`, those that a plan adds too, by their keys."""

    def __init__(self, base: Base):
        self.base = base
        self._indexes: dict[tuple, dict[tuple, list[KnownFact]]] = {}

    def find(self, statement: Statement) -> KnownFact | None:
        """Return the fact that a statement is about, a current one before others."""
        index = self._index(statement.target, statement.key)
        found = index.get(key_of(statement.key, statement.values), ())
        current = [fact for fact in found if fact.values.get("is_current", True)]
        return next(iter(current or found), None)

    def alternatives(self, disputed: str, words: str) -> list[KnownFact]:
        key = ("field", "value")
        wanted = {"field": disputed, "value": words}
        return self._index(ALTERNATIVE, key).get(key_of(key, wanted), [])

    def learn(self, target: str, fact: KnownFact) -> None:
        self.base.add(target, fact)
        for (known, key), index in self._indexes.items():
            if known == target:
                index[key_of(key, fact.values)].append(fact)

    def _index(self, target: str, key: tuple[str, ...]) -> dict[tuple, list[KnownFact]]:
        index = self._indexes.get((target, key))
        if index is None:
            index = self._indexes[target, key] = defaultdict(list)
            for fact in self.base.facts.get(target, ()):
                index[key_of(key, fact.values)].append(fact)
        return index


class Planning:
    """Takes down what statements about one mechanism change.

    What is planned is taken into `base` at once, so that the next statement is
    compared with what the draft will then say. `said` are the facts that each
    submission speaks of, `writers` the submission that a planned value is from.
    """

    def __init__(self, context: Context, base: Base):
        self.context = context
        self.base = base
        self.facts = KnownFacts(base)
        self.changes: list[Change] = []
        self.said: dict[int, set[uuid.UUID]] = defaultdict(set)
        self.writers: dict[tuple[uuid.UUID | None, str], int] = {}

    def number(self, statement: Statement, about: str) -> str:
        """Return what identifies a change, the same for the same answer."""
        submitted = self.context.submitted(statement)
        about_key = [statement.values.get(name) for name in statement.key]
        name = [
            self.context.round.slug,
            self.context.normalised.kind,
            submitted.submission_id,
            statement.mechanism,
            statement.target,
            about_key or list(statement.values),
            about,
        ]
        return hashlib.sha256(repr(name).encode()).hexdigest()[:16]

    def uid(self, statement: Statement) -> uuid.UUID:
        """Return the uid of the fact that a statement adds, always the same one."""
        return self.uid_of(self.number(statement, ""))

    def uid_of(self, text: str) -> uuid.UUID:
        return uuid.uuid5(_UIDS, text)

    def source_of(self, statement: Statement) -> str:
        """Return the key of the source that the respondent's answers are."""
        return source_slug(
            self.context.round.slug,
            self.context.normalised.kind,
            self.context.submitted(statement).subject,
        )

    def is_taken(self, statement: Statement, about: str) -> bool:
        """Did a person choose to take what the statement says?"""
        return self.number(statement, about) in self.context.taken

    def obstacle(
        self, target: str, fact: KnownFact | None, values: dict[str, Any]
    ) -> str:
        """Say why a fact, else the profile, cannot take values in; "" if it can."""
        fitness = self.context.fitness
        if fact is None:
            return fitness.obstacle_of_profile(values)
        return fitness.obstacle(
            self.base.mechanism,
            target,
            {**fact.values, **values},
            [other for other in self.base.facts[target] if other is not fact],
        )

    def keep(
        self, statement: Statement, uid: uuid.UUID | None, reason: str = ""
    ) -> None:
        values = dict(statement.values)
        self.change(statement, ChangeAction.SAME, uid, values, values, reason=reason)

    def change(
        self,
        statement: Statement,
        action: ChangeAction,
        uid: uuid.UUID | None,
        before: dict[str, Any],
        after: dict[str, Any],
        *,
        number: str = "",
        reason: str = "",
        disputed: str = "",
        words: str = "",
    ) -> None:
        self.changes.append(
            Change(
                number or self.number(statement, action.value)
                if action != ChangeAction.SAME
                else "",
                statement.mechanism,
                action,
                statement.target,
                self.context.words.label(
                    statement.target, statement.key, statement.values
                ),
                uid,
                before,
                after,
                statement,
                reason,
                disputed,
                words,
            )
        )
