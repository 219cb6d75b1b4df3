import re

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partnerships.models import Organisation
from profiles import editions
from profiles.models import Mechanism, Membership, State
from profiles.readiness import readiness
from surveys.models import Suggestion, SummarySheet
from surveys.summaries.drafting import fingerprint, prepare, write
from surveys.summaries.reading import read_sheet
from surveys.summaries.showing import marked
from tests.factories import (
    make_chairing,
    make_draft,
    make_membership,
    make_partnership,
    make_region,
    make_section,
    make_suggestion,
    publish,
)
from tests.surveys.sheets import SHEET, as_text, as_word, make_records

pytestmark = pytest.mark.django_db

ADD = "admin:surveys_summarysheet_add"


def upload(client, content=None, name="sheet.docx", **chosen):
    content = as_word() if content is None else content
    file = SimpleUploadedFile(name, content)
    return client.post(reverse(ADD), {"file": file, **chosen})


def go_on(client, answer, button="_write", **chosen):
    """Send the form of a preview with one of its buttons."""
    kept = re.search(r'name="sheet" value="([^"]+)"', answer.content.decode())[1]
    return client.post(reverse(ADD), {"sheet": kept, button: "x", **chosen})


@pytest.fixture
def sheet():
    make_records()
    content = as_text()
    return write(prepare(read_sheet(content), "sheet.txt", fingerprint(content)))


def page(sheet):
    return reverse("admin:surveys_summarysheet_change", args=[sheet.pk])


def decide(client, row, decision):
    return client.post(
        reverse(
            "admin:surveys_summarysheet_decide", args=[row.sheet_id, row.pk, decision]
        )
    )


def test_a_sheet_is_uploaded_looked_at_and_written(admin_client, admin_user):
    mechanism = make_records()
    preview = upload(admin_client)
    text = preview.content.decode()
    assert "Erland: Observer" in text
    assert "<mark>Erland</mark> joined as an <mark>observer</mark>" in text
    assert "Marked as not reported" in text
    assert not SummarySheet.objects.exists()
    assert not mechanism.editions.exists()

    answer = go_on(admin_client, preview, type="interregional")
    sheet = SummarySheet.objects.get()
    assert answer.url == page(sheet)
    assert (sheet.read_by, sheet.file_name) == (admin_user, "sheet.docx")
    assert sheet.profile.type == "interregional"
    assert sheet.profile.sections.count() == 8


def test_the_same_file_leads_to_what_it_suggested(admin_client, sheet):
    answer = upload(admin_client, as_text())
    assert "This file was read before" in answer.content.decode()
    assert page(sheet) in answer.content.decode()
    assert SummarySheet.objects.count() == 1


def test_a_file_that_is_none_is_refused_with_its_reason(admin_client):
    make_records()
    answer = upload(admin_client, b"%PDF-1.7", "sheet.pdf")
    assert "This is a file of the kind PDF." in answer.content.decode()
    answer = upload(admin_client, b"", "empty.txt")
    assert answer.context["form"].errors["file"]


def test_an_unclear_name_is_asked_and_remembered(admin_client):
    mechanism = make_records()
    preview = upload(admin_client, SHEET.replace("Dialogue on", "Dialog on").encode())
    text = preview.content.decode()
    assert "Which mechanism is “Lake Dialog on Mobility (LDM)”?" in text
    assert 'name="_write"' not in text

    looked = go_on(admin_client, preview, "_look", mechanism="lake-dialogue")
    assert 'name="_write"' in looked.content.decode()
    go_on(admin_client, looked, mechanism="lake-dialogue")
    assert mechanism.editions.count() == 1
    assert mechanism.aliases.filter(name="Lake Dialog on Mobility").exists()


def test_what_was_not_looked_at_is_not_written(admin_client):
    mechanism = make_records()
    draft = make_draft(mechanism)
    preview = upload(admin_client)
    make_section(draft, "structure", prose="Ours.")
    type(draft).objects.filter(pk=draft.pk).update(version=9)
    answer = go_on(admin_client, preview)
    assert "Nothing was written" in answer.content.decode()
    assert not SummarySheet.objects.exists()
    go_on(admin_client, answer)
    assert SummarySheet.objects.exists()
    assert draft.sections.get(part="structure").prose == "Ours."


