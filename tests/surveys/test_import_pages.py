"""An import on the staff's pages: upload, preview, decide, apply, undo, discard."""

import html
import json
import re

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from iscm_registry.roles import ADMINISTRATOR, DATA_ENTRY, REVIEWER
from profiles import editions
from profiles.models import Profile, StateAlias
from surveys.admin import preview, upload
from surveys.applying import apply
from surveys.models import Questionnaire, Submission, SurveyImport, UploadedFile
from surveys.pipeline import preparation_of, stage
from surveys.vocabularies import ImportState
from tests.factories import (
    make_mechanism,
    make_profile,
    make_question,
    make_questionnaire,
    make_round,
    make_state,
    make_survey_import,
    make_waiting_import,
    publish,
)
from tests.surveys.export_files import csv_file, kobo_xlsx, plain_csv
from tests.surveys.loaded_questionnaires import have_questionnaires

pytestmark = pytest.mark.django_db

ADD = "admin:surveys_surveyimport_add"

COLUMNS = ["mechanism", "person_name", "founded", "evolution_text", "chair_state"]
MAPPING = """
schema = 1
questionnaire = "mechanism-7"
respondent = "mechanism"
person_name = "person_name"

[[rule]]
target = "profile"
fields = { established = "founded" }

[[rule]]
target = "profiles.section"
fields = { prose = "evolution_text" }
always = { part = "evolution", coverage = "reported" }
key = ["part"]

[[rule]]
target = "profiles.chairing"
fields = { state = "chair_state" }
key = ["state"]
"""


@pytest.fixture
def round():
    """A round with a questionnaire of five questions, which MAPPING reads."""
    sheet = make_questionnaire("mechanism", 7)
    make_question(sheet, "mechanism", registry_list="mechanism", is_required=True)
    make_question(sheet, "person_name", is_personal=True)
    make_question(sheet, "founded", type="year", section="evolution")
    make_question(sheet, "evolution_text", type="long_text", section="evolution")
    make_question(sheet, "chair_state", registry_list="state", section="structure")
    make_state("CRI", name_en="Costa Rica")
    make_state("PAN", name_en="Panama")
    return make_round("2019", questionnaires=[sheet])


def make_published(slug="rcm", **fields):
    return make_profile(make_mechanism(slug=slug), acronym=slug.upper(), **fields)


def answers(mechanism="rcm", founded="", text="", chair="Costa Rica"):
    return [mechanism, "Maria Personal", founded, text, chair]


def export(*rows):
    return plain_csv(COLUMNS, rows or [answers()])


def waiting(content, round, by=None):
    return stage(
        content,
        "export.csv",
        round,
        mapping_name="own.toml",
        mapping_text=MAPPING,
        by=by,
    )


def applied(content, round):
    survey_import = waiting(content, round)
    apply(survey_import, preparation_of(survey_import))
    return survey_import


@pytest.fixture
def as_role(client):
    def sign_in(role):
        user, _is_new = User.objects.get_or_create(username=role, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def clerk(as_role):
    return as_role(DATA_ENTRY)


def page_of(survey_import, page="change", *more):
    return reverse(f"admin:surveys_surveyimport_{page}", args=[survey_import.pk, *more])


def sent(client, content, round, own=MAPPING, **more):
    form = {"round": round.pk, "file": SimpleUploadedFile("export.csv", content)}
    if own:
        form["own_mapping"] = SimpleUploadedFile("own.toml", own.encode())
    return client.post(reverse(ADD), form | more)


def uploaded(client, content, round, **more):
    answer = sent(client, content, round, **more)
    assert answer.status_code == 302, errors_of(answer)
    survey_import = SurveyImport.objects.latest("pk")
    assert answer.url == page_of(survey_import)
    return survey_import


def errors_of(answer):
    return answer.context["form"].errors


def text_of(answer):
    """Return a page as it is read: without tags, with single spaces."""
    return " ".join(
        html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split()
    )


def form_of(answer):
    """Return what the form of the preview sends when nothing is touched."""
    page = answer.content.decode()
    inputs = re.findall(r"<input[^>]+>", page.split('id="decisions"')[1])
    sent = {}
    for tag in inputs:
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        is_off = given.get("type") in ("radio", "checkbox") and " checked" not in tag
        if given.get("type") == "submit" or is_off or "name" not in given:
            continue
        sent[given["name"]] = html.unescape(given.get("value", ""))
    return sent


def names_of(answer):
    return {name.text: name for name in answer.context["preview"].open_names}


# --- Upload --------------------------------------------------------------------------


def test_a_file_is_kept_and_nothing_else_happens(clerk, round):
    published = make_published()

    survey_import = uploaded(clerk, export(), round)

    assert survey_import.state == ImportState.PREPARED
    assert survey_import.uploaded_by.username == DATA_ENTRY
    assert survey_import.tool == "plain"
    assert survey_import.counts["new"] == 1
    assert survey_import.mapping_text == MAPPING
    assert UploadedFile.objects.get().survey_import == survey_import
    assert not Submission.objects.exists()
    assert list(Profile.objects.all()) == [published]


def test_the_same_file_again_leads_to_the_import_that_waits(clerk, round):
    first = uploaded(clerk, export(), round)

    assert uploaded(clerk, export(), round) == first


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 no table at all", ""),
        (b"PK\x03\x04 a broken workbook", ""),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_its_place(
    clerk, round, content, says
):
    answer = sent(clerk, content, round)

    assert answer.status_code == 200
    (message,) = errors_of(answer)["file"]
    assert says in message
    assert not SurveyImport.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    clerk, round, monkeypatch
):
    monkeypatch.setattr(upload, "LARGEST_FILE", 10)

    answer = sent(clerk, export(), round)

    assert "import_survey" in errors_of(answer)["file"][0]
    assert not SurveyImport.objects.exists()


