"""The definitions of questionnaires: TOML files with their questions and choices.

A file has the `kind` of respondents, the `version`, a `title`, `[choices.<list>]` and
`[[question]]` tables, every text in English, French and Spanish. Lists of choices that
several questionnaires share stand in `choices.toml` beside them.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from profiles.vocabularies import SectionHeading
from surveys.models import Choice, Question, Questionnaire
from surveys.questionnaires.mistakes import Mistakes, nearest
from surveys.vocabularies import QuestionType, RespondentKind

FOLDER = settings.BASE_DIR / "fixtures" / "questionnaires"
SHARED_CHOICES = "choices.toml"
LANGUAGES = ("en", "fr", "es")
"""The languages of the questionnaires: those in which the survey is conducted."""

OTHER = "other"
"""The code of 'something else', as XLSForm writes it."""
NONE = "none"
DOES_NOT_KNOW = frozenset({"do_not_know", "no_opinion", "no_answer"})
"""Codes that answer no question, in every questionnaire; a mapping adds its own."""

FORM_KIND = "form_kind"
FORM_VERSION = "form_version"
"""Hidden questions of our forms that name their questionnaire and its version."""

_OTHER_TEXTS = {
    "en": "Other answer: {text}",
    "fr": "Autre réponse : {text}",
    "es": "Otra respuesta: {text}",
}
_QUESTION_TEXTS = ("text", "hint")
_QUESTION_KEYS = {
    "code",
    "section",
    "repeat",
    "type",
    "choice_list",
    "registry_list",
    "allows_other",
    "is_required",
    "is_personal",
    "relevant",
    *_QUESTION_TEXTS,
}
_CHOOSING = (QuestionType.ONE, QuestionType.SEVERAL)


class DefinitionError(Exception):
    """Raised for a definition that cannot be used. `problems` has a line for each."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Definition:
    """A questionnaire with its questions and choices, from a file or the database.

    Records that come from a file are not saved. `choices` has each list, in its order,
    by its name.
    """

    questionnaire: Questionnaire
    questions: tuple[Question, ...]
    choices: dict[str, tuple[Choice, ...]]

    @property
    def code(self) -> str:
        return self.questionnaire.code

    @cached_property
    def by_code(self) -> dict[str, Question]:
        return {question.code: question for question in self.questions}

    @cached_property
    def answer_codes(self) -> dict[str, Question]:
        """The questions by codes of answers: `q_other` is text beside q's choices."""
        found = {}
        for question in self.questions:
            found[question.code] = question
            if question.allows_other:
                found[f"{question.code}_{OTHER}"] = question
        return found

    def path_of(self, question: Question) -> str:
        """Return the path that names a question's column in exports of our form.

        A repeated group before the five sections stands in no group of the form.
        """
        outer = self.by_code.get(question.repeat, question)
        parts = [group_of(outer.section), question.repeat, question.code]
        if outer.type == QuestionType.REPEAT and not outer.section:
            parts = parts[1:]
        return "/".join(filter(None, parts))

    def choices_of(self, question: Question) -> tuple[Choice, ...]:
        return self.choices.get(question.choice_list, ())

    @classmethod
    def stored(cls, kind: str, version: int) -> "Definition | None":
        """Return the questionnaire in the database, None if it is not loaded."""
        questionnaire = Questionnaire.objects.filter(kind=kind, version=version).first()
        return cls.of(questionnaire) if questionnaire else None

    @classmethod
    def of(cls, questionnaire: Questionnaire) -> "Definition":
        lists: dict[str, list[Choice]] = {}
        for choice in questionnaire.choices.all():
            lists.setdefault(choice.choice_list, []).append(choice)
        return cls(
            questionnaire,
            tuple(questionnaire.questions.all()),
            {name: tuple(choices) for name, choices in lists.items()},
        )


def group_of(section: str) -> str:
    """Return the name of a section's group in a form: `s1_evolution`, `about`."""
    if not section:
        return "about"
    return f"s{SectionHeading.values.index(section) + 1}_{section}"


