"""Figures of mechanisms and of who takes part in them."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answers.figures.counted import Counted, Part, Record, firmest, least_firm
from answers.figures.figure import Figure, row
from answers.figures.reading import Counts, of_mechanism
from profiles.alphabetical import name_key
from profiles.as_at import Holding
from profiles.models import Region, State
from profiles.vocabularies import MechanismStatus, MechanismType, MembershipRole


class ActiveMechanisms(Figure):
    slug = "active-mechanisms"
    title = gettext_lazy("Active mechanisms by type and region")
    rule = gettext_lazy(
        "A mechanism counts while its status is active; one of several regions counts "
        "in each. Confirmed is what is up to two years old, dated what is older."
    )
    list_name = "mechanism-list"

    def count(self, counts: Counts) -> Counted:
        active = [
            (profile, part)
            for profile in counts.profiles
            if (part := counts.activity(profile))
        ]
        there = [p for p in counts.profiles if counts.established(p) != Holding.NOT]
        known = sum(counts.status[p.pk] != MechanismStatus.UNKNOWN for p in there)
        asked = {"status": ["active"]}

        def records(test: Any) -> list[Record]:
            return [of_mechanism(p, part) for p, part in active if test(p)]

        rows = [row("all", _("All"), records(lambda p: True), asked=asked)]
        types, regions, both = _("Type"), _("Region"), _("Type and region")
        named = sorted(
            {r for p, _part in active for r in p.regions.all()},
            key=lambda region: (region.position, region.pk),
        )
        for term in MechanismType:
            found = records(lambda p, term=term: p.type == term)
            rows.append(
                row(
                    term,
                    term.label,
                    found,
                    group=types,
                    asked={**asked, "type": [term.value]},
                )
            )
        for region in named:
            found = records(lambda p, region=region: region in p.regions.all())
            where = {**asked, "region": [region.slug]}
            rows.append(
                row(region.slug, region.name, found, group=regions, asked=where)
            )
        for term in MechanismType:
            for region in named:
                one = self._both(records, term, region, both, asked)
                rows += [one] if one.total else []
        return Counted(
            rows,
            known,
            len(there),
            _("The status of %(known)d of %(of)d mechanisms is known."),
            {"total": len(active)},
        )

    def _both(self, records: Any, term: Any, region: Region, group: str, asked: Any):
        return row(
            f"{term}.{region.slug}",
            f"{term.label}, {region.name}",
            records(lambda p: p.type == term and region in p.regions.all()),
            group=group,
            asked={**asked, "type": [term.value], "region": [region.slug]},
            is_extra=True,
        )


def _seat(profile: Any, membership: Any) -> str:
    return f"{profile.short_name} ({membership.get_role_display()})"


class StatesTakingPart(Figure):
    slug = "states-taking-part"
    title = gettext_lazy("States and territories by number of mechanisms")
    rule = gettext_lazy(
        "A State or territory counts with any role that it holds in a mechanism that "
        "is neither dormant nor over; it is confirmed in a row if all of its seats "
        "are, and in the row of all if one of them is."
    )
    list_name = "state-list"

    def count(self, counts: Counts) -> Counted:
        seats: dict[State, list[tuple[Any, Any, Part]]] = defaultdict(list)
        for membership, profile, part in counts.seats:
            seats[membership.state].append((profile, membership, part))

        def record(state: State, part: Part) -> Record:
            said = [_seat(p, m) for p, m, _part in seats[state]]
            return Record(
                state.name, state.get_absolute_url(), part, ", ".join(sorted(said))
            )

        states = sorted(seats, key=lambda state: name_key(state.name))
        number = {s: len({p.pk for p, _m, _part in seats[s]}) for s in states}
        most = max(number.values(), default=0)
        everybody = [
            record(s, firmest(part for _p, _m, part in seats[s])) for s in states
        ]
        rows = [row("all", _("At least one"), everybody, asked={}, is_extra=True)]
        rows += [
            row(
                str(n),
                str(n),
                [
                    record(s, least_firm(part for _p, _m, part in seats[s]))
                    for s in states
                    if number[s] == n
                ],
            )
            for n in range(1, most + 1)
        ]
        listed = {profile.pk for _m, profile, _part in counts.seats}
        return Counted(
            rows,
            len(listed),
            len(counts.existing),
            _("Who takes part is on record for %(known)d of %(of)d mechanisms."),
            {"total": len(states), "maximum": most},
        )


class MembersByMechanism(Figure):
    slug = "members-by-mechanism"
    title = gettext_lazy("Members of each mechanism, by role")
    rule = gettext_lazy(
        "A State counts with the role that it holds in a mechanism that is neither "
        "dormant nor over."
    )

    def count(self, counts: Counts) -> Counted:
        held: dict[tuple[int, str], list[Record]] = defaultdict(list)
        for membership, profile, part in counts.seats:
            state = membership.state
            held[profile.pk, membership.role].append(
                Record(state.name, state.get_absolute_url(), part)
            )
        rows, headlines = [], {}
        listed = {pk for pk, _role in held}
        for role in MembershipRole:
            for profile in counts.existing:
                slug = profile.mechanism.slug
                if records := held[profile.pk, role]:
                    records.sort(key=lambda record: name_key(record.name))
                    is_member = role == MembershipRole.MEMBER
                    key = slug if is_member else f"{slug}.{role}"
                    name = profile.short_name
                    rows.append(
                        row(
                            key, name, records, group=role.label, is_extra=not is_member
                        )
                    )
                    if is_member:
                        headlines[slug] = len(records)
        rows.sort(key=lambda one: (one.is_extra, one.group, -one.total))
        return Counted(
            rows,
            len(listed),
            len(counts.existing),
            _("Who takes part is on record for %(known)d of %(of)d mechanisms."),
            headlines,
        )


class FoundedPerDecade(Figure):
    slug = "founded-per-decade"
    title = gettext_lazy("Mechanisms founded per decade")
    rule = gettext_lazy(
        "A mechanism counts in the decade of the year that the registry prefers, "
        "whatever became of it since."
    )
    list_name = "mechanism-list"

    def count(self, counts: Counts) -> Counted:
        there = [p for p in counts.profiles if counts.established(p) != Holding.NOT]
        decades: dict[int, list[Record]] = defaultdict(list)
        for profile in there:
            if year := profile.established:
                is_sure = counts.established(profile) == Holding.HELD
                part = Part.CONFIRMED if is_sure else Part.PERHAPS
                record = of_mechanism(profile, part, str(year))
                decades[year // 10 * 10].append(record)
        first, last = min(decades, default=0), max(decades, default=-10)
        rows = [
            row(
                str(year),
                f"{year}–{year + 9}",
                decades[year],
                asked={
                    "established_min": [str(year)],
                    "established_max": [str(year + 9)],
                },
            )
            for year in range(first, last + 10, 10)
        ]
        known = sum(one.total for one in rows)
        return Counted(
            rows,
            known,
            len(there),
            _("The year of %(known)d of %(of)d mechanisms is known."),
        )
