"""The States of the registry, held against ISO 3166 and the names of CLDR."""

import csv

import pycountry
import pytest
from babel import Locale
from django.conf import settings

FOLDER = settings.BASE_DIR / "fixtures" / "registry"
# A code that ISO leaves to its users; see the note of that State.
USER_ASSIGNED = {"XKX"}


def lines(file):
    with (FOLDER / file).open(encoding="utf-8") as text:
        return list(csv.DictReader(text))


def test_every_state_and_territory_of_iso_3166_is_there_with_its_codes():
    ours = {
        line["iso3"]: line["iso2"]
        for line in lines("states.csv")
        if line["iso3"] not in USER_ASSIGNED
    }

    assert ours == {country.alpha_3: country.alpha_2 for country in pycountry.countries}


def test_m49_codes_are_those_of_iso_3166_or_left_out():
    for line in lines("states.csv"):
        country = pycountry.countries.get(alpha_3=line["iso3"])
        assert line["m49"] in {"", country.numeric if country else ""}, line


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_a_state_is_known_under_the_name_that_cldr_gives_it(language):
    """Names follow United Nations terminology; where CLDR's differs, it is an alias."""
    territories = Locale(language).territories
    aliases = {(line["state"], line["name"]) for line in lines("state_aliases.csv")}

    unknown = {
        line["iso3"]: territories[line["iso2"]]
        for line in lines("states.csv")
        if line[f"name_{language}"] != territories[line["iso2"]]
        and (line["iso3"], territories[line["iso2"]]) not in aliases
    }

    assert unknown == {}
