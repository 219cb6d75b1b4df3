"""Problems of the columns of a file: questions without one, and columns of no question.

What is lost with a whole column or table is asked about.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from surveys.file_questions import PERSONAL, whose, would_lose
from surveys.normalising.columns import TableColumns
from surveys.normalising.forms import Asked
from surveys.problems import Code, Problem, Severity
from surveys.readers.tables import Column


def problems_of(
    found: list[TableColumns], respondent: str, ignored: frozenset[str]
) -> Iterator[Problem]:
    """Report questions without a column, and columns and tables without a question.

    What is lost with a whole column or table is asked about; the mapping can say that
    it is `ignored`.
    """
    for table in found:
        for asked in table.missing:
            clash = table.clashing.get(asked.code)
            is_needed = asked.question.is_required and not asked.question.relevant
            if parts := table.parts.get(asked.code):
                yield _one_of_several(table, asked, parts)
            elif unknown := table.unknown_choices.get(asked.code):
                yield _unknown_options(table, asked, unknown)
            elif clash or is_needed or asked.code == respondent:
                yield _missing(table, asked, clash or [], respondent)
        for code, columns in table.withheld.items():
            yield _asked_whose(table, code, columns[0])
        if table.is_unknown:
            if {table.table.name, table.table.sheet}.isdisjoint(ignored):
                yield _unknown_table(table)
        elif table.unmapped:
            yield _unmapped(table)


def _one_of_several(table: TableColumns, asked: Asked, parts: list[Column]) -> Problem:
    problem = Problem(
        Code.UNDECIDABLE_CHOICES,
        Severity.QUESTION,
        _(
            "“%(question)s” is named after one column of a single choice. There are "
            "%(count)s such columns, and nothing is taken from one alone."
        )
        % {"question": asked.code, "count": len(parts)},
        sheet=table.table.sheet,
        column=parts[0].header,
        allowed=_("The question's text, without the choice, as the name."),
    )
    return would_lose(problem, asked.code)


def _unknown_options(
    table: TableColumns, asked: Asked, columns: list[Column]
) -> Problem:
    problem = Problem(
        Code.UNKNOWN_OPTION,
        Severity.WARNING,
        _(
            "Columns of choices of “%(question)s” are none of its choices, so that "
            "nothing of the question can be read: %(options)s"
        )
        % {
            "question": asked.code,
            "options": ", ".join(column.option for column in columns),
        },
        sheet=table.table.sheet,
        column=columns[0].header,
        allowed=_("A mapping that says under “options” what each of them means."),
    )
    return would_lose(problem, asked.code)


def _unknown_table(table: TableColumns) -> Problem:
    problem = Problem(
        Code.REPEATS_MISSING,
        Severity.NOTE,
        _(
            "The table “%(table)s” is none of the questionnaire's repeated groups: "
            "its %(count)s rows are only kept beside the original row."
        )
        % {
            "table": table.table.sheet or table.table.name,
            "count": len(table.table.rows),
        },
        sheet=table.table.sheet,
        allowed=_("A mapping that names its group, or that lists it as ignored."),
    )
    return would_lose(problem, problem.sheet) if table.table.rows else problem


def _unmapped(table: TableColumns) -> Problem:
    filled = [
        column
        for column in table.unmapped
        if any(row.cells[column.position] != "" for row in table.table.rows)
    ]
    shown = filled or table.unmapped
    problem = Problem(
        Code.UNMAPPED_COLUMN,
        Severity.NOTE,
        _(
            "These columns answer no question and are only kept in the original row: "
            "%(columns)s"
        )
        % {"columns": ", ".join(column.header for column in shown)},
        sheet=table.table.sheet,
        column=shown[0].header,
        allowed=_("A mapping that names their questions, or lists them as ignored."),
    )
    return would_lose(problem, _first_and_number(filled)) if filled else problem


def _asked_whose(table: TableColumns, question: str, column: Column) -> Problem:
    return Problem(
        Code.PERSONAL_TEXT,
        Severity.QUESTION,
        _(
            "The column answers “%(question)s”, and most of its cells are addresses, "
            "numbers or places. Do they lead to persons? Until somebody answers, they "
            "are kept with the personal details, and nothing of them is stated."
        )
        % {"question": question},
        sheet=table.table.sheet,
        column=column.header,
        value=column.header,
        kind=PERSONAL,
        candidates=whose(),
    )


def _first_and_number(columns: list[Column]) -> str:
    first, more = columns[0].header, len(columns) - 1
    return f"{first} (+{more})" if more else first


def _missing(
    table: TableColumns, asked: Asked, clash: list[Column], respondent: str
) -> Problem:
    values = {"question": asked.code}
    is_respondent = asked.code == respondent
    if clash:
        text = _("More than one column could answer “%(question)s”: none is taken.")
    elif is_respondent:
        text = _("No column says who answered (“%(question)s”): nothing can be read.")
    else:
        text = _("No column answers “%(question)s”, which is required.")
    problem = Problem(
        Code.MISSING_COLUMN,
        Severity.ERROR if is_respondent else Severity.WARNING,
        text % values,
        sheet=table.table.sheet,
        column=", ".join(column.header for column in clash),
        allowed=", ".join(asked.names),
    )
    return would_lose(problem, asked.code) if clash and not is_respondent else problem
