"""Which question a heading of a file may mean, and which choice an answer."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from profiles.folding import fold
from profiles.uploads.cells import text_of
from surveys.mapping.choosing import end_of
from surveys.mapping.reading import EMPTY
from surveys.models import Question
from surveys.questionnaires.definitions import (
    DOES_NOT_KNOW,
    FORM_KIND,
    FORM_VERSION,
    LANGUAGES,
    Definition,
    other_text,
)
from surveys.readers.parts import cuts_of, siblings
from surveys.readers.shapes import is_address, mentions_person
from surveys.readers.tables import Column, Export, Role, Table
from surveys.vocabularies import QuestionType

SURE = 86
"""From this likeness (0 to 100) on, a guess is taken for something known."""

LIKELY = 58
"""From this likeness on, a guess is worth a person's decision."""

_MOST_OPTIONS = 40


@dataclass(frozen=True)
class Guess:
    """A guess that the file's `written` means our `code`; `score` goes to 100."""

    code: str
    written: str
    score: int


def all_guesses(
    export: Export, definition: Definition
) -> tuple[list[Guess], list[str]]:
    """Return the likeliest column of each question, and columns without a question."""
    guesses: list[Guess] = []
    unknown: list[str] = []
    groups = groups_of(export, definition)
    for table in export.tables:
        written = written_names(table)
        stands_for = groups.get(table.name)
        if table.name and stands_for is None:
            unknown += _unknown(written, set())
            continue
        group = stands_for.code if stands_for else ""
        if group and end_of(table.name) != group:
            score = _likeness(table.name, definition, group)
            guesses.append(Guess(group, table.name, max(score, LIKELY)))
        found = matched(table, definition, group)
        guesses += found
        taken = {guess.written for guess in found}
        unknown += _unknown(written, taken)
    order = list(definition.answer_codes)
    return sorted(guesses, key=lambda guess: order.index(guess.code)), unknown


def respondent_of(definition: Definition) -> str:
    """Return the question that says who answers."""
    kind = definition.questionnaire.kind
    asked = [q.code for q in definition.questions if q.registry_list == kind]
    return asked[0] if asked else definition.questions[0].code


@dataclass(frozen=True)
class Written:
    """A name that a file has for a question, with the question's text if it has both.

    `parts` are the choices of which each has a column, for a name that those columns
    share, whose own names are `shared_by`. A column `is_part` of such a name; alone it
    is hardly a question.
    """

    name: str
    text: str = ""
    parts: tuple[str, ...] = ()
    shared_by: tuple[str, ...] = ()
    is_part: bool = False

    @property
    def is_code(self) -> bool:
        return " " not in self.name


def matched(table: Table, definition: Definition, group: str) -> list[Guess]:
    """Pair names of a table with questions of a group, each once, likest first."""
    codes = [
        code
        for code, question in definition.answer_codes.items()
        if question.repeat == group and question.type != QuestionType.REPEAT
    ]
    pairs = [
        Guess(code, written.name, score)
        for written in written_names(table)
        for code in codes
        if (score := _score(written, definition, code)) >= LIKELY
    ]
    found: dict[str, Guess] = {}
    taken: set[str] = set()
    for guess in sorted(pairs, key=lambda guess: -guess.score):
        if guess.code not in found and guess.written not in taken:
            found[guess.code] = guess
            taken.add(guess.written)
    return list(found.values())


def groups_of(export: Export, definition: Definition) -> dict[str, Guess]:
    """Return the likeliest repeated group of each further table, by table names.

    Either its name or its columns are like those of the group.
    """
    codes = [q.code for q in definition.questions if q.type == QuestionType.REPEAT]
    pairs = []
    for table in export.tables[1:]:
        for code in codes:
            inside = [guess.score for guess in matched(table, definition, code)]
            fit = sum(inside) / max(len(written_names(table)), 1)
            name = _likeness(table.name, definition, code)
            if max(name, fit) >= LIKELY:
                pairs.append((name + fit, table.name, code, round(max(name, fit))))
    groups: dict[str, Guess] = {}
    for _fit, table_name, code, score in sorted(pairs, reverse=True):
        if table_name not in groups and all(g.code != code for g in groups.values()):
            groups[table_name] = Guess(code, table_name, score)
    return groups


def written_names(table: Table) -> list[Written]:
    """Return the names that the file has for the questions of a table, each once."""
    ours = (FORM_KIND, FORM_VERSION)
    columns = [
        column
        for column in table.columns
        if column.role == Role.ANSWER
        and not column.is_other
        and end_of(column.question) not in ours
    ]
    names = {column.question: column.text for column in columns if not column.option}
    shared = {
        name: members
        for name, members in siblings(columns).items()
        if name not in names and not _is_group(name, members)
    }
    parts = {column.position for found in shared.values() for column, _part in found}
    written: dict[str, Written] = {}
    for column in columns:
        if not column.option:
            is_part = column.position in parts
            written.setdefault(
                column.question,
                Written(column.question, column.text, is_part=is_part),
            )
    for name, members in shared.items():
        text = members[0][0].text if members[0][0].option else ""
        of_choices = tuple(part for _column, part in members)
        shared_by = tuple(column.question for column, _part in members)
        written[name] = Written(name, text, of_choices, shared_by)
    for column in columns:
        if column.option and column.question not in written:
            written[column.question] = Written(
                column.question, column.text, (column.option,)
            )
    return list(written.values())


