"""Files to records: every line in its table, every cell as a value of its field."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from iscm_registry.registry_files.problems import Problem
from iscm_registry.registry_files.tables import (
    LIST_SEPARATOR,
    MECHANISM,
    TABLES,
    Table,
)
from profiles.models import Fact
from profiles.uploads import Refused, read_apart

_WHOLE_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_YES_OR_NO = {"yes": True, "no": False}


@dataclass(frozen=True)
class Record:
    """A line, with a value for each column that could be read.

    Keys to other records are their texts; several are a frozenset of texts; an
    empty number or key is None. `unsaid` are the languages that the file has no columns
    for: their values are empty until they are known.
    """

    table: Table
    line: int
    values: dict[str, Any]
    unsaid: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple:
        return tuple(self.table.value(self.values, name) for name in self.table.key)

    @property
    def is_complete(self) -> bool:
        return len(self.values) == len(self.table.columns)


Records = dict[Table, list[Record]]


def read(folder: Path) -> tuple[Records, list[Problem]]:
    """Return the records of all files and what is wrong with files and cells.

    A file that cannot be read at all is left out of the records.
    """
    if not folder.is_dir():
        return {}, [Problem(str(folder), _("There is no such folder."))]
    problems = [_unexpected(path) for path in _unknown_files(folder)]
    contents: dict[Table, bytes] = {}
    for table in TABLES:
        try:
            contents[table] = _content(folder / table.file)
        except _Unreadable as unreadable:
            problems.append(unreadable.problem)
    records: Records = {}
    for table, found in zip(contents, _apart([*contents.values()]), strict=True):
        try:
            lines = list(_lines(found, table, problems))
        except _Unreadable as unreadable:
            problems.append(unreadable.problem)
        else:
            records[table] = [_record(table, *line, problems) for line in lines]
    return records, problems


class _Unreadable(Exception):
    def __init__(self, problem: Problem):
        self.problem = problem


def _unknown_files(folder: Path) -> list[Path]:
    known = {table.file for table in TABLES}
    return sorted(p for p in folder.glob("*.csv") if p.name not in known)


def _unexpected(path: Path) -> Problem:
    expected = ", ".join(table.file for table in TABLES)
    return Problem(
        path.name,
        _("No file of this name is expected. Expected are: %(files)s.")
        % {"files": expected},
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _Unreadable(Problem(path.name, _("The file is missing."))) from None
    except OSError as error:
        raise _Unreadable(Problem(path.name, str(error.strerror))) from None


def _apart(contents: list[bytes]) -> list[dict[str, Any]]:
    """Return the rows of all files, or for each why it cannot be read."""
    try:
        return read_apart("profiles.uploads.texts:csv_files", *contents)
    except Refused as refused:
        return [{"refused": str(refused), "line": 0} for _content in contents]


def _lines(
    found: dict[str, Any], table: Table, problems: list[Problem]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of each line, and its cells by the heading of their column.

    A record can span several lines.
    """
    if "refused" in found:
        raise _Unreadable(Problem(table.file, found["refused"], found["line"]))
    header: list[str] | None = None
    for line, row in found["rows"]:
        if header is None:
            header = [name.strip() for name in row]
            _check_header(table, header)
        elif not row:
            continue
        elif len(row) != len(header):
            message = _(
                "The line has %(found)s cells, the first line %(expected)s."
            ) % {"found": len(row), "expected": len(header)}
            problems.append(Problem(table.file, message, line))
        else:
            yield line, dict(zip(header, row, strict=True))
    if header is None:
        message = _("The file is empty. Its first line names the columns: %(columns)s.")
        raise _Unreadable(
            Problem(table.file, message % {"columns": ", ".join(table.columns)})
        )


