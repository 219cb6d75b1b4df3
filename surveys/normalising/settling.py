"""What people answered about a file, brought into its export before it is read."""

from collections.abc import Mapping as Decisions
from dataclasses import replace
from typing import Any

from surveys.file_questions import (
    AS_ANSWERS,
    DATES,
    DAY,
    PERSONAL,
    accept_losses,
    answer_to,
)
from surveys.mapping import Mapping
from surveys.readers.responses import find_column, read_moments
from surveys.readers.tables import Column, Export, Role


def settle(export: Export, mapping: Mapping, decisions: Decisions[str, Any]) -> None:
    """Follow the answers to questions on the file, and what the mapping says of it."""
    for table in export.tables:
        table.columns = tuple(_column(column, decisions) for column in table.columns)
    _read_moments_again(export, mapping, decisions)
    accept_losses(export.problems, decisions)


def _column(column: Column, decisions: Decisions[str, Any]) -> Column:
    if not column.holds_addresses:
        return column
    if answer_to(decisions, PERSONAL, column.header) == AS_ANSWERS:
        return replace(column, role=Role.ANSWER, holds_addresses=False)
    return column


def day_first_in(
    column: str, mapping_says: bool | None, decisions: Decisions[str, Any]
) -> bool | None:
    """Return whether the dates of a column begin with the day, None if nobody said."""
    answer = answer_to(decisions, DATES, column)
    return answer == DAY if answer else mapping_says


def _read_moments_again(
    export: Export, mapping: Mapping, decisions: Decisions[str, Any]
) -> None:
    for problem in list(export.problems):
        if problem.kind != DATES:
            continue
        day_first = day_first_in(problem.column, mapping.day_first, decisions)
        column = find_column(export.main.columns, problem.column)
        if day_first is None or column is None:
            continue
        export.problems.remove(problem)
        # What else there is to say of the column was said when the file was read.
        read_moments(export.main, export.responses, column, day_first=day_first)
