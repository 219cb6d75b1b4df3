"""Mappings from their TOML files. docs/survey-mappings.md says how to write one.

A mapping is checked as a whole before any file is read with it, against its
questionnaire and the registry's models. Every mistake is named with its place.
"""

import hashlib
import tomllib
import zoneinfo
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from partnerships.models import Organisation
from profiles.models import Mechanism, Profile, State, Theme, fact_kinds
from profiles.partial_dates import PartialDateField
from profiles.uploads import Refused, read_apart
from surveys.mapping.rules import RESPONDENT, Mapping, Rule
from surveys.models import Question
from surveys.questionnaires.definitions import (
    DOES_NOT_KNOW,
    FORM_KIND,
    FORM_VERSION,
    LANGUAGES,
    NONE,
    OTHER,
    Definition,
    nearest,
    other_text,
    read_definitions,
)
from surveys.readers.tables import Tool
from surveys.statements import PROFILE
from surveys.vocabularies import QuestionType, RegistryList, RespondentKind

FOLDER = Path(__file__).parents[1] / "mappings"
SCHEMA = 1

EMPTY = frozenset({"", "-", "–", "—", "n/a", "N/A", "{question_not_shown}"})
"""Cells that mean no answer in every file; a mapping adds its own."""

KEYS = {
    "schema",
    "questionnaire",
    "rules_from",
    "respondent",
    "respondent_other",
    "tools",
    "time_zone",
    "day_first",
    "empty",
    "does_not_know",
    "ignored",
    "personal",
    "person_name",
    "person_email",
    "columns",
    "options",
    "rule",
}
RULE_KEYS = set(Rule.__dataclass_fields__)
_NOT_BY_RULES = {"mechanism", "edition", "sources", "position", "source", "profile"}
"""Fields that the registry sets itself, and no answer."""

_RECORDS = {
    State: RegistryList.STATE,
    Theme: RegistryList.THEME,
    Mechanism: RegistryList.MECHANISM,
    Organisation: RegistryList.ORGANISATION,
}
_TEXTS = (QuestionType.TEXT, QuestionType.LONG_TEXT)
_NUMBERS = (QuestionType.INTEGER, QuestionType.YEAR)


class MappingError(Exception):
    """Raised for a mapping that cannot be used. `problems` has a line for each."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("\n".join(problems))


def read_mapping(text: str, name: str) -> Mapping:
    """Read a mapping from the text of its file. Raises MappingError with all mistakes.

    Its questionnaire is taken from the database, or, if it is not loaded, from the
    shipped files.
    """
    try:
        table = read_apart("profiles.uploads.texts:toml_tables", text.encode())
    except Refused as refused:
        raise MappingError([f"{name}: {refused}"]) from None
    return _Reader(text, name, table).read()


def shipped_names() -> list[str]:
    """Return the names of the shipped mappings, without reading them."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def shipped() -> dict[str, Mapping]:
    """Return the shipped mappings by name.

    A mapping is left out while it names something that its questionnaire, changed by
    staff, lacks: the others stay of use.
    """
    found = {}
    for path in sorted(FOLDER.glob("*.toml")):
        with suppress(MappingError):
            text = path.read_text("utf-8")
            found[path.stem] = _Reader(text, path.stem, tomllib.loads(text)).read()
    return found


def definition_of(code: str) -> Definition | None:
    """Return the questionnaire with this code (mechanism-1), None if there is none."""
    kind, _dash, version = code.rpartition("-")
    if not version.isdecimal():
        return None
    return Definition.stored(kind, int(version)) or _shipped_definitions().get(code)


@cache
def _shipped_definitions() -> dict[str, Definition]:
    return {definition.code: definition for definition in read_definitions()}


def target_fields(target: str) -> dict[str, models.Field] | None:
    """Return the fields of a target that a rule may fill in; None for no target."""
    model = _targets().get(target)
    if model is None:
        return None
    fields = [*model._meta.fields, *model._meta.many_to_many]
    return {
        field.name: field
        for field in fields
        if field.editable and not field.primary_key and field.name not in _NOT_BY_RULES
    }


def targets() -> list[str]:
    """Return the targets of rules: the profile and every kind of fact."""
    return list(_targets())


def _targets() -> dict[str, type[models.Model]]:
    return {PROFILE: Profile} | {kind._meta.label_lower: kind for kind in fact_kinds()}


