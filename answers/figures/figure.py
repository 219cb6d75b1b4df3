"""What a figure is: a number of rows by one rule, at one address."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, ClassVar

from answers.figures.counted import Counted, Part, Record, Row, firmest
from answers.figures.reading import Counts, of_mechanism
from profiles.models import Profile


class Figure:
    """Declared once: its address, title, rule in one sentence, and what it counts.

    `list_name` is the list whose filters may say the same as a row.
    """

    slug: ClassVar[str]
    title: ClassVar[Any]
    rule: ClassVar[Any]
    list_name: ClassVar[str] = ""

    def count(self, counts: Counts) -> Counted:
        raise NotImplementedError


NOT_AT_REST = {"status": ["active", "unknown"]}
"""What a list of mechanisms is asked for those that figures count."""


def by_mechanism(
    found: Iterable[tuple[Profile, Part, str]],
) -> list[Record]:
    """Return one record a mechanism, as firm as its firmest fact."""
    parts: dict[Profile, list[Part]] = defaultdict(list)
    said: dict[Profile, list[str]] = defaultdict(list)
    for profile, part, words in found:
        parts[profile].append(part)
        if words:
            said[profile].append(words)
    return [
        of_mechanism(profile, firmest(held), ", ".join(dict.fromkeys(said[profile])))
        for profile, held in parts.items()
    ]


def row(key: str, label: Any, records: list[Record], **more: Any) -> Row:
    return Row(str(key), str(label), records, **more)
