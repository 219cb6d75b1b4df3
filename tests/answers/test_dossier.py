"""A State's dossier: the page, its files and the Word document say the same."""

import io
import re
from datetime import timedelta

import docx
import pytest
from django.core.cache import caches
from django.utils.timezone import localdate

from profiles.models import Profile
from tests.factories import (
    make_chairing,
    make_contribution,
    make_draft,
    make_full_draft,
    make_meeting,
    make_membership,
    make_source,
    make_state,
    publish,
)

pytestmark = pytest.mark.django_db

COMING = (localdate() + timedelta(days=400)).isoformat()


@pytest.fixture
def registry():
    rica, pana = (
        make_state("CRI", name_en="Costa Rica"),
        make_state("PAN", name_en="Panama"),
    )
    source = make_source(title="Report of the year", url="https://example.org/report")
    draft = make_draft(name="Puebla Process", status="active")
    make_membership(draft, state=rica, role="member", since="1996", source=source)
    make_membership(draft, state=pana)
    make_chairing(draft, state=rica, since="2015")
    make_contribution(draft, title="Pact of the isthmus", states=["CRI"], year=2016)
    make_contribution(draft, title="Secret pact", states=["CRI"], is_public=False)
    make_meeting(draft, title="Meeting to come", date=COMING, city="San José")
    make_meeting(draft, title="Meeting of this year", date=str(localdate().year))
    make_meeting(draft, title="Meeting long ago", date="2001-05")
    publish(draft)
    ended = make_draft(name="Ended Dialogue", status="ended")
    make_membership(ended, state=rica, role="observer")
    publish(ended)
    make_membership(make_draft(name="Draft Forum"), state=rica)


def tables(client, address="/states/cri/dossier.json"):
    said = client.get(address).json()
    return {table["key"]: table["rows"] for table in said["tables"]}


def test_dossier_says_what_a_delegation_takes_along(client, registry):
    said = tables(client)

    [seat] = said["seats"]
    assert seat["mechanism"]["text"] == "Puebla Process"
    assert (seat["role"], seat["since"], seat["until"]) == ("Member", "1996", None)
    [earlier] = said["earlier"]
    assert earlier["mechanism"]["text"] == "Ended Dialogue"
    assert said["chairs"][0]["since"] == "2015"
    [pact] = said["contributions"]
    assert (pact["contribution"]["text"], pact["year"]) == ("Pact of the isthmus", 2016)
    [companion] = said["companions"]
    assert (companion["state"]["text"], companion["mechanisms"]) == ("Panama", 1)
    assert [row["meeting"] for row in said["meetings"]] == [
        "Meeting of this year",
        "Meeting to come",
    ]
    by_number = {row["number"]: row["source"] for row in said["sources"]}
    assert by_number[seat["source"]] == "Report of the year"


@pytest.mark.parametrize("form", ["/", ".csv", ".json", ".docx"])
def test_neither_drafts_nor_private_facts_stand_in_it(client, registry, form):
    response = client.get(f"/states/cri/dossier{form}")

    body = response.getvalue()
    text = all_text(body) if form == ".docx" else body.decode()
    assert "Puebla Process" in text
    assert "Draft Forum" not in text
    assert "Secret pact" not in text


def all_text(body):
    document = docx.Document(io.BytesIO(body))
    rows = [row for table in document.tables for row in table.rows]
    cells = [cell.text for row in rows for cell in row.cells]
    # python-docx counts the text of links into that of a paragraph.
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_word_document_has_every_table_with_a_heading_row(client, registry):
    response = client.get("/states/cri/dossier.docx")
    shown = client.get("/states/cri/dossier.json").json()["tables"]
    document = docx.Document(io.BytesIO(response.getvalue()))

    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == [table["caption"] for table in shown]
    assert document.paragraphs[0].style.name == "Title"
    for table, said in zip(document.tables, shown, strict=True):
        assert [c.text for c in table.rows[0].cells] == list(said["columns"].values())
        assert table.rows[0]._tr.trPr.xpath("w:tblHeader")
        assert len(table.rows) == 1 + len(said["rows"])
    assert re.search(
        r'filename="iscm-dossier-cri\.docx"', response.headers["Content-Disposition"]
    )


def test_document_is_the_same_each_time(client, registry):
    first = client.get("/states/cri/dossier.docx").getvalue()
    caches["pages"].clear()

    assert client.get("/states/cri/dossier.docx").getvalue() == first


def test_document_runs_from_right_to_left_in_arabic(client, registry, settings):
    settings.LANGUAGES = [("en", "English"), ("ar", "العربية")]

    document = docx.Document(
        io.BytesIO(client.get("/ar/states/cri/dossier.docx").getvalue())
    )

    for table in document.tables:
        assert table._tbl.tblPr.xpath("w:bidiVisual")
    assert all(p._p.pPr.xpath("w:bidi") for p in document.paragraphs)


def test_changes_are_those_since_the_date(client, registry):
    earlier = Profile.objects.get(name="Puebla Process")
    Profile.objects.filter(pk=earlier.pk).update(published_at="2019-05-04T12:00:00Z")

    def published(since):
        rows = tables(client, f"/states/cri/dossier.json?since={since}").get("changes")
        return {row["publication"]["text"].partition(":")[0] for row in rows or []}

    assert published("2019") == {"Puebla Process", "Ended Dialogue"}
    assert published("2019-05-04") == {"Puebla Process", "Ended Dialogue"}
    assert published("2019-05-05") == {"Ended Dialogue"}
    page = client.get("/states/cri/dossier/?since=2019-05-05").text
    assert "What changed since 5 May 2019" in page


@pytest.mark.parametrize("form", ["/", ".csv", ".docx"])
@pytest.mark.parametrize("since", ["yesterday", "2020-13-01", "1", "2099"])
def test_date_that_is_none_is_refused(client, registry, form, since):
    response = client.get(f"/states/cri/dossier{form}?since={since}")

    assert response.status_code == 400
    why = "still to come" if since == "2099" else "not a date of the form 2011"
    assert f"“{since}” is {why}" in response.text


def test_empty_parts_are_said(client, registry):
    make_state("XYZ", name_en="Nowhere")

    page = client.get("/states/xyz/dossier/").text

    assert "Not on record: Where it takes part; " in page
    assert client.get("/states/qqq/dossier/").status_code == 404


def test_page_of_the_state_leads_to_its_dossier(client, registry):
    assert 'href="/states/cri/dossier/"' in client.get("/states/cri/").text
    page = client.get("/states/cri/dossier/?since=2020").text
    assert 'href="/states/cri/dossier.docx?since=2020"' in page


@pytest.mark.parametrize("total", [1, 8])
def test_number_of_queries_does_not_grow(client, django_assert_num_queries, total):
    for number in range(total):
        draft = make_full_draft(name=f"Process {number}")
        make_membership(draft, state=make_state("QAA"))
        make_chairing(draft, state=make_state("QAA"))
        publish(draft)
    client.get("/states/")
    caches["pages"].clear()

    with django_assert_num_queries(QUERIES):
        response = client.get("/states/qaa/dossier/")

    assert response.status_code == 200


QUERIES = 13
