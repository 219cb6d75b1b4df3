"""The page of a source on which its files are added, made public and removed."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from profiles import source_files
from profiles.editions import PUBLISH
from profiles.models import Source, SourceFile
from profiles.uploads import Refused


class SourceFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "PDF, Word (.docx), Excel (.xlsx), PNG or JPEG, at most 20 MB. Only staff "
            "can read it until a reviewer makes it public."
        ),
    )


class SourceFilePages(admin.ModelAdmin):
    """Files of a source."""

    def get_urls(self):
        def page(route, view, name):
            return path(route, self.admin_site.admin_view(view), name=name)

        return [
            page("<path:object_id>/files/", self.files_view, "profiles_source_files"),
            page("file/<uuid:key>/", self.file_view, "profiles_source_file"),
            *super().get_urls(),
        ]

    def files_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """List the files of a source; take one more, publish, hide or remove one."""
        source = self.get_object(request, unquote(object_id))
        if source is None:
            raise Http404
        if not request.user.has_perm(source_files.MAY_READ):
            raise PermissionDenied
        form = SourceFileForm()
        if request.method == "POST":
            here = reverse("admin:profiles_source_files", args=[source.pk])
            if "key" in request.POST:
                self._change(request, source)
                return HttpResponseRedirect(here)
            form = SourceFileForm(request.POST, request.FILES)
            if self._add(request, source, form):
                return HttpResponseRedirect(here)
        return TemplateResponse(
            request,
            "admin/profiles/source/files.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": source,
                "title": _("Files"),
                "subtitle": str(source),
                "form": form,
                "files": source.files.select_related("added_by"),
                "may_add": request.user.has_perm(source_files.MAY_ADD),
                "may_publish": request.user.has_perm(PUBLISH),
                "may_remove": request.user.has_perm(source_files.MAY_REMOVE),
            },
        )

    def _add(self, request: HttpRequest, source: Source, form: SourceFileForm) -> bool:
        if not request.user.has_perm(source_files.MAY_ADD):
            raise PermissionDenied
        if not form.is_valid():
            return False
        given = form.cleaned_data["file"]
        try:
            source_files.add(source, given.name, given.read(), by=request.user)
        except Refused as refused:
            form.add_error("file", str(refused))
            return False
        self.message_user(request, _("The file was added."), messages.SUCCESS)
        return True

    def _change(self, request: HttpRequest, source: Source) -> None:
        try:
            kept = source.files.filter(key=request.POST["key"]).first()
        except (ValueError, forms.ValidationError):
            raise Http404 from None
        if kept is None:
            raise Http404
        needed = source_files.MAY_REMOVE if "_remove" in request.POST else PUBLISH
        if not request.user.has_perm(needed):
            raise PermissionDenied
        if "_remove" in request.POST:
            kept.delete()
            told = _("The file was removed.")
        else:
            kept.is_public = "_publish" in request.POST
            kept.save()
            told = (
                _("Readers find the file beside its source.")
                if kept.is_public
                else _("Only staff can read the file.")
            )
        self.message_user(request, told, messages.SUCCESS)

    def file_view(self, request: HttpRequest, key) -> FileResponse:
        """Give a file out to staff."""
        if not request.user.has_perm(source_files.MAY_READ):
            raise PermissionDenied
        kept = SourceFile.objects.filter(key=key).first()
        if kept is None:
            raise Http404
        try:
            response = source_files.answer(kept)
        except FileNotFoundError:
            raise Http404 from None
        return response
