"""Whether the addresses that the registry points to still answer.

Only a command asks them, never a page. An address is asked as a browser would, as
far as the first line of the answer, and never on the inside of our own network:
whoever can type an address into the registry must not be able to look around there.
"""

import http.client
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from partnerships.models import Organisation
from profiles.models import GuidingDocument, LinkCheck, Profile, Source
from profiles.models.mechanisms import OPEN_STATES
from profiles.vocabularies import EditionState

MOST_REDIRECTS = 10
LONGEST_PROBLEM = 250
USER_AGENT = "Mozilla/5.0 (compatible; ISCM-Registry link check)"

REFUSES_MACHINES = {401, 403, 407, 429}
"""Somebody answers, but not to us. A person may still be able to read the page."""

_REDIRECTS = {301, 302, 303, 307, 308}
_WEB_PORTS = {80, 443}

_ORDINARY = ipaddress.IPv6Network("2000::/3")
"""What is given out as addresses of single hosts. All that carries an IPv4 address by
rule (mapped, compatible, translated) and all that is local stands outside."""

_NOT_ORDINARY = [
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocols
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # protocols: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address follows
        "3fff::/20",  # documentation
    )
]
_ISATAP = (0x00005EFE, 0x02005EFE)
"""The words before an IPv4 address that is the end of an IPv6 address."""
_CURRENT_STATES = (EditionState.PUBLISHED, *OPEN_STATES)


class NoAnswer(Exception):
    """Why an address did not answer. Its text is for staff."""


@dataclass(frozen=True)
class Answer:
    """What an address said: the last status, or why there is none."""

    url: str
    status: int | None = None
    problem: str = ""

    @property
    def is_answering(self) -> bool:
        return not self.problem


@dataclass(frozen=True)
class Use:
    """A record that points to an address, and the field that holds it."""

    record: Model
    field: str


def uses() -> dict[str, list[Use]]:
    """Return every address that the registry points to, with who points there.

    Of profiles and their documents only those of editions that are public or can
    still be changed: nobody could correct the others.
    """
    current = Q(state__in=_CURRENT_STATES)
    of_current = Q(profile__state__in=_CURRENT_STATES)
    found: dict[str, list[Use]] = {}
    for field, records in (
        ("url", Source.objects.exclude(url="")),
        ("website", Organisation.objects.exclude(website="")),
        ("website", Profile.objects.filter(current).exclude(website="")),
        (
            "url",
            GuidingDocument.objects.filter(of_current)
            .exclude(url="")
            .select_related("profile"),
        ),
    ):
        for record in records:
            found.setdefault(getattr(record, field), []).append(Use(record, field))
    return found


def by_age_of_check(urls: Iterable[str]) -> list[str]:
    """Order addresses: those never checked first, then the longest unchecked."""
    checked = dict(LinkCheck.objects.values_list("url", "checked_at"))
    never = [url for url in urls if url not in checked]
    again = [url for url in urls if url in checked]
    return [*never, *sorted(again, key=lambda url: checked[url])]


def write_down(answer: Answer) -> LinkCheck:
    """Keep what an address answered, and since when it does not."""
    now = timezone.now()
    known = LinkCheck.objects.filter(url=answer.url).first()
    failing_since = None
    if not answer.is_answering:
        failing_since = (known.failing_since if known else None) or now
    check, _created = LinkCheck.objects.update_or_create(
        url=answer.url,
        defaults={
            "is_answering": answer.is_answering,
            "status": answer.status,
            "problem": answer.problem[:LONGEST_PROBLEM],
            "checked_at": now,
            "failing_since": failing_since,
        },
    )
    return check


def ask_all(
    urls: Iterable[str],
    *,
    timeout: float,
    workers: int,
    total: float,
    pause: float = 1.0,
    allow_private: bool = False,
) -> Iterator[Answer]:
    """Ask every address and give the answers as they come, for `total` seconds.

    One host is never asked for two addresses at once, nor without a pause. What is
    left when the time is over is not asked.
    """
    by_host: dict[str, list[str]] = {}
    for url in urls:
        by_host.setdefault(urlsplit(url).netloc.lower(), []).append(url)
    expected = sum(map(len, by_host.values()))
    ends = time.monotonic() + total
    answers: queue.Queue[Answer] = queue.Queue()
    over = threading.Event()

    def ask_host(of_host: list[str]) -> None:
        for number, url in enumerate(of_host):
            if number and over.wait(pause):
                return
            left = ends - time.monotonic()
            if over.is_set() or left <= 0:
                return
            answers.put(
                ask(url, timeout=min(timeout, left), allow_private=allow_private)
            )

    pool = ThreadPoolExecutor(workers, thread_name_prefix="links")
    try:
        for of_host in by_host.values():
            pool.submit(ask_host, of_host)
        for _number in range(expected):
            left = ends - time.monotonic()
            try:
                yield answers.get(timeout=max(left, 0))
            except queue.Empty:
                return
    finally:
        over.set()
        pool.shutdown(wait=False, cancel_futures=True)


