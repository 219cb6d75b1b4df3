"""Who may do what: each role, each staff address, each step, each state.

The tables below are the rule; the addresses are read from the URLconf. A new staff
page without a row fails here.
"""

import datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import timezone

from iscm_registry.roles import (
    ADMINISTRATOR,
    DATA_ENTRY,
    REVIEWER,
    ROLES,
    fill_groups,
    granted,
)
from profiles import editions, redacting, source_files
from profiles.admin.overwriting import digest_of_records
from profiles.admin.steps import STEPS
from profiles.admin.three_ways import SHOWN
from profiles.edition_parts import Part
from profiles.models import ChangeProposal, Comment, Profile, fact_kinds
from profiles.proposing import digest_of_now
from profiles.vocabularies import EditionState
from tests.factories import (
    in_state,
    make_bulk_edit,
    make_draft,
    make_error_report,
    make_full_draft,
    make_membership,
    make_organisation,
    make_personal_details,
    make_profile,
    make_proposal,
    make_question,
    make_questionnaire,
    make_round,
    make_saved_mapping,
    make_source,
    make_state,
    make_suggestion,
    make_survey_import,
    make_waiting_import,
    publish,
)
from tests.profiles.staff_forms import entered

pytestmark = pytest.mark.django_db

NOBODY = "staff without a role"
ANONYMOUS = "anonymous"
EVERYBODY = (ANONYMOUS, NOBODY, *ROLES)

ALL = {DATA_ENTRY, REVIEWER, ADMINISTRATOR}
REVIEWERS = {REVIEWER, ADMINISTRATOR}
ADMINISTRATORS = {ADMINISTRATOR}
NONE: set[str] = set()


def client_of(role):
    client = Client()
    if role == ANONYMOUS:
        return client
    user = User.objects.create_user(role.replace(" ", "-"), is_staff=True)
    if role != NOBODY:
        user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


def assert_refused(role, answer):
    where = f"{role}: {answer.request['REQUEST_METHOD']} {answer.request['PATH_INFO']}"
    # A form that arrives without a session is not sent away: see sign_in.
    if role == ANONYMOUS and answer.request["REQUEST_METHOD"] == "GET":
        assert answer.status_code == 302, where
        assert "login" in answer.url, where
    else:
        assert answer.status_code == 403, where
    assert "no-store" in answer["Cache-Control"], where


def assert_answered(role, answer):
    where = f"{role}: {answer.request['REQUEST_METHOD']} {answer.request['PATH_INFO']}"
    assert answer.status_code not in (403, 404, 405, 500), where
    assert not (answer.status_code == 302 and "login" in answer.url), where
    assert "no-store" in answer["Cache-Control"], where


# --- The groups ------------------------------------------------------------------


def test_groups_come_with_the_database():
    for role, names in granted().items():
        has = Group.objects.get(name=role).permissions.select_related("content_type")
        assert {f"{p.content_type.app_label}.{p.codename}" for p in has} == names


def test_each_role_may_do_what_the_one_before_may_and_more():
    roles = granted()

    assert roles[DATA_ENTRY] < roles[REVIEWER] < roles[ADMINISTRATOR]


def test_groups_are_filled_up_again_and_nothing_is_taken_away():
    group = Group.objects.get(name=DATA_ENTRY)
    extra = Permission.objects.get(codename="add_recordmerge")
    before = group.permissions.count()
    group.permissions.remove(group.permissions.first())
    group.permissions.add(extra)

    fill_groups()
    fill_groups()

    assert group.permissions.count() == before + 1
    assert group.permissions.filter(pk=extra.pk).exists()
    assert Group.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_groups_are_there_after_a_flush_too():
    call_command("flush", interactive=False, verbosity=0)

    names = set(Group.objects.values_list("name", flat=True))
    assert names == set(ROLES)
    assert Group.objects.get(name=REVIEWER).permissions.filter(
        codename="publish_profile"
    )


# --- Every staff address ---------------------------------------------------------

PAGES = ("changelist", "add", "change", "delete", "history")
OF_A_LIST = ("changelist", "add")

