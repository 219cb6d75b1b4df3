"""KoboToolbox's API: submissions as JSON, turned into the tables of its workbook.

Answers stand under the path of their question; all are texts, several choices joined
by spaces; questions without an answer are absent; a repeated group is a list of
objects whose keys repeat the whole path.
"""

import json
from typing import Any

from django.utils.translation import gettext as _

from profiles.uploads import limits
from profiles.uploads.cells import Cell, Grid
from surveys.problems import Code, FileRefused
from surveys.readers.grids import Source, refusal

_MARKS = ("_uuid", "_submission_time", "meta/instanceID")


class _Sheet:
    """A sheet in the making: each object adds a row, each new key a column."""

    def __init__(self) -> None:
        self.positions: dict[str, int] = {}
        self.rows: list[dict[int, Cell]] = []

    def put(self, row: dict[int, Cell], key: str, cell: Cell) -> None:
        row[self.positions.setdefault(_text(key), len(self.positions))] = cell

    def grid(self, name: str) -> Grid:
        limits.check_area(len(self.rows) + 1, len(self.positions), name)
        places = range(len(self.positions))
        rows: list[list[Cell]] = [list(self.positions)]
        rows += [[row.get(place, "") for place in places] for row in self.rows]
        return Grid(name, rows)


def read_json(content: bytes, name: str) -> Source:
    """Return what the API sent as tables. Raises FileRefused for other JSON."""
    try:
        loaded = json.loads(content)
    except (ValueError, RecursionError):
        raise refusal(
            Code.UNREADABLE_FILE,
            _("The file begins like JSON, but ends in the middle or is damaged."),
        ) from None
    submissions = loaded.get("results") if isinstance(loaded, dict) else loaded
    if (
        not isinstance(submissions, list)
        or not submissions
        or not all(isinstance(each, dict) for each in submissions)
        or not any(mark in submissions[0] for mark in _MARKS)
    ):
        raise _no_submissions()
    sheets: dict[str, _Sheet] = {"": _Sheet()}
    for submission in submissions:
        _add(sheets, "", submission, {})
    return Source(name, [sheet.grid(title) for title, sheet in sheets.items()])


def _no_submissions() -> FileRefused:
    return refusal(
        Code.UNKNOWN_FORMAT,
        _("This is JSON, but not submissions of KoboToolbox."),
        allowed=_("An export as XLSX or CSV."),
    )


def _add(
    sheets: dict[str, _Sheet],
    name: str,
    answers: dict[str, Any],
    links: dict[str, Cell],
) -> None:
    sheet = sheets[name]
    row: dict[int, Cell] = {}
    sheet.rows.append(row)
    index = len(sheet.rows)
    inner: dict[str, Cell] = {
        "_parent_table_name": name,
        "_parent_index": index,
        "_submission__id": links.get("_submission__id", _cell(answers.get("_id"))),
    }
    for key, value in answers.items():
        if _is_repeat(key, value):
            group = _text(key.rpartition("/")[2])
            sheets.setdefault(group, _Sheet())
            for each in value:
                _add(sheets, group, each, inner)
        else:
            sheet.put(row, key, _cell(value))
    for key, cell in {"_index": index, **links}.items():
        sheet.put(row, key, cell)


def _is_repeat(key: str, value: Any) -> bool:
    return (
        isinstance(value, list)
        and not key.startswith("_")
        and bool(value)
        and all(isinstance(each, dict) for each in value)
    )


def _cell(value: Any) -> Cell:
    if value is None or value in ({}, [], [None, None]):
        return ""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict) and "uid" in value:
        return _cell(value["uid"])
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=True)
    cell: Cell = value
    return cell


def _text(text: str) -> str:
    """Return the text without half letters, which JSON can hold and databases not."""
    return text.encode("utf-8", "replace").decode("utf-8")
