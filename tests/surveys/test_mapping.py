import re

import pytest
from django.conf import settings

from surveys.mapping import RESPONDENT, MappingError, choose, read_mapping, shipped
from surveys.mapping.reading import FOLDER, KEYS
from surveys.mapping.rule_reading import RULE_KEYS, target_fields, targets
from surveys.questionnaires.definitions import LANGUAGES, Definition
from surveys.readers.tables import Column, Export, Response, Role, Row, Table, Tool
from surveys.vocabularies import RespondentKind
from tests.factories import make_question, make_questionnaire
from tests.surveys.loaded_questionnaires import have_questionnaires

SMALL = """
schema = 1
questionnaire = "mechanism-9"
respondent = "who"
time_zone = "America/Costa_Rica"
empty = ["(vacío)"]
person_email = "mail"

[columns]
founded = ["s1/founded", "Since when?"]
who = ["id/mech"]

[options.colour]
rojo = "red"

[[rule]]
target = "profile"
fields = { established = "founded" }

[[rule]]
target = "profiles.themefocus"
each = "theme"
fields = { theme = "themes" }
always = { phase = "current" }
label_field = "label"
key = ["theme", "phase"]

[[rule]]
target = "profiles.contribution"
repeat = "contribution"
fields = { title = "c_title", level = "c_level", states = "c_states" }
always = { kind = "policy", status = "adopted" }
values.level = { land = "national", world = "" }
only_if = { colour = ["red"] }
key = ["level", "title"]
"""

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def questionnaire():
    asked = make_questionnaire("mechanism", version=9)
    make_question(asked, "who", registry_list="mechanism", allows_other=True)
    make_question(asked, "mail", is_personal=True)
    make_question(asked, "founded", section="evolution", type="year")
    make_question(asked, "colour", section="evolution", choices=["red", "blue"])
    make_question(
        asked, "themes", section="evolution", type="several", registry_list="theme"
    )
    make_question(asked, "contribution", section="contribution", type="repeat")
    inside = {"repeat": "contribution", "section": "contribution"}
    make_question(asked, "c_title", **inside)
    make_question(asked, "c_level", choices=["land", "world"], **inside)
    make_question(asked, "c_states", type="several", registry_list="state", **inside)
    return asked


def problems_of(old, new):
    assert old in SMALL
    with pytest.raises(MappingError) as caught:
        read_mapping(SMALL.replace(old, new, 1), "mine.toml")
    return "\n".join(caught.value.problems)


def test_a_mapping_is_read_as_it_is_written():
    mapping = read_mapping(SMALL, "mine")

    assert (mapping.name, mapping.kind, mapping.version) == ("mine", "mechanism", 9)
    assert (mapping.respondent, mapping.respondent_other) == ("who", "who_other")
    assert mapping.time_zone == "America/Costa_Rica"
    assert {"(vacío)", "", "n/a"} <= mapping.empty
    assert "do_not_know" in mapping.does_not_know
    assert mapping.options == {"colour": {"rojo": "red"}}
    established, themes, contribution = mapping.rules
    assert established.fields == {"established": "founded"}
    assert established.mechanism == RESPONDENT
    assert (themes.each, themes.label_field) == ("theme", "label")
    assert contribution.repeat == "contribution"
    assert contribution.values == {"level": {"land": "national", "world": None}}
    assert contribution.only_if == {"colour": ("red",)}
    assert contribution.key == ("level", "title")


def test_columns_go_by_what_the_mapping_says_first_then_by_path_code_and_text():
    columns = read_mapping(SMALL, "mine").columns

    assert columns["founded"] == (
        "s1/founded",
        "Since when?",
        "s1_evolution/founded",
        "founded",
        "Text of founded",
    )
    assert columns["c_title"][0] == "s2_contribution/contribution/c_title"
    assert columns["who_other"][:2] == ("about/who_other", "who_other")


def test_personal_questions_are_kept_apart_without_being_listed():
    mapping = read_mapping(SMALL.replace('person_email = "mail"', ""), "mine")

    assert mapping.personal == {"mail"}


def test_equal_texts_have_equal_fingerprints():
    mapping, again = read_mapping(SMALL, "mine"), read_mapping(SMALL, "theirs")
    other = read_mapping(SMALL + "\n# more\n", "mine")

    assert mapping.sha256 == again.sha256 != other.sha256


def test_options_can_be_those_of_another_question(questionnaire):
    make_question(questionnaire, "paint", section="evolution", choice_list="colour")
    text = SMALL.replace(
        "[options.colour]", '[options]\npaint = "colour"\n[options.colour]'
    )

    assert read_mapping(text, "mine").options["paint"] == {"rojo": "red"}


