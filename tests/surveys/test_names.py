import pytest
from hypothesis import example, given, strategies
from hypothesis import settings as hypothesis_settings

from partnerships.models import Organisation, OrganisationAlias
from profiles.models import (
    MechanismAlias,
    StateAlias,
    Theme,
    ThemeAlias,
)
from surveys.names import KINDS, MECHANISM, ORGANISATION, STATE, THEME, Names
from tests.factories import (
    make_draft,
    make_mechanism,
    make_organisation,
    make_other_name,
    make_profile,
    make_theme,
    make_theme_focus,
)
from tests.registry.registry_folder import WHOLE, make_all_states, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def states(db):
    make_all_states()


VARIANTS = [
    ("Costa Rica", "CRI"),
    ("costa  rica ", "CRI"),
    ("Mexico", "MEX"),
    ("México", "MEX"),
    ("Mexique", "MEX"),
    ("المكسيك", "MEX"),
    ("the Dominican Republic", "DOM"),
    ("République dominicaine", "DOM"),
    ("Dominica", "DMA"),
    ("USA", "USA"),
    ("CRI", "CRI"),
    ("CR", "CRI"),
    ("188", "CRI"),
    ("Niger", "NER"),
    ("Nigeria", "NGA"),
    ("Guinea", "GIN"),
    ("Guinea-Bissau", "GNB"),
    ("Guinea (Bissau)", "GNB"),
    ("Sudan", "SDN"),
    ("Sudan (South)", "SSD"),
    ("Korea (Republic of)", "KOR"),
    ("Korea (South)", "KOR"),
    ("Congo (Kinshasa)", "COD"),
    ("Republic of the Congo", "COG"),
    ("DR Congo", "COD"),
    ("Cote d'Ivoire", "CIV"),
    ("Guatemala (GTM)", "GTM"),
    ("GTM - Guatemala", "GTM"),
]

SLIPS = [
    ("Guatamala", "GTM"),
    ("Hondurs", "HND"),
    ("Costarrica", "CRI"),
    ("Domincan Republic", "DOM"),
    ("Nicaraga", "NIC"),
    ("République dominicane", "DOM"),
    ("Guatémalla", "GTM"),
    ("El Salvdor", "SLV"),
    ("Républica Domnicana", "DOM"),
    ("غواتيملا", "GTM"),
    ("نيكاراغو", "NIC"),
    ("cr i", "CRI"),
]

OF_TWO = [
    ("Congo", {"COG", "COD"}),
    ("الكونغو", {"COG", "COD"}),
    ("Korea", {"KOR", "PRK"}),
    ("Corée", {"KOR", "PRK"}),
    ("Corea", {"KOR", "PRK"}),
]


def test_a_state_is_known_by_every_exact_name(states):
    names = Names()
    found = [(text, names.find(STATE, text).key) for text, _iso3 in VARIANTS]
    assert found == VARIANTS


def test_a_slip_in_the_name_of_a_state_is_asked_and_never_taken(states):
    names = Names()
    for text, iso3 in SLIPS:
        match = names.find(STATE, text)
        assert (match.key, match.is_uncertain) == ("", True), text
        assert match.candidates[0][0] == iso3, text


def test_a_name_of_two_states_is_asked_with_both(states):
    names = Names()
    for text, iso3 in OF_TWO:
        match = names.find(STATE, text)
        assert (match.key, match.how) == ("", "ambiguous"), text
        assert {key for key, _label in match.candidates} == iso3, text


@pytest.mark.parametrize(
    "texts",
    [
        ["NA", "N/A", "no", "No", "and", "in", "si", "None"],
        ["", " ", "?", "IOM", "Central America", "Wakanda"],
    ],
)
def test_what_names_no_state_is_not_taken_for_one(states, texts):
    names = Names()
    assert [names.find(STATE, text).key for text in texts] == [""] * len(texts)


@pytest.fixture
def iom():
    make_organisation(
        slug="iom",
        name_en="International Organization for Migration",
        name_es="Organización Internacional para las Migraciones",
        acronym_en="IOM",
        acronym_es="OIM",
    )
    OrganisationAlias.objects.create(
        organisation=Organisation.objects.get(slug="iom"), name="UN Migration"
    )


@pytest.mark.parametrize(
    "text",
    [
        "IOM",
        "OIM",
        "iom",
        "IOM (OIM)",
        "OIM - IOM",
        "international organization FOR migration",
        "Organizacion Internacional para las Migraciones (OIM)",
        "International Organisation for Migration (IOM)",
        "UN migration",
    ],
)
def test_an_organisation_is_known_by_acronym_name_and_alias(iom, text):
    assert Names().find(ORGANISATION, text).key == "iom"


@pytest.mark.parametrize("text", ["Iom", "International Organisation for Migration"])
def test_another_spelling_of_an_organisation_is_asked(iom, text):
    match = Names().find(ORGANISATION, text)
    assert (match.key, match.candidates[0][0]) == ("", "iom")
    assert match.candidates[0][1] == "International Organization for Migration (IOM)"


@pytest.mark.parametrize(
    "text", ["Ministry of Labour (IOM)", "IOM (office in Costa Rica)"]
)
def test_a_name_beside_another_in_brackets_is_asked(iom, text):
    match = Names().find(ORGANISATION, text)
    assert (match.key, match.candidates[0][0]) == ("", "iom")


