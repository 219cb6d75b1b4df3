"""What nginx keeps with deploy/nginx.conf, and what it shows while no node answers."""

import http.client
import http.server
import io
import re
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tests.serving import environment_of, gunicorn, run_python, sqlite_in
from tests.tooling.nginx_in_front import ask, needs_nginx, nginx

pytestmark = needs_nginx

MANY = 8
PUBLISHED = """
from tests.factories import make_mechanism, make_profile
make_profile(make_mechanism(slug="puebla"), name="Puebla")
"""
WITHDRAWN = """
from profiles import editions
from profiles.models import Profile
editions.withdraw(Profile.objects.get(), reason="Wrong.")
"""


@pytest.fixture
def folder():
    # The path of a Unix socket must be short.
    with tempfile.TemporaryDirectory(prefix="door") as name:
        yield Path(name)


class Answer:
    def __init__(self, raw: bytes):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        line, _, fields = head.partition(b"\r\n")
        self.status = int(line.split()[1])
        self.headers = http.client.parse_headers(io.BytesIO(fields + b"\r\n\r\n"))

    @property
    def cache_status(self) -> str:
        return self.headers.get("Cache-Status", "")


def get(door: str, path: str, **headers: str) -> Answer:
    headers = {"Host": "testserver", "Connection": "close", **headers}
    lines = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in headers.items())
    return Answer(ask(door, f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()))


