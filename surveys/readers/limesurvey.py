"""LimeSurvey: one table, as CSV or XLSX.

Conventions, from LimeSurvey's exporters: headings are codes (`A8[SQ001]`), texts
(`Which …? [Option]`) or both (`A8[SQ001]. Which …? [Option]`), whatever the answers
are; several choices are a column each, with Y or Yes for what was chosen; `[other]`
holds what was written beside the choices, whose own code is then `-oth-`; N/A stands
for what was not shown; an empty date of submission means that it was not finished. Its
own headings follow the language of who exports, and their order never changes: then
the cells below them tell what they are.

A file `.vv` has tabs, texts of questions above their codes (`A8_SQ001`), and marks in
braces for what would break its lines.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from profiles.uploads.cells import Cell, Grid
from surveys.problems import Problem
from surveys.readers.bodies import read_body
from surveys.readers.grids import Source, one_line
from surveys.readers.headings import Heading, heading_index, headings
from surveys.readers.marks import HeadingRow, Recognised, find_headings
from surveys.readers.own_columns import (
    are_addresses,
    are_identifiers,
    are_languages,
    are_moments,
    are_numbers,
    cells_below,
    texts_below,
)
from surveys.readers.personal import is_personal
from surveys.readers.responses import (
    exported,
    is_test,
    make_responses,
    read_moments,
    text_in,
)
from surveys.readers.tables import Column, Export, Response, Role, Row, Table, Tool

_OWN = {
    "id": ("Response ID", Role.KEY),
    "submitdate": ("Date submitted", Role.SUBMITTED),
    "lastpage": ("Last page", Role.BOOKKEEPING),
    "startlanguage": ("Start language", Role.LANGUAGE),
    "seed": ("Seed", Role.BOOKKEEPING),
    "startdate": ("Date started", Role.BOOKKEEPING),
    "datestamp": ("Date last action", Role.BOOKKEEPING),
    "token": ("Access code", Role.PERSONAL),
    "ipaddr": ("IP address", Role.PERSONAL),
    "refurl": ("Referrer URL", Role.PERSONAL),
    "interviewtime": ("Total time", Role.BOOKKEEPING),
}
_BY_TEXT = {text: code for code, (text, _role) in _OWN.items()}
_CERTAIN = frozenset(("submitdate", "lastpage", "startlanguage", "seed", "datestamp"))
_CODED = re.compile(
    r"(?P<question>[A-Za-z]\w*)(?:\[(?P<part>[^\]]*)\])?(?:\[(?P<scale>[^\]]*)\])?"
    r"(?:\.[ _](?P<text>.*))?"
)
_TIMES = re.compile(r"groupTime\d*|\w+Time|(Group|Question|Total)[ _]time\b.*")
_WITH_OPTION = re.compile(r"(?P<question>.*\S)\s*\[(?P<option>[^\[\]]*)\]")
_ANSWER_CODE = re.compile(r"-oth-|[A-Z]{1,3}\d{1,3}|[YN]")
_NEVER_DATED = "1980-01-01"
_OTHER = frozenset(
    (
        *("other", "Other", "Autre", "Otro", "Otra", "Sonstiges", "Andere", "Outro"),
        *("Altro", "Anders", "Другое", "其他", "أخرى"),
    )
)
_NOT_SHOWN = "{question_not_shown}"
_FIRST = ("id", "submitdate", "lastpage", "startlanguage")
_VV_MARKS = {
    "{quote}": '"',
    "{cr}": "",
    "{newline}": "\n",
    "{tab}": "\t",
    "{lbrace}": "{",
    "{rbrace}": "}",
}


@dataclass(frozen=True)
class _Parsed:
    """A heading taken apart. `part` is the code, or the text, within brackets."""

    question: str
    part: str = ""
    text: str = ""
    own: str = ""


def recognise(source: Source) -> Recognised | None:
    """Recognise the file by LimeSurvey's own columns, as codes or English texts."""
    found = find_headings(source, _marks)
    if found:
        found = _codes_below_texts(source, found)
        reason = _("It has the columns %(columns)s, which LimeSurvey adds.")
        reason %= {"columns": found.shown}
        score = min(1.0, 0.6 + 0.1 * len(found.marks))
        return found.recognised(Tool.LIMESURVEY, score, reason)
    for number, grid in enumerate(source.grids):
        index = heading_index(grid)
        if own := _own_by_shape(grid, index):
            reason = _(
                "It begins with a number, a date, a page and a language (%(columns)s), "
                "as of LimeSurvey in another language."
            )
            reason %= {"columns": ", ".join(own)}
            return Recognised(Tool.LIMESURVEY, 0.7, reason, number, index)
    return None


