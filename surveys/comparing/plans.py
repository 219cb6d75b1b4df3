"""What an import would change: statements beside what the registry says now.

Nothing here writes, and nothing it plans overwrites: an empty field is filled, an
equal one left, what differs is kept beside it or shown as a conflict. There are two
exceptions: what the same submission wrote before and nobody edited since, and what a
person chose to take.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from surveys.comparing.bases import load_bases, load_keys, related_models
from surveys.comparing.disputes import ALTERNATIVE, Words
from surveys.comparing.earlier import load_earlier, load_stored
from surveys.comparing.fitness import Fitness
from surveys.comparing.mechanisms import Comparison
from surveys.comparing.planning import Context
from surveys.comparing.sorting import sort
from surveys.comparing.unknown_records import without_unknown_records
from surveys.memory import collection_paused
from surveys.models import Round
from surveys.statements import PROFILE, Normalised, Plan, Statement


def compare(
    normalised: Normalised,
    round: Round,
    *,
    decisions: Mapping[str, Any] | None = None,
) -> Plan:
    """Plan what applying would do, by reading only.

    The plan depends on what stands in the database and on nothing else, so that two
    runs give the same numbers. Statements of submissions that came before are not
    compared again: what people changed since then stays.
    """
    with collection_paused():
        return _compare(normalised, round, decisions)


def _compare(
    normalised: Normalised, round: Round, decisions: Mapping[str, Any] | None
) -> Plan:
    sorting = sort(normalised, load_stored(round, normalised))
    plan = Plan([], sorting.new, sorting.corrected, sorting.unchanged)
    compared = {*sorting.new, *sorting.corrected}
    earlier = load_earlier(round, normalised, sorting.corrected)
    statements = [s for s in normalised.statements if s.submission in compared]
    mechanisms = {s.mechanism for s in statements}
    mechanisms |= {m for one in earlier.values() for m in one.mechanisms}
    targets = {s.target for s in statements} | {PROFILE, ALTERNATIVE}
    targets |= {t for one in earlier.values() for t in one.targets}
    keys = load_keys(targets)
    bases = load_bases(mechanisms, targets, keys)
    statements, unknown = without_unknown_records(statements, keys)
    plan.problems += unknown
    words = Words(related_models(targets))
    words.mechanisms = {slug: base.name for slug, base in bases.items()}
    taken = frozenset((decisions or {}).get("take", ()))
    unchanged = {*sorting.unchanged} if earlier else set()
    context = Context(
        normalised,
        round,
        taken,
        earlier,
        words,
        Fitness(),
        _by_mechanism(s for s in normalised.statements if s.submission in unchanged),
    )
    by_mechanism = _by_mechanism(statements)
    for slug in sorted(mechanisms):
        comparison = Comparison(context, bases[slug], by_mechanism.get(slug, []))
        planned = comparison.plan()
        plan.problems += comparison.problems
        if planned is not None:
            plan.mechanisms.append(planned)
    return plan


def _by_mechanism(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    found: defaultdict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        found[statement.mechanism].append(statement)
    return found
