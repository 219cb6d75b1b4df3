"""A table read column by column: texts, answers, and the problems of cells.

Rows are many and distinct texts few, so each text of a column is read once, and no
object is made for a cell that is in order.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles.folding import fold
from profiles.uploads.cells import Cell, text_of
from surveys.file_questions import (
    AS_ANSWERS,
    FILE_QUESTIONS,
    PERSONAL,
    answer_to,
    whose,
)
from surveys.names import MAY_BE_ANSWERS, STATE
from surveys.normalising.answers import (
    AS_IT_IS,
    Asking,
    Conventions,
    Reading,
    Trouble,
    gathered,
    not_understood,
    read_choice,
    reader,
    tidy,
)
from surveys.normalising.choices import is_other
from surveys.normalising.columns import Answering, TableColumns
from surveys.normalising.missing_codes import missing
from surveys.normalising.settling import day_first_in
from surveys.normalising.yes_no import NO, YES, meanings
from surveys.problems import VALUE, Code, Problem, Severity
from surveys.questionnaires.definitions import OTHER
from surveys.readers.moments import day_comes_first
from surveys.readers.shapes import mentions_person
from surveys.readers.tables import Column, Role, Row
from surveys.vocabularies import QuestionType, Unanswered

_CHOSEN = {
    *("1", "y", "yes", "true", "checked", "x", "selected", "ticked", "chosen"),
    *("oui", "vrai", "si", "verdadero", "ja", "wahr", "sim", "verdadeiro"),
    *("да", "истина", "نعم", "صحيح", "是", "真"),
}
_NOT_CHOSEN = {
    *("0", "n", "no", "non", "false", "unchecked", "not selected", "not chosen"),
    *("faux", "falso", "nein", "falsch", "nao", "нет", "ложь", "لا", "خطأ", "否", "假"),
}
_NEVER_CHECKED = frozenset({Role.KEY, Role.SUBMITTED, Role.PARENT, Role.BOOKKEEPING})


@dataclass
class Answers:
    """The answers to one question: for each row a value, or the reason for none.

    `others` has for each row the text written beside the choices, "" for none.
    """

    answering: Answering
    values: list[Any]
    reasons: list[str]
    others: list[str] | None = None

    @property
    def has_choices(self) -> bool:
        return self.answering.asked.options is not None

    def column_of(self, question: str) -> Column:
        """Return the column that messages name: the one of the question's choices, or,
        for `q_other`, the one of the texts beside them."""
        if question != self.answering.asked.code and self.answering.other:
            return self.answering.other
        return self.answering.shown

    def labels_of(self, code: str) -> Mapping[str, str]:
        """Return the questionnaire's labels of a choice by their language."""
        options = self.answering.asked.options
        return options.by_language.get(code, {}) if options else {}

    def label_of(self, code: str) -> str:
        """Return the questionnaire's label of a choice, whatever the file calls it."""
        options = self.answering.asked.options
        return options.label_of(code) if options else code


@dataclass
class Cells:
    """The texts of a table, column by column, and the answers in them.

    `held` are the rows of which nothing is stated until a person decides what a value
    means, `withheld` those of which an open question keeps some answer back. `apart`
    are texts that lead to a person in columns of other texts, by heading and row.
    """

    columns: TableColumns
    rows: list[Row]
    texts: list[list[str]]
    answers: dict[str, Answers] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    held: set[int] = field(default_factory=set)
    withheld: set[int] = field(default_factory=set)
    apart: dict[str, dict[int, str]] = field(default_factory=dict)

    def at(self, column: Column) -> list[str]:
        return self.texts[column.position]


def read_cells(
    columns: TableColumns, rows: list[Row], conventions: Conventions
) -> Cells:
    """Read all rows of a table."""
    cells = Cells(columns, rows, _texts(columns, rows))
    _keep_persons_apart(cells, conventions.decisions)
    _withhold_columns(cells, conventions.decisions)
    for answering in columns.answering:
        cells.answers[answering.asked.code] = _read(cells, answering, conventions)
    return cells


def _texts(columns: TableColumns, rows: list[Row]) -> list[list[str]]:
    width = 1 + max((column.position for column in columns.table.columns), default=-1)
    for row in rows:
        if len(row.cells) < width:
            row.cells.extend([""] * (width - len(row.cells)))
    if not rows:
        return [[] for _column in range(width)]
    by_column = zip(*(row.cells for row in rows), strict=False)
    return [_as_texts(column) for column in by_column][:width]


