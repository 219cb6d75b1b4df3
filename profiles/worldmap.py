"""The world map of States, ready to be drawn: who is where, and how dark.

The shapes are drawn once by `make vendor` (assets/worldmap.mjs) into
static/img/world.svg, from which a page borrows each State by its ISO 3166-1
alpha-3 code. What is too small to be seen has a marker as well or instead.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypedDict

from django.contrib.staticfiles import finders

DARKEST = 5  # the classes .map-1 … .map-5 of the style sheet; .map-0 is none


class _World(TypedDict):
    viewBox: str
    shapes: list[str]
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

    @property
    def markers(self) -> list[Place]:
        return [place for place in self.places if place.x is not None]


def world_map(
    counts: Mapping[str, int],
    states: Mapping[str, tuple[str, str]],
    classes: int = DARKEST,
) -> WorldMap:
    """Place every State of `states` (iso3 → name, address) on the map.

    `counts` (iso3 → number) decides the shade; a State without one is drawn as
    none. States that have neither shape nor marker are named in `not_drawn`, so
    that the page can say so.
    """
    world = _world()
    shapes = _shapes()
    uppers = _breaks(counts.values(), classes)
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
        )
        drawn = place.has_shape or x is not None
        (places if drawn else not_drawn).append(place)
    lows = [1, *(upper + 1 for upper in uppers)]
    legend = [
        Shade(number, low, high)
        for number, low, high in zip(numbers, lows, uppers, strict=False)
    ]
    return WorldMap(world["viewBox"], places, legend, not_drawn)


def _breaks(counts: Iterable[int], classes: int) -> list[int]:
    """The highest count of each class, so that classes hold alike many States.

    Equal steps would put nearly all States into the lightest class: most take
    part in few mechanisms and a handful in many.
    """
    values = sorted(count for count in counts if count > 0)
    if not values:
        return []
    distinct = sorted(set(values))
    if len(distinct) <= classes:
        return distinct
    last = len(values) - 1
    uppers = {values[round(last * step / classes)] for step in range(1, classes)}
    return sorted(uppers | {values[-1]})


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


@cache
def _shapes() -> frozenset[str]:
    return frozenset(_world()["shapes"])
