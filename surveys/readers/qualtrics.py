"""Qualtrics: a CSV with three heading rows, in old exports two.

Conventions, from published exports and Qualtrics' support pages: codes (`Q2_1`), then
texts in the language of the account, then JSON with an ImportId, the only name that
never changes, and the time zone. Several choices are one cell joined by commas, or a
column each, with -99 for what was shown and not chosen. Previews and tests are
responses too, told by their status. Its labels follow the language of the account: one
that is not known here is asked about, and its response counts as not finished.
"""

import datetime
import json
import re
import zoneinfo
from collections import Counter
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from profiles.uploads.cells import Grid, text_of
from surveys.problems import Problem
from surveys.readers.bodies import read_body
from surveys.readers.grids import Source, one_line
from surveys.readers.headings import Heading, headings
from surveys.readers.marks import Recognised, find_headings
from surveys.readers.personal import is_personal
from surveys.readers.responses import (
    exported,
    is_test,
    make_responses,
    not_understood,
    read_moments,
    text_in,
)
from surveys.readers.tables import (
    Column,
    Export,
    Response,
    Role,
    Row,
    Table,
    Tool,
)

_ROLES = {
    "ResponseId": Role.KEY,
    "RecordedDate": Role.SUBMITTED,
    "StartDate": Role.BOOKKEEPING,
    "EndDate": Role.BOOKKEEPING,
    "Status": Role.STATUS,
    "Finished": Role.STATUS,
    "UserLanguage": Role.LANGUAGE,
    "Progress": Role.BOOKKEEPING,
    "Duration (in seconds)": Role.BOOKKEEPING,
    "DistributionChannel": Role.BOOKKEEPING,
    "ResponseSet": Role.BOOKKEEPING,
    "IPAddress": Role.PERSONAL,
    "RecipientLastName": Role.PERSONAL,
    "RecipientFirstName": Role.PERSONAL,
    "RecipientEmail": Role.PERSONAL,
    "ExternalReference": Role.PERSONAL,
    "LocationLatitude": Role.PERSONAL,
    "LocationLongitude": Role.PERSONAL,
    "Name": Role.PERSONAL,
    "ExternalDataReference": Role.PERSONAL,
    "EmailAddress": Role.PERSONAL,
    "Email": Role.PERSONAL,
}
# The names of old exports, which stand in the second row.
_LEGACY = {"ResponseID": "ResponseId", "Response ID": "ResponseId"}
_IMPORT_IDS = {
    "_recordId": "ResponseId",
    "recordedDate": "RecordedDate",
    "startDate": "StartDate",
    "endDate": "EndDate",
    "status": "Status",
    "finished": "Finished",
    "userLanguage": "UserLanguage",
    "progress": "Progress",
    "duration": "Duration (in seconds)",
    "distributionChannel": "DistributionChannel",
    "ipAddress": "IPAddress",
    "recipientLastName": "RecipientLastName",
    "recipientFirstName": "RecipientFirstName",
    "recipientEmail": "RecipientEmail",
    "externalDataReference": "ExternalReference",
    "locationLatitude": "LocationLatitude",
    "locationLongitude": "LocationLongitude",
}
_CERTAIN = frozenset(
    ("ResponseId", "RecordedDate", "DistributionChannel", "RecipientEmail", "Finished")
)
_TESTS = frozenset(("1", "2", "9", "17", "survey test"))
_PREVIEW = re.compile(
    r"preview|vista previa|aper[çc]u|vorschau|anteprima|pr[ée]-?visualiza|voorbeeld|"
    r"voorvertoning|предварительн|предпросмотр|معاينة|预览|預覽|プレビュー|미리"
)
_SPAM = frozenset(("8", "12", "spam", "possible spam"))
_REAL = re.compile(r"|0|4|16|.*\bip\b.*|import.*|offline.*")
_UNFINISHED = frozenset(
    (
        *(
            "0",
            "false",
            "no",
            "falso",
            "faux",
            "non",
            "falsch",
            "nein",
            "não",
            "onwaar",
        ),
        *("ложь", "нет", "خطأ", "لا", "假", "否"),
    )
)
_FINISHED = frozenset(
    (
        *("", "1", "true", "yes", "verdadero", "sí", "si", "vrai", "oui", "wahr", "ja"),
        *("richtig", "verdadeiro", "sim", "vero", "sì", "waar", "истина", "да", "صحيح"),
        *("نعم", "真", "是"),
    )
)
_PART = re.compile(r"(?P<question>.+)_(?P<number>\d+)(?P<text>_TEXT)?")
_ORDER = re.compile(r".*_DO(_.*)?")
_NOT_CHOSEN = frozenset(("-99", -99))


