"""Mappings from their TOML files. docs/survey-mappings.md says how to write one.

A mapping is checked as a whole before any file is read with it, against its
questionnaire and the registry's models. Every mistake is named with its place.
"""

import hashlib
import tomllib
import zoneinfo
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from profiles.uploads import Refused, read_apart
from surveys.mapping.rule_reading import TEXTS, RuleReader
from surveys.mapping.rules import Mapping, Rule
from surveys.questionnaires.definitions import (
    DOES_NOT_KNOW,
    FORM_KIND,
    FORM_VERSION,
    LANGUAGES,
    OTHER,
    Definition,
    other_text,
    read_definitions,
)
from surveys.questionnaires.mistakes import Mistakes
from surveys.readers.tables import Tool
from surveys.vocabularies import RespondentKind

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


def read_kept(text: str, name: str) -> Mapping:
    """Read a mapping that comes along or that the registry wrote itself.

    Raises what `read_mapping` does.
    """
    return _Reader(text, name, tomllib.loads(text)).read()


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
            found[path.stem] = read_kept(path.read_text("utf-8"), path.stem)
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


class _Reader(Mistakes):
    """Reads one file and collects its mistakes."""

    def __init__(self, text: str, name: str, table: dict[str, Any]):
        super().__init__(name)
        self.text = text
        self.table = table

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
            self.no_question("respondent", code, definition.answer_codes)
        elif question.registry_list != kind and question.type not in TEXTS:
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
            self.no_question("respondent_other", code, definition.answer_codes)
        return code

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
                self.no_question(place, code, definition.answer_codes)
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
                self.no_question(place, code, definition.answer_codes)
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
            RuleReader(self, place, entry, definition, unknown).read()
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


def names_of(code: str, definition: Definition) -> tuple[str, ...]:
    """Return the names of a question's column in exports of our own form."""
    question = definition.answer_codes[code]
    if code == question.code:
        texts = [getattr(question, f"text_{language}") for language in LANGUAGES]
    else:
        texts = [other_text(question, language) for language in LANGUAGES]
    path = definition.path_of(question) + code.removeprefix(question.code)
    return tuple(filter(None, (path, code, *texts)))
