"""A first draft of a mapping from the headers of a file, for a person to finish."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz

from profiles.folding import fold
from profiles.uploads.cells import text_of
from surveys.mapping.choosing import end_of
from surveys.mapping.reading import EMPTY, FOLDER, SCHEMA
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
from surveys.readers.tables import Column, Export, Role, Table
from surveys.vocabularies import QuestionType

SURE = 86
"""From this likeness (0 to 100) on, a guess is written like something known."""

LIKELY = 58
"""From this likeness on, a guess is written as a comment, for a person to decide."""

_MOST_OPTIONS = 40
_HEAD = """\
# Drafted from {file} for {code}, for a person to finish.
#
# Each line shows at its end how alike the two are, 100 being the same. Remove
# "# decide: " from the lines that are right and delete the others; read the lines
# without it too. docs/survey-mappings.md explains every key.
"""
_RULES = """\
# No mapping of this questionnaire has rules to take over: write them here.
#
# [[rule]]
# target = "profile"
# fields = { established = "the code of a question" }
"""


@dataclass(frozen=True)
class Guess:
    """A guess that the file's `written` means our `code`; `score` goes to 100."""

    code: str
    written: str
    score: int

    def line(self) -> str:
        return f"{self.code} = [{_quoted(self.written)}]  # {self.score}"


def draft_mapping(export: Export, definition: Definition, file: str) -> str:
    """Return a draft of a mapping as TOML, which is valid before anybody finishes it.

    Of the file only headers, and answers to questions with choices, come into it.
    """
    return "\n".join(_lines(export, definition, file)) + "\n"


def _lines(export: Export, definition: Definition, file: str) -> Iterator[str]:
    yield from _HEAD.format(file=_quoted(file), code=definition.code).splitlines()
    yield ""
    yield f"schema = {SCHEMA}"
    yield f"questionnaire = {_quoted(definition.code)}"
    if (FOLDER / f"{definition.code}.toml").exists():
        yield f"rules_from = {_quoted(definition.code)}"
    yield f"respondent = {_quoted(_respondent(definition))}"
    personal = dict.fromkeys(
        column.question for _t, column in export.personal_columns()
    )
    if personal:
        yield f"personal = [{', '.join(map(_quoted, personal))}]"
    yield ""

    guesses, unknown = _guesses(export, definition)
    yield "[columns]"
    if (respondent := _respondent(definition)) not in {guess.code for guess in guesses}:
        yield f'# decide: {respondent} = ["…"]  # who answers: needed to read the file'
    for guess in guesses:
        yield guess.line() if guess.score >= SURE else f"# decide: {guess.line()}"
    yield ""
    if unknown:
        yield "# No question is like these columns. Those that are not to be read can"
        yield '# be listed above [columns]: ignored = ["…"]'
        yield from (f"#   {_quoted(name)}" for name in unknown)
        yield ""
    for guess in guesses:
        yield from _options(export, definition, guess)
    if not (FOLDER / f"{definition.code}.toml").exists():
        yield from _RULES.splitlines()


def _respondent(definition: Definition) -> str:
    kind = definition.questionnaire.kind
    asked = [q.code for q in definition.questions if q.registry_list == kind]
    return asked[0] if asked else definition.questions[0].code


# Columns


def _guesses(export: Export, definition: Definition) -> tuple[list[Guess], list[str]]:
    """Return the likeliest column of each question, and columns without a question."""
    guesses: list[Guess] = []
    unknown: list[str] = []
    groups = _groups(export, definition)
    for table in export.tables:
        group = groups.get(table.name, "")
        written = _written(table)
        if table.name and not group:
            unknown += _unknown(written, set())
            continue
        if group and end_of(table.name) != group:
            score = _likeness(table.name, definition, group)
            guesses.append(Guess(group, table.name, max(score, LIKELY)))
        found = _matched(table, definition, group)
        guesses += found
        taken = {guess.written for guess in found}
        unknown += _unknown(written, taken)
    order = list(definition.answer_codes)
    return sorted(guesses, key=lambda guess: order.index(guess.code)), unknown


