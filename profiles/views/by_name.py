"""Pages of records that are found by whatever the record is called."""

import re
from typing import Any, ClassVar
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View

from profiles.facets import LONGEST_NAME
from profiles.models import EarlierKey
from profiles.models.addresses import addressed_models
from profiles.searching import search

_HERE = "here"
_KEY = re.compile(r"[-a-zA-Z0-9_]+")


def to_address_of_today(request: HttpRequest) -> HttpResponse | None:
    """Lead from any address below that of a record, by a key that it had before, to the
    same below its key of today; None where there is no such record with a page."""
    model: Any
    for model in addressed_models():
        start = model.address_of(_HERE).partition(_HERE)[0]
        asked = _KEY.match(request.path.removeprefix(start))
        if asked is None or not request.path.startswith(start):
            continue
        record: Any = EarlierKey.objects.leads_to(model, asked[0])
        if record is None or not model._default_manager.with_page().contains(record):
            return None
        own = record.key_in_address()
        if own.lower() == asked[0].lower():
            # It has that key: what is not there is below it.
            return None
        rest = request.path[len(start) + asked.end() :]
        query = request.META.get("QUERY_STRING", "")
        address = model.address_of(own).removesuffix("/") + quote(rest)
        return redirect(f"{address}?{query}" if query else address, permanent=True)
    return None


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
                # It may be a name.
                if led_on := to_address_of_today(request):
                    return led_on
        revision = getattr(request, "registry_revision", None)
        called = search("called")(asked, self.kind_searched, revision=revision)
        others = [key for key in map(self.key_in_address, called) if key != asked]
        if len(others) == len(called) == 1:
            kwargs[self.key_parameter] = others[0]
            address = reverse(request.resolver_match.view_name, kwargs=kwargs)
            query = request.META.get("QUERY_STRING", "")
            return redirect(f"{address}?{query}" if query else address, permanent=True)
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
