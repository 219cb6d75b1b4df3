"""The status of a mechanism on any day, from its statuses in time."""

import datetime

import pytest

from profiles.models.status import StatusPeriod, status_on


def period(status, since="", until=""):
    return StatusPeriod(status=status, since=since, until=until)


MIDCAS = [period("active", "2012", "2016"), period("dormant", "2016")]


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ((2011, 12, 31), "unknown"),
        ((2012, 1, 1), "active"),
        ((2015, 6, 30), "active"),
        ((2016, 1, 1), "dormant"),
        ((2026, 1, 1), "dormant"),
    ],
)
def test_status_of_a_day_is_the_one_that_began_last(day, status):
    assert status_on(MIDCAS, datetime.date(*day)) == status


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ((2011, 11, 30), "active"),
        ((2011, 12, 1), "ended"),
        ((2011, 12, 31), "ended"),
    ],
)
def test_month_begins_with_its_first_day(day, status):
    periods = [period("active", "2001", "2011-12"), period("ended", "2011-12")]

    assert status_on(periods, datetime.date(*day)) == status


def test_what_ends_within_a_year_may_hold_until_its_last_day():
    periods = [period("active", "1996", "2011")]

    assert status_on(periods, datetime.date(2011, 12, 31)) == "active"
    assert status_on(periods, datetime.date(2012, 1, 1)) == "unknown"


def test_period_without_a_beginning_gives_way_to_one_that_has_one():
    periods = [period("active", "2006", "2013"), period("ended")]

    assert status_on(periods, datetime.date(2010, 1, 1)) == "active"
    assert status_on(periods, datetime.date(2014, 1, 1)) == "ended"
