"""What a stranger can send to gunicorn as it is configured, byte by byte.

The readers' pages must stay what they are whatever was sent before, and nothing may be
written to the disk for a stranger.
"""

import gzip
import re
import socket
from urllib.parse import urlsplit

import pytest

from tests.serving import environment_of, gunicorn, run_python, sqlite_in

FILL = """
from tests.factories import make_mechanism, make_profile
make_profile(make_mechanism(slug="bali"), name="Bali Process")
"""
ON_EVERY_ANSWER = [
    "Content-Security-Policy: ",
    "X-Content-Type-Options: nosniff",
    "X-Frame-Options: DENY",
    "Referrer-Policy: strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy: same-origin",
]
# Anybody has one. Without it, a form is refused before it is read.
TOKEN = f"Cookie: csrftoken={'a' * 32}"
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def server(folder, migrate):
    """A registry of its own, whose temporary files are in a folder of their own."""
    spool = folder / "spool"
    spool.mkdir()
    environment = environment_of(folder, TMPDIR=str(spool), **sqlite_in(folder))
    migrate(environment)
    run_python(environment, FILL)
    with gunicorn(environment) as address:
        yield urlsplit(address)


def send(server, start: str, *headers: str, body: bytes = b"") -> tuple[str, str]:
    """Send a request as it stands here; return head and body of the answer."""
    lines = [f"{start} HTTP/1.1", "Host: testserver", "Connection: close", *headers]
    with socket.create_connection((server.hostname, server.port), timeout=60) as door:
        door.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        answer = b"".join(iter(lambda: door.recv(65536), b""))
    head, _, page = answer.partition(b"\r\n\r\n")
    if b"Content-Encoding: gzip" in head:
        page = gzip.decompress(page)
    return head.decode("latin-1"), page.decode(errors="replace")


def status_of(head: str) -> int:
    return int(head.split(" ", 2)[1])


CONTENT_TYPES = [
    *(
        f"a/b; charset={name}"
        for name in ("utf-16", "cp037", "rot13", "zip", "idna", "utf-7", "punycode")
    ),
    *(f"a/b; charset*={name}''x" for name in ("BOGUS", "idna", "utf-16")),
]


@pytest.mark.attack("A header changes what a kept page says")
def test_no_charset_poisons_a_page_or_draws_a_bare_answer(server):
    for number, content_type in enumerate(CONTENT_TYPES):
        # The same question each time, at an address that nobody has asked for yet.
        address = "/search/?q=Bali+Process" + "+" * number
        for _ in range(8):
            head, _ = send(server, f"GET {address}", f"Content-Type: {content_type}")
            assert status_of(head) == 200, content_type
            assert all(header in head for header in ON_EVERY_ANSWER), content_type

        head, page = send(server, f"GET {address}")
        assert status_of(head) == 200
        assert 'href="/mechanisms/bali/"' in page, content_type


@pytest.mark.attack("A charset breaks an address")
def test_bodies_in_other_charsets_are_refused_with_all_headers(server):
    for content_type in CONTENT_TYPES:
        head, page = send(
            server,
            "POST /accounts/login/",
            f"Content-Type: {content_type}",
            "Content-Length: 3",
            body=b"a=b",
        )
        assert status_of(head) in (400, 415), content_type
        assert all(header in head for header in ON_EVERY_ANSWER), content_type
        assert "UTF-8" in page or "cannot be answered" in page


@pytest.mark.attack("SCRIPT_NAME puts one page in the place of another")
@pytest.mark.parametrize("name", ["SCRIPT_NAME", "Script_Name", "SCRIPT-NAME"])
def test_script_name_puts_no_page_in_the_place_of_another(server, name):
    address = f"/mechanisms/?q={name}"
    for _ in range(8):
        send(server, f"GET {address}", f"{name}: /mechanisms")
        send(server, f"GET {address}", f"{name}: /mechanisms", "PATH_INFO: /")

    head, page = send(server, f"GET {address}")

    assert status_of(head) == 200
    assert "<h1>Mechanisms" in re.sub(r"<h1[^>]*>\s*", "<h1>", page)
    assert "/mechanisms/mechanisms/" not in page