def _is_group(name: str, members: list[tuple[Column, str]]) -> bool:
    """Tell whether codes share only the path of their group of questions."""
    return " " not in name and any(" " in column.question for column, _part in members)


def _unknown(written: list[Written], taken: set[str]) -> list[str]:
    """Return the names that no question took, a shared one in place of its columns."""
    found = {
        name
        for each in written
        if each.parts and each.name in taken
        for name in each.shared_by
    }
    return [
        each.name
        for each in written
        if each.name not in taken | found and not (each.parts and each.is_code)
    ]


def _score(written: Written, definition: Definition, code: str) -> int:
    """Return how like a name is to a question; 0 if it cannot be that question's.

    Columns of one choice each share the name of a question with choices, and are no
    question alone, unless a question has all of such a heading as its text.
    """
    question = definition.answer_codes[code]
    names = (written.name, written.text) if written.text else (written.name,)
    score = max(_likeness(name, definition, code) for name in names)
    has_choices = code == question.code and bool(
        question.choice_list or question.registry_list
    )
    if written.parts:
        fits = has_choices and (
            not written.is_code or _are_choices(written.parts, definition, question)
        )
        return score if fits else 0
    is_several = has_choices and question.type == QuestionType.SEVERAL
    if written.is_part and (score < SURE or is_several or code != question.code):
        return 0
    return score


def _are_choices(
    parts: tuple[str, ...], definition: Definition, question: Question
) -> bool:
    """Tell whether codes after the name of a question are its choices, or numbers."""
    known = {fold(choice.code) for choice in definition.choices_of(question)}
    return all(part.isdigit() for part in parts) or any(
        fold(part) in known for part in parts
    )


def _likeness(written: str, definition: Definition, code: str) -> int:
    """Return how like a header is to a question's code, or to any of its texts."""
    question = definition.answer_codes[code]
    by_code = fuzz.ratio(fold(end_of(written)), fold(code))
    is_other = code != question.code
    texts = (
        other_text(question, language)
        if is_other
        else getattr(question, f"text_{language}") or ""
        for language in LANGUAGES
    )
    return round(max(by_code, *(_alike(written, text) for text in texts)))


def reason_of(guess: Guess, text: str, definition: Definition) -> str:
    """Return in words why a heading, whose text the file has too, is guessed so."""
    question = definition.answer_codes[guess.code]
    texts = [getattr(question, f"text_{language}") or "" for language in LANGUAGES]
    for name in filter(None, (guess.written, text)):
        if fold(end_of(name)) == fold(guess.code):
            return _("the question's code")
        if fold(name) in {fold(each) for each in texts if each}:
            return _("the question's text, word for word")
    alike = max(texts, key=lambda each: _alike(text or guess.written, each))
    return _("alike: “%(text)s”") % {"text": alike or guess.code}


def _alike(one: str, other: str) -> float:
    one, other = fold(one), fold(other)
    # When one text has all words of the other ("Title"), the guess is never sure.
    contained = fuzz.token_set_ratio(one, other) * (SURE - 1) / 100
    return max(fuzz.token_sort_ratio(one, other), contained)


# Options


def options_meant(
    export: Export, definition: Definition, code: str, written: str
) -> list[Guess]:
    """Return the likest choice to each answer of the file that is no choice itself."""
    question = definition.by_code.get(code)
    if question is None or not question.choice_list:
        return []
    found = (
        _option_meant(definition, question, option)
        for option in _answers_to(export, written, question)
    )
    return [guess for guess in found if guess is not None]


def _option_meant(
    definition: Definition, question: Question, option: str
) -> Guess | None:
    """Return the likest choice to an answer; None if the answer is a choice itself."""
    scores: dict[str, int] = {}
    for choice in definition.choices_of(question):
        labels = [getattr(choice, f"label_{code}") or "" for code in LANGUAGES]
        if fold(option) in {fold(name) for name in (choice.code, *labels)}:
            return None
        by_code = fuzz.ratio(fold(option), fold(choice.code))
        likest = max(by_code, *(_alike(option, label) for label in labels))
        scores[choice.code] = round(likest)
    code = max(scores, key=scores.__getitem__)
    return Guess(code, option, scores[code])


def _answers_to(export: Export, written: str, question: Question) -> list[str]:
    """Return the different answers to a question with choices.

    Those that lead to a person are none: a mapping and its page would show them.
    """
    found: dict[str, None] = {}
    for table in export.tables:
        for column in table.columns:
            if column.role != Role.ANSWER:
                continue
            if column.question == written:
                found |= dict.fromkeys(_options_in(export, table, column, question))
                continue
            parts = [part for name, part in cuts_of(column) if name == written]
            found |= dict.fromkeys(parts)
    said = [
        option
        for option in found
        if option not in EMPTY | DOES_NOT_KNOW
        and not (is_address(option) or mentions_person(option))
    ]
    return said[:_MOST_OPTIONS]


def _options_in(
    export: Export, table: Table, column: Column, question: Question
) -> Iterable[str]:
    if column.is_other:
        return
    if column.option:
        yield column.option
        return
    is_split = any(c.question == column.question and c.option for c in table.columns)
    if is_split:
        return
    for row in table.rows:
        text = text_of(row.cells[column.position]).strip()
        if question.type == QuestionType.SEVERAL and export.splits_at:
            yield from (part.strip() for part in text.split(export.splits_at))
        else:
            yield text
