"""Facts of the form as lines: what they say, how they open, and that saving leaves
those alone that nobody opened."""

import re
import uuid

import pytest
from django.urls import reverse

from profiles import editions
from tests.factories import (
    make_chairing,
    make_draft,
    make_meeting,
    make_membership,
    make_partnership,
    make_profile,
    make_source,
    make_state,
)
from tests.profiles.staff_forms import (
    change_url,
    entered,
    errors_of,
    left_closed,
    new_row,
    permit,
)

pytestmark = pytest.mark.django_db


def lines_of(page, prefix):
    """Return the texts of the closed rows of a kind, and how many inputs they show."""
    rows = re.findall(
        rf'<li class="fact is-closed" id="{prefix}-\d+".*?</li>',
        page.content.decode(),
        re.DOTALL,
    )
    inputs = [
        re.findall(r"<(?:input(?! type=\"hidden\")|select|textarea)", r) for r in rows
    ]
    texts = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    return texts, sum(map(len, inputs))


def fact_url(draft, prefix, number, uid):
    return reverse("admin:profiles_profile_fact", args=[draft.pk, prefix, number, uid])


def test_fact_is_one_line_that_says_it_and_who_says_so(admin_client):
    draft = make_draft()
    minutes = make_source(title="The minutes")
    make_chairing(
        draft,
        state=make_state("NPL"),
        since="2018",
        until="2019",
        source=minutes,
        note="A note.",
    )

    texts, inputs = lines_of(admin_client.get(change_url(draft)), "chairings")

    assert texts == [
        "State NPL Chair 2018–2019 The minutes · Stated by the source · with a note"
    ]
    assert inputs == 0


def test_rows_that_nobody_opened_stay_as_they_are(admin_client):
    draft = make_draft()
    make_membership(draft, state="CRI", note="Word for word.", since="1996")
    panama = make_membership(draft, state="PAN")
    data = entered(admin_client.get(change_url(draft)))
    data = left_closed(data, "memberships", 0)
    data["memberships-1-note_en"] = "Changed."

    answer = admin_client.post(change_url(draft), data)

    assert answer.status_code == 302, errors_of(answer)
    notes = dict(draft.memberships.values_list("state__iso3", "note"))
    assert notes == {"CRI": "Word for word.", "PAN": "Changed."}
    assert draft.memberships.get(state__iso3="CRI").since == "1996"
    assert panama.pk == draft.memberships.get(state__iso3="PAN").pk


def test_row_that_nobody_opened_can_be_moved(admin_client):
    draft = make_draft()
    first = make_meeting(draft, title="First", position=1)
    second = make_meeting(draft, title="Second", position=2)
    data = entered(admin_client.get(change_url(draft)))
    for number, position in ((0, "2"), (1, "1")):
        data = left_closed(data, "meetings", number)
        data[f"meetings-{number}-position"] = position

    admin_client.post(change_url(draft), data)

    assert list(draft.meetings.order_by("position")) == [second, first]
    assert draft.meetings.get(pk=first.pk).title == "First"


def test_inputs_of_one_fact_are_fetched_under_the_number_of_its_row(admin_client):
    draft = make_draft()
    make_membership(draft, state="CRI")
    panama = make_membership(draft, state="PAN")

    answer = admin_client.get(fact_url(draft, "memberships", 7, panama.uid))

    drawn = answer.content.decode()
    assert f'name="memberships-7-id" value="{panama.pk}"' in drawn
    assert f'<option value="{panama.state_id}" selected>State PAN</option>' in drawn
    assert "memberships-0-" not in drawn
    assert "State CRI" not in drawn


@pytest.mark.parametrize("kind", ["memberships", "nonsense", "clearance"])
def test_fact_of_another_edition_or_kind_is_not_found(admin_client, kind):
    draft, other = make_draft(), make_draft()
    of_other = make_membership(other, state="PAN")

    for uid in (of_other.uid, uuid.uuid4()):
        answer = admin_client.get(fact_url(draft, kind, 0, uid))
        assert answer.status_code == 404


def test_inputs_are_for_those_who_may_change_them(staff, admin_user):
    published = make_profile()
    draft = make_draft()
    fact = make_membership(draft, state="PAN")

    client = staff
    permit(client, "view_profile", "view_membership")
    assert client.get(fact_url(draft, "memberships", 0, fact.uid)).status_code == 403
    permit(client, "change_profile")
    assert client.get(fact_url(draft, "memberships", 0, fact.uid)).status_code == 403
    permit(client, "change_membership")
    assert client.get(fact_url(draft, "memberships", 0, fact.uid)).status_code == 200
    client.force_login(admin_user)
    closed = client.get(fact_url(published, "memberships", 0, uuid.uuid4()))
    assert closed.status_code == 403


def test_fact_is_opened_and_a_row_added_without_a_script(admin_client):
    draft = make_draft()
    opened = make_membership(draft, state="CRI")
    make_membership(draft, state="PAN")

    page = admin_client.get(
        change_url(draft), {"open": str(opened.uid), "add": "memberships"}
    )

    assert f'href="?open={opened.uid}' not in page.content.decode()
    texts, _inputs = lines_of(page, "memberships")
    assert [text.split(" (")[0] for text in texts] == ["State PAN"]
    assert 'id="id_memberships-0-role"' in page.content.decode()
    assert 'id="id_memberships-2-role"' in page.content.decode()
    assert 'name="memberships-TOTAL_FORMS" value="3"' in page.content.decode()


