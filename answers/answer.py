"""An answer: one address that is a page, and files that hold what the page shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from answers.pictures import Picture
from answers.tables import Table
from profiles.as_at import AsAt


@dataclass(frozen=True)
class Answer:
    """What is answered: tables, and a picture of them if there is one.

    `lede` is a sentence on what is shown and by which rule. `known` says of how many
    something is known ('24 known of 45'), `at` the day that was asked about.
    """

    title: Any
    tables: Sequence[Table]
    lede: Any = ""
    known: Any = ""
    picture: Picture | None = None
    at: AsAt | None = None
    context: dict[str, Any] = field(default_factory=dict)
    """What the page's template needs beside it."""


class NotUnderstood(Exception):
    """A parameter has a value that the answer does not know.

    `why` names the value, and says what would be right; `understood` is the address
    without it.
    """

    def __init__(self, parameter: str, why: Any, understood: str = ""):
        super().__init__(parameter, why)
        self.parameter = parameter
        self.why = why
        self.understood = understood