def _marks(names: set[str]) -> set[str]:
    own = {name for name in names if _own(name) in _OWN}
    return own if len({_own(name) for name in own} & _CERTAIN) > 1 else set()


def _codes_below_texts(source: Source, found: HeadingRow) -> HeadingRow:
    """Return the second of two rows of headings: a file `.vv` has its codes there."""
    rows = source.grids[found.grid].rows
    if found.row + 1 < len(rows):
        below = {text for cell in rows[found.row + 1] if (text := one_line(cell))}
        if marks := _marks(below):
            return HeadingRow(found.grid, found.row + 1, tuple(sorted(marks)))
    return found


def _own_by_shape(grid: Grid, index: int) -> dict[str, str]:
    """Return codes of LimeSurvey's first columns by their headings, {} without them."""
    heads = [one_line(cell) for cell in grid.rows[index]] if grid.rows else []
    if len(heads) < 5 or not all(heads[:4]):
        return {}
    pages = [text for text in texts_below(grid, index, 2) if text]
    if not (
        are_identifiers(texts_below(grid, index, 0))
        and are_moments(cells_below(grid, index, 1), all_filled=False)
        and all(text.isdigit() and len(text) < 4 for text in pages)
        and are_languages(texts_below(grid, index, 3))
    ):
        return {}
    own = dict(zip(heads, _FIRST, strict=False))
    for place in range(4, len(heads)):
        texts = texts_below(grid, index, place)
        if code := _next_own(texts, cells_below(grid, index, place), own):
            own[heads[place]] = code
        else:
            break
    return own


def _next_own(texts: list[str], cells: list[Cell], own: dict[str, str]) -> str:
    """Return which of LimeSurvey's further columns holds these cells, "" for none."""
    filled = [text for text in texts if text]
    known = own.values()
    if "seed" not in known and are_numbers(texts) and all(len(t) > 4 for t in texts):
        return "seed"
    if are_moments(cells, all_filled=False):
        return next((c for c in ("startdate", "datestamp") if c not in known), "")
    if are_addresses(texts):
        return "ipaddr"
    if filled and all(re.match("https?://", text) for text in filled):
        return "refurl"
    is_token = all(re.fullmatch(r"(?=.*\d)\w{15,36}", text) for text in filled)
    return "token" if filled and is_token else ""


def _own(name: str) -> str:
    """Return the code of a column of LimeSurvey's own, "" for any other column."""
    code, _dot, _text = name.replace("_", " ").partition(". ")
    if code in _OWN:
        return code
    return _BY_TEXT.get(name.replace("_", " "), "")


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    grid, index = source.grids[recognised.grid], recognised.row
    own = {} if recognised.marks else _own_by_shape(grid, index)
    is_vv = index > 0 and source.delimiter == "\t" and not own
    main = _table(grid, index, problems, own=own, is_vv=is_vv)
    responses = _responses(main, problems)
    return exported(
        source,
        recognised,
        [main],
        responses,
        problems,
        has_labels=_has_labels(main),
    )


def _table(
    grid: Grid, index: int, problems: list[Problem], *, own: dict[str, str], is_vv: bool
) -> Table:
    found = headings(grid.rows[index], grid, index, problems)
    has_codes = any(
        heading.text.partition(".")[0] in ("submitdate", "lastpage", "startlanguage")
        for heading in found
    )
    parsed = {
        each.position: _Parsed(each.text, own=own[each.text])
        if each.text in own
        else _parse(each.text, has_codes)
        for each in found
    }
    if is_vv:
        _add_texts(parsed, grid.rows[index - 1])
    columns = [
        _with_part(_column(heading, parsed[heading.position]), parsed[heading.position])
        for heading in found
    ]
    rows = read_body(grid, index + 1, columns, problems)
    _take_off_masks(rows)
    if is_vv:
        _take_off_vv_marks(rows)
    return Table("", grid.sheet, tuple(columns), rows)


