"""Which rows of a file are submissions to be kept, and what is doubtful about these."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from profiles.folding import fold
from profiles.uploads.cells import Cell, text_of
from surveys.normalising.columns import TableColumns
from surveys.normalising.files import File
from surveys.problems import Code, Problem, Severity
from surveys.readers.tables import Export, Response
from surveys.statements import Submitted
from surveys.vocabularies import SubmissionStatus, Unanswered


def kept(export: Export, problems: list[Problem]) -> list[Response]:
    """Return the responses that are no tests and not refused; report the others."""
    found = []
    said = {(problem.code, problem.row) for problem in problems}
    for response in export.responses:
        if not (response.is_test or response.is_rejected):
            found.append(response)
            continue
        code = Code.TEST_RESPONSE if response.is_test else Code.NOT_APPROVED
        # Most readers have reported it already.
        if (code, response.row.number) not in said:
            problems.append(_left_out(export, response, code))
    return found


_LEAST_HEADINGS = 3


def without_repeated_headings(export: Export, main: TableColumns) -> Iterator[Problem]:
    """Take rows out of the responses that repeat headings: texts or codes of questions.

    Some tools write codes above texts, and people put tables one below the other.
    """
    names = [
        (
            column.position,
            {fold(name) for name in (*answering.asked.names, column.header)},
        )
        for answering in main.answering
        for column in (answering.whole, *answering.options[:1])
        if column is not None
    ]
    left = []
    for response in export.responses:
        cells = response.row.cells
        said = (
            (cell, own) for position, own in names if (cell := cells[position]) != ""
        )
        if not _are_headings(said, min(_LEAST_HEADINGS, len(names))):
            left.append(response)
            continue
        yield Problem(
            Code.REPEATED_HEADINGS,
            Severity.NOTE,
            _("The row repeats headings and is no submission."),
            sheet=export.main.sheet,
            row=response.row.number,
        )
    export.responses[:] = left


def _are_headings(said: Iterator[tuple[Cell, set[str]]], least: int) -> bool:
    """Tell whether enough cells, and half of them, are names of their own column."""
    repeated = [_repeats(*one) for one in islice(said, _LEAST_HEADINGS)]
    # A look at the first ones is enough for nearly all rows.
    if not any(repeated):
        return False
    repeated += [_repeats(*one) for one in said]
    return sum(repeated) >= least and 2 * sum(repeated) >= len(repeated)


def _repeats(cell: Cell, own: set[str]) -> bool:
    return fold(text_of(cell)) in own


def _left_out(export: Export, response: Response, code: Code) -> Problem:
    text = (
        _("A test: the row is left out.")
        if code == Code.TEST_RESPONSE
        else _("Not approved in the survey tool: the row is left out.")
    )
    return Problem(
        code, Severity.NOTE, text, sheet=export.main.sheet, row=response.row.number
    )


def without_duplicates(
    submissions: list[Submitted], problems: list[Problem]
) -> set[int]:
    """Return the indexes of submissions to keep.

    Of submissions with one identifier the first is kept if all are identical. If they
    differ, none is kept: nobody knows which one counts.
    """
    by_id: dict[str, list[int]] = defaultdict(list)
    for index, submitted in enumerate(submissions):
        by_id[submitted.submission_id].append(index)
    keep = set(range(len(submissions)))
    for indexes in by_id.values():
        if len(indexes) == 1:
            continue
        first = submissions[indexes[0]]
        differ = len({submissions[index].content_hash for index in indexes}) > 1
        keep.difference_update(indexes if differ else indexes[1:])
        for index in indexes[1:]:
            problems.append(_duplicate(first, submissions[index], differ))
    return keep


def _duplicate(first: Submitted, second: Submitted, differ: bool) -> Problem:
    text = (
        _(
            "Rows %(first)s and %(second)s have the same identifier and different "
            "answers: both are left out. Keep one of them."
        )
        if differ
        else _("Row %(second)s repeats row %(first)s and is left out.")
    )
    return Problem(
        Code.DUPLICATE_SUBMISSION,
        Severity.ERROR if differ else Severity.NOTE,
        text % {"first": str(first.row_number), "second": str(second.row_number)},
        sheet=second.sheet,
        row=second.row_number,
        value=second.submission_id,
    )


def several_of_one(submissions: list[Submitted]) -> Iterator[Problem]:
    """Warn of respondents who answered more than once."""
    by_subject: dict[str, list[Submitted]] = defaultdict(list)
    for submitted in submissions:
        if submitted.subject and submitted.status == SubmissionStatus.COMPLETE:
            by_subject[submitted.subject].append(submitted)
    for several in by_subject.values():
        if len(several) > 1:
            rows = ", ".join(str(submitted.row_number) for submitted in several)
            yield Problem(
                Code.TWO_SUBMISSIONS_ON_ONE_SUBJECT,
                Severity.WARNING,
                _(
                    "“%(respondent)s” answered more than once (rows %(rows)s). Where "
                    "the answers differ, the first row counts, and the others "
                    "become alternative values."
                )
                % {"respondent": several[0].respondent, "rows": rows},
                sheet=several[1].sheet,
                row=several[1].row_number,
            )


def required_empty(
    file: File, submissions: list[Submitted], keep: set[int]
) -> Iterator[Problem]:
    """Warn of each required question without a condition that complete submissions
    leave open, once."""
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
