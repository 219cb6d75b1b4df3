"""A shared record that public pages show changes when somebody else lets it pass."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from iscm_registry.roles import ADMINISTRATOR, DATA_ENTRY, REVIEWER
from partnerships.models import Organisation
from profiles import proposing
from profiles.models import ChangeProposal, Notice, State, StateAlias, Theme
from profiles.uses import where_public
from tests.factories import (
    make_contribution,
    make_draft,
    make_gcm_objective,
    make_mechanism,
    make_membership,
    make_organisation,
    make_partnership,
    make_profile,
    make_region,
    make_source,
    make_state,
    make_theme,
    make_theme_focus,
    publish,
)
from tests.profiles.staff_forms import change_url, entered

pytestmark = pytest.mark.django_db


def somebody(role, name=""):
    user = User.objects.create_user(name or role.replace(" ", "-"), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def typist(db):
    return somebody(DATA_ENTRY)


@pytest.fixture
def reviewer(db):
    return somebody(REVIEWER)


@pytest.fixture
def mexico(db):
    state = make_state("MEX", name_en="Mexico")
    draft = make_draft(name="Process of the lakes")
    make_membership(draft, state=state)
    publish(draft)
    return state


def save(client, record, **changed):
    url = change_url(record)
    return client.post(url, entered(client.get(url)) | changed, follow=True)


def decide(client, proposal, decision="_accept", reason="", seen=None):
    url = reverse("admin:profiles_changeproposal_change", args=[proposal.pk])
    page = client.get(url)
    seen = page.context["seen"] if seen is None else seen
    return client.post(
        url, {decision: "1", "reason": reason, "_seen": seen}, follow=True
    )


def test_renaming_a_state_of_published_editions_waits_for_a_reviewer(
    client, typist, reviewer, mexico
):
    answer = save(typist, mexico, name_en="Anáhuac")

    assert "Nothing is changed yet" in answer.content.decode()
    assert "Anáhuac" not in client.get(mexico.get_absolute_url()).content.decode()
    proposal = ChangeProposal.objects.get()
    page = reviewer.get(
        reverse("admin:profiles_changeproposal_change", args=[proposal.pk])
    ).content.decode()
    for said in ("Mexico", "Anáhuac", "Process of the lakes", typist.user.username):
        assert said in page
    assert "Mexico" in reviewer.get(reverse("admin:index")).content.decode()

    decide(reviewer, proposal, reason="Their own name.")

    mexico.refresh_from_db()
    assert mexico.name_en == "Anáhuac"
    assert "Anáhuac" in client.get(mexico.get_absolute_url()).content.decode()
    assert Notice.objects.filter(to=reviewer.user, by=typist.user).exists()
    assert Notice.objects.get(to=typist.user).words == "Their own name."
    told = typist.get(reverse("admin:index")).content.decode()
    assert "Accepted" in told
    assert "Their own name." in told


def test_declining_needs_a_reason_that_the_proposer_reads(typist, reviewer, mexico):
    save(typist, mexico, name_en="Nowhere")
    proposal = ChangeProposal.objects.get()

    answer = decide(reviewer, proposal, "_decline")
    assert "Say why" in answer.content.decode()
    decide(reviewer, proposal, "_decline", "No source says so.")

    proposal.refresh_from_db()
    mexico.refresh_from_db()
    assert proposal.state == "declined"
    assert mexico.name_en == "Mexico"
    told = typist.get(reverse("admin:index")).content.decode()
    assert "No source says so." in told
    answer = decide(reviewer, proposal, seen="")
    assert "decided on this already" in answer.content.decode()


def test_nobody_decides_on_what_they_proposed(reviewer, mexico):
    save(reviewer, mexico, name_en="Nowhere")
    proposal = ChangeProposal.objects.get()
    seen = proposing.digest_of_now(proposal)

    answer = decide(reviewer, proposal, seen=seen)

    mexico.refresh_from_db()
    assert mexico.name_en == "Mexico"
    assert "Somebody else decides" in answer.content.decode()


def test_change_since_the_proposal_is_shown_and_nothing_passes_unseen(
    typist, reviewer, mexico
):
    save(typist, mexico, name_en="Anáhuac")
    proposal = ChangeProposal.objects.get()
    seen = proposing.digest_of_now(proposal)
    State.objects.filter(pk=mexico.pk).update(name_en="Méjico")

    answer = decide(reviewer, proposal, seen=seen)

    mexico.refresh_from_db()
    assert mexico.name_en == "Méjico"
    page = answer.content.decode()
    assert "Nothing was changed" in page
    assert "Méjico" in page
    assert "changed since" in page
    decide(reviewer, proposal)
    mexico.refresh_from_db()
    assert mexico.name_en == "Anáhuac"


def test_record_that_went_meanwhile_is_told(typist, reviewer, mexico):
    save(typist, mexico, name_en="Anáhuac")
    proposal = ChangeProposal.objects.get()
    mexico.memberships.all()._raw_delete("default")
    mexico.delete()

    answer = decide(reviewer, proposal)

    assert "is not there any more" in answer.content.decode()
    proposal.refresh_from_db()
    assert proposal.is_waiting


def test_aliases_that_the_search_finds_wait_too(typist, reviewer, mexico):
    known = mexico.aliases.create(name="Méjico")
    prefix = "aliases"
    new = {f"{prefix}-1-name": "Aztlan", f"{prefix}-TOTAL_FORMS": "2"}

    save(typist, mexico, **new, **{f"{prefix}-0-name": "Mejico"})
    url = reverse("admin:profiles_statealias_add")
    typist.post(url, {"name": "Tenochtitlan", "state": mexico.pk})
    assert set(StateAlias.objects.values_list("name", flat=True)) == {"Méjico"}

    for proposal in ChangeProposal.objects.waiting():
        decide(reviewer, proposal)
    names = set(StateAlias.objects.values_list("name", flat=True))
    assert names == {"Mejico", "Aztlan", "Tenochtitlan"}

    # Reviewers may remove one, and propose that as well.
    save(reviewer, mexico, **{f"{prefix}-0-DELETE": "on"})
    delete = reverse("admin:profiles_statealias_delete", args=[known.pk])
    assert "remove it in the form" in reviewer.get(delete).content.decode()
    assert StateAlias.objects.count() == 3
    decide(somebody(REVIEWER, "another"), ChangeProposal.objects.waiting().get())
    assert StateAlias.objects.count() == 2


def test_record_that_no_public_page_shows_changes_at_once(typist):
    state = make_membership(make_draft()).state

    save(typist, state, name_en="Elsewhere")

    state.refresh_from_db()
    assert state.name_en == "Elsewhere"
    assert not ChangeProposal.objects.exists()


def test_lists_of_a_theme_wait_with_it(typist, reviewer):
    theme, objective = make_theme(), make_gcm_objective()
    draft = make_draft()
    make_theme_focus(draft, theme=theme)
    publish(draft)

    save(typist, theme, gcm_objectives=[objective.pk])

    assert not theme.gcm_objectives.exists()
    decide(reviewer, ChangeProposal.objects.get())
    assert theme.gcm_objectives.get() == objective


@pytest.mark.parametrize("role", [DATA_ENTRY, REVIEWER, ADMINISTRATOR])
def test_table_becomes_a_proposal_for_those_who_may_not_act_at_once(role):
    client = somebody(role)
    draft = make_draft()
    shown = make_organisation(slug="unhcr", name_en="UNHCR")
    make_partnership(draft, organisation=shown)
    publish(draft)
    unused = make_organisation(slug="unused", name_en="Unused")
    table = (
        "slug,name_en,type\n"
        "unhcr,Refugee agency,un_entity\n"
        "unused,Still unused,un_entity\n"
        "fresh,A fresh one,un_entity\n"
    )
    upload = SimpleUploadedFile("organisations.csv", table.encode())
    page = client.post(
        reverse("admin:partnerships_organisation_import"),
        {"import_file": upload, "format": "0", "resource": "0"},
    )
    assert not ChangeProposal.objects.exists()
    form = page.context["confirm_form"]

    client.post(
        reverse("admin:partnerships_organisation_process_import"),
        {name: form[name].value() for name in form.fields},
    )

    names = dict(Organisation.objects.values_list("slug", "name_en"))
    assert names["fresh"] == "A fresh one"
    assert names["unused"] == "Still unused"
    if role == ADMINISTRATOR:
        assert names["unhcr"] == "Refugee agency"
        return
    assert names["unhcr"] == "UNHCR"
    assert "become" in page.content.decode()
    proposal = ChangeProposal.objects.get()
    assert proposal.by == client.user
    decide(somebody(REVIEWER, "another"), proposal)
    shown.refresh_from_db()
    unused.refresh_from_db()
    assert shown.name_en == "Refugee agency"


def test_table_of_aliases_and_lists_waits_likewise(typist, reviewer, mexico):
    theme, objective = make_theme(slug="return"), make_gcm_objective(number=21)
    draft = make_draft()
    make_theme_focus(draft, theme=theme)
    publish(draft)

    for kind, table in (
        ("statealias", "name,state\nAztlan,MEX\n"),
        ("theme", "slug,gcm_objectives\nreturn,21\n"),
    ):
        upload = SimpleUploadedFile("table.csv", table.encode())
        page = typist.post(
            reverse(f"admin:profiles_{kind}_import"),
            {"import_file": upload, "format": "0", "resource": "0"},
        )
        form = page.context["confirm_form"]
        typist.post(
            reverse(f"admin:profiles_{kind}_process_import"),
            {name: form[name].value() for name in form.fields},
        )
    assert not StateAlias.objects.exists()
    assert not theme.gcm_objectives.exists()

    for proposal in ChangeProposal.objects.waiting():
        decide(reviewer, proposal)
    assert StateAlias.objects.get().state == mexico
    assert Theme.objects.get(slug="return").gcm_objectives.get() == objective


# --- Where the public sees a record ----------------------------------------------


def test_place_is_any_published_edition_that_names_a_record_in_public():
    theme, objective, region = make_theme(), make_gcm_objective(), make_region()
    source, hidden = make_source(), make_source()
    theme.gcm_objectives.add(objective)
    draft = make_draft()
    draft.regions.add(region)
    contribution = make_contribution(draft, source=source)
    contribution.themes.add(theme)
    make_membership(draft, source=hidden, is_public=False)
    everything = (theme, objective, region, source, draft.mechanism)

    assert not any(where_public(record) for record in everything)
    publish(draft)

    assert all(where_public(record) for record in everything)
    assert not where_public(hidden)
    assert not where_public(make_mechanism())
    published = make_profile()
    assert where_public(published.mechanism.aliases.create(name="The process"))
