"""The preview of a file with many changes: a mechanism, a kind of change, a page."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from profiles.models import Profile
from surveys.admin import long_imports, preview
from surveys.admin.long_imports import work_on_next
from surveys.models import LongPreviewPart, SurveyImport
from tests.surveys.test_import_pages import (
    answers,
    export,
    form_of,
    make_published,
    round,
    sent,
)

__all__ = ["round"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture(params=["short", "long"])
def waiting(request, staff, round, monkeypatch):
    """An import with a conflict in one mechanism and additions to three."""
    is_long = request.param == "long"
    if is_long:
        monkeypatch.setattr(long_imports, "MOST_ROWS_AT_ONCE", 1)
    monkeypatch.setattr(preview, "MECHANISMS_ON_A_PAGE", 1)
    monkeypatch.setattr(long_imports, "PARTS_ON_A_PAGE", 1)
    make_published("rcm", established="1990")
    for slug in ("ocam", "arcp"):
        make_published(slug)
    rows = [answers(slug, "1996") for slug in ("rcm", "ocam", "arcp")]
    sent(staff, export(*rows), round)
    if is_long:
        work_on_next()
    return SurveyImport.objects.get()


def address(survey_import):
    return reverse("admin:surveys_surveyimport_change", args=[survey_import.pk])


def shown(answer):
    return {
        (mechanism.mechanism, group.action.value)
        for mechanism in answer.context["preview"].mechanisms
        for group in mechanism.groups
    }


def test_only_one_mechanism_is_shown(staff, waiting):
    answer = staff.get(address(waiting), {"mechanism": "ocam"})

    assert {mechanism for mechanism, _action in shown(answer)} == {"ocam"}


def test_only_one_kind_of_change_is_shown(staff, waiting):
    answer = staff.get(address(waiting), {"action": "add"})

    found = shown(answer)
    assert {action for _mechanism, action in found} == {"add"}
    answer = staff.get(address(waiting), {"action": "remove"})
    assert "No change is like that" in answer.text


def test_pages_hold_every_change_once(staff, waiting):
    seen = []
    first = staff.get(address(waiting))
    pages = first.context["preview"].page_of_changes.paginator.num_pages
    assert pages >= 3
    for page in range(1, pages + 1):
        answer = staff.get(address(waiting), {"page": page})
        seen += sorted(shown(answer))

    assert len(seen) == len(set(seen))
    assert {mechanism for mechanism, _action in seen} == {"rcm", "ocam", "arcp"}


def taking(answer):
    (number,) = [
        one.number
        for mechanism in answer.context["preview"].mechanisms
        for group in mechanism.groups
        for one in group.changes
        if one.can_be_taken
    ]
    return number


def test_what_is_decided_stays_when_something_else_is_shown(staff, waiting):
    page = f"{address(waiting)}?mechanism=rcm&action=alternative"
    answer = staff.get(page)
    number = taking(answer)

    moved = staff.post(
        page,
        form_of(answer) | {"take": number, "show_mechanism": "ocam", "_filter": "Show"},
    )

    assert moved.url == f"{address(waiting)}?mechanism=ocam#changes"
    waiting.refresh_from_db()
    assert waiting.decisions["take"] == [number]
    other = staff.get(moved.url)
    staff.post(moved.url, form_of(other) | {"_page": "1"})
    waiting.refresh_from_db()
    assert waiting.decisions["take"] == [number]


def apply(client, survey_import, answer):
    address = reverse("admin:surveys_surveyimport_apply", args=[survey_import.pk])
    client.post(f"{address}?action=add", form_of(answer))
    work_on_next()
    survey_import.refresh_from_db()


@pytest.mark.parametrize("waiting", ["long"], indirect=True)
def test_what_was_decided_on_a_page_is_prepared_before_it_is_applied(staff, waiting):
    page = f"{address(waiting)}?mechanism=rcm&action=alternative"
    answer = staff.get(page)
    staff.post(page, form_of(answer) | {"take": taking(answer), "_page": "1"})

    apply(staff, waiting, staff.get(address(waiting)))
    assert waiting.state == "prepared"

    apply(staff, waiting, staff.get(address(waiting)))
    assert waiting.state == "applied"
    assert Profile.objects.open().get(mechanism__slug="rcm").established == 1996


def queries_of(client, page):
    with CaptureQueriesContext(connection) as asked:
        client.get(page)
    return len(asked)


@pytest.mark.parametrize("waiting", ["long"], indirect=True)
def test_more_changes_ask_the_database_as_often(staff, waiting, monkeypatch):
    monkeypatch.setattr(long_imports, "PARTS_ON_A_PAGE", 50)
    staff.get(address(waiting))
    before = queries_of(staff, address(waiting))

    part = LongPreviewPart.objects.order_by("position").first()
    for number in range(40):
        part.pk, part.position = None, 100 + number
        part.mechanism = part.name = f"m-{number}"
        part.save()

    assert queries_of(staff, address(waiting)) == before
