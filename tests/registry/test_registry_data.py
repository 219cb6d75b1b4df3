"""The registry's own data: that all of it arrives, and as the sources say it."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Count

from iscm_registry.registry_files.tables import LANGUAGES, TABLES
from partnerships.models import (
    FundingSource,
    MechanismLink,
    Organisation,
    Partnership,
)
from profiles.models import (
    AlternativeValue,
    Chairing,
    Contribution,
    Meeting,
    Membership,
    Organ,
    Profile,
    Section,
    Source,
    State,
    Theme,
    ThemeFocus,
)
from tests.registry.registry_folder import WHOLE, read

FIXTURE = settings.BASE_DIR / "fixtures" / "registry.json"
TIMES = {"created_at", "changed_at", "published_at"}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def registry(django_db_setup, django_db_blocker):
    """The whole registry, loaded once for the tests of this file."""
    with django_db_blocker.unblock():
        call_command("load_registry", str(WHOLE), stdout=StringIO())
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.mark.parametrize(
    ("model", "count"),
    [
        (Profile, 45),
        (Membership, 1090),
        (Organisation, 94),
        (Contribution, 145),
        (Meeting, 227),
        (Organ, 128),
        (MechanismLink, 27),
        (Source, 403),
        (State, 250),
        (Theme, 23),
    ],
)
def test_everything_arrives(registry, model, count):
    assert model._default_manager.count() == count


def test_partnerships_arrive_and_two_of_them_stand_for_two_facts_each(registry):
    assert Partnership.objects.count() == 250 + 2

    cc_sica = Partnership.objects.filter(organisation__slug="cc-sica")
    assert {p.category for p in cc_sica} == {"civil_society", "private_sector"}
    rrocm = Partnership.objects.filter(
        organisation__slug="rrocm", profile__mechanism__slug="ocam"
    )
    assert {p.role for p in rrocm} == {"partner", "prospective_observer"}


def test_every_theme_label_keeps_its_wording(registry):
    labels = ThemeFocus.objects.values("profile", "label").distinct()

    assert labels.count() == 315
    trafficking = ThemeFocus.objects.filter(theme__slug="counter-trafficking")
    assert len({focus.label for focus in trafficking}) > 10


def test_label_that_can_be_read_otherwise_is_inferred_and_says_so(registry):
    focus = ThemeFocus.objects.get(label="Infrastructure")

    assert focus.certainty == "inferred"
    assert "reading" in focus.note


@pytest.mark.parametrize(
    ("mechanism", "field", "value", "preferred"),
    [
        ("budapest-process", "established", "1991", 1993),
        ("sacm", "established", "1999", 2000),
        ("midsa", "established", "1999", 2000),
        ("midwa", "established", "December 2000", 2001),
        ("mtm", "established", "2002", 2003),
        ("tripoli-process", "established", "2001", 2006),
    ],
)
def test_other_founding_years_stand_beside_the_preferred_one(
    registry, mechanism, field, value, preferred
):
    profile = Profile.objects.published().get(mechanism__slug=mechanism)

    assert profile.established == preferred
    alternative = profile.alternative_values.get(field=field, value=value)
    assert alternative.source or alternative.attribution


def test_every_alternative_value_names_who_says_so(registry):
    assert not AlternativeValue.objects.filter(source=None, attribution="").exists()


def test_conflicting_counts_of_members_are_kept(registry):
    def counts(slug):
        values = AlternativeValue.objects.filter(
            profile__mechanism__slug=slug, field="members"
        )
        return {alternative.value for alternative in values}

    assert counts("khartoum-process") == {"36"}
    assert counts("abu-dhabi-dialogue") == {"20", "18", "16"}


@pytest.mark.parametrize(
    ("mechanism", "state", "certainty"),
    [
        ("pafom", "CRI", None),
        ("pafom", "KEN", "inferred"),
        ("afml", "THA", "inferred"),
        ("bali-process", "IRN", "dated"),
        ("almaty-process", "TKM", "inferred"),
        ("cmc", "MAF", "inferred"),
        ("midwa", "MLI", "disputed"),
        ("rcm", "CRI", "stated"),
    ],
)
def test_how_sure_a_membership_is_stays_visible(registry, mechanism, state, certainty):
    found = Membership.objects.filter(
        profile__mechanism__slug=mechanism, state__iso3=state
    ).first()

    assert (found and found.certainty) == certainty
    if certainty in {"inferred", "dated", "disputed"}:
        assert found.note


def test_state_that_left_is_kept_and_not_current(registry):
    (left,) = Membership.objects.filter(is_current=False).select_related("state")

    assert (left.state.iso3, left.role) == ("NFK", "member")


def test_formal_association_is_reported_exactly_where_a_partnership_names_it(registry):
    associated = set(
        Partnership.objects.formal_associations().values_list("profile", flat=True)
    )

    for profile in Profile.objects.select_related("mechanism"):
        reported = profile.association_coverage == "reported"
        assert reported == (profile.pk in associated), profile.mechanism
    sacm = Profile.objects.get(mechanism__slug="sacm")
    assert sacm.association_coverage == "none"


def test_secretariat_partnership_only_where_one_is_reported(registry):
    serving = Partnership.objects.secretariats().select_related("profile__mechanism")

    assert {p.profile.secretariat_coverage for p in serving} == {"reported"}
    ocam = serving.filter(profile__mechanism__slug="ocam")
    assert {(p.organisation.slug, p.arrangement) for p in ocam} == {
        ("sica", "permanent"),
        ("iom", "technical"),
    }


def test_chair_is_known_where_one_is_named(registry):
    named = Chairing.objects.current().values_list("profile__chair_coverage", flat=True)

    assert set(named) == {"reported"}
    midcas = Profile.objects.get(mechanism__slug="midcas")
    assert midcas.chair_coverage == "none"
    bali = Chairing.objects.current().filter(profile__mechanism__slug="bali-process")
    assert {(c.state.iso3, c.role) for c in bali} == {
        ("AUS", "co_chair"),
        ("IDN", "co_chair"),
    }


def test_successions_point_from_the_newer_mechanism_to_the_older(registry):
    links = MechanismLink.objects.filter(kind="succession")

    assert {(link.mechanism.slug, link.other.slug) for link in links} == {
        ("eap-panel-migration", "soderkoping-process"),
        ("imrf", "un-hld"),
    }
    superseded = Profile.objects.filter(status="superseded")
    assert {p.mechanism.slug for p in superseded} == {"soderkoping-process", "un-hld"}


def test_ocam_has_all_five_sections_and_says_what_was_not_reported(registry):
    sections = Section.objects.filter(profile__mechanism__slug="ocam")

    assert {s.part for s in sections if s.prose} == {
        "evolution",
        "contribution_national",
        "contribution_regional",
        "contribution_interregional",
        "structure",
        "partnerships",
        "added_value_states",
    }
    assert {s.part for s in sections if s.coverage == "not_reported"} == {
        "contribution_global",
        "added_value_organisations",
    }


def test_statement_on_a_donors_influence_is_not_public(registry):
    hidden = FundingSource.objects.get(covers="Influence on the agenda")

    assert not hidden.is_public
    assert hidden.attributed_to == "Member States"
    assert hidden not in FundingSource.objects.published()


def test_states_have_codes_and_names_in_four_languages(registry):
    afghanistan = State.objects.get(iso3="AFG")

    assert (afghanistan.iso2, afghanistan.m49) == ("AF", "004")
    assert State.objects.get(iso3="TUR").name_en == "Türkiye"
    assert State.objects.get(iso3="PSE").name_ar == "دولة فلسطين"
    assert "1244" in State.objects.get(iso3="XKX").note
    for language in LANGUAGES:
        names = State.objects.exclude(**{f"name_{language}": None})
        assert len({getattr(s, f"name_{language}") for s in names}) == 250
    assert State.objects.filter(kind="state").count() == 193 + 2 + 2
    assert not State.objects.filter(subregion="").exists()


def test_source_spellings_of_states_are_aliases(registry):
    turkey = State.objects.get(aliases__name="Turkey")

    assert turkey.iso3 == "TUR"
    assert State.objects.get(aliases__name="South Korea").iso3 == "KOR"


def test_every_region_takes_part(registry):
    regions = Profile.objects.values("regions__slug").annotate(n=Count("pk"))

    assert {row["regions__slug"] for row in regions} == {
        row["slug"] for row in read(WHOLE, "regions.csv")
    }


def test_nothing_in_the_files_names_a_place_of_work():
    for table in TABLES:
        text = (WHOLE / table.file).read_text(encoding="utf-8")
        for word in ("seed-ocam", "Local file", "search store", "the brief"):
            assert word not in text, table.file


def test_fixture_is_what_the_files_make(registry, tmp_path):
    call_command("dump_registry", str(tmp_path / "now.json"), stdout=StringIO())

    now, kept = (
        [_without_times(record) for record in json.loads(path.read_text("utf-8"))]
        for path in (tmp_path / "now.json", FIXTURE)
    )
    assert now == kept, "run: manage.py dump_registry fixtures/registry.json"


def _without_times(record):
    fields = {
        name: sorted(value, key=str) if isinstance(value, list) else value
        for name, value in record["fields"].items()
        if name not in TIMES
    }
    return record["model"], fields


def test_dictionary_names_every_column():
    text = (settings.BASE_DIR / "docs" / "data-dictionary.md").read_text("utf-8")
    chapters = dict(chapter.split("\n", 1) for chapter in text.split("\n### ")[1:])

    assert list(chapters) == [table.file for table in TABLES]
    for table in TABLES:
        for column in table.columns:
            described = f"`{column}`" in chapters[table.file]
            assert described or column == "is_public", (table.file, column)


def test_dump_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(CommandError, match="cannot be written: No such file"):
        call_command("dump_registry", str(tmp_path / "no" / "where.json"))
