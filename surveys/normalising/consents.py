"""Whether a respondent agrees to publication. Only an understood yes does.

A comment beside a yes can take it back in part, and nobody but a person can tell.
"""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from surveys.normalising.answers import REASONS, Conventions, Trouble, tidy
from surveys.normalising.cells import Answers, Cells, problem_at
from surveys.normalising.choices import is_other, text_of_other
from surveys.normalising.columns import CONSENT
from surveys.normalising.files import File
from surveys.normalising.missing_codes import is_mark
from surveys.normalising.yes_no import NO, YES
from surveys.problems import VALUE, Code, Problem, Severity
from surveys.readers.shapes import mentions_person
from surveys.statements import Submitted


def heed_comments(cells: Cells, keys: list[str], conventions: Conventions) -> None:
    """Ask about each yes beside which the respondent wrote something.

    `keys` are the identifiers of the rows, "" for none. What a person decides is the
    answer: it stays when the answers are exported and come back without the comment.
    """
    answers = cells.answers.get(CONSENT)
    if answers is None or not cells.columns.comments:
        return
    decided = conventions.decided(CONSENT)
    asked: set[str] = set()
    for index, said in enumerate(answers.values):
        written = list(_written(cells, answers, index, keys[index]))
        if said != YES or not written:
            continue
        both = " | ".join([said, *written])
        if (answer := decided.get(both)) in (YES, NO):
            answers.values[index] = answer
            continue
        cells.held.add(index)
        cells.withheld.add(index)
        if both not in asked:
            asked.add(both)
            cells.problems.append(_asked_of(cells, index, both))


def _written(cells: Cells, answers: Answers, index: int, key: str) -> Iterator[str]:
    """Yield what stands beside the consent of a row, and for a text that leads to a
    person only the row's identifier."""
    options = answers.answering.asked.options
    assert options is not None  # noqa: S101 - yes is one of them
    for column in cells.columns.comments:
        text = " ".join(tidy(cells.at(column)[index]).split())
        is_personal = column in cells.columns.personal or mentions_person(text)
        if index in cells.apart.get(column.header, ()) or (text and is_personal):
            yield key or str(cells.rows[index].number)
        elif text and not _says_nothing(text) and options.find(text) != YES:
            yield text


def _says_nothing(text: str) -> bool:
    is_label = is_other(text) and not text_of_other(text)
    return is_mark(text) or text in REASONS or is_label


def _asked_of(cells: Cells, index: int, both: str) -> Problem:
    trouble = Trouble(
        Code.CONSENT_UNCLEAR,
        _(
            "The respondent said yes to publication and wrote a comment beside it. "
            "Until somebody knows whether the answers may be published, nothing is "
            "taken from the submissions that have it."
        ),
        ", ".join((YES, NO)),
        Severity.QUESTION,
        VALUE,
        _answers_to_choose(),
        both,
        CONSENT,
        holds=True,
    )
    return problem_at(
        cells, cells.answers[CONSENT].answering.shown, index, trouble, both
    )


def _answers_to_choose() -> tuple[tuple[str, str], ...]:
    return ((YES, _("Yes, it may be published")), (NO, _("No, it may not")))


class Consents:
    """Tells of each submission whether it may be published: YES, NO, or "" if that is
    to be asked. Questionnaires that do not ask it leave it to who sent them out."""

    def __init__(self, file: File, decided: Mapping[str, str]):
        self.asked = file.form.asked.get(CONSENT)
        self.answers = file.main.answers.get(CONSENT)
        self.cells = file.main
        self.decided = decided
        self.problems: list[Problem] = []
        self._known: set[str] = set()

    def of(self, index: int, submitted: Submitted) -> str:
        if self.asked is None:
            return YES
        said = submitted.answers.get(CONSENT)
        if self.answers is None:
            said = self.decided.get("")
        if said in (YES, NO):
            return said
        self._ask(index, submitted)
        return ""

    def _ask(self, index: int, submitted: Submitted) -> None:
        column = self.answers.answering.shown if self.answers else None
        text = tidy(self.cells.at(column)[index]) if column else ""
        # Reading the column asked about a text that is none of the choices.
        is_asked = index in self.cells.held and not submitted.answers.get(CONSENT)
        if text in self._known or (text and is_asked and self._was_asked(text)):
            return
        self._known.add(text)
        trouble = Trouble(
            Code.CONSENT_UNCLEAR,
            _(
                "No answer says yes to publication. Until somebody knows whether the "
                "respondent agreed, nothing is taken from the submissions concerned."
            ),
            ", ".join((YES, NO)),
            Severity.QUESTION,
            VALUE,
            _answers_to_choose(),
            text,
            CONSENT,
        )
        if column:
            problem = problem_at(self.cells, column, index, trouble, text)
        else:
            problem = Problem(
                trouble.code,
                trouble.severity,
                trouble.text,
                sheet=submitted.sheet,
                allowed=trouble.allowed,
                kind=VALUE,
                question=CONSENT,
                candidates=trouble.candidates,
            )
        self.problems.append(problem)

    def _was_asked(self, text: str) -> bool:
        return any(
            problem.question == CONSENT and problem.value == text
            for problem in self.cells.problems
        )
