"""What of a request reaches Django, on the WSGI application that servers call."""

import io
import logging
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.signals import request_started
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from iscm_registry.admission import admitted
from tests.factories import make_mechanism, make_profile
from tests.registry.nasty_requests import ON_EVERY_ANSWER
from tests.wsgi import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def _registry():
    make_profile(make_mechanism(slug="rcm"), name="Puebla Process", acronym="RCM")
    make_profile(make_mechanism(slug="bali"), name="Bali Process")


def drawn_anew(path, query="", **environ):
    """Ask for a page while nothing is kept, so that what comes was drawn for this."""
    caches["pages"].clear()
    return ask(path, query, **environ)


# --- A public page depends on nothing outside its key ---------------------------

CHARSETS = ["utf-16", "cp037", "utf-7", "rot13", "zip", "idna", "punycode", "\x00", ""]
CONTENT_TYPES = [
    *(f"a/b; charset={name}" for name in CHARSETS),
    *(f"application/x-www-form-urlencoded; charset={name}" for name in CHARSETS),
    "a/b; charset*=BOGUS''x",
    "a/b; charset*=utf-16''x",
    "a/b; charset*0=utf; charset*1=-16",
    "multipart/form-data; boundary=x; charset=utf-16",
    ";;;=;*=''",
    "a/b; charset",
]
# Header values as a server gives them: any byte but those that end a line.
values = st.text(
    st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=30
)
outside_the_key = st.dictionaries(
    st.one_of(
        st.sampled_from(
            [
                *("CONTENT_TYPE", "CONTENT_LENGTH", "SCRIPT_NAME", "SCRIPT_URL"),
                *("REDIRECT_URL", "RAW_URI", "REQUEST_URI", "REMOTE_ADDR"),
                *("REMOTE_USER", "REMOTE_PORT", "SERVER_SOFTWARE", "CSRF_COOKIE"),
                *("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE"),
                *("HTTP_REFERER", "HTTP_ORIGIN", "HTTP_USER_AGENT", "HTTP_RANGE"),
                *("HTTP_AUTHORIZATION", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT"),
                *("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_X_CSRFTOKEN"),
                *("HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"),
                *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PORT", "HTTP_HX_REQUEST"),
                *("HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_X_REQUESTED_WITH"),
                *("HTTP_X_ORIGINAL_URL", "HTTP_X_REWRITE_URL", "HTTP_X_REAL_IP"),
            ]
        ),
        st.from_regex(r"HTTP_[A-Z_]{1,12}", fullmatch=True).filter(
            lambda name: (
                name not in ("HTTP_HOST", "HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH")
            )
        ),
    ),
    st.one_of(
        values, st.sampled_from([*CONTENT_TYPES, "/search", "/search/", "https", "1"])
    ),
    max_size=6,
)


@pytest.mark.attack("A header changes what a kept page says")
@pytest.mark.usefixtures("_registry")
@settings(
    max_examples=60,
)
@given(
    page=st.sampled_from(
        [
            ("/search/", "q=Bali+Process"),
            ("/search/", "q=%FE%FF%00B"),
            ("/mechanisms/", "q=Puebla"),
            ("/", ""),
            ("/search", ""),
            ("/missing/", ""),
            ("/static/css/registry.css", ""),
        ]
    ),
    method=st.sampled_from(["GET", "HEAD"]),
    more=outside_the_key,
)
@example(("/search/", "q=Bali+Process"), "GET", {"CONTENT_TYPE": "a/b; charset=cp037"})
@example(("/search/", "q=Bali+Process"), "GET", {"SCRIPT_NAME": "/search"})
@example(("/", ""), "GET", {"HTTP_ACCEPT_LANGUAGE": "fr", "HTTP_COOKIE": "a=b"})
def test_two_requests_that_differ_outside_the_key_draw_the_same(page, method, more):
    plain = drawn_anew(*page, method=method)

    assert drawn_anew(*page, method=method, **more) == plain


@pytest.mark.usefixtures("_registry")
@pytest.mark.parametrize("host", ["TestServer", "testserver.", "TESTSERVER."])
def test_host_has_one_spelling(host):
    assert drawn_anew("/about/", HTTP_HOST=host) == drawn_anew("/about/")


@pytest.mark.attack("A header changes what a kept page says")
@pytest.mark.usefixtures("_registry")
def test_content_type_of_a_question_changes_no_page():
    for content_type in CONTENT_TYPES:
        poisoned = drawn_anew("/search/", "q=Bali+Process", CONTENT_TYPE=content_type)
        kept = ask("/search/", "q=Bali+Process")

        assert poisoned == kept, content_type
        assert poisoned[0] == 200, content_type
        assert b'href="/mechanisms/bali/"' in poisoned[2], content_type


@pytest.mark.attack("SCRIPT_NAME puts one page in the place of another")
@pytest.mark.usefixtures("_registry")
@pytest.mark.parametrize("name", ["SCRIPT_NAME", "SCRIPT_URL", "REDIRECT_URL"])
def test_no_header_puts_one_page_in_the_place_of_another(name):
    poisoned = ask("/", **{name: "/search"})
    _, _, home = ask("/")

    assert poisoned[2] == home
    assert b'href="/mechanisms/"' in home


def test_pages_of_addresses_that_only_look_alike_are_kept_apart():
    queries = ["q=bali", "q=bali\\", "q='bali", "q=bali%27", ""]

    tags = {ask("/mechanisms/", query)[1]["ETag"] for query in queries}

    assert len(tags) == len(queries)


def test_staff_pages_know_their_reader(admin_client):
    session = f"sessionid={admin_client.cookies['sessionid'].value}"

    assert ask("/admin/")[0] == 302
    status, headers, _ = ask("/admin/", HTTP_COOKIE=session)

    assert status == 200
    assert headers["Cache-Control"] == "private, no-store"


def test_address_of_a_reader_behind_a_proxy_is_known_only_there(settings):
    forwarded = {"HTTP_X_FORWARDED_FOR": "192.0.2.1", "HTTP_X_FORWARDED_PROTO": "https"}
    request = {"REQUEST_METHOD": "POST", "PATH_INFO": "/accounts/login/", **forwarded}

    assert not forwarded.keys() & admitted(request).keys()

    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert forwarded.items() <= admitted(request).items()
    of_a_page = admitted(request | {"REQUEST_METHOD": "GET", "PATH_INFO": "/"})
    assert "HTTP_X_FORWARDED_FOR" not in of_a_page


# --- Bodies ---------------------------------------------------------------------

LOGIN = "/accounts/login/"
FORM = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
PARTS = {"CONTENT_TYPE": "multipart/form-data; boundary=x"}


class NotRead(io.RawIOBase):
    """A body that must not be read."""

    def read(self, size=-1):
        raise AssertionError("The body was read.")

    readline = read


def refused(answer):
    """Give status and page of an answer that carries what all answers carry."""
    status, headers, page = answer
    for name, value in ON_EVERY_ANSWER.items():
        assert headers[name] == value
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]
    return status, page.decode()


