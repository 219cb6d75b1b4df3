"""How records are cited, whatever they are called."""

import re
from datetime import date

import pytest

from answers.citing import Cited, apa, bibtex, chicago, one_line, ris
from profiles import editions
from tests import factories as make

URL = "https://registry.example/mechanisms/ocam/editions/2/"


def cited(title="Rabat Process", **fields):
    said = {
        "key": "iscm-ocam-2",
        "url": URL,
        "publisher": "Migration Office",
        "edition": 2,
        "published": date(2026, 3, 5),
    }
    return Cited(title=title, **said | fields)


def test_in_words():
    assert apa(cited()) == (
        "Migration Office. (2026, March 5). Rabat Process (Edition 2). ISCM Registry. "
        + URL
    )
    assert chicago(cited()) == (
        "Migration Office. “Rabat Process.” ISCM Registry, edition 2. "
        f"Published March 5, 2026. {URL}."
    )


def test_without_publisher_day_or_edition_nothing_is_invented():
    bare = cited(publisher="", published=None, edition=None)

    assert apa(bare) == f"Rabat Process. (n.d.). ISCM Registry. {URL}"
    assert chicago(bare) == f"“Rabat Process.” ISCM Registry. N.d. {URL}."
    assert not re.search("author|year|month|edition =|note", bibtex(bare))
    assert not re.search("^(AU|PB|PY|DA|ET|N1)", ris(bare), re.MULTILINE)


NASTY = [
    "A {brace",
    "A brace} and }",
    "R&D 100% $5 #1 a_b ~ ^",
    "Back\\slash \\textbf{x}",
    'Straight "quotes" and ‘others’',
    "Côte d’Ivoire – Açores",
    "Процесс Алматы",
    "عملية الخرطوم",
    "第五回",
    "ER  - \nTY  - BOOK",
    "line\r\nbreak\x0b\x85\u2028end",
    "@misc{other, title={x}}",
]


@pytest.mark.parametrize("title", NASTY, ids=range(len(NASTY)))
def test_no_name_breaks_out_of_its_field(title):
    one = cited(one_line(title), publisher=one_line(title))

    entry = bibtex(one)
    depth = 0
    for sign in entry:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    named = [line.split(" = ")[0].strip() for line in entry.splitlines()[1:-1]]
    assert named == [
        *("author", "title", "howpublished", "edition", "year", "month", "url")
    ]
    # Every sign that TeX reads as an order stands behind a backslash.
    value = entry.splitlines()[2]
    assert not re.search(r"(?<!\\)[&%$#_]", value)

    lines = ris(one).split("\r\n")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines[:-1])
    assert [line[:2] for line in lines[:-1]] == [
        *("TY", "ID", "AU", "TI", "T2", "ET", "PB", "PY", "DA", "UR", "ER")
    ]
    assert "\n" not in apa(one) + chicago(one)


def test_letters_stay_as_they_are():
    for title in ("Côte d’Ivoire", "عملية الخرطوم", 'The "so-called" process'):
        assert title in bibtex(cited(title))
        assert f"TI  - {title}\r\n" in ris(cited(title))


@pytest.fixture
def ocam(settings):
    settings.PUBLISHER_NAME = "Migration Office"
    mechanism = make.make_mechanism(slug="ocam")
    make.make_profile(mechanism, name="R&D Process", name_fr="Processus R&D")
    return make.publish(editions.open_draft(mechanism))


@pytest.mark.django_db
def test_page_shows_the_citation_and_leads_to_the_files(client, ocam):
    text = client.get("/mechanisms/ocam/").text

    assert "Migration Office. (" in text
    assert "R&amp;D Process (Edition 2). ISCM Registry." in text
    for place in ("", "editions/2/"):
        for form in ("bib", "ris"):
            assert f'href="/mechanisms/ocam/{place}cite.{form}"' in text
    earlier = client.get("/mechanisms/ocam/editions/1/").text
    assert "(Edition 1)" in earlier
    assert 'href="/mechanisms/ocam/cite.bib"' not in earlier


@pytest.mark.django_db
def test_files_name_the_edition_or_the_page_in_force(client, ocam, settings):
    record = client.get("/mechanisms/ocam/cite.bib")
    earlier = client.get("/mechanisms/ocam/editions/1/cite.ris")

    assert record.headers["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert 'filename="iscm-ocam.bib"' in record.headers["Content-Disposition"]
    assert "url = {http://testserver/mechanisms/ocam/}" in record.text
    assert r"title = {{R\&D Process}}" in record.text
    assert "edition" not in record.text
    assert "UR  - http://testserver/mechanisms/ocam/editions/1/" in earlier.text
    assert "ET  - 1\r\n" in earlier.text

    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    french = client.get("/fr/mechanisms/ocam/cite.ris").text
    assert "TI  - Processus R&D\r\n" in french


@pytest.mark.django_db
def test_files_are_of_what_can_be_read_and_follow_a_new_key(client, ocam):
    coming = editions.open_draft(ocam.mechanism)
    address = f"/mechanisms/ocam/editions/{coming.edition}/cite.bib"
    assert client.get(address).status_code == 404
    assert client.get("/mechanisms/none/cite.bib").status_code == 404
    assert client.get("/mechanisms/ocam/cite.txt").status_code == 404

    ocam.mechanism.slug = "central-america"
    ocam.mechanism.save()
    led = client.get("/mechanisms/ocam/editions/1/cite.bib")
    assert led.status_code == 301
    assert led.headers["Location"] == "/mechanisms/central-america/editions/1/cite.bib"

    editions.withdraw(ocam, reason="Wrong.")
    gone = client.get("/mechanisms/central-america/editions/2/cite.bib")
    assert gone.status_code == 410
