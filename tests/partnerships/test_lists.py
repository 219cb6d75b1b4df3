"""The lists of mechanisms and partners, as readers meet them."""

import re

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import (
    make_alternative_value,
    make_contribution,
    make_draft,
    make_full_draft,
    make_membership,
    make_organisation,
    make_partnership,
    make_profile,
    make_region,
    make_source,
    make_state,
    make_theme_focus,
    publish,
)

pytestmark = pytest.mark.django_db


def rows(client, address):
    return [str(row.name) for row in client.get(address).context["rows"]]


def facet(response, name):
    return next(f for f in response.context["facets"] if f.name == name)


def counts(response, name):
    return {option.value: option.count for option in facet(response, name).options}


def test_only_mechanisms_with_a_published_profile_are_listed(client):
    make_profile(name="Published Process")
    make_draft(name="Drafted Process")

    response = client.get("/mechanisms/")

    assert [p.name for p in response.context["rows"]] == ["Published Process"]
    assert b"Drafted Process" not in response.content
    assert b"1 mechanism<" in response.content


def publish_with_everything():
    """Publish a mechanism that gives every facet a value."""
    draft = make_full_draft()
    make_partnership(draft, role="formal_association")
    make_partnership(draft, role="secretariat")
    return publish(draft)


EVERY_PAGE_QUERIES = (
    1  # the registry's revision, before the page is drawn
    + 1  # the revision again: a page is kept only if it did not move meanwhile
)

LATEST_PUBLICATION = 1  # its date, in the footer
MECHANISM_QUERIES = (
    LATEST_PUBLICATION
    + 1  # the mechanisms that the page shows, with their members counted
    + 1  # their regions
    + 2  # their members by certainty, and the numbers that sources give
    + 2  # the mechanisms, and their order
    + 5  # types, statuses, ages, categories of partners and levels
    + 4 * 2  # regions, States, themes and objectives, and their names
    + 2 * 4  # associations and secretariats, wholes, names and why there is none
)
"""What is read once for a revision."""


@pytest.mark.parametrize("total", [1, 3])
def test_the_number_of_queries_does_not_grow_with_mechanisms(
    client, django_assert_num_queries, total
):
    for _ in range(total):
        publish_with_everything()

    with django_assert_num_queries(EVERY_PAGE_QUERIES + MECHANISM_QUERIES):
        client.get("/mechanisms/")
    caches["pages"].clear()
    with django_assert_num_queries(EVERY_PAGE_QUERIES):
        response = client.get("/mechanisms/")

    # Each is linked to one more.
    assert len(response.context["rows"]) == 2 * total


PARTNER_QUERIES = (
    LATEST_PUBLICATION
    + 1  # the organisations that the page shows, with their mechanisms counted
    + 2  # the organisations, and their order
    + 3  # categories, roles and types
)


@pytest.mark.parametrize("total", [1, 3])
def test_the_number_of_queries_does_not_grow_with_partners(
    client, django_assert_num_queries, total
):
    for _ in range(total):
        publish_with_everything()

    with django_assert_num_queries(EVERY_PAGE_QUERIES + PARTNER_QUERIES):
        client.get("/partners/")
    caches["pages"].clear()
    with django_assert_num_queries(EVERY_PAGE_QUERIES):
        response = client.get("/partners/")

    assert len(response.context["rows"]) == 3 * total


def test_several_states_keep_only_mechanisms_in_which_all_take_part(client):
    both = make_draft(name="Both")
    make_membership(both, "CRI")
    make_membership(both, "HND", role="observer")
    one = make_draft(name="One")
    make_membership(one, "CRI")
    former = make_draft(name="Former")
    make_membership(former, "CRI")
    make_membership(former, "HND", is_current=False)
    for draft in (both, one, former):
        publish(draft)

    assert rows(client, "/mechanisms/?state=CRI&state=HND") == ["Both"]
    assert rows(client, "/mechanisms/?state=CRI") == ["Both", "Former", "One"]