@contextmanager
def node(called: list[str], holds=lambda: None):
    """Serve a page for everybody at every address, note who asked, give the address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            called.append(self.path)
            holds()
            self.send_response(200)
            self.send_header("Cache-Control", "public, max-age=0, s-maxage=60")
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"page")

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def test_second_reader_is_answered_by_nginx_and_nobody_gets_what_is_private(
    folder, migrate
):
    environment = environment_of(folder, BEHIND_PROXY="true", **sqlite_in(folder))
    migrate(environment)
    with gunicorn(environment) as address, nginx(folder, address) as door:
        first = get(door, "/about/")
        second = get(door, "/about/")
        assert first.cache_status == "nginx; fwd=uri-miss"
        assert second.cache_status == "nginx; hit"
        assert (second.status, second.body) == (200, first.body)
        tag = second.headers["ETag"]
        assert tag == first.headers["ETag"]
        held = get(door, "/about/", If_None_Match=tag)
        assert (held.status, held.cache_status) == (304, "nginx; hit")
        for name in ("Content-Security-Policy", "X-Frame-Options", "Cache-Control"):
            assert second.headers.get_all(name) == first.headers.get_all(name)
            assert len(second.headers.get_all(name)) == 1

        # Browsers that spell it otherwise get the same bytes.
        packed = get(door, "/about/", Accept_Encoding="gzip, deflate, br, zstd")
        again = get(door, "/about/", Accept_Encoding="br;q=1.0, gzip")
        plain = get(door, "/about/", Accept_Encoding="br;q=0, identity")
        assert packed.headers["Content-Encoding"] == "br"
        assert (again.cache_status, again.body) == ("nginx; hit", packed.body)
        assert (plain.cache_status, plain.body) == ("nginx; hit", first.body)

        for path in ("/admin/", "/accounts/login/", "/report/", "/healthz/"):
            for _ in range(2):
                private = get(door, path)
                assert private.status in (200, 302)
                assert private.cache_status == ""
                assert private.headers["Cache-Control"] == "private, no-store"
        keys = [
            re.search(rb"\nKEY: (.*)\n", file.read_bytes())[1].split()[0]
            for file in (folder / "kept").rglob("*")
            if file.is_file()
        ]
        assert set(keys) == {b"http://testserver/about/"}


@pytest.mark.parametrize("without", ["", "proxy_cache_background_update on;"])
def test_kept_pages_are_shown_while_no_node_answers(folder, migrate, without):
    environment = environment_of(
        folder, BEHIND_PROXY="true", SHARED_PAGES_FOR="1", **sqlite_in(folder)
    )
    migrate(environment)
    with ExitStack() as ends, ExitStack() as nodes:
        address = nodes.enter_context(gunicorn(environment))
        door = ends.enter_context(nginx(folder, address, without=without))
        fresh = get(door, "/about/")
        assert fresh.status == 200
        assert get(door, "/admin/").status == 302
        nodes.close()

        end = time.monotonic() + 30
        while True:
            page = get(door, "/about/")
            assert (page.status, page.body) == (200, fresh.body)
            if page.cache_status == "nginx; hit; detail=stale":
                break
            assert time.monotonic() < end, page.cache_status
            time.sleep(0.1)
        assert get(door, "/mechanisms/").status == 502
        assert get(door, "/admin/").status == 502


@pytest.mark.attack("A cache keeps what is private")
def test_what_was_withdrawn_does_not_come_back_while_no_node_answers(folder, migrate):
    environment = environment_of(
        folder, BEHIND_PROXY="true", SHARED_PAGES_FOR="1", **sqlite_in(folder)
    )
    migrate(environment)
    run_python(environment, PUBLISHED)
    with ExitStack() as ends, ExitStack() as nodes:
        address = nodes.enter_context(gunicorn(environment))
        door = ends.enter_context(nginx(folder, address))
        assert get(door, "/mechanisms/puebla/").status == 200

        run_python(environment, WITHDRAWN)
        end = time.monotonic() + 30
        while get(door, "/mechanisms/puebla/").status != 410:
            assert time.monotonic() < end
            time.sleep(0.1)
        nodes.close()

        for _ in range(3):
            page = get(door, "/mechanisms/puebla/")
            assert page.status == 410
            time.sleep(0.6)
        assert page.cache_status == "nginx; hit; detail=stale"


@pytest.mark.attack("A cache keeps what is private")
def test_nothing_below_the_addresses_of_staff_is_kept_whatever_is_said_of_it(folder):
    called: list[str] = []
    private = [
        language + path + below
        for path in settings.NOT_PUBLIC_PATHS
        for language in ("", "/fr", "/ar")
        for below in ("", "x/")
    ]
    private += [path.rstrip("/") for path in settings.NOT_PUBLIC_PATHS]
    public = ["/", "/fr/", "/mechanisms/", "/administration/", "/reports/"]
    with node(called) as address, nginx(folder, address) as door:
        for path in (*private, *public):
            for _ in range(2):
                assert get(door, path).body == b"page"

    assert {path: called.count(path) for path in private} == dict.fromkeys(private, 2)
    assert {path: called.count(path) for path in public} == dict.fromkeys(public, 1)


def test_of_many_who_ask_for_one_page_one_is_handed_on(folder):
    called: list[str] = []
    came = threading.Semaphore(0)

    def waits_for_a_second():
        came.release()
        if len(called) == 1:
            came.acquire()
            # Far less than proxy_cache_lock_timeout, after which all are handed on.
            came.acquire(timeout=0.5)

    with (
        node(called, waits_for_a_second) as address,
        nginx(folder, address) as door,
        ThreadPoolExecutor(MANY) as readers,
    ):
        pages = list(readers.map(lambda _: get(door, "/mechanisms/").body, range(MANY)))

    assert pages == [b"page"] * MANY
    assert called == ["/mechanisms/"]


def test_another_node_answers_when_one_is_gone(folder):
    called: list[str] = []
    other: list[str] = []
    with ExitStack() as first, node(other) as second:
        gone = first.enter_context(node(called))
        with nginx(folder, gone, second) as door:
            for n in range(4):
                assert get(door, f"/states/{n}/").status == 200
            assert called
            assert other
            first.close()
            for n in range(4, 12):
                for path in (f"/states/{n}/", "/admin/"):
                    assert get(door, path).status == 200
