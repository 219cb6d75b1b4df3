import pytest
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils.translation import override

pytestmark = pytest.mark.django_db


def page(name, path="/nowhere/", **context):
    return render_to_string(name, context, RequestFactory().get(path))


def test_missing_page_offers_search_and_lists():
    html = page("404.html")

    assert "There is no page at this address" in html
    assert f'<form action="{reverse("search")}" method="get">' in html
    assert f'href="{reverse("mechanism-list")}"' in html
    assert 'rel="canonical"' not in html


def test_broken_server_page_needs_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        html = get_template("500.html").render()

    assert "Something went wrong on our side" in html


def test_page_follows_the_direction_of_its_language():
    with override("ar"):
        html = page("404.html")

    assert '<html lang="ar" dir="rtl">' in html
    assert "vendor/bootstrap.rtl.min.css" in html
    assert "vendor/bootstrap.min.css" not in html


def test_current_part_of_the_site_is_marked_in_the_navigation():
    mechanisms = reverse("mechanism-list")

    assert f'<a href="{mechanisms}" aria-current="page">' in page(
        "404.html", mechanisms
    )
    assert f'<a href="{mechanisms}" aria-current="true">' in page(
        "404.html", f"{mechanisms}ocam/"
    )
    assert 'aria-current="true"' not in page("404.html", "/")


def test_canonical_address_leaves_out_the_query():
    html = page("base.html", "/mechanisms/?region=africa&page=2")

    assert '<link rel="canonical" href="http://testserver/mechanisms/">' in html


def test_languages_are_offered_only_when_there_are_several(settings):
    assert "hreflang" not in page("base.html", "/mechanisms/")

    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
    html = page("base.html", "/mechanisms/?region=africa")

    assert '<link rel="alternate" hreflang="ar"' in html
    assert 'href="/ar/mechanisms/?region=africa"' in html
    assert '<strong lang="en">English</strong>' in html
