"""The files of an answer: its tables as CSV and JSON, its picture as SVG.

Each is written whole before it is sent, and says where it came from.
"""

import csv
import hashlib
import io
import json
import re
import textwrap
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from answers.answer import Answer
from answers.in_xml import writable
from answers.pictures import Picture
from answers.tables import Cell, Linked, Table
from profiles.facets import shortened
from profiles.publications import latest_publication
from profiles.spreadsheets import harmless

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
BYTE_ORDER_MARK = "\ufeff"
"""Excel takes a CSV file without it for one in the reader's old character set."""

HEAD = 44
LINE = 18
WIDTH_OF_LETTER = 6.5
"""Units that a picture keeps for its title, for a line below it, and for a letter."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LIGHT = re.compile(r"light-dark\(([^,]+),[^)]*\)")
_TOKEN = re.compile(r"(--[\w-]+):\s*([^;]+);")
_USED = re.compile(r"var\((--[\w-]+)\)")


def write_csv(request: HttpRequest, answer: Answer, page: str) -> HttpResponse:
    """Return the tables as one: with several, the first column names the table.

    Texts that a spreadsheet would compute are marked (see profiles/spreadsheets.py).
    """
    tables = answer.tables
    keys = list(dict.fromkeys(c.key for table in tables for c in table.columns))
    named = len(tables) > 1
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([*(["table"] if named else []), *keys])
    for table in tables:
        for row in table.rows:
            cells = {
                column.key: cell
                for column, cell in zip(table.columns, row, strict=True)
            }
            line = [harmless(_plain(cells.get(key))) for key in keys]
            writer.writerow([*([table.key] if named else []), *line])
    return _file(
        request,
        BYTE_ORDER_MARK + written.getvalue(),
        "text/csv; charset=utf-8",
        "csv",
    )


def write_json(request: HttpRequest, answer: Answer, page: str) -> HttpResponse:
    here = request.build_absolute_uri
    said = {
        "title": str(answer.title),
        "page": here(page),
        "at": answer.at and answer.at.text,
        "known": str(answer.known) or None,
        "last_published": _last_published(request),
        "source": _("ISCM Registry"),
        "licence": LICENCE,
        "tables": [_table_as_json(table, here) for table in answer.tables],
    }
    text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    return _file(request, text, "application/json", "json")


def write_svg(request: HttpRequest, answer: Answer, page: str) -> HttpResponse:
    """Return the picture with its notice, source and date inside, in light colours.

    Raises Http404 for an answer without one.
    """
    picture = answer.picture
    if picture is None:
        raise Http404
    style = style_of_files()
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    below = _said_below(request, answer, picture, page)
    lines = [
        {"text": line, "y": picture.height + LINE * (number + 1)}
        for number, line in enumerate(below)
    ]
    text = render_to_string(
        "answers/picture.svg",
        {
            "answer": answer,
            "picture": picture,
            "style": style,
            "lines": lines,
            "top": -HEAD,
            "height": HEAD + picture.height + LINE * (len(lines) + 1),
        },
    )
    response = _file(request, writable(text), "image/svg+xml", "svg")
    # The picture is to stand on its own, so its style stands in it.
    response._csp_update = {"style-src": [f"'sha256-{digest}'"]}  # type: ignore[attr-defined]
    return response


def _said_below(
    request: HttpRequest, answer: Answer, picture: Picture, page: str
) -> list[str]:
    """Return the lines below a picture: what is known, its notice, and its source."""
    day = latest_publication(getattr(request, "registry_revision", None))
    published = _("last published %(day)s") % {"day": day} if day else ""
    as_at = _("As at %(day)s.") % {"day": answer.at} if answer.at else ""
    source = ", ".join(filter(None, (_("Source: ISCM Registry"), published)))
    said = [
        " ".join(filter(None, (as_at, str(answer.known)))),
        str(picture.notice),
        f"{source}. {request.build_absolute_uri(page)}",
    ]
    widest = int(picture.width / WIDTH_OF_LETTER)
    return [
        line
        for text in said
        # An address is not cut: who copies it from two lines gets half of it.
        for line in textwrap.wrap(
            text, widest, break_long_words=False, break_on_hyphens=False
        )
    ]


WRITERS: dict[str, Callable[[HttpRequest, Answer, str], HttpResponse]] = {
    "csv": write_csv,
    "json": write_json,
    "svg": write_svg,
}


def not_one_of(value: str, choices: Iterable[str] | Mapping[str, Any]) -> str:
    """Say that a value is none of a parameter's, and which there are."""
    text = _("“%(value)s” is not one of: %(choices)s.")
    return text % {
        "value": shortened(value),
        "choices": ", ".join(filter(None, choices)),
    }


def _file(request: HttpRequest, text: str, kind: str, ending: str) -> HttpResponse:
    response = HttpResponse(text, content_type=kind)
    stem = request.path.strip("/").removesuffix(f".{ending}").replace("/", "-")
    name = "".join(c for c in stem if c.isascii() and (c.isalnum() or c in "-_"))
    # A picture and JSON are looked at in the browser, and shown by other sites.
    kept = "attachment" if ending == "csv" else "inline"
    response.headers["Content-Disposition"] = f'{kept}; filename="{name}.{ending}"'
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _plain(cell: Cell) -> Any:
    return cell.text if isinstance(cell, Linked) else "" if cell is None else cell


def _table_as_json(table: Table, here: Callable[[str], str]) -> dict[str, Any]:
    def value(cell: Cell) -> Any:
        if isinstance(cell, Linked):
            return {"text": str(cell.text), "url": here(cell.url)}
        return cell if cell is None or isinstance(cell, int | float) else str(cell)

    return {
        "key": table.key,
        "caption": str(table.caption),
        "columns": {column.key: str(column.heading) for column in table.columns},
        "rows": [
            {column.key: value(cell) for column, cell in row} for row in table.drawn
        ],
    }


def _last_published(request: HttpRequest) -> str | None:
    day = latest_publication(getattr(request, "registry_revision", None))
    return day.isoformat() if day else None


@cache
def style_of_files() -> str:
    """Return the styles of pictures with the light colours of the tokens put in.

    What draws pictures outside of browsers knows neither variables nor `light-dark()`.
    """
    tokens, style = (
        _COMMENT.sub("", Path(settings.BASE_DIR, "static", "css", name).read_text())
        for name in ("tokens.css", "pictures.css")
    )
    values = dict(_TOKEN.findall(_LIGHT.sub(r"\1", tokens)))
    return _USED.sub(lambda used: values[used[1]].strip(), style)
