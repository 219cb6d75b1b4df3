"""What held on a day, at the edges of what sources date."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from profiles.as_at import AsAt, Holding, least
from profiles.models import Chairing, Membership, Profile

HELD, PERHAPS, NOT = Holding.HELD, Holding.PERHAPS, Holding.NOT


def on(text: str) -> AsAt:
    return AsAt(date.fromisoformat(text))


@pytest.mark.parametrize(
    ("since", "until", "day", "held"),
    [
        ("2015", "", "2014-12-31", NOT),
        ("2015", "", "2015-01-01", PERHAPS),
        ("2015", "", "2015-12-30", PERHAPS),
        ("2015", "", "2015-12-31", HELD),
        ("2015-02", "", "2015-02-28", HELD),
        ("2016-02", "", "2016-02-28", PERHAPS),
        ("2015-06-01", "", "2015-06-01", HELD),
        ("2015-06-01", "", "2015-05-31", NOT),
        ("2010", "2015", "2015-01-01", HELD),
        ("2010", "2015", "2015-01-02", PERHAPS),
        ("2010", "2015", "2015-12-31", PERHAPS),
        ("2010", "2015", "2016-01-01", NOT),
        ("2010", "2015-06-13", "2015-06-13", HELD),
        ("2010", "2015-06-13", "2015-06-14", NOT),
        ("", "2015", "2014-12-31", PERHAPS),
        ("", "2015", "2016-01-01", NOT),
        ("", "", "2015-06-01", PERHAPS),
        ("2015", "2015", "2015-06-01", PERHAPS),
    ],
)
def test_period(since, until, day, held):
    seat = Membership(since=since, until=until, is_current=not until)

    assert on(day).of(seat) is held


def test_seat_that_was_given_up_on_an_unknown_day_may_have_been_held():
    left = Membership(since="2010", is_current=False)

    assert on("2009-12-31").of(left) is NOT
    assert on("2012-01-01").of(left) is PERHAPS


def test_list_that_names_a_seat_is_no_beginning():
    listed = Membership(listed="2002")

    assert on("2001-01-01").of(listed) is PERHAPS
    assert on("2003-01-01").of(listed) is HELD


def test_chair_without_an_end_may_have_changed():
    assert on("2019-01-01").of(Chairing(since="2018", is_current=True)) is PERHAPS


@pytest.mark.parametrize(
    ("date_of_event", "day", "held"),
    [
        ("2015", "2014-12-31", NOT),
        ("2015", "2015-06-01", PERHAPS),
        ("2015", "2015-12-31", HELD),
        ("2015-06-13", "2015-06-13", HELD),
        ("", "2015-06-01", PERHAPS),
    ],
)
def test_event(date_of_event, day, held):
    assert on(day).of_event(date_of_event) is held


@pytest.mark.parametrize(
    ("established", "day", "held"),
    [
        (2000, "1999-12-31", NOT),
        (2000, "2000-06-01", PERHAPS),
        (2000, "2000-12-31", HELD),
        (None, "1950-01-01", PERHAPS),
    ],
)
def test_nothing_holds_in_a_mechanism_before_it_is_established(established, day, held):
    profile = Profile(established=established, status="active")

    assert on(day).of_mechanism_at_work(profile, []) is held


def test_least_of_several():
    assert least(HELD, PERHAPS, NOT) is NOT
    assert least(HELD, PERHAPS) is PERHAPS
    assert least(HELD, HELD) is HELD


@pytest.mark.parametrize(
    "text",
    ["", "2015", "2015-06", "2015-6-1", "2015-02-29", "1899-12-31", "2999-01-01", "x"],
)
def test_day_that_is_not_understood_is_refused(text):
    with pytest.raises(ValidationError, match="2015-06-01"):
        AsAt.asked(text)


def test_digits_of_other_scripts_are_no_day():
    with pytest.raises(ValidationError):
        AsAt.asked("٢٠١٥-٠٦-٠١")


def test_today_can_be_asked():
    today = localdate()

    assert AsAt.asked(today.isoformat()).day == today
    with pytest.raises(ValidationError):
        AsAt.asked((today + timedelta(days=1)).isoformat())


def test_seat_that_is_given_up_is_not_held_today():
    left = Membership(since="2010", is_current=False)

    assert AsAt(localdate()).of(left) is NOT
