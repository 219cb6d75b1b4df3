"""Mechanisms and editions side by side."""

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from profiles import editions
from profiles.models import Mechanism, Membership
from tests.factories import (
    make_chairing,
    make_contribution,
    make_draft,
    make_funding_source,
    make_mechanism,
    make_membership,
    make_organ,
    make_organisation,
    make_partnership,
    make_profile,
    make_section,
    make_state,
    make_theme,
    make_theme_focus,
    publish,
)

pytestmark = pytest.mark.django_db


def make(slug, members=(), **fields):
    draft = make_draft(make_mechanism(slug=slug), acronym=slug.upper(), **fields)
    for iso3 in members:
        make_membership(draft, iso3)
    return draft


@pytest.fixture
def get(client):
    return lambda address: client.get(address, secure=True)


@pytest.fixture
def rows(get):
    def read(address):
        text = get(address).content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    return read


def in_table(rows, key):
    return [row for row in rows if row["table"] == key]


def test_members_stand_by_what_is_in_all_in_some_and_in_one(rows, get):
    make("one", ["GHA", "KEN", "MEX"])
    publish(Mechanism.objects.get(slug="one").editions.get())
    publish(make("two", ["GHA", "KEN"]))
    third = make("three", ["GHA", "TUN"])
    make_membership(third, "CHE", role="observer")
    make_membership(third, "BEL", is_current=False)
    publish(third)

    found = rows("/compare.csv?m=one&m=two&m=three")

    def states(key):
        return [row["what"] for row in in_table(found, key)]

    assert states("members_in_all") == ["State GHA"]
    assert states("members_in_some") == ["State KEN"]
    assert states("members_only_1") == ["State MEX"]
    assert states("members_only_3") == ["State TUN"]
    assert states("members_otherwise") == ["State CHE"]
    assert in_table(found, "members_in_some")[0] == found[0] | {
        "table": "members_in_some",
        "what": "State KEN",
        "one": "Member",
        "two": "Member",
        "three": "",
    }
    page = get("/compare/?m=one&m=two&m=three").content.decode()
    assert '<a href="/states/gha/">State GHA</a>' in page
    assert "In all: 1 · In some: 1 · Only in ONE: 1 · Only in THREE: 1" in page


def test_themes_partners_structures_contributions_and_funding_stand_side_by_side(rows):
    organisation = make_organisation(name_en="Union")
    for slug in ("one", "two"):
        draft = make(slug)
        make_theme_focus(draft, make_theme("labour", name_en="Labour"))
        make_partnership(draft, organisation, category="igo_other")
        if slug == "one":
            make_chairing(draft, state=make_state("GHA"), is_current=True, since="2019")
            make_organ(draft, name="Group of experts")
            make_contribution(draft, level="global")
            make_funding_source(draft, organisation=organisation)
            make_funding_source(
                draft, kind="need", statement="Secret.", is_public=False
            )
        else:
            make_section(draft, "contribution_global", coverage="none")
        publish(draft)

    found = rows("/compare.csv?m=one&m=two")

    assert in_table(found, "themes_in_all")[0]["two"] == "Now"
    partner = in_table(found, "partners")[0]
    assert partner["category"] == "Intergovernmental organisation: other"
    assert (partner["one"], partner["two"]) == ("Partner", "Partner")
    said = {row["what"]: row for row in in_table(found, "structures")}
    assert said["Chair"]["one"] == "State GHA, since 2019"
    assert said["Chair"]["two"] == ""
    assert said["Working group"]["one"] == "Group of experts"
    levels = {row["what"]: row for row in in_table(found, "contributions")}
    assert (levels["Global"]["one"], levels["Global"]["two"]) == (
        "1",
        "None, says the source",
    )
    assert levels["National"]["two"] == ""
    assert [row["one"] for row in in_table(found, "funding")] == ["Union"]


def test_empty_column_says_what_is_known_of_it(get):
    draft = make("one", ["GHA"])
    make_section(draft, "evolution", coverage="none")
    publish(draft)
    publish(make("two"))

    page = " ".join(get("/compare/?m=one&m=two").content.decode().split())

    themes = page[page.index('id="themes"') : page.index('id="partners"')]
    assert "ONE</bdi>: " in themes
    assert "None: the source says that there is none." in themes
    assert "Unknown: the sources that were read say nothing about it." in themes
    members = page[page.index('id="members"') : page.index('id="themes"')]
    assert "TWO</bdi>: " in members
    assert "ONE</bdi>: " not in members


