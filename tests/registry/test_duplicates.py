import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iscm_registry.duplicates import possible_duplicates, with_records
from tests.factories import make_organisation, make_source

pytestmark = pytest.mark.django_db


def suspected():
    return [{pair.first, pair.second} for pair in possible_duplicates()]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            {"name_en": "International Labour Organization"},
            {"name_en": "International Labour Organisation"},
        ),
        ({"name_en": "Union Africaine"}, {"name_fr": "UNION AFRICAINE"}),
        (
            {"name_en": "World Bank", "acronym_en": "WB"},
            {"name_en": "Banco", "acronym_es": "wb"},
        ),
        (
            {"name_en": "Red Cross of Panama"},
            {"name_en": "Panama, Red Cross of"},
        ),
    ],
)
def test_organisations_of_alike_names_are_suspected(first, second):
    one, two = make_organisation(**first), make_organisation(**second)
    make_organisation(name_en="Entirely different", acronym_en="ED")

    assert suspected() == [{one.pk, two.pk}]


def test_an_alias_of_one_that_is_the_name_of_another_is_suspected():
    one, two = make_organisation(name_en="UNHCR"), make_organisation(name_en="Agency")
    two.aliases.create(name="unhcr")

    assert suspected() == [{one.pk, two.pk}]


def test_acronyms_that_differ_by_a_letter_are_not_suspected():
    make_organisation(name_en="Regional alpha", acronym_en="UNDP")
    make_organisation(name_en="Continental beta", acronym_en="UNEP")

    assert suspected() == []


def test_the_most_certain_pair_comes_first():
    make_organisation(name_en="International Labour Organization")
    make_organisation(name_en="International Labour Organisation")
    one = make_organisation(name_en="Alpha", acronym_en="AA")
    two = make_organisation(name_en="Beta", acronym_en="AA")

    assert suspected()[0] == {one.pk, two.pk}


def test_sources_at_one_address_or_of_one_title_and_date_are_suspected():
    one = make_source(url="https://www.example.org/page/")
    two = make_source(url="http://example.org/page#top")
    three = make_source(title="Summary of findings", published="2019")
    four = make_source(title="Summary of Findings", published="2019")
    make_source(title="Summary of findings", published="2021")

    assert suspected() == [{one.pk, two.pk}, {three.pk, four.pk}]


def test_what_was_found_is_kept_until_a_record_changes():
    make_organisation(name_en="Same name")
    possible_duplicates()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert suspected() == []
    assert len(queries) == 1  # the revision

    make_organisation(name_en="Same name")

    assert len(suspected()) == 1


def test_records_of_pairs_are_loaded_together():
    for number in range(3):
        make_organisation(name_en=f"Same name {number}", acronym_en="SN")
    pairs = possible_duplicates()

    with CaptureQueriesContext(connection) as queries:
        suspects = with_records(pairs)

    assert len(suspects) == 3
    assert len(queries) == 1
