"""Who confirmed a profile, and how old it is, as readers see it."""

import datetime
import re

import pytest
from django.utils import timezone

from profiles import editions
from profiles.vocabularies import SectionPart
from tests.factories import (
    make_clearance,
    make_contribution,
    make_draft,
    make_profile,
    make_section,
    make_source,
    publish,
)

pytestmark = pytest.mark.django_db


def html_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def head_of(html):
    return html.partition('<div class="page-head">')[2].partition("<nav")[0]


def section_of(html, name):
    after = html.partition(f'<section class="section" id="{name}">')[2]
    return after.partition("</section>")[0]


# --- Clearance ---


def test_clearance_of_the_whole_profile_stands_in_the_head_with_its_source(client):
    draft = make_draft()
    make_clearance(
        draft,
        confirmed_by="SICA secretariat",
        on="2019-05-03",
        document="note verbale of 3 May 2019",
        source=make_source(title="Letter of the secretariat"),
    )
    profile = publish(draft)

    page = html_of(client, profile.get_absolute_url())

    assert (
        "Confirmed by SICA secretariat on 3 May 2019 (note verbale of 3 May 2019)"
        in words(head_of(page))
    )
    assert 'popovertarget="source-card-1"' in head_of(page)
    assert "Letter of the secretariat" in words(section_of(page, "sources"))


def test_clearance_dated_by_a_month_does_not_name_a_day(client):
    draft = make_draft()
    make_clearance(draft, on="2019-05")

    page = html_of(client, publish(draft).get_absolute_url())

    assert "Confirmed by SICA secretariat in May 2019" in words(head_of(page))


def test_the_latest_clearance_comes_first(client):
    draft = make_draft()
    make_clearance(draft, confirmed_by="First office", on="2019-05-03")
    make_clearance(draft, confirmed_by="Second office", on="2024")

    head = words(head_of(html_of(client, publish(draft).get_absolute_url())))

    assert head.index("Second office") < head.index("First office")


@pytest.mark.parametrize("part", SectionPart)
def test_clearance_of_a_part_stands_in_its_section_only(client, part):
    draft = make_draft()
    clearance = make_clearance(draft, part=part.value)

    page = html_of(client, publish(draft).get_absolute_url())

    section = section_of(page, part.heading.value.replace("_", "-"))
    assert f'id="{clearance.uid}"' in section
    assert page.count("Confirmed by SICA secretariat") == 1


def test_clearance_of_a_level_follows_its_facts_or_the_word_that_there_are_none(client):
    draft = make_draft()
    make_section(draft, "contribution_national", prose="National laws.")
    make_contribution(draft, level="national", title="A law")
    make_section(draft, "contribution_global", coverage="none")
    make_clearance(draft, part="contribution_national", confirmed_by="Office one")
    make_clearance(draft, part="contribution_global", confirmed_by="Office two")

    page = html_of(client, publish(draft).get_absolute_url())

    section = words(section_of(page, "contribution"))
    places = [
        section.index(text)
        for text in ("National laws.", "Office one", "there is none", "Office two")
    ]
    assert places == sorted(places)


def test_an_earlier_edition_keeps_its_clearance_and_the_new_one_has_its_own(client):
    draft = make_draft()
    make_clearance(draft, confirmed_by="First office")
    old = publish(draft)
    correction = editions.open_draft(old.mechanism)
    correction.clearances.get().delete()
    make_clearance(correction, confirmed_by="Second office", on="2024-01-01")
    publish(correction)
    old.refresh_from_db()

    old_page = html_of(client, old.get_edition_url())
    new_page = html_of(client, correction.get_absolute_url())

    assert "Confirmed by First office" in words(old_page)
    assert "Second office" not in old_page
    assert "Confirmed by Second office" in words(new_page)
    assert "First office" not in new_page


def test_clearance_of_a_draft_or_for_staff_only_never_shows(client):
    draft = make_draft()
    make_clearance(draft, confirmed_by="Hidden office", is_public=False)
    profile = publish(draft)
    correction = editions.open_draft(profile.mechanism)
    make_clearance(correction, confirmed_by="Drafted office")

    for address in (profile.get_absolute_url(), profile.get_edition_url()):
        page = html_of(client, address)
        assert "Hidden office" not in page
        assert "Drafted office" not in page


# --- Age ---


def test_old_information_says_so_on_the_page_and_in_the_list(client):
    profile = make_profile(as_of="2022-06")

    for address in (
        profile.get_absolute_url(),
        profile.get_edition_url(),
        "/mechanisms/",
    ):
        page = html_of(client, address)
        assert "as of June 2022: more than two years old" in words(page)
        assert 'data-age="stale"' in page


def test_information_without_a_date_says_so(client):
    profile = make_profile(as_of="")

    for address in (profile.get_absolute_url(), "/mechanisms/"):
        assert "undated" in words(html_of(client, address))


def test_recent_information_has_its_date_and_no_badge(client):
    this_year = str(timezone.localdate().year)
    profile = make_profile(as_of=this_year)

    page = html_of(client, profile.get_absolute_url())

    assert f"Active as of {this_year}" in words(head_of(page))
    assert "data-age" not in page
    assert "data-age" not in html_of(client, "/mechanisms/")


def test_a_page_that_is_kept_grows_old_with_the_day(client, monkeypatch):
    profile = make_profile(as_of="2024-11-24")
    day = datetime.date(2026, 11, 24)
    monkeypatch.setattr(timezone, "localdate", lambda: day)
    assert "data-age" not in html_of(client, profile.get_absolute_url())

    day = datetime.date(2026, 11, 25)

    assert 'data-age="stale"' in html_of(client, profile.get_absolute_url())