def test_values_of_a_facet_widen_and_facets_narrow_each_other(client):
    publish(make_draft(name="A", regions=["africa"], type="regional"))
    publish(make_draft(name="B", regions=["americas"], type="regional"))
    publish(make_draft(name="C", regions=["americas"], type="global"))

    response = client.get("/mechanisms/?region=africa&region=americas&type=regional")

    assert [p.name for p in response.context["rows"]] == ["A", "B"]
    assert counts(response, "region") == {"africa": 1, "americas": 1}
    assert counts(response, "type") == {"regional": 2, "global": 1}


def test_the_count_of_a_chosen_value_stays_although_nothing_has_it(client):
    make_profile(status="active", type="regional")
    make_profile(status="ended", type="global")

    response = client.get("/mechanisms/?status=ended&type=regional")

    [ended] = [o for o in facet(response, "status").options if o.value == "ended"]
    assert (ended.count, ended.selected) == (0, True)
    assert b'id="status-ended" name="status" value="ended" checked' in response.content
    assert b"disabled" not in response.content


@pytest.fixture
def ages():
    this_year = timezone.localdate().year
    make_profile(name="Recent", as_of=str(this_year))
    make_profile(name="Old", as_of=str(this_year - 5), status="dormant")
    make_profile(name="Oldest", as_of="2003-11")
    make_profile(name="Undated", as_of="")


def test_age_of_the_information_is_a_facet(client, ages):
    response = client.get("/mechanisms/?age=old")

    assert [row.name for row in response.context["rows"]] == ["Old", "Oldest"]
    assert counts(response, "age") == {"recent": 1, "old": 2, "undated": 1}
    assert counts(response, "status") == {"active": 1, "dormant": 1}
    assert rows(client, "/mechanisms/?age=recent&age=undated") == ["Recent", "Undated"]
    assert client.get("/mechanisms/?age=new").status_code == 400


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("-as_of", ["Recent", "Old", "Oldest", "Undated"]),
        ("as_of", ["Oldest", "Old", "Recent", "Undated"]),
    ],
)
def test_undated_information_comes_last_in_both_orders(client, ages, sort, names):
    assert rows(client, f"/mechanisms/?sort={sort}") == names


@pytest.mark.parametrize("view", ["cards", "table"])
def test_both_views_say_as_of_when_the_status_is(client, ages, view):
    page = client.get(f"/mechanisms/?view={view}").content.decode()

    assert page.count("more than two years old") >= 2
    assert page.count("undated: no source says as of when") == 1
    assert "What the words for gaps mean" in page or view == "cards"


def test_established_between_includes_both_years(client):
    for year in (1999, 2000, 2010, 2011):
        make_profile(name=str(year), established=year)
    make_profile(name="unknown")

    found = rows(client, "/mechanisms/?established_min=2000&established_max=2010")

    assert found == ["2000", "2010"]
    found = rows(client, "/mechanisms/?established_min=2000&established_max=2000")
    assert found == ["2000"]


def test_years_that_leave_nothing_between_are_an_error(client):
    make_profile(name="Rabat Process", established=2005)

    response = client.get("/mechanisms/?established_min=2010&established_max=2000")

    assert response.status_code == 400
    assert "No year lies between 2010 and 2000." in response.content.decode()
    assert b"Rabat Process" not in response.content


def test_an_unknown_value_gives_the_error_no_rows_and_a_way_out(client):
    make_profile(name="Rabat Process", status="active")
    make_region("africa")

    response = client.get("/mechanisms/?region=atlantis&status=active")

    page = response.content.decode()
    assert response.status_code == 400
    assert "Rabat Process" not in page
    assert "rows" not in response.context
    assert facet(response, "region").errors == ["“atlantis” is not one of the regions."]
    assert page.count("“atlantis” is not one of the regions.") == 2
    assert 'href="?status=active"' in page


