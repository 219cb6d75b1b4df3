"""LimeSurvey: one table, as CSV or XLSX.

Conventions, from LimeSurvey's exporters: headings are codes (`A8[SQ001]`), texts
(`Which …? [Option]`) or both (`A8[SQ001]. Which …? [Option]`), whatever the answers
are; several choices are a column each, with Y or Yes for what was chosen; `[other]`
holds what was written beside the choices, whose own code is then `-oth-`; N/A stands
for what was not shown; an empty date of submission means that it was not finished.
"""

import re
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from profiles.uploads.cells import Grid
from surveys.problems import Problem
from surveys.readers.bodies import read_body
from surveys.readers.grids import Source
from surveys.readers.headings import Heading, headings
from surveys.readers.marks import Recognised, find_headings
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
_CHOSEN = frozenset(("", "Y", "N", "Yes", "No", "Oui", "Non", "Sí", "N/A", "Si"))
_LABELS = _CHOSEN - {"", "Y", "N"}
_ANSWER_CODE = re.compile(r"-oth-|[A-Z]{1,3}\d{1,3}|[YN]")
_NEVER_DATED = "1980-01-01"
_OTHER = frozenset(("other", "Other", "Autre", "Otro"))


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
    if not found:
        return None
    reason = _("It has the columns %(columns)s, which LimeSurvey adds.")
    score = min(1.0, 0.6 + 0.1 * len(found.marks))
    return found.recognised(Tool.LIMESURVEY, score, reason % {"columns": found.shown})


def _marks(names: set[str]) -> set[str]:
    own = {name for name in names if _own(name) in _OWN}
    return own if len({_own(name) for name in own} & _CERTAIN) > 1 else set()


def _own(name: str) -> str:
    """Return the code of a column of LimeSurvey's own, "" for any other column."""
    code, _dot, text = name.replace("_", " ").partition(". ")
    if code in _OWN and text in ("", _OWN[code][0]):
        return code
    return _BY_TEXT.get(name.replace("_", " "), "")


def read(source: Source, recognised: Recognised) -> Export:
    problems = list(source.problems)
    main = _table(source.grids[recognised.grid], recognised.row, problems)
    responses = _responses(main, problems)
    return exported(
        source,
        recognised,
        [main],
        responses,
        problems,
        has_labels=_has_labels(main),
    )


def _table(grid: Grid, index: int, problems: list[Problem]) -> Table:
    found = headings(grid.rows[index], grid, index, problems)
    has_codes = any(
        heading.text.partition(".")[0] in ("submitdate", "lastpage", "startlanguage")
        for heading in found
    )
    parsed = {each.position: _parse(each.text, has_codes) for each in found}
    columns = [_column(heading, parsed[heading.position]) for heading in found]
    rows = read_body(grid, index + 1, columns, problems)
    _take_off_masks(rows)
    split = _split_questions(columns, parsed, rows)
    marked = tuple(
        _with_part(column, parsed[column.position], split) for column in columns
    )
    return Table("", grid.sheet, marked, rows)


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


def _split_questions(
    columns: list[Column], parsed: dict[int, _Parsed], rows: list[Row]
) -> set[str]:
    """Return the questions with a column per choice, which holds only yes or no.

    The columns of a matrix have headings of the same kind, but hold answers.
    """
    parts: dict[str, list[Column]] = {}
    for column in columns:
        each = parsed[column.position]
        if column.role == Role.ANSWER and each.part and not _is_beside(each.part):
            parts.setdefault(each.question, []).append(column)
    return {
        question
        for question, members in parts.items()
        if all(
            row.cells[member.position] in _CHOSEN for member in members for row in rows
        )
    }


def _is_beside(part: str) -> bool:
    return part in _OTHER or part.endswith("comment")


def _with_part(column: Column, parsed: _Parsed, split: set[str]) -> Column:
    if column.role != Role.ANSWER or not parsed.part:
        return column
    if parsed.part in _OTHER:
        return replace(column, is_other=True)
    if parsed.question in split and not _is_beside(parsed.part):
        option = parsed.part
        return replace(column, option=option)
    return replace(column, question=f"{parsed.question}[{parsed.part}]")


def _has_labels(main: Table) -> bool:
    """Tell whether the answers are labels (Yes, sentences) and not codes (Y, `A1`)."""
    split = [column for column in main.columns if column.option]
    for column in split:
        cells = {row.cells[column.position] for row in main.rows}
        if not cells.isdisjoint(_LABELS):
            return True
    if any(row.cells[column.position] == "Y" for column in split for row in main.rows):
        return False
    texts = [
        cell
        for column in main.with_role(Role.ANSWER)
        if not column.is_other
        for row in main.rows[:50]
        if isinstance(cell := row.cells[column.position], str) and cell
    ]
    codes = sum(
        bool(re.fullmatch(r"-oth-|[A-Z]{1,3}\d{1,3}|[YN]", each)) for each in texts
    )
    return 2 * codes < len(texts)


def _responses(main: Table, problems: list[Problem]) -> list[Response]:
    own = {_own(column.header): column for column in main.columns}
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
