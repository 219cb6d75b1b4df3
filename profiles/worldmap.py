"""The world map of States, ready to be drawn: who is where, and how dark.

The shapes are drawn once by `make vendor` (assets/worldmap.mjs) into
static/img/world.svg, from which a page borrows each State by its ISO 3166-1
alpha-3 code. What is too small to be seen has a marker as well or instead.
"""

import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypedDict

from django.contrib.staticfiles import finders

from profiles.alphabetical import name_key

DARKEST = 5  # the classes .map-1 … .map-5 of the style sheet; .map-0 is none

STEPS = (2, 4, 6, 9)
"""The highest counts of all shades but the last.

A pair of mechanisms a shade where most States are, three where few are, and all above
in the last: a reader can say what a shade means, and no shade holds most of the map.
"""

MARGIN = 0.12
"""Of the width of what is shown, on each side."""

NEAREST = 190
"""Units of the world's 960 that a part of it has at least: some 70 degrees."""

FAR = 0.72
"""Of the width of the world, from where on all of it is shown."""

WIDEST = 2.26
NARROWEST = 1.2

PACIFIC_EDGE = 0.11
"""Of the width of the world: the islands west of Tahiti, and no mainland."""

_Box = tuple[float, float, float, float]


class _World(TypedDict):
    viewBox: str
    shapes: dict[str, tuple[float, float, float, float]]
    markers: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Place:
    """A State on the map; `x` and `y` are set when it needs a marker."""

    iso3: str
    name: str
    url: str
    count: int
    shade: int
    has_shape: bool
    x: float | None = None
    y: float | None = None
    shift: int = 0
    """How far to the right it is drawn of where the world has it."""


@dataclass(frozen=True)
class Shade:
    """One step of the legend: the counts from `low` to `high`, both included."""

    number: int
    low: int
    high: int


@dataclass(frozen=True)
class WorldMap:
    """A map for templates/includes/_world_map.html."""

    view_box: str
    places: list[Place]
    legend: list[Shade]
    not_drawn: list[Place]
    beyond: list[Place]
    """Who lies outside of the part of the world that is shown."""

    @property
    def second_world(self) -> int:
        """Where the world is drawn again beyond its eastern edge; 0 where it is not."""
        return max((place.shift for place in self.places), default=0)

    @property
    def counted(self) -> list[Place]:
        """Those that something is counted of, the most first: the map as a list."""
        found = [place for place in (*self.places, *self.not_drawn) if place.count]
        return sorted(found, key=lambda place: (-place.count, name_key(place.name)))

    @property
    def markers(self) -> list[Place]:
        return [place for place in self.places if place.x is not None]


def world_map(
    counts: Mapping[str, int],
    states: Mapping[str, tuple[str, str]],
    uppers: Sequence[int] = STEPS,
    near: Collection[str] = (),
) -> WorldMap:
    """Place every State of `states` (iso3 → name, address) on the map.

    `counts` (iso3 → number) decides the shade; a State without one is drawn as
    none. States that have neither shape nor marker are named in `not_drawn`, so
    that the page can say so. `uppers` are the highest counts of the shades; what is
    above the last is counted to it. `near` are the States whose part of the world is
    shown, not all of it; who lies beyond is named in `beyond`.
    """
    world = _world()
    shapes = world["shapes"]
    shifts = _shifts(near, states)
    view_box = _framed(near, shifts)
    if view_box == world["viewBox"]:
        shifts = {}  # beyond its edge nothing is shown
    uppers = _up_to(max(counts.values(), default=0), uppers)
    numbers = _numbers(len(uppers))
    places: list[Place] = []
    not_drawn: list[Place] = []
    for iso3, (name, url) in states.items():
        count = counts.get(iso3, 0)
        x, y = world["markers"].get(iso3, (None, None))
        place = Place(
            iso3=iso3,
            name=name,
            url=url,
            count=count,
            shade=numbers[bisect_left(uppers, count)] if count > 0 else 0,
            has_shape=iso3 in shapes,
            x=x,
            y=y,
            shift=shifts.get(iso3, 0),
        )
        drawn = place.has_shape or x is not None
        (places if drawn else not_drawn).append(place)
    lows = [1, *(upper + 1 for upper in uppers)]
    legend = [
        Shade(number, low, high)
        for number, low, high in zip(numbers, lows, uppers, strict=False)
    ]
    beyond = [p for p in places if not _is_seen(_box(p.iso3, p.shift), view_box)]
    return WorldMap(view_box, places, legend, not_drawn, beyond)


