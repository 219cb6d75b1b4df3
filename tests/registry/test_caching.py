"""Conditional requests and the page cache, on pages of the tests' own."""

import gzip
from datetime import date
from itertools import count

import brotli
import pytest
from django.conf.urls.i18n import i18n_patterns
from django.core.cache import caches
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path
from django.utils.cache import patch_cache_control

from iscm_registry import caching, revision
from iscm_registry.urls import urlpatterns as registry_patterns
from profiles.models import Profile
from tests.factories import make_draft, make_profile, publish

drawn = count(1)
while_drawing = []


def names(request):
    """A page that shows the public names, and how many pages were drawn."""
    found = [p.name for p in Profile.objects.published().order_by("name")]
    for step in while_drawing:
        step()
    return HttpResponse(
        f"<p>draw {next(drawn)}</p>{' '.join(found)}<p>{'x' * 1000}</p>"
    )


names.parameters = ("page", "q")


def personal(request):
    request.session["seen"] = True
    return HttpResponse("personal")


def cookie(request):
    response = HttpResponse("with a cookie")
    response.set_cookie("seen", "1")
    return response


def asks_for_the_user(request):
    return HttpResponse(f"user: {request.user}, cookies: {dict(request.COOKIES)}")


def nothing_for_head(request):
    return HttpResponse("" if request.method == "HEAD" else "the page")


def speaks(request):
    wish = request.headers.get("Accept-Language", "")
    return HttpResponse(f"{request.LANGUAGE_CODE} {request.get_host()} {wish}".strip())


def said_otherwise(request):
    response = HttpResponse("not for keeping")
    patch_cache_control(response, no_store=True)
    return response


pages = i18n_patterns(
    path("names/", names),
    path("personal/", personal),
    path("cookie/", cookie),
    path("user/", asks_for_the_user),
    path("speaks/", speaks),
    path("head/", nothing_for_head),
    path("otherwise/", said_otherwise),
    path("moved/", lambda request: HttpResponseRedirect("/names/")),
    path("bad/", lambda request: HttpResponse("bad", status=400)),
    path("broken/", lambda request: HttpResponse("broken", status=500)),
    path("stream/", lambda request: StreamingHttpResponse([b"a"])),
    path("admin/names/", names),
    path("administration/", names),
    prefix_default_language=False,
)
# The page that says that there is none names others.
urlpatterns = pages + registry_patterns

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def _nothing_happens_while_drawing():
    yield
    while_drawing.clear()


def test_page_drawn_once_is_not_drawn_again(client, django_assert_num_queries):
    make_profile(name="Puebla Process")
    first = client.get("/names/")

    with django_assert_num_queries(1):  # the revision
        second = client.get("/names/")

    assert "Puebla Process" in first.text
    assert second.content == first.content
    assert second.headers == first.headers
    assert second.headers["Content-Type"] == "text/html; charset=utf-8"


def test_browser_that_holds_the_page_gets_304_for_one_query(
    client, django_assert_num_queries
):
    page = client.get("/names/")
    caches["pages"].clear()

    with django_assert_num_queries(1):  # the revision
        again = client.get("/names/", headers={"If-None-Match": page.headers["ETag"]})

    assert again.status_code == 304
    assert again.content == b""
    for header in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[header] == page.headers[header]


@pytest.mark.parametrize("before", ['"other", ', 'W/"other",'])
def test_tag_is_found_among_others_and_whether_weak_or_strong(client, before):
    tag = client.get("/names/").headers["ETag"]

    for held in (before + tag, before + tag.removeprefix("W/")):
        again = client.get("/names/", headers={"If-None-Match": held})
        assert again.status_code == 304


@pytest.mark.parametrize("held", ["*", '"other"', 'W/"', "nonsense", ""])
def test_other_tag_gets_the_page(client, held):
    client.get("/names/")

    assert client.get("/names/", headers={"If-None-Match": held}).status_code == 200


def test_publishing_and_withdrawing_show_at_the_next_request(client):
    draft = make_draft(name="Puebla Process")
    before = client.get("/names/")
    assert "Puebla" not in before.text

    publish(draft)
    after = client.get("/names/", headers={"If-None-Match": before.headers["ETag"]})

    assert after.status_code == 200
    assert "Puebla Process" in after.text
    assert after.headers["ETag"] != before.headers["ETag"]


def test_page_drawn_while_something_is_published_is_not_kept(client):
    draft = make_draft(name="Puebla Process")
    while_drawing.append(lambda: publish(draft))

    mixed = client.get("/names/")
    while_drawing.clear()
    after = client.get("/names/")

    assert "Puebla" not in mixed.text
    assert mixed.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in mixed.headers
    assert "Puebla Process" in after.text


