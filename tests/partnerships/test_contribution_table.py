"""The contributions of a mechanism, narrowed and sorted by the address of its page."""

import pytest
from lxml import html

from tests.factories import make_contribution, make_draft, publish

pytestmark = pytest.mark.django_db

ROWS = [
    # title, level, kind, status, year
    ("Visa accord", "regional", "agreement", "adopted", 2012),
    ("Ágora of data", "global", "data", "planned", None),
    ("Border law", "national", "legislation", "adopted", 2019),
    ("Coast plan", "national", "policy", "proposed", 2015),
]


@pytest.fixture
def profile():
    draft = make_draft()
    for title, level, kind, status, year in ROWS:
        make_contribution(
            draft, title=title, level=level, kind=kind, status=status, year=year
        )
    return publish(draft)


def read(client, profile, query="", status=200):
    response = client.get(f"{profile.mechanism.get_absolute_url()}{query}")
    assert response.status_code == status
    return html.fromstring(response.content.decode())


def titles(page):
    rows = page.xpath('//*[@id="contributions"]//tbody/tr/th')
    return [row.text.strip() for row in rows]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Border law", "Coast plan", "Visa accord", "Ágora of data"]),
        ("?level=national", ["Border law", "Coast plan"]),
        ("?level=national&status=adopted", ["Border law"]),
        ("?kind=data", ["Ágora of data"]),
        ("?level=&kind=&status=adopted&sort=year", ["Visa accord", "Border law"]),
        ("?level=bilateral", []),
        (
            "?sort=title",
            ["Ágora of data", "Border law", "Coast plan", "Visa accord"],
        ),
        ("?sort=year", ["Visa accord", "Coast plan", "Border law", "Ágora of data"]),
        ("?sort=-year", ["Border law", "Coast plan", "Visa accord", "Ágora of data"]),
        (
            "?sort=status",
            ["Border law", "Visa accord", "Coast plan", "Ágora of data"],
        ),
    ],
)
def test_address_narrows_and_sorts(client, profile, query, shown):
    page = read(client, profile, query)

    assert titles(page) == shown
    if not shown:
        assert "has all that is chosen" in page.text_content()


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("?level=planetary", "Level: “planetary” is not one of: national, bilateral"),
        ("?kind=Data", "Kind: “Data” is not one of: legislation"),
        ("?status=%3Cb%3E", "Status: “<b>” is not one of: adopted"),
        ("?sort=-title", "Sort by: “-title” is not one of: level, -year, year"),
    ],
)
def test_value_that_is_not_listed_is_refused_and_shows_nothing(
    client, profile, query, named
):
    page = read(client, profile, query, status=400)

    assert titles(page) == []
    assert named in page.xpath('string(//*[@id="contributions"])')
    assert page.xpath('//*[@id="contributions"]//a[text()="Show all contributions"]')


def test_address_is_refused_where_nothing_can_be_narrowed(client):
    page = read(client, publish(make_draft()), "?level=planetary", status=400)

    assert "“planetary” is not one of" in page.text_content()


def test_edition_at_its_own_address_is_narrowed_alike(client, profile):
    response = client.get(f"{profile.get_edition_url()}?level=global")

    assert titles(html.fromstring(response.content.decode())) == ["Ágora of data"]


def test_options_occur_and_their_counts_follow_what_else_is_chosen(client, profile):
    page = read(client, profile, "?level=national")

    def options(name):
        return page.xpath(f'//select[@name="{name}"]/option/text()')

    assert options("level") == ["All", "National (2)", "Regional (1)", "Global (1)"]
    assert options("status") == ["All", "Adopted (1)", "Proposed (1)", "Planned (0)"]
    assert page.xpath("//select[@name='level']/option[@selected]/@value") == [
        "national"
    ]


def test_headings_keep_what_is_chosen_and_turn_the_order_of_years(client, profile):
    page = read(client, profile, "?level=national&sort=-year")

    links = page.xpath('//*[@id="contributions"]//thead//a/@href')
    path = profile.mechanism.get_absolute_url()
    assert f"{path}?level=national&sort=title#contributions" in links
    assert f"{path}?level=national#contributions" in links
    assert f"{path}?level=national&sort=year#contributions" in links
    assert page.xpath("//th[@aria-sort]/@aria-sort") == ["descending"]


def test_narrowed_page_asks_no_more_of_the_database(
    client, profile, django_assert_max_num_queries
):
    read(client, profile)
    with django_assert_max_num_queries(11):
        read(client, profile, "?level=national&sort=title")


def test_doubt_that_all_rows_share_is_said_once(client):
    draft = make_draft()
    for _n in range(4):
        make_contribution(draft, terms_certainty="inferred")
    alike = read(client, publish(draft)).xpath('string(//*[@id="contributions"])')

    draft = make_draft()
    for certainty in ("inferred", "inferred", "inferred", "stated"):
        make_contribution(draft, terms_certainty=certainty)
    mixed = read(client, publish(draft)).xpath('string(//*[@id="contributions"])')

    assert alike.count("Kind and status of all:") == 1
    assert "Kind and status:" not in alike
    assert mixed.count("Kind and status:") == 3
