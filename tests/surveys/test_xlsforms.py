import json
import zipfile

import pytest
from django.conf import settings
from django.core import serializers
from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook
from pyxform.xls2xform import convert

from surveys.models import Questionnaire
from surveys.questionnaires.definitions import FOLDER, Definition
from surveys.questionnaires.xlsforms import write_xlsform
from tests.factories import (
    make_draft,
    make_organisation,
    make_partnership,
    make_profile,
    make_question,
    make_questionnaire,
    make_state,
    publish,
)
from tests.surveys.loaded_questionnaires import have_questionnaires

KINDS = ["mechanism", "state", "organisation"]
IN_THE_FORMS = {
    "profiles.region",
    "profiles.source",
    "profiles.state",
    "profiles.gcmobjective",
    "profiles.theme",
    "profiles.mechanism",
    "profiles.profile",
    "partnerships.organisation",
    "partnerships.partnership",
}

pytestmark = pytest.mark.django_db


def sheets_of(path):
    """Return the sheets of a workbook as lists of {header: text}."""
    workbook = CalamineWorkbook.from_path(path)
    sheets = {}
    for name in workbook.sheet_names:
        header, *rows = workbook.get_sheet_by_name(name).to_python()
        sheets[name] = [dict(zip(header, row, strict=True)) for row in rows]
    return sheets


def rows_by_name(path):
    return {row["name"]: row for row in sheets_of(path)["survey"] if row["name"]}


@pytest.fixture
def written(tmp_path):
    """Write a questionnaire and return the path of its form."""

    def write(questionnaire):
        path = tmp_path / f"{questionnaire.code}.xlsx"
        write_xlsform(questionnaire, path)
        return path

    return write


def test_committed_forms_are_what_the_registry_writes_now(tmp_path):
    fixture = settings.BASE_DIR / "fixtures/registry.json"
    records = [r for r in json.loads(fixture.read_text()) if r["model"] in IN_THE_FORMS]
    for record in serializers.deserialize("python", records):
        record.save()
    have_questionnaires()

    call_command("write_xlsforms", str(tmp_path))

    for kind in KINDS:
        name = f"{kind}-1.xlsx"
        fresh, committed = sheets_of(tmp_path / name), sheets_of(FOLDER / name)
        # If this fails: manage.py write_xlsforms, in a registry of the fixtures.
        assert fresh == committed, name


@pytest.mark.parametrize("kind", KINDS)
def test_committed_forms_are_valid_without_a_warning(kind):
    warnings = []

    form = convert(str(FOLDER / f"{kind}-1.xlsx"), validate=False, warnings=warnings)

    assert warnings == []
    for path in ("form_kind", "form_version", "about/person_email"):
        assert f'="/data/{path}"' in form.xform


@pytest.mark.parametrize("kind", KINDS)
def test_questions_of_a_form_have_the_paths_by_which_exports_are_read(kind):
    have_questionnaires()
    definition = Definition.stored(kind, 1)

    form = convert(str(FOLDER / f"{kind}-1.xlsx"), validate=False, warnings=[]).xform

    for question in definition.questions:
        path = definition.path_of(question)
        assert f'="/data/{path}"' in form, path


def test_equal_questionnaires_give_equal_bytes(written):
    questionnaire = make_questionnaire()
    make_question(questionnaire, choices=["yes", "no"])

    first = written(questionnaire).read_bytes()

    assert written(questionnaire).read_bytes() == first
    # Not the time of writing, by which two runs would differ.
    with zipfile.ZipFile(written(questionnaire)) as parts:
        assert b"2019-01-01T00:00:00Z" in parts.read("docProps/core.xml")


def test_every_question_has_three_languages_and_english_stands_in(written):
    questionnaire = make_questionnaire()
    make_question(questionnaire, "founded", text_en="Since?", text_fr="Depuis ?")

    row = rows_by_name(written(questionnaire))["founded"]

    assert row["label::English (en)"] == "Since?"
    assert row["label::Français (fr)"] == "Depuis ?"
    assert row["label::Español (es)"] == "Since?"


