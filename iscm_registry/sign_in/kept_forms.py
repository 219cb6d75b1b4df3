"""A form that was sent when it could not be taken comes back, with all its words.

That happens when a session ends while somebody types, when they have signed in again
in another tab, which makes the first tab's token void, and while the database is away,
or busy with a long step of somebody else. Nothing is stored: the answer holds what was
sent, and sending it again is one press.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

from iscm_registry.outages import RETRY_AFTER

_NOT_SHOWN_AGAIN = ("csrfmiddlewaretoken", "password")


def keep_form(request: HttpRequest) -> HttpResponse:
    """Answer a form with itself: its words, where it goes, and how to send it."""
    return render(request, "account/kept_form.html", _kept(request), status=403)


def keep_form_for_later(request: HttpRequest, *, is_busy: bool) -> HttpResponse:
    """Answer a form that the database did not take with itself.

    `is_busy` says that somebody else's step was in the way. The page reads nothing,
    neither user nor messages: perhaps the database is away.
    """
    context = _kept(request) | {"is_busy": is_busy, "csrf_token": get_token(request)}
    return HttpResponse(
        render_to_string("account/form_for_later.html", context),
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Retry-After": str(RETRY_AFTER)},
    )


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(part in name for part in _NOT_SHOWN_AGAIN)
        for value in values
    ]
    return {
        "kept": kept,
        "address": request.get_full_path(),
        "has_files": bool(request.FILES),
    }


def comes_from_our_pages(request: HttpRequest) -> bool:
    """Say whether a page of ours sent this; no other site can claim so.

    Browsers write `Origin` themselves and on every form that is sent.
    """
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") == own
