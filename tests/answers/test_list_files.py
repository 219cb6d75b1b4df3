"""A list as a file: its results and no others, in its order."""

import csv
import html
import io
import json
import re
import zipfile

import pytest
from django.conf import settings
from django.core.cache import caches
from python_calamine import CalamineWorkbook

from answers.lists import columns, views, writing
from iscm_registry import search
from iscm_registry.registry_files.tables import TABLES
from profiles.models import Contribution
from tests.factories import (
    make_contribution,
    make_draft,
    make_full_draft,
    make_membership,
    make_organisation,
    make_partnership,
    make_state,
    make_theme,
    make_theme_focus,
    publish,
)

pytestmark = pytest.mark.django_db

LISTS = ["mechanisms", "states", "partners", "contributions", "themes"]
FORMS = ["csv", "xlsx", "json"]


def csv_rows(response):
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def sheets(response):
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.getvalue()))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture
def registry():
    """Three mechanisms in two regions, with what each list needs."""
    for name, region in (("Rabat", "africa"), ("Puebla", "americas"), ("Ab", "africa")):
        draft = make_draft(name=name, regions=[region], status="active")
        make_membership(draft, state=make_state("CRI"))
        make_contribution(draft, title=f"Pact of {name}", states=["CRI"], year=2016)
        make_partnership(draft, organisation=make_organisation(name=f"Body {name}"))
        make_theme_focus(draft, theme=make_theme(f"theme-{name.lower()}"))
        publish(draft)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LISTS)
def test_each_list_comes_as_each_kind_of_file(client, registry, name, form):
    response = client.get(f"/{name}.{form}")

    assert response.status_code == 200
    assert re.fullmatch(
        rf'attachment; filename="iscm-{name}-\d{{4}}-\d\d-\d\d\.{form}"',
        response.headers["Content-Disposition"],
    )
    assert response.headers["ETag"]
    caches["pages"].clear()
    again = client.get(f"/{name}.{form}")
    assert again.getvalue() == response.getvalue()


def test_file_holds_the_filtered_results_in_the_order_of_the_list(client, registry):
    query = "?region=africa&sort=-name"
    listed = [p.name for p in client.get(f"/mechanisms/{query}").context["rows"]]

    rows = csv_rows(client.get(f"/mechanisms.csv{query}"))
    said = client.get(f"/mechanisms.json{query}").json()
    sheet = sheets(client.get(f"/mechanisms.xlsx{query}"))

    assert listed == ["Rabat", "Ab"]
    assert [row["name_en"] for row in rows] == listed
    assert [row["name_en"] for row in said["rows"]] == listed
    place = sheet["Results"][0].index("name_en")
    assert [row[place] for row in sheet["Results"][1:]] == listed
    assert rows[0]["regions"] == "africa"
    assert said["rows"][0]["regions"] == ["africa"]
    assert said["filters"] == [{"filter": "Region", "value": "Africa"}]
    assert said["page"] == f"http://testserver/mechanisms/{query}"
    about = dict(row[:2] for row in sheet["About"])
    assert about["page"] == said["page"]
    assert about["filters"] == "Region: Africa"
    assert about["licence"] == said["licence"]
    assert about["last_published"] == said["last_published"]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_leads_to_its_files_with_its_filters(client, registry, name):
    kept, of_pages = {
        "contributions": ("?sort=title", "&per_page=50&view=table"),
        "mechanisms": ("?region=africa&sort=name", "&per_page=50&page=1"),
        "partners": ("?sort=name", "&view=table"),
        "states": ("?kind=state", "&view=table"),
        "themes": ("", ""),
    }[name]
    page = html.unescape(client.get(f"/{name}/{kept}{of_pages}").text)

    for form in FORMS:
        address = f"/{name}.{form}{kept}"
        assert f'href="{address}" download' in page
        assert client.get(address).status_code == 200


def test_all_pages_of_a_list_stand_in_its_file(client):
    draft = make_draft()
    for number in range(120):
        make_contribution(draft, title=f"Pact {number:03}")
    publish(draft)

    assert len(client.get("/contributions/").context["rows"]) == 25
    rows = csv_rows(client.get("/contributions.csv?sort=title"))
    assert [row["title_en"] for row in rows] == [f"Pact {n:03}" for n in range(120)]


def test_states_are_in_the_order_of_their_page(client):
    draft = make_draft()
    for code, called in (("XAA", "Zypern"), ("XAB", "Äland"), ("XAC", "Benin")):
        make_membership(draft, state=make_state(code, name_en=called))
    publish(draft)

    listed = [s.name for s in client.get("/states/").context["rows"]]
    assert [row["name_en"] for row in csv_rows(client.get("/states.csv"))] == listed


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("/mechanisms.{}?region=atlantis", "Region: “atlantis” is not one of"),
        ("/mechanisms.{}?sort=colour", "“colour” is not a way to sort"),
        ("/states.{}?role=king", "Role: “king” is not one of the roles"),
        ("/contributions.{}?year=soon", "“soon” is not a year"),
        ("/partners.{}?category=friends", "“friends” is not one of the categories"),
        ("/mechanisms.{}?" + "region=africa&" * 51, "at most 50"),
    ],
)
def test_what_the_list_does_not_understand_gives_no_file(
    client, registry, address, why, form
):
    response = client.get(address.format(form))

    assert response.status_code == 400
    assert why in response.text
    assert response.headers["Content-Type"].startswith("text/plain")
    assert "Content-Disposition" not in response.headers
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("query", ["page=2", "per_page=50", "colour=red"])
def test_pages_and_unknown_parameters_are_not_taken(client, registry, name, query):
    assert client.get(f"/{name}.csv?{query}").status_code == 400


