"""What the text of a cell means, by the type of its question.

Cells are read as text (`profiles.uploads.cells.text_of`), so that a file says the same
as XLSX and as CSV. Each distinct text of a column is read once.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from profiles.folding import fold
from profiles.partial_dates import EARLIEST_YEAR, LATEST_YEAR
from surveys.file_questions import AS_DATE, AS_NUMBER, DATES, YEARS, answer_to
from surveys.names import MAY_BE_ANSWERS, STATE, Match
from surveys.normalising.choices import (
    AsWritten,
    Options,
    Undecided,
    cut_choices,
    is_other,
    text_of_other,
)
from surveys.normalising.missing_codes import LONGEST, is_number_code, missing
from surveys.normalising.written_dates import (
    AmbiguousDate,
    number_behind,
    read_date,
    read_year,
)
from surveys.problems import VALUE, Code, Severity
from surveys.questionnaires.definitions import OTHER
from surveys.readers.moments import is_serial, parse_moment
from surveys.readers.responses import which_first
from surveys.readers.tables import Tool
from surveys.vocabularies import QuestionType, Unanswered


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a text, without the place where the text stands.

    With `holds`, nothing is stated of a submission until a person has decided.
    """

    code: Code
    text: str
    allowed: str = ""
    severity: Severity = Severity.WARNING
    kind: str = ""
    candidates: tuple[tuple[str, str], ...] = ()
    value: str = ""  # the part of the text that is in trouble, "" for all of it
    question: str = ""
    holds: bool = False


@dataclass(slots=True)
class Reading:
    """What a text means: a value, or none and why.

    `other` is a text written beside the choices.
    """

    value: Any = None
    reason: str = Unanswered.LEFT_EMPTY
    other: str = ""
    troubles: list[Trouble] = field(default_factory=list)


@dataclass(frozen=True)
class Conventions:
    """How a file and its mapping write empty cells, no opinion, dates and choices.

    The texts of `empty` and `does_not_know` are folded. With `writes_other`, the tool
    writes what is none of the choices among them, and no column holds it. `languages`
    are those that the file names. `decisions` has what people answered to questions on
    the file and on values; questions on dates are asked of `column`.
    """

    empty: frozenset[str] = frozenset()
    does_not_know: frozenset[str] = frozenset()
    day_first: bool | None = None
    splits_at: str = " "
    writes_other: bool = False
    tool: Tool = Tool.PLAIN
    languages: frozenset[str] = frozenset()
    decisions: Mapping[str, Any] = field(default_factory=dict)
    column: str = ""

    def decided(self, question: str) -> Mapping[str, str]:
        """Return what people decided on values of a question, by the text: the code of
        a choice, OTHER, AS_IT_IS for the text as it stands, or "" for no answer."""
        return self.decisions.get(VALUE, {}).get(question, {})


Read = Callable[[str], Reading]

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


@dataclass(frozen=True)
class Asking:
    """What is asked for in a column: the question with its choices, if it has some.

    With `allows_other`, respondents could write an answer that is none of the choices.
    `words` has what further words of the column mean as choices, by the word, folded.
    """

    code: str
    type: str
    options: Options | None = None
    allows_other: bool = False
    words: Mapping[str, str] = field(default_factory=dict)


def reader(asking: Asking, conventions: Conventions) -> Read:
    """Return the function that reads the cells of a question.

    The function never raises: what it cannot read is a Trouble in the Reading.
    """
    choice = _choice_reader(asking, conventions)
    if asking.options and asking.type == QuestionType.ONE:
        read = choice
    elif asking.options and asking.type == QuestionType.SEVERAL:
        read = _several_choices(asking, conventions, choice)
    elif asking.type == QuestionType.DATE:
        read = _date(conventions)
    elif asking.type == QuestionType.YEAR:
        read = _year(conventions)
    else:
        read = _READERS.get(asking.type, _text)
    return _unless_empty(read, asking, conventions)


def _unless_empty(read: Read, asking: Asking, conventions: Conventions) -> Read:
    are_choices = asking.options is not None
    decided = conventions.decided(asking.code)

    def read_filled(text: str) -> Reading:
        tidied = tidy(text)
        if decided and tidied in decided:
            return _as_decided(decided[tidied], tidied, read, asking)
        if not tidied:
            return Reading()
        if tidied[0] == "{":
            if tidied in REASONS:
                return Reading(reason=REASONS[tidied])
            if tidied.startswith(AS_IT_IS):
                return read(tidied if are_choices else tidied.removeprefix(AS_IT_IS))
        # All these are short texts; folding long ones takes time.
        if len(tidied) <= LONGEST:
            mark = _mark(tidied)
            if mark in conventions.empty:
                return Reading()
            if mark in conventions.does_not_know:
                return Reading(reason=Unanswered.DOES_NOT_KNOW)
            if (nothing := _no_answer(tidied, asking)) is not None:
                return nothing
        reading = read(tidied)
        if are_choices and _is_unknown(reading.value, conventions):
            return Reading(reason=Unanswered.DOES_NOT_KNOW)
        return reading

    return read_filled


