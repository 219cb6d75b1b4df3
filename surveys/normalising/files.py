"""A file whose cells are read, and what stands in each row of its tables.

Cells are read column by column; here each row gets its answers, reasons, texts and
fingerprint.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from surveys.mapping import Mapping
from surveys.names import Names
from surveys.normalising.cells import Cells
from surveys.normalising.forms import Form
from surveys.questionnaires.definitions import OTHER
from surveys.questionnaires.relevance import (
    Condition,
    UnknownCondition,
    read_condition,
)
from surveys.readers.tables import Column, Export, Role
from surveys.vocabularies import Unanswered


class Repeat:
    """The rows of a repeated group, first those of the first submission, and so on.

    `starts` has the index of each submission's first row.
    """

    def __init__(self, cells: Cells):
        self.cells = cells
        self.answers = list(answers_by_row(cells))
        self.rows = list(rows_kept(cells))
        self.personal = list(personal_by_row(cells))
        self.starts: list[int] = []

    @property
    def code(self) -> str:
        return self.cells.columns.repeat

    @property
    def table(self) -> str:
        return self.cells.columns.table.name

    @property
    def name(self) -> str:
        """Return the table's name as people see it: its sheet's, if it has a sheet."""
        table = self.cells.columns.table
        return table.sheet or table.name


@dataclass
class File:
    """An export with what it is read by, and the cells of its tables."""

    export: Export
    mapping: Mapping
    form: Form
    names: Names
    main: Cells
    repeats: list[Repeat]


def answers_by_row(cells: Cells) -> Iterator[dict[str, Any]]:
    """Yield each row's answers by code, without questions that were not answered."""
    columns: dict[str, list[Any]] = {}
    for code, answers in cells.answers.items():
        columns[code] = answers.values
        if answers.others is not None and any(answers.others):
            columns[f"{code}_{OTHER}"] = [other or None for other in answers.others]
    if not columns:
        yield from ({} for _row in cells.rows)
        return
    codes = list(columns)
    for values in zip(*columns.values(), strict=True):
        yield {
            code: value
            for code, value in zip(codes, values, strict=True)
            if value is not None
        }


def reasons_by_row(
    form: Form, main: Cells, answers: list[dict[str, Any]]
) -> Iterator[dict[str, str]]:
    """Yield for each row the reasons of its unanswered questions, by code.

    A question that was left empty, and whose condition the answers do not meet, was
    not shown.
    """
    conditions = _conditions(form)
    for row, said in zip(_empty_cells(main), answers, strict=True):
        for code, holds in conditions.items():
            if row.get(code) == Unanswered.LEFT_EMPTY and not holds(said):
                row[code] = Unanswered.NOT_SHOWN.value
        yield row


def _conditions(form: Form) -> dict[str, Condition]:
    found = {}
    for asked in form.of_table(""):
        if asked.question.relevant:
            try:
                found[asked.code] = read_condition(asked.question.relevant)
            except UnknownCondition:
                continue
    return found


def _empty_cells(main: Cells) -> Iterator[dict[str, str]]:
    missing = {
        asked.code: Unanswered.NOT_IN_THIS_VERSION.value
        for asked in main.columns.missing
        if not asked.question.is_personal and not asked.question.repeat
    }
    found = main.answers
    codes = list(found)
    values = zip(*(a.values for a in found.values()), strict=True)
    reasons = zip(*(a.reasons for a in found.values()), strict=True)
    if not codes:
        yield from (dict(missing) for _row in main.rows)
        return
    for row_values, row_reasons in zip(values, reasons, strict=True):
        yield {
            **missing,
            **{
                code: str(reason)
                for code, value, reason in zip(
                    codes, row_values, row_reasons, strict=True
                )
                if value is None
            },
        }


def rows_kept(cells: Cells) -> Iterator[dict[str, Any]]:
    """Yield each row's texts by heading, without personal columns and empty cells."""
    apart = set(cells.columns.personal)
    columns = [
        c
        for c in cells.columns.table.columns
        if c not in apart and c.role != Role.PARENT
    ]
    return _by_header(cells, columns)


def personal_by_row(cells: Cells) -> Iterator[dict[str, str]]:
    """Yield each row's personal texts by heading, also those of other columns."""
    for index, row in enumerate(_by_header(cells, cells.columns.personal)):
        for header, texts in cells.apart.items():
            if text := texts.get(index):
                row[header] = text
        yield row


def _by_header(cells: Cells, columns: list[Column]) -> Iterator[dict[str, str]]:
    headers = [column.header for column in columns]
    if not headers:
        yield from ({} for _row in cells.rows)
        return
    for texts in zip(*(cells.at(c) for c in columns), strict=True):
        yield {h: text for h, text in zip(headers, texts, strict=True) if text}


def fingerprint(answers: dict[str, Any], unanswered: dict[str, str]) -> str:
    """Return what tells one submission's answers from another's.

    It is made of the answers as they were understood, not of cells: the same submission
    has the same one whether a file holds labels in any language or codes, and another
    one when a person has decided what a name in it means. The order of rows in a
    repeated group does not matter.
    """
    said = answers | {
        code: sorted(map(_as_text, value))
        for code, value in answers.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }
    unknown = [c for c, why in unanswered.items() if why == Unanswered.DOES_NOT_KNOW]
    written = _as_text([said, sorted(unknown)])
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


_as_text = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
