import csv
import io

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from profiles.spreadsheets import as_entered, harmless
from tests.factories import (
    make_draft,
    make_membership,
    make_organisation,
    make_partnership,
    make_source,
    make_state,
)

pytestmark = pytest.mark.django_db

LIST = "admin:auditlog_logentry_changelist"
EXPORT = "admin:auditlog_logentry_export"
VIEW = Permission.objects.filter(
    codename="view_logentry", content_type__app_label="auditlog"
)


@pytest.fixture
def clerk():
    return User.objects.create_user("clerk", is_staff=True)


@pytest.fixture
def reader(client):
    """Somebody who may read the log and is no administrator."""
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.add(VIEW.get())
    client.force_login(user)
    return client


def sentences(page):
    return [entry.sentences for entry in page.context["cl"].result_list]


def shown(client, **query):
    page = client.get(reverse(LIST), query)
    assert page.status_code == 200
    return page


def test_a_change_is_told_in_the_words_of_the_form(reader, clerk):
    state, other = make_state("CRI"), make_state("PAN")
    source = make_source(title="Report")
    membership = make_membership(make_draft(), state)
    with set_actor(clerk):
        membership.role = "observer"
        membership.state = other
        membership.is_public = False
        membership.source = source
        membership.save()

    page = shown(reader, kind="profiles.membership", action=1)

    assert sorted(sentences(page)[0]) == sorted(
        [
            "role: Member → Observer",
            f"State: {state} → {other}",
            "public: yes → no",
            "source: Report",
        ]
    )
    text = page.content.decode()
    assert "clerk" in text
    assert "role: Member → Observer</li>" in text


def test_a_new_record_is_told_by_its_own_fields_only(reader):
    make_organisation(name_en="Agency", slug="agency")

    page = shown(reader, kind="partnerships.organisation")

    assert sorted(sentences(page)[0]) == [
        "name (English): Agency",
        "name in addresses: agency",
        "type: Other",
    ]


def test_a_list_that_changed_names_what_came_and_went(reader):
    draft = make_draft()
    source = make_source(title="Report")
    draft.sources.add(source)
    draft.sources.remove(source)

    told = sentences(shown(reader, kind="profiles.profile", action=1))

    assert ["sources: + Report"] in told
    assert ["sources: − Report"] in told


def test_a_text_in_several_languages_is_told_once_for_each(reader):
    organisation = make_organisation(name_en="Old")
    organisation.name_en = "New"
    organisation.save()

    told = sentences(shown(reader, kind="partnerships.organisation", action=1))

    assert told == [["name (English): Old → New"]]


def test_the_log_can_be_narrowed_to_person_mechanism_and_edition(reader, clerk):
    draft, other = make_draft(), make_draft()
    with set_actor(clerk):
        mine = make_membership(draft)
    theirs = make_membership(other)

    def members(**query):
        page = shown(reader, kind="profiles.membership", **query)
        return [int(e.object_pk) for e in page.context["cl"].result_list]

    slug = draft.mechanism.slug
    assert members(person=clerk.pk) == [mine.pk]
    assert members(mechanism=slug) == [mine.pk]
    assert members(mechanism=slug, edition=1) == [mine.pk]
    assert members(mechanism=slug, edition=2) == []
    assert members(object_id=theirs.pk) == [theirs.pk]
    assert set(members()) == {mine.pk, theirs.pk}


def test_the_log_can_be_narrowed_to_a_month(reader):
    make_organisation(name_en="Then")
    LogEntry.objects.update(timestamp="2025-01-31T23:30:00+01:00")
    make_organisation(name_en="Now")

    def told(month):
        page = shown(reader, month=month)
        return [entry.object_repr for entry in page.context["cl"].result_list]

    assert told("2025-01") == ["Then"]
    assert told("2025-02") == []
    assert told(f"{timezone.localdate():%Y-%m}") == ["Now"]
    assert "January 2025" in shown(reader).content.decode()
    assert reader.get(reverse(LIST), {"month": "nonsense"}).status_code == 302