@pytest.mark.attack("Large bodies of strangers fill the disk")
@pytest.mark.parametrize(
    ("status", "sent", "said"),
    [
        (415, {"CONTENT_TYPE": "a/b; charset=utf-16"}, "UTF-8"),
        (415, {"CONTENT_TYPE": "multipart/form-data; boundary=x; charset=zip"}, "UTF-"),
        (415, {"CONTENT_TYPE": "a/b; charset=\x00"}, "UTF-8"),
        (415, {"CONTENT_TYPE": "a/b; charset=utf-8-sig"}, "UTF-8"),
        (415, {"CONTENT_TYPE": 'a/b; charset="utf8'}, "UTF-8"),
        (415, {"CONTENT_TYPE": "a/b; charset=utf.8"}, "UTF-8"),
        (400, {"CONTENT_TYPE": "a/b; charset*=BOGUS''x"}, "cannot be answered"),
        (400, {"CONTENT_TYPE": "a/b; charset*=idna''x"}, "cannot be answered"),
        (411, {"HTTP_TRANSFER_ENCODING": "chunked"}, "how long it is"),
        (413, {**PARTS, "CONTENT_LENGTH": "262144000"}, "25 MB"),
        (413, {**FORM, "CONTENT_LENGTH": "65537"}, "64 kB"),
        (413, {"CONTENT_LENGTH": "9" * 40}, "25 MB"),
        (413, {"CONTENT_LENGTH": "9" * 5000}, "25 MB"),
        (400, {"CONTENT_LENGTH": "-1"}, "cannot be answered"),
        (400, {"CONTENT_LENGTH": "\xb2"}, "cannot be answered"),
    ],
)
@pytest.mark.parametrize("address", [LOGIN, "/missing/", "/", "/admin/logout/"])
def test_body_is_refused_before_it_is_read(address, status, sent, said):
    answer = ask(address, method="POST", **{"wsgi.input": NotRead(), **sent})

    got, page = refused(answer)

    assert got == status
    assert said in page