@dataclass(frozen=True)
class _Written:
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


def _matched(table: Table, definition: Definition, group: str) -> list[Guess]:
    """Pair names of a table with questions of a group, each once, likest first."""
    codes = [
        code
        for code, question in definition.answer_codes.items()
        if question.repeat == group and question.type != QuestionType.REPEAT
    ]
    pairs = [
        Guess(code, written.name, score)
        for written in _written(table)
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


def _groups(export: Export, definition: Definition) -> dict[str, str]:
    """Return the likeliest repeated group of each further table, by table names."""
    codes = [q.code for q in definition.questions if q.type == QuestionType.REPEAT]
    pairs = []
    for table in export.tables[1:]:
        for code in codes:
            inside = [guess.score for guess in _matched(table, definition, code)]
            fit = sum(inside) / max(len(_written(table)), 1)
            name = _likeness(table.name, definition, code)
            if max(name, fit) >= LIKELY:
                pairs.append((name + fit, table.name, code))
    groups: dict[str, str] = {}
    for _fit, table_name, code in sorted(pairs, reverse=True):
        if table_name not in groups and code not in groups.values():
            groups[table_name] = code
    return groups


def _written(table: Table) -> list[_Written]:
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
    written: dict[str, _Written] = {}
    for column in columns:
        if not column.option:
            is_part = column.position in parts
            written.setdefault(
                column.question,
                _Written(column.question, column.text, is_part=is_part),
            )
    for name, members in shared.items():
        text = members[0][0].text if members[0][0].option else ""
        of_choices = tuple(part for _column, part in members)
        shared_by = tuple(column.question for column, _part in members)
        written[name] = _Written(name, text, of_choices, shared_by)
    for column in columns:
        if column.option and column.question not in written:
            written[column.question] = _Written(
                column.question, column.text, (column.option,)
            )
    return list(written.values())


def _is_group(name: str, members: list[tuple[Column, str]]) -> bool:
    """Tell whether codes share only the path of their group of questions."""
    return " " not in name and any(" " in column.question for column, _part in members)


def _unknown(written: list[_Written], taken: set[str]) -> list[str]:
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


def _score(written: _Written, definition: Definition, code: str) -> int:
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


def _alike(one: str, other: str) -> float:
    one, other = fold(one), fold(other)
    # When one text has all words of the other ("Title"), the guess is never sure.
    contained = fuzz.token_set_ratio(one, other) * (SURE - 1) / 100
    return max(fuzz.token_sort_ratio(one, other), contained)


# Options


def _options(export: Export, definition: Definition, guess: Guess) -> Iterator[str]:
    """Yield the lines that say which choice an answer means, where it is not plain."""
    question = definition.by_code.get(guess.code)
    if question is None or not question.choice_list:
        return
    guesses = [
        found
        for option in _answers(export, guess.written, question)
        if (found := _option(definition, question, option)) is not None
    ]
    if not guesses:
        return
    if guess.score >= SURE:
        yield f"[options.{guess.code}]"
    else:
        yield f"# decide: [options.{guess.code}]"
    for found in guesses:
        line = f"{_quoted(found.written)} = {_quoted(found.code)}  # {found.score}"
        is_sure = min(found.score, guess.score) >= SURE
        yield line if is_sure else f"# decide: {line}"
    yield ""


def _option(definition: Definition, question: Question, option: str) -> Guess | None:
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


def _answers(export: Export, written: str, question: Question) -> list[str]:
    """Return the different answers to a question with choices."""
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
    said = [option for option in found if option not in EMPTY | DOES_NOT_KNOW]
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


def _quoted(text: str) -> str:
    """Return `text` as a TOML string, which is a JSON string without bare controls."""
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
