"""Statements that name a record which the registry does not have."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from surveys.comparing.bases import Keys, model_of, records_named
from surveys.problems import Code, Problem, Severity
from surveys.statements import Statement


def without_unknown_records(
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
