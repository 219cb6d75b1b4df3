"""Requests as nobody would send them, and what their answers must be."""

import logging
import os
import re
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlencode

from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st

from tests.registry.all_addresses import filled
from tests.registry.marked_registry import SECRET
from tests.registry.nasty_requests import NASTY, ON_EVERY_ANSWER
from tests.registry.sent_requests import Answer, Request, send

WILD = int(os.environ.get("FUZZED_REQUESTS", "0"))
"""How many requests to send that were not sent before; 0 for the same each time."""

CSRF = "c" * 32

METHODS = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW"]

CHARSETS = [
    *("utf-8", "utf-16", "utf-7", "utf-32", "cp037", "latin-1", "ascii", "big5"),
    *("rot13", "zip", "bz2", "hex", "base64", "uu", "idna", "punycode", "undefined"),
    *("unicode_escape", "raw_unicode_escape", "mbcs", "nonsense", "", '"', "é"),
    "x" * 3000,
]

MEDIA_TYPES = [
    *("a/b", "text/html", "text/plain", "application/json", "application/xml"),
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=edge",
    "",
]

CONTENT_TYPES = [
    *(f"{kind}; charset={charset}" for kind in MEDIA_TYPES for charset in CHARSETS),
    *MEDIA_TYPES,
    *(
        f"{kind}; {parameter}"
        for kind in ("a/b", "application/x-www-form-urlencoded")
        for parameter in (
            *("charset*=BOGUS''x", "charset*=utf-8''%FF", "charset*=''", "charset*0=u"),
            *("charset*=utf-16''utf-16", 'charset="utf-8', "charset", ";;;=;="),
        )
    ),
    *(f"multipart/form-data{rest}" for rest in ("", "; boundary=", "; boundary=é")),
    "multipart/form-data; boundary*=rot13''edge",
    f"multipart/form-data; boundary={'b' * 300}",
    "multipart/form-data; boundary=edge; charset=zip",
    "/",
    ";" * 500,
]

ODD = ["", " ", "é", "*", ",", ",,,,;;;;====", '"', '"unclosed', "\x01", "x" * 5000]

HEADERS = {
    "Content-Type": CONTENT_TYPES,
    "Content-Length": ["abc", "-1", "1e9", "99999999999", "0", "3", "", "1, 1"],
    "Content-Encoding": ["gzip", "br", "identity"],
    "Accept-Encoding": [
        *(
            "br",
            "gzip",
            "*",
            "*;q=0",
            "identity;q=0, *;q=0",
            "gzip;q=abc",
            "br;q=1e999",
        ),
        "br;q=0.0000, gzip",
    ],
    "Accept-Language": ["fr", "xx-" * 300, "*;q=x", "zh-Hant-TW-x-y-z", "en;q=9999999"],
    "Accept": ["application/json", "image/*", "*/*;q=x"],
    "Host": [
        *("testserver:80", "testserver:99999", "testserver:", "testserver:é", "[::1"),
        *("evil.example", "a b", "localhost.", "user@testserver", "testserver/x"),
        "t" * 300,
    ],
    "Cookie": [
        *("sessionid=x", "csrftoken=é", 'a="b', ";;;", "messages=W1tdXQ", "messages=é"),
        *("django_language=xx", "sessionid=" + "s" * 5000, "=", 'sessionid="\\377"'),
    ],
    "If-None-Match": ["*", 'W/"', '"' * 50, f'W/"{"0" * 32}"', "W/" * 200],
    "If-Match": ["*", '"x"'],
    "If-Modified-Since": ["garbage", "Thu, 01 Jan 99999999 00:00:00 GMT", "0", "-1"],
    "If-Unmodified-Since": ["Thu, 01 Jan 1970 00:00:00 GMT", "garbage"],
    "Range": ["bytes=0-0", "bytes=5-1", "bytes=-1", "bytes=9999999999999-", "é=1"],
    "SCRIPT_NAME": ["/evil", "//evil.example", "/", "é", "/about", "/admin", ".."],
    "X-Script-Name": ["/evil"],
    "X-Forwarded-Host": ["evil.example", "a b"],
    "X-Forwarded-Proto": ["https", "ftp"],
    "X-Forwarded-Port": ["443", "x"],
    "X-Forwarded-For": ["1.2.3.4, ::::", "not an address", "1.2.3.4:99999", "::1%eth0"],
    "Forwarded": ["for=_x;host=evil.example"],
    "X-Real-IP": ["x"],
    "X-Original-URL": ["/admin/"],
    "X-HTTP-Method-Override": ["DELETE", "POST"],
    "X-Requested-With": ["XMLHttpRequest"],
    "X-CSRFToken": ["x", "é", "c" * 64, CSRF],
    "HX-Request": ["true"],
    "HX-Current-URL": ["http://[", "http://evil.example/"],
    "HX-History-Restore-Request": ["true"],
    "Referer": ["http://[", "https://evil.example/", "null"],
    "Origin": ["null", "https://evil.example", "http://["],
    "Authorization": ["Basic \xff", "Bearer x", "Basic " + "A" * 300],
    "Expect": ["100-continue"],
    "Upgrade": ["websocket"],
    "User-Agent": ["\xff", "x" * 5000],
    "Transfer-Encoding": ["gzip, chunked"],
}

