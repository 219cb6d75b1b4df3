"""Questionnaires: their questions and choices, closed once they have answers."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationTabularInline

from profiles.admin.inputs import inputs
from profiles.admin.languages import HelpOnce, in_every_language
from profiles.admin.overwriting import RefusesToOverwrite
from surveys.admin.rows import LabelledRows
from surveys.models import Choice, Question, Questionnaire, Submission


def _is_open(questionnaire: Questionnaire | None) -> bool:
    """Tell whether the questions can be changed; `has_answers` saves a query."""
    if questionnaire is None or questionnaire.pk is None:
        return True
    answered = questionnaire.__dict__.get("has_answers")
    return not (questionnaire.is_answered if answered is None else answered)


class OfOpenQuestionnaire(InlineModelAdmin):
    """Rows of a questionnaire, read-only once submissions answer it."""

    extra = 0

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and _is_open(obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _is_open(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and _is_open(obj)


class QuestionInline(OfOpenQuestionnaire, LabelledRows):
    """The questions in their order; each has a page of its own for its texts."""

    model = Question
    fields = ["position", "code", "section", "repeat", "type", "wording"]
    readonly_fields = ["code", "section", "repeat", "type", "wording"]
    show_change_link = True

    def has_add_permission(self, request, obj=None):
        # A question is added on a page of its own, with its texts.
        return False

    @admin.display(description=_("question"))
    def wording(self, question):
        return question.text


class ChoiceInline(OfOpenQuestionnaire, LabelledRows, TranslationTabularInline):
    model = Choice
    classes = ["collapse"]
    fields = ["choice_list", "position", "code", "label"]


@admin.register(Questionnaire)
class QuestionnaireAdmin(RefusesToOverwrite, TranslationAdmin):
    """Versions of questionnaires.

    A version with answers is shown without inputs: whoever wants to change it makes a
    new version.
    """

    list_display = ["kind", "version", "title", "questions_asked", "submissions_here"]
    list_display_links = ["kind", "version", "title"]
    list_filter = ["kind", "rounds"]
    search_fields = ["kind", *in_every_language(Questionnaire, "title")]
    fields = ["kind", "version", "title"]
    inlines = [QuestionInline, ChoiceInline]
    change_form_template = "admin/surveys/questionnaire/change_form.html"
    actions = ["make_new_versions"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(
                has_answers=Exists(
                    Submission.objects.filter(questionnaire=OuterRef("pk"))
                ),
                asked=Count("questions", distinct=True),
                submitted=Count("submissions", distinct=True),
            )
        )

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def get_readonly_fields(self, request, obj=None):
        # Files call a questionnaire by its kind and version.
        return ["kind", "version"] if obj else []

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _is_open(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and _is_open(obj)

    @admin.display(description=_("questions"), ordering="asked")
    def questions_asked(self, questionnaire):
        return questionnaire.asked

    @admin.display(description=_("submissions"), ordering="submitted")
    def submissions_here(self, questionnaire):
        return questionnaire.submitted

    def render_change_form(self, request, context, *args, **kwargs):
        questionnaire = context.get("original")
        context["may_add_question"] = (
            questionnaire is not None
            and _is_open(questionnaire)
            and request.user.has_perm("surveys.add_question")
        )
        context["may_copy"] = questionnaire is not None and self.has_add_permission(
            request
        )
        context["is_closed"] = not _is_open(questionnaire)
        return super().render_change_form(request, context, *args, **kwargs)

    # --- New versions ---

    def get_urls(self):
        page = path(
            "<path:object_id>/new-version/",
            self.admin_site.admin_view(self.new_version_view),
            name="surveys_questionnaire_new_version",
        )
        return [page, *super().get_urls()]

    def new_version_view(self, request, object_id):
        """On POST, copy a questionnaire and redirect to the copy."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        questionnaire = self.get_object(request, unquote(object_id))
        if questionnaire is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        copied = questionnaire.new_version()
        self._tell(request, copied)
        url = reverse("admin:surveys_questionnaire_change", args=[copied.pk])
        return HttpResponseRedirect(url)

    @admin.action(description=_("Make a new version"), permissions=["add"])
    def make_new_versions(self, request, queryset):
        for questionnaire in queryset:
            self._tell(request, questionnaire.new_version())

    def _tell(self, request, copied: Questionnaire) -> None:
        message = _("Version %(version)s (%(kind)s) was made. It can be changed.")
        self.message_user(
            request,
            message % {"version": copied.version, "kind": copied.get_kind_display()},
            messages.SUCCESS,
        )
        self.log_addition(request, copied, [{"added": {}}])


@admin.register(Question)
class QuestionAdmin(RefusesToOverwrite, HelpOnce, TranslationAdmin):
    """One question with its texts. It is found from its questionnaire."""

    formfield_overrides = inputs(rows=2)
    list_display = ["code", "questionnaire", "section", "type", "text"]
    list_select_related = ["questionnaire"]
    list_filter = ["questionnaire", "section", "type", "is_personal"]
    search_fields = ["code", *in_every_language(Question, "text")]
    autocomplete_fields = ["questionnaire"]
    fieldsets = [
        (None, {"fields": ["questionnaire", ("position", "section"), "code"]}),
        (None, {"fields": [*in_every_language(Question, "text", "hint")]}),
        (
            _("Answer"),
            {
                "fields": [
                    ("type", "repeat"),
                    ("choice_list", "registry_list"),
                    ("allows_other", "is_required", "is_personal"),
                    "relevant",
                ]
            },
        ),
    ]

    def get_model_perms(self, request):
        # The first page leaves questions out: people open them in the questionnaire.
        return {}

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("questionnaire")

    def get_readonly_fields(self, request, obj=None):
        return ["questionnaire"] if obj else []

    def has_change_permission(self, request, obj: Any = None):
        return super().has_change_permission(request, obj) and _has_open_sheet(obj)

    def has_delete_permission(self, request, obj: Any = None):
        return super().has_delete_permission(request, obj) and _has_open_sheet(obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "questionnaire":
            # A questionnaire with answers takes no more questions.
            kwargs["queryset"] = Questionnaire.objects.filter(submissions=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    actions = None


def _has_open_sheet(question: Question | None) -> bool:
    return question is None or _is_open(question.questionnaire)
