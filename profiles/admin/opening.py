"""The inputs of a fact, for the form of an edition that shows it as a line.

With a script the inputs of one fact are fetched and take the place of its line; without
one the form is asked for again with the fact opened, or with an empty row more.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import InlineAdminFormSet
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import path, reverse

from profiles.admin.comment_links import comment_links
from profiles.admin.facts import FactInline
from profiles.admin.form_rows import FactRows
from profiles.admin.three_ways import signed_row
from profiles.models import Fact, Profile

OPEN = "open"
"""The parameter that names, by their uid, the facts that the form shows opened."""

ADD = "add"
"""The parameter that names the kind of which the form shows an empty row more."""


class RowsOfFacts(InlineAdminFormSet):
    """The rows of one kind, which `FactRows` draws.

    Django would make each of them first, to look for scripts and for fields that are
    filled in from others; no fact has any.
    """

    def __iter__(self):
        return iter(())


class OpensFacts(admin.ModelAdmin):
    """Shows facts as lines, and one by one as inputs."""

    def get_urls(self):
        page = path(
            "<path:object_id>/fact/<slug:kind>/<int:number>/<uuid:uid>/",
            self.admin_site.admin_view(self.fact_view),
            name="profiles_profile_fact",
        )
        return [page, *super().get_urls()]

    def facts_url(self, profile: Profile) -> str:
        """Return the address below which the form finds the inputs of its facts."""
        form = reverse("admin:profiles_profile_change", args=[profile.pk])
        return form.removesuffix("change/") + "fact/"

    def get_formset_kwargs(self, request, obj, inline, prefix):
        given = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, FactInline):
            given["opened"] = {*request.GET.getlist(OPEN)}
            given["rows_more"] = int(request.GET.get(ADD) == prefix)
        return given

    def get_inline_formsets(self, request, formsets, inline_instances, obj=None):
        made = super().get_inline_formsets(request, formsets, inline_instances, obj)
        return [
            RowsOfFacts(
                inline.opts,
                inline.formset,
                inline.fieldsets,
                inline.prepopulated_fields,
                inline.readonly_fields,
                model_admin=self,
                has_add_permission=inline.has_add_permission,
                has_change_permission=inline.has_change_permission,
                has_delete_permission=inline.has_delete_permission,
                has_view_permission=inline.has_view_permission,
            )
            if isinstance(inline.opts, FactInline)
            else inline
            for inline in made
        ]

    def fact_view(self, request, object_id, kind, number, uid):
        """Answer the row `number` of a kind, with the inputs of one fact."""
        key = unquote(object_id)
        profile = Profile.objects.filter(pk=key).first() if key.isdigit() else None
        if profile is None:
            raise Http404
        if not self.has_change_permission(request, profile):
            raise PermissionDenied
        inline = self._inline_of(request, profile, kind)
        facts = inline.get_queryset(request).filter(uid=uid)
        formset_class: Any = inline.get_formset(request, profile)
        formset = formset_class(instance=profile, prefix=kind, queryset=facts)
        if not formset.get_queryset():
            raise Http404
        form = formset.row(0)
        form.prefix = formset.add_prefix(number)
        [drawn] = self.get_inline_formsets(request, [formset], [inline], profile)
        form.shown = signed_row(form)
        comments = comment_links(request, profile)
        return HttpResponse(FactRows(drawn, comments).row(form))

    def _inline_of(self, request, profile: Profile, kind: str) -> FactInline:
        for inline in self.get_inline_instances(request, profile):
            model: Any = inline.model
            if issubclass(model, Fact) and model.of_profile() == kind:
                if not inline.has_change_permission(request, profile):
                    raise PermissionDenied
                return inline  # type: ignore[return-value]
        raise Http404
