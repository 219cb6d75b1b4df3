"""One walk through every public page, with a registry full of marked secrets."""

import gzip
import html
import logging
import re
import shutil
from dataclasses import replace

import brotli
import pytest
from django.urls import resolve
from django.utils import timezone

from corrections.models import ErrorReport, Outcome
from iscm_registry import search
from iscm_registry.views import pages
from profiles.models import Mechanism, SourceFile, fact_kinds
from surveys.models import Round
from tests.factories import publish
from tests.registry.marked_registry import MARK, SECRET, fill_with_secrets
from tests.registry.nasty_requests import ON_EVERY_ANSWER
from tests.registry.public_addresses import (
    SAMPLES,
    addresses_of,
    asked_for,
    public_addresses,
    public_names,
    text_of,
    unzipped,
)
from tests.registry.sent_requests import READER, Request, send

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]


@pytest.fixture
def secrets() -> list[list[str]]:
    return fill_with_secrets()


def takes_text(address) -> bool:
    return "q" in getattr(resolve(address).func.view_class, "parameters", ())


def page(client, address, query=None) -> str:
    response = client.get(address, query)
    assert response.status_code in (200, 301, 302, 400, 404, 410), address
    text = f"{response.headers}\n{text_of(response)}"
    return html.unescape(text)


def found(text: str) -> list[str]:
    return re.findall(rf".{{0,60}}{MARK}.{{0,60}}", text, re.IGNORECASE)


@pytest.mark.attack("A draft or a private fact is read outside")
def test_no_page_shows_what_is_not_public(client, secrets):
    leaks = {}
    for address in public_addresses():
        # A page may name its own address, which is the reader's own question.
        if leak := found(page(client, address).replace(address, "")):
            leaks[address] = leak

    assert not leaks


# How one page may be asked for; each may take another way to its answer.
WAYS = {
    "again, from what is kept": Request(""),
    "HEAD": Request("", method="HEAD"),
    "by htmx": Request("", headers={"HX-Request": "true"}),
    "gzip": Request("", headers={"Accept-Encoding": "gzip"}),
    "br": Request("", headers={"Accept-Encoding": "br"}),
    "in French": Request("", headers={"Accept-Language": "fr"}),
    "as JSON": Request("", headers={"Accept": "application/json"}),
    "a part of it": Request("", headers={"Range": "bytes=0-99"}),
    "with an unknown field": Request("", query="unknown=1"),
    "with nonsense": Request("", query="page=x&region=x&sort=x&state=x&theme=x"),
    "of another host": Request("", headers={"Host": "evil.example"}),
    "by POST": Request("", method="POST", body=b"a=1"),
    "with a large body": Request("", method="POST", body=b"a" * 70_000),
    "with another charset": Request(
        "",
        method="POST",
        headers={"Content-Type": "text/plain; charset=utf-16"},
        body=b"a",
    ),
}


@pytest.mark.attack("A draft or a private fact is read outside")
def test_no_way_of_asking_brings_out_what_is_not_public(secrets, caplog):
    caplog.set_level(logging.INFO)
    search.build_index()
    leaks, statuses = {}, set()
    for address in some_of_each_kind():
        held = send(Request(address)).header("ETag")
        ways = WAYS | {
            "held by the browser": Request("", headers={"If-None-Match": held}),
            "without its last stroke": Request(""),
        }
        for way, request in ways.items():
            path = address.rstrip("/") if "stroke" in way else address
            answer = send(replace(request, path=path))
            statuses.add(answer.status)
            if leak := found(in_clear(answer).replace(path, "")):
                leaks[way, address] = leak

    assert not leaks
    assert {200, 301, 304, 400, 404, 405, 413, 415} <= statuses
    # What is asked for may stand in the log, but not by whom, nor what it holds.
    for told in (SECRET, READER, "@"):
        assert told not in caplog.text.lower()


def some_of_each_kind() -> list[str]:
    """Return a public page of each kind, and two that ask for what is not public."""
    chosen = []
    for name in public_names():
        secret_last = sorted(addresses_of(name), key=lambda address: MARK in address)
        chosen += dict.fromkeys([secret_last[0], *secret_last[-2:]])
    return chosen


