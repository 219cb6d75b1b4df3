import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iscm_registry import merging
from partnerships.models import Organisation
from profiles.models import RecordMerge, Source
from tests.factories import (
    make_draft,
    make_organisation,
    make_partnership,
    make_source,
)

pytestmark = pytest.mark.django_db

ADD = "admin:profiles_recordmerge_add"
LIST = "admin:profiles_recordmerge_changelist"


def merge_address(*records, keep=None):
    keys = ",".join(str(record.pk) for record in records)
    chosen = f"&keep={keep.pk}" if keep else ""
    kind = records[0]._meta.label_lower
    return f"{reverse(ADD)}?kind={kind}&records={keys}{chosen}"


def page_of(merge):
    return reverse("admin:profiles_recordmerge_change", args=[merge.pk])


def undo_address(merge):
    return reverse("admin:profiles_recordmerge_undo", args=[merge.pk])


@pytest.fixture
def pair():
    return make_organisation(name_en="First"), make_organisation(name_en="Second")


def test_two_records_are_chosen_in_their_list(admin_client, pair):
    url = reverse("admin:partnerships_organisation_changelist")
    chosen = {"action": "merge", "_selected_action": [record.pk for record in pair]}

    assert admin_client.post(url, chosen)["Location"] == merge_address(*pair)

    chosen["_selected_action"] = [pair[0].pk]
    page = admin_client.post(url, chosen, follow=True)
    assert "Select two records" in page.content.decode()


def test_the_page_shows_what_would_happen_and_does_nothing(admin_client, pair):
    make_partnership(make_draft(), pair[1])

    page = admin_client.get(merge_address(*pair))

    text = page.content.decode()
    assert (page.context["kept"], page.context["removed"]) == pair
    assert "“Second” goes, “First” stays" in text
    assert page.context["preview"].moved == [("partnerships", 1)]
    assert page.context["preview"].aliases == ["Second"]
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", text)
    assert Organisation.objects.count() == 2


def test_the_other_one_can_be_kept(admin_client, pair):
    page = admin_client.get(merge_address(*pair, keep=pair[1]))
    assert page.context["kept"] == pair[1]

    shown = page.context["shown"]
    admin_client.post(merge_address(*pair), {"keep": pair[1].pk, "_shown": shown})

    assert Organisation.objects.get() == pair[1]


def test_merging_leads_to_the_page_that_undoes_it(admin_client, pair):
    shown = admin_client.get(merge_address(*pair)).context["shown"]
    data = {"keep": pair[0].pk, "_shown": shown}
    page = admin_client.post(merge_address(*pair), data, follow=True)

    merge = RecordMerge.objects.get()
    assert page.redirect_chain == [(page_of(merge), 302)]
    assert merge.by == User.objects.get(username="admin")
    assert undo_address(merge) in page.content.decode()

    page = admin_client.post(undo_address(merge), follow=True)
    assert "is back" in page.content.decode()
    assert undo_address(merge) not in page.content.decode()
    assert Organisation.objects.count() == 2


def test_undoing_needs_a_post(admin_client, pair):
    merge = merging.merge(*pair)

    admin_client.get(undo_address(merge))

    merge.refresh_from_db()
    assert merge.undone_at is None


def test_what_cannot_be_undone_says_why(admin_client, pair):
    merge = merging.merge(*pair)
    merging.merge(make_organisation(), pair[0])

    page = admin_client.post(undo_address(merge), follow=True)

    assert "undo that first" in page.content.decode()


def test_what_was_edited_since_is_named(admin_client, pair):
    fact = make_partnership(make_draft(), pair[1])
    merge = merging.merge(*pair)
    type(fact).objects.filter(pk=fact.pk).update(organisation=make_organisation())

    page = admin_client.post(undo_address(merge), follow=True)

    assert "edited since: partnerships: 1" in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "kind=profiles.theme&records=1,2",
        "kind=nonsense&records=1,2",
        "kind=profiles.source&records=1",
        "kind=profiles.source&records=9999999999999999999999,x",
        "kind=profiles.source&records=1,1",
    ],
)
def test_what_cannot_be_merged_leads_back(admin_client, query):
    make_source()

    answer = admin_client.get(f"{reverse(ADD)}?{query}")

    assert answer["Location"] == reverse(LIST)


def test_a_choice_that_is_not_offered_merges_nothing(admin_client, pair):
    other = make_organisation()
    shown = admin_client.get(merge_address(*pair)).context["shown"]
    for keep in (other.pk, "nonsense", ""):
        data = {"keep": keep, "_shown": shown}
        admin_client.post(merge_address(*pair), data)

    assert not RecordMerge.objects.exists()


def test_merging_and_undoing_need_their_permission(client, pair):
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(
            codename__in=[
                "view_recordmerge",
                "change_organisation",
                "delete_organisation",
            ]
        )
    )
    client.force_login(user)
    merge = merging.merge(make_source(), make_source())

    assert client.get(merge_address(*pair)).status_code == 403
    assert client.post(merge_address(*pair), {"keep": pair[0].pk}).status_code == 403
    assert client.post(undo_address(merge)).status_code == 403
    assert client.get(page_of(merge)).status_code == 200
    assert undo_address(merge) not in client.get(page_of(merge)).content.decode()
    page = client.get(reverse("admin:partnerships_organisation_changelist"))
    assert "Merge the two" not in page.content.decode()
    assert Organisation.objects.count() == 2
    assert Source.objects.count() == 1


def test_the_list_of_merges_takes_the_same_queries_for_many(admin_client):
    def enter():
        merging.merge(make_organisation(), make_organisation())
        merging.merge(make_source(), make_source())

    enter()
    admin_client.get(reverse(LIST))
    with CaptureQueriesContext(connection) as few:
        admin_client.get(reverse(LIST))
    for _ in range(4):
        enter()
    with CaptureQueriesContext(connection) as many:
        page = admin_client.get(reverse(LIST))

    assert page.context["cl"].result_count == 10
    assert len(many) == len(few)
