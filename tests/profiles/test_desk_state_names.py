import pytest
from hypothesis import example, given, strategies
from hypothesis import settings as hypothesis_settings

from profiles.models import State, StateAlias
from profiles.state_names import ALIAS, CODE, NAME, OTHER_LANGUAGE, StateNames
from tests.registry.registry_folder import make_all_states

pytestmark = pytest.mark.django_db


@pytest.fixture
def names(db):
    """The names of all States of the registry."""
    make_all_states()
    return StateNames()


@pytest.fixture
def read(names):
    code = dict(State.objects.values_list("pk", "iso3"))

    def read(text):
        return [
            code[reading.state.pk] if reading.state else f"? {reading.text}"
            for reading in names.read_list(text)
        ]

    return read


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Costa Rica, El Salvador, Guatemala", "CRI SLV GTM"),
        ("Costa Rica\nEl Salvador\r\nGuatemala", "CRI SLV GTM"),
        ("Costa Rica; El Salvador\tGuatemala", "CRI SLV GTM"),
        ("• Costa Rica\n- Mexico\n* Belize", "CRI MEX BLZ"),
        ("3. Panama\n(4) Honduras", "PAN HND"),
        ("Belize, Guatemala and Honduras", "BLZ GTM HND"),
        ("Belize, Guatemala, and Honduras.", "BLZ GTM HND"),
        ("Belice, Guatemala y México", "BLZ GTM MEX"),
        ("le Bénin, le Togo et la Côte d’Ivoire", "BEN TGO CIV"),
        ("COSTA RICA AND PANAMA", "CRI PAN"),
        ("كوستاريكا، غواتيمالا وهندوراس", "CRI GTM HND"),
        ("كوستاريكا و غواتيمالا", "CRI GTM"),
        ("CRI, slv, GT, 188", "CRI SLV GTM CRI"),
        ("CRI SLV GTM", "CRI SLV GTM"),
        ("CRI, AND, ITA", "CRI AND ITA"),
        # One State each, whatever stands inside the name.
        ("Bosnia and Herzegovina", "BIH"),
        ("Bosnia & Herzegovina, Serbia", "BIH SRB"),
        ("Serbia, Bosnia and Herzegovina and Montenegro", "SRB BIH MNE"),
        ("Korea, Republic of, Japan", "KOR JPN"),
        ("Republic of Korea and Japan", "KOR JPN"),
        ("Congo, The Democratic Republic of the, Congo", "COD COG"),
        ("Bolivia, Plurinational State of; Peru", "BOL PER"),
        ("Trinidad y Tobago, San Vicente y las Granadinas", "TTO VCT"),
        ("Saint Kitts and Nevis, Antigua and Barbuda", "KNA ATG"),
        ("cote d'ivoire", "CIV"),
        ("The Gambia", "GMB"),
        ("Guinea-Bissau, Guinea, Equatorial Guinea", "GNB GIN GNQ"),
        ("", ""),
        (" , ; and \n", ""),
    ],
)  # fmt: skip
def test_list_of_states_is_read(read, text, codes):
    assert read(text) == codes.split()


def test_every_name_of_every_state_means_that_state(names):
    def meant(name):
        found = names.read_list(name)
        return [reading.state and reading.state.pk for reading in found]

    wrong = []
    for state in State.objects.all():
        told = [state.iso3, state.iso2, state.name_en, state.name_fr, state.name_es]
        for name in [*told, state.name_ar]:
            if name and meant(name) != [state.pk]:
                wrong.append((state.iso3, name))
    for alias in StateAlias.objects.all():
        if meant(alias.name) != [alias.state_id]:
            wrong.append((alias.state.iso3, alias.name))

    assert wrong == []


def test_how_a_state_was_recognised_is_said(names):
    told = {"Costa Rica": NAME, "Belice": OTHER_LANGUAGE, "UAE": ALIAS, "BZ": CODE}

    for text, how in told.items():
        assert names.state_of(text).how == how


def test_misspelt_name_is_not_taken_for_a_state_but_suggests_it(names):
    [reading] = names.read_list("Guatamala")

    assert reading.state is None
    assert reading.suggestions[0].name == "Guatemala"


def test_part_of_a_longer_name_is_not_a_state(read):
    assert read("Guinea Conakryy, Nigeriaa") == ["? Guinea Conakryy", "? Nigeriaa"]


@given(text=strategies.text())
@example(text="\0, ,, and and; و و")
@example(text="İ" * 300)
def test_any_text_gives_an_answer(names, text):
    for reading in names.read_list(text):
        assert reading.text
        assert reading.text in text


@hypothesis_settings(
    max_examples=50,
)
@given(data=strategies.data())
def test_states_are_recognised_in_any_order_and_between_any_separators(names, data):
    every = dict(State.objects.values_list("name_en", "pk"))
    # A name that ends as another begins is for people to tell apart, not for us.
    chosen = data.draw(strategies.lists(strategies.sampled_from(sorted(every))))
    separator = data.draw(strategies.sampled_from([";", "\n", "\t", "•", "; "]))

    readings = names.read_list(separator.join(chosen))

    assert [r.state and r.state.pk for r in readings] == [every[n] for n in chosen]


@pytest.mark.parametrize(
    ("code", "called"),
    [
        ("USA", "EE.UU.; EEUU; EE UU; EUA; Estados Unidos da América; États-Unis"),
        ("BOL", "Estado Plurinacional de Bolivia; État plurinational de Bolivie"),
        ("NLD", "Holanda; Hollande; Reino de los Países Bajos; هولندا"),
        ("MEX", "Méjico; Estados Unidos Mexicanos; México"),
        ("BRA", "República Federativa do Brasil; Brasil; Brésil"),
        ("DOM", "Rep. Dominicana; República Dominicana; Dominican Rep."),
        ("EGY", "جمهورية مصر العربية; República Árabe de Egipto"),
        ("KEN", "Quênia; Quénia; Kenia; République du Kenya"),
        ("KNA", "St. Kitts & Nevis; St Kitts and Nevis"),
        ("COD", "RD Congo; RDC; D.R. Congo; República Democrática del Congo"),
        ("COG", "Congo; República del Congo; Congo-Brazzaville"),
        ("SSD", "Republic of South Sudan; Sudán del Sur"),
    ],
)
def test_states_are_known_by_the_names_of_other_languages_and_times(read, code, called):
    names = called.split("; ")

    assert [read(name) for name in names] == [[code]] * len(names)


@pytest.mark.parametrize(
    "name", ["Korea", "Corea", "Guayana", "Republic of China", "Rhodesia", "Atlantis"]
)
def test_name_that_several_states_may_have_is_asked(read, name):
    assert read(name) == [f"? {name}"]
