"""How public pages are read fast: conditional requests and a cache of pages.

A public page is the same for everybody, and stays the same until the registry's
revision moves. So its entity tag is known before the page is: a browser that holds
the page gets its 304 for the price of one query, and a page that was drawn once at
this revision is not drawn again. Nothing is ever invalidated: a page of an old
revision is simply not asked for any more.

Two middlewares do it. The upper one stands above all others and answers what is
known, with the headers that the others once gave the page. The lower one draws.

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
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeGuard

import brotli
from django.apps import apps
from django.conf import settings
from django.core.cache import BaseCache, caches
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.cache import has_vary_header
from django.utils.http import parse_etags

from iscm_registry import admission, publisher
from iscm_registry.freshness import is_still, public_reads
from iscm_registry.kept_pages import KeptPage
from iscm_registry.most_read import most_read
from iscm_registry.outages import Outage, unavailable
from iscm_registry.refusals import REFUSED, refuse_other_ports
from iscm_registry.replica import Reads

logger = logging.getLogger(__name__)

SHARED_FOR_A_MOMENT = (
    "public, max-age=0, s-maxage=%d, stale-while-revalidate=30, stale-if-error=%d"
)
"""A browser asks again each time, and mostly gets a 304. A proxy in front may answer
for a moment by itself, and while the registry does not answer for no longer than a
process without its database: the page may hold what was retracted."""

GONE = "public, max-age=0, s-maxage=1, stale-if-error=%d"
"""What a page says that was withdrawn: it takes the place of what a proxy still has of
it, also while no node answers."""
NEVER_KEPT = "private, no-store"

KEPT_FOR = 24 * 60 * 60
LONGEST_QUERY = 500
"""Longer query strings are answered but their pages not kept: no filter that people
use is that long, and robots invent endless ones."""
LARGEST_PAGE = 1024 * 1024
SMALLEST_COMPRESSED = 500

LONGEST_WAIT = 0.25
"""Seconds after which an answer of a shared cache is slow: to draw most pages takes
less."""
SLOW_ANSWERS = 3
"""Slow answers, one after the other, after which a shared cache counts as away. One may
be slow because this process had other things to do."""

page_cache = Outage("The page cache cannot be used (%s). Pages are drawn each time.")
_slow_answers = 0


@dataclass(frozen=True)
class LastSeen:
    """The revision that a process last read, and when."""

    revision: str
    day: date
    moment: float


class KnownPagesMiddleware:
    """Answers public pages that are known before anything else is asked.

    Stands above every other middleware, and keeps pages with what these add to them.
    What they refuse or lead elsewhere is no page: it comes by them each time.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response
        self.last_seen: LastSeen | None = None
        self.headers_of_304: dict[str | None, dict[str, str]] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_public(request) or is_static(request) or REFUSED in request.META:
            return self.get_response(request)
        with public_reads() as reads:
            response = self.answer(request, reads)
        if reads.has_failed:
            # That database went away on the way; the page is drawn from the other one.
            with public_reads() as reads:
                response = self.answer(request, reads)
        return without_content_for_head(request, response)

    def answer(self, request: HttpRequest, reads: Reads) -> HttpResponseBase:
        request.registry_revision = reads.revision  # type: ignore[attr-defined]
        try:
            refuse_other_ports(request)
            return self.known(request, self.note(reads.revision))
        except DisallowedHost:
            return self.get_response(request)

    def known(self, request: HttpRequest, seen: LastSeen | None) -> HttpResponseBase:
        if seen is None:
            return self.without_database(request) or self.get_response(request)
        tag = entity_tag(request, seen)
        request.registry_tag = tag  # type: ignore[attr-defined]
        if is_held_by_browser(request, tag):
            most_read.note(request)
            return self.not_modified(request, tag)
        coding = best_coding(request)
        if page := kept_page(tag, coding):
            most_read.note(request)
            return page
        response = self.get_response(request)
        if is_for_everybody_as(response, tag):
            most_read.note(request)
            if is_worth_keeping(request, response):
                keep_page(tag, response, is_linked=not request.META.get("QUERY_STRING"))
            return as_accepted(response, coding)
        return response

    def note(self, read: str | None) -> LastSeen | None:
        """Note the revision that was read now; None while no database says it."""
        if read is None:
            return None
        # What was read is returned, though another thread may note a later one.
        seen = LastSeen(read, timezone.localdate(), time.monotonic())
        self.last_seen = seen
        return seen

    def not_modified(self, request: HttpRequest, tag: str) -> HttpResponseBase:
        if headers := self.headers_of_304.get(request.scheme):
            return HttpResponseNotModified(headers={**headers, "ETag": weak(tag)})
        # The other middlewares are asked once what they add.
        answer = self.get_response(request)
        if answer.status_code == HTTPStatus.NOT_MODIFIED:
            self.headers_of_304[request.scheme] = dict(answer.items())
        return answer

    def without_database(self, request: HttpRequest) -> HttpResponse | None:
        """Return the page as this process last knew it, if that is not long ago.

        It says that it is stale, and nobody keeps it.
        """
        seen = self.last_seen
        age = int(time.monotonic() - seen.moment) if seen else 0
        if seen is None or age >= settings.STALE_PAGES_FOR:
            return None
        page = kept_page(entity_tag(request, seen), best_coding(request))
        if page is None:
            return None
        del page.headers["ETag"]
        page.headers["Cache-Control"] = NEVER_KEPT
        page.headers["Age"] = str(age)
        page.headers["Cache-Status"] = f"iscm-registry; hit; ttl=-{age}; detail=stale"
        return page