def test_a_forged_preview_is_not_written(admin_client):
    make_records()
    answer = admin_client.post(reverse(ADD), {"sheet": "e30:forged", "_write": "x"})
    assert answer.status_code == 302
    assert not SummarySheet.objects.exists()


def test_an_edition_in_review_is_not_offered(admin_client):
    draft = make_draft(make_records())
    editions.submit(draft)
    text = upload(admin_client).content.decode()
    assert "is in review: nothing is written into it." in text
    assert 'name="_write"' not in text


def test_suggestions_stand_in_their_sections_each_with_its_sentence(
    admin_client, sheet
):
    text = admin_client.get(page(sheet)).content.decode()
    assert "27 suggestions are left to be decided, of 35." in text
    assert "Also, <mark>Erland</mark> joined as an <mark>observer</mark>" in text
    headings = re.findall(r'id="section-(\w+)"', text)
    assert headings == [
        *("evolution", "contribution", "structure", "partnerships", "added_value"),
    ]
    assert len(re.findall(r"/suggestion/\d+/accept/", text)) == 27
    assert len(re.findall(r"/suggestion/\d+/undo/", text)) == 8


def test_one_is_accepted_another_rejected_and_taken_back(
    admin_client, admin_user, sheet
):
    row = Suggestion.objects.get(label="Erland: Observer")
    answer = decide(admin_client, row, "accept")
    seat = Membership.objects.get(profile=sheet.profile)
    assert (seat.state.iso3, seat.role) == ("ERL", "observer")
    following = Suggestion.objects.open().filter(position__gt=row.position).first()
    assert answer.url == f"{page(sheet)}#suggestion-{following.pk}"
    row.refresh_from_db()
    assert row.decided_by == admin_user

    decide(admin_client, row, "undo")
    assert not Membership.objects.exists()
    decide(admin_client, row, "reject")
    text = admin_client.get(page(sheet)).content.decode()
    assert "26 suggestions are left" in text
    row.refresh_from_db()
    assert row.state == "rejected"


# --- A section at once ------------------------------------------------------------


def decide_all(client, sheet, heading, decision, **sent):
    url = reverse(
        "admin:surveys_summarysheet_section", args=[sheet.pk, heading, decision]
    )
    return client.post(url, sent)


def of_section(sheet, *parts):
    rows = Suggestion.objects.filter(sheet=sheet, part__in=parts)
    return rows.exclude(kind="profiles.section").order_by("position")


def test_what_is_certain_in_a_section_is_accepted_at_once(
    admin_client, admin_user, sheet
):
    answer = decide_all(admin_client, sheet, "structure", "accept")

    assert answer.url == f"{page(sheet)}#section-structure"
    rows = of_section(sheet, "structure")
    assert {row.state for row in rows} == {"accepted"}
    assert {row.decided_by for row in rows} == {admin_user}
    roles = sheet.profile.memberships.order_by("state__iso3")
    assert list(roles.values_list("state__iso3", "role")) == [
        *[("DRL", "member"), ("ERL", "observer"), ("FRL", "prospective_observer")],
    ]
    of_others = Suggestion.objects.open().filter(sheet=sheet)
    assert of_others.exclude(part="structure").exists()
    text = admin_client.get(answer.url).content.decode()
    assert f"“Salient structures”: {len(rows)} suggestions were accepted." in text


def test_section_accepted_twice_is_told_to_be_accepted_and_by_whom(
    admin_client, admin_user, sheet
):
    decide_all(admin_client, sheet, "structure", "accept")
    number = of_section(sheet, "structure").count()

    answer = decide_all(admin_client, sheet, "structure", "accept")

    text = admin_client.get(answer.url).text
    assert f"{number} suggestions are accepted already, by you." in text
    assert ": 0 suggestions" not in text
    ana = User.objects.create_superuser("ana", first_name="Ana", last_name="Ruiz")
    Suggestion.objects.filter(decided_by=admin_user).update(decided_by=ana)
    answer = decide_all(admin_client, sheet, "structure", "accept")
    assert "are accepted already, by Ana Ruiz." in admin_client.get(answer.url).text
    Suggestion.objects.filter(decided_by=ana).update(decided_by=None)
    answer = decide_all(admin_client, sheet, "structure", "accept")
    text = admin_client.get(answer.url).text
    assert f"{number} suggestions are accepted already." in text


