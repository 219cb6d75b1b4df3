import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.mapping import read_mapping
from surveys.mapping.drafting import draft_mapping
from surveys.questionnaires.definitions import Definition
from surveys.readers.tables import Column, Export, Role, Row, Table, Tool
from tests.factories import make_question, make_questionnaire
from tests.surveys.loaded_questionnaires import have_questionnaires

pytestmark = pytest.mark.django_db

DECIDE = "# decide: "


@pytest.fixture
def definition():
    asked = make_questionnaire("mechanism", version=9)
    make_question(asked, "who", registry_list="mechanism", text_en="Which mechanism?")
    make_question(
        asked,
        "founded",
        type="year",
        section="evolution",
        text_en="In which year was it established?",
        text_es="¿En qué año se creó?",
    )
    make_question(
        asked,
        "level",
        section="contribution",
        choices={"national": "National", "global": "Global", "do_not_know": "Unknown"},
        text_en="At which level does it work?",
    )
    make_question(asked, "partner", section="partnerships", type="repeat")
    make_question(
        asked,
        "p_name",
        section="partnerships",
        repeat="partner",
        text_en="Name of the partner",
    )
    return Definition.of(asked)


def export_of(headers, *rows, **tables):
    made = [table_of("", headers, rows)]
    made += [table_of(name, columns, []) for name, columns in tables.items()]
    return Export(Tool.KOBO, "", made, [])


def table_of(name, headers, rows):
    columns = tuple(
        header if isinstance(header, Column) else Column(n, header, header)
        for n, header in enumerate(headers)
    )
    numbered = [Row(n, [*row]) for n, row in enumerate(rows, 2)]
    return Table(name, name, columns, numbered)


def line_with(text, draft):
    (line,) = [line for line in draft.splitlines() if text in line]
    return line


def test_an_equal_text_in_any_language_is_taken_as_known(definition):
    export = export_of(["Which mechanism?", "¿En qué año se creó?"])

    draft = draft_mapping(export, definition, "file.csv")

    assert line_with("who = ", draft) == 'who = ["Which mechanism?"]  # 100'
    columns = read_mapping(draft, "draft").columns
    assert columns["founded"][0] == "¿En qué año se creó?"


def test_a_code_is_known_behind_its_path(definition):
    draft = draft_mapping(export_of(["g1/founded"]), definition, "file.csv")

    assert line_with("founded = ", draft) == 'founded = ["g1/founded"]  # 100'


def test_what_is_only_alike_is_for_a_person_to_decide(definition):
    draft = draft_mapping(export_of(["Year established"]), definition, "file.csv")

    line = line_with("founded = ", draft)
    assert line.startswith(DECIDE)
    assert "Year established" not in read_mapping(draft, "draft").columns["founded"]
    decided = read_mapping(draft.replace(DECIDE, ""), "draft")
    assert decided.columns["founded"][0] == "Year established"


def test_what_is_like_nothing_is_listed(definition):
    draft = draft_mapping(export_of(["Favourite colour"]), definition, "file.csv")

    assert '#   "Favourite colour"' in draft.splitlines()


def test_each_column_and_each_question_is_used_once(definition):
    headers = ["Year established", "In which year was it established?", "Year it began"]

    draft = draft_mapping(export_of(headers), definition, "file.csv")

    line = line_with("founded = ", draft)
    assert line == 'founded = ["In which year was it established?"]  # 100'


def test_answers_that_differ_from_the_choices_are_drafted_too(definition):
    answers = ["national", "Global", "Nationally", "Somewhere else", "", "n/a"]
    export = export_of(["level"], *([answer] for answer in answers))

    draft = draft_mapping(export, definition, "file.csv")

    options = draft.split("[options.level]")[1]
    assert line_with("Nationally", options).endswith('"Nationally" = "national"  # 89')
    assert line_with("Somewhere", options).startswith(DECIDE)
    assert '"Global"' not in options
    assert "n/a" not in options
    assert read_mapping(draft, "draft").options["level"] == {"Nationally": "national"}


def test_split_choices_are_drafted_by_their_headers(definition):
    columns = [
        Column(n, f"level/{option}", "level", option=option)
        for n, option in enumerate(["Nationaal", "Global"])
    ]

    draft = draft_mapping(export_of(columns, ["1", "0"]), definition, "file.csv")

    assert '"Nationaal" = "national"' in draft


QUESTION = "Which bodies does it have?"