# Who may read each page of the kinds of records, and who may send something to it.
REFERENCE = {
    "changelist": (ALL, ALL),
    "add": (ALL, ALL),
    "change": (ALL, ALL),
    "delete": (REVIEWERS, REVIEWERS),
    "history": (ALL, ALL),
}
PEOPLE = dict.fromkeys(PAGES, (ADMINISTRATORS, ADMINISTRATORS))
SIGN_INS = PEOPLE | {
    "add": (NONE, NONE),
    "change": (ADMINISTRATORS, NONE),
}
READ_ONLY = {
    "changelist": (ALL, ALL),
    "add": (NONE, NONE),
    "change": (ALL, NONE),
    "delete": (NONE, NONE),
    "history": (ALL, ALL),
}
EDITIONS = REFERENCE | {"delete": (NONE, NONE)}
WHILE_UNANSWERED = dict.fromkeys(PAGES, (ALL, ALL))
ROUNDS = REFERENCE | {"delete": (ADMINISTRATORS, ADMINISTRATORS)}
PERSONAL = {
    "changelist": (ADMINISTRATORS, ADMINISTRATORS),
    "add": (NONE, NONE),
    "change": (ADMINISTRATORS, NONE),
    "delete": (NONE, NONE),
    "history": (ADMINISTRATORS, ADMINISTRATORS),
}
# Readers send them; an answer is public at once.
REPORTS = {
    "changelist": (ALL, ALL),
    "add": (NONE, NONE),
    "change": (ALL, REVIEWERS),
    "delete": (REVIEWERS, REVIEWERS),
    "history": (ALL, ALL),
}
# Its form is the upload; applying, undoing and discarding are pages of their own.
IMPORTS = REFERENCE | {"delete": (NONE, NONE)}
# Its form asks, shows and applies; undoing is a page of its own.
BULK_EDITS = REFERENCE | {"delete": (NONE, NONE)}
# The page of an import's columns makes them.
SAVED_MAPPINGS = REFERENCE | {"add": (NONE, NONE)}
# Saving a form makes them; somebody else decides.
PROPOSALS = READ_ONLY | {"change": (ALL, REVIEWERS)}
MERGES = READ_ONLY | {"add": (ADMINISTRATORS, ADMINISTRATORS), "change": (ALL, ALL)}

KINDS = {
    **{kind._meta.label_lower: READ_ONLY for kind in fact_kinds()},
    "profiles.comment": READ_ONLY,
    "profiles.editionevent": READ_ONLY,
    "profiles.redaction": READ_ONLY,
    "profiles.linkcheck": READ_ONLY,
    "auditlog.logentry": READ_ONLY,
    "profiles.profile": EDITIONS,
    "profiles.mechanism": REFERENCE,
    "profiles.mechanismalias": REFERENCE,
    "profiles.region": REFERENCE,
    "profiles.state": REFERENCE,
    "profiles.statealias": REFERENCE,
    "profiles.gcmobjective": REFERENCE,
    "profiles.theme": REFERENCE,
    "profiles.themealias": REFERENCE,
    "profiles.source": REFERENCE,
    "partnerships.organisation": REFERENCE,
    "partnerships.organisationalias": REFERENCE,
    "profiles.recordmerge": MERGES,
    "profiles.changeproposal": PROPOSALS,
    "surveys.round": ROUNDS,
    "surveys.questionnaire": ROUNDS,
    "surveys.question": WHILE_UNANSWERED,
    "surveys.submission": READ_ONLY,
    "surveys.personaldetails": PERSONAL,
    "corrections.errorreport": REPORTS,
    "corrections.reportsender": PERSONAL,
    "surveys.surveyimport": IMPORTS,
    "surveys.summarysheet": IMPORTS,
    "surveys.bulkedit": BULK_EDITS,
    "surveys.savedmapping": SAVED_MAPPINGS,
    "auth.user": PEOPLE,
    "auth.group": PEOPLE,
    "mfa.authenticator": SIGN_INS,
    "socialaccount.socialaccount": SIGN_INS,
    "usersessions.usersession": SIGN_INS,
}

