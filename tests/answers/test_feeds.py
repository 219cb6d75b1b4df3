"""Atom feeds of new editions: valid, bounded, and saying what the page says."""

import re
from datetime import datetime
from html import unescape
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from profiles import editions
from profiles.models import Profile
from tests.factories import (
    make_draft,
    make_mechanism,
    make_meeting,
    make_membership,
    make_profile,
    make_state,
    make_theme,
    make_theme_focus,
    publish,
)

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def read_feed(client, address):
    """Return the root of a feed that has all that RFC 4287 asks of one."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert [one.text for one in root.findall(f"{ATOM}{name}") if one.text]
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    links = {one.get("rel"): one.get("href") for one in root.findall(f"{ATOM}link")}
    assert links["self"] == f"http://testserver{address}" == root.findtext(f"{ATOM}id")
    assert client.get(links["alternate"]).status_code == 200
    dates = [root.findtext(f"{ATOM}updated")]
    ids = []
    for entry in root.findall(f"{ATOM}entry"):
        ids.append(entry.findtext(f"{ATOM}id"))
        dates += [entry.findtext(f"{ATOM}{n}") for n in ("updated", "published")]
        assert entry.findtext(f"{ATOM}title")
        assert entry.find(f"{ATOM}summary").get("type") == "html"
        assert entry.find(f"{ATOM}link").get("href").startswith("http://testserver/")
    assert len(set(ids)) == len(ids)
    assert all(RFC_3339.fullmatch(date) for date in dates)
    return root


def titles(root):
    return [entry.findtext(f"{ATOM}title") for entry in root.findall(f"{ATOM}entry")]


@pytest.fixture
def two_mechanisms():
    """Two mechanisms, the first of them in two editions."""
    draft = make_draft(
        make_mechanism(slug="rcm"), name="Puebla Process", regions=["americas"]
    )
    make_membership(draft, make_state("GUY", name_en="Guyana"))
    make_theme_focus(draft, make_theme("labour", name_en="Labour"))
    second = editions.open_draft(publish(draft).mechanism)
    make_meeting(second, title="Ministers <&> others")
    publish(second)
    make_profile(make_mechanism(slug="midwa"), name="MIDWA", regions=["africa"])


ALL = [
    "MIDWA: published for the first time",
    "Puebla Process: edition 2",
    "Puebla Process: published for the first time",
]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/changes/feed.atom", ALL),
        ("/changes/feed.atom?mechanism=midwa", ALL[:1]),
        ("/changes/feed.atom?state=GUY", ALL[1:]),
        ("/changes/feed.atom?theme=labour", ALL[1:]),
        ("/mechanisms/feed.atom", ALL),
        ("/mechanisms/feed.atom?region=africa", ALL[:1]),
        ("/mechanisms/feed.atom?region=africa&region=americas&state=GUY", ALL[1:]),
        ("/mechanisms/feed.atom?q=puebla&theme=labour", ALL[1:]),
        ("/mechanisms/feed.atom?status=ended", []),
    ],
)
def test_feed_tells_what_it_is_asked_for(client, two_mechanisms, address, expected):
    assert titles(read_feed(client, address)) == expected


def test_feed_says_the_sentences_of_the_page(client, two_mechanisms):
    entry = read_feed(client, "/changes/feed.atom").findall(f"{ATOM}entry")[1]

    said = unescape(re.sub(r"<[^>]+>", " ", entry.findtext(f"{ATOM}summary")))
    assert "1 meeting added: Ministers <&> others" in said
    assert "1 meeting added" in client.get("/changes/").text
    link = entry.find(f"{ATOM}link").get("href")
    assert link == "http://testserver/mechanisms/rcm/editions/2/"


def test_ids_stay_when_other_editions_follow_or_are_withdrawn(client, two_mechanisms):
    def ids():
        root = read_feed(client, "/changes/feed.atom?mechanism=rcm")
        return [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]

    before = ids()
    third = publish(
        editions.open_draft(
            Profile.objects.get(mechanism__slug="rcm", edition=2).mechanism
        )
    )
    assert ids()[1:] == before
    published = ids()[0]
    editions.withdraw(third, reason="Wrong.")
    assert ids()[1:] == before
    assert ids()[0] != published


@pytest.mark.attack("Characters that XML cannot hold break feeds")
@pytest.mark.parametrize(
    "name",
    ["Pro\vcess", "Pro\x1bcess", "Pro\ufffecess", "<b>&]]>", "عملية بويبلا", "\u202e1"],
    ids=["tab", "escape", "noncharacter", "markup", "arabic", "override"],
)
def test_feed_stays_valid_whatever_a_name_holds(client, name):
    draft = make_draft(name=name, as_of="2011")
    first = publish(draft)
    second = editions.open_draft(first.mechanism)
    make_meeting(second, title=f"Meeting {name}", date="2012")
    publish(second)

    for address in ("/changes/feed.atom", "/mechanisms/feed.atom"):
        root = read_feed(client, address)
        shown = re.sub("[\v\x1b\ufffe]", "", name)
        assert titles(root)[0] == f"{shown}: edition 2"


@pytest.mark.parametrize(
    "address",
    [
        "/changes/feed.atom?state=XXX",
        "/changes/feed.atom?from=2019",
        "/changes/feed.atom?x=1",
        "/mechanisms/feed.atom?region=atlantis",
        "/mechanisms/feed.atom?sort=name",
        "/mechanisms/feed.atom?" + "&".join(f"state=A{n}" for n in range(60)),
    ],
)
def test_feed_of_what_is_not_known_is_refused_and_no_wider_one(
    client, two_mechanisms, address
):
    answer = client.get(address)

    assert answer.status_code == 400
    assert "Puebla" not in answer.text


def test_value_by_another_name_leads_to_the_feed(client, two_mechanisms):
    answer = client.get("/mechanisms/feed.atom?state=guyana")

    assert answer.status_code == 301
    assert answer.headers["Location"] == "/mechanisms/feed.atom?state=GUY"


def test_feed_is_bounded_and_its_date_is_that_of_the_latest(client):
    for _n in range(35):
        make_profile()

    root = read_feed(client, "/changes/feed.atom")

    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 30
    updated = [datetime.fromisoformat(e.findtext(f"{ATOM}updated")) for e in entries]
    assert updated == sorted(updated, reverse=True)
    assert root.findtext(f"{ATOM}updated") == updated[0].isoformat()


def test_who_holds_the_feed_is_told_that_nothing_moved(client, two_mechanisms):
    held = client.get("/changes/feed.atom").headers["ETag"]

    assert (
        client.get("/changes/feed.atom", headers={"if-none-match": held}).status_code
        == 304
    )
    make_profile()
    assert (
        client.get("/changes/feed.atom", headers={"if-none-match": held}).status_code
        == 200
    )


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        ("/", "/changes/feed.atom"),
        ("/changes/?state=GUY&from=2019", "/changes/feed.atom?state=GUY"),
        ("/mechanisms/rcm/", "/changes/feed.atom?mechanism=rcm"),
        ("/mechanisms/rcm/editions/", "/changes/feed.atom?mechanism=rcm"),
        ("/states/guy/", "/changes/feed.atom?state=GUY"),
        ("/themes/labour/", "/changes/feed.atom?theme=labour"),
        (
            "/mechanisms/?region=americas&q=puebla&sort=name&view=table",
            "/mechanisms/feed.atom?q=puebla&region=americas",
        ),
    ],
)
def test_page_leads_to_its_feed_by_a_link_and_for_readers_of_feeds(
    client, two_mechanisms, page, feed
):
    text = unescape(client.get(page).text)

    [link] = re.findall('<link rel="alternate" type="application/atom[^>]*>', text)
    assert f'href="{feed}"' in link
    assert 'title=""' not in link
    assert f'<a href="{feed}"' in text
    assert read_feed(client, feed) is not None


def test_feed_of_a_text_that_is_written_otherwise_names_itself_as_it_is(
    client, two_mechanisms
):
    text = quote("puebla & co")

    root = read_feed(client, "/mechanisms/feed.atom?q=puebla+%26+co")

    assert client.get(f"/mechanisms/feed.atom?q={text}").status_code == 200
    assert "puebla & co" in root.findtext(f"{ATOM}title")
