"""Imports of survey exports: upload, preview, apply, undo. All without JavaScript."""

import gzip
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from surveys import applying, pipeline, reports
from surveys.admin import long_imports
from surveys.admin.changes import changes_of, submissions_of
from surveys.admin.columns import DecidesColumns, may_decide_columns
from surveys.admin.filtering import CHANGED, Part
from surveys.admin.import_steps import (
    UNDO,
    UPLOAD,
    address,
    keep_decisions,
    keep_mapping,
    may_discard,
    to_part,
)
from surveys.admin.long_imports import APPLY
from surveys.admin.preview import MOST_SHOWN, Preview, decide
from surveys.admin.submissions import TOOLS, ToolFilter
from surveys.admin.taking_back import TakesBack
from surveys.admin.upload import MappingFields, UploadForm
from surveys.admin.worker_pages import LeavesToWorker
from surveys.mapping import MappingError, named_mapping, read_mapping
from surveys.models import LongPreview, Round, SurveyImport
from surveys.problems import Code, FileRefused, Problem, Severity
from surveys.readers import read
from surveys.refusals import ChangedSincePreview, ImportRefused
from surveys.vocabularies import ImportState, ImportStep
from surveys.waiting_files import files_ahead

COUNTED = ("new", "corrected", "unchanged", "mechanisms")

