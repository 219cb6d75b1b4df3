"""Addresses by a key that was changed: they lead to the record for good."""

import pytest
from django.core.exceptions import ValidationError

from iscm_registry import merging, revision
from partnerships.models import Organisation
from profiles import editions
from profiles.models import EarlierKey, Mechanism, Theme
from tests import factories as make

pytestmark = pytest.mark.django_db


def rename(record, *keys):
    """Change the key that stands in a record's address, once for each of `keys`."""
    for key in keys:
        setattr(record, record.address_field, key)
        record.full_clean()
        record.save()
    return record


@pytest.fixture
def rcm():
    """A published mechanism, its organisation and its theme."""
    draft = make.make_draft(make.make_mechanism(slug="puebla"), name="Conference")
    make.make_partnership(draft, make.make_organisation(slug="hcr"))
    make.make_theme_focus(draft, make.make_theme("smuggling"))
    return make.publish(draft).mechanism


def leads(client, address) -> tuple:
    answer = client.get(address)
    return answer.status_code, answer.headers.get("Location")


@pytest.mark.parametrize(
    "below",
    ["", "editions/", "editions/1/", "editions/1/?utm=1", "editions/9/", "a%20b/é/"],
)
def test_every_address_below_the_earlier_key_leads_on(client, rcm, below):
    rename(rcm, "rcm")
    if "?" in below:
        assert client.get(f"/mechanisms/puebla/{below}").status_code == 400
        return
    to = f"/mechanisms/rcm/{below}".replace("é", "%C3%A9")

    assert leads(client, f"/mechanisms/puebla/{below}") == (301, to)
    known = below in ("", "editions/", "editions/1/")
    assert client.get(to).status_code == (200 if known else 404)


def test_the_query_is_kept(client, rcm):
    theme = rename(Theme.objects.get(slug="smuggling"), "smuggling-of-migrants")

    asked = "/themes/smuggling/?mechanisms_page=1&contributions_page=1"

    assert leads(client, asked) == (
        301,
        f"{theme.get_absolute_url()}?mechanisms_page=1&contributions_page=1",
    )


def test_records_of_every_kind_with_a_page_lead_on(client, rcm):
    make.make_state("ROM")
    renamed = [
        (rename(Theme.objects.get(slug="smuggling"), "s"), "/themes/smuggling/"),
        (rename(Organisation.objects.get(slug="hcr"), "unhcr"), "/partners/hcr/"),
        (rename(make.make_state("ROM"), "ROU"), "/states/rom/"),
    ]
    for record, earlier in renamed:
        assert leads(client, earlier) == (301, record.get_absolute_url())
        assert client.get(record.get_absolute_url()).status_code == 200

    rename(make.make_round("2019", is_listed=True), "assessment-2019")
    led = leads(client, "/assessments/2019/")
    assert led == (301, "/assessments/assessment-2019/")


def test_several_changes_lead_to_the_last_by_one_redirect(client, rcm):
    rename(rcm, "rcm", "crm", "conference")

    for earlier in ("puebla", "rcm", "crm", "RCM"):
        led = leads(client, f"/mechanisms/{earlier}/")
        assert led == (301, "/mechanisms/conference/"), earlier


def test_who_takes_a_key_back_is_at_no_end_of_a_loop(client, rcm):
    rename(rcm, "rcm", "puebla")

    assert client.get("/mechanisms/puebla/").status_code == 200
    assert leads(client, "/mechanisms/rcm/") == (301, "/mechanisms/puebla/")
    assert list(EarlierKey.objects.values_list("key", flat=True)) == ["rcm"]


def test_a_key_that_was_given_up_is_taken_by_nothing_else(rcm):
    rename(rcm, "rcm")
    said = "“puebla” was part of the address of another record"

    with pytest.raises(ValidationError, match=said) as refused:
        Mechanism(slug="puebla").full_clean()
    assert [*refused.value.message_dict] == ["slug"]
    with pytest.raises(ValidationError, match=said):
        Mechanism.objects.create(slug="puebla")
    with pytest.raises(ValidationError, match=said):
        Mechanism.objects.bulk_create([Mechanism(slug="puebla")])
    with pytest.raises(ValidationError, match=said):
        rename(make.make_mechanism(slug="other"), "puebla")

    assert Organisation.objects.create(slug="puebla", name="Of another kind").pk


def test_form_of_staff_names_the_field(admin_client, rcm):
    rename(rcm, "rcm")

    page = admin_client.post("/admin/profiles/mechanism/add/", {"slug": "puebla"})

    assert page.status_code == 200
    assert "slug" in page.context["adminform"].form.errors
    assert Mechanism.objects.count() == 1


def test_renamed_and_then_merged_it_leads_to_the_one_that_was_kept(client, rcm):
    hcr = rename(Organisation.objects.get(slug="hcr"), "unhcr")
    kept = make.make_organisation(slug="refugees")
    merge = merging.merge(kept, hcr)
    rename(kept, "un-refugees")

    for earlier in ("hcr", "unhcr", "refugees"):
        led = leads(client, f"/partners/{earlier}/")
        assert led == (301, "/partners/un-refugees/"), earlier
    with pytest.raises(ValidationError, match="“unhcr” was part of the address"):
        make.make_organisation(slug="unhcr")

    merging.undo(merge)
    assert client.get("/partners/unhcr/").status_code == 200
    assert leads(client, "/partners/hcr/") == (301, "/partners/unhcr/")


def test_renamed_draft_is_as_unknown_as_any_other(client):
    rename(make.make_draft(make.make_mechanism(slug="first")).mechanism, "second")
    rename(make.make_organisation(slug="quiet"), "silent")
    rename(make.make_theme("quiet"), "silent")
    rename(make.make_round("quiet"), "silent")

    for list_ in ("mechanisms", "partners", "themes", "assessments"):
        earlier = client.get(f"/{list_}/{'first' if list_[0] == 'm' else 'quiet'}/")
        unknown = client.get(f"/{list_}/nothing/")
        assert earlier.status_code == unknown.status_code == 404
        assert "Location" not in earlier.headers


def test_withdrawn_mechanism_says_so_by_its_earlier_key_too(client, rcm):
    editions.withdraw(rcm.editions.get(), reason="Wrong.")
    rename(rcm, "rcm")

    assert client.get("/mechanisms/puebla/", follow=True).status_code == 410


def test_change_of_a_key_is_seen_at_once(client, rcm):
    assert client.get("/mechanisms/puebla/").status_code == 200
    before = revision.current()

    rename(rcm, "rcm")

    assert revision.current() != before
    assert client.get("/mechanisms/puebla/").status_code == 301


def test_address_in_another_language_leads_on_in_it(client, rcm, settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    rename(rcm, "rcm")

    assert leads(client, "/fr/mechanisms/puebla/") == (301, "/fr/mechanisms/rcm/")


def test_name_that_others_go_by_does_not_stand_before_an_earlier_key(client, rcm):
    rename(rcm, "rcm")
    make.make_profile(make.make_mechanism(slug="other"), name="X", acronym="Puebla")

    assert leads(client, "/mechanisms/puebla/") == (301, "/mechanisms/rcm/")
