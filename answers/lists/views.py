"""Gives a list out as a file, under the list's own address and parameters."""

from tempfile import SpooledTemporaryFile
from typing import Any, ClassVar

from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
)
from django.http.response import HttpResponseBase
from django.urls import register_converter
from django.utils.functional import classproperty
from django.utils.translation import gettext as _
from django.views.generic import View

from answers.files import LICENCE
from answers.lists.columns import (
    ContributionsFile,
    ListFile,
    MechanismsFile,
    PartnersFile,
    StatesFile,
    ThemesFile,
)
from answers.lists.writing import WRITERS, Head
from profiles.publications import latest_publication
from profiles.views.lists import OF_PAGES

LARGEST_IN_MEMORY = 1024 * 1024
"""Octets of a file that is kept as pages are; a larger one is sent from the disk."""


class FormOfList:
    """The ending of an address of a list's file."""

    regex = "|".join(WRITERS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FormOfList, "form_of_list")


class ListFileView(View):
    """All results of a list as one file, however many pages the list has.

    It takes the list's parameters but for those of its pages. What the list does not
    understand gives status 400 and says why; the list itself leads names to values.
    """

    http_method_names = ["get", "head", "options"]
    file_class: ClassVar[type[ListFile]]

    @classproperty
    def parameters(cls) -> tuple[str, ...]:
        taken = getattr(cls.file_class.view, "parameters", ())
        return tuple(name for name in taken if name not in OF_PAGES)

    @classproperty
    def repeatable(cls) -> tuple[str, ...]:
        return getattr(cls.file_class.view, "repeatable", ())

    def get(self, request: HttpRequest, form: str) -> HttpResponseBase:
        file = self.file_class(request)
        if understood := file.understood():
            address = f"{request.path}?{understood.urlencode()}"
            return HttpResponsePermanentRedirect(address)
        if errors := file.errors():
            return HttpResponse(
                "".join(f"{error['label']}: {error['text']}\n" for error in errors),
                status=400,
                content_type="text/plain; charset=utf-8",
            )
        kind, write = WRITERS[form]
        written = SpooledTemporaryFile(LARGEST_IN_MEMORY)  # noqa: SIM115  closed below
        try:
            write(written, self.said_of(file, form), file.columns, file.rows())
            size = written.tell()
            written.seek(0)
        except BaseException:
            written.close()
            raise
        response: HttpResponseBase
        if size > LARGEST_IN_MEMORY:
            response = FileResponse(written, content_type=kind)
            response.headers["Content-Length"] = str(size)
        else:
            with written:
                response = HttpResponse(written.read(), content_type=kind)
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{self.file_name(file)}.{form}"'
        )
        return response

    def said_of(self, file: ListFile, form: str) -> Head:
        """Return what a file says of itself: its question, source, day and licence."""
        request = self.request
        query = request.META.get("QUERY_STRING", "")
        page = request.path.removesuffix(f".{form}") + "/"
        day = self.last_published
        return {
            "title": str(file.view.extra_context["heading"]),
            "page": request.build_absolute_uri(f"{page}?{query}" if query else page),
            "filters": file.filters(),
            "last_published": day and day.isoformat(),
            "source": _("ISCM Registry"),
            "licence": LICENCE,
        }

    def file_name(self, file: ListFile) -> str:
        day = self.last_published
        return f"iscm-{file.name}-{day.isoformat()}" if day else f"iscm-{file.name}"

    @property
    def last_published(self) -> Any:
        return latest_publication(getattr(self.request, "registry_revision", None))


class MechanismListFileView(ListFileView):
    file_class = MechanismsFile


class ContributionListFileView(ListFileView):
    file_class = ContributionsFile


class StateListFileView(ListFileView):
    file_class = StatesFile


class PartnerListFileView(ListFileView):
    file_class = PartnersFile


class ThemeListFileView(ListFileView):
    file_class = ThemesFile