def _check_header(table: Table, header: list[str]) -> None:
    columns = [table.column(name) for name in header]
    unsaid = _unsaid(table, columns)
    missing = [n for n in table.columns if n not in columns and n not in unsaid]
    named = dict(zip(header, columns, strict=True))
    unknown = [name for name, column in named.items() if column not in table.columns]
    twice = sorted(n for n, column in named.items() if columns.count(column) > 1)
    complaints = []
    if missing:
        complaints.append(
            _("Columns are missing: %(columns)s.") % {"columns": ", ".join(missing)}
        )
    if unknown:
        complaints.append(
            _("Columns are not known: %(columns)s.")
            % {"columns": ", ".join(name or "“”" for name in unknown)}
        )
    if twice:
        complaints.append(
            _("Columns stand twice: %(columns)s.") % {"columns": ", ".join(twice)}
        )
    if complaints:
        complaints.append(
            _("Expected are: %(columns)s.") % {"columns": ", ".join(table.columns)}
        )
        raise _Unreadable(Problem(table.file, " ".join(complaints), 1))


def _unsaid(table: Table, header: Collection[str]) -> frozenset[str]:
    """Return the columns that may be missing: languages of a text that has others."""
    texts = table.texts.values()
    return frozenset(
        column
        for columns in texts
        if any(column in header for column in columns)
        for column in columns
        if column not in header
    )


def _record(
    table: Table, line: int, cells: dict[str, str], problems: list[Problem]
) -> Record:
    headings = {table.column(heading): heading for heading in cells}
    unsaid = _unsaid(table, headings)
    values: dict[str, Any] = dict.fromkeys(unsaid, "")
    for column in table.columns:
        if column in unsaid:
            continue
        heading = headings[column]
        try:
            values[column] = _value(table, column, cells[heading].strip())
        except ValidationError as error:
            problems.extend(
                Problem(table.file, message, line, heading)
                for message in error.messages
            )
    return Record(table, line, values, unsaid)


def _value(table: Table, column: str, cell: str) -> Any:
    if unreadable := _control_characters(cell):
        raise ValidationError(
            _("The cell holds a control character (%(code)s). Delete it.")
            % {"code": unreadable}
        )
    if table.of_a_mechanism and column == MECHANISM:
        return _required(cell)
    field = table.field(column)
    if field.many_to_many:
        return _keys(cell)
    if field.is_relation:
        return cell or (None if field.blank else _required(cell))
    if isinstance(field, models.BooleanField):
        return _yes_or_no(cell)
    if isinstance(field, models.IntegerField):
        value: Any = _whole_number(cell, field)
    else:
        value = cell if cell or not _is_required(field) else _required(cell)
    if field.choices and value:
        _one_of(value, [str(choice) for choice, _label in field.flatchoices])
    # Translated fields are empty as NULL, and Django then asks for no text.
    if value not in ("", None):
        field.clean(value, table.model())
    return value


def _control_characters(cell: str) -> str:
    for character in cell:
        if unicodedata.category(character) == "Cc" and character not in "\n\r\t":
            return f"U+{ord(character):04X}"
    return ""


def _is_required(field: Any) -> bool:
    """Say whether the cell must be filled; of a translated field, the English one.

    Facts can be said in any language: a constraint asks for one.
    """
    if original := getattr(field, "translated_field", None):
        is_of_fact = issubclass(field.model, Fact)
        return field.language == "en" and not original.blank and not is_of_fact
    return not field.blank


def _required(cell: str) -> str:
    if not cell:
        raise ValidationError(_("The cell is empty and must not be."))
    return cell


def _keys(cell: str) -> frozenset[str]:
    keys = [key.strip() for key in cell.split(LIST_SEPARATOR)] if cell else []
    if "" in keys:
        raise ValidationError(
            _("A part of the list is empty. Write a|b, without | at the ends.")
        )
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise ValidationError(
            _("The list names “%(key)s” twice.") % {"key": min(twice)}
        )
    return frozenset(keys)


def _yes_or_no(cell: str) -> bool:
    if cell not in _YES_OR_NO:
        raise ValidationError(
            _("“%(value)s” is neither “yes” nor “no”.") % {"value": cell}
        )
    return _YES_OR_NO[cell]


def _whole_number(cell: str, field: models.Field) -> int | None:
    if not cell:
        return None if field.null else int(_required(cell))
    if not _WHOLE_NUMBER.fullmatch(cell):
        raise ValidationError(_("“%(value)s” is no whole number.") % {"value": cell})
    return int(cell)


def _one_of(value, terms: list[str]) -> None:
    if str(value) not in terms:
        raise ValidationError(
            _("“%(value)s” is none of: %(terms)s.")
            % {"value": value, "terms": ", ".join(term for term in terms if term)}
        )
