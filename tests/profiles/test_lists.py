"""The lists of contributions, States and themes, as readers meet them."""

import re

import pytest
from django.core.cache import caches

from profiles.models import State
from tests.factories import (
    make_contribution,
    make_draft,
    make_full_draft,
    make_membership,
    make_profile,
    make_state,
    make_theme,
    make_theme_focus,
    publish,
)

pytestmark = pytest.mark.django_db


def titles(client, address):
    return [row.title for row in client.get(address).context["rows"]]


def names(client, address):
    return [row.name for row in client.get(address).context["rows"]]


def counts(response, name):
    [facet] = [f for f in response.context["facets"] if f.name == name]
    return {option.value: option.count for option in facet.options}


EVERY_PAGE_QUERIES = (
    1  # the registry's revision, before the page is drawn
    + 1  # the revision again: a page is kept only if it did not move meanwhile
)

LATEST_PUBLICATION = 1  # its date, in the footer

QUERIES = {
    "/contributions/": LATEST_PUBLICATION
    + 1  # the contributions that the page shows, with their mechanisms
    + 2  # their States and themes
    + 2  # the contributions, and their order
    + 4  # levels, kinds, statuses and years
    + 4 * 2,  # States, themes, mechanisms and objectives, and their names
    "/states/": LATEST_PUBLICATION
    + 3  # the States, their order, and with their mechanisms counted
    + 1  # the States that take part in none
    + 3  # kinds, own regions and roles
    + 2,  # regions, and their names
    "/themes/": LATEST_PUBLICATION
    + 1  # the themes, with mechanisms and contributions counted
    + 1,  # their GCM objectives
}
"""What is read once for a revision."""


@pytest.mark.parametrize("total", [1, 3])
@pytest.mark.parametrize("address", QUERIES)
def test_the_number_of_queries_does_not_grow_with_the_registry(
    client, django_assert_num_queries, address, total
):
    for _ in range(total):
        publish(make_full_draft())

    with django_assert_num_queries(EVERY_PAGE_QUERIES + QUERIES[address]):
        response = client.get(address)
    caches["pages"].clear()
    with django_assert_num_queries(EVERY_PAGE_QUERIES):
        again = client.get(address)

    assert response.status_code == 200
    assert again.content == response.content


def test_contributions_show_what_they_are_and_lead_to_their_mechanism(client):
    draft = make_draft(name="Rabat Process", acronym="RP")
    contribution = make_contribution(
        draft, title="Regional passport", level="regional", year=2016, states=["CRI"]
    )
    make_contribution(draft, title="Hidden pact", is_public=False)
    publish(draft)

    response = client.get("/contributions/")

    page = response.content.decode()
    address = f"/mechanisms/{draft.mechanism.slug}/#{contribution.uid}"
    assert f'<a href="{address}">Regional passport</a>' in page
    assert "2016" in page
    assert "State CRI" in page
    assert "Hidden pact" not in page
    assert titles(client, "/contributions/?view=table") == ["Regional passport"]


def test_a_period_counts_in_each_of_its_years(client):
    draft = make_draft()
    make_contribution(draft, title="Long", year=2015, until_year=2017)
    make_contribution(draft, title="Short", year=2016)
    make_contribution(draft, title="Undated")
    publish(draft)

    response = client.get("/contributions/")

    assert counts(response, "year") == {
        "2017": 1,
        "2016": 2,
        "2015": 1,
        "unknown": 1,
    }
    assert titles(client, "/contributions/?year=2017") == ["Long"]
    assert titles(client, "/contributions/?year=2016&sort=title") == ["Long", "Short"]
    assert titles(client, "/contributions/?year=unknown&year=2017") == [
        "Long",
        "Undated",
    ]
    assert titles(client, "/contributions/?year=2014") == []


def test_contributions_of_several_states_concern_all_of_them(client):
    draft = make_draft()
    make_contribution(draft, title="Both", states=["CRI", "HND"])
    make_contribution(draft, title="One", states=["CRI"])
    publish(draft)

    assert titles(client, "/contributions/?state=CRI&state=HND") == ["Both"]


