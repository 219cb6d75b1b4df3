"""The preview of an import: its changes, and the decisions that people make there."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from profiles.vocabularies import DisputedField
from surveys.admin.filtering import Part
from surveys.admin.questions import (
    FileQuestion,
    answered_questions,
    answers_in,
    open_questions,
)
from surveys.admin.submissions import TOOLS
from surveys.file_questions import ENCODING, FILE_QUESTIONS, is_open
from surveys.models import Questionnaire, SurveyImport
from surveys.names import KINDS, Names
from surveys.normalising.answers import AS_IT_IS
from surveys.pipeline import SKIP_INVALID, Preparation
from surveys.planning.plans import MechanismPlan, PlannedChange
from surveys.planning.weighing import REGISTRY_SAYS_OTHERWISE
from surveys.problems import VALUE, Code, Problem, Severity
from surveys.questionnaires.definitions import Definition
from surveys.vocabularies import ChangeAction
from surveys.wording import Wording

MOST_SHOWN = 200
"""Changes of one kind to one mechanism, or problems, on the page; reports have all."""

MOST_LEFT_SHOWN = 30

MOST_SHOWN_IN_ALL = 1500
"""Changes on one page: nobody reads more."""

KIND_LABELS = {
    "state": _("State"),
    "organisation": _("Organisation"),
    "theme": _("Theme"),
    "mechanism": _("Mechanism"),
}

DELIMITERS = {
    ",": _("comma"),
    ";": _("semicolon"),
    "\t": _("tab"),
    "|": _("vertical bar"),
    "^": _("caret"),
}

_DECIDED = (*KINDS, VALUE)
"""The kinds of questions that a person decides in the preview."""

LATER = "later"
NONE = "none"
OTHER = "other"


def identifier(kind: str, text: str) -> str:
    """Return the identifier of a name's inputs in the form, safe for any text."""
    return hashlib.sha256(f"{kind}\0{text}".encode()).hexdigest()[:16]


_MEANS = "means-"
"""Before the code of a choice, which can be one of the words below."""


@dataclass
class OpenName:
    """A name, or another value that is not understood, as it is written: a person
    decides on it once for all its rows. `question` is what the value answers, ""
    for names; `asked` says in a sentence what is to be decided."""

    kind: str
    text: str
    candidates: tuple[tuple[str, str], ...]
    question: str = ""
    column: str = ""
    asked: str = ""
    can_be_none: bool = True
    cells: list[str] = field(default_factory=list)
    chosen: str = LATER
    other: str = ""
    error: str = ""

    @classmethod
    def of(cls, problem: Problem) -> "OpenName":
        """Return what a question of a file asks."""
        if problem.kind != VALUE:
            return cls(problem.kind, problem.value, problem.candidates)
        return cls(
            VALUE,
            problem.value,
            tuple((_MEANS + key, label) for key, label in problem.candidates),
            problem.question,
            problem.column or problem.question,
            problem.text,
            can_be_none=problem.code != Code.CONSENT_UNCLEAR,
        )

    @property
    def is_value(self) -> bool:
        return self.kind == VALUE

    @property
    def id(self) -> str:
        return identifier(self.kind + self.question, self.text)

    @property
    def kind_label(self):
        return self.column if self.is_value else KIND_LABELS.get(self.kind, self.kind)


@dataclass(frozen=True)
class DecidedName:
    kind: str
    text: str
    label: str  # of the record or choice, "" if the name or value means none
    question: str = ""

    @property
    def is_value(self) -> bool:
        return self.kind == VALUE

    @property
    def id(self) -> str:
        return identifier(self.kind + self.question, self.text)

    @property
    def kind_label(self):
        return self.question or KIND_LABELS.get(self.kind, self.kind)


@dataclass(frozen=True)
class ShownChange:
    """A change in words: its fields before and after, who stated it, and where.

    `reason` says why it is not written, unless the values shown make that clear.
    """

    number: str
    label: str
    pairs: list[tuple[str, str, str]]
    reason: str
    respondent: str
    cell: str
    column: str
    can_be_taken: bool
    is_taken: bool


@dataclass(frozen=True)
class Actions:
    """The changes of one action to one mechanism; `more` are not shown."""

    action: ChangeAction
    changes: list[ShownChange]
    more: int

    @property
    def label(self):
        return self.action.label

    @property
    def number(self) -> int:
        return len(self.changes) + self.more


