"""The staff's pages of rounds, questionnaires, submissions and personal details."""

import re

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iscm_registry.roles import ADMINISTRATOR, DATA_ENTRY, REVIEWER
from surveys.models import ImportedChange, PersonalDetails, Question, Questionnaire
from tests.factories import (
    make_draft,
    make_personal_details,
    make_profile,
    make_question,
    make_questionnaire,
    make_recommendation,
    make_round,
    make_state,
    make_submission,
)

pytestmark = pytest.mark.django_db


def url_of(record, page="change"):
    name = f"admin:surveys_{record._meta.model_name}_{page}"
    return reverse(name, args=[record.pk])


def list_of(kind):
    return reverse(f"admin:surveys_{kind}_changelist")


@pytest.fixture
def as_role(client):
    def sign_in(role):
        user = User.objects.create_user(role.replace(" ", "-"), is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return sign_in


# --- Rounds --------------------------------------------------------------------------


def test_a_round_shows_its_turnout_beside_what_was_submitted(admin_client):
    sheet = make_questionnaire("state")
    round_ = make_round("2019", questionnaires=[sheet])
    round_.turnouts.create(kind="state", invited=60, reported=46)
    make_submission(round_, sheet, make_state("CHE"))
    make_submission(round_, sheet, make_state("FRA"), is_current=False)

    page = admin_client.get(url_of(round_)).content.decode()

    assert re.search(r'field-answered_here">\s*<p>1</p>', page)


def test_data_entry_follows_recommendations_up(as_role):
    round_ = make_round("2019")
    advice = make_recommendation(round_)
    page = as_role(DATA_ENTRY)
    form = {
        "_shown": page.get(url_of(round_)).context["shown"],
        "slug": "2019",
        "year": "2019",
        "title": "Assessment",
        "turnouts-TOTAL_FORMS": "0",
        "turnouts-INITIAL_FORMS": "0",
        "recommendations-TOTAL_FORMS": "1",
        "recommendations-INITIAL_FORMS": "1",
        "recommendations-0-id": advice.pk,
        "recommendations-0-round": round_.pk,
        "recommendations-0-number": advice.number,
        "recommendations-0-text": advice.text,
        "recommendations-0-status": "done",
        "recommendations-0-status_as_of": "2021",
    }

    answer = page.post(url_of(round_), form | {"is_public": "on"})

    assert answer.status_code == 302
    advice.refresh_from_db()
    round_.refresh_from_db()
    assert (advice.status, advice.status_as_of) == ("done", "2021")
    assert not round_.is_public, "that is for reviewers"


def test_a_reviewer_makes_results_public(as_role):
    page = as_role(REVIEWER).get(url_of(make_round())).content.decode()

    assert 'name="is_public"' in page


# --- Questionnaires ------------------------------------------------------------------


def test_a_questionnaire_with_answers_is_read_only(admin_client):
    sheet = make_questionnaire()
    question = make_question(sheet, "founded")
    open_page = admin_client.get(url_of(question)).content.decode()
    make_submission(questionnaire=sheet)

    of_question = admin_client.get(url_of(question)).content.decode()
    of_sheet = admin_client.get(url_of(sheet)).content.decode()

    assert 'name="text_en"' in open_page
    assert 'name="text_en"' not in of_question
    assert 'name="title_en"' not in of_sheet
    assert "To change a question, make a new version" in of_sheet
    assert admin_client.post(url_of(question), {"code": "x"}).status_code == 403
    assert admin_client.post(url_of(question, "delete"), {}).status_code == 403
    assert "Add a question" not in of_sheet


def test_a_new_version_copies_questions_and_choices_and_can_be_changed(as_role):
    sheet = make_questionnaire("state", title_en="For States", title_fr="Aux États")
    make_question(
        sheet, "chair", choices={"yes": "Yes", "no": "No"}, section="structure"
    )
    make_question(sheet, "why", text_fr="Pourquoi ?")
    make_submission(questionnaire=sheet)
    client = as_role(DATA_ENTRY)

    answer = client.post(url_of(sheet, "new_version"))

    copied = Questionnaire.objects.get(kind="state", version=sheet.version + 1)
    assert answer.url == url_of(copied)
    assert (copied.title_en, copied.title_fr) == ("For States", "Aux États")
    questions = dict(copied.questions.values_list("code", "text_fr"))
    assert questions == {"chair": None, "why": "Pourquoi ?"}
    assert list(copied.choices.values_list("code", flat=True)) == ["yes", "no"]
    assert copied.rounds.count() == 0
    page = client.get(url_of(copied.questions.get(code="why"))).content.decode()
    assert 'name="text_fr"' in page


def test_new_versions_are_made_from_the_list_too(admin_client):
    sheet = make_questionnaire()

    admin_client.post(
        list_of("questionnaire"),
        {"action": "make_new_versions", "_selected_action": [sheet.pk]},
    )

    assert Questionnaire.objects.filter(version=sheet.version + 1).exists()


def test_no_question_is_added_to_a_questionnaire_with_answers(admin_client):
    sheet = make_questionnaire()
    make_submission(questionnaire=sheet)

    answer = admin_client.post(
        reverse("admin:surveys_question_add"),
        {
            "questionnaire": sheet.pk,
            "position": 1,
            "code": "late",
            "type": "text",
            "text_en": "Too late?",
        },
    )

    assert answer.status_code == 200
    assert not Question.objects.filter(code="late").exists()


# --- Submissions ---------------------------------------------------------------------


@pytest.fixture
def answered():
    """A submission with answers of every kind, one of which went into a draft."""
    sheet = make_questionnaire("mechanism")
    make_question(sheet, "founded", section="evolution", text_en="Since when?")
    make_question(
        sheet,
        "benefits",
        section="added_value",
        type="several",
        choices={"network": "Network of peers", "data": "Joint analysis"},
    )
    make_question(sheet, "members", registry_list="state", type="several")
    make_question(sheet, "contrib", type="repeat", section="contribution")
    make_question(sheet, "title", repeat="contrib", text_en="Title of it")
    make_question(sheet, "budget", section="structure", text_en="How much?")
    make_question(sheet, "filled_in_by", is_personal=True, text_en="Your name?")
    make_state("CHE", name_en="Switzerland")
    mechanism = make_profile(name="Berne Initiative").mechanism
    submission = make_submission(
        questionnaire=sheet,
        respondent=mechanism,
        answers={
            "founded": "2001",
            "benefits": ["network", "data"],
            "members": ["CHE"],
            "contrib": [{"title": "Common understandings"}],
        },
        unanswered={"budget": "does-not-know"},
        row={"Year of foundation": "2001", "Empty": "", "contrib": [{"T": "Common"}]},
        row_number=7,
    )
    draft = make_draft(mechanism)
    ImportedChange.objects.create(
        survey_import=submission.survey_import,
        submission=submission,
        mechanism=mechanism,
        profile=draft,
        target="profile",
        field="established",
        action="change",
        after={"established": "2001"},
        question="founded",
    )
    return submission, draft


def test_answers_stand_beside_their_questions_with_where_they_went(
    admin_client, answered
):
    submission, draft = answered

    page = admin_client.get(url_of(submission)).content.decode()

    for text in (
        "Since when?",
        "2001",
        "Network of peers, Joint analysis",
        "Switzerland",
        "Title of it",
        "Common understandings",
        "They do not know",
        "Year of foundation",
        "row 7",
    ):
        assert text in page, text
    assert f'href="/admin/profiles/profile/{draft.pk}/change/"' in page
    assert "Established" in page
    assert "Your name?" not in page
    assert "Empty" not in page


def test_a_discarded_draft_is_said_to_be_one(admin_client, answered):
    submission, draft = answered
    draft.delete()

    page = admin_client.get(url_of(submission)).content.decode()

    assert "the draft was discarded" in page


def test_the_chain_of_corrections_leads_from_one_version_to_the_next(admin_client):
    old = make_submission(submission_id="uuid:1", is_current=False)
    new = make_submission(
        old.round, old.questionnaire, submission_id="uuid:1", corrects=old
    )

    page = admin_client.get(url_of(old)).content.decode()

    assert "A corrected submission replaced this one" in page
    assert url_of(new) in page


def test_submissions_are_found_by_respondent_round_kind_tool_and_status(admin_client):
    wanted = make_submission(tool="kobo", respondent=make_state("CHE"))
    make_submission(tool="plain", status="partial")
    query = {
        "round__id__exact": wanted.round_id,
        "kind__exact": "state",
        "tool": "kobo",
        "status__exact": "complete",
    }

    for asked in (query, {"q": str(wanted.state)}):
        shown = admin_client.get(list_of("submission"), asked).context["cl"]
        assert list(shown.result_list) == [wanted]


def test_nobody_writes_to_a_submission(admin_client, answered):
    submission, _draft = answered

    assert admin_client.post(url_of(submission), {"kind": "state"}).status_code == 403
    assert admin_client.get(url_of(submission, "delete")).status_code == 403


def test_a_submission_is_read_in_a_fixed_number_of_queries(admin_client, answered):
    submission, draft = answered
    admin_client.get(url_of(submission))
    with CaptureQueriesContext(connection) as few:
        admin_client.get(url_of(submission))
    for _change in range(5):
        ImportedChange.objects.create(
            survey_import=submission.survey_import,
            submission=submission,
            mechanism=submission.mechanism,
            profile=draft,
            target="profiles.membership",
            action="add",
            after={"state": "CHE"},
            question="members",
        )
    admin_client.get(url_of(submission))

    with CaptureQueriesContext(connection) as more:
        admin_client.get(url_of(submission))

    assert len(more) == len(few)


# --- Personal details ----------------------------------------------------------------


@pytest.mark.parametrize("role", [DATA_ENTRY, REVIEWER])
def test_personal_details_are_not_for_others_than_administrators(as_role, role):
    details = make_personal_details(name="Secret Person")
    client = as_role(role)

    assert client.get(list_of("personaldetails")).status_code == 403
    assert client.get(url_of(details)).status_code == 403
    assert client.get(url_of(details, "history")).status_code == 403
    assert client.get(forget_page()).status_code == 403
    assert client.post(forget_page(), {"person": "Secret Person"}).status_code == 403
    page = client.get(url_of(details.submission)).content.decode()
    assert url_of(details) not in page
    assert "Who filled it in" not in page
    assert not LogEntry.objects.filter(action=LogEntry.Action.ACCESS).exists()


def forget_page():
    return reverse("admin:surveys_personaldetails_forget")


@pytest.mark.parametrize(
    "lookup",
    ["personal_details__name__startswith=S", "personal_details__email__contains=s"],
)
def test_nobody_finds_a_submission_by_who_filled_it_in(as_role, lookup):
    make_personal_details(name="Secret Person")

    answer = as_role(REVIEWER).get(f"{list_of('submission')}?{lookup}")

    assert answer.status_code == 400


def test_lists_are_not_asked_for_names_by_their_address(admin_client):
    make_personal_details(name="Secret Person")

    answer = admin_client.get(f"{list_of('personaldetails')}?name__startswith=S")

    assert answer.status_code == 400


def test_the_list_of_personal_details_shows_nobody(as_role):
    details = make_personal_details(name="Secret Person", email="secret@example.org")

    page = as_role(ADMINISTRATOR).get(list_of("personaldetails")).content.decode()

    assert str(details.submission) in page
    assert "Secret" not in page
    assert "secret@" not in page


def test_opening_personal_details_is_written_down_each_time(as_role):
    details = make_personal_details(name="Secret Person", cells={"Phone": "555 0199"})
    client = as_role(ADMINISTRATOR)

    page = client.get(url_of(details)).content.decode()
    client.get(url_of(details))

    assert "Secret Person" in page
    assert "555 0199" in page
    opened = LogEntry.objects.filter(action=LogEntry.Action.ACCESS)
    assert [entry.actor.username for entry in opened] == [ADMINISTRATOR] * 2
    assert opened[0].additional_data == {"submission": details.submission_id}
    log = client.get(reverse("admin:auditlog_logentry_changelist")).content.decode()
    assert "Opened: Personal details" in log
    assert "Secret" not in log


def test_an_administrator_looks_what_forgetting_would_do_and_then_forgets(as_role):
    details = make_personal_details(email="secret@example.org")
    client = as_role(ADMINISTRATOR)

    tried = client.post(forget_page(), {"person": "secret@example.org"})
    assert PersonalDetails.objects.exists()
    assert url_of(details.submission) in tried.content.decode()

    done = client.post(
        forget_page(), {"person": "secret@example.org", "_confirm": "yes"}
    )
    assert not PersonalDetails.objects.exists()
    assert "secret@example.org" not in done.content.decode()


def test_respondents_are_forgotten_from_the_list(as_role):
    details = make_personal_details()
    client = as_role(ADMINISTRATOR)

    answer = client.post(
        list_of("personaldetails"),
        {"action": "forget_selected", "_selected_action": [details.pk]},
    )
    page = client.get(answer.url)
    client.post(
        forget_page(), {"submissions": details.submission_id, "_confirm": "yes"}
    )

    assert url_of(details.submission) in page.content.decode()
    assert not PersonalDetails.objects.exists()


def test_forgetting_asks_whom_and_which_of_two(as_role):
    client = as_role(ADMINISTRATOR)
    make_personal_details(name="Ana Silva")
    make_personal_details(name="Ana Silva")

    nobody = client.post(forget_page(), {"_confirm": "yes"}).content.decode()
    two = client.post(forget_page(), {"person": "Ana Silva", "_confirm": "yes"})

    assert "Say whom to forget" in nobody
    assert "Several people of this name" in two.content.decode()
    assert PersonalDetails.objects.count() == 2
