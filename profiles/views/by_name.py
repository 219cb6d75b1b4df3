"""Pages of records that are found by whatever the record is called."""

import re
from typing import ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.generic import View

from profiles.facets import LONGEST_NAME
from profiles.searching import search

_KEY = re.compile(r"[-a-zA-Z0-9_]+")


class FoundByName(View):
    """Stands before the view of one record, whose address holds the record's key.

    Any other name of one published record leads to its page by one permanent redirect:
    an acronym, code, alias or former name, in any language and case. What several share
    is not guessed: the page that says 404 offers them, or what is called nearly so.
    """

    kind_searched: ClassVar[str]
    """What the site's search calls the record."""

    key_parameter: ClassVar[str] = "slug"
    """The part of the address that holds the key."""

    def dispatch(self, request, *args, **kwargs) -> HttpResponseBase:
        asked = kwargs[self.key_parameter]
        if _KEY.fullmatch(asked):
            try:
                return super().dispatch(request, *args, **kwargs)
            except Http404:
                pass  # it may be a name
        revision = getattr(request, "registry_revision", None)
        called = search("called")(asked, self.kind_searched, revision=revision)
        others = [key for key in map(self.key_in_address, called) if key != asked]
        if len(others) == len(called) == 1:
            kwargs[self.key_parameter] = others[0]
            view_name = request.resolver_match.view_name
            return redirect(view_name, permanent=True, **kwargs)
        return self.not_found(request, asked, revision)

    @staticmethod
    def key_in_address(key: str) -> str:
        return key

    def not_found(
        self, request: HttpRequest, asked: str, revision: str | None
    ) -> HttpResponse:
        text = asked[:LONGEST_NAME].replace("-", " ")
        kinds = [self.kind_searched]
        meant = search("suggest")(text, kinds=kinds, revision=revision)
        return render(request, "404.html", {"meant": meant}, status=404)
