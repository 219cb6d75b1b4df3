"""The pages of results: whole for staff, without what tells of few for the public."""

import csv
import io
import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from python_calamine import CalamineWorkbook

from iscm_registry import revision
from surveys.applying import stage_and_apply, undo
from surveys.mapping import Mapping
from surveys.models import Round
from surveys.pipeline import prepare
from surveys.vocabularies import RespondentKind
from tests.factories import (
    make_contribution,
    make_draft,
    make_mechanism,
    make_profile,
    make_question,
    make_questionnaire,
    make_recommendation,
    make_round,
    make_source,
    make_state,
    make_submission,
    publish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def round():
    """A public round: of 15 States, ten have a chair and five have none."""
    questionnaire = make_questionnaire("state", title_en="Questions to States")
    make_question(
        questionnaire,
        "chair",
        text_en="Is there a chair?",
        section="structure",
        choices={"yes": "Yes, there is", "no": "No, there is none"},
    )
    make_question(questionnaire, "words", section="structure", type="long_text")
    round = make_round("2019", questionnaires=[questionnaire], is_public=True)
    for number in range(15):
        make_submission(
            round,
            questionnaire,
            make_state(),
            answers={"chair": "yes" if number < 10 else "no", "words": "Secret words"},
        )
    return round


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("staff"))
    return client


