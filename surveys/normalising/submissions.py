"""From the cells of an export to its submissions, statements and problems.

Nothing here compares with the registry or writes to it. Rows and columns may stand
in any order; the result is the same but for row numbers.
"""

import datetime
import hashlib
import json
import zoneinfo
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Decisions
from typing import Any

from django.utils.translation import gettext as _

from profiles.folding import fold
from surveys.file_questions import accept_losses, would_lose
from surveys.mapping import Mapping
from surveys.models import Questionnaire, Submission
from surveys.names import Names
from surveys.normalising.answers import Conventions
from surveys.normalising.cells import moved_rows, read_cells
from surveys.normalising.column_problems import problems_of
from surveys.normalising.columns import TableColumns, is_named, tables_of
from surveys.normalising.consents import heed_comments
from surveys.normalising.files import (
    File,
    Repeat,
    answers_by_row,
    fingerprint,
    personal_by_row,
    reasons_by_row,
    rows_kept,
)
from surveys.normalising.following import keep_and_follow
from surveys.normalising.forms import read_form
from surveys.normalising.keeping import kept, without_repeated_headings
from surveys.normalising.respondents import Respondent, Respondents
from surveys.normalising.settling import settle
from surveys.normalising.yes_no import languages_shown
from surveys.problems import Code, Problem, Severity
from surveys.readers.shapes import EMAIL
from surveys.readers.tables import Export, Response, Row, Tool
from surveys.statements import Normalised, Submitted
from surveys.vocabularies import SubmissionStatus

Progress = Callable[[int, int], None]
"""Called with the number of rows that are done, and that of all rows."""


_ROWS_BETWEEN_REPORTS = 500
_WRITE_OTHER = frozenset({Tool.GOOGLE_FORMS, Tool.MS_FORMS})
"""Tools that write an answer of one's own among the choices, and in no other column."""


def normalise(
    export: Export,
    mapping: Mapping,
    questionnaire: Questionnaire,
    names: Names,
    *,
    decisions: Decisions[str, Any] | None = None,
    progress: Progress | None = None,
) -> Normalised:
    """Return what an export says by its mapping; what is not understood is a problem.

    `decisions` has what people answered to questions on the file and on values. No
    content of a cell makes it raise. A submission whose respondent is not matched
    is kept with subject "", an unfinished one without statements.
    """
    decisions = decisions or {}
    settle(export, mapping, decisions)
    form = read_form(questionnaire, mapping, names)
    normalised = Normalised(
        mapping.kind, [], [], list(export.problems), version=questionnaire.version
    )
    tables = tables_of(export, form, mapping)
    normalised.problems += problems_of(tables, mapping.respondent, mapping.ignored)
    normalised.problems += _repeats_left_out(export, mapping, tables)
    normalised.problems += _unread_sheets(export, mapping)
    normalised.problems += without_repeated_headings(export, tables[0])
    responses = kept(export, normalised.problems)
    if any(a.code == mapping.respondent for a in tables[0].missing):
        _count(normalised, export)
        return normalised
    conventions = Conventions(
        frozenset(fold(text) or text for text in mapping.empty),
        frozenset(fold(text) or text for text in mapping.does_not_know),
        mapping.day_first,
        export.splits_at,
        writes_other=export.has_labels and export.tool in _WRITE_OTHER,
        tool=export.tool,
        languages=languages_shown({r.language for r in responses}),
        decisions=decisions,
    )
    main = read_cells(tables[0], [r.row for r in responses], conventions)
    if moved := list(moved_rows(main)):
        normalised.problems += moved
        left_out = {problem.row for problem in moved}
        responses = [r for r in responses if r.row.number not in left_out]
        main = read_cells(tables[0], [r.row for r in responses], conventions)
    heed_comments(main, [r.key for r in responses], conventions)
    repeats = [
        Repeat(read_cells(table, _rows(responses, table.table.name), conventions))
        for table in tables[1:]
    ]
    file = File(export, mapping, form, names, main, repeats)
    submissions = _submissions(file, responses, normalised, progress)
    normalised.identities = {
        one.submission_id: (one.subject, one.content_hash) for one in submissions
    }
    keep_and_follow(file, submissions, normalised, conventions)
    accept_losses(normalised.problems, decisions)
    _count(normalised, export)
    return normalised