@pytest.mark.parametrize(
    "content_type",
    [
        *("", "text/plain; charset=UTF-8", 'a/b; charset="utf-8"', "a/b; x"),
        *(f'a/b; charset="{name}"' for name in ("utf8", "UTF8", "utf_8", "Utf-8")),
    ],
)
def test_body_in_utf_8_is_taken(content_type):
    status, _, page = ask(LOGIN, method="POST", body=b"x", CONTENT_TYPE=content_type)

    # As far as the check of the token.
    assert status == 403
    assert b"form" in page


@pytest.mark.parametrize("charset", ["utf8", '"utf8"', "UTF_8", "UTF-8"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", "login=Zoë"),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=login\r\n\r\nZoë\r\n--x--\r\n",
        ),
    ],
)
def test_form_is_read_whatever_it_calls_utf_8(client, kind, charset, body):
    client.get(LOGIN)
    token = client.cookies["csrftoken"].value

    status, _, page = ask(
        LOGIN,
        method="POST",
        body=body.encode(),
        CONTENT_TYPE=f"{kind}; charset={charset}",
        HTTP_COOKIE=f"csrftoken={token}",
        HTTP_X_CSRFTOKEN=token,
    )

    assert status == 200
    assert 'value="Zoë"' in page.decode()


def test_cookie_of_nobody_does_not_let_a_large_body_in(client):
    client.get(LOGIN)
    cookies = "; ".join(f"{name}={c.value}" for name, c in client.cookies.items())
    sent = {**PARTS, "CONTENT_LENGTH": "65537", "wsgi.input": NotRead()}

    for cookie in (cookies, f"{cookies}; sessionid={'x' * 32}", "sessionid=; a"):
        answer = ask(LOGIN, method="POST", HTTP_COOKIE=cookie, **sent)
        assert refused(answer)[0] == 413


def test_long_form_whose_session_has_ended_comes_back(admin_client):
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    words = b"note=" + b"w" * 70_000
    status, _, page = ask(
        "/admin/profiles/theme/add/",
        method="POST",
        body=words,
        HTTP_COOKIE=f"sessionid={admin_client.cookies['sessionid'].value}",
        HTTP_ORIGIN="http://testserver",
        **FORM,
    )

    assert status == 403
    assert b"w" * 70_000 in page


def test_who_is_signed_in_sends_large_files(admin_client, settings):
    session = f"sessionid={admin_client.cookies['sessionid'].value}"
    part = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    file = part % (b"file", b'; filename="a.csv"', b"a" * 3_000_000)
    texts = part % (b"text", b"", b"a" * 3_000_000)

    def send(body):
        body += b"--x--\r\n"
        return ask("/missing/", method="POST", body=body, HTTP_COOKIE=session, **PARTS)

    # Taken, looked at, and told that there is nothing at that address.
    assert send(file)[0] == 404
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
    assert refused(send(texts))[0] == 413


NOT_BASE64 = (
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--\r\n"
)
MALFORMED = [
    (b"nonsense", PARTS),
    (b"", {"CONTENT_TYPE": "multipart/form-data", "CONTENT_LENGTH": "0"}),
    (b"x", {"CONTENT_TYPE": "multipart/form-data"}),
    (b"x", {"CONTENT_TYPE": "multipart/form-data; boundary=\xff\xfe"}),
    (b"x", {"CONTENT_TYPE": "multipart/form-data; boundary=" + "b" * 300}),
    (NOT_BASE64, PARTS),
    (b'--x\r\nContent-Disposition: form-data; name="a"\r\n' * 300, PARTS),
    (b"&".join(b"a=b" for _ in range(20_001)), FORM),
]


