"""Pictures of an answer: drawn on its page, and as a file that says what it shows."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Picture:
    """A drawing of `width` × `height` units, whose shapes `template` draws.

    The template holds what stands between <svg> and </svg>, with `context`. It has no
    styles: classes of `static/css/pictures.css`, which stand in the file too. What it
    shows, the answer's tables say in words, so it is hidden from screen readers where
    the page has them. `title` and `description` stand in the file.
    """

    template: str
    width: float
    height: float
    title: Any
    description: Any = ""
    context: dict[str, Any] = field(default_factory=dict)
    notice: Any = ""
    """What the file has to say beside its source, such as that of a map."""

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width:g} {self.height:g}"
