"""Nobody saves or deletes a shared record over a change that they have not seen."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest
from auditlog.context import set_actor
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from partnerships.models import Organisation
from profiles.admin.overwriting import RefusesToOverwrite, digest_of_records
from profiles.models import ChangeProposal, Profile, Region, State, StateAlias, Theme
from surveys.models import BulkEdit, Recommendation, SavedMapping, SummarySheet
from tests.factories import (
    make_gcm_objective,
    make_mechanism,
    make_organisation,
    make_question,
    make_recommendation,
    make_round,
    make_source,
    make_state,
    make_theme,
)
from tests.profiles.staff_forms import (
    change_url,
    chosen,
    conflicts_of,
    entered,
    errors_of,
)
from tests.serving import environment_of, gunicorn, run_python

HAVE_THEIR_OWN_CHECK = {
    BulkEdit: "no form: it is undone once, which says what somebody changed since",
    ChangeProposal: "no form: a decision says what it saw as stored",
    Profile: "versions of an edition",
    SavedMapping: "no form: a table says which text it showed",
    SummarySheet: "no form: each suggestion is decided once, by a step",
}


def delete_url(record):
    return change_url(record).replace("/change/", "/delete/")


@pytest.fixture
def ana(db):
    return User.objects.create_superuser("ana", first_name="Ana", last_name="Ruiz")


# --- Every form ------------------------------------------------------------------


@pytest.mark.attack("Two people overwrite each other's shared record")
def test_every_form_that_changes_a_record_refuses_to_overwrite(admin_user, rf):
    request = rf.get("/")
    request.user = admin_user
    unguarded = [
        model._meta.label
        for model, its_admin in admin.site._registry.items()
        if its_admin.has_change_permission(request)
        and not isinstance(its_admin, RefusesToOverwrite)
        and model not in HAVE_THEIR_OWN_CHECK
    ]

    assert unguarded == []


def test_no_list_is_edited_in_place():
    # Its rows would be saved past the check.
    assert [a for a in admin.site._registry.values() if a.list_editable] == []


def records():
    theme, state = make_theme(), make_state()
    organisation, mechanism = make_organisation(), make_mechanism()
    return {
        "region": (Region.objects.create(slug="r", name_en="R"), "name_en"),
        "state": (state, "name_en"),
        "alias of a State": (state.aliases.create(name="S"), "name"),
        "objective": (make_gcm_objective(1), "label_en"),
        "theme": (theme, "name_en"),
        "alias of a theme": (theme.aliases.create(name="T"), "name"),
        "source": (make_source(), "title"),
        "organisation": (organisation, "website"),
        "alias of an organisation": (organisation.aliases.create(name="O"), "name"),
        "alias of a mechanism": (mechanism.aliases.create(name="M"), "name"),
        "round": (make_round(), "title"),
        "question": (make_question(), "text_en"),
        "questionnaire": (make_question().questionnaire, "title_en"),
        "account": (User.objects.create_user("account"), "first_name"),
        "role": (Group.objects.create(name="Role"), "name"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kind",
    [
        "region",
        "state",
        "alias of a State",
        "objective",
        "theme",
        "alias of a theme",
        "source",
        "organisation",
        "alias of an organisation",
        "alias of a mechanism",
        "round",
        "question",
        "questionnaire",
        "account",
        "role",
    ],
)
def test_who_saves_second_is_told_and_loses_nothing(admin_client, kind):
    record, field = records()[kind]
    url = change_url(record)
    first, second = entered(admin_client.get(url)), entered(admin_client.get(url))
    theirs, mine = "https://theirs.example/", "https://mine.example/"

    assert admin_client.post(url, first | {field: theirs}).status_code == 302
    answer = admin_client.post(url, second | {field: mine})

    assert answer.status_code == 409, errors_of(answer)
    assert "somebody else saved this record" in errors_of(answer)
    shown = answer.content.decode()
    assert f'value="{mine}"' in shown or f">\n{mine}</textarea>" in shown
    assert conflicts_of(answer) == [(theirs, mine)]
    record.refresh_from_db()
    assert getattr(record, field) == theirs

    # Having seen it, one has to say which is meant.
    undecided = admin_client.post(url, chosen(answer))
    assert undecided.status_code == 409
    assert conflicts_of(undecided) == [(theirs, mine)]
    again = admin_client.post(url, chosen(undecided, keep="mine"))

    assert again.status_code == 302, errors_of(again)
    record.refresh_from_db()
    assert getattr(record, field) == mine


@pytest.mark.django_db
def test_what_a_colleague_saved_can_be_kept(admin_client):
    record = make_theme(name_en="Old")
    url = change_url(record)
    data = entered(admin_client.get(url))
    admin_client.post(url, data | {"name_en": "Theirs"})

    answer = admin_client.post(url, data | {"name_en": "Mine", "name_fr": "Le mien"})
    again = admin_client.post(url, chosen(answer, keep="theirs"))

    assert again.status_code == 302, errors_of(again)
    record.refresh_from_db()
    assert (record.name_en, record.name_fr) == ("Theirs", "Le mien")


@pytest.mark.django_db
def test_what_nobody_touched_here_stays_as_a_colleague_left_it(admin_client):
    record = make_theme(name_en="Old")
    url = change_url(record)
    data = entered(admin_client.get(url))
    objective = make_gcm_objective(3)
    theirs = {"name_en": "Theirs", "gcm_objectives": [objective.pk]}
    assert admin_client.post(url, data | theirs).status_code == 302

    answer = admin_client.post(url, data | {"name_fr": "Le mien"})
    assert answer.status_code == 409
    assert conflicts_of(answer) == []
    again = admin_client.post(url, entered(answer))

    assert again.status_code == 302, errors_of(again)
    record.refresh_from_db()
    assert (record.name_en, record.name_fr) == ("Theirs", "Le mien")
    assert [*record.gcm_objectives.all()] == [objective]


@pytest.mark.django_db
def test_form_that_nobody_overtook_is_saved(admin_client):
    record = make_organisation()
    url = change_url(record)
    data = entered(admin_client.get(url)) | {"slug": ""}
    answer = admin_client.post(url, data)
    assert answer.status_code == 200

    answer = admin_client.post(url, entered(answer) | {"slug": "new"})

    assert answer.status_code == 302, errors_of(answer)
    assert Organisation.objects.get().slug == "new"


@pytest.mark.django_db
@pytest.mark.parametrize("shown", [None, "", "nonsense", "of another record"])
def test_form_that_does_not_tell_what_it_showed_is_refused(admin_client, shown):
    record = make_organisation(name_en="Stored")
    url = change_url(record)
    data = entered(admin_client.get(url)) | {"name_en": "Typed"}
    if shown == "of another record":
        other = change_url(make_organisation())
        data["_shown"] = entered(admin_client.get(other))["_shown"]
    elif shown is None:
        del data["_shown"]
    else:
        data["_shown"] = shown

    answer = admin_client.post(url, data)

    assert answer.status_code == 409
    assert "does not tell what it showed" in errors_of(answer)
    assert ("Name (English)", "Stored", "Typed") in [
        (one.label, one.theirs, one.mine) for one in answer.context["conflicts"]
    ]
    record.refresh_from_db()
    assert record.name_en == "Stored"


@pytest.mark.django_db
def test_it_says_who_changed_which_field_from_what_to_what(admin_client, ana):
    record = make_theme(name_en="Old")
    objective = make_gcm_objective(3)
    url = change_url(record)
    data = entered(admin_client.get(url))
    with set_actor(ana):
        record.name_en = "New"
        record.save()
        record.gcm_objectives.add(objective)

    answer = admin_client.post(url, data | {"position": "7"})

    changes = answer.context["collision"]
    assert {change.who for change in changes} == {"Ana Ruiz"}
    fields = [field for change in changes for field in change.fields]
    assert ("Name (English)", "Old", "New") in fields
    assert "Name" not in {label for label, _old, _new in fields}
    assert [new for label, _old, new in fields if "objectives" in label] == [
        str(objective)
    ]
    # What only one of us changed is nothing to choose.
    assert conflicts_of(answer) == []
    assert "Ana Ruiz" in answer.content.decode()


@pytest.mark.django_db
def test_change_to_what_the_form_does_not_show_is_no_collision(admin_client):
    mechanism = make_mechanism()
    url = change_url(mechanism)
    data = entered(admin_client.get(url))
    # Its editions stand in the form to read only.
    make_mechanism().editions.update(mechanism=mechanism)
    Profile.objects.create(
        mechanism=mechanism, edition=1, name="New", type="regional", status="active"
    )

    answer = admin_client.post(url, data)

    assert answer.status_code == 302, errors_of(answer)


@pytest.mark.django_db
def test_form_of_an_account_tells_nothing_of_its_password(admin_client):
    account = User.objects.create_user("account", password="first-Long-1")
    url = change_url(account)
    data = entered(admin_client.get(url))
    told = signing.loads(data["_shown"], salt=f"shown:auth.user:{account.pk}")
    assert "username" in told["fields"]
    assert not told["fields"].keys() & {"password", "last_login"}
    before = digest_of_records([account])

    # Neither a new password nor a sign-in stands in the way of a form or is undone.
    account.set_password("second-Long-2")
    account.last_login = timezone.now()
    account.save()
    answer = admin_client.post(url, data | {"first_name": "Typed"})

    assert answer.status_code == 302, errors_of(answer)
    stored = User.objects.get(pk=account.pk)
    assert stored.check_password("second-Long-2")
    assert (stored.first_name, stored.last_login) == ("Typed", account.last_login)
    assert digest_of_records([account]) == before


# --- Rows below a record ---------------------------------------------------------


@pytest.fixture
def state(db):
    state = make_state("NPL")
    for name in ("First", "Second", "Third"):
        state.aliases.create(name=name)
    return state


def names_of(state):
    return set(StateAlias.objects.filter(state=state).values_list("name", flat=True))


def test_row_that_a_colleague_changed_is_shown_beside_mine(admin_client, ana, state):
    url = change_url(state)
    data = entered(admin_client.get(url))
    with set_actor(ana):
        alias = state.aliases.get(name="Second")
        alias.name = "Theirs"
        alias.save()

    answer = admin_client.post(url, data | {"aliases-1-name": "Mine"})

    assert answer.status_code == 409
    assert conflicts_of(answer) == [("Theirs", "Mine")]
    assert answer.context["conflicts"][0].label == "Theirs: Name"
    assert [c.fields for c in answer.context["collision"]] == [
        [("Name", "Second", "Theirs")]
    ]
    assert names_of(state) == {"First", "Theirs", "Third"}
    again = admin_client.post(url, chosen(answer, keep="mine"))
    assert again.status_code == 302, errors_of(again)
    assert names_of(state) == {"First", "Mine", "Third"}


def test_row_that_a_colleague_removed_and_nobody_touched_stays_away(
    admin_client, ana, state
):
    url = change_url(state)
    data = entered(admin_client.get(url))
    with set_actor(ana):
        state.aliases.get(name="First").delete()

    answer = admin_client.post(url, data | {"aliases-2-name": "Mine"})
    again = admin_client.post(url, entered(answer))

    assert again.status_code == 302, errors_of(again)
    assert names_of(state) == {"Second", "Mine"}


def test_row_that_a_colleague_changed_is_not_removed_unasked(admin_client, ana, state):
    url = change_url(state)
    data = entered(admin_client.get(url)) | {"aliases-0-DELETE": "on"}
    with set_actor(ana):
        alias = state.aliases.get(name="First")
        alias.name = "Theirs"
        alias.save()

    answer = admin_client.post(url, data)

    assert conflicts_of(answer) == [("changed", "removed")]
    assert admin_client.post(url, chosen(answer)).status_code == 409
    again = admin_client.post(url, chosen(answer, keep="theirs"))
    assert again.status_code == 302, errors_of(again)
    assert names_of(state) == {"Theirs", "Second", "Third"}


def test_row_that_a_colleague_removed_keeps_what_was_typed(admin_client, ana, state):
    url = change_url(state)
    data = entered(admin_client.get(url))
    with set_actor(ana):
        state.aliases.get(name="First").delete()

    answer = admin_client.post(url, data | {"aliases-0-name": "Typed"})

    assert answer.status_code == 409
    assert [(c.who, c.record) for c in answer.context["collision"]] == [
        ("Ana Ruiz", "First")
    ]
    assert 'value="Typed"' in answer.content.decode()
    again = admin_client.post(url, entered(answer))
    assert again.status_code == 302, errors_of(again)
    assert names_of(state) == {"Typed", "Second", "Third"}


def test_row_that_a_colleague_added_is_told_and_stays(admin_client, ana, state):
    url = change_url(state)
    data = entered(admin_client.get(url))
    with set_actor(ana):
        state.aliases.create(name="Another")

    answer = admin_client.post(url, data | {"aliases-0-name": "Typed"})

    assert answer.status_code == 409
    assert [c.record for c in answer.context["collision"]] == ["Another"]
    again = admin_client.post(url, entered(answer))
    assert again.status_code == 302, errors_of(again)
    assert names_of(state) == {"Typed", "Second", "Third", "Another"}


@pytest.mark.django_db
def test_recommendations_of_a_round_are_rows_too(admin_client):
    of_round = make_round()
    recommendation = make_recommendation(of_round)
    url = change_url(of_round)
    data = entered(admin_client.get(url))
    Recommendation.objects.update(status_note="Done.")

    answer = admin_client.post(url, data | {"title": "New title"})

    assert answer.status_code == 409
    assert conflicts_of(answer) == []
    assert admin_client.post(url, entered(answer)).status_code == 302
    recommendation.refresh_from_db()
    assert recommendation.status_note == "Done."


# --- Deleting --------------------------------------------------------------------


@pytest.mark.django_db
def test_record_deleted_meanwhile_shows_what_was_typed(admin_client):
    record = make_theme()
    url = change_url(record)
    data = entered(admin_client.get(url)) | {"name_en": "Typed by me"}
    Theme.objects.all().delete()

    answer = admin_client.post(url, data)

    assert answer.status_code == 410
    assert "Typed by me" in answer.content.decode()
    assert data["_shown"] not in answer.content.decode()


def test_record_changed_meanwhile_is_not_deleted(admin_client, state):
    url = delete_url(state)
    shown = admin_client.get(url).context["shown"]
    state.aliases.create(name="Just now")

    answer = admin_client.post(url, {"post": "yes", "_shown": shown}, follow=True)

    assert "Nothing was deleted" in answer.content.decode()
    assert State.objects.filter(pk=state.pk).exists()
    shown = answer.context["shown"]
    admin_client.post(url, {"post": "yes", "_shown": shown})
    assert not State.objects.filter(pk=state.pk).exists()


@pytest.mark.django_db
def test_selected_records_are_deleted_as_they_were_shown_or_not_at_all(admin_client):
    themes = [make_theme() for _ in range(3)]
    url = reverse("admin:profiles_theme_changelist")
    chosen = {"action": "delete_selected", "_selected_action": [t.pk for t in themes]}
    page = admin_client.post(url, chosen)
    assert f'name="_shown" value="{page.context["shown"]}"' in page.content.decode()
    Theme.objects.filter(pk=themes[1].pk).update(name_en="Changed")
    confirmed = chosen | {"post": "yes", "_shown": page.context["shown"]}

    answer = admin_client.post(url, confirmed, follow=True)

    assert "Nothing was deleted" in answer.content.decode()
    assert Theme.objects.count() == 3
    without = admin_client.post(url, chosen | {"post": "yes"}, follow=True)
    assert "Nothing was deleted" in without.content.decode()
    page = admin_client.post(url, chosen)
    admin_client.post(url, confirmed | {"_shown": page.context["shown"]})
    assert Theme.objects.count() == 0


# --- Merging ---------------------------------------------------------------------


@pytest.mark.django_db
def test_records_changed_since_they_were_compared_are_not_merged(admin_client):
    one, other = make_source(title="One"), make_source(title="Other")
    url = reverse("admin:profiles_recordmerge_add")
    url = f"{url}?kind=profiles.source&records={one.pk},{other.pk}"
    page = admin_client.get(url)
    data = {"keep": one.pk, "_shown": page.context["shown"]}
    type(other).objects.filter(pk=other.pk).update(title="Another title")

    for late in (data, {"keep": one.pk}):
        answer = admin_client.post(url, late, follow=True)

        assert "Nothing was merged" in answer.content.decode()
        assert type(other).objects.filter(pk=other.pk).exists()
    data["_shown"] = answer.context["shown"]
    admin_client.post(url, data)
    assert not type(other).objects.filter(pk=other.pk).exists()


# --- At once, over HTTP ----------------------------------------------------------

SAVERS = 20

OPEN = f"""
import json
from django.contrib.auth.models import User
from django.test import Client
from partnerships.models import Organisation
organisation = Organisation.objects.create(slug="one", name_en="Before")
sessions = []
for number in range({SAVERS}):
    user = User.objects.create_superuser(f"saver-{{number}}")
    client = Client()
    client.force_login(user)
    sessions.append(client.session.session_key)
