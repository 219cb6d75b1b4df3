"""When a profile counts as old."""

import datetime

import pytest

from profiles.models import Profile
from profiles.staleness import is_stale, with_age
from tests.factories import make_draft

TODAY = datetime.date(2026, 11, 24)

OLD = ("2003", "2023", "2024-10", "2024-11-23")
CURRENT = ("2024", "2024-11", "2024-11-24", "2024-12", "2026-11-24", "2027")


@pytest.mark.parametrize("as_of", OLD)
def test_information_is_stale_when_all_of_its_date_lies_two_years_back(as_of):
    assert is_stale(as_of, TODAY)


@pytest.mark.parametrize("as_of", CURRENT)
def test_information_is_not_stale_while_its_date_may_lie_within_two_years(as_of):
    assert not is_stale(as_of, TODAY)


def test_how_old_information_without_a_date_is_is_unknown():
    assert not is_stale("", TODAY)


def test_two_years_before_the_29th_of_february_is_the_end_of_february():
    leap_day = datetime.date(2028, 2, 29)

    assert is_stale("2026-02-28", leap_day)
    assert not is_stale("2026-03-01", leap_day)


@pytest.mark.django_db
def test_ages_are_found_in_one_query(django_assert_num_queries):
    for as_of in ("", *OLD, *CURRENT):
        make_draft(as_of=as_of)

    with django_assert_num_queries(1):
        ages = {one.as_of: one.age for one in with_age(Profile.objects.all(), TODAY)}

    assert ages == {
        "": "undated",
        **dict.fromkeys(OLD, "old"),
        **dict.fromkeys(CURRENT, "recent"),
    }