def test_each_type_of_answer_is_asked_for_as_it_is_read_back(written):
    questionnaire = make_questionnaire()
    make_question(questionnaire, "year", type="year")
    make_question(questionnaire, "day", type="date")
    make_question(questionnaire, "prose", type="long_text", is_required=True)
    make_question(questionnaire, "several", type="several", choices=["a", "none"])
    make_question(questionnaire, "one", relevant="${year} > 2000", choices=["a"])

    rows = rows_by_name(written(questionnaire))

    assert rows["year"]["type"] == "integer"
    assert rows["year"]["constraint"] == ". >= 1900 and . <= 2100"
    # A date question would turn 2018 into a day.
    assert rows["day"]["type"] == "text"
    assert "regex" in rows["day"]["constraint"]
    assert rows["prose"]["appearance"] == "multiline"
    assert rows["prose"]["required"] == "yes"
    assert rows["several"]["type"] == "select_multiple several"
    assert (
        "selected(., 'none') and count-selected(.) > 1" in rows["several"]["constraint"]
    )
    assert rows["one"]["type"] == "select_one one"
    assert rows["one"]["constraint"] == ""
    assert rows["one"]["relevant"] == "${year} > 2000"


def test_what_the_choices_lack_is_asked_beside_them(written):
    questionnaire = make_questionnaire()
    make_question(questionnaire, "place", registry_list="state", allows_other=True)
    make_state("CRI", name_en="Costa Rica")
    path = written(questionnaire)

    other = rows_by_name(path)["place_other"]

    assert other["type"] == "text"
    assert other["relevant"] == "selected(${place}, 'other')"
    codes = [row["name"] for row in sheets_of(path)["choices"]]
    assert codes == ["CRI", "other"]


def test_registry_choices_show_only_what_is_public(written):
    questionnaire = make_questionnaire()
    make_question(questionnaire, "mechanism", registry_list="mechanism")
    make_question(questionnaire, "partner", registry_list="organisation")
    public = make_draft(name="Public process", acronym="PP")
    make_partnership(public, make_organisation(slug="known", name_en="Known"))
    publish(public)
    make_profile()
    secret = make_draft(name="Secret process")
    make_partnership(secret, make_organisation(slug="hidden", name_en="Hidden"))

    choices = sheets_of(written(questionnaire))["choices"]

    labels = [row["label::English (en)"] for row in choices]
    assert "Public process (PP)" in labels
    assert "Known" in " ".join(labels)
    assert "Secret" not in " ".join(labels)
    assert "Hidden" not in " ".join(labels)


def test_groups_close_before_the_next_and_repeats_inside_them(written):
    questionnaire = make_questionnaire()
    make_question(questionnaire, "who")
    make_question(questionnaire, "rows", section="evolution", type="repeat")
    make_question(questionnaire, "inner", section="evolution", repeat="rows")
    make_question(questionnaire, "after", section="evolution")
    make_question(questionnaire, "last", section="structure")

    survey = sheets_of(written(questionnaire))["survey"]

    shape = [row["type"] + " " + row["name"] for row in survey][4:]
    assert [entry.strip() for entry in shape] == [
        "begin_group about",
        "text who",
        "end_group",
        "begin_group s1_evolution",
        "begin_repeat rows",
        "text inner",
        "end_repeat",
        "text after",
        "end_group",
        "begin_group s3_structure",
        "text last",
        "end_group",
    ]


def test_a_repeat_before_the_sections_stands_in_no_group(written):
    questionnaire = make_questionnaire("state")
    make_question(questionnaire, "who")
    make_question(questionnaire, "engagement", type="repeat")
    make_question(questionnaire, "theme", section="evolution", repeat="engagement")

    survey = sheets_of(written(questionnaire))["survey"]

    assert [row["type"] for row in survey][4:] == [
        "begin_group",
        "text",
        "end_group",
        "begin_repeat",
        "text",
        "end_repeat",
    ]
    definition = Definition.of(questionnaire)
    assert definition.path_of(definition.by_code["theme"]) == "engagement/theme"


def test_hidden_questions_say_which_form_it_is(written):
    questionnaire = make_questionnaire("state", version=3)
    make_question(questionnaire)
    path = written(questionnaire)

    rows = rows_by_name(path)

    assert rows["form_kind"]["calculation"] == "'state'"
    assert rows["form_version"]["calculation"] == "'3'"
    (form,) = sheets_of(path)["settings"]
    assert (form["form_id"], form["version"]) == ("iscm_state_3", "3")


def test_command_says_what_is_missing(tmp_path):
    assert not Questionnaire.objects.exists()

    with pytest.raises(CommandError, match="load_questionnaires"):
        call_command("write_xlsforms", str(tmp_path))