WRONG_PARTS = [
    *("0", "-1", "007", "1.5", "9" * 30, str(2**31), str(2**63), "٣", "१", "x", "add"),
    *("%00", "a%00b", "%FF", "%ED%A0%BD", "%", "%zz", "%0A", "%0D%0AX:%20y", "%25%30"),
    *("..", "%2e%2e", "%2F", "..%2f..%2fetc%2fpasswd", "%5C", "_5F", "_", "_2F", "_ZZ"),
    *("é", "%C3%A9", "%F0%9F%98%80", "%E2%80%AE", "'", "%22", "(", "{{7}}", "x" * 3000),
]

OTHER_ADDRESSES = [
    *(
        "",
        "*",
        "//",
        "//evil.example/",
        "/%2Fevil.example/",
        "/%5Cevil.example",
        "/%00",
    ),
    *("/fr/", "/xx/", "/en/", "/static/", "/static/../manage.py", "/static/%2e%2e/x"),
    *(
        "/static/css/registry.css",
        "/static/" + "x" * 3000,
        "/static/%00",
        "/static/%FF",
    ),
    *("/.git/config", "/wp-login.php", "/admin", "/healthz", "/" + "a/" * 1500),
    *("/%ED%A0%BD/", "/about%2F", "/about/%20", "/ABOUT/", "/é/", "/static/%FF"),
]

QUERIES = [
    *("page=%FF%FE", "q=%ED%A0%BD", "%FF=%FF", "a&" * 900, "q=%", "=", "&&&", "q[]=1"),
    *("q=é", "q=\xff\xfe", "q=%00", "page=" + "9" * 5000, "a=1&" * 2000, "é=é"),
    *("id__in=x", "id__exact=x", "pk__regex=(", "profile__name__regex=(", "e=1"),
    *(
        "_popup=1&_to_field=id",
        "_to_field=password",
        "o=99.-99.x",
        "p=-1",
        "p=" + "9" * 30,
    ),
    *(
        "all=",
        "_changelist_filters=%FF",
        "next=//evil.example/",
        "next=%00",
        "q=" + "a " * 600,
    ),
    *(
        "user__password__startswith=p",
        "q=a%22b%27c",
        "date__year=99999",
        "is_staff__exact=x",
    ),
]

TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=30),
    st.integers().map(str),
    st.sampled_from(
        ["1", "on", "", "2019", "2019-02-30", "9999999999", "nan", "1e400"]
    ),
)

FIELDS = [
    *("q", "page", "per_page", "sort", "login", "password", "code", "next", "action"),
    *("_selected_action", "index", "_save", "version", "file", "round", "credential"),
    *("fingerprint", "states", "slug", "name", "csrfmiddlewaretoken", "_popup", "post"),
    *("mechanism", "edition", "fact", "state", "partner", "theme", "homepage"),
    *("wrong", "right", "evidence", "email", "outcome", "summary", "reason"),
    *("form-TOTAL_FORMS", "form-INITIAL_FORMS", "form-0-id", "organs-TOTAL_FORMS"),
]


def _part(name: str, value: str, *, more: str = "") -> bytes:
    lines = f'--edge\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return (lines + value).encode("utf-8", errors="replace") + b"\r\n"


MULTIPARTS = [
    b"--edge--\r\n",
    b"--edge",
    b"--edge\r\n\r\nno headers\r\n--edge--\r\n",
    b"--edge\r\nContent-Disposition: form-data; name=\xff\r\n\r\nx\r\n--edge--\r\n",
    b"--edge\r\nContent-Disposition: form-data; name*=rot13''x\r\n\r\nx\r\n--edge--",
    b"--edge\r\n" + b"X: y\r\n" * 3000 + b"\r\nx\r\n--edge--\r\n",
    b'--edge\r\nContent-Disposition: form-data; name="a"\r\n%b\r\n\r\n!\r\n--edge--\r\n'
    % b"Content-Transfer-Encoding: base64",
    b"".join(_part(f"n{n}", "") for n in range(1500)) + b"--edge--\r\n",
    *(
        _part("file", "content", more=f'; filename="{name}"') + b"--edge--\r\n"
        for name in ("a.xlsx", "../../x.csv", "\0", "é" * 300, "", ".", "x.docx")
    ),
    b"".join(_part("file", "", more=f'; filename="{n}"') for n in range(150))
    + b"--edge--\r\n",
]

