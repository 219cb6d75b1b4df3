"""The results of a round with every number, for staff to see and download."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from profiles.admin.overwriting import RefusesToOverwrite
from surveys.models import Round
from surveys.results import tables as results_tables
from surveys.results.counting import results_for_staff

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ResultsPages(RefusesToOverwrite):
    """The pages of results in the admin of rounds."""

    change_form_template = "admin/surveys/round/change_form.html"

    def get_urls(self):
        def page(route, view, name):
            wrapped = self.admin_site.admin_view(view)
            return path(f"<int:pk>/{route}", wrapped, name=f"surveys_round_{name}")

        return [
            page("results/", self.results_view, "results"),
            page("results.csv", self.csv_view, "results_csv"),
            page("results.xlsx", self.xlsx_view, "results_xlsx"),
            *super().get_urls(),
        ]

    def results_view(self, request, pk):
        round = self._round(request, pk)
        return TemplateResponse(
            request,
            "admin/surveys/round/results.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Results"),
                "opts": self.opts,
                "original": round,
                "results": results_for_staff(round),
            },
        )

    def csv_view(self, request, pk):
        round = self._round(request, pk)
        content = results_tables.as_csv(results_for_staff(round))
        return _file(content, "text/csv; charset=utf-8", f"results-{round.slug}.csv")

    def xlsx_view(self, request, pk):
        round = self._round(request, pk)
        content = results_tables.as_xlsx(results_for_staff(round))
        return _file(content, XLSX, f"results-{round.slug}.xlsx")

    def _round(self, request: HttpRequest, pk: int) -> Round:
        round = Round.objects.filter(pk=pk).first()
        if round is None:
            raise Http404
        if not self.has_view_or_change_permission(request, round):
            raise PermissionDenied
        return round


def _file(content: str | bytes, content_type: str, name: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=disposition)
