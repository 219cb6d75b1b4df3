"""Who sent a report: for administrators alone, written nowhere else, removed in time.

The walk goes through every public page, every staff page and every file and log.
"""

import datetime
import logging

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from corrections.models import ErrorReport, ReportSender
from iscm_registry import search
from iscm_registry.roles import ADMINISTRATOR, DATA_ENTRY, REVIEWER
from surveys.forgetting import REMOVED, forget
from tests.factories import (
    make_error_report,
    make_full_draft,
    make_mechanism,
    make_personal_details,
    publish,
)
from tests.registry.public_addresses import public_addresses
from tests.surveys.test_personal_data import (
    client_of,
    everything_in_the_database,
    found_in,
    leaks,
    staff_addresses,
)

pytestmark = pytest.mark.django_db

EMAIL = "zdenka@xqzperson.example"
PERSONAL = ["xqzperson"]
TYPED = {
    "wrong": "Chile is said to be a member.",
    "right": "Chile is an observer.",
    "evidence": "https://example.org/members",
    "email": EMAIL,
}


@pytest.fixture
def sent(caplog):
    """Two reports that came in by the form, one of which is answered."""
    caplog.set_level(logging.DEBUG)
    publish(make_full_draft(make_mechanism(slug="puebla")))
    for address in ("/report/?mechanism=puebla", "/report/"):
        assert Client().post(address, TYPED).status_code == 302
    report = ErrorReport.objects.latest("pk")
    report.outcome, report.summary, report.reason = "declined", "Short.", "Reason."
    report.answered_at = timezone.now()
    report.save()
    assert ReportSender.objects.filter(email=EMAIL).count() == 2
    return report


@pytest.mark.attack("A respondent is named")
def test_no_public_page_no_file_and_no_log_tells_who_sent_a_report(
    sent, settings, tmp_path, capsys, caplog
):
    search.build_index()
    call_command("dump_registry", str(tmp_path / "registry"))

    assert leaks(Client(), [*public_addresses(), "/report/", "/report/received/"]) == {}
    for folder in (settings.VAR_DIR, tmp_path):
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert files
        for path in files:
            assert not found_in(path.read_bytes().decode("latin-1")), path
    said = capsys.readouterr()
    assert not found_in(said.out + said.err + caplog.text)
    assert not found_in(str(list(LogEntry.objects.values())))


@pytest.mark.no_cover
@pytest.mark.attack("A respondent is named")
def test_no_staff_page_tells_it_to_data_entry_and_reviewers(sent):
    addresses = staff_addresses()

    assert any("errorreport" in address for address in addresses)
    for role in (DATA_ENTRY, REVIEWER):
        assert leaks(client_of(role), addresses) == {}


@pytest.mark.no_cover
def test_administrators_find_it_on_its_page_only_and_each_look_is_logged(sent):
    client = client_of(ADMINISTRATOR)
    pages = {
        reverse("admin:corrections_reportsender_change", args=[sender.pk])
        for sender in ReportSender.objects.all()
    }

    told = leaks(client, staff_addresses())

    assert told == dict.fromkeys(pages, PERSONAL)
    looks = LogEntry.objects.filter(
        content_type__model="reportsender", action=LogEntry.Action.ACCESS
    )
    assert looks.count() == len(pages)
    assert {look.actor.username for look in looks} == {"administrator"}
    assert not found_in(str(list(LogEntry.objects.values())))


@pytest.mark.parametrize("query", ["email__startswith=z", "q=zdenka", "email=x"])
def test_the_list_of_senders_is_not_searched(sent, query):
    address = reverse("admin:corrections_reportsender_changelist")

    answer = client_of(ADMINISTRATOR).get(f"{address}?{query}")

    assert answer.status_code in (200, 302, 400)
    if answer.status_code == 200:
        assert answer.text.count("change/") == 2, "it tells nothing"


# --- Forgetting -----------------------------------------------------------------------


def test_a_sender_is_forgotten_on_request_and_nothing_of_the_address_is_left(sent):
    ErrorReport.objects.filter(pk=sent.pk).update(wrong=f"Write to {EMAIL.upper()}!")
    other = make_error_report(email="other@example.org")

    forgotten = forget(f" {EMAIL.upper()} ")

    assert len(forgotten.reports) == 2
    assert not found_in(everything_in_the_database())
    sent.refresh_from_db()
    assert sent.wrong == f"Write to {REMOVED}!"
    assert list(ReportSender.objects.all()) == [other.sender]
    assert not forget(EMAIL).changed


def test_public_words_that_have_the_address_are_told_and_not_changed(sent):
    ErrorReport.objects.filter(pk=sent.pk).update(summary=f"{EMAIL} says so.")

    forgotten = forget(EMAIL)

    assert [place.record for place in forgotten.remaining] == [str(sent)]
    assert forgotten.remaining[0].url == reverse(
        "admin:corrections_errorreport_change", args=[sent.pk]
    )


def test_a_respondent_who_sent_reports_too_is_forgotten_in_both(sent):
    details = make_personal_details(name="Zdenka Persona", email=EMAIL)

    forgotten = forget("Zdenka Persona")

    assert forgotten.submissions == [details.submission_id]
    assert not ReportSender.objects.exists()


def test_dry_run_changes_nothing(sent, capsys):
    call_command("forget_respondent", EMAIL, "--dry-run")

    assert ReportSender.objects.count() == 2
    told = capsys.readouterr().out
    assert "nothing was changed" in told
    assert "error reports" in told
    assert not found_in(told)


def test_administrators_forget_a_sender_on_the_page_for_respondents(sent):
    client = client_of(ADMINISTRATOR)
    page = reverse("admin:surveys_personaldetails_forget")

    looked = client.post(page, {"person": EMAIL}).text
    assert "error reports" in looked
    client.post(page, {"person": EMAIL, "_confirm": "1"})

    assert not ReportSender.objects.exists()


def test_addresses_go_when_their_time_is_over(sent, settings, capsys):
    settings.REPORT_SENDERS_KEPT_DAYS = 30
    old = make_error_report(
        email="old@example.org",
        received_at=timezone.now() - datetime.timedelta(days=30, minutes=1),
    )
    call_command("forget_respondent", "--overdue", "--dry-run")
    assert ReportSender.objects.count() == 3

    call_command("forget_respondent", "--overdue")

    assert f"error report {old.pk}" in capsys.readouterr().out
    assert {sender.email for sender in ReportSender.objects.all()} == {EMAIL}
    assert ErrorReport.objects.filter(pk=old.pk).exists(), "the report stays"
    entry = LogEntry.objects.get(
        content_type__model="reportsender", action=LogEntry.Action.DELETE
    )
    assert entry.additional_data == {"report": old.pk}
    call_command("forget_respondent", "--overdue")
    assert "Nothing personal was found" in capsys.readouterr().out


def test_the_form_says_for_how_long_an_address_is_kept(client, settings):
    settings.REPORT_SENDERS_KEPT_DAYS = 77

    text = client.get("/report/").text

    assert "removed 77 days after your report came in, or at once if you ask" in text
    assert 'aria-describedby="about-email' in text
