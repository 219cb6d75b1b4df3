"""What the text of a cell means, by the type of its question.

Cells are read as text (`profiles.uploads.cells.text_of`), so that a file says the same
as XLSX and as CSV. Each distinct text of a column is read once.
"""

import re
import unicodedata
from collections.abc import Callable
from collections.abc import Mapping as Decisions
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from profiles.folding import fold
from profiles.partial_dates import EARLIEST_YEAR, LATEST_YEAR
from surveys.file_questions import AS_DATE, AS_NUMBER, DATES, YEARS, answer_to
from surveys.names import Match
from surveys.normalising.choices import OTHER_WORDS, AsWritten, Options
from surveys.normalising.written_dates import (
    AmbiguousDate,
    number_behind,
    read_date,
    read_year,
)
from surveys.problems import Code, Severity
from surveys.questionnaires.definitions import OTHER
from surveys.readers.moments import is_serial, parse_moment
from surveys.readers.responses import which_first
from surveys.vocabularies import QuestionType, Unanswered


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a text, without the place where the text stands."""

    code: Code
    text: str
    allowed: str = ""
    severity: Severity = Severity.WARNING
    kind: str = ""
    candidates: tuple[tuple[str, str], ...] = ()
    value: str = ""  # the part of the text that is in trouble, "" for all of it


@dataclass(slots=True)
class Reading:
    """What a text means: a value, or none and why.

    `other` is a text written beside the choices; `labels` has the file's own labels
    of choices by their codes.
    """

    value: Any = None
    reason: str = Unanswered.LEFT_EMPTY
    other: str = ""
    troubles: list[Trouble] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Conventions:
    """How a file and its mapping write empty cells, no opinion, dates and choices.

    The texts of `empty` and `does_not_know` are folded. `decisions` has the answers to
    questions on the file; questions on dates are asked of `column`.
    """

    empty: frozenset[str] = frozenset()
    does_not_know: frozenset[str] = frozenset()
    day_first: bool | None = None
    splits_at: str = " "
    has_labels: bool = False
    decisions: Decisions[str, Any] = field(default_factory=dict)
    column: str = ""


Read = Callable[[str], Reading]

# What tools write where a question was not put to the respondent.
_NOT_SHOWN = {"N/A", "{question_not_shown}"}
_LONGEST_MARK = 30
# Our own table writes a reason as {does-not-know}. It puts AS_IT_IS before a text that
# would be taken for a reason, and before several choices that stand on a line each.
REASONS = {f"{{{reason}}}": reason for reason in Unanswered}
AS_IT_IS = "{text}"
_SPACES = re.compile(r"[^\S\n]+")
_INTEGER = re.compile(r"[+-]?\d+(?:\.0+)?")
# Control characters that PostgreSQL or XML cannot hold, and invisible marks.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b]")


def tidy(text: str) -> str:
    """Return `text` in NFC, with plain spaces and line ends, without empty edges."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _SPACES.sub(" ", _UNSEEN.sub("", text))
    return text.replace(" \n", "\n").replace("\n ", "\n").strip()


def reader(
    type: str, options: Options | None, conventions: Conventions, *, other: bool = False
) -> Read:
    """Return the function that reads the cells of a question.

    The function never raises: what it cannot read is a Trouble in the Reading. With
    `other`, respondents could write an answer that is none of the choices.
    """
    if type == QuestionType.ONE and options:
        read = _one_choice(options, other)
    elif type == QuestionType.SEVERAL and options:
        read = _several_choices(options, conventions, other)
    elif type == QuestionType.DATE:
        read = _date(conventions)
    elif type == QuestionType.YEAR:
        read = _year(conventions)
    else:
        read = _READERS.get(type, _text)
    return _unless_empty(read, conventions, are_choices=options is not None)


