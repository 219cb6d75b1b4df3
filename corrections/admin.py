"""The inbox of error reports, and, for administrators, who sent them."""

from typing import Any

from auditlog.models import LogEntry
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections.answering import Draft, answer, draft_for, fact_reported
from corrections.models import LONGEST_PUBLIC, ErrorReport, Outcome, ReportSender
from corrections.targets import places
from profiles.admin.inputs import inputs
from profiles.admin.overwriting import RefusesToOverwrite


class AnswerForm(forms.ModelForm):
    """The outcome of a report, and the words that the public reads."""

    class Meta:
        model = ErrorReport
        fields = ("outcome", "summary", "reason")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if "outcome" not in self.fields:
            return  # somebody reads who may not answer
        outcome: Any = self.fields["outcome"]
        outcome.choices = [
            (choice.value, choice.label) for choice in Outcome if choice != Outcome.OPEN
        ]
        outcome.error_messages["required"] = _("Choose: accepted or declined.")
        for name in ("summary", "reason"):
            self.fields[name].required = True
            self.fields[name].max_length = LONGEST_PUBLIC  # type: ignore[attr-defined]
        if not self.instance.is_answered:
            # The sender's own words, to be shortened.
            short = Truncator(self.instance.wrong).chars(LONGEST_PUBLIC)
            self.initial["summary"] = self.instance.summary or short


@admin.register(ErrorReport)
class ErrorReportAdmin(RefusesToOverwrite, admin.ModelAdmin):
    """Reports of errors: to read, and for reviewers to answer in public."""

    form = AnswerForm
    formfield_overrides = inputs()
    radio_fields = {"outcome": admin.VERTICAL}
    list_display = ["__str__", "about", "received_at", "outcome", "answered_by"]
    list_filter = ["outcome", "received_at"]
    ordering = ["-received_at", "-pk"]
    fieldsets = [
        (
            gettext_lazy("What came in"),
            {
                "fields": [
                    *("received_at", "about", "fact", "wrong", "right", "evidence"),
                    "from_whom",
                ],
                "description": gettext_lazy(
                    "Words of a reader, which nobody has checked. They are for staff."
                ),
            },
        ),
        (
            gettext_lazy("The answer, which is public"),
            {"fields": ["outcome", "summary", "reason", "answered", "draft"]},
        ),
    ]
    readonly_fields = [
        *("received_at", "about", "fact", "wrong", "right", "evidence", "from_whom"),
        *("answered", "draft"),
    ]

    def has_add_permission(self, request):
        return False

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("mechanism", "sender", "answered_by")
        )

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        known = places(changelist.result_list)
        for report in changelist.result_list:
            report.place = known[report.pk]
        return changelist

    def get_deleted_objects(self, objs, request):
        *found, lacking, protected = super().get_deleted_objects(objs, request)
        # The address goes with its report, whoever deletes it.
        return *found, lacking - {ReportSender._meta.verbose_name}, protected

    # --- What is shown of a report ---

    @admin.display(description=gettext_lazy("about"))
    def about(self, report):
        in_list = hasattr(report, "place")
        place = report.place if in_list else places([report])[report.pk]
        if not place and report.is_general:
            return _("The registry as a whole")
        if not place:
            return _("A page that is no longer public")
        told = f"{place.name} · {place.kind}" if place.kind else place.name
        return told if in_list else format_html('<a href="{}">{}</a>', place.url, told)

    @admin.display(description=gettext_lazy("fact"))
    def fact(self, report):
        fact = report.get_field_display() or fact_reported(report)
        if fact is not None:
            return str(fact)
        return _("no longer there") if report.fact_uid else "–"

    @admin.display(description=gettext_lazy("sender"))
    def from_whom(self, report):
        sender = getattr(report, "sender", None)
        if sender is None:
            return _("without an address")
        url = reverse("admin:corrections_reportsender_change", args=[sender.pk])
        return format_html(
            '<a href="{}">{}</a>', url, _("with an address, for administrators")
        )

    @admin.display(description=gettext_lazy("answered"))
    def answered(self, report):
        return report.answered_at or "–"

    @admin.display(description=gettext_lazy("draft to correct it in"))
    def draft(self, report):
        draft = draft_for(report) if report.outcome == Outcome.ACCEPTED else None
        return (
            format_html('<a href="{}">{}</a>', draft.url, draft.edition)
            if draft
            else "–"
        )

    # --- Answering ---

    def save_model(self, request, obj, form, change):
        request.correction_draft = answer(obj, by=request.user)

    def response_change(self, request, obj):
        draft: Draft | None = getattr(request, "correction_draft", None)
        if draft is None:
            return super().response_change(request, obj)
        self.message_user(
            request,
            _(
                "Accepted, and told in public. Correct it in this draft; the public "
                "reads the correction when somebody else has published it."
            ),
            messages.SUCCESS,
        )
        return HttpResponseRedirect(draft.url)


@admin.register(ReportSender)
class ReportSenderAdmin(admin.ModelAdmin):
    """Addresses of senders, for administrators: each look at one is logged.

    The list shows nothing personal, and there is no search: a searched address would
    stand in the address of the page, and so in the logs of servers.
    """

    list_display = ["report", "received"]
    list_select_related = ["report"]
    fields = ["report", "email"]
    actions = None

    @admin.display(description=gettext_lazy("received"))
    def received(self, sender):
        return sender.report.received_at

    def get_queryset(self, request):
        return super().get_queryset(request).defer("email")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        # `forget_respondent` and its page clear more than this record.
        return False

    def lookup_allowed(self, lookup, value, request=None):
        """Refuse filters in the address, such as whether it begins with an A."""
        if lookup.split("__")[0] == "email":
            return False
        return super().lookup_allowed(lookup, value, request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show the address, and log who looked at it."""
        if request.method != "GET":
            raise PermissionDenied
        sender = self.get_object(request, object_id)
        if sender is not None and self.has_view_permission(request, sender):
            LogEntry.objects.log_create(
                sender,
                force_log=True,
                action=LogEntry.Action.ACCESS,
                actor=request.user,
                additional_data={"report": sender.report_id},
            )
        return super().change_view(request, object_id, form_url, extra_context)
