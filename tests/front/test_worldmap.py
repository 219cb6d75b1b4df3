import re
from pathlib import Path

import pycountry
import pytest
from django.conf import settings
from django.template.loader import render_to_string

from profiles.worldmap import world_map

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

    assert shades(drawn) == {"CRI": 1, "FRA": 2, "NRU": 5, "KEN": 0}
    assert [(shade.low, shade.high) for shade in drawn.legend] == [
        (1, 2),
        (3, 4),
        (5, 6),
        (7, 9),
    ]


def test_a_shade_means_the_same_whatever_the_other_states_count():
    few = world_map({"CRI": 4, "FRA": 5, "KEN": 6}, STATES)
    many = world_map({"CRI": 4, "FRA": 5, "KEN": 17}, STATES)

    assert [(s.low, s.high) for s in few.legend] == [(1, 2), (3, 4), (5, 6)]
    assert [(s.low, s.high) for s in many.legend][:3] == [(1, 2), (3, 4), (5, 6)]
    assert (many.legend[-1].low, many.legend[-1].high) == (10, 17)


def frame(*codes):
    drawn = world_map({}, {code: (code, "/") for code in codes}, near=codes)
    return drawn, [float(number) for number in drawn.view_box.split()]


WHOLE = [float(number) for number in world_map({}, STATES).view_box.split()]


@pytest.mark.parametrize(
    ("codes", "most"),
    [
        (("CRI",), 0.25),
        (("CRI", "PAN", "MEX", "BLZ"), 0.25),
        (("FRA",), 0.25),  # whose shape holds a part of South America
        (("USA", "CAN", "MEX"), 0.5),
        (("RUS",), 0.5),  # which goes on beyond the edge of the map
        (("FJI", "WSM", "TON", "COK", "NRU"), 0.25),  # on both edges of the map
    ],
)
def test_near_map_shows_the_part_of_the_world_where_states_lie(codes, most):
    _drawn, (_x, y, width, height) = frame(*codes)

    assert width < most * WHOLE[2]
    assert width / height == pytest.approx(1.8, abs=0.7)
    assert y >= WHOLE[1]
    assert y + height <= WHOLE[1] + WHOLE[3]


def test_who_lies_beyond_the_part_shown_is_named():
    states = {code: (code, "/") for code in ("FJI", "WSM", "TON", "TUV", "FRA")}

    drawn = world_map({}, states, near=["FJI", "TON"])

    assert [place.iso3 for place in drawn.beyond] == ["FRA"]
    x, _y, width, _height = map(float, drawn.view_box.split())
    assert width < 0.25 * WHOLE[2]
    assert x + width > WHOLE[2]
    assert world_map({}, states).beyond == []


def test_on_a_map_of_the_whole_world_nobody_lies_beyond():
    drawn, box = frame("FJI", "WSM", "AUS", "USA")
    assert box == WHOLE
    assert drawn.beyond == []
    assert drawn.second_world == 0


def test_islands_beyond_the_edge_of_the_map_are_drawn_beside_their_neighbours():
    drawn, (x, _y, width, _height) = frame("FJI", "WSM", "COK", "AUS")

    assert drawn.second_world == WHOLE[2]
    for place in drawn.places:
        if place.x is not None:
            assert x < place.x + place.shift < x + width, place.iso3
    assert {p.iso3 for p in drawn.places if p.shift} == {"WSM", "COK"}


def test_map_of_states_all_over_the_world_shows_all_of_it():
    drawn, view = frame("USA", "FRA", "AUS", "WSM", "CHN")

    assert view == WHOLE
    assert drawn.second_world == 0


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
