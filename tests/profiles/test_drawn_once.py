"""Rows of lists are loaded and drawn once, and stand for nothing but their record."""

import pytest
from django.core.cache import caches
from django.template import Context, Template
from django.utils.translation import override

from iscm_registry import revision
from profiles import editions
from profiles.views import lists
from tests.factories import make_draft, make_profile, make_state, publish


class Record:
    def __init__(self, name):
        self.name = name
        self.drawn = {}


SHOWN = Template(
    "{% load drawn_once i18n %}{% drawn_once row as 'name' %}{{ row.name }}"
    "{{ other }}{% get_current_language as code %} {{ code }}{% enddrawn_once %}"
)


def test_what_is_drawn_knows_nothing_but_its_record():
    assert SHOWN.render(Context({"row": Record("Puebla"), "other": "!"})) == (
        "Puebla en"
    )


def test_each_language_is_drawn_once():
    row = Record("Puebla")
    drawn = []
    for language in ("en", "fr", "en"):
        with override(language):
            drawn.append(SHOWN.render(Context({"row": row})))

    assert drawn[0] == drawn[2] == "Puebla en"
    assert drawn[1] == "Puebla fr"
    assert {language for _way, language in row.drawn} == {"en", "fr"}


def test_record_that_is_not_shared_is_drawn_each_time():
    class Alone:
        name = "Puebla"

    row = Alone()
    first = SHOWN.render(Context({"row": row}))
    row.name = "RCM"

    assert [first, SHOWN.render(Context({"row": row}))] == ["Puebla en", "RCM en"]


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["cards", "table"])
def test_list_shows_what_was_published_since_its_rows_were_drawn(client, view):
    address = f"/mechanisms/?view={view}"
    profile = make_profile(name="Earlier name")
    before = client.get(address).content.decode()
    draft = editions.open_draft(profile.mechanism)
    draft.name = "Later name"
    draft.save()
    publish(draft)
    after = client.get(address).content.decode()

    assert ("Earlier name" in before, "Later name" in before) == (True, False)
    assert ("Earlier name" in after, "Later name" in after) == (False, True)


@pytest.mark.django_db
def test_second_page_of_the_same_rows_loads_none_of_them(
    client, django_assert_max_num_queries
):
    for name in ("A", "B", "C"):
        make_profile(name=name)
    make_state()
    at = revision.current()
    client.get("/mechanisms/")

    with django_assert_max_num_queries(3) as asked:
        page = client.get("/mechanisms/?sort=-name").content.decode()

    assert revision.current() == at
    assert page.index(">C<") < page.index(">B<") < page.index(">A<")
    assert not [q for q in asked.captured_queries if "membership" in q["sql"]]


@pytest.mark.django_db
def test_rows_beyond_those_that_are_kept_are_shown_too(client, monkeypatch):
    monkeypatch.setattr(lists, "MOST_KEPT", 1)
    for name in ("A", "B"):
        make_draft(name="Draft of " + name)
        make_profile(name=name)

    for _once_more in range(2):
        caches["pages"].clear()
        rows = client.get("/mechanisms/").context["rows"]
        assert [row.name for row in rows] == ["A", "B"]
