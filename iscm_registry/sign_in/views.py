"""Addresses that Django has pages of its own for, and that we answer differently."""

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from iscm_registry.sign_in.kept_forms import comes_from_our_pages, keep_form
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
    return render(request, "403_csrf.html", status=403)
