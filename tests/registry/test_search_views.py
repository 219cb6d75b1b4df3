"""The search page and the suggestions while typing."""

import pytest

from tests import factories as make

pytestmark = pytest.mark.django_db


def page(client, **parameters):
    response = client.get("/search/", parameters)
    return response, response.content.decode()


def test_empty_search_explains_how_to_search(client):
    response, html = page(client)

    assert response.status_code == 200
    assert "How to search" in html
    assert "Nothing in the registry" not in html


def test_hits_are_shown_with_kind_link_and_snippet(client):
    draft = make.make_draft(
        make.make_mechanism(slug="rcm"), name="Regional Conference", acronym="RCM"
    )
    make.make_section(draft, prose="It counters <em> trafficking.")
    make.publish(draft)

    response, html = page(client, q="trafficking")

    assert response.status_code == 200
    assert (
        'href="/mechanisms/rcm/"><bdi lang="en">Regional Conference</bdi></a>' in html
    )
    assert "counters &lt;em&gt; <mark>trafficking</mark>" in html
    assert "1 record answers “trafficking”" in html
    assert "<li>Mechanism</li>" in html


def test_query_is_escaped_wherever_it_is_repeated(client):
    _response, html = page(client, q="<script>alert(1)</script>")

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_nothing_found_offers_lists_and_help(client):
    response, html = page(client, q="zxqv")

    assert response.status_code == 200
    assert "Nothing in the registry answers “zxqv”" in html
    assert "All mechanisms" in html


def test_correction_is_a_link_that_finds(client):
    make.make_profile(name="Budapest Process", acronym="B&B")

    _response, html = page(client, q="Budapst Proces")

    assert '<a href="/search/?q=Budapest%20Process">Budapest Process</a>' in html
    assert "differ by a letter or two" in html


def test_partial_answers_say_that_they_are_partial(client):
    make.make_profile(name="Budapest Process")

    _response, html = page(client, q="Budapest zxqv")

    assert "No record has all of these words" in html


def test_kinds_are_links_with_the_number_that_they_lead_to(client):
    draft = make.make_draft(name="Forum on Migration")
    make.make_theme_focus(draft, make.make_theme("a", name_en="Forum theme"))
    make.make_contribution(draft, title="Forum result")
    make.publish(draft)

    _response, html = page(client, q="forum")
    assert (
        '<a href="?q=forum&amp;kind=theme">Themes <span class="count">1</span>' in html
    )

    _response, html = page(client, q="forum", kind="theme")
    assert "1 record answers" in html
    assert 'aria-current="true"><strong>Themes</strong>' in html
    # The other kinds stay, so that the reader can change.
    assert "Mechanisms" in html


def test_several_kinds_are_joined(client):
    draft = make.make_draft(name="Forum on Migration")
    make.make_theme_focus(draft, make.make_theme("a", name_en="Forum theme"))
    make.publish(draft)

    _response, html = page(client, q="forum", kind=["theme", "mechanism"])

    assert "2 records answer" in html


def test_chosen_kind_without_hits_stays_and_can_be_left(client):
    make.make_profile(name="Forum on Migration")

    _response, html = page(client, q="forum", kind="state")

    assert (
        'aria-current="true"><strong>States</strong> <span class="count">0</span>'
        in html
    )
    assert "No record of this kind answers" in html


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"q": "a" * 501}, "at most 500"),
        ({"q": "x " * 5000}, "at most 500"),
        ({"q": "a", "kind": "atlantis"}, "“atlantis” is not a kind of record"),
        ({"q": "a", "per_page": "7"}, "There are: 25, 50, 100"),
        ({"q": "a", "per_page": "<b>"}, "“&lt;b&gt;” is not a size"),
    ],
)
def test_bad_questions_get_400_and_a_sentence(client, parameters, said):
    response, html = page(client, **parameters)

    assert response.status_code == 400
    assert said in html
    assert "How to search" in html


def test_long_text_is_not_sent_back(client):
    _response, html = page(client, q="a" * 10_000)

    assert "aaaa" not in html


@pytest.mark.parametrize("number", ["0", "-1", "2", "abc", "1.5", "9" * 40, "", "٣"])
def test_pages_that_there_are_not_give_404(client, number):
    make.make_profile(name="Forum")

    assert page(client, q="forum", page=number)[0].status_code == 404


def test_hits_come_in_pages(client):
    for number in range(26):
        make.make_profile(name=f"Forum {number:02}")

    _response, first = page(client, q="forum")
    _response, second = page(client, q="forum", page="2")

    assert "Forum 00" not in second
    assert first.count('class="entry"') == 25
    assert second.count('class="entry"') == 1
    assert "q=forum&amp;page=2" in first
    assert 'start="26"' in second


def test_search_page_is_the_same_for_everybody(client, admin_client):
    make.make_profile(name="Forum")

    response, _html = page(client, q="forum")

    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert response.content == page(admin_client, q="forum")[0].content


def test_suggestions_are_options_that_lead_to_the_records(client):
    make.make_profile(make.make_mechanism(slug="alpha"), name="Alpha & Omega")

    html = client.get("/search/suggest/", {"q": "alp"}).content.decode()

    assert html.count('role="option"') == 1
    assert 'href="/mechanisms/alpha/"' in html
    assert "Alpha &amp; Omega" in html
    assert "<html" not in html


def test_suggestions_for_too_long_a_text_are_refused(client):
    response = client.get("/search/suggest/", {"q": "a" * 501})

    assert response.status_code == 400
    assert "at most 500" in response.content.decode()


def test_suggestions_for_nothing_are_empty(client):
    assert client.get("/search/suggest/").content.strip() == b""


def test_queries_do_not_grow_with_the_hits(client, django_assert_num_queries):
    make.make_profile(name="Forum")
    page(client, q="forum")
    # The revision before and after.
    with django_assert_num_queries(2):
        page(client, q="Forum")
    make.make_profile(name="Forum two")
    make.make_profile(name="Forum three")
    page(client, q="forum")
    with django_assert_num_queries(2):
        page(client, q="Forum")


def test_suggestions_cost_no_query_beyond_the_revision(
    client, django_assert_num_queries
):
    make.make_profile(name="Forum")
    client.get("/search/suggest/", {"q": "fo"})
    # The revision before and after.
    with django_assert_num_queries(2):
        client.get("/search/suggest/", {"q": "for"})
