"""Which methods public pages answer: those that their views have, and no others."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import View

from iscm_registry import admission
from iscm_registry.refusals import refusal


class MethodsMiddleware:
    """Answers 405, and says what a public page takes.

    Stands above the check of forms, which would answer first with a page about cookies.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        page = getattr(view, "view_class", None)
        if page is None or not admission.is_public("GET", request.path_info):
            return None
        allowed = methods_of(page)
        if request.method in allowed:
            return None
        answer = refusal(request, HTTPStatus.METHOD_NOT_ALLOWED)
        answer.headers["Allow"] = ", ".join(allowed)
        return answer


def methods_of(page: type[View]) -> list[str]:
    has = [name for name in page.http_method_names if hasattr(page, name)]
    if "get" in has and "head" not in has:
        has.insert(1, "head")  # as Django answers it
    return [name.upper() for name in has]
