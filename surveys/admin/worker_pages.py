"""Pages of imports that the worker prepares and applies, for the admin of imports."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from surveys.admin import long_imports
from surveys.admin.filtering import CHANGED, Part
from surveys.admin.import_steps import (
    UPLOAD,
    address,
    keep_decisions,
    keep_mapping,
    may_discard,
    to_part,
)
from surveys.admin.long_imports import APPLY
from surveys.admin.preview import Preview, decide
from surveys.admin.upload import MappingFields
from surveys.models import ImportWork, LongPreview, SurveyImport
from surveys.vocabularies import ImportStep


class LeavesToWorker:
    """What staff do with an import whose work takes longer than a request may."""

    def after_columns(self: Any, request, survey_import: SurveyImport) -> HttpResponse:
        """Go on with a file whose columns are decided now."""
        if long_imports.of_worker(survey_import):
            return self._prepare_again(request, survey_import)
        return HttpResponseRedirect(address(survey_import))

    def _long(self: Any, request, survey_import: SurveyImport) -> HttpResponse:
        """Show how far the worker is, or what it found; a POST decides on that."""
        work = ImportWork.objects.filter(survey_import=survey_import).first()
        kept = LongPreview.objects.filter(survey_import=survey_import).first()
        if request.method == "POST" and not request.user.has_perm(UPLOAD):
            raise PermissionDenied
        if work is not None or kept is None:
            return self._waiting(request, survey_import, work)
        if "_mapping" in request.POST:
            form = MappingFields(request.POST, request.FILES)
            if form.is_valid():
                keep_mapping(survey_import, form)
                return self._prepare_again(request, survey_import)
        preview = long_imports.PreviewOfLong(survey_import, kept, Part.of(request.GET))
        if CHANGED in request.GET or "_page" in request.GET:
            return to_part(request, survey_import, request.GET)
        if request.method == "POST":
            decisions = decide(preview, request.POST)
            if decisions is not None:
                if decisions != survey_import.decisions:
                    keep_decisions(survey_import, decisions)
                    long_imports.note_decisions(kept)
                if "_decide" in request.POST:
                    return self._prepare_again(request, survey_import)
                return to_part(request, survey_import, request.POST)
        return self._show_long(request, survey_import, preview)

    def _prepare_again(self: Any, request, survey_import: SurveyImport) -> HttpResponse:
        long_imports.ask(survey_import, ImportStep.PREPARE, request.user)
        return HttpResponseRedirect(address(survey_import))

    def _waiting(
        self: Any, request, survey_import: SurveyImport, work: ImportWork | None
    ) -> HttpResponse:
        if request.method == "POST" and work is not None and work.is_given_up:
            if work.step == ImportStep.APPLY and not request.user.has_perm(APPLY):
                raise PermissionDenied
            long_imports.ask(survey_import, ImportStep(work.step), request.user)
            return HttpResponseRedirect(address(survey_import))
        return self._page_of(
            request,
            "long_waiting",
            survey_import,
            title=_("The worker has this file"),
            work=work,
            may_decide=request.user.has_perm(UPLOAD),
            may_discard=may_discard(request, survey_import),
        )

    def _show_long(
        self: Any, request, survey_import: SurveyImport, preview: Preview
    ) -> HttpResponse:
        return self._previewed(request, "long_preview", survey_import, preview)

    def _apply_long(self: Any, request, survey_import: SurveyImport) -> HttpResponse:
        """Let the worker apply what was seen; what was decided with it comes first."""
        work = ImportWork.objects.filter(survey_import=survey_import).exists()
        kept = LongPreview.objects.filter(survey_import=survey_import).first()
        if work or kept is None:
            return HttpResponseRedirect(address(survey_import))
        preview = long_imports.PreviewOfLong(survey_import, kept, Part.of(request.GET))
        decisions = decide(preview, request.POST)
        if decisions is None:
            return self._show_long(request, survey_import, preview)
        if decisions != survey_import.decisions or not kept.fingerprint:
            keep_decisions(survey_import, decisions)
            return self._prepare_again(request, survey_import)
        is_seen = request.POST.get("fingerprint") == preview.fingerprint
        if is_seen and preview.can_be_applied:
            long_imports.ask(survey_import, ImportStep.APPLY, request.user)
        return HttpResponseRedirect(address(survey_import))
