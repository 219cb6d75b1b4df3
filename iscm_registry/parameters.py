"""Which parameters public pages take: those that they name, and no others.

Each address is a page of its own, drawn and kept. A parameter that changes nothing
would make endless addresses of one page.

A view names what it takes in `parameters`, and in `repeatable` those of them that may
be given more than once. A view that names nothing takes nothing.
"""

from collections.abc import Callable
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render

from iscm_registry import admission
from profiles.facets import shortened

ADDED_BY_OTHERS = {
    "fbclid",
    "gclid",
    "mc_cid",
    "mc_eid",
    "msclkid",
    "utm_campaign",
    "utm_content",
    "utm_id",
    "utm_medium",
    "utm_source",
    "utm_term",
}
"""What newsletters and other sites put at the end of links, unasked."""

MOST_NAMED = 5


class ParametersMiddleware:
    """Answers 400, and says why, when a public page is asked what it does not take."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        page = getattr(view, "view_class", view)
        if not admission.is_public(request.method or "", request.path_info) and not (
            # A page for everybody that cannot be kept: the form for errors.
            request.method in ("GET", "HEAD") and hasattr(page, "parameters")
        ):
            return None
        if ADDED_BY_OTHERS & request.GET.keys():
            return HttpResponseRedirect(_without_what_others_added(request))
        taken = getattr(page, "parameters", ())
        unknown = [name for name in request.GET if name not in taken]
        repeated = [
            name
            for name, values in request.GET.lists()
            if len(values) > 1
            and name in taken
            and name not in getattr(page, "repeatable", ())
        ]
        if not unknown and not repeated:
            return None
        return _refused(request, taken, unknown, repeated)


def _without_what_others_added(request: HttpRequest) -> str:
    asked = request.META.get("QUERY_STRING", "").split("&")
    rest = "&".join(
        pair
        for pair in asked
        if unquote_plus(pair.partition("=")[0]) not in ADDED_BY_OTHERS
    )
    path = request.get_full_path().partition("?")[0]
    return f"{path}?{rest}" if rest else path


def _refused(
    request: HttpRequest, taken: tuple, unknown: list[str], repeated: list[str]
) -> HttpResponse:
    understood = request.GET.copy()
    for name in unknown:
        del understood[name]
    for name in repeated:
        understood[name] = request.GET[name]  # the last one
    rest = understood.urlencode()
    context = {
        "unknown": [shortened(name) for name in unknown[:MOST_NAMED]],
        "repeated": repeated,
        "taken": taken,
        "understood_url": f"{request.path}?{rest}" if rest else request.path,
    }
    return render(request, "registry/unknown_parameter.html", context, status=400)
