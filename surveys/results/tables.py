"""The results of a round as tables, for spreadsheets."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from profiles.spreadsheets import harmless
from surveys.results.counting import Results
from surveys.results.tallies import Tally

Row = Sequence[Any]

BYTE_ORDER_MARK = "\ufeff"
"""By this mark Excel knows that the file is UTF-8."""


def as_csv(results: Results) -> str:
    """Return the tallies as CSV, a row for each answer and each reason for none."""
    text = io.StringIO()
    csv.writer(text).writerows(map(_harmless, tally_rows(results)))
    return BYTE_ORDER_MARK + text.getvalue()


def as_xlsx(results: Results) -> bytes:
    """Return a workbook: who answered, the tallies, the recommendations."""
    content = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(content, options) as workbook:
        head = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for name, rows in (
            (_("Who answered"), answered_rows(results)),
            (_("Answers"), tally_rows(results)),
            (_("Recommendations"), recommendation_rows(results)),
        ):
            sheet = workbook.add_worksheet(name[:31])
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, _harmless(row), head if not number else None)
            sheet.autofit(300)
    return content.getvalue()


def _harmless(row: Row) -> list[Any]:
    return ["" if value is None else harmless(value) for value in row]


def answered_rows(results: Results) -> Iterator[Row]:
    yield (
        _("Kind of respondent"),
        _("Complete submissions"),
        _("Not finished"),
        _("Respondents here"),
        _("Invited"),
        _("Response rate (%)"),
        _("Answers, says the report"),
    )
    for row in results.answered:
        yield (
            row.label,
            row.complete,
            row.partial,
            row.respondents,
            row.invited,
            row.rate,
            row.reported,
        )


def tally_rows(results: Results) -> Iterator[Row]:
    yield (
        _("Questionnaire"),
        _("Section"),
        _("Code"),
        _("Question"),
        _("Kind of row"),
        _("Answer or reason"),
        _("Submissions"),
        _("Entries"),
        _("Known"),
        _("Of"),
    )
    for one in results.questionnaires:
        for section in one.sections:
            for tally in section.tallies:
                question = tally.question
                start = (
                    one.questionnaire.code,
                    section.label,
                    question.code,
                    question.text,
                )
                for row in _rows_of(tally):
                    yield (*start, *row, tally.known, tally.total)


def _rows_of(tally: Tally) -> Iterator[Row]:
    for cell in tally.cells:
        entries = cell.entries if tally.question.repeat else None
        yield _("answer"), cell.label, cell.count, entries
    if not tally.cells:
        yield _("answer"), _("any"), tally.known, None
    if tally.spread:
        for label, number in (
            (_("smallest"), tally.spread.smallest),
            (_("median"), tally.spread.median),
            (_("largest"), tally.spread.largest),
        ):
            yield _("number"), label, number, None
    for reason in tally.reasons:
        yield _("no answer"), reason.label, reason.count, None


def recommendation_rows(results: Results) -> Iterator[Row]:
    yield (
        _("Number"),
        _("Recommendation"),
        _("Addressed to"),
        _("Mechanism"),
        _("Follow-up"),
        _("What was done"),
        _("As of"),
    )
    for one in results.recommendations:
        recommendation = one.recommendation
        yield (
            recommendation.number,
            recommendation.text,
            recommendation.addressed_to,
            one.mechanism_name,
            recommendation.get_status_display(),
            recommendation.status_note,
            recommendation.status_as_of,
        )
