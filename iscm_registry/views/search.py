"""Search over everything, suggestions while typing, and options of a facet."""

import re
from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    QueryDict,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import View

from iscm_registry import search
from iscm_registry.search.documents import NAMED_KINDS
from iscm_registry.views.asked_lists import lists_asked

PAGE_SIZES = (25, 50, 100)

RETRY_AFTER = 10
"""Seconds after which an index is mostly built."""

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


class BadQuestion(ValueError):
    """A parameter that asks for nothing there is. Its text is for the reader."""


class SearchNotReadyMiddleware:
    """Answers 503 for a page that searches while the index is still being built."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, search.NotReady):
            return None
        answer = render(request, "registry/search_not_ready.html", status=503)
        answer.headers["Retry-After"] = str(RETRY_AFTER)
        return answer


class SearchView(View):
    """Everything that answers `q`: one ranked list, narrowed by any of `kind`.

    A text too long, a kind or a page size that there is not give 400 and say so; a
    page beyond the last gives 404.
    """

    parameters = ("q", "kind", "per_page", "page")
    repeatable = ("kind",)
    template_name = "registry/search.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        query = request.GET.get("q", "").strip()
        revision = getattr(request, "registry_revision", None)
        try:
            kinds, per_page = _kinds(request.GET), _page_size(request.GET)
            page = _page_number(request.GET)
            result = search.find(
                query,
                kinds or None,
                limit=per_page,
                offset=(page - 1) * per_page,
                revision=revision,
            )
        except (BadQuestion, search.QueryTooLong) as error:
            # The text is not repeated: it may be very long.
            return self._answer(request, {"problem": str(error)}, status=400)
        paginator = Paginator(range(result.total), per_page)
        if page > paginator.num_pages:
            raise Http404
        context = {
            "query": query,
            "result": result,
            "page_obj": paginator.page(page),
            "kind_links": _kind_links(result, kinds),
            "is_narrowed": bool(kinds),
            "asked_lists": [] if kinds or page > 1 else lists_asked(query, revision),
        }
        return self._answer(request, context)

    def _answer(
        self, request: HttpRequest, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        return render(request, self.template_name, context, status=status)


class SuggestView(View):
    """Names that begin as typed, as options of the search field's list."""

    parameters = ("q",)

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            hits = search.suggest(
                request.GET.get("q", ""),
                revision=getattr(request, "registry_revision", None),
            )
        except search.QueryTooLong as error:
            return HttpResponse(str(error), status=400, content_type="text/plain")
        return render(request, "registry/_suggestions.html", {"hits": hits})


class OptionsView(View):
    """The keys of the records of a kind that are called so, to narrow a long facet."""

    parameters = ("q", "kind")

    def get(self, request: HttpRequest) -> HttpResponse:
        text, kind = request.GET.get("q", ""), request.GET.get("kind", "")
        try:
            if kind and kind not in NAMED_KINDS:
                raise BadQuestion(f"There are: {', '.join(NAMED_KINDS)}.")
            revision = getattr(request, "registry_revision", None)
            keys = search.options(text, kind, revision=revision) if kind else []
        except (BadQuestion, search.QueryTooLong) as error:
            return HttpResponse(str(error), status=400, content_type="text/plain")
        return JsonResponse({"keys": keys})


def _kinds(asked: QueryDict) -> list[str]:
    kinds = asked.getlist("kind")
    for kind in kinds:
        if kind not in search.KIND_LABELS:
            raise BadQuestion(
                _("“%(value)s” is not a kind of record. There are: %(kinds)s.")
                % {"value": kind[:40], "kinds": ", ".join(search.KIND_LABELS)}
            )
    return kinds


def _page_size(asked: QueryDict) -> int:
    size = asked.get("per_page", str(PAGE_SIZES[0]))
    if size not in map(str, PAGE_SIZES):
        raise BadQuestion(
            _("“%(value)s” is not a size of pages. There are: %(sizes)s.")
            % {"value": size[:40], "sizes": ", ".join(map(str, PAGE_SIZES))}
        )
    return int(size)


def _page_number(asked: QueryDict) -> int:
    number = asked.get("page", "1")
    if not _PAGE_NUMBER.fullmatch(number):
        raise Http404
    return int(number)


def _kind_links(result: search.SearchResult, chosen: list[str]) -> list[dict[str, Any]]:
    """Return the kinds with their counts; a chosen one stays when nothing is left."""
    return [
        {
            "kind": kind,
            "label": label,
            "count": result.counts_by_kind.get(kind, 0),
            "selected": kind in chosen,
        }
        for kind, label in search.KIND_PLURALS.items()
        if kind in result.counts_by_kind or kind in chosen
    ]
