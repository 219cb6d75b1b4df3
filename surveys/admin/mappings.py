"""Mappings that staff saved: their list, and what they say without a file."""

import tomllib

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.admin.columns import (
    Overtaken,
    is_overtaken,
    keep,
    made_anew,
    may_decide_columns,
    mistake_in_name,
    shown,
    stored_fingerprint,
)
from surveys.mapping import MappingError
from surveys.mapping.deciding import Deciding
from surveys.mapping.reading import definition_of, read_kept
from surveys.models import SavedMapping


@admin.register(SavedMapping)
class SavedMappingAdmin(admin.ModelAdmin):
    """Saved mappings. One is made from the columns of a file that waits."""

    list_display = ["name", "questionnaire", "is_finished", "changed_by", "changed_at"]
    list_select_related = ["changed_by"]
    list_filter = ["is_finished"]
    search_fields = ["name"]
    actions = None

    def has_add_permission(self, request):
        return False

    @admin.display(description=gettext_lazy("questionnaire"))
    def questionnaire(self, saved):
        return tomllib.loads(saved.text).get("questionnaire", "–")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show what a mapping says of each heading; a POST changes that."""
        saved = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, saved):
            raise PermissionDenied
        if saved is None and request.method == "POST":
            if not may_decide_columns(request.user):
                raise PermissionDenied
            saved = made_anew(request.POST)
        if saved is None:
            raise Http404
        may_change = self.has_change_permission(request, saved)
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        base = tomllib.loads(saved.text)
        definition = definition_of(str(base.get("questionnaire", "")))
        try:
            mapping = read_kept(saved.text, saved.name)
        except MappingError as error:
            return self._show(request, saved, problems=error.problems)
        if definition is None:
            raise Http404
        posted = request.POST if request.method == "POST" else None
        deciding = Deciding(
            None,
            definition,
            mapping=mapping,
            base=base,
            takes_sure=False,
            posted=posted,
        )
        if posted is not None and saved.pk is None:
            deciding.problems += filter(None, [mistake_in_name(saved.name)])
        if posted is not None and deciding.check():
            try:
                is_finished = saved.is_finished
                keep(saved, deciding, posted, request.user, is_finished=is_finished)
            except Overtaken as overtaken:
                deciding.problems = [str(overtaken)]
            except MappingError as error:
                deciding.problems += error.problems
            else:
                self.message_user(request, _("The mapping is saved."), messages.SUCCESS)
                page = reverse("admin:surveys_savedmapping_change", args=[saved.pk])
                return HttpResponseRedirect(page)
        return self._show(
            request,
            saved,
            questionnaire=definition.questionnaire,
            may_change=may_change,
            **shown(deciding, request.user),
        )

    def _show(self, request, saved: SavedMapping, **context):
        deciding = context.get("deciding")
        delete = "admin:surveys_savedmapping_delete"
        return TemplateResponse(
            request,
            "admin/surveys/savedmapping/change_form.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Mapping"),
                "subtitle": saved.name,
                "original": saved,
                "saved": saved,
                "seen": stored_fingerprint(saved),
                "delete_url": reverse(delete, args=[saved.pk])
                if saved.pk and self.has_delete_permission(request, saved)
                else "",
                **context,
            },
            status=409 if deciding is not None and is_overtaken(deciding) else 200,
        )
