"""One address, one answer: the page, and the files that hold what it shows."""

import csv
import io
import json
from datetime import date
from xml.etree import ElementTree

import pytest

from answers.answer import Answer
from answers.pictures import Picture
from answers.tables import Column, Linked, Table
from answers.views import AnswerView, answer_paths
from iscm_registry.urls import urlpatterns as whole_registry
from tests.factories import make_profile

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class CountedView(AnswerView):
    parameters = ("at", "of")

    def get_answer(self):
        of = self.chosen("of", {"members": "Members", "themes": "Themes"})
        columns = [Column("name", "Name"), Column("number", "Number", is_number=True)]
        rows = [
            [Linked("=Ghana", "/states/gha/"), 3],
            ["Türkiye", None],
        ]
        return Answer(
            title=f"Counted {of}",
            lede="By one rule.",
            known="1 known of 2",
            at=self.as_at(),
            tables=[Table("counted", "What was counted", columns, rows)],
            picture=Picture(
                "includes/_icon.html",
                400,
                100,
                "A <picture>",
                context={},
                notice="Boundaries imply no endorsement.",
            ),
        )


urlpatterns = [
    *answer_paths("counted/", CountedView, "counted"),
    *whole_registry,
]


@pytest.fixture
def get(client):
    make_profile()
    return lambda address: client.get(address, secure=True)


def test_page_shows_its_tables_and_leads_to_the_files_of_the_same_question(get):
    page = get("/counted/?of=themes").content.decode()

    assert "Counted themes" in page
    assert '<a href="/states/gha/">=Ghana</a>' in page
    assert "1 known of 2" in page
    for form in ("csv", "json", "svg"):
        assert f'href="/counted.{form}?of=themes"' in page


def test_csv_holds_the_rows_of_the_page_and_no_formula(get):
    answer = get("/counted.csv?of=themes")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="counted.csv"'
    text = answer.content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["name", "number"],
        ["'=Ghana", "3"],
        ["Türkiye", ""],
    ]


def test_json_holds_the_rows_and_where_they_came_from(get):
    said = json.loads(get("/counted.json?of=themes&at=2015-06-01").content)

    assert said["page"] == "https://testserver/counted/?of=themes&at=2015-06-01"
    assert said["at"] == "2015-06-01"
    assert said["known"] == "1 known of 2"
    assert date.fromisoformat(said["last_published"])
    assert said["tables"][0]["rows"] == [
        {
            "name": {"text": "=Ghana", "url": "https://testserver/states/gha/"},
            "number": 3,
        },
        {"name": "Türkiye", "number": None},
    ]


def test_picture_says_what_it_shows_its_notice_and_its_source(get):
    answer = get("/counted.svg?of=themes")

    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    text = answer.content.decode()
    ElementTree.fromstring(text)  # noqa: S314 - our own
    assert "A &lt;picture&gt;" in text
    assert "Boundaries imply no endorsement." in text
    assert "https://testserver/counted/?of=themes" in text
    assert "light-dark" not in text
    assert "var(" not in text
    assert "'sha256-" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("form", ["/", ".csv", ".json", ".svg"])
@pytest.mark.parametrize("asked", ["of=x", "of=", "at=2015", "at=2999-01-01", "at="])
def test_value_that_is_not_understood_is_refused_in_every_form(get, form, asked):
    answer = get(f"/counted{form}?{asked}")

    assert answer.status_code == 400
    text = answer.content.decode()
    assert ("members, themes" if asked.startswith("of") else "2015-06-01") in text


def test_parameter_that_is_not_known_is_refused(get):
    assert get("/counted.csv?off=themes").status_code == 400
