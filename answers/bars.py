"""A chart of bars: one for each row, in parts that shade and words tell apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language_bidi

from answers.pictures import Picture
from profiles.facets import shortened

WIDTH = 480
"""Units. A phone shows the chart at three quarters of that and can still read it."""

MARGIN = 8
HEAD = 30
ROW = 44
THICKNESS = 14
KEY = 150


@dataclass(frozen=True)
class Bar:
    """`parts` has the length of each part by its class in static/css/pictures.css."""

    label: str
    parts: Mapping[str, float]

    @property
    def total(self) -> float:
        return sum(self.parts.values())


def bar_chart(
    bars: Sequence[Bar], key: Mapping[str, Any], title: Any, description: Any = ""
) -> Picture:
    """Return the chart. `key` says in words what each class of a part means."""
    widest = WIDTH - 2 * MARGIN
    longest = max((bar.total for bar in bars), default=0) or 1
    is_rtl = get_language_bidi()

    def left(x: float, width: float = 0) -> str:
        return f"{WIDTH - x - width if is_rtl else x:g}"

    per_line = WIDTH // KEY
    lines = -(-len(key) // per_line) if len(key) > 1 else 0
    top = lines * HEAD
    drawn = []
    for number, bar in enumerate(bars):
        y = top + number * ROW
        x: float = MARGIN
        shapes = []
        for kind in key:
            if length := bar.parts.get(kind, 0):
                width = round(length / longest * widest, 1)
                shapes.append(
                    {"kind": kind, "x": left(x, width), "width": f"{width:g}"}
                )
                x += width
        drawn.append(
            {
                "label": shortened(bar.label),
                "total": f"{bar.total:g}",
                "label_y": y + 18,
                "bar_y": y + 24,
                "shapes": shapes,
            }
        )
    words = [
        {
            "kind": kind,
            "text": text,
            "x": left(MARGIN + number % per_line * KEY, THICKNESS),
            "text_x": left(MARGIN + number % per_line * KEY + THICKNESS + 6),
            "y": number // per_line * HEAD + 6,
            "text_y": number // per_line * HEAD + 18,
        }
        for number, (kind, text) in enumerate(key.items())
        if lines
    ]
    return Picture(
        "answers/_bars.svg",
        WIDTH,
        top + len(bars) * ROW + MARGIN,
        title,
        description,
        context={
            "bars": drawn,
            "key": words,
            "start": left(MARGIN),
            "end": left(WIDTH - MARGIN),
            "direction": "rtl" if is_rtl else "ltr",
            "thickness": THICKNESS,
        },
    )
