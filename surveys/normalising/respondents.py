"""Who answered each row of a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from surveys.file_questions import would_lose
from surveys.names import Match, Names
from surveys.normalising.answers import undecided
from surveys.normalising.cells import problem_at
from surveys.normalising.choices import AsWritten
from surveys.normalising.files import File
from surveys.problems import Code, Problem, Severity
from surveys.questionnaires.definitions import OTHER
from surveys.readers.grids import listed
from surveys.readers.tables import Response
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
        self._unsaid: list[int] = []

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
            self._unsaid.append(index)
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

    def nobody(self, responses: Sequence[Response]) -> Iterator[Problem]:
        """Ask about finished rows that do not say who answered: they state nothing."""
        rows = [
            responses[index].row
            for index in self._unsaid
            if responses[index].is_finished
        ]
        if not rows:
            return
        cells = self.file.main
        column = cells.answers[self.file.mapping.respondent].answering.shown
        problem = Problem(
            Code.UNKNOWN_RESPONDENT,
            Severity.WARNING,
            _("These rows do not say who answered, and state nothing: %(rows)s.")
            % {"rows": listed(row.number for row in rows)},
            sheet=cells.columns.table.sheet,
            row=rows[0].number,
            column=column.header,
            cell=cells.columns.table.cell_address(column, rows[0]),
            allowed=_("Who answered, in the file."),
        )
        yield would_lose(problem, column.header)
