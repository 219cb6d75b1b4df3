"""What mechanisms share: each number of the matrix is that of the list behind it."""

import csv
import io
import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from answers.overlaps import matrix as matrix_rules
from answers.overlaps import views
from answers.overlaps.seriation import by_likeness
from tests.factories import (
    make_draft,
    make_mechanism,
    make_membership,
    make_organisation,
    make_partnership,
    make_region,
    make_state,
    make_status_period,
    make_theme_focus,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client):
    return lambda address: client.get(address, secure=True)


@pytest.fixture
def published():
    """Three mechanisms: the first two share four States, of which one is to be
    confirmed; the third shares one with the first and came to rest."""

    def make(slug, codes, **fields):
        draft = make_draft(
            make_mechanism(slug=slug), acronym=slug.upper(), established=2000, **fields
        )
        for code in codes:
            sure = "dated" if code == "DDD" and slug == "ocam" else "stated"
            make_membership(draft, code, certainty=sure, since="2001")
        return draft

    ocam = make("ocam", ["AAA", "BBB", "CCC", "DDD", "EEE"], regions=["americas"])
    make_membership(ocam, "FFF", role="observer")
    make_theme_focus(ocam, "border-management")
    rcm = make("rcm", ["AAA", "BBB", "CCC", "DDD", "FFF"], regions=["americas"])
    make_membership(rcm, "GGG", is_current=False, since="2001", until="2010")
    make_theme_focus(rcm, "border-management")
    make_theme_focus(rcm, "return", phase="past")
    iom = make_organisation(slug="iom", name_en="IOM")
    for draft in (ocam, rcm):
        make_partnership(draft, organisation=iom)
    midsa = make("midsa", ["AAA"], regions=["africa"], status="dormant")
    make_status_period(midsa, status="active", since="2000", until="2012")
    make_status_period(midsa, status="dormant", since="2012")
    return {draft.mechanism.slug: publish(draft) for draft in (ocam, rcm, midsa)}


def cells(page):
    """The text of each cell that leads somewhere, what it is called, and where to."""
    links = html.fromstring(page).xpath('//table[@class="matrix"]//td/a')
    return [(a.text, a.get("aria-label"), a.get("href")) for a in links]


def listed(page):
    return html.fromstring(page).xpath('//table//tbody/tr/th[@scope="row"]/a/text()')


def test_cell_says_what_is_in_both_and_leads_to_that_list(get, published):
    found = cells(get("/overlaps/").content.decode())

    # Both ways round it is the same list. MIDSA is at rest, an observer no member.
    assert len(found) == 2
    text, called, address = found[0]
    assert text == "3+1"
    assert called == "OCAM and RCM: 4 in both: 3 confirmed, 1 to be confirmed"
    assert {one[2] for one in found} == {address}
    both = get(address)
    names = [f"State {code}" for code in ("AAA", "BBB", "CCC", "DDD")]
    assert listed(both.content.decode()) == names
    assert "4 in both" in both.content.decode()


@pytest.mark.parametrize(
    ("of", "named"), [("themes", "Theme border-management"), ("partners", "IOM")]
)
def test_themes_and_partners_are_compared_too(get, published, of, named):
    found = cells(get(f"/overlaps/?of={of}").content.decode())

    assert [text for text, _called, _address in found] == ["1", "1"]
    assert listed(get(found[0][2]).content.decode()) == [named]


def test_on_a_day_what_held_and_what_may_have_held_stand_apart(get, published):
    page = get("/overlaps/?at=2005-06-01").content.decode()

    # MIDSA was at work then; a list that a source dated only may still have held.
    said = {called: text for text, called, _address in cells(page)}
    ocam_and_rcm = "OCAM and RCM: 4 in both: 3 known to have held, 1 may have held"
    assert said[ocam_and_rcm] == "3+1"
    assert (
        said["MIDSA and OCAM: 1 in both: 1 known to have held, 0 may have held"] == "1"
    )
    for _text, _called, address in cells(page):
        assert "at=2005-06-01" in address


def test_before_they_were_founded_nothing_is_shared(get, published):
    assert cells(get("/overlaps/?at=1999-06-01").content.decode()) == []


def test_in_the_year_of_their_founding_all_may_have_held(get, published):
    page = get("/overlaps/?at=2001-06-01").content.decode()

    texts = {called: text for text, called, _address in cells(page)}
    both = "OCAM and RCM: 4 in both: 0 known to have held, 4 may have held"
    assert texts[both] == "0+4"


def test_jaccard_index_is_the_share_of_all_in_either(get, published):
    page = get("/overlaps/?measure=jaccard").content.decode()

    assert [text for text, _called, _address in cells(page)] == ["67", "67"]