def test_two_editions_of_a_mechanism_show_what_changed(rows, get):
    publish(make("one", ["GHA"], status="active"))
    draft = editions.open_draft(Mechanism.objects.get(slug="one"))
    draft.status = "dormant"
    draft.save()
    make_membership(draft, "KEN")
    make_membership(draft, "TUN", is_public=False)
    publish(draft)

    found = rows("/compare.csv?m=one@1&m=one")

    changes = in_table(found, "changes_one_1_one")
    assert [
        (row["what"], row["change"], row["before"], row["after"]) for row in changes
    ] == [
        ("Status", "changed", "Active", "Dormant"),
        ("Membership", "added", "", "State KEN (Member)"),
    ]
    assert [row["what"] for row in in_table(found, "members_only_2")] == ["State KEN"]
    assert "ONE, edition 1" in get("/compare/?m=one@1&m=one").content.decode()


def test_order_is_kept_and_other_names_lead_to_the_one_address(get):
    publish(make("one"))
    publish(make("two"))

    said = json.loads(get("/compare.json?m=two&m=one").content)
    answer = get("/compare/?m=TWO&m=&m=one@1")

    assert [*said["tables"][0]["columns"]] == ["what", "two", "one"]
    assert answer.status_code == 302
    assert answer.url == "/compare/?m=two&m=one@1"


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("m=one", "Choose one to three others"),
        ("m=one&m=two&m=one@1&m=two@1&m=three", "at most 4"),
        ("m=one&m=tow", "not the name of a published mechanism"),
        ("m=one&m=drafted", "not the name of a published mechanism"),
        ("m=one&m=one", "Choose another mechanism"),
        ("m=one&m=one@1", "Choose another mechanism"),
        ("m=one&m=two@7", "These can be read: two@1."),
        ("m=one&m=two@x", "not the name of a published mechanism"),
        ("m=one&m=gone@1", "was withdrawn on"),
        ("m=one&m=gone", "None of its editions can be read"),
        ("m=one&m=@", "not the name of a published mechanism"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_what_would_be_right(get, asked, right):
    publish(make("one"))
    publish(make("two"))
    make("drafted")
    editions.withdraw(publish(make("gone")), reason="Wrong.")

    page = get(f"/compare/?{asked}")
    file = get(f"/compare.csv?{asked}")

    assert page.status_code == file.status_code == 400
    assert right in page.content.decode()
    assert right in file.content.decode()
    # The choice stays in the form, to be changed.
    assert 'value="one" checked' in page.content.decode()
    assert "drafted" not in page.content.decode().replace(
        'value="drafted"', ""
    ).replace("“drafted”", "")


def test_without_a_choice_the_page_offers_published_mechanisms(get):
    publish(make("one"))
    make("drafted")

    page = get("/compare/?chosen=one")

    assert page.status_code == 200
    assert 'name="m" value="one" checked' in page.content.decode()
    assert "drafted" not in page.content.decode()


def test_number_of_queries_depends_neither_on_mechanisms_nor_on_facts(get):
    def filled(slug, times):
        draft = make(slug, [make_state().iso3 for _ in range(times)])
        for _ in range(times):
            make_theme_focus(draft)
            make_partnership(draft)
            make_contribution(draft)
            make_chairing(draft)
            make_funding_source(draft, organisation=make_organisation())
        publish(draft)

    for slug in ("one", "two"):
        filled(slug, 1)
    for slug in ("three", "four", "five", "six"):
        filled(slug, 20)
    get("/compare/?m=two&m=one")

    asked = []
    for address in ("?m=one&m=two", "?m=three&m=four&m=five&m=six"):
        with CaptureQueriesContext(connection) as queries:
            assert get(f"/compare/{address}").status_code == 200
        asked.append(len(queries))

    assert asked[0] == asked[1]
    assert Membership.objects.count() == 82


def test_mechanism_at_rest_still_shows_who_stood_on_record(rows):
    publish(make("one", ["GHA"], status="ended"))
    publish(make("two", ["GHA"]))

    found = rows("/compare.csv?m=one&m=two")

    assert [row["what"] for row in in_table(found, "members_in_all")] == ["State GHA"]
    head = {row["what"]: row for row in in_table(found, "head")}
    assert head["Status"]["one"] == "Ended"
    assert head["Members on record"]["one"] == "1"


def test_published_profile_without_facts_can_be_compared(get):
    make_profile(make_mechanism(slug="one"))
    make_profile(make_mechanism(slug="two"))

    assert get("/compare/?m=one&m=two").status_code == 200
