"""Submissions, to read: every answer with its question and its place in an edition."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from partnerships.models import Organisation
from profiles.models import Mechanism, Profile, State, Theme
from profiles.vocabularies import SectionHeading
from surveys.models import ImportedChange, Question, Submission
from surveys.readers.tables import Tool
from surveys.statements import PROFILE
from surveys.vocabularies import (
    ChangeAction,
    QuestionType,
    RegistryList,
    SubmissionStatus,
    Unanswered,
)
from surveys.wording import Wording

REGISTRY_LISTS = {
    RegistryList.STATE: State,
    RegistryList.THEME: Theme,
    RegistryList.MECHANISM: Mechanism,
    RegistryList.ORGANISATION: Organisation,
}

TOOLS = {
    Tool.KOBO.value: "KoboToolbox",
    Tool.ODK.value: "ODK",
    Tool.LIMESURVEY.value: "LimeSurvey",
    Tool.SURVEYMONKEY.value: "SurveyMonkey",
    Tool.MS_FORMS.value: "Microsoft Forms",
    Tool.GOOGLE_FORMS.value: "Google Forms",
    Tool.QUALTRICS.value: "Qualtrics",
    Tool.SURVEYCTO.value: "SurveyCTO",
    Tool.SURVEY123.value: "Survey123",
    Tool.REDCAP.value: "REDCap",
    Tool.PLAIN.value: _("Plain table"),
}

REASONS = {
    Unanswered.LEFT_EMPTY.value: _("Left empty"),
    Unanswered.NOT_SHOWN.value: _("Not shown to them: it depends on another answer"),
    Unanswered.DOES_NOT_KNOW.value: _("They do not know"),
    Unanswered.NOT_IN_THIS_VERSION.value: _("Not asked: the file has no such column"),
    Unanswered.NOT_UNDERSTOOD.value: _("Answered, and not understood: see the row"),
}
"""What staff read in the place of an answer, with more to go by than the label."""


@dataclass(frozen=True)
class Destination:
    """Where an answer went: the edition, and the value there."""

    change: ImportedChange
    kind: str
    pairs: list[tuple[str, str, str]]
    url: str | None


@dataclass
class Answer:
    """A question with its answer, or the reason for none, and where the answer went."""

    question: Question
    text: str = ""
    rows: list[list[tuple[Question, str]]] = field(default_factory=list)
    reason: str = ""
    destinations: list[Destination] = field(default_factory=list)

    @property
    def is_given(self) -> bool:
        return bool(self.text or self.rows)


@dataclass
class AnswersOfSection:
    heading: Any
    answers: list[Answer]

    @property
    def given(self) -> int:
        return sum(answer.is_given for answer in self.answers)


class SubmissionReading:
    """One submission with its questionnaire, read in a fixed number of queries."""

    def __init__(self, submission: Submission):
        self.submission = submission
        self.wording = Wording()
        sheet = submission.questionnaire
        self._questions = list(sheet.questions.all())
        self._choices: dict[str, dict[str, str]] = defaultdict(dict)
        for choice in sheet.choices.all():
            self._choices[choice.choice_list][choice.code] = choice.label

    def sections(self) -> list[AnswersOfSection]:
        of_section: dict[str, list[Answer]] = defaultdict(list)
        destinations = self._destinations
        for question in self._questions:
            if question.repeat or question.is_personal:
                continue
            answer = self._answer(question)
            answer.destinations = destinations.get(question.code, [])
            of_section[question.section].append(answer)
        before: Any = _("Before the five sections")
        headings = [("", before), *SectionHeading.choices]
        return [
            AnswersOfSection(heading, of_section[section])
            for section, heading in headings
            if of_section[section]
        ]

    def other_destinations(self) -> list[Destination]:
        """Return the changes without a question: opened drafts, new sources."""
        asked = {q.code for q in self._questions if not q.repeat and not q.is_personal}
        return [
            destination
            for code, found in self._destinations.items()
            if code not in asked
            for destination in found
        ]

    def row(self) -> list[tuple[str, str]]:
        """Return the original row: column and cell, without empty cells."""
        return [
            (column, str(cell))
            for column, cell in self.submission.row.items()
            if not isinstance(cell, list) and cell not in ("", None)
        ]

    def repeated_rows(self) -> list[tuple[str, list[list[tuple[str, str]]]]]:
        """Return the rows of each repeated group, by the name of its sheet."""
        return [
            (sheet, [[(c, str(v)) for c, v in row.items() if v] for row in rows])
            for sheet, rows in self.submission.row.items()
            if isinstance(rows, list) and rows
        ]

    def chain(self) -> list[Submission]:
        """Return all versions of the submission, the oldest first."""
        same = Submission.objects.filter(
            round=self.submission.round_id,
            questionnaire=self.submission.questionnaire_id,
            submission_id=self.submission.submission_id,
        ).select_related("survey_import", "mechanism", "state", "organisation")
        return list(same.order_by("pk"))

    # --- Answers ---

    def _answer(self, question: Question) -> Answer:
        value = self.submission.answers.get(question.code)
        answer = Answer(question)
        if question.type == QuestionType.REPEAT:
            answer.rows = list(self._rows(question, value or []))
        else:
            answer.text = self._shown(question, value)
        if not answer.is_given:
            why = self.submission.unanswered.get(question.code, "")
            answer.reason = str(REASONS.get(why, why))
        return answer

    def _rows(self, group: Question, rows) -> Iterator[list[tuple[Question, str]]]:
        inner = [
            q for q in self._questions if q.repeat == group.code and not q.is_personal
        ]
        for row in rows:
            shown = [(q, self._shown(q, row.get(q.code))) for q in inner]
            yield [(q, text) for q, text in shown if text]

    def _shown(self, question: Question, value: Any) -> str:
        if value in ("", None, []):
            return ""
        values = value if isinstance(value, list) else [value]
        return ", ".join(self._label(question, str(one)) for one in values)

    def _label(self, question: Question, value: str) -> str:
        if question.choice_list:
            return self._choices[question.choice_list].get(value, value)
        if question.registry_list:
            model = REGISTRY_LISTS[RegistryList(question.registry_list)]
            return self.wording.record(model, value)
        return value

    # --- Where answers went ---

    @cached_property
    def _destinations(self) -> dict[str, list[Destination]]:
        found: dict[str, list[Destination]] = defaultdict(list)
        changes = self.submission.changes.select_related("profile", "mechanism")
        for change in changes:
            found[change.question].append(destination_of(change, self.wording))
        return found


EVIDENCE = {"source", "certainty", "position"}
"""Fields that an import sets for every fact, and that are not shown with each."""


def destination_of(
    change: ImportedChange, wording: Wording, fact: str = ""
) -> Destination:
    """Say where a change went; `fact` is what its fact is about, if that is known."""
    profile: Profile | None = change.profile
    url = None
    if profile is not None:
        url = reverse("admin:profiles_profile_change", args=[profile.pk])
    opens_draft = (
        change.target == PROFILE
        and change.action == ChangeAction.ADD
        and not change.field
    )
    kind = wording.kind(change.target)
    if opens_draft:
        kind = str(_("A draft was opened"))
    elif fact:
        kind = f"{kind} ({fact})"
    return Destination(
        change,
        kind,
        [] if opens_draft else _telling_pairs(change, wording),
        url,
    )


def _telling_pairs(change: ImportedChange, wording: Wording):
    # Of a bulk edit, evidence is what somebody asked for.
    hidden = {"position"} if change.bulk_edit_id else EVIDENCE

    def telling(values: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in values.items()
            # Most facts are public: only those that are not are marked.
            if name not in hidden and not (name == "is_public" and value is True)
        }

    return wording.pairs(change.target, telling(change.before), telling(change.after))


def name_of_mechanism() -> Coalesce:
    """Return an expression for the name of a submission's mechanism, as the latest
    edition has it."""
    latest = Profile.objects.filter(mechanism=OuterRef("mechanism")).order_by(
        "-edition"
    )
    return Coalesce(
        NullIf(Subquery(latest.values("acronym_en")[:1]), Value("")),  # type: ignore[misc]
        Subquery(latest.values("name_en")[:1]),  # type: ignore[misc]
        output_field=CharField(),
    )


def called(submission: Any) -> str:
    """Return the name of the respondent; needs the annotation `name_of_mechanism`."""
    return submission.mechanism_name or submission.respondent_name


class ToolFilter(admin.SimpleListFilter):
    title = _("survey tool")
    parameter_name = "tool"

    def lookups(self, request, model_admin):
        used = model_admin.model.objects.order_by("tool").values_list("tool", flat=True)
        return [(tool, TOOLS.get(tool, tool)) for tool in used.distinct() if tool]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(tool=value) if value else queryset


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin):
    """Submissions. Imports write them, and nobody changes them by hand."""

    list_display = [
        "respondent_shown",
        "kind",
        "round_shown",
        "tool_shown",
        "submitted_at",
        "language",
        "status",
        "is_current",
    ]
    list_select_related = ["round", "mechanism", "state", "organisation"]
    list_filter = [
        ("round", admin.RelatedOnlyFieldListFilter),
        "kind",
        ToolFilter,
        "status",
        "is_current",
        ("survey_import", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = [
        "respondent",
        "submission_id",
        "mechanism__slug",
        "state__name_en",
        "organisation__name_en",
    ]
    ordering = ["round", "kind", "-is_current", "pk"]
    actions = None

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .defer("row", "answers", "unanswered")
            .annotate(mechanism_name=name_of_mechanism())
        )

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        # A submission goes only with its import, which is undone as a whole.
        return False

    @admin.display(description=_("respondent"))
    def respondent_shown(self, submission):
        return called(submission) or "–"

    @admin.display(description=_("round"), ordering="round__slug")
    def round_shown(self, submission):
        return submission.round.slug

    @admin.display(description=_("survey tool"), ordering="tool")
    def tool_shown(self, submission):
        return TOOLS.get(submission.tool, submission.tool)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        key = unquote(object_id)
        submission = (
            Submission.objects.select_related(
                *self.list_select_related, "questionnaire", "survey_import"
            )
            .annotate(mechanism_name=name_of_mechanism())
            .filter(pk=int(key) if key.isdecimal() and len(key) < 19 else 0)
            .first()
        )
        if submission is None:
            raise Http404
        if not self.has_view_permission(request, submission):
            raise PermissionDenied
        if request.method != "GET":
            raise PermissionDenied
        reading = SubmissionReading(submission)
        details = getattr(submission, "personal_details", None)
        may_see = request.user.has_perm("surveys.view_personaldetails")
        return TemplateResponse(
            request,
            "admin/surveys/submission/change_form.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": submission,
                "title": _("Submission"),
                "subtitle": called(submission),
                "called": called(submission),
                "submission": submission,
                "tool": TOOLS.get(submission.tool, submission.tool),
                "is_partial": submission.status == SubmissionStatus.PARTIAL,
                "sections": reading.sections(),
                "others": reading.other_destinations(),
                "row": reading.row(),
                "repeated_rows": reading.repeated_rows(),
                "chain": reading.chain(),
                "may_see_person": may_see,
                "person_url": details
                and may_see
                and reverse("admin:surveys_personaldetails_change", args=[details.pk]),
            },
        )
