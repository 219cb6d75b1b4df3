import re
from pathlib import Path

import pycountry
from django.conf import settings
from django.template.loader import render_to_string

from profiles.worldmap import Shade, world_map

STATES = {
    "CRI": ("Costa Rica", "/states/cri/"),
    "FRA": ("France", "/states/fra/"),
    "NRU": ("Nauru", "/states/nru/"),
    "KEN": ("Kenya", "/states/ken/"),
}


def shades(drawn):
    return {place.iso3: place.shade for place in drawn.places}


def test_state_in_no_mechanism_has_the_shade_of_none():
    assert shades(world_map({"CRI": 3}, STATES))["KEN"] == 0


def test_shades_follow_the_counts_and_the_legend_covers_every_count():
    drawn = world_map({"CRI": 1, "FRA": 4, "NRU": 9}, STATES)

    assert shades(drawn) == {"CRI": 1, "FRA": 3, "NRU": 5, "KEN": 0}
    assert drawn.legend == [Shade(1, 1, 1), Shade(3, 2, 4), Shade(5, 5, 9)]


def test_every_count_falls_into_the_step_of_its_shade():
    counts = {
        country.alpha_3: number % 17
        for number, country in enumerate(pycountry.countries)
    }
    states = {iso3: (iso3, f"/states/{iso3}/") for iso3 in counts}

    drawn = world_map(counts, states)

    steps = {step.number: step for step in drawn.legend}
    assert len(steps) == 5
    for place in drawn.places:
        if place.count:
            step = steps[place.shade]
            assert step.low <= place.count <= step.high


def test_small_island_state_has_a_marker():
    (nauru,) = world_map({"NRU": 1}, {"NRU": STATES["NRU"]}).markers

    assert (nauru.x, nauru.y) != (None, None)


def test_no_state_without_shape_or_marker_is_lost():
    drawn = world_map({"IOT": 1}, {"IOT": ("Chagos", "/states/iot/")})

    assert drawn.places == []
    assert [place.iso3 for place in drawn.not_drawn] == ["IOT"]


def test_map_without_any_count_has_no_legend():
    assert world_map({}, STATES).legend == []


def test_every_member_state_of_the_united_nations_can_be_drawn():
    # Codes of ISO 3166-1 that name no State or populated territory to be drawn.
    left_out = {"ATA", "ATF", "BVT", "HMD", "IOT", "SGS", "UMI"}
    states = {
        country.alpha_3: (country.name, "/")
        for country in pycountry.countries
        if country.alpha_3 not in left_out
    }

    assert world_map({}, states).not_drawn == []


def test_shapes_named_by_the_map_stand_in_the_drawing():
    drawing = Path(settings.BASE_DIR, "static/img/world.svg").read_text()
    ids = set(re.findall(r'<path id="([A-Z]{3})"', drawing))
    states = {iso3: (iso3, "/") for iso3 in ids}

    assert all(place.has_shape for place in world_map({}, states).places)
    assert len(ids) > 150


def test_drawn_map_links_each_state_and_says_what_it_does_not_mean():
    drawn = world_map({"CRI": 1, "NRU": 2}, STATES)

    html = render_to_string(
        "includes/_world_map.html", {"map": drawn, "list_url": "/states/"}
    )

    assert html.count("<a ") == len(STATES) + 1
    assert "<title>Costa Rica: 1 mechanism</title>" in html
    assert "<title>Nauru: 2 mechanisms</title>" in html
    assert "do not imply official endorsement or acceptance" in html