def _up_to(highest: int, uppers: Sequence[int]) -> list[int]:
    """The highest counts of the shades in use, the last one as high as the counts."""
    if highest <= 0:
        return []
    below = [upper for upper in uppers[: DARKEST - 1] if upper < highest]
    return [*below, highest]


def _box(iso3: str, shift: int) -> _Box:
    world = _world()
    boxes = []
    if iso3 in world["shapes"]:
        boxes.append(world["shapes"][iso3])
    if iso3 in world["markers"]:
        x, y = world["markers"][iso3]
        boxes.append((x, y, x, y))
    left, above, right, below = _around(boxes)
    return left + shift, above, right + shift, below


def _around(boxes: Iterable[_Box]) -> _Box:
    lefts, aboves, rights, belows = zip(*boxes, strict=True)
    return min(lefts), min(aboves), max(rights), max(belows)


def _framed(near: Iterable[str], shifts: Mapping[str, int]) -> str:
    """Return the part of the world to show: that of `near`, or all of it."""
    boxes = [_box(iso3, shifts.get(iso3, 0)) for iso3 in near if _is_drawn(iso3)]
    return _view_of(boxes) if boxes else _world()["viewBox"]


def _is_drawn(iso3: str) -> bool:
    world = _world()
    return iso3 in world["shapes"] or iso3 in world["markers"]


def _is_seen(box: _Box, view_box: str) -> bool:
    x, y, width, height = _numbers_of(view_box)
    left, above, right, below = box
    return left < x + width and right > x and above < y + height and below > y


def _shifts(near: Iterable[str], states: Iterable[str]) -> dict[str, int]:
    """Say which States to draw a world's width further right.

    The map ends in the middle of the Pacific: the islands at its western edge belong to
    those at its eastern one, where that makes the map smaller.
    """
    world = _world()
    _x, _y, width, _height = _numbers_of(world["viewBox"])

    def at_western_edge(codes: Iterable[str]) -> dict[str, int]:
        known = filter(_is_drawn, codes)
        return {c: int(width) for c in known if _box(c, 0)[2] < width * PACIFIC_EDGE}

    drawn = [*filter(_is_drawn, near)]
    shifted = at_western_edge(drawn)
    if not shifted or len(shifted) == len(drawn):
        return {}
    before = _around(_box(s, 0) for s in drawn)
    after = _around(_box(s, shifted.get(s, 0)) for s in drawn)
    is_smaller = after[2] - after[0] < before[2] - before[0]
    return at_western_edge(states) if is_smaller else {}


def _view_of(boxes: Iterable[_Box]) -> str:
    """The part of the world around the boxes, in the shape that maps have.

    Never so near that the neighbours are out of sight; all of the world where that is
    nearly it.
    """
    x, y, width, height = _numbers_of(_world()["viewBox"])
    left, above, right, below = _around(boxes)
    wide = max((right - left) * (1 + 2 * MARGIN), NEAREST)
    high = max((below - above) * (1 + 2 * MARGIN), wide / WIDEST)
    wide = max(wide, high * NARROWEST)
    if wide > FAR * width or high > height:
        return _world()["viewBox"]
    top = (above + below - high) / 2
    top = min(max(top, y), y + height - high)
    start = (left + right - wide) / 2
    if right <= x + width:
        start = min(max(start, x), x + width - wide)
    return " ".join(f"{number:.1f}" for number in (start, top, wide, high))


def _numbers_of(view_box: str) -> list[float]:
    return [float(number) for number in view_box.split()]


def _numbers(classes: int) -> list[int]:
    """Spread few classes over the whole ramp; one alone takes a middle shade."""
    if classes <= 1:
        return [4] * classes
    return [1 + round(step * (DARKEST - 1) / (classes - 1)) for step in range(classes)]


@cache
def _world() -> _World:
    # The file belongs to this code as much as to the pages: found as a source file,
    # not through the hashed names of the collected ones.
    path = finders.find("img/world.json")
    if not isinstance(path, str):
        raise FileNotFoundError(
            "static/img/world.json is missing. It is committed; "
            "`make vendor` draws it anew."
        )
    with open(path, encoding="utf-8") as file:
        world: _World = json.load(file)
    return world
