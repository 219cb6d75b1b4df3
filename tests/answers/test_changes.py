"""What publications changed, in plain words: of public facts alone."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from profiles import editions, redacting
from profiles.comparison import compare_in_public
from profiles.edition_parts import Part
from profiles.models import Contribution, Membership, Profile
from tests.factories import (
    make_chairing,
    make_contribution,
    make_draft,
    make_full_draft,
    make_mechanism,
    make_mechanism_link,
    make_meeting,
    make_membership,
    make_profile,
    make_state,
    make_theme,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(client):
    def read(address="/changes/", status=200):
        response = client.get(address)
        assert response.status_code == status, response.text
        return response.text

    return read


def revised(profile):
    """Return an open draft that holds what a published edition does."""
    return editions.open_draft(profile.mechanism)


def test_new_edition_is_told_in_plain_words(read):
    for iso3, name in (("GUY", "Guyana"), ("HND", "Honduras"), ("GTM", "Guatemala")):
        make_state(iso3, name_en=name)
    draft = make_draft(make_mechanism(slug="rcm"), name="Puebla Process")
    make_membership(draft, "HND")
    chair = make_chairing(draft, state=make_state("HND"), is_current=True)
    first = publish(draft)

    second = revised(first)
    make_membership(second, "GUY")
    Membership.objects.get(profile=second, state__iso3="HND").delete()
    term = type(chair).objects.get(profile=second)
    term.is_current = False
    term.save()
    make_chairing(second, state=make_state("GTM"), is_current=True)
    for n in range(14):
        make_meeting(second, title=f"Meeting {n}")
    second.status = "dormant"
    second.as_of = "2019-05"
    second.save()
    publish(second)

    page = read()

    assert "Puebla Process: edition 2" in page
    assert "Guyana is now a member." in page
    assert "Honduras is no longer a member." in page
    assert "The chair passed from Honduras to Guatemala." in page
    assert "14 meetings added" in page
    assert "The status changed from “Active” to “Dormant”." in page
    assert "As of is now on record: May 2019." in page
    assert page.index("edition 2") < page.index("published for the first time")


def test_first_publication_says_what_it_holds_in_numbers(read):
    draft = make_draft(name="Puebla Process")
    for n in range(3):
        make_meeting(draft, title=f"Meeting {n}")
    make_meeting(draft, title="Secret meeting", is_public=False)
    make_membership(draft)
    publish(draft)

    page = read()

    assert "Puebla Process: published for the first time" in page
    assert "3 meetings" in page
    assert "1 role of a State" in page
    assert "Meeting 1" not in page


def test_private_facts_and_other_peoples_drafts_are_no_news(read):
    first = publish(make_draft(name="Puebla Process"))
    hidden = make_draft(name="Hidden Process").mechanism
    second = revised(first)
    make_meeting(second, title="Secret meeting", is_public=False)
    make_mechanism_link(second, hidden)
    publish(second)
    make_meeting(revised(first), title="Draft meeting")

    page = read()

    for word in ("Secret", "Draft meeting", "Hidden", hidden.slug, "edition 3"):
        assert word not in page
    assert "No public statement differs from the edition before." in page


def test_what_becomes_public_is_added_and_what_no_longer_is_is_removed(read):
    draft = make_draft()
    make_meeting(draft, title="Shown later", is_public=False)
    make_contribution(draft, title="Hidden later")
    second = revised(publish(draft))
    second.meetings.update(is_public=True)
    Contribution.objects.filter(profile=second).update(is_public=False)
    publish(second)

    page = read()

    assert "1 meeting added" in page
    assert "Shown later" in page
    assert "1 contribution removed" in page


@pytest.mark.parametrize("in_which", ["old", "new"])
def test_what_was_redacted_is_no_news(read, in_which):
    draft = make_draft(objective="Wrong objective of an edition")
    meeting = make_meeting(draft, title="Wrong meeting")
    first = publish(draft)
    second = publish(revised(first))
    edition = {"old": first, "new": second}[in_which]
    for part in (
        Part("profiles.meeting", str(meeting.uid)),
        Part("profiles.profile", "", "objective"),
    ):
        redacting.redact(edition, part, reason="Wrong.")

    page = read()

    assert "Wrong meeting" not in page
    assert "Objective" not in page
    assert "meeting added" not in page
    assert "meeting removed" not in page


def test_fact_redacted_in_an_edition_that_was_withdrawn_is_not_named(read):
    draft = make_draft()
    meeting = make_meeting(draft, title="Wrong meeting")
    first = publish(draft)
    second = publish(revised(first))
    part = Part("profiles.meeting", str(meeting.uid))
    redacting.redact(second, part, reason="Wrong.")
    third = revised(second)
    third.status = "dormant"
    third.save()
    publish(third)
    editions.withdraw(second, reason="Wrong.")

    page = read()

    assert "The status changed" in page
    assert "Wrong meeting" not in page


def test_names_lead_to_the_facts(client, read):
    first = publish(make_draft())
    second = revised(first)
    meeting = make_meeting(second, title="Ministers")
    publish(second)

    address = f"/facts/{meeting.uid}/"
    assert f'<a href="{address}">Ministers</a>' in read()
    assert client.get(address).status_code == 200


def test_withdrawal_is_news_and_what_was_withdrawn_is_not(read):
    first = publish(make_draft(make_mechanism(slug="rcm"), name="Puebla Process"))
    second = revised(first)
    second.name = "Wrong name"
    second.save()
    make_meeting(second, title="Wrong meeting")
    publish(second)
    editions.withdraw(second, reason="Names were mixed up.")

    page = read()

    assert "Puebla Process: edition 2 withdrawn" in page
    assert "Names were mixed up." in page
    assert "Wrong" not in page
    third = editions.open_draft(first.mechanism, base=first)
    make_meeting(third, title="Right meeting")
    publish(third)
    page = read()
    assert "Puebla Process: edition 3" in page
    assert "1 meeting added" in page


def test_mechanism_of_which_all_was_withdrawn_is_not_named(read):
    profile = make_profile(make_mechanism(slug="rcm"), name="Secret name")
    editions.withdraw(profile, reason="Wrong.")

    page = read()

    assert "rcm" not in page
    assert "Secret name" not in page
    assert "such as ocam" in read("/changes/?mechanism=rcm", 400)


def test_publications_are_narrowed_by_mechanism_state_theme_and_date(read):
    make_state("GUY", name_en="Guyana")
    make_theme("labour", name_en="Labour")
    one = make_draft(make_mechanism(slug="one"), name="Process One")
    make_membership(one, "GUY")
    one = publish(one)
    two = make_draft(make_mechanism(slug="two"), name="Process Two")
    make_contribution(two, themes=["labour"])
    publish(two)
    left = revised(one)
    Membership.objects.get(profile=left).delete()
    publish(left)
    publish(revised(left))
    days = {1: "2019-01-05", 2: "2020-06-01", 3: "2021-03-31"}
    for number, day in days.items():
        editions_of_one = Profile.objects.filter(mechanism__slug="one", edition=number)
        editions_of_one.update(published_at=f"{day}T12:00:00Z")

    def titles(query):
        page = read(f"/changes/?{query}")
        all_titles = {
            "One 1": "Process One: published for the first time",
            "One 2": "Process One: edition 2",
            "One 3": "Process One: edition 3",
            "Two 1": "Process Two: published for the first time",
        }
        return {short for short, title in all_titles.items() if title in page}

    assert titles("mechanism=two") == {"Two 1"}
    assert titles("theme=labour") == {"Two 1"}
    assert titles("state=GUY") == {"One 1", "One 2"}
    assert titles("mechanism=one&from=2020&to=2020") == {"One 2"}
    assert titles("mechanism=one&from=2020-06-01&to=2021-03") == {"One 2", "One 3"}
    assert titles("mechanism=one&to=2018") == set()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("mechanism=nowhere", "such as ocam"),
        ("state=XXX", "such as CRI"),
        ("theme=nothing", "name of one theme"),
        ("from=yesterday", "2011-06-13"),
        ("to=2019-02-30", "2011-06-13"),
        ("from=2020&to=2019", "No day lies between 2020 and 2019"),
        ("page=7", "there are pages 1 to 1"),
        ("page=x", "there are pages 1 to 1"),
        ("edition=2", "There is no parameter"),
    ],
)
def test_what_is_not_known_is_refused_with_what_would_be_right(read, query, said):
    make_draft(make_mechanism(slug="only-a-draft"))

    assert said in read(f"/changes/?{query}", 400)
    if "edition" not in query:
        assert said in read(f"/changes.csv?{query}", 400)
    assert "such as ocam" in read("/changes/?mechanism=only-a-draft", 400)


def test_record_by_another_name_leads_to_its_address(client):
    draft = make_draft()
    make_membership(draft, make_state("GUY", name_en="Guyana"))
    publish(draft)

    for address in ("/changes/", "/changes.csv", "/changes/feed.atom"):
        answer = client.get(f"{address}?state=guyana")
        assert answer.status_code == 301
        assert answer.headers["Location"] == f"{address}?state=GUY"


def test_files_hold_the_sentences_of_the_page(client):
    second = revised(publish(make_draft(make_mechanism(slug="rcm"), name="Puebla")))
    make_meeting(second, title="Ministers")
    publish(second)

    text = client.get("/changes.csv?mechanism=rcm").content.decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["mechanism"], row["edition"], row["change"]) for row in rows] == [
        ("rcm", "2", "1 meeting added: Ministers"),
        ("rcm", "1", ""),
    ]


def changed_editions(number, facts):
    for _n in range(number):
        draft = make_full_draft()
        second = revised(publish(draft))
        for _fact in range(facts):
            make_membership(second)
            make_meeting(second)
            make_contribution(second, states=["GUY"], themes=["labour"])
        publish(second)


@pytest.mark.parametrize("address", ["/changes/", "/changes/feed.atom?state=GUY"])
def test_number_of_queries_grows_neither_with_editions_nor_with_facts(
    client, django_assert_num_queries, address
):
    changed_editions(1, 1)
    with CaptureQueriesContext(connection) as first:
        assert client.get(address).status_code == 200
    changed_editions(4, 3)
    with django_assert_num_queries(len(first)):
        assert client.get(address).status_code == 200


def test_editions_that_nobody_may_read_are_not_compared():
    first = make_profile()
    draft = revised(first)

    assert compare_in_public({draft.pk: first.pk}) == {}


def test_file_says_which_page_of_all_it_holds(client, monkeypatch):
    monkeypatch.setattr("answers.changes.views.ON_A_PAGE", 1)
    for name in ("A", "B"):
        make_profile(name=name)

    said = client.get("/changes.json?page=2").json()

    assert said["known"] == "2 publications and withdrawals; page 2 of 2"
    assert len({row["mechanism"] for row in said["tables"][0]["rows"]}) == 1
