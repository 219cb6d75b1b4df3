"""The pages of what changed many records at once: read and undone, and never edited."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse


class UndoneAsOne(admin.ModelAdmin):
    """Records whose adding changed others, and whose undoing takes that back.

    The model has `undone_at`.
    """

    actions = None
    detail_page: str
    """The template, below admin/registry/, that shows what was done."""

    def has_delete_permission(self, request, obj=None):
        return False

    def may_undo(self, request) -> bool:
        raise NotImplementedError

    def detail_of(self, done: Any) -> dict[str, Any]:
        """Return what `detail_page` shows beside `original` and `may_undo`."""
        raise NotImplementedError

    def undo(self, request, done: Any) -> HttpResponse:
        """Answer somebody who may undo it; only a POST does it."""
        raise NotImplementedError

    def get_urls(self):
        undo = path(
            "<int:pk>/undo/",
            self.admin_site.admin_view(self.undo_view),
            name=f"{self.opts.app_label}_{self.opts.model_name}_undo",
        )
        return [undo, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        done: Any = self.get_object(request, object_id)
        if done is None:
            raise Http404
        if not self.has_view_permission(request, done):
            raise PermissionDenied
        may_undo = done.undone_at is None and self.may_undo(request)
        return self.page(
            request,
            self.detail_page,
            original=done,
            may_undo=may_undo,
            **self.detail_of(done),
        )

    def undo_view(self, request, pk):
        if not self.may_undo(request):
            raise PermissionDenied
        done = self.get_object(request, str(pk))
        if done is None:
            raise Http404
        return self.undo(request, done)

    def page(
        self, request, name: str, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        """Answer with a template below admin/registry/."""
        return TemplateResponse(
            request,
            f"admin/registry/{name}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
            status=status,
        )

    def to_page_of(self, done: Model) -> HttpResponseRedirect:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[done.pk]))
