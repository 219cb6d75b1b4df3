"""In which order the terms of a chair stand, and when one is over."""

import datetime

import pytest
from django.utils import timezone

from profiles.models import Chairing
from profiles.succession import newest_first
from tests.factories import make_chairing, make_draft, make_state, publish

pytestmark = pytest.mark.django_db


def terms(draft, *told):
    """Make terms: State, predecessor, since, until, and whether it is the latest."""
    for state, before, since, until, is_current in told:
        make_chairing(
            draft,
            state=make_state(state),
            took_over_from=make_state(before) if before else None,
            since=since,
            until=until,
            is_current=is_current,
        )
    return [term.state.iso3 for term in newest_first(draft.chairings.all())]


def test_undated_terms_stand_between_those_that_they_took_over_from():
    found = terms(
        make_draft(),
        ("GTM", "", "2021-06-30", "", False),
        ("DOM", "", "2022-07", "2022-12", False),
        ("SLV", "", "", "", False),
        ("HND", "SLV", "", "", True),
    )

    assert found == ["HND", "SLV", "DOM", "GTM"]


def test_chain_of_undated_terms_reaches_back_to_one_that_returns():
    found = terms(
        make_draft(),
        ("CHL", "", "", "", False),
        ("ECU", "CHL", "", "", False),
        ("BRA", "ECU", "", "", False),
        ("CHL", "BRA", "2022", "2023", False),
        ("CRI", "CHL", "2023", "2024", True),
    )

    assert found == ["CRI", "CHL", "BRA", "ECU", "CHL"]


def test_undated_term_stands_before_the_dated_one_that_it_followed():
    found = terms(
        make_draft(),
        ("KGZ", "", "2016-10", "2018-10", False),
        ("TUR", "", "2021", "2022", True),
        ("TJK", "KGZ", "", "", False),
    )

    assert found == ["TUR", "TJK", "KGZ"]


def test_newest_comes_first_whatever_is_called_the_latest():
    found = terms(
        make_draft(),
        ("PER", "", "2023", "2023", True),
        ("BRA", "", "2025", "2025", False),
        ("ARE", "", "", "2021", False),
        ("PAK", "", "2021", "2023", False),
        ("MLI", "", "", "", False),
    )

    assert found == ["BRA", "PER", "PAK", "ARE", "MLI"]


@pytest.mark.parametrize(
    ("until", "is_over"),
    [
        ("", False),
        ("2024", True),
        ("2025", False),
        ("2025-06", True),
        ("2025-07", False),
        ("2025-07-13", True),
        ("2025-07-14", False),
    ],
)
def test_term_is_over_on_the_day_after_its_end(monkeypatch, until, is_over):
    monkeypatch.setattr(timezone, "localdate", lambda: datetime.date(2025, 7, 14))

    assert Chairing(until=until).is_over == is_over


def test_page_says_that_the_latest_term_is_over(client):
    draft = make_draft()
    make_chairing(
        draft,
        state=make_state("COL", name_en="Colombia"),
        since="2018",
        until="2019",
        is_current=True,
    )

    page = client.get(publish(draft).get_absolute_url()).content.decode()

    said = " ".join(page.split())
    assert "2018–2019: term over, successor not on record" in said
    assert (
        said.count("successor not on record") == 3
    )  # at a glance and in the succession


def test_page_says_that_a_term_is_undated(client):
    draft = make_draft()
    make_chairing(draft, state=make_state("HND"), is_current=True)

    page = client.get(publish(draft).get_absolute_url()).content.decode()

    assert '<div class="timeline-when">undated</div>' in page
    assert "successor not on record" not in page