REPORTS = {
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


@admin.register(SurveyImport)
class SurveyImportAdmin(DecidesColumns, LeavesToWorker, TakesBack, admin.ModelAdmin):
    """Imports: the file, its uploader, its changes. An upload adds an import."""

    list_display = [
        "file_name",
        "round_shown",
        "state",
        "numbers",
        "brought_by",
        "brought_at",
        "applied_at",
    ]
    list_select_related = ["round", "uploaded_by"]
    list_filter = [
        "state",
        ("round", admin.RelatedOnlyFieldListFilter),
        ToolFilter,
    ]
    search_fields = ["file_name"]
    actions = None

    change_list_template = "admin/surveys/surveyimport/change_list.html"

    def changelist_view(self, request, extra_context=None):
        title = {"title": _("Imports of survey exports")}
        return super().changelist_view(request, title | (extra_context or {}))

    def has_change_permission(self, request, obj=None):
        # There is no form to change an import: the pages below take the steps.
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=gettext_lazy("round"), ordering="round__slug")
    def round_shown(self, survey_import):
        return survey_import.round.slug

    @admin.display(description=gettext_lazy("brought by"), ordering="uploaded_by")
    def brought_by(self, survey_import):
        return survey_import.uploaded_by or _("a command")

    @admin.display(description=gettext_lazy("brought at"), ordering="uploaded_at")
    def brought_at(self, survey_import):
        return survey_import.uploaded_at

    @admin.display(description=gettext_lazy("submissions"))
    def numbers(self, survey_import):
        """Return the numbers of submissions, and of profiles that they change."""
        counts = survey_import.counts
        if "new" not in counts:
            return "–"
        return _(
            "%(new)s new, %(corrected)s corrected, %(unchanged)s unchanged; "
            "profiles: %(mechanisms)s"
        ) % {name: counts.get(name, 0) for name in COUNTED}

    def get_urls(self):
        pages = [
            ("apply", self.apply_view),
            ("undo", self.undo_view),
            ("discard", self.discard_view),
            ("columns", self.columns_view),
        ]
        return [
            *(
                path(
                    f"<int:pk>/{name}/",
                    self.admin_site.admin_view(view),
                    name=f"surveys_surveyimport_{name}",
                )
                for name, view in pages
            ),
            path(
                "<int:pk>/report.<slug:suffix>",
                self.admin_site.admin_view(self.report_view),
                name="surveys_surveyimport_report",
            ),
            *super().get_urls(),
        ]

    def _import(self, request, pk: Any) -> SurveyImport:
        key = str(pk)
        found = SurveyImport.objects.select_related(
            "round", "uploaded_by", "applied_by", "undone_by"
        )
        is_number = key.isdecimal() and len(key) < 19
        survey_import = found.filter(pk=int(key)).first() if is_number else None
        if not self.has_view_permission(request, survey_import):
            raise PermissionDenied
        if survey_import is None:
            raise Http404
        return survey_import

    def _if_readable(self, request, pk: Any, view) -> HttpResponse:
        """Answer with a view, or with the reason why the import's file is not read."""
        survey_import = self._import(request, pk)
        try:
            return view(request, survey_import)
        except FileRefused as refused:
            reason = _said(refused.problem)
        except MappingError as error:
            reason = " ".join(error.problems)
        return self._page_of(
            request,
            "unreadable",
            survey_import,
            title=_("This file cannot be read"),
            reason=reason,
            mapping_form=MappingFields(),
            may_decide=request.user.has_perm(UPLOAD),
            may_discard=may_discard(request, survey_import),
        )

    # --- Upload ---

    def add_view(self, request, form_url="", extra_context=None):
        """Take a file, and keep it until somebody has decided on its preview."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm()
        if request.method == "POST":
            form = UploadForm(request.POST, request.FILES)
            if form.is_valid() and (page := self._keep_all(request, form)):
                return HttpResponseRedirect(page)
        return self._page(
            request,
            "upload",
            title=_("Bring a survey export in"),
            form=form,
            has_rounds=Round.objects.exists(),
        )

    def _keep_all(self, request, form: UploadForm) -> str:
        """Keep the files; return the page that follows, "" if none could be read."""
        files = form.cleaned_data["file"]
        kept, refused = [], []
        for file in files:
            try:
                kept.append(self._keep(request, form, file))
            except FileRefused as error:
                refused.append((file.name, "file", _said(error.problem)))
            except MappingError as error:
                refused.append((file.name, "mapping", " ".join(error.problems)))
        if len(files) == 1 and kept:
            return _after_upload(request, kept[0])
        for name, field, reason in refused:
            if kept:
                self.message_user(request, f"“{name}”: {reason}", messages.ERROR)
            else:
                said = reason if len(files) == 1 else f"{name}: {reason}"
                form.add_error(field, said)
        for survey_import in kept:
            said = self._said_of(survey_import)
            self.message_user(request, f"“{survey_import}”: {said}", messages.SUCCESS)
        return reverse("admin:surveys_surveyimport_changelist") if kept else ""

    def _said_of(self, survey_import: SurveyImport) -> str:
        """Return in a line what a file holds that has just come in."""
        same = survey_import.counts.get("same_as", {})
        if not same:
            return str(self.numbers(survey_import))
        found = SurveyImport.objects.filter(pk__in=same).order_by("pk")
        number = sum(same.values())
        return ngettext(
            "%(count)s respondent is the same as in %(files)s: nothing new",
            "these %(count)s respondents are the same as in %(files)s: nothing new",
            number,
        ) % {"count": number, "files": ", ".join(str(one) for one in found)}

    def _keep(self, request, form: UploadForm, file: Any) -> SurveyImport:
        """Keep a file until somebody decides. Raises FileRefused and MappingError."""
        content, of_round = file.read(), form.cleaned_data["round"]
        mapping = None
        if form.mapping_text:
            mapping = read_mapping(form.mapping_text, form.mapping_name)
        elif form.mapping_name:
            mapping = named_mapping(form.mapping_name)
        # Rows are counted first: all later steps take time for each row.
        export = read(content, file.name)
        preparation = None
        if not long_imports.is_long(export, content):
            preparation = pipeline.prepare(
                content,
                file.name,
                of_round,
                mapping=mapping,
                export=export,
                ahead=files_ahead(of_round, pipeline.waiting_import(content, of_round)),
            )
        survey_import = pipeline.stage(
            content,
            file.name,
            of_round,
            mapping_name=form.mapping_name,
            mapping_text=form.mapping_text,
            by=request.user,
        )
        if preparation is None:
            long_imports.ask(survey_import, ImportStep.PREPARE, request.user)
            return survey_import
        pipeline.write_down(survey_import, preparation)
        pipeline.note(survey_import, preparation)
        survey_import.save(update_fields=["tool", "counts", "problems"])
        return survey_import

    # --- Preview and what became of it ---

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return self._if_readable(request, unquote(object_id), self._change)

    def _change(self, request, survey_import: SurveyImport) -> HttpResponse:
        if survey_import.state != ImportState.PREPARED:
            if request.method == "POST":
                return HttpResponseRedirect(address(survey_import))
            return self._show_done(request, survey_import)
        if long_imports.of_worker(survey_import):
            return self._long(request, survey_import)
        if request.method == "POST":
            return self._decide(request, survey_import)
        if CHANGED in request.GET or "_page" in request.GET:
            return to_part(request, survey_import, request.GET)
        return self._show(request, survey_import)

    def _preview(self, request, survey_import: SurveyImport) -> Preview:
        preparation = pipeline.preparation_of(survey_import)
        return Preview(survey_import, preparation, Part.of(request.GET))

    def _decide(self, request, survey_import: SurveyImport) -> HttpResponse:
        if not request.user.has_perm(UPLOAD):
            raise PermissionDenied
        if "_mapping" in request.POST:
            return self._choose_mapping(request, survey_import)
        preview = self._preview(request, survey_import)
        decisions = decide(preview, request.POST)
        if decisions is None:
            self.message_user(
                request, _("Please correct the error below."), messages.ERROR
            )
            return self._show(request, survey_import, preview=preview)
        if decisions != survey_import.decisions or "_decide" in request.POST:
            keep_decisions(survey_import, decisions)
            self.message_user(
                request,
                _("Your decisions were saved. This is what the import would do now."),
                messages.SUCCESS,
            )
        return to_part(request, survey_import, request.POST)

    def _choose_mapping(self, request, survey_import: SurveyImport) -> HttpResponse:
        form = MappingFields(request.POST, request.FILES)
        if not form.is_valid():
            return self._show(request, survey_import, mapping_form=form)
        keep_mapping(survey_import, form)
        return HttpResponseRedirect(address(survey_import))

    def _show(
        self,
        request,
        survey_import: SurveyImport,
        *,
        preview: Preview | None = None,
        mapping_form: forms.Form | None = None,
        is_changed: bool = False,
    ) -> HttpResponse:
        preview = preview or self._preview(request, survey_import)
        own = "own" if survey_import.mapping_text else survey_import.mapping
        return self._previewed(
            request,
            "preview",
            survey_import,
            preview,
            status=409 if is_changed else 200,
            mapping_form=mapping_form or MappingFields(initial={"mapping": own}),
            is_changed=is_changed,
        )

    def _previewed(
        self,
        request,
        name: str,
        survey_import: SurveyImport,
        preview: Preview,
        **context: Any,
    ) -> HttpResponse:
        """Answer with a page of what an import would do, and of its problems."""
        severity = request.GET.get("severity", "")
        if severity not in list(Severity):
            severity = ""
        problems = preview.problems_of(severity)
        return self._page_of(
            request,
            name,
            survey_import,
            title=_("Look at what the import would do"),
            preview=preview,
            severity=severity,
            problems=problems[:MOST_SHOWN],
            more_problems=max(0, len(problems) - MOST_SHOWN),
            may_decide=request.user.has_perm(UPLOAD),
            may_decide_columns=may_decide_columns(request.user),
            may_apply=request.user.has_perm(APPLY),
            may_discard=may_discard(request, survey_import),
            **context,
        )

    # --- Apply ---

    def apply_view(self, request, pk):
        """Write into drafts what the preview showed; if it changed, show it again."""
        if not request.user.has_perm(APPLY):
            raise PermissionDenied
        return self._if_readable(request, pk, self._apply)

    def _apply(self, request, survey_import: SurveyImport) -> HttpResponse:
        if request.method != "POST" or survey_import.state != ImportState.PREPARED:
            return HttpResponseRedirect(address(survey_import))
        if long_imports.of_worker(survey_import):
            return self._apply_long(request, survey_import)
        preview = self._preview(request, survey_import)
        decisions = decide(preview, request.POST)
        if decisions is None:
            return self._show(request, survey_import, preview=preview)
        if decisions != survey_import.decisions:
            keep_decisions(survey_import, decisions)
            preview = self._preview(request, survey_import)
        if request.POST.get("fingerprint") != preview.fingerprint:
            return self._show(request, survey_import, preview=preview, is_changed=True)
        if not preview.can_be_applied:
            return self._show(request, survey_import, preview=preview)
        try:
            applying.apply(survey_import, preview.preparation, by=request.user)
        except ChangedSincePreview:
            survey_import.refresh_from_db()
            return self._show(request, survey_import, is_changed=True)
        except ImportRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return HttpResponseRedirect(address(survey_import))
        self.message_user(
            request,
            _("The import was applied. Its drafts wait to be reviewed."),
            messages.SUCCESS,
        )
        return HttpResponseRedirect(address(survey_import))

    def _show_done(self, request, survey_import: SurveyImport) -> HttpResponse:
        return self._page_of(
            request,
            "detail",
            survey_import,
            title=_("Import"),
            tool=TOOLS.get(survey_import.tool, survey_import.tool),
            mechanisms=changes_of(survey_import),
            submissions=submissions_of(survey_import),
            is_applied=survey_import.state == ImportState.APPLIED,
            may_undo=request.user.has_perm(UNDO)
            and survey_import.state == ImportState.APPLIED,
        )

    # --- Reports ---

    def report_view(self, request, pk, suffix):
        """Answer with the report of a waiting import as a file."""
        write = partial(self._report, suffix=suffix)
        return self._if_readable(request, pk, write)

    def _report(self, request, survey_import: SurveyImport, suffix) -> HttpResponse:
        if suffix not in REPORTS or survey_import.state != ImportState.PREPARED:
            raise Http404
        if long_imports.of_worker(survey_import):
            kept = LongPreview.objects.filter(survey_import=survey_import).first()
            if kept is None:
                raise Http404
            return self._file(
                survey_import, suffix, gzip.decompress(getattr(kept, suffix))
            )
        preparation = pipeline.preparation_of(survey_import)
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder, f"report.{suffix}")
            reports.write_report(preparation, written)
            content = written.read_bytes()
        return self._file(survey_import, suffix, content)

    def _file(
        self, survey_import: SurveyImport, suffix: str, content: bytes
    ) -> HttpResponse:
        name = f"import-{survey_import.pk}.{suffix}"
        return HttpResponse(
            content,
            content_type=REPORTS[suffix],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _page_of(
        self, request, name: str, survey_import: SurveyImport, **context: Any
    ) -> TemplateResponse:
        """Answer with a page about one import."""
        return self._page(
            request,
            name,
            subtitle=survey_import.file_name,
            original=survey_import,
            **context,
        )

    def _page(self, request, name: str, *, status: int = 200, **context: Any):
        return TemplateResponse(
            request,
            f"admin/surveys/surveyimport/{name}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
            status=status,
        )


def _after_upload(request, survey_import: SurveyImport) -> str:
    """Return the page that follows: the columns, if nobody knows what they are."""
    codes = {problem["code"] for problem in survey_import.problems}
    if Code.NO_MAPPING.value in codes and may_decide_columns(request.user):
        return reverse("admin:surveys_surveyimport_columns", args=[survey_import.pk])
    return address(survey_import)


def _said(problem: Problem) -> str:
    return " ".join(str(part) for part in (problem.text, problem.allowed) if part)