def _as_decided(answer: str, text: str, read: Read, asking: Asking) -> Reading:
    """Return the reading of a whole cell that a person decided on."""
    if answer == AS_IT_IS:
        return read(text)
    reading = _of_choice(answer, text)
    if asking.type == QuestionType.SEVERAL and reading.value is not None:
        reading.value = [reading.value]
    return reading


def _of_choice(answer: str, text: str) -> Reading:
    """Return what a person's decision makes of the text of one choice."""
    if not answer:
        return Reading()
    return Reading(answer, other=text if answer == OTHER and not is_other(text) else "")


def _no_answer(text: str, asking: Asking) -> Reading | None:
    """Return the reading of a code for 'no answer'; None if the text is no such code.

    A code that can also be an answer to this question is asked about.
    """
    options = asking.options
    if options and options.kind == STATE and text.upper() in MAY_BE_ANSWERS:
        reading = _state_or_nothing(options, text)
        if asking.type == QuestionType.SEVERAL and reading.value is not None:
            reading.value = [reading.value]
        return reading
    if is_number_code(text):
        if options and options.is_known(text):
            return None
        return not_understood(_missing_or_not(text, asking))
    is_when = asking.type in (QuestionType.YEAR, QuestionType.DATE)
    if is_when and _EARLY_YEAR.fullmatch(text):
        return not_understood(_year_of_format(text, asking))
    reason = missing(text)
    if reason is None or (options and options.is_known(text)):
        return None
    if options and options.kind == STATE and _are_codes(text, options):
        return not_understood(_missing_or_not(text, asking))
    return Reading(reason=reason)


def _are_codes(text: str, options: Options) -> bool:
    """Are the words of a text codes of States, as in DK/NR? These may be none."""
    words = re.findall(r"\w+", text)
    return len(words) > 1 and all(
        options.is_known(word) or word.upper() in MAY_BE_ANSWERS for word in words
    )


def _state_or_nothing(options: Options, text: str) -> Reading:
    match = options.match(text)
    if match is not None and match.key:
        return Reading(match.key)
    if match is None or match.how == "decision":
        return Reading(reason=missing(text) or Unanswered.LEFT_EMPTY)
    trouble = replace(undecided(options.kind, match), holds=True)
    return Reading(AsWritten(text), troubles=[trouble])


def _missing_or_not(text: str, asking: Asking) -> Trouble:
    return Trouble(
        Code.MISSING_OR_NOT,
        _(
            "Is this an answer, or a code for none? Until it is decided, nothing is "
            "taken from the submissions that have it."
        ),
        severity=Severity.QUESTION,
        kind=VALUE,
        candidates=_meanings(asking) or ((AS_IT_IS, _("The answer is “%s”") % text),),
        value=text,
        question=asking.code,
        holds=True,
    )


def _year_of_format(text: str, asking: Asking) -> Trouble:
    return Trouble(
        Code.BAD_VALUE,
        _(
            "Was a later year typed into a cell with the format of a date, of which "
            "only this year was kept? Until it is decided, nothing is taken from the "
            "submissions that have it."
        ),
        severity=Severity.QUESTION,
        kind=VALUE,
        candidates=((AS_IT_IS, _("The answer is “%s”") % text),),
        value=text,
        question=asking.code,
        holds=True,
    )


def _meanings(asking: Asking) -> tuple[tuple[str, str], ...]:
    """Return the choices that a value can mean, with their labels."""
    if asking.options is None or asking.options.kind:
        return ()
    found = [(code, asking.options.label_of(code)) for code in asking.options.labels]
    if asking.allows_other and OTHER not in asking.options.labels:
        found.append((OTHER, _("Other: what is written there")))
    return tuple(found)


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
        day = _early_day(text, conventions.day_first)
        number = number_behind(day) if day else ""
        if answer == AS_DATE or not number:
            return Reading(year)
        if answer == AS_NUMBER:
            return Reading(number)
        return not_understood(_formatted(day, year, number, conventions.column))

    return read


# A year that is typed into a cell with the format of a date becomes a day of 1905, or
# of 1909 where a workbook counts from 1904.
_EARLY_DAY = re.compile(r"190\d-\d{2}-\d{2}")
_EARLY_YEAR = re.compile(r"190\d(?:\.0)?")


