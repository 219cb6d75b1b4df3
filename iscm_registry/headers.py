"""Headers that every answer carries and that Django has no setting for."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from iscm_registry.caching import NEVER_KEPT

NOT_USED = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
"""What browsers offer to pages and no page of the registry asks for."""

PERMISSIONS = ", ".join(f"{feature}=()" for feature in NOT_USED)


class HeadersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # What says nothing of it never came as far as those who know.
        response.headers.setdefault("Cache-Control", NEVER_KEPT)
        # A file that other sites may show says so itself.
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # It binds pages only; on ten static files it would be weight.
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers["Permissions-Policy"] = PERMISSIONS
        return response