@pytest.mark.attack("A header changes what a kept page says")
@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-Proto: https",
        "X-Forwarded-Ssl: on",
        "X-Forwarded-Protocol: ssl",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Port: 666",
        "X-HTTP-Method-Override: POST",
        "X-Original-URL: /admin/",
        "Range: bytes=0-10",
        "Accept: application/json",
        "X_Forwarded_Proto: https",
    ],
)
def test_other_headers_change_no_page(server, header):
    address = f"GET /about/?q={header.partition(':')[0]}"
    _, other = send(server, address, header)
    head, page = send(server, address)

    assert page == other
    assert "evil.example" not in page
    assert "https://testserver" not in page
    assert status_of(head) in (200, 400)


def test_target_that_names_a_host_is_read_as_its_path(server):
    _, page = send(server, "GET http://evil.example/mechanisms/")
    assert "evil.example" not in page

    for target in ("//evil.example/", "//evil.example/..", "/%2F/evil.example"):
        head, page = send(server, f"GET {target}")
        assert status_of(head) == 404
        assert "Location" not in head


def send_until_closed(server, head: str, most: int) -> tuple[int, bytes]:
    """Send a body until nobody takes it any more; return how much and the answer."""
    sent = 0
    answer = b""
    with socket.create_connection((server.hostname, server.port), timeout=60) as door:
        door.sendall(head.encode())
        try:
            while sent < most:
                sent += door.send(b"a" * 65536)
        except ConnectionError:
            pass
        try:
            while piece := door.recv(65536):
                answer += piece
        except ConnectionError:
            pass
    return sent, answer


@pytest.mark.attack("Large bodies of strangers fill the disk")
def test_large_body_of_a_stranger_is_not_read_nor_written(server, folder):
    part = (
        "--x\r\nContent-Disposition: form-data; "
        'name="a"; filename="a"\r\nContent-Type: text/plain\r\n\r\n'
    )
    for address in ("/accounts/login/", "/missing/", "/"):
        sent, _ = send_until_closed(
            server,
            f"POST {address} HTTP/1.1\r\nHost: testserver\r\n{TOKEN}\r\n"
            f"Content-Length: {250 * MEGABYTE}\r\n"
            f"Content-Type: multipart/form-data; boundary=x\r\n\r\n{part}",
            250 * MEGABYTE,
        )
        # What the two sides' sockets hold, at most.
        assert sent < 25 * MEGABYTE
        assert not list((folder / "spool").iterdir())


def test_large_body_is_told_that_it_is_too_large(server):
    for length, said in ((70_000, "64 kB"), (250 * MEGABYTE, "25 MB")):
        head, page = send(
            server,
            "POST /accounts/login/",
            "Content-Type: multipart/form-data; boundary=x",
            f"Content-Length: {length}",
        )
        assert status_of(head) == 413
        assert said in page
        assert all(header in head for header in ON_EVERY_ANSWER)


@pytest.mark.attack("Large bodies of strangers fill the disk")
def test_body_without_a_length_is_refused(server):
    head, page = send(
        server,
        "POST /accounts/login/",
        "Transfer-Encoding: chunked",
        "Content-Type: application/x-www-form-urlencoded",
        body=b"3\r\na=b\r\n0\r\n\r\n",
    )

    assert status_of(head) == 411
    assert "Content-Length" in page
    assert all(header in head for header in ON_EVERY_ANSWER)


@pytest.mark.attack("A malformed form breaks an unknown address")
def test_malformed_body_is_the_senders_fault(server):
    for address in ("/missing/", "/accounts/login/", "/"):
        head, _ = send(
            server,
            f"POST {address}",
            TOKEN,
            "Content-Type: multipart/form-data",
            "Content-Length: 8",
            body=b"nonsense",
        )
        assert status_of(head) == 400
        assert all(header in head for header in ON_EVERY_ANSWER)
