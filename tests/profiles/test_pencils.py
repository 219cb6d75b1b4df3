"""The pencils of the public page: what its script is told, and where they lead."""

import pytest
from django.test import Client
from django.urls import reverse

from profiles.models import Profile
from tests.factories import make_draft, make_membership, make_profile, publish
from tests.profiles.staff_forms import change_url, permit

pytestmark = pytest.mark.django_db


def correct_url(profile):
    slug = profile.mechanism.slug
    return reverse("admin:profiles_profile_correct", args=[slug])


def test_pencil_opens_a_draft_at_its_fact(admin_client):
    profile = make_draft()
    seat = make_membership(profile, state="CRI")
    publish(profile)
    at = {"at": f"fact-{seat.uid}"}

    answer = admin_client.post(correct_url(profile), at)
    again = admin_client.post(correct_url(profile), at)

    draft = profile.mechanism.editions.open().get()
    assert answer.url == f"{change_url(draft)}#fact-{seat.uid}"
    assert again.url == answer.url
    assert f'data-uid="{seat.uid}"' in admin_client.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("field", "fragment"),
    [("objective", "id_objective_en"), ("status", "id_status"), ("name", "id_name_en")],
)
def test_pencil_of_a_text_opens_its_input(admin_client, field, fragment):
    profile = make_profile()

    answer = admin_client.post(correct_url(profile), {"at": f"field-{field}"})

    assert answer.url.endswith(f"#{fragment}")
    assert f'id="{fragment}"' in admin_client.get(answer.url).content.decode()


@pytest.mark.parametrize("at", ["fact-1", "field-nonsense", "fact-x#y", "//evil"])
def test_pencil_that_names_no_place_opens_nothing(admin_client, at):
    profile = make_profile()

    assert admin_client.post(correct_url(profile), {"at": at}).status_code == 404
    assert admin_client.get(correct_url(profile)).status_code == 405
    assert not Profile.objects.open().exists()


def test_only_who_may_correct_finds_pencils(staff, client):
    profile = make_profile()
    told = reverse("admin:profiles_profile_pencils")
    at = {"at": "field-status"}
    assert staff.get(told).status_code == 403
    assert staff.post(correct_url(profile), at).status_code == 403
    permit(staff, "view_profile", "change_profile", "add_profile")

    assert staff.get(told).json()["address"] in correct_url(profile)
    assert staff.post(correct_url(profile), at).status_code == 302
    assert Client().get(told).status_code == 302


def test_public_page_is_the_same_for_staff_and_everybody(admin_client):
    profile = make_profile(objective="To consult.")
    url = profile.get_absolute_url()

    by_staff = admin_client.get(url)
    by_reader = Client().get(url)

    assert by_staff.content == by_reader.content
    assert b"field=objective" in by_reader.content
    assert b"/admin/" not in by_reader.content
    assert "Cookie" not in by_reader.get("Vary", "")
