"""What staff are told of: on the dashboard, and in letters that a mail server takes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from iscm_registry.roles import DATA_ENTRY, REVIEWER
from iscm_registry.working import letters
from profiles import editions
from profiles.models import LetterChoice, Notice
from profiles.vocabularies import LetterPace
from tests.factories import make_draft, make_profile
from tests.registry.mail_server import mail_server

pytestmark = pytest.mark.django_db

LIST = reverse("admin:profiles_notice_changelist")


def member_of_staff(name, role=DATA_ENTRY, **fields):
    fields.setdefault("email", f"{name}@registry.example")
    user = User.objects.create_user(name, is_staff=True, **fields)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def ada():
    return member_of_staff("ada")


@pytest.fixture
def ben():
    return member_of_staff("ben", REVIEWER)


@pytest.fixture
def server():
    with (
        mail_server() as server,
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=server.server_address[1],
            EMAIL_USE_TLS=False,
            PUBLIC_ADDRESS="https://registry.example.org",
        ),
    ):
        yield server


def told(user):
    return [str(notice) for notice in Notice.objects.unread_of(user)]


def letters_to(server, number):
    return [server.letters.get(timeout=10) for _ in range(number)]


def test_reviewers_hear_of_a_submission_and_its_author_of_what_became_of_it(ada, ben):
    gone = member_of_staff("gone", REVIEWER, is_active=False)
    draft = make_draft(name="OCAM", acronym="OCAM")

    editions.submit(draft, by=ada)
    assert told(ben) == ["Submitted for review: OCAM, edition 1"]
    assert told(ada) == told(gone) == []

    editions.send_back(draft, by=ben, note="Name the chair.")
    assert told(ada) == ["Sent back: OCAM, edition 1"]
    assert Notice.objects.get(to=ada).words == "Name the chair."

    editions.submit(draft, by=ada)
    editions.publish(draft, by=ben)
    editions.withdraw(draft, by=ben, reason="Wrong.")
    assert told(ada)[:2] == [
        "Withdrawn: OCAM, edition 1",
        "Published: OCAM, edition 1",
    ]


def test_nobody_is_told_of_what_they_do_themselves_or_a_command_does(ben):
    make_profile()
    editions.submit(make_draft(), by=ben)

    assert not Notice.objects.exists()


def due(by):
    draft = make_draft()
    editions.submit(draft)
    editions.schedule(draft, timezone.now() + timedelta(hours=1), by=by)
    type(draft).objects.update(publish_at=timezone.now() - timedelta(minutes=1))
    return draft


def test_who_scheduled_hears_that_it_was_published(ben):
    due(ben)

    editions.publish_due()

    [notice] = told(ben)
    assert notice.startswith("Due: ")


def test_publication_that_fails_each_minute_is_told_once(ada, ben):
    broken = due(ben)
    broken.sources.clear()

    for _ in range(3):
        [failed] = editions.publish_due()
        assert failed.error is not None

    assert len(told(ben)) == 1
    assert "No source is named" in Notice.objects.get(to=ben).words
    assert told(ada) == []


def test_report_of_an_error_is_told_to_those_who_may_answer_it(client, ada, ben):
    wrong = "The chair is a person called Quintilla."
    form = {"wrong": wrong, "right": "Nobody.", "evidence": "https://example.org/"}

    answer = client.post(reverse("report"), form)

    assert answer.status_code == 302
    assert told(ben) == ["Error reported: The registry as a whole"]
    assert told(ada) == []
    assert "Quintilla" not in Notice.objects.get().words


def test_list_shows_own_notices_and_opening_one_reads_it(client, ada, ben):
    editions.submit(make_draft(name="Lake talks"), by=ada)
    editions.submit(make_draft(name="Hill talks"), by=member_of_staff("cleo"))
    for_ben = Notice.objects.get(to=ben, by=ada)
    client.force_login(ben)

    assert "Lake talks" in client.get(LIST).text
    assert "Lake talks" in client.get(reverse("admin:index")).text
    page = reverse("admin:profiles_notice_change", args=[for_ben.pk])
    assert client.get(page).url == for_ben.path
    assert told(ben) == ["Submitted for review: Hill talks, edition 1"]

    client.force_login(ada)
    assert "Lake talks" not in client.get(LIST).text
    unread = Notice.objects.get(to=ben, read_at=None)
    client.get(reverse("admin:profiles_notice_change", args=[unread.pk]))
    unread.refresh_from_db()
    assert unread.read_at is None


def test_all_are_read_at_once_and_only_by_a_post(client, ada, ben):
    editions.submit(make_draft(), by=ada)
    client.force_login(ben)
    read = reverse("admin:profiles_notice_read")

    assert client.get(read).status_code == 403
    assert len(told(ben)) == 1
    assert client.post(read).status_code == 302
    assert told(ben) == []


def test_letter_says_what_and_where_but_none_of_the_words(server, ada, ben):
    draft = make_draft(name="Lake talks")
    editions.submit(draft, by=ada)
    editions.send_back(draft, by=ben, note="Quintilla must not be named.")

    letters.send_at_once()

    by_address = {letter["To"]: letter for letter in letters_to(server, 2)}
    letter = by_address["ada@registry.example"]
    assert letter["Subject"] == "[ISCM Registry] Sent back: Lake talks, edition 1"
    text = letter.get_content()
    assert f"https://registry.example.org/admin/profiles/profile/{draft.pk}/" in text
    assert "Quintilla" not in letter.as_string()

    letters.send_at_once()
    assert server.letters.empty()


def test_letters_keep_to_the_pace_that_each_person_chose(server, client, ada, ben):
    cleo = member_of_staff("cleo", REVIEWER)
    member_of_staff("dora", REVIEWER, email="")
    client.force_login(ben)
    page = client.post(
        reverse("admin:profiles_notice_letters"), {"pace": "daily"}, follow=True
    )
    assert "Once a day" in page.text
    LetterChoice.objects.create(user=cleo, pace=LetterPace.NEVER)
    for name in ("Lake talks", "Hill talks"):
        editions.submit(make_draft(name=name), by=ada)

    letters.send_at_once()
    assert server.letters.empty()

    letters.send_digests()
    [digest] = letters_to(server, 1)
    assert digest["To"] == "ben@registry.example"
    assert digest["Subject"] == "[ISCM Registry] 2 notices"
    assert "Lake talks" in digest.get_content()
    assert "Hill talks" in digest.get_content()


def test_unknown_pace_is_refused(client, ben):
    client.force_login(ben)

    client.post(reverse("admin:profiles_notice_letters"), {"pace": "hourly"})

    assert not LetterChoice.objects.exists()


def test_letter_that_nobody_took_is_sent_when_the_server_is_back(server, ada, ben):
    editions.submit(make_draft(), by=ada)

    with override_settings(EMAIL_PORT=1), pytest.raises(letters.LettersFailed):
        letters.send_at_once()
    assert Notice.objects.get().sent_at is None

    letters.send_at_once()
    assert len(letters_to(server, 1)) == 1


def test_old_notices_are_no_letters_any_more(server, ada, ben):
    editions.submit(make_draft(), by=ada)
    Notice.objects.update(made_at=timezone.now() - timedelta(days=8))

    letters.send_at_once()

    assert server.letters.empty()