@pytest.mark.parametrize(
    "query",
    [
        "region=%00",
        "state=cri",
        "state=%00",
        "theme=" + "x" * 5000,
        "objective=24",
        "objective=" + "9" * 5000,
        "objective=٣",
        "objective=01",
        "association=atlantis",
        "established_min=abc",
        "established_min=1e9",
        "established_min=" + "9" * 5000,
        "established_max=-1",
        "sort=latitude",
        "per_page=26",
        "per_page=all",
        "view=globe",
        "q=" + "a" * 10_000,
        "q=%00",
    ],
)
def test_what_the_list_does_not_know_is_refused_without_rows(client, query):
    make_profile(name="Rabat Process")

    response = client.get(f"/mechanisms/?{query}")

    assert response.status_code == 400
    assert b"Rabat Process" not in response.content
    assert client.get(response.context["question"].url).status_code == 200


@pytest.mark.parametrize(
    "page", ["0", "-1", "2", "abc", "%00", "1" + "0" * 30, "9" * 5000, "1.5"]
)
def test_a_page_that_does_not_exist_says_so_and_leads_to_the_first(client, page):
    make_profile(name="Rabat Process", status="active")

    response = client.get(f"/mechanisms/?status=active&page={page}")

    assert response.status_code == 404
    assert b"Rabat Process" not in response.content
    assert 'href="?status=active"' in response.content.decode()


@pytest.mark.parametrize(
    "query",
    ["", "page=", "region=&q=&established_min=", "status=active"],
)
def test_empty_parameters_do_no_harm(client, query):
    make_profile(name="Rabat Process", status="active")

    assert rows(client, f"/mechanisms/?{query}") == ["Rabat Process"]


def test_a_value_given_twice_counts_once(client):
    make_profile(status="active")

    response = client.get("/mechanisms/?status=active&status=active&q=")

    assert response.context["question"].url == "?status=active"
    assert len(response.context["chips"]) == 1


def test_each_chip_leads_to_the_list_without_it(client):
    publish(make_draft(regions=["africa", "americas"], status="active"))

    response = client.get("/mechanisms/?region=africa&region=americas&status=active")

    assert {
        (chip.label, chip.value_label): chip.remove_url
        for chip in response.context["chips"]
    } == {
        ("Region", "Africa"): "?region=americas&status=active",
        ("Region", "Americas"): "?region=africa&status=active",
        ("Status", "Active"): "?region=africa&region=americas",
    }


def test_an_empty_list_says_which_filter_to_drop_and_what_that_gives(client):
    make_profile(status="active", type="regional")
    make_profile(status="active", type="regional")
    make_profile(status="ended", type="global")

    response = client.get("/mechanisms/?status=ended&type=regional")

    assert [(a.url, a.counted) for a in response.context["advice"]] == [
        ("?type=regional", "2 mechanisms"),
        ("?status=ended", "1 mechanism"),
    ]
    assert "Without “Status: Ended”: 2 mechanisms" in " ".join(
        response.content.decode().split()
    )


def test_when_dropping_one_is_not_enough_the_list_offers_each_alone(client):
    make_profile(status="active", type="regional", established=1990)
    make_profile(status="ended", type="global", established=1990)

    response = client.get(
        "/mechanisms/?status=ended&type=regional&established_min=2000"
    )

    assert response.context["advice"] == []
    assert [a.url for a in response.context["alone"]] == [
        "?type=regional",
        "?status=ended",
    ]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["alpha", "Beta", "Gamma"]),
        ("-name", ["Gamma", "Beta", "alpha"]),
        ("established", ["Beta", "alpha", "Gamma"]),
        ("-established", ["alpha", "Beta", "Gamma"]),
        ("members", ["Gamma", "alpha", "Beta"]),
        ("latest", ["alpha", "Gamma", "Beta"]),
    ],
)
def test_mechanisms_come_in_the_order_asked_for(client, sort, order):
    publish(make_draft(name="Beta", established=1990))
    gamma = make_draft(name="Gamma", established=None)
    make_membership(gamma)
    make_membership(gamma)
    make_membership(gamma, is_public=False)
    publish(gamma)
    alpha = make_draft(name="alpha", established=2000)
    make_membership(alpha)
    make_membership(alpha, role="observer")
    publish(alpha)

    assert rows(client, f"/mechanisms/?sort={sort}") == order


