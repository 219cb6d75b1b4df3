"""How overlaps are drawn: the heat map of the matrix, and the spread of numbers."""

from typing import Any

from django.utils.translation import gettext as _

from answers.overlaps.matrix import Matrix
from answers.pictures import Picture

CELL = 18
LABELS = 190
"""Units of a cell, and of the space for the names beside and above the cells."""

BAR = 26
HIGHEST = 120


def heat_map(matrix: Matrix, title: Any) -> Picture:
    """Return the picture of a matrix: shades, and the numbers in them."""
    places = [
        (holder, LABELS + CELL * number) for number, holder in enumerate(matrix.holders)
    ]
    cells = []
    for one, y in places:
        for other, x in places:
            if one is not other:
                overlap = matrix.between(one, other)
                if overlap.both:
                    cells.append(
                        (x, y, matrix.shade(overlap), matrix.measured(overlap))
                    )
    end = LABELS + CELL * len(places)
    # Wide enough for the address that stands below it.
    width = max(end + 8, 560)
    return Picture(
        "answers/overlaps/heat_map.svg",
        width,
        end + 2 * CELL,
        title,
        _("Mechanisms by mechanisms: the darker, the more in both."),
        {
            "cell": CELL,
            "half": CELL / 2,
            "labels": LABELS - 6,
            "places": places,
            "cells": cells,
            "legend": [
                (LABELS + 90 * (shade - 1), shade, said)
                for shade, said in matrix.legend
            ],
            "legend_y": end + CELL // 2,
        },
    )


def spread(distribution: list[tuple[int, int]]) -> dict[str, Any]:
    """Return the bars of a distribution, each with its numbers and its place."""
    most = max((things for _number, things in distribution), default=0)
    bars = []
    for number, things in distribution:
        height = round(HIGHEST * things / most) if most else 0
        x = BAR * (number - 1)
        bars.append((number, things, x, 18 + HIGHEST - height, height))
    return {
        "bars": bars,
        "width": BAR * len(distribution),
        "bar": BAR - 4,
        "half": (BAR - 4) / 2,
        "base": 18 + HIGHEST,
        "height": HIGHEST + 38,
    }