BODIES = [
    b"",
    b"\0" * 100,
    b"{",
    b'{"a": ' * 2000,
    b"\xff\xfe",
    b"a=%FF&b=%ED%A0%BD&c=%",
    b"a=1&" * 3000,
    b"=" * 5000,
    *MULTIPARTS,
]


@st.composite
def addresses(draw, filled_in):
    """Return an address that there is, or one that looks a little like it."""
    if draw(st.integers(0, 7)) == 0:
        return draw(st.sampled_from(OTHER_ADDRESSES))
    pattern = draw(st.sampled_from(sorted(filled_in)))
    values = [
        draw(st.sampled_from([*good * 4, *WRONG_PARTS])) for good in filled_in[pattern]
    ]
    return filled(pattern, values).encode("utf-8").decode("latin-1")


def on_the_line(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, errors="replace")


FORMS = st.lists(st.tuples(st.sampled_from(FIELDS), TEXTS), max_size=8)


@st.composite
def queries(draw):
    if draw(st.booleans()):
        return ""
    if draw(st.booleans()):
        return draw(st.sampled_from(QUERIES)).encode("utf-8").decode("latin-1")
    return on_the_line(draw(FORMS))


@st.composite
def bodies(draw):
    """Return a body and the `Content-Type` that it would honestly have."""
    kind = draw(st.sampled_from(["none", "form", "multipart", "odd", "bytes"]))
    if kind == "form":
        form = on_the_line(draw(FORMS)).encode()
        return form, "application/x-www-form-urlencoded"
    if kind == "multipart":
        parts = [_part(name, value) for name, value in draw(FORMS)]
        return b"".join([*parts, b"--edge--\r\n"]), "multipart/form-data; boundary=edge"
    if kind == "odd":
        return draw(st.sampled_from(BODIES)), draw(st.sampled_from(MEDIA_TYPES))
    if kind == "bytes":
        return draw(st.binary(max_size=60)), draw(st.sampled_from(MEDIA_TYPES))
    return b"", ""


@st.composite
def requests(draw, filled_in):
    body, content_type = draw(bodies())
    headers = {"Content-Type": content_type} if content_type else {}
    for name in draw(st.lists(st.sampled_from(sorted(HEADERS)), max_size=4)):
        value = draw(st.sampled_from([*HEADERS[name], *ODD]))
        headers[name] = value.encode("utf-8").decode("latin-1")
    # Mostly what leads on: half of it reads, and more than a third writes.
    method = draw(st.sampled_from([*["GET"] * 8, *["POST"] * 8, *METHODS]))
    path, query = draw(addresses(filled_in)), draw(queries())
    return Request(path, method, query, headers, body)


class Failures(logging.Handler):
    """Keeps what is logged as an error with a traceback: what nobody thought of."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record):
        if record.exc_info:
            self.said.append(logging.Formatter().format(record))


@contextmanager
def failures_logged():
    handler = Failures()
    logging.getLogger().addHandler(handler)
    try:
        yield handler.said
    finally:
        logging.getLogger().removeHandler(handler)


def is_static(request: Request) -> bool:
    return request.path.startswith("/static/")


def assert_well(request: Request, answer: Answer, logged: list[str]) -> None:
    assert answer.status < 500, "\n".join(logged) or answer.text[:500]
    assert not logged, "\n".join(logged)
    for name, value in answer.headers.items():
        # As gunicorn asks, which answers with a bare 500 where they are not.
        assert re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name), name
        assert re.fullmatch(r"[ \t\x21-\x7e\x80-\xff]*", value), name
    for name, value in ON_EVERY_ANSWER.items():
        assert answer.header(name) == value, name
    policy = answer.header("Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    kept = answer.header("Cache-Control")
    if not is_static(request):
        assert kept == "private, no-store" or (
            kept.startswith("public, ") and answer.status in (200, 304)
        ), kept
    if kept.startswith("public, "):
        assert not answer.header("Set-Cookie")
    assert "Traceback (most recent call last)" not in answer.text
    assert "evil.example" not in answer.header("Location").partition("?")[0]


def assert_tells_no_secret(answer: Answer) -> None:
    assert SECRET not in answer.text.lower()


def sent_by(request: Request, cookies: str) -> Request:
    """Let somebody send it, with the token that lets a form through."""
    if not cookies:
        return request
    theirs = {"Cookie": f"{request.headers.get('Cookie', '')}; {cookies}"}
    return replace(request, headers={"X-CSRFToken": CSRF, **request.headers, **theirs})


def answer_to(request: Request) -> Answer:
    """Ask, look at the answer, and undo what the request has changed."""
    with failures_logged() as logged, transaction.atomic():
        answer = send(request)
        transaction.set_rollback(True)
    assert_well(request, answer, logged)
    return answer


def bounded(number: int):
    return settings(max_examples=WILD or number, derandomize=not WILD, database=None)
