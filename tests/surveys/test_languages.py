"""In which language somebody answered: told by the file, shown by texts, or asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.mapping import RESPONDENT, Mapping, Rule
from surveys.names import Names
from surveys.normalising.languages import code_of, shown_by
from surveys.normalising.submissions import normalise
from surveys.problems import Code, Severity
from surveys.readers import read
from surveys.vocabularies import RespondentKind
from tests.factories import (
    make_mechanism,
    make_profile,
    make_question,
    make_questionnaire,
    make_state,
    make_theme,
)
from tests.surveys.export_files import csv_file


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("es", "es"),
        ("es-MX", "es"),
        ("fr_FR", "fr"),
        ("Español (es)", "es"),
        ("Français", "fr"),
        ("French", "fr"),
        ("SPANISH", "es"),
        ("SPA", "es"),
        ("fra", "fr"),
        ("Castellano", "es"),
        ("Spanish (Mexico)", "es"),
        ("العربية", "ar"),
        ("عربي", "ar"),
        ("Arabe", "ar"),
        ("Inglés", "en"),
        ("English (en)", "en"),
        ("Klingon (tlh)", ""),
        ("English, French", ""),
        ("Português", ""),
        ("", ""),
    ],
)
def test_languages_are_known_by_the_names_that_people_write(written, language):
    assert code_of(written) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Le forum s’est réorienté vers la diaspora.", "fr"),
        ("La présidence est annuelle", "fr"),
        ("El proceso cambió mucho.", "es"),
        ("No hay secretaría permanente", "es"),
        ("The chair rotates yearly.", "en"),
        ("أنشئت الأمانة في عام ١٩٩٦ من قبل الأعضاء", "ar"),
        ("A reunião é anual e o secretariado não existe", "pt"),
        ("Puebla Process", ""),
        ("Intra-regional dialogue", ""),
        ("Nepal", ""),
    ],
)
def test_a_sentence_shows_its_language_and_a_name_none(text, language):
    assert shown_by(text) == language


@given(st.text())
def test_no_text_makes_it_fail(text):
    assert shown_by(text) == "" or len(shown_by(text)) == 2
    assert code_of(text) in ("", "en", "fr", "es", "ar")


PROSE = Rule(
    "profiles.section",
    {"prose": "story"},
    key=("part",),
    mechanism=RESPONDENT,
    always={"part": "evolution"},
)


@pytest.fixture
def questionnaire(db):
    """A questionnaire in two languages, whose codes show neither."""
    made = make_questionnaire("mechanism", 7)
    texts = {"text_en": "Who answers?", "text_fr": "Qui répond ?"}
    make_question(made, "who", registry_list="mechanism", **texts)
    texts = {"text_en": "How did it change?", "text_fr": "Comment a-t-il changé ?"}
    make_question(made, "story", type="long_text", **texts)
    make_profile(make_mechanism(slug="rcm"), acronym="RCM")
    return made


CODES = ("who", "story")
IN_ENGLISH = ("Who answers?", "How did it change?")
IN_FRENCH = ("Qui répond ?", "Comment a-t-il changé ?")


def said(questionnaire, *stories, headings=CODES, language=None, answers=None):
    """Return the columns of prose with their texts, and the questions on languages."""
    names = [*headings, *(["language"] if language is not None else [])]
    rows = [
        ["submission_id", *names],
        *(
            [f"s{number}", "rcm", story, *([language] if language is not None else [])]
            for number, story in enumerate(stories)
        ),
    ]
    mapping = Mapping(
        "own",
        RespondentKind.MECHANISM,
        7,
        "who",
        columns={"who": ("who",), "story": ("story",)},
        rules=(PROSE,),
    )
    decisions = {"language": answers or {}}
    normalised = normalise(
        read(csv_file(rows), "f.csv"),
        mapping,
        questionnaire,
        Names(),
        decisions=decisions,
    )
    prose = [
        (name, value)
        for statement in normalised.statements
        for name, value in statement.values.items()
        if name.startswith("prose")
    ]
    asked = [p for p in normalised.problems if p.code == Code.UNKNOWN_LANGUAGE]
    assert all(problem.severity == Severity.QUESTION for problem in asked)
    return prose, asked


FRENCH = "Le forum s’est réorienté vers la diaspora."
SHORT = "Réforme 2019"


def test_a_single_sentence_goes_into_its_own_language(questionnaire):
    assert said(questionnaire, FRENCH) == ([("prose_fr", FRENCH)], [])


def test_what_the_file_says_counts_first(questionnaire):
    prose, asked = said(questionnaire, SHORT, language="Castellano")

    assert (prose, asked) == ([("prose_es", SHORT)], [])


def test_a_sentence_in_another_language_than_the_file_says_is_asked(questionnaire):
    prose, (asked,) = said(questionnaire, FRENCH, language="en")
    answered, none = said(questionnaire, FRENCH, language="en", answers={"story": "fr"})

    assert prose == []
    assert asked.value == "story"
    assert (answered, none) == ([("prose_fr", FRENCH)], [])


@pytest.mark.parametrize(
    "text", ["Élargissement thématique.", "Agenda ampliada", "Trata de personas"]
)
def test_words_that_do_not_sound_like_the_form_are_asked(questionnaire, text):
    prose, (asked,) = said(questionnaire, text, headings=IN_ENGLISH)

    assert (prose, asked.value) == ([], "How did it change?")


@pytest.mark.parametrize(
    "text",
    [
        *("Remesas", "Retorno", "Oficina regional", "Foro anual", "Salud", "Juventud"),
        *("Frontières", "Appui", "Retour", "Aucun changement", "Cotisations"),
        *("Fronteiras", "Trabalho", "Mudança", "Apoio técnico"),
    ],
)
def test_one_or_two_words_that_are_not_of_the_form_s_language_are_asked(
    questionnaire, text
):
    prose, asked = said(questionnaire, text, "Retorno", headings=IN_ENGLISH)

    assert prose == []
    assert [problem.value for problem in asked] == ["How did it change?"]


@pytest.mark.parametrize(
    "text",
    [
        *("2019", "UNHCR", "GFMD", "RCM", "Nepal", "New Zealand"),
        *("Annual meeting", "Training", "Working group", "Counter-trafficking"),
        "Did it change",
    ],
)
def test_names_numbers_and_words_of_the_form_are_not_asked(questionnaire, text):
    make_state("NPL", name_en="Nepal", name_es="Nepal")
    make_state("NZL", name_en="New Zealand", name_es="Nueva Zelandia")
    make_theme("counter-trafficking", name_en="Counter-trafficking")

    asked = said(questionnaire, text, headings=IN_ENGLISH)

    assert asked == ([("prose_en", text)], [])


def test_the_name_of_a_state_in_another_language_is_asked(questionnaire):
    make_state("NZL", name_en="New Zealand", name_es="Nueva Zelandia")

    prose, (asked,) = said(questionnaire, "Nueva Zelandia", headings=IN_ENGLISH)

    assert (prose, asked.value) == ([], "How did it change?")


def test_a_language_that_nobody_knows_is_asked_once(questionnaire):
    prose, (asked,) = said(questionnaire, "Plan 2020", SHORT, language="Klingon")
    known, none = said(
        questionnaire, "Plan 2020", SHORT, language="Klingon", answers={"Klingon": "es"}
    )

    assert prose == []
    assert asked.value == "Klingon"
    assert {key for key, _label in asked.candidates} == {"en", "fr", "es", "ar", "none"}
    assert (known, none) == ([("prose_es", "Plan 2020"), ("prose_es", SHORT)], [])


def test_headings_show_the_language_of_a_short_text(questionnaire):
    assert said(questionnaire, SHORT, headings=IN_FRENCH) == ([("prose_fr", SHORT)], [])


def test_short_texts_are_asked_once_for_their_column(questionnaire):
    prose, (asked,) = said(questionnaire, SHORT, "Plan 2020", FRENCH)
    answered, none = said(questionnaire, SHORT, FRENCH, answers={"story": "es"})
    left_out, _none = said(questionnaire, SHORT, FRENCH, answers={"story": "none"})

    assert prose == [("prose_fr", FRENCH)]
    assert (asked.value, SHORT in asked.text) == ("story", True)
    assert (answered, none) == ([("prose_es", SHORT), ("prose_fr", FRENCH)], [])
    assert left_out == [("prose_fr", FRENCH)]


def test_a_text_in_a_language_that_the_registry_lacks_is_asked(questionnaire):
    text = "A reunião é anual e o secretariado não existe"
    prose, (asked,) = said(questionnaire, text)

    assert prose == []
    assert asked.value == "story"
