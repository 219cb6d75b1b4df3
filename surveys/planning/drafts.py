"""The drafts that an import writes, as they will be: unsaved, and made of records.

A draft begins as what the registry says now of a mechanism: its open edition, else a
copy of the published one, else nothing. Statements are taken into it one by one, and
it lets in what forms and the database would accept. Loaded in a number of queries that
depends on the kinds of facts, not on how many facts or mechanisms there are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import product
from typing import Any
from uuid import UUID

from profiles.content import certainties
from profiles.keyed_values import KeyedRecord, NaturalKeys, many_of
from profiles.models import (
    AlternativeValue,
    Fact,
    FieldSource,
    Mechanism,
    Profile,
    Source,
)
from profiles.models.mechanisms import OPEN_STATES
from profiles.sourcing import StatedField
from profiles.vocabularies import Certainty, EditionState
from surveys.planning.fitness import Fitness
from surveys.planning.values import folded
from surveys.statements import PROFILE, Statement, languages_of, model_of

ALTERNATIVE = AlternativeValue._meta.label_lower
FIELD_SOURCE = FieldSource._meta.label_lower


class DraftRecord(KeyedRecord):
    """The profile of a draft or one of its facts, and what a plan does to it.

    `writer` is the index of the submission from which the plan has a new fact, None for
    a record that stands or that no submission states. `changed` names the fields that
    the plan sets in a record that stands or was added before; `as_added` is what a new
    fact said until then.
    """

    __slots__ = ("as_added", "changed", "target", "writer")

    def __init__(
        self,
        target: str,
        record: Any,
        keys: NaturalKeys,
        many: dict[str, list[str]] | None = None,
        *,
        writer: int | None = None,
    ):
        super().__init__(record, keys, many)
        self.target = target
        self.writer = writer
        self.changed: set[str] = set()
        self.as_added: dict[str, Any] | None = None

    @property
    def uid(self) -> UUID | None:
        return None if self.target == PROFILE else self.record.uid

    def called(self, name: str) -> set[Any]:
        """Return by what a field tells the record, of a text in any language."""
        model: Any = type(self.record)
        columns = languages_of(model, name)
        return {folded(self.value(column)) for column in columns}

    def is_called(self, name: str, value: Any) -> bool:
        return folded(value) in self.called(name)


class Draft:
    """What an edition will say. `base` is the edition that the draft is, when it is
    open, or begins from; None when the mechanism has neither."""

    def __init__(
        self,
        mechanism: Mechanism,
        base: Profile | None,
        keys: NaturalKeys,
        fitness: Fitness,
        many: dict[str, list[str]] | None = None,
    ):
        self.mechanism = mechanism
        self.base = base
        self.name = base.short_name if base else mechanism.slug
        self.keys = keys
        self.fitness = fitness
        edition = base or Profile()
        edition.mechanism = mechanism
        self.profile = DraftRecord(PROFILE, edition, keys, many)
        self.by_uid: dict[UUID, DraftRecord] = {}
        self.added: list[DraftRecord] = []
        self.removed: list[DraftRecord] = []
        self._facts: defaultdict[str, list[DraftRecord]] = defaultdict(list)
        self._indexes: dict[tuple, defaultdict[tuple, list[DraftRecord]]] = {}
        self._claims: dict[str, dict[tuple, DraftRecord]] = {}

    @property
    def is_open(self) -> bool:
        return self.base is not None and self.base.state == EditionState.DRAFT

    @property
    def is_in_review(self) -> bool:
        return self.base is not None and self.base.state == EditionState.IN_REVIEW

    @property
    def stands_on(self) -> tuple[int, str, int] | None:
        """Return what tells whether the edition below the draft changed meanwhile."""
        base = self.base
        return (base.pk, base.state, base.version) if base else None

    @property
    def first_fields(self) -> dict[str, Any]:
        """Return what a first edition is opened with: its type, and its name in one
        language. A plan made sure that both are there."""
        said = self.profile.content()
        name = next(name for name in said if name.startswith("name_"))
        return {name: said[name], "type": said["type"]}

    def load(self, fact: DraftRecord) -> None:
        """Take in a fact of the edition that the draft is or begins from."""
        fact.record.profile = self.profile.record
        self._facts[fact.target].append(fact)
        self.by_uid[fact.record.uid] = fact

    # What it says

    def find(self, statement: Statement) -> DraftRecord | None:
        """Return the fact that a statement is about, a current one before others."""
        values = statement.values
        found = self._find(
            statement.target,
            statement.key,
            tuple(folded(values.get(name)) for name in statement.key),
        )
        if not found or not hasattr(found[0].record, "is_current"):
            return found[0] if found else None
        return next((fact for fact in found if fact.record.is_current), found[0])

    def facts(self, target: str) -> list[DraftRecord]:
        """Return all facts of a kind."""
        return self._facts[target]

    def alternatives(self, disputed: str, words: str) -> list[DraftRecord]:
        """Return the alternative values that say this of a disputed field."""
        wanted = (folded(disputed), folded(words))
        return self._find(ALTERNATIVE, ("field", "value"), wanted)

    def names_source(self, field: StatedField, source: Source) -> bool:
        """Say whether a field of the profile names this source already."""
        return any(
            fact.value("source") == source.slug and field.is_supported_by(fact.record)
            for fact in self._facts[FIELD_SOURCE]
        )

    def _find(
        self, target: str, names: tuple[str, ...], wanted: tuple
    ) -> list[DraftRecord]:
        index = self._indexes.get((target, names))
        if index is None:
            index = self._indexes[target, names] = defaultdict(list)
            for fact in self._facts[target]:
                _index(index, fact, names)
        return index.get(wanted, [])

    # What becomes of it

    def new_fact(
        self,
        target: str,
        uid: UUID,
        values: dict[str, Any],
        writer: int | None = None,
    ) -> DraftRecord:
        """Return a fact that is not in the draft yet."""
        kind: Any = model_of(target)
        record = kind(profile=self.profile.record, uid=uid, **as_stated(kind))
        fact = DraftRecord(target, record, self.keys, writer=writer)
        fact.set(values)
        return fact

    def add(self, fact: DraftRecord, values: dict[str, Any]) -> str:
        """Take in a new fact that has these values; else return why it cannot stand in
        the draft."""
        if obstacle := self._obstacle(fact, values):
            return obstacle
        self.add_worded(fact)
        return ""

    def add_worded(self, fact: DraftRecord) -> None:
        """Take in a new fact that has no rules of its own, as alternative values."""
        self._claim(fact)
        self._facts[fact.target].append(fact)
        self.by_uid[fact.record.uid] = fact
        self.added.append(fact)
        for (target, names), index in self._indexes.items():
            if target == fact.target:
                _index(index, fact, names)

    def change(self, record: DraftRecord, values: dict[str, Any]) -> str:
        """Set values of the profile or of a fact; else return why it cannot be, and
        leave the record as it is."""
        before = {name: record.value(name) for name in values}
        is_new = record.writer is not None and record.as_added is None
        said = record.content() if is_new else record.as_added
        self._give_up(record)
        record.set(values)
        obstacle = self._obstacle(record, values)
        if obstacle:
            record.set(before)
        else:
            record.changed |= values.keys()
            record.as_added = said
        self._claim(record)
        return obstacle

    def remove(self, fact: DraftRecord) -> None:
        self._facts[fact.target].remove(fact)
        del self.by_uid[fact.record.uid]
        self.removed.append(fact)

    def _obstacle(self, record: DraftRecord, changed: Collection[str]) -> str:
        if record.target == PROFILE:
            return self.fitness.obstacle_of_profile(record.record, changed)
        if obstacle := self.fitness.obstacle(record.record, changed):
            return obstacle
        claimed = self._claimed(record.target)
        for unique, columns in self.fitness.claims(record.record):
            if (unique.name, *columns) in claimed:
                return str(unique.get_violation_error_message())
        return ""

    def _claimed(self, target: str) -> dict[tuple, DraftRecord]:
        """Return what facts have that no other fact of the draft may have, too."""
        claimed = self._claims.get(target)
        if claimed is None:
            claimed = self._claims[target] = {}
            for fact in self._facts[target]:
                self._claim(fact)
        return claimed

    def _claim(self, record: DraftRecord) -> None:
        if record.target != PROFILE:
            claimed = self._claimed(record.target)
            for unique, columns in self.fitness.claims(record.record):
                claimed.setdefault((unique.name, *columns), record)

    def _give_up(self, record: DraftRecord) -> None:
        if record.target != PROFILE:
            claimed = self._claimed(record.target)
            for claim in [c for c, holder in claimed.items() if holder is record]:
                del claimed[claim]


def as_stated(kind: type[Fact]) -> dict[str, str]:
    """Return how certain an answer is, which states all that is read from it."""
    return dict.fromkeys(certainties(kind), Certainty.STATED.value)


def _index(
    index: defaultdict[tuple, list[DraftRecord]],
    fact: DraftRecord,
    names: tuple[str, ...],
) -> None:
    for found_by in product(*(fact.called(name) for name in names)):
        index[found_by].append(fact)


def load_drafts(
    mechanisms: Iterable[str],
    targets: Collection[str],
    keys: NaturalKeys,
    fitness: Fitness,
) -> dict[str, Draft]:
    """Return the draft of each mechanism, by slug, as it stands before the import.

    Facts are loaded of these targets only.
    """
    records = {slug: keys.record(Mechanism, slug) for slug in mechanisms}
    editions = Profile.objects.filter(
        mechanism__in=[mechanism.pk for mechanism in records.values()],
        state__in=[*OPEN_STATES, EditionState.PUBLISHED],
    )
    chosen: dict[int, Profile] = {}
    for edition in editions.order_by("pk"):
        if edition.mechanism_id not in chosen or edition.is_open:
            chosen[edition.mechanism_id] = edition
    bases = [*chosen.values()]
    many = dict(zip(chosen, many_of(bases, keys), strict=True))
    drafts = {
        slug: Draft(
            mechanism,
            chosen.get(mechanism.pk),
            keys,
            fitness,
            many.get(mechanism.pk),
        )
        for slug, mechanism in records.items()
    }
    by_edition = {d.base.pk: d for d in drafts.values() if d.base is not None}
    for target in sorted({*targets} - {PROFILE}):
        _load_facts(target, by_edition, keys)
    return drafts


def _load_facts(target: str, drafts: dict[int, Draft], keys: NaturalKeys) -> None:
    kind: type[Fact] = model_of(target)  # type: ignore[assignment]
    facts: list[Any] = list(
        kind._default_manager.filter(profile__in=drafts).order_by("position", "pk")  # type: ignore[misc]
    )
    for fact, many in zip(facts, many_of(facts, keys), strict=True):
        drafts[fact.profile_id].load(DraftRecord(target, fact, keys, many))
