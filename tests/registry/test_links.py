import ipaddress
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from iscm_registry import links
from profiles.models import LinkCheck
from tests.factories import (
    make_draft,
    make_guiding_document,
    make_organisation,
    make_profile,
    make_source,
    publish,
)

ANSWERS = {"/": 200, "/gone": 404, "/broken": 500, "/secret": 403}
REDIRECTS = {
    "/moved": "/",
    "/loop": "/loop",
    "/to-a-file": "file:///etc/passwd",
    "/to-a-host-with-a-name": "http://somebody@127.0.0.1/",
    "/to-our-own": "http://[64:ff9b::7f00:1]/",
}


class Site(BaseHTTPRequestHandler):
    """A site with good, bad and stubborn pages. It notes what it was asked."""

    def do_HEAD(self):
        self.server.asked.append((self.command, self.path))
        if self.path == "/no-head":
            self.answer(405 if self.command == "HEAD" else 200)
        elif self.path == "/silent":
            self.server.released.wait(30)
        elif self.path == "/drip":
            self.drip()
        elif self.path in REDIRECTS:
            self.send_response(302)
            self.send_header("Location", REDIRECTS[self.path])
            self.end_headers()
        else:
            self.answer(ANSWERS.get(self.path, 404))

    do_GET = do_HEAD

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def drip(self):
        """Send a header without end, each piece soon enough for any socket."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.released.wait(0.05):
            try:
                self.wfile.write(b"x")
            except OSError:
                return

    def log_message(self, *arguments):
        pass


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked, server.released = [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        server.address = f"http://127.0.0.1:{server.server_port}"
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def site():
    with serving() as server:
        yield server


def ask(url, timeout=5):
    return links.ask(url, timeout=timeout, allow_private=True)


@pytest.mark.parametrize(
    ("path", "status", "is_answering"),
    [
        ("/", 200, True),
        ("/moved", 200, True),
        ("/no-head", 200, True),
        ("/secret", 403, True),
        ("/gone", 404, False),
        ("/broken", 500, False),
    ],
)
def test_an_address_answers_as_its_last_status_says(site, path, status, is_answering):
    answer = ask(site.address + path)

    assert (answer.status, answer.is_answering) == (status, is_answering)
    assert bool(answer.problem) is not is_answering


def test_a_page_is_fetched_only_when_the_short_question_fails(site):
    ask(site.address + "/")
    ask(site.address + "/no-head")

    assert site.asked == [("HEAD", "/"), ("HEAD", "/no-head"), ("GET", "/no-head")]


def test_redirects_without_end_are_given_up(site):
    answer = ask(site.address + "/loop")

    assert answer.problem == "It redirects too often."
    assert len(site.asked) == links.MOST_REDIRECTS + 1


def test_a_redirect_never_leads_out_of_the_web(site):
    assert "not a web address" in ask(site.address + "/to-a-file").problem
    assert "password" in ask(site.address + "/to-a-host-with-a-name").problem


@pytest.mark.attack("The link checker is sent into our own network")
def test_a_redirect_to_our_own_network_is_not_followed(site, monkeypatch):
    public = links.is_public
    # The site of this test stands for one outside.
    monkeypatch.setattr(links, "is_public", lambda a: a == "127.0.0.1" or public(a))
    monkeypatch.setattr(links, "_WEB_PORTS", {urlsplit(site.address).port, 80})

    answer = links.ask(site.address + "/to-our-own", timeout=5)

    assert "private network" in answer.problem
    assert ("HEAD", "/to-our-own") in site.asked


@pytest.mark.parametrize("path", ["/silent", "/drip"])
def test_a_server_that_keeps_us_waiting_is_left(site, path):
    answer = ask(site.address + path, timeout=0.3)

    assert answer.status is None
    assert answer.problem == "It did not answer in time."


def test_nobody_listening_is_no_answer_with_the_reason():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    answer = ask(f"http://127.0.0.1:{port}/")

    assert answer.status is None
    assert "refused" in answer.problem


def test_unknown_host_is_no_answer():
    assert "no host" in ask("https://no-such-host.invalid/").problem


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://１２７.０.０.１/",
        "http://[64:ff9b::8.8.8.8]/",
        "http://[2002:a00:1::]/",
        "http://[fec0::1]/",
    ],
)
def test_our_own_network_is_never_asked(url):
    assert "private network" in links.ask(url, timeout=5).problem


PRIVATE_IPV4 = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
TRANSITIONS = {
    "mapped": lambda ip: int(ip) | 0xFFFF << 32,
    "compatible": int,
    "translated": lambda ip: int(ip) | 0xFFFF << 48,
    "NAT64": lambda ip: at("64:ff9b::") | int(ip),
    "local NAT64": lambda ip: at("64:ff9b:1::") | int(ip),
    "6to4": lambda ip: at("2002::") | int(ip) << 80,
    "Teredo": lambda ip: at("2001::") | int(ip) ^ 0xFFFFFFFF,
    "Teredo's server": lambda ip: at("2001::") | int(ip) << 64,
    "ISATAP": lambda ip: at("2a00:1450::5efe:0:0") | int(ip),
    "global ISATAP": lambda ip: at("2a00:1450::200:5efe:0:0") | int(ip),
}


def at(address):
    return int(ipaddress.IPv6Address(address))


@pytest.mark.attack("The link checker is sent into our own network")
@given(private=st.one_of(*(st.ip_addresses(network=n) for n in PRIVATE_IPV4)))
def test_a_private_address_is_private_in_every_form(private):
    assert not links.is_public(str(private))
    for form in TRANSITIONS.values():
        assert not links.is_public(str(ipaddress.IPv6Address(form(private))))


@pytest.mark.attack("The link checker is sent into our own network")
@pytest.mark.parametrize("form", TRANSITIONS)
def test_an_address_that_stands_for_another_is_not_asked_even_if_that_is_public(form):
    dressed = TRANSITIONS[form](ipaddress.ip_address("93.184.216.34"))

    assert not links.is_public(str(ipaddress.IPv6Address(dressed)))


@given(
    st.ip_addresses(v=6).filter(lambda ip: ip not in ipaddress.ip_network("2000::/3"))
)
def test_only_what_is_given_out_to_hosts_is_public(ip):
    assert not links.is_public(str(ip))


@pytest.mark.parametrize(
    "address",
    [
        "fe80::1",
        "fe80::1%eth0",
        "2a00:1450:4001::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff0e::1",
        "100::1",
        "2001:2::1",
        "2001:20::1",
        "2001:db8::1",
        "3fff::1",
        "no address",
    ],
)
def test_what_is_local_or_of_a_protocol_is_not_public(address):
    assert not links.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2a00:1450:4001:80e::200e"])
def test_hosts_of_the_web_are_public(address):
    assert links.is_public(address)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://93.184.216.34:22/", "port other than"),
        ("https://93.184.216.34:0/", "port other than"),
        ("http://somebody:secret@93.184.216.34/", "name or a password"),
        ("http://somebody@93.184.216.34/", "name or a password"),
        ("ftp://93.184.216.34/", "not a web address"),
        ("http:///path", "not a web address"),
        ("http://a..b/", "No connection"),
        ("http://no-such-host.invalid./", "no host"),
    ],
)
def test_an_odd_address_is_not_asked_and_says_why(url, problem):
    assert problem in links.ask(url, timeout=5).problem


def test_our_own_network_is_not_reached_by_a_listening_server(site):
    links.ask(site.address + "/", timeout=5)

    assert site.asked == []


def test_an_address_with_accents_and_spaces_is_asked(site):
    assert ask(site.address + "/é t?q=ñ").status == 404
    assert ("HEAD", "/%C3%A9%20t?q=%C3%B1") in site.asked


# --- The command ---


def check(*arguments):
    call_command(
        "check_links", "--allow-private", "--pause=0", "--timeout=5", *arguments
    )


@pytest.mark.django_db
def test_every_address_that_staff_can_correct_is_checked(site, capsys):
    make_source(url=site.address + "/")
    make_organisation(website=site.address + "/gone")
    make_profile(website=site.address + "/moved")
    make_guiding_document(make_draft(), url=site.address + "/broken")
    old = make_profile(website=site.address + "/old")
    publish(make_draft(old.mechanism))

    check()

    found = dict(LinkCheck.objects.values_list("url", "is_answering"))
    assert found == {
        site.address + "/": True,
        site.address + "/gone": False,
        site.address + "/moved": True,
        site.address + "/broken": False,
    }
    assert "4 addresses were asked." in capsys.readouterr().out


@pytest.mark.django_db
def test_a_link_says_since_when_it_fails_until_it_answers_again(site):
    make_source(url=site.address + "/gone")
    check()
    first = LinkCheck.objects.get()
    check()
    second = LinkCheck.objects.get()
    assert second.failing_since == first.failing_since
    assert second.checked_at > first.checked_at
    assert second.problem == "It answered with the error 404 Not Found."

    ANSWERS["/gone"] = 200
    try:
        check()
    finally:
        ANSWERS["/gone"] = 404

    again = LinkCheck.objects.get()
    assert (again.is_answering, again.failing_since, again.problem) == (True, None, "")


@pytest.mark.django_db
def test_a_failing_link_keeps_its_record(site):
    source = make_source(url=site.address + "/gone")

    check()

    source.refresh_from_db()
    assert source.url == site.address + "/gone"


@pytest.mark.django_db
def test_a_limited_run_is_continued_by_the_next(site):
    for number in range(3):
        make_source(url=f"{site.address}/{number}")

    check("--limit=2")
    assert LinkCheck.objects.count() == 2
    check("--limit=2")

    assert LinkCheck.objects.count() == 3


@pytest.mark.django_db
def test_a_run_out_of_time_keeps_what_it_found_and_says_what_is_left(site, capsys):
    make_source(url=site.address + "/")
    with serving() as other:
        make_source(url=other.address + "/silent")
        make_source(url=other.address + "/left")
        check("--total=1.5")

    assert LinkCheck.objects.filter(url=site.address + "/", status=200).exists()
    assert not LinkCheck.objects.filter(url=other.address + "/left").exists()
    assert "next run begins with" in capsys.readouterr().out


@pytest.mark.django_db
def test_an_interrupted_run_keeps_what_it_found(site, monkeypatch, capsys):
    for number in range(3):
        make_source(url=f"{site.address}/{number}")
    written = []

    def write_down_and_stop(answer):
        if written:
            raise KeyboardInterrupt
        written.append(kept(answer))

    kept = links.write_down
    monkeypatch.setattr(links, "write_down", write_down_and_stop)
    check()

    assert LinkCheck.objects.count() == 1
    said = capsys.readouterr()
    assert "Stopped" in said.err
    assert "2 were not asked" in said.out


@pytest.mark.django_db
def test_one_host_is_asked_for_one_address_at_a_time(site):
    urls = [f"{site.address}/{number}" for number in range(4)]

    answers = links.ask_all(
        urls, timeout=5, workers=4, total=20, pause=0, allow_private=True
    )

    # In their order, which several at once would not keep.
    assert [answer.url for answer in answers] == urls
