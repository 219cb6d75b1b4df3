"""Required questions that complete submissions leave open."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from surveys.normalising.answers import Unanswered
from surveys.normalising.files import File
from surveys.problems import Code, Problem, Severity
from surveys.statements import Submitted
from surveys.vocabularies import SubmissionStatus


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
