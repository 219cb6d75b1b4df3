"""Assessment rounds: turnout, recommendations and their follow-up."""

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from profiles.admin.choosing import ChoosesRecords
from profiles.admin.inputs import inputs
from surveys.admin.results import ResultsPages
from surveys.admin.rows import LabelledRows
from surveys.models import (
    Recommendation,
    Review,
    Round,
    Submission,
    SurveyImport,
    Turnout,
)

PUBLISH = "profiles.publish_profile"


class TurnoutInline(ChoosesRecords, LabelledRows):
    """How many a round invited. Answers are counted from the submissions."""

    model = Turnout
    fields = ["kind", "invited", "reported", "source", "answered_here"]
    autocomplete_fields = ["source"]
    readonly_fields = ["answered_here"]

    def get_queryset(self, request):
        here = (
            Submission.objects.current()
            .filter(round=OuterRef("round"), kind=OuterRef("kind"))
            .order_by()
            .values("kind")
            .annotate(number=Count("pk"))
            .values("number")
        )
        return super().get_queryset(request).annotate(here=Coalesce(Subquery(here), 0))

    @admin.display(description=_("submissions here"))
    def answered_here(self, turnout):
        return getattr(turnout, "here", None)


class RecommendationInline(ChoosesRecords, admin.StackedInline):
    """The recommendations of a round, and their follow-up."""

    model = Recommendation
    extra = 0
    formfield_overrides = inputs(rows=2)
    fields = [
        ("number", "addressed_to", "mechanism"),
        "text",
        ("status", "status_as_of"),
        "status_note",
        "source",
    ]
    autocomplete_fields = ["source"]


class ReviewInline(ChoosesRecords, admin.StackedInline):
    """The reviews and global meetings before and after a round."""

    model = Review
    extra = 0
    formfield_overrides = inputs(rows=2)
    fields = [("kind", "date", "mechanisms"), "title", "about", "source"]
    autocomplete_fields = ["source"]


@admin.register(Round)
class RoundAdmin(ResultsPages):
    formfield_overrides = inputs()
    list_display = [
        "title",
        "year",
        "slug",
        "number_of_submissions",
        "number_of_imports",
        "is_listed",
        "is_public",
    ]
    list_filter = ["year", "is_listed", "is_public", "recommendations__status"]
    search_fields = ["slug", "title", "recommendations__text"]
    fields = [
        "slug",
        "year",
        "title",
        "questionnaires",
        "aims",
        "method",
        "presented_at",
        "report",
        ("report_number", "report_isbn"),
        "recommendations_known",
        "source",
        "documents",
        "is_listed",
        "is_public",
        "note",
    ]
    autocomplete_fields = ["report", "source"]
    # `documents` has a plain list: the admin's box for the search of several records,
    # and its two boxes side by side, have parts without a name for a screen reader.
    inlines = [TurnoutInline, RecommendationInline, ReviewInline]

    def get_queryset(self, request):
        imports = (
            SurveyImport.objects.filter(round=OuterRef("pk"))
            .order_by()
            .values("round")
            .annotate(number=Count("pk"))
            .values("number")
        )
        return (
            super()
            .get_queryset(request)
            .annotate(
                submitted=Count("submissions", filter=Q(submissions__is_current=True)),
                imported=Coalesce(Subquery(imports), 0),
            )
        )

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "questionnaires":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        # To give a round a page, or make its results public, is to publish.
        return [] if request.user.has_perm(PUBLISH) else ["is_listed", "is_public"]

    @admin.display(description=_("submissions"), ordering="submitted")
    def number_of_submissions(self, of_round):
        return _linked("submission", of_round, of_round.submitted)

    @admin.display(description=_("imports"), ordering="imported")
    def number_of_imports(self, of_round):
        return _linked("surveyimport", of_round, of_round.imported)


def _linked(kind: str, of_round: Round, number: int):
    url = reverse(f"admin:surveys_{kind}_changelist")
    return format_html(
        '<a href="{}?round__id__exact={}">{}</a>', url, of_round.pk, number
    )
