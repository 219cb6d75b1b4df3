"""A mapping that people decide line by line: what each column of a file is.

What is decided is written into the text of a mapping (`surveys.mapping.reading`), and
read from there again: half of it is a mapping too, and nothing else is kept.
"""

import copy
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Posted
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import tomli_w
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from profiles.folding import fold
from profiles.uploads.cells import text_of
from surveys.mapping.choosing import end_of
from surveys.mapping.guessing import (
    SURE,
    Guess,
    Written,
    groups_of,
    matched,
    options_meant,
    respondent_of,
    written_names,
)
from surveys.mapping.reading import SCHEMA, MappingError, read_kept, shipped_names
from surveys.mapping.rules import Mapping
from surveys.models import Question
from surveys.questionnaires.definitions import Definition
from surveys.readers.shapes import is_address, mentions_person
from surveys.readers.tables import Column, Export, Role, Table
from surveys.vocabularies import QuestionType

LEAVE_OUT = "@leave-out"
APART = "@apart"
EACH = "@each"
NO_ANSWER = "@no-answer"
"""What is posted for a column that is not read, for one of a person, for columns that
are decided one by one, and for a choice that says nothing; no code has such a sign."""

_MOST_EXAMPLES = 3
_LONGEST_EXAMPLE = 60


@dataclass
class Line:
    """A heading of a file, or one that several columns share, and what it means.

    `meaning` is the code of a question, LEAVE_OUT or APART, "" while it is open.
    `group` is the repeated group whose questions the table asks; a line that
    `is_table` says which group that is. `shared` is the line of the name that a column
    shares with others: its `members` are decided one by one where it `is_split`.
    """

    table: str
    group: str
    written: Written
    columns: tuple[Column, ...] = ()
    filled: tuple[str, ...] = ()
    guess: Guess | None = None
    is_table: bool = False
    is_personal: bool = False
    shared: "Line | None" = None
    members: list["Line"] = field(default_factory=list)
    meaning: str = ""
    is_new: bool = False
    is_taken_apart: bool = False
    may_be_lost: bool = False
    asks_loss: bool = False
    error: str = ""

    @property
    def id(self) -> str:
        parts = (self.table, self.written.name, str(self.is_table))
        written = "\0".join([*parts, *self.written.parts])
        return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()[:16]

    @property
    def name(self) -> str:
        return self.written.name

    @property
    def is_split(self) -> bool:
        return self.is_taken_apart or any(member.meaning for member in self.members)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided, and not its members or what it shares."""
        if self.meaning or self.is_split:
            return False
        return self.shared is None or self.shared.is_split

    @property
    def is_sure(self) -> bool:
        return self.guess is not None and self.guess.score >= SURE


@dataclass
class OptionLine:
    """An answer that is none of the choices of its question, and which one it means.

    `meaning` is the code of a choice or NO_ANSWER, "" while the preview is to ask.
    """

    code: str
    guess: Guess
    meaning: str = ""
    is_new: bool = False

    @property
    def id(self) -> str:
        written = f"{self.code}\0{self.guess.written}"
        return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()[:16]


class Deciding:
    """The lines of a file, with what a mapping, or a posted form, says of each.

    `mapping` says what is chosen beforehand, `base` are the tables of the text that is
    gone on with; `takes_sure` chooses beforehand, too, what is sure by likeness.
    Without an `export` the lines are those that the text names.
    """

    def __init__(
        self,
        export: Export | None,
        definition: Definition,
        *,
        mapping: Mapping | None = None,
        base: dict[str, Any] | None = None,
        takes_sure: bool = True,
        posted: Posted[str, Any] | None = None,
    ):
        self.export = export
        self.definition = definition
        self.mapping = mapping
        self.base = base or {}
        self.takes_sure = takes_sure
        self.posted = posted
        self.lines: list[Line] = []
        if export is None:
            self._add_named()
        else:
            self._add_written(export)
        self.options = [*self._options()]
        self.problems: list[str] = []

    # --- The lines of a file ---

    def _add_written(self, export: Export) -> None:
        likely = groups_of(export, self.definition)
        for table in export.tables:
            group = ""
            if table is not export.main:
                group = self._group_of(table, likely.get(table.name))
                if not group:
                    continue
            guesses = {
                guess.written: guess for guess in matched(table, self.definition, group)
            }
            self._add_columns(table, group, guesses)

    def _group_of(self, table: Table, likely: Guess | None) -> str:
        """Add the line of a table; return its repeated group, "" while it is open."""
        line = Line(table.name, "", Written(table.name, table.sheet), guess=likely)
        line.is_table = True
        rows = ngettext("%(count)s row", "%(count)s rows", len(table.rows))
        line.filled = (rows % {"count": len(table.rows)},) if table.rows else ()
        self._add(line)
        if not line.meaning and line.is_sure and self.takes_sure:
            line.meaning = likely.code if self._may_guess(line) else ""  # type: ignore[union-attr]
        return "" if line.meaning == LEAVE_OUT else line.meaning

    def _add_columns(self, table: Table, group: str, guesses: dict[str, Guess]) -> None:
        named = {written.name: written for written in written_names(table)}
        columns = _decidable(table)
        of_name = {
            name: _columns_of(written, columns) for name, written in named.items()
        }
        joined = _joined(named, of_name, guesses)
        shared: dict[str, Line] = {}
        done: set[str] = set()
        for column in columns:
            line = None
            if (together := joined.get(column.position)) is not None:
                name = together.name
                if name not in shared:
                    shared[name] = Line(table.name, group, together, of_name[name])
                    shared[name].guess = guesses.get(name)
                    shared[name].filled = together.parts
                    self._add(shared[name])
                line = shared[name]
            name = column.header if line and column.option else column.question
            if name in done:
                continue
            done.add(name)
            self._add_own(table, group, column, name, named, guesses, line)
        self._take_sure([line for line in self.lines if line.table == table.name])

    def _add_own(
        self,
        table: Table,
        group: str,
        column: Column,
        name: str,
        named: dict[str, Written],
        guesses: dict[str, Guess],
        shared: Line | None,
    ) -> None:
        written = Written(name, column.text)
        if shared is None:
            written = named.get(name, written)
        own = Line(table.name, group, written, (column,), shared=shared)
        own.filled = tuple(_different(table, column))
        if shared is None or shared.guess is None:
            own.guess = guesses.get(name)
        own.is_personal = column.role == Role.PERSONAL or column.holds_addresses
        if shared is not None:
            shared.members.append(own)
        self._add(own)

    def _take_sure(self, lines: list[Line]) -> None:
        """Choose what is sure for lines of which nobody said anything yet."""
        taken = {line.meaning for line in lines}
        for line in lines if self.takes_sure else ():
            guess = line.guess
            is_decided = line.meaning or (line.shared and line.shared.meaning)
            if guess is None or guess.score < SURE or is_decided or line.is_split:
                continue
            if self._may_guess(line) and guess.code not in taken:
                line.meaning = guess.code
                taken.add(guess.code)

    def _may_guess(self, line: Line) -> bool:
        return self.posted is None or f"column-{line.id}" not in self.posted

    # --- The lines of a text, without a file ---

    def _add_named(self) -> None:
        for code, names in self.base.get("columns", {}).items():
            question = self.definition.answer_codes.get(code)
            if question is None:
                continue
            is_table = question.type == QuestionType.REPEAT
            for name in _listed(names):
                line = Line(question.repeat, question.repeat, Written(name))
                line.is_table = is_table
                self._add(line)
        for key in ("personal", "ignored"):
            for name in self.base.get(key, ()):
                if name not in self.definition.answer_codes:
                    self._add(Line("", "", Written(name)))

    # --- What a line means ---

    def _add(self, line: Line) -> None:
        self.lines.append(line)
        key = f"column-{line.id}"
        said = self._said(line)
        if self.posted is not None and key in self.posted:
            chosen = str(self.posted[key])
            known = {LEAVE_OUT, *self.questions_of(line)}
            known |= set() if line.is_table else {APART}
            is_free = line.shared is None or not line.shared.meaning
            line.meaning = chosen if chosen in known and is_free else ""
            line.is_taken_apart = chosen == EACH and bool(line.written.parts)
        else:
            line.is_new = self.posted is not None and (
                line.shared is None or line.shared.is_taken_apart
            )
            line.meaning = said
        line.may_be_lost = said == LEAVE_OUT or bool(
            self.posted and self.posted.get(f"lose-{line.id}")
        )

    def _said(self, line: Line) -> str:
        """Return what the mapping says of a line, or that it is a person's."""
        mapping = self.mapping
        if line.shared is not None and line.shared.meaning:
            return ""
        if mapping is None:
            return APART if line.is_personal else ""
        own = {line.name, *(column.header for column in line.columns)}
        if line.written.parts:
            own.discard(line.name)
            if own and own <= mapping.ignored:
                return LEAVE_OUT
            own = {line.name}
        if own & mapping.ignored:
            return LEAVE_OUT
        names = {fold(name) for name in (*own, end_of(line.name), line.written.text)}
        best, rank = "", 1_000_000
        for code in self.questions_of(line):
            for place, name in enumerate(mapping.columns.get(code, ())):
                if fold(name) in names - {""} and place < rank:
                    best, rank = code, place
        if best:
            return best
        return APART if own & mapping.personal or line.is_personal else ""

    def questions_of(self, line: Line) -> dict[str, Question]:
        """Return the questions that a line can answer, by codes of answers."""
        return self._questions_in[None if line.is_table else line.group]

    @cached_property
    def _questions_in(self) -> dict[str | None, dict[str, Question]]:
        """Return the questions by their repeated group; None has the groups."""
        found: dict[str | None, dict[str, Question]] = defaultdict(dict)
        for code, question in self.definition.answer_codes.items():
            is_group = question.type == QuestionType.REPEAT
            found[None if is_group else question.repeat][code] = question
        return found

    # --- Choices ---

    def _options(self) -> Iterator[OptionLine]:
        kept = self.mapping.options if self.mapping else {}
        if self.export is None:
            for code, options in kept.items():
                for text, choice in options.items():
                    yield self._option(code, Guess(choice, text, 100), options)
            return
        seen: set[str] = set()
        for line in self.lines:
            if line.meaning not in self.definition.answer_codes or line.is_table:
                continue
            options = kept.get(line.meaning, {})
            for guess in options_meant(
                self.export, self.definition, line.meaning, line.name
            ):
                option = self._option(line.meaning, guess, options)
                if option.id not in seen:
                    seen.add(option.id)
                    yield option

    def _option(self, code: str, guess: Guess, options: dict[str, str]) -> OptionLine:
        option = OptionLine(code, guess)
        said = guess.code if guess.score >= SURE and self.mapping is None else ""
        if guess.written in options:
            said = options[guess.written] or NO_ANSWER
        key = f"option-{option.id}"
        choices = self.choices_of(code)
        if self.posted is not None and key in self.posted:
            chosen = str(self.posted[key])
            option.meaning = chosen if chosen in {NO_ANSWER, *choices} else ""
        else:
            option.is_new = self.posted is not None
            option.meaning = said
        return option

    def choices_of(self, code: str) -> dict[str, str]:
        """Return the labels of the choices of a question, by their codes."""
        question = self.definition.by_code.get(code)
        found = self.definition.choices_of(question) if question else ()
        return {choice.code: choice.label for choice in found}

    # --- Whether all is decided ---

    @property
    def open_lines(self) -> list[Line]:
        return [line for line in self.lines if line.is_open]

    @cached_property
    def respondent(self) -> str:
        return str(self.base.get("respondent") or respondent_of(self.definition))

    def check(self) -> bool:
        """Note what keeps the mapping from being used; tell whether nothing does."""
        answered: dict[tuple[str, str], Line] = {}
        for line in self.lines:
            line.error = self._mistake_of(line, answered)
        for line in self.lines:
            if not line.error and self._would_lose(line, answered):
                line.asks_loss = True
                line.error = _(
                    "This looks like “%(question)s”, which no other column answers. "
                    "Leave it out all the same?"
                ) % {"question": self._text_of(line.guess.code)}  # type: ignore[union-attr]
        if ("", self.respondent) not in answered and self.export is not None:
            self.problems.append(
                _("No column says who answers: “%(question)s”.")
                % {"question": self._text_of(self.respondent)}
            )
        return not self.problems and not any(line.error for line in self.lines)

    def _mistake_of(self, line: Line, answered: dict[tuple[str, str], Line]) -> str:
        if line.is_open:
            return _("Say what this is, or leave it out.")
        question = self.questions_of(line).get(line.meaning)
        if question is None:
            return ""
        if line.written.parts and not _takes_several(question, line.meaning):
            return _("Only a question with several choices has a column for each.")
        key = (line.group, line.meaning)
        if self.export is not None and key in answered:
            return _("“%(name)s” answers this question already.") % {
                "name": answered[key].name
            }
        answered[key] = line
        return ""

    def _would_lose(self, line: Line, answered: dict[tuple[str, str], Line]) -> bool:
        """Tell whether a question is lost with a column that is left out."""
        return (
            line.meaning == LEAVE_OUT
            and line.is_sure
            and bool(line.filled)
            and not line.may_be_lost
            and (line.group, line.guess.code) not in answered  # type: ignore[union-attr]
        )

    def _text_of(self, code: str) -> str:
        question = self.definition.answer_codes.get(code)
        return question.text if question else code

    @property
    def is_new(self) -> bool:
        """Whether there is something to decide that the posted form did not show."""
        lines = any(line.is_new for line in self.lines)
        return lines or any(option.is_new for option in self.options)

    @property
    def unanswered(self) -> list[Question]:
        """Return the questions that no column answers."""
        said = {line.meaning for line in self.lines}
        return [q for q in self.definition.questions if q.code not in said]

    # --- The text of the mapping ---

    def text(self) -> str:
        """Return the mapping as decided: what the base says of other columns stays."""
        table = _head(self.definition) | copy.deepcopy(self.base)
        mine = {name for line in self.lines for name in (line.name, *_names(line))}
        columns = {
            code: kept
            for code, names in table.pop("columns", {}).items()
            if (kept := [n for n in _listed(names) if n not in mine])
        }
        apart = [n for n in table.pop("personal", ()) if n not in mine]
        ignored = [n for n in table.pop("ignored", ()) if n not in mine]
        for line in self.lines:
            if line.meaning == LEAVE_OUT:
                ignored += _names(line)
            elif line.meaning == APART:
                apart += _names(line)
            elif line.meaning:
                columns.setdefault(line.meaning, []).insert(0, _written(line.name))
            if line.meaning in ("person_name", "person_email"):
                table[line.meaning] = _written(line.name)
        table |= {"personal": _once(apart)} if apart else {}
        table |= {"ignored": _once(ignored)} if ignored else {}
        table["columns"] = {code: _once(names) for code, names in columns.items()}
        table["options"] = self._options_decided(table.pop("options", {}))
        rules = table.pop("rule", [])
        return tomli_w.dumps(table | ({"rule": rules} if rules else {}))

    def _options_decided(self, options: dict[str, Any]) -> dict[str, dict[str, str]]:
        """Return the options of the base with what is decided here."""
        whole = {
            code: dict(options.get(said, {}) if isinstance(said, str) else said)
            for code, said in options.items()
        }
        for option in self.options:
            of_question = whole.setdefault(option.code, {})
            of_question.pop(option.guess.written, None)
            if option.meaning:
                meaning = "" if option.meaning == NO_ANSWER else option.meaning
                of_question[_written(option.guess.written)] = meaning
        return {code: said for code, said in whole.items() if said}


