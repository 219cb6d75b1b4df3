"""What mechanisms share: members, themes and partners, today or as at a day.

Who counts is the rule of `profiles.models.counting`, with a day that of
`profiles.as_at`. Each thing that a mechanism has is sure, or it is not: today sure is
what a source states, and on a day what a source states and dates so that it is known to
have held. What is not sure is to be confirmed, or may have held.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partnerships.models import Organisation, Partnership
from profiles.alphabetical import name_key
from profiles.as_at import AsAt, Holding, least
from profiles.models import Membership, Profile, State, StatusPeriod, Theme, ThemeFocus
from profiles.remembered import remembered
from profiles.vocabularies import AT_REST, Certainty, MembershipRole, ThemePhase

LABEL = 28
"""Letters of the label of a mechanism: some have no acronym and a name of 110."""


@dataclass(frozen=True)
class Kind:
    """A kind of thing that mechanisms share.

    `facts` says of each mechanism what it has and ever had; `today` keeps what it has.
    `is_compared` says whether a fact takes part in comparisons; all of them count how
    many mechanisms a thing is in.
    """

    key: str
    heading: Any
    things: Any
    thing_heading: Any
    numbered: Any
    model: type[Any]
    thing: str
    facts: Callable[[], QuerySet]
    today: Callable[[Any], QuerySet]
    rule: Any
    rule_of_number: Any
    columns: tuple[str, ...] = ()
    is_compared: Callable[[Any], bool] = lambda fact: True


MEMBERS = Kind(
    "members",
    _("Overlaps: shared members"),
    _("Members"),
    _("State or territory"),
    _("States and territories"),
    State,
    "state",
    lambda: Membership.objects.published(),
    lambda facts: facts.counted(),
    _("States and territories that are members of both."),
    _("in any role, observers included, as in the list of States"),
    ("role", "is_current", "listed"),
    lambda fact: fact.role == MembershipRole.MEMBER,
)
THEMES = Kind(
    "themes",
    _("Overlaps: shared themes"),
    _("Themes"),
    _("Theme"),
    _("Themes"),
    Theme,
    "theme",
    lambda: ThemeFocus.objects.published(),
    lambda facts: facts.filter(
        until="", phase__in=(ThemePhase.CURRENT, ThemePhase.THROUGHOUT)
    ).exclude(profile__status__in=AT_REST),
    _("Themes that both work on, in the registry’s own list."),
    _("as a theme in focus"),
    ("phase",),
)
PARTNERS = Kind(
    "partners",
    _("Overlaps: shared partners"),
    _("Partners"),
    _("Organisation"),
    _("Partners"),
    Organisation,
    "organisation",
    lambda: Partnership.objects.published(),
    lambda facts: facts.counted(),
    _("Organisations that work with both, in any role."),
    _("in any role"),
)
KINDS = {kind.key: kind for kind in (MEMBERS, THEMES, PARTNERS)}


@dataclass(frozen=True)
class Holder:
    """A mechanism and what it has, each thing by its key and whether it is sure.

    `compared` is what comparisons go by, `counted` all that counts.
    """

    profile: Profile
    compared: dict[int, bool] = field(default_factory=dict)
    counted: dict[int, bool] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.profile.mechanism.slug

    @property
    def label(self) -> str:
        return Truncator(self.profile.short_name).chars(LABEL)

    @property
    def url(self) -> str:
        return self.profile.get_absolute_url()

    @property
    def regions(self) -> list[Any]:
        return list(self.profile.regions.all())


@dataclass(frozen=True)
class Overlap:
    """What two mechanisms share: how much surely, how much perhaps, of how much."""

    one: Holder
    other: Holder
    sure: int
    unsure: int
    either: int

    @classmethod
    def of(cls, one: Holder, other: Holder) -> "Overlap":
        both = one.compared.keys() & other.compared.keys()
        sure = sum(one.compared[key] and other.compared[key] for key in both)
        either = len(one.compared) + len(other.compared) - len(both)
        return cls(one, other, sure, len(both) - sure, either)

    @property
    def both(self) -> int:
        return self.sure + self.unsure

    @property
    def likeness(self) -> float:
        """The Jaccard index: the share of both in all that either has."""
        return self.both / self.either if self.either else 0.0


def holders(kind: Kind, at: AsAt | None, revision: str | None) -> list[Holder]:
    """Return the mechanisms that count, by name, each with what it has of a kind."""
    if at is not None:
        return _read(kind, at)
    return remembered(
        ("holders", kind.key, get_language()), revision, lambda: _read(kind, None)
    )


def _read(kind: Kind, at: AsAt | None) -> list[Holder]:
    found = {
        profile.pk: (Holder(profile), holding)
        for profile, holding in _mechanisms(at)
        if holding is not Holding.NOT
    }
    facts = kind.facts() if at else kind.today(kind.facts())
    columns = ("profile_id", f"{kind.thing}_id", "certainty", *kind.columns)
    if at:
        columns += ("since", "until")
    for fact in facts.only(*columns).order_by("pk"):
        if fact.profile_id not in found:
            continue
        holder, holding = found[fact.profile_id]
        is_sure = fact.certainty == Certainty.STATED
        if at:
            held = least(at.of(fact), holding)
            if held is Holding.NOT:
                continue
            is_sure = is_sure and held is Holding.HELD
        key = getattr(fact, f"{kind.thing}_id")
        holder.counted[key] = is_sure or holder.counted.get(key, False)
        if kind.is_compared(fact):
            holder.compared[key] = is_sure or holder.compared.get(key, False)
    return sorted(
        (holder for holder, _holding in found.values()),
        key=lambda holder: (name_key(holder.profile.short_name), holder.slug),
    )


def _mechanisms(at: AsAt | None) -> Iterable[tuple[Profile, Holding]]:
    profiles = (
        Profile.objects.published()
        .select_related("mechanism")
        .prefetch_related("regions")
    )
    if at is None:
        for profile in profiles.exclude(status__in=AT_REST):
            yield profile, Holding.HELD
        return
    periods = Prefetch("status_periods", StatusPeriod.objects.public())
    for profile in profiles.prefetch_related(periods):
        yield profile, at.of_mechanism_at_work(profile, profile.status_periods.all())


def things_of(kind: Kind, keys: Iterable[int]) -> Sequence[Any]:
    """Return the States, themes or organisations with these keys, by name."""
    found = kind.model._default_manager.in_bulk(set(keys)).values()
    return sorted(found, key=lambda thing: (name_key(thing.name), thing.pk))
