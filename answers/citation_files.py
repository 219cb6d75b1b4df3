"""Files that a reference manager reads: how a mechanism, or an edition, is cited."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, register_converter
from django.views.generic import View

from answers.citing import Cited, bibtex, ris
from profiles.models import Profile
from profiles.views.by_name import FoundByName
from profiles.views.pages import withdrawn

WRITERS = {
    "bib": (bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": (ris, "application/x-research-info-systems; charset=utf-8"),
}


class FormConverter:
    regex = "|".join(WRITERS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FormConverter, "form_of_citation")


class CitationFileView(FoundByName, View):
    """The citation of an edition, or of the mechanism as its page is now."""

    kind_searched: ClassVar[str] = "mechanism"

    def get(
        self, request: HttpRequest, slug: str, form: str, edition: int | None = None
    ) -> HttpResponse:
        editions = Profile.objects.filter(mechanism__slug=slug)
        if edition is None:
            readable = editions.published()
        else:
            editions = editions.filter(edition=edition)
            readable = editions.readable()
        profile = readable.select_related("mechanism").first()
        if profile is None:
            return withdrawn(request, editions)
        is_edition = edition is not None
        place = profile.get_edition_url() if is_edition else profile.get_absolute_url()
        url = request.build_absolute_uri(place)
        cited = Cited.of(profile, url, edition=is_edition)
        write, content_type = WRITERS[form]
        response = HttpResponse(write(cited), content_type=content_type)
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{cited.key}.{form}"'
        )
        return response


def citation_paths() -> list[URLPattern]:
    view = CitationFileView.as_view()
    of_mechanism = "mechanisms/<str:slug>"
    return [
        path(f"{of_mechanism}/cite.<form_of_citation:form>", view, name="cite-file"),
        path(
            f"{of_mechanism}/editions/<int:edition>/cite.<form_of_citation:form>",
            view,
            name="edition-cite-file",
        ),
    ]
