"""Who answered each row of a file."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from surveys.names import Match, Names
from surveys.normalising.answers import undecided
from surveys.normalising.cells import problem_at
from surveys.normalising.choices import AsWritten
from surveys.normalising.files import File
from surveys.problems import Code, Problem, Severity
from surveys.questionnaires.definitions import OTHER
from surveys.vocabularies import RespondentKind


@dataclass(frozen=True)
class Respondent:
    """Who answered: the key of a record, "" if no record matches, and the name."""

    key: str
    text: str
    match: Match | None = None


def respondent_of(
    kind: RespondentKind, answer: str | None, other: str, names: Names
) -> Respondent:
    """Return who answered: `answer`, or `other` where that is empty or 'other'."""
    text = str(answer or "")
    if not text or text == OTHER:
        text = other
    if not text:
        return Respondent("", "")
    if answer == text and not isinstance(answer, AsWritten):
        key = names.find(kind.value, text).key
        if key:
            return Respondent(key, names.label(kind.value, key))
    match = names.find(kind.value, text)
    return Respondent(match.key, text, match)


class Respondents:
    """Finds who answered each row; asks once about each name that has no match."""

    def __init__(self, file: File, problems: list[Problem]):
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
        # Reading the column asked about an undecided choice already.
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
