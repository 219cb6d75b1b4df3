import datetime
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from iscm_registry.dashboard import Dashboard, change_url
from profiles import editions
from profiles.models import LinkCheck, Profile, fact_kinds
from profiles.vocabularies import SectionPart
from tests.factories import (
    make_draft,
    make_full_draft,
    make_membership,
    make_organ,
    make_organisation,
    make_partnership,
    make_profile,
    make_section,
    make_source,
    make_survey_import,
    publish,
)

pytestmark = pytest.mark.django_db

SEEING = ["view_profile", *(f"view_{kind._meta.model_name}" for kind in fact_kinds())]


def member_of_staff(name, *codenames):
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(
            codename__in=codenames,
            content_type__app_label__in=["profiles", "partnerships"],
        )
    )
    return user


@pytest.fixture
def author():
    return member_of_staff("author", "change_profile", *SEEING)


@pytest.fixture
def reviewer():
    return member_of_staff(
        "reviewer",
        "change_profile",
        "publish_profile",
        "add_recordmerge",
        "change_source",
        "view_organisation",
        *SEEING,
    )


def first_page(user):
    client = Client()
    client.force_login(user)
    return client.get(reverse("admin:index"))


def draft_of(user, **fields):
    mechanism = make_draft(**fields)
    mechanism.events.update(by=user)
    return mechanism


# --- Editions on their way ---


def test_reviewers_find_what_others_submitted_and_not_their_own(author, reviewer):
    theirs, own = draft_of(author), draft_of(reviewer)
    editions.submit(theirs, by=author)
    editions.submit(own, by=reviewer)

    desk = Dashboard(reviewer)

    assert desk.waiting == [theirs]
    assert desk.handed_in == [own]
    assert Dashboard(author).waiting == []
    assert Dashboard(author).handed_in == [theirs]
    review = reverse("admin:profiles_profile_review", args=[theirs.pk])
    assert f'href="{review}"' in first_page(reviewer).content.decode()


def test_without_four_eyes_one_may_review_ones_own(reviewer, settings):
    settings.FOUR_EYES = False
    own = draft_of(reviewer)
    editions.submit(own, by=reviewer)

    assert Dashboard(reviewer).waiting == [own]


def test_what_was_sent_back_returns_to_its_author_with_the_comment(author, reviewer):
    draft = draft_of(author)
    editions.submit(draft, by=author)
    editions.send_back(draft, by=reviewer, note="Name the source of the chair.")

    desk = Dashboard(author)

    assert (desk.sent_back, desk.drafts) == ([draft], [])
    assert Dashboard(reviewer).sent_back == []
    assert "Name the source of the chair." in first_page(author).content.decode()

    editions.submit(draft, by=author)
    assert Dashboard(author).sent_back == []


def test_my_drafts_are_those_that_i_opened(author, reviewer):
    mine = draft_of(author)
    draft_of(reviewer)

    assert Dashboard(author).drafts == [mine]


def test_scheduled_publications_come_in_their_order(author, reviewer):
    later, sooner = draft_of(author), draft_of(author)
    for draft, days in ((later, 9), (sooner, 2)):
        editions.submit(draft, by=author)
        Profile.objects.filter(pk=draft.pk).update(
            publish_at=timezone.now() + datetime.timedelta(days=days),
            publish_by=reviewer,
        )

    desk = Dashboard(reviewer)

    assert desk.scheduled == [sooner, later]
    assert desk.waiting == []


# --- The state of what is public ---


def test_profiles_older_than_two_years_or_without_a_date_are_stale(author):
    year = timezone.localdate().year
    old = make_profile(as_of=str(year - 3))
    make_profile(as_of=str(year - 1))
    undated = make_profile()
    make_draft(as_of=str(year - 9))

    stale = Dashboard(author).stale

    assert (stale.old, stale.undated) == ([old], [undated])


def test_the_matrix_says_how_each_part_is_covered_and_leads_there(author):
    draft = make_draft()
    make_section(draft, "evolution", coverage="reported")
    make_section(draft, "contribution_national", coverage="not_asked")

    (row,) = Dashboard(author).gaps

    assert [cell.part for cell in row.cells] == list(SectionPart)
    covered = [cell.coverage.value for cell in row.cells]
    assert covered == ["reported", "not_asked", *["unknown"] * 8]
    assert row.gaps == 8
    form = reverse("admin:profiles_profile_change", args=[draft.pk])
    assert row.cells[1].url == f"{form}#part-contribution"


