"""Every public number of members and of mechanisms is the one that the rule gives.

The rule is worked out here from the files, without the code that the pages use.
"""

import re
from collections import Counter

import pytest
from lxml import html

from profiles.partial_dates import display
from tests.registry.registry_folder import WHOLE, read

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

AT_REST = {"dormant", "superseded", "ended"}


STATUS = {row["mechanism"]: row["status"] for row in read(WHOLE, "profiles.csv")}
HELD = [
    row
    for row in read(WHOLE, "memberships.csv")
    if row["is_current"] == "yes" and row["is_public"] == "yes"
]
TODAY = [row for row in HELD if STATUS[row["mechanism"]] not in AT_REST]


def parts(rows):
    """How many rows are confirmed, and how many are to be confirmed."""
    confirmed = sum(row["certainty"] == "stated" for row in rows)
    return confirmed, len(rows) - confirmed


def words(element):
    return re.sub(r"\s+", " ", element.text_content()).strip()


def page_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return html.fromstring(response.content.decode())


def figures(page):
    return [words(figure) for figure in page.xpath('//ul[@class="key-figures"]/li')]


def say_members(slug, noun):
    """What the key figure of members or observers has to say."""
    rows = [
        row for row in HELD if row["mechanism"] == slug and row["role"] == noun[:-1]
    ]
    confirmed, unconfirmed = parts(rows)
    if not rows:
        return f"–not on record {noun}"
    if STATUS[slug] in AT_REST:
        return f"0 {noun} {len(rows)} on record before it came to rest"
    if not unconfirmed:
        return f"{confirmed} {noun if confirmed != 1 else noun[:-1]}"
    dates = {row["listed"] for row in rows if row["certainty"] != "stated"}
    listed = dates.pop() if len(dates) == 1 else ""
    list_of = f" (list of {display(listed)})" if listed else ""
    named = noun if confirmed != 1 else noun[:-1]
    return f"{confirmed} {named} confirmed {unconfirmed} to be confirmed{list_of}"


@pytest.mark.parametrize(
    ("slug", "members", "observers"),
    [
        (
            "bali-process",
            "21 members confirmed 20 to be confirmed (list of 2002)",
            "0 observers confirmed 14 to be confirmed (list of 2002)",
        ),
        ("igc", "18 members", "–not on record observers"),
        ("ocam", "8 members", "1 observer"),
        (
            "pafom",
            "0 members confirmed 54 to be confirmed",
            "–not on record observers",
        ),
        (
            "acp-eu",
            "0 members 106 on record before it came to rest",
            "–not on record observers",
        ),
        ("gfmd", "–not on record members", "–not on record observers"),
    ],
)
def test_known_mechanisms_have_their_numbers(
    registry, client, slug, members, observers
):
    assert say_members(slug, "members") == members
    page = page_of(client, f"/mechanisms/{slug}/")
    assert figures(page)[:2] == [members, observers]


@pytest.mark.parametrize(
    ("slug", "says"),
    [
        ("bali-process", "; Bali Process says 45 (undated)"),
        ("igc", "International Organization for Migration (IOM) says 19 (2024)"),
    ],
)
def test_number_that_a_source_gives_stands_beside_ours(registry, client, slug, says):
    assert says in words(page_of(client, f"/mechanisms/{slug}/"))
    assert says.removeprefix("Members: ") in words(
        page_of(client, "/mechanisms/?per_page=50")
    )


def test_list_of_2002_is_no_beginning(registry, client):
    page = page_of(client, "/mechanisms/bali-process/")
    lists = page.xpath('//*[@id="members"]//ul[contains(., "Fiji")]')

    # What holds for all of a list stands once, in the line above it.
    (line,) = lists[0].xpath("preceding::p[1]")
    assert "on the list of 2002" in words(line)
    assert not [row for row in HELD if row["listed"] and row["since"] == row["listed"]]


def test_every_mechanism_has_the_numbers_of_the_rule(registry, client):
    for slug in STATUS:
        shown = figures(page_of(client, f"/mechanisms/{slug}/"))
        expected = [say_members(slug, noun) for noun in ("members", "observers")]
        assert shown[:2] == expected, slug