@dataclass(frozen=True)
class MechanismPreview:
    mechanism: str
    name: str
    opens_draft: bool
    url: str | None
    groups: list[Actions]
    left: Actions | None

    @property
    def is_disputed(self) -> bool:
        return any(
            group.action in (ChangeAction.CONFLICT, ChangeAction.ALTERNATIVE)
            for group in self.groups
        )


# Changes on which a person has to decide come first.
ORDER = (
    ChangeAction.CONFLICT,
    ChangeAction.ALTERNATIVE,
    ChangeAction.CHANGE,
    ChangeAction.REMOVE,
    ChangeAction.ADD,
)
MECHANISMS_ON_A_PAGE = 25


class Preview:
    """A preparation and the decisions about it, ready to be shown."""

    def __init__(
        self,
        survey_import: SurveyImport,
        preparation: Preparation,
        part: Part | None = None,
    ):
        self.survey_import = survey_import
        self.part = part or Part()
        self.preparation = preparation
        self.plan = preparation.plan
        self.wording = Wording()
        self._shown = 0
        self.decisions: dict[str, Any] = survey_import.decisions

    # --- What was recognised ---

    @property
    def tool(self):
        tool = self.preparation.export.tool
        return TOOLS.get(tool.value, tool)

    @property
    def delimiter(self):
        written = self.preparation.export.delimiter
        return DELIMITERS.get(written, written)

    @property
    def number_of_columns(self) -> int:
        return len(self.preparation.export.main.columns)

    @property
    def number_of_responses(self) -> int:
        return len(self.preparation.export.responses)

    # --- What would change ---

    @cached_property
    def mechanisms(self) -> list[MechanismPreview]:
        if self.plan is None:
            return []
        return [self.mechanism(plan) for plan in self.page_of_changes.object_list]

    @cached_property
    def page_of_changes(self) -> Page:
        """Return the plans of the mechanisms that are shown, a page of them."""
        asked = self.part
        found = [
            plan
            for plan in sorted(
                self.plan.mechanisms if self.plan else (), key=_is_undisputed
            )
            if asked.mechanism in ("", plan.mechanism)
            and (not asked.action or plan.count(ChangeAction(asked.action)))
        ]
        return Paginator(found, MECHANISMS_ON_A_PAGE).get_page(asked.page)

    @cached_property
    def names_of_mechanisms(self) -> list[tuple[str, str]]:
        """Return the mechanisms that have changes, to choose from."""
        plans = self.plan.mechanisms if self.plan else ()
        return sorted(((plan.mechanism, plan.name) for plan in plans), key=_by_label)

    @property
    def actions(self) -> list[tuple[str, Any]]:
        return [(a.value, a.label) for a in (*ORDER, ChangeAction.SAME)]

    def mechanism(self, plan: MechanismPlan) -> MechanismPreview:
        by_action: dict[ChangeAction, list[PlannedChange]] = defaultdict(list)
        for change in plan.changes:
            by_action[ChangeAction(change.action)].append(change)
        asked = self.part.action
        groups = [
            self._actions(action, by_action[action])
            for action in ORDER
            if by_action[action] and asked in ("", action)
        ]
        same = by_action[ChangeAction.SAME] if asked in ("", ChangeAction.SAME) else []
        return MechanismPreview(
            plan.mechanism,
            plan.name,
            plan.opens_draft,
            reverse("admin:profiles_profile_change", args=[plan.base])
            if plan.base
            else None,
            groups,
            self._actions(ChangeAction.SAME, same) if same else None,
        )

    def _actions(self, action: ChangeAction, changes: list[PlannedChange]) -> Actions:
        most = MOST_LEFT_SHOWN if action == ChangeAction.SAME else MOST_SHOWN
        most = max(0, min(most, MOST_SHOWN_IN_ALL - self._shown))
        # Values that were taken are always shown, so that people can give them back.
        first = sorted(changes, key=lambda change: change.number not in self.taken)
        shown = [self.change(change) for change in first[:most]]
        self._shown += len(shown)
        return Actions(action, shown, len(changes) - len(shown))

    def change(self, change: PlannedChange) -> ShownChange:
        is_taken = change.number in self.taken
        origin = change.statement.origin if change.statement else None
        is_plain = change.reason == str(REGISTRY_SAYS_OTHERWISE)
        return ShownChange(
            change.number,
            change.label,
            self._pairs(change),
            "" if is_plain else change.reason,
            self._respondent(change),
            origin.cell if origin else "",
            origin.column if origin else "",
            is_taken
            or change.action in (ChangeAction.CONFLICT, ChangeAction.ALTERNATIVE),
            is_taken,
        )

    def _pairs(self, change: PlannedChange) -> list[tuple[str, str, str]]:
        if change.words:
            before = [
                self.wording.value(change.target, name, value)
                for name, value in change.before.items()
            ]
            label = dict(DisputedField.choices).get(change.disputed, change.disputed)
            return [(str(label), ", ".join(filter(None, before)), change.words)]
        return self.wording.pairs(change.target, change.before, change.after)

    def _respondent(self, change: PlannedChange) -> str:
        normalised = self.preparation.normalised
        if change.statement is None or normalised is None:
            return ""
        submitted = normalised.submissions[change.statement.submission]
        return submitted.respondent or submitted.subject

    @cached_property
    def taken(self) -> set[str]:
        return set(self.decisions.get("take", []))

    @property
    def counts(self) -> list[tuple[ChangeAction, int]]:
        if self.plan is None:
            return []
        plans = self.plan.mechanisms
        counted = [(a, sum(plan.count(a) for plan in plans)) for a in ChangeAction]
        return [(action, number) for action, number in counted if number]

    @cached_property
    def same_as(self) -> list[tuple[SurveyImport, int]]:
        """Return the imports that have submissions of this file, and how many."""
        counted = self.same
        found = SurveyImport.objects.in_bulk(counted)
        return [(found[pk], counted[pk]) for pk in sorted(found)]

    @property
    def same(self) -> dict[int, int]:
        return self.preparation.same

    @property
    def is_held_back(self) -> bool:
        return self.preparation.is_held_back

    # --- What has to be decided ---

    @cached_property
    def open_names(self) -> list[OpenName]:
        names: dict[str, OpenName] = {}
        for problem in self.problems:
            if problem.severity != Severity.QUESTION or problem.kind not in _DECIDED:
                continue
            name = OpenName.of(problem)
            kept = names.setdefault(name.id, name)
            kept.cells.append(_where(problem))
        return list(names.values())

    @cached_property
    def decided_names(self) -> list[DecidedName]:
        names = Names()
        decided = [
            DecidedName(kind, text, names.label(kind, key) if key else "")
            for kind in KINDS
            for text, key in self.decisions.get(kind, {}).items()
        ]
        return decided + [
            DecidedName(VALUE, text, self._meaning(question, answer), question)
            for question, of_one in self.decisions.get(VALUE, {}).items()
            for text, answer in of_one.items()
        ]

    def _meaning(self, question: str, answer: str) -> str:
        """Return in words what a person decided that a value means."""
        if answer == AS_IT_IS:
            return str(_("the answer as it stands"))
        return self._labels_of_choices.get(question, {}).get(answer, answer)

    @cached_property
    def questionnaire(self) -> Questionnaire | None:
        return self.preparation.questionnaire

    @cached_property
    def _labels_of_choices(self) -> dict[str, dict[str, str]]:
        if self.questionnaire is None:
            return {}
        definition = Definition.of(self.questionnaire)
        return {
            question.code: {
                choice.code: choice.label for choice in definition.choices_of(question)
            }
            for question in definition.questions
        }

    @cached_property
    def all_names(self) -> list[tuple[str, Any, list[tuple[str, str]]]]:
        """Return all records of the kinds of open names, to choose from."""
        names = Names()
        asked = dict.fromkeys(n.kind for n in self.open_names if not n.is_value)
        return [
            (kind, KIND_LABELS[kind], sorted(names.labels(kind).items(), key=_by_label))
            for kind in asked
        ]

    @cached_property
    def file_questions(self) -> list[FileQuestion]:
        return open_questions(self.problems)

    @cached_property
    def answered_questions(self) -> list[FileQuestion]:
        return answered_questions(self.decisions)

    @property
    def is_unread(self) -> bool:
        """Whether nobody knows yet which letters the file has."""
        return is_open(self.problems, ENCODING)

    # --- Problems ---

    @cached_property
    def problems(self) -> list[Problem]:
        return list(self.preparation.problems)

    @property
    def errors(self) -> list[Problem]:
        return self.preparation.errors

    @property
    def left_out(self) -> list[int]:
        """Return the rows of submissions with errors that a person left out."""
        return self.preparation.left_out

    @property
    def can_leave_out(self) -> bool:
        """Whether all errors are those of single submissions, not of the whole file."""
        is_of_rows = all(problem.row for problem in self.errors)
        return bool(self.left_out) or bool(self.errors and is_of_rows)

    @property
    def other_questions(self) -> int:
        """Count questions that have no answers to choose from."""
        answered = (*_DECIDED, *FILE_QUESTIONS)
        return sum(
            p.severity == Severity.QUESTION and p.kind not in answered
            for p in self.problems
        )

    def problems_of(self, severity: str) -> list[Problem]:
        order = list(Severity)
        chosen = [p for p in self.problems if severity in ("", p.severity)]
        return sorted(chosen, key=lambda p: order.index(Severity(p.severity)))

    @property
    def severities(self) -> list[tuple[Severity, int]]:
        counted = [(s, len(self.problems_of(s))) for s in Severity]
        return [(severity, number) for severity, number in counted if number]

    # --- Applying ---

    @property
    def can_be_applied(self) -> bool:
        return self.plan is not None and not self.errors and not self.plan.is_empty

    @cached_property
    def fingerprint(self) -> str:
        """The hash of the plan, so that only the plan that was seen is applied."""
        if self.plan is None:
            return ""
        seen = [
            [
                [m.mechanism, m.draft.stands_on],
                [[c.number, c.action, c.before, c.after] for c in m.changes],
            ]
            for m in self.plan.mechanisms
        ]
        submissions = [self.plan.new, self.plan.corrected, self.plan.unchanged]
        written = json.dumps([seen, submissions], sort_keys=True, default=str)
        return hashlib.sha256(written.encode()).hexdigest()