def _unless_empty(read: Read, conventions: Conventions, *, are_choices: bool) -> Read:
    def read_filled(text: str) -> Reading:
        tidied = tidy(text)
        if not tidied:
            return Reading()
        if tidied in _NOT_SHOWN:
            return Reading(reason=Unanswered.NOT_SHOWN)
        if tidied[0] == "{":
            if tidied in REASONS:
                return Reading(reason=REASONS[tidied])
            if tidied.startswith(AS_IT_IS):
                return read(tidied if are_choices else tidied.removeprefix(AS_IT_IS))
        # `empty` and `does_not_know` hold short texts; folding long ones takes time.
        if len(tidied) <= _LONGEST_MARK:
            mark = _mark(tidied)
            if mark in conventions.empty:
                return Reading()
            if mark in conventions.does_not_know:
                return Reading(reason=Unanswered.DOES_NOT_KNOW)
        reading = read(tidied)
        if are_choices and _is_unknown(reading.value, conventions):
            return Reading(reason=Unanswered.DOES_NOT_KNOW)
        return reading

    return read_filled


def _is_unknown(value: Any, conventions: Conventions) -> bool:
    codes = value if isinstance(value, list) else [value]
    return bool(codes) and all(
        isinstance(code, str) and _mark(code) in conventions.does_not_know
        for code in codes
    )


@lru_cache(10_000)
def _mark(text: str) -> str:
    """Return a text as Conventions hold it: folded, or unchanged if it is all signs."""
    return fold(text) or text


def not_understood(trouble: Trouble) -> Reading:
    return Reading(reason=Unanswered.NOT_UNDERSTOOD, troubles=[trouble])


def _text(text: str) -> Reading:
    return Reading(" ".join(text.split()))


def _long_text(text: str) -> Reading:
    return Reading(text)


def _integer(text: str) -> Reading:
    if _INTEGER.fullmatch(text):
        return Reading(str(int(text.partition(".")[0])))
    return not_understood(
        Trouble(
            Code.BAD_VALUE,
            _("This is not a whole number. The answer is left out."),
            _("digits only, such as 12"),
        )
    )


def _year(conventions: Conventions) -> Read:
    answer = answer_to(conventions.decisions, YEARS, conventions.column)

    def read(text: str) -> Reading:
        try:
            year = read_year(text.removesuffix(".0"))
        except ValueError:
            return not_understood(_no_year())
        if not _EARLY_DAY.match(text):
            return Reading(year)
        number = number_behind(text)
        if answer == AS_DATE or not number:
            return Reading(year)
        if answer == AS_NUMBER:
            return Reading(number)
        return not_understood(_formatted(text, year, number, conventions.column))

    return read


# A year that is typed into a cell with the format of a date becomes a day of 1905, or
# of 1909 where a workbook counts from 1904.
_EARLY_DAY = re.compile(r"190\d-\d{2}-\d{2}")


def _no_year() -> Trouble:
    return Trouble(
        Code.BAD_VALUE,
        _("This is not a year. The answer is left out."),
        _("a year from %(first)s to %(last)s")
        % {"first": str(EARLIEST_YEAR), "last": str(LATEST_YEAR)},
    )


def _formatted(text: str, year: str, number: str, column: str) -> Trouble:
    return Trouble(
        Code.BAD_VALUE,
        _(
            "The cell is the date %(date)s. Was the year %(number)s typed into a cell "
            "with the format of a date? Until somebody answers, the answers before "
            "1910 in this column are left out."
        )
        % {"date": text[:10], "number": number},
        severity=Severity.QUESTION,
        kind=YEARS,
        candidates=(
            (AS_NUMBER, _("Yes: the year is %(year)s") % {"year": number}),
            (AS_DATE, _("No: the year is %(year)s") % {"year": year}),
        ),
        value=column,
    )


def _date(conventions: Conventions) -> Read:
    def read(text: str) -> Reading:
        try:
            return Reading(read_date(text, day_first=conventions.day_first))
        except AmbiguousDate:
            return not_understood(
                Trouble(
                    Code.AMBIGUOUS_DATE,
                    _(
                        "Day or month first? The file does not say, and until somebody "
                        "answers, such answers of the column are left out."
                    ),
                    severity=Severity.QUESTION,
                    kind=DATES,
                    candidates=which_first(text),
                    value=conventions.column,
                )
            )
        except ValueError:
            if is_serial(text):
                moment, _zone = parse_moment(text)
                allowed = f"{moment:%Y-%m-%d}" if moment else ""
                return not_understood(
                    Trouble(
                        Code.BAD_VALUE,
                        _(
                            "This is a number. If it counts days as spreadsheets do, "
                            "give the cell the format of a date. It is left out."
                        ),
                        allowed,
                    )
                )
            return not_understood(
                Trouble(
                    Code.BAD_VALUE,
                    _("This is not a date. The answer is left out."),
                    _("a year, a month or a day: 2018, 2018-11, 2018-11-06"),
                )
            )

    return read


