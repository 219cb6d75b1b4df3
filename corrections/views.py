"""Reporting an error, and what became of the reports that were answered."""

import logging
from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, TemplateView

from corrections.forms import ReportForm
from corrections.models import ErrorReport, ReportSender
from corrections.targets import PARAMETERS, Target, UnknownTarget, places, target_of
from profiles import notices
from profiles.vocabularies import NoticeKind

logger = logging.getLogger(__name__)

ON_A_PAGE = 50

TOO_MANY = _(
    "Your report was not sent: too many came in from your network, or in all, in a "
    "short time. What you typed is still here; send it once more later."
)
GONE = _(
    "Your report was not sent yet: what it is about was changed or taken back since "
    "you opened this page. What you typed is still here. Look whether it still holds, "
    "and send it once more: it then goes without what is gone."
)
NO_COOKIE = _(
    "Your report was not sent yet: your browser did not bring the cookie back that "
    "came with the form and shows that you sent it yourself. What you typed is still "
    "here. Allow this cookie, and send it once more."
)


class ReportView(FormView):
    """The form for an error, on the page or fact that its address names.

    It is not kept by anybody, for it holds a token (see NOT_PUBLIC_PATHS).
    """

    template_name = "corrections/report.html"
    form_class = ReportForm
    parameters = PARAMETERS
    target = Target()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.target = target_of(request.GET)
        except UnknownTarget:
            raise Http404 from None
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.target = target_of(request.GET)
        except UnknownTarget:
            return self.show_again(GONE, status=409)
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            target=self.target,
            parts=self.target.parts(),
            days=settings.REPORT_SENDERS_KEPT_DAYS,
            **kwargs,
        )

    def form_valid(self, form: ReportForm) -> HttpResponse:
        if not ratelimit.consume(self.request, action="report_error", key="everybody"):
            logger.warning("Too many reports of errors: one was not taken.")
            return self.show_again(TOO_MANY, status=429)
        if not form.is_of_a_robot:
            self._keep(form)
        # A robot is told the same, and learns nothing.
        return redirect("report-received")

    @transaction.atomic
    def _keep(self, form: ReportForm) -> None:
        words = {
            name: form.cleaned_data[name] for name in ("wrong", "right", "evidence")
        }
        report = self.target.report(**words)
        report.save()
        if email := form.cleaned_data["email"]:
            ReportSender.objects.create(report=report, email=email)
        notices.tell(
            notices.staff_with("corrections.change_errorreport"),
            NoticeKind.REPORTED,
            self.target.name or _("The registry as a whole"),
            reverse("admin:corrections_errorreport_change", args=[report.pk]),
        )

    def show_again(self, why: Any, *, status: int) -> HttpResponse:
        """Return the form with all that was typed, and why it was not taken."""
        if not self.target.page:
            self.target = _target_left(self.request)
        form = self.get_form()
        context = self.get_context_data(form=form, why=why)
        return self.render_to_response(context, status=status)


def sent_without_token(request: HttpRequest) -> HttpResponse:
    """Answer a report that came without a valid token with its own words."""
    view = ReportView()
    view.setup(request)
    return view.show_again(NO_COOKIE, status=403)


def _target_left(request: HttpRequest) -> Target:
    """Return what can still be named of what an address names."""
    asked = request.GET.dict()
    narrower = ("fact", "field")
    for left_out in ((), narrower, (*narrower, "edition"), PARAMETERS):
        rest = {name: value for name, value in asked.items() if name not in left_out}
        try:
            return target_of(rest)
        except UnknownTarget:
            continue
    return Target()


class CorrectionListView(TemplateView):
    """Reports that were answered: what was reported, the outcome, and why."""

    template_name = "corrections/correction_list.html"
    parameters = ("mechanism", "page")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reports = ErrorReport.objects.answered().order_by("-answered_at", "-pk")
        profile = None
        if slug := self.request.GET.get("mechanism"):
            try:
                profile = target_of({"mechanism": slug}).page
            except UnknownTarget:
                raise Http404 from None
            reports = reports.filter(mechanism=profile.mechanism_id)
        reports = reports.only(
            *("mechanism", "state", "organisation", "theme"),
            *("fact_kind", "fact_uid", "field"),
            *("outcome", "summary", "reason", "answered_at"),
        )
        number = self.request.GET.get("page", "1")
        paginator = Paginator(reports, ON_A_PAGE)
        if not (number.isascii() and number.isdecimal() and len(number) < 6):
            raise Http404
        if not 1 <= int(number) <= paginator.num_pages:
            raise Http404
        page = paginator.page(int(number))
        about = places(page.object_list)
        return super().get_context_data(
            rows=[(report, about[report.pk]) for report in page.object_list],
            page_obj=page,
            profile=profile,
            **kwargs,
        )