def test_without_a_round_the_way_to_one_is_shown(clerk):
    page = clerk.get(reverse(ADD)).content.decode()

    assert reverse("admin:surveys_round_add") in page


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("this is [not toml", "toml"),
        (
            MAPPING.replace('respondent = "mechanism"', 'respondent = "nobody"'),
            "nobody",
        ),
        (MAPPING.replace("chairing", "chairs"), "chairs"),
        ("schema = " + "[" * 50_000, "too deeply"),
        ("schema = " + "{a = " * 20_000, "too deeply"),
        (".".join("a" * 50_000) + " = 1", "too deeply"),
        ("schema = " + "1" * 5_000, "digits"),
    ],
    ids=["no TOML", "question", "target", "lists", "tables", "key", "number"],
)
def test_a_wrong_mapping_is_refused_with_what_is_wrong(clerk, round, mapping, says):
    answer = sent(clerk, export(), round, mapping)

    assert says in str(errors_of(answer)["own_mapping"]).lower()
    assert not SurveyImport.objects.exists()


def test_a_mapping_is_chosen_from_those_that_come_along_or_brought(clerk, round):
    names = dict(clerk.get(reverse(ADD)).context["form"].fields["mapping"].choices)
    without = sent(clerk, export(), round, own=None, mapping="own")

    assert {"", "mechanism-1", "state-1", "own"} <= set(names)
    assert "own_mapping" in errors_of(without)


def test_a_file_that_no_mapping_fits_waits_for_one(clerk, round):
    make_published()
    content = export().replace(b"mechanism,", b"about whom,")
    waits = stage(content, "export.csv", round)

    page = clerk.get(page_of(waits))
    assert "none fits the columns" in text_of(page)
    assert "Apply to drafts" not in page.content.decode()
    text = f'{MAPPING}\n[columns]\nmechanism = ["about whom"]\n'
    own = SimpleUploadedFile("own.toml", text.encode())
    clerk.post(page_of(waits), {"_mapping": "1", "own_mapping": own})

    assert "Costa Rica" in text_of(clerk.get(page_of(waits)))


def test_an_export_of_our_own_questionnaire_needs_no_mapping(clerk):
    have_questionnaires()
    round = make_round(questionnaires=[*Questionnaire.objects.all()])
    make_published()
    columns = ["about/mechanism", "s1_evolution/founded", "s1_evolution/themes_now"]
    content = kobo_xlsx(columns, [["rcm", 1996, "labour"]])

    survey_import = uploaded(clerk, content, round, own=None)

    text = text_of(clerk.get(page_of(survey_import)))
    assert "KoboToolbox" in text
    assert "Mechanism, 1" in text
    assert "mechanism-1 recognised by the columns" in text


# --- Preview -------------------------------------------------------------------------


