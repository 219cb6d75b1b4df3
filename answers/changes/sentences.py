"""What a comparison of two editions says, sentence by sentence, in plain words."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextField
from django.urls import reverse
from django.utils.text import Truncator, capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from answers.changes.kinds import SENTENCES
from partnerships.models import MechanismLink
from profiles.comparison import Comparison, FactChange, FieldChange, KindOfChange
from profiles.content import EVIDENCE, text_of_column
from profiles.models import Chairing, Fact, FieldSource, Membership, Profile
from profiles.partial_dates import display
from profiles.vocabularies import MembershipRole

MOST_NAMED = 5
"""Of more States or facts than that, only the number is told."""

LONGEST_VALUE = 120

NOW = {
    MembershipRole.MEMBER: ngettext_lazy(
        "%(states)s is now a member.", "%(states)s are now members.", "number"
    ),
    MembershipRole.OBSERVER: ngettext_lazy(
        "%(states)s is now an observer.", "%(states)s are now observers.", "number"
    ),
    MembershipRole.PARTNER: ngettext_lazy(
        "%(states)s is now a partner.", "%(states)s are now partners.", "number"
    ),
    MembershipRole.PROSPECTIVE_MEMBER: ngettext_lazy(
        "%(states)s is now interested in becoming a member.",
        "%(states)s are now interested in becoming members.",
        "number",
    ),
    MembershipRole.PROSPECTIVE_OBSERVER: ngettext_lazy(
        "%(states)s is now interested in becoming an observer.",
        "%(states)s are now interested in becoming observers.",
        "number",
    ),
}
NO_LONGER = {
    MembershipRole.MEMBER: ngettext_lazy(
        "%(states)s is no longer a member.",
        "%(states)s are no longer members.",
        "number",
    ),
    MembershipRole.OBSERVER: ngettext_lazy(
        "%(states)s is no longer an observer.",
        "%(states)s are no longer observers.",
        "number",
    ),
    MembershipRole.PARTNER: ngettext_lazy(
        "%(states)s is no longer a partner.",
        "%(states)s are no longer partners.",
        "number",
    ),
    MembershipRole.PROSPECTIVE_MEMBER: ngettext_lazy(
        "%(states)s is no longer listed as interested in becoming a member.",
        "%(states)s are no longer listed as interested in becoming members.",
        "number",
    ),
    MembershipRole.PROSPECTIVE_OBSERVER: ngettext_lazy(
        "%(states)s is no longer listed as interested in becoming an observer.",
        "%(states)s are no longer listed as interested in becoming observers.",
        "number",
    ),
}


@dataclass(frozen=True)
class Name:
    """What a fact is called, and its permanent address; "" for none."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Sentence:
    """What changed, and the names of what it counts, as far as these are few."""

    text: str
    names: tuple[Name, ...] = ()

    def __str__(self) -> str:
        if not self.names:
            return self.text
        told = {
            "sentence": self.text,
            "names": "; ".join(name.text for name in self.names),
        }
        return _("%(sentence)s: %(names)s") % told


def sentences_of(
    comparison: Comparison, called: Mapping[int, str]
) -> tuple[Sentence, ...]:
    """Say what a later edition says otherwise; `called` has the published mechanisms'
    names by their keys."""
    told = [*_fields(comparison)]
    evidence = 0
    places = {kind: place for place, kind in enumerate(SENTENCES)}
    for of_kind in sorted(
        comparison.kinds, key=lambda one: places.get(one.kind, len(places))
    ):
        kind = KindOfChange(of_kind.kind, [*of_kind.added], [*of_kind.removed])
        for change in of_kind.changed:
            fields = {text_of_column(change.kind, f.name) for f in change.fields}
            if fields <= {"position", "is_public"}:
                continue
            if fields <= {*EVIDENCE}:
                evidence += 1
            else:
                kind.changed.append(change)
        if tell := SAID_APART.get(kind.kind):
            told += tell(kind)
        told += _counted(kind, called)
    if evidence:
        text = ngettext(
            "The source, certainty or note of %(number)d statement corrected",
            "The source, certainty or note of %(number)d statements corrected",
            evidence,
        )
        told.append(Sentence(text % {"number": evidence}))
    if not told:
        told.append(Sentence(_("No public statement differs from the edition before.")))
    return tuple(told)


def holding(kind: type[Fact], number: int) -> Sentence:
    """Say how many facts of a kind an edition holds."""
    if kind in SENTENCES:
        return Sentence(SENTENCES[kind].held % {"number": number})
    values = {"kind": capfirst(str(kind._meta.verbose_name_plural)), "number": number}
    return Sentence(_("%(kind)s: %(number)d") % values)


# --- Seats and chairs ------------------------------------------------------------


def _seats(kind: KindOfChange) -> Iterable[Sentence]:
    """Tell who takes part now and who no longer does, and leave the rest in `kind`."""

    def seat(fact: Any) -> tuple[str, str] | None:
        held = fact is not None and fact.is_current
        return (fact.role, str(fact.state)) if held else None

    gone, come = _come_and_gone(kind, seat)
    for role in MembershipRole:
        for sentences, seats in ((NOW, come), (NO_LONGER, gone)):
            states = sorted(state for of_role, state in seats if of_role == role)
            if states:
                values = {"states": _listed(states), "number": len(states)}
                yield Sentence(sentences[role] % values)


