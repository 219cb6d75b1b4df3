"""Assessment rounds come from files, and files overwrite nothing."""

from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command

from profiles.models import Source
from surveys.models import Questionnaire, Round
from surveys.round_files import RoundFilesError, load_rounds
from tests.factories import make_mechanism, make_questionnaire, make_source
from tests.registry.registry_folder import WHOLE, read

pytestmark = pytest.mark.django_db

ROUND = """
slug = "2023"
year = 2023
title = "Second assessment"
questionnaires = ["state-7"]
note = "A note."

[report]
slug = "report-2023"
title = "Report of 2023"
publisher = "IOM"
published = "2023-05"

[[turnouts]]
kind = "state"
reported = 46
source = "sheet"

[[recommendations]]
number = 1
text = "Meet more often."
mechanism = "rabat"
status = "in_progress"
source = "sheet"
"""


@pytest.fixture
def folder(tmp_path):
    make_source(slug="sheet")
    make_mechanism(slug="rabat")
    make_questionnaire("state", 7)
    write(tmp_path, ROUND)
    return tmp_path


def write(folder, text):
    (folder / "2023.toml").write_text(text, encoding="utf-8")


def problems_of(folder, text):
    write(folder, text)
    with pytest.raises(RoundFilesError) as refused:
        load_rounds(folder)
    assert not Round.objects.exists()
    return refused.value.problems


def test_round_is_loaded_whole(folder):
    load_rounds(folder)

    round = Round.objects.get(slug="2023")
    assert (round.year, round.title, round.is_public) == (
        2023,
        "Second assessment",
        False,
    )
    assert (round.report.title, round.report.published) == ("Report of 2023", "2023-05")
    assert [one.code for one in round.questionnaires.all()] == ["state-7"]
    turnout, recommendation = round.turnouts.get(), round.recommendations.get()
    assert (turnout.kind, turnout.invited, turnout.reported) == ("state", None, 46)
    assert recommendation.mechanism.slug == "rabat"
    assert recommendation.status == "in_progress"


def test_second_load_changes_nothing(folder):
    first = load_rounds(folder)
    second = load_rounds(folder)

    assert (first.added, second.added, second.filled) == (5, 0, 0)
    assert second.differing == []
    assert Round.objects.count() == 1


def test_what_staff_wrote_is_kept_and_what_is_empty_is_filled(folder):
    load_rounds(folder)
    round = Round.objects.get()
    Round.objects.update(title="Title of staff", note="", is_public=True)
    round.recommendations.update(status="done")

    counts = load_rounds(folder)

    round.refresh_from_db()
    assert (round.title, round.note, round.is_public) == (
        "Title of staff",
        "A note.",
        True,
    )
    assert round.recommendations.get().status == "done"
    assert counts.filled == 1
    assert counts.differing == [
        "2023.toml, title",
        "2023.toml, recommendations[1].status",
    ]


def test_file_gives_a_new_round_its_page_and_leaves_that_to_people_afterwards(folder):
    write(folder, ROUND.replace('note = "A note."', "is_listed = true"))
    load_rounds(folder)
    assert Round.objects.get().has_page

    Round.objects.update(is_listed=False)
    load_rounds(folder)

    assert not Round.objects.get().has_page


def test_known_report_is_taken_as_it_is(folder):
    known = make_source(slug="report-2023", title="As staff call it")

    load_rounds(folder)

    assert Round.objects.get().report == known
    assert Source.objects.get(slug="report-2023").title == "As staff call it"


def test_report_at_no_address_of_the_web_is_refused(folder):
    title = 'title = "Report of 2023"'
    problems = problems_of(
        folder, ROUND.replace(title, f'{title}\nurl = "javascript:alert(1)"')
    )

    (problem,) = [p for p in problems if p.startswith("2023.toml, report.url: ")]
    assert "begins with http:// or https://" in problem


