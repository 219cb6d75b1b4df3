"""One walk through all there is, with a respondent whom nobody may see.

An export with an unmistakable name, address, telephone and IP address is imported for
real, and applied, and a corrected one waits. Then every public page, every staff page,
every file that anybody can take away and all that is logged is looked at.
"""

import html
import io

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from iscm_registry import search
from iscm_registry.roles import ADMINISTRATOR, DATA_ENTRY, REVIEWER
from profiles import editions
from surveys.models import PersonalDetails, Round, Submission, SurveyImport
from tests.factories import (
    make_mechanism,
    make_profile,
    make_question,
    make_questionnaire,
    make_round,
    make_state,
)
from tests.registry.public_addresses import public_addresses
from tests.surveys.export_files import csv_file

pytestmark = pytest.mark.django_db

MARK = "xqzperson"
NAME = "Zdenka Xqzpersonova"
EMAIL = "zdenka@xqzperson.example"
PHONE = "+999 555 070 7331"
IP = "203.0.113.177"
REPORTS = ("report.html", "report.csv", "report.json")
PERSONAL = [MARK, "555 070 7331", IP]

COLUMNS = [
    "submission_id",
    "mechanism",
    "contact",
    "email",
    "Phone",
    "IP Address",
    "Почтовый ящик",
    "Кто",
    "الجهاز",
    "founded",
    "evolution_text",
    "may_publish",
]
MAPPING = """
schema = 1
questionnaire = "mechanism-7"
respondent = "mechanism"
person_name = "contact"
person_email = "email"
personal = ["Phone", "IP Address"]

[[rule]]
target = "profile"
fields = { established = "founded" }

[[rule]]
target = "profiles.section"
fields = { prose = "evolution_text" }
always = { part = "evolution", coverage = "reported" }
key = ["part"]
"""


def export(founded: str) -> bytes:
    # Nothing but their shapes shows what the columns in other scripts hold.
    known = ["uuid:1", "rcm", NAME, EMAIL, PHONE, IP]
    by_shape = [f"box@{MARK}.example", NAME, PHONE]
    row = [*known, *by_shape, founded, "It began so.", "yes"]
    return csv_file([COLUMNS, row])


def found_in(text: str) -> list[str]:
    """Return what of the person a text tells, whatever is escaped in it."""
    plain = html.unescape(text).casefold()
    return [personal for personal in PERSONAL if personal in plain]


