import io
import zipfile

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command

from profiles import editions
from surveys.forgetting import REMOVED, SeveralPeople, forget
from surveys.models import PersonalDetails, Submission, SurveyImport, UploadedFile
from tests.factories import (
    make_draft,
    make_personal_details,
    make_section,
    make_submission,
    make_survey_import,
)

pytestmark = pytest.mark.django_db

NAME = "Ximena Quiroga-Zenn"
EMAIL = "ximena.qz@example.org"


def submission_of_ximena(**fields):
    submission = make_submission(**fields)
    make_personal_details(
        submission,
        name=NAME,
        email=EMAIL,
        cells={"Contact": NAME, "Telephone": "+41 79 555 01 99", "Device": "web"},
    )
    return submission


def waiting(content, name="export.csv"):
    survey_import = make_survey_import(file_name=name)
    UploadedFile.objects.create(survey_import=survey_import, content=content)
    return survey_import


@pytest.mark.parametrize("typed", [EMAIL, EMAIL.upper(), NAME, " ximena  quiroga-zenn"])
def test_a_respondent_is_found_by_address_or_name(typed):
    submission = submission_of_ximena()
    somebody_else = make_personal_details()

    forgotten = forget(typed)

    assert forgotten.submissions == [submission.pk]
    assert list(PersonalDetails.objects.all()) == [somebody_else]


def test_all_versions_of_a_corrected_submission_are_forgotten():
    old = submission_of_ximena(submission_id="uuid:1", is_current=False)
    new = make_submission(
        old.round, old.questionnaire, submission_id="uuid:1", corrects=old
    )
    make_personal_details(new, name="X. Quiroga", email="other@example.org")

    forgotten = forget(submissions=[new.pk])

    assert forgotten.submissions == sorted([old.pk, new.pk])
    assert not PersonalDetails.objects.exists()


def test_what_respondents_wrote_of_themselves_is_cleared_from_their_answers():
    submission = submission_of_ximena(
        row={
            "Comments": f"Ask {NAME.upper()}, write to {EMAIL}, tel. +41 79 555 01 99",
            "contrib": [{"By": f"{NAME} and others"}],
            "Year": "1990",
        },
        answers={"comments": f"Ask {NAME}", "benefits": ["network", EMAIL]},
        respondent=None,
    )

    forgotten = forget(EMAIL)

    submission.refresh_from_db()
    assert forgotten.cleared == [submission.pk]
    assert submission.row == {
        "Comments": f"Ask {REMOVED}, write to {REMOVED}, tel. {REMOVED}",
        "contrib": [{"By": f"{REMOVED} and others"}],
        "Year": "1990",
    }
    assert submission.answers == {
        "comments": f"Ask {REMOVED}",
        "benefits": ["network", REMOVED],
    }


def test_a_whole_name_is_cleared_from_answers_of_others_and_a_first_name_is_not():
    submission = make_submission(answers={"a": f"{NAME} chairs it; ask Ana"})
    submission_of_ximena()
    make_personal_details(name="Ana", email="ana@example.org")

    forget(EMAIL)
    forget("ana@example.org")

    submission.refresh_from_db()
    assert submission.answers == {"a": f"{REMOVED} chairs it; ask Ana"}


def test_a_name_within_a_longer_word_is_left():
    submission = submission_of_ximena(answers={"a": f"pre{EMAIL}, {NAME}s"})

    forget(EMAIL)

    submission.refresh_from_db()
    assert submission.answers == {"a": f"pre{EMAIL}, {NAME}s"}


def workbook(text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", f"<sst><si><t>{text}</t></si></sst>")
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        f"who;year\n{EMAIL};1990\n".encode(),
        f"who\tyear\n{NAME}\t1990\n".encode("utf-16"),
        workbook(EMAIL),
    ],
)
def test_a_waiting_file_that_has_the_person_is_deleted_and_named(content):
    submission_of_ximena()
    its = waiting(content)
    other = waiting(b"who;year\nsomebody@example.org;1990\n")

    forgotten = forget(EMAIL)

    assert forgotten.imports == [f"{its.pk}: export.csv"]
    assert list(UploadedFile.objects.values_list("survey_import", flat=True)) == [
        other.pk
    ]
    assert not SurveyImport.objects.filter(pk=its.pk).exists()


def test_a_waiting_file_with_the_same_submission_is_deleted_too():
    submission_of_ximena(submission_id="uuid:6f1c2f0a")
    its = waiting(b"_uuid,first,last\nuuid:6f1c2f0a,Ximena,Q\n")

    forget(EMAIL)

    assert not UploadedFile.objects.filter(survey_import=its.pk).exists()