def test_what_asks_for_a_choice_stays_open_and_is_counted(admin_client, sheet):
    make_membership(sheet.profile, State.objects.get(iso3="ERL"), role="member")
    twice = Suggestion.objects.get(label="Dorland: Member")
    twice.pk, twice.fields = None, {"state": "DRL", "role": "observer"}
    twice.save(force_insert=True)
    text = admin_client.get(page(sheet)).content.decode()
    assert "The draft says something here already." in text
    assert text.count("The sheet says more than one thing here.") == 2
    assert "3 ask for a choice: decide each by itself." in text

    answer = decide_all(admin_client, sheet, "structure", "accept")

    left = of_section(sheet, "structure").filter(state="open")
    assert {row.fields["state"] for row in left} == {"DRL", "ERL"}
    assert Membership.objects.get(state__iso3="ERL").role == "member"
    assert not Membership.objects.filter(state__iso3="DRL").exists()
    text = admin_client.get(answer.url).content.decode()
    assert "3 ask for a choice and stay open." in text


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("profiles.section", {"part": "structure", "prose_en": "Theirs."}),
        ("profiles.chairing", {"state": "ARL", "is_current": True}),
        ("profile", {"established": 1994}),
        ("profiles.alternativevalue", {"field": "established", "value": "1994"}),
        (
            "partnerships.partnership",
            {
                "organisation": "uos",
                "role": "secretariat",
                "category": "regional_union",
            },
        ),
    ],
)
def test_sheet_never_decides_by_itself_against_what_the_draft_says(
    admin_client, kind, fields
):
    make_records()
    draft = make_draft(established=1990)
    make_section(draft, "structure", prose="Ours.")
    make_chairing(draft, state=State.objects.get(iso3="BRL"), is_current=True)
    make_partnership(
        draft,
        Organisation.objects.get(slug="uos"),
        category="regional_union",
        role="secretariat",
    )
    row = make_suggestion(draft, part="structure", kind=kind, fields=fields)

    answer = decide_all(admin_client, row.sheet, "structure", "accept")

    row.refresh_from_db()
    assert row.state == "open"
    text = admin_client.get(answer.url).content.decode()
    assert "0 suggestions were accepted. 1 asks for a choice and stays open." in text


def test_section_accepted_at_once_is_opened_again_at_once(admin_client, sheet):
    by_hand = Suggestion.objects.get(label="Dorland: Member")
    decide(admin_client, by_hand, "accept")
    decide_all(admin_client, sheet, "structure", "accept")
    at = of_section(sheet, "structure").last().decided_at.isoformat()
    text = admin_client.get(page(sheet)).content.decode()
    assert f'name="at" value="{at}"' in text

    for _twice in range(2):
        answer = decide_all(admin_client, sheet, "structure", "undo", at=at)

    rows = of_section(sheet, "structure")
    assert [row for row in rows if row.state != "open"] == [by_hand]
    assert list(sheet.profile.memberships.values_list("state__iso3", flat=True)) == [
        "DRL"
    ]
    sheet.profile.refresh_from_db()
    assert sheet.profile.secretariat_coverage == "unknown"
    text = admin_client.get(answer.url).content.decode()
    assert f"{len(rows) - 1} suggestions are open again." in text
    assert "These suggestions are open already, or were decided anew." in text
    assert ": 0 suggestions" not in text


def test_entry_that_was_edited_stays_when_its_section_is_opened_again(
    admin_client, sheet
):
    decide_all(admin_client, sheet, "structure", "accept")
    Membership.objects.filter(state__iso3="ERL").update(since="2001")
    at = of_section(sheet, "structure").first().decided_at.isoformat()

    answer = decide_all(admin_client, sheet, "structure", "undo", at=at)

    assert Membership.objects.get().since == "2001"
    (kept,) = of_section(sheet, "structure").filter(state="accepted")
    assert kept.label == "Erland: Observer"
    text = admin_client.get(answer.url).content.decode()
    assert "1 stays accepted" in text


