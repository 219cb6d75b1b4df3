"""What one edition of a profile says differently from another, or from itself as it
was handed in before.

Facts are matched by their uid, which stays the same from edition to edition.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, Literal

from django.db import models

from profiles.content import content_fields, text_of_column
from profiles.models import (
    Fact,
    Mechanism,
    Profile,
    Redaction,
    SubmittedContent,
    fact_kinds,
)
from profiles.submitted_content import FactsOfKinds
from profiles.submitted_content import read as read_submitted
from profiles.vocabularies import EditionState
from profiles.wording import in_words

_EVIDENCE = {"source", "certainty", "note"}
# Where a fact stands in its list, and whether it is public, is shown otherwise.
_NOT_SAID = {"position", "is_public"}
# Longer texts are shown whole, old and new: comparing takes time by the square.
_MOST_WORDS_COMPARED = 3000

Words = tuple[tuple[Literal["same", "added", "removed"], str], ...]


@dataclass(frozen=True)
class FieldChange:
    """A field whose value differs; values are as shown to readers."""

    name: str
    label: str
    old: str
    new: str
    is_prose: bool = False

    @cached_property
    def words(self) -> Words:
        """The pieces of a long text, each with whether it stayed, was added or was
        removed; empty for what is better read whole."""
        return changed_words(self.old, self.new) if self.is_prose else ()


@dataclass(frozen=True)
class FactChange:
    """A fact that was added (`old` is None), removed (`new` is None) or changed."""

    kind: type[Fact]
    old: Fact | None
    new: Fact | None
    fields: tuple[FieldChange, ...] = ()

    @property
    def label(self) -> str:
        return str(self.kind._meta.verbose_name)

    @property
    def fact(self) -> Fact:
        """The fact as it is now, or as it was when it is gone."""
        fact = self.new or self.old
        assert fact is not None  # noqa: S101 - one of the two is always there
        return fact

    @property
    def content(self) -> list[tuple[str, str]]:
        """What the fact says, field by field, for one that is added or removed."""
        said = []
        # What it says stands first, then the evidence that all facts have.
        fields = sorted(
            content_fields(self.kind),
            key=lambda f: text_of_column(self.kind, f.name) in _EVIDENCE,
        )
        for f in fields:
            if f.name in _NOT_SAID or not f.editable:
                continue
            if _stored(self.fact, f) in (None, f.default):
                continue
            said.append((str(f.verbose_name), in_words(self.fact, f)))
        for many in self.kind._meta.many_to_many:
            if names := in_words(self.fact, many):
                said.append((str(many.verbose_name), names))
        return said


@dataclass
class KindOfChange:
    """All changes of one kind of fact."""

    kind: type[Fact]
    added: list[FactChange] = field(default_factory=list)
    removed: list[FactChange] = field(default_factory=list)
    changed: list[FactChange] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(self.kind._meta.verbose_name_plural)


@dataclass(frozen=True)
class Comparison:
    """What a later edition says differently from an earlier one."""

    old: Profile
    new: Profile
    fields: list[FieldChange] = field(default_factory=list)
    added: list[FactChange] = field(default_factory=list)
    removed: list[FactChange] = field(default_factory=list)
    changed: list[FactChange] = field(default_factory=list)

    def __bool__(self):
        return bool(self.fields or self.added or self.removed or self.changed)

    @cached_property
    def kinds(self) -> list[KindOfChange]:
        """The changes of facts, gathered under the kind of fact."""
        kinds: dict[type[Fact], KindOfChange] = {}
        for name in ("changed", "added", "removed"):
            for change in getattr(self, name):
                of_kind = kinds.setdefault(change.kind, KindOfChange(change.kind))
                getattr(of_kind, name).append(change)
        return [kinds[kind] for kind in fact_kinds() if kind in kinds]

    def facts(self) -> Iterator[FactChange]:
        """Every fact that was added, removed or changed."""
        yield from self.added
        yield from self.removed
        yield from self.changed


def compare(old: Profile, new: Profile) -> Comparison:
    """Compare two editions: fields of the profile, and facts matched by their uid.

    All facts are compared, those that are not public too: it is for staff.
    """
    return _compare(old, new, _facts_of(old), _facts_of(new))


def compare_rounds(submitted: SubmittedContent, edition: Profile) -> Comparison:
    """Compare an edition with what it held when that review of it ended."""
    was, facts = read_submitted(submitted)
    return _compare(was, edition, facts, _facts_of(edition))


def compare_in_public(earlier: Mapping[int, int]) -> dict[int, Comparison]:
    """Compare editions that anybody may read by what the public reads of them.

    `earlier` has the key of the edition before, by that of an edition; so has what is
    returned the comparison. What was redacted is not compared.
    All are read together: how many there are does not change the number of queries.
    """
    keys = {*earlier, *earlier.values()}
    many = [f.name for f in Profile._meta.many_to_many]
    found = Profile.objects.readable().filter(pk__in=keys).select_related("mechanism")
    editions = found.prefetch_related(*many).in_bulk()
    facts = _public_facts_of(editions.values())
    # A whole fact that was redacted in some edition is named for none: where it was
    # left standing it may be read, but is not to be pointed at.
    redacted: dict[int, set[tuple[Any, str]]] = defaultdict(set)
    whole: dict[int, set[tuple[Any, str]]] = defaultdict(set)
    in_force = Redaction.objects.in_force().filter(
        profile__mechanism__in={edition.mechanism_id for edition in editions.values()}
    )
    for pk, mechanism, uid, name in in_force.values_list(
        "profile", "profile__mechanism", "uid", "field"
    ):
        redacted[pk].add((uid, name))
        if not name:
            whole[mechanism].add((uid, name))
    comparisons = {}
    for pk, before in earlier.items():
        if pk in editions and before in editions:
            old, new = editions[before], editions[pk]
            compared = _compare(old, new, facts[before], facts[pk])
            gone = redacted[before] | redacted[pk] | whole[new.mechanism_id]
            comparisons[pk] = _without(compared, gone) if gone else compared
    return comparisons


def public_facts(kind: type[Fact], editions: Iterable[Any]) -> models.QuerySet:
    """Return the public facts of a kind in these editions, which anybody may read.

    What names a mechanism that is not published is left out: it may be a draft.
    """
    facts = kind._default_manager.public().filter(profile__in=editions)
    published = Mechanism.objects.filter(editions__state=EditionState.PUBLISHED)
    for f in kind._meta.concrete_fields:
        if f.related_model is Mechanism:
            facts = facts.filter(**{f"{f.name}__in": published})
    return facts


def _public_facts_of(editions: Iterable[Profile]) -> dict[int, FactsOfKinds]:
    by_key = {edition.pk: edition for edition in editions}
    found: dict[int, FactsOfKinds] = {
        pk: {kind: {} for kind in fact_kinds()} for pk in by_key
    }
    for kind in fact_kinds():
        for fact in _whole(public_facts(kind, by_key)):
            fact.profile = by_key[fact.profile_id]
            found[fact.profile_id][kind][fact.uid] = fact
    return found


def _without(comparison: Comparison, redacted: set[tuple[Any, str]]) -> Comparison:
    """Return a comparison without parts, each named by its fact, if any, and field."""

    def left(uid: Any, model: type[models.Model], changes: Iterable[FieldChange]):
        return [
            one
            for one in changes
            if (uid, text_of_column(model, one.name)) not in redacted
        ]

    def whole(changes: Iterable[FactChange]) -> list[FactChange]:
        return [one for one in changes if (one.fact.uid, "") not in redacted]

    changed = []
    for change in whole(comparison.changed):
        if fields := left(change.fact.uid, change.kind, change.fields):
            changed.append(replace(change, fields=tuple(fields)))
    return Comparison(
        comparison.old,
        comparison.new,
        fields=left(None, Profile, comparison.fields),
        added=whole(comparison.added),
        removed=whole(comparison.removed),
        changed=changed,
    )


def _compare(
    old: Profile, new: Profile, before: FactsOfKinds, after: FactsOfKinds
) -> Comparison:
    comparison = Comparison(old, new, fields=_field_changes(old, new))
    for kind in fact_kinds():
        for uid, fact in after[kind].items():
            if (was := before[kind].get(uid)) is None:
                comparison.added.append(FactChange(kind, None, fact))
            elif changes := _field_changes(was, fact):
                comparison.changed.append(FactChange(kind, was, fact, tuple(changes)))
        comparison.removed.extend(
            FactChange(kind, fact, None)
            for uid, fact in before[kind].items()
            if uid not in after[kind]
        )
    return comparison


def changed_words(old: str, new: str) -> Words:
    """Return the pieces of both texts in reading order, each marked.

    The pieces that are not 'added' make the old text, those that are not 'removed'
    the new one. Empty when the texts are too long, or one of them is empty.
    """
    before, after = _words(old), _words(new)
    if not before or not after or len(before) + len(after) > _MOST_WORDS_COMPARED:
        return ()
    pieces: list[tuple[Literal["same", "added", "removed"], str]] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for step, i1, i2, j1, j2 in matcher.get_opcodes():
        if step == "equal":
            pieces.append(("same", "".join(before[i1:i2])))
            continue
        if i1 < i2:
            pieces.append(("removed", "".join(before[i1:i2])))
        if j1 < j2:
            pieces.append(("added", "".join(after[j1:j2])))
    return tuple(pieces)


def _words(text: str) -> list[str]:
    return re.findall(r"\s*\S+|\s+$", text)


def _facts_of(edition: Profile) -> FactsOfKinds:
    return {kind: _facts_by_uid(kind, edition) for kind in fact_kinds()}


def _facts_by_uid(kind: type[Fact], edition: Profile) -> dict[Any, Fact]:
    facts = kind._default_manager.filter(profile=edition)  # type: ignore[misc]
    return {fact.uid: fact for fact in _whole(facts)}


def _whole(facts: models.QuerySet) -> models.QuerySet:
    """Load with facts all that they say."""
    keys = [f.name for f in content_fields(facts.model) if f.is_relation]
    many = [f.name for f in facts.model._meta.many_to_many]
    return facts.select_related(*keys).prefetch_related(*many)


def _field_changes(old: models.Model, new: models.Model) -> list[FieldChange]:
    model = type(new)
    changes = []
    for f in content_fields(model):
        if _stored(old, f) != _stored(new, f):
            before, after = in_words(old, f), in_words(new, f)
            label, is_prose = str(f.verbose_name), _is_prose(f)
            changes.append(FieldChange(f.name, label, before, after, is_prose))
    for many in model._meta.many_to_many:
        before, after = in_words(old, many), in_words(new, many)
        if before != after:
            changes.append(
                FieldChange(many.name, str(many.verbose_name), before, after)
            )
    return changes


def _is_prose(f: models.Field) -> bool:
    return f.get_internal_type() == "TextField"


def _stored(record: models.Model, f: models.Field) -> Any:
    # A text that was never given in a language is NULL, one left empty in a form "".
    value = getattr(record, f.attname)
    return None if value == "" else value
