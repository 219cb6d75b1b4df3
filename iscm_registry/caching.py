"""How public pages are read fast: conditional requests and a cache of pages.

A public page is the same for everybody, and stays the same until the registry's
revision moves. So its entity tag is known before the page is: a browser that holds
the page gets its 304 for the price of one query, and a page that was drawn once at
this revision is not drawn again. Nothing is ever invalidated: a page of an old
revision is simply not asked for any more.

Everything else, above all what staff see, is never kept by anybody.
"""

import gzip
import hashlib
import logging
from collections.abc import Callable
from functools import cache as remembered
from pathlib import Path
from typing import TypeAlias

import brotli
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.cache import has_vary_header
from django.utils.http import parse_etags

from iscm_registry import admission, revision

logger = logging.getLogger(__name__)

SHARED_FOR_A_MOMENT = (
    "public, max-age=0, s-maxage=60, stale-while-revalidate=30, stale-if-error=86400"
)
"""A browser asks again each time, and mostly gets a 304. A proxy in front may answer
for a minute by itself, and for a day while the registry does not answer."""

NEVER_KEPT = "private, no-store"

KEPT_FOR = 24 * 60 * 60
LONGEST_QUERY = 500
"""Longer query strings are answered but their pages not kept: no filter that people
use is that long, and robots invent endless ones."""
LARGEST_PAGE = 1024 * 1024
SMALLEST_COMPRESSED = 500

# Not worth storing: they are written anew for each answer.
_HEADERS_OF_THE_ANSWER = {"cache-control", "content-length", "etag", "vary"}

KeptPage: TypeAlias = tuple[bytes, dict[str, str]]