def test_section_is_decided_by_a_post_about_a_section_that_there_is(
    admin_client, sheet
):
    for heading, decision, status in (
        ("structure", "accept", 405),
        ("structure", "reject", 404),
        ("nothing", "accept", 404),
    ):
        url = reverse(
            "admin:surveys_summarysheet_section", args=[sheet.pk, heading, decision]
        )
        assert admin_client.get(url).status_code == status
    for at in ("yesterday", "2026-13-45T10:00"):
        answer = decide_all(admin_client, sheet, "structure", "undo", at=at)
        text = admin_client.get(answer.url).content.decode()
        assert "There is no decision to take back." in text
    publish(sheet.profile)
    answer = decide_all(admin_client, sheet, "structure", "accept")
    assert "can only be read" in admin_client.get(answer.url).content.decode()
    assert not of_section(sheet, "structure").filter(state="accepted").exists()


# --- A mechanism made in place ----------------------------------------------------

OTHERS = SHEET.replace("Lake Dialogue on Mobility (LDM)", "Talks on Moors (ToM)")
MADE = {
    "mechanism": "+new",
    "name": "Talks on the Moors",
    "acronym": "ToM",
    "regions": ["europe", "asia"],
    "type": "regional",
    "slug": "tom",
}


@pytest.fixture
def regions():
    return [make_region(slug) for slug in ("africa", "asia", "europe")]


def test_mechanism_that_the_registry_lacks_is_made_with_its_sheet(
    admin_client, regions
):
    make_records()
    preview = upload(admin_client, OTHERS.encode())
    text = preview.content.decode()
    assert '<option value="+new" selected>' in text
    for name, value in {
        "name": "Talks on Moors",
        "acronym": "ToM",
        "slug": "tom",
    }.items():
        assert re.search(rf'name="{name}" value="{value}"', text)

    looked = go_on(admin_client, preview, "_look", **MADE)
    text = looked.content.decode()
    assert "<bdi>Talks on the Moors</bdi>" in text
    assert "Erland: Observer" in text
    assert not Mechanism.objects.filter(slug="tom").exists()

    answer = go_on(admin_client, looked, **MADE)
    sheet = SummarySheet.objects.get()
    assert answer.url == page(sheet)
    draft = sheet.profile
    assert (
        draft.mechanism.slug,
        draft.name,
        draft.acronym,
        draft.type,
        draft.state,
    ) == (*("tom", "Talks on the Moors", "ToM", "regional", "draft"),)
    assert {region.slug for region in draft.regions.all()} == {"asia", "europe"}
    assert draft.sections.filter(part="contribution_regional").exists()
    assert draft.mechanism.aliases.filter(name="Talks on Moors").exists()


def test_sheet_that_is_abandoned_leaves_no_mechanism(admin_client, regions):
    make_records()
    before = Mechanism.objects.count()
    preview = upload(admin_client, OTHERS.encode())
    for missing in ("name", "type", "slug"):
        answer = go_on(admin_client, preview, **MADE | {missing: ""})
        text = answer.content.decode()
        assert text.count("This field is required.") == 1
        assert 'name="acronym" value="ToM"' in text
    go_on(admin_client, preview, "_look", **MADE)
    assert Mechanism.objects.count() == before
    assert not SummarySheet.objects.exists()


def test_mechanism_is_not_made_twice_nor_under_the_name_of_another(
    admin_client, regions
):
    make_records()
    preview = upload(admin_client, OTHERS.encode())
    taken = go_on(admin_client, preview, **MADE | {"slug": "lake-dialogue"})
    assert "There is a mechanism with this name in addresses" in taken.content.decode()
    named = go_on(admin_client, preview, **MADE | {"name": "River Talks"})
    text = named.content.decode()
    assert "is a name of River Talks (RT): choose that mechanism." in text
    assert 'name="_write"' not in text
    assert not SummarySheet.objects.exists()


def test_acronym_that_others_have_is_told_before_a_mechanism_is_made(
    admin_client, regions
):
    make_records()
    preview = upload(admin_client, OTHERS.encode())
    for acronym, owner in {"RT": "River Talks", "UOS": "Union of Shores"}.items():
        looked = go_on(admin_client, preview, "_look", **MADE | {"acronym": acronym})
        said = f"Taken already: {owner} ({acronym}) has this acronym too."
        assert said in looked.content.decode()
        assert 'name="_write"' in looked.content.decode()


