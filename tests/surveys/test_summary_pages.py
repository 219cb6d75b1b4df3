import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from profiles import editions
from profiles.models import Membership
from profiles.readiness import readiness
from surveys.models import Suggestion, SummarySheet
from surveys.summaries.drafting import fingerprint, prepare, write
from surveys.summaries.reading import read_sheet
from surveys.summaries.showing import marked
from tests.factories import make_draft, make_section, make_suggestion, publish
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
    assert "<mark>Erland</mark> <mark>joined as an observer</mark>" in text
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
    assert "26 suggestions are left to be decided, of 34." in text
    assert "Also, <mark>Erland</mark> <mark>joined as an observer</mark>" in text
    headings = re.findall(r'id="section-(\w+)"', text)
    assert headings == [
        *("evolution", "contribution", "structure", "partnerships", "added_value"),
    ]
    assert text.count("/accept/") == 26
    assert text.count("/undo/") == 8


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
    assert "25 suggestions are left" in text
    row.refresh_from_db()
    assert row.state == "rejected"


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
    assert "26 suggestions of a summary sheet to decide" in text


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
    assert "26 suggestions of a summary sheet are not decided." in said
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
    assert '<td class="field-left">26</td>' in text


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
