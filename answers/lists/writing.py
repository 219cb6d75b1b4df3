"""Writes a list as CSV, XLSX or JSON: whole, before any of it is sent."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from answers.files import BYTE_ORDER_MARK
from profiles.spreadsheets import harmless

SEPARATOR = "; "
"""Stands between the values of a cell that has several."""

LONGEST_CELL = 32_767
"""Characters that Excel takes in one cell."""

MOST_WIDTH = 60

Head = dict[str, Any]
"""What is said of the whole list: where it came from, as of when, its licence."""

Row = dict[str, Any]


def write_csv(
    out: IO[bytes], head: Head, columns: Sequence[str], rows: Iterable[Row]
) -> None:
    """Write rows alone. UTF-8 with its mark, by which Excel reads Arabic as Arabic."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])
    text.detach()


def write_json(
    out: IO[bytes], head: Head, columns: Sequence[str], rows: Iterable[Row]
) -> None:
    """Write the head and a `rows` of objects, with every value as it is."""
    before = json.dumps({**head, "columns": columns}, ensure_ascii=False, indent=1)
    out.write(before.removesuffix("\n}").encode())
    out.write(b',\n "rows": [')
    separator = b"\n"
    for row in rows:
        out.write(separator + json.dumps(row, ensure_ascii=False).encode())
        separator = b",\n"
    out.write(b"\n]}\n")


def write_xlsx(
    out: IO[bytes], head: Head, columns: Sequence[str], rows: Iterable[Row]
) -> None:
    """Write a sheet of rows, and a second one with what is said of the list."""
    options = {
        # A row is on the disk once the next one begins.
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as workbook:
        properties = {"title": head["title"], "comments": head["page"]}
        if head["last_published"]:
            properties["created"] = datetime.fromisoformat(head["last_published"])
        workbook.set_properties(properties)
        bold = workbook.add_format({"bold": True})
        sheet = workbook.add_worksheet(_("Results")[:31])
        sheet.freeze_panes(1, 1)
        for place, name in enumerate(columns):
            sheet.set_column(place, place, min(MOST_WIDTH, max(12, len(name) + 2)))
        sheet.write_row(0, 0, columns, bold)
        for number, row in enumerate(rows, start=1):
            for place, name in enumerate(columns):
                _write_cell(sheet, number, place, _cell(row[name]))
        about = workbook.add_worksheet(_("About")[:31])
        about.set_column(0, 0, 20)
        about.set_column(1, 1, 100)
        for number, (name, value) in enumerate(head.items()):
            about.write_string(number, 0, name, bold)
            _write_cell(about, number, 1, _cell(_as_text(value)))


def _write_cell(sheet: Any, number: int, place: int, value: str | int) -> None:
    if isinstance(value, int):
        sheet.write_number(number, place, value)
    elif value:
        if len(value) > LONGEST_CELL:
            value = value[: LONGEST_CELL - 1] + "…"
        sheet.write_string(number, place, value)


def _cell(value: Any) -> str | int:
    """Return a value as it stands in a cell, where nothing is computed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        # As in the registry's own files.
        return "yes" if value else "no"
    if isinstance(value, list):
        value = SEPARATOR.join(value)
    return harmless(value)


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [f"{one['filter']}: {one['value']}" for one in value]
    return value


WRITERS: dict[str, tuple[str, Callable[..., None]]] = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write_xlsx,
    ),
    "json": ("application/json", write_json),
}
"""The kind of file that each form is, and what writes it."""
