"""From what a file holds to what it says: submissions, statements, problems.

Nothing here compares with the registry or writes to it. Rows and columns may stand
in any order; the result is the same but for row numbers.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from profiles.folding import fold
from surveys.mapping import Mapping
from surveys.memory import collection_paused
from surveys.models import Questionnaire, Submission
from surveys.names import Names
from surveys.normalising.answers import Conventions, Unanswered, undecided
from surveys.normalising.cells import EMAIL, Cells, problem_at, read_cells
from surveys.normalising.choices import OTHER, AsWritten
from surveys.normalising.columns import is_named, problems_of, tables_of
from surveys.normalising.forms import Form, read_form
from surveys.normalising.languages import language_of
from surveys.normalising.relevance import Condition, UnknownCondition, read_condition
from surveys.normalising.respondents import (
    Respondent,
    kept,
    respondent_of,
    several_of_one,
    submitted_at,
    without_duplicates,
)
from surveys.normalising.stating import Said, Statements, followers
from surveys.problems import Code, Problem, Severity
from surveys.readers.tables import Column, Export, Response, Role, Row, Tool
from surveys.statements import Normalised, Submitted
from surveys.vocabularies import SubmissionStatus

Progress = Callable[[int, int], None]
"""Told how many rows are done, of how many."""

CONSENT, REFUSED = "may_publish", "no"
"""The question whether answers may be published, and the answer that forbids it."""

_ROWS_BETWEEN_REPORTS = 500
_COUNTED = frozenset({Role.ANSWER, Role.PERSONAL, Role.LANGUAGE})
"""Columns whose cells make the fingerprint: what a tool counts or dates does not."""


def normalise(
    export: Export,
    mapping: Mapping,
    questionnaire: Questionnaire,
    names: Names,
    *,
    progress: Progress | None = None,
) -> Normalised:
    """Read an export's rows by a mapping. What cannot be understood is a problem.

    It never raises because of what cells hold. A submission whose respondent is not
    matched is kept with subject "", one that is not finished without statements.
    """
    with collection_paused():
        return _normalise(export, mapping, questionnaire, names, progress)


def _normalise(
    export: Export,
    mapping: Mapping,
    questionnaire: Questionnaire,
    names: Names,
    progress: Progress | None,
) -> Normalised:
    form = read_form(questionnaire, mapping, names)
    normalised = Normalised(
        mapping.kind, [], [], list(export.problems), version=questionnaire.version
    )
    tables = tables_of(export, form, mapping)
    normalised.problems += problems_of(tables, mapping.respondent)
    normalised.problems += _repeats_left_out(export, mapping)
    responses = kept(export, normalised.problems)
    if any(a.code == mapping.respondent for a in tables[0].missing):
        _count(normalised, export)
        return normalised
    conventions = Conventions(
        frozenset(fold(text) or text for text in mapping.empty),
        frozenset(fold(text) or text for text in mapping.does_not_know),
        mapping.day_first,
        export.splits_at,
        export.has_labels,
    )
    main = read_cells(tables[0], [r.row for r in responses], conventions)
    repeats = [
        _Repeat(read_cells(table, _rows(responses, table.table.name), conventions))
        for table in tables[1:]
    ]
    file = _File(export, mapping, form, names, main, repeats)
    submissions = _submissions(file, responses, normalised, progress)
    _keep(file, submissions, normalised)
    _count(normalised, export)
    return normalised


def _repeats_left_out(export: Export, mapping: Mapping) -> Iterator[Problem]:
    """Ask about a CSV file of a form with repeated groups.

    KoboToolbox leaves the groups out of it without a word; in a workbook a group
    without a sheet was filled in by nobody.
    """
    groups = sorted({rule.repeat for rule in mapping.rules if rule.repeat})
    is_one_table = export.delimiter and len(export.tables) == 1
    if export.tool == Tool.KOBO and is_one_table and groups:
        yield Problem(
            Code.REPEATS_MISSING,
            Severity.QUESTION,
            _(
                "The questionnaire has repeated groups (%(groups)s), which "
                "KoboToolbox leaves out of a CSV file: what they say would be missing."
            )
            % {"groups": ", ".join(groups)},
            allowed=_("The export as XLSX, which has every group on a sheet."),
        )


def _rows(responses: list[Response], repeat: str) -> list[Row]:
    return [row for r in responses for row in r.repeats.get(repeat, ())]


class _Repeat:
    """A repeated group, read; its rows are those of all submissions in turn."""

    def __init__(self, cells: Cells):
        self.cells = cells
        self.answers = list(_answers(cells))
        self.rows = list(_rows_kept(cells))
        self.personal = list(_personal(cells))
        self.prints = list(_prints(cells))
        self.starts: list[int] = []

    @property
    def code(self) -> str:
        return self.cells.columns.repeat

    @property
    def table(self) -> str:
        return self.cells.columns.table.name


@dataclass
class _File:
    """A file whose cells are read, before it is put together row by row."""

    export: Export
    mapping: Mapping
    form: Form
    names: Names
    main: Cells
    repeats: list[_Repeat]


def _submissions(
    file: _File,
    responses: list[Response],
    normalised: Normalised,
    progress: Progress | None,
) -> list[Submitted]:
    answers = list(_answers(file.main))
    reasons = list(_reasons(file, answers))
    rows = list(_rows_kept(file.main))
    personal = list(_personal(file.main))
    prints = list(_prints(file.main))
    respondents = _Respondents(file, normalised.problems)
    submissions: list[Submitted] = []
    ends = [0] * len(file.repeats)
    for index, response in enumerate(responses):
        print_of = [prints[index]]
        for number, repeat in enumerate(file.repeats):
            start = ends[number]
            end = start + len(response.repeats.get(repeat.table, ()))
            ends[number] = end
            repeat.starts.append(start)
            if start == end:
                continue
            if not repeat.cells.columns.is_unknown:
                answers[index][repeat.code] = repeat.answers[start:end]
            rows[index][_name_of(repeat.cells)] = repeat.rows[start:end]
            print_of += sorted(
                f"{repeat.code}\x1e{text}" for text in repeat.prints[start:end]
            )
            for place, apart in enumerate(repeat.personal[start:end], start=1):
                for header, text in apart.items():
                    personal[index][f"{repeat.table} {place}: {header}"] = text
        submissions.append(
            _submitted(
                file,
                response,
                index,
                respondents.of(index, answers[index]),
                answers[index],
                reasons[index],
                rows[index],
                personal[index],
                print_of,
            )
        )
        if progress and (index + 1) % _ROWS_BETWEEN_REPORTS == 0:
            progress(index + 1, len(responses))
    if progress:
        progress(len(responses), len(responses))
    return submissions


def _answers(cells: Cells) -> Iterator[dict[str, Any]]:
    """Return each row's answers by code, those that there are."""
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