@dataclass(frozen=True)
class _Heads:
    """The heading rows, column by column.

    `own` has the name that Qualtrics gives a column of its own, "" for a question;
    `zone` is the time zone of the file, `first` the index of the first answers.
    """

    codes: list[str]
    texts: list[str]
    own: list[str]
    zone: str
    first: int


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by its row of ImportIds, or by columns of Qualtrics' own."""
    found = find_headings(source, _marks)
    if not found:
        return None
    if found.marks == ("ImportId",):
        if found.row < 2:
            return None
        reason = _("Its third row of headings has ImportIds, as Qualtrics writes.")
        return Recognised(Tool.QUALTRICS, 1.0, reason, found.grid, found.row - 2)
    reason = _("It has the columns %(columns)s, which Qualtrics adds.")
    score = min(1.0, 0.6 + 0.1 * len(found.marks))
    row = found.row
    if "ResponseSet" in found.marks and row > 0:
        row -= 1  # in old exports a row of V1, V2 … stands above
    return Recognised(
        Tool.QUALTRICS,
        score,
        reason % {"columns": found.shown},
        found.grid,
        row,
        found.marks,
    )


def _marks(names: set[str]) -> set[str]:
    if any(name.startswith('{"ImportId"') for name in names):
        return {"ImportId"}
    if {"ResponseID", "ResponseSet"} <= names:
        return names & {"ResponseID", "ResponseSet", "Finished"}
    own = names & _CERTAIN
    return own if "ResponseId" in own and len(own) > 1 else set()


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    grid = source.grids[recognised.grid]
    heads = _heads(grid, recognised.row)
    main, own = _table(grid, heads, problems)
    responses = _responses(main, own, heads.zone, problems)
    has_labels = _has_labels(main)
    return exported(
        source,
        recognised,
        [main],
        responses,
        problems,
        has_labels=has_labels,
        splits_at=",",
    )


def _heads(grid: Grid, index: int) -> _Heads:
    heads = [*grid.rows[index : index + 3], [], [], []][:3]
    rows = [[one_line(cell) for cell in row] for row in heads]
    width = max(map(len, rows))
    codes, texts, ids = ([*row, *[""] * (width - len(row))] for row in rows)
    imported = [_json(text) for text in ids]
    if any(imported):
        own = [_IMPORT_IDS.get(str(each.get("ImportId", "")), "") for each in imported]
        zones = [str(each["timeZone"]) for each in imported if each.get("timeZone")]
        return _Heads(codes, texts, own, zones[0] if zones else "", index + 3)
    if {"ResponseID", "ResponseSet"} <= set(texts):
        own = [_LEGACY.get(text, text if text in _ROLES else "") for text in texts]
        return _Heads(codes, texts, own, "", index + 2)
    own = [code if code in _ROLES else "" for code in codes]
    return _Heads(codes, texts, own, "", index + (2 if _is_text_row(own, texts) else 1))


def _json(text: str) -> dict:
    if not text.startswith("{"):
        return {}
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _is_text_row(own: list[str], texts: list[str]) -> bool:
    """Tell whether a row holds texts of questions: answers would have a date there."""
    position = own.index("RecordedDate") if "RecordedDate" in own else -1
    return position >= 0 and not re.match(r"\d", texts[position])