def _head(definition: Definition) -> dict[str, Any]:
    head = {
        "schema": SCHEMA,
        "questionnaire": definition.code,
        "respondent": respondent_of(definition),
    }
    rules = rules_for(definition)
    return head | ({"rules_from": rules} if rules else {})


def rules_for(definition: Definition) -> str:
    """Return the mapping that comes along whose rules fit a questionnaire, "" for none.

    A new version of a questionnaire is read by the rules of an earlier one as long as
    it has all questions that they name.
    """
    questionnaire = definition.questionnaire
    for version in range(questionnaire.version, 0, -1):
        name = f"{questionnaire.kind}-{version}"
        if name not in shipped_names():
            continue
        table = {
            "schema": SCHEMA,
            "questionnaire": definition.code,
            "respondent": respondent_of(definition),
            "rules_from": name,
        }
        try:
            read_kept(tomli_w.dumps(table), name)
        except MappingError:
            continue
        return name
    return ""


def _decidable(table: Table) -> list[Column]:
    """Return the columns that people decide on: all but the survey tool's own."""
    answers = {written.name for written in written_names(table)}
    return [
        column
        for column in table.columns
        if column.role == Role.PERSONAL
        or (column.question in answers and not column.is_other)
        or (
            column.role == Role.ANSWER
            and column.is_other
            and column.question not in answers
        )
    ]


