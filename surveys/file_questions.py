"""Questions on a file itself, which a person answers once for all of its rows.

Such a question is a Problem whose `kind` is one of FILE_QUESTIONS; its `value` says
what of the file is asked about (a heading, or THE_FILE), and `candidates` are the
answers to choose from. The answers stand among the decisions about an import, as
{kind: {value: key of the candidate}}.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from surveys.problems import Problem, Severity

ENCODING = "encoding"
DATES = "dates"
YEARS = "years"
LANGUAGE = "language"
PERSONAL = "personal"
LOSS = "loss"
FILE_QUESTIONS = (ENCODING, DATES, YEARS, LANGUAGE, PERSONAL, LOSS)

DAY, MONTH = "day", "month"
"""The answers to what comes first in a date."""

AS_NUMBER, AS_DATE = "number", "date"
"""The answers to whether a year is the number behind a date, or the date's own."""

APART, AS_ANSWERS = "apart", "answers"
"""The answers to whether a column of addresses is personal."""

LEAVE_OUT = "leave-out"
"""The answer that what would be lost may be: the only one that the file allows."""

THE_FILE = "file"


def answer_to(decisions: Mapping[str, Any], kind: str, value: str) -> str:
    """Return the key of the answer to a question, "" while it is open."""
    return str(decisions.get(kind, {}).get(value, ""))


def whose() -> tuple[tuple[str, str], ...]:
    """Return the answers to whether addresses and numbers lead to persons."""
    return (
        (APART, _("They lead to persons: keep them apart")),
        (AS_ANSWERS, _("They lead to offices: take them as answers")),
    )


def is_open(problems: Iterable[Problem], kind: str) -> bool:
    """Tell whether a question of this kind waits for an answer."""
    return any(p.kind == kind and p.severity == Severity.QUESTION for p in problems)


def would_lose(problem: Problem, what: str) -> Problem:
    """Return the problem as the question whether `what` of the file may be left out."""
    return replace(
        problem,
        severity=Severity.QUESTION,
        kind=LOSS,
        value=f"{problem.code}: {what or THE_FILE}",
        candidates=((LEAVE_OUT, _("Leave it out")),),
    )


def accept_losses(problems: list[Problem], decisions: Mapping[str, Any]) -> None:
    """Make a warning of each loss that somebody accepted, and of what stays apart."""
    problems[:] = [
        replace(problem, severity=Severity.WARNING, kind="", value="", candidates=())
        if (problem.kind, answer_to(decisions, problem.kind, problem.value))
        in ((LOSS, LEAVE_OUT), (PERSONAL, APART))
        else problem
        for problem in problems
    ]
