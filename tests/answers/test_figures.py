"""Figures: what counts, how firmly, and the records behind each number."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from answers.figures.declared import FIGURES
from answers.figures.reading import Counts
from profiles.as_at import AsAt
from tests.factories import (
    make_chairing,
    make_contribution,
    make_draft,
    make_gcm_objective,
    make_guiding_document,
    make_membership,
    make_organ,
    make_organisation,
    make_partnership,
    make_profile,
    make_section,
    make_status_period,
    make_theme_focus,
    publish,
)

pytestmark = pytest.mark.django_db


def rows(slug, at=None):
    counted = FIGURES[slug].count(Counts(at and AsAt.asked(at)))
    return {row.key: row for row in counted.rows}


def known(slug, at=None):
    counted = FIGURES[slug].count(Counts(at and AsAt.asked(at)))
    return counted.known, counted.of


def make_whole(**fields):
    """Publish a mechanism with a fact of each kind that figures count."""
    fields.setdefault("established", 1996)
    draft = make_draft(regions=["africa"], **fields)
    make_membership(draft)
    make_status_period(draft, since="1996")
    make_theme_focus(draft)
    make_guiding_document(draft)
    make_organ(draft)
    make_chairing(draft, is_current=True)
    make_contribution(draft, gcm_objectives=[1])
    make_partnership(draft, make_organisation(), role="secretariat")
    make_section(draft, "structure")
    return publish(draft)


def test_seats_count_by_how_firm_they_are():
    draft = make_draft(acronym="ONE")
    make_membership(draft, "FRA")
    make_membership(draft, "GHA", certainty="inferred")
    make_membership(draft, "MLI", certainty="dated")
    make_membership(draft, "TGO", is_current=False)
    make_membership(draft, "NER", is_public=False)
    slug = publish(draft).mechanism.slug
    at_rest = make_draft(status="dormant")
    make_membership(at_rest, "FRA")
    publish(at_rest)

    row = rows("members-by-mechanism")[slug]

    assert [row.number(part) for part in ("confirmed", "unconfirmed", "dated")] == [
        1,
        1,
        1,
    ]
    states = rows("states-taking-part")
    assert states["all"].total == 3
    assert [record.name for record in states["1"].records] == [
        "State FRA",
        "State GHA",
        "State MLI",
    ]


def test_drafts_count_nowhere():
    draft = make_draft()
    make_membership(draft)

    for figure in FIGURES.values():
        counted = figure.count(Counts())
        assert sum(row.total for row in counted.rows) == 0, figure.slug
        assert counted.of == 0


def test_nothing_on_record_is_no_no():
    reported = make_draft(chair_coverage="reported")
    make_chairing(reported, is_current=True)
    publish(reported)
    for coverage in ("none", "not_reported", "not_asked", "unknown"):
        make_profile(chair_coverage=coverage)

    found = rows("with-chair")

    assert {key: row.total for key, row in found.items()} == {
        "reported": 1,
        "none": 1,
        "not_reported": 1,
        "not_asked": 1,
        "unknown": 1,
    }
    assert known("with-chair") == (2, 5)


@pytest.mark.parametrize(
    ("coverage", "row"),
    [
        ("reported", "unknown"),
        ("none", "none"),
        ("not_reported", "not_reported"),
        ("not_asked", "not_asked"),
        ("unknown", "unknown"),
    ],
)
def test_section_says_why_no_working_group_is_on_record(coverage, row):
    draft = make_draft()
    make_section(draft, "structure", coverage=coverage)
    publish(draft)

    assert rows("with-working-groups")[row].total == 1


def test_day_keeps_what_held_apart_from_what_may_have():
    draft = make_draft(established=2000)
    make_status_period(draft, since="2000", until="2016")
    make_membership(draft, "FRA", since="2001")
    make_membership(draft, "GHA")
    make_membership(draft, "MLI", since="2018")
    slug = publish(draft).mechanism.slug

    row = rows("members-by-mechanism", "2015-06-01")[slug]

    assert [(r.name, r.part) for r in row.records] == [
        ("State FRA", "confirmed"),
        ("State GHA", "perhaps"),
    ]
    assert rows("active-mechanisms", "2015-06-01")["all"].total == 1
    assert rows("active-mechanisms", "2017-06-01")["all"].total == 0
    assert rows("active-mechanisms", "1999-12-31")["all"].total == 0


def test_row_leads_to_a_list_of_as_many_or_to_its_records(client):
    for _ in range(3):
        make_whole()
    make_whole(status="dormant")
    # An ended partnership still stands in the list's facet, and not in the figure.
    draft = make_draft()
    ended = make_organisation(slug="ended")
    make_partnership(draft, ended, role="secretariat", until="2010")
    publish(draft)

    checked = 0
    for slug in FIGURES:
        said = json.loads(client.get(f"/figures/{slug}.json", secure=True).content)
        for row in said["tables"][0]["rows"]:
            address = row["total"]["url"].removeprefix("https://testserver")
            page = html.fromstring(client.get(address, secure=True).content)
            if "row=" in address:
                body = page.xpath('//table[.//*[@id="table-records"]]/tbody/tr')
                assert len(body) == int(row["total"]["text"]), address
            elif int(row["total"]["text"]):
                (counted,) = page.xpath('//*[@id="result-count"]')
                first = counted.text_content().split()[0]
                assert first == row["total"]["text"], address
            checked += 1
    assert checked > 50


def test_unknown_row_and_unknown_figure(client):
    assert client.get("/figures/themes/?row=nothing", secure=True).status_code == 400
    assert client.get("/figures/nothing/", secure=True).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/figures/",
        "/figures/?at=2015-06-01",
        *(f"/figures/{slug}/" for slug in FIGURES),
    ],
)
def test_queries_do_not_grow(client, address):
    make_gcm_objective(1)

    def number():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address, secure=True).status_code == 200
        return len(queries)

    make_whole()
    few = number()
    for _ in range(5):
        make_whole()
    assert number() <= few
    assert few < 60
