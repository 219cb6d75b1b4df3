"""What of a request the registry listens to, decided before Django reads it.

Django reads a query by the charset of Content-Type, and its own place among addresses
from SCRIPT_NAME, before any middleware runs: whoever sends them could change what a
page says. So each request is made anew from lists of what may be read. A public page
may read the least; nothing on its list but the host changes what it says, and the host
is part of what the page is kept under (see caching.py).
"""

import logging
import re
from collections.abc import Callable, Iterable
from encodings.aliases import aliases
from http import HTTPStatus
from typing import Any, TypeAlias

from django.conf import settings
from django.core.handlers.wsgi import get_path_info
from django.utils.http import parse_header_parameters
from django.utils.translation import get_language_from_path

from iscm_registry.refusals import REFUSED

logger = logging.getLogger(__name__)

Environ: TypeAlias = dict[str, Any]
Application: TypeAlias = Callable[[Environ, Callable], Iterable[bytes]]

BY_THE_SERVER = {
    "REQUEST_METHOD",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "wsgi.version",
    "wsgi.url_scheme",
    "wsgi.input",
    "wsgi.errors",
    "wsgi.file_wrapper",
    "wsgi.multithread",
    "wsgi.multiprocess",
    "wsgi.run_once",
}
FOR_EVERY_PAGE = {"HTTP_HOST", "HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH"}
ABOUT_THE_READER = {
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_COOKIE",
    "HTTP_ORIGIN",
    "HTTP_REFERER",
    "HTTP_USER_AGENT",
    "HTTP_X_CSRFTOKEN",
    "REMOTE_ADDR",
}
ABOUT_THE_BODY = {"CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"}

_FINAL_DOT = re.compile(r"\.(?=(:[0-9]*)?$)")

UTF_8 = {"utf_8", *(name for name, codec in aliases.items() if codec == "utf_8")}
"""Python's names of UTF-8, such as utf8, with _ for -. Its search for a codec by name
keeps each name that it does not find; this does not."""

LARGEST_BODY = 25 * 1024 * 1024
"""The largest file that a form takes is 20 MB."""


class Admission:
    """Stands around Django, as what the server calls.

    What is refused goes into Django too, with a note that it is: so its answer carries
    the same headers as all others.
    """

    def __init__(self, application: Application):
        self.application = application

    def __call__(self, environ: Environ, start_response: Callable) -> Iterable[bytes]:
        try:
            return self.application(admitted(environ), start_response)
        except Exception:
            # Past all that Django catches, where only the server's bare answer is left.
            logger.exception("A request could not be given to the registry.")
            return self.application(failed(environ), start_response)


def is_public(method: str, path: str) -> bool:
    """Say whether this asks for a page that is the same for every reader.

    All pages are, apart from those below NOT_PUBLIC_PATHS. A staff page that was
    forgotten there is useless rather than dangerous, because it knows no user.
    """
    if method not in ("GET", "HEAD") or settings.DEBUG:
        return False
    if language := get_language_from_path(path):
        path = path.removeprefix(f"/{language}")
    return not f"{path}/".startswith(tuple(settings.NOT_PUBLIC_PATHS))


def admitted(environ: Environ) -> Environ:
    """Return of a request what may be read of it."""
    method = environ["REQUEST_METHOD"].upper()
    read = what_is_read(method, get_path_info(environ) or "/")
    known = {name: value for name, value in environ.items() if name in read}
    # Addresses below a prefix are the matter of FORCE_SCRIPT_NAME.
    known["SCRIPT_NAME"] = ""
    if host := known.get("HTTP_HOST"):
        # One host has one spelling: pages name it, and each spelling would be kept.
        known["HTTP_HOST"] = _FINAL_DOT.sub("", host.lower())
    if not environ.get("REMOTE_ADDR"):
        # It came by a Unix socket, where gunicorn takes these from the Host header.
        known |= {"SERVER_NAME": "", "SERVER_PORT": ""}
    if refused := why_refused(known):
        # Django would read it, and what it says of itself, all the same.
        known = {name: known[name] for name in known.keys() - ABOUT_THE_BODY}
        known[REFUSED] = refused
    elif "charset" in (content_type := known.get("CONTENT_TYPE", "")).lower():
        # UTF-8 has one spelling too: Django takes a form by no other. The last counts.
        known["CONTENT_TYPE"] = f"{content_type}; charset=utf-8"
    return known


def why_refused(environ: Environ) -> HTTPStatus | None:
    """Return the status that a body is refused with by what is said of it."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        # Django takes such a body for an empty one.
        return HTTPStatus.LENGTH_REQUIRED
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        return HTTPStatus.BAD_REQUEST
    # Python makes no number of thousands of digits.
    if len(length) > 100 or int(length) > LARGEST_BODY:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    try:
        _, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    except Exception:  # Python's parser of mail raises more than it says.
        return HTTPStatus.BAD_REQUEST
    if parameters.get("charset", "utf-8").lower().replace("-", "_") not in UTF_8:
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    return None


def what_is_read(method: str, path: str) -> set[str]:
    """Return the names, in a WSGI environ, of all that this may depend on."""
    read = BY_THE_SERVER | FOR_EVERY_PAGE
    if settings.SECURE_PROXY_SSL_HEADER:
        read.add(settings.SECURE_PROXY_SSL_HEADER[0])
    if not is_public(method, path):
        read |= ABOUT_THE_READER
        if getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0):
            read.add("HTTP_X_FORWARDED_FOR")
    if method not in ("GET", "HEAD"):
        read |= ABOUT_THE_BODY
    return read


def failed(environ: Environ) -> Environ:
    """Return a request that stands for one that nobody could take."""
    server = {name: environ[name] for name in environ if name.startswith("wsgi.")}
    return {
        **server,
        # No address to be sent to over HTTPS is known.
        "wsgi.url_scheme": "https",
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": environ.get("SERVER_NAME", ""),
        "SERVER_PORT": environ.get("SERVER_PORT", ""),
        "SERVER_PROTOCOL": environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
        REFUSED: HTTPStatus.INTERNAL_SERVER_ERROR,
    }
