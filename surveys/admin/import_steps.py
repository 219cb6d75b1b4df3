"""What the pages of an import share: who may do what, and what is kept of a step."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from surveys.admin.filtering import Part
from surveys.admin.upload import MappingFields
from surveys.models import SurveyImport

UPLOAD = "surveys.add_surveyimport"
UNDO = "surveys.delete_surveyimport"


def address(survey_import: SurveyImport) -> str:
    return reverse("admin:surveys_surveyimport_change", args=[survey_import.pk])


def to_part(request, survey_import: SurveyImport, form: Any) -> HttpResponse:
    """Go to the part of the changes that the buttons of a form ask for."""
    query = Part.posted(form, Part.of(request.GET)).query
    page = address(survey_import)
    return HttpResponseRedirect(f"{page}?{query}#changes" if query else page)


def keep_decisions(survey_import: SurveyImport, decisions: dict[str, Any]) -> None:
    survey_import.decisions = decisions
    survey_import.save(update_fields=["decisions"])


def keep_mapping(survey_import: SurveyImport, form: MappingFields) -> None:
    survey_import.mapping = form.mapping_name
    survey_import.mapping_text = form.mapping_text
    survey_import.save(update_fields=["mapping", "mapping_text"])


def may_discard(request, survey_import: SurveyImport) -> bool:
    """Tell whether a user may delete a waiting import: its uploader may, too."""
    is_own = survey_import.uploaded_by_id == request.user.pk
    return request.user.has_perm(UNDO) or (is_own and request.user.has_perm(UPLOAD))