def _reasons(file: _File, answers: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    """Return why questions have no answer, row by row.

    An empty cell whose question depends on other answers was not shown.
    """
    conditions = _conditions(file.form)
    for row, said in zip(_empty_cells(file), answers, strict=True):
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


def _empty_cells(file: _File) -> Iterator[dict[str, str]]:
    missing = {
        asked.code: Unanswered.NOT_IN_THIS_VERSION.value
        for asked in file.main.columns.missing
        if not asked.question.is_personal and not asked.question.repeat
    }
    found = file.main.answers
    codes = list(found)
    values = zip(*(a.values for a in found.values()), strict=True)
    reasons = zip(*(a.reasons for a in found.values()), strict=True)
    if not codes:
        yield from (dict(missing) for _row in file.main.rows)
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


def _rows_kept(cells: Cells) -> Iterator[dict[str, Any]]:
    """Return each row as it stands, without what is personal and what is empty."""
    apart = set(cells.columns.personal)
    columns = [
        c
        for c in cells.columns.table.columns
        if c not in apart and c.role != Role.PARENT
    ]
    return _by_header(cells, columns)


def _personal(cells: Cells) -> Iterator[dict[str, str]]:
    return _by_header(cells, cells.columns.personal)


def _by_header(cells: Cells, columns: list[Column]) -> Iterator[dict[str, str]]:
    headers = [column.header for column in columns]
    if not headers:
        yield from ({} for _row in cells.rows)
        return
    for texts in zip(*(cells.at(c) for c in columns), strict=True):
        yield {h: text for h, text in zip(headers, texts, strict=True) if text}


def _prints(cells: Cells) -> Iterator[str]:
    """Return of each row the text that its fingerprint is made of.

    Columns go by their header, so that their order does not matter. What a name was
    read as is part of it: a decision about a name makes another submission.
    """
    apart = set(cells.columns.personal)
    columns = sorted(
        (c for c in cells.columns.table.columns if c.role in _COUNTED or c in apart),
        key=lambda column: column.header,
    )
    records = sorted(
        code
        for code, answers in cells.answers.items()
        if answers.answering.asked.question.registry_list
    )
    headers = [column.header for column in columns]
    texts = [cells.at(column) for column in columns]
    for index, row in enumerate(zip(*texts, strict=True)):
        cells_of = "\x1f".join(
            [f"{h}\x1e{text}" for h, text in zip(headers, row, strict=True) if text]
        )
        keys = [repr(cells.answers[code].values[index]) for code in records]
        yield f"{cells_of}\x1d{keys}" if keys else cells_of
    if not texts:
        yield from ("" for _row in cells.rows)


def _name_of(cells: Cells) -> str:
    table = cells.columns.table
    return table.sheet or table.name


class _Respondents:
    """Who answered each row; names that are not matched are asked once each."""

    def __init__(self, file: _File, problems: list[Problem]):
        self.file = file
        self.problems = problems
        self.known: dict[tuple[Any, str], Respondent] = {}

    def of(self, index: int, answers: dict[str, Any]) -> Respondent:
        mapping = self.file.mapping
        answer = answers.get(mapping.respondent)
        other = answers.get(f"{mapping.respondent}_{OTHER}") or ""
        other = str(other or answers.get(mapping.respondent_other) or "")
        if isinstance(answer, list):
            answer = answer[0]
        key = (answer, other)
        if key not in self.known:
            self.known[key] = respondent_of(
                mapping.kind, answer, other, self.file.names
            )
            self._ask(self.known[key], answer, index)
        if not self.known[key].text:
            self._nobody(index)
        return self.known[key]

    def _ask(self, respondent: Respondent, answer: Any, index: int) -> None:
        # An undecided choice was asked where the column was read.
        if respondent.key or not respondent.match or isinstance(answer, AsWritten):
            return
        if respondent.match.how == "decision":
            return
        kind = self.file.mapping.kind.value
        answers = self.file.main.answers[self.file.mapping.respondent]
        is_other = answer is None or answer == OTHER
        column = answers.column_of(OTHER if is_other else self.file.mapping.respondent)
        trouble = undecided(kind, respondent.match)
        self.problems.append(
            problem_at(self.file.main, column, index, trouble, respondent.text)
        )

    def _nobody(self, index: int) -> None:
        cells = self.file.main
        column = cells.answers[self.file.mapping.respondent].answering.shown
        row = cells.rows[index]
        self.problems.append(
            Problem(
                Code.UNKNOWN_RESPONDENT,
                Severity.WARNING,
                _("The row does not say who answered: it states nothing."),
                sheet=cells.columns.table.sheet,
                row=row.number,
                column=column.header,
                cell=cells.columns.table.cell_address(column, row),
            )
        )


def _submitted(
    file: _File,
    response: Response,
    index: int,
    respondent: Respondent,
    answers: dict[str, Any],
    unanswered: dict[str, str],
    row: dict[str, Any],
    personal: dict[str, str],
    print_of: list[str],
) -> Submitted:
    content = "\x1c".join(print_of)
    content_hash = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    moment, zone = submitted_at(response, file.mapping.time_zone)
    name, email = _person(file, personal)
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


_LONGEST_ID = Submission._meta.get_field("submission_id").max_length or 0


def _identifier(response: Response, content_hash: str) -> str:
    if not response.key:
        return _made_id(response, content_hash)
    if len(response.key) <= _LONGEST_ID:
        return response.key
    mark = hashlib.sha256(response.key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{response.key[: _LONGEST_ID - 33]}-{mark[:32]}"


def _made_id(response: Response, content_hash: str) -> str:
    moment = response.submitted.isoformat() if response.submitted else ""
    made = json.dumps([moment, content_hash])
    return f"made-{hashlib.sha256(made.encode()).hexdigest()[:32]}"


def _person(file: _File, personal: dict[str, str]) -> tuple[str, str]:
    name = email = ""
    for column in file.main.columns.personal:
        text = personal.get(column.header, "").strip()
        if not text:
            continue
        if is_named(column, file.mapping.person_name):
            name = text
        is_address = not email and EMAIL.fullmatch(text)
        if is_named(column, file.mapping.person_email) or is_address:
            email = text
    return name, email


def _keep(file: _File, submissions: list[Submitted], normalised: Normalised) -> None:
    problems = normalised.problems
    problems += file.main.problems
    for repeat in file.repeats:
        problems += repeat.cells.problems
    keep = without_duplicates(submissions, problems)
    if any(s.submission_id.startswith("made-") for s in submissions):
        problems.append(
            Problem(
                Code.NO_SUBMISSION_ID,
                Severity.NOTE,
                _(
                    "The file has no identifiers of submissions. A corrected answer "
                    "will not be known as the one that it corrects."
                ),
                sheet=file.export.main.sheet,
            )
        )
    said = {(problem.code, problem.row) for problem in problems}
    rules = followers(file.mapping.rules, file.mapping.kind, file.names)
    statements = Statements()
    for index, submitted in enumerate(submissions):
        if index not in keep:
            continue
        number = len(normalised.submissions)
        normalised.submissions.append(submitted)
        if submitted.status == SubmissionStatus.PARTIAL:
            if (Code.PARTIAL_SUBMISSION, submitted.row_number) not in said:
                problems.append(_partial(submitted))
        elif submitted.answers.get(CONSENT) == REFUSED:
            problems.append(_not_to_be_published(submitted))
        elif submitted.subject:
            _follow(file, rules, submitted, index, number, statements)
    problems += _required_empty(file, submissions, keep)
    problems += several_of_one(normalised.submissions)
    problems += statements.problems
    normalised.statements = statements.made


def _follow(file, rules, submitted, index, number, statements) -> None:
    language = language_of(submitted.language, _texts(submitted.answers))
    main = Said(
        number, submitted.subject, language, submitted.answers, file.main, index
    )
    for follower in rules.get("", ()):
        follower.follow(main, statements)
    for repeat in file.repeats:
        start = repeat.starts[index]
        for offset, answers in enumerate(submitted.answers.get(repeat.code, ())):
            said = Said(
                number,
                submitted.subject,
                language,
                answers,
                repeat.cells,
                start + offset,
                main,
            )
            for follower in rules.get(repeat.code, ()):
                follower.follow(said, statements)


def _texts(answers: dict[str, Any]) -> Iterator[str]:
    """Return the answers that can be sentences, those of repeated groups too."""
    for answer in answers.values():
        if isinstance(answer, str):
            yield answer
        elif answer and isinstance(answer[0], dict):
            for entry in answer:
                yield from _texts(entry)


def _partial(submitted: Submitted) -> Problem:
    return Problem(
        Code.PARTIAL_SUBMISSION,
        Severity.NOTE,
        _("Not finished: it is kept, and nothing is taken from it."),
        sheet=submitted.sheet,
        row=submitted.row_number,
    )


def _not_to_be_published(submitted: Submitted) -> Problem:
    return Problem(
        Code.NOT_TO_BE_PUBLISHED,
        Severity.NOTE,
        _("The respondent does not want it published: nothing is taken from it."),
        sheet=submitted.sheet,
        row=submitted.row_number,
    )


def _required_empty(
    file: _File, submissions: list[Submitted], keep: set[int]
) -> Iterator[Problem]:
    """Warn once per required question that complete submissions leave open."""
    for code, answers in file.main.answers.items():
        question = answers.answering.asked.question
        if not question.is_required or code == file.mapping.respondent:
            continue
        empty = [
            index
            for index in sorted(keep)
            if answers.values[index] is None
            and answers.reasons[index] == Unanswered.LEFT_EMPTY
            and submissions[index].status == SubmissionStatus.COMPLETE
        ]
        if not empty or question.relevant:
            continue
        cells, column = file.main, answers.answering.shown
        rows = ", ".join(str(cells.rows[index].number) for index in empty[:20])
        yield Problem(
            Code.REQUIRED_EMPTY,
            Severity.WARNING,
            _("“%(question)s” is required and empty in these rows: %(rows)s")
            % {
                "question": question.code,
                "rows": f"{rows}, …" if len(empty) > 20 else rows,
            },
            sheet=cells.columns.table.sheet,
            row=cells.rows[empty[0]].number,
            column=column.header,
            cell=cells.columns.table.cell_address(column, cells.rows[empty[0]]),
        )


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
        "unmatched": sum(not s.subject for s in normalised.submissions),
        "statements": len(normalised.statements),
    }
