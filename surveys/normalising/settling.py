"""What people answered about a file, brought into its export before it is read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from surveys.file_questions import AS_ANSWERS, PERSONAL, answer_to
from surveys.readers.tables import Column, Export, Role


def settle(export: Export, decisions: Mapping[str, Any]) -> None:
    """Follow the answers to questions on the file."""
    for table in export.tables:
        table.columns = tuple(_column(column, decisions) for column in table.columns)


def _column(column: Column, decisions: Mapping[str, Any]) -> Column:
    if not column.holds_addresses:
        return column
    if answer_to(decisions, PERSONAL, column.header) == AS_ANSWERS:
        return replace(column, role=Role.ANSWER, holds_addresses=False)
    return column
