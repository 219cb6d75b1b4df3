"""A kind of fact and a field of the profile, each declared once, are found everywhere.

Run by `tests/registry/test_declaring.py`, with the app `pledges` installed.
"""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from lxml import html

from iscm_registry import search
from profiles import editions, redacting
from profiles.comparison import compare
from profiles.edition_parts import Part, parts_of
from profiles.models import Mechanism, Profile
from surveys.applying import apply
from surveys.pipeline import preparation_of, stage
from tests import factories as make
from tests.declaring.pledges.models import Pledge
from tests.registry.registry_folder import change, copy_part, write
from tests.surveys.rounds_of_mechanisms import (
    answers,
    export,
    make_published,
    make_world,
)

pytestmark = pytest.mark.django_db

MOTTO = "Borders with open eyes"
WORDS = "Seafarers will travel without a visa"
IN_SPANISH = "Viajes sin visado para la gente de mar"


@pytest.fixture
def edition():
    draft = make.make_draft(make.make_mechanism(slug="rcm"), motto=MOTTO)
    Pledge.objects.create(
        profile=draft,
        state=make.make_state("CRI"),
        words=WORDS,
        words_es=IN_SPANISH,
        made="2011-06",
        certainty="stated",
    )
    Pledge.objects.create(
        profile=draft,
        state=make.make_state("PAN"),
        words="Hushed",
        is_public=False,
        certainty="stated",
    )
    return make.publish(draft)


def folder_with_both(tmp_path):
    folder = copy_part(tmp_path)
    change(folder, "profiles.csv", {"mechanism": "rcm"}, motto=MOTTO)
    pledge = {"mechanism": "rcm", "state": "CRI", "words": WORDS, "made": "2011-06"}
    pledge["words_es"] = IN_SPANISH
    evidence = {"source": "", "certainty": "stated", "is_public": "yes", "note": ""}
    write(folder, "pledges.csv", [pledge | evidence])
    return folder


def test_page_shows_both_and_nothing_private(client, edition):
    page = client.get(edition.get_absolute_url()).content.decode()

    assert WORDS in page
    assert "State CRI" in page
    assert "June 2011" in page
    assert MOTTO in page
    assert "Hushed" not in page


def test_page_shows_a_text_in_the_language_that_it_has(client):
    draft = make.make_draft(make.make_mechanism(slug="rcm"))
    Pledge.objects.create(
        profile=draft,
        state=make.make_state("CRI"),
        words_es=IN_SPANISH,
        certainty="stated",
    )

    page = html.fromstring(client.get(make.publish(draft).get_absolute_url()).content)

    [words] = page.xpath(f"//bdi[@lang='es' and @dir='ltr' and .='{IN_SPANISH}']")
    assert words.getnext().text_content() == "(Spanish)"


def test_form_asks_for_both(admin_client, edition):
    draft = editions.open_draft(edition.mechanism)

    form = reverse("admin:profiles_profile_change", args=[draft.pk])
    page = admin_client.get(form, {"add": "pledges"})

    assert 'name="motto"' in page.content.decode()
    for language in ("en", "fr", "es", "ar"):
        assert f'name="pledges-2-words_{language}"' in page.content.decode()
        assert f'name="pledges-2-note_{language}"' in page.content.decode()
    (part,) = [p for p in page.context["parts"] if p["name"] == "meetings"]
    assert Pledge in [inline.opts.model for inline in part["inlines"]]


def test_next_edition_begins_with_both_and_comparison_tells_what_changed(edition):
    draft = editions.open_draft(edition.mechanism)
    assert not compare(edition, draft)

    draft.motto = "Another"
    draft.save()
    pledge = draft.pledges.get(words=WORDS)
    pledge.words = "Others"
    pledge.save()

    found = compare(edition, draft)
    assert [(f.name, f.old, f.new) for f in found.fields] == [
        ("motto", MOTTO, "Another")
    ]
    assert [str(f.label) for change in found.changed for f in change.fields] == [
        "what was promised (English)"
    ]


def test_files_of_the_registry_load_both_once(tmp_path):
    folder = folder_with_both(tmp_path)

    call_command("load_registry", str(folder), stdout=StringIO())
    call_command("load_registry", str(folder), stdout=StringIO())

    loaded = Profile.objects.published().get(mechanism__slug="rcm")
    assert (loaded.edition, loaded.motto) == (1, MOTTO)
    (pledge,) = loaded.pledges.all()
    assert (pledge.state.iso3, pledge.words, pledge.made) == ("CRI", WORDS, "2011-06")
    assert (pledge.words_en, pledge.words_es) == (WORDS, IN_SPANISH)


def test_dump_holds_both(edition, tmp_path):
    call_command("dump_registry", str(tmp_path / "all.json"), stdout=StringIO())

    written = json.loads((tmp_path / "all.json").read_text())
    (profile,) = [r for r in written if r["model"] == "profiles.profile"]
    assert profile["fields"]["motto"] == MOTTO
    pledges = [r["fields"] for r in written if r["model"] == "pledges.pledge"]
    assert (WORDS, IN_SPANISH) in [(p["words_en"], p["words_es"]) for p in pledges]


@pytest.mark.parametrize("words", [WORDS, IN_SPANISH, MOTTO])
def test_search_finds_the_mechanism_by_either(edition, words):
    (hit,) = search.find(words).hits

    assert (hit.kind, hit.key) == ("mechanism", "rcm")


def test_search_knows_a_state_that_only_the_new_kind_names(edition):
    (hit,) = [hit for hit in search.find("CRI").hits if hit.kind == "state"]

    assert hit.key == "CRI"


def test_survey_states_both_and_keeps_what_differs_beside():
    round_ = make_world()
    make_published(motto="")
    mapping = """
schema = 1
questionnaire = "mechanism-1"
rules_from = "mechanism-1"
respondent = "mechanism"
person_name = "person_name"
person_email = "person_email"

[[rule]]
target = "profile"
fields = { motto = "evolution_text" }

[[rule]]
target = "pledges.pledge"
each = "state"
fields = { state = "members", words = "evolution_text" }
key = ["state"]
"""

    def bring_in(text, name):
        survey_import = stage(
            export(answers(evolution_text=text, members="CRI")),
            name,
            round_,
            mapping_name="pledges",
            mapping_text=mapping,
        )
        apply(survey_import, preparation_of(survey_import))

    bring_in(WORDS, "first.xlsx")

    draft = Profile.objects.open().get(mechanism=Mechanism.objects.get(slug="rcm"))
    assert draft.motto == WORDS
    assert [p.words for p in draft.pledges.all()] == [WORDS]


def test_page_that_lost_the_field_does_not_say_that_sources_are_silent(client, edition):
    def told():
        page = html.fromstring(client.get(edition.get_absolute_url()).content.decode())
        (term,) = page.xpath("//dt[.='Motto']")
        return term.getnext().text_content()

    assert told() == MOTTO
    motto = Part("profiles.profile", "", "motto")
    redacting.redact(edition, motto, reason="It was a joke.")

    assert "Unknown, or removed" in told()
    assert "say nothing about it" not in told()


def test_either_can_be_redacted(edition):
    named = {
        (part.target, part.field) for _, parts in parts_of(edition) for _, part in parts
    }

    assert ("profiles.profile", "motto") in named
    assert ("pledges.pledge", "") in named
