"""Dates as people type them in the form of an edition."""

import pytest
from django.core.exceptions import ValidationError

from profiles.models import Membership
from profiles.typed_dates import TypedDateField
from tests.factories import make_draft, make_membership
from tests.profiles.staff_forms import change_url, entered, errors_of

RULES = Membership._meta.get_field("since").validators


def read(text):
    return TypedDateField(required=False, validators=RULES).clean(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ""),
        ("2018", "2018"),
        ("2018-06-13", "2018-06-13"),
        ("May 2019", "2019-05"),
        ("mayo de 2019", "2019-05"),
        ("août 2019", "2019-08"),
        ("مايو 2019", "2019-05"),
        ("13/06/2018", "2018-06-13"),
        ("06/13/2018", "2018-06-13"),
        ("05/05/2018", "2018-05-05"),
        ("13.6.2018", "2018-06-13"),
        ("06/2018", "2018-06"),
        ("13 de junio de 2018", "2018-06-13"),
        ("1er mars 2017", "2017-03-01"),
        ("May 5th, 2019", "2019-05-05"),
        ("٢٠١١", "2011"),
    ],
)
def test_date_is_understood_as_it_is_written(typed, meant):
    assert read(typed) == meant


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("05/06/2018", ["5 June 2018", "6 May 2018", "2018-06-05", "2018-05-06"]),
        ("31/02/2018", ["2011-06-13"]),
        ("13/13/2018", ["2011-06-13"]),
        ("2018-19", ["2011-06"]),
        ("June", ["2011-06"]),
        ("5/6/18", ["2011-06-13"]),
    ],
)
def test_what_is_ambiguous_or_no_date_is_refused_with_what_would_be_right(typed, right):
    with pytest.raises(ValidationError) as refused:
        read(typed)

    for words in right:
        assert words in " ".join(refused.value.messages)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["2018-2019", "2018 – 2019", "01/2018 - 2019"])
def test_period_typed_as_a_beginning_fills_both_fields(admin_client, typed):
    draft = make_draft()
    seat = make_membership(draft, is_current=False)
    data = entered(admin_client.get(change_url(draft)))
    data["memberships-0-since"] = typed

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 302, errors_of(answer)
    seat.refresh_from_db()
    assert (seat.since[:4], seat.until) == ("2018", "2019")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "until"), [("listed", ""), ("until", ""), ("since", "2020")]
)
def test_period_where_none_fits_is_refused(admin_client, field, until):
    draft = make_draft()
    make_membership(draft, is_current=False)
    data = entered(admin_client.get(change_url(draft)))
    data |= {"memberships-0-until": until, f"memberships-0-{field}": "2018-2019"}

    page = admin_client.post(change_url(draft), data)

    assert "“2018-2019” is a period" in errors_of(page)
    assert 'value="2018-2019"' in page.content.decode()
