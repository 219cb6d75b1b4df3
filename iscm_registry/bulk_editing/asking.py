"""What a bulk edit asks for: which facts it is about, and what they say after it.

Records stand as their natural keys. To add a kind of bulk edit, add a class here, its
term to `BulkEditKind`, and a form to `iscm_registry.admin.bulk_edit_forms`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from partnerships.models import Organisation, Partnership
from profiles.models import Membership, State, fact_kinds
from surveys.planning.drafts import Draft, DraftRecord

MEMBERSHIP = Membership._meta.label_lower
PARTNERSHIP = Partnership._meta.label_lower


class Asked(Protocol):
    """`targets` are the kinds of facts that it is about, by their labels."""

    @property
    def targets(self) -> list[str]: ...

    def values_for(self, fact: DraftRecord) -> dict[str, Any]:
        """Return what a fact says after the edit; {} for one that it is not about."""
        ...

    def added_to(self, draft: Draft) -> dict[str, Any]:
        """Return what a new fact of the first target says; {} when none is added."""
        ...


@dataclass(frozen=True)
class NameSource:
    """One source for many facts, and how certain they are by it."""

    source: str
    targets: list[str]
    certainty: str = ""
    only_without: bool = False

    def values_for(self, fact: DraftRecord) -> dict[str, Any]:
        if self.only_without and fact.value("source"):
            return {}
        return {"source": self.source, **_given(certainty=self.certainty)}

    def added_to(self, draft: Draft) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Replace:
    """One State or organisation in the place of another, in every kind of fact."""

    model: type[State] | type[Organisation]
    old: str
    new: str

    @property
    def targets(self) -> list[str]:
        return [*_fields_to(self.model)]

    def values_for(self, fact: DraftRecord) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for name in _fields_to(self.model)[fact.target]:
            value = fact.value(name)
            if value == self.old:
                said[name] = self.new
            elif isinstance(value, list) and self.old in value:
                said[name] = sorted({*value, self.new} - {self.old})
        return said

    def added_to(self, draft: Draft) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Join:
    """A State takes a place in mechanisms."""

    state: str
    role: str
    certainty: str
    since: str = ""
    source: str = ""
    targets: list[str] = field(default_factory=lambda: [MEMBERSHIP])

    def values_for(self, fact: DraftRecord) -> dict[str, Any]:
        return {}

    def added_to(self, draft: Draft) -> dict[str, Any]:
        said = {"state": self.state, "role": self.role, "certainty": self.certainty}
        return said | _given(since=self.since, source=self.source)


@dataclass(frozen=True)
class Leave:
    """A State gives up the place that it holds in mechanisms."""

    state: str
    until: str = ""
    source: str = ""
    targets: list[str] = field(default_factory=lambda: [MEMBERSHIP])

    def values_for(self, fact: DraftRecord) -> dict[str, Any]:
        if fact.value("state") != self.state or not fact.value("is_current"):
            return {}
        return {"is_current": False, **_given(until=self.until, source=self.source)}

    def added_to(self, draft: Draft) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Describe:
    """The role of a State or organisation in mechanisms, and how certain it is."""

    target: str
    subject: str
    role: str = ""
    certainty: str = ""

    @property
    def targets(self) -> list[str]:
        return [self.target]

    def values_for(self, fact: DraftRecord) -> dict[str, Any]:
        if fact.value(type(fact.record).subject) != self.subject:
            return {}
        if self.target == MEMBERSHIP and not fact.value("is_current"):
            # What was the role then is another fact.
            return {}
        return _given(role=self.role, certainty=self.certainty)

    def added_to(self, draft: Draft) -> dict[str, Any]:
        return {}


def _given(**values: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


@cache
def _fields_to(model: type[Any]) -> dict[str, list[str]]:
    """Return the fields of facts that name records of a model, by kind of fact."""
    found = {}
    for kind in fact_kinds():
        fields: Iterable[Any] = [*kind._meta.concrete_fields, *kind._meta.many_to_many]
        if names := [f.name for f in fields if f.related_model is model]:
            found[kind._meta.label_lower] = names
    return found