def _table(
    grid: Grid, heads: _Heads, problems: list[Problem]
) -> tuple[Table, dict[str, Column]]:
    """Return the table, and the tool's own columns by their names."""
    found = headings(heads.codes, grid, heads.first - 1, problems)
    columns = [_column(heading, heads) for heading in found]
    rows = read_body(grid, heads.first, columns, problems)
    parts = Counter(code.rpartition("_")[0] for code in heads.codes)
    marked = tuple(_with_choice(column, parts) for column in columns)
    _empty_what_was_not_chosen(marked, rows)
    own = {
        heads.own[column.position]: column
        for column in reversed(marked)
        if column.position < len(heads.own)
    }
    return Table("", grid.sheet, marked, rows), own


def _column(heading: Heading, heads: _Heads) -> Column:
    position, role = heading.position, Role.ANSWER
    own = heads.own[position] if position < len(heads.own) else ""
    text = heads.texts[position] if position < len(heads.texts) else ""
    if own:
        role = _ROLES[own]
    elif not heading.text or _ORDER.fullmatch(heading.text):
        role = Role.BOOKKEEPING
    elif is_personal(heading.text) or is_personal(text):
        role = Role.PERSONAL
    return Column(
        position,
        heading.name,
        heading.text,
        role,
        text=text,
        is_repeated_header=heading.is_repeated,
    )


def _with_choice(column: Column, parts: Counter[str]) -> Column:
    """Mark `Q2_1` as a part of Q2, and `Q2_4_TEXT` as text beside its choices.

    What follows the question in the text of the column is the choice, or the row.
    """
    found = _PART.fullmatch(column.question)
    if column.role != Role.ANSWER or not found:
        return column
    question = found["question"]
    if found["text"]:
        asked = column.text.rpartition(" - ")[0].rpartition(" - ")[0]
        return replace(
            column, question=question, is_other=True, text=asked or column.text
        )
    if parts[question] < 2:
        return column
    asked, dash, choice = column.text.rpartition(" - ")
    return replace(
        column,
        question=question,
        option=choice if dash else found["number"],
        text=asked if dash else column.text,
    )


def _empty_what_was_not_chosen(columns: tuple[Column, ...], rows: list[Row]) -> None:
    for column in columns:
        if column.option:
            for row in rows:
                if row.cells[column.position] in _NOT_CHOSEN:
                    row.cells[column.position] = ""


def _has_labels(main: Table) -> bool:
    cells = [
        text
        for column in main.with_role(Role.ANSWER)
        for row in main.rows[:50]
        if (text := text_of(row.cells[column.position]))
    ]
    codes = sum(bool(re.fullmatch(r"-?\d+(,\d+)*", text)) for text in cells)
    return bool(cells) and 2 * codes < len(cells)


def _responses(
    main: Table, own: dict[str, Column], zone: str, problems: list[Problem]
) -> list[Response]:
    status, finished = own.get("Status"), own.get("Finished")

    def make(row: Row) -> Response:
        said = text_in(row, status).casefold()
        is_spam = said in _SPAM
        is_preview = said in _TESTS or bool(_PREVIEW.search(said))
        ended = text_in(row, finished).casefold()
        return Response(
            row,
            text_in(row, own.get("ResponseId")),
            language=text_in(row, own.get("UserLanguage")),
            is_finished=ended in _FINISHED and _is_known_status(said),
            is_test=is_preview or is_test(row, main),
            is_rejected=is_spam,
        )

    responses = make_responses(main, problems, make)
    problems += not_understood(main, status, _is_known_status)
    problems += not_understood(main, finished, (_FINISHED | _UNFINISHED).__contains__)
    problems += read_moments(
        main, responses, own.get("RecordedDate", own.get("EndDate"))
    )
    if known := _zone(zone):
        for response in responses:
            if response.submitted and response.submitted.tzinfo is None:
                response.submitted = response.submitted.replace(tzinfo=known)
                response.time_zone = zone
    return responses


def _is_known_status(said: str) -> bool:
    return (
        said in _TESTS | _SPAM
        or bool(_PREVIEW.search(said))
        or bool(_REAL.fullmatch(said))
    )


def _zone(name: str) -> datetime.tzinfo | None:
    if name == "Z":
        return datetime.UTC
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None
