"""The home page and the page about the registry."""

import datetime
import re

import pytest
from django.utils.timezone import localdate

from profiles import editions
from profiles.models import Profile
from tests.factories import (
    make_contribution,
    make_draft,
    make_full_draft,
    make_membership,
    make_organisation,
    make_partnership,
    make_profile,
    make_state,
    publish,
)

pytestmark = pytest.mark.django_db


def figure(page, address):
    """The number that stands in the key figure that leads to `address`."""
    found = re.search(rf'href="{re.escape(address)}"><strong>(\d+)</strong>', page)
    assert found is not None, address
    return int(found[1])


def test_number_of_queries_does_not_grow_with_the_registry(
    client, django_assert_num_queries
):
    queries = (
        2  # the revision, before and after drawing
        + 4  # mechanisms, States, partners, contributions: their numbers
        + 1  # mechanisms per status and age of the information
        + 1  # seats, confirmed and to be confirmed
        + 2  # the map: seats per State, and the States
        + 1  # mechanisms per region
        + 1  # mechanisms per type
        + 1  # the latest assessment
        + 1  # the mechanisms named as examples
        + 2  # the latest publications: their numbers, and those that are named
        + 1  # 'as of', in the footer
        + 5  # what names its source: facts, fields, their regions, periods and sources
    )
    for total in (1, 5):
        for _n in range(total):
            publish(make_full_draft())
        with django_assert_num_queries(queries):
            assert client.get("/").status_code == 200


def test_figures_are_those_of_the_lists_behind_them(client):
    organisation = make_organisation()
    for n in range(3):
        draft = make_draft(regions=["africa", "americas"][: n + 1])
        make_membership(draft, "CRI")
        make_membership(draft, "PAN", is_current=n > 0)
        make_membership(draft, "MEX", is_public=False)
        make_partnership(draft, organisation)
        make_partnership(draft, is_public=False)
        make_contribution(draft)
        make_contribution(draft, is_public=False)
        publish(draft)
    unpublished = make_draft()
    make_membership(unpublished, "BLZ")
    make_partnership(unpublished)
    make_contribution(unpublished)

    page = client.get("/").content.decode()

    expected = {
        "/mechanisms/": 3,
        "/states/": 2,
        "/partners/": 1,
        "/contributions/": 3,
    }
    for address, number in expected.items():
        assert figure(page, address) == number
        listed = client.get(address).context["total"]
        assert listed == number, address


def test_numbers_by_region_and_type_are_those_of_the_lists_behind_them(client):
    make_profile(regions=["africa"], type="regional")
    make_profile(regions=["africa", "americas"], type="interregional")
    make_draft(regions=["africa"], type="global")

    response = client.get("/")

    regions = {region.slug: region.total for region in response.context["regions"]}
    types = {type.value: total for type, total, _active in response.context["types"]}
    assert regions == {"africa": 2, "americas": 1}
    assert types == {"regional": 1, "interregional": 1}
    for name, totals in (("region", regions), ("type", types)):
        for value, total in totals.items():
            address = f"/mechanisms/?{name}={value}"
            assert f'href="{address}"' in response.content.decode()
            assert client.get(address).context["total"] == total


def test_map_counts_the_mechanisms_in_which_a_state_takes_part(client):
    for role in ("member", "observer"):
        draft = make_draft()
        make_membership(draft, make_state("CRI", name_en="Costa Rica"), role=role)
        publish(draft)
    left = make_draft()
    make_membership(left, "CRI", is_current=False)
    make_membership(left, "PAN", is_public=False)
    publish(left)
    make_membership(make_draft(), "MEX")

    places = client.get("/").context["map"].places

    assert {place.iso3: place.count for place in places} == {"CRI": 2}


def test_what_came_out_is_told_by_day_and_kind_and_drafts_never(client):
    loaded = [make_profile(name=f"Process {n}") for n in range(4)]
    again = publish(editions.open_draft(loaded[0].mechanism))
    make_draft(name="Hidden Process")
    # Loaded a day before one of them had a new edition.
    before = again.published_at - datetime.timedelta(days=1)
    others = Profile.objects.exclude(pk=again.pk)
    others.exclude(published_at=None).update(published_at=before)

    response = client.get("/")

    told = [
        (publication.day, publication.is_first, publication.number)
        for publication in response.context["publications"]
    ]
    page = response.content.decode()
    assert told == [
        (localdate(again.published_at), False, 1),
        (localdate(before), True, 3),
    ]
    named = [p.profiles for p in response.context["publications"]]
    assert [len(profiles) for profiles in named] == [1, 3]
    assert "3 mechanisms for the first time" in page
    assert "Hidden Process" not in page


def test_of_many_that_came_out_at_once_the_number_is_told(client):
    for n in range(5):
        make_profile(name=f"Process {n}")

    (publication,) = client.get("/").context["publications"]

    assert (publication.number, publication.profiles) == (5, [])


def test_home_names_active_mechanisms_of_which_most_is_known(client):
    known = {}
    for n, status in enumerate(["active", "active", "active", "active", "ended"]):
        draft = make_draft(name=f"Process {n}", acronym=f"P{n}", status=status)
        for _ in range(n):
            make_contribution(draft)
        known[draft.acronym] = publish(draft)
    make_draft(name="Hidden Process", acronym="HP", status="active")

    page = client.get("/")

    examples = [profile.acronym for profile in page.context["examples"]]
    assert examples == ["P3", "P2", "P1"]
    assert f'href="{known["P3"].get_absolute_url()}">P3</a>' in page.content.decode()


def test_empty_registry_has_a_home_page(client):
    page = client.get("/").content.decode()

    assert "Nothing is published yet." in page
    assert figure(page, "/mechanisms/") == 0


def test_about_page_tells_the_five_kinds_of_emptiness_and_how_to_cite(
    client, django_assert_num_queries
):
    queries = (
        2  # the revision, before and after drawing
        + 1  # 'as of', once a revision
        + 1  # whether there are results of assessments
        + 5  # what names its source: facts, fields, their regions, periods and sources
    )
    make_profile()

    with django_assert_num_queries(queries):
        page = client.get("/about/").content.decode()

    for coverage in ("reported", "none", "not_reported", "not_asked", "unknown"):
        assert f'data-coverage="{coverage}"' in page
    for anchor in ("cite", "contact", "accessibility", "licence"):
        assert f'id="{anchor}"' in page
    assert 'href="http://testserver/"' in page


@pytest.mark.parametrize("address", ["/", "/about/"])
def test_page_sets_no_cookie_and_has_one_heading(client, address):
    response = client.get(address)

    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert response.content.decode().count("<h1") == 1