def test_contributions_can_be_asked_by_mechanism_theme_and_objective(client):
    for number, theme in ((5, "health"), (10, "return")):
        draft = make_draft(acronym=f"M{number}")
        make_contribution(
            draft, title=f"On {number}", themes=[theme], gcm_objectives=[number]
        )
        publish(draft)

    response = client.get("/contributions/")

    assert counts(response, "objective") == {"5": 1, "10": 1}
    [mechanisms] = [f for f in response.context["facets"] if f.name == "mechanism"]
    assert [option.label for option in mechanisms.options] == ["M10", "M5"]
    assert mechanisms.options[0].url == f"?mechanism={draft.mechanism.slug}"
    assert titles(client, "/contributions/?theme=health") == ["On 5"]
    assert titles(client, "/contributions/?objective=10") == ["On 10"]
    assert titles(client, f"/contributions/?mechanism={draft.mechanism.slug}") == [
        "On 10"
    ]


@pytest.mark.parametrize(
    "query",
    [
        "year=20",
        "year=1850",
        "year=%00",
        "year=٢٠١٦",
        "mechanism=%00",
        "mechanism=drafted",
        "kind=magic",
        "sort=relevant",
    ],
)
def test_what_the_contributions_do_not_know_is_refused(client, query):
    draft = make_draft()
    make_contribution(draft, title="Regional passport")
    publish(draft)

    response = client.get(f"/contributions/?{query}")

    assert response.status_code == 400
    assert b"Regional passport" not in response.content


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-year", ["B", "A", "C"]),
        ("year", ["A", "B", "C"]),
        ("title", ["A", "B", "C"]),
        ("mechanism", ["A", "B", "C"]),
    ],
)
def test_contributions_come_in_the_order_asked_for(client, sort, order):
    draft = make_draft()
    make_contribution(draft, title="C")
    make_contribution(draft, title="B", year=2010)
    make_contribution(draft, title="A", year=2005)
    publish(draft)

    assert titles(client, f"/contributions/?sort={sort}") == order


def test_words_find_contributions_as_the_search_does(client):
    draft = make_draft()
    make_contribution(draft, title="Regional passport")
    make_contribution(draft, title="Shared database")
    publish(draft)

    assert titles(client, "/contributions/?q=passport") == ["Regional passport"]


def test_states_are_those_that_hold_a_role_today(client):
    draft = make_draft()
    make_membership(draft, "CRI")
    make_membership(draft, "ABW", role="observer")
    make_membership(draft, "HND", is_current=False)
    make_membership(draft, "NPL", is_public=False)
    publish(draft)
    State.objects.filter(iso3="ABW").update(kind="territory")
    make_state("PAN")

    response = client.get("/states/")

    assert [s.iso3 for s in response.context["rows"]] == ["ABW", "CRI"]
    assert response.content.decode().count("(territory)") == 1
    assert counts(response, "kind") == {"state": 1, "territory": 1}
    assert counts(response, "role") == {"member": 1, "observer": 1}
    assert names(client, "/states/?role=observer") == ["State ABW"]
    assert names(client, "/states/?view=table&kind=state") == ["State CRI"]


def test_states_stand_where_a_reader_looks_for_them(client):
    draft = make_draft()
    other = make_draft()
    for iso3, name in (
        ("ZMB", "Zambia"),
        ("ALA", "Åland Islands"),
        ("CIV", "Côte d’Ivoire"),
        ("COM", "Comoros"),
    ):
        make_membership(draft, make_state(iso3, name_en=name))
    make_membership(other, "CIV")
    publish(draft)
    publish(other)

    response = client.get("/states/")

    assert [
        (initial, [state.iso3 for state in states])
        for initial, states in response.context["groups"]
    ] == [("A", ["ALA"]), ("C", ["COM", "CIV"]), ("Z", ["ZMB"])]
    assert names(client, "/states/?sort=-name")[0] == "Zambia"
    assert names(client, "/states/?sort=mechanisms")[0] == "Côte d’Ivoire"


def test_states_are_found_by_name(client):
    draft = make_draft()
    make_membership(draft, make_state("GTM", name_en="Guatemala"))
    make_membership(draft, make_state("CRI", name_en="Costa Rica"))
    publish(draft)

    assert names(client, "/states/?q=Gautemala") == ["Guatemala"]