def test_names_sort_by_what_the_reader_sees_in_the_language(client, settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    make_profile(name="Zebra", name_fr="Abeille")
    make_profile(name="Bee")

    assert rows(client, "/fr/mechanisms/") == ["Abeille", "Bee"]
    assert rows(client, "/mechanisms/") == ["Bee", "Zebra"]


def test_pages_keep_the_filters(client):
    for _ in range(26):
        make_profile(status="active")

    response = client.get("/mechanisms/?status=active")

    assert len(response.context["rows"]) == 25
    assert 'href="?status=active&amp;page=2"' in response.content.decode()
    assert len(client.get("/mechanisms/?per_page=50").context["rows"]) == 26


def test_the_table_holds_the_same_mechanisms_as_the_list(client):
    draft = make_draft(name="Rabat Process", acronym="RP", regions=["africa"])
    make_membership(draft)
    publish(draft)

    page = client.get("/mechanisms/?view=table").content.decode()

    assert "<table" in page
    assert "Rabat Process" in page
    assert "Africa" in page


def test_words_find_mechanisms_as_the_search_does_and_rank_them(client):
    named = make_draft(name="Puebla Process", acronym="RCM")
    publish(named)
    quoting = make_draft(
        name="Another Process", objective="It follows the Puebla Process."
    )
    publish(quoting)
    make_profile(name="Unrelated")

    response = client.get("/mechanisms/?q=puebla")

    assert [p.name for p in response.context["rows"]] == [
        "Puebla Process",
        "Another Process",
    ]
    assert response.context["sort"] == "relevance"
    assert rows(client, "/mechanisms/?q=puebla&sort=name") == [
        "Another Process",
        "Puebla Process",
    ]
    assert rows(client, "/mechanisms/?q=zzzzzz") == []


@pytest.mark.parametrize("view", ["cards", "table"])
def test_a_candidate_is_called_one_where_it_is_listed(client, view):
    for name, fields in (
        ("Candidate", {"field": "type", "certainty": "inferred"}),
        (
            "Sourced",
            {"field": "type", "certainty": "inferred", "source": make_source()},
        ),
        ("Private", {"field": "type", "certainty": "inferred", "is_public": False}),
        ("Another field", {"field": "status", "certainty": "inferred"}),
    ):
        draft = make_draft(name=name)
        make_alternative_value(draft, value=f"Standing of {name}", **fields)
        publish(draft)

    page = client.get(f"/mechanisms/?view={view}").text

    assert re.findall(r"Standing of ([A-Z]\w+)", page) == ["Candidate"]


@pytest.mark.parametrize("facet_name", ["association", "secretariat"])
def test_an_organisation_stands_for_its_parts_and_says_so(client, facet_name):
    eu = make_organisation(slug="eu", name_en="European Union", acronym_en="EU")
    commission = make_organisation(slug="commission", name_en="Commission", part_of=eu)
    service = make_organisation(slug="service", name_en="Service", part_of=eu)
    au = make_organisation(slug="au", name_en="African Union")
    role = {"association": "formal_association"}.get(facet_name, facet_name)
    for name, *bodies in (
        ("Whole", eu),
        ("Part", commission),
        ("Both", eu, commission, service),
        ("Other", au),
        ("Another role",),
    ):
        draft = make_draft(name=name)
        for body in bodies:
            make_partnership(draft, body, role=role, category="regional_union")
        make_partnership(draft, eu, role="observer", category="regional_union")
        publish(draft)

    response = client.get("/mechanisms/")

    options = {o.value: o for o in facet(response, facet_name).options}
    assert options.pop("unknown").count == 5
    numbers = {value: option.count for value, option in options.items()}
    assert numbers == {"eu": 3, "commission": 2, "service": 1, "au": 1}
    assert "with its parts" in options["eu"].label
    assert "parts" not in options["commission"].label + options["au"].label
    found = {
        value: rows(client, f"/mechanisms/{option.url}")
        for value, option in options.items()
    }
    assert {value: len(names) for value, names in found.items()} == numbers
    assert found["eu"] == ["Both", "Part", "Whole"]
    assert found["service"] == ["Both"]


def test_an_organisation_of_a_draft_is_unknown_to_the_filters(client):
    hidden = make_organisation(slug="hidden-body", name_en="Hidden Body")
    make_partnership(make_draft(), hidden, role="secretariat")

    response = client.get("/mechanisms/?secretariat=hidden-body")

    assert response.status_code == 400
    assert b"Hidden Body" not in response.content


def test_a_sensitive_fact_neither_filters_nor_counts(client):
    draft = make_draft(regions=["africa"])
    make_membership(draft, "CRI", is_public=False)
    make_contribution(draft, level="global", is_public=False)
    make_theme_focus(draft, "health", is_public=False)
    make_partnership(draft, category="foundation", is_public=False)
    publish(draft)

    response = client.get("/mechanisms/")

    for name in ("state", "level", "theme", "partner"):
        assert facet(response, name).options == []


def test_partners_are_listed_with_the_number_of_their_mechanisms(client):
    iom = make_organisation(name_en="IOM", type="un_entity")
    sica = make_organisation(name_en="SICA", type="regional_union")
    make_organisation(name_en="Uninvolved")
    for category in ("igo_un", "igo_other"):
        draft = make_draft()
        make_partnership(draft, iom, category=category)
        make_partnership(draft, iom, category=category, role="secretariat")
        make_partnership(draft, sica, category="regional_union", is_public=False)
        publish(draft)

    response = client.get("/partners/")

    assert [(o.name, o.mechanism_count) for o in response.context["rows"]] == [
        ("IOM", 2)
    ]
    assert counts(response, "category") == {"igo_un": 1, "igo_other": 1}
    assert rows(client, "/partners/?category=igo_un&role=secretariat") == ["IOM"]
    assert rows(client, "/partners/?view=table") == ["IOM"]


@pytest.mark.parametrize("address", ["/mechanisms/", "/partners/"])
def test_an_empty_registry_says_that_it_is_empty(client, address):
    response = client.get(address)

    assert response.status_code == 200
    assert "The registry holds nothing here yet." in response.content.decode()


# --- The map ---


def test_map_counts_the_mechanisms_that_the_filters_leave(client):
    for name, region, states in (
        ("North", "europe", ["FRA", "DEU"]),
        ("South", "africa", ["FRA"]),
        ("East", "africa", ["FRA", "KEN"]),
    ):
        draft = make_draft(name=name, status="active", regions=[region])
        for iso3 in states:
            make_membership(draft, state=make_state(iso3, name_en=f"Land {iso3}"))
        publish(draft)

    whole = client.get("/mechanisms/?view=map")
    filtered = client.get("/mechanisms/?view=map&region=africa")

    assert counted(whole) == {"Land FRA": 3, "Land DEU": 1, "Land KEN": 1}
    assert counted(filtered) == {"Land FRA": 2, "Land KEN": 1}
    assert "Land FRA: 2 mechanisms" in filtered.text


def counted(response):
    return {place.name: place.count for place in response.context["map"].counted}


def test_map_asks_no_more_of_the_database_with_more_mechanisms(
    client,
):
    asked = []
    for _times in range(2):
        for _n in range(3):
            draft = make_draft(status="active")
            make_membership(draft)
            publish(draft)
        caches["pages"].clear()
        with CaptureQueriesContext(connection) as queries:
            client.get("/mechanisms/?view=map")
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("address", ["/contributions/", "/states/", "/partners/"])
def test_other_lists_have_no_map(client, address):
    response = client.get(f"{address}?view=map")

    assert response.status_code == 400
    assert "“map” is not a view: “cards”, “table”." in response.text