_READERS: dict[str, Read] = {
    QuestionType.TEXT: _text,
    QuestionType.LONG_TEXT: _long_text,
    QuestionType.INTEGER: _integer,
}


def read_choice(options: Options, text: str, *, other: bool) -> Reading:
    """Read the text of one choice. With `other`, a text like no choice is an answer."""
    if (code := options.find(text)) is not None:
        if not code:
            # The mapping says that this choice is no answer.
            return Reading()
        return Reading(code, labels={} if code == text else {code: text})
    if other and fold(text) in OTHER_WORDS:
        return Reading(OTHER)
    if (match := options.match(text)) is not None:
        if match.how == "decision":
            # A person decided that the name means none of the records.
            return Reading(OTHER, other=text) if other else Reading(AsWritten(text))
        return Reading(AsWritten(text), troubles=[undecided(options.kind, match)])
    if fold(text) == OTHER or (other and not options.nearest(text)):
        return Reading(OTHER, other="" if fold(text) == OTHER else text)
    return not_understood(
        Trouble(
            Code.UNKNOWN_OPTION,
            _("This is none of the choices. The answer is left out."),
            options.allowed(text),
        )
    )


def undecided(kind: str, match: Match) -> Trouble:
    """Return the trouble that asks a person which record a name means."""
    if match.candidates:
        return Trouble(
            Code.UNCERTAIN_NAME,
            _("Which one is meant? Until it is decided, it is left out."),
            ", ".join(label for _key, label in match.candidates),
            Severity.QUESTION,
            kind,
            match.candidates,
            match.text,
        )
    return Trouble(
        Code.UNKNOWN_NAME,
        _("The registry knows nothing of this name. Until it does, it is left out."),
        severity=Severity.QUESTION,
        kind=kind,
        value=match.text,
    )


def _one_choice(options: Options, other: bool) -> Read:
    return lambda text: read_choice(options, text.removeprefix(AS_IT_IS), other=other)


def _several_choices(options: Options, conventions: Conventions, other: bool) -> Read:
    def cut(text: str) -> list[str] | None:
        if text.startswith(AS_IT_IS):
            return text.removeprefix(AS_IT_IS).split("\n")
        if conventions.has_labels:
            return options.cut(text, conventions.splits_at)
        return options.cut_codes(text, conventions.splits_at)

    known: dict[str, Reading] = {}

    def one(text: str) -> Reading:
        if text not in known:
            known[text] = read_choice(options, text, other=other)
        return known[text]

    def read(text: str) -> Reading:
        parts = cut(text)
        if parts is None:
            return not_understood(
                Trouble(
                    Code.UNDECIDABLE_CHOICES,
                    _(
                        "Where one choice ends and the next begins cannot be told. "
                        "The answer is left out. Export codes instead of labels, or "
                        "a column for each choice."
                    ),
                    options.allowed(text),
                )
            )
        return gathered([one(part) for part in parts])

    return read


def gathered(readings: list[Reading]) -> Reading:
    """Join the readings of single choices to the reading of their question."""
    codes = [r.value for r in readings if r.value is not None]
    troubles = [trouble for r in readings for trouble in r.troubles]
    others = [r.other for r in readings if r.other]
    if any(r.reason == Unanswered.NOT_UNDERSTOOD for r in readings if r.value is None):
        # The choices that were understood alone would be a wrong answer.
        return Reading(reason=Unanswered.NOT_UNDERSTOOD, troubles=troubles)
    return Reading(
        list(dict.fromkeys(codes)) or None,
        other="; ".join(others),
        troubles=troubles,
        labels={code: text for r in readings for code, text in r.labels.items()}
        if any(r.labels for r in readings)
        else {},
    )