print(json.dumps([organisation.pk, sessions]))
"""
READ = """
import json
from partnerships.models import Organisation
from auditlog.models import LogEntry
log = LogEntry.objects.get_for_model(Organisation).filter(action=1).order_by("pk")
names = [e.changes["name_en"] for e in log if "name_en" in e.changes]
print(json.dumps([Organisation.objects.get().name_en, names]))
"""


@pytest.mark.attack("Two people overwrite each other's shared record")
@pytest.mark.django_db(transaction=True)
def test_of_twenty_savers_at_once_one_wins_and_all_others_are_told(tmp_path, migrate):
    environment = environment_of(tmp_path, SECOND_FACTOR_REQUIRED="false")
    migrate(environment)
    key, sessions = json.loads(run_python(environment, OPEN))
    path = reverse("admin:partnerships_organisation_change", args=[key])

    with gunicorn(environment, processes=2) as server:

        def send(session, method, body=None):
            connection = http.client.HTTPConnection(
                urlsplit(server).netloc, timeout=120
            )
            headers = {
                "Host": "testserver",
                "Cookie": f"sessionid={session}; csrftoken={'a' * 32}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            connection.close()
            return response.status, text

        status, page = send(sessions[0], "GET")
        assert status == 200
        shown = page.partition('name="_shown" value="')[2].partition('"')[0]
        assert shown

        def save(number):
            data = {
                "_shown": shown,
                "csrfmiddlewaretoken": "a" * 32,
                "slug": "one",
                "name_en": f"Saver {number}",
                "type": "other",
                "aliases-TOTAL_FORMS": "0",
                "aliases-INITIAL_FORMS": "0",
            }
            return send(sessions[number], "POST", urlencode(data))

        with ThreadPoolExecutor(SAVERS) as pool:
            answers = list(pool.map(save, range(SAVERS)))

    statuses = [status for status, _text in answers]
    assert sorted(statuses) == [302] + [409] * (SAVERS - 1)
    winner = f"Saver {statuses.index(302)}"
    stored, log = json.loads(run_python(environment, READ))
    assert stored == winner
    assert log == [["Before", winner]]
    for number, (status, text) in enumerate(answers):
        if status == 409:
            assert f'value="Saver {number}"' in text
            assert f"<ins>{winner}</ins>" in text