def test_the_preview_says_what_was_recognised_and_what_would_change(clerk, round):
    make_published(established="1990")
    survey_import = waiting(export(answers(founded="1996")), round)

    page = clerk.get(page_of(survey_import))
    text = text_of(page)

    for said in (
        "Plain table",
        "1 response",
        "Mechanism, 7",
        "own.toml",
        "1 new, 0 corrected, 0 unchanged",
        "Goes into a new draft, opened from the published edition",
        "The registry says 1990 The answer says 1996",
        "Costa Rica",
        "chair_state",
    ):
        assert said in text, said
    assert "no-store" in page["Cache-Control"]
    assert "style=" not in page.content.decode()
    assert "Maria" not in text


def test_a_preview_writes_nothing(clerk, round):
    make_published()
    survey_import = waiting(export(), round)

    clerk.get(page_of(survey_import))

    assert Profile.objects.count() == 1
    assert not Submission.objects.exists()


def test_a_value_that_was_taken_is_written_and_one_that_was_not_is_kept_beside(
    clerk, round
):
    published = make_published(established="1990")
    survey_import = waiting(export(answers(founded="1996")), round)
    page = clerk.get(page_of(survey_import))
    (disputed,) = [
        shown.number
        for group in page.context["preview"].mechanisms[0].groups
        for shown in group.changes
        if shown.can_be_taken
    ]

    clerk.post(page_of(survey_import), form_of(page) | {"take": disputed})
    page = clerk.get(page_of(survey_import))
    assert form_of(page)["take"] == disputed
    clerk.post(page_of(survey_import, "apply"), form_of(page))

    draft = published.mechanism.editions.open().get()
    assert draft.established == 1996


def test_a_value_that_was_not_taken_is_kept_beside(clerk, round):
    published = make_published(established="1990")
    survey_import = waiting(export(answers(founded="1996")), round)

    clerk.post(
        page_of(survey_import, "apply"), form_of(clerk.get(page_of(survey_import)))
    )

    draft = published.mechanism.editions.open().get()
    assert draft.established == 1990
    assert draft.alternative_values.get(field="established").value == "1996"


def test_a_long_page_shows_the_first_changes_and_forgets_no_decision(
    clerk, round, monkeypatch
):
    make_published("ocam", established="1990")
    make_published("rcm", established="1990")
    survey_import = waiting(
        export(answers("ocam", founded="1995"), answers("rcm", founded="1996")), round
    )
    page = clerk.get(page_of(survey_import))
    disputed = re.findall(r'name="take" value="([^"]+)"', page.content.decode())
    assert len(disputed) == 2
    clerk.post(page_of(survey_import), form_of(page) | {"take": disputed})
    monkeypatch.setattr(preview, "MOST_SHOWN_IN_ALL", 1)

    page = clerk.get(page_of(survey_import))
    clerk.post(page_of(survey_import), form_of(page))

    assert page.content.decode().count('name="take"') == 1
    assert "more: see the report" in text_of(page)
    survey_import.refresh_from_db()
    assert survey_import.decisions["take"] == sorted(disputed)


def test_problems_are_filtered_by_severity(clerk, round):
    make_published()
    survey_import = waiting(export(answers(founded="19xx", chair="Cozta Rica")), round)

    every = clerk.get(page_of(survey_import))
    questions = clerk.get(page_of(survey_import), {"severity": "question"})
    nonsense = clerk.get(page_of(survey_import), {"severity": "<b>"})

    assert len(every.context["problems"]) == len(nonsense.context["problems"])
    assert len(every.context["problems"]) > len(questions.context["problems"]) > 0
    assert {p.severity for p in questions.context["problems"]} == {"question"}
    assert "19xx" in text_of(every)


# --- Names ---------------------------------------------------------------------------


def test_a_name_is_decided_once_for_all_rows_and_remembered(clerk, round):
    one, other = make_published("rcm"), make_published("ocam")
    survey_import = waiting(
        export(answers("rcm", chair="Cozta Rica"), answers("ocam", chair="Cozta Rica")),
        round,
    )
    page = clerk.get(page_of(survey_import))
    name = names_of(page)["Cozta Rica"]

    decided = clerk.post(
        page_of(survey_import), form_of(page) | {f"name-{name.id}": "CRI"}
    )
    page = clerk.get(decided.url)
    assert not names_of(page)
    assert "“Cozta Rica” State → means Costa Rica" in text_of(page)
    assert not StateAlias.objects.exists(), "remembered when it is applied"
    clerk.post(page_of(survey_import, "apply"), form_of(page))

    assert StateAlias.objects.get().name == "Cozta Rica"
    for published in (one, other):
        draft = published.mechanism.editions.open().get()
        assert draft.chairings.get().state.iso3 == "CRI"