def client_of(role: str) -> Client:
    client = Client()
    user = User.objects.create_user(role.replace(" ", "-"), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


def upload(client: Client, round: Round, content: bytes) -> SurveyImport:
    answer = client.post(
        reverse("admin:surveys_surveyimport_add"),
        {
            "round": round.pk,
            "file": SimpleUploadedFile("export.csv", content),
            "own_mapping": SimpleUploadedFile("own.toml", MAPPING.encode()),
        },
    )
    assert answer.status_code == 302, answer.context["form"].errors
    return SurveyImport.objects.latest("pk")


def page_of(survey_import: SurveyImport, page: str, *more: str) -> str:
    name = f"admin:surveys_surveyimport_{page}"
    return reverse(name, args=[survey_import.pk, *more])


@pytest.fixture
def clerk():
    return client_of(DATA_ENTRY)


@pytest.fixture
def imported(clerk):
    """A published edition that came of an import, and a corrected file that waits."""
    sheet = make_questionnaire("mechanism", 7)
    make_question(sheet, "mechanism", registry_list="mechanism", is_required=True)
    make_question(sheet, "contact", is_personal=True)
    make_question(sheet, "email", is_personal=True)
    make_question(sheet, "founded", type="year", section="evolution")
    make_question(sheet, "evolution_text", type="long_text", section="evolution")
    make_question(sheet, "may_publish", choices=["yes", "no"])
    make_state("CRI")
    round = make_round("2019", questionnaires=[sheet], is_public=True)
    mechanism = make_profile(make_mechanism(slug="rcm"), acronym="RCM").mechanism
    first = upload(clerk, round, export("1996"))
    preview = clerk.get(page_of(first, "change"))
    clerk.post(
        page_of(first, "apply"),
        {"fingerprint": preview.context["preview"].fingerprint},
    )
    first.refresh_from_db()
    assert first.state == "applied"
    draft = mechanism.editions.open().get()
    editions.submit(draft)
    editions.publish(draft)
    upload(clerk, round, export("1997"))
    details = PersonalDetails.objects.get()
    assert (details.name, details.email) == (NAME, EMAIL)
    assert len(found_in(str(details.cells))) == len(PERSONAL), "all of it came in"
    return round


def staff_addresses() -> list[str]:
    """Return the pages of every record of every kind, and the staff's own pages."""
    found = [reverse("admin:index")]
    for model in admin.site._registry:
        kind = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page in ("changelist", "add", "export", "import", "forget"):
            found += _reversed(f"{kind}_{page}")
        pages = ("change", "history", "delete", "review", "undo", "discard", "results")
        files = ("results_csv", "results_xlsx")
        for key in model._default_manager.values_list("pk", flat=True)[:2]:
            for page in (*pages, *files):
                found += _reversed(f"{kind}_{page}", key)
            for suffix in ("html", "csv", "json"):
                found += _reversed(f"{kind}_report", key, suffix)
    app_lists = {model._meta.app_label for model in admin.site._registry}
    found += [reverse("admin:app_list", args=[label]) for label in app_lists]
    return found


def _reversed(name: str, *arguments) -> list[str]:
    try:
        return [reverse(name, args=arguments)]
    except NoReverseMatch:
        return []


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    return b"".join(answer).decode("utf-8", errors="replace")


def leaks(client: Client, addresses: list[str]) -> dict[str, list[str]]:
    told = {address: found_in(read(client, address)) for address in addresses}
    return {address: personal for address, personal in told.items() if personal}


@pytest.mark.attack("A respondent is named")
def test_no_public_page_tells_who_filled_a_submission_in(imported):
    search.build_index()
    addresses = public_addresses()
    searched = [f"{reverse('search')}?q={text}" for text in ("Zdenka", "began", IP)]

    assert len(addresses) > 12
    assert leaks(Client(), [*addresses, *searched]) == {
        # What the reader typed stands in the box of the search.
        f"{reverse('search')}?q={IP}": [IP]
    }


def test_the_search_index_has_nothing_of_it(imported, settings):
    search.build_index()

    files = [path for path in settings.VAR_DIR.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if found_in(path.read_bytes().decode("latin-1"))]


@pytest.mark.no_cover
@pytest.mark.attack("A respondent is named")
def test_no_staff_page_tells_it_to_data_entry_and_reviewers(imported, clerk):
    addresses = staff_addresses()

    assert len(addresses) > 100
    assert any("report.csv" in address for address in addresses)
    for client in (clerk, client_of(REVIEWER)):
        assert leaks(client, addresses) == {}


@pytest.mark.no_cover
def test_administrators_find_it_on_one_page_only(imported):
    details = PersonalDetails.objects.get()
    page = reverse("admin:surveys_personaldetails_change", args=[details.pk])

    told = leaks(client_of(ADMINISTRATOR), staff_addresses())

    assert told == {page: PERSONAL}


def test_neither_the_audit_log_nor_its_file_has_it(imported):
    client = client_of(ADMINISTRATOR)
    details = PersonalDetails.objects.get()
    client.get(reverse("admin:surveys_personaldetails_change", args=[details.pk]))
    log = reverse("admin:auditlog_logentry_changelist")
    file = reverse("admin:auditlog_logentry_export")

    assert "Opened" in read(client, file)
    assert leaks(client, [log, f"{log}?q=Zdenka", file]) == {}


@pytest.mark.attack("A respondent is named")
def test_commands_write_nothing_of_it(imported, tmp_path, capsys, caplog):
    mapping = tmp_path / "own.toml"
    mapping.write_text(MAPPING)
    file = tmp_path / "export.csv"
    file.write_bytes(export("1998"))
    out = tmp_path / "out"
    out.mkdir()

    for report in REPORTS:
        call_command(
            "import_survey",
            str(file),
            "--round=2019",
            f"--mapping={mapping}",
            "--dry-run",
            f"--report={out / report}",
        )
    call_command("export_round", "2019", str(out / "round.csv"))
    call_command("dump_registry", str(out / "registry"))
    call_command("import_survey", str(file), "--round=2019", f"--mapping={mapping}")

    written = [path for path in out.rglob("*") if path.is_file()]
    assert len(written) == len(REPORTS) + 2
    assert not [
        path for path in written if found_in(path.read_bytes().decode("latin-1"))
    ]
    said = capsys.readouterr()
    assert said.out
    assert not found_in(said.out + said.err + caplog.text)


def everything_in_the_database() -> str:
    """Return every row of every table as text."""
    text = io.StringIO()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT * FROM {name}")  # noqa: S608
            for row in cursor:
                cells = (
                    bytes(cell).decode("latin-1")
                    if isinstance(cell, bytes | memoryview)
                    else str(cell)
                    for cell in row
                )
                print(table, *cells, file=text)
    return text.getvalue()


def test_after_forgetting_it_is_nowhere_in_the_database(imported, capsys):
    assert len(found_in(everything_in_the_database())) == len(PERSONAL)

    call_command("forget_respondent", EMAIL)

    assert found_in(everything_in_the_database()) == []
    assert not found_in(capsys.readouterr().out)
    assert Submission.objects.exists(), "the answers stay"
    assert not SurveyImport.objects.filter(state="prepared").exists()


def test_the_same_file_again_does_not_bring_a_forgotten_person_back(imported, clerk):
    call_command("forget_respondent", EMAIL)

    again = upload(clerk, imported, export("1996"))
    preview = clerk.get(page_of(again, "change"))
    clerk.post(
        page_of(again, "apply"),
        {"fingerprint": preview.context["preview"].fingerprint},
    )

    assert not PersonalDetails.objects.exists()
