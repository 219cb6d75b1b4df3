"""nginx in front, as deploy/nginx.conf has it: slow and large requests stop nobody."""

import subprocess
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.serving import environment_of, gunicorn, sqlite_in
from tests.tooling.nginx_in_front import (
    ask,
    command,
    configuration,
    connect,
    make_certificate,
    needs_nginx,
    nginx,
)

pytestmark = needs_nginx

MEGABYTE = 1024 * 1024
# As many as gunicorn has threads, twice; it has two processes of four.
MANY = 16
STRANGER = b"Host: testserver\r\nConnection: close\r\n"


@pytest.fixture(scope="module")
def folder():
    # The path of a Unix socket must be short.
    with tempfile.TemporaryDirectory(prefix="door") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def proxy(folder, migrate):
    """gunicorn and nginx; give the address that nginx listens at."""
    environment = environment_of(folder, BEHIND_PROXY="true", **sqlite_in(folder))
    migrate(environment)
    with gunicorn(environment, processes=2) as address, nginx(folder, address) as path:
        yield path


SLOW = {
    "headers": b"GET / HTTP/1.1\r\nHost: testserver\r\nX-Slow: ",
    "a form": (
        b"POST /accounts/login/ HTTP/1.1\r\nHost: testserver\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 60000\r\n\r\nlogin="
    ),
    "a file": (
        b"POST /admin/ HTTP/1.1\r\nHost: testserver\r\nCookie: sessionid=x\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\n"
        b"Content-Length: 20000000\r\n\r\n--x\r\n"
    ),
}


@pytest.mark.attack("Slow connections stop the site")
@pytest.mark.parametrize("what", SLOW)
def test_dripping_connections_keep_nobody_waiting(proxy, what):
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(proxy)) for _ in range(MANY)]
        for number in range(3):
            for door in slow:
                # Of files from one address some are taken, the others turned away.
                with suppress(BrokenPipeError, ConnectionResetError):
                    door.sendall(SLOW[what] if number == 0 else b"a")
            # With gunicorn alone nobody answers this before they have ended.
            answer = ask(proxy, b"GET /about/ HTTP/1.1\r\n" + STRANGER + b"\r\n")
            assert answer.startswith(b"HTTP/1.1 200")


@pytest.mark.attack("Large bodies of strangers fill the disk")
def test_large_body_is_refused_and_nothing_is_written(proxy, folder):
    for address, length in (("/accounts/login/", 250), ("/", 250), ("/admin/", 250)):
        answer = ask(
            proxy,
            f"POST {address} HTTP/1.1\r\nHost: testserver\r\n"
            f"Content-Length: {length * MEGABYTE}\r\n\r\n".encode(),
        )
        assert answer.startswith(b"HTTP/1.1 413")
        for header in (b"Content-Security-Policy: default-src 'none'", b"nosniff"):
            assert header in answer
        assert not list((folder / "client_body").rglob("*.*"))


@pytest.mark.attack("Large bodies of strangers fill the disk")
def test_large_files_wait_on_the_disk_for_few_only(proxy):
    sent = b"POST /admin/ HTTP/1.1\r\nHost: testserver\r\n"
    large = b"Content-Length: 20000000\r\n\r\n"
    with_cookie = sent + b"Cookie: sessionid=madeup\r\n" + large

    assert ask(proxy, sent + large).startswith(b"HTTP/1.1 413")
    chunked = sent + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n"
    assert ask(proxy, chunked).startswith(b"HTTP/1.1 411")
    with ExitStack() as stack:
        doors = [stack.enter_context(connect(proxy)) for _ in range(7)]
        for door in doors:
            door.sendall(with_cookie)
        turned_away = ask(proxy, with_cookie)
        assert turned_away.startswith(b"HTTP/1.1 429")
        small = sent + b"Content-Length: 0\r\nConnection: close\r\n\r\n"
        assert ask(proxy, small).startswith(b"HTTP/1.1 403")


def test_answers_of_the_registry_keep_their_own_headers_once(proxy):
    answer = ask(proxy, b"GET /about/ HTTP/1.1\r\n" + STRANGER + b"\r\n")

    for name in (b"Content-Security-Policy", b"X-Frame-Options", b"Referrer-Policy"):
        assert answer.count(name + b": ") == 1
    assert b"script-src 'self'" in answer


@pytest.mark.attack("SCRIPT_NAME puts one page in the place of another")
@pytest.mark.parametrize(
    "header",
    [
        b"X-Forwarded-Proto: https",
        b"X-Forwarded-Host: evil.example",
        b"SCRIPT_NAME: /about",
        b"Content-Type: a/b; charset=utf-16",
    ],
)
def test_what_a_client_says_of_itself_changes_no_page(proxy, header):
    start = b"GET /about/ HTTP/1.1\r\n" + STRANGER

    other, plain = (
        ask(proxy, start + more).partition(b"\r\n\r\n")[2]
        for more in (header + b"\r\n\r\n", b"\r\n")
    )

    assert other == plain
    assert b"https://testserver" not in plain


@pytest.mark.attack("A Host header leads readers away")
def test_plain_http_leads_to_the_registry_whatever_host_was_asked_for(proxy, folder):
    request = (
        b"GET /about/?q=1 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    )
    with connect(f"{folder}/plain.sock") as door, door.makefile("rb") as answer:
        door.sendall(request)
        head = answer.read().decode()

    assert head.startswith("HTTP/1.1 301 ")
    assert "Location: https://registry.example.org/about/?q=1\r\n" in head


def test_whole_configuration_is_valid_with_a_certificate(tmp_path):
    make_certificate(tmp_path, "registry.example.org")
    socket = f"unix:{tmp_path}/tls.sock"
    whole = configuration(tmp_path, "http://127.0.0.1:8000", tls_at=socket)

    done = subprocess.run(
        [*command(tmp_path, whole), "-t"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
