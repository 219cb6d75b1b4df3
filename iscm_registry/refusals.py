"""Answers to requests that reach no view: what is refused, before it is read.

admission.py says so of what Django would read too early to be asked; the rest is
refused here. Both middlewares stand below those that set headers.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import BadRequest, DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_path, override

REFUSED = "iscm_registry.refused"
"""In the WSGI environ: the status to refuse a request with."""

LARGEST_BODY_OF_STRANGERS = 64 * 1024


class RefusalsMiddleware:
    """Refuses what nobody may send. Stands above all that answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if status := request.META.get(REFUSED):
            return refusal(request, status)
        refuse_other_ports(request)
        return self.get_response(request)


class BodiesMiddleware:
    """Refuses large bodies of strangers, and bodies that cannot be read.

    Stands below what knows the user, and above all that reads a body: the check of the
    CSRF token does, when the view is known. A cookie proves nothing; a session does,
    and one that has ended still does: its form is to come back with its words.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > LARGEST_BODY_OF_STRANGERS and not (
            request.user.is_authenticated or had_signed_in(request)
        ):
            return refusal(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            # Read here, what is malformed is refused for every address alike, even one
            # that does not exist: the page that says so reads it too late to refuse.
            _ = request.POST
        except RequestDataTooBig:
            return refusal(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except (UnreadablePostError, ValueError) as error:
            raise BadRequest("The body cannot be read.") from error
        return self.get_response(request)


def had_signed_in(request: HttpRequest) -> bool:
    """Say whether a session that has ended by its time was somebody's."""
    # Logging is set up from this file before Django knows models.
    from django.contrib.auth import SESSION_KEY
    from django.contrib.sessions.models import Session

    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    session = Session.objects.filter(pk=key).first() if key else None
    return session is not None and SESSION_KEY in session.get_decoded()


def refusal(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """Return the page that says what would be right. It knows no reader."""
    pages = {
        HTTPStatus.BAD_REQUEST: "400.html",
        HTTPStatus.INTERNAL_SERVER_ERROR: "500.html",
    }
    page = pages.get(status, "refused.html")
    # No middleware has chosen a language yet.
    language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
    with override(language):
        text = render_to_string(page, {"status": int(status)})
    return HttpResponse(text, status=status)


def refuse_other_ports(request: HttpRequest) -> None:
    """Refuse a host with a port that the registry is not reached at.

    Pages name their own address, so a port that somebody made up would enter links.
    Raises DisallowedHost, as for other hosts.
    """
    host = request.get_host()
    port = split_domain_port(host)[1]
    ours = {"", (request.is_secure() and "443") or "80", *settings.ALLOWED_PORTS}
    if not settings.SECURE_PROXY_SSL_HEADER:
        # Nobody stands in front: readers see the port that this process listens at.
        ours.add(request.META.get("SERVER_PORT", ""))
    if port not in ours:
        raise DisallowedHost(
            f"Invalid HTTP_HOST header: {host!r}. The registry is not reached at port "
            f"{port}; if it is, add {port} to ALLOWED_PORTS."
        )


class OneLineForRefused(logging.Filter):
    """Takes tracebacks from the log where the request was wrong, not the registry.

    Anybody can cause as many of them as they like. Nothing below `level` is written:
    Django's loggers have levels of their own, and it calls some refusals errors.
    """

    def __init__(self, level: str):
        super().__init__()
        self.level: int = logging.getLevelNamesMapping()[level]

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
            if record.levelno > logging.WARNING:
                record.levelno = logging.WARNING
                record.levelname = logging.getLevelName(logging.WARNING)
        return record.levelno >= self.level