def other_text(question: Question, language: str) -> str:
    """Return the text that asks for an answer beside the choices, in one language."""
    text = getattr(question, f"text_{language}")
    return _OTHER_TEXTS[language].format(text=text) if text else ""


def read_definitions(folder: Path = FOLDER) -> list[Definition]:
    """Read all questionnaires of a folder. Raises one DefinitionError for all files."""
    shared_path = folder / SHARED_CHOICES
    shared: dict[str, Any] = {}
    problems: list[str] = []
    definitions: list[Definition] = []
    if shared_path.exists():
        shared = _toml(shared_path.read_text("utf-8"), SHARED_CHOICES)
    for path in sorted(folder.glob("*.toml")):
        if path.name == SHARED_CHOICES:
            continue
        try:
            text = path.read_text("utf-8")
            definitions.append(read_definition(text, path.name, shared))
        except DefinitionError as error:
            problems += error.problems
    if problems:
        raise DefinitionError(problems)
    return definitions


def read_definition(
    text: str, name: str, shared: Mapping[str, Any] | None = None
) -> Definition:
    """Read one questionnaire; `shared` are lists of choices that it may use."""
    return _Reader(name, _toml(text, name), shared or {}).read()


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError([f"{name}: {error}"]) from None


class _Reader(Mistakes):
    """Reads one file and collects its mistakes."""

    def __init__(self, name: str, table: dict[str, Any], shared: Mapping[str, Any]):
        super().__init__(name)
        self.table = table
        self.shared = shared

    def read(self) -> Definition:
        self.check_keys("", self.table, {"kind", "version", "title", *_TABLES})
        questionnaire = self.questionnaire()
        questions = [
            self.question(questionnaire, position, entry)
            for position, entry in enumerate(self.table.get("question", ()), 1)
        ]
        lists = {**self.shared, **self.table.get("choices", {})}
        used = dict.fromkeys(q.choice_list for q in questions if q.choice_list)
        choices = {
            name: tuple(self.choices(questionnaire, name, lists[name]))
            for name in used
            if name in lists
        }
        self.check_whole(questions, lists)
        if self.problems:
            raise DefinitionError(self.problems)
        return Definition(questionnaire, tuple(questions), choices)

    def texts(
        self, place: str, field: str, texts: Any, *, required: bool = True
    ) -> dict[str, str]:
        """Return {field_en: …, field_fr: …, field_es: …} for one text."""
        if not texts and not required:
            return {}
        if not isinstance(texts, dict):
            texts = {}
        missing = [code for code in LANGUAGES if not texts.get(code)]
        if missing:
            self.problem(
                place,
                _("“%(field)s” lacks its text in: %(languages)s.")
                % {"field": field, "languages": ", ".join(missing)},
            )
        self.check_keys(f"{place}, {field}", texts, set(LANGUAGES))
        return {f"{field}_{code}": texts.get(code, "") for code in LANGUAGES}

    def clean(self, place: str, record: Any, exclude: tuple[str, ...] = ()) -> None:
        try:
            record.clean_fields(exclude={"id", "questionnaire", *exclude})
        except ValidationError as error:
            for field, messages in error.message_dict.items():
                value = getattr(record, field)
                self.problem(place, f"{field} {value!r}: {' '.join(messages)}")

    def questionnaire(self) -> Questionnaire:
        kind, version = self.table.get("kind", ""), self.table.get("version", 0)
        if kind not in RespondentKind.values:
            allowed = ", ".join(RespondentKind.values)
            text = _("“kind” must be one of: %(allowed)s.") % {"allowed": allowed}
            self.problem("", text)
        if type(version) is not int or version < 1:
            self.problem("", _("“version” must be a whole number from 1."))
        texts = self.texts("", "title", self.table.get("title"))
        return Questionnaire(kind=kind, version=version, **texts)

    def question(
        self, questionnaire: Questionnaire, position: int, entry: dict[str, Any]
    ) -> Question:
        code = entry.get("code", "")
        place = _("question %(code)s") % {"code": code or position}
        self.check_keys(place, entry, _QUESTION_KEYS)
        fields = {k: v for k, v in entry.items() if k not in _QUESTION_TEXTS}
        question = Question(
            questionnaire=questionnaire,
            position=position,
            **{key: value for key, value in fields.items() if key in _QUESTION_KEYS},
            **self.texts(place, "text", entry.get("text")),
            **self.texts(place, "hint", entry.get("hint"), required=False),
        )
        self.clean(place, question)
        return question

    def choices(
        self, questionnaire: Questionnaire, name: str, entries: dict[str, Any]
    ) -> Iterable[Choice]:
        for position, (code, label) in enumerate(entries.items(), 1):
            place = _("choice %(code)s of %(list)s") % {"code": code, "list": name}
            choice = Choice(
                questionnaire=questionnaire,
                choice_list=name,
                position=position,
                code=code,
                **self.texts(place, "label", label),
            )
            self.clean(place, choice)
            yield choice

    def check_whole(self, questions: list[Question], lists: Mapping[str, Any]) -> None:
        """Check the rules that span several questions."""
        seen: set[str] = set()
        groups = {q.code for q in questions if q.type == QuestionType.REPEAT}
        previous: Question | None = None
        for question in questions:
            place = _("question %(code)s") % {"code": question.code}
            codes = {question.code}
            if question.allows_other:
                codes.add(f"{question.code}_{OTHER}")
            for code in codes & seen:
                self.problem(place, _("“%(code)s” stands twice.") % {"code": code})
            self.check_choices(place, question, lists)
            self.check_place(place, question, previous, groups)
            seen |= codes
            for code in _asked_for(question.relevant) - seen:
                text = _(
                    "“relevant” asks for “%(code)s”, which is no earlier question."
                )
                self.problem(place, text % {"code": code} + nearest(code, seen))
            previous = question

    def check_choices(
        self, place: str, question: Question, lists: Mapping[str, Any]
    ) -> None:
        listed, registry = question.choice_list, question.registry_list
        if listed and registry:
            text = _("Name one list of choices, not two.")
        elif question.type in _CHOOSING and not (listed or registry):
            text = _("A question with choices names their list.")
        elif question.type not in _CHOOSING and (listed or registry):
            text = _("Only questions of one or several choices have a list of them.")
        elif listed and listed not in lists:
            text = _("There is no list “%(list)s”.") % {"list": listed}
            text += nearest(listed, lists)
        elif listed and question.allows_other and OTHER not in lists[listed]:
            text = _("It allows another answer: its list needs a choice “other”.")
        else:
            return
        self.problem(place, text)

    def check_place(
        self,
        place: str,
        question: Question,
        previous: Question | None,
        groups: set[str],
    ) -> None:
        """Check that each section and repeated group is in one piece, in its order."""
        if question.type == QuestionType.REPEAT and question.repeat:
            self.problem(place, _("A repeated group cannot hold another."))
        if question.repeat and question.repeat not in groups:
            text = _("There is no repeated group “%(group)s”.")
            text %= {"group": question.repeat}
            self.problem(place, text + nearest(question.repeat, groups))
        elif question.repeat and (
            previous is None or question.repeat not in (previous.code, previous.repeat)
        ):
            text = _("It must follow its repeated group “%(group)s”.")
            self.problem(place, text % {"group": question.repeat})
        order = ["", *SectionHeading.values]
        sections = [q.section for q in (previous, question) if q is not None]
        places = [order.index(section) for section in sections if section in order]
        if places != sorted(places):
            self.problem(place, _("The sections must stand in the order of the five."))


_TABLES = ("question", "choices")


def _asked_for(relevant: str) -> set[str]:
    """Return the codes that an XLSForm condition refers to as ${code}."""
    return {part.split("}")[0] for part in relevant.split("${")[1:]}