@pytest.mark.parametrize(
    ("typed", "key"), [("Panama", "PAN"), ("PAN", "PAN"), ("panamá", "PAN")]
)
def test_another_record_is_named_by_hand(clerk, round, typed, key):
    make_published()
    survey_import = waiting(export(answers(chair="Cozta Rica")), round)
    page = clerk.get(page_of(survey_import))
    name = names_of(page)["Cozta Rica"]
    assert ">\n" not in page.content.decode().split("<datalist")[0][-1:]

    clerk.post(page_of(survey_import), form_of(page) | {f"other-{name.id}": typed})

    survey_import.refresh_from_db()
    assert survey_import.decisions["state"] == {"Cozta Rica": key}


def test_a_record_that_is_not_there_is_refused_and_what_was_chosen_stays(clerk, round):
    make_published()
    survey_import = waiting(
        export(answers(chair="Cozta Rica"), answers(chair="Panamma")), round
    )
    page = clerk.get(page_of(survey_import))
    names = names_of(page)
    wrong, right = names.values()
    form = form_of(page) | {
        f"name-{wrong.id}": "other",
        f"other-{wrong.id}": "Atlantis",
        f"name-{right.id}": "none",
    }

    for address in (page_of(survey_import), page_of(survey_import, "apply")):
        answer = clerk.post(address, form)

        assert "Choose one of the list" in text_of(answer)
        assert form_of(answer)[f"other-{wrong.id}"] == "Atlantis"
        assert form_of(answer)[f"name-{right.id}"] == "none"
    survey_import.refresh_from_db()
    assert survey_import.decisions == {}
    assert survey_import.state == ImportState.PREPARED


def test_none_of_the_records_leaves_the_name_out_and_can_be_asked_again(clerk, round):
    make_published()
    survey_import = waiting(export(answers(chair="Cozta Rica")), round)
    page = clerk.get(page_of(survey_import))
    name = names_of(page)["Cozta Rica"]

    clerk.post(page_of(survey_import), form_of(page) | {f"name-{name.id}": "none"})
    page = clerk.get(page_of(survey_import))
    assert "“Cozta Rica” State → means none of the records" in text_of(page)
    clerk.post(page_of(survey_import), form_of(page) | {f"again-{name.id}": "1"})

    assert "Cozta Rica" in names_of(clerk.get(page_of(survey_import)))


def test_a_key_that_was_not_offered_decides_nothing(clerk, round):
    make_published()
    survey_import = waiting(export(answers(chair="Cozta Rica")), round)
    page = clerk.get(page_of(survey_import))
    name = names_of(page)["Cozta Rica"]

    clerk.post(page_of(survey_import), form_of(page) | {f"name-{name.id}": "XXX"})

    survey_import.refresh_from_db()
    assert survey_import.decisions == {}


def test_what_stays_open_is_left_out_and_said(clerk, round):
    published = make_published()
    survey_import = waiting(export(answers(founded="1996", chair="Cozta Rica")), round)
    page = clerk.get(page_of(survey_import))

    clerk.post(page_of(survey_import, "apply"), form_of(page))

    assert "1 name is not decided: what rests on it is left out" in text_of(page)
    draft = published.mechanism.editions.open().get()
    assert not draft.chairings.exists()


# --- Apply ---------------------------------------------------------------------------


def test_an_applied_import_leads_to_its_drafts_and_submissions(clerk, round):
    published = make_published()
    survey_import = waiting(export(), round)

    answer = clerk.post(
        page_of(survey_import, "apply"), form_of(clerk.get(page_of(survey_import)))
    )

    survey_import.refresh_from_db()
    assert survey_import.state == ImportState.APPLIED
    assert survey_import.applied_by.username == DATA_ENTRY
    page = clerk.get(answer.url)
    draft = published.mechanism.editions.open().get()
    submission = Submission.objects.get()
    drafts = page.content.decode().split("Drafts to be reviewed")[1].split("</dd>")[0]
    assert reverse("admin:profiles_profile_review", args=[draft.pk]) in drafts
    assert reverse("admin:surveys_submission_change", args=[submission.pk]) in (
        page.content.decode()
    )
    assert "Costa Rica" in text_of(page)
    assert not UploadedFile.objects.exists()


