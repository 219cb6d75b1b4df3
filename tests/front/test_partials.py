import re
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory

from profiles.facets import Facet
from profiles.vocabularies import Coverage


def partial(name, query="", **context):
    request = RequestFactory().get(f"/mechanisms/{query}")
    return " ".join(render_to_string(f"includes/{name}", context, request).split())


def test_five_answers_to_what_is_known_have_five_different_wordings():
    notes = {
        coverage: partial("_coverage_note.html", coverage=coverage)
        for coverage in Coverage.values
    }

    words = {note.partition("</span>")[2] for note in notes.values()}
    assert len(words) == len(Coverage.values)
    for coverage, note in notes.items():
        assert f'data-coverage="{coverage}"' in note


def test_chosen_option_stays_ticked_and_can_be_cleared():
    option = SimpleNamespace(
        value="africa",
        label="Africa",
        name="Africa only: 0 mechanisms",
        count=0,
        selected=True,
        url="?region=africa",
    )

    html = partial("_facet.html", facet=Facet("region", "Region", [option]))

    assert 'name="region" value="africa" checked' in html
    assert "disabled" not in html
    assert "Africa only: 0 mechanisms" in html
    assert "<details" in html
    assert re.search(r'<details class="facet" id="facet-region"[^>]* open>', html)


def test_pages_keep_the_filters():
    html = partial(
        "_pagination.html",
        "?region=africa&page=2",
        page_obj=Paginator(range(100), 25).page(2),
    )

    assert "Page 2 of 4" in html
    assert 'rel="prev" href="?region=africa&amp;page=1"' in html
    assert 'rel="next" href="?region=africa&amp;page=3"' in html


def test_single_page_needs_no_pager():
    assert partial("_pagination.html", page_obj=Paginator([1], 25).page(1)) == ""


def test_chip_says_what_it_removes():
    chip = SimpleNamespace(label="Region", value_label="<Africa>", remove_url="?")

    html = partial("_chips.html", chips=[chip], clear_url="/mechanisms/")

    assert "Remove the filter" in html
    assert "&lt;Africa&gt;" in html
    assert 'href="/mechanisms/"' in html


@pytest.mark.parametrize("total", [1, 2])
def test_suggestions_are_options_and_say_how_many_there_are(total):
    hits = [
        SimpleNamespace(url=f"/{number}/", title="RCM", kind_label="Mechanism")
        for number in range(total)
    ]

    html = partial("_suggestions.html", hits=hits)

    assert html.count('role="option"') == total
    wording = "1 suggestion." if total == 1 else "2 suggestions."
    assert html.count(wording) == 1