def test_old_page_is_kept_under_no_number(client, monkeypatch):
    old = revision.current()
    while_drawing.append(revision.advance)
    mixed = client.get("/names/")
    while_drawing.clear()

    # Even a process that still sees the old number draws its own.
    monkeypatch.setattr(revision, "current", lambda: old)

    assert client.get("/names/").content != mixed.content


def test_a_new_day_a_new_page(client, monkeypatch):
    today = client.get("/names/")
    monkeypatch.setattr(caching.timezone, "localdate", lambda: date(2100, 1, 1))

    tomorrow = client.get("/names/")

    assert tomorrow.headers["ETag"] != today.headers["ETag"]


def test_new_code_draws_new_pages(client, monkeypatch):
    old = client.get("/names/")
    monkeypatch.setattr(caching, "code_version", lambda: "next release")

    assert client.get("/names/").headers["ETag"] != old.headers["ETag"]


def test_code_version_knows_templates_and_code_and_stays_the_same(settings, tmp_path):
    version = caching.code_version.__wrapped__
    assert version() == version()

    templates = tmp_path / "templates"
    templates.mkdir()
    settings.BASE_DIR = tmp_path
    before = version()
    (templates / "new.html").write_text("text")
    between = version()
    (templates / "new.html").write_text("another text")

    assert len({before, between, version()}) == 3


@pytest.mark.parametrize(
    "other", ["/names/?page=2", "/fr/names/", "/administration/", "/names/?"]
)
def test_each_address_is_a_page_of_its_own(client, settings, other):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    first = client.get("/names/")

    second = client.get(other)

    assert second.status_code == 200
    same = other == "/names/?"
    assert (second.content == first.content) == same
    assert (second.headers["ETag"] == first.headers["ETag"]) == same


def test_each_host_and_scheme_is_a_page_of_its_own(client, settings):
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    answers = [
        client.get("/speaks/", headers={"Host": "one.example"}),
        client.get("/speaks/", headers={"Host": "two.example"}),
        client.get("/speaks/", headers={"Host": "one.example"}, secure=True),
    ]

    assert [answer.text for answer in answers] == [
        "en one.example",
        "en two.example",
        "en one.example",
    ]
    assert len({answer.headers["ETag"] for answer in answers}) == 3


def test_head_is_answered_like_get_without_the_page(client, django_assert_num_queries):
    drawn_for_head = client.head("/names/")
    page = client.get("/names/")

    with django_assert_num_queries(1):
        head = client.head("/names/")

    assert drawn_for_head.content == head.content == b""
    assert head.headers == page.headers
    assert head.headers["Content-Length"] == str(len(page.content))
    held = {"If-None-Match": page.headers["ETag"]}
    assert client.head("/names/", headers=held).status_code == 304


def test_empty_answer_to_head_is_not_kept_for_get(client):
    client.head("/head/")

    assert client.get("/head/").text == "the page"


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("BR;q=0.5, gzip", "br"),
        ("gzip;q=1.0, identity", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("br;q=0.0, *", "gzip"),
        ("deflate", None),
        ("", None),
        (";;,q=,=", None),
    ],
)
def test_page_is_compressed_as_the_browser_takes_it(client, accepts, coding):
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    plain = client.get("/names/")

    for _ in ("drawn", "kept"):
        page = client.get("/names/", headers={"Accept-Encoding": accepts})
        assert page.headers.get("Content-Encoding") == coding
        assert page.headers["Content-Length"] == str(len(page.content))
        assert page.headers["Vary"] == "Accept-Encoding"
        assert page.headers["ETag"] == plain.headers["ETag"]
        assert decode(page.content).startswith(b"<p>draw")
        assert decode(page.content).endswith(b"<p>" + b"x" * 1000 + b"</p>")


@pytest.mark.attack("Addresses that nobody asked before fill the memory")
def test_page_is_kept_compressed_and_once_in_each_coding_that_is_asked_for(client):
    def held_after(coding):
        for ask in (client.get, client.head, client.get):
            page = ask("/names/", headers={"Accept-Encoding": coding})
            assert page.status_code == 200
        return caches["pages"].held

    client.get("/names/", headers={"Accept-Encoding": "br"})
    in_brotli = caches["pages"].held
    assert 0 < in_brotli < 2000  # the headers are the most of it

    assert held_after("br") == in_brotli
    with_gzip = held_after("gzip")
    assert in_brotli < with_gzip < 2.2 * in_brotli
    assert held_after("gzip") == held_after("br") == with_gzip


