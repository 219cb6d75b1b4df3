"""A long import on the staff's pages: the worker prepares and applies it."""

import json

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from profiles.models import Notice, Profile
from surveys import pipeline
from surveys.admin import long_imports
from surveys.admin.long_imports import work_on_next
from surveys.models import ImportWork, LongPreview, SurveyImport, UploadedFile
from tests.factories import make_profile
from tests.surveys.test_import_pages import (
    ADD,
    MAPPING,
    answers,
    export,
    make_published,
    round,
)

__all__ = ["round"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_rows_are_long(monkeypatch):
    monkeypatch.setattr(long_imports, "MOST_ROWS_AT_ONCE", 1)


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


def sent(client, round, *rows):
    """Upload a file; return its import and the page that follows."""
    form = {
        "round": round.pk,
        "file": SimpleUploadedFile("export.csv", export(*rows)),
        "own_mapping": SimpleUploadedFile("own.toml", MAPPING.encode()),
    }
    answer = client.post(reverse(ADD), form, follow=True)
    return SurveyImport.objects.get(), answer.text


def page_of_import(client, survey_import):
    return client.get(page_path(survey_import))


def applied(client, survey_import, **more):
    kept = LongPreview.objects.get()
    return client.post(
        reverse("admin:surveys_surveyimport_apply", args=[survey_import.pk]),
        {"fingerprint": kept.fingerprint, **more},
        follow=True,
    )


def two_mechanisms():
    make_published("rcm")
    make_published("ocam")
    return answers("rcm", founded="1996"), answers("ocam", founded="2006")


def test_long_import_is_prepared_looked_at_and_applied_by_the_worker(staff, round):
    survey_import, page = sent(staff, round, *two_mechanisms())
    assert "by the worker as soon as it is free" in page
    assert not LongPreview.objects.exists()

    work_on_next()
    page = page_of_import(staff, survey_import).text
    assert "2 new, 0 corrected, 0 unchanged" in page
    assert Profile.objects.open().count() == 0

    page = applied(staff, survey_import).text
    assert "The file is applied by the worker" in page
    assert Profile.objects.open().count() == 0

    work_on_next()
    survey_import.refresh_from_db()
    assert survey_import.state == "applied"
    drafts = Profile.objects.open().order_by("established")
    assert [str(draft.established) for draft in drafts] == ["1996", "2006"]
    assert not UploadedFile.objects.exists()
    assert not LongPreview.objects.exists()
    assert not ImportWork.objects.exists()


def test_short_file_is_prepared_while_somebody_waits(staff, round):
    make_published("rcm")

    _survey_import, page = sent(staff, round, answers("rcm"))

    assert not ImportWork.objects.exists()
    assert "What was recognised" in page


def test_reports_of_a_long_import_hold_every_change(staff, round):
    survey_import, _page = sent(staff, round, *two_mechanisms())
    address = reverse(
        "admin:surveys_surveyimport_report", args=[survey_import.pk, "json"]
    )
    assert staff.get(address).status_code == 404

    work_on_next()

    report = json.loads(staff.get(address).content)
    assert "1996" in str(report)
    assert "2006" in str(report)
    assert "Maria Personal" not in str(report)


def test_name_that_is_decided_is_prepared_again_before_anything_is_applied(
    staff, round
):
    make_published("rcm")
    make_published("ocam")
    rows = answers("rcm", chair="Coasta Rica"), answers("ocam", chair="Panama")
    survey_import, _page = sent(staff, round, *rows)
    work_on_next()
    page = page_of_import(staff, survey_import)
    [name] = page.context["preview"].open_names

    applied(staff, survey_import, **{f"name-{name.id}": "CRI"})
    assert ImportWork.objects.get().step == "prepare"
    work_on_next()
    survey_import.refresh_from_db()
    assert survey_import.state == "prepared"
    assert page_of_import(staff, survey_import).context["preview"].open_names == []

    applied(staff, survey_import)
    work_on_next()
    survey_import.refresh_from_db()
    assert survey_import.state == "applied"


def test_nothing_is_applied_but_what_was_looked_at(staff, round):
    rows = two_mechanisms()
    survey_import, _page = sent(staff, round, *rows)
    work_on_next()
    applied(staff, survey_import)
    # Meanwhile somebody else publishes.
    changed = Profile.objects.get(mechanism__slug="rcm")
    make_profile(changed.mechanism, acronym="RCM", established="1996")

    work_on_next()

    survey_import.refresh_from_db()
    assert survey_import.state == "prepared"
    assert ImportWork.objects.get().step == "prepare"
    assert Profile.objects.open().count() == 0


def test_nothing_is_applied_for_who_may_not_any_more(staff, round):
    survey_import, _page = sent(staff, round, *two_mechanisms())
    work_on_next()
    applied(staff, survey_import)
    User.objects.update(is_superuser=False)

    work_on_next()

    survey_import.refresh_from_db()
    assert survey_import.state == "prepared"
    assert Profile.objects.open().count() == 0
    assert not ImportWork.objects.exists()


def test_work_of_a_worker_that_was_killed_is_begun_again(staff, round, monkeypatch):
    sent(staff, round, *two_mechanisms())
    prepare = pipeline.prepare

    def killed(*args, **kwargs):
        raise SystemExit

    monkeypatch.setattr(pipeline, "prepare", killed)
    with pytest.raises(SystemExit):
        work_on_next()
    assert ImportWork.objects.get().tries == 1

    monkeypatch.setattr(pipeline, "prepare", prepare)
    work_on_next()
    assert LongPreview.objects.get().can_be_applied


def test_file_that_kills_the_worker_again_and_again_is_given_up(staff, round):
    survey_import, _page = sent(staff, round, *two_mechanisms())
    ImportWork.objects.update(tries=ImportWork.MOST_TRIES)

    work_on_next()
    page = page_of_import(staff, survey_import)
    assert "stopped three times" in page.text
    assert not LongPreview.objects.exists()

    staff.post(page.request["PATH_INFO"])
    work_on_next()
    assert LongPreview.objects.exists()


def test_progress_is_said_in_numbers(staff, round):
    survey_import, _page = sent(staff, round, *two_mechanisms())
    ImportWork.objects.update(done=1200, total=3000)

    page = page_of_import(staff, survey_import).text

    assert "The file is prepared: 1200 of 3000 rows are understood." in page


def test_who_asked_is_told_when_it_is_ready(staff, round):
    sent(staff, round, *two_mechanisms())
    work_on_next()

    [notice] = Notice.objects.all()
    assert notice.kind == "imported"
    assert notice.about == "export.csv"
    assert notice.path == page_path(SurveyImport.objects.get())


def page_path(survey_import):
    return reverse("admin:surveys_surveyimport_change", args=[survey_import.pk])