def test_a_draft_that_changed_since_the_preview_is_shown_before_anything_is_written(
    clerk, round
):
    published = make_published(established="1990")
    draft = editions.open_draft(published.mechanism)
    survey_import = waiting(export(answers(founded="1996")), round)
    seen = form_of(clerk.get(page_of(survey_import)))
    Profile.objects.filter(pk=draft.pk).update(established=1996, version=9)

    answer = clerk.post(page_of(survey_import, "apply"), seen)

    assert answer.status_code == 409
    assert "Nothing was applied" in text_of(answer)
    survey_import.refresh_from_db()
    assert survey_import.state == ImportState.PREPARED
    assert not Submission.objects.exists()
    clerk.post(page_of(survey_import, "apply"), form_of(answer))
    survey_import.refresh_from_db()
    assert survey_import.state == ImportState.APPLIED


def test_decisions_that_were_not_saved_are_kept_and_shown_before_applying(clerk, round):
    make_published()
    survey_import = waiting(export(answers(chair="Cozta Rica")), round)
    page = clerk.get(page_of(survey_import))
    name = names_of(page)["Cozta Rica"]

    answer = clerk.post(
        page_of(survey_import, "apply"), form_of(page) | {f"name-{name.id}": "CRI"}
    )

    assert answer.status_code == 409
    survey_import.refresh_from_db()
    assert survey_import.state == ImportState.PREPARED
    assert survey_import.decisions == {"state": {"Cozta Rica": "CRI"}}


def test_an_import_with_an_error_is_not_applied(clerk, round):
    make_published()
    first, second = answers(founded="1995"), answers(founded="1996")
    rows = [["submission_id", *COLUMNS], ["a", *first], ["a", *second]]
    survey_import = waiting(csv_file(rows), round)
    page = clerk.get(page_of(survey_import))
    assert page.context["preview"].errors

    clerk.post(page_of(survey_import, "apply"), form_of(page))

    assert "It cannot be applied while there is" in text_of(page)
    assert "Apply to drafts" not in page.content.decode()
    survey_import.refresh_from_db()
    assert survey_import.state == ImportState.PREPARED


def test_submissions_with_errors_are_left_out_when_somebody_says_so(clerk, round):
    make_published("ocam")
    make_published("rcm")
    first, second = answers(founded="1995"), answers(founded="1996")
    good = answers("ocam", founded="1994")
    rows = [["submission_id", *COLUMNS], ["a", *first], ["a", *second], ["b", *good]]
    survey_import = waiting(csv_file(rows), round)
    form = form_of(clerk.get(page_of(survey_import)))

    clerk.post(page_of(survey_import), form | {"skip_invalid": "1"})
    page = clerk.get(page_of(survey_import))
    clerk.post(page_of(survey_import, "apply"), form_of(page))

    assert "Left out: rows 3" in text_of(page)
    assert [s.mechanism.slug for s in Submission.objects.all()] == ["ocam"]


def test_the_same_file_after_it_was_applied_changes_nothing(clerk, round):
    make_published()
    applied(export(), round)

    survey_import = waiting(export(), round)
    page = clerk.get(page_of(survey_import))

    assert "Nothing: all of it was imported before" in text_of(page)
    assert "There is nothing to apply" in text_of(page)


def test_a_form_sent_twice_applies_once(clerk, round):
    make_published()
    survey_import = waiting(export(), round)
    form = form_of(clerk.get(page_of(survey_import)))

    clerk.post(page_of(survey_import, "apply"), form)
    again = clerk.post(page_of(survey_import, "apply"), form)

    assert again.status_code == 302
    assert Submission.objects.count() == 1


# --- Undo and discard ----------------------------------------------------------------


def test_undoing_says_first_what_it_would_take_back(as_role, round):
    published = make_published()
    survey_import = applied(export(), round)
    reviewer = as_role(REVIEWER)

    page = reviewer.get(page_of(survey_import, "undo"))
    assert "1 submission, with who filled it in" in text_of(page)
    assert published.mechanism.editions.open().exists()
    assert Submission.objects.exists()
    survey_import.refresh_from_db()
    assert survey_import.state == ImportState.APPLIED

    answer = reviewer.post(page_of(survey_import, "undo"))
    survey_import.refresh_from_db()
    assert survey_import.state == ImportState.UNDONE
    assert survey_import.undone_by.username == REVIEWER
    assert not published.mechanism.editions.open().exists()
    assert "Undone" in text_of(reviewer.get(answer.url))


