"""Which submissions of a file are new, which correct others, and which came before."""

from collections import defaultdict
from dataclasses import dataclass, field

from surveys.comparing.earlier import Stored
from surveys.statements import Normalised


@dataclass
class Sorting:
    """Indexes in Normalised.submissions."""

    new: list[int] = field(default_factory=list)
    corrected: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)


def sort(normalised: Normalised, stored: Stored) -> Sorting:
    """Tell new submissions from corrected ones and from those that came before.

    One that came before counts as corrected when it can say more now: its respondent
    is matched at last, or an edition that was in review is no longer.
    """
    sorting = Sorting()
    about: dict[int, set[str]] = defaultdict(set)
    for statement in normalised.statements:
        about[statement.submission].add(statement.mechanism)
    for index, submitted in enumerate(normalised.submissions):
        before = stored.by_id.get(submitted.submission_id)
        if before is None:
            sorting.new.append(index)
        elif (
            before.content_hash != submitted.content_hash
            or before.status != submitted.status
            or (submitted.subject and before.subject != submitted.subject)
            or stored.waited_for(before) & about[index]
        ):
            sorting.corrected.append(index)
        else:
            sorting.unchanged.append(index)
    return sorting
