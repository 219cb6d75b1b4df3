"""The order of terms in a chair, the newest first."""

from collections.abc import Iterable, Sequence

from profiles.models import Chairing


def newest_first(chairings: Iterable[Chairing]) -> list[Chairing]:
    """Order the terms of one mechanism by their dates and by who took over from whom.

    A term without a date stands between those of its successor and its predecessor.
    Where neither is on record, the latest known stands first and any other one last.
    """
    terms = list(chairings)
    placed = sorted((t for t in terms if _is_dated(t)), key=_dates, reverse=True)
    undated = [t for t in terms if not _is_dated(t)]
    placed[:0] = [t for t in undated if t.is_current]
    left = [t for t in undated if not t.is_current]
    while left:
        found = (
            (term, at)
            for place in (_after_its_successor, _before_its_predecessor)
            for term in left
            if (at := place(term, placed)) is not None
        )
        # Who has no neighbour on record is the oldest, as far as anybody can say.
        term, at = next(found, (left[0], len(placed)))
        left.remove(term)
        placed.insert(at, term)
    return placed


def _is_dated(term: Chairing) -> bool:
    return bool(term.since or term.until)


def _dates(term: Chairing) -> tuple[str, bool, str]:
    # What ends in a year comes before what begins in it.
    return term.since or term.until, bool(term.since), term.until or "9999"


def _after_its_successor(term: Chairing, placed: Sequence[Chairing]) -> int | None:
    for at, other in enumerate(placed):
        if _took_over(other, term) and not _is_followed(placed, at):
            return at + 1
    return None


def _before_its_predecessor(term: Chairing, placed: Sequence[Chairing]) -> int | None:
    return next((at for at, one in enumerate(placed) if _took_over(term, one)), None)


def _took_over(later: Chairing, earlier: Chairing) -> bool:
    return earlier.state_id is not None and later.took_over_from_id == earlier.state_id


def _is_followed(placed: Sequence[Chairing], at: int) -> bool:
    """Is the term before the one at `at` on record already?"""
    return at + 1 < len(placed) and _took_over(placed[at], placed[at + 1])
