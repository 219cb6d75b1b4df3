"""What was typed into a form and not saved: kept for its writer, offered, taken."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from iscm_registry.working.chores import CHORES
from partnerships.models import Organisation
from profiles import editions, redacting, unsaved
from profiles.admin.choosing import TYPED
from profiles.edition_parts import Part
from profiles.models import Meeting, Membership, Profile, State, UnsavedForm
from profiles.models.unsaved import KEPT_FOR
from profiles.unsaved import MOST_OF_A_FORM, MOST_OF_A_KIND
from surveys.models import BulkEdit
from tests.factories import (
    make_draft,
    make_mechanism,
    make_meeting,
    make_membership,
    make_organisation,
    make_profile,
    make_source,
    make_state,
    publish,
)
from tests.profiles.staff_forms import (
    change_url,
    chosen,
    conflicts_of,
    entered,
    errors_of,
    left_closed,
    new_row,
    permit,
)

pytestmark = pytest.mark.django_db

COPY = "a1b2"


@pytest.fixture
def ana(db):
    client = Client()
    client.force_login(User.objects.create_superuser("ana"))
    return client


def keeping_url(record):
    opts = record._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_unsaved")
    return f"{url}?record={record.pk or ''}"


def keep(client, record, data, copy=COPY):
    answer = client.post(keeping_url(record), data | {"copy": copy})
    assert answer.status_code == 200
    return answer


def offers(client, record):
    return client.get(change_url(record)).context["offers"]


def take(client, record, copy=COPY):
    return client.post(change_url(record), {"_take": copy})


def test_text_is_offered_with_what_differs_taken_and_forgotten_when_saved(admin_client):
    draft = make_draft(objective="As it was.")
    data = entered(admin_client.get(change_url(draft)))
    keep(admin_client, draft, data | {"objective_en": "As typed.", "_save": "Save"})

    [offer] = offers(admin_client, draft)
    assert offer.differing == ["Objective (English)"]
    assert not offer.was_overtaken

    page = take(admin_client, draft)
    assert page.status_code == 200
    assert Profile.objects.get().objective == "As it was."
    back = entered(page)
    assert back["objective_en"] == "As typed."
    assert page.context["copy"] == COPY
    assert page.context["offers"] == []

    saved = admin_client.post(change_url(draft), back | {"copy": COPY})

    assert saved.status_code == 302, errors_of(saved)
    assert saved.cookies["desk-saved"].value == COPY
    assert Profile.objects.get().objective == "As typed."
    assert not UnsavedForm.objects.exists()


def test_form_that_is_refused_forgets_nothing_and_goes_on_with_its_copy(admin_client):
    draft = make_draft()
    data = entered(admin_client.get(change_url(draft))) | {"name_en": ""}
    keep(admin_client, draft, data)

    answer = admin_client.post(change_url(draft), data | {"copy": COPY})

    assert answer.status_code == 200
    assert "desk-saved" not in answer.cookies
    assert answer.context["copy"] == COPY
    assert answer.context["offers"] == []
    assert UnsavedForm.objects.exists()
    data |= {"name_en": "New", "copy": "x; path=/"}
    assert "desk-saved" not in admin_client.post(change_url(draft), data).cookies


def test_rows_and_names_that_were_only_typed_come_back(admin_client):
    draft = make_draft()
    data = entered(admin_client.get(change_url(draft)))
    new_row(data, "meetings", title_en="A meeting", **{f"state{TYPED}": "Jamaika"})
    new_row(data, "memberships", state=make_state("JAM").pk, role="member")
    keep(admin_client, draft, data)

    [offer] = offers(admin_client, draft)
    page = take(admin_client, draft)

    assert sorted(offer.differing) == ["Meeting: a new row", "Membership: a new row"]
    assert "“Jamaika” stands in" in errors_of(page)
    html = page.content.decode()
    assert 'value="Jamaika"' in html
    back = entered(page) | {"meetings-0-state": State.objects.get().pk}
    assert admin_client.post(change_url(draft), back).status_code == 302
    assert Meeting.objects.get().title == "A meeting"
    assert Membership.objects.get().state.iso3 == "JAM"


@pytest.mark.attack("Somebody reads or spoils what a colleague typed and did not save")
def test_nobody_else_sees_takes_or_throws_away_what_was_typed(admin_client, ana):
    draft = make_draft()
    data = entered(admin_client.get(change_url(draft)))
    keep(admin_client, draft, data | {"objective_en": "xqzz secret"})

    page = ana.get(change_url(draft))
    assert page.context["offers"] == []
    assert "xqzz" not in page.content.decode()
    answer = ana.post(change_url(draft), {"_take": COPY}, follow=True)
    assert "xqzz" not in answer.content.decode()
    assert "no longer kept" in answer.content.decode()
    ana.post(change_url(draft), {"_throw_away": COPY})
    ana.post(keeping_url(draft), {"copy": COPY})
    ana.post(change_url(draft), entered(page) | {"copy": COPY, "name_en": "Hers"})

    assert UnsavedForm.objects.get().entered["objective_en"] == ["xqzz secret"]


def test_what_colleagues_saved_since_is_told_and_kept(admin_client, ana):
    draft = make_draft(name="Old", objective="Old")
    data = entered(admin_client.get(change_url(draft)))
    keep(admin_client, draft, data | {"objective_en": "Mine"})
    theirs = entered(ana.get(change_url(draft))) | {"name_en": "Theirs"}
    ana.post(change_url(draft), theirs)

    [offer] = offers(admin_client, draft)
    assert offer.was_overtaken
    assert offer.differing == ["Objective (English)"]
    page = take(admin_client, draft)
    assert page.status_code == 409
    assert ("Name (English)", "Old", "Theirs") in page.context["collision"][0].fields
    assert admin_client.post(change_url(draft), entered(page)).status_code == 302
    saved = Profile.objects.get()
    assert (saved.objective, saved.name) == ("Mine", "Theirs")


def test_field_that_both_changed_is_asked(admin_client, ana):
    organisation = make_organisation(website="")
    url = change_url(organisation)
    mine, theirs = "https://mine.example/", "https://theirs.example/"
    keep(admin_client, organisation, entered(admin_client.get(url)) | {"website": mine})
    ana.post(url, entered(ana.get(url)) | {"website": theirs})

    [offer] = offers(admin_client, organisation)
    page = take(admin_client, organisation)

    assert offer.was_overtaken
    assert offer.differing == ["Website"]
    assert page.status_code == 409
    assert conflicts_of(page) == [(theirs, mine)]
    assert admin_client.post(url, chosen(page, keep="mine")).status_code == 302
    organisation.refresh_from_db()
    assert organisation.website == mine


def test_rows_are_found_by_their_record_when_others_went(admin_client, ana):
    draft = make_draft()
    first = make_meeting(draft, title="First", position=1)
    second = make_meeting(draft, title="Second", position=2)
    data = entered(admin_client.get(change_url(draft)))
    data = left_closed(data | {"meetings-1-title_en": "Second, typed"}, "meetings", 0)
    keep(admin_client, draft, data)
    theirs = entered(ana.get(change_url(draft))) | {"meetings-0-DELETE": "on"}
    new_row(theirs, "meetings", title_en="Third")
    assert ana.post(change_url(draft), theirs).status_code == 302

    page = take(admin_client, draft)
    assert admin_client.post(change_url(draft), entered(page)).status_code == 302

    assert not Meeting.objects.filter(uid=first.uid).exists()
    assert Meeting.objects.get(uid=second.uid).title == "Second, typed"
    assert Meeting.objects.filter(title="Third").exists()
    assert Meeting.objects.count() == 2


def test_what_is_thrown_away_or_typed_back_is_forgotten(admin_client):
    draft = make_draft()
    for forget in (
        lambda: admin_client.post(change_url(draft), {"_throw_away": COPY}),
        lambda: admin_client.post(keeping_url(draft), {"copy": COPY}),
    ):
        keep(admin_client, draft, {"name_en": "Never meant"})
        forget()
        assert not UnsavedForm.objects.exists()
        assert offers(admin_client, draft) == []


def test_form_of_a_new_record_is_kept_too(admin_client):
    url = reverse("admin:partnerships_organisation_add")
    data = entered(admin_client.get(url))
    data |= {"slug": "body", "name_en": "A body"}
    data |= {"aliases-TOTAL_FORMS": 1, "aliases-0-name": "The Body"}
    keep(admin_client, Organisation(), data)

    page = admin_client.get(url)
    [offer] = page.context["offers"]
    assert "Name (English)" in offer.differing
    assert [named for named in offer.differing if named.endswith(": a new row")]
    back = admin_client.post(url, {"_take": COPY})
    assert not Organisation.objects.exists()
    data = entered(back) | {"copy": COPY, "type": "other"}
    answer = admin_client.post(url, data)

    assert answer.status_code == 302, errors_of(answer)
    assert Organisation.objects.get().aliases.get().name == "The Body"
    assert not UnsavedForm.objects.exists()


def test_text_of_a_closed_edition_can_be_read(admin_client):
    draft = make_draft()
    data = entered(admin_client.get(change_url(draft)))
    keep(admin_client, draft, data | {"objective_en": "Too late."})
    publish(draft)

    assert len(offers(admin_client, draft)) == 1
    page = take(admin_client, draft)

    assert page.status_code == 409
    assert "Too late." in page.content.decode()
    assert COPY not in page.content.decode().partition("<dl")[2]


def test_it_goes_with_its_record_its_writer_and_its_time(admin_client, admin_user):
    source = make_source()
    keep(admin_client, source, {"title": "Typed"})
    source.delete()
    assert not UnsavedForm.objects.exists()

    draft = make_draft()
    keep(admin_client, draft, {"name_en": "Typed"})
    editions.discard(draft)
    assert not UnsavedForm.objects.exists()

    old = make_draft()
    keep(admin_client, old, {"name_en": "Typed"})
    keep(admin_client, old, {"name_en": "Typed"}, copy="new")
    is_old = UnsavedForm.objects.filter(copy=COPY)
    is_old.update(kept_at=timezone.now() - KEPT_FOR - timezone.timedelta(minutes=1))
    [chore] = [chore for chore in CHORES if chore.name == "unsaved"]
    chore.do()
    assert UnsavedForm.objects.get().copy == "new"

    admin_user.delete()
    assert not UnsavedForm.objects.exists()


def test_words_that_are_redacted_stay_in_no_form(admin_client):
    home = make_mechanism()
    public = make_profile(home, objective="False words.")
    draft = editions.open_draft(home)
    keep(admin_client, draft, {"objective_en": "False words."})
    part = Part("profiles.profile", "", "objective")

    redacting.redact(public, part, reason="False.")

    assert not UnsavedForm.objects.exists()


def test_copies_of_a_form_are_few_and_the_latest_stay(admin_client):
    draft = make_draft()
    for number in range(MOST_OF_A_FORM + 2):
        keep(admin_client, draft, {"name_en": f"{number}"}, copy=f"copy{number}")

    assert [offer.copy for offer in offers(admin_client, draft)] == [
        f"copy{number}" for number in (4, 3, 2)
    ]


def test_many_bulk_edits_push_out_the_oldest_of_them_and_no_form(admin_client):
    draft = make_draft()
    keep(admin_client, draft, {"name_en": "Typed"})
    user = User.objects.get(username="admin")
    for number in range(MOST_OF_A_KIND + 2):
        unsaved.keep(user, BulkEdit, f"{number}", "", QueryDict("kind=source"))

    assert [offer.copy for offer in offers(admin_client, draft)] == [COPY]
    bulk_edits = UnsavedForm.objects.exclude(copy=COPY).order_by("kept_at")
    kept = [bulk_edit.record for bulk_edit in bulk_edits]
    assert kept == [f"{number}" for number in range(2, MOST_OF_A_KIND + 2)]


def test_form_that_was_saved_meanwhile_is_not_offered_in_its_browser(admin_client):
    draft = make_draft()
    data = entered(admin_client.get(change_url(draft)))
    admin_client.post(change_url(draft), data | {"copy": COPY, "name_en": "Saved"})
    # It was on its way while the form was saved.
    keep(admin_client, draft, data | {"name_en": "Saved"})

    assert offers(admin_client, draft) == []
    assert not UnsavedForm.objects.exists()


@pytest.mark.attack("Somebody fills the database with text that is not saved")
def test_only_whole_and_bounded_forms_of_who_may_save_them_are_kept(admin_client):
    draft = make_draft()
    url = keeping_url(draft)

    assert admin_client.get(url).status_code == 405
    assert admin_client.post(url, {"name_en": "No copy"}).status_code == 400
    assert admin_client.post(url, {"copy": "x" * 41, "a": "b"}).status_code == 400
    too_long = {"copy": COPY, "objective_en": "x" * 1_000_000}
    assert admin_client.post(url, too_long).status_code == 413
    nowhere = url.replace(f"record={draft.pk}", "record=999999")
    assert admin_client.post(nowhere, {"copy": COPY}).status_code == 404
    garbled = url.replace(f"record={draft.pk}", "record=x")
    assert admin_client.post(garbled, {"copy": COPY}).status_code == 404
    public = make_profile()
    assert admin_client.post(keeping_url(public), {"copy": COPY}).status_code == 403
    staff = Client()
    staff.force_login(User.objects.create_user("staff", is_staff=True))
    permit(staff, "view_profile")
    assert staff.post(url, {"copy": COPY, "name_en": "b"}).status_code == 403
    assert Client().post(url, {"copy": COPY, "name_en": "b"}).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="admin"))
    assert strict.post(url, {"copy": COPY, "name_en": "b"}).status_code == 403
    assert not UnsavedForm.objects.exists()

    keep(admin_client, draft, {"csrfmiddlewaretoken": "token", "name_en": "a\0b"})
    assert UnsavedForm.objects.get().entered == {"copy": [COPY], "name_en": ["ab"]}


@pytest.mark.attack("Somebody reads or spoils what a colleague typed and did not save")
def test_forms_with_passwords_and_rights_and_forms_beside_others_keep_nothing(
    admin_client, admin_user
):
    for record in (admin_user, Group.objects.order_by("pk").first()):
        assert "about-typed" not in admin_client.get(change_url(record)).text
        answer = admin_client.post(change_url(record), {"_take": COPY})
        assert "no longer kept" not in answer.text
    beside = reverse("admin:profiles_source_add") + "?_popup=1"
    assert "about-typed" not in admin_client.get(beside).text
    assert re.search(r'id="about-typed"', admin_client.get(beside[:-9]).text)


def test_opening_a_form_asks_once_more_whatever_is_kept(admin_client, ana):
    draft = make_draft()
    make_membership(draft)
    url = change_url(draft)

    def queries():
        ana.get(url)
        with CaptureQueriesContext(connection) as asked:
            ana.get(url)
        return len(asked)

    before = queries()
    data = entered(admin_client.get(url))
    keep(admin_client, draft, data | {"objective_en": "Typed"})

    assert queries() == before


@pytest.mark.parametrize("step", ["_take", "_throw_away"])
def test_copy_that_no_form_has_changes_nothing(admin_client, step):
    draft = make_draft(objective="As it was.")

    answer = admin_client.post(
        change_url(draft), {step: "\0", "objective_en": "Other."}
    )
    of_nothing = admin_client.post(
        change_url(draft).replace(str(draft.pk), "%00"), {step: COPY}
    )

    assert answer.status_code == 409
    assert of_nothing.status_code == 302
    assert Profile.objects.get().objective == "As it was."