_WITH_TABLES = frozenset({Tool.ODK, Tool.SURVEYCTO, Tool.SURVEY123})
"""Tools that write a table for each group, also for one that nobody filled in."""


def _repeats_left_out(
    export: Export, mapping: Mapping, tables: list[TableColumns]
) -> Iterator[Problem]:
    """Ask about repeated groups that a file does not bring along.

    Tools leave the groups out of the CSV file of the main table without a word. In
    KoboToolbox's workbooks they have sheets, but for groups that nobody filled in. A
    file without any group of a form that is nothing but groups says nothing at all.
    """
    groups = {rule.repeat for rule in mapping.rules if rule.repeat}
    missing = groups - {table.repeat for table in tables}
    is_one_table = bool(export.delimiter) and len(export.tables) == 1
    is_left_out = export.tool in _WITH_TABLES or (
        export.tool == Tool.KOBO and is_one_table
    )
    is_all = missing == groups and all(rule.repeat for rule in mapping.rules)
    is_asked = any(p.code == Code.REPEATS_MISSING for p in export.problems)
    if missing and not is_asked and (is_left_out or is_all):
        problem = Problem(
            Code.REPEATS_MISSING,
            Severity.QUESTION,
            _(
                "The questionnaire has repeated groups (%(groups)s), of which this "
                "file has nothing: what they say would be missing."
            )
            % {"groups": ", ".join(sorted(missing))},
            allowed=_(
                "The whole export: of KoboToolbox as XLSX, whose groups have a sheet "
                "each; of other tools an archive with the CSV files of all groups."
            ),
        )
        yield would_lose(problem, ", ".join(sorted(missing)))


def _unread_sheets(export: Export, mapping: Mapping) -> Iterator[Problem]:
    """Ask about tables of the file that nothing ties to its submissions."""
    for sheet, count in export.unread.items():
        if sheet not in mapping.ignored:
            problem = Problem(
                Code.UNREAD_SHEET,
                Severity.QUESTION,
                _(
                    "The sheet “%(sheet)s” has a table of %(count)s rows that is no "
                    "part of the export, as far as it can be told, and was not read: "
                    "what it says would be missing."
                )
                % {"sheet": sheet, "count": count},
                sheet=sheet,
                allowed=_(
                    "The file as the survey tool exports it, or a mapping that lists "
                    "the sheet as ignored."
                ),
            )
            yield would_lose(problem, sheet)


def _rows(responses: list[Response], repeat: str) -> list[Row]:
    return [row for r in responses for row in r.repeats.get(repeat, ())]


def _submissions(
    file: File,
    responses: list[Response],
    normalised: Normalised,
    progress: Progress | None,
) -> list[Submitted]:
    answers = list(answers_by_row(file.main))
    reasons = list(reasons_by_row(file.form, file.main, answers))
    rows = list(rows_kept(file.main))
    personal = list(personal_by_row(file.main))
    respondents = Respondents(file, normalised.problems)
    people = _People(file)
    submissions: list[Submitted] = []
    ends = [0] * len(file.repeats)
    for index, response in enumerate(responses):
        for number, repeat in enumerate(file.repeats):
            start = ends[number]
            end = start + len(response.repeats.get(repeat.table, ()))
            ends[number] = end
            repeat.starts.append(start)
            if start < end:
                _put_together(
                    repeat,
                    slice(start, end),
                    answers[index],
                    rows[index],
                    personal[index],
                )
        submissions.append(
            _submitted(
                file,
                response,
                index,
                respondents.of(index, answers[index]),
                people,
                answers[index],
                reasons[index],
                rows[index],
                personal[index],
            )
        )
        if progress and (index + 1) % _ROWS_BETWEEN_REPORTS == 0:
            progress(index + 1, len(responses))
    normalised.problems += respondents.nobody(responses)
    if progress:
        progress(len(responses), len(responses))
    return submissions


