"""What a figure counts: rows, and the records behind every number of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from profiles.vocabularies import Certainty


class Part(models.TextChoices):
    """How firmly something counts. The firmest comes first."""

    CONFIRMED = "confirmed", _("Confirmed")
    UNCONFIRMED = "unconfirmed", _("Inferred or disputed")
    DATED = "dated", _("Dated")
    PERHAPS = "perhaps", _("May have held")
    WITHOUT_FACT = "without_fact", _("Without a fact")


CLASSES = {
    Part.CONFIRMED: "bar",
    Part.UNCONFIRMED: "bar-unconfirmed",
    Part.DATED: "bar-dated",
    Part.PERHAPS: "bar-perhaps",
    Part.WITHOUT_FACT: "bar-without-fact",
}
"""How a chart draws each part."""

OF_CERTAINTY = {
    Certainty.STATED: Part.CONFIRMED,
    Certainty.INFERRED: Part.UNCONFIRMED,
    Certainty.DISPUTED: Part.UNCONFIRMED,
    Certainty.DATED: Part.DATED,
}


def firmest(parts: Iterable[Part]) -> Part:
    return min(parts, key=[*Part].index)


def least_firm(parts: Iterable[Part]) -> Part:
    return max(parts, key=[*Part].index)


@dataclass(frozen=True)
class Record:
    """One of what is counted. `said` is what the registry says of it in this row."""

    name: str
    url: str
    part: Part
    said: str = ""


@dataclass(frozen=True)
class Row:
    """A number of a figure, with what it counts.

    `asked` are the filters of the figure's list that may say the same; with `is_extra`
    the row is for the table alone, no bar.
    """

    key: str
    label: str
    records: Sequence[Record]
    group: str = ""
    asked: Mapping[str, Sequence[str]] | None = None
    is_extra: bool = False

    @property
    def total(self) -> int:
        return len(self.records)

    def number(self, part: Part) -> int:
        return sum(record.part == part for record in self.records)


@dataclass(frozen=True)
class Counted:
    """A figure at a revision: its rows, and of how many something is known.

    `headlines` are its numbers by name, which reference points go by.
    """

    rows: Sequence[Row]
    known: int
    of: int
    said: str
    headlines: Mapping[str, int] = field(default_factory=dict)
