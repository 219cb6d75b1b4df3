"""What is drawn after a publication, before anybody asks."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import OperationalError
from django.utils import translation

from iscm_registry import drawn_ahead
from iscm_registry.drawn_ahead import DrawnAhead
from iscm_registry.most_read import most_read
from profiles import editions
from tests.factories import make_full_draft, make_profile, publish
from tests.serving import ROOT, environment_of, sqlite_in
from tests.wsgi import application, database_of_the_test

pytestmark = pytest.mark.django_db

KEPT = 1  # the revision alone is read


@pytest.fixture(autouse=True)
def no_clock(monkeypatch):
    """Draw all pages, however slow the machine is."""
    monkeypatch.setattr(drawn_ahead, "LONGEST", 600.0)
    monkeypatch.setattr(drawn_ahead, "REST", 0.0)


@pytest.fixture
def look():
    """Look at the revision once, in the transaction of the test."""
    return database_of_the_test()(DrawnAhead(application()).look)


def published_again(profile, **fields):
    draft = editions.open_draft(profile.mechanism)
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save()
    return publish(draft)


def test_what_people_read_is_drawn_before_they_ask_again(
    client, look, django_assert_num_queries
):
    read = make_profile(name="Puebla Process")
    address = read.mechanism.get_absolute_url()
    client.get(address)
    published_again(read, name_en="Regional Conference")

    look()

    with django_assert_num_queries(KEPT):
        page = client.get(address)
    assert "Regional Conference" in page.text
    assert "Puebla Process" not in page.text


def test_what_was_published_and_the_lists_are_drawn_for_the_first_who_asks(
    client, look, django_assert_num_queries
):
    client.get("/about/")
    published = publish(make_full_draft())

    look()

    for address in (
        published.mechanism.get_absolute_url(),
        "/",
        *("/mechanisms/", "/contributions/", "/states/", "/partners/"),
    ):
        with django_assert_num_queries(KEPT):
            assert client.get(address).status_code == 200, address


def test_facets_are_read_before_anybody_asks_even_if_nobody_read_a_page(
    client, look, django_assert_num_queries
):
    publish(make_full_draft())

    look()

    with django_assert_num_queries(
        2  # the revision, before and after drawing
        + 4  # mechanisms, regions, members and what sources say of their number
        + 1  # the latest publication
    ):
        client.get("/mechanisms/?type=regional")
    assert caches["pages"].held


def test_nothing_is_drawn_twice_at_one_revision(
    client, look, django_assert_num_queries
):
    make_profile()
    client.get("/about/")
    look()

    with django_assert_num_queries(KEPT):
        look()


def test_no_more_pages_are_drawn_than_are_bounded_and_what_fails_does_no_harm(client):
    asked = []

    class Broken(Exception):
        pass

    def fails(environ, start_response):
        asked.append(environ["PATH_INFO"])
        raise Broken

    for _ in range(settings.PAGES_DRAWN_AHEAD + 5):
        client.get(make_profile().mechanism.get_absolute_url())
    ahead = DrawnAhead(lambda environ, answer: asked.append(environ["PATH_INFO"]) or [])

    ahead.look()
    assert len(asked) == len(set(asked)) == settings.PAGES_DRAWN_AHEAD

    client.get(make_profile().mechanism.get_absolute_url())
    with pytest.raises(Broken):
        DrawnAhead(fails).look()
    assert client.get("/about/").status_code == 200


def test_what_fails_is_not_asked_for_again_at_the_same_revision(
    monkeypatch, django_assert_num_queries
):
    class Broken(Exception):
        pass

    def fails(revision):
        raise Broken

    make_profile()
    ahead = DrawnAhead(application())
    monkeypatch.setattr(drawn_ahead, "_read_lists", fails)
    with pytest.raises(Broken):
        ahead.look()

    with django_assert_num_queries(KEPT):
        ahead.look()
    make_profile()
    with pytest.raises(Broken):
        ahead.look()


def test_fault_that_stays_is_told_once_also_one_of_the_database(monkeypatch, caplog):
    ahead = DrawnAhead(application())
    looks = []

    def fails():
        looks.append(1)
        if len(looks) == 3:
            ahead.over.set()
        raise OperationalError("the statement took too long")

    monkeypatch.setattr(drawn_ahead, "LOOKED_EVERY", 0)
    monkeypatch.setattr(ahead, "look", fails)
    with database_of_the_test():
        drawn_ahead._keep(ahead)

    assert len(looks) == 3
    assert caplog.text.count("Pages could not be drawn ahead.") == 1
    assert "the statement took too long" in caplog.text


def test_pages_are_chosen_in_the_first_language_whatever_was_drawn_before(client):
    for _ in range(4):
        client.get("/about/")
    asked = []

    def in_french(environ, start_response):
        asked.append(environ["PATH_INFO"])
        translation.activate("fr")
        return []

    ahead = DrawnAhead(in_french)
    ahead.look()
    assert translation.get_language() == "en"
    with translation.override("fr"):
        make_profile()
        ahead.look()

    assert asked.count("/mechanisms/") == 2
    assert not [path for path in asked if path.startswith("/fr/")]


def test_no_page_is_drawn_after_the_process_began_to_end(client):
    for _ in range(3):
        client.get(make_profile().mechanism.get_absolute_url())
    asked = []

    def ends(environ, start_response):
        asked.append(environ["PATH_INFO"])
        ahead.over.set()
        return []

    ahead = DrawnAhead(ends)
    ahead.look()

    assert len(asked) == 1


HELD_BY_A_PAGE = """
import threading
import django
django.setup()
from iscm_registry import drawn_ahead
drawing = threading.Event()

def never_ends(ahead):
    drawing.set()
    threading.Event().wait()

drawn_ahead.DrawnAhead.look = never_ends
drawn_ahead.ENDED_WITHIN = 0.1
drawn_ahead.keep_drawn(lambda environ, start_response: [])
drawing.wait()
"""


def test_page_that_takes_long_holds_up_the_end_of_no_process(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", HELD_BY_A_PAGE],
        cwd=ROOT,
        env=environment_of(tmp_path, PAGES_DRAWN_AHEAD="1", **sqlite_in(tmp_path)),
        timeout=120,
        check=False,
    )
    assert done.returncode == 0


def test_pages_are_counted_by_how_often_they_are_asked_for_and_by_nothing_else(client):
    make_profile(name="Puebla Process")
    for _ in range(3):
        client.get("/about/", HTTP_USER_AGENT="somebody", REMOTE_ADDR="192.0.2.1")
    client.get("/states/")
    client.get("/mechanisms/?q=puebla")
    client.get("/nothing/")

    pages = most_read.most(10)

    assert [path for _site, path in pages] == ["/about/", "/states/"]
    assert "somebody" not in str(pages)
    assert "192.0.2.1" not in str(pages)
    # What is read no longer is forgotten.
    assert [path for _site, path in most_read.most(10)] == ["/about/"]
    assert most_read.most(10) == []
