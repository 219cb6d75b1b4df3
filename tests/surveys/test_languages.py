"""In which language somebody answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.normalising.languages import language_of


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("es", "es"),
        ("es-MX", "es"),
        ("fr_FR", "fr"),
        ("Español (es)", "es"),
        ("Français", "fr"),
        ("العربية", "ar"),
        ("English (en)", "en"),
        ("Klingon (tlh)", "en"),
        ("", "en"),
    ],
)
def test_what_the_file_says_counts(written, language):
    assert language_of(written, []) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The secretariat was established by the members in 1996.", "en"),
        ("La secretaría fue establecida por los miembros del proceso.", "es"),
        ("Le secrétariat a été créé par les membres du processus.", "fr"),
        ("أنشئت الأمانة في عام ١٩٩٦ من قبل الأعضاء", "ar"),
        ("Comisión Centroamericana de Directores", "en"),
        ("Procès of the los del les des", "en"),
    ],
)
def test_the_words_decide_where_the_file_says_nothing(text, language):
    assert language_of("", [text]) == language


def test_what_the_file_says_goes_before_the_words():
    text = "La secretaría fue establecida por los miembros del proceso."

    assert language_of("fr", [text]) == "fr"


@given(st.text(), st.lists(st.text()))
def test_there_is_always_a_language(written, texts):
    assert language_of(written, texts) in ("en", "fr", "es", "ar")
