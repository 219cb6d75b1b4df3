"""Finds the facts of a mechanism again by the fields that a rule calls their key."""

from collections import defaultdict

from surveys.comparing.bases import Base, KnownFact
from surveys.comparing.disputes import ALTERNATIVE
from surveys.comparing.values import key_of
from surveys.statements import Statement


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
