"""What the public may see of counts, so that nobody's answer can be found out.

The rule is the threshold rule of statistical disclosure control with secondary
suppression, as statistical offices apply it to frequency tables (A. Hundepool and
others, Statistical Disclosure Control, 2012, chapters 3 and 4):

1. A count of fewer than five respondents is not shown. Nought is such a count: it
   tells of every respondent that they did not give that answer.
2. Nor is a count shown from which, with the others and their total, one that is not
   shown could be worked out. In a closed list, in which each respondent counts once,
   what is hidden must come to at least five respondents together, and each hidden
   count must have at least three possible values for somebody who knows this rule;
   otherwise the next smallest count is hidden as well, and those equal to it.
3. Where respondents give several answers, each count has a complement: those who did
   not give that answer. Both must be five or more.

How often a question was not answered is part of its list: 'known' is not shown when
one respondent did not answer.

Limits. The rule guards one publication: somebody who kept yesterday's page can subtract
its counts from today's. So a round is made public once it is finished.
"""

from collections.abc import Mapping, Sequence

FEWEST = 5
"""The smallest count that is shown."""

_MOST_HIDDEN = FEWEST - 1
_VALUES = 3
"""How many values a hidden count must at least be able to have."""


def hidden_of_list(counts: Mapping[str, int], *, further: int = 0) -> set[str]:
    """Return which counts of a closed list must be hidden, whose total readers know.

    `further` is the number of other answers that the list allows and nobody gave:
    they are never shown.

    Why it holds: the hidden counts are all those below the smallest shown one, m. Let
    there be h of them with the sum R; a reader knows both. Where R <= 4h-2, each may
    be 2, 3 or 4 while all others are at most 4: such lists give the same page. Where
    R <= m+1, each may be 2, 3 or 4 while another hidden count holds the rest: without
    that other one, the hidden counts would come to less than five, so it is hidden
    too. Equal counts are hidden together, so that their order tells nothing.
    """
    limit = _MOST_HIDDEN
    while True:
        hidden = {name for name, count in counts.items() if count <= limit}
        shown = [count for count in counts.values() if count > limit]
        if not shown or (not hidden and not further):
            return hidden
        if _is_safe(len(hidden) + further, sum(counts[n] for n in hidden), min(shown)):
            return hidden
        limit = min(shown)


def _is_safe(hidden: int, total: int, smallest_shown: int) -> bool:
    if hidden < 2 or total < FEWEST:
        return False
    spread_thin = total <= _MOST_HIDDEN * hidden - (_VALUES - 1)
    one_holds_the_rest = total - (smallest_shown - 1) <= FEWEST - _VALUES
    return spread_thin or one_holds_the_rest


def hidden_of_several(
    counts: Mapping[str, int],
    known: int,
    *,
    further: int = 0,
    unknown: Sequence[int] = (),
) -> set[str]:
    """Return which counts must be hidden where a respondent may give several answers.

    `known` respondents gave at least one. `unknown` are the hidden counts of those who
    gave none, by their reason, each of them below five. `further` as in
    `hidden_of_list`.

    What is shown must not tell how many gave no answer. And answers that are shown can
    fall short of the respondents: the rest must have given one of the hidden answers,
    or none. As long as that rest leaves each hidden count three small values, it tells
    nothing; else all are hidden.
    """
    total = known + sum(unknown)
    surely_known = total - _MOST_HIDDEN * len(unknown)
    hidden = {
        name
        for name, count in counts.items()
        if count < FEWEST or surely_known - count < FEWEST
    }
    number = len(hidden) + further + len(unknown)
    rest = total - sum(counts[name] for name in counts if name not in hidden)
    if rest > max(0, _MOST_HIDDEN * number - (_VALUES - 1)):
        return set(counts)
    return hidden


def may_be_shown(count: int, of: int) -> bool:
    """Tell whether a count, and its difference to the total `of`, may both be shown."""
    return count >= FEWEST and (of - count >= FEWEST or of == count)