def test_lists_of_mechanisms_have_the_numbers_of_the_rule(registry, client):
    page = page_of(client, "/mechanisms/?view=table&per_page=50")

    shown = {
        row.xpath("th/a/@href")[0]: words(row.xpath("td")[-1])
        for row in page.xpath("//table/tbody/tr")
    }
    assert len(shown) == len(STATUS)
    for slug, status in STATUS.items():
        rows = [r for r in HELD if (r["mechanism"], r["role"]) == (slug, "member")]
        confirmed, unconfirmed = parts(rows)
        told = shown[f"/mechanisms/{slug}/"]
        if not rows:
            assert told.startswith("–not on record"), slug
        elif status in AT_REST:
            assert told.startswith(f"none today ({len(rows)} on record)"), slug
        else:
            both = f"{confirmed} confirmed, " if confirmed else ""
            rest = f"{both}{unconfirmed} to be confirmed"
            assert told.startswith(rest if unconfirmed else str(confirmed)), slug


def test_most_members_come_first_and_those_at_rest_last(registry, client):
    response = client.get("/mechanisms/?sort=members&per_page=50")

    counted = [profile.headcount.counted for profile in response.context["rows"]]
    assert counted == sorted(counted, reverse=True)
    slugs = [profile.mechanism.slug for profile in response.context["rows"]]
    assert slugs.index("acp-eu") > slugs.index("rmfm")


def test_france_takes_part_in_sixteen_mechanisms_of_which_nine_are_confirmed(
    registry, client
):
    page = page_of(client, "/states/fra/")

    assert figures(page)[0] == "9 mechanisms confirmed 7 to be confirmed"
    rest = page.xpath('//*[@id="mechanisms"]//table')[1]
    assert [words(a) for a in rest.xpath("tbody//th/a[1]")] == [
        "ACP-EU Dialogue on Migration"
    ]
    listed = client.get("/mechanisms/?state=FRA")
    assert listed.context["counted"] == "16 mechanisms"


def test_every_state_has_the_numbers_of_the_rule_on_every_page(registry, client):
    of_states = {}
    for row in TODAY:
        of_states.setdefault(row["state"], []).append(row)
    states = client.get("/states/").context["rows"]
    on_the_list = {s.iso3: (s.confirmed_count, s.unconfirmed_count) for s in states}
    assert on_the_list == {iso3: parts(rows) for iso3, rows in of_states.items()}

    home = client.get("/").context
    on_the_map = {place.iso3: place.count for place in home["map"].places}
    facets = client.get("/mechanisms/").context["facets"]
    (facet,) = [facet for facet in facets if facet.name == "state"]
    in_the_facet = {option.value: option.count for option in facet.options}
    totals = {iso3: len(rows) for iso3, rows in of_states.items()}
    assert in_the_facet == totals
    assert on_the_map.items() <= totals.items()
    assert home["states"] == len(totals)

    for iso3, rows in of_states.items():
        confirmed, unconfirmed = parts(rows)
        shown = figures(page_of(client, f"/states/{iso3.lower()}/"))[0]
        assert shown.startswith(f"{confirmed} mechanism"), iso3
        rest = f" {unconfirmed} to be confirmed" if unconfirmed else ""
        assert rest in shown, iso3


def test_facets_of_states_count_by_the_rule(registry, client):
    facets = {f.name: f.options for f in client.get("/states/").context["facets"]}

    roles = {(row["state"], row["role"]) for row in TODAY}
    expected = Counter(role for _state, role in roles)
    assert {option.value: option.count for option in facets["role"]} == expected


def test_home_says_how_many_mechanisms_are_active_and_as_of_when(registry, client):
    context = client.get("/").context

    assert context["standing"]["active"] == Counter(STATUS.values())["active"]
    seats = context["seats"]
    assert (seats.confirmed, seats.unconfirmed) == parts(TODAY)
    old = client.get("/mechanisms/?status=active&age=old").context["total"]
    assert context["standing"]["active_old"] == old
