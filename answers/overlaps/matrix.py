"""The matrix of overlaps: which mechanisms stand in it, in which order, with what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, groupby, pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from answers.overlaps.seriation import by_likeness
from answers.sharing import Holder, Overlap

MOST_SHOWN = 60
"""Mechanisms that a matrix shows: what a page can weigh, and a reader look over."""

SHADES = {"count": (1, 3, 6, 11, 26), "jaccard": (1, 10, 25, 50, 75)}
"""From which number, or percentage, on a cell has which shade."""

ORDERS = {"region": gettext_lazy("Region"), "likeness": gettext_lazy("Likeness")}
MEASURES = {
    "count": gettext_lazy("Number in both"),
    "jaccard": gettext_lazy("Jaccard index, in per cent"),
}


@dataclass(frozen=True)
class Group:
    """Mechanisms that stand together under a heading; without one, all of them."""

    heading: str
    holders: list[Holder]


@dataclass(frozen=True)
class Matrix:
    """The overlaps of each two of the mechanisms that are shown.

    `without` have nothing of the kind on record, and `left_out` would be too many.
    """

    groups: list[Group]
    without: list[Holder]
    left_out: list[Holder]
    measure: str

    @cached_property
    def holders(self) -> list[Holder]:
        return [holder for group in self.groups for holder in group.holders]

    @cached_property
    def overlaps(self) -> dict[tuple[str, str], Overlap]:
        """The overlap of each two, by their slugs in the order of the matrix."""
        return {
            (one.slug, other.slug): Overlap.of(one, other)
            for one, other in combinations(self.holders, 2)
        }

    @property
    def strongest(self) -> list[Overlap]:
        """The overlaps that there are, by the measure, the strongest first."""
        return strongest(self.overlaps.values(), self.measure)

    def between(self, one: Holder, other: Holder) -> Overlap:
        found = self.overlaps.get((one.slug, other.slug))
        return found or self.overlaps[other.slug, one.slug]

    def measured(self, overlap: Overlap) -> str:
        """Write an overlap as a cell shows it."""
        if self.measure == "jaccard":
            return str(round(100 * overlap.likeness))
        rest = f"+{overlap.unsure}" if overlap.unsure else ""
        return f"{overlap.sure}{rest}"

    def shade(self, overlap: Overlap) -> int:
        """Return the shade of an overlap, from 0 for none to 5."""
        if not overlap.both:
            return 0
        value = overlap.both
        if self.measure == "jaccard":
            value = max(1, round(100 * overlap.likeness))
        return sum(value >= bound for bound in SHADES[self.measure])

    @property
    def legend(self) -> list[tuple[int, str]]:
        """Each shade with the numbers that it stands for."""
        bounds = SHADES[self.measure]
        said = [f"{low}–{high - 1}" for low, high in pairwise(bounds)]
        last = f"{bounds[-1]}–100" if self.measure == "jaccard" else f"{bounds[-1]}+"
        return list(enumerate([*said, last], start=1))


def strongest(overlaps: Iterable[Overlap], measure: str) -> list[Overlap]:
    """Return the overlaps that share something, by the measure, the strongest first."""
    found = [overlap for overlap in overlaps if overlap.both]
    if measure == "jaccard":
        return sorted(found, key=lambda o: (-o.likeness, -o.both, *_slugs(o)))
    return sorted(found, key=lambda o: (-o.both, -o.likeness, *_slugs(o)))


def _slugs(overlap: Overlap) -> tuple[str, str]:
    return overlap.one.slug, overlap.other.slug


def matrix_of(holders: Iterable[Holder], order: str, measure: str) -> Matrix:
    """Return the matrix of mechanisms that come by name."""
    having: list[Holder] = []
    without: list[Holder] = []
    for holder in holders:
        (having if holder.compared else without).append(holder)
    by_number = sorted(having, key=lambda holder: -len(holder.compared))
    chosen = {holder.slug for holder in by_number[:MOST_SHOWN]}
    shown = [holder for holder in having if holder.slug in chosen]
    left_out = [holder for holder in having if holder.slug not in chosen]
    if order == "likeness":
        ordered = by_likeness(shown, lambda one, other: Overlap.of(one, other).likeness)
        groups = [Group("", ordered)]
    else:
        groups = _by_region(shown)
    return Matrix(groups, without, left_out, measure)


def _by_region(holders: Sequence[Holder]) -> list[Group]:
    """Put together those of one region; those of several come after all of them."""

    def place(holder: Holder) -> tuple[int, int, str]:
        regions: list[Any] = holder.regions
        if len(regions) == 1:
            return 0, regions[0].position, regions[0].name
        return (1, 0, _("Several regions")) if regions else (2, 0, _("No region"))

    # Within a region they stay by name.
    return [
        Group(heading, list(members))
        for (_rest, _position, heading), members in groupby(
            sorted(holders, key=place), key=place
        )
    ]