def test_undoing_says_what_was_edited_since_and_stays(as_role, round):
    published = make_published()
    survey_import = applied(export(answers(text="As answered.")), round)
    draft = published.mechanism.editions.open().get()
    section = draft.sections.get(part="evolution")
    section.prose_en = "Rewritten by staff."
    section.save()

    page = as_role(REVIEWER).get(page_of(survey_import, "undo"))

    assert "Edited since: it stays as it is" in text_of(page)
    section.refresh_from_db()
    assert section.prose_en == "Rewritten by staff."


def test_what_was_published_is_named_instead_of_undone(as_role, round):
    published = make_published()
    survey_import = applied(export(), round)
    draft = publish(published.mechanism.editions.open().get())
    reviewer = as_role(REVIEWER)

    for page in (
        reviewer.get(page_of(survey_import, "undo")),
        reviewer.post(page_of(survey_import, "undo")),
    ):
        assert "Published already" in text_of(page)
        assert reverse("admin:profiles_profile_review", args=[draft.pk]) in (
            page.content.decode()
        )
        assert "Undo this import" not in text_of(page)
    survey_import.refresh_from_db()
    assert survey_import.state == ImportState.APPLIED


def test_data_entry_does_not_undo(clerk, round):
    make_published()
    survey_import = applied(export(), round)

    assert clerk.post(page_of(survey_import, "undo")).status_code == 403
    assert "Undo this import" not in text_of(clerk.get(page_of(survey_import)))


def test_a_discarded_import_goes_with_its_file(as_role, round):
    waiting = stage(export(), "export.xlsx", round)
    reviewer = as_role(REVIEWER)

    reviewer.get(page_of(waiting, "discard"))
    assert UploadedFile.objects.exists()
    reviewer.post(page_of(waiting, "discard"))

    assert not SurveyImport.objects.exists()
    assert not UploadedFile.objects.exists()


def test_whoever_brought_a_file_may_discard_it_and_no_other_of_data_entry(clerk, round):
    own = uploaded(clerk, export(), round)
    of_another = make_waiting_import()

    assert clerk.post(page_of(of_another, "discard")).status_code == 403
    assert clerk.post(page_of(own, "discard")).status_code == 302

    assert list(SurveyImport.objects.all()) == [of_another]


def test_an_applied_import_is_not_discarded(as_role):
    applied = make_survey_import(state="applied")

    as_role(ADMINISTRATOR).post(page_of(applied, "discard"))

    assert SurveyImport.objects.filter(pk=applied.pk).exists()


# --- Reports, and files that became unreadable ----------------------------------------


def test_the_report_is_taken_away_as_a_file(clerk, round):
    make_published()
    survey_import = waiting(export(), round)

    texts = {}
    for suffix in ("html", "csv", "json"):
        answer = clerk.get(page_of(survey_import, "report", suffix))
        assert answer["Content-Disposition"] == (
            f'attachment; filename="import-{survey_import.pk}.{suffix}"'
        )
        assert "no-store" in answer["Cache-Control"]
        texts[suffix] = answer.content.decode()
    assert "Costa Rica" in texts["html"]
    assert "Costa Rica" in texts["csv"]
    [of_mechanism] = json.loads(texts["json"])["mechanisms"]
    assert of_mechanism["mechanism"] == "rcm"
    assert "CRI" in str(of_mechanism["changes"])
    assert clerk.get(page_of(survey_import, "report", "exe")).status_code == 404


def test_a_file_that_cannot_be_read_any_more_says_so_on_its_page(clerk):
    waiting = make_waiting_import(b"\x00\x01\x02")

    page = clerk.get(page_of(waiting))

    assert page.status_code == 200
    assert "This file cannot be read" in text_of(page)
    assert clerk.post(page_of(waiting, "apply")).status_code == 200


def test_a_mapping_that_does_not_come_along_any_more_is_replaced(clerk, round):
    waits = stage(export(), "export.csv", round, mapping_name="gone")

    page = clerk.get(page_of(waits))
    assert "There is no mapping “gone”" in text_of(page)
    own = SimpleUploadedFile("own.toml", MAPPING.encode())
    clerk.post(page_of(waits), {"_mapping": "1", "own_mapping": own})

    assert "own.toml" in text_of(clerk.get(page_of(waits)))
