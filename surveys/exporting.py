"""The current submissions of a round as a plain table, which an import reads back.

The format is that of `surveys.readers.plain`, under our own names: the columns of
METADATA, then one for each question by its code, and `<code>_other` for what was
written beside choices. A repeated group has a sheet of its own, with `submission_id`
before its questions. The cell of a question without an answer has the reason, such as
{does-not-know}. Nothing tells who filled a submission in.
"""

import csv
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from profiles.spreadsheets import harmless
from surveys.mapping import Mapping, shipped
from surveys.models import Question, Questionnaire, Round, Submission
from surveys.names import Names
from surveys.normalising.answers import (
    AS_IT_IS,
    REASONS,
    Asking,
    Conventions,
    reader,
)
from surveys.normalising.choices import is_other
from surveys.normalising.missing_codes import missing
from surveys.normalising.respondents import respondent_of
from surveys.questionnaires.definitions import OTHER
from surveys.readers.bodies import EXCEL_CELL
from surveys.readers.plain import METADATA, SEPARATOR
from surveys.vocabularies import QuestionType, RespondentKind, Unanswered

_KEY = "submission_id"
_MARK_OF: dict[str, str] = {
    reason: mark for mark, reason in REASONS.items() if reason != Unanswered.LEFT_EMPTY
}
_EXCEL_NAME = 31
_BATCH = 500

Row = list[str]


class CannotExport(Exception):
    """Raised when no table can be written from which an import reads the same."""


def questionnaires_answered(round: Round) -> list[Questionnaire]:
    """Return the questionnaires that current submissions of the round answer."""
    answered = Submission.objects.current().filter(round=round)
    return list(Questionnaire.objects.filter(pk__in=answered.values("questionnaire")))


class PlainTables:
    """The tables of one questionnaire: the main one ("") and its repeated groups.

    `mapping` is the mapping that will read the tables, by default the shipped one.
    """

    def __init__(
        self,
        round: Round,
        questionnaire: Questionnaire,
        mapping: Mapping | None = None,
    ):
        self.questionnaire = questionnaire
        self.submissions = (
            Submission.objects.current()
            .filter(round=round, questionnaire=questionnaire)
            .select_related("mechanism", "state", "organisation")
            .defer("row")
            .order_by("pk")
        )
        self.mapping = mapping or shipped().get(questionnaire.code)
        self.questions = [
            question
            for question in questionnaire.questions.all()
            if not question.is_personal and question.type != QuestionType.REPEAT
        ]
        taken = sorted({q.code for q in self.questions if q.code in METADATA})
        if taken:
            raise CannotExport(
                _("A question is called as a column of the table is: %(codes)s.")
                % {"codes": ", ".join(taken)}
            )
        self._write = {
            question.pk: _Writer(question, self.mapping) for question in self.questions
        }
        self._names = Names()

    @property
    def repeats(self) -> list[str]:
        return list(dict.fromkeys(q.repeat for q in self.questions if q.repeat))

    def rows(self, repeat: str = "") -> Generator[Row, None, None]:
        """Yield the headings, then the rows of a table."""
        questions = [q for q in self.questions if q.repeat == repeat]
        columns = [column for question in questions for column in _columns(question)]
        if repeat:
            yield [_KEY, *columns]
        else:
            yield [*METADATA, *columns]
        for submission in self.submissions.iterator(_BATCH):
            if not repeat:
                answers = self._with_respondent(submission)
                yield [
                    *self._metadata(submission),
                    *self._cells(questions, answers, submission.unanswered),
                ]
                continue
            for entry in submission.answers.get(repeat) or ():
                yield [
                    submission.submission_id,
                    *self._cells(questions, entry, {}),
                ]

    def has_entries(self) -> bool:
        """Tell whether any submission has a row in a repeated group."""
        repeats = self.repeats
        return any(
            answers.get(repeat)
            for answers in self.submissions.values_list("answers", flat=True)
            for repeat in repeats
        )

    def _cells(
        self,
        questions: Sequence[Question],
        answers: dict[str, Any],
        unanswered: dict[str, str],
    ) -> Iterator[str]:
        for question in questions:
            code = question.code
            if code in answers:
                yield self._write[question.pk].cell(answers[code])
            else:
                yield _MARK_OF.get(unanswered.get(code, ""), "")
            if question.allows_other:
                yield _beside(answers.get(f"{code}_{OTHER}", ""))

    def _metadata(self, submission: Submission) -> Row:
        moment = submission.submitted_at
        values = {
            _KEY: submission.submission_id,
            "respondent": submission.respondent_name,
            "submitted_at": moment.isoformat() if moment else "",
            "time_zone": submission.time_zone,
            "language": submission.language,
            "status": submission.status,
            "questionnaire": self.questionnaire.code,
        }
        return [values[name] for name in METADATA]

    def _with_respondent(self, submission: Submission) -> dict[str, Any]:
        """Return the answers, among them one that names the respondent to an import.

        A person may have decided which record a name means. Where the name alone does
        not lead to that record, the record's key replaces it.
        """
        answers = submission.answers
        known = submission.mechanism or submission.state or submission.organisation
        if self.mapping is None or known is None:
            return answers
        code, key = self.mapping.respondent, known.natural_key()[0]
        beside = answers.get(f"{code}_{OTHER}") or ""
        found = respondent_of(
            RespondentKind(submission.kind), answers.get(code), beside, self._names
        )
        return answers if found.key == key else {**answers, code: key}


