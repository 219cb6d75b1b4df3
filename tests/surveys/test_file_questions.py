"""Questions on a file itself: asked by preview and command, answered once."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from surveys.models import SurveyImport
from surveys.pipeline import preparation_of, prepare, stage
from tests.factories import (
    make_mechanism,
    make_profile,
    make_question,
    make_questionnaire,
    make_round,
)
from tests.surveys.export_files import csv_file

pytestmark = pytest.mark.django_db

COLUMNS = ["mechanism", "evolution_text"]
MAPPING = """
schema = 1
questionnaire = "mechanism-7"
respondent = "mechanism"

[[rule]]
target = "profiles.section"
fields = { prose = "evolution_text" }
always = { part = "evolution", coverage = "reported" }
key = ["part"]
"""


@pytest.fixture
def round():
    sheet = make_questionnaire("mechanism", 7)
    make_question(sheet, "mechanism", registry_list="mechanism", is_required=True)
    make_question(sheet, "evolution_text", type="long_text", section="evolution")
    make_profile(make_mechanism(slug="rcm"), acronym="RCM")
    return make_round("2019", questionnaires=[sheet])


@pytest.fixture
def in_cyrillic():
    rows = [COLUMNS, ["rcm", "Секретариат"]]
    return csv_file(rows, encoding="cp1251")


def waiting(content, round):
    return stage(content, "a.csv", round, mapping_name="own.toml", mapping_text=MAPPING)


def import_survey(*arguments, **options):
    said = StringIO()
    try:
        call_command("import_survey", *arguments, stdout=said, stderr=said, **options)
    except CommandError as error:
        return f"{said.getvalue()}{error}"
    return said.getvalue()


def stated(preparation):
    return {
        name: value
        for statement in preparation.normalised.statements
        for name, value in statement.values.items()
        if name.startswith("prose")
    }


def test_nothing_of_a_file_in_unknown_letters_is_planned(round, in_cyrillic):
    preparation = prepare(in_cyrillic, "a.csv", round)

    assert preparation.plan is None
    assert [problem.kind for problem in preparation.questions] == ["encoding"]


def test_command_asks_for_the_encoding_and_takes_the_answer(
    round, in_cyrillic, tmp_path
):
    file, mapping = tmp_path / "a.csv", tmp_path / "own.toml"
    file.write_bytes(in_cyrillic)
    mapping.write_text(MAPPING)
    ask = [str(file), "--round=2019", f"--mapping={mapping}"]

    said = import_survey(*ask, "--allow-open-questions")

    assert "Windows-1251: “Секретариат” (--answer “encoding:file=cp1251”)." in said
    assert "Nothing was written." in said
    assert not SurveyImport.objects.exists()

    said = import_survey(
        *ask, "--answer=encoding:file=cp1251", "--allow-open-questions"
    )

    assert "Applied as import" in said
    (answers,) = round.submissions.values_list("answers", flat=True)
    assert answers["evolution_text"] == "Секретариат"


@pytest.mark.parametrize("answer", ["encoding", "letters:file=cp1251", "dates:=day"])
def test_command_refuses_what_is_no_answer(round, in_cyrillic, tmp_path, answer):
    file = tmp_path / "a.csv"
    file.write_bytes(in_cyrillic)

    assert "is no answer" in import_survey(
        str(file), "--round=2019", f"--answer={answer}"
    )


def test_preview_asks_for_the_encoding_and_takes_the_answer(
    admin_client, round, in_cyrillic
):
    survey_import = waiting(in_cyrillic, round)
    address = reverse("admin:surveys_surveyimport_change", args=[survey_import.pk])

    page = admin_client.get(address)

    (question,) = page.context["preview"].file_questions
    assert "“Секретариат”" in page.content.decode()
    assert not page.context["preview"].can_be_applied

    admin_client.post(address, {f"question-{question.id}": "cp1251"})

    survey_import.refresh_from_db()
    assert survey_import.decisions == {"encoding": {"file": "cp1251"}}
    answers = preparation_of(survey_import).normalised.submissions[0].answers
    assert answers["evolution_text"] == "Секретариат"

    (answered,) = admin_client.get(address).context["preview"].answered_questions
    admin_client.post(address, {f"again-{answered.id}": "1"})

    survey_import.refresh_from_db()
    assert survey_import.decisions == {}


def test_an_answer_that_was_not_offered_is_none(admin_client, round, in_cyrillic):
    survey_import = waiting(in_cyrillic, round)
    address = reverse("admin:surveys_surveyimport_change", args=[survey_import.pk])
    (question,) = admin_client.get(address).context["preview"].file_questions

    admin_client.post(address, {f"question-{question.id}": "utf-7"})

    survey_import.refresh_from_db()
    assert survey_import.decisions == {}