def test_every_field_of_the_matrix_leads_to_a_place_that_is_there(author):
    make_draft()
    client = Client()
    client.force_login(author)
    (row,) = Dashboard(author).gaps

    for cell in row.cells:
        url, anchor = cell.url.split("#")
        assert f'id="{anchor}"' in client.get(url).content.decode()


def test_the_matrix_has_one_row_for_a_mechanism_its_open_edition_first(author):
    profile = make_profile()
    draft = editions.open_draft(profile.mechanism)
    other = make_profile()

    assert {row.edition.pk for row in Dashboard(author).gaps} == {draft.pk, other.pk}


def test_facts_without_a_source_are_counted_as_their_list_shows_them(author):
    draft = make_full_draft()
    for _ in range(3):
        make_membership(draft)
    make_organ(draft)
    make_section(draft, "structure", coverage="none")
    make_section(draft, "partnerships", coverage="reported")
    make_section(draft, "contribution_global", coverage="not_asked")
    client = Client()
    client.force_login(author)

    found = [e for e in Dashboard(author).unsourced if e.edition == draft]

    counted = {facts.kind: facts for facts in found[0].facts}
    assert {kind: facts.count for kind, facts in counted.items()} == {
        # Name and regions: the type and the status have sources.
        "fields": 2,
        "memberships": 3,
        "organs": 1,
        "sections": 1,
    }
    assert counted.pop("fields").url == change_url(draft)
    for facts in counted.values():
        page = client.get(facts.url)
        assert page.context["cl"].result_count == facts.count


def test_earlier_editions_are_not_held_against_anybody(author):
    old = make_draft()
    make_organ(old)
    publish(old)
    draft = editions.open_draft(old.mechanism)
    draft.organs.update(source=make_source())
    publish(draft)

    [of_draft] = Dashboard(author).unsourced
    assert [facts.kind for facts in of_draft.facts] == ["fields"]


def test_what_sources_and_organisations_do_not_say_is_counted_and_listed(reviewer):
    make_source(seen="2026-11-28", url="https://example.org/", language="en")
    make_source(published="2019", url="https://example.org/2")
    make_source(published="2019", archived="https://archive.example.org/")
    make_organisation(website="https://example.org/")
    make_organisation()
    client = Client()
    client.force_login(reviewer)

    found = {str(of.what): of for of in Dashboard(reviewer).lacking}

    assert {what: (of.count, of.total) for what, of in found.items()} == {
        "Sources without a date in the text": (1, 3),
        "Sources without the day on which they were looked at": (2, 3),
        "Sources without an archived copy": (2, 3),
        "Sources without an address": (1, 3),
        "Sources without the language of their title": (2, 3),
        "Organisations without a website": (1, 2),
    }
    for of in found.values():
        assert client.get(of.url).context["cl"].result_count == of.count


# --- Records that editions share ---


def test_records_entered_twice_are_one_click_from_their_merge(reviewer):
    one = make_organisation(name_en="World Bank")
    two = make_organisation(name_en="The World Bank", acronym_en="World Bank")

    page = first_page(reviewer)

    address = (
        f"{reverse('admin:profiles_recordmerge_add')}"
        f"?kind=partnerships.organisation&amp;records={one.pk},{two.pk}"
    )
    assert f'href="{address}"' in page.content.decode()


def test_who_may_not_merge_is_not_told_of_duplicates(author):
    make_organisation(name_en="World Bank")
    make_organisation(name_en="World Bank")

    assert Dashboard(author).duplicates == []
    assert "Possibly entered twice" not in first_page(author).content.decode()


