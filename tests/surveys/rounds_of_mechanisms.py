"""A round of our own questionnaire for mechanisms, and exports that answer it."""

from django.apps import apps

from profiles.models import UnsavedForm
from surveys.applying import apply
from surveys.models import Questionnaire
from surveys.pipeline import preparation_of, stage
from tests import factories as make
from tests.surveys.export_files import kobo_xlsx
from tests.surveys.loaded_questionnaires import have_questionnaires

COLUMNS = [
    "about/mechanism",
    "about/person_name",
    "about/person_email",
    "s1_evolution/founded",
    "s1_evolution/themes_now",
    "s1_evolution/evolution_text",
    "s3_structure/has_secretariat",
    "s3_structure/members",
    "s3_structure/funding",
    "about/may_publish",
]
PERSON = "Maria Personal"
EMAIL = "maria.personal@example.org"


def make_world():
    """Return a round with its questionnaire; records that answers name are there."""
    have_questionnaires()
    for iso3, name in (("CRI", "Costa Rica"), ("PAN", "Panama"), ("USA", "America")):
        make.make_state(iso3, name_en=name)
    make.make_theme("labour", name_en="Labour")
    make.make_theme("counter-trafficking", name_en="Counter-trafficking")
    questionnaire = Questionnaire.objects.get(kind="mechanism", version=1)
    return make.make_round("2019", questionnaires=[questionnaire], title="Round 2019")


def make_published(slug="rcm", **fields):
    """Return the published edition of a mechanism that answers can name."""
    fields.setdefault("acronym", slug.upper())
    fields.setdefault("name", f"Conference {slug}")
    return make.make_profile(make.make_mechanism(slug=slug), **fields)


def answers(mechanism="rcm", **given):
    """Return the cells of one submission, in the order of COLUMNS."""
    said = {
        "founded": 1996,
        "themes_now": "labour counter-trafficking",
        "evolution_text": "It began with labour.",
        "has_secretariat": "yes",
        "members": "CRI PAN",
        "funding": "",
        "may_publish": "yes",
    } | given
    return [mechanism, PERSON, EMAIL, *said.values()]


def export(*rows, identifiers=(), **more):
    return kobo_xlsx(COLUMNS, rows, identifiers=identifiers, **more)


def bring_in(content, round, *, decisions=None, by=None, name="export.xlsx"):
    """Stage, prepare and apply a file, as the admin does; return the import."""
    survey_import = stage(content, name, round, by=by)
    if decisions:
        survey_import.decisions = decisions
        survey_import.save()
    apply(survey_import, preparation_of(survey_import), by=by)
    return survey_import


def registry():
    """Return every row of the tables that imports write, but not their own records.

    Left out is what moves with every save of a draft, and what people have in hand.
    """
    of_profiles = apps.get_app_config("profiles").get_models(include_auto_created=True)
    models = [
        *(model for model in of_profiles if model is not UnsavedForm),
        *apps.get_app_config("partnerships").get_models(),
        apps.get_model("surveys.submission"),
        apps.get_model("surveys.personaldetails"),
    ]
    return {
        model._meta.label: [
            {name: value for name, value in row.items() if name not in _MOVES}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in models
    }


_MOVES = {"version", "changed_at"}
