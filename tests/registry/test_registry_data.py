"""The registry's own data: that all of it arrives, and as the sources say it."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Count

from iscm_registry.registry_files.tables import FACTS, LANGUAGES, TABLES
from partnerships.models import (
    MechanismLink,
    Organisation,
    Partnership,
)
from profiles import sourcing
from profiles.content import content_fields
from profiles.models import (
    AlternativeValue,
    Chairing,
    Contribution,
    FieldSource,
    GuidingDocument,
    Meeting,
    Membership,
    Organ,
    Profile,
    Section,
    Source,
    State,
    Theme,
    ThemeFocus,
    fact_kinds,
)
from tests.registry.registry_folder import WHOLE, read

FIXTURE = settings.BASE_DIR / "fixtures" / "registry.json"
TIMES = {"created_at", "changed_at", "published_at"}

pytestmark = pytest.mark.django_db


def test_facts_that_name_a_source_are_counted_by_kind(registry):
    counts = {kind: (c.stated, c.named) for kind, c in sourcing.in_public().items()}

    assert counts == {
        "profiles.section": (7, 7),
        "profiles.othername": (48, 23),
        "profiles.membership": (1134, 1134),
        "profiles.themefocus": (332, 332),
        "profiles.guidingdocument": (23, 23),
        "profiles.organ": (128, 128),
        "profiles.chairing": (121, 106),
        "profiles.contribution": (133, 133),
        "profiles.addedvalue": (5, 5),
        "profiles.meeting": (243, 243),
        "profiles.alternativevalue": (84, 71),
        "profiles.statusperiod": (50, 50),
        "partnerships.partnership": (255, 255),
        "partnerships.fundingsource": (4, 4),
        "partnerships.mechanismlink": (27, 27),
        "fields": (471, 181),
    }


@pytest.mark.parametrize(
    ("mechanism", "field", "language", "source", "certainty"),
    [
        ("igc", "association", "", "iom-igc", "stated"),
        ("budapest-process", "established", "", "iom-budapest", "stated"),
        ("gfmd", "name", "fr", "c-iom-fr-gfmd4", "stated"),
        ("rcm", "regions", "", "iom-rcm", "inferred"),
        ("midiocc", "type", "", "b-iom-midiocc", "disputed"),
        ("ocam", "themes", "", "assessment-2019-ocam", "stated"),
    ],
)
def test_field_names_the_source_that_says_it(
    registry, mechanism, field, language, source, certainty
):
    named = FieldSource.objects.get(
        profile__mechanism__slug=mechanism,
        field=field,
        language=language,
        source__slug=source,
    )

    assert named.certainty == certainty


def test_kind_and_status_of_contributions_are_read_into_their_sources(registry):
    assert not Contribution.objects.exclude(terms_certainty="inferred").exists()


def test_sources_say_in_which_language_their_title_is_and_when_they_were_looked_at(
    registry,
):
    assert not Source.objects.filter(language="").exists()
    languages = dict(
        Source.objects.values_list("language").annotate(Count("pk")).order_by()
    )
    assert {k: v for k, v in languages.items() if k != "en"} == {
        "ar": 1,
        "es": 37,
        "fr": 21,
        "it": 1,
        "pt": 1,
    }
    seen = Source.objects.exclude(seen="")
    assert set(seen.values_list("seen", flat=True)) == {"2026-11-28"}
    assert seen.count() == Source.objects.filter(slug__startswith="c-").count()


@pytest.mark.parametrize(
    ("model", "count"),
    [
        (Profile, 46),
        (Membership, 1134),
        (Organisation, 94),
        (Contribution, 133),
        (Meeting, 243),
        (Organ, 128),
        (MechanismLink, 27),
        (Source, 444),
        (State, 250),
        (Theme, 23),
    ],
)
def test_everything_arrives(registry, model, count):
    assert model._default_manager.count() == count


def test_partnerships_arrive_and_two_of_them_stand_for_two_facts_each(registry):
    assert Partnership.objects.count() == 253 + 2

    cc_sica = Partnership.objects.filter(organisation__slug="cc-sica")
    assert {p.category for p in cc_sica} == {"civil_society", "private_sector"}
    rrocm = Partnership.objects.filter(
        organisation__slug="rrocm", profile__mechanism__slug="ocam"
    )
    assert {p.role for p in rrocm} == {"partner", "prospective_observer"}


def test_one_body_under_several_names_is_counted_as_one_too(registry):
    parts = dict(
        Organisation.objects.exclude(part_of=None).values_list("slug", "part_of__slug")
    )
    assert parts == {"auc": "au", "ec": "eu", "eeas": "eu", "asean-sec": "asean"}

    union = Organisation.objects.with_mechanism_count().get(slug="au")
    own = _mechanisms_of("au")
    assert union.mechanism_count == len(own)
    assert union.count_with_parts == len(own | _mechanisms_of("auc")) > len(own)


def _mechanisms_of(slug):
    links = Partnership.objects.published().counted().filter(organisation__slug=slug)
    return set(links.values_list("profile", flat=True))


def test_every_theme_label_keeps_its_wording(registry):
    labels = ThemeFocus.objects.values("profile", "label").distinct()

    assert labels.count() == 316
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


def test_roles_that_are_over_are_kept_and_not_current(registry):
    over = Membership.objects.filter(is_current=False).select_related(
        "state", "profile__mechanism"
    )

    (left,) = [m for m in over if m.profile.mechanism.slug == "pidc"]
    assert (left.state.iso3, left.role) == ("NFK", "member")
    ended = [m for m in over if m.profile.mechanism.slug == "soderkoping-process"]
    assert len(ended) == 14
    assert {(m.role, m.until) for m in ended} == {("member", "2011")}
    assert len(over) == 15


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


def test_ocam_has_all_five_sections_and_says_on_what_its_sheet_is_silent(registry):
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
    silent = {s.part: s for s in sections if s.coverage == "unknown"}
    assert set(silent) == {"contribution_global", "added_value_organisations"}
    assert {(s.certainty, bool(s.note)) for s in silent.values()} == {
        ("inferred", True)
    }


def test_ocam_says_what_its_sheet_says(registry):
    ocam = Profile.objects.published().get(mechanism__slug="ocam")
    contributions = {c.title: c for c in ocam.contributions.all()}

    assert (
        ocam.name_en == "Commission of Migratory Authorities of SICA Member Countries"
    )
    other = ocam.alternative_values.get(field="name")
    assert other.value == "Central American Commission of Migration Directors"
    assert ocam.other_names.filter(name=other.value).exists()
    assert len(contributions) == 12
    assert {t for t, c in contributions.items() if c.level == "interregional"} == {
        "SICA Regional Policy on Equity, Equality and Gender (PRIEG)",
        "SICA Regional Health Policy",
    }
    read_into = {t for t, c in contributions.items() if c.certainty == "inferred"}
    assert {
        "Central American passport",
        "Modernised entry and exit system",
        "Advance Passenger Information System (APIS)",
    } <= read_into
    assert {d.kind for d in ocam.guiding_documents.all()} == {"strategy", "workplan"}
    secretariat = ocam.funding_sources.get(covers="Its secretariat")
    assert secretariat.organisation is None
    assert ocam.as_of == "2022-12"


def test_what_a_mechanism_adopted_as_its_plan_is_no_contribution_too(registry):
    strategies = Profile.objects.filter(guiding_documents__kind="strategy")

    assert strategies.distinct().count() == 12
    assert GuidingDocument.objects.count() == 23
    documents = set(GuidingDocument.objects.values_list("profile", "title"))
    contributions = set(Contribution.objects.values_list("profile", "title"))
    assert not documents & contributions


def test_no_fact_stands_twice(registry):
    for kind in fact_kinds():
        if kind._meta.many_to_many:
            continue
        columns = [f.attname for f in content_fields(kind) if f.name != "position"]
        said = kind.objects.values_list("profile", *columns)
        assert len(set(said)) == len(said), kind
    held = Meeting.objects.exclude(date="").values("profile", "date", "city", "title")
    assert not held.annotate(n=Count("pk")).filter(n__gt=1).exists()


@pytest.mark.parametrize(
    ("mechanism", "members", "observers"),
    [
        ("quito-process", 13, 1),
        ("fibemyd", 22, 0),
        ("bali-process", 41, None),
        ("tripoli-process", 66, 0),
        ("doha-dialogue", 33, 0),
        ("soderkoping-process", 0, 0),
    ],
)
def test_members_are_those_that_sources_name(registry, mechanism, members, observers):
    seats = Membership.objects.held().filter(profile__mechanism__slug=mechanism)

    assert seats.filter(role="member").count() == members
    if observers is not None:
        assert seats.filter(role="observer").count() == observers


def test_members_that_a_newer_list_names_are_no_longer_dated(registry):
    named = Membership.objects.filter(
        profile__mechanism__slug="bali-process",
        state__iso3__in=("BTN", "BRN", "KHM", "NRU", "NPL"),
    )

    assert {(m.certainty, m.source.slug) for m in named} == {
        ("stated", "c-iom-fr-bali")
    }
    assert len(named) == 5


def test_chairs_of_igc_are_known_since_2000(registry):
    chairs = Chairing.objects.filter(profile__mechanism__slug="igc")
    by_year = dict(chairs.values_list("since", "state__iso3"))

    assert chairs.count() == 24
    assert by_year["2000"] == "AUS"
    assert set(range(2000, 2015)) <= {int(year) for year in by_year if year}
    assert not chairs.filter(source=None).exists()


@pytest.mark.parametrize(
    ("mechanism", "state", "since"),
    [
        ("sacm", "BRA", "2025"),
        ("abu-dhabi-dialogue", "OMN", "2024-02"),
        ("khartoum-process", "FRA", "2025-04"),
        ("gfmd", "COL", "2024"),
    ],
)
def test_latest_chair_is_the_last_that_a_source_names(
    registry, mechanism, state, since
):
    (latest,) = Chairing.objects.current().filter(profile__mechanism__slug=mechanism)

    assert (latest.state.iso3, latest.since) == (state, since)


def test_one_term_of_a_chair_stands_once(registry):
    khartoum = Chairing.objects.filter(profile__mechanism__slug="khartoum-process")

    assert [c.since for c in khartoum.filter(state__iso3="DEU")] == ["2023"]
    assert {c.since for c in khartoum.filter(state__iso3="EGY")} == {"", "2024-04"}
    germany = khartoum.get(state__iso3="DEU")
    assert germany.until == "2024-04"


def test_meeting_that_was_only_announced_says_so(registry):
    """No meeting is said to be held, or still to come, by a source from before it."""
    announced = Meeting.objects.filter(title__endswith="(as announced)")

    assert announced.count() == 6
    assert not Meeting.objects.filter(title__icontains="scheduled").exists()
    assert {(m.certainty, m.note[:9]) for m in announced} == {("dated", "Announced")}
    for meeting in Meeting.objects.exclude(date="").exclude(source=None):
        written, day = meeting.source.published, meeting.date
        if meeting.certainty == "stated" and len(written) == len(day) == 10:
            assert written >= day, meeting


def test_where_a_source_says_there_is_no_association_the_registry_says_so(registry):
    none = Profile.objects.filter(association_coverage="none")

    assert {p.mechanism.slug for p in none} == {"sacm", "bali-process", "igc"}
    asem = Profile.objects.get(mechanism__slug="asem-dg")
    assert asem.secretariat_coverage == "unknown"


def test_candidate_says_that_it_is_one(registry):
    doha = Profile.objects.published().get(mechanism__slug="doha-dialogue")

    assert doha.note.startswith("Candidate")
    reading = doha.alternative_values.get(field="type")
    assert (reading.certainty, "candidate" in reading.value) == ("inferred", True)
    assert {m.certainty for m in doha.memberships.all()} == {"inferred"}
    partners = {(p.organisation.slug, p.role) for p in doha.partnerships.all()}
    assert partners == {
        ("auc", "secretariat"),
        ("iom", "observer"),
        ("ilo", "observer"),
    }


@pytest.mark.parametrize(
    ("mechanism", "field", "name"),
    [
        ("arcp", "name_ar", "عملية التشاور العربية الإقليمية حول الهجرة واللجوء"),
        ("abu-dhabi-dialogue", "name_ar", "حوار أبوظبي"),
        ("khartoum-process", "name_ar", "عملية الخرطوم"),
        ("gfmd", "name_fr", "Forum mondial sur la migration et le développement"),
        ("gfmd", "acronym_fr", "FMMD"),
        ("idm", "name_fr", "Dialogue international sur la migration"),
        (
            "igc",
            "name_es",
            "Consultas Intergubernamentales sobre Migración, Asilo y Refugiados",
        ),
    ],
)
def test_names_in_other_languages_are_the_official_ones(
    registry, mechanism, field, name
):
    profile = Profile.objects.published().get(mechanism__slug=mechanism)

    assert getattr(profile, field) == name


def test_nothing_that_is_for_staff_alone_ships():
    """The files are public: what only staff may read is entered by staff."""
    for table in FACTS:
        rows = read(WHOLE, table.file)
        assert {row["is_public"] for row in rows} <= {"yes"}, table.file
    for record in json.loads(FIXTURE.read_text("utf-8")):
        assert record["fields"].get("is_public", True), record
    # The sheet on OCAM has one such statement, on what a donor decides.
    for table in FACTS:
        for row in read(WHOLE, table.file):
            if row["mechanism"] == "ocam":
                assert "donor" not in " ".join(row.values()).lower(), table.file


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
