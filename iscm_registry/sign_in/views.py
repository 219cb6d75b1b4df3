"""Addresses that Django has pages of its own for, and that we answer differently."""

import logging
import sys

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.log import log_response
from django.views import defaults
from django.views.decorators.cache import never_cache

from corrections.views import ReportView, sent_without_token
from iscm_registry.freshness import fails_on_the_way
from iscm_registry.outages import DATABASE_ERRORS, is_busy, unavailable
from iscm_registry.refusals import LARGEST_BODY_OF_STRANGERS
from iscm_registry.sign_in.kept_forms import (
    comes_from_our_pages,
    keep_form,
    keep_form_for_later,
)
from iscm_registry.sign_in.staff_pages import is_staff_page

logger = logging.getLogger(__name__)


@never_cache
def admin_login(request: HttpRequest) -> HttpResponseBase:
    """Send to the one sign-in page: the admin's own knows no second factor."""
    user = request.user
    if user.is_authenticated and not (user.is_active and user.is_staff):
        return render(request, "account/not_staff.html", status=403)
    address = reverse("account_login")
    if "next" in request.GET:
        address += f"?{urlencode({'next': request.GET['next']})}"
    return redirect(address)


def not_offered(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stand for pages of allauth that the registry does without.

    Their names must exist, because allauth's other pages look them up.
    """
    raise Http404


def too_many_tries(request: HttpRequest) -> HttpResponse:
    """Say that somebody has to wait; allauth finds it by the name handler429."""
    logger.warning("Too many requests of one address or account: it has to wait.")
    return render(request, "429.html", status=429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a form without a valid token; what our own pages sent is not lost."""
    if is_staff_page(request) and comes_from_our_pages(request):
        return keep_form(request)
    if _is_report(request) and comes_from_our_pages(request):
        return sent_without_token(request)
    return render(request, "403_csrf.html", status=403)


def _is_report(request: HttpRequest) -> bool:
    """Say whether the form was that of a stranger who reports an error."""
    match = request.resolver_match
    return getattr(match and match.func, "view_class", None) is ReportView


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for what a view or a middleware raised: `handler500`."""
    error = sys.exception()
    if not isinstance(error, DATABASE_ERRORS):
        return defaults.server_error(request)
    if fails_on_the_way(error):
        page = unavailable(request)
        log_response(
            "A database failed before a page was drawn. The other one is read.",
            response=page,
            request=request,
            logger=logger,
            level="warning",
        )
        return page
    busy = is_busy(error)
    is_kept = _is_form_of_staff(request, is_body_read=busy) or (
        request.method == "POST"
        and _is_report(request)
        and comes_from_our_pages(request)
    )
    if not is_kept:
        return unavailable(request)
    page = keep_form_for_later(request, is_busy=busy)
    # `django.request` then writes no line of its own about this answer.
    log_response(
        "A form was not saved (%s: %s).",
        type(error).__name__,
        str(error).partition("\n")[0],
        response=page,
        request=request,
        logger=logger,
        level="warning" if busy else "error",
        # What SQLite calls operational may be a fault of ours.
        exception=None if busy else error,
    )
    return page


def _is_form_of_staff(request: HttpRequest, *, is_body_read: bool) -> bool:
    """Say so as well as it can be said while nobody's session can be read.

    A large body is read only for somebody whose session was.
    """
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    return (
        request.method == "POST"
        and is_staff_page(request)
        and settings.SESSION_COOKIE_NAME in request.COOKIES
        and comes_from_our_pages(request)
        and (is_body_read or length <= LARGEST_BODY_OF_STRANGERS)
    )