def test_addresses_that_nobody_asks_again_push_out_nothing_that_is_read(
    client, settings, django_assert_num_queries
):
    settings.CACHES = {
        **settings.CACHES,
        "pages": {
            "BACKEND": "iscm_registry.page_memory.PageMemory",
            "LOCATION": "few pages",
            "OPTIONS": {"MAX_BYTES": 20_000},
        },
    }
    linked, asked_twice = "/names/", "/names/?q=labour"
    for address in (linked, asked_twice, asked_twice):
        client.get(address)

    for n in range(40):
        client.get(f"/names/?q=nonsense{n}")

    for address in (linked, asked_twice):
        with django_assert_num_queries(1):  # the revision
            client.get(address)
    caches["pages"].clear()


def test_small_answers_are_not_compressed(client):
    page = client.get("/speaks/", headers={"Accept-Encoding": "br"})

    assert page.text == "en testserver"
    assert "Content-Encoding" not in page.headers


def test_browser_asks_again_and_a_proxy_may_help_for_a_moment(client, settings):
    settings.STALE_PAGES_FOR = 900
    directives = client.get("/names/").headers["Cache-Control"].split(", ")

    assert "public" in directives
    assert "max-age=0" in directives
    assert "s-maxage=60" in directives
    assert any(d.startswith("stale-while-revalidate=") for d in directives)
    assert "stale-if-error=900" in directives
    # It would forbid the two.
    assert "must-revalidate" not in directives


@pytest.mark.parametrize(
    "address",
    [
        "/personal/",
        "/cookie/",
        "/otherwise/",
        "/moved/",
        "/bad/",
        "/broken/",
        "/stream/",
        "/missing/",
        "/names",
    ],
)
def test_what_is_not_a_page_for_everybody_is_kept_by_nobody(client, address):
    response = client.get(address)

    assert "no-store" in response.headers["Cache-Control"]
    assert "ETag" not in response.headers
    assert not caches["pages"].held


def test_public_page_knows_no_reader(admin_client, client):
    admin_client.cookies["django_language"] = "fr"

    page = admin_client.get("/user/")

    assert page.text == "user: AnonymousUser, cookies: {}"
    assert not page.cookies
    assert client.get("/user/").content == page.content


def test_page_that_asks_for_the_user_is_kept_by_nobody(client):
    assert client.get("/user/").headers["Cache-Control"] == "private, no-store"
    assert not caches["pages"].held


def test_language_of_the_browser_changes_nothing(client, settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    french = {"Accept-Language": "fr"}

    english = {"Accept-Language": "en"}

    assert client.get("/speaks/", headers=french).text == "en testserver"
    assert client.get("/fr/speaks/", headers=english).text == "fr testserver"
    assert client.get("/speaks/").headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("prefix", ["", "/fr"])
@pytest.mark.parametrize("below", ["/admin/names/", "/admin/missing/", "/admin"])
def test_staff_pages_are_kept_by_nobody(client, settings, prefix, below):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]

    response = client.get(prefix + below, headers={"Accept-Encoding": "br"})

    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers
    assert "Content-Encoding" not in response.headers
    assert not caches["pages"].held


def test_posting_to_a_public_page_is_kept_by_nobody(client):
    assert client.post("/names/").headers["Cache-Control"] == "private, no-store"
    assert not caches["pages"].held


def test_no_page_is_kept_while_developing(client, settings):
    settings.DEBUG = True

    assert client.get("/names/").headers["Cache-Control"] == "private, no-store"
    assert not caches["pages"].held


def test_no_page_is_kept_where_that_is_switched_off(client, settings):
    settings.KEEP_PAGES = False

    first, second = client.get("/about/"), client.get("/about/")

    assert first.status_code == second.status_code == 200
    assert not caches["pages"].held


def test_file_is_served_without_asking_the_registry(rf, django_assert_num_queries):
    served = caching.KnownPagesMiddleware(lambda _request: HttpResponse("a {}"))

    with django_assert_num_queries(0):
        assert served(rf.get("/static/css/registry.css")).content == b"a {}"


def test_page_of_an_endless_query_is_answered_but_not_kept(client):
    response = client.get("/names/", {"q": "x" * 10_000})

    assert response.status_code == 200
    assert not caches["pages"].held
    held = {"If-None-Match": response.headers["ETag"]}
    again = client.get("/names/", {"q": "x" * 10_000}, headers=held)
    assert again.status_code == 304


def test_huge_page_is_answered_but_not_kept(client, monkeypatch):
    monkeypatch.setattr(caching, "LARGEST_PAGE", 10)

    assert client.get("/names/").status_code == 200
    assert not caches["pages"].held


def test_pages_are_served_while_the_shared_cache_is_away(client, settings, caplog):
    settings.CACHES = {
        **settings.CACHES,
        "pages": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        },
    }

    first, second = client.get("/names/"), client.get("/names/")

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.headers["ETag"] == second.headers["ETag"]
    (record,) = [r for r in caplog.records if r.name == "iscm_registry.outages"]
    assert "The page cache cannot be used (ConnectionError: " in record.getMessage()
    assert "Traceback" not in caplog.text