# Pages beside those of Django: what to put into the address, who may read, who may
# send. They concern an open edition; what depends on its state stands further down.
OTHER_PAGES = {
    "admin:profiles_profile_review": ("open", ALL, ALL),
    "admin:profiles_profile_step": ("step", ALL, ALL),
    "admin:profiles_profile_compare": ("two", ALL, ALL),
    "admin:profiles_profile_round": ("round of review", ALL, ALL),
    "admin:profiles_profile_comments": ("open", ALL, ALL),
    "admin:profiles_profile_hand_over": ("", ALL, ALL),
    "admin:profiles_profile_owner": ("open", None, ALL),
    "admin:profiles_source_files": ("source", ALL, ALL),
    "admin:profiles_source_file": ("file", ALL, None),
    "admin:profiles_profile_redact": ("public", REVIEWERS, REVIEWERS),
    "admin:profiles_redaction_lift": ("redaction", ADMINISTRATORS, ADMINISTRATORS),
    "admin:profiles_profile_presence": ("open", None, ALL),
    "admin:profiles_profile_paste_states": ("open", ALL, ALL),
    "admin:profiles_profile_fact": ("fact", ALL, None),
    "admin:profiles_profile_pencils": ("", ALL, None),
    "admin:profiles_profile_correct": ("mechanism", None, ALL),
    "admin:profiles_notice_changelist": ("", ALL, None),
    "admin:profiles_notice_letters": ("", None, ALL),
    "admin:profiles_notice_read": ("", None, ALL),
    "profile-preview": ("pk", ALL, None),
    "admin:auditlog_logentry_export": ("", ADMINISTRATORS, None),
    "admin:profiles_recordmerge_two": ("", ADMINISTRATORS, ADMINISTRATORS),
    "admin:profiles_recordmerge_undo": ("merge", ADMINISTRATORS, ADMINISTRATORS),
    "admin:surveys_round_results": ("round", ALL, None),
    "admin:surveys_round_results_csv": ("round", ALL, None),
    "admin:surveys_round_results_xlsx": ("round", ALL, None),
    "admin:surveys_questionnaire_new_version": ("questionnaire", None, ALL),
    "admin:surveys_personaldetails_forget": ("", ADMINISTRATORS, ADMINISTRATORS),
    "admin:surveys_surveyimport_apply": ("import", None, ALL),
    "admin:surveys_surveyimport_columns": ("import", ALL, ALL),
    "admin:surveys_summarysheet_decide": ("suggestion", None, ALL),
    "admin:surveys_summarysheet_section": ("section of a sheet", None, ALL),
    "admin:surveys_surveyimport_undo": ("applied", REVIEWERS, REVIEWERS),
    "admin:surveys_bulkedit_undo": ("bulk edit", ALL, ALL),
    "admin:surveys_surveyimport_discard": ("import", REVIEWERS, REVIEWERS),
    "admin:surveys_surveyimport_report": ("report", ALL, None),
    "admin:auth_user_password_change": ("user", ADMINISTRATORS, ADMINISTRATORS),
    **{
        f"admin:{kind}_{page}": row
        for kind in (
            "profiles_source",
            "profiles_theme",
            "profiles_themealias",
            "profiles_statealias",
            "partnerships_organisation",
            "partnerships_organisationalias",
        )
        for page, row in {
            "import": ("", ALL, ALL),
            "process_import": ("", None, ALL),
            "export": ("", ALL, ALL),
        }.items()
    },
    # Without a record, so for who may make one: nobody makes a report of an error here.
    **{
        f"admin:{kind.replace('.', '_')}_unsaved": ("", None, pages["add"][1])
        for kind, pages in KINDS.items()
        for form in (REFERENCE, EDITIONS, ROUNDS, WHILE_UNANSWERED, REPORTS)
        if pages is form
    },
}

# Pages that every member of staff may see, whatever their role, or that only pass
# what is asked on to a page with a row of its own.
FOR_ALL_STAFF = {
    "admin:index",
    "admin:login",
    "admin:logout",
    "admin:password_change",
    "admin:password_change_done",
    "admin:autocomplete",
    "admin:jsi18n",
    "admin:view_on_site",
    # Each passes on the notices to its reader, and none of another.
    "admin:profiles_notice_change",
    "admin:app_list",
    "staff-guide",
    "staff-guide-page",
    "staff-login",
    "staff-password",
    "staff-password-done",
}


