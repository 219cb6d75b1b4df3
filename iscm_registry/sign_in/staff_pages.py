"""What stands before every staff page."""

import logging
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language_from_path

from iscm_registry.caching import is_public
from iscm_registry.sign_in.accounts import is_over
from iscm_registry.sign_in.kept_forms import keep_form
from iscm_registry.sign_in.second_factor import FACTORS, has_shown_second_factor

logger = logging.getLogger(__name__)

STAFF_PAGES = "/admin/"
SIGN_IN_PAGES = "/accounts/"
ALWAYS_OPEN = {"staff-login", "admin:logout"}


class StaffPagesMiddleware:
    """Ends sessions that are over, asks for the second factor, and says that nobody
    can sign in while tries cannot be counted.

    Works when the view is known, after the check of the CSRF token: what a stranger's
    page sends is refused before anything of it is shown again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if is_public(request):
            return None
        if request.user.is_authenticated and is_over(request):
            logout(request)
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not is_staff_page(request) or name in ALWAYS_OPEN:
            return None
        if not request.user.is_authenticated:
            return keep_form(request) if request.method == "POST" else None
        if settings.SECOND_FACTOR_REQUIRED and not has_shown_second_factor(request):
            return _to_second_factor(request)
        return None

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        if not isinstance(exception, DatabaseError) or not _is_below(
            SIGN_IN_PAGES, request
        ):
            return None
        # Its text may hold what was typed.
        logger.error(
            "Nobody can sign in, the database takes nothing: %s.",
            type(exception).__name__,
        )
        return render(request, "account/away.html", status=503)


def is_staff_page(request: HttpRequest) -> bool:
    return _is_below(STAFF_PAGES, request)


def _is_below(folder: str, request: HttpRequest) -> bool:
    path = request.path_info
    if language := get_language_from_path(path):
        path = path.removeprefix(f"/{language}")
    return f"{path}/".startswith(folder)


def _to_second_factor(request: HttpRequest) -> HttpResponseBase:
    """Send to where the factor is shown, or set up if there is none."""
    if not is_mfa_enabled(request.user, FACTORS):
        return redirect("mfa_index")
    methods = get_adapter().get_reauthentication_methods(request.user)
    by_factor = [way for way in methods if way["id"].startswith("mfa_")]
    after = (
        reverse("admin:index") if request.method == "POST" else request.get_full_path()
    )
    return redirect(f"{by_factor[0]['url']}?{urlencode({'next': after})}")