class PublicPagesMiddleware:
    """Has public pages drawn, and says which of them are for everybody.

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
        if is_static(request):
            # No such file: WhiteNoise, above, had none.
            response = self.get_response(request)
            response.headers["Cache-Control"] = NEVER_KEPT
            return response
        if request.registry_revision is None:  # type: ignore[attr-defined]
            return unavailable(request)
        tag: str = request.registry_tag  # type: ignore[attr-defined]
        if is_held_by_browser(request, tag):
            return for_everybody(HttpResponseNotModified(), tag)
        return self.draw(request, tag)

    def draw(self, request: HttpRequest, tag: str) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or not is_for_everybody(response):
            is_gone = response.status_code == HTTPStatus.GONE
            kept = GONE % settings.STALE_PAGES_FOR if is_gone else NEVER_KEPT
            response.headers.setdefault("Cache-Control", kept)
            return response
        if not is_still(request.registry_revision):  # type: ignore[attr-defined]
            # Something was published while this page was drawn: it may hold some of
            # both, so it has no revision that it could be kept under.
            response.headers["Cache-Control"] = NEVER_KEPT
            return response
        compress(response)
        return for_everybody(response, tag)


def is_public(request: HttpRequest) -> bool:
    """Say whether this asks for a page that is the same for every reader."""
    return admission.is_public(request.method or "", request.path_info)


def is_static(request: HttpRequest) -> bool:
    """Say whether this asks for a file, which no revision of the registry changes."""
    return request.path_info.startswith(settings.STATIC_URL)


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
    and the settings of a machine that pages show or their headers say.

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
    shown = (
        settings.LANGUAGES,
        publisher.the_publisher(),
        publisher.the_contact(),
        settings.SECURE_SSL_REDIRECT,
        settings.SECURE_HSTS_SECONDS,
        settings.STALE_PAGES_FOR,
        settings.SHARED_PAGES_FOR,
    )
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


def weak(tag: str) -> str:
    # Compressed and plain pages share it: same content, other bytes.
    return f'W/"{tag}"'


def for_everybody(response: HttpResponse, tag: str) -> HttpResponse:
    response.headers["ETag"] = weak(tag)
    response.headers["Cache-Control"] = SHARED_FOR_A_MOMENT % (
        settings.SHARED_PAGES_FOR,
        settings.STALE_PAGES_FOR,
    )
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
    # 3 ms longer than quality 5, once for each page that is kept, saves 1.6 %.
    response.content = brotli.compress(body, quality=7)
    response.headers["Content-Encoding"] = "br"


def is_for_everybody_as(
    response: HttpResponseBase, tag: str
) -> TypeGuard[HttpResponse]:
    return isinstance(response, HttpResponse) and response.get("ETag") == weak(tag)


def is_worth_keeping(request: HttpRequest, page: HttpResponse) -> bool:
    return (
        request.method == "GET"
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
        and len(page.content) <= LARGEST_PAGE
    )


def as_accepted(page: HttpResponse, coding: str) -> HttpResponse:
    """Return a page, which is in Brotli or too small for it, in another coding."""
    if coding != "br" and page.headers.get("Content-Encoding") == "br":
        page.content = brotli.decompress(page.content)
        del page.headers["Content-Encoding"]
        if coding == "gzip":
            page.content = gzip.compress(page.content, 6, mtime=0)
            page.headers["Content-Encoding"] = coding
    page.headers["Content-Length"] = str(len(page.content))
    return page


def without_content_for_head(
    request: HttpRequest, response: HttpResponseBase
) -> HttpResponseBase:
    if (
        request.method == "HEAD"
        and isinstance(response, HttpResponse)
        and response.content
    ):
        response.headers["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def kept_page(tag: str, coding: str) -> HttpResponse | None:
    """Return a page as it is sent in that coding, if it is kept."""
    kept: KeptPage | None = _of_cache(lambda pages: pages.get(_key(tag, coding)))
    if kept and kept[1].get("ETag") != weak(tag):
        # Of a cache that others can write to, it may have come from another place.
        kept = None
    if kept is None and coding != "br":
        # Most readers take Brotli. Other codings are made when somebody first asks.
        if (page := kept_page(tag, "br")) is not None:
            keep_page(tag, as_accepted(page, coding), coding=coding)
        return page
    return kept and HttpResponse(kept[0], headers=kept[1])


def keep_page(
    tag: str, page: HttpResponse, *, coding: str = "br", is_linked: bool = False
) -> None:
    """Keep a page in a coding; one that the registry links to stays longer."""
    page.headers["Content-Length"] = str(len(page.content))
    kept: KeptPage = (page.content, dict(page.items()))
    _of_cache(lambda pages: pages.set(_key(tag, coding), kept, KEPT_FOR))
    if is_linked:
        _of_cache(lambda pages: pages.touch(_key(tag, coding), KEPT_FOR))


def _key(tag: str, coding: str) -> str:
    return f"page:{tag}:{coding}"


def _of_cache(answer: Callable[[BaseCache], Any]) -> Any:
    """Ask the cache, if it is there; None if not."""
    global _slow_answers
    if not settings.KEEP_PAGES or not page_cache.may_ask():
        return None
    began = time.monotonic()
    try:
        answered = answer(caches["pages"])
    except Exception as error:
        # The cache is a convenience; what it breaks with depends on its server.
        page_cache.failed(error)
        return None
    waited = time.monotonic() - began
    if settings.CACHE_URL and waited > LONGEST_WAIT:
        _slow_answers += 1
        if _slow_answers >= SLOW_ANSWERS:
            _slow_answers = 0
            page_cache.failed(TimeoutError(f"it took {waited:.1f} seconds"))
    else:
        _slow_answers = 0
        page_cache.answered()
    return answered