def test_links_that_fail_are_listed_with_those_who_point_there(reviewer):
    now = timezone.now()
    for name, is_answering in (("dead", False), ("alive", True), ("unused", False)):
        LinkCheck.objects.create(
            url=f"https://example.org/{name}",
            is_answering=is_answering,
            checked_at=now,
            failing_since=None if is_answering else now,
            problem="" if is_answering else "It did not answer in time.",
        )
    source = make_source(url="https://example.org/dead")
    make_source(url="https://example.org/alive")
    organisation = make_organisation(website="https://example.org/dead")

    (dead,) = Dashboard(reviewer).dead_links

    assert dead.check.url == "https://example.org/dead"
    assert {use.label for use in dead.uses} == {source.title, organisation.name}
    page = first_page(reviewer).content.decode()
    assert reverse("admin:profiles_source_change", args=[source.pk]) in page


# --- The page ---


def test_the_list_of_all_records_stays_below(admin_client):
    make_full_draft()

    page = admin_client.get(reverse("admin:index")).content.decode()

    assert page.index("Gaps in coverage") < page.index('id="content-related"')
    assert reverse("admin:partnerships_organisation_changelist") in page
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", page)


def test_the_page_of_one_app_holds_no_dashboard(admin_client):
    make_full_draft()

    page = admin_client.get(reverse("admin:app_list", args=["profiles"]))

    assert "Gaps in coverage" not in page.content.decode()


def test_without_permissions_nothing_is_told():
    make_full_draft(acronym="OCAM")

    page = first_page(member_of_staff("newcomer"))

    assert page.status_code == 200
    assert "OCAM" not in page.content.decode()
    assert "Stale profiles" not in page.content.decode()


def test_number_of_queries_does_not_grow_with_the_registry(reviewer, author):
    def enter():
        draft = make_full_draft()
        draft.events.update(by=author)
        make_organ(draft)
        make_partnership(draft, make_organisation(name_en="The same", website=URL))
        LinkCheck.objects.get_or_create(
            url=URL,
            defaults={
                "is_answering": False,
                "checked_at": timezone.now(),
                "failing_since": timezone.now(),
            },
        )
        editions.submit(draft, by=author)
        own = draft_of(reviewer)
        Profile.objects.filter(pk=own.pk).update(as_of="2011")
        publish(own)
        back = draft_of(reviewer)
        editions.submit(back, by=reviewer)
        editions.send_back(back, by=author, note="Once more")

    URL = "https://example.org/gone"
    client = Client()
    client.force_login(reviewer)
    enter()
    enter()
    client.get(reverse("admin:index"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("admin:index"))
    for _ in range(4):
        enter()
    client.get(reverse("admin:index"))
    with CaptureQueriesContext(connection) as many:
        page = client.get(reverse("admin:index"))

    assert page.content.decode().count("Once more") == 6
    assert len(many) == len(few), "\n".join(q["sql"][:200] for q in many)
    assert len(many) <= 27


# --- Surveys -------------------------------------------------------------------------


def test_imports_that_wait_are_listed_for_those_who_import(author):
    waiting = make_survey_import(file_name="round-2019.xlsx", uploaded_by=author)
    make_survey_import(file_name="done.xlsx", state="applied")
    importer = member_of_staff("importer", "view_profile")
    importer.user_permissions.add(Permission.objects.get(codename="add_surveyimport"))

    page = first_page(importer).content.decode()

    assert reverse("admin:surveys_surveyimport_change", args=[waiting.pk]) in page
    assert "round-2019.xlsx" in page
    assert "brought by author" in page
    assert "done.xlsx" not in page
    assert "round-2019.xlsx" not in first_page(author).content.decode()


def test_suggestions_to_decide_are_counted_by_draft(author):
    draft = make_draft(acronym="OCAM")
    sheet = draft.summary_sheets.create(file_name="ocam.docx", sha256="0" * 64)
    for label in ("Mexico", "Panama"):
        sheet.suggestions.create(
            part="evolution", kind="profiles.membership", label=label
        )
    sheet.suggestions.create(
        part="evolution",
        kind="profiles.membership",
        label="Peru",
        state="rejected",
        decided_at=timezone.now(),
    )
    of_closed = make_profile().summary_sheets.create(file_name="old", sha256="1" * 64)
    of_closed.suggestions.create(part="evolution", kind="profile", label="Old")

    (of_sheet,) = Dashboard(author).suggestions

    assert (of_sheet.edition, of_sheet.count) == (draft, 2)
    page = first_page(author).content.decode()
    assert "Suggestions to decide" in page
    assert of_sheet.url in page
