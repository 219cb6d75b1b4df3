"""Questions on a file itself, which a person answers once for all of its rows.

Such a question is a Problem whose `kind` is one of FILE_QUESTIONS; its `value` says
what of the file is asked about (a heading, or THE_FILE), and `candidates` are the
answers to choose from. The answers stand among the decisions about an import, as
{kind: {value: key of the candidate}}.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from surveys.problems import Problem, Severity

ENCODING = "encoding"
DATES = "dates"
YEARS = "years"
LANGUAGE = "language"
PERSONAL = "personal"
FILE_QUESTIONS = (ENCODING, DATES, YEARS, LANGUAGE, PERSONAL)

DAY, MONTH = "day", "month"
"""The answers to what comes first in a date."""

AS_NUMBER, AS_DATE = "number", "date"
"""The answers to whether a year is the number behind a date, or the date's own."""

APART, AS_ANSWERS = "apart", "answers"
"""The answers to whether a column of addresses is personal."""

THE_FILE = "file"


def answer_to(decisions: Mapping[str, Any], kind: str, value: str) -> str:
    """Return the key of the answer to a question, "" while it is open."""
    return str(decisions.get(kind, {}).get(value, ""))


def is_open(problems: Iterable[Problem], kind: str) -> bool:
    """Tell whether a question of this kind waits for an answer."""
    return any(p.kind == kind and p.severity == Severity.QUESTION for p in problems)
