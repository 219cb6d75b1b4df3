"""Problems of a file, worded so that the file's owner can mend them."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from profiles.uploads.refusals import Refused

VALUE = "value"
"""The kind of a question on what a value means, where records are of KINDS."""


class Severity(StrEnum):
    """What follows from a problem.

    An error keeps its submission (or the whole file) out; a question keeps out one
    statement until a person decides, one of the kind VALUE all of its submissions; a
    warning keeps out at most the answer that it names, a note nothing.

    Django's choices would do: but every process that reads a file imports this module,
    and django.db takes as long to import as all else that such a process needs.
    """

    ERROR = "error"
    QUESTION = "question"
    WARNING = "warning"
    NOTE = "note"

    @property
    def label(self) -> Any:
        return _SEVERITIES[self]


_SEVERITIES = {
    Severity.ERROR: _("Error"),
    Severity.QUESTION: _("To be decided"),
    Severity.WARNING: _("Warning"),
    Severity.NOTE: _("Note"),
}


class Code(StrEnum):
    """Every kind of problem, by which reports and tests tell them apart."""

    UNREADABLE_FILE = "unreadable-file"
    UNKNOWN_FORMAT = "unknown-format"
    TOO_LARGE = "too-large"
    NO_MAPPING = "no-mapping"
    NO_QUESTIONNAIRE = "no-questionnaire"
    NOT_OF_THE_ROUND = "not-of-the-round"
    ENCODING_GUESSED = "encoding-guessed"
    DAMAGED_TEXT = "damaged-text"
    DUPLICATE_HEADER = "duplicate-header"
    RAGGED_ROW = "ragged-row"
    NO_LAST_LINE_BREAK = "no-last-line-break"
    EMPTY_ROWS = "empty-rows"
    UNREAD_SHEET = "unread-sheet"
    REPEATED_HEADINGS = "repeated-headings"
    TRUNCATED_CELL = "truncated-cell"
    REPEATS_MISSING = "repeats-missing"
    ORPHAN_REPEAT_ROW = "orphan-repeat-row"
    TEST_RESPONSE = "test-response"
    PARTIAL_SUBMISSION = "partial-submission"
    NOT_APPROVED = "not-approved"
    UNKNOWN_MARK = "unknown-mark"
    DUPLICATE_SUBMISSION = "duplicate-submission"
    TWO_SUBMISSIONS_ON_ONE_SUBJECT = "two-submissions-on-one-subject"
    NO_SUBMISSION_ID = "no-submission-id"
    MISSING_COLUMN = "missing-column"
    UNMAPPED_COLUMN = "unmapped-column"
    UNDECIDABLE_CHOICES = "undecidable-choices"
    CHOICES_DISAGREE = "choices-disagree"
    UNKNOWN_OPTION = "unknown-option"
    TWO_ANSWERS = "two-answers"
    MISSING_OR_NOT = "missing-or-not"
    CONSENT_UNCLEAR = "consent-unclear"
    WAITS_FOR_ANSWERS = "waits-for-answers"
    UNKNOWN_NAME = "unknown-name"
    UNCERTAIN_NAME = "uncertain-name"
    UNKNOWN_RESPONDENT = "unknown-respondent"
    REQUIRED_EMPTY = "required-empty"
    NOT_TO_BE_PUBLISHED = "not-to-be-published"
    BAD_VALUE = "bad-value"
    AMBIGUOUS_DATE = "ambiguous-date"
    UNKNOWN_LANGUAGE = "unknown-language"
    PERSONAL_TEXT = "personal-text"
    OPEN_EDITION_IN_REVIEW = "open-edition-in-review"
    MISSING_HEADING = "missing-heading"
    UNPLACED_TEXT = "unplaced-text"


@dataclass(frozen=True)
class Problem:
    """One problem and the place in the file: sheet, row as in Excel, column, cell.

    `text` is a plain sentence; `allowed` says what would be right. `value` is the
    cell as found, "" for personal columns, whose values never leave them. If
    `severity` is QUESTION, `candidates` are the (key, label) pairs to choose from,
    records of the `kind` state, organisation, theme or mechanism, or what a value of
    the `question` can mean if the `kind` is VALUE.
    """

    code: Code
    severity: Severity
    text: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    cell: str = ""
    value: str = ""
    allowed: str = ""
    kind: str = ""
    question: str = ""
    candidates: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the fields that are not empty, as plain texts and numbers."""
        return {
            name: str(value) if name in ("code", "severity", "text") else value
            for name, value in asdict(self).items()
            if value
        }

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Problem":
        """Return the problem again that `as_json` turned into plain values."""
        candidates = tuple((key, label) for key, label in plain.get("candidates", ()))
        return cls(
            **plain
            | {
                "code": Code(plain["code"]),
                "severity": Severity(plain["severity"]),
                "candidates": candidates,
            }
        )


class FileRefused(Exception):
    """Raised when a file cannot be read at all. `problem` says why, for its owner."""

    def __init__(self, problem: Problem):
        self.problem = problem
        super().__init__(str(problem.text))

    @classmethod
    def of(cls, refused: Refused) -> "FileRefused":
        """Return the refusal of an upload of any kind as a problem of this file."""
        return cls(
            Problem(
                Code(refused.reason),
                Severity.ERROR,
                refused.text,
                allowed=refused.allowed,
            )
        )


def letters(position: int) -> str:
    """Return the letters of a column as spreadsheets count them: 0 is A, 26 is AA."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def cell_name(position: int, row: int) -> str:
    """Return the address of a cell, such as F12. `row` counts from one."""
    return f"{letters(position)}{row}"