def staff_names(resolver=None, path="", namespace=""):
    """Yield the name of each address below /admin/, read from the URLconf."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = f"{path}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            # Without a name: the admin's redirects of old addresses, and its 404.
            if here.startswith("admin/") and pattern.name:
                yield f"{namespace}{pattern.name}"
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from staff_names(pattern, here, namespace + inner)


def pages_of_kinds():
    return {
        f"admin:{kind.replace('.', '_')}_{page}": (kind, page, *allowed)
        for kind, pages in KINDS.items()
        for page, allowed in pages.items()
    }


@pytest.mark.attack("Somebody does what their role may not")
def test_every_staff_address_has_a_row():
    named = set(staff_names())

    rows = {*pages_of_kinds(), *OTHER_PAGES, *FOR_ALL_STAFF}

    assert len(named) > 100
    missing = sorted(named - rows)
    assert not missing, (
        f"Who may see {', '.join(missing)}? Add a row to KINDS, OTHER_PAGES or "
        f"FOR_ALL_STAFF in {__name__}."
    )


def records():
    """Make a record of every kind that has pages, and return them by their label."""
    draft = make_full_draft()
    make_state("CRI").aliases.create(name="Kostarika")
    draft.mechanism.aliases.create(name="The process")
    draft.theme_focuses.first().theme.aliases.create(name="Its theme")
    make_question()
    make_personal_details()
    make_error_report(email="reader@example.org")
    make_waiting_import()
    make_saved_mapping()
    organisation = draft.partnerships.get().organisation
    organisation.aliases.create(name="Another name")
    make_suggestion(draft)
    Comment.objects.create(
        mechanism=draft.mechanism,
        kind="profiles.membership",
        uid=draft.memberships.first().uid,
        text="Which year?",
    )
    make_proposal(organisation)
    found = {}
    for label in KINDS:
        model = apps.get_model(label)
        record = model._default_manager.first()
        found[label] = record.pk if record else None
    return found


@pytest.mark.no_cover
@pytest.mark.parametrize("role", EVERYBODY)
def test_pages_of_every_kind_of_record_are_for_those_of_the_table(role):
    client = client_of(role)
    pks = records()
    for name, (kind, page, may_read, may_send) in pages_of_kinds().items():
        arguments = []
        if page not in OF_A_LIST:
            if pks[kind] is None:
                continue
            arguments = [pks[kind]]
        try:
            url = reverse(name, args=arguments)
        except NoReverseMatch:
            assert not admin.site.is_registered(apps.get_model(kind)), name
            continue
        answer = client.get(url)
        (assert_answered if role in may_read else assert_refused)(role, answer)
        if role not in may_send:
            assert_refused(role, client.post(url, {}))


@pytest.mark.no_cover
@pytest.mark.parametrize("role", EVERYBODY)
def test_other_pages_are_for_those_of_the_table(role):
    client = client_of(role)
    known = set(staff_names())
    published = make_profile()
    edition = editions.open_draft(published.mechanism)
    suggestion = make_suggestion(edition)
    returned = make_draft()
    editions.submit(returned)
    editions.send_back(returned, note="Once more.")
    arguments = {
        "": [],
        "open": [edition.pk],
        "fact": [edition.pk, "memberships", 0, make_membership(edition).uid],
        "mechanism": [published.mechanism.slug],
        "pk": [edition.pk],
        "step": [edition.pk, "submit"],
        "two": [edition.pk, published.pk],
        "round of review": [returned.pk, returned.events.latest("pk").pk],
        "public": [published.pk],
        "source": [make_source().pk],
        "file": [source_files.add(make_source(), "a.pdf", b"%PDF-", by=None).key],
        "redaction": [redacted(published).pk],
        "merge": [merged().pk],
        "user": [User.objects.create_user("somebody").pk],
        "questionnaire": [make_questionnaire().pk],
        "round": [make_round().pk],
        "import": [make_waiting_import().pk],
        "suggestion": [suggestion.sheet.pk, suggestion.pk, "reject"],
        "section of a sheet": [suggestion.sheet.pk, "structure", "accept"],
        "report": [make_waiting_import().pk, "csv"],
        "applied": [make_survey_import(state="applied").pk],
        "bulk edit": [make_bulk_edit().pk],
    }
    for name, (what, may_read, may_send) in OTHER_PAGES.items():
        if name not in known:
            continue
        url = reverse(name, args=arguments[what])
        for method, allowed in ((client.get, may_read), (client.post, may_send)):
            if allowed is None:
                continue
            answer = method(url)
            (assert_answered if role in allowed else assert_refused)(role, answer)
            # A file is closed once it was read.
            answer.getvalue()


def redacted(edition):
    part = Part("profiles.profile", "", "sources")
    [redaction] = redacting.redact(edition, part, reason="Wrong.")
    return redaction


def merged():
    from iscm_registry import merging

    return merging.merge(make_source(), make_source(), by=None)


@pytest.mark.parametrize("role", EVERYBODY)
def test_records_are_merged_by_administrators(role):
    client = client_of(role)
    kept, removed = make_organisation(), make_organisation()
    url = reverse("admin:profiles_recordmerge_add")
    url += f"?kind=partnerships.organisation&records={kept.pk},{removed.pk}"

    # A post says what it showed, so the right alone decides.
    for record in (kept, removed):
        record.refresh_from_db()
    shown = digest_of_records(sorted((kept, removed), key=lambda one: one.pk))
    confirmed = {"keep": kept.pk, SHOWN: shown}
    for answer in (client.get(url), client.post(url, confirmed)):
        if role == ADMINISTRATOR:
            assert_answered(role, answer)
        else:
            assert_refused(role, answer)

    still_there = type(removed).objects.filter(pk=removed.pk).exists()
    assert still_there == (role != ADMINISTRATOR)


def public_state():
    draft = make_draft()
    state = make_membership(draft).state
    publish(draft)
    return state


# Who changes a record that public pages show at once, and whose change waits.
@pytest.mark.parametrize("role", EVERYBODY)
def test_records_that_the_public_sees_change_at_once_for_administrators(role):
    client = client_of(role)
    state = public_state()
    url = reverse("admin:profiles_state_change", args=[state.pk])
    answer = client.get(url)
    if role not in ALL:
        assert_refused(role, answer)
        return

    client.post(url, entered(answer) | {"name_en": "Elsewhere"})

    state.refresh_from_db()
    assert (state.name_en == "Elsewhere") == (role == ADMINISTRATOR)
    assert ChangeProposal.objects.waiting().exists() == (role != ADMINISTRATOR)


@pytest.mark.parametrize("decision", ["_accept", "_decline"])
@pytest.mark.parametrize("role", EVERYBODY)
def test_proposed_changes_are_decided_by_reviewers_and_never_by_oneself(role, decision):
    client = client_of(role)
    state = public_state()
    before = state.name_en
    own = make_proposal(state, by=User.objects.filter(groups__name=role).first())
    other = make_proposal(state, by=User.objects.create_user("somebody"))

    for proposal in (own, other):
        url = reverse("admin:profiles_changeproposal_change", args=[proposal.pk])
        said = {decision: "1", "reason": "Why", "_seen": digest_of_now(proposal)}
        answer = client.post(url, said)
        (assert_answered if role in REVIEWERS else assert_refused)(role, answer)

    own.refresh_from_db()
    other.refresh_from_db()
    state.refresh_from_db()
    is_decided = role in REVIEWERS
    assert own.is_waiting or own.by is None
    assert other.is_waiting != is_decided
    changed = is_decided and decision == "_accept"
    assert state.name_en == ("Elsewhere" if changed else before)


# --- Steps: role × step × state --------------------------------------------------

# Who may take a step, in which states, and what the edition then is.
STEPS_ALLOWED = {
    "open-draft": (ALL, {"published"}, "published"),
    "restore": (ALL, {"superseded", "withdrawn"}, None),
    "submit": (ALL, {"draft"}, "in_review"),
    "submit-and-publish": (REVIEWERS, {"draft"}, "published"),
    "publish": (REVIEWERS, {"in_review"}, "published"),
    "schedule": (REVIEWERS, {"in_review"}, "in_review"),
    "unschedule": (REVIEWERS, {"in_review"}, "in_review"),
    "send-back": (REVIEWERS, {"in_review"}, "draft"),
    "withdraw": (REVIEWERS, {"published", "superseded"}, "withdrawn"),
    "discard": (REVIEWERS, {"draft", "in_review"}, "gone"),
}


def tomorrow():
    return timezone.localtime() + datetime.timedelta(days=1)


def state_of(edition):
    found = Profile.objects.filter(pk=edition.pk).values_list("state", flat=True)
    return found.first() or "gone"


def fingerprint(edition):
    """Return all that a step can change."""
    found = Profile.objects.filter(mechanism=edition.mechanism_id)
    return list(found.order_by("pk").values_list("pk", "state", "publish_at"))


def test_every_step_has_a_row():
    assert set(STEPS) == set(STEPS_ALLOWED)


@pytest.mark.no_cover
@pytest.mark.attack("Somebody does what their role may not")
@pytest.mark.parametrize("state", EditionState.values)
@pytest.mark.parametrize("step", STEPS_ALLOWED)
def test_steps_are_for_the_roles_and_states_of_the_table(step, state, settings):
    settings.FOUR_EYES = step != "submit-and-publish"
    roles, states, afterwards = STEPS_ALLOWED[step]
    said = {
        "note": "Why",
        "reason": "Why",
        "publish_at": tomorrow().strftime("%Y-%m-%dT%H:%M"),
    }
    for role in EVERYBODY:
        client = client_of(role)
        edition = in_state(state)
        if step == "unschedule" and state == EditionState.IN_REVIEW:
            editions.schedule(edition, tomorrow())
        before = fingerprint(edition)
        url = reverse("admin:profiles_profile_step", args=[edition.pk, step])

        asked = client.get(url)
        assert fingerprint(edition) == before, "asking takes no step"
        answer = client.post(url, said)

        if role not in roles:
            assert_refused(role, asked)
            assert_refused(role, answer)
            assert fingerprint(edition) == before
        elif state not in states:
            assert_answered(role, answer)
            assert fingerprint(edition) == before
        else:
            assert_answered(role, answer)
            assert fingerprint(edition) != before, (role, step, state)
            assert state_of(edition) == (afterwards or state)


# --- The form and its side views: role × state -----------------------------------


@pytest.mark.no_cover
@pytest.mark.parametrize("state", EditionState.values)
@pytest.mark.parametrize("role", EVERYBODY)
def test_only_open_editions_are_written_and_by_roles_only(role, state):
    client = client_of(role)
    edition = in_state(state)
    is_open = state in (EditionState.DRAFT, EditionState.IN_REVIEW)
    may_write = role in ALL and is_open

    form = client.get(reverse("admin:profiles_profile_change", args=[edition.pk]))
    (assert_answered if role in ALL else assert_refused)(role, form)
    if role in ALL:
        assert ('name="name_en"' in form.content.decode()) == may_write

    for page in ("change", "presence", "paste_states"):
        url = reverse(f"admin:profiles_profile_{page}", args=[edition.pk])
        answer = client.post(url, {})
        (assert_answered if may_write else assert_refused)(role, answer)
    edition.refresh_from_db()
    assert edition.state == state


@pytest.mark.no_cover
@pytest.mark.parametrize("state", EditionState.values)
@pytest.mark.parametrize("role", EVERYBODY)
def test_editions_of_every_state_are_read_by_all_roles(role, state):
    client = client_of(role)
    edition = in_state(state)
    other = (
        editions.open_draft(edition.mechanism, base=edition)
        if (not edition.is_open)
        else edition
    )

    for url in (
        reverse("admin:profiles_profile_review", args=[edition.pk]),
        reverse("admin:profiles_profile_history", args=[edition.pk]),
        reverse("admin:profiles_profile_compare", args=[edition.pk, other.pk]),
        reverse("profile-preview", args=[edition.pk]),
    ):
        answer = client.get(url)
        (assert_answered if role in ALL else assert_refused)(role, answer)


# --- Four eyes -------------------------------------------------------------------


@pytest.mark.attack("Somebody does what their role may not")
@pytest.mark.parametrize("role", [REVIEWER, ADMINISTRATOR])
@pytest.mark.parametrize("step", ["publish", "schedule", "submit-and-publish"])
def test_nobody_publishes_their_own_submission_whatever_their_role(role, step):
    client = client_of(role)
    edition = make_draft()
    if step != "submit-and-publish":
        editions.submit(edition, by=User.objects.get(groups__name=role))
    before = fingerprint(edition)

    client.post(
        reverse("admin:profiles_profile_step", args=[edition.pk, step]),
        {"note": "", "publish_at": tomorrow().strftime("%Y-%m-%dT%H:%M")},
    )

    assert fingerprint(edition) == before


def test_superuser_is_bound_by_four_eyes_too(admin_client, admin_user):
    edition = make_draft()
    editions.submit(edition, by=admin_user)

    admin_client.post(
        reverse("admin:profiles_profile_step", args=[edition.pk, "publish"])
    )

    assert state_of(edition) == "in_review"


def test_data_entry_does_not_remove_facts_past_the_form():
    client = client_of(DATA_ENTRY)
    seat = make_membership(make_draft())

    url = reverse("admin:profiles_membership_changelist")
    client.post(
        url,
        {"action": "delete_selected", "_selected_action": [seat.pk], "post": "yes"},
    )

    assert type(seat).objects.filter(pk=seat.pk).exists()