def test_an_acronym_of_two_organisations_is_asked():
    make_organisation(slug="one", name_en="Council of One", acronym_en="COO")
    make_organisation(slug="two", name_en="Chamber of Two", acronym_en="COO")
    match = Names().find(ORGANISATION, "COO")
    assert match.is_uncertain
    assert match.candidates == (
        ("one", "Council of One (COO)"),
        ("two", "Chamber of Two (COO)"),
    )
    assert Names().find(ORGANISATION, "Chamber of Two (COO)").key == "two"


def test_a_theme_is_known_by_label_slug_alias_and_the_labels_of_facts():
    theme = make_theme("border-management", name_en="Borders", name_fr="Frontières")
    ThemeAlias.objects.create(theme=theme, name="Integrated border management")
    make_theme_focus(make_draft(), theme, label="Crossing points")
    names = Names()
    for text in (
        "borders",
        "FRONTIERES",
        "border-management",
        "Integrated Border Management",
        "Crossing points",
    ):
        assert names.find(THEME, text).key == "border-management", text


def test_a_label_that_facts_keep_under_two_themes_is_no_name_of_either():
    draft = make_draft()
    make_theme_focus(draft, make_theme("one"), label="Protection")
    make_theme_focus(draft, make_theme("two"), label="Protection")
    assert Names().find(THEME, "Protection").key == ""


def test_a_mechanism_is_known_by_acronym_names_alias_and_slug():
    mechanism = make_mechanism(slug="lake-process")
    draft = make_draft(
        mechanism, name_en="Lake Process", name_es="Proceso del Lago", acronym_en="LKP"
    )
    make_other_name(draft, "Shore Dialogue")
    make_other_name(draft, "SHD", kind="acronym")
    MechanismAlias.objects.create(mechanism=mechanism, name="Talks of the Lake")
    names = Names()
    for text in (
        "LKP",
        "SHD",
        "Lake Process (LKP)",
        "LKP – Lake Process",
        "proceso del lago",
        "Shore dialogue",
        "talks of the lake",
        "lake-process",
    ):
        assert names.find(MECHANISM, text).key == "lake-process", text
    assert names.find(MECHANISM, "Lake Proces").candidates == (
        ("lake-process", "Lake Process (LKP)"),
    )


def test_names_of_superseded_editions_are_not_read():
    profile = make_profile(name="Old Name of it")
    profile.state = "superseded"
    type(profile).objects.filter(pk=profile.pk).update(state="superseded")
    assert Names().find(MECHANISM, "Old Name of it").key == ""


def test_a_decision_goes_before_everything_else(states):
    decided = {STATE: {"Congo": "COD", "Costa Rica": "", "Guatamala": "GTM"}}
    names = Names(decided)
    assert names.find(STATE, "Congo").key == "COD"
    assert names.find(STATE, " Guatamala ").key == "GTM"
    declined = names.find(STATE, "Costa Rica")
    assert (declined.key, declined.is_uncertain) == ("", False)


def test_a_remembered_name_is_exact_from_then_on(states, iom):
    names = Names()
    assert not names.find(STATE, "Guatamala").key
    assert str(names.remember(STATE, "Guatamala", "GTM")) == "Guatamala"
    assert names.find(STATE, "Guatamala").key == "GTM"
    assert Names().find(STATE, "guatamala").how == "alias"
    assert names.remember(ORGANISATION, "The UN for migrants", "iom")
    assert OrganisationAlias.objects.get(name="The UN for migrants")


def test_nothing_is_remembered_that_is_known_shared_or_declined(states):
    names, before = Names(), StateAlias.objects.count()
    for text, key in [
        ("Guatemala", "GTM"),
        ("Guatemala", "HND"),
        ("Congo", "COD"),
        ("Nowhere", ""),
        ("", "GTM"),
        ("x" * 151, "GTM"),
    ]:
        assert names.remember(STATE, text, key) is None, text
    assert StateAlias.objects.count() == before


@pytest.fixture
def names(states, iom):
    return Names()


@hypothesis_settings(
    max_examples=60,
)
@given(strategies.sampled_from(KINDS), strategies.text(max_size=60))
@example(STATE, "(" * 300 + "a" + ")" * 99)
@example(STATE, "a " * 5000)
@example(ORGANISATION, "a - b - c (d) (e")
@example(MECHANISM, "\x00\ud800")
def test_any_text_has_an_answer(names, kind, text):
    match = names.find(kind, text)
    assert not (match.key and match.candidates)


def test_every_exact_name_of_the_registry_finds_its_record(states):
    Theme.objects.bulk_create(
        Theme(
            slug=row["slug"], **{k: v for k, v in row.items() if k.startswith("name")}
        )
        for row in read(WHOLE, "themes.csv")
    )
    names = Names()
    wrong = []
    for row in read(WHOLE, "states.csv"):
        for column in ("name_en", "name_fr", "name_es", "name_ar", "iso3", "m49"):
            if not row[column]:
                continue
            match = names.find(STATE, row[column])
            found = {match.key, *(key for key, _label in match.candidates)}
            if row["iso3"] not in found or (
                not match.key and row["iso3"] not in ("COG", "COD")
            ):
                wrong.append((row[column], match))
    for row in read(WHOLE, "themes.csv"):
        for column in ("slug", "name_en", "name_fr", "name_es", "name_ar"):
            if names.find(THEME, row[column]).key != row["slug"]:
                wrong.append(row[column])
    assert not wrong
