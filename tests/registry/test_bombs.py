"""Files made to exhaust the machine, at every door through which a file comes.

Whatever they are, the answer is a page or a message, the server's own memory stays
what it was, and the processor is done with them in seconds.
"""

import io
import resource
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from iscm_registry.registry_files.problems import ProblemsFound
from iscm_registry.registry_files.reading import read
from partnerships.models import Organisation, OrganisationAlias
from profiles.models import Source, StateAlias, Theme, ThemeAlias
from surveys.models import SurveyImport
from tests.registry import bombs
from tests.surveys.export_files import kobo_csv
from tests.surveys.rounds_of_mechanisms import make_world

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("files are refused before any database is asked"),
]

MEGABYTE = 1024 * 1024
MOST_OF_THE_SERVER = 120 * MEGABYTE
MOST_OF_THE_CHILD = 1100 * MEGABYTE
MOST_SECONDS = 40
"""A bound for machines that do much else; unbounded, these take minutes."""

TABLES = [Organisation, OrganisationAlias, Source, StateAlias, ThemeAlias]
SPREADSHEETS = {**bombs.workbooks(), **bombs.csv_tables()}
EXPORTS = {**SPREADSHEETS, **bombs.submissions()}
SHEETS = bombs.sheets()
MAPPINGS = bombs.mappings()


@contextmanager
def bounded():
    """Hold the server and the processes that it starts to what they may take."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield
    own_after = resource.getrusage(resource.RUSAGE_SELF)
    children_after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (own_after.ru_maxrss - own.ru_maxrss) * 1024 < MOST_OF_THE_SERVER
    assert children_after.ru_maxrss * 1024 < MOST_OF_THE_CHILD
    assert own_after.ru_utime - own.ru_utime < MOST_SECONDS
    assert children_after.ru_utime - children.ru_utime < MOST_SECONDS


def errors_of(page) -> str:
    assert page.status_code == 200
    return str(page.context["form"].errors)


@pytest.mark.attack("A small file takes all memory or time")
@pytest.mark.parametrize(
    ("model", "bomb"),
    [(Theme, bomb) for bomb in SPREADSHEETS]
    + [(model, "one-text-in-every-cell") for model in TABLES],
)
def test_reference_tables(admin_client, model, bomb):
    address = f"admin:{model._meta.app_label}_{model._meta.model_name}_import"
    file = SimpleUploadedFile("table.xlsx", SPREADSHEETS[bomb]())
    with bounded():
        page = admin_client.post(
            reverse(address), {"import_file": file, "format": "1", "resource": "0"}
        )
    assert page.status_code == 200
    if bomb not in HARMLESS:
        assert "import_file" in errors_of(page)


HARMLESS = {"dimension", "merged-cells", "styles", "entities", "deep", "utf-7"}
"""What may be read, for nothing in it has to be believed."""


@pytest.mark.attack("A small file takes all memory or time")
@pytest.mark.parametrize("bomb", EXPORTS)
def test_survey_export_at_the_desk(admin_client, bomb):
    make_world()
    file = SimpleUploadedFile("export.xlsx", EXPORTS[bomb]())
    with bounded():
        page = admin_client.post(
            reverse("admin:surveys_surveyimport_add"),
            {"round": SurveyImport.round.field.related_model.objects.get().pk}
            | {"file": file},
        )
    if page.status_code == 200:
        assert "file" in errors_of(page)
        assert not SurveyImport.objects.exists()
    else:
        # It was read, and nothing in it fits a questionnaire.
        assert SurveyImport.objects.get().counts["problems_error"]


@pytest.mark.parametrize("bomb", EXPORTS)
def test_survey_export_by_command(tmp_path, bomb):
    make_world()
    file = tmp_path / "export.xlsx"
    file.write_bytes(EXPORTS[bomb]())
    with bounded(), pytest.raises(CommandError):
        call_command("import_survey", file, "--round=2019", stderr=io.StringIO())
    assert not SurveyImport.objects.exists()


@pytest.mark.attack("A small file takes all memory or time")
@pytest.mark.parametrize("bomb", SHEETS)
def test_summary_sheet_at_the_desk(admin_client, bomb):
    file = SimpleUploadedFile("sheet.docx", SHEETS[bomb]())
    with bounded():
        page = admin_client.post(
            reverse("admin:surveys_summarysheet_add"), {"file": file}
        )
    assert "file" in errors_of(page)


@pytest.mark.parametrize("bomb", SHEETS)
def test_summary_sheet_by_command(tmp_path, bomb):
    file = tmp_path / "sheet.docx"
    file.write_bytes(SHEETS[bomb]())
    with bounded(), pytest.raises(CommandError):
        call_command("import_summary", file, stderr=io.StringIO())


@pytest.mark.attack("Many paragraphs times many styles take minutes")
def test_summary_sheet_with_thousands_of_styles_is_read_at_once(tmp_path):
    file = tmp_path / "sheet.docx"
    file.write_bytes(bombs.word(9_000, 5_000))
    spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(CommandError, match=r"Nothing was written"):
        call_command("import_summary", file, stderr=io.StringIO())
    # A look at every style for every paragraph took half a minute.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - spent < 15


@pytest.mark.attack("A small file takes all memory or time")
@pytest.mark.parametrize("bomb", MAPPINGS)
def test_mapping_at_the_desk(admin_client, bomb):
    make_world()
    export = kobo_csv(["a"], [["1"]])
    with bounded():
        page = admin_client.post(
            reverse("admin:surveys_surveyimport_add"),
            {
                "round": SurveyImport.round.field.related_model.objects.get().pk,
                "file": SimpleUploadedFile("export.csv", export),
                "mapping": "own",
                "own_mapping": SimpleUploadedFile("own.toml", MAPPINGS[bomb]()),
            },
        )
    assert "own_mapping" in errors_of(page)


@pytest.mark.parametrize("option", ["--mapping", "--decisions"])
@pytest.mark.parametrize("bomb", MAPPINGS)
def test_mapping_and_decisions_by_command(tmp_path, option, bomb):
    make_world()
    export, own = tmp_path / "export.csv", tmp_path / "own.toml"
    export.write_bytes(kobo_csv(["a"], [["1"]]))
    own.write_bytes(MAPPINGS[bomb]())
    with bounded(), pytest.raises(CommandError):
        call_command("import_survey", export, "--round=2019", f"{option}={own}")


@pytest.mark.attack("A small file takes all memory or time")
@pytest.mark.parametrize("bomb", bombs.csv_tables())
def test_files_of_the_registry(tmp_path, bomb):
    (tmp_path / "states.csv").write_bytes(bombs.csv_tables()[bomb]())
    with bounded():
        _records, problems = read(tmp_path)
    assert any(problem.file == "states.csv" for problem in problems)
    with pytest.raises((CommandError, ProblemsFound)):
        call_command("load_registry", tmp_path, stderr=io.StringIO())
