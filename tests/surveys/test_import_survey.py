"""`import_survey` and `undo_import`: what they say, write and refuse."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from profiles.models import Profile
from surveys.models import PersonalDetails, Submission, SurveyImport, UploadedFile
from surveys.pipeline import leave_out_invalid, prepare, stage
from surveys.problems import Code, Problem, Severity
from tests import factories as make
from tests.surveys.rounds_of_mechanisms import (
    EMAIL,
    PERSON,
    answers,
    export,
    make_published,
    make_world,
    registry,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def round():
    return make_world()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "export.xlsx"


def run(command, *arguments, **options):
    """Return what a command says on both its channels."""
    out, err = StringIO(), StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue() + err.getvalue()


def refused(*arguments, status=1, **options):
    """Return what a refused import says; nothing may be written."""
    before = registry(), SurveyImport.objects.count(), UploadedFile.objects.count()
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command(
            "import_survey", *map(str, arguments), stdout=out, stderr=out, **options
        )
    assert error.value.returncode == status
    after = registry(), SurveyImport.objects.count(), UploadedFile.objects.count()
    assert after == before
    return f"{out.getvalue()}{error.value}"


def test_file_is_brought_in_and_taken_back(round, file):
    make_published(established=None)
    before = registry()
    file.write_bytes(export(answers()))

    said = run("import_survey", file, "--round=2019")

    survey_import = SurveyImport.objects.get()
    assert survey_import.state == "applied"
    assert survey_import.uploaded_by is None
    assert "Submissions: 1 new, 0 corrected, 0 known." in said
    assert "RCM (a draft is opened): Added: 5, Changed: 2" in said
    assert f"Applied as import {survey_import.pk}." in said
    assert Profile.objects.open().get().established == 1996

    said = run("undo_import", survey_import.pk)

    assert "RCM: its draft is discarded." in said
    assert "1 submission is removed." in said
    assert registry() == before


def test_trial_says_the_same_and_writes_nothing(round, file):
    make_published()
    before = registry()
    file.write_bytes(export(answers()))

    said = run("import_survey", file, "--round=2019", "--dry-run", verbosity=2)

    assert "Membership: Costa Rica. Added." in said
    assert "This was a trial: nothing was written." in said
    assert registry() == before
    assert not SurveyImport.objects.exists()


def test_same_file_again_has_nothing_to_do_and_says_so(round, file):
    make_published()
    file.write_bytes(export(answers()))
    run("import_survey", file, "--round=2019")
    before = registry()

    said = run("import_survey", file, "--round=2019")

    assert "The same file was applied on" in said
    assert "Nothing to do" in said
    assert registry() == before
    assert SurveyImport.objects.count() == 1


def test_nothing_personal_is_said(round, file, tmp_path):
    make_published()
    file.write_bytes(export(answers(), answers("nobody knows")))
    reports = [tmp_path / f"report.{suffix}" for suffix in ("html", "csv", "json")]

    said = run(
        "import_survey",
        file,
        "--round=2019",
        "--allow-open-questions",
        *(f"--report={report}" for report in reports),
        verbosity=2,
    )

    said += "".join(report.read_text("utf-8-sig") for report in reports)
    assert "Costa Rica" in said
    assert PERSON not in said
    assert EMAIL not in said
    assert PersonalDetails.objects.filter(email=EMAIL).count() == 2


def test_problem_is_told_with_its_place_value_and_what_is_allowed(round, file):
    make_published()
    file.write_bytes(export(answers(founded="long ago")))

    said = run("import_survey", file, "--round=2019")

    (line,) = [line for line in said.splitlines() if "founded”" in line]
    assert line == (
        "Warning: export.xlsx, sheet Survey of mechanisms, row 2, column "
        "“s1_evolution/founded”, cell Survey of mechanisms!D2: This is not a year. "
        "The answer is left out. Value: “long ago”. Allowed: a year from 1900 to 2100."
    )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/"])
def test_answer_that_is_no_address_of_the_web_is_told_and_left_out(
    round, file, tmp_path, address
):
    published = make_published(website="https://stored.example/")
    mapping = tmp_path / "own.toml"
    mapping.write_text(
        'schema = 1\nquestionnaire = "mechanism-1"\nrespondent = "mechanism"\n'
        '[[rule]]\ntarget = "profile"\nfields = { website = "evolution_text" }\n'
        '[[rule]]\ntarget = "profile"\nfields = { established = "founded" }\n'
    )
    file.write_bytes(export(answers(evolution_text=address)))

    said = run("import_survey", file, "--round=2019", f"--mapping={mapping}")

    (line,) = [line for line in said.splitlines() if "evolution_text”" in line]
    assert line.startswith("Warning: export.xlsx, sheet Survey of mechanisms, row 2, ")
    assert "Enter an address that begins with http:// or https://" in line
    draft = Profile.objects.open().get(mechanism=published.mechanism)
    assert (draft.website, draft.established) == ("https://stored.example/", 1996)


def test_open_question_keeps_the_import_out_until_it_is_allowed(round, file):
    make_published()
    file.write_bytes(export(answers(members="CRI Panamma")))

    said = refused(file, "--round=2019")

    assert "cell Survey of mechanisms!H2" in said
    assert "Value: “Panamma”" in said
    assert "1 question is open" in said
    run("import_survey", file, "--round=2019", "--allow-open-questions")
    draft = Profile.objects.open().get()
    # Nothing of the cell is taken while a part of it is unknown.
    assert not draft.memberships.exists()
    assert draft.established == 1996


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_decisions_in_a_file_answer_questions_and_take_values(
    round, file, tmp_path, suffix
):
    make_published(established=1990)
    content = export(answers(members="CRI Panamma"))
    file.write_bytes(content)
    plan = prepare(content, "e.xlsx", round).plan
    (take,) = [c.number for c in plan.changes() if c.after == {"established": 1996}]
    decisions = {"take": [take], "state": {"Panamma": "PAN"}}
    path = tmp_path / f"decisions.{suffix}"
    path.write_text(
        json.dumps(decisions)
        if suffix == "json"
        else f'take = ["{take}"]\n[state]\nPanamma = "PAN"\n'
    )

    run("import_survey", file, "--round=2019", f"--decisions={path}")

    draft = Profile.objects.open().get()
    assert draft.established == 1996
    assert {m.state.iso3 for m in draft.memberships.all()} == {"CRI", "PAN"}
    assert SurveyImport.objects.get().decisions == decisions


def test_file_that_waits_in_the_admin_is_that_import_with_its_decisions(round, file):
    make_published()
    content = export(answers(members="CRI Panamma"))
    file.write_bytes(content)
    waiting = stage(content, "uploaded.xlsx", round)
    waiting.decisions = {"state": {"Panamma": "PAN"}}
    waiting.save()

    run("import_survey", file, "--round=2019")

    waiting.refresh_from_db()
    assert waiting.state == "applied"
    assert SurveyImport.objects.count() == 1


def test_submission_with_an_error_keeps_all_out_unless_it_is_left_out(round, file):
    make_published()
    make_published("ocam")
    rows = [answers(), answers("ocam"), answers("ocam", founded=1999)]
    file.write_bytes(export(*rows, identifiers=["a", "b", "b"]))

    said = refused(file, "--round=2019")
    assert "Error: export.xlsx, sheet Survey of mechanisms, row 4: Rows 3 and 4" in said
    assert "1 error keeps the import out. Nothing was written." in said

    said = run("import_survey", file, "--round=2019", "--skip-invalid")
    assert "Left out because of their errors, rows: 4" in said
    assert Submission.objects.get().mechanism.slug == "rcm"
    assert SurveyImport.objects.get().decisions == {"skip_invalid": True}


def test_submission_whose_row_is_in_error_states_nothing(round):
    make_published()
    make_published("ocam")
    content = export(answers(), answers("ocam"))
    prepared = prepare(content, "export.xlsx", round)
    sheet = prepared.export.main.sheet
    prepared.normalised.problems += [
        Problem(Code.BAD_VALUE, Severity.ERROR, "Wrong.", sheet=sheet, row=2),
        Problem(Code.MISSING_COLUMN, Severity.ERROR, "All wrong.", sheet=sheet),
    ]

    leave_out_invalid(prepared)

    errors = [p.text for p in prepared.normalised.problems if p.severity == "error"]
    assert errors == ["All wrong."]
    assert prepared.left_out == [2]
    assert [s.subject for s in prepared.normalised.submissions] == ["ocam"]
    assert {s.mechanism for s in prepared.normalised.statements} == {"ocam"}
    assert {s.submission for s in prepared.normalised.statements} == {0}


def test_own_mapping_is_read_from_a_file(round, file, tmp_path):
    make_published(established=None)
    mapping = tmp_path / "own.toml"
    mapping.write_text(
        'schema = 1\nquestionnaire = "mechanism-1"\nrespondent = "mechanism"\n'
        '[[rule]]\ntarget = "profile"\nfields = { established = "founded" }\n'
    )
    file.write_bytes(export(answers()))

    run("import_survey", file, "--round=2019", f"--mapping={mapping}")

    draft = Profile.objects.open().get()
    assert draft.established == 1996
    assert not draft.memberships.exists()
    survey_import = SurveyImport.objects.get()
    assert survey_import.mapping == "own.toml"
    assert survey_import.mapping_text == mapping.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--round=1999"], "There is no round “1999”. There are: 2019."),
        (["--round=2019", "--mapping=none"], "There are: iscm_2019_mechanism"),
        (["--round=2019", "--report=r.pdf"], "ends in one of .html, .csv, .json"),
        (["--round=2019", "--decisions=none.toml"], "No such file"),
    ],
)
def test_wrong_usage_says_what_would_be_right(round, file, arguments, message):
    file.write_bytes(export(answers()))

    assert message in refused(file, *arguments, status=2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("state = [1]", "“state” is not a decision"),
        ("states = {}", "“states” is not a decision"),
        ("[state]\nPanama = 1", "“state” is not a decision"),
        ("take = 'all'", "“take” is not a decision"),
        ("=", "cannot be read"),
    ],
)
def test_wrong_decisions_are_told(round, file, tmp_path, text, message):
    file.write_bytes(export(answers()))
    decisions = tmp_path / "decisions.toml"
    decisions.write_text(text)

    said = refused(file, "--round=2019", f"--decisions={decisions}", status=2)

    assert message in said


def test_wrong_mapping_is_told_with_its_fault(round, file, tmp_path):
    file.write_bytes(export(answers()))
    mapping = tmp_path / "own.toml"
    mapping.write_text('schema = 1\nquestionnaire = "mechanism-1"\n')

    said = refused(file, "--round=2019", f"--mapping={mapping}", status=2)

    assert "respondent" in said


def test_file_that_is_not_there_is_told(round, tmp_path):
    said = refused(tmp_path / "none.xlsx", "--round=2019", status=2)

    assert "No such file or directory" in said


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Nothing was written."),
        (b"%PDF-1.7", "Nothing was written."),
        (b"a;b\n1;2\n", "fit none of the mappings"),
    ],
)
def test_file_that_is_no_export_is_told_in_a_sentence(round, file, content, message):
    file.write_bytes(content)

    assert message in refused(file, "--round=2019")


def test_report_that_cannot_be_written_stops_before_anything_is(round, file, tmp_path):
    make_published()
    file.write_bytes(export(answers()))

    said = refused(file, "--round=2019", f"--report={tmp_path / 'no' / 'r.csv'}")

    assert "No such file or directory" in said


def test_import_of_another_number_is_told_with_those_there_are(round):
    applied = make.make_survey_import(round, state="applied", file_name="e.xlsx")

    with pytest.raises(CommandError, match=f"Applied are: {applied.pk} .e.xlsx") as no:
        run("undo_import", applied.pk + 1)

    assert no.value.returncode == 2


def test_undoing_names_what_was_edited_since(round, file):
    make_published(established=None)
    file.write_bytes(export(answers()))
    run("import_survey", file, "--round=2019")
    draft = Profile.objects.open().get()
    draft.established = 1989
    draft.save()

    said = run("undo_import", SurveyImport.objects.get().pk)

    assert (
        "RCM (Draft, 2): kept, for it was edited since: Changed: profile estab" in said
    )
    with pytest.raises(CommandError, match="cannot be undone"):
        run("undo_import", SurveyImport.objects.get().pk)
