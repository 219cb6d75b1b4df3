"""A form that was sent when it could not be taken comes back, with all its words.

That happens when a session ends while somebody types, and when they have signed in
again in another tab, which makes the first tab's token void. Nothing is stored: the
answer holds what was sent, and sending it again is one press.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_NOT_SHOWN_AGAIN = ("csrfmiddlewaretoken", "password")


def keep_form(request: HttpRequest) -> HttpResponse:
    """Answer a form with itself: its words, where it goes, and how to send it."""
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if not any(part in name for part in _NOT_SHOWN_AGAIN)
        for value in values
    ]
    context = {
        "kept": kept,
        "address": request.get_full_path(),
        "has_files": bool(request.FILES),
    }
    return render(request, "account/kept_form.html", context, status=403)


def comes_from_our_pages(request: HttpRequest) -> bool:
    """Say whether a page of ours sent this; no other site can claim so.

    Browsers write `Origin` themselves and on every form that is sent.
    """
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin") == own