def test_a_column_name_can_mean_another_question_inside_a_repeat():
    text = SMALL.replace("[columns]", '[columns]\nc_title = ["Since when?"]')

    columns = read_mapping(text, "mine").columns

    assert "Since when?" in columns["c_title"]
    assert "Since when?" in columns["founded"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # The head of the file
        ("schema = 1", "schema = 2", "schema: It must be 1"),
        ("schema = 1", "schema = 1\ntimezone = 1", "Did you mean “time_zone”?"),
        ("mechanism-9", "mechanism-8", "questionnaire: There is no questionnaire"),
        ("mechanism-9", "mechansm-1", "Did you mean “mechanism-1”?"),
        ('respondent = "who"', 'respondent = "whom"', "Did you mean “who”?"),
        ('respondent = "who"', 'respondent = "founded"', "which mechanism answers"),
        (
            "America/Costa_Rica",
            "America/CostaRica",
            "Did you mean “America/Costa_Rica”",
        ),
        ('empty = ["(vacío)"]', "empty = 3", "empty: It must be a list of texts"),
        ('empty = ["(vacío)"]', 'tools = ["kobbo"]', "Did you mean “kobo”?"),
        ('empty = ["(vacío)"]', 'day_first = "yes"', "day_first: It must be true or"),
        ("schema = 1", "schema : 1", "mine.toml: "),
        ("schema = 1", 'schema = 1\nrules_from = "mechanism-2"', "“mechanism-1”?"),
        # Columns and options
        ("founded = [", "fonded = [", "columns.fonded: The questionnaire has no"),
        ('["id/mech"]', '["s1/founded"]', "already the column of “founded”"),
        ('["id/mech"]', "[1]", "columns.who: It must be a list of texts"),
        ("[options.colour]", "[options.color]", "options.color: The questionnaire has"),
        ('rojo = "red"', 'rojo = "redd"', "options.colour.rojo: “redd” is no choice"),
        ("[options.colour]", "[options.founded]", "This question has no choices"),
        (
            "[options.colour]",
            '[options]\ncolour = "hue"\n[options.tint]',
            "no options of",
        ),
        # Rules
        ('"profile"', '"profil"', "rule 1 (profil): “profil” is nothing"),
        ('"profiles.themefocus"', '"profiles.theme_focus"', "“profiles.themefocus”?"),
        ("established =", "establish =", "Did you mean “established”?"),
        ('= "founded" }', '= "fonded" }', "rule 1 (profile): The questionnaire has no"),
        ('always = { phase = "current" }', 'alway = { phase = "now" }', "“always”?"),
        ('phase = "current"', 'phase = "now"', "“now” is none of its terms: initial"),
        ('phase = "current"', 'phas = "current"', "Did you mean “phase”?"),
        (
            '"theme", "phase"]',
            '"theme", "fase"]',
            "key: “fase” is not among the fields",
        ),
        ('key = ["theme", "phase"]', "", "Say by “key” by which fields"),
        ('each = "theme"\n', "", 'several choices: add each = "theme"'),
        ('each = "theme"', 'each = "them"', "each: “them” is none of the fields"),
        ('label_field = "label"', 'label_field = "phase"', "label_field: “phase” does"),
        ('repeat = "contribution"\n', "", 'add repeat = "contribution"'),
        ('repeat = "contribution"', 'repeat = "contributions"', "“contribution”?"),
        (', world = ""', "", "The choice “world” of “c_level” is none of the terms"),
        ("land = ", "lnd = ", "“lnd” is no choice of the question"),
        ('land = "national"', 'land = "nation"', "Did you mean “national”?"),
        ('colour = ["red"]', 'colour = ["rot"]', "only_if.colour: “rot” is no choice"),
        ('colour = ["red"]', 'color = ["red"]', "Did you mean “colour”?"),
        (', status = "adopted"', "", "It lacks “status”, which the target cannot"),
        ('states = "c_states"', 'states = "@respondent"', "is no value of this field"),
        ('states = "c_states"', 'themes = "c_states"', "are not of the list “theme”"),
        (
            'states = "c_states"',
            'year = "c_title"',
            "“c_title” is not answered by a num",
        ),
        ('title = "c_title"', 'title = "contribution"', "is a repeated group, not an"),
        (
            'each = "theme"',
            'each = "theme"\nmechanism = "founded"',
            "which mechanism it",
        ),
        ("[[rule]]", "[rule]", "mine.toml: "),
        (
            'fields = { established = "founded" }',
            'fields = { established = "founded" }\nkey = ["established"]',
            "Fields of the profile need no key",
        ),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong_and_where(old, new, message):
    problems = problems_of(old, new)

    assert message in problems
    assert all(line.startswith("mine.toml: ") for line in problems.splitlines())


def test_all_that_is_wrong_is_said_at_once():
    text = SMALL.replace("rojo", "x").replace('"red"', '"rot"', 1)

    with pytest.raises(MappingError) as caught:
        read_mapping(text.replace("schema = 1", "schema = 0"), "mine")

    assert len(caught.value.problems) == 2


def test_a_state_must_say_of_which_mechanism_it_speaks():
    asked = make_questionnaire("state", version=9)
    make_question(asked, "who", registry_list="state")
    text = """
schema = 1
questionnaire = "state-9"
respondent = "who"
[[rule]]
target = "profiles.membership"
fields = { state = "@respondent" }
key = ["state"]
"""

    with pytest.raises(MappingError, match="which question names the mechanism"):
        read_mapping(text, "mine")


def test_what_only_the_registry_sets_is_no_target():
    for target in targets():
        fields = target_fields(target)
        assert fields
        assert not {"uid", "profile", "source", "edition", "state_of"} & fields.keys()
    assert "version" not in target_fields("profile")
    assert "state" not in target_fields("profile")


def test_shipped_mappings_are_right_for_the_questionnaires_that_come_along():
    have_questionnaires()

    mappings = shipped()

    assert {path.stem for path in FOLDER.glob("*.toml")} == mappings.keys()
    for kind in RespondentKind.values:
        assert mappings[f"{kind}-1"].kind == kind
        assert mappings[f"iscm_2019_{kind}"].kind == kind


def test_shipped_mappings_can_be_read_before_questionnaires_are_loaded():
    assert Definition.stored("mechanism", 1) is None

    assert shipped()["mechanism-1"].rules


def test_nothing_said_about_money_becomes_public_by_itself():
    for mapping in shipped().values():
        for rule in mapping.rules:
            if rule.target == "partnerships.fundingsource":
                assert rule.always["is_public"] is False


def export_of(*headers, name="", rows=(), **repeats):
    """Return an export with these columns, and tables of repeated groups by name."""
    tables = [table_of(name, headers, rows)]
    tables += [table_of(repeat, columns) for repeat, columns in repeats.items()]
    responses = [Response(row, key=str(row.number)) for row in tables[0].rows]
    return Export(Tool.KOBO, "", tables, responses)


def table_of(name, headers, rows=()):
    columns = tuple(Column(n, text, text) for n, text in enumerate(headers))
    return Table(name, name, columns, [Row(n, [*row]) for n, row in enumerate(rows, 2)])


OWN = ["about/mechanism", "s1_evolution/founded", "s1_evolution/themes_now"]


def test_the_mapping_of_our_own_form_is_chosen_by_its_codes():
    assert choose(export_of(*OWN, "s1_evolution/shift_why")).name == "mechanism-1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mapping_of_our_own_form_is_chosen_by_its_texts(language):
    have_questionnaires()
    questions = Definition.stored("state", 1).questions
    texts = [getattr(question, f"text_{language}") for question in questions]

    assert choose(export_of(*texts)).name == "state-1"


def test_a_form_of_2019_is_told_from_ours():
    headers = ["id/mech", "s1/founded", "s1/themes_now", "s1/shift_text", "s3/organs"]

    assert choose(export_of(*headers)).name == "iscm_2019_mechanism"


def test_hidden_questions_decide_whatever_the_headers_look_like():
    hidden = ["form_kind", "form_version"]
    export = export_of(*OWN, *hidden, rows=[["x", 1, "", "state", "1"]])

    assert choose(export).name == "state-1"


@pytest.mark.parametrize(
    "headers",
    [
        ["Timestamp", "Your name", "Favourite colour", "Why?"],
        ["about/mechanism", "s1_evolution/founded"],  # too few to tell
        ["s1_evolution/founded", "s1_evolution/themes_now", "s1_evolution/shift_why"],
        [*OWN, *(f"Unknown {n}" for n in range(4))],
    ],
)
def test_no_mapping_is_chosen_that_does_not_fit_clearly(headers):
    assert choose(export_of(*headers)) is None


def test_only_mappings_of_the_asked_kinds_are_chosen():
    headers = [*OWN, "s1_evolution/shift_why"]

    assert choose(export_of(*headers), [RespondentKind.STATE]) is None
    assert choose(export_of(*headers), [RespondentKind.MECHANISM])


def test_bookkeeping_does_not_speak_against_a_mapping():
    export = export_of(*OWN, *(f"_x{n}" for n in range(9)))
    main = export.main
    main.columns = tuple(
        Column(c.position, c.header, c.question, Role.BOOKKEEPING)
        if c.header.startswith("_")
        else c
        for c in main.columns
    )

    assert choose(export).name == "mechanism-1"


def test_documentation_names_every_key_and_its_example_can_be_read():
    text = (settings.BASE_DIR / "docs/survey-mappings.md").read_text("utf-8")
    example, *_decisions, rule = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)

    named = {*re.findall(r"`([a-z_]+)`", text)}
    assert (KEYS | RULE_KEYS | {"columns", "options"}) - {"rule"} <= named
    assert read_mapping(example, "mine").columns["founded"][0] == "Q3"
    assert read_mapping(example + rule, "mine").rules[-1].only_if
