"""The questions that a delegate asks first, as the page of a mechanism answers them."""

import datetime
import re

import pytest
from django.utils import timezone
from lxml import html

from tests.factories import (
    make_alternative_value,
    make_chairing,
    make_contribution,
    make_draft,
    make_funding_source,
    make_meeting,
    make_membership,
    make_organisation,
    make_partnership,
    make_profile,
    make_source,
    make_state,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_: datetime.date(2025, 7, 14))


def page_of(client, profile):
    response = client.get(profile.mechanism.get_absolute_url())
    return html.fromstring(response.content.decode())


def answers(client, profile):
    """The answers by their questions, with a dash for what is not on record."""
    page = page_of(client, profile)
    found = {}
    for pair in page.xpath('//*[@id="at-a-glance"]//dl/div'):
        for hidden in pair.xpath('.//*[contains(@class, "visually-hidden")]'):
            hidden.text = ""
        question, answer = (
            re.sub(r"\s+", " ", pair.xpath(f"string({name})")).strip()
            for name in ("dt", "dd")
        )
        found[question] = answer
    return found


def test_all_questions_are_answered_and_lead_to_parts_of_the_page(client):
    draft = make_draft(
        established=1990,
        as_of="2025-01",
        meeting_pattern="Twice a year",
        sources=[],
    )
    make_membership(draft, source=make_source())
    make_membership(draft, role="observer")
    make_alternative_value(draft, field="established", value="1991")
    honduras = make_state("HND", name_en="Honduras")
    make_chairing(draft, state=honduras, since="2025", is_current=True)
    serving = make_organisation(name_en="Isthmus Union")
    make_partnership(draft, serving, role="secretariat", arrangement="permanent")
    make_partnership(draft, make_organisation(), category="academia")
    make_meeting(draft, date="2025-06-13", city="San José")
    make_meeting(draft, date="2025-09")
    make_contribution(draft, status="adopted")
    make_contribution(draft, status="planned")
    make_funding_source(draft, kind="donor", organisation=serving, is_public=True)
    make_funding_source(draft, kind="need", is_public=True)

    profile = publish(draft)
    told = answers(client, profile)

    assert told == {
        "Who takes part": "Members: 1 · Observers: 1",
        "Since when": "1990; other sources: 1991",
        "Who chairs": "Honduras, since 2025",
        "Who serves it": "Permanent secretariat: Isthmus Union",
        "How often it meets": "Twice a year",
        "Next and last meeting": "Next: September 2025 Last: 13 June 2025, San José",
        "What it did": "Contributions: 1 adopted, 1 planned",
        "With whom": "2 partner organisations of 2 categories",
        "Who pays": "Donor (Isthmus Union)",
        "How sure, and how old": told["How sure, and how old"],
    }
    assert "facts are stated by their source." in told["How sure, and how old"]
    assert "as of January 2025" in told["How sure, and how old"]
    page = page_of(client, profile)
    links = page.xpath('//*[@id="at-a-glance"]//a/@href')
    assert len(links) >= 15
    assert all(page.xpath("//*[@id=$at]", at=link.lstrip("#")) for link in links)


def test_what_is_not_on_record_has_the_mark_for_that(client):
    told = answers(client, make_profile(as_of="", status="active"))

    last = told.pop("How sure, and how old")
    assert "undated" in last
    assert set(told.values()) == {"–", "Next: – Last: –"}


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("2025-07-14", "Next: 14 July 2025 Last: –"),
        ("2025-07-13", "Next: – Last: 13 July 2025"),
        ("2025-08", "Next: August 2025 Last: –"),
        ("2025-06", "Next: – Last: June 2025"),
        ("2025-07", "Next: – Held already, or ahead: July 2025 Last: –"),
        ("2025", "Next: – Held already, or ahead: 2025 Last: –"),
        (
            "",
            (
                "Next: – Last with a date: – "
                "1 of 1 on record has no date, and may be later"
            ),
        ),
    ],
)
def test_meetings_are_next_or_last_as_far_as_their_dates_tell(client, date, said):
    draft = make_draft()
    make_meeting(draft, date=date)

    assert answers(client, publish(draft))["Next and last meeting"] == said


def test_nearest_meetings_on_both_sides_of_today_are_told(client):
    draft = make_draft()
    for date in ("2027-01", "2025-12-01", "2010", "2025-01-31"):
        make_meeting(draft, date=date)

    told = answers(client, publish(draft))["Next and last meeting"]

    assert told == "Next: 1 December 2025 Last: 31 January 2025"


def test_what_is_not_public_is_no_answer(client):
    draft = make_draft()
    make_funding_source(draft, kind="donor", is_public=False)
    make_meeting(draft, date="2026-01-01", is_public=False)

    told = answers(client, publish(draft))

    assert told["Who pays"] == "–"
    assert told["Next and last meeting"] == "Next: – Last: –"


def test_chair_whose_term_is_over_is_not_said_to_chair(client):
    draft = make_draft()
    make_chairing(
        draft,
        state=make_state("COL", name_en="Colombia"),
        until="2024",
        is_current=True,
    )

    told = answers(client, publish(draft))["Who chairs"]

    assert told.startswith("Colombia, ")
    assert told.endswith("term over, successor not on record")