def _chairs(kind: KindOfChange) -> Iterable[Sentence]:
    """Tell from whom to whom the chair passed, and leave the rest in `kind`."""

    def holder(fact: Any) -> str | None:
        return str(fact) if fact is not None and fact.is_current else None

    gone, come = _come_and_gone(kind, holder)
    before, now = _listed(sorted(gone)), _listed(sorted(come))
    if before and now:
        text = _("The chair passed from %(before)s to %(now)s.")
        yield Sentence(text % {"before": before, "now": now})
    elif now:
        text = ngettext(
            "%(now)s is now on record as chair.",
            "%(now)s are now on record as chairs.",
            len(come),
        )
        yield Sentence(text % {"now": now})
    elif before:
        text = ngettext(
            "%(before)s is no longer on record as chair.",
            "%(before)s are no longer on record as chairs.",
            len(gone),
        )
        yield Sentence(text % {"before": before})


SAID_APART: dict[type[Fact], Callable[[KindOfChange], Iterable[Sentence]]] = {
    Membership: _seats,
    Chairing: _chairs,
}


def _come_and_gone(
    kind: KindOfChange, what: Callable[[Any], Any]
) -> tuple[list[Any], list[Any]]:
    """Return what held before and not now, and what holds now and did not before.

    The changes that say so are taken out of `kind`.
    """
    changes = [*kind.added, *kind.removed, *kind.changed]
    before = Counter(filter(None, (what(change.old) for change in changes)))
    now = Counter(filter(None, (what(change.new) for change in changes)))
    gone, come = before - now, now - before

    def is_told(change: FactChange) -> bool:
        was, is_ = what(change.old), what(change.new)
        return was != is_ and (was in gone or is_ in come)

    for changes in (kind.added, kind.removed, kind.changed):
        changes[:] = [change for change in changes if not is_told(change)]
    return [*gone], [*come]


# --- Facts in numbers ------------------------------------------------------------


def _counted(kind: KindOfChange, called: Mapping[int, str]) -> Iterable[Sentence]:
    for name in ("added", "changed", "removed"):
        changes = getattr(kind, name)
        if not changes:
            continue
        number = {"number": len(changes)}
        if kind.kind in SENTENCES:
            text = getattr(SENTENCES[kind.kind], name) % number
        else:
            texts = {
                "added": _("%(kind)s: %(number)d added"),
                "changed": _("%(kind)s: %(number)d corrected"),
                "removed": _("%(kind)s: %(number)d removed"),
            }
            text = texts[name] % {"kind": capfirst(kind.label), **number}
        yield Sentence(text, _names(kind.kind, changes, called))


def _names(
    kind: type[Fact], changes: list[FactChange], called: Mapping[int, str]
) -> tuple[Name, ...]:
    # Several sources say one thing: their number is what is new.
    if len(changes) > MOST_NAMED or kind is FieldSource:
        return ()
    facts = [change.fact for change in changes]
    return tuple(
        Name(_short(_name(fact, called)), reverse("fact", args=[fact.uid]))
        for fact in facts
    )


def _name(fact: Any, called: Mapping[int, str]) -> str:
    if isinstance(fact, MechanismLink):
        return called.get(fact.other_id, fact.other.slug)
    return str(fact)


# --- Fields of the profile -------------------------------------------------------


def _fields(comparison: Comparison) -> Iterable[Sentence]:
    by_text: dict[str, list[FieldChange]] = {}
    for change in comparison.fields:
        by_text.setdefault(text_of_column(Profile, change.name), []).append(change)
    for name, changes in by_text.items():
        yield Sentence(_field(comparison, name, changes))


def _field(comparison: Comparison, name: str, changes: list[FieldChange]) -> str:
    f: Any = Profile._meta.get_field(name)
    values = {"field": capfirst(str(f.verbose_name))}
    if name == "sources":
        return _("The list of sources changed.")
    if len(changes) == 1 and changes[0].name == name:
        old, new = changes[0].old, changes[0].new
    else:  # A text in several languages: what readers of the page see.
        old, new = getattr(comparison.old, name), getattr(comparison.new, name)
    if old == new:
        return _("“%(field)s” changed in another language.") % values
    if isinstance(f, TextField) or len(old + new) > LONGEST_VALUE * 2:
        if not new:
            return _("The text “%(field)s” was removed.") % values
        if not old:
            return _("The text “%(field)s” was added.") % values
        return _("The text “%(field)s” was rewritten.") % values
    values |= {"old": display(old), "new": display(new)}
    if name == "name":
        return _("It is now called “%(new)s”; before, “%(old)s”.") % values
    if name == "status" and old and new:
        return _("The status changed from “%(old)s” to “%(new)s”.") % values
    if name == "as_of" and old and new:
        return _("The information is now as of %(new)s; before, of %(old)s.") % values
    if not old:
        return _("%(field)s is now on record: %(new)s.") % values
    if not new:
        return _("%(field)s is no longer on record; it was: %(old)s.") % values
    return _("%(field)s changed from “%(old)s” to “%(new)s”.") % values


def _listed(names: list[str]) -> str:
    """Return names as one text; of many, some and the number of the others."""
    if len(names) > MOST_NAMED + 1:
        others = len(names) - MOST_NAMED
        text = ngettext("%(number)d other", "%(number)d others", others)
        names = [*names[:MOST_NAMED], text % {"number": others}]
    return str(get_text_list(names, _("and")))


def _short(text: str) -> str:
    return Truncator(text).chars(LONGEST_VALUE)
