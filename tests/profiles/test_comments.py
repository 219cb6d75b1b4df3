"""Comments on facts: by whom, for whom, where they stand, and that they stay inside."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iscm_registry.roles import DATA_ENTRY, REVIEWER
from profiles import comments, editions
from profiles.models import Comment, Notice, fact_kinds
from tests.factories import (
    make_draft,
    make_full_draft,
    make_membership,
    make_profile,
    make_state,
    publish,
)
from tests.profiles.staff_forms import change_url
from tests.profiles.test_workflow_pages import content, review_url

pytestmark = pytest.mark.django_db


def of_role(username, role=DATA_ENTRY, **fields):
    client = Client()
    user = User.objects.create_user(username, is_staff=True, **fields)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def ana():
    return of_role("ana", first_name="Ana", last_name="Ruiz")


@pytest.fixture
def ben():
    return of_role("ben", REVIEWER, first_name="Ben", last_name="Osei")


def page_of(edition, fact=None):
    url = reverse("admin:profiles_profile_comments", args=[edition.pk])
    return f"{url}?fact={fact.uid}" if fact else url


def comment_on(client, fact, text="Which year?", to=None):
    said = {"text": text, "assigned_to": to.pk if to else ""}
    answer = client.post(page_of(fact.profile, fact), said)
    assert answer.status_code == 302, answer.context["form"].errors
    return Comment.objects.latest("pk")


@pytest.fixture
def fact():
    return make_membership(make_draft(), make_state("CRI", name_en="Costa Rica"))


def test_comment_is_given_to_somebody_who_reads_of_it(ana, ben, fact):
    comment = comment_on(ben, fact, "Since <when>?", to=ana.user)

    page = content(ana, page_of(fact.profile))
    assert "Since &lt;when&gt;?" in page
    assert "Costa Rica" in page
    assert "for ana" in page
    [notice] = Notice.objects.filter(to=ana.user)
    assert notice.path == f"{page_of(fact.profile)}#comment-{comment.pk}"
    desk = content(ana, reverse("admin:index"))
    assert "Since &lt;when&gt;?" in desk
    assert "1 open comment in all" in desk
    # Ben has none; both find the way from the form and from the review.
    assert "None waits for you." in content(ben, reverse("admin:index"))
    for url in (change_url(fact.profile), review_url(fact.profile)):
        assert "1 open comment on facts" in content(ben, url)
    opened = f"{change_url(fact.profile)}?open={fact.uid}"
    assert f"fact={fact.uid}" in content(ben, opened)


def test_every_kind_of_fact_can_be_commented_on(ben):
    draft = make_full_draft()

    for kind in fact_kinds():
        fact = kind.objects.filter(profile=draft).first()
        form = content(ben, f"{change_url(draft)}?open={fact.uid}")
        assert f"fact={fact.uid}" in form, kind
        assert comment_on(ben, fact).kind == kind._meta.label_lower
    assert len(comments.commented(draft)) == len(fact_kinds())


def test_comparison_leads_to_the_comments_on_what_changed(ben, fact):
    published = publish(fact.profile)
    draft = editions.open_draft(published.mechanism)
    changed = draft.memberships.get()
    changed.note = "New."
    changed.save()

    page = content(ben, review_url(draft)).split('id="comparison-heading"')[1]

    assert page_of(draft, changed) in page


def test_comment_is_resolved_once_and_opened_again(ana, ben, fact):
    comment = comment_on(ben, fact, to=ana.user)
    said = {"comment": comment.pk, "_resolve": "1"}
    ana.post(page_of(fact.profile), said)

    answer = ben.post(page_of(fact.profile), said, follow=True)

    assert "before you" in " ".join(map(str, answer.context["messages"]))
    comment.refresh_from_db()
    assert comment.resolved_by == ana.user
    assert "open comment on" not in content(ben, change_url(fact.profile))
    assert "resolved by ana" in content(ben, page_of(fact.profile))
    ben.post(page_of(fact.profile), {"comment": comment.pk, "_reopen": "1"})
    comment.refresh_from_db()
    assert (comment.is_open, comment.resolved_by) == (True, None)


def test_comment_is_given_to_somebody_else(ana, ben, fact):
    comment = comment_on(ben, fact)

    said = {"comment": comment.pk, "assigned_to": ana.user.pk, "_assign": "1"}
    ben.post(page_of(fact.profile), said)

    comment.refresh_from_db()
    assert comment.assigned_to == ana.user
    assert Notice.objects.filter(to=ana.user).count() == 1
    reader = User.objects.create_user("reader")
    said["assigned_to"] = reader.pk
    assert ben.post(page_of(fact.profile), said).status_code == 404


def test_comment_follows_the_fact_into_the_next_edition(ben, fact):
    comment_on(ben, fact, "Still open.")
    draft = editions.open_draft(publish(fact.profile).mechanism)

    assert "Still open." in content(ben, page_of(draft))
    assert "1 open comment" in content(ben, change_url(draft))
    # And outlives the fact.
    draft.memberships.get().delete()
    page = content(ben, page_of(draft))
    assert "Still open." in page
    assert "a fact that this edition does not have" in page


def test_comment_outlives_the_account_of_its_author(ana, ben, fact):
    comment = comment_on(ana, fact, "Kept.", to=ana.user)

    ana.user.delete()

    page = content(ben, page_of(fact.profile))
    assert "Kept." in page
    assert "Somebody whose account was removed" in page
    comment.refresh_from_db()
    assert (comment.by, comment.assigned_to, comment.is_open) == (None, None, True)


def test_comments_stand_in_the_audit_log(ana, ben, fact):
    comment = comment_on(ben, fact)
    ana.post(page_of(fact.profile), {"comment": comment.pk, "_resolve": "1"})

    entries = LogEntry.objects.get_for_object(comment).order_by("pk")

    assert [entry.actor for entry in entries] == [ben.user, ana.user]


def test_comment_says_something_on_a_fact_of_the_edition(ben, fact):
    url = page_of(fact.profile, fact)
    empty = ben.post(url, {"text": "  "})
    assert empty.status_code == 200
    assert "This field is required" in empty.content.decode()
    assert not Comment.objects.exists()
    other = make_membership(make_draft(), make_state("BLZ"))
    assert ben.get(page_of(fact.profile, other)).status_code == 404
    assert ben.get(page_of(fact.profile) + "?fact=nonsense").status_code == 404
    comment = comment_on(ben, other)
    said = {"comment": comment.pk, "_resolve": "1"}
    assert ben.post(page_of(fact.profile), said).status_code == 404


def test_public_never_reads_a_comment(client, ben, fact):
    comment_on(ben, fact, "xqzcomment")
    published = publish(fact.profile)

    for url in (published.get_absolute_url(), published.get_edition_url()):
        page = client.get(url, follow=True)
        assert page.status_code == 200
        assert "xqzcomment" not in page.content.decode()
    answer = client.get(page_of(published))
    assert answer.status_code == 302
    assert "login" in answer.url


def test_number_of_queries_does_not_grow_with_comments(ana, ben):
    def queries(number, url_of):
        draft = make_draft()
        for index in range(number):
            fact = make_membership(draft, make_state(f"Q{index:02}"))
            comment_on(ben, fact, to=ana.user)
        url = url_of(draft)
        ana.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert ana.get(url).status_code == 200
        return len(asked)

    for url_of in (page_of, change_url, lambda _draft: reverse("admin:index")):
        queries(1, url_of)
        assert queries(2, url_of) == queries(9, url_of)


def test_comments_of_one_mechanism_are_not_those_of_another(ben, fact):
    comment_on(ben, fact, "Of the first.")

    assert "Of the first." not in content(ben, page_of(make_profile()))