class _Reader:
    """Reads one file and collects its mistakes."""

    def __init__(self, text: str, name: str, table: dict[str, Any]):
        self.text = text
        self.name = name
        self.table = table
        self.problems: list[str] = []

    def read(self) -> Mapping:
        table = self.table
        self.check_keys("", table, KEYS)
        if table.get("schema") != SCHEMA:
            self.problem("schema", _("It must be %(schema)s.") % {"schema": SCHEMA})
        definition = self.definition(table)
        if definition is None:
            raise MappingError(self.problems)
        kind = RespondentKind(definition.questionnaire.kind)
        does_not_know = DOES_NOT_KNOW | self.texts("does_not_know", table)
        respondent = self.respondent(table, definition)
        mapping = Mapping(
            name=self.name,
            kind=kind,
            version=definition.questionnaire.version,
            respondent=respondent,
            respondent_other=self.respondent_other(table, definition, respondent),
            tools=self.tools(table),
            time_zone=self.time_zone(table),
            day_first=self.day_first(table),
            columns=self.columns(table, definition),
            options=self.options(table, definition),
            empty=EMPTY | self.texts("empty", table),
            does_not_know=does_not_know,
            ignored=self.texts("ignored", table) | {FORM_KIND, FORM_VERSION},
            personal=self.personal(table, definition),
            person_name=self.one_text("person_name", table),
            person_email=self.one_text("person_email", table),
            rules=self.rules(table, definition, does_not_know),
            sha256=hashlib.sha256(self.text.encode()).hexdigest(),
        )
        if self.problems:
            raise MappingError(self.problems)
        return mapping

    def problem(self, place: str, text: str) -> None:
        self.problems.append(
            ": ".join(part for part in (self.name, place, text) if part)
        )

    def check_keys(self, place: str, table: dict[str, Any], known: set[str]) -> None:
        for key in sorted(table.keys() - known):
            text = _("“%(key)s” is not known here.") % {"key": key}
            self.problem(place, text + nearest(key, known))

    def unknown(self, place: str, kind: str, word: str, words: Iterable[str]) -> None:
        """Report that `word` is none of `words`; `kind` is a sentence with %(word)s."""
        self.problem(place, kind % {"word": word} + nearest(word, words))

    # The head of the file

    def definition(self, table: dict[str, Any]) -> Definition | None:
        code = table.get("questionnaire", "")
        found = definition_of(code) if isinstance(code, str) else None
        if found is None:
            text = _("There is no questionnaire “%(word)s”.")
            self.unknown("questionnaire", text, str(code), _shipped_definitions())
        return found

    def respondent(self, table: dict[str, Any], definition: Definition) -> str:
        code = self.one_text("respondent", table)
        question = definition.by_code.get(code)
        kind = definition.questionnaire.kind
        if question is None:
            self.no_question("respondent", code, definition)
        elif question.registry_list != kind and question.type not in _TEXTS:
            text = _("“%(code)s” does not say which %(kind)s answers.")
            self.problem("respondent", text % {"code": code, "kind": kind})
        return code

    def respondent_other(
        self, table: dict[str, Any], definition: Definition, respondent: str
    ) -> str:
        if "respondent_other" not in table:
            other = f"{respondent}_{OTHER}"
            return other if other in definition.answer_codes else ""
        code = self.one_text("respondent_other", table)
        if code not in definition.answer_codes:
            self.no_question("respondent_other", code, definition)
        return code

    def no_question(self, place: str, code: str, definition: Definition) -> None:
        text = _("The questionnaire has no question “%(word)s”.")
        self.unknown(place, text, code, definition.answer_codes)

    def tools(self, table: dict[str, Any]) -> tuple[str, ...]:
        tools = self.texts("tools", table)
        for tool in sorted(tools - {*Tool}):
            self.unknown("tools", _("“%(word)s” is no survey tool."), tool, [*Tool])
        return tuple(sorted(tools))

    def time_zone(self, table: dict[str, Any]) -> str:
        zone = self.one_text("time_zone", table)
        if zone and zone not in zoneinfo.available_timezones():
            text = _("“%(word)s” is no time zone.")
            self.unknown("time_zone", text, zone, zoneinfo.available_timezones())
        return zone

    def day_first(self, table: dict[str, Any]) -> bool | None:
        value = table.get("day_first")
        if value is not None and not isinstance(value, bool):
            self.problem("day_first", _("It must be true or false."))
            return None
        return value

    def one_text(self, key: str, table: dict[str, Any]) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            self.problem(key, _("It must be a text in quotation marks."))
            return ""
        return value

    def texts(self, key: str, table: dict[str, Any], place: str = "") -> frozenset[str]:
        return frozenset(self.text_list(place or key, table.get(key, [])))

    def text_list(self, place: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.problem(place, _("It must be a list of texts."))
            return ()
        return tuple(value)

    def text_table(self, place: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.problem(place, _("It must be a table."))
            return {}
        return value

    def personal(self, table: dict[str, Any], definition: Definition) -> frozenset[str]:
        asked = {q.code for q in definition.questions if q.is_personal}
        persons = {self.one_text(key, table) for key in ("person_name", "person_email")}
        return self.texts("personal", table) | asked | (persons - {""})

    # Columns and options

    def columns(
        self, table: dict[str, Any], definition: Definition
    ) -> dict[str, tuple[str, ...]]:
        written = self.text_table("columns", table.get("columns", {}))
        own: dict[str, tuple[str, ...]] = {}
        codes_by_name: dict[tuple[str, str], str] = {}
        for code, names in written.items():
            place = f"columns.{code}"
            if code not in definition.answer_codes:
                self.no_question(place, code, definition)
                continue
            own[code] = self.text_list(place, names)
            table_of = definition.answer_codes[code].repeat
            for name in own[code]:
                other = codes_by_name.setdefault((table_of, name), code)
                if other != code:
                    text = _("“%(name)s” is already the column of “%(code)s”.")
                    self.problem(place, text % {"name": name, "code": other})
        return {
            code: tuple(
                dict.fromkeys(
                    name
                    for name in (*own.get(code, ()), *names_of(code, definition))
                    if codes_by_name.get((question.repeat, name), code) == code
                )
            )
            for code, question in definition.answer_codes.items()
        }

    def options(
        self, table: dict[str, Any], definition: Definition
    ) -> dict[str, dict[str, str]]:
        options: dict[str, dict[str, str]] = {}
        written = self.text_table("options", table.get("options", {}))
        for code, choices in written.items():
            place = f"options.{code}"
            question = definition.by_code.get(code)
            if question is None:
                self.no_question(place, code, definition)
                continue
            if isinstance(choices, str):
                options[code] = self.same_options(place, choices, written)
                continue
            options[code] = self.text_table(place, choices)
            known = {choice.code for choice in definition.choices_of(question)}
            if not (question.choice_list or question.registry_list):
                self.problem(place, _("This question has no choices."))
            for option, choice in options[code].items():
                at = f"{place}.{option}"
                if not isinstance(choice, str):
                    self.problem(at, _("It must be a text in quotation marks."))
                elif question.choice_list and choice and choice not in known:
                    text = _("“%(word)s” is no choice of the question.")
                    self.unknown(at, text, choice, known)
        return options

    def same_options(
        self, place: str, code: str, written: dict[str, Any]
    ) -> dict[str, str]:
        """Return the options, or those of the question named: themes_now = "themes"."""
        if not isinstance(written.get(code), dict):
            tables = [other for other in written if isinstance(written[other], dict)]
            text = _("There are no options of “%(word)s”.")
            self.unknown(place, text, code, tables)
            return {}
        return written[code]

    # Rules

    def rules(
        self, table: dict[str, Any], definition: Definition, unknown: frozenset[str]
    ) -> tuple[Rule, ...]:
        entries = [
            *self.inherited(table),
            *((f"rule {n}", entry) for n, entry in enumerate(table.get("rule", ()), 1)),
        ]
        checked = (
            _RuleReader(self, place, entry, definition, unknown).read()
            for place, entry in entries
        )
        return tuple(rule for rule in checked if rule is not None)

    def inherited(self, table: dict[str, Any]) -> list[tuple[str, Any]]:
        """Return the rules of the mapping that `rules_from` names."""
        name = self.one_text("rules_from", table)
        if not name:
            return []
        path = FOLDER / f"{name}.toml"
        names = [path.stem for path in FOLDER.glob("*.toml")]
        if name not in names:
            text = _("There is no mapping “%(word)s”.")
            self.unknown("rules_from", text, name, names)
            return []
        rules = tomllib.loads(path.read_text("utf-8")).get("rule", [])
        return [
            (f"{name}, rule {number}", rule) for number, rule in enumerate(rules, 1)
        ]


@dataclass
class _RuleReader:
    """Checks one rule against the questionnaire and its target."""

    file: _Reader
    place: str
    entry: dict[str, Any]
    definition: Definition
    does_not_know: frozenset[str]

    def read(self) -> Rule | None:
        if not isinstance(self.entry, dict):
            self.problem(_("A rule is a table: [[rule]]."))
            return None
        self.file.check_keys(self.place, self.entry, RULE_KEYS)
        self.target = str(self.entry.get("target", ""))
        self.place = f"{self.place} ({self.target or '?'})"
        known = target_fields(self.target)
        if known is None:
            text = _("“%(word)s” is nothing that a rule can speak of.")
            self.file.unknown(self.place, text, self.target, targets())
            return None
        self.known = known
        before = len(self.file.problems)
        rule = self.rule()
        if len(self.file.problems) == before:
            self.check(rule)
        return rule

    def rule(self) -> Rule:
        entry = self.entry
        mechanism = entry.get("mechanism", RESPONDENT)
        return Rule(
            target=self.target,
            fields=self.plain_texts("fields"),
            key=self.file.text_list(f"{self.place}, key", entry.get("key", [])),
            mechanism=str(mechanism),
            repeat=str(entry.get("repeat", "")),
            each=str(entry.get("each", "")),
            label_field=str(entry.get("label_field", "")),
            always=self.tables("always"),
            values={
                field: {
                    code: None if term == "" else term
                    for code, term in self.tables(f"values.{field}", values).items()
                }
                for field, values in self.tables("values").items()
            },
            only_if={
                code: self.file.text_list(f"{self.place}, only_if.{code}", answers)
                for code, answers in self.tables("only_if").items()
            },
        )

    def tables(self, name: str, value: Any = None) -> dict[str, Any]:
        value = self.entry.get(name, {}) if value is None else value
        return self.file.text_table(f"{self.place}, {name}", value)

    def plain_texts(self, name: str) -> dict[str, str]:
        table = self.tables(name)
        for key, value in table.items():
            if not isinstance(value, str):
                self.problem(_("It must be the code of a question."), f"{name}.{key}")
        return {key: str(value) for key, value in table.items()}

    def problem(self, text: str, key: str = "") -> None:
        self.file.problem(f"{self.place}, {key}" if key else self.place, text)

    def check(self, rule: Rule) -> None:
        self.check_names(rule)
        self.check_mechanism(rule)
        self.check_group(rule)
        self.check_key(rule)
        self.check_each(rule)
        self.check_fixed(rule)
        self.check_conditions(rule)
        for field, code in rule.fields.items():
            if code == RESPONDENT:
                self.check_respondent(field)
            elif field in self.known and code in self.definition.answer_codes:
                self.check_field(rule, field, code)
        self.check_complete(rule)

    def check_names(self, rule: Rule) -> None:
        """Check that the target has the fields, the questionnaire the questions."""
        if not rule.fields:
            self.problem(_("It names no question: say which in “fields”."))
        named = {
            "fields": rule.fields,
            "always": rule.always,
            "values": rule.values,
            "label_field": [rule.label_field] if rule.label_field else [],
        }
        for key, fields in named.items():
            for field in fields:
                if field not in self.known:
                    text = _("The target has no field “%(word)s”.")
                    self.file.unknown(f"{self.place}, {key}", text, field, self.known)
        for field in rule.values.keys() - rule.fields.keys():
            text = _("“%(field)s” is none of the fields of this rule.")
            self.problem(text % {"field": field}, "values")
        for code in (*rule.fields.values(), *rule.only_if):
            if code != RESPONDENT and code not in self.definition.answer_codes:
                self.file.no_question(self.place, code, self.definition)

    def check_mechanism(self, rule: Rule) -> None:
        if rule.mechanism == RESPONDENT:
            if self.definition.questionnaire.kind != RespondentKind.MECHANISM:
                text = _("Say by “mechanism” which question names the mechanism.")
                self.problem(text)
            return
        question = self.definition.by_code.get(rule.mechanism)
        if question is None:
            self.file.no_question(
                f"{self.place}, mechanism", rule.mechanism, self.definition
            )
        elif (
            question.registry_list != RegistryList.MECHANISM
            and question.type not in _TEXTS
        ):
            text = _("“%(code)s” does not say which mechanism it is about.")
            self.problem(text % {"code": rule.mechanism}, "mechanism")

    def check_group(self, rule: Rule) -> None:
        groups = [
            q.code for q in self.definition.questions if q.type == QuestionType.REPEAT
        ]
        if rule.repeat and rule.repeat not in groups:
            text = _("There is no repeated group “%(word)s”.")
            self.file.unknown(f"{self.place}, repeat", text, rule.repeat, groups)
            return
        codes = [*rule.fields.values(), *rule.only_if, rule.mechanism]
        for code in dict.fromkeys(codes):
            question = self.definition.answer_codes.get(code)
            if question is not None and question.repeat not in ("", rule.repeat):
                text = _("“%(code)s” is asked in a repeated group: add %(setting)s.")
                setting = f'repeat = "{question.repeat}"'
                self.problem(text % {"code": code, "setting": setting})

    def check_key(self, rule: Rule) -> None:
        if rule.target == PROFILE:
            if rule.key:
                self.problem(_("Fields of the profile need no key."), "key")
            return
        if not rule.key:
            text = _("Say by “key” by which fields the fact is found again.")
            self.problem(text)
        given = {*rule.fields, *rule.always, rule.label_field} - {""}
        for field in rule.key:
            if field not in given:
                text = _("“%(word)s” is not among the fields of this rule.")
                self.file.unknown(f"{self.place}, key", text, field, given)

    def check_each(self, rule: Rule) -> None:
        if not rule.each:
            if rule.label_field:
                text = _("Only a rule with “each” has labels of choices.")
                self.problem(text, "label_field")
            return
        question = self.definition.by_code.get(rule.fields.get(rule.each, ""))
        if rule.each not in rule.fields:
            text = _("“%(word)s” is none of the fields of this rule.")
            self.file.unknown(f"{self.place}, each", text, rule.each, rule.fields)
        elif question is not None and question.type != QuestionType.SEVERAL:
            text = _("“%(code)s” is not a question with several choices.")
            self.problem(text % {"code": question.code}, "each")
        field = self.known.get(rule.label_field)
        if field is not None and not _is_text(field):
            text = _("“%(field)s” does not hold a text.")
            self.problem(text % {"field": rule.label_field}, "label_field")

    def check_fixed(self, rule: Rule) -> None:
        for name, value in rule.always.items():
            field = self.known.get(name)
            if field is None:
                continue
            if name in rule.fields:
                text = _("“%(field)s” stands under “fields” too.") % {"field": name}
                self.problem(text, "always")
            self.check_term(f"always.{name}", field, value)

    def check_term(self, key: str, field: models.Field, value: Any) -> None:
        """Check a value that the mapping, not an answer, gives for a field."""
        terms = _terms(field)
        if terms is not None and value not in terms:
            text = _("“%(word)s” is none of its terms: %(terms)s.")
            text %= {"word": value, "terms": ", ".join(terms)}
            self.problem(text + nearest(str(value), terms), key)
        elif isinstance(field, models.BooleanField) and not isinstance(value, bool):
            self.problem(_("It must be true or false."), key)
        elif isinstance(field, models.IntegerField) and type(value) is not int:
            self.problem(_("It must be a whole number."), key)

    def check_conditions(self, rule: Rule) -> None:
        for code, answers in rule.only_if.items():
            question = self.definition.by_code.get(code)
            if question is None or not question.choice_list:
                continue
            known = [choice.code for choice in self.definition.choices_of(question)]
            for answer in answers:
                if answer not in known:
                    text = _("“%(word)s” is no choice of the question.")
                    place = f"{self.place}, only_if.{code}"
                    self.file.unknown(place, text, answer, known)

    def check_field(self, rule: Rule, name: str, code: str) -> None:
        """Check that the field can take the answers to a question."""
        field, question = self.known[name], self.definition.answer_codes[code]
        kind = QuestionType.TEXT if code != question.code else question.type
        for term in rule.values.get(name, {}).values():
            if term is not None:
                self.check_term(f"values.{name}", field, term)
        if kind == QuestionType.REPEAT:
            text = _("“%(code)s” is a repeated group, not an answer.")
            self.problem(text % {"code": code}, name)
        elif kind == QuestionType.SEVERAL and not _takes_several(field, name, rule):
            text = _("“%(code)s” has several choices: add %(setting)s.")
            self.problem(text % {"code": code, "setting": f'each = "{name}"'}, name)
        elif field.related_model is not None:
            self.check_record(field, name, question, kind)
        elif name in rule.values or _terms(field) is not None:
            self.check_choices(rule, name, question, kind)
        elif isinstance(field, models.BooleanField):
            text = _("Say under “values” which answers mean true and false.")
            self.problem(text, name)
        elif isinstance(field, models.IntegerField) and kind not in _NUMBERS:
            text = _("“%(code)s” is not answered by a number.") % {"code": code}
            self.problem(text, name)
        elif isinstance(field, PartialDateField) and kind not in (
            QuestionType.DATE,
            QuestionType.YEAR,
            *_TEXTS,
        ):
            text = _("“%(code)s” is not answered by a date.") % {"code": code}
            self.problem(text, name)

    def check_respondent(self, name: str) -> None:
        """Check that a field for the respondent takes records of their kind."""
        kind = self.definition.questionnaire.kind
        field = self.known.get(name)
        if field is not None and _RECORDS.get(field.related_model) != kind:  # type: ignore[arg-type]
            text = _("Who answers this questionnaire is no value of this field.")
            self.problem(text, name)

    def check_record(
        self, field: models.Field, name: str, question: Question, kind: str
    ) -> None:
        registry = _RECORDS.get(field.related_model)  # type: ignore[arg-type]
        if kind in _TEXTS or registry is None:
            return
        if question.registry_list != registry:
            text = _("The choices of “%(code)s” are not of the list “%(list)s”.")
            self.problem(text % {"code": question.code, "list": registry}, name)

    def check_choices(
        self, rule: Rule, name: str, question: Question, kind: str
    ) -> None:
        """Check that every choice is a term of the field, or is turned into one."""
        terms, values = _terms(self.known[name]), rule.values.get(name, {})
        choices = [choice.code for choice in self.definition.choices_of(question)]
        if kind in (QuestionType.ONE, QuestionType.SEVERAL) and question.choice_list:
            for code in values:
                if code not in choices:
                    text = _("“%(word)s” is no choice of the question.")
                    place = f"{self.place}, values.{name}"
                    self.file.unknown(place, text, code, choices)
        if terms is None:
            return
        asked = rule.only_if.get(question.code) or choices
        for code in asked:
            says_nothing = code in self.does_not_know or (code == NONE and rule.each)
            if code in values or code in terms or says_nothing:
                continue
            text = _(
                "The choice “%(choice)s” of “%(code)s” is none of the terms %(terms)s: "
                'say under “values.%(field)s” what it means, or "" for nothing.'
            )
            self.problem(
                text
                % {
                    "choice": code,
                    "code": question.code,
                    "terms": ", ".join(terms),
                    "field": name,
                },
                name,
            )

    def check_complete(self, rule: Rule) -> None:
        """Check that the rule fills in all fields that the fact's model requires."""
        if rule.target == PROFILE:
            return
        given = {*rule.fields, *rule.always, rule.label_field}
        for name, field in self.known.items():
            if name not in given and _is_required(field):
                text = _("It lacks “%(field)s”, which the target cannot do without.")
                self.problem(text % {"field": name})


def names_of(code: str, definition: Definition) -> tuple[str, ...]:
    """Return the names of a question's column in exports of our own form."""
    question = definition.answer_codes[code]
    if code == question.code:
        texts = [getattr(question, f"text_{language}") for language in LANGUAGES]
    else:
        texts = [other_text(question, language) for language in LANGUAGES]
    path = definition.path_of(question) + code.removeprefix(question.code)
    return tuple(filter(None, (path, code, *texts)))


def _terms(field: models.Field) -> list[str] | None:
    """Return the terms of a field's controlled list, None if it has none."""
    return [str(value) for value, _label in field.flatchoices] or None


def _is_text(field: models.Field) -> bool:
    return (
        isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, PartialDateField)
        and _terms(field) is None
    )


def _takes_several(field: models.Field, name: str, rule: Rule) -> bool:
    return field.many_to_many or rule.each == name or _is_text(field)


def _is_required(field: models.Field) -> bool:
    return not (field.blank or field.has_default() or field.null or field.many_to_many)