def _columns_of(written: Written, columns: list[Column]) -> tuple[Column, ...]:
    names = {*(written.shared_by or (written.name,))}
    return tuple(column for column in columns if column.question in names)


def _joined(
    named: dict[str, Written],
    of_name: dict[str, tuple[Column, ...]],
    guesses: dict[str, Guess],
) -> dict[int, Written]:
    """Return the name that each column shares with others, by the column's position.

    A heading can be cut in several ways. What is like a question comes first, then the
    name that most columns share.
    """
    shared = [
        written
        for written in named.values()
        if written.parts and len(of_name[written.name]) > 1
        if written.name in guesses or _is_shared_by_shape(written, of_name)
    ]
    shared.sort(
        key=lambda one: (
            -guesses[one.name].score if one.name in guesses else 0,
            -len(one.parts),
        )
    )
    found: dict[int, Written] = {}
    for written in shared:
        columns = of_name[written.name]
        is_taken = any(column.position in found for column in columns)
        is_known_alone = written.name not in guesses and any(
            guesses[c.question].score >= SURE
            for c in columns
            if c.question in guesses and c.question != written.name
        )
        if not is_taken and not is_known_alone:
            found |= {column.position: written for column in columns}
    return found


def _is_shared_by_shape(
    written: Written, of_name: dict[str, tuple[Column, ...]]
) -> bool:
    """Tell whether columns look like one choice each of a question.

    Codes that begin alike are questions of one group as often: they count if numbers
    or three underlines follow.
    """
    columns = of_name[written.name]
    return (
        all(column.option for column in columns)
        or not written.is_code
        or all(part.isdigit() for part in written.parts)
        or all("___" in name for name in written.shared_by)
    )


def _different(table: Table, column: Column) -> Iterator[str]:
    """Yield the first different cells that do not lead to a person."""
    seen: set[str] = set()
    for row in table.rows:
        text = text_of(row.cells[column.position]).strip()
        if text and text not in seen:
            seen.add(text)
            yield "…" if is_address(text) or mentions_person(text) else _short(text)
        if len(seen) == _MOST_EXAMPLES:
            return


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_EXAMPLE else f"{line[:_LONGEST_EXAMPLE]}…"


def _takes_several(question: Question, code: str) -> bool:
    return question.type == QuestionType.SEVERAL and code == question.code


def _names(line: Line) -> list[str]:
    """Return the names under which a mapping lists a line as ignored or personal."""
    own = [column.header for column in line.columns]
    names = own if line.written.parts else [line.name]
    return [_written(name) for name in names or [line.name]]


def _written(name: str) -> str:
    """Return a name as a file can hold it, without halves of characters."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _listed(names: Any) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
