"""Texts that people bring, parsed: functions for `read_apart`."""

import csv
import io
import json
import tomllib
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from profiles.uploads import limits
from profiles.uploads.refusals import Reason, Refused

LARGEST_TEXT = 2 * limits.MEGABYTE
"""Of TOML and JSON, which a person writes by hand."""
_MOST_DOTS = 100
"""In a line of TOML that is no comment: keys have a few parts, and texts."""


class LineRefused(Refused):
    """Raised for a text that is wrong in a line."""

    def __init__(self, text: str, line: int, allowed: str = ""):
        super().__init__(Reason.UNREADABLE_FILE, text, allowed=allowed)
        self.line = line


def toml_tables(content: bytes) -> Any:
    """Return what a TOML file says. Raises Refused."""
    return _parsed(content, _toml)


def _toml(text: str) -> Any:
    # A key of many parts takes the parser time with the square of their number.
    for line in text.splitlines():
        if line.count(".") > _MOST_DOTS and not line.lstrip().startswith("#"):
            raise RecursionError
    return tomllib.loads(text)


def json_value(content: bytes) -> Any:
    """Return what a JSON file says. Raises Refused."""
    return _parsed(content, json.loads)


def csv_files(*contents: bytes) -> list[dict[str, Any]]:
    """Return of each file its rows, with the numbers of their first lines.

    Where a file cannot be read, the reason and the line (0 for none) stand instead.
    """
    found: list[dict[str, Any]] = []
    for content in contents:
        try:
            limits.check_bytes(len(content))
            found.append({"rows": csv_rows(utf_8(content))})
        except Refused as refused:
            line = getattr(refused, "line", 0)
            found.append({"refused": str(refused), "line": line})
    return found


def csv_rows(text: str, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    """Return rows, each with the number of the line that it begins in.

    A row can span several lines. Raises Refused.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    line, width = 1, 0
    try:
        for row in reader:
            rows.append((line, row))
            line, width = reader.line_num + 1, max(width, len(row))
            limits.check_area(len(rows), width)
    except csv.Error as error:
        text = _("The line is not proper CSV (%(reason)s).") % {"reason": error}
        raise LineRefused(text, line) from None
    return rows


def utf_8(content: bytes) -> str:
    """Return a text, without the mark that some programs begin it with."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LineRefused(
            _("The file is not UTF-8 text."),
            content[: error.start].count(b"\n") + 1,
            _("Save it as “CSV UTF-8”."),
        ) from None


def _parsed(content: bytes, parse: Callable[[str], Any]) -> Any:
    if len(content) > LARGEST_TEXT:
        raise Refused(
            Reason.TOO_LARGE,
            _("The file is far too large: at most %(most)d MB are read.")
            % {"most": LARGEST_TEXT // limits.MEGABYTE},
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(Reason.UNREADABLE_FILE, _("It is not a text in UTF-8.")) from None
    try:
        return parse(text)
    except RecursionError:
        raise Refused(Reason.TOO_LARGE, _("It is nested too deeply.")) from None
    # A number of thousands of digits is no error of TOML.
    except ValueError as error:
        raise Refused(Reason.UNREADABLE_FILE, str(error)) from None