def _put_together(
    repeat: Repeat,
    own: slice,
    answers: dict[str, Any],
    row: dict[str, Any],
    personal: dict[str, str],
) -> None:
    """Add a submission's rows of a group to its main row."""
    if not repeat.cells.columns.is_unknown:
        answers[repeat.code] = repeat.answers[own]
    row[repeat.name] = repeat.rows[own]
    for place, apart in enumerate(repeat.personal[own], start=1):
        for header, text in apart.items():
            personal[f"{repeat.table} {place}: {header}"] = text


def _submitted(
    file: File,
    response: Response,
    index: int,
    respondent: Respondent,
    people: "_People",
    answers: dict[str, Any],
    unanswered: dict[str, str],
    row: dict[str, Any],
    personal: dict[str, str],
) -> Submitted:
    content_hash = fingerprint(answers, unanswered)
    moment, zone = _submitted_at(response, file.mapping.time_zone)
    name, email = people.of(personal)
    return Submitted(
        submission_id=_identifier(response, content_hash),
        subject=respondent.key,
        respondent=respondent.text[:250],
        status=(
            SubmissionStatus.COMPLETE
            if response.is_finished
            else SubmissionStatus.PARTIAL
        ),
        content_hash=content_hash,
        row=row,
        answers=answers,
        unanswered=unanswered,
        personal=personal,
        person_name=name[:250],
        person_email=email[:254],
        submitted_at=moment,
        time_zone=zone[:40],
        language=response.language[:20],
        sheet=file.export.main.sheet,
        row_number=response.row.number,
    )


def _submitted_at(
    response: Response, time_zone: str
) -> tuple[datetime.datetime | None, str]:
    """Return when a response was handed in, aware, and its zone, "" if none is known.

    `time_zone` is the mapping's, for files that name no zone. Without any zone the time
    counts as UTC.
    """
    moment = response.submitted
    if moment is None or moment.tzinfo is not None:
        return moment, response.time_zone
    try:
        zone = zoneinfo.ZoneInfo(time_zone) if time_zone else None
    except (ValueError, zoneinfo.ZoneInfoNotFoundError):
        zone = None
    return moment.replace(tzinfo=zone or datetime.UTC), time_zone if zone else ""


_LONGEST_ID = Submission._meta.get_field("submission_id").max_length or 0


def _identifier(response: Response, content_hash: str) -> str:
    if not response.key:
        return _made_id(response, content_hash)
    if len(response.key) <= _LONGEST_ID:
        return response.key
    mark = hashlib.sha256(response.key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{response.key[: _LONGEST_ID - 33]}-{mark[:32]}"


MADE = "made-"
"""How an identifier begins that is made of the answers: the file has none."""


def _made_id(response: Response, content_hash: str) -> str:
    moment = response.submitted.isoformat() if response.submitted else ""
    made = json.dumps([moment, content_hash])
    return f"{MADE}{hashlib.sha256(made.encode()).hexdigest()[:32]}"


class _People:
    """Tells name and address of who filled in a row of a file."""

    def __init__(self, file: File):
        name, email = file.mapping.person_name, file.mapping.person_email
        self._columns = [
            (column.header, is_named(column, name), is_named(column, email))
            for column in file.main.columns.personal
        ]

    def of(self, personal: dict[str, str]) -> tuple[str, str]:
        name = email = ""
        for header, holds_name, holds_email in self._columns:
            text = personal.get(header, "").strip()
            if not text:
                continue
            if holds_name:
                name = text
            if holds_email or (not email and EMAIL.fullmatch(text)):
                email = text
        return name, email


def _count(normalised: Normalised, export: Export) -> None:
    complete = [
        s for s in normalised.submissions if s.status == SubmissionStatus.COMPLETE
    ]
    normalised.counts = {
        "rows": len(export.responses),
        "submissions": len(normalised.submissions),
        "complete": len(complete),
        "partial": len(normalised.submissions) - len(complete),
        "tests": sum(r.is_test for r in export.responses),
        "not_approved": sum(r.is_rejected and not r.is_test for r in export.responses),
        "waiting": normalised.waiting,
        "unmatched": sum(not s.subject for s in normalised.submissions),
        "statements": len(normalised.statements),
    }