def page(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", response.text).split())


# --- For the public ---


def test_list_names_public_rounds_only(client, round):
    make_round(title="Not yet")

    text = page(client, "/assessments/")

    assert round.title in text
    assert "Not yet" not in text


def test_empty_list_says_so(client):
    assert "No round is public yet." in page(client, "/assessments/")


def test_page_shows_counts_and_says_by_which_rule(client, round):
    text = page(client, "/assessments/2019/")

    assert "Counts of fewer than 5 respondents are not shown" in text
    assert "Is there a chair? 15 known of 15" in text
    assert "Yes, there is 10 No, there is none 5" in text
    assert "15 known of 15" in text
    assert "Secret words" not in text


def test_hidden_count_is_named_as_such(client, round):
    chair = round.submissions.filter(answers__chair="no")
    for submission in chair[:2]:
        submission.answers = {"chair": "yes"}
        submission.save()
    make_submission(
        round, round.questionnaires.get(), make_state(), answers={"words": "…"}
    )

    response = client.get("/assessments/2019/")

    # Twelve, three and one who did not answer: all would follow from the twelve.
    assert "Yes, there is" not in response.text
    assert "whose counts are not shown" in response.text


def test_round_that_is_not_public_has_no_page(client, round):
    Round.objects.update(is_public=False)

    assert client.get("/assessments/2019/").status_code == 404
    assert client.get("/assessments/2020/").status_code == 404


def test_round_whose_answers_are_not_public_is_described_and_no_more(client, round):
    sheet = make_source(title="The sheet")
    Round.objects.update(
        is_public=False,
        is_listed=True,
        aims="To find out.",
        presented_at="Geneva",
        recommendations_known="None is quoted.",
        source=sheet,
        note="Among us",
    )
    round.turnouts.create(kind="organisation", reported=3, invited=4, source=sheet)

    response = client.get("/assessments/2019/")

    text = page(client, "/assessments/2019/")
    assert "3 intergovernmental organisations" in text
    for said in ("To find out.", "Geneva", "None is quoted.", "The sheet"):
        assert said in text
    for hidden in ("Yes, there is", "Is there a chair?", "respondents are", "Among us"):
        assert hidden not in text
    for hidden in ("15 known", "of 15", "15 States"):
        assert hidden not in text
    assert response.text.count('popovertarget="source-card-1"') >= 3


def test_fact_leads_to_the_round_that_its_source_came_of(client, round):
    sheet, other = make_source(title="The sheet"), make_source(title="Another")
    profile = make_draft(name="Rabat Process")
    make_contribution(profile, source=sheet)
    make_contribution(profile, source=other)
    publish(profile)
    mechanism = profile.mechanism.get_absolute_url()
    link = '<a href="/assessments/2019/">'
    assert link not in client.get(mechanism).text

    round.documents.add(sheet)

    # Where the mark of the fact opens, and in the list of sources.
    assert client.get(mechanism).text.count(link) == 2
    text = page(client, "/assessments/2019/")
    assert "Facts that come from it Rabat Process : 1 fact" in text
    Round.objects.update(is_public=False)
    revision.advance()
    assert link not in client.get(mechanism).text


def test_home_and_about_lead_to_what_is_known_of_a_round(client, round):
    round.turnouts.create(kind="state", reported=46)
    Round.objects.update(is_public=False, is_listed=True)
    make_round("2030", title="Not yet")
    revision.advance()

    for address in ("/", "/about/", "/assessments/"):
        assert "/assessments/2019/" in client.get(address).text, address
        assert "46 States" in page(client, address), address
        assert "Not yet" not in page(client, address), address
    assert "/assessments/2019/" in client.get("/sitemap.xml").text


def test_recommendations_stand_in_a_table_with_their_status(client, round):
    mechanism = make_profile(name="Rabat Process").mechanism
    make_recommendation(
        round,
        number=1,
        text="Meet more often.",
        addressed_to="Secretariats",
        mechanism=mechanism,
        status="in_progress",
        status_as_of="2020-05",
        status_note="Two meetings.",
    )
    hidden = make_mechanism(slug="hidden-process")
    make_recommendation(round, number=2, mechanism=hidden, status="done")

    response = client.get("/assessments/2019/")

    text = page(client, "/assessments/2019/")
    assert "In progress: 1 · Done: 1" in text
    assert "1 Meet more often. Secretariats Rabat Process In progress" in text
    assert "As of May 2020 Two meetings." in text
    assert f'href="{mechanism.get_absolute_url()}"' in response.text
    assert 'data-status="in_progress"' in response.text
    assert "hidden-process" not in response.text


def test_report_is_a_numbered_source(client, round):
    round.report = make_source(title="The report", url="https://example.org/report")
    round.save()

    text = client.get("/assessments/2019/").text

    assert 'href="https://example.org/report"' in text
    assert 'id="source-1"' in text


def test_round_without_anything_says_so(client):
    make_round("2030", is_public=True)

    text = page(client, "/assessments/2030/")

    assert "Nobody was asked yet" in text
    assert "holds no recommendation of this round" in text


def test_page_has_an_address_in_each_language(client, round):
    response = client.get("/assessments/2019/")

    assert '<html lang="en"' in response.text
    assert '<link rel="canonical" href="http://testserver/assessments/2019/">' in (
        response.text
    )


def test_about_leads_to_results_once_there_are_some(client, round):
    assert "/assessments/" in client.get("/about/").text

    Round.objects.update(is_public=False)
    revision.advance()

    assert "/assessments/" not in client.get("/about/").text


def test_page_is_kept_until_something_of_the_round_changes(client, round):
    first = client.get("/assessments/2019/")
    again = client.get("/assessments/2019/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304

    make_recommendation(round, text="Meet more often.")

    changed = client.get("/assessments/2019/", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "Meet more often." in changed.text


def save(record):
    record.save()


@pytest.mark.parametrize(
    "change",
    [
        lambda r: make_recommendation(r),
        lambda r: r.recommendations.first().delete(),
        lambda r: save(r.turnouts.first()),
        lambda r: r.reviews.create(kind="meeting", title="Seventh global meeting"),
        lambda r: r.documents.add(make_source()),
        lambda r: save(r.questionnaires.first()),
        lambda r: r.questionnaires.clear(),
        lambda r: save(r.submissions.first()),
        lambda r: make_submission(r, r.questionnaires.first()),
        lambda r: r.submissions.first().delete(),
        lambda r: Round(pk=r.pk, slug=r.slug, year=2019, title="Hidden").save(),
        lambda r: save(r.imports.first()),
    ],
)
def test_what_the_public_sees_moves_the_revision(round, change):
    round.turnouts.create(kind="state", reported=46)
    make_recommendation(round)
    before = revision.current()

    change(round)

    assert revision.current() != before


def test_import_and_its_undoing_move_the_revision(client):
    questionnaire = make_questionnaire("state", 1)
    make_question(questionnaire, "country", registry_list="state", section="structure")
    round = make_round("2030", is_public=True)
    states = [make_state().iso3 for _number in range(6)]
    rows = "".join(f"{n},{iso3}\n" for n, iso3 in enumerate(states))
    content = f"submission_id,country\n{rows}".encode()
    mapping = Mapping("test", RespondentKind.STATE, 1, "country")
    assert "Nobody was asked yet" in page(client, "/assessments/2030/")

    preparation = prepare(content, "states.csv", round, mapping=mapping)
    survey_import = stage_and_apply(content, preparation, round)
    assert "6 respondents" in page(client, "/assessments/2030/")

    undo(survey_import)
    assert "6 respondents" not in page(client, "/assessments/2030/")


def test_submissions_of_other_rounds_leave_the_revision(round):
    other = make_round()
    questionnaire = make_questionnaire("state")
    other.questionnaires.add(questionnaire)
    before = revision.current()

    make_submission(other, questionnaire)
    make_recommendation(other)

    assert revision.current() == before


def test_number_of_queries_does_not_grow(client, round, django_assert_max_num_queries):
    def queries():
        revision.advance()
        with django_assert_max_num_queries(40) as captured:
            assert client.get("/assessments/2019/").status_code == 200
        return len(captured)

    make_recommendation(round, mechanism=make_profile().mechanism)
    few = queries()
    for _ in range(5):
        make_recommendation(round, mechanism=make_profile().mechanism)
        make_submission(
            round, round.questionnaires.get(), make_state(), answers={"chair": "yes"}
        )

    assert queries() == few


# --- For staff ---


def test_staff_see_every_count_and_no_words(staff, round):
    round.is_public = False
    round.save()
    make_submission(
        round,
        round.questionnaires.get(),
        make_state(),
        unanswered={"chair": "does-not-know"},
    )

    text = page(staff, reverse("admin:surveys_round_results", args=[round.pk]))

    assert "Only staff see these results." in text
    assert "Is there a chair? 15 known of 16" in text
    assert "Yes, there is 10 No, there is none 5 No answer: Does not know 1" in text
    assert "Secret words" not in text


def test_form_of_a_round_leads_to_its_results(staff, round):
    form = staff.get(reverse("admin:surveys_round_change", args=[round.pk]))

    assert reverse("admin:surveys_round_results", args=[round.pk]) in form.text


def test_results_of_no_round_are_not_found(staff):
    address = reverse("admin:surveys_round_results", args=[999])

    assert staff.get(address).status_code == 404


def test_staff_take_the_answers_away_as_csv(staff, round):
    questionnaire = round.questionnaires.get()
    questionnaire.choices.filter(code="yes").update(label="=1+1", label_en="=1+1")

    response = staff.get(reverse("admin:surveys_round_results_csv", args=[round.pk]))

    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert 'filename="results-2019.csv"' in response["Content-Disposition"]
    assert [(r["Code"], r["Answer or reason"], r["Submissions"]) for r in rows] == [
        ("chair", "'=1+1", "10"),
        ("chair", "No, there is none", "5"),
        ("words", "any", "15"),
    ]
    assert {(r["Known"], r["Of"]) for r in rows} == {("15", "15")}


def test_staff_take_all_away_as_a_workbook(staff, round):
    make_recommendation(round, number=7, text="=HYPERLINK(1)")

    response = staff.get(reverse("admin:surveys_round_results_xlsx", args=[round.pk]))

    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    assert book.sheet_names == ["Who answered", "Answers", "Recommendations"]
    answered = book.get_sheet_by_name("Who answered").to_python()
    assert answered[1][:4] == ["State", 15, 0, 15]
    recommended = book.get_sheet_by_name("Recommendations").to_python()
    assert recommended[1][:2] == [7, "'=HYPERLINK(1)"]
