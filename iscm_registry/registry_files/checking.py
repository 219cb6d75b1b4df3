"""Records against the rules: keys that exist, lines that stand once, constraints."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Model, Q, UniqueConstraint
from django.utils.translation import gettext as _

from iscm_registry.registry_files.problems import Problem
from iscm_registry.registry_files.reading import Record, Records
from iscm_registry.registry_files.tables import (
    KEY_COLUMN,
    MECHANISM,
    PROFILES,
    Table,
)
from profiles.models import Mechanism

Numbers = dict[type[Model], dict[str, int]]


def check(records: Records) -> list[Problem]:
    """Return every rule that the records break."""
    known = _known_keys(records)
    problems: list[Problem] = []
    for table, lines in records.items():
        problems += _unknown_keys(table, lines, known)
        problems += _duplicates(table, lines)
        problems += _broken_constraints(table, lines, known)
    return problems


def _known_keys(records: Records) -> Numbers:
    """Return the keys of each model with a number that can stand for a record."""
    keys: Numbers = {}
    for table, lines in records.items():
        model = Mechanism if table is PROFILES else table.model
        if model in KEY_COLUMN:
            texts = {str(record.values.get(table.key[0])) for record in lines}
            keys[model] = {key: number for number, key in enumerate(texts, start=1)}
    return keys


def _related(table: Table, column: str) -> type[Model] | None:
    if column == MECHANISM and table.of_a_mechanism:
        return Mechanism
    return table.field(column).related_model


def _unknown_keys(
    table: Table, lines: Iterable[Record], known: Numbers
) -> Iterator[Problem]:
    for record in lines:
        for column, value in record.values.items():
            model = _related(table, column)
            # A file that could not be read names no keys; that was said already.
            if model not in known or not value:
                continue
            file, key_column = KEY_COLUMN[model]
            named = value if isinstance(value, frozenset) else {value}
            for key in sorted(named - known[model].keys()):
                message = _(
                    "“%(key)s” is no %(model)s of %(file)s (column %(column)s)."
                ) % {
                    "key": key,
                    "model": model._meta.verbose_name,
                    "file": file,
                    "column": key_column,
                }
                yield Problem(table.file, message, record.line, column)


def _duplicates(table: Table, lines: list[Record]) -> Iterator[Problem]:
    yield from _repeated(table, lines, table.key)
    for column in table.field_columns:
        if table.field(column).unique and (column,) != table.key:
            yield from _repeated(table, lines, (column,))
    for constraint in _unique_constraints(table):
        columns = tuple(
            MECHANISM if name == "profile" else name for name in constraint.fields
        )
        if set(columns) <= set(table.columns) and columns != table.key:
            yield from _repeated(
                table,
                lines,
                columns,
                constraint.condition,
                str(constraint.violation_error_message),
            )


def _unique_constraints(table: Table) -> list[UniqueConstraint]:
    # The editions of a profile are counted by the database, not by the file.
    if table is PROFILES:
        return []
    return [
        constraint
        for constraint in table.model._meta.constraints
        if isinstance(constraint, UniqueConstraint)
    ]


def _repeated(
    table: Table,
    lines: Iterable[Record],
    columns: tuple[str, ...],
    condition: Q | None = None,
    why: str = "",
) -> Iterator[Problem]:
    first: dict[tuple, int] = {}
    holds = _Judge(table, {})
    for record in lines:
        values = tuple(table.value(record.values, column) for column in columns)
        if not all(c in record.values or c in table.texts for c in columns):
            continue
        if condition is not None and not holds.condition(condition, record):
            continue
        line = first.setdefault(values, record.line)
        if line != record.line:
            message = _("Line %(line)s has the same %(columns)s.") % {
                "line": line,
                "columns": ", ".join(columns),
            }
            message = f"{message} {why}" if why else message
            yield Problem(table.file, message, record.line)


def _broken_constraints(
    table: Table, lines: Iterable[Record], known: Numbers
) -> Iterator[Problem]:
    judge = _Judge(table, known)
    constraints = [
        constraint
        for constraint in table.model._meta.constraints
        # That a term is listed was said already, with the terms, at its cell.
        if isinstance(constraint, CheckConstraint)
        and not constraint.name.endswith("_is_listed")
    ]
    for record in lines:
        for constraint in constraints if record.is_complete else []:
            if not judge.condition(constraint.condition, record):  # type: ignore[arg-type]
                message = str(constraint.get_violation_error_message())
                yield Problem(table.file, message, record.line)


class _Judge:
    """Asks the database whether a condition holds for a record.

    The answer depends only on the fields that the condition names, and few
    combinations of these occur: each is asked once.
    """

    def __init__(self, table: Table, known: Numbers):
        self.table = table
        self.known = known
        self.answers: dict[tuple, bool] = {}

    def condition(self, condition: Q, record: Record) -> bool:
        names = sorted(condition.referenced_base_fields)
        values = {name: self._stored(name, record) for name in names}
        question = (id(condition), *values.values())
        if question not in self.answers:
            self.answers[question] = self._ask(condition, values)
        return self.answers[question]

    def _stored(self, name: str, record: Record) -> Any:
        if name not in record.values:
            # Of a translated field the database keeps the first text that there is.
            text = self.table.value(record.values, name)
            return text or self.table.field(name).get_default()
        value = record.values[name]
        model = _related(self.table, name)
        if model is None or value is None:
            return value
        return self.known.get(model, {}).get(value, 0)

    def _ask(self, condition: Q, values: dict[str, Any]) -> bool:
        example = self.table.model()
        for name, value in values.items():
            setattr(example, self.table.field(name).attname, value)
        try:
            CheckConstraint(condition=condition, name="asked").validate(
                self.table.model, example
            )
        except ValidationError:
            return False
        return True
