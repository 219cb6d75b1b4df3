"""Personal details of respondents, for administrators: each look at them is logged."""

from typing import Any

from auditlog.models import LogEntry
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.forgetting import SeveralPeople, forget
from surveys.models import PersonalDetails


class ForgetForm(forms.Form):
    """The person to forget, by name or e-mail address, or by submissions."""

    person = forms.CharField(
        label=gettext_lazy("E-mail address or name"),
        max_length=254,
        required=False,
        widget=forms.TextInput({"class": "vTextField", "autocomplete": "off"}),
        help_text=gettext_lazy("Whole, as the person gave it."),
    )
    submissions = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_submissions(self) -> list[int]:
        parts = self.cleaned_data["submissions"].split(",")
        return [int(part) for part in parts if part.isdecimal() and len(part) < 19]

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if not given.get("person") and not given.get("submissions"):
            self.add_error("person", _("Say whom to forget."))
        return given


@admin.register(PersonalDetails)
class PersonalDetailsAdmin(admin.ModelAdmin):
    """Personal details of respondents, to read and to forget.

    The list shows nothing personal, and there is no search: a searched name would
    stand in the address of the page, and so in the logs of servers.
    """

    list_display = ["submission_number", "respondent", "kind", "round_of"]
    list_select_related = [
        "submission__round",
        "submission__mechanism",
        "submission__state",
        "submission__organisation",
    ]
    list_filter = [
        ("submission__round", admin.RelatedOnlyFieldListFilter),
        "submission__kind",
    ]
    ordering = ["submission"]
    actions = ["forget_selected"]
    change_list_template = "admin/surveys/personaldetails/change_list.html"

    def get_queryset(self, request):
        return super().get_queryset(request).defer("cells", "name", "email")

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        # The page that forgets a person clears more than this record.
        return False

    def has_forget_permission(self, request):
        return request.user.has_perm("surveys.delete_personaldetails")

    def lookup_allowed(self, lookup, value, request=None):
        """Refuse filters in the address, such as whether a name begins with an A."""
        own = {"name", "email", "cells"}
        if lookup.split("__")[0] in own:
            return False
        return super().lookup_allowed(lookup, value, request)

    # --- Columns: which submission, never who ---

    @admin.display(description=gettext_lazy("submission"), ordering="submission")
    def submission_number(self, details):
        return details.submission_id

    @admin.display(description=gettext_lazy("respondent"))
    def respondent(self, details):
        return details.submission.respondent_name or "–"

    @admin.display(description=gettext_lazy("kind"))
    def kind(self, details):
        return details.submission.get_kind_display()

    @admin.display(description=gettext_lazy("round"))
    def round_of(self, details):
        return details.submission.round

    def changelist_view(self, request, extra_context=None):
        more = {"may_forget": self.has_forget_permission(request)}
        return super().changelist_view(request, more | (extra_context or {}))

    # --- One person ---

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show the details, and log who looked at them."""
        key = unquote(object_id)
        details = (
            PersonalDetails.objects.select_related(*self.list_select_related)
            .filter(pk=int(key) if key.isdecimal() and len(key) < 19 else 0)
            .first()
        )
        if not self.has_view_permission(request):
            raise PermissionDenied
        if details is None:
            raise Http404
        if request.method != "GET":
            raise PermissionDenied
        LogEntry.objects.log_create(
            details,
            force_log=True,
            action=LogEntry.Action.ACCESS,
            actor=request.user,
            additional_data={"submission": details.submission_id},
        )
        return self._page(
            request,
            "change_form",
            title=_("Personal details"),
            subtitle=str(details),
            details=details,
            cells=[(name, cell) for name, cell in details.cells.items() if cell],
            may_forget=self.has_forget_permission(request),
        )

    # --- Forgetting ---

    def get_urls(self):
        page = path(
            "forget/",
            self.admin_site.admin_view(self.forget_view),
            name="surveys_personaldetails_forget",
        )
        return [page, *super().get_urls()]

    @admin.action(
        description=gettext_lazy("Forget these respondents …"), permissions=["forget"]
    )
    def forget_selected(self, request, queryset):
        numbers = queryset.order_by("submission").values_list("submission", flat=True)
        page = reverse("admin:surveys_personaldetails_forget")
        asked = ",".join(map(str, numbers[:200]))
        return HttpResponseRedirect(f"{page}?submissions={asked}")

    def forget_view(self, request):
        """Ask whom to forget, show what would be removed, and remove it on consent."""
        if not self.has_forget_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            asked = request.GET.get("submissions", "")
            form = ForgetForm({"submissions": asked} if asked else None)
            return self._show(request, form)
        form = ForgetForm(request.POST)
        if "_confirm" not in request.POST or not form.is_valid():
            return self._show(request, form)
        try:
            forgotten = self._forget(request, form)
        except SeveralPeople:
            return self._show(request, form)
        message = (
            _("Forgotten.")
            if forgotten.changed
            else _("Nothing personal was found to remove.")
        )
        level = messages.SUCCESS if forgotten.changed else messages.WARNING
        self.message_user(request, message, level)
        return self._page(
            request,
            "forgotten",
            title=_("Forget a respondent"),
            forgotten=forgotten,
            is_done=True,
        )

    def _show(self, request, form: ForgetForm):
        forgotten = None
        if form.is_bound and form.is_valid():
            try:
                forgotten = self._forget(request, form, dry_run=True)
            except SeveralPeople as several:
                numbers = ", ".join(map(str, several.submissions))
                form.add_error(
                    "person",
                    _(
                        "Several people of this name have different addresses: "
                        "submissions %(numbers)s. Give the address."
                    )
                    % {"numbers": numbers},
                )
        return self._page(
            request,
            "forget",
            title=_("Forget a respondent"),
            form=form,
            forgotten=forgotten,
        )

    def _forget(self, request, form: ForgetForm, *, dry_run: bool = False):
        return forget(
            form.cleaned_data["person"],
            submissions=form.cleaned_data["submissions"],
            by=request.user,
            dry_run=dry_run,
        )

    def _page(self, request, name: str, **context: Any):
        return TemplateResponse(
            request,
            f"admin/surveys/personaldetails/{name}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
        )