def test_number_of_queries_does_not_grow_with_the_log(reader, clerk):
    def enter(number):
        with set_actor(clerk):
            for _ in range(number):
                partnership = make_partnership(make_draft(), source=make_source())
                partnership.organisation = make_organisation()
                partnership.save()

    enter(1)
    shown(reader)
    with CaptureQueriesContext(connection) as few:
        shown(reader)
    enter(5)
    with CaptureQueriesContext(connection) as many:
        page = shown(reader)

    assert page.context["cl"].result_count > 30
    assert len(many) == len(few), "\n".join(q["sql"] for q in many)


def test_history_of_a_record_leads_to_its_entries(admin_client):
    organisation = make_organisation()
    draft = make_draft()
    for record, query in (
        (
            organisation,
            f"kind=partnerships.organisation&amp;object_id={organisation.pk}",
        ),
        (draft, f"mechanism={draft.mechanism.slug}&amp;edition=1"),
        (draft.mechanism, f"mechanism={draft.mechanism.slug}"),
    ):
        opts = record._meta
        name = f"admin:{opts.app_label}_{opts.model_name}_history"
        page = admin_client.get(reverse(name, args=[record.pk])).content.decode()
        assert f'href="{reverse(LIST)}?{query}"' in page


def test_nobody_writes_to_the_log(admin_client):
    make_organisation()
    entry = LogEntry.objects.first()
    base = "admin:auditlog_logentry"

    assert admin_client.get(reverse(f"{base}_add")).status_code == 403
    delete = reverse(f"{base}_delete", args=[entry.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    change = reverse(f"{base}_change", args=[entry.pk])
    assert admin_client.get(change).status_code == 200
    assert admin_client.post(change, {}).status_code == 403


# --- Taking it away ---


def rows(response):
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_administrators_take_away_what_the_list_shows(client, clerk):
    user = User.objects.create_user("admin", is_staff=True)
    user.user_permissions.add(VIEW.get())
    user.groups.add(Group.objects.get_or_create(name="administrator")[0])
    client.force_login(user)
    with set_actor(clerk):
        make_membership(make_draft(), "CRI")
    make_organisation()

    response = client.get(reverse(EXPORT), {"kind": "profiles.membership"})

    (row,) = rows(response)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    assert row["who"] == "clerk"
    assert row["kind of record"] == "Membership"
    assert row["edition"] == "1"
    assert "State: State CRI" in row["changes"]
    assert not any("remote" in column or "address" in column for column in row)


def test_others_do_not_take_the_log_away(reader):
    assert "Download" not in shown(reader).content.decode()
    assert reader.get(reverse(EXPORT)).status_code == 403


def test_without_the_permission_there_is_no_log(client):
    client.force_login(User.objects.create_user("nobody", is_staff=True))

    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(reverse(EXPORT)).status_code == 403


def test_what_is_taken_away_runs_nothing_in_a_spreadsheet(admin_client):
    make_organisation(name_en="=HYPERLINK(1)")

    records = [row["record"] for row in rows(admin_client.get(reverse(EXPORT)))]

    assert "'=HYPERLINK(1)" in records


def test_export_asks_the_database_for_many_entries_at_once(admin_client):
    for number in range(20):
        make_organisation(name_en=f"Organisation {number}", source=make_source())
    with CaptureQueriesContext(connection) as queries:
        assert len(rows(admin_client.get(reverse(EXPORT)))) >= 40

    assert len(queries) < 20


@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "+1",
        "-1",
        "@SUM",
        "\t=1",
        "\r=1",
        "  =1",
        "'=1",
        "' =1",
        "''=1",
        "'quoted'",
        "'",
    ],
)
def test_a_text_comes_back_from_a_spreadsheet_as_it_was_entered(text):
    assert as_entered(harmless(text)) == text
    assert not harmless(text).lstrip().startswith(("=", "+", "-", "@"))