def _is_undisputed(plan: MechanismPlan) -> bool:
    return not (
        plan.count(ChangeAction.CONFLICT) or plan.count(ChangeAction.ALTERNATIVE)
    )


def _where(problem: Problem) -> str:
    if problem.cell:
        return problem.cell
    return f"{problem.column} {problem.row or ''}".strip()


def _by_label(pair: tuple[str, str]) -> str:
    return pair[1].casefold()


def decide(preview: Preview, posted: Any) -> dict[str, Any] | None:
    """Return the decisions after a posted form; None when one of them has an error.

    In that case errors and choices are kept with the open names, to be shown again.
    """
    decisions = {kind: dict(preview.decisions.get(kind, {})) for kind in KINDS}
    values = {
        question: dict(of_one)
        for question, of_one in preview.decisions.get(VALUE, {}).items()
    }
    for decided in preview.decided_names:
        if posted.get(f"again-{decided.id}"):
            of_one = (
                values[decided.question]
                if decided.is_value
                else decisions[decided.kind]
            )
            del of_one[decided.text]
    names = Names()
    has_errors = False
    for name in preview.open_names:
        name.chosen = posted.get(f"name-{name.id}", LATER)
        name.other = posted.get(f"other-{name.id}", "").strip()
        key = _chosen_key(name, names)
        if name.error:
            has_errors = True
        elif key is not None and name.is_value:
            values.setdefault(name.question, {})[name.text] = key
        elif key is not None:
            decisions[name.kind][name.text] = key
    if has_errors:
        return None
    offered = {
        shown.number
        for mechanism in preview.mechanisms
        for group in mechanism.groups
        for shown in group.changes
        if shown.can_be_taken
    }
    # Decisions on changes that the page did not show stay.
    take = sorted((offered & set(posted.getlist("take"))) | preview.taken - offered)
    kept: dict[str, Any] = {kind: of for kind, of in decisions.items() if of}
    kept |= answers_in(posted, preview.file_questions, preview.decisions)
    if any(values.values()):
        kept[VALUE] = {question: of for question, of in values.items() if of}
    if take:
        kept["take"] = take
    if posted.get(SKIP_INVALID):
        kept[SKIP_INVALID] = True
    return kept


def _chosen_key(name: OpenName, names: Names) -> str | None:
    """Return the key of the chosen record, "" for no record, None for no decision."""
    if name.chosen == NONE and name.can_be_none:
        return ""
    if name.is_value:
        known = {key for key, _label in name.candidates}
        return name.chosen.removeprefix(_MEANS) if name.chosen in known else None
    if name.chosen == OTHER or (name.chosen == LATER and name.other):
        name.chosen = OTHER
        key = _key_of_label(name, names)
        if not key:
            name.error = str(_("Choose one of the list, as it is written there."))
        return key
    if name.chosen in {key for key, _label in name.candidates}:
        return name.chosen
    return None


def _key_of_label(name: OpenName, names: Names) -> str:
    labels = names.labels(name.kind)
    if name.other in labels:
        return name.other
    same: Iterable[str] = (key for key, label in labels.items() if label == name.other)
    return next(iter(same), "") or names.find(name.kind, name.other).key
