"""Dates that are as precise as their source."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from profiles.partial_dates import display, first_day, validate_partial_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2011", datetime.date(2011, 1, 1)),
        ("2011-06", datetime.date(2011, 6, 1)),
        ("2011-06-13", datetime.date(2011, 6, 13)),
        ("2024-02-29", datetime.date(2024, 2, 29)),
    ],
)
def test_a_partial_date_begins_on_its_first_day(text, day):
    assert first_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "11",
        "2011-6",
        "2011-13",
        "2011-02-30",
        "2011-06-13T10",
        "June 2011",
        "1899",
        "2101",
        "٢٠١١",
        "2011\n",
        " 2011",
    ],
)
def test_anything_else_is_refused_with_what_would_be_right(text):
    with pytest.raises(ValidationError, match="2011-06-13") as refused:
        validate_partial_date(text)
    assert text in str(refused.value.messages[0])


def test_a_partial_date_is_written_as_precisely_as_it_is_known():
    assert display("2011") == "2011"
    assert display("2011-06") == "June 2011"
    assert display("2011-06-13") == "13 June 2011"
    assert display("") == ""


def test_a_partial_date_is_written_by_the_rules_of_the_language():
    with override("fr"):
        assert display("2011-06-13") == "13 juin 2011"
    with override("es"):
        assert display("2011-06") == "junio de 2011"


@given(st.text())
def test_any_text_is_a_partial_date_or_refused(text):
    try:
        day = first_day(text)
    except ValueError:
        assert display(text) == text
    else:
        assert day.isoformat().startswith(text)
