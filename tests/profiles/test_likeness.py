"""Which records a misspelt name is offered: the right one first, none where none fits.

The names are those that people have for the world's States and for the organisations of
the registry, in several languages.
"""

import csv

import pycountry
import pytest
from django.conf import settings

from profiles.admin.finding import look_up
from profiles.folding import fold
from profiles.likeness import likeness
from profiles.state_names import StateNames, further_names
from surveys.names import Names
from tests.factories import make_state

pytestmark = pytest.mark.any_database("compares texts; two tests store a few States")


@pytest.fixture(scope="module")
def states():
    return {
        country.alpha_3: (
            {fold(country.alpha_3), fold(country.alpha_2)},
            {fold(name) for name in further_names(country.alpha_3)},
        )
        for country in pycountry.countries
    }


@pytest.fixture(scope="module")
def organisations():
    folder = settings.BASE_DIR / "fixtures" / "registry"
    found = {}
    with (folder / "organisations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = (v for k, v in row.items() if k.startswith(("name", "acronym")))
            found[row["slug"]] = (set(), {fold(name) for name in names if name})
    return found


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Dominican Repulbic", "DOM"),
        ("Domincan Republic", "DOM"),
        ("Republica Dominicanna", "DOM"),
        ("Hondurus", "HND"),
        ("Gautemala", "GTM"),
        ("Columbia", "COL"),
        ("Panamma", "PAN"),
        ("El Slavador", "SLV"),
        ("Nicuragua", "NIC"),
        ("Ivory Cost", "CIV"),
        ("Phillipines", "PHL"),
        ("Ethopia", "ETH"),
        ("Kyrgystan", "KGZ"),
        ("Republik of Moldavia", "MDA"),
        ("Morroco", "MAR"),
        ("Mauretania", "MRT"),
        ("Tunesia", "TUN"),
        ("Lybia", "LBY"),
        ("Saudia Arabia", "SAU"),
        ("United Kindom", "GBR"),
        ("Royaume Unis", "GBR"),
        ("Estados Unidos de Amerika", "USA"),
        ("Papua New Guinae", "PNG"),
        ("South Afrika", "ZAF"),
        ("Bostwana", "BWA"),
        ("Ukrania", "UKR"),
        ("Viet Nahm", "VNM"),
        ("المكسك", "MEX"),
        ("هندوراص", "HND"),
        ("Sainte Lucia", "LCA"),
        ("Salomon Islands", "SLB"),
        ("Federative Republic of Brasil", "BRA"),
        ("Czeck Republic", "CZE"),
        ("Slovakian Republic", "SVK"),
        ("Sri Lanca", "LKA"),
        ("Bangaldesh", "BGD"),
    ],
)
def test_misspelt_state_is_offered_first(states, typed, meant):
    found = look_up(states, typed)

    assert found.exact == found.fits == []
    assert found.alike[0] == meant
    assert "ITA" not in found.alike


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dominican republic", "DOM"),
        ("República Dominicana", "DOM"),
        ("جمهورية الدومينيكان", "DOM"),
        ("Méjico", "MEX"),
        ("EE.UU.", "USA"),
        ("Estado Plurinacional de Bolivia", "BOL"),
        ("Holanda", "NLD"),
        ("Iran", "IRN"),
    ],
)
def test_name_that_is_known_brings_no_other(states, typed, meant):
    found = look_up(states, typed)

    assert (found.exact, found.alike) == ([meant], [])


@pytest.mark.parametrize(
    "typed",
    [
        "Republic of Atlantis",
        "Kingdom of Narnia",
        "República de la Luna",
        "Organization for the Moon",
        "Regional Conference",
        "xyzzy",
    ],
)
def test_nothing_is_offered_when_nothing_fits(states, organisations, typed):
    assert look_up(states, typed).ranked() == []
    assert look_up(organisations, typed).ranked() == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("International Organisation for Migrations", "iom"),
        ("Organizacion Internacional de Migracion", "iom"),
        ("African Unoin", "au"),
        ("Economic Comission for Latin America", "eclac"),
        ("International Labor Organisation", "ilo"),
        ("UN High Commissionner for Refugees", "unhcr"),
        ("Unided Nations Children Fund", "unicef"),
        ("Organization of Americain States", "oas"),
        ("European Comission", "ec"),
        ("Leage of Arab States", "las"),
    ],
)
def test_misspelt_organisation_is_offered_first(organisations, typed, meant):
    assert look_up(organisations, typed).alike[0] == meant


def test_shared_words_count_less_than_the_others():
    assert likeness("dominican republic", "italian republic") < 40
    assert likeness("kingdom of spain", "kingdom of bahrain") < 76
    assert likeness("dominican republik", "dominican republic") > 90


@pytest.mark.django_db
def test_pasted_lists_and_imports_offer_the_same():
    make_state("DOM", name_en="Dominican Republic")
    make_state("ITA", name_en="Italy")
    make_state("SVK", name_en="Slovakia")

    suggested = StateNames().suggest("Dominican Repulbic")
    offered = Names().find("state", "Dominican Repulbic")

    assert [state.name for state in suggested] == ["Dominican Republic"]
    assert [key for key, _label in offered.candidates] == ["DOM"]
    assert StateNames().suggest("Republic of Atlantis") == ()
    assert not Names().find("state", "Republic of Atlantis").candidates