@pytest.mark.attack("A draft or a private fact is read outside")
def test_page_of_an_error_tells_nothing(secrets, monkeypatch):
    def breaks(*args, **kwargs):
        raise RuntimeError(f"{SECRET} is what the page was about")

    monkeypatch.setattr(pages.AboutView, "get_context_data", breaks)

    answer = send(Request("/about/"))

    assert answer.status == 500
    assert "Something went wrong" in answer.text
    assert not found(answer.text)
    assert answer.header("Cache-Control") == "private, no-store"
    for name, value in ON_EVERY_ANSWER.items():
        assert answer.header(name) == value
    assert "default-src 'none'" in answer.header("Content-Security-Policy")


@pytest.mark.attack("A draft or a private fact is read outside")
def test_files_of_the_index_hold_nothing_that_is_not_public(secrets, settings):
    search.build_index()
    # Files of sources lie there too, for staff to fetch.
    shutil.rmtree(settings.MEDIA_ROOT)
    assert not files_with_the_mark(settings.VAR_DIR)

    publish(Mechanism.objects.get(slug="puebla").editions.open().get())
    search.build_index()
    assert files_with_the_mark(settings.VAR_DIR), "it looks where it should"


def files_with_the_mark(folder) -> list:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path for path in files if SECRET.encode() in path.read_bytes().lower()]


def in_clear(answer) -> str:
    """Return headers and body as a browser reads them."""
    coding = answer.header("Content-Encoding")
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(coding, bytes)
    body = unzipped(unpack(answer.body)) if answer.body else b""
    return html.unescape(replace(answer, body=body).text)


@pytest.mark.attack("A draft or a private fact is read outside")
def test_no_question_brings_out_what_is_not_public(client, secrets):
    leaks = {}
    for name in lists():
        (address,) = addresses_of(name)
        asked = asked_for(page(client, address))
        for key in asked:
            for values in [[MARK], ["alias of"]] if key == "q" else secrets:
                text = page(client, address, {key: values})
                if SECRET in text:
                    leaks[name, key, *values] = found(text)

    assert not leaks


@pytest.mark.parametrize("name", ["search", "search-suggest", "mechanism-list"])
def test_search_for_a_secret_is_like_search_for_nonsense(client, secrets, name):
    """Not even that something was found, or how a word is meant, may be told."""
    (address,) = addresses_of(name)

    asked = page(client, address, {"q": SECRET}).replace(SECRET, "…")
    nonsense = page(client, address, {"q": "vvvvnonsen"}).replace("vvvvnonsen", "…")

    without_tags = [re.sub(r"[0-9a-f]{32}", "", text) for text in (asked, nonsense)]
    assert without_tags[0] == without_tags[1]


def test_the_walk_would_notice(client, secrets):
    """Once published, all of it is found: the walk looks where it should."""
    coming = Mechanism.objects.get(slug="puebla").editions.open().get()
    publish(coming)
    made = Round.objects.get(slug=f"{MARK}-round")
    made.is_public = True
    made.save()
    SourceFile.objects.update(is_public=True)
    answered = ErrorReport.objects.unanswered().filter(mechanism__slug="puebla")
    answered.update(outcome=Outcome.ACCEPTED, answered_at=timezone.now())

    pages = {
        name: [
            page(client, address, {"q": SECRET} if takes_text(address) else None)
            for address in addresses_of(name)
        ]
        for name in public_names()
    }

    silent = {name for name, texts in pages.items() if not any(map(found, texts))}
    own = {"opensearch", "robots", "security-text", "security-policy"}
    # A comparison is of those that its query names, and figures name few records.
    answers = {"compare-file", "figure-list", "figure-list-file", "overlap-file"}
    assert silent <= {"about", "contact", "home", *own, "search-options", *answers}
    everything = "".join(text for texts in pages.values() for text in texts)
    for kind in fact_kinds():
        assert f"{SECRET} {kind._meta.model_name} " in everything, kind


def test_address_without_a_sample_is_noticed(settings, monkeypatch):
    monkeypatch.delitem(SAMPLES, "theme-detail")

    with pytest.raises(AssertionError, match="add a sample"):
        public_addresses()


def lists() -> list[str]:
    return [name for name, has_parts in public_names().items() if not has_parts]