@pytest.mark.attack("A malformed form breaks an unknown address")
@pytest.mark.parametrize("address", [LOGIN, "/missing/", "/", "/admin/", "/fr/x/"])
def test_malformed_body_is_the_senders_fault_at_every_address(address, caplog):
    for body, content_type in MALFORMED:
        status, _, _ = ask(address, method="POST", body=body, **content_type)
        assert 400 <= status < 500, body[:80]
    assert "Traceback" not in caplog.text


@settings(
    max_examples=150,
)
@given(
    address=st.sampled_from([LOGIN, "/missing/", "/", "/admin/", "//", "/\xff"]),
    method=st.sampled_from(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"]),
    content_type=st.one_of(
        st.sampled_from([*FORM.values(), *PARTS.values(), *CONTENT_TYPES]), values
    ),
    pieces=st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from(
                [
                    b"--x\r\n",
                    b"--x--\r\n",
                    b"\r\n",
                    b"Content-Disposition: form-data; name=a\r\n",
                    b'Content-Disposition: form-data; name="a"; filename="../b"\r\n',
                    b"Content-Disposition: form-data; name*=BOGUS''a\r\n",
                    b"Content-Type: text/plain; charset=zip\r\n",
                    b"Content-Transfer-Encoding: base64\r\n",
                    b"a=%FF&",
                ]
            ),
        ),
        max_size=8,
    ),
)
def test_no_body_breaks_an_address(address, method, content_type, pieces):
    status, headers, _ = ask(
        address, method=method, body=b"".join(pieces), CONTENT_TYPE=content_type
    )

    assert status < 500
    assert ON_EVERY_ANSWER.items() <= headers.items()


# --- What goes wrong before Django can answer, and hosts --------------------------


@pytest.fixture
def console():
    """What the log shows, as settings.LOGGING says it is written."""
    (handler,) = (h for h in logging.root.handlers if h.get_name() == "console")
    shown = handler.stream
    handler.stream = io.StringIO()
    yield handler.stream
    handler.stream = shown


def test_fault_outside_of_django_is_answered_with_all_headers(caplog):
    def broken(environ, **kwargs):
        if environ["PATH_INFO"] == "/about/":
            raise RuntimeError("broken")

    request_started.connect(broken)
    try:
        status, page = refused(ask("/about/"))
    finally:
        request_started.disconnect(broken)

    assert status == 500
    assert "Something went wrong on our side" in page
    assert [record.exc_info is not None for record in caplog.records].count(True) == 1


@pytest.mark.attack("A refused Host fills the log")
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "testserver@evil.example",
        "user@testserver",
        "testserver:",
        "testserver:8443",
        "testserver:443",
        "testserver:99999",
        "testserver:080",
        "testserver:80:80",
        "testserver,evil.example",
        "",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_refused_host_is_one_line_in_the_log(host, method, console):
    status, _ = refused(ask("/", method=method, HTTP_HOST=host))

    assert status == 400
    (line,) = console.getvalue().splitlines()
    assert line.startswith("WARNING django.security.DisallowedHost: Invalid HTTP_HOST")


def test_host_is_taken_with_a_port_that_readers_use(settings):
    ask_at = {"SERVER_PORT": "8000"}

    assert ask(HTTP_HOST="testserver:80")[0] == 200
    assert ask(HTTP_HOST="testserver:8000", **ask_at)[0] == 200
    # Over a Unix socket, gunicorn says of the port what the Host header says.
    assert ask(HTTP_HOST="testserver:8000", REMOTE_ADDR="", **ask_at)[0] == 400

    settings.ALLOWED_PORTS = ["8443"]
    assert ask(HTTP_HOST="testserver:8443")[0] == 200

    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    by_the_proxy = {"HTTP_X_FORWARDED_PROTO": "https", **ask_at}
    assert ask(HTTP_HOST="testserver:443", **by_the_proxy)[0] == 200
    assert ask(HTTP_HOST="testserver:8000", **by_the_proxy)[0] == 400