class PublicPagesMiddleware:
    """Answers public pages from what is known, and keeps what had to be drawn.

    Stands before every middleware that knows sessions, cookies or languages of
    browsers. It takes these from a request for a public page, so a page cannot
    become personal by mistake: a view that asks for the user finds nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_public(request):
            response = self.get_response(request)
            response.headers["Cache-Control"] = NEVER_KEPT
            return response

        forget_reader(request)
        request.registry_revision = revision.current()  # type: ignore[attr-defined]
        tag = entity_tag(request)
        if is_held_by_browser(request, tag):
            return for_everybody(HttpResponseNotModified(), tag)

        coding = best_coding(request)
        key = f"page:{coding}:{tag}"
        response = kept_page(key) or self.draw(request, tag, coding, key)
        if request.method == "HEAD" and isinstance(response, HttpResponse):
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    def draw(
        self, request: HttpRequest, tag: str, coding: str, key: str
    ) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or not is_for_everybody(response):
            response.headers.setdefault("Cache-Control", NEVER_KEPT)
            return response
        if revision.current() != request.registry_revision:  # type: ignore[attr-defined]
            # Something was published while this page was drawn: it may hold some of
            # both, so it has no revision that it could be kept under.
            response.headers["Cache-Control"] = NEVER_KEPT
            return response
        compress(response, coding)
        if (
            settings.KEEP_PAGES
            and request.method == "GET"
            and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
            and len(response.content) <= LARGEST_PAGE
        ):
            keep_page(key, response)
        return for_everybody(response, tag)


def is_public(request: HttpRequest) -> bool:
    """Say whether this asks for a page that is the same for every reader."""
    return admission.is_public(request.method or "", request.path_info)


def forget_reader(request: HttpRequest) -> None:
    """Leave of the request what a public page may know, whoever brought it here.

    Servers bring no more than that; what calls Django past them may.
    """
    request.COOKIES = {}
    read = admission.what_is_read(request.method or "", request.path_info)
    for name in request.META.keys() - read:
        del request.META[name]
    if request.encoding:
        request.encoding = None


def entity_tag(request: HttpRequest) -> str:
    """Return what stands for the page's content, known without drawing the page.

    The host is in it because pages name their own address, and the day because a
    page may say what is still to come.
    """
    parts = (
        code_version(),
        request.registry_revision,  # type: ignore[attr-defined]
        timezone.localdate().isoformat(),
        request.scheme or "",
        request.get_host(),
        get_script_prefix(),
        request.path_info,
        request.META.get("QUERY_STRING", ""),
    )
    # Apart from each other whatever stands in them.
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


@remembered
def code_version() -> str:
    """Return a digest of all that draws pages: code, templates, texts, static names.

    By content, not by time, so that all nodes of one release agree.
    """
    base = settings.BASE_DIR
    folders = [Path(app.path) for app in apps.get_app_configs()]
    folders = [folder for folder in folders if folder.parent == base]
    files = [
        path
        for folder in (*folders, base / "templates", base / "locale")
        for path in folder.rglob("*")
        if path.suffix in (".py", ".html", ".mo")
    ]
    files += [base / "requirements.txt", Path(settings.STATIC_ROOT, "staticfiles.json")]
    digest = hashlib.sha256(repr(settings.LANGUAGES).encode())
    for path in sorted(files):
        if path.exists():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.name}\0{content}\n".encode())
    return digest.hexdigest()


def is_held_by_browser(request: HttpRequest, tag: str) -> bool:
    # "*" is left alone: it asks whether there is a page, which is not known here.
    held = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return any(etag.removeprefix("W/") == f'"{tag}"' for etag in held)


def is_for_everybody(response: HttpResponse) -> bool:
    """Say whether a page that was drawn may be given to others.

    A view that knows better says so with its own Cache-Control.
    """
    return (
        response.status_code == 200
        and not response.cookies
        and not has_vary_header(response, "Cookie")
        and not response.has_header("Cache-Control")
    )


def for_everybody(response: HttpResponse, tag: str) -> HttpResponse:
    # Weak, because compressed and plain pages share it: same content, other bytes.
    response.headers["ETag"] = f'W/"{tag}"'
    response.headers["Cache-Control"] = SHARED_FOR_A_MOMENT
    response.headers["Vary"] = "Accept-Encoding"
    return response


def best_coding(request: HttpRequest) -> str:
    """Return br, gzip or identity: the best of what the browser takes."""
    refused: set[str] = set()
    accepted: set[str] = set()
    for offer in request.META.get("HTTP_ACCEPT_ENCODING", "").lower().split(","):
        name, _, weight = offer.partition(";")
        q = weight.replace(" ", "").removeprefix("q=")
        zero = q and not q.strip("0.")
        (refused if zero else accepted).add(name.strip())
    for coding in ("br", "gzip"):
        if coding in accepted or ("*" in accepted and coding not in refused):
            return coding
    return "identity"


def compress(response: HttpResponse, coding: str) -> None:
    """Shorten the page. Safe here, and only here: public pages hold no secrets.

    Compression next to a secret lets an attacker guess it by lengths (BREACH), so
    staff pages, which hold CSRF tokens, are never compressed.
    """
    body = response.content
    if (
        coding == "identity"
        or len(body) < SMALLEST_COMPRESSED
        or response.has_header("Content-Encoding")
    ):
        return
    if coding == "br":
        response.content = brotli.compress(body, quality=5)
    else:
        response.content = gzip.compress(body, compresslevel=6, mtime=0)
    response.headers["Content-Encoding"] = coding
    response.headers["Content-Length"] = str(len(response.content))


def kept_page(key: str) -> HttpResponse | None:
    if not settings.KEEP_PAGES:
        return None
    try:
        page: KeptPage | None = caches["pages"].get(key)
    except Exception:
        # The cache is a convenience; what it breaks with depends on its server.
        logger.warning("The page cache cannot be read.", exc_info=True)
        return None
    if page is None:
        return None
    content, headers = page
    response = HttpResponse(content, headers=headers)
    response.headers["Content-Length"] = str(len(content))
    return for_everybody(response, key.rpartition(":")[2])


def keep_page(key: str, response: HttpResponse) -> None:
    headers = {
        name: value
        for name, value in response.items()
        if name.lower() not in _HEADERS_OF_THE_ANSWER
    }
    page: KeptPage = (response.content, headers)
    try:
        caches["pages"].set(key, page, KEPT_FOR)
    except Exception:
        logger.warning("The page cache cannot be written.", exc_info=True)