def test_files_hold_all_pairs_and_numbers(get, published):
    text = get("/overlaps.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))

    (pair,) = [row for row in rows if row["table"] == "pairs"]
    assert pair["mechanism"] == "OCAM"
    assert (pair["in_both"], pair["sure"], pair["unsure"]) == ("4", "3", "1")
    assert (pair["in_either"], pair["jaccard"]) == ("6", "0.6667")
    # FFF counts with its seat as an observer, as in the list of States.
    numbers = {r["state"]: r["mechanisms"] for r in rows if r["table"] == "numbers"}
    assert numbers["State FFF"] == "2"
    assert numbers["State EEE"] == "1"
    assert "State GGG" not in numbers


def test_heat_map_is_a_picture_with_its_numbers(get, published):
    text = get("/overlaps.svg").content.decode()

    ElementTree.fromstring(text)  # noqa: S314 - our own
    assert text.count(">3+1</text>") == 2


def test_region_keeps_its_mechanisms_alone(get, published):
    make_region("africa")

    assert cells(get("/overlaps/?region=americas").content.decode())
    answer = get("/overlaps/?region=atlantis")
    assert answer.status_code == 400
    assert "americas" in answer.content.decode()


def test_all_pairs_of_one_mechanism_are_listed(get, published, monkeypatch):
    third = make_draft(make_mechanism(slug="bali"), acronym="BALI", established=2000)
    for code in ("AAA", "BBB"):
        make_membership(third, code)
    publish(third)
    monkeypatch.setattr(views, "STRONGEST", 1)

    page = get("/overlaps/?mechanism=bali").content.decode()
    said = get("/overlaps.csv?mechanism=bali").content.decode("utf-8-sig")

    assert "What BALI shares with others" in page
    (pairs,) = html.fromstring(page).xpath('//ol[@class="strongest"]')
    assert [pair.text_content().count("BALI") for pair in pairs] == [1, 1]
    rows = [row for row in csv.DictReader(io.StringIO(said)) if row["table"] == "pairs"]
    assert [(row["other"], row["in_both"]) for row in rows] == [
        ("OCAM", "2"),
        ("RCM", "2"),
    ]
    assert get("/overlaps/?mechanism=midsa").status_code == 400
    assert get("/overlaps/?mechanism=nobody").status_code == 400


def test_page_of_a_mechanism_leads_to_whom_it_shares_members_with(get, published):
    address = "/overlaps/?mechanism=ocam"

    assert address in get("/mechanisms/ocam/").content.decode()
    assert get(address).status_code == 200
    assert "/overlaps/?mechanism=" not in get("/mechanisms/midsa/").content.decode()


def test_too_many_mechanisms_are_left_out_and_counted(get, published, monkeypatch):
    monkeypatch.setattr(matrix_rules, "MOST_SHOWN", 1)

    page = get("/overlaps/").content.decode()

    assert cells(page) == []
    assert "Choose a region" in re.sub(r"\s+", " ", page)


@pytest.mark.parametrize("other", ["ocam", "missing", "midsa", "secret"])
def test_list_needs_two_mechanisms_that_count(get, published, other):
    make_draft(make_mechanism(slug="secret"))

    assert get("/overlaps/ocam/rcm/").status_code == 200
    for form in ("/", ".csv"):
        assert get(f"/overlaps/ocam/{other}{form}").status_code == 404


@pytest.mark.parametrize("address", ["/overlaps/", "/overlaps/ocam/rcm/"])
@pytest.mark.parametrize("day", ["", "at=2005-06-01"])
def test_number_of_queries_does_not_grow(get, published, address, day):
    asked = f"{address}{'&' if '?' in address else '?'}{day}" if day else address

    def queries():
        get(asked)
        publish(make_draft(make_mechanism()))
        with CaptureQueriesContext(connection) as captured:
            assert get(asked).status_code == 200
        return len(captured)

    before = queries()
    for number in range(5):
        draft = make_draft(regions=["africa"])
        for code in ("AAA", "BBB", f"Y{chr(65 + number)}A"):
            make_membership(draft, make_state(code))
        publish(draft)
    assert queries() == before


def test_like_ones_stand_together_and_the_order_is_always_the_same():
    likeness = {frozenset("ab"): 0.9, frozenset("cd"): 0.8, frozenset("bc"): 0.1}

    def alike(one, other):
        return likeness.get(frozenset((one, other)), 0.0)

    orders = {
        "".join(by_likeness(list(things), alike)) for things in ("acbd", "abcd", "dbca")
    }
    assert orders <= {"abcd", "dcba"}
    assert by_likeness(list("acbd"), alike) == by_likeness(list("acbd"), alike)
    for one, other in combinations("ab", 2):
        assert by_likeness([one, other], alike) == [one, other]
