"""What the lists of the staff desk may be asked for in an address."""

from collections.abc import Callable

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request

REGULAR_EXPRESSIONS = ("__regex", "__iregex")


class ListsMiddleware:
    """Answers 400 to what no list can be asked for, where Django would break.

    Django's lists turn such an address away; the files that are exported from them do
    not. A regular expression breaks both if it is malformed, and one that is well made
    keeps the server busy for as long as its author likes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs) -> None:
        if any(key.endswith(REGULAR_EXPRESSIONS) for key in request.GET):
            raise BadRequest("Lists are not searched by regular expressions.")

    def process_exception(self, request, exception) -> HttpResponse | None:
        if isinstance(exception, IncorrectLookupParameters):
            return bad_request(request, exception)
        return None
