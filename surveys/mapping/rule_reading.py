"""One rule of a mapping, checked against the questionnaire and the registry."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from partnerships.models import Organisation
from profiles.content import certainties
from profiles.models import Mechanism, Profile, State, Theme, fact_kinds
from profiles.partial_dates import PartialDateField
from surveys.mapping.rules import RESPONDENT, Rule
from surveys.models import Question
from surveys.questionnaires.definitions import NONE, Definition
from surveys.questionnaires.mistakes import Mistakes, nearest
from surveys.statements import PROFILE
from surveys.vocabularies import QuestionType, RegistryList, RespondentKind

RULE_KEYS = set(Rule.__dataclass_fields__)
_NOT_BY_RULES = {"mechanism", "edition", "sources", "position", "source", "profile"}
"""Fields that the registry sets itself, and no answer."""

_RECORDS = {
    State: RegistryList.STATE,
    Theme: RegistryList.THEME,
    Mechanism: RegistryList.MECHANISM,
    Organisation: RegistryList.ORGANISATION,
}
TEXTS = (QuestionType.TEXT, QuestionType.LONG_TEXT)
_NUMBERS = (QuestionType.INTEGER, QuestionType.YEAR)


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


@dataclass
class RuleReader:
    """Checks one rule against the questionnaire and its target."""

    file: Mistakes
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
                self.file.no_question(self.place, code, self.definition.answer_codes)

    def check_mechanism(self, rule: Rule) -> None:
        if rule.mechanism == RESPONDENT:
            if self.definition.questionnaire.kind != RespondentKind.MECHANISM:
                text = _("Say by “mechanism” which question names the mechanism.")
                self.problem(text)
            return
        question = self.definition.by_code.get(rule.mechanism)
        if question is None:
            self.file.no_question(
                f"{self.place}, mechanism", rule.mechanism, self.definition.answer_codes
            )
        elif (
            question.registry_list != RegistryList.MECHANISM
            and question.type not in TEXTS
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
            *TEXTS,
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
        if kind in TEXTS or registry is None:
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
        model = _targets()[rule.target]
        # What an answer says it states, unless a rule says otherwise.
        given = {*rule.fields, *rule.always, rule.label_field, *certainties(model)}
        for name, field in self.known.items():
            if name not in given and _is_required(field):
                text = _("It lacks “%(field)s”, which the target cannot do without.")
                self.problem(text % {"field": name})


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
