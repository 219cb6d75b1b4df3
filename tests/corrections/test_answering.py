"""Answering reports: the inbox, the draft, and what the public reads of it."""

import re

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from corrections.models import ErrorReport, ReportSender
from iscm_registry import revision
from iscm_registry.roles import DATA_ENTRY, REVIEWER
from profiles import editions
from tests.factories import (
    make_contribution,
    make_draft,
    make_error_report,
    make_mechanism,
    make_membership,
    make_organisation,
    make_partnership,
    make_section,
    make_state,
    publish,
)
from tests.profiles.staff_forms import entered, errors_of

pytestmark = pytest.mark.django_db

ANSWER = {
    "summary": "Chile is listed as a member.",
    "reason": "The statutes of 2001 name it among the observers.",
}


def client_of(role, name="staff"):
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def reviewer():
    return client_of(REVIEWER)


@pytest.fixture
def seat():
    draft = make_draft(make_mechanism(slug="puebla"), name="Puebla Process")
    fact = make_membership(draft, "CRI")
    publish(draft)
    return fact


def report_of(fact, **fields):
    return make_error_report(
        fact.profile.mechanism,
        edition=fact.profile.edition,
        fact_kind=fact._meta.label_lower,
        fact_uid=fact.uid,
        **fields,
    )


def page_of(report):
    return reverse("admin:corrections_errorreport_change", args=[report.pk])


def send(client, report, shown=None, **answer):
    shown = shown or client.get(page_of(report))
    return client.post(page_of(report), entered(shown) | ANSWER | answer)


def test_a_field_that_was_reported_is_named_and_leads_to_its_part_of_the_draft(
    reviewer, client, seat
):
    report = make_error_report(seat.profile.mechanism, edition=1, field="chair")
    assert "Chair" in reviewer.get(page_of(report)).text

    answer = send(reviewer, report, outcome="accepted")

    draft = seat.profile.mechanism.editions.open().get()
    form = reverse("admin:profiles_profile_change", args=[draft.pk])
    assert answer.url == f"{form}#part-structure"
    listed = client.get("/corrections/").text
    assert "Chair" in listed
    assert 'href="/mechanisms/puebla/#structure"' in listed


# --- The inbox ------------------------------------------------------------------------


@pytest.mark.no_cover
@pytest.mark.parametrize("role", [DATA_ENTRY, REVIEWER])
def test_the_dashboard_counts_what_nobody_answered(role, seat):
    waiting = report_of(seat)
    make_error_report()
    make_error_report(outcome="declined", reason="Nothing new.")

    page = client_of(role).get(reverse("admin:index")).text

    (number,) = re.findall(r'desk-reports">[^<]*<span class="number">(\d+)', page)
    assert number == "2"
    assert f'href="{page_of(waiting)}"' in page
    assert "Puebla Process" in page
    assert "The registry as a whole" in page


def test_lists_ask_as_often_however_many_reports_there_are(reviewer, client, seat):
    def add():
        state = make_membership(make_draft(), make_state()).state
        partner = make_partnership(make_draft(), make_organisation()).organisation
        for outcome in ("open", "declined"):
            report_of(seat, outcome=outcome)
            make_error_report(state=state, outcome=outcome)
            make_error_report(organisation=partner, outcome=outcome)
            make_error_report(outcome=outcome)

    asked = []
    for _n in range(2):
        add()
        for one, address in (
            (reviewer, reverse("admin:index")),
            (reviewer, reverse("admin:corrections_errorreport_changelist")),
            (client, "/corrections/"),
        ):
            with CaptureQueriesContext(connection) as captured:
                assert one.get(address).status_code == 200
            asked.append(len(captured))
    assert asked[:3] == asked[3:]


def test_data_entry_reads_a_report_and_does_not_answer_it(seat):
    clerk = client_of(DATA_ENTRY)
    report = report_of(seat)

    page = clerk.get(page_of(report))

    assert report.wrong in page.text
    assert report.evidence in page.text
    assert 'name="outcome"' not in page.text
    answered = ANSWER | {"outcome": "declined"}
    assert clerk.post(page_of(report), answered).status_code == 403
    assert ErrorReport.objects.get().outcome == "open"


# --- Answering ------------------------------------------------------------------------


def test_an_accepted_report_opens_a_draft_at_its_fact(reviewer, seat):
    report = report_of(seat)

    answer = send(reviewer, report, outcome="accepted")

    draft = seat.profile.mechanism.editions.open().get()
    form = reverse("admin:profiles_profile_change", args=[draft.pk])
    assert (answer.status_code, answer.url) == (302, f"{form}#part-members")
    assert draft.memberships.get().uid == seat.uid
    opened = draft.events.get()
    assert (opened.action, opened.by.username) == ("open", "staff")
    report.refresh_from_db()
    assert report.outcome == "accepted"
    assert report.answered_by.username == "staff"
    assert f"{form}#part-members" in reviewer.get(page_of(report)).text


def test_the_draft_that_is_open_already_is_taken(reviewer, seat):
    draft = editions.open_draft(seat.profile.mechanism)

    answer = send(reviewer, report_of(seat), outcome="accepted")

    assert f"/{draft.pk}/" in answer.url
    assert seat.profile.mechanism.editions.open().get() == draft


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda draft: make_contribution(draft, level="national"), "contribution"),
        (lambda draft: make_section(draft, "structure"), "structure"),
        (lambda draft: make_partnership(draft), "partnerships"),
    ],
)
def test_the_draft_opens_at_the_part_of_the_fact(reviewer, make, part):
    draft = make_draft()
    fact = make(draft)
    publish(draft)

    answer = send(reviewer, report_of(fact), outcome="accepted")

    assert answer.url.endswith(f"#part-{part}")


