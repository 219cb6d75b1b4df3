"""What mechanisms have in common and what each has alone, section by section."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from answers import tables
from answers.comparing.columns import Column
from answers.tables import Cell, Linked, Table
from profiles.alphabetical import name_key
from profiles.comparison import Comparison, compare_in_public
from profiles.models import Fact
from profiles.partial_dates import display
from profiles.vocabularies import (
    Certainty,
    Coverage,
    EditionState,
    GovernanceLevel,
    MembershipRole,
    SectionPart,
)
from profiles.wording import period


@dataclass(frozen=True)
class Emptiness:
    """A mechanism of which a section has nothing, and what is known about that."""

    name: str
    coverage: str


@dataclass(frozen=True)
class ComparedSection:
    """One section of a comparison: its tables, and whose columns are empty."""

    anchor: str
    heading: str
    tables: Sequence[Table]
    empty: Sequence[Emptiness] = field(default_factory=tuple)
    counted: str = ""

    @property
    def shown(self) -> list[Table]:
        return [table for table in self.tables if table.rows]


def sections_of(columns: Sequence[Column]) -> list[ComparedSection]:
    changes = _changes_between(columns)
    return [
        _head(columns),
        *([changes] if changes else []),
        _members(columns),
        _themes(columns),
        _partners(columns),
        _structures(columns),
        _contributions(columns),
        _funding(columns),
    ]


def _head(columns: Sequence[Column]) -> ComparedSection:
    def edition(column: Column) -> str:
        profile = column.profile
        said = _("%(number)s, published %(day)s") % {
            "number": profile.edition,
            "day": date_format(localtime(profile.published_at), "DATE_FORMAT")
            if profile.published_at
            else "",
        }
        if profile.state == EditionState.PUBLISHED:
            return said
        return f"{said} ({profile.get_state_display()})"

    def regions(column: Column) -> str:
        return ", ".join(region.name for region in column.profile.regions.all())

    def role(one: MembershipRole) -> Callable[[Column], Cell]:
        return lambda column: column.page.headcount_of(one).on_record or None

    said: list[tuple[str, Callable[[Column], Cell]]] = [
        (_("Profile"), lambda c: Linked(c.profile.name, c.url)),
        (_("Edition"), edition),
        (_("Information as of"), lambda c: display(c.profile.as_of) or None),
        (_("Type"), lambda c: c.profile.get_type_display()),
        (_("Status"), lambda c: c.profile.get_status_display()),
        (_("Regions"), lambda c: regions(c) or None),
        (_("Established"), lambda c: _year(c.profile.established)),
        (_("Members on record"), role(MembershipRole.MEMBER)),
        (_("Observers on record"), role(MembershipRole.OBSERVER)),
        (_("Partner organisations"), _partner_organisations),
        (_("Meetings on record"), lambda c: len(c.page.meetings) or None),
        (_("Latest meeting with a date"), _latest_meeting),
        (_("Official site"), lambda c: c.profile.website or None),
    ]
    rows = [(label, *map(cell, columns)) for label, cell in said]
    table = _table("head", _("At a glance"), _("What"), columns, rows)
    return ComparedSection("head", _("At a glance"), [table])


def _partner_organisations(column: Column) -> int | None:
    links = column.profile.partnerships.all()
    return len({link.organisation_id for link in links}) or None


def _year(year: int | None) -> str | None:
    # A number would be written as one: 1,991.
    return str(year) if year else None


def _latest_meeting(column: Column) -> str | None:
    dated = [meeting for meeting in column.page.meetings if meeting.date]
    return f"{dated[0].title}, {display(dated[0].date)}" if dated else None


def _members(columns: Sequence[Column]) -> ComparedSection:
    held = [
        {seat.state_id: seat for seats in column.page.seats for seat in seats.states}
        for column in columns
    ]
    states = {pk: seat.state for seats in held for pk, seat in seats.items()}
    as_member = [
        {pk for pk, seat in seats.items() if seat.role == MembershipRole.MEMBER}
        for seats in held
    ]
    found = _in_groups(
        "members",
        _("State"),
        columns,
        sorted(states, key=lambda pk: name_key(states[pk].name)),
        as_member,
        lambda pk: Linked(states[pk].name, states[pk].get_absolute_url()),
        lambda place, pk: _seat(held[place].get(pk)),
    )
    empty = _empty(columns, as_member, lambda column: Coverage.UNKNOWN)
    return ComparedSection(
        "members",
        _("Members"),
        found,
        empty,
        _counted(as_member, columns),
    )


def _seat(seat: Any) -> str | None:
    return _firm(seat, seat.get_role_display(), period(seat)) if seat else None


def _firm(fact: Fact, *said: str) -> str:
    """Join what a fact says, and say where it is not what a source states."""
    words = [word for word in said if word]
    if fact.certainty != Certainty.STATED:
        words.append(_("to be confirmed"))
    return ", ".join(words)


def _themes(columns: Sequence[Column]) -> ComparedSection:
    held: list[dict[int, list[Any]]] = [{} for _column in columns]
    themes: dict[int, Any] = {}
    for place, column in enumerate(columns):
        for focus in column.profile.theme_focuses.all():
            themes[focus.theme_id] = focus.theme
            held[place].setdefault(focus.theme_id, []).append(focus)
    found = _in_groups(
        "themes",
        _("Theme"),
        columns,
        sorted(themes, key=lambda pk: (themes[pk].position, themes[pk].slug)),
        [set(of_column) for of_column in held],
        lambda pk: Linked(themes[pk].name, themes[pk].get_absolute_url()),
        lambda place, pk: _each(
            _firm(focus, focus.get_phase_display(), period(focus))
            for focus in held[place].get(pk, ())
        ),
    )
    empty = _empty(columns, held, lambda c: c.coverage(SectionPart.EVOLUTION))
    return ComparedSection(
        "themes", _("Themes"), found, empty, _counted(map(set, held), columns)
    )


def _partners(columns: Sequence[Column]) -> ComparedSection:
    held: list[dict[Any, list[Any]]] = [{} for _column in columns]
    partners: dict[Any, Any] = {}
    for place, column in enumerate(columns):
        for category, links in column.page.partners:
            for link in links:
                key = (category.value, link.organisation_id)
                partners[key] = link
                held[place].setdefault(key, []).append(link)
    order = {category.value: n for n, category in enumerate(_categories(columns))}
    keys = sorted(
        partners,
        key=lambda key: (order[key[0]], name_key(partners[key].organisation.name)),
    )
    rows = [
        (
            Linked(
                partners[key].organisation.name,
                partners[key].organisation.get_absolute_url(),
            ),
            partners[key].get_category_display(),
            *(
                _each(
                    _firm(link, link.get_role_display(), period(link))
                    for link in held[place].get(key, ())
                )
                for place in range(len(columns))
            ),
        )
        for key in keys
    ]
    table = Table(
        "partners",
        _("Partners by category"),
        [
            tables.Column("partner", _("Organisation")),
            tables.Column("category", _("Category")),
            *(tables.Column(column.asked, column.name) for column in columns),
        ],
        rows,
    )
    organisations = [{key[1] for key in of_column} for of_column in held]
    empty = _empty(columns, held, lambda c: c.coverage(SectionPart.PARTNERSHIPS))
    return ComparedSection(
        "partners", _("Partners"), [table], empty, _counted(organisations, columns)
    )


def _categories(columns: Sequence[Column]) -> list[Any]:
    found = {
        category for column in columns for category, _links in column.page.partners
    }
    return sorted(found, key=list(type(next(iter(found)))).index) if found else []


def _structures(columns: Sequence[Column]) -> ComparedSection:
    def chair(column: Column) -> Cell:
        named = [_firm(one, str(one), period(one)) for one in column.page.latest_chairs]
        profile = column.profile
        return (
            _each(named) or profile.chair_statement or _absent(profile.chair_coverage)
        )

    def secretariat(column: Column) -> Cell:
        named = [
            _firm(one, one.organisation.name, one.get_arrangement_display())
            for one in column.page.secretariats
        ]
        profile = column.profile
        return (
            _each(named)
            or profile.secretariat_statement
            or _absent(profile.secretariat_coverage)
        )

    def association(column: Column) -> Cell:
        named = [_firm(one, one.organisation.name) for one in column.page.associations]
        return _each(named) or _absent(column.profile.association_coverage)

    said: list[tuple[str, Callable[[Column], Cell]]] = [
        (_("Chair"), chair),
        (_("Kind of chair"), lambda c: c.profile.get_chair_kind_display() or None),
        (_("Secretariat"), secretariat),
        (_("Formal association"), association),
        (_("Pattern of meetings"), lambda c: c.profile.meeting_pattern or None),
        (_("Functions of IOM"), lambda c: c.profile.iom_role or None),
    ]
    rows = [(label, *map(cell, columns)) for label, cell in said]
    organs = [dict(column.page.organs) for column in columns]
    rows += [
        (
            kind,
            *(
                _each(_firm(organ, organ.name) for organ in of_column.get(kind, ()))
                for of_column in organs
            ),
        )
        for kind in dict.fromkeys(kind for of_column in organs for kind in of_column)
    ]
    table = _table("structures", _("Structures"), _("What"), columns, rows)
    held = [
        [row for row in rows if row[place] is not None] for place in _places(columns)
    ]
    empty = _empty(columns, held, lambda c: c.coverage(SectionPart.STRUCTURE))
    return ComparedSection("structures", _("Structures"), [table], empty)


def _contributions(columns: Sequence[Column]) -> ComparedSection:
    by_level: list[dict[str, int]] = []
    for column in columns:
        counted: dict[str, int] = {}
        for one in column.profile.contributions.all():
            counted[one.level] = counted.get(one.level, 0) + 1
        by_level.append(counted)
    rows: list[tuple[Cell, ...]] = [
        (
            str(level.label),
            *(
                counted.get(level.value)
                or _absent(column.coverage(SectionPart(f"contribution_{level.value}")))
                for column, counted in zip(columns, by_level, strict=True)
            ),
        )
        for level in GovernanceLevel
    ]
    table = _table(
        "contributions", _("Contributions by level"), _("Level"), columns, rows
    )
    empty = [
        Emptiness(column.name, Coverage.UNKNOWN)
        for place, column in enumerate(columns, 1)
        if all(row[place] is None for row in rows)
    ]
    heading = _("Contributions to migration governance")
    return ComparedSection("contributions", heading, [table], empty)


def _funding(columns: Sequence[Column]) -> ComparedSection:
    held: list[dict[str, list[Any]]] = [{} for _column in columns]
    labels: dict[str, str] = {}
    for place, column in enumerate(columns):
        for funding in column.profile.funding_sources.all():
            labels[funding.kind] = funding.get_kind_display()
            held[place].setdefault(funding.kind, []).append(funding)
    rows = [
        (
            label,
            *(_each(map(_funds, of_column.get(kind, ()))) for of_column in held),
        )
        for kind, label in labels.items()
    ]
    table = _table("funding", _("Sources of funds"), _("Kind"), columns, rows)
    empty = _empty(columns, held, lambda column: Coverage.UNKNOWN)
    return ComparedSection("funding", _("Funding that is public"), [table], empty)


def _funds(funding: Any) -> str:
    organisation = funding.organisation.name if funding.organisation_id else ""
    said = (organisation, funding.covers, funding.get_stability_display())
    # Where neither is named, what its source says of it; at least that there is some.
    return _firm(funding, *(said if any(said) else (funding.statement or _("yes"),)))


def _changes_between(columns: Sequence[Column]) -> ComparedSection | None:
    """Say what changed from edition to edition of the same mechanism, whichever of them
    stands first; None where no mechanism is asked for in two."""
    by_mechanism: dict[int, list[Column]] = {}
    for column in sorted(columns, key=lambda column: column.profile.edition):
        by_mechanism.setdefault(column.profile.mechanism_id, []).append(column)
    pairs = [pair for found in by_mechanism.values() for pair in pairwise(found)]
    if not pairs:
        return None
    compared = compare_in_public({new.profile.pk: old.profile.pk for old, new in pairs})
    found = [
        Table(
            f"changes_{old.asked}_{new.asked}".replace("@", "_"),
            _("From %(old)s to %(new)s") % {"old": old.name, "new": new.name},
            [
                tables.Column("what", _("What")),
                tables.Column("change", _("Change")),
                tables.Column("before", old.name),
                tables.Column("after", new.name),
            ],
            [*_changes(compared[new.profile.pk])],
        )
        for old, new in pairs
        if new.profile.pk in compared
    ]
    counted = "" if any(table.rows for table in found) else _("Nothing that is public.")
    return ComparedSection("changes", _("What changed"), found, counted=counted)


def _changes(comparison: Comparison) -> Iterator[Sequence[Cell]]:
    for change in comparison.fields:
        yield (capfirst(change.label), _("changed"), change.old, change.new)
    for of_kind in comparison.kinds:
        for fact in of_kind.added:
            yield (capfirst(fact.label), _("added"), None, str(fact.fact))
        for fact in of_kind.removed:
            yield (capfirst(fact.label), _("removed"), str(fact.fact), None)
        for fact in of_kind.changed:
            for field_of_fact in fact.fields:
                yield (
                    f"{capfirst(fact.label)}: {fact.fact}, {field_of_fact.label}",
                    _("changed"),
                    field_of_fact.old,
                    field_of_fact.new,
                )


# --- How tables are made ---


def _places(columns: Sequence[Column]) -> range:
    return range(1, len(columns) + 1)


def _table(
    key: str,
    caption: str,
    first: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
) -> Table:
    named = [tables.Column(column.asked, column.name) for column in columns]
    return Table(key, caption, [tables.Column("what", first), *named], rows)


def _in_groups(
    key: str,
    first: str,
    columns: Sequence[Column],
    records: Iterable[Any],
    held: Sequence[set[Any]],
    linked: Callable[[Any], Linked],
    cell: Callable[[int, Any], Cell],
) -> list[Table]:
    """Return a table of what all have, one of what some have, one of each alone, and
    one of what stands beside in none of these."""
    groups: dict[str, list[Sequence[Cell]]] = {}
    for record in records:
        having = [place for place, of_column in enumerate(held) if record in of_column]
        row = (linked(record), *(cell(n, record) for n in range(len(columns))))
        groups.setdefault(_group(having, len(columns)), []).append(row)
    captions = dict(_captions(key, columns))
    return [
        _table(f"{key}_{group}", caption, first, columns, groups[group])
        for group, caption in captions.items()
        if group in groups
    ]


def _group(having: Sequence[int], number: int) -> str:
    if len(having) == number:
        return "in_all"
    if len(having) == 1:
        return f"only_{having[0] + 1}"
    return "in_some" if having else "otherwise"


def _captions(key: str, columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    yield "in_all", _("In both") if len(columns) == 2 else _("In all")
    yield "in_some", _("In some")
    for place, column in enumerate(columns, 1):
        yield f"only_{place}", _("Only in %(name)s") % {"name": column.name}
    if key == "members":
        yield "otherwise", _("Take part otherwise, and are a member of none")


def _counted(held: Iterable[set[Any]], columns: Sequence[Column]) -> str:
    """Say how many are in all, in some and in each alone."""
    sets = list(held)
    having = [
        [place for place, of_column in enumerate(sets) if record in of_column]
        for record in set().union(*sets)
    ]
    groups = [_group(places, len(sets)) for places in having]
    return " · ".join(
        f"{caption}: {number}"
        for group, caption in _captions("", columns)
        if (number := groups.count(group)) or group == "in_all"
    )


def _empty(
    columns: Sequence[Column],
    held: Sequence[Any],
    coverage: Callable[[Column], str],
) -> list[Emptiness]:
    return [
        Emptiness(column.name, coverage(column))
        for column, of_column in zip(columns, held, strict=True)
        if not of_column
    ]


def _each(said: Iterable[str]) -> str | None:
    """Join what several facts say; what two say alike stands once."""
    return "; ".join(dict.fromkeys(said)) or None


def _absent(coverage: str) -> str | None:
    """Say what is known about something of which nothing is on record.

    None where nothing is known: the page then shows that it is not on record.
    """
    if coverage in (Coverage.NONE, Coverage.NOT_REPORTED):
        return str(Coverage(coverage).label)
    return None