def _early_day(text: str, day_first: bool | None) -> str:
    """Return the day before 1910 that a text names, "" for any other text."""
    try:
        date = read_date(text, day_first=day_first)
    except ValueError:
        return ""
    return date if _EARLY_DAY.match(date) else ""


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
    answer = answer_to(conventions.decisions, YEARS, conventions.column)

    def read(text: str) -> Reading:
        try:
            date = read_date(text.removesuffix(".0"), day_first=conventions.day_first)
            number = number_behind(date) if _EARLY_DAY.match(date) else ""
            if not number or answer == AS_DATE:
                return Reading(date)
            if answer == AS_NUMBER:
                return Reading(number)
            year = date[:4]
            return not_understood(_formatted(date, year, number, conventions.column))
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


def read_choice(
    asking: Asking, text: str, decided: Mapping[str, str], *, writes_other: bool = False
) -> Reading:
    """Read the text of one choice: a code, a label, a name, or one's own word.

    With `writes_other`, a text like no choice is the answer beside the choices.
    """
    options = asking.options
    assert options is not None  # noqa: S101 - no choice is read without choices
    if text in decided:
        return _of_choice(decided[text], text)
    code = options.find(text)
    if code is None:
        code = asking.words.get(fold(text))
    if code is not None:
        # "" says in the mapping that this choice is no answer.
        return Reading(code) if code else Reading()
    if asking.allows_other and is_other(text):
        return Reading(OTHER, other=text_of_other(text))
    if (match := options.match(text)) is not None:
        if match.how == "decision":
            # A person decided that the name means none of the records.
            return (
                Reading(OTHER, other=text)
                if asking.allows_other
                else Reading(AsWritten(text))
            )
        return Reading(AsWritten(text), troubles=[undecided(options.kind, match)])
    if fold(text) == OTHER:
        return Reading(OTHER)
    if writes_other and asking.allows_other and not options.nearest(text):
        return Reading(OTHER, other=text)
    return not_understood(_none_of_the_choices(asking, text))


def _none_of_the_choices(
    asking: Asking, text: str, code: Code = Code.UNKNOWN_OPTION
) -> Trouble:
    options = asking.options
    assert options is not None  # noqa: S101 - as above
    return Trouble(
        code,
        _(
            "Where one choice ends and the next begins cannot be told. Until it is "
            "decided, nothing is taken from the submissions that have it. A file with "
            "codes, or with a column for each choice, can be read."
        )
        if code == Code.UNDECIDABLE_CHOICES
        else _(
            "This is none of the choices. Until it is decided what it means, nothing "
            "is taken from the submissions that have it."
        ),
        options.allowed(text),
        Severity.QUESTION,
        VALUE,
        _meanings(asking),
        text,
        asking.code,
        holds=True,
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


def _choice_reader(asking: Asking, conventions: Conventions) -> Read:
    decided = conventions.decided(asking.code)
    known: dict[str, Reading] = {}

    def one(text: str) -> Reading:
        if text not in known:
            known[text] = read_choice(
                asking,
                text.removeprefix(AS_IT_IS),
                decided,
                writes_other=conventions.writes_other,
            )
        return known[text]

    return one


def _several_choices(asking: Asking, conventions: Conventions, one: Read) -> Read:
    options = asking.options
    assert options is not None  # noqa: S101 - the caller looked
    decided = conventions.decided(asking.code)

    def is_choice(text: str) -> bool:
        return (
            text in decided
            or options.is_known(text)
            or fold(text) in asking.words
            or (asking.allows_other and is_other(text))
        )

    def read(text: str) -> Reading:
        if text.startswith(AS_IT_IS):
            parts = text.removeprefix(AS_IT_IS).split("\n")
            return gathered([one(part) for part in parts])
        cut = cut_choices(text, conventions.splits_at, options, is_choice)
        if cut.is_undecidable and not options.kind:
            code = Code.UNDECIDABLE_CHOICES
            return not_understood(_none_of_the_choices(asking, text, code))
        return _whole([one(part) for part in cut.parts])

    return read


def _whole(readings: list[Reading]) -> Reading:
    """Join the choices of one cell, of which nothing is taken if one is in question."""
    reading = gathered(readings)
    if len(readings) > 1 and reading.value and reading.troubles:
        reading.value = [Undecided(code) for code in reading.value]
    return reading


def gathered(readings: Iterable[Reading]) -> Reading:
    """Join the readings of single choices to the reading of their question."""
    readings = list(readings)
    codes = [r.value for r in readings if r.value is not None]
    troubles = [trouble for r in readings for trouble in r.troubles]
    others = [r.other for r in readings if r.other]
    if any(r.reason == Unanswered.NOT_UNDERSTOOD for r in readings if r.value is None):
        # The choices that were understood alone would be a wrong answer.
        return Reading(reason=Unanswered.NOT_UNDERSTOOD, troubles=troubles)
    return Reading(
        list(dict.fromkeys(codes)) or None, other="; ".join(others), troubles=troubles
    )