@pytest.mark.parametrize(
    "heading",
    [
        f"{QUESTION} - {{label}}",
        f"{QUESTION} [{{label}}]",
        f"{QUESTION}: {{label}}",
        f"{QUESTION} (choice={{label}})",
        "organs___{code}",
        "g1/organs/{code}",
    ],
)
def test_columns_of_one_choice_each_are_offered_as_their_question(definition, heading):
    make_question(
        definition.questionnaire,
        "organs",
        type="several",
        allows_other=True,
        choices={"chair": "A chair", "meeting": "A meeting of ministers"},
        text_en=QUESTION,
    )
    headers = [
        heading.format(label="A chair", code="chair"),
        heading.format(label="A meeting of ministers", code="meeting"),
    ]

    draft = draft_mapping(
        export_of(["who", *headers]), Definition.of(definition.questionnaire), "f.csv"
    )

    shared = heading.partition(" - ")[0].partition(" [")[0].partition(": ")[0]
    shared = shared.partition(" (")[0].partition("___")[0].partition("/{")[0]
    assert read_mapping(draft, "draft").columns["organs"][0] == shared
    assert not any(header in draft for header in headers)


def test_columns_that_share_a_beginning_alone_keep_their_questions(definition):
    headers = ["who", "g1/founded", "g1/level"]

    draft = draft_mapping(export_of(headers), definition, "file.csv")

    columns = read_mapping(draft, "draft").columns
    assert (columns["founded"][0], columns["level"][0]) == ("g1/founded", "g1/level")


def test_repeated_groups_are_found_by_name_and_by_what_is_in_them(definition):
    export = export_of(["who"], partners=["Name of the partner"])

    draft = draft_mapping(export, definition, "file.csv")

    columns = read_mapping(draft.replace(DECIDE, ""), "draft").columns
    assert columns["partner"][0] == "partners"
    assert columns["p_name"][0] == "Name of the partner"


def test_what_persons_wrote_of_themselves_is_listed_as_personal_and_not_shown(
    definition,
):
    mail = Column(0, "E-mail", "E-mail", role=Role.PERSONAL)
    export = export_of([mail, "who"], ["ana@example.org", "ocam"])

    draft = draft_mapping(export, definition, "file.csv")

    assert read_mapping(draft, "draft").personal == {"E-mail"}
    assert "ana@example.org" not in draft


def test_a_column_that_says_who_answers_is_asked_for(definition):
    without = draft_mapping(export_of(["founded"]), definition, "file.csv")
    with_it = draft_mapping(export_of(["founded", "who"]), definition, "file.csv")

    assert f'{DECIDE}who = ["…"]' in without
    assert f"{DECIDE}who" not in with_it


def test_rules_of_our_own_mapping_are_taken_over():
    have_questionnaires()
    definition = Definition.stored("mechanism", 1)

    draft = draft_mapping(export_of(["mechanism"]), definition, "file.csv")

    mapping = read_mapping(draft, "draft")
    assert mapping.respondent == "mechanism"
    assert mapping.rules


@pytest.mark.no_cover
@settings(
    max_examples=60,
)
@given(
    headers=st.lists(st.text(st.characters(exclude_categories=[])), unique=True),
    answers=st.lists(st.text(), max_size=3),
)
def test_any_headers_and_answers_give_a_mapping_that_can_be_read(
    definition, headers, answers
):
    columns = ["level", *headers]
    rows = [[answer] * len(columns) for answer in answers]

    draft = draft_mapping(export_of(columns, *rows), definition, "a\nb\x00.csv")

    assert read_mapping(draft, "draft").kind == "mechanism"
    draft.encode()


def test_command_writes_a_file_and_never_over_one(tmp_path, capsys):
    have_questionnaires()
    file = tmp_path / "export.csv"
    file.write_text("mechanism,founded,themes_now\nocam,1990,security\n", "utf-8")
    output = tmp_path / "draft.toml"
    arguments = ["draft_mapping", str(file), "--questionnaire=mechanism-1"]

    call_command(*arguments, f"--output={output}")

    assert 'founded = ["founded"]  # 100' in output.read_text("utf-8")
    with pytest.raises(CommandError, match="not written over"):
        call_command(*arguments, f"--output={output}")
    capsys.readouterr()
    call_command(*arguments)
    assert capsys.readouterr().out == output.read_text("utf-8")


def test_command_says_what_is_wrong(tmp_path):
    file = tmp_path / "export.csv"
    file.write_bytes(b"\x00\x01\x02")

    with pytest.raises(CommandError, match="no questionnaire “mechanism-8”"):
        call_command("draft_mapping", str(file), "--questionnaire=mechanism-8")
    with pytest.raises(CommandError):
        call_command("draft_mapping", str(file), "--questionnaire=mechanism-1")
    with pytest.raises(CommandError, match="No such file"):
        call_command("draft_mapping", f"{file}.missing", "--questionnaire=mechanism-1")
