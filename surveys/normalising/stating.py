"""From answers to statements about mechanisms, as the rules of a mapping say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from partnerships.models import Organisation
from profiles.content import languages_of_texts
from profiles.models import Mechanism, Profile, Section, State, Theme
from profiles.partial_dates import PartialDateField
from profiles.vocabularies import Coverage
from surveys import names as name_kinds
from surveys.mapping import RESPONDENT, Rule
from surveys.names import Names
from surveys.normalising.answers import Trouble, undecided
from surveys.normalising.cells import Answers, Cells, problem_at
from surveys.normalising.choices import AsWritten, Undecided
from surveys.normalising.languages import LEFT_OUT, Languages
from surveys.problems import Code, Problem
from surveys.questionnaires.definitions import NONE, OTHER
from surveys.readers.tables import Row
from surveys.statements import PROFILE, Origin, Statement, columns_said
from surveys.vocabularies import RespondentKind, Unanswered

_KIND_OF_NAME: dict[type[models.Model], str] = {
    State: name_kinds.STATE,
    Organisation: name_kinds.ORGANISATION,
    Theme: name_kinds.THEME,
    Mechanism: name_kinds.MECHANISM,
}
_SECTION = Section._meta.label_lower


@dataclass(slots=True)
class Said:
    """What one respondent answered, in the main row or in one row of a repeat.

    `row` is the index of that row among the rows of its table. `language` is that of
    the submission, which each text follows if the file tells it.
    """

    submission: int
    subject: str
    language: str
    answers: dict[str, Any]
    cells: Cells
    row: int
    languages: Languages
    is_language_told: bool
    main: "Said | None" = None

    def get(self, question: str) -> Any:
        value = self.answers.get(question)
        if value is None and self.main is not None:
            return self.main.answers.get(question)
        return value

    def place(self, question: str) -> tuple["Said", Answers] | None:
        """Return the row in whose table a question was answered, with the answers."""
        question = question.removesuffix("_" + OTHER)
        for said in filter(None, (self, self.main)):
            if found := said.cells.answers.get(question):
                return said, found
        return None


class _Undecided(Exception):
    """Raised when nobody has decided what a value or a text in the statement is."""


class _LanguageUnknown(_Undecided):
    """Raised when a text is in a language that nobody knows, or the registry lacks."""


@dataclass
class _Field:
    """One field of a target, and how an answer becomes its value."""

    name: str
    question: str
    target: models.Field
    terms: dict[str, Any] | None
    names: Names
    _known: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self):
        related = self.target.related_model if self.target.is_relation else None
        self.kind = next((k for m, k in _KIND_OF_NAME.items() if m is related), "")
        self.is_record = related is not None
        self.is_many = bool(self.target.many_to_many)
        self.is_term = bool(self.target.choices) or isinstance(
            self.target, (models.BooleanField, models.IntegerField, PartialDateField)
        )
        self.is_translated = self.name in languages_of_texts(self.target.model)

    def column(self, language: str) -> str:
        return f"{self.name}_{language}" if self.is_translated else self.name

    def value(self, said: Said, answer: Any) -> Any:
        """Return the field's value for an answer; None when the answer says nothing.

        Raises _Undecided, and ValidationError for a value that the field cannot hold.
        """
        if answer is None or answer == "":
            return None
        key = tuple(answer) if isinstance(answer, list) else answer
        if key == OTHER or (isinstance(key, tuple) and OTHER in key):
            return self._clean(self._converted(said, answer))
        if key not in self._known:
            try:
                self._known[key] = self._clean(self._converted(said, answer))
            except (ValidationError, _Undecided) as error:
                self._known[key] = error
        value = self._known[key]
        if isinstance(value, Exception):
            # The same error is raised for many rows and would gather their traces.
            raise value.with_traceback(None)
        return value

    def _converted(self, said: Said, answer: Any) -> Any:
        if self.is_many:
            parts = answer if isinstance(answer, list) else [answer]
            found = [self._record(said, self._term(part), part) for part in parts]
            return [key for key in found if key not in (None, "")] or None
        if self.is_record:
            code = answer[0] if isinstance(answer, list) else answer
            return self._record(said, self._term(code), code)
        if self.is_term or self.terms:
            code = answer[0] if isinstance(answer, list) else answer
            return self._term(code)
        return self._words(said, answer)

    def _term(self, code: str) -> Any:
        if self.terms is not None and code in self.terms:
            return self.terms[code]
        if self.is_record and code == NONE:
            return None
        return code

    def _record(self, said: Said, key: Any, code: str) -> Any:
        if key is None or key == "":
            return None
        if isinstance(key, AsWritten):
            raise _Undecided
        if key == OTHER and key == code:
            key = said.get(f"{self.question}_{OTHER}") or ""
            if not key:
                return None
        is_key = code != OTHER and self._is_from_registry(said)
        if is_key or not self.kind:
            return key
        match = self.names.find(self.kind, key)
        if not match.key:
            raise _NameUndecided(self.kind, match)
        return match.key

    def _is_from_registry(self, said: Said) -> bool:
        place = said.place(self.question)
        return bool(
            place
            and place[1].answering.asked.question.registry_list
            and not self.question.endswith("_" + OTHER)
        )

    def _words(self, said: Said, answer: Any) -> str:
        place = said.place(self.question)
        if place is None or place[1].answering.asked.options is None:
            return str(answer)
        if self.question.endswith("_" + OTHER):
            return str(answer)
        codes = answer if isinstance(answer, list) else [answer]
        return "; ".join(filter(None, (self._label(said, place[1], c) for c in codes)))

    def _label(self, said: Said, answers: Answers, code: str) -> str:
        if code == OTHER:
            return said.get(f"{self.question}_{OTHER}") or answers.label_of(code)
        return answers.label_of(code)

    def _clean(self, value: Any) -> Any:
        if value is None or value == "" or self.is_record:
            return value or None
        if isinstance(self.target, models.IntegerField) and isinstance(value, str):
            value = int(value) if value.lstrip("-").isdigit() else value
        # This refuses a term of the mapping, too, that the registry does not know.
        return self.target.clean(value, None)


class _NameUndecided(_Undecided):
    def __init__(self, kind: str, match):
        self.kind = kind
        self.match = match


class _Shown(NamedTuple):
    """The place of the answers to a question; `letters` are those of its column."""

    sheet: str
    header: str
    letters: str
    is_in_main: bool


def _shown(said: Said, question: str) -> _Shown:
    place = said.place(question)
    table = (place[0] if place else said).cells.columns.table
    if place is None:
        return _Shown(table.sheet, "", "", False)
    column = place[1].column_of(question)
    address = table.cell_address(column, Row(0, [])).removesuffix("0")
    return _Shown(table.sheet, column.header, address, place[0] is not said)


@dataclass
class Statements:
    """The statements of a file, and the problems that prevented further ones.

    `withheld` are the submissions of which an open question prevented one.
    """

    made: list[Statement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    asked: set[Any] = field(default_factory=set)
    withheld: set[int] = field(default_factory=set)


Follow = Callable[[Said, Statements], None]


class RuleFollower:
    """Follows one rule for many rows."""

    def __init__(self, rule: Rule, kind: RespondentKind, names: Names):
        self.rule = rule
        self.kind = kind
        self.names = names
        self.model = Profile if rule.target == PROFILE else apps.get_model(rule.target)
        self.is_section = rule.target == _SECTION
        self.texts = languages_of_texts(self.model)
        english = settings.MODELTRANSLATION_DEFAULT_LANGUAGE
        # The words of a mapping are English, as the mapping is.
        self.always = {
            f"{name}_{english}" if name in self.texts else name: value
            for name, value in rule.always.items()
        }
        self.fields = [
            _Field(name, question, self._field(name), rule.values.get(name), names)
            for name, question in rule.fields.items()
            if name != rule.each
        ]
        self.each = (
            _Field(
                rule.each,
                rule.fields[rule.each],
                self._field(rule.each),
                rule.values.get(rule.each),
                names,
            )
            if rule.each
            else None
        )
        self.label = (
            _Field(
                rule.label_field,
                f"{rule.fields[rule.each]}_{OTHER}",
                self._field(rule.label_field),
                None,
                names,
            )
            if rule.label_field
            else None
        )
        self.shown: dict[tuple[int, str], _Shown] = {}
        self.only_if = [(q, frozenset(codes)) for q, codes in rule.only_if.items()]
        self.mechanism_of = _Field("mechanism", rule.mechanism, _MECHANISM, None, names)

    def _field(self, name: str) -> models.Field:
        return self.model._meta.get_field(name)  # type: ignore[return-value]

    def follow(self, said: Said, statements: Statements) -> None:
        """Add to `statements` what the answers state by this rule."""
        if not self._applies(said):
            return
        try:
            mechanism = self._mechanism(said)
        except _Undecided as error:
            self._ask(said, statements, self.rule.mechanism, error)
            return
        if not mechanism:
            return
        if self.rule.target == PROFILE:
            self._about_profile(said, mechanism, statements)
        else:
            self._about_facts(said, mechanism, statements)

    def _applies(self, said: Said) -> bool:
        for question, wanted in self.only_if:
            answer = said.get(question)
            codes = answer if isinstance(answer, list) else [answer]
            if not any(code in wanted for code in codes):
                return False
        return True

    def _mechanism(self, said: Said) -> str | None:
        if self.rule.mechanism == RESPONDENT:
            is_mechanism = self.kind == RespondentKind.MECHANISM
            return said.subject if is_mechanism else None
        return self.mechanism_of.value(said, said.get(self.rule.mechanism))

    def _about_profile(self, said: Said, mechanism: str, statements: Statements):
        answered = False
        for one in self.fields:
            value = self._value(said, one, statements)
            if value is None:
                continue
            try:
                values = {self._column(said, one, value, statements): value}
            except _LanguageUnknown:
                continue
            answered = True
            self._state(said, mechanism, values, (), one.question, statements)
        if answered:
            for name, value in self.always.items():
                question = next(iter(self.rule.only_if), "")
                self._state(said, mechanism, {name: value}, (), question, statements)

    def _about_facts(self, said: Said, mechanism: str, statements: Statements):
        values: dict[str, Any] = {}
        asked = (q for q in self.rule.fields.values() if q != RESPONDENT)
        question = next(asked, "")
        try:
            for one in self.fields:
                value = self._value(said, one, statements, strict=True)
                if value is None:
                    continue
                try:
                    values[self._column(said, one, value, statements)] = value
                except _LanguageUnknown:
                    # A fact stands without such a text, but a section is its text.
                    if self.is_section:
                        raise
        except _Undecided:
            return
        if self.is_section:
            self._set_coverage(said, values)
        if self.each is None:
            if values:
                self._add_fact(said, mechanism, values, question, statements)
            return
        for code in self._codes(said, self.each):
            self._add_choice(said, mechanism, values, self.each, code, statements)

    def _column(self, said: Said, one: _Field, value: Any, statements) -> str:
        """Return the column that takes a value.

        Raises _LanguageUnknown for a text in a language that nobody knows.
        """
        place = said.place(one.question)
        if not one.is_translated or place is None:
            return one.column(said.language)
        answers = place[1]
        is_text = one.question.endswith("_" + OTHER) or not answers.has_choices
        if not is_text:
            # The labels are the questionnaire's own, whatever the file calls them.
            return one.column(settings.MODELTRANSLATION_DEFAULT_LANGUAGE)
        column = answers.column_of(one.question)
        language, trouble = said.language, None
        # Of a language that nobody knows it was asked already.
        if language or not said.is_language_told:
            language, trouble = said.languages.of_text(
                str(value),
                language,
                column.header,
                is_told=said.is_language_told,
            )
        if (
            trouble is not None
            and (trouble.kind, trouble.value) not in statements.asked
        ):
            statements.asked.add((trouble.kind, trouble.value))
            self._report(said, statements, one.question, trouble)
        if not language:
            statements.withheld.add(said.submission)
        if language in ("", LEFT_OUT):
            raise _LanguageUnknown
        return one.column(language)

    def _codes(self, said: Said, each: _Field) -> list[str]:
        answer = said.get(each.question)
        codes = answer if isinstance(answer, list) else [answer]
        if any(isinstance(code, Undecided) for code in codes):
            return []
        return [code for code in codes if code and code != NONE]

    def _add_choice(self, said, mechanism, values, each, code, statements) -> None:
        try:
            value = self._checked(said, each, code, statements)
        except _Undecided:
            return
        if value is None:
            return
        said_here = {**values, each.name: value}
        key = self.rule.key
        labels: tuple[str, ...] = ()
        if self.label:
            try:
                named = self._labels_of(said, each, self.label, code, statements)
            except _LanguageUnknown:
                return
            said_here |= named
            if code == OTHER and any(named.values()):
                # What was written tells one "other" from the next.
                key = tuple(dict.fromkeys((*key, self.label.name)))
            else:
                labels = tuple(named)
        self._add_fact(
            said, mechanism, said_here, each.question, statements, key, labels
        )

    def _labels_of(
        self, said: Said, each: _Field, label: _Field, code: str, statements
    ) -> dict[str, str]:
        """Return what a choice is called, by column.

        Raises _LanguageUnknown for words beside the choices in a language nobody knows.
        """
        place = said.place(each.question)
        if code == OTHER:
            written = said.get(label.question) or ""
            if not written:
                return {}
            return {self._column(said, label, written, statements): written}
        if place is None or place[1].answering.asked.question.registry_list:
            return {}
        if not label.is_translated:
            return {label.name: place[1].label_of(code)}
        spoken = place[1].labels_of(code)
        return {label.column(language): text for language, text in spoken.items()}

    def _add_fact(
        self, said, mechanism, values, question, statements, key=(), labels=()
    ) -> None:
        values = {**self.always, **values}
        for name in columns_said(self.texts, self.rule.key, values):
            if values.get(name) in (None, "") and name != self.rule.label_field:
                return
        key = columns_said(self.texts, key or self.rule.key, values)
        self._state(said, mechanism, values, key, question, statements, labels)

    def _set_coverage(self, said: Said, values: dict[str, Any]) -> None:
        if any(name.startswith("prose") for name in values):
            values["coverage"] = Coverage.REPORTED.value
            return
        question = self.rule.fields.get("coverage", "")
        if values or not (place := said.place(question)):
            return
        where, answers = place
        if answers.reasons[where.row] != Unanswered.NOT_SHOWN:
            values["coverage"] = Coverage.NOT_REPORTED.value

    def _state(
        self, said, mechanism, values, key, question, statements, labels=()
    ) -> None:
        statements.made.append(
            Statement(
                mechanism,
                self.rule.target,
                key,
                values,
                self._origin(said, question),
                said.submission,
                labels,
            )
        )

    def _origin(self, said: Said, question: str) -> Origin:
        shown = self.shown.get((id(said.cells), question))
        if shown is None:
            shown = _shown(said, question)
            self.shown[id(said.cells), question] = shown
        where = said.main if shown.is_in_main and said.main else said
        row = where.cells.rows[where.row].number
        cell = f"{shown.letters}{row}" if shown.letters else ""
        return Origin(shown.sheet, row, shown.header, cell, question)

    def _value(
        self, said: Said, one: _Field, statements: Statements, *, strict=False
    ) -> Any:
        if one.question == RESPONDENT:
            subject = said.subject or None
            return [subject] if subject and one.is_many else subject
        try:
            return self._checked(said, one, said.get(one.question), statements)
        except _Undecided:
            if strict:
                raise
            return None

    def _checked(self, said: Said, one: _Field, answer, statements) -> Any:
        try:
            return one.value(said, answer)
        except _Undecided as error:
            self._ask(said, statements, one.question, error)
            raise
        except ValidationError as error:
            trouble = Trouble(
                Code.BAD_VALUE,
                _("“%(field)s” cannot hold this answer: it is left out.")
                % {"field": one.target.verbose_name},
                " ".join(error.messages),
            )
            self._report(said, statements, one.question, trouble)
            return None

    def _ask(self, said: Said, statements, question: str, error: _Undecided) -> None:
        # Reading the column asked about an undecided choice already, but not about a
        # name in a text.
        if not isinstance(error, _NameUndecided) or error.match.how == "decision":
            return
        statements.withheld.add(said.submission)
        trouble = undecided(error.kind, error.match)
        if trouble not in statements.asked:
            statements.asked.add(trouble)
            self._report(said, statements, question, trouble)

    def _report(self, said: Said, statements, question: str, trouble: Trouble) -> None:
        place = said.place(question)
        if place is None:
            return
        where, answers = place
        column = answers.column_of(question)
        text = where.cells.at(column)[where.row]
        statements.problems.append(
            problem_at(where.cells, column, where.row, trouble, text)
        )


_MECHANISM = Profile._meta.get_field("mechanism")


def followers(
    rules: tuple[Rule, ...], kind: RespondentKind, names: Names
) -> dict[str, list[RuleFollower]]:
    """Return the followers of the rules by repeated group, "" for the main row."""
    by_repeat: dict[str, list[RuleFollower]] = {}
    for rule in rules:
        by_repeat.setdefault(rule.repeat, []).append(RuleFollower(rule, kind, names))
    return by_repeat
