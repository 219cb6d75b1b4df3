"""What an import would change: statements beside what the registry says now.

Nothing here writes, and nothing it plans overwrites: an empty field is filled, an
equal one left, what differs is kept beside it or shown as a conflict. There are two
exceptions: what the same submission wrote before and nobody edited since, and what a
person chose to take.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from surveys.comparing.bases import (
    Keys,
    load_bases,
    load_keys,
    model_of,
    records_named,
    related_models,
)
from surveys.comparing.disputes import ALTERNATIVE, Words
from surveys.comparing.earlier import load_earlier, load_stored, sort
from surveys.comparing.fitness import Fitness
from surveys.comparing.mechanisms import Comparison
from surveys.comparing.planning import Context
from surveys.models import Round
from surveys.problems import Code, Problem, Severity
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
    statements, unknown = _without_unknown_records(statements, keys)
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
        Fitness(keys),
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


def _without_unknown_records(
    statements: list[Statement], keys: Keys
) -> tuple[list[Statement], list[Problem]]:
    """Leave out statements that name a record which the registry does not have.

    Answers never do, but fixed values of a mapping can.
    """
    there = {model: {*of_model.values()} for model, of_model in keys.items()}
    known: dict[tuple[str, str, str], bool] = {}
    kept: list[Statement] = []
    problems: dict[tuple[str, str, str], Problem] = {}
    for statement in statements:
        for named in _records_of(statement):
            if named not in known:
                model = _related(named[0], named[1])
                known[named] = named[2] in there.get(model, ())
            if not known[named]:
                problems.setdefault(named, _unknown_record(statement, named))
                break
        else:
            kept.append(statement)
    return kept, list(problems.values())


def _records_of(statement: Statement) -> Iterator[tuple[str, str, str]]:
    """Return target, field and key of every record that a statement names."""
    for name in records_named(statement.target):
        value = statement.values.get(name)
        if value is not None:
            for key in value if isinstance(value, list) else [value]:
                yield statement.target, name, str(key)


def _related(target: str, name: str) -> Any:
    return model_of(target)._meta.get_field(name).related_model


def _unknown_record(statement: Statement, named: tuple[str, str, str]) -> Problem:
    origin = statement.origin
    model = _related(named[0], named[1])._meta.verbose_name
    return Problem(
        Code.UNKNOWN_NAME,
        Severity.WARNING,
        _("The registry has no %(model)s “%(key)s”, which the mapping names.")
        % {"model": model, "key": named[2]},
        sheet=origin.sheet,
        row=origin.row,
        column=origin.column,
        cell=origin.cell,
    )
