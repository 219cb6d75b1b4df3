"""What the columns of a file are, said in the browser and kept as a mapping."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from iscm_registry.roles import ADMINISTRATOR, DATA_ENTRY, ROLES
from profiles.models import Profile
from surveys.admin import long_imports
from surveys.admin.columns import Overtaken, keep
from surveys.admin.long_imports import work_on_next
from surveys.mapping.deciding import APART, EACH, LEAVE_OUT
from surveys.models import SavedMapping, SurveyImport
from tests.factories import make_mechanism, make_profile, make_round
from tests.surveys.export_files import plain_csv, plain_xlsx
from tests.surveys.loaded_questionnaires import have_questionnaires

pytestmark = pytest.mark.django_db

ADD = "admin:surveys_surveyimport_add"

WHO = "Which body is this about, please"
FOUNDED = "When did it all begin"
MAY_PUBLISH = "Is it fine to show this to everybody"
COLOUR = "Favourite colour"
EMAIL = "Best e-mail"
CHOICES = [
    "Things it has (tick all) - A board of the year",
    "Things it has (tick all) - Office that runs it",
    "Things it has (tick all) - Groups of experts",
]
HEADINGS = [WHO, FOUNDED, MAY_PUBLISH, COLOUR, EMAIL, *CHOICES]
ROW = ["rcm", "1996", "yes", "blue", "ana@example.org", "1", "0", "1"]
JOINED = "Things it has (tick all)"

MEANT = {
    WHO: "mechanism",
    FOUNDED: "founded",
    MAY_PUBLISH: "may_publish",
    COLOUR: LEAVE_OUT,
    JOINED: "organs",
}


@pytest.fixture
def round():
    have_questionnaires()
    make_profile(make_mechanism(slug="rcm"), acronym="RCM")
    return make_round("2019")


def signed_in(client, role):
    user, _is_new = User.objects.get_or_create(username=role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


@pytest.fixture
def clerk(client):
    return signed_in(client, DATA_ENTRY)


def sent(client, round, content, name="answers.csv"):
    form = {"round": round.pk, "file": SimpleUploadedFile(name, content)}
    return client.post(reverse(ADD), form)


def uploaded(client, round, rows=(ROW,), headings=HEADINGS):
    answer = sent(client, round, plain_csv(headings, rows))
    assert answer.status_code == 302, answer.context["form"].errors
    return answer.url


def table_of(address):
    return f"{address}?questionnaire=mechanism-1"


def lines(answer):
    return {line.name: line for line in answer.context["deciding"].lines}


def shown(answer):
    """Return what the table's form sends when nothing is touched."""
    page = answer.content.decode().split('id="deciding"')[1]
    form = {
        name: unescape(value)
        for name, value in re.findall(
            r'name="(seen|text|headings|finished|name)" value="([^"]*)"', page
        )
    }
    for select, options in re.findall(
        r'<select name="([^"]+)".*?>(.*?)</select>', page
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        form[select] = chosen[1] if chosen else ""
    return form


def decided(answer, meant, **more):
    """Return the form of the table with these meanings, by heading."""
    of_name = lines(answer)
    chosen = {f"column-{of_name[name].id}": code for name, code in meant.items()}
    return shown(answer) | chosen | more


def choice_of(answer, text, code):
    (option,) = [
        one for one in answer.context["deciding"].options if one.guess.written == text
    ]
    return {f"option-{option.id}": code}


def saved(client, address, meant=MEANT, **more):
    """Decide all columns, then the choices that follow from them."""
    page = table_of(address)
    answer = client.get(page)
    answer = client.post(page, decided(answer, meant, _read="1", **more))
    choices = {}
    if answer.status_code == 200 and not answer.context["deciding"].problems:
        choices |= choice_of(answer, "A board of the year", "presidency")
        choices |= choice_of(answer, "Office that runs it", "secretariat")
        choices |= choice_of(answer, "Groups of experts", "senior_officials")
        answer = client.post(page, shown(answer) | choices | {"_read": "1"})
    return answer


# --- From upload to drafts -----------------------------------------------------------


def test_an_unknown_file_goes_from_upload_to_drafts_in_the_browser(client, round):
    client = signed_in(client, ADMINISTRATOR)
    address = uploaded(client, round)
    survey_import = SurveyImport.objects.get()
    assert address == reverse(
        "admin:surveys_surveyimport_columns", args=[survey_import.pk]
    )
    first = client.get(address)
    assert 'value="mechanism-1"' in first.content.decode()

    answer = saved(client, address)

    assert answer.status_code == 302, answer.context["deciding"].problems
    preview = client.get(answer.url).context["preview"]
    assert preview.preparation.mapping.name == SavedMapping.objects.get().name
    assert not preview.errors
    apply = reverse("admin:surveys_surveyimport_apply", args=[survey_import.pk])
    client.post(apply, {"fingerprint": preview.fingerprint})
    draft = Profile.objects.open().get()
    assert str(draft.established) == "1996"
    assert {organ.kind for organ in draft.organs.all()} == {
        "presidency",
        "senior_officials",
    }


def test_the_next_file_with_these_headings_is_read_at_once(clerk, round):
    saved(clerk, uploaded(clerk, round))
    mapping = SavedMapping.objects.get()
    assert mapping.is_finished

    moved = [HEADINGS.index(name) for name in (*CHOICES, *HEADINGS[:5])]
    other = ["rcm", "1997", "yes", "red", "bo@example.org", "0", "0", "1"]
    answer = sent(
        clerk,
        round,
        plain_xlsx(
            [HEADINGS[place] for place in moved], [[other[place] for place in moved]]
        ),
        "next.xlsx",
    )

    survey_import = SurveyImport.objects.latest("pk")
    assert answer.url == reverse(
        "admin:surveys_surveyimport_change", args=[survey_import.pk]
    )
    prepared = clerk.get(answer.url).context["preview"].preparation
    assert prepared.mapping.name == mapping.name
    assert len(prepared.plan.new) == 1


def test_of_a_file_with_one_more_column_only_that_is_asked(clerk, round):
    saved(clerk, uploaded(clerk, round))

    address = uploaded(clerk, round, [[*ROW, "tea"]], [*HEADINGS, "Favourite drink"])
    answer = clerk.get(table_of(address))

    (still_open,) = answer.context["deciding"].open_lines
    assert still_open.name == "Favourite drink"
    assert lines(answer)[FOUNDED].meaning == "founded"


# --- What is proposed ----------------------------------------------------------------


def test_what_is_sure_is_chosen_and_what_is_likely_is_only_offered(clerk, round):
    headings = ["In which year was it established?", "Year established", WHO]
    address = uploaded(clerk, round, [["1996", "1997", "rcm"]], headings)

    answer = clerk.get(table_of(address))

    sure, likely = lines(answer)[headings[0]], lines(answer)[headings[1]]
    assert sure.is_sure == (sure.meaning != "")
    assert likely.meaning == ""
    assert "of 100" in answer.text
    assert "1996" in answer.text


def test_columns_of_one_choice_each_are_one_question_or_each_by_itself(clerk, round):
    page = table_of(uploaded(clerk, round))
    answer = clerk.get(page)
    assert CHOICES[0] not in {
        one.line.name for one in answer.context["lines"] if one.line.shared is None
    }

    answer = clerk.post(page, decided(answer, {JOINED: EACH}, _save="1"))

    assert answer.status_code == 200
    split = next(o for o in answer.context["lines"] if o.line.name == JOINED)
    assert [one.line.name for one in split.members] == CHOICES
    each = dict.fromkeys(CHOICES, LEAVE_OUT) | {CHOICES[0]: "evolution_text"}
    clerk.post(page, decided(answer, each, _save="1"))
    assert lines(clerk.get(page))[CHOICES[2]].meaning == LEAVE_OUT


def test_columns_about_a_person_are_apart_and_only_administrators_see_examples(
    client, round
):
    address = uploaded(signed_in(client, DATA_ENTRY), round)

    answer = client.get(table_of(address))
    assert lines(answer)[EMAIL].meaning == APART
    assert EMAIL in {one.line.name for one in answer.context["personal_lines"]}
    assert "ana@example.org" not in answer.text

    signed_in(client, ADMINISTRATOR)
    assert "ana@example.org" not in client.get(table_of(address)).text
    saved(client, address)
    assert EMAIL in SavedMapping.objects.get().text.split("[columns]")[0]


# --- What is refused -----------------------------------------------------------------


def test_a_column_that_is_not_decided_is_named_and_the_rest_is_kept(clerk, round):
    address = uploaded(clerk, round)
    page = table_of(address)
    meant = {name: code for name, code in MEANT.items() if name != COLOUR}

    answer = clerk.post(page, decided(clerk.get(page), meant, _read="1"))

    assert answer.status_code == 200
    assert lines(answer)[COLOUR].error
    assert not lines(answer)[FOUNDED].error
    kept = SavedMapping.objects.get()
    assert not kept.is_finished
    assert lines(clerk.get(address))[FOUNDED].meaning == "founded"
    assert SurveyImport.objects.get().mapping == ""


@pytest.mark.parametrize("name", ["", " ", "a\0b", "mechanism-1"])
def test_a_name_that_no_mapping_can_have_is_refused_and_the_rest_stays(
    clerk, round, name
):
    page = table_of(uploaded(clerk, round))

    answer = clerk.post(page, decided(clerk.get(page), MEANT, _save="1", name=name))

    assert answer.context["deciding"].problems
    assert lines(answer)[FOUNDED].meaning == "founded"
    assert not SavedMapping.objects.exists()


def test_half_of_a_mapping_is_kept_and_reads_no_file(clerk, round):
    address = uploaded(clerk, round)
    page = table_of(address)

    answer = clerk.post(
        page, decided(clerk.get(page), {WHO: "mechanism"}, _save="1"), follow=True
    )

    assert "columns are still open" in answer.text
    assert lines(answer)[WHO].meaning == "mechanism"
    again = uploaded(clerk, round, [["rcm", "1990", *ROW[2:]]])
    assert again.endswith("/columns/")
    assert lines(clerk.get(again))[WHO].meaning == "mechanism"


def test_nobody_who_answers_and_two_columns_for_one_question_are_refused(clerk, round):
    page = table_of(uploaded(clerk, round))
    meant = MEANT | {WHO: LEAVE_OUT, COLOUR: "founded"}

    answer = clerk.post(page, decided(clerk.get(page), meant, _read="1"))

    assert "No column says who answers" in answer.text
    assert FOUNDED in lines(answer)[COLOUR].error
    assert not SavedMapping.objects.get().is_finished


def test_leaving_out_what_looks_like_a_question_is_asked(clerk, round):
    text = "In which year was the mechanism established?"
    page = table_of(uploaded(clerk, round, [["rcm", "1996", "yes"]], [WHO, text, "x"]))
    first = clerk.get(page)
    sure = lines(first)[text]
    assert sure.is_sure
    meant = {WHO: "mechanism", text: LEAVE_OUT, "x": "may_publish"}

    answer = clerk.post(page, decided(first, meant, _read="1"))
    assert lines(answer)[text].asks_loss
    assert not SavedMapping.objects.get().is_finished

    more = {f"lose-{sure.id}": "1", "_read": "1"}
    answer = clerk.post(page, decided(answer, meant, **more))
    assert answer.status_code == 302
    assert SavedMapping.objects.get().is_finished


def test_a_column_left_out_is_not_read_even_if_it_has_the_name_of_a_question(
    clerk, round
):
    headings = ["mechanism", "founded", "may_publish", "evolution_text"]
    row = ["rcm", "1996", "yes", "Long ago."]
    sent(clerk, round, plain_csv(headings, [row]))
    survey_import = SurveyImport.objects.get()
    page = table_of(
        reverse("admin:surveys_surveyimport_columns", args=[survey_import.pk])
    )
    first = clerk.get(page)
    assert lines(first)["founded"].meaning == "founded"
    lose = {f"lose-{lines(first)['founded'].id}": "1"}

    answer = clerk.post(
        page, decided(first, {"founded": LEAVE_OUT}, _read="1", **lose), follow=True
    )

    (submitted,) = answer.context["preview"].preparation.normalised.submissions
    assert "founded" not in submitted.answers
    assert submitted.answers["evolution_text"] == "Long ago."


def test_whoever_saves_over_a_colleague_is_told_and_loses_nothing(clerk, round):
    page = table_of(uploaded(clerk, round))
    mine = decided(clerk.get(page), {COLOUR: LEAVE_OUT}, _save="1")
    clerk.post(page, decided(clerk.get(page), {WHO: "mechanism"}, _save="1"))

    answer = clerk.post(page, mine)

    assert answer.status_code == 409
    assert lines(answer)[COLOUR].meaning == LEAVE_OUT
    assert COLOUR not in SavedMapping.objects.get().text
    clerk.post(page, shown(answer) | {"_save": "1"})
    assert COLOUR in SavedMapping.objects.get().text


@pytest.mark.parametrize("name", ["answers (mechanism-1)", "Bodies"])
def test_columns_of_a_mapping_that_a_colleague_deleted_are_kept_and_saved_anew(
    clerk, round, name
):
    page = table_of(uploaded(clerk, round))
    clerk.post(page, decided(clerk.get(page), {WHO: "mechanism"}, _save="1"))
    table = clerk.get(page)
    SavedMapping.objects.all().delete()

    answer = clerk.post(page, decided(table, MEANT, _read="1"))

    assert answer.status_code == 409
    assert "deleted this mapping" in answer.text
    assert {lines(answer)[heading].meaning for heading in MEANT} == {*MEANT.values()}
    assert not SavedMapping.objects.exists()
    clerk.post(page, shown(answer) | {"_save": "1", "name": name})
    kept = SavedMapping.objects.get()
    assert kept.name == name
    assert COLOUR in kept.text


def test_a_mapping_that_a_colleague_deleted_is_kept_on_its_own_page_and_saved_anew(
    clerk, round
):
    saved(clerk, uploaded(clerk, round))
    old = SavedMapping.objects.get()
    page = reverse("admin:surveys_savedmapping_change", args=[old.pk])
    table = clerk.get(page)
    SavedMapping.objects.all().delete()

    answer = clerk.post(page, decided(table, {COLOUR: "founded", FOUNDED: LEAVE_OUT}))

    assert answer.status_code == 409
    assert "deleted this mapping" in answer.text
    assert lines(answer)[COLOUR].meaning == "founded"
    again = clerk.post(page, shown(answer))
    kept = SavedMapping.objects.get()
    assert again.url == reverse("admin:surveys_savedmapping_change", args=[kept.pk])
    assert (kept.name, kept.headings, kept.is_finished) == (
        old.name,
        old.headings,
        True,
    )
    assert lines(clerk.get(again.url))[FOUNDED].meaning == LEAVE_OUT
    assert clerk.get(page).status_code == 404


@pytest.mark.parametrize("text", ["", "schema = [", "schema = 1"])
def test_a_form_that_shows_no_mapping_makes_none(clerk, round, text):
    page = reverse("admin:surveys_savedmapping_change", args=[77])

    answer = clerk.post(page, {"seen": "", "text": text, "name": "Bodies"})

    assert answer.status_code == 404
    assert not SavedMapping.objects.exists()


# --- Later ---------------------------------------------------------------------------


def test_a_saved_mapping_is_changed_without_a_file(clerk, round):
    saved(clerk, uploaded(clerk, round))
    kept = SavedMapping.objects.get()
    page = reverse("admin:surveys_savedmapping_change", args=[kept.pk])

    answer = clerk.get(page)
    clerk.post(page, decided(answer, {COLOUR: "founded", FOUNDED: LEAVE_OUT}))

    answer = clerk.get(page)
    assert lines(answer)[COLOUR].meaning == "founded"
    assert lines(answer)[FOUNDED].meaning == LEAVE_OUT
    kept.refresh_from_db()
    assert kept.is_finished
    assert "senior_officials" in kept.text


def test_the_preview_leads_to_the_columns_of_a_file_that_is_partly_known(clerk, round):
    headings = ["mechanism", "founded", "may_publish", "Favourite colour"]
    answer = sent(clerk, round, plain_csv(headings, [["rcm", "1996", "yes", "blue"]]))
    page = clerk.get(answer.url).text
    (link,) = re.findall(r'href="([^"]+/columns/[^"]*)"', page)

    answer = clerk.get(link)

    assert [line.name for line in answer.context["deciding"].open_lines] == [COLOUR]
    answer = clerk.post(link, decided(answer, {COLOUR: LEAVE_OUT}, _read="1"))
    preview = clerk.get(answer.url).context["preview"]
    assert not preview.file_questions


def test_a_long_file_goes_the_same_way(clerk, round, monkeypatch):
    monkeypatch.setattr(long_imports, "MOST_ROWS_AT_ONCE", 1)
    rows = [ROW, ["rcm", "1990", *ROW[2:]]]
    answer = sent(clerk, round, plain_csv(HEADINGS, rows))
    work_on_next()
    (link,) = re.findall(r'href="([^"]+/columns/)', clerk.get(answer.url).text)

    answer = saved(clerk, link)

    assert answer.status_code == 302
    work_on_next()
    assert "2 new" in clerk.get(answer.url).text


def test_pages_of_many_mappings_ask_the_database_as_often(
    clerk, round, django_assert_max_num_queries
):
    address = uploaded(clerk, round)
    saved(clerk, address)
    text = SavedMapping.objects.get().text
    for number in range(5):
        SavedMapping.objects.create(
            name=f"m{number}", text=text, headings="x", is_finished=True
        )

    with django_assert_max_num_queries(30):
        clerk.get(reverse("admin:surveys_savedmapping_changelist"))
    with django_assert_max_num_queries(40):
        clerk.get(table_of(address))


@pytest.mark.parametrize("role", ROLES)
def test_who_brings_files_in_may_decide_their_columns(client, round, role):
    address = uploaded(signed_in(client, role), round)

    assert client.get(table_of(address)).status_code == 200
    Group.objects.get(name=role).permissions.filter(
        codename="change_savedmapping"
    ).delete()
    assert client.get(table_of(address)).status_code == 403


def test_name_that_a_colleague_took_in_the_same_instant_is_told(clerk, round):
    table = clerk.get(table_of(uploaded(clerk, round)))
    deciding = table.context["deciding"]
    clerk.post(table_of(table.wsgi_request.path), decided(table, MEANT, name="Bodies"))
    one_more = SavedMapping(name="Bodies", headings="f" * 64)

    with pytest.raises(Overtaken):
        keep(one_more, deciding, {"seen": ""}, None, is_finished=False)

    assert SavedMapping.objects.count() == 1


@pytest.mark.parametrize(
    "cell", ["chair@example.org", "+41 22 717 91 11", "Call Ana: 0041227179111"]
)
def test_a_cell_that_leads_to_a_person_is_no_answer_to_choose_a_meaning_for(
    clerk, round, cell
):
    headings = [WHO, FOUNDED, MAY_PUBLISH, "How is it chaired"]
    rows = [["rcm", "1996", "yes", text] for text in ("By all in turn", cell)]
    page = table_of(uploaded(clerk, round, rows, headings))
    meant = {
        WHO: "mechanism",
        FOUNDED: "founded",
        MAY_PUBLISH: "may_publish",
        headings[-1]: "chair_kind",
    }

    answer = clerk.post(page, decided(clerk.get(page), meant))

    written = [one.guess.written for one in answer.context["deciding"].options]
    assert written == ["By all in turn"]
    assert cell not in answer.text