def test_name_for_a_value_leads_to_the_file_with_the_value(client, registry):
    response = client.get("/contributions.csv?state=state+cri&level=regional")

    assert response.status_code == 301
    assert response.headers["Location"] == (
        "/contributions.csv?state=CRI&level=regional"
    )


@pytest.mark.attack("A text of the registry is computed by a spreadsheet")
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_would_compute_is_marked(client, start):
    text = f"{start}HYPERLINK(1)"
    draft = make_draft()
    make_contribution(draft, title="Pact", summary=text)
    publish(draft)

    [row] = csv_rows(client.get("/contributions.csv"))
    assert row["summary_en"] == f"'{text}"
    book = client.get("/contributions.xlsx")
    heading, cells = sheets(book)["Results"]
    assert cells[heading.index("summary_en")].lstrip("'").strip() == text.strip()
    with zipfile.ZipFile(io.BytesIO(book.getvalue())) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    [exact] = client.get("/contributions.json").json()["rows"]
    assert exact["summary_en"] == text


def test_file_begins_with_the_mark_by_which_excel_reads_arabic(client):
    publish(make_draft(name="Process", name_ar="عملية الرباط"))

    body = client.get("/mechanisms.csv").getvalue()

    assert body.startswith(b"\xef\xbb\xbfmechanism,")
    assert "عملية الرباط".encode() in body


def test_codes_stand_beside_their_labels_in_the_language_of_the_list(client, registry):
    [row, *_] = client.get("/mechanisms.json?region=americas").json()["rows"]

    assert (row["status"], row["status_label"]) == ("active", "Active")
    assert (row["regions"], row["regions_label"]) == (["americas"], ["Americas"])
    assert row["members"] == 1
    assert row["established"] is None


def test_whole_of_an_organisation_that_only_drafts_name_is_not_told(client):
    hidden = make_organisation(name="Hidden whole")
    part = make_organisation(name="Part", part_of=hidden)
    draft = make_draft()
    make_partnership(draft, organisation=part)
    publish(draft)

    for form in FORMS:
        body = client.get(f"/partners.{form}").getvalue()
        assert hidden.slug.encode() not in body
    [row] = client.get("/partners.json").json()["rows"]
    assert row["part_of"] is row["part_of_label"] is None


KINDS = [
    columns.MechanismsFile,
    columns.ContributionsFile,
    columns.StatesFile,
    columns.PartnersFile,
    columns.ThemesFile,
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_heading_stands_in_the_dictionary(rf, kind):
    text = (settings.BASE_DIR / "docs" / "data-dictionary.md").read_text("utf-8")
    tables = {table.model: table for table in TABLES}
    chapters = dict(chapter.split("\n", 1) for chapter in text.split("\n### ")[1:])
    own = text.split("\n## Lists as files")[1].split("\n## ")[0]
    described = chapters[tables[kind.model].file] + own

    headings = kind(rf.get("/")).columns

    assert len(headings) == len({*headings})
    for heading in headings:
        assert f"`{heading.removesuffix('_label')}`" in described, heading


@pytest.mark.parametrize("total", [1, 20])
@pytest.mark.parametrize("name", LISTS)
def test_number_of_queries_does_not_grow(
    client, django_assert_num_queries, name, total
):
    for number in range(total):
        draft = make_full_draft(name=f"Process {number}")
        publish(draft)

    with django_assert_num_queries(QUERIES[name]):
        response = client.get(f"/{name}.json")

    assert response.status_code == 200


QUERIES = {
    "mechanisms": 13,
    "states": 6,
    "partners": 9,
    "contributions": 15,
    "themes": 6,
}


def test_long_list_is_read_and_sent_in_parts(client, monkeypatch):
    monkeypatch.setattr(columns, "AT_ONCE", 7)
    monkeypatch.setattr(views, "LARGEST_IN_MEMORY", 2000)
    draft = make_draft()
    for number in range(30):
        make_contribution(draft, title=f"Pact {number:03}")
    publish(draft)

    for form in FORMS:
        response = client.get(f"/contributions.{form}?sort=title")
        assert response.streaming
        assert int(response.headers["Content-Length"]) == len(response.getvalue())
    said = json.loads(client.get("/contributions.json?sort=title").getvalue())
    assert [row["title_en"] for row in said["rows"]] == [
        f"Pact {n:03}" for n in range(30)
    ]


def test_error_on_the_way_is_no_half_of_a_file(client, registry, monkeypatch):
    def fails(self, record):
        raise RuntimeError("on the way")

    monkeypatch.setattr(columns.ContributionsFile, "address", fails)
    client.raise_request_exception = False

    for form in FORMS:
        response = client.get(f"/contributions.{form}")
        assert response.status_code == 500
        assert "Content-Disposition" not in response.headers


def test_text_longer_than_a_cell_is_cut_where_excel_would_refuse_it(client):
    publish(make_draft(objective="a" * 40_000))

    heading, cells = sheets(client.get("/mechanisms.xlsx"))["Results"]

    text = cells[heading.index("objective_en")]
    assert len(text) == writing.LONGEST_CELL
    assert text.endswith("…")
    assert len(client.get("/mechanisms.json").json()["rows"][0]["objective_en"]) == (
        40_000
    )


def test_file_of_a_list_that_is_searched(client, registry):
    search.build_index()

    rows = csv_rows(client.get("/contributions.csv?q=Rabat"))

    assert [row["title_en"] for row in rows] == ["Pact of Rabat"]
    assert Contribution.objects.count() == 3


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_head_of_a_file_is_asked_for_without_it(client, form):
    publish(make_draft())

    response = client.head(f"/mechanisms.{form}")

    assert response.status_code == 200
    assert response.content == b""
    assert int(response["Content-Length"]) > 0