def test_every_problem_is_told_with_its_place_and_nothing_is_written(folder):
    text = (
        ROUND.replace('"state-7"', '"state-8"')
        .replace("year = 2023", "year = 1066")
        .replace('kind = "state"', 'kind = "planet"')
        .replace('mechanism = "rabat"', 'mechanism = "puebla"')
    )
    problems = problems_of(folder, text)
    assert any(p.startswith("2023.toml, year: ") for p in problems)

    problems = problems_of(folder, text.replace("year = 1066", "year = 2023"))
    assert problems == [
        (
            "2023.toml, questionnaires: There is no questionnaire “state-8”. "
            "There are: state-7."
        ),
        "2023.toml, turnouts[1].kind: Value 'planet' is not a valid choice.",
        (
            "2023.toml, recommendations[1].mechanism: must be the key of a mechanism "
            "of the registry, not “puebla”."
        ),
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('title = "Sec', 'titel = "Sec', "2023.toml, titel: is unknown. There are: "),
        ("year = 2023", 'year = "2023"', "2023.toml, year: must be a whole number."),
        ("reported = 46", "reported = true", "turnouts[1].reported: must be a whole"),
        ('["state-7"]', '"state-7"', "questionnaires: must be a list of texts."),
        ('note = "A note."', "is_listed = 1", "is_listed: must be true or false."),
        ('note = "A note."', 'documents = ["x"]', "documents: must be the key of a"),
        ('note = "A note."', "is_public = true", "2023.toml, is_public: is unknown"),
        ("[[turnouts]]", "[turnouts]", "turnouts: must be tables, as in [[turnouts]]"),
        ('source = "sheet"', "", "turnouts[1].source: must be the key of a source"),
        ('title = "Report of 2023"', "", "report.slug: must be the key of a source"),
        (
            'published = "2023-05"',
            'published = "May"',
            "report.published: “May” is not",
        ),
        ("year = 2023", "year = ", "2023.toml: Invalid value"),
        ('slug = "2023"', 'slug = "2 0"', "2023.toml, slug: Enter a valid “slug”"),
    ],
)
def test_problem_says_what_is_wrong(folder, old, new, problem):
    assert any(problem in text for text in problems_of(folder, ROUND.replace(old, new)))


def test_folder_without_files_is_refused(tmp_path):
    with pytest.raises(RoundFilesError, match="no file of a round"):
        load_rounds(tmp_path)


def test_command_counts_and_tells_problems(folder):
    out, err = StringIO(), StringIO()
    call_command("load_rounds", str(folder), stdout=out)
    assert "5 added, 0 filled in, 0 left as they were." in out.getvalue()

    write(folder, ROUND.replace("year = 2023", ""))
    Round.objects.all().delete()
    with pytest.raises(CommandError, match="1 problem"):
        call_command("load_rounds", str(folder), stderr=err)
    assert "2023.toml, year: This field cannot be null." in err.getvalue()


def test_assessment_of_2019_says_what_its_sources_say():
    """All sources that it names are among those of the registry."""
    for row in read(WHOLE, "sources.csv"):
        make_source(**row)
    for kind in ("mechanism", "state", "organisation"):
        Questionnaire.objects.create(kind=kind, version=1, title=kind)

    load_rounds(settings.BASE_DIR / "fixtures/rounds")

    round = Round.objects.get(slug="2019")
    assert {t.kind: (t.invited, t.reported) for t in round.turnouts.all()} == {
        "mechanism": (None, 22),
        "state": (None, 46),
        "organisation": (None, 3),
    }
    assert round.questionnaires.count() == 3
    assert {t.source.slug for t in round.turnouts.all()} == {"assessment-2019-ocam"}
    assert (round.is_listed, round.is_public) == (True, False)
    assert not round.recommendations.exists()
    assert round.report.title == (
        "Advancing a Common Understanding of Migration Governance Across Regions"
    )
    assert (round.report_number, round.report_isbn) == (
        "PUB2019/050/EL",
        "978-92-9068-826-6",
    )
    assert "GRCP 8" in round.presented_at
    assert [r.date for r in round.reviews.filter(kind="review")] == [
        "2001",
        "2010",
        "2013",
    ]
    meetings = {r.date: r.mechanisms for r in round.reviews.filter(kind="meeting")}
    assert meetings["2019-04-05"] == "28"
    assert len(meetings) == 5
    assert not round.reviews.filter(source=None).exists()


def test_dictionary_describes_every_column_of_surveys():
    text = (settings.BASE_DIR / "docs/data-dictionary.md").read_text("utf-8")
    chapters = dict(part.split("\n", 1) for part in text.split("\n#### ")[1:])

    models = apps.get_app_config("surveys").get_models()
    assert {model.__name__ for model in models} == set(chapters)
    for model in apps.get_app_config("surveys").get_models():
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
            name, _under, language = field.name.rpartition("_")
            is_translation = name and language in settings.MODELTRANSLATION_LANGUAGES
            if field.name != "id" and not is_translation:
                where = (model.__name__, field.name)
                assert f"`{field.name}`" in chapters[model.__name__], where