def _as_texts(cells: Iterable[Cell]) -> list[str]:
    cells = list(cells)
    # 1, 1.0 and True are one key and one text.
    known = {cell: text_of(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _read(cells: Cells, answering: Answering, conventions: Conventions) -> Answers:
    asked = answering.asked
    if answering.options and asked.question.type == QuestionType.SEVERAL:
        return _read_split(cells, answering, conventions)
    column = answering.whole or answering.options[0]
    if answering.options and not answering.whole:
        # One choice spread over columns: the answer is in the column that is filled.
        texts = [
            " ".join(filter(None, row))
            for row in zip(*(cells.at(c) for c in answering.options), strict=True)
        ]
    else:
        texts = cells.at(column)
    if asked.question.type in (QuestionType.DATE, QuestionType.YEAR):
        conventions = _of_dates(conventions, column.header, texts)
    read = reader(_asking(answering, texts, conventions), conventions)
    readings = {text: read(text) for text in set(texts)}
    _report(cells, column, texts, readings)
    return _answers(cells, answering, [readings[text] for text in texts], conventions)


def _of_dates(conventions: Conventions, column: str, texts: list[str]) -> Conventions:
    """Return the conventions of a column of dates: its other dates may show them."""
    said = day_first_in(column, conventions.day_first, conventions.decisions)
    shown = day_comes_first(texts) if said is None else said
    return replace(conventions, column=column, day_first=shown)


def _asking(
    answering: Answering, texts: Iterable[str], conventions: Conventions
) -> Asking:
    """Return what a column asks for; its texts can show how it says yes and no."""
    question, options = answering.asked.question, answering.asked.options
    words: dict[str, str] = {}
    if options and not options.kind and {YES, NO} <= options.labels.keys():
        unknown = [t for t in set(texts) if t and not options.is_known(tidy(t))]
        if unknown:
            words = meanings(set(texts), conventions.tool, conventions.languages)
    return Asking(question.code, question.type, options, question.allows_other, words)


def _answers(
    cells: Cells,
    answering: Answering,
    readings: list[Reading],
    conventions: Conventions,
) -> Answers:
    values = [reading.value for reading in readings]
    reasons = [reading.reason for reading in readings]
    answers = Answers(answering, values, reasons)
    if answering.asked.question.allows_other:
        answers.others = [reading.other for reading in readings]
        if answering.other:
            _read_beside(cells, answers, conventions)
    return answers


def _read_beside(cells: Cells, answers: Answers, conventions: Conventions) -> None:
    """Take what was written beside the choices: 'something else' was chosen with it."""
    answering, others = answers.answering, answers.others
    assert answering.other is not None  # noqa: S101 - the caller looked
    assert others is not None  # noqa: S101 - as above
    is_several = answering.asked.question.type == QuestionType.SEVERAL
    values = answers.values
    for index, beside in enumerate(cells.at(answering.other)):
        text = beside.strip()
        if text.startswith(AS_IT_IS):
            text = text.removeprefix(AS_IT_IS)
        elif not text or is_other(text) or _says_nothing(text, answering):
            continue
        others[index] = text
        if answers.reasons[index] == Unanswered.NOT_UNDERSTOOD:
            continue
        value = values[index]
        if is_several:
            if OTHER not in (value or ()):
                values[index] = [*(value or ()), OTHER]
        elif value is None:
            values[index] = OTHER
        elif value != OTHER:
            values[index] = _one_of_both(cells, answers, index, text, conventions)


def _says_nothing(text: str, answering: Answering) -> bool:
    """Is a text beside choices a code for no answer, and no code of a State either?"""
    options = answering.asked.options
    can_be_state = options and options.kind == STATE and text.upper() in MAY_BE_ANSWERS
    return missing(text) is not None and not can_be_state


def _one_of_both(
    cells: Cells, answers: Answers, index: int, text: str, conventions: Conventions
) -> str | None:
    """Return the one choice of a respondent who chose one and wrote another beside."""
    answering = answers.answering
    code, chosen = answering.asked.code, answers.values[index]
    both = f"{chosen} | {text}"
    decided = conventions.decided(code).get(both)
    if decided is not None:
        return decided or None
    trouble = Trouble(
        Code.TWO_ANSWERS,
        _(
            "One choice is marked, and another answer written beside. Until it is "
            "decided which counts, nothing is taken from the submissions that have it."
        ),
        severity=Severity.QUESTION,
        kind=VALUE,
        candidates=((chosen, answers.label_of(chosen)), (OTHER, text)),
        value=both,
        question=code,
        holds=True,
    )
    cells.held.add(index)
    problem = problem_at(cells, answering.shown, index, trouble, both)
    if not any(p.question == code and p.value == both for p in cells.problems):
        cells.problems.append(problem)
    return None


def _read_split(
    cells: Cells, answering: Answering, conventions: Conventions
) -> Answers:
    """Read columns of one choice each; compare them with the column of all choices."""
    by_cells: dict[tuple[str, ...], Reading] = {}
    asking = _asking(answering, (), conventions)
    rows = list(zip(*(cells.at(c) for c in answering.options), strict=True))
    for marks in set(rows):
        by_cells[marks] = _chosen(asking, answering, marks, conventions)
    first = answering.options[0]
    _report(cells, first, rows, by_cells)
    readings = [by_cells[marks] for marks in rows]
    if answering.whole:
        readings = _held_against_list(cells, answering, readings, conventions)
    return _answers(cells, answering, readings, conventions)


def _chosen(
    asking: Asking,
    answering: Answering,
    marks: tuple[str, ...],
    conventions: Conventions,
) -> Reading:
    options = asking.options
    if options is None or not any(marks):
        return Reading()
    decided = conventions.decided(asking.code)
    chosen = []
    for column, mark in zip(answering.options, marks, strict=True):
        folded = fold(mark)
        if not folded or folded in _NOT_CHOSEN:
            continue
        if folded in _CHOSEN or folded == fold(column.option):
            chosen.append(read_choice(asking, column.option, decided))
        elif missing(mark.strip()) is not None:
            continue
        elif (code := options.find(mark)) and code == options.find(column.option):
            chosen.append(Reading(code))
        elif options.find(column.option) == OTHER or is_other(column.option):
            chosen.append(Reading(OTHER, other=mark))
        else:
            chosen.append(_mark_not_understood(asking, column, mark, decided))
    return gathered(chosen)


def _mark_not_understood(
    asking: Asking, column: Column, mark: str, decided: Mapping[str, str]
) -> Reading:
    """Ask once whether the text in the column of a choice means that it is chosen."""
    if mark in decided:
        answer = decided[mark]
        return read_choice(asking, column.option, {}) if answer else Reading()
    return not_understood(
        Trouble(
            Code.BAD_VALUE,
            _(
                "The columns of single choices do not say by this whether one was "
                "chosen. Until it is decided, nothing is taken from the submissions "
                "that have it."
            ),
            _("1 or 0, yes or no, or the choice itself"),
            Severity.QUESTION,
            VALUE,
            ((YES, _("It was chosen")),),
            mark,
            asking.code,
            holds=True,
        )
    )


def _held_against_list(
    cells: Cells,
    answering: Answering,
    readings: list[Reading],
    conventions: Conventions,
) -> list[Reading]:
    column = answering.whole
    assert column is not None  # noqa: S101 - the caller looked
    texts = cells.at(column)
    read = reader(_asking(answering, texts, conventions), conventions)
    listed = {text: read(text) for text in set(texts)}
    taken: set[str] = set()
    agree: dict[tuple[int, str], bool] = {}
    held = []
    for index, (reading, text) in enumerate(zip(readings, texts, strict=True)):
        key = (id(reading), text)
        if key not in agree:
            agree[key] = _agree(reading, listed[text], text, answering)
        if agree[key]:
            is_listed = reading.value is None or _names_more(listed[text])
            if is_listed:
                taken.add(text)
            held.append(listed[text] if is_listed else reading)
            continue
        held.append(Reading(reason=Unanswered.NOT_UNDERSTOOD))
        cells.problems.append(
            problem_at(
                cells,
                column,
                index,
                Trouble(
                    Code.CHOICES_DISAGREE,
                    _(
                        "The list of choices and the columns of the single choices "
                        "contradict each other: cells of this row may have been "
                        "moved. The row is not read."
                    ),
                    ", ".join(reading.value or ()) or _("nothing chosen"),
                    Severity.ERROR,
                ),
                text,
            )
        )
    nothing = Reading()
    used = {text: listed[text] if text in taken else nothing for text in listed}
    _report(cells, column, texts, used)
    return held


def _names_more(listed: Reading) -> bool:
    """Does a list have a part that is none of the choices, and so of no column?"""
    return any(trouble.code == Code.UNKNOWN_OPTION for trouble in listed.troubles)


def _agree(split: Reading, listed: Reading, text: str, answering: Answering) -> bool:
    if any(t.code == Code.BAD_VALUE for t in split.troubles):
        return False  # what stands where 0 or 1 should is of another question
    undecided = any(t.severity == Severity.QUESTION for t in listed.troubles)
    if split.reason == Unanswered.NOT_UNDERSTOOD:
        return True
    if undecided:
        chosen = split.value or ()
        return not chosen or any(_is_in(text, code, answering) for code in chosen)
    if listed.reason != Unanswered.LEFT_EMPTY and listed.value is None:
        # The list gives the reason for no answer, which 0/1 columns cannot give.
        return split.value is None or listed.reason != Unanswered.NOT_UNDERSTOOD
    return set(split.value or ()) == set(listed.value or ())


def _is_in(text: str, code: str, answering: Answering) -> bool:
    """Does a list that is not understood as a whole name a choice, in any words?"""
    options = answering.asked.options
    assert options is not None  # noqa: S101 - no choice is listed without choices
    names = [code, *options.labels.get(code, ())]
    names += [c.option for c in answering.options if options.find(c.option) == code]
    said = f" {fold(text)} "
    return any(f" {fold(name)} " in said for name in names)


def moved_rows(cells: Cells) -> Iterator[Problem]:
    """Yield one problem for each row whose cells contradict each other.

    Such a row is misplaced as a whole: its other cells may be of other questions, too.
    """
    seen: set[int] = set()
    for problem in cells.problems:
        if problem.code == Code.CHOICES_DISAGREE and problem.row not in seen:
            seen.add(problem.row)
            yield problem


def _report(cells: Cells, column: Column, texts: list, readings: dict) -> None:
    """Report each text in trouble with its cell; ask about a name only once."""
    if not any(reading.troubles for reading in readings.values()):
        return
    asked: set[Any] = set()
    for index, text in enumerate(texts):
        for trouble in readings[text].troubles:
            if trouble.holds:
                cells.held.add(index)
            if trouble.severity == Severity.QUESTION:
                cells.withheld.add(index)
                # Of a column's dates it is asked once, whichever shows the question.
                once = trouble.kind if trouble.kind in FILE_QUESTIONS else trouble
                if once in asked:
                    continue
                asked.add(once)
            value = text if isinstance(text, str) else " | ".join(filter(None, text))
            cells.problems.append(problem_at(cells, column, index, trouble, value))


def problem_at(
    cells: Cells, column: Column, index: int, trouble: Trouble, value: str
) -> Problem:
    """Return a trouble as a problem of a cell, whose text it shows unless that leads
    to a person."""
    row, table = cells.rows[index], cells.columns.table
    value = trouble.value or value
    return Problem(
        trouble.code,
        trouble.severity,
        trouble.text,
        sheet=table.sheet,
        row=row.number,
        column=column.header,
        cell=table.cell_address(column, row),
        value="" if mentions_person(value) else value,
        allowed=trouble.allowed,
        kind=trouble.kind,
        question=trouble.question,
        candidates=trouble.candidates,
    )


def _keep_persons_apart(cells: Cells, decisions: Mapping[str, Any]) -> None:
    """Take the texts that lead to a person out of columns that are not kept apart.

    They are answers once somebody says that they lead to offices.
    """
    apart = set(cells.columns.personal)
    for column in cells.columns.table.columns:
        if column in apart or column.role in _NEVER_CHECKED:
            continue
        answer = answer_to(decisions, PERSONAL, column.header)
        if answer == AS_ANSWERS:
            continue
        texts = cells.at(column)
        found = {text for text in set(texts) if mentions_person(text)}
        if not found:
            continue
        kept = {index: text for index, text in enumerate(texts) if text in found}
        cells.apart[column.header] = kept
        cells.texts[column.position] = ["" if t in found else t for t in texts]
        cells.problems.append(_asked_of_persons(cells, column, kept))
        if not answer:
            cells.withheld.update(kept)


def _withhold_columns(cells: Cells, decisions: Mapping[str, Any]) -> None:
    """Note which rows have a text in a column of addresses that may be answers."""
    for column in (c for columns in cells.columns.withheld.values() for c in columns):
        if not answer_to(decisions, PERSONAL, column.header):
            filled = (index for index, text in enumerate(cells.at(column)) if text)
            cells.withheld.update(filled)


def _asked_of_persons(cells: Cells, column: Column, kept: dict[int, str]) -> Problem:
    row, table = cells.rows[min(kept)], cells.columns.table
    return Problem(
        Code.PERSONAL_TEXT,
        Severity.QUESTION,
        ngettext(
            "A cell of this column holds an e-mail address, a telephone number or an "
            "IP address. Does it lead to a person? Until somebody answers, it is kept "
            "with the personal details, and nothing of it is stated.",
            "%(count)s cells of this column hold e-mail addresses, telephone numbers "
            "or IP addresses. Do they lead to persons? Until somebody answers, they "
            "are kept with the personal details, and nothing of them is stated.",
            len(kept),
        )
        % {"count": len(kept)},
        sheet=table.sheet,
        row=row.number,
        column=column.header,
        cell=table.cell_address(column, row),
        value=column.header,
        kind=PERSONAL,
        candidates=whose(),
    )
