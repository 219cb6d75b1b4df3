"""Every pair of colours that carries text or a mark can be read, day and night."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

STYLES = Path(settings.BASE_DIR, "static/css")
STYLE_SHEETS = [path for path in STYLES.glob("*.css") if path.stem != "tokens"]
OF_THEIR_OWN = {
    # The checked box keeps one blue in both themes: its tick is white.
    "registry": {"#0033a0", "#3d66b5"},
    # The ground of a picture that phones read.
    "account": {"#fff"},
}
TOKENS = {
    name: {"day": day, "night": night}
    for name, day, night in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);",
        (STYLES / "tokens.css").read_text(),
    )
}

GROUNDS = ["paper", "canvas"]
WORDS = ["ink", "ink-soft", "brand", "brand-strong", "success", "caution", "danger"]
HUES = [f"hue-{number}" for number in range(1, 7)]

TEXT = [
    *[(word, ground) for word in WORDS + HUES for ground in GROUNDS],
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("brand", "brand-soft"),
    ("ink", "brand-soft"),
    ("ink-soft", "brand-soft"),
    ("ink", "caution-soft"),
    ("caution", "caution-soft"),
    ("ink", "danger-soft"),
    ("danger", "danger-soft"),
    ("success", "success-soft"),
    ("ink", "highlight"),
    ("brand", "highlight"),
    ("ink-soft", "highlight"),
]
# Edges of fields and marks need three to one (WCAG 1.4.11).
EDGES = [("line-strong", "paper"), ("line-strong", "canvas")]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_defines_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize(("word", "ground"), TEXT)
def test_text_can_be_read(word, ground, theme):
    assert contrast(TOKENS[word][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_fields_and_marks_can_be_seen(edge, ground, theme):
    assert contrast(TOKENS[edge][theme], TOKENS[ground][theme]) >= 3


@pytest.mark.parametrize("theme", ["day", "night"])
def test_shades_of_the_map_rise_step_by_step(theme):
    shades = [TOKENS[f"map-{number}"][theme] for number in range(6)]

    steps = [contrast(shade, TOKENS["paper"][theme]) for shade in shades]

    assert steps == sorted(steps)
    for lighter, darker in pairwise(shades[1:]):
        assert contrast(lighter, darker) >= 1.35


@pytest.mark.parametrize("style", STYLE_SHEETS, ids=lambda path: path.stem)
def test_every_colour_comes_from_a_token(style):
    rules = re.sub(r"url\(\S*|^  --.*?;$", "", style.read_text(), flags=re.MULTILINE)

    # `#added-value` is a part of a page and no colour.
    loose = set(re.findall(r"#[0-9a-f]{3,8}\b(?!-)", rules))

    assert loose <= OF_THEIR_OWN.get(style.stem, set())


def test_no_rule_is_important_and_no_side_is_left_or_right():
    css = [(STYLES / f"{name}.css").read_text() for name in ("registry", "record")]
    code = re.sub(r"/\*.*?\*/", "", "".join(css), flags=re.DOTALL)

    # Whatever is displayed in a way of its own has to go when it is hidden.
    assert code.count("!important") == code.count("display: none !important") == 1
    assert not re.search(
        r"\b(?:margin|padding|border|inset)-(?:left|right|top|bottom)\b"
        r"|^\s*(?:left|right|top|bottom|width|height):|text-align: (?:left|right)",
        code,
        flags=re.MULTILINE,
    )


def test_no_token_has_the_name_of_a_variable_of_the_admin():
    admin = finders.find("admin/css/base.css")
    taken = re.findall(r"--([\w-]+):", Path(admin).read_text())
    tokens = re.findall(r"--([\w-]+):", (STYLES / "tokens.css").read_text())

    assert taken
    assert tokens
    assert not set(taken) & set(tokens)
