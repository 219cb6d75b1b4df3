import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from profiles.models import StateAlias
from tests.factories import make_organisation, make_source, make_state, make_theme

pytestmark = pytest.mark.django_db


@pytest.fixture
def results(admin_client):
    """Return what a select is told of a term, in its order."""

    def results(field, term, model="membership", app="profiles"):
        answer = admin_client.get(
            reverse("admin:autocomplete"),
            {"app_label": app, "model_name": model, "field_name": field, "term": term},
        )
        return answer.json()["results"]

    return results


@pytest.fixture
def offered(results):
    """Return the names that a select offers for a term."""

    def offered(*asked):
        return [result["text"] for result in results(*asked)]

    return offered


@pytest.mark.parametrize(
    "term",
    [
        "cote",
        "Côte d’",
        "d ivoire",
        "COTE D'IVOIRE",
        "civ",
        "CI",
        "384",
        "Ivory",
        "ساحل",
    ],
)
def test_state_is_found_by_any_of_its_names_and_codes(offered, term):
    state = make_state(
        "CIV",
        iso2="CI",
        m49="384",
        name_en="Côte d’Ivoire",
        name_ar="كوت ديفوار",
    )
    make_state("NPL", iso2="NP", name_en="Nepal")
    StateAlias.objects.create(state=state, name="Ivory Coast")
    StateAlias.objects.create(state=state, name="ساحل العاج")

    assert offered("state", term) == ["Côte d’Ivoire"]


def test_state_is_found_in_another_language(offered):
    make_state("DEU", name_en="Germany", name_fr="Allemagne", name_es="Alemania")

    assert offered("state", "aleman") == ["Germany"]
    assert offered("state", "allem") == ["Germany"]


def test_record_is_found_by_the_names_that_readers_of_the_site_type(offered):
    make_state("SWZ", name_en="Eswatini")
    make_theme("counter-trafficking", name_en="Counter-trafficking")
    make_theme("remittances", name_en="Remittances")

    assert offered("state", "swazil") == ["Eswatini"]
    assert offered("theme", "TIP", "themefocus") == ["Counter-trafficking"]


def test_exact_code_comes_before_names_that_begin_like_it(offered):
    make_state("MLI", iso2="ML", name_en="Mali")
    make_state("OMN", iso2="OM", name_en="Oman")
    make_state("XOM", iso2="XO", name_en="Oma country")

    assert offered("state", "om") == ["Oman", "Oma country"]


def test_exact_acronym_of_an_organisation_comes_first(offered):
    make_organisation(name_en="IOM Development Fund")
    make_organisation(
        name_en="International Organization for Migration", acronym_en="IOM"
    )
    make_organisation(name_en="A body", acronym_es="OIM")

    def found(term):
        return offered("organisation", term, "partnership", "partnerships")

    assert found("iom") == [
        "International Organization for Migration",
        "IOM Development Fund",
    ]
    assert found("oim") == ["A body"]


def test_organisation_is_found_by_its_alias(offered):
    sica = make_organisation(name_en="Central American Integration System")
    sica.aliases.create(name="Sistema de la Integración Centroamericana")

    assert offered(
        "organisation", "integracion centro", "partnership", "partnerships"
    ) == ["Central American Integration System"]


def test_name_that_is_spelled_wrong_offers_the_like(offered):
    make_state("GTM", name_en="Guatemala")
    make_state("NPL", name_en="Nepal")

    assert offered("state", "guatamala") == ["Guatemala"]
    assert offered("state", "zzzz") == []


def test_names_that_are_only_alike_are_told_apart(results):
    make_state("GUF", name_en="French Guiana", name_es="Guayana Francesa")
    make_state("GUY", name_en="Guyana")
    make_state("PRK", name_en="North Korea")
    make_state("KOR", name_en="South Korea")

    def how(term):
        return {found["text"]: found["how"] for found in results("state", term)}

    assert how("Guayana") == {"French Guiana": "fits", "Guyana": "alike"}
    assert how("guyana") == {"Guyana": "exact"}
    # Readers call either so: the list of equivalents says it.
    assert how("Korea") == {"North Korea": "exact", "South Korea": "exact"}
    assert how("KOR") == {"South Korea": "exact", "North Korea": "fits"}
    assert how("Guyanna") == {"Guyana": "alike"}


def test_source_and_theme_are_found_by_their_words(offered):
    make_source(title="Assessment of inter-State mechanisms", publisher="IOM")
    make_theme("return", name_en="Return", name_fr="Retour et réadmission")

    assert offered("source", "mecha assess") == ["Assessment of inter-State mechanisms"]
    assert offered("theme", "readmission", "themefocus") == ["Return"]


def test_number_of_queries_does_not_grow_with_records(admin_client):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            admin_client.get(
                reverse("admin:autocomplete"),
                {
                    "app_label": "profiles",
                    "model_name": "membership",
                    "field_name": "state",
                    "term": "stat",
                },
            )
        return len(captured)

    make_state()
    few = queries()
    for _ in range(30):
        make_state()

    assert queries() == few
