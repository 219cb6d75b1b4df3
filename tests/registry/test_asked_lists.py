"""Texts that ask for a list: the answer begins with what that list says."""

import re
from html import unescape

import pytest
from django.utils.translation import override

from iscm_registry.views.asked_lists import lists_asked
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry():
    make.make_gcm_objective(10)
    guatemala = make.make_state("GTM", name_en="Guatemala", subregion="Central America")
    iom = make.make_organisation(slug="iom", name_en="Migration Office", acronym="IOM")
    theme = make.make_theme("counter-trafficking", name_en="Counter-trafficking")
    for slug, status, region, year in (
        ("a", "active", "africa", 1990),
        ("b", "active", "americas", 1996),
        ("c", "dormant", "africa", None),
    ):
        draft = make.make_draft(
            make.make_mechanism(slug=slug),
            name=f"Forum {slug}",
            status=status,
            regions=[region],
            established=year,
        )
        if slug == "b":
            make.make_membership(draft, guatemala)
            make.make_membership(draft, "XAB", role="observer")
            make.make_partnership(
                draft, iom, role="secretariat", category="private_sector"
            )
            make.make_theme_focus(draft, theme)
            accord = make.make_contribution(
                draft, title="Accord", year=2018, kind="legislation", states=["GTM"]
            )
            accord.gcm_objectives.add(make.make_gcm_objective(10))
        make.publish(draft)


def said(text):
    return [one.text for one in lists_asked(text)]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("active", ["2 mechanisms that are active"]),
        ("Active mechanisms", ["2 mechanisms that are active"]),
        ("mécanismes actifs", ["2 mechanisms that are active"]),
        ("dormant", ["1 mechanism that is dormant"]),
        ("mechanisms in Africa", ["2 mechanisms of the region Africa"]),
        (
            "active mechanisms in Africa",
            ["1 mechanism that is active, of the region Africa"],
        ),
        ("secretariat IOM", ["1 mechanism with a secretariat from IOM"]),
        ("IOM secretariat", ["1 mechanism with a secretariat from IOM"]),
        ("1990", ["1 mechanism established in 1990"]),
        ("founded in 1996", ["1 mechanism established in 1996"]),
        ("2018", ["1 contribution of 2018"]),
        ("trafficking", ["1 mechanism that works on Counter-trafficking"]),
        ("TIP", ["1 mechanism that works on Counter-trafficking"]),
        ("legislation", ["1 contribution of the kind legislation"]),
        ("mechanisms Guatemala", ["1 mechanism with Guatemala taking part"]),
        ("observers", ["1 State or territory with the role observer"]),
        ("mechanisms", ["3 mechanisms"]),
    ],
)
def test_answer_begins_with_the_list_in_words(client, registry, text, answers):
    assert said(text)[: len(answers)] == answers
    page = client.get("/search/", {"q": text}).text
    first = re.search(r"<li class=\"asked-list h4\"><a[^>]*>([^<]*)</a>", page)
    assert first is not None
    assert unescape(first[1]) == answers[0]


@pytest.mark.parametrize(
    "text",
    [
        *("Guatemala", "Guatemala 2018", "IOM", "Forum a", "level", ""),
        *('"active"', "active nonsense", "of the", "ended", "1700", "a " * 50),
    ],
)
def test_names_and_other_texts_ask_for_no_list(client, registry, text):
    assert lists_asked(text) == []
    assert client.get("/search/", {"q": text}).status_code == 200


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *(("assessment", 2), ("survey of 2019", 1), ("2024 assessment", 1)),
        *(("évaluation 2019", 1), ("survey 2001", 0), ("survey of nonsense", 0)),
    ],
)
def test_an_assessment_is_found_by_the_word_and_its_year(client, text, found):
    for year, is_listed in ((2019, True), (2024, True), (2026, False)):
        make.make_round(
            slug=f"r{year}", year=year, title=f"Round of {year}", is_listed=is_listed
        )

    answers = lists_asked(text)

    assert len(answers) == found
    for answer in answers:
        assert client.get(answer.url).status_code == 200
        assert answer.text in client.get("/search/", {"q": text}).text


def test_an_objective_is_asked_for_in_french_and_spanish(registry):
    assert said("objectif 10") == said("objetivo 10") == said("objective 10") != []


def test_two_states_ask_where_both_take_part(registry):
    assert said("Guatemala and State XAB") == [
        "1 mechanism with Guatemala and State XAB taking part"
    ]


def test_a_status_that_is_unknown_is_said_in_words_that_fit(registry):
    make.publish(make.make_draft(status="unknown"))

    assert said("unknown status") == ["1 mechanism of unknown status"]


def test_number_is_the_one_that_the_list_itself_gives(client, registry):
    texts = ["active", "mechanisms in Africa", "private sector", "GCM 10", "2018"]
    texts += [
        "trafficking",
        "States in the Americas",
        "observers",
        "Africa",
        "partners",
    ]
    for text in texts:
        found = lists_asked(text)
        assert found, text
        for asked in found:
            page = client.get(asked.url)
            assert page.status_code == 200, asked
            counted = re.search(r'id="result-count"[^>]*>\s*([^<]+?)\s*<', page.text)
            assert counted is not None
            assert asked.text.startswith(counted[1]), asked


def test_state_and_year_find_the_state(client, registry):
    page = client.get("/search/", {"q": "Guatemala 2018"}).text

    assert "asked-list" not in page
    assert re.search(r'<h2>\s*<a href="([^"]*)"', page)[1] == "/states/gtm/"


def test_list_leads_to_the_page_in_the_readers_language(registry, settings):
    settings.LANGUAGES = [("en", "English"), ("es", "Spanish")]
    with override("es"):
        assert lists_asked("activos")[0].url == "/es/mechanisms/?status=active"


def test_questions_cost_the_same_however_much_there_is(
    registry, django_assert_max_num_queries
):
    lists_asked("active")
    for number in range(30):
        make.make_profile(name=f"Process {number}", regions=["africa"])
    lists_asked("active")

    with django_assert_max_num_queries(30):
        assert said("active mechanisms in Africa") != []


def test_no_list_is_named_on_further_pages_or_for_one_kind(client, registry):
    assert "asked-list" in client.get("/search/?q=active").text
    assert "asked-list" not in client.get("/search/?q=forum+active").text
    assert "asked-list" not in client.get("/search/?q=active&kind=mechanism").text
