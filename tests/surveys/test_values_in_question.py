"""Values that nobody understands are asked about, and nothing is stated meanwhile."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from profiles.models import Chairing, Membership, Organ, Profile, Section
from surveys.file_questions import LANGUAGE, PERSONAL
from surveys.mapping import shipped
from surveys.models import Submission
from surveys.pipeline import prepare
from surveys.problems import VALUE, Code, Severity
from tests import factories as make
from tests.surveys.export_files import csv_file, xlsx_file
from tests.surveys.loaded_questionnaires import have_questionnaires

pytestmark = pytest.mark.django_db

NAMES = {
    "CRI": "Costa Rica",
    "DNK": "Denmark",
    "FJI": "Fiji",
    "GIN": "Guinea",
    "GNB": "Guinea-Bissau",
    "NAM": "Namibia",
    "PAN": "Panama",
    "PNG": "Papua New Guinea",
    "SDN": "Sudan",
    "SSD": "South Sudan",
}
CODES = {"DNK": "DK", "NAM": "NA", "SDN": "SD"}
COLUMNS = ["submission_id", "mechanism", "office", "may_publish"]


@pytest.fixture
def round():
    have_questionnaires()
    for iso3, name in NAMES.items():
        make.make_state(iso3, name_en=name, iso2=CODES.get(iso3, iso3[:2]))
    for slug in ("apc", "pidc"):
        make.make_profile(make.make_mechanism(slug=slug), name=slug.upper())
    return make.make_round("2030")


def prepared(round, columns, *rows, decisions=None, file="answers.csv"):
    rows = [[str(n), *row] for n, row in enumerate(rows, 1)]
    content = csv_file([[*COLUMNS, *columns], *rows])
    return prepare(content, file, round, decisions=decisions)


def open_questions(preparation):
    return [
        (problem.question, problem.value)
        for problem in preparation.questions
        if problem.kind == VALUE
    ]


def stated(preparation):
    return [
        (statement.target, statement.values)
        for statement in preparation.normalised.statements
    ]


@pytest.mark.parametrize(
    "said",
    [
        *("2", "1", "0", "Nein", "no, not yet", "do_not_know", "-99", "", "perhaps"),
        *("99", "Falso", "Faux", "sim", "да", "X", "n.a.", "Yes but anonymous"),
    ],
)
def test_only_an_understood_yes_is_consent(round, said):
    preparation = prepared(
        round,
        ["founded", "evolution_text"],
        ["apc", "Unit", said, "1996", "It began with a conference."],
    )

    assert stated(preparation) == []
    assert not preparation.plan.mechanisms
    ((question, value),) = open_questions(preparation)
    assert (question, value) == ("may_publish", said)


@pytest.mark.parametrize("said", ["no", "No", "FALSE", "Non"])
def test_a_no_that_is_understood_is_not_asked(round, said):
    preparation = prepared(round, ["founded"], ["apc", "Unit", said, "1996"])

    assert stated(preparation) == []
    assert open_questions(preparation) == []
    assert len(preparation.normalised.submissions) == 1


@pytest.mark.parametrize("said", ["yes", "Sí", "oui", "TRUE"])
def test_a_yes_that_is_understood_states(round, said):
    preparation = prepared(round, ["founded"], ["apc", "Unit", said, "1996"])

    assert stated(preparation) == [("profile", {"established": 1996})]


def test_of_two_columns_of_consent_neither_is_taken(round):
    text = "May the answers be published in the registry?"
    preparation = prepared(
        round, ["founded", text], ["apc", "Unit", "yes", "1996", "no"]
    )

    assert stated(preparation) == []
    assert ("may_publish", "") in open_questions(preparation)


def test_consent_in_words_that_look_like_names_beside_addresses_is_an_answer(round):
    several = "Datos/¿Con cuáles de estos órganos cuenta el mecanismo?"
    headings = [
        "¿En nombre de qué mecanismo responde?",
        "Correo electrónico de la persona que rellenó el cuestionario",
        "Datos/¿Se pueden publicar las respuestas en el registro?",
        *(several, f"{several}/Presidencia", f"{several}/Secretaría"),
        *("_uuid", "_submission_time", "_index"),
    ]
    rows = [
        ["APC", "a@example.org", "Sí", "Secretaría", 0, 1, "u1", "", 1],
        ["PIDC", "b@example.org", "No", "Presidencia", 1, 0, "u2", "", 2],
    ]
    content = xlsx_file({"Respuestas": [headings, *rows]})

    preparation = prepare(
        content, "answers.xlsx", round, mapping=shipped()["mechanism-1"]
    )

    first, second = preparation.normalised.submissions
    assert (first.answers["may_publish"], second.answers["may_publish"]) == (
        "yes",
        "no",
    )
    assert first.answers["organs"] == ["secretariat"]
    assert Code.UNMAPPED_COLUMN not in [p.code for p in preparation.problems]
    assert list(first.personal.values()) == ["a@example.org"]


CONSENT_IN_WORDS = "May the answers be published in the registry?"


@pytest.mark.parametrize(
    "heading",
    [
        *("may_publish[comment]", "may_publish_other", "may_publish[other]"),
        *("may_publish_comment", "may_publishcomment", "may_publish/remarks"),
        *("about/may_publish_comment", "about/may_publish/comment"),
        *(f"{CONSENT_IN_WORDS} [Comment]", f"{CONSENT_IN_WORDS} - Why?"),
        *("Se peut-il : remarques", "Any comments?", "Comentarios", "ملاحظات"),
        "If not, or only in part, please explain",
    ],
)
def test_a_comment_on_consent_makes_it_a_question(round, heading):
    comment = "yes, but not the names"
    columns = [heading, "founded"]
    preparation = prepared(
        round,
        columns,
        ["apc", "Unit", "yes", comment, "1996"],
        ["pidc", "Unit", "yes", "", "2004"],
    )

    assert open_questions(preparation) == [("may_publish", f"yes | {comment}")]
    assert stated(preparation) == [("profile", {"established": 2004})]
    assert len(preparation.normalised.submissions) == 1


def test_a_comment_under_another_name_of_the_consent_is_found(round):
    mapping = replace(
        shipped()["mechanism-1"],
        columns=shipped()["mechanism-1"].columns | {"may_publish": ("Q3",)},
    )
    content = csv_file(
        [
            ["submission_id", "mechanism", "office", "Q3", "Q3 [Comment]", "founded"],
            ["1", "apc", "Unit", "yes", "only the year", "1996"],
        ]
    )

    preparation = prepare(content, "answers.csv", round, mapping=mapping)

    assert open_questions(preparation) == [("may_publish", "yes | only the year")]


@pytest.mark.parametrize(
    "comment",
    [
        *("Other: only after our ministry has agreed", "Otro: no la sección 3"),
        *("Refused", "TBC", "prefer not to say", "no disponible", "отказ", "?"),
    ],
)
def test_a_comment_that_doubts_the_yes_is_asked(round, comment):
    preparation = prepared(
        round,
        ["may_publish_comment", "founded"],
        ["apc", "Unit", "yes", comment, "1996"],
    )

    assert open_questions(preparation) == [("may_publish", f"yes | {comment}")]
    assert stated(preparation) == []


@pytest.mark.parametrize(
    "comment",
    [
        *("n/a", "-", "Yes", ".", "-99", "not applicable"),
        "Other (please specify)",
    ],
)
def test_a_comment_that_says_nothing_leaves_the_yes(round, comment):
    preparation = prepared(
        round,
        ["may_publish_comment", "founded"],
        ["apc", "Unit", "yes", comment, "1996"],
    )

    assert open_questions(preparation) == []
    assert stated(preparation) == [("profile", {"established": 1996})]


@pytest.mark.parametrize(("answer", "states"), [("yes", 1), ("no", 0)])
def test_what_is_decided_on_a_comment_is_the_answer(round, answer, states):
    decisions = {VALUE: {"may_publish": {"yes | not the names": answer}}}
    preparation = prepared(
        round,
        ["may_publish_comment", "founded"],
        ["apc", "Unit", "Oui", "not the names", "1996"],
        decisions=decisions,
    )

    (submitted,) = preparation.normalised.submissions
    assert submitted.answers["may_publish"] == answer
    assert len(stated(preparation)) == states
    assert open_questions(preparation) == []


@pytest.mark.parametrize("whose", ["", "apart", "answers"])
def test_a_comment_that_leads_to_a_person_is_asked_without_its_text(round, whose):
    decisions = {PERSONAL: {"may_publish_comment": whose}} if whose else {}
    preparation = prepared(
        round,
        ["may_publish_comment", "founded"],
        ["apc", "Unit", "yes", "Ask first: jane@example.org", "1996"],
        ["pidc", "Unit", "yes", "fine", "2004"],
        ["pidc", "Unit", "yes", "good", "2004"],
        decisions=decisions,
    )

    assert ("may_publish", "yes | 1") in open_questions(preparation)
    assert stated(preparation) == []


def test_without_a_column_of_consent_it_is_asked_once_for_all_rows(round):
    content = csv_file(
        [
            ["submission_id", "questionnaire", "mechanism", "founded"],
            ["1", "mechanism-1", "apc", "1996"],
            ["2", "mechanism-1", "pidc", "2004"],
        ]
    )

    asked = prepare(content, "answers.csv", round)
    answered = prepare(
        content, "answers.csv", round, decisions={VALUE: {"may_publish": {"": "yes"}}}
    )

    assert open_questions(asked) == [("may_publish", "")]
    assert stated(asked) == []
    assert len(stated(answered)) == 2


@pytest.mark.parametrize(
    ("language", "words", "consents"),
    [
        ("de", ["Ja", "Nein"], ["apc"]),
        ("Русский", ["Да", "Нет"], ["apc"]),
        ("pt-BR", ["Sim", "Não"], ["apc"]),
        ("zh", ["是", "否"], ["apc"]),
        # Both words in one column show the language as well.
        ("", ["نعم", "لا"], ["apc"]),
        ("", ["да", "нет"], ["apc"]),
    ],
)
def test_yes_and_no_are_known_in_the_language_that_the_file_shows(
    round, language, words, consents
):
    rows = [["apc", "U", words[0], "1996", language]]
    rows.append(["pidc", "U", words[1], "2004", language])

    preparation = prepared(round, ["founded", "language"], *rows)

    assert open_questions(preparation) == []
    mechanisms = [s.mechanism for s in preparation.normalised.statements]
    assert mechanisms == consents


@pytest.mark.parametrize(
    ("yes", "no", "is_known"),
    [("Y", "N", True), ("1", "2", True), ("1", "0", True), ("A1", "A2", False)],
)
def test_limesurvey_writes_yes_and_no_in_its_own_ways(round, yes, no, is_known):
    columns = ["id", "submitdate", "lastpage", "startlanguage"]
    columns += ["mechanism", "office", "may_publish", "founded"]
    rows = [
        [str(n), "2019-04-01 10:00:00", "3", "en", slug, "Unit", said, "1996"]
        for n, (slug, said) in enumerate((("apc", yes), ("pidc", no)), 1)
    ]

    preparation = prepare(csv_file([columns, *rows]), "limesurvey.csv", round)

    assert preparation.export.tool == "limesurvey"
    mechanisms = [s.mechanism for s in preparation.normalised.statements]
    assert mechanisms == (["apc"] if is_known else [])
    assert bool(open_questions(preparation)) is not is_known


def test_one_value_that_is_not_understood_holds_its_whole_submission_and_no_other(
    round,
):
    rows = [["apc", "U", "yes", "1996", "presidency troika", "It began."]]
    rows += [["pidc", "U", "yes", "2004", "presidency", "So did this."]]

    preparation = prepared(round, ["founded", "organs", "evolution_text"], *rows)

    assert open_questions(preparation) == [("organs", "troika")]
    assert {s.mechanism for s in preparation.normalised.statements} == {"pidc"}
    (note,) = [p for p in preparation.problems if p.code == Code.WAITS_FOR_ANSWERS]
    assert "row 2" in note.text
    assert preparation.counts["waiting"] == 1


def test_a_value_is_asked_once_and_answered_once_for_all_rows(round):
    rows = [["apc", "U", "yes", "troika"], ["pidc", "U", "yes", "troika"]]
    decisions = {VALUE: {"organs": {"troika": "presidency"}}}

    asked = prepared(round, ["organs"], *rows)
    answered = prepared(round, ["organs"], *rows, decisions=decisions)

    assert open_questions(asked) == [("organs", "troika")]
    assert not open_questions(answered)
    kinds = [values["kind"] for _target, values in stated(answered)]
    assert kinds == ["presidency", "presidency"]


@pytest.mark.parametrize(
    ("cell", "states"),
    [
        ("South Sudan", ["SSD"]),
        ("Papua New Guinea Fiji", ["PNG", "FJI"]),
        ("Fiji Papua New Guinea", ["FJI", "PNG"]),
        ("Guinea Guinea-Bissau", ["GIN", "GNB"]),
        ("PAN CRI", ["PAN", "CRI"]),
        ("Panama, South Sudan", ["PAN", "SSD"]),
        ("Panama; Costa Rica", ["PAN", "CRI"]),
        # Nothing of a cell is taken while a part of it is unknown.
        ("North Sudan", []),
        ("Atlantis Sudan", []),
        ("PAN ATL", []),
        ("Panama, Atlantis", []),
    ],
)
def test_names_of_several_words_are_whole_or_nothing(round, cell, states):
    preparation = prepared(round, ["members"], ["apc", "U", "yes", cell])

    members = [values["state"] for _target, values in stated(preparation)]
    assert members == states
    asked = [p for p in preparation.questions if p.kind == "state"]
    assert bool(asked) is not bool(states)


@pytest.mark.parametrize("cell", ["SD, NA", "DK/NA", "NA;DK"])
def test_codes_of_states_that_read_like_no_answer_are_asked(round, cell):
    preparation = prepared(
        round, ["founded", "members"], ["apc", "U", "yes", "1", cell]
    )

    assert stated(preparation) == []
    assert preparation.questions


def test_a_list_of_states_is_not_words_for_not_knowing(round):
    make.make_state("NOR", name_en="Norway", iso2="NO")
    make.make_state("SWE", name_en="Sweden", iso2="SE")
    preparation = prepared(round, ["members"], ["apc", "U", "yes", "NOR, SWE"])
    in_question = prepared(round, ["members"], ["apc", "U", "yes", "NO, SE"])

    assert [v["state"] for _t, v in stated(preparation)] == ["NOR", "SWE"]
    assert stated(in_question) or in_question.questions
    assert "members" not in in_question.normalised.submissions[0].unanswered


@pytest.mark.parametrize(("code", "key"), [("DK", "DNK"), ("NA", "NAM"), ("SD", "SDN")])
def test_a_code_for_no_answer_that_is_a_state_too_is_asked(round, code, key):
    columns, row = ["founded", "has_chair", "chair_state"], ["apc", "U", "yes"]
    row += ["1996", "yes", code]

    asked = prepared(round, columns, row)
    meant = prepared(round, columns, row, decisions={"state": {code: key}})
    not_meant = prepared(round, columns, row, decisions={"state": {code: ""}})

    (question,) = asked.questions
    assert (question.kind, question.value) == ("state", code)
    assert question.candidates[0][0] == key
    assert stated(asked) == []
    assert ("profile", {"established": 1996}) in stated(meant)
    assert [v["state"] for t, v in stated(meant) if "chair" in t] == [key]
    assert [v for t, v in stated(not_meant) if t == "profiles.chairing"] == []


def test_texts_that_say_nothing_are_no_prose(round):
    rows = [["apc", "U", "yes", text] for text in ("-99", "nan", "NSP", "Sans réponse")]

    preparation = prepared(round, ["evolution_text"], *rows)

    assert [t for t, _values in stated(preparation) if t == "profiles.section"] == []


def test_a_text_beside_the_choices_is_the_answer_other(round):
    columns = ["organs", "organs_other"]
    rows = [["apc", "U", "yes", "presidency", "Troika"]]
    rows += [["pidc", "U", "yes", "", "Steering group"]]

    decided = {LANGUAGE: {"organs_other": "en"}}
    preparation = prepared(round, columns, *rows, decisions=decided)

    organs = [(v["kind"], v["name_en"]) for _t, v in stated(preparation)]
    assert organs == [
        ("presidency", "Chair or presidency"),
        ("other", "Troika"),
        ("other", "Steering group"),
    ]


def test_one_choice_and_another_answer_beside_it_are_asked(round):
    columns = ["has_chair", "chair_state", "chair_state_other"]
    row = ["apc", "U", "yes", "yes", "FJI", "Panama"]
    decided = {VALUE: {"chair_state": {"FJI | Panama": "other"}}}

    asked = prepared(round, columns, row)
    answered = prepared(round, columns, row, decisions=decided)

    assert open_questions(asked) == [("chair_state", "FJI | Panama")]
    assert stated(asked) == []
    assert [v["state"] for t, v in stated(answered) if t == "profiles.chairing"] == [
        "PAN"
    ]


def import_file(path, *options):
    out, err = StringIO(), StringIO()
    call_command(
        "import_survey", path, "--round", "2030", *options, stdout=out, stderr=err
    )
    return out.getvalue() + err.getvalue()


def test_the_command_asks_leaves_out_and_takes_the_answer(round, tmp_path):
    file, decisions = tmp_path / "answers.csv", tmp_path / "decisions.json"
    file.write_bytes(csv_file([[*COLUMNS, "founded"], ["1", "apc", "U", "2", "1996"]]))

    with pytest.raises(CommandError, match="1 question is open"):
        import_file(file)
    import_file(file, "--allow-open-questions")
    assert not Submission.objects.exists()
    assert not Profile.objects.open().exists()

    decisions.write_text(json.dumps({VALUE: {"may_publish": {"2": "yes"}}}))
    import_file(file, "--decisions", decisions)
    assert Profile.objects.open().get().established == 1996


def test_a_decision_that_is_none_is_refused(round, tmp_path):
    file, decisions = tmp_path / "answers.csv", tmp_path / "decisions.toml"
    file.write_bytes(csv_file([COLUMNS, ["1", "apc", "U", "2"]]))
    decisions.write_text('[value]\nmay_publish = "yes"\n')

    with pytest.raises(CommandError, match=r"value\.may_publish"):
        import_file(file, "--decisions", decisions)


def test_what_waited_comes_in_when_it_is_answered(round, tmp_path):
    file = tmp_path / "answers.csv"
    rows = [["1", "apc", "U", "yes", "1996"], ["2", "pidc", "U", "2", "2004"]]
    file.write_bytes(csv_file([[*COLUMNS, "founded"], *rows]))
    import_file(file, "--allow-open-questions")
    assert Submission.objects.count() == 1

    decisions = tmp_path / "decisions.toml"
    decisions.write_text('[value.may_publish]\n2 = "yes"\n')
    said = import_file(file, "--decisions", decisions)

    assert "1 new, 0 corrected, 1 known" in said
    assert Submission.objects.count() == 2


def test_records_stay_away_while_something_is_asked(round, tmp_path):
    file = tmp_path / "answers.csv"
    columns = [*COLUMNS, "has_chair", "chair_state", "members", "organs"]
    row = ["1", "apc", "U", "no, not yet", "yes", "FJI", "PAN", "presidency"]
    file.write_bytes(csv_file([columns, row]))

    import_file(file, "--allow-open-questions")

    for kind in (Chairing, Membership, Organ, Section):
        assert not kind.objects.exists()


def test_a_question_names_its_place_and_what_can_be_chosen(round):
    preparation = prepared(round, ["founded"], ["apc", "Unit", "2", "1996"])

    (problem,) = [p for p in preparation.problems if p.kind == VALUE]
    assert problem.severity == Severity.QUESTION
    assert (problem.row, problem.column, problem.cell) == (2, "may_publish", "D2")
    assert ("yes", "Yes") in problem.candidates