def _add_texts(parsed: dict[int, _Parsed], texts: list[Cell]) -> None:
    """Give the columns of a file `.vv` their texts, and parts after "_" their place."""
    codes = {each.question for each in parsed.values()}
    parts = Counter(code.rpartition("_")[0] for code in codes)
    for position, each in parsed.items():
        if each.own or position >= len(texts):
            continue
        question, _line, part = each.question.rpartition("_")
        is_part = parts[question] > 1 or question in codes
        if question and not each.part and is_part:
            each = replace(each, question=question, part=part)
        parsed[position] = replace(each, text=one_line(texts[position]))


def _take_off_vv_marks(rows: list[Row]) -> None:
    for row in rows:
        for position, cell in enumerate(row.cells):
            if isinstance(cell, str) and "{" in cell and cell != _NOT_SHOWN:
                for mark, text in _VV_MARKS.items():
                    cell = cell.replace(mark, text)
                row.cells[position] = cell


def _parse(text: str, has_codes: bool) -> _Parsed:
    if own := _own(text):
        return _Parsed(text, own=own)
    if has_codes and (found := _CODED.fullmatch(text)):
        question, part, asked = found["question"], found["part"], found["text"] or ""
        if found["scale"] is not None:
            question, part = f"{question}[{part}]", found["scale"]
        return _Parsed(question, part or "", asked)
    if not has_codes and (found := _WITH_OPTION.fullmatch(text)):
        return _Parsed(found["question"], found["option"])
    return _Parsed(text)


def _column(heading: Heading, parsed: _Parsed) -> Column:
    role = Role.ANSWER
    if parsed.own:
        role = _OWN[parsed.own][1]
    elif not heading.text or _TIMES.fullmatch(parsed.question):
        role = Role.BOOKKEEPING
    elif is_personal(parsed.question) or is_personal(parsed.text or heading.text):
        role = Role.PERSONAL
    return Column(
        heading.position,
        heading.name,
        parsed.own or parsed.question,
        role,
        text=parsed.text,
        is_repeated_header=heading.is_repeated,
    )


def _take_off_masks(rows: list[Row]) -> None:
    """Remove the mark that keeps spreadsheets from reading a text as a formula."""
    for row in rows:
        for position, cell in enumerate(row.cells):
            if cell.__class__ is str and cell.startswith("'="):
                row.cells[position] = cell[1:]


def _with_part(column: Column, parsed: _Parsed) -> Column:
    if column.role != Role.ANSWER or not parsed.part:
        return column
    if parsed.part in _OTHER:
        return replace(column, is_other=True)
    if parsed.part.endswith("comment"):
        return replace(column, question=f"{parsed.question}[{parsed.part}]")
    return replace(column, option=parsed.part)


def _has_labels(main: Table) -> bool:
    """Tell whether the answers are labels (Yes, sentences) and not codes (Y, `A1`)."""
    texts = [
        cell
        for column in main.with_role(Role.ANSWER)
        if not column.is_other
        for row in main.rows[:50]
        if isinstance(cell := row.cells[column.position], str)
        and cell not in ("", "N/A", _NOT_SHOWN)
    ]
    codes = sum(bool(_ANSWER_CODE.fullmatch(each)) for each in texts)
    return 2 * codes < len(texts)


def _responses(main: Table, problems: list[Problem]) -> list[Response]:
    own = {
        column.question: column for column in main.columns if column.question in _OWN
    }
    submitted, language = own.get("submitdate"), own.get("startlanguage")

    def make(row: Row) -> Response:
        return Response(
            row,
            text_in(row, own.get("id")),
            language=text_in(row, language),
            is_finished=submitted is None or text_in(row, submitted) not in ("", "N/A"),
            is_test=is_test(row, main),
        )

    responses = make_responses(main, problems, make)
    problems += read_moments(main, responses, submitted)
    for response in responses:
        # Surveys that do not stamp dates write this one for "finished".
        if response.submitted and response.submitted.isoformat().startswith(
            _NEVER_DATED
        ):
            response.submitted = None
    return responses