def test_error_opens_the_row_that_has_it(admin_client):
    draft = make_draft()
    make_membership(draft, state="CRI")
    panama = make_membership(draft, state="PAN", note="There before.")
    make_membership(draft, state="GTM")
    data = entered(admin_client.get(change_url(draft)))
    data = left_closed(left_closed(data, "memberships", 1), "memberships", 2)
    data["memberships-0-state"] = panama.state_id

    page = admin_client.post(change_url(draft), data)

    assert "already holds a role" in errors_of(page)
    assert "There before.</textarea>" in page.content.decode()
    texts, _inputs = lines_of(page, "memberships")
    assert [text.split(" (")[0] for text in texts] == ["State GTM"]
    assert draft.memberships.get(pk=panama.pk).note == "There before."


def test_row_that_somebody_removed_meanwhile_stays_away_if_nobody_opened_it(
    admin_client,
):
    draft = make_draft()
    gone = make_membership(draft, state="CRI")
    make_membership(draft, state="PAN")
    data = entered(admin_client.get(change_url(draft)))
    data = left_closed(left_closed(data, "memberships", 0), "memberships", 1)
    gone.delete()
    editions.begin_change(draft, by=None)
    draft.save()

    shown = admin_client.post(change_url(draft), data)
    assert shown.status_code == 409
    answer = admin_client.post(change_url(draft), entered(shown))

    assert answer.status_code == 302, errors_of(answer)
    assert [m.state.iso3 for m in draft.memberships.all()] == ["PAN"]


def test_opened_row_merges_with_what_others_saved_and_closed_ones_stay(admin_client):
    draft = make_draft()
    meeting = make_meeting(draft, title="Old title", city="San José")
    other = make_meeting(draft, title="Nobody opens this")
    page = admin_client.get(change_url(draft))
    data = left_closed(entered(page), "meetings", 1)
    row = admin_client.get(fact_url(draft, "meetings", 0, meeting.uid))
    [shown] = re.findall(
        r'name="meetings-0-_shown" value="(.*?)"', row.content.decode()
    )
    data |= {"_shown": page.context["shown"], "meetings-0-_shown": shown}
    data["meetings-0-city"] = "Panama City"
    with_changes = {meeting: "New title", other: "Changed by Ana"}
    editions.begin_change(draft, by=None)
    draft.save()
    for fact, title in with_changes.items():
        fact.title = title
        fact.save()

    shown_again = admin_client.post(change_url(draft), data)
    assert shown_again.status_code == 409
    assert not shown_again.context["conflicts"]
    data = left_closed(entered(shown_again), "meetings", 1)
    assert admin_client.post(change_url(draft), data).status_code == 302

    said = list(draft.meetings.order_by("pk").values_list("title", "city"))
    assert said == [("New title", "Panama City"), ("Changed by Ana", "")]


def test_secretariats_and_associations_are_entered_under_structures(admin_client):
    draft = make_draft()
    for role in ("secretariat", "formal_association", "partner"):
        make_partnership(draft, role=role)
    page = admin_client.get(change_url(draft))
    groups = {
        group.group_id: (part["name"], group.number)
        for part in page.context["parts"]
        for group in part["groups"]
    }
    assert groups["partnerships-secretariat"] == ("structure", 1)
    assert groups["partnerships-formal_association"] == ("structure", 1)
    assert groups["partnerships"] == ("partnerships", 1)
    assert "Secretariats: entered under “3 Structures”" in page.content.decode()
    assert page.content.decode().count('name="partnerships-TOTAL_FORMS"') == 1

    data = entered(page)
    for number in range(3):
        data = left_closed(data, "partnerships", number)
    new_row(data, "partnerships", role="secretariat", is_public="on")
    answer = admin_client.post(change_url(draft), data)

    # A row that holds only what its group gave it is nothing yet.
    assert answer.status_code == 302, errors_of(answer)
    assert draft.partnerships.count() == 3


def test_error_is_counted_at_the_group_that_shows_the_row(admin_client):
    draft = make_draft()
    data = entered(admin_client.get(change_url(draft)))
    new_row(data, "partnerships", role="secretariat", topic_en="Who?")

    page = admin_client.post(change_url(draft), data)

    errors = {part["name"]: part["errors"] for part in page.context["parts"]}
    assert errors["structure"] == 1
    assert errors["partnerships"] == 0


def test_chairs_stand_by_their_period_and_keep_their_rows(admin_client):
    draft = make_draft()
    for position, (holder, since) in enumerate(
        [("Of old", "2001"), ("Undated", ""), ("Of late", "2019-05"), ("Next", "2012")]
    ):
        make_chairing(
            draft, state=None, holder=holder, since=since, until="", position=position
        )
    url = change_url(draft)

    def shown(page):
        group = page.content.decode().partition('id="chairings-group"')[2]
        rows = group.partition("<template>")[0]
        names = "Of old|Undated|Of late|Next"
        return list(dict.fromkeys(re.findall(names, rows)))

    page = admin_client.get(url)
    assert shown(page) == ["Of late", "Next", "Of old", "Undated"]
    data = entered(page) | {"chairings-1-note_en": "Typed", "name_en": ""}
    refused = admin_client.post(url, data)
    assert refused.status_code == 200
    assert shown(refused) == ["Of late", "Next", "Of old", "Undated"]
    data = entered(refused) | {"name_en": "Named"}
    assert admin_client.post(url, data).status_code == 302
    chairs = draft.chairings.order_by("position")
    assert [(one.holder, one.note) for one in chairs] == [
        ("Of old", ""),
        ("Undated", "Typed"),
        ("Of late", ""),
        ("Next", ""),
    ]
