"""Addresses that nothing answers, and what they stand for."""

import re
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.views import defaults

from iscm_registry import admission
from profiles.views.by_name import to_address_of_today

_WORD = re.compile(r"[a-zA-Z]+")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Lead to the public page that an address almost names, or named by a key that was
    changed, by one permanent redirect; where there is none, answer 404."""
    if _is_public(request) and (led_on := to_address_of_today(request)):
        return led_on
    path = _almost_named(request.path_info)
    if path is None or not _is_public(request):
        return defaults.page_not_found(request, exception)
    asked = request.META.get("QUERY_STRING", "")
    address = request.META.get("SCRIPT_NAME", "") + quote(path)
    return redirect(f"{address}?{asked}" if asked else address, permanent=True)


def _is_public(request: HttpRequest) -> bool:
    return admission.is_public(request.method or "", request.path_info)


def _almost_named(path: str) -> str | None:
    """Return the address without the code of the language that has none, empty parts,
    capitals in the word for the list and its singular: '/en/State//fra' for
    '/states/fra/'."""
    parts = [part for part in path.split("/") if part]
    if parts and parts[0].lower() == settings.LANGUAGE_CODE:
        del parts[0]
    if not parts:
        return "/" if path != "/" else None
    word, *rest = parts
    if not _WORD.fullmatch(word):
        return None
    for name in (word.lower(), f"{word.lower()}s"):
        meant = "/".join(["", name, *rest, ""])
        if meant != path and _is_public_page(meant):
            return meant
    return None


def _is_public_page(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return admission.is_public("GET", path)
