"""An order in which like mechanisms stand together.

A path through all of them on which neighbours are as like as can be found: begun at the
two that are most alike, grown at its ends, then improved by turning parts of it round
for as long as that gains. The same mechanisms always give the same order.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

MOST_ROUNDS = 20
"""How often all parts are tried. A few rounds are enough; this ends it in any case."""


def by_likeness(things: Sequence[T], likeness: Callable[[T, T], float]) -> list[T]:
    """Return the things in an order in which neighbours are alike."""
    number = len(things)
    if number < 3:
        return list(things)
    alike = [[0.0] * number for _thing in things]
    for one in range(number):
        for other in range(one):
            # Rounded, so that no machine's last digit decides.
            value = round(likeness(things[one], things[other]), 9)
            alike[one][other] = alike[other][one] = value
    return [things[place] for place in _improved(_grown(alike), alike)]


def _grown(alike: list[list[float]]) -> list[int]:
    everything = range(len(alike))
    start = max(
        ((one, other) for one in everything for other in everything if one < other),
        key=lambda pair: (alike[pair[0]][pair[1]], -pair[0], -pair[1]),
    )
    path = list(start)
    left = [place for place in everything if place not in start]
    while left:
        first = max(left, key=lambda place: (alike[place][path[0]], -place))
        last = max(left, key=lambda place: (alike[place][path[-1]], -place))
        if alike[first][path[0]] > alike[last][path[-1]]:
            path.insert(0, first)
            left.remove(first)
        else:
            path.append(last)
            left.remove(last)
    return path


def _improved(path: list[int], alike: list[list[float]]) -> list[int]:
    def joint(one: int, other: int) -> float:
        """How alike the things at two places of the path are; 0 beyond its ends."""
        if one < 0 or other >= len(path):
            return 0.0
        return alike[path[one]][path[other]]

    for _round in range(MOST_ROUNDS):
        gained = False
        for start in range(len(path) - 1):
            for end in range(start + 1, len(path)):
                before = joint(start - 1, start) + joint(end, end + 1)
                # Turned round, its ends meet the other neighbours.
                left = alike[path[start - 1]][path[end]] if start else 0.0
                right = alike[path[start]][path[end + 1]] if end + 1 < len(path) else 0
                if left + right > before + 1e-9:
                    path[start : end + 1] = path[start : end + 1][::-1]
                    gained = True
        if not gained:
            break
    return path
