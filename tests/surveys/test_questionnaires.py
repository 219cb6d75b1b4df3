import pytest
from django.core.management import CommandError, call_command

from profiles import vocabularies
from surveys.models import Choice, Question, Questionnaire, QuestionnaireInUse
from surveys.questionnaires.definitions import (
    LANGUAGES,
    SHARED_CHOICES,
    DefinitionError,
    read_definition,
    read_definitions,
)
from surveys.questionnaires.loading import load_questionnaires
from surveys.vocabularies import QuestionType, RespondentKind
from tests.factories import make_submission

SMALL = """
kind = "mechanism"
version = 7

[title]
en = "Title"
fr = "Titre"
es = "Título"

[choices.colour]
red = { en = "Red", fr = "Rouge", es = "Rojo" }
other = { en = "Other", fr = "Autre", es = "Otro" }

[[question]]
code = "first"
type = "text"
text = { en = "First?", fr = "Premier ?", es = "¿Primero?" }

[[question]]
code = "paint"
section = "structure"
type = "one"
choice_list = "colour"
allows_other = true
relevant = "${first} != ''"
text = { en = "Paint?", fr = "Peinture ?", es = "¿Pintura?" }

[[question]]
code = "group"
section = "structure"
type = "repeat"
text = { en = "Group", fr = "Groupe", es = "Grupo" }

[[question]]
code = "inner"
section = "structure"
repeat = "group"
type = "year"
text = { en = "Year?", fr = "Année ?", es = "¿Año?" }
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "small.toml").write_text(SMALL, "utf-8")
    return tmp_path


def problems_of(text):
    with pytest.raises(DefinitionError) as caught:
        read_definition(text, "small.toml")
    return "\n".join(caught.value.problems)


def test_there_is_a_questionnaire_for_each_kind_of_respondent():
    kinds = {d.questionnaire.kind for d in read_definitions()}

    assert kinds == {*RespondentKind.values}


def test_no_two_questions_of_a_questionnaire_read_alike_in_a_language():
    # Exports with labels know a question by nothing else.
    for definition in read_definitions():
        for language in LANGUAGES:
            texts = [getattr(q, f"text_{language}") for q in definition.questions]
            assert len(set(texts)) == len(texts), (definition.code, language)


def test_no_two_choices_of_a_list_read_alike_in_a_language():
    for definition in read_definitions():
        for name, choices in definition.choices.items():
            for language in LANGUAGES:
                labels = {getattr(choice, f"label_{language}") for choice in choices}
                assert len(labels) == len(choices), (definition.code, name, language)


@pytest.mark.parametrize(
    ("choice_list", "vocabulary", "left_out"),
    [
        ("level", vocabularies.GovernanceLevel, set()),
        ("contribution_kind", vocabularies.ContributionKind, set()),
        ("contribution_status", vocabularies.ContributionStatus, set()),
        ("partner_category", vocabularies.PartnerCategory, set()),
        ("benefit", vocabularies.Benefit, set()),
        ("organ", vocabularies.OrganKind, set()),
        ("regularity", vocabularies.Regularity, set()),
        ("arrangement", vocabularies.SecretariatArrangement, set()),
        ("chair_kind", vocabularies.ChairKind, set()),
        ("stability", vocabularies.FundingStability, set()),
        ("thematic_change", vocabularies.ThematicChange, set()),
        ("funding", vocabularies.FundingKind, {"need", "own_costs"}),
    ],
)
def test_choices_are_the_terms_of_the_registry(choice_list, vocabulary, left_out):
    definition = next(d for d in read_definitions() if d.code == "mechanism-1")

    codes = {choice.code for choice in definition.choices[choice_list]}

    assert codes - {"none", "do_not_know"} == {*vocabulary.values} - left_out


def test_only_who_filled_it_in_is_personal():
    for definition in read_definitions():
        personal = {q.code for q in definition.questions if q.is_personal}
        assert personal == {"person_name", "person_email"}


@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    first = load_questionnaires()
    keys = [*Question.objects.values_list("pk", flat=True)]

    second = load_questionnaires()

    assert (first.added, first.changed, first.same) == (3, 0, 0)
    assert (second.added, second.changed, second.same) == (0, 0, 3)
    assert [*Question.objects.values_list("pk", flat=True)] == keys
    assert len(keys) == first.questions
    assert Choice.objects.count() == first.choices


@pytest.mark.django_db
def test_every_text_is_loaded_in_every_language():
    load_questionnaires()

    founded = Question.objects.get(code="founded", questionnaire__kind="mechanism")

    assert founded.text_en == "In which year was the mechanism established?"
    assert founded.text_fr == "En quelle année le mécanisme a-t-il été créé ?"
    assert founded.text_es == "¿En qué año se estableció el mecanismo?"
    for question in Question.objects.all():
        for language in LANGUAGES:
            assert getattr(question, f"text_{language}"), question.code


@pytest.mark.django_db
def test_a_changed_file_changes_a_version_without_answers(folder):
    load_questionnaires(folder)
    file = folder / "small.toml"
    file.write_text(SMALL.replace('"First?"', '"The first?"'), "utf-8")

    counts = load_questionnaires(folder)

    assert (counts.added, counts.changed, counts.same) == (0, 1, 0)
    assert Question.objects.get(code="first").text_en == "The first?"
    assert Question.objects.count() == 4


@pytest.mark.django_db
def test_a_version_with_answers_is_not_changed(folder):
    load_questionnaires(folder)
    make_submission(questionnaire=Questionnaire.objects.get())
    load_questionnaires(folder)
    file = folder / "small.toml"
    file.write_text(SMALL.replace('"First?"', '"The first?"'), "utf-8")

    with pytest.raises(QuestionnaireInUse):
        load_questionnaires(folder)
    with pytest.raises(CommandError, match="Make a new version"):
        call_command("load_questionnaires", str(folder))

    assert Question.objects.get(code="first").text_en == "First?"


@pytest.mark.django_db
def test_a_refused_version_keeps_the_others_out_too(folder):
    load_questionnaires(folder)
    make_submission(questionnaire=Questionnaire.objects.get())
    file = folder / "small.toml"
    file.write_text(SMALL.replace('"First?"', '"The first?"'), "utf-8")
    (folder / "a.toml").write_text(SMALL.replace("= 7", "= 8"), "utf-8")

    with pytest.raises(QuestionnaireInUse):
        load_questionnaires(folder)

    assert not Questionnaire.objects.filter(version=8).exists()


@pytest.mark.django_db
def test_one_wrong_file_keeps_all_out(folder):
    (folder / "wrong.toml").write_text("kind = 'planet'\n", "utf-8")

    with pytest.raises(CommandError, match=r"wrong\.toml"):
        call_command("load_questionnaires", str(folder))

    assert not Questionnaire.objects.exists()


def test_lists_of_choices_can_be_shared(folder):
    choices, rest = SMALL.split("[choices.colour]")[1].split("[[question]]", 1)
    (folder / SHARED_CHOICES).write_text(f"[colour]{choices}", "utf-8")
    small = SMALL.split("[choices.colour]")[0] + f"[[question]]{rest}"
    (folder / "small.toml").write_text(small, "utf-8")

    (definition,) = read_definitions(folder)

    assert [choice.code for choice in definition.choices["colour"]] == ["red", "other"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "mechanism"', 'kind = "planet"', "“kind” must be one of: mechanism"),
        ("version = 7", "version = 0", "“version” must be a whole number"),
        ("version = 7", "versio = 7", "Did you mean “version”?"),
        ('fr = "Titre"', "", "“title” lacks its text in: fr"),
        ('"First?", fr = "Premier ?", ', '"First?", ', "“text” lacks its text in: fr"),
        ('fr = "Rouge", ', "", "choice red of colour: “label” lacks its text in: fr"),
        ('code = "first"', 'code = "First"', "question First: code 'First'"),
        ('code = "inner"', 'code = "paint_other"', "“paint_other” stands twice"),
        ('type = "text"', 'type = "txt"', "question first: type 'txt'"),
        ('type = "text"', 'type = "one"', "A question with choices names their list"),
        ('type = "text"', 'type = "text"\nhnt = 1', "Did you mean “hint”?"),
        ('choice_list = "colour"', 'choice_list = "color"', "Did you mean “colour”?"),
        (
            'choice_list = "colour"',
            'choice_list = "colour"\nregistry_list = "state"',
            "one",
        ),
        ('other = { en = "Other", fr = "Autre", es = "Otro" }', "", "a choice “other”"),
        ("${first}", "${frst}", "Did you mean “first”?"),
        ('repeat = "group"', 'repeat = "groups"', "Did you mean “group”?"),
        ('section = "structure"\nrepeat', 'section = "evolution"\nrepeat', "order of"),
        ('section = "structure"', 'section = "structures"', "section 'structures'"),
        ("kind = ", "kind : ", "small.toml: "),
    ],
)
def test_a_wrong_definition_says_what_is_wrong_and_where(old, new, message):
    assert old in SMALL

    problems = problems_of(SMALL.replace(old, new, 1))

    assert message in problems
    assert problems.startswith("small.toml: ")


def test_all_that_is_wrong_is_said_at_once():
    wrong = SMALL.replace("version = 7", "version = 0").replace("${first}", "${x}")

    assert len(problems_of(wrong).splitlines()) == 2


def test_a_group_must_stand_before_its_questions():
    group, inner = SMALL.split("[[question]]")[3:]
    swapped = SMALL.replace(group, "@").replace(inner, group).replace("@", inner)

    assert "It must follow its repeated group “group”" in problems_of(swapped)


def test_small_definition_is_right():
    definition = read_definition(SMALL, "small.toml")

    assert [q.type for q in definition.questions][-2:] == [
        QuestionType.REPEAT,
        QuestionType.YEAR,
    ]
    assert "paint_other" in definition.answer_codes