def test_themes_lead_to_the_mechanisms_and_contributions_that_they_count(client):
    health = make_theme("health", name_en="Health")
    draft = make_draft()
    make_theme_focus(draft, health, label="Sanitary matters", phase="initial")
    make_theme_focus(draft, health, label="Health of migrants")
    make_contribution(draft, themes=["health"])
    make_contribution(draft, themes=["health"])
    make_contribution(draft, themes=["health"], is_public=False)
    publish(draft)

    response = client.get("/themes/")

    [theme] = response.context["themes"]
    assert (theme.mechanism_count, theme.contribution_count) == (1, 2)
    page = response.content.decode()
    assert 'href="/mechanisms/?theme=health"' in page
    assert len(client.get("/mechanisms/?theme=health").context["rows"]) == 1
    assert len(client.get("/contributions/?theme=health").context["rows"]) == 2


def title(client, address):
    page = client.get(address).content.decode()
    # Browsers take any space for one, too.
    return " ".join(re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1].split())


def test_title_of_a_list_names_what_is_asked_and_the_page(client):
    for number in range(30):
        make_profile(regions=["africa", "americas"], established=2000 + number % 3)

    assert title(client, "/mechanisms/") == "Mechanisms · ISCM Registry"
    assert title(
        client,
        "/mechanisms/?region=africa&region=americas&established_min=1999&page=2",
    ) == (
        "Mechanisms · Region: Africa, Americas · Established from: 1999 · page 2"
        " · ISCM Registry"
    )


@pytest.mark.parametrize("address", ["/contributions/", "/states/", "/themes/"])
def test_an_empty_registry_says_that_it_is_empty(client, address):
    response = client.get(address)

    assert response.status_code == 200
    assert "The registry holds nothing here yet." in response.content.decode()


@pytest.mark.attack("A question costs seconds of processor")
@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("/contributions/", "theme=health"),
        ("/mechanisms/", "theme=health"),
        ("/states/", "region=africa"),
    ],
)
def test_an_address_with_more_values_than_anybody_reads_is_refused(
    client, address, value
):
    publish(make_full_draft())
    fits = "&".join(["q=a", *[value] * 49])

    assert "can be asked for at" not in client.get(f"{address}?{fits}").text
    response = client.get(f"{address}?{fits}&{value}")

    assert response.status_code == 400
    assert "51 values; at most 50 can be asked for at once" in response.text
    assert f'href="{address}">Show the list without that' in response.text


def test_words_that_a_list_does_not_look_for_are_named(client):
    words = " ".join(f"w{number}" for number in range(34))

    page = client.get("/contributions/", {"q": words}).text

    assert "Not looked for: w32, w33." in page
    assert "Not looked for" not in client.get("/contributions/", {"q": "w1 w2"}).text


@pytest.mark.attack("A question costs seconds of processor")
def test_each_filter_is_asked_once_however_many_facets_it_narrows(
    client, django_assert_num_queries
):
    draft = make_draft()
    make_contribution(
        draft,
        title="Pact",
        level="regional",
        states=["CRI"],
        themes=["health"],
        gcm_objectives=[5],
    )
    publish(draft)
    client.get("/contributions/?q=pact")  # the index is built

    with django_assert_num_queries(
        EVERY_PAGE_QUERIES
        + 1  # the revision, for the search
        + 1  # whether the State is one
        + 1  # its name, for the chip
    ):
        client.get("/contributions/?q=pact&level=regional&state=CRI")


def drawn(client, address, name):
    """The values of a facet that the page has boxes for."""
    page = client.get(address).content.decode()
    return re.findall(rf'type="checkbox" id="[^"]*" name="{name}" value="(\w+)"', page)


def test_a_long_facet_is_drawn_whole_once_it_is_opened_or_chosen_from(client):
    codes = [f"A{letter}A" for letter in "ABCDEFGHIJKLMNOP"]
    draft = make_draft()
    make_contribution(draft, states=codes)
    publish(draft)

    page = client.get("/contributions/").content.decode()

    assert drawn(client, "/contributions/", "state") == codes[:5]
    assert re.search(r'href="\?open=state#facet-state"[^\n]*>All 16<', page)
    assert drawn(client, "/contributions/?open=state", "state") == codes
    assert drawn(client, f"/contributions/?state={codes[7]}", "state") == codes
    # What is open is no part of what is asked.
    opened = client.get("/contributions/?open=state").content.decode()
    assert not re.search(r'href="\?[^"#]*open=[^"#]*"', opened)


def test_a_filter_that_does_not_open_is_refused(client):
    response = client.get("/contributions/?open=atlantis")

    assert response.status_code == 400
    assert "“atlantis” is not one of the filters that open: level" in (
        response.content.decode()
    )