def _columns(question: Question) -> Iterator[str]:
    yield question.code
    if question.allows_other:
        yield f"{question.code}_{OTHER}"


def _beside(text: str) -> str:
    """Return a text beside choices so that it is not read as a code for none."""
    is_read = not (missing(text) or is_other(text) or text.startswith(AS_IT_IS))
    return text if is_read else AS_IT_IS + text


class _Writer:
    """Writes the answers to one question so that an import reads the same answers."""

    def __init__(self, question: Question, mapping: Mapping | None):
        self.is_choice = question.type in (QuestionType.ONE, QuestionType.SEVERAL)
        marks = Conventions()
        if mapping is not None:
            marks = Conventions(mapping.empty, mapping.does_not_know)
        self.read = reader(Asking(question.code, question.type), marks)

    def cell(self, answer: Any) -> str:
        if isinstance(answer, list):
            if any(len(text.split()) != 1 for text in answer):
                return AS_IT_IS + "\n".join(answer)
            return SEPARATOR.join(answer)
        answer = str(answer)
        if self.is_choice:
            return answer
        is_read = self.read(answer).value == answer
        return answer if is_read else AS_IT_IS + answer


# --- Files ---


def write_xlsx(tables: PlainTables, path: Path) -> int:
    """Write a workbook and return the number of submissions. Raises CannotExport."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(str(path), options) as workbook:
        number = _write_sheet(workbook, tables.questionnaire.code, tables, "")
        for repeat in tables.repeats:
            if len(repeat) > _EXCEL_NAME:
                raise CannotExport(
                    _("“%(group)s” is too long for the name of a sheet.")
                    % {"group": repeat}
                )
            _write_sheet(workbook, repeat, tables, repeat)
    return number


def _write_sheet(workbook: Any, name: str, tables: PlainTables, repeat: str) -> int:
    sheet = workbook.add_worksheet(name[:_EXCEL_NAME])
    number = 0
    # The rows are closed also when one is refused: they hold a database cursor.
    with closing(tables.rows(repeat)) as rows:
        for number, row in enumerate(rows):
            for column, text in enumerate(map(harmless, row)):
                if len(text) >= EXCEL_CELL:
                    raise CannotExport(
                        _(
                            "An answer of submission “%(submission)s” is too long for "
                            "a cell of a workbook. Write CSV instead."
                        )
                        % {"submission": row[0]}
                    )
                if text:
                    sheet.write_string(number, column, text)
    return number


def write_csv(tables: PlainTables, path: Path) -> int:
    """Write a CSV file and return the number of submissions. Raises CannotExport."""
    if tables.has_entries():
        raise CannotExport(
            _(
                "The answers hold repeated groups (%(groups)s), for which a CSV file "
                "has no place. Write an XLSX file instead."
            )
            % {"groups": ", ".join(tables.repeats)}
        )
    number = -1  # the headings do not count
    # By the mark at the beginning Excel knows that the file is UTF-8.
    with (
        path.open("w", encoding="utf-8-sig", newline="") as file,
        closing(tables.rows()) as rows,
    ):
        write = csv.writer(file).writerow
        for row in rows:
            write([harmless(text) for text in row])
            number += 1
    return number