def ask(url: str, *, timeout: float, allow_private: bool = False) -> Answer:
    """Ask one address, within `timeout` seconds in all. Never raises."""
    ends = time.monotonic() + timeout
    try:
        status = _final_status("HEAD", url, ends, allow_private)
        if status >= 400 and status not in REFUSES_MACHINES:
            # Many servers answer this question wrongly, or not at all.
            status = _final_status("GET", url, ends, allow_private)
    except NoAnswer as no_answer:
        return Answer(url, problem=str(no_answer))
    except TimeoutError:
        return Answer(url, problem=_("It did not answer in time."))
    except ssl.SSLCertVerificationError as error:
        return Answer(
            url,
            problem=_("Its certificate is not valid: %(reason)s.")
            % {"reason": error.verify_message},
        )
    except (OSError, http.client.HTTPException, ValueError) as error:
        if time.monotonic() >= ends:
            return Answer(url, problem=_("It did not answer in time."))
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return Answer(url, problem=_("No connection: %(reason)s.") % {"reason": reason})
    if status >= 400 and status not in REFUSES_MACHINES:
        return Answer(
            url,
            status,
            _("It answered with the error %(status)s %(phrase)s.")
            % {"status": status, "phrase": http.client.responses.get(status, "")},
        )
    return Answer(url, status)


def _final_status(method: str, url: str, ends: float, allow_private: bool) -> int:
    """Follow redirects to the end and return the status found there."""
    for _hop in range(MOST_REDIRECTS + 1):
        status, location = _status(method, url, ends, allow_private)
        if status not in _REDIRECTS or not location:
            return status
        url = urljoin(url, location)
    raise NoAnswer(_("It redirects too often."))


def _status(
    method: str, url: str, ends: float, allow_private: bool
) -> tuple[int, str | None]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NoAnswer(_("It leads to something that is not a web address."))
    if parts.username is not None or parts.password is not None:
        raise NoAnswer(_("It holds a name or a password and was not asked."))
    connection = _connection(parts, ends, allow_private)
    watch = threading.Timer(_left(ends), _cut, [connection])
    watch.daemon = True
    try:
        connection.connect()
        watch.start()
        connection.request(
            method,
            _target(parts),
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Connection": "close"},
        )
        response = connection.getresponse()
        _left(ends)
        return response.status, response.headers.get("Location")
    finally:
        watch.cancel()
        connection.close()


def _connection(
    parts: SplitResult, ends: float, allow_private: bool
) -> http.client.HTTPConnection:
    """Return a connection to the very address that was looked up and found public.

    Were the name looked up again when connecting, it could lead elsewhere by then.
    """
    secure = parts.scheme == "https"
    host = (parts.hostname or "").encode("idna").decode()
    port = parts.port if parts.port is not None else (443 if secure else 80)
    if port not in _WEB_PORTS and not allow_private:
        raise NoAnswer(_("It names a port other than 80 and 443 and was not asked."))
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        raise NoAnswer(_("There is no host of this name.")) from None
    addresses = [str(sockaddr[0]) for *_rest, sockaddr in found]
    if not allow_private and not all(map(is_public, addresses)):
        raise NoAnswer(_("It leads to a private network and was not asked."))
    timeout = _left(ends)

    def connect(_address, *_arguments) -> socket.socket:
        problem: OSError = OSError()
        for address in addresses:
            try:
                return socket.create_connection((address, port), _left(ends))
            except TimeoutError:
                raise
            except OSError as error:
                problem = error
        raise problem

    connection = (
        http.client.HTTPSConnection(
            host, port, timeout=timeout, context=ssl.create_default_context()
        )
        if secure
        else http.client.HTTPConnection(host, port, timeout=timeout)
    )
    connection._create_connection = connect  # type: ignore[attr-defined]
    return connection


def is_public(address: str) -> bool:
    """Say whether an IP address is that of a host on the internet that all see.

    An IPv6 address that stands for an IPv4 one is not, whatever it stands for: a
    translator near us could turn it into an address of our own network.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast:
        return False
    if any(
        ip.version == network.version and ip in network for network in _NOT_ORDINARY
    ):
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return True
    if ip.scope_id or ip not in _ORDINARY:
        return False
    return (int(ip) >> 32) & 0xFFFFFFFF not in _ISATAP


def _target(parts: SplitResult) -> str:
    # Addresses are pasted from browsers, with accents and spaces as they are read.
    path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*[]")
    query = quote(parts.query, safe="/%:=&~+!$,;'@()*[]?")
    return f"{path}?{query}" if query else path


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _cut(connection: http.client.HTTPConnection) -> None:
    # A server that sends one letter a second never lets a socket time out.
    try:
        if connection.sock:
            connection.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