def test_a_declined_report_opens_nothing(reviewer, seat):
    answer = send(reviewer, report_of(seat), outcome="declined")

    assert answer.status_code == 302
    assert not seat.profile.mechanism.editions.open().exists()


def test_a_report_about_no_mechanism_or_a_withdrawn_one_is_accepted_too(reviewer, seat):
    editions.withdraw(seat.profile, reason="Wrong.")
    for report in (report_of(seat), make_error_report(state=seat.state)):
        assert send(reviewer, report, outcome="accepted").status_code == 302
        report.refresh_from_db()
        assert report.outcome == "accepted"
    assert not seat.profile.mechanism.editions.open().exists()


@pytest.mark.parametrize(
    "lacking", [{"reason": " "}, {"summary": ""}, {"outcome": ""}, {"outcome": "open"}]
)
def test_there_is_no_answer_without_outcome_words_and_reason(reviewer, seat, lacking):
    report = report_of(seat)

    answer = send(reviewer, report, **{"outcome": "declined"} | lacking)

    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == list(lacking)
    report.refresh_from_db()
    assert report.outcome == "open"


def test_of_two_who_answer_at_once_the_second_is_told_and_loses_nothing(reviewer, seat):
    report = report_of(seat)
    other = client_of(REVIEWER, "other")
    first, second = reviewer.get(page_of(report)), other.get(page_of(report))
    assert send(reviewer, report, first, outcome="declined").status_code == 302
    mine = "Accepted, as the statutes of 2002 say."

    answer = send(other, report, second, outcome="accepted", reason=mine)

    assert answer.status_code == 409
    assert "somebody else saved this record" in errors_of(answer)
    assert mine in answer.text
    assert ANSWER["reason"] in answer.text
    report.refresh_from_db()
    assert (report.outcome, report.reason) == ("declined", ANSWER["reason"])
    assert report.answered_by.username == "staff"
    assert not seat.profile.mechanism.editions.open().exists()


# --- What the public reads ------------------------------------------------------------


def test_nothing_of_a_report_is_public_until_it_is_answered(reviewer, client, seat):
    report = report_of(seat, wrong="Chile left in 2004.", email="me@reader.example")
    before = client.get("/corrections/?mechanism=puebla")
    assert "No error of this mechanism" in before.text
    at = revision.current()

    send(reviewer, report, outcome="declined")

    assert revision.current() != at
    for address in ("/corrections/", "/corrections/?mechanism=puebla"):
        after = client.get(address).text
        assert ANSWER["summary"] in after
        assert ANSWER["reason"] in after
        assert "declined" in after
        assert f'href="/mechanisms/puebla/#{seat.uid}"' in after
        for secret in ("2004", "reader.example", "The statutes.<", "staff"):
            assert secret not in after


def test_words_of_staff_can_be_shortened_afterwards(reviewer, client, seat):
    report = report_of(seat, outcome="declined")
    answered_at = report.answered_at

    send(reviewer, report, outcome="declined", summary="Shorter.")

    report.refresh_from_db()
    assert (report.summary, report.answered_at) == ("Shorter.", answered_at)
    assert "Shorter." in client.get("/corrections/").text


def test_a_page_that_is_taken_back_is_not_named_any_more(client, seat):
    report_of(seat, outcome="declined")
    assert "Puebla Process" in client.get("/corrections/").text

    editions.withdraw(seat.profile, reason="Wrong.")

    page = client.get("/corrections/").text
    assert "Puebla" not in page
    assert "A page that is no longer public" in page
    assert client.get("/corrections/?mechanism=puebla").status_code == 404


def test_a_deleted_report_leaves_the_public_list(reviewer, client, seat):
    report = report_of(
        seat, outcome="declined", summary="Delete me.", email="me@reader.example"
    )
    assert "Delete me." in client.get("/corrections/").text

    delete = reverse("admin:corrections_errorreport_delete", args=[report.pk])
    shown = reviewer.get(delete).context["shown"]
    reviewer.post(delete, {"_shown": shown, "post": "yes"})

    assert not ErrorReport.objects.exists()
    assert not ReportSender.objects.exists()
    assert "Delete me." not in client.get("/corrections/").text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("?page=1", 200),
        ("?page=2", 404),
        ("?page=x", 404),
        ("?mechanism=nothing", 404),
        ("?mechanism=%00", 404),
        ("?outcome=declined", 400),
    ],
)
def test_what_the_list_may_be_asked(client, query, status):
    assert client.get(f"/corrections/{query}").status_code == status


def test_the_list_comes_in_pages(client, seat):
    for n in range(51):
        report_of(seat, outcome="declined", summary=f"Error {n}.")

    first, second = client.get("/corrections/"), client.get("/corrections/?page=2")

    assert first.text.count("<article") == 50
    assert second.text.count("<article") == 1
    assert "page 2" in second.text


# --- The audit log --------------------------------------------------------------------


def test_the_log_has_the_answer_and_nothing_of_the_sender(reviewer, seat):
    report = report_of(
        seat, wrong="Chile left in 2004.", right="So it did.", email="me@reader.example"
    )

    send(reviewer, report, outcome="declined")

    entries = LogEntry.objects.filter(content_type__model="errorreport")
    told = " ".join(str(entry.changes) for entry in entries)
    assert ANSWER["reason"] in told
    assert entries.first().actor.username == "staff"
    everything = str(list(LogEntry.objects.values()))
    for secret in ("Chile left", "So it did", "reader.example", "The statutes."):
        assert secret not in everything
