"""Who visits the registry during a drill: readers, and one editor who publishes."""

import http.client
import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.drills.machines import EDITOR, HOST, PASSWORD, Machines

# Each publication has all pages drawn anew, and each node's search index built: two
# processors that serve, ask and hold all databases keep up with this.
ASKS_A_SECOND = 3
PUBLISHES_EVERY = 3.0
LONGEST_WAIT = 60.0
READ_ONLY = "temporarily read-only"
# What a search says that comes before the index of what was just published.
NOT_READY = "The search is taking in what was just published"
SEARCHES_AGAIN = 4


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]
    seconds: float


class Visitor:
    """A browser of one person, at an address of this person's own."""

    def __init__(self, machines: Machines, address: str):
        self.machines = machines
        self.address = address
        self.cookies: SimpleCookie = SimpleCookie()
        self._connection: http.client.HTTPSConnection | None = None

    def ask(self, path: str, form: Mapping[str, str] | None = None) -> Answer:
        """Ask for a page, or send a form. Raises OSError or HTTPException."""
        began = time.monotonic()
        headers = {"Accept-Encoding": "identity"}
        body = None
        if self.cookies:
            cookies = self.cookies.items()
            headers["Cookie"] = "; ".join(f"{k}={v.value}" for k, v in cookies)
        if form is not None:
            token = self.cookies["csrftoken"].value
            body = urlencode({**form, "csrfmiddlewaretoken": token})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"https://{HOST}/"
        try:
            connection = self._connected()
            connection.request("POST" if body else "GET", path, body, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        for cookie in response.headers.get_all("Set-Cookie") or ():
            self.cookies.load(cookie)
        if response.will_close:
            self.close()
        seconds = time.monotonic() - began
        return Answer(response.status, text, response.headers, seconds)

    def _connected(self) -> http.client.HTTPSConnection:
        if self._connection is None:
            there = ("127.0.0.1", self.machines.port)
            wire = socket.create_connection(
                there, timeout=LONGEST_WAIT, source_address=(self.address, 0)
            )
            self._connection = http.client.HTTPSConnection(HOST)
            self._connection.sock = self.machines.trusted.wrap_socket(
                wire, server_hostname=HOST
            )
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass
class Phase:
    """What happened to readers and the editor while one thing was away."""

    name: str
    requests: int = 0
    asked_again: int = 0
    stale: int = 0
    longest: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    published: int = 0
    told_read_only: int = 0
    longest_of_staff: float = 0.0
    failures_of_staff: Counter[str] = field(default_factory=Counter)


class Record:
    """What was seen so far; all visitors write into it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.phases = [Phase("before")]
        # The last edition of each mechanism whose publication was confirmed, and when.
        self.confirmed: dict[str, tuple[int, float]] = {}

    @property
    def phase(self) -> Phase:
        return self.phases[-1]

    def begin(self, name: str) -> Phase:
        self.phases.append(Phase(name))
        return self.phase

    def read(
        self, seconds: float, failure: str = "", *, is_stale: bool = False
    ) -> None:
        with self._lock:
            phase = self.phase
            phase.requests += 1
            phase.stale += is_stale
            phase.longest = max(phase.longest, seconds)
            if failure:
                phase.failures[failure] += 1

    def asks_again(self) -> None:
        with self._lock:
            self.phase.asked_again += 1

    def worked(self, seconds: float, failure: str = "") -> None:
        with self._lock:
            phase = self.phase
            phase.longest_of_staff = max(phase.longest_of_staff, seconds)
            if failure == READ_ONLY:
                phase.told_read_only += 1
            elif failure:
                phase.failures_of_staff[failure] += 1
            else:
                phase.published += 1

    def is_stale(self, slug: str, page: str, asked: float) -> bool:
        """Say whether a page is older than what was public when it was asked for."""
        edition, when = self.confirmed.get(slug, (0, 0.0))
        return when < asked and edition_on(page) < edition


def edition_on(page: str) -> int:
    """Return the number of the edition that a mechanism's page says it shows."""
    found = re.search(r"Edition (\d+), published", page)
    return int(found[1]) if found else 0


class Reader(threading.Thread):
    """Asks for pages one after the other: known ones, and searches nobody made."""

    def __init__(self, machines: Machines, record: Record, number: int):
        super().__init__(name=f"reader-{number}")
        self.visitor = Visitor(machines, f"127.0.1.{number}")
        self.record = record
        self.chance = random.Random(number)
        self.slugs = [slug for slug, _key, _edition in machines.published]
        self.addresses = machines.addresses
        self.ends = threading.Event()

    def run(self) -> None:
        while not self.ends.wait(1 / ASKS_A_SECOND):
            self.ask(*self.next_address())
        self.visitor.close()

    def next_address(self) -> tuple[str, str]:
        """Return an address, and the mechanism whose page it is, if it is one."""
        kind = self.chance.random()
        if kind < 0.4:
            slug = self.chance.choice(self.slugs)
            return f"/mechanisms/{slug}/", slug
        if kind < 0.7:
            return self.chance.choice(self.addresses), ""
        word = self.chance.choice(("labour", "border", "visa", "return", "data"))
        words = f"{word} {self.chance.randrange(10**6)}"
        page = self.chance.choice(("/mechanisms/", "/search/", "/contributions/"))
        return f"{page}?{urlencode({'q': words})}", ""

    def ask(self, path: str, slug: str) -> None:
        began = time.monotonic()
        failure, is_stale = "", False
        try:
            answer = self.visitor.ask(path)
            for _ in range(SEARCHES_AGAIN):
                if NOT_READY not in answer.text:
                    break
                # On a slow machine, whether others are lost or not.
                self.record.asks_again()
                self.ends.wait(PUBLISHES_EVERY)
                answer = self.visitor.ask(path)
        except (OSError, http.client.HTTPException) as error:
            failure = f"{path}: {type(error).__name__}: {error}"
        else:
            if answer.status != http.HTTPStatus.OK:
                failure = f"{path}: HTTP {answer.status}"
            elif slug:
                is_stale = self.record.is_stale(slug, answer.text, began)
        self.record.read(time.monotonic() - began, failure, is_stale=is_stale)


class StepFailed(Exception):
    """A step of the editor was not taken; says what came instead."""


class Editor(threading.Thread):
    """Publishes one edition after the other at the desk, each of another mechanism."""

    def __init__(self, machines: Machines, record: Record):
        super().__init__(name="editor")
        self.visitor = Visitor(machines, "127.0.2.1")
        self.record = record
        self.waiting = list(machines.published)
        self.ends = threading.Event()
        # All editions whose publication was confirmed.
        self.published: list[tuple[str, int]] = []

    def sign_in(self) -> None:
        self.visitor.ask("/accounts/login/")
        self.take("/accounts/login/", login=EDITOR, password=PASSWORD)

    def run(self) -> None:
        while not self.ends.wait(PUBLISHES_EVERY):
            self.publish_one()
        self.visitor.close()

    def publish_one(self) -> None:
        began = time.monotonic()
        slug, key, edition = self.waiting.pop(0)
        try:
            published = self.publish(key)
        except StepFailed as error:
            failure = str(error)
            self.record.worked(time.monotonic() - began, failure)
            if failure == READ_ONLY:
                self.waiting.append((slug, key, edition))
            # Of any other it is not known whether it is published: only the answer may
            # be lost.
            return
        self.record.confirmed[slug] = (edition + 1, time.monotonic())
        self.published.append((slug, edition + 1))
        self.waiting.append((slug, published, edition + 1))
        self.record.worked(time.monotonic() - began)

    def publish(self, key: int) -> int:
        """Publish what follows an edition; return its key."""
        opened = self.take(f"/admin/profiles/profile/{key}/step/open-draft/")
        (draft,) = re.findall(r"/profile/(\d+)/change/", opened.headers["Location"])
        place = f"/admin/profiles/profile/{draft}/"
        for step in ("submit", "publish"):
            self.take(f"{place}step/{step}/", version=self.version(place))
        told = self.asked(f"{place}review/").text
        if "The edition is published" not in told:
            raise StepFailed("the desk does not say that it is published")
        return int(draft)

    def version(self, place: str) -> str:
        page = self.asked(f"{place}review/")
        found = re.search(r'name="version" value="(\d+)"', page.text)
        if not found:
            raise StepFailed("the review offers no step")
        return found[1]

    def take(self, path: str, **form: str) -> Answer:
        answer = self.asked(path, form)
        if answer.status != http.HTTPStatus.FOUND:
            raise StepFailed(f"{path}: HTTP {answer.status}")
        return answer

    def asked(self, path: str, form: Mapping[str, str] | None = None) -> Answer:
        try:
            answer = self.visitor.ask(path, form)
        except (OSError, http.client.HTTPException) as error:
            raise StepFailed(f"{path}: {type(error).__name__}: {error}") from None
        if answer.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            if READ_ONLY in answer.text:
                raise StepFailed(READ_ONLY)
            raise StepFailed(f"{path}: HTTP 503 without a clear word")
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise StepFailed(f"{path}: HTTP {answer.status}")
        return answer