@pytest.mark.attack("Somebody does what their role may not")
def test_mechanism_is_made_only_by_those_who_may(client, regions):
    make_records()
    user = User.objects.create_user("half", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_profile"))
    client.force_login(user)
    preview = upload(client, OTHERS.encode())
    assert "+new" not in preview.content.decode()
    go_on(client, preview, **MADE)
    assert not Mechanism.objects.filter(slug="tom").exists()


def test_a_decision_that_is_not_possible_says_why(admin_client, sheet):
    row = Suggestion.objects.open().first()
    decide(admin_client, row, "reject")
    answer = decide(admin_client, row, "accept")
    text = admin_client.get(answer.url).content.decode()
    assert "was decided before: Rejected." in text


def test_decisions_are_only_posted_and_only_about_this_edition(admin_client, sheet):
    row = Suggestion.objects.open().first()
    of_another = make_suggestion(make_draft())
    for pk, decision, status in [
        (row.pk, "accept", 405),
        (row.pk, "publish", 404),
        (of_another.pk, "accept", 404),
        (0, "accept", 404),
    ]:
        url = reverse(
            "admin:surveys_summarysheet_decide", args=[sheet.pk, pk, decision]
        )
        assert admin_client.get(url).status_code == status
    url = reverse(
        "admin:surveys_summarysheet_decide", args=[sheet.pk, of_another.pk, "accept"]
    )
    assert admin_client.post(url).status_code == 404
    for each in (row, of_another):
        each.refresh_from_db()
        assert each.state == "open"


def test_a_published_edition_shows_its_suggestions_without_buttons(admin_client, sheet):
    publish(sheet.profile)
    text = admin_client.get(page(sheet)).content.decode()
    assert "can only be read" in text
    assert "/accept/" not in text


def test_the_form_of_a_draft_leads_to_its_suggestions(admin_client, sheet):
    url = reverse("admin:profiles_profile_change", args=[sheet.profile.pk])
    text = admin_client.get(url).content.decode()
    assert page(sheet) in text
    assert "27 suggestions of a summary sheet to decide" in text


def test_the_page_of_a_mechanism_leads_to_the_upload(admin_client):
    mechanism = make_records()
    url = reverse("admin:profiles_mechanism_change", args=[mechanism.pk])
    assert f"{reverse(ADD)}?mechanism=lake-dialogue" in (
        admin_client.get(url).content.decode()
    )
    form = admin_client.get(reverse(ADD), {"mechanism": "lake-dialogue"})
    assert '<option value="lake-dialogue" selected>' in form.content.decode()


def test_reviewers_are_told_what_is_undecided_and_whose_words_these_are(sheet):
    said = [str(finding.text) for finding in readiness(sheet.profile).warnings]
    assert "27 suggestions of a summary sheet are not decided." in said
    words = [text for text in said if "stands in the words" in text]
    assert len(words) == 6
    section = sheet.profile.sections.get(part="structure")
    section.prose = "In our own words."
    section.save()
    said = [str(finding.text) for finding in readiness(sheet.profile).warnings]
    assert not any("Salient structures" in text and "words" in text for text in said)


def test_the_list_of_sheets_says_how_much_is_left(admin_client, sheet):
    url = reverse("admin:surveys_summarysheet_changelist")
    text = admin_client.get(url).content.decode()
    assert '<td class="field-left">27</td>' in text


def test_words_are_marked_whole_and_what_surrounds_them_is_escaped():
    sentence = "<b>Mali</b> is not Somali & Mali's."
    assert marked(sentence, ["Mali"]) == (
        "&lt;b&gt;<mark>Mali</mark>&lt;/b&gt; is not Somali &amp; "
        "<mark>Mali</mark>&#x27;s."
    )
    assert marked("a < b", []) == "a &lt; b"
    assert marked("a <i> b", ["<i>"]) == "a <mark>&lt;i&gt;</mark> b"


def test_the_number_of_queries_does_not_grow_with_suggestions(
    admin_client, sheet, django_assert_max_num_queries
):
    with django_assert_max_num_queries(30):
        admin_client.get(page(sheet))