def test_drafts_editions_and_the_log_are_reported_and_left(settings):
    submission_of_ximena()
    draft = make_draft()
    section = make_section(draft, prose=f"Founded by {NAME}.")
    editions.submit(draft)
    editions.send_back(draft, note=f"{EMAIL} says no")

    forgotten = forget(EMAIL)

    section.refresh_from_db()
    assert NAME in section.prose
    found = {(place.model._meta.label_lower, place.pk) for place in forgotten.remaining}
    assert ("profiles.section", section.pk) in found
    assert (
        "auditlog.logentry",
        LogEntry.objects.get_for_object(section)[0].pk,
    ) in found
    assert any(label == "profiles.editionevent" for label, _pk in found)
    page = next(
        p for p in forgotten.remaining if p.model._meta.label == "profiles.Section"
    )
    assert page.url == f"/admin/profiles/profile/{draft.pk}/change/"
    assert page.edition == f"{draft.mechanism.slug}, {draft.edition}"


def test_a_dry_run_says_the_same_and_changes_nothing():
    submission = submission_of_ximena(answers={"a": NAME})
    waiting(EMAIL.encode())

    tried = forget(EMAIL, dry_run=True)

    assert PersonalDetails.objects.count() == 1
    assert UploadedFile.objects.count() == 1
    assert not LogEntry.objects.filter(action=LogEntry.Action.DELETE).exists()
    assert Submission.objects.get(pk=submission.pk).answers == {"a": NAME}
    assert forget(EMAIL) == tried


def test_forgetting_twice_finds_nothing_more():
    submission_of_ximena(answers={"a": NAME})
    forget(EMAIL)

    again = forget(EMAIL)

    assert not again.changed
    assert again.remaining == []


def test_a_name_of_two_people_does_nothing_and_names_their_submissions():
    first = make_personal_details(name="Ana Silva")
    second = make_personal_details(name="Ana Silva")

    with pytest.raises(SeveralPeople) as several:
        forget("Ana Silva")

    assert several.value.submissions == [first.submission_id, second.submission_id]
    assert PersonalDetails.objects.count() == 2


def test_words_that_nobody_gave_as_a_name_are_only_looked_for():
    submission = make_submission(answers={"a": "The answers of the members"})
    its = waiting(b"the answers")

    forgotten = forget("the answers")

    submission.refresh_from_db()
    assert submission.answers == {"a": "The answers of the members"}
    assert not forgotten.changed
    assert UploadedFile.objects.filter(survey_import=its).exists()
    (place,) = forgotten.remaining
    assert (place.model, place.pk) == (Submission, submission.pk)


def test_nobody_is_found_by_what_many_have_in_common():
    for name in ("Ana Silva", "Bea Sousa"):
        make_personal_details(
            name=name, email="", cells={"Device": "web", "Office": "Foreign Ministry"}
        )

    assert not forget("web").changed
    with pytest.raises(SeveralPeople):
        forget("Foreign Ministry")
    assert PersonalDetails.objects.count() == 2


def test_that_somebody_was_forgotten_is_logged_and_not_who(admin_user):
    submission = submission_of_ximena()

    forget(EMAIL, by=admin_user)

    entry = LogEntry.objects.get(action=LogEntry.Action.DELETE)
    assert entry.actor == admin_user
    assert entry.additional_data == {"submission": submission.pk}
    assert NAME not in entry.object_repr
    assert not entry.changes


# --- The command ---------------------------------------------------------------------


def told(*arguments, capsys):
    call_command("forget_respondent", *arguments)
    return capsys.readouterr().out


def test_the_command_says_what_was_done_and_nothing_personal(capsys):
    submission = submission_of_ximena(answers={"a": NAME})
    waiting(EMAIL.encode())
    make_section(make_draft(), prose=NAME)

    out = told(EMAIL, capsys=capsys)

    assert f"Personal details removed of submission {submission.pk}." in out
    assert f"Texts cleared in submission {submission.pk}." in out
    assert "Deleted, for its file has them: the waiting import" in out
    assert "/admin/profiles/profile/" in out
    assert not [personal for personal in (NAME, EMAIL, "555") if personal in out]
    assert not PersonalDetails.objects.exists()


def test_the_command_forgets_by_submission_and_tries_first(capsys):
    submission = submission_of_ximena()

    out = told(f"--submission={submission.pk}", "--dry-run", capsys=capsys)
    assert "nothing was changed" in out
    assert PersonalDetails.objects.exists()

    told(f"--submission={submission.pk}", capsys=capsys)
    assert not PersonalDetails.objects.exists()
    assert "Nothing personal" in told(f"--submission={submission.pk}", capsys=capsys)


@pytest.mark.parametrize(
    "arguments", [(), (EMAIL, "--submission=1"), (" ",), (EMAIL, "--overdue")]
)
def test_the_command_wants_one_thing_to_do(arguments):
    with pytest.raises(CommandError, match="one of the three"):
        call_command("forget_respondent", *arguments)


def test_the_command_refuses_a_submission_that_is_not_there():
    with pytest.raises(CommandError, match="no submission 4711"):
        call_command("forget_respondent", "--submission=4711")


def test_the_command_asks_which_of_two_people():
    make_personal_details(name="Ana Silva")
    make_personal_details(name="Ana Silva")

    with pytest.raises(CommandError, match="--submission"):
        call_command("forget_respondent", "Ana Silva")
