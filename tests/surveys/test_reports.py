"""Reports on imports: complete, harmless to open, and without anybody's name."""

import csv
import json
import re
from html.parser import HTMLParser

import pytest

from surveys.pipeline import prepare
from surveys.reports import UnknownReport, write_report
from tests.surveys.rounds_of_mechanisms import (
    EMAIL,
    PERSON,
    answers,
    export,
    make_published,
    make_world,
)

pytestmark = pytest.mark.django_db

FORMULA = '=HYPERLINK("http://example.org")'
MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def preparation():
    round = make_world()
    make_published(established=1990, name=f"Conference {MARKUP}", acronym="")
    content = export(answers(members=f"CRI {FORMULA}", evolution_text=MARKUP))
    return prepare(content, "folder/export.xlsx", round)


def test_csv_has_every_change_and_problem_and_no_formula(preparation, tmp_path):
    path = tmp_path / "report.csv"
    write_report(preparation, path)

    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))

    changes = [line for line in lines if line["kind"] == "change"]
    assert len(changes) == len(list(preparation.plan.changes()))
    assert len(lines) - len(changes) == len(preparation.problems)
    (founded,) = [line for line in changes if "founded" in line["column"]]
    assert founded["before"] == "Established (year): 1990"
    assert founded["after"] == "1996"
    assert founded["cell"] == "Survey of mechanisms!D2"
    cells = [cell for line in lines for cell in line.values()]
    assert any(FORMULA[1:] in cell for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_json_can_be_gone_on_with(preparation, tmp_path):
    path = tmp_path / "report.json"
    write_report(preparation, path)

    report = json.loads(path.read_text())

    assert report["file"] == "export.xlsx"
    assert report["mapping"] == "mechanism-1"
    assert report["sha256"] == preparation.sha256
    (mechanism,) = report["mechanisms"]
    numbers = [change["number"] for change in mechanism["changes"]]
    assert numbers == [change.number for change in preparation.plan.changes()]
    (founded,) = [
        c for c in mechanism["changes"] if c["after"] == {"established": 1996}
    ]
    assert founded["respondent"] == "rcm"
    assert founded["origin"]["cell"] == "Survey of mechanisms!D2"
    assert len(report["problems"]) == len(preparation.problems)


class Page(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_data(self, data):
        self.words.append(data)


def test_html_stands_alone_and_can_be_read_by_everybody(preparation, tmp_path):
    path = tmp_path / "report.html"
    write_report(preparation, path)

    page = Page(path.read_text())

    assert ("html", "lang", "en") in page.attributes
    assert page.tags.count("h1") == 1
    assert page.tags.count("caption") == page.tags.count("table")
    assert all(
        found[:2] == ("th", "scope") for found in page.attributes if found[0] == "th"
    )
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not [
        n for _tag, n, _value in page.attributes if n in ("src", "href", "style")
    ]
    assert not re.search(r"url\(|@import", path.read_text())
    words = " ".join(" ".join(page.words).split())
    assert MARKUP in words
    assert FORMULA in words
    assert "1996" in words


@pytest.mark.parametrize("suffix", ["html", "csv", "json"])
def test_nobody_is_named(preparation, tmp_path, suffix):
    path = tmp_path / f"report.{suffix}"
    write_report(preparation, path)

    text = path.read_text("utf-8-sig")

    assert "1996" in text
    assert PERSON not in text
    assert EMAIL not in text


@pytest.mark.parametrize("suffix", ["html", "csv", "json"])
def test_file_that_fits_no_mapping_has_a_report_too(tmp_path, suffix):
    round = make_world()
    content = b"a;b;c\r\n1;2;3\r\n4;5;6\r\n"
    path = tmp_path / f"report.{suffix}"

    write_report(prepare(content, "other.csv", round), path)

    assert "none of the mappings" in path.read_text("utf-8-sig")


def test_other_suffix_is_refused(preparation, tmp_path):
    with pytest.raises(UnknownReport, match=r"\.html, \.csv, \.json"):
        write_report(preparation, tmp_path / "report.pdf")
