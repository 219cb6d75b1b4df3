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
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
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

from iscm_registry import admission, publisher, revision
from iscm_registry.outages import DATABASE_ERRORS, Outage, is_busy, unavailable
from iscm_registry.patience import MOMENT, at_most

logger = logging.getLogger(__name__)

SHARED_FOR_A_MOMENT = (
    "public, max-age=0, s-maxage=60, stale-while-revalidate=30, stale-if-error=%d"
)
"""A browser asks again each time, and mostly gets a 304. A proxy in front may answer
for a minute by itself, and while the registry does not answer for no longer than a
process without its database: the page may hold what was retracted."""

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

database = Outage("The database cannot be reached (%s). Kept pages are shown.")
page_cache = Outage("The page cache cannot be used (%s). Pages are drawn each time.")


@dataclass(frozen=True)
class LastSeen:
    """The revision that a process last read, and when."""

    revision: str
    day: date
    moment: float


class PublicPagesMiddleware:
    """Answers public pages from what is known, and keeps what had to be drawn.

    Stands before every middleware that knows sessions, cookies or languages of
    browsers. It takes these from a request for a public page, so a page cannot
    become personal by mistake: a view that asks for the user finds nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response
        self.last_seen: LastSeen | None = None

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_public(request):
            response = self.get_response(request)
            response.headers["Cache-Control"] = NEVER_KEPT
            return response

        forget_reader(request)
        seen = self.look()
        if seen is None:
            return without_content_for_head(request, self.without_database(request))
        request.registry_revision = seen.revision  # type: ignore[attr-defined]
        tag = entity_tag(request, seen)
        if is_held_by_browser(request, tag):
            return for_everybody(HttpResponseNotModified(), tag)
        response = kept_page(tag) or self.draw(request, tag)
        return without_content_for_head(request, as_accepted(request, response))

    def look(self) -> LastSeen | None:
        """Read the revision; None while the database is away or lets nobody read."""
        if (current := current_revision()) is None:
            return None
        self.last_seen = LastSeen(current, timezone.localdate(), time.monotonic())
        return self.last_seen

    def draw(self, request: HttpRequest, tag: str) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or not is_for_everybody(response):
            response.headers.setdefault("Cache-Control", NEVER_KEPT)
            return response
        if revision.current() != request.registry_revision:  # type: ignore[attr-defined]
            # Something was published while this page was drawn: it may hold some of
            # both, so it has no revision that it could be kept under.
            response.headers["Cache-Control"] = NEVER_KEPT
            return response
        compress(response)
        if (
            request.method == "GET"
            and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
            and len(response.content) <= LARGEST_PAGE
        ):
            keep_page(tag, response)
        return for_everybody(response, tag)

    def without_database(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page as this process last knew it, if that is not long ago.

        It says that it is stale, and nobody keeps it.
        """
        seen = self.last_seen
        age = int(time.monotonic() - seen.moment) if seen else 0
        if seen is None or age >= settings.STALE_PAGES_FOR:
            return unavailable(request)
        page = kept_page(entity_tag(request, seen))
        if page is None:
            return unavailable(request)
        del page.headers["ETag"]
        page.headers["Cache-Control"] = NEVER_KEPT
        page.headers["Age"] = str(age)
        page.headers["Cache-Status"] = f"iscm-registry; hit; ttl=-{age}; detail=stale"
        return as_accepted(request, page)


def current_revision() -> str | None:
    """Read the revision; None while the database is away or lets nobody read.

    Of those who ask meanwhile only one waits, now and then, and that one a moment.
    """
    if not database.may_ask():
        return None
    try:
        with at_most(MOMENT):
            current = revision.current()
    except DATABASE_ERRORS as error:
        if not is_busy(error):
            database.failed(error)
        return None
    database.answered()
    return current


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
        request.encoding = None  # type: ignore[assignment]


def entity_tag(request: HttpRequest, seen: LastSeen) -> str:
    """Return what stands for the page's content, known without drawing the page.

    The host is in it because pages name their own address, and the day because a
    page may say what is still to come.
    """
    parts = (
        code_version(),
        seen.revision,
        seen.day.isoformat(),
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
    """Return a digest of all that draws pages: code, templates, texts, static names,
    and the settings that pages show.

    By content, not by time, so that all nodes of one release agree.
    """
    base = settings.BASE_DIR
    folders = [Path(app.path) for app in apps.get_app_configs()]
    folders = [folder for folder in folders if folder.parent == base]
    files = [
        path
        for folder in (*folders, base / "templates", base / "locale")
        for path in folder.rglob("*")
        if path.suffix in (".py", ".html", ".mo", ".toml")
    ]
    files += [base / "requirements.txt", Path(settings.STATIC_ROOT, "staticfiles.json")]
    shown = (settings.LANGUAGES, publisher.the_publisher(), publisher.the_contact())
    digest = hashlib.sha256(repr(shown).encode())
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
    response.headers["Cache-Control"] = SHARED_FOR_A_MOMENT % settings.STALE_PAGES_FOR
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


def compress(response: HttpResponse) -> None:
    """Shorten the page. Safe here, and only here: public pages hold no secrets.

    Compression next to a secret lets an attacker guess it by lengths (BREACH), so
    staff pages, which hold CSRF tokens, are never compressed.
    """
    body = response.content
    if len(body) < SMALLEST_COMPRESSED or response.has_header("Content-Encoding"):
        return
    response.content = brotli.compress(body, quality=5)
    response.headers["Content-Encoding"] = "br"


def as_accepted(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a page in a coding that the browser takes.

    Pages are kept in one coding, so that each takes the memory of one.
    """
    if not isinstance(response, HttpResponse):
        return response
    coding = best_coding(request)
    if coding != "br" and response.headers.get("Content-Encoding") == "br":
        response.content = brotli.decompress(response.content)
        del response.headers["Content-Encoding"]
        if coding == "gzip":
            response.content = gzip.compress(response.content, 6, mtime=0)
            response.headers["Content-Encoding"] = coding
    response.headers["Content-Length"] = str(len(response.content))
    return response


def without_content_for_head(
    request: HttpRequest, response: HttpResponseBase
) -> HttpResponseBase:
    if request.method == "HEAD" and isinstance(response, HttpResponse):
        response.headers["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def kept_page(tag: str) -> HttpResponse | None:
    if not settings.KEEP_PAGES or not page_cache.may_ask():
        return None
    try:
        page: KeptPage | None = caches["pages"].get(f"page:{tag}")
    except Exception as error:
        # The cache is a convenience; what it breaks with depends on its server.
        page_cache.failed(error)
        return None
    page_cache.answered()
    if page is None:
        return None
    content, headers = page
    return for_everybody(HttpResponse(content, headers=headers), tag)


def keep_page(tag: str, response: HttpResponse) -> None:
    if not settings.KEEP_PAGES or not page_cache.may_ask():
        return
    headers = {
        name: value
        for name, value in response.items()
        if name.lower() not in _HEADERS_OF_THE_ANSWER
    }
    page: KeptPage = (response.content, headers)
    try:
        caches["pages"].set(f"page:{tag}", page, KEPT_FOR)
    except Exception as error:
        page_cache.failed(error)
