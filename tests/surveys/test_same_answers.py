"""The same answers in several formats: whichever file comes first, nothing twice."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from profiles.models import Profile
from surveys.admin import long_imports, upload
from surveys.admin.long_imports import work_on_next
from surveys.models import Submission, SurveyImport
from tests.factories import make_mechanism, make_profile, make_round
from tests.surveys.export_files import (
    csv_file,
    kobo_csv,
    kobo_json,
    kobo_xlsx,
)
from tests.surveys.loaded_questionnaires import have_questionnaires

pytestmark = pytest.mark.django_db

CODES = ["about/mechanism", "s1_evolution/founded", "about/may_publish"]
ENGLISH = [
    "For which mechanism do you answer?",
    "In which year was the mechanism established?",
    "May the answers be published in the registry?",
]
SPANISH = [
    "¿En nombre de qué mecanismo responde?",
    "¿En qué año se estableció el mecanismo?",
    "¿Se pueden publicar las respuestas en el registro?",
]
ANSWERS = [["rcm", 1996, "yes"], ["ocam", 2001, "yes"]]
IN_ENGLISH = [["RCM", 1996, "Yes"], ["OCAM", 2001, "Yes"]]
IN_SPANISH = [["RCM", 1996, "Sí"], ["OCAM", 2001, "Sí"]]

FORMATS = {
    "codes.xlsx": lambda: kobo_xlsx(CODES, ANSWERS),
    "codes.csv": lambda: kobo_csv(CODES, ANSWERS),
    "labels.xlsx": lambda: kobo_xlsx(ENGLISH, IN_ENGLISH),
    "etiquetas.csv": lambda: kobo_csv(SPANISH, IN_SPANISH),
    "api.json": lambda: kobo_json(
        [dict(zip(CODES, map(str, row), strict=True)) for row in ANSWERS]
    ),
}


@pytest.fixture
def round():
    have_questionnaires()
    for slug in ("rcm", "ocam"):
        make_profile(make_mechanism(slug=slug), acronym=slug.upper())
    return make_round("2019")


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


def sent(client, round, *files):
    brought = [SimpleUploadedFile(name, content) for name, content in files]
    form = {"round": round.pk, "file": brought if len(brought) > 1 else brought[0]}
    return client.post(reverse("admin:surveys_surveyimport_add"), form, follow=True)


def page_of(client, survey_import):
    return client.get(
        reverse("admin:surveys_surveyimport_change", args=[survey_import.pk])
    )


def applied(client, survey_import):
    preview = page_of(client, survey_import).context["preview"]
    address = reverse("admin:surveys_surveyimport_apply", args=[survey_import.pk])
    client.post(address, {"fingerprint": preview.fingerprint})
    survey_import.refresh_from_db()
    return survey_import.state == "applied"


def named(name):
    return SurveyImport.objects.get(file_name=name)


@pytest.mark.parametrize("first", FORMATS)
def test_other_formats_of_what_waits_are_nothing_new(staff, round, first):
    sent(staff, round, (first, FORMATS[first]()))
    for name in FORMATS.keys() - {first}:
        answer = sent(staff, round, (name, FORMATS[name]()))
        preview = answer.context["preview"]
        assert "These 2 respondents are the same as in <a" in answer.text, name
        assert first in answer.text
        assert preview.mechanisms == []
        assert not preview.open_names
        assert not preview.file_questions
        assert not preview.can_be_applied

    assert applied(staff, named(first))
    assert Submission.objects.count() == 2
    assert Profile.objects.open().count() == 2


def test_the_other_file_can_be_applied_once_the_first_is_discarded(staff, round):
    sent(staff, round, ("codes.csv", FORMATS["codes.csv"]()))
    sent(staff, round, ("api.json", FORMATS["api.json"]()))
    assert not applied(staff, named("api.json"))

    staff.post(
        reverse("admin:surveys_surveyimport_discard", args=[named("codes.csv").pk])
    )

    assert applied(staff, named("api.json"))
    assert Submission.objects.count() == 2


def test_only_what_the_other_file_lacks_is_offered(staff, round):
    sent(staff, round, ("some.csv", kobo_csv(CODES, ANSWERS[:1])))

    answer = sent(staff, round, ("all.xlsx", kobo_xlsx(ENGLISH, IN_ENGLISH)))

    preview = answer.context["preview"]
    assert "1 respondent is the same as in" in answer.text
    assert [one.mechanism for one in preview.mechanisms] == ["ocam"]
    assert applied(staff, named("all.xlsx"))
    assert applied(staff, named("some.csv"))
    assert Submission.objects.count() == 2


def test_other_answers_of_the_same_respondent_are_no_copy(staff, round):
    sent(staff, round, ("first.csv", kobo_csv(CODES, ANSWERS)))
    corrected = [["rcm", 1997, "yes"], ANSWERS[1]]

    answer = sent(staff, round, ("second.csv", kobo_csv(CODES, corrected)))

    (offered,) = answer.context["preview"].mechanisms
    assert offered.mechanism == "rcm"


@pytest.mark.parametrize("is_applied", [True, False])
def test_a_table_without_identifiers_is_known_by_its_answers(staff, round, is_applied):
    sent(staff, round, ("codes.xlsx", FORMATS["codes.xlsx"]()))
    if is_applied:
        assert applied(staff, named("codes.xlsx"))

    codes = [code.rpartition("/")[2] for code in CODES]
    answer = sent(staff, round, ("by hand.csv", csv_file([codes, *ANSWERS])))

    assert "These 2 respondents are the same as in" in answer.text
    assert answer.context["preview"].plan.is_empty


def test_files_that_come_in_at_once_are_held_against_each_other(staff, round):
    answer = sent(staff, round, *((name, made()) for name, made in FORMATS.items()))

    assert answer.redirect_chain[0][0] == reverse(
        "admin:surveys_surveyimport_changelist"
    )
    assert SurveyImport.objects.count() == 5
    new = [one.counts["new"] for one in SurveyImport.objects.order_by("pk")]
    assert new == [2, 0, 0, 0, 0]
    assert answer.text.count("nothing new") >= 4


def test_a_file_among_several_that_cannot_be_read_is_named(staff, round):
    answer = sent(
        staff,
        round,
        ("broken.xlsx", b"PK\x03\x04 a broken workbook"),
        ("codes.csv", FORMATS["codes.csv"]()),
    )

    assert "broken.xlsx" in answer.text
    assert SurveyImport.objects.get().file_name == "codes.csv"


def test_files_that_are_too_large_together_are_refused(staff, round, monkeypatch):
    files = [(name, FORMATS[name]()) for name in ("codes.xlsx", "labels.xlsx")]
    largest = max(len(content) for _name, content in files)
    monkeypatch.setattr(upload, "LARGEST_FILE", largest)

    assert "one after the other" in sent(staff, round, *files).text
    assert not SurveyImport.objects.exists()

    sent(staff, round, files[0])
    assert SurveyImport.objects.count() == 1


def test_what_is_asked_of_the_same_answers_is_asked_once(staff, round):
    rows = [["Unknown body", 1996, "yes"], ["ocam", 2001, "perhaps"]]
    first = sent(staff, round, ("a.csv", kobo_csv(CODES, rows)))
    assert len(first.context["preview"].open_names) == 2

    answer = sent(staff, round, ("a.xlsx", kobo_xlsx(CODES, rows)))

    assert "These 2 respondents are the same as in" in answer.text
    assert answer.context["preview"].open_names == []


def test_long_files_are_held_against_each_other_too(staff, round, monkeypatch):
    monkeypatch.setattr(long_imports, "MOST_ROWS_AT_ONCE", 1)
    for name in ("codes.xlsx", "etiquetas.csv"):
        sent(staff, round, (name, FORMATS[name]()))
        work_on_next()

    page = page_of(staff, named("etiquetas.csv")).text

    assert "These 2 respondents are the same as in" in page
    assert "codes.xlsx" in page
    assert not applied(staff, named("etiquetas.csv"))

    staff.post(
        reverse("admin:surveys_surveyimport_discard", args=[named("codes.xlsx").pk])
    )
    work_on_next()

    page = page_of(staff, named("etiquetas.csv"))
    assert page.context["preview"].can_be_applied
    assert not page.context["preview"].same_as


def test_what_was_applied_is_named_rather_than_a_copy_that_waits(staff, round):
    names = ["codes.csv", "api.json", "labels.xlsx"]
    for name in names:
        sent(staff, round, (name, FORMATS[name]()))
    assert applied(staff, named("codes.csv"))

    preview = page_of(staff, named("labels.xlsx")).context["preview"]

    assert preview.same_as == [(named("codes.csv"), 2)]
    assert not preview.is_held_back
    assert preview.plan.is_empty
