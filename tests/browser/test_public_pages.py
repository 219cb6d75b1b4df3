"""Every kind of public page: quiet, accessible, narrow enough for a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import PHONE, serious_barriers, width_beyond_the_screen
from tests.registry.public_addresses import public_names

# One page of each kind; `search` shows hits and `search-nothing` none.
PAGES = {
    "home": "/",
    "about": "/about/",
    "search": "/search/?q=migration",
    "search-nothing": "/search/?q=xyzzyx",
    "mechanism-list": "/mechanisms/?region=africa",
    "mechanism-map": "/mechanisms/?view=map",
    "mechanism-detail": "/mechanisms/ocam/",
    "edition-list": "/mechanisms/ocam/editions/",
    "edition-detail": "/mechanisms/ocam/editions/1/",
    "state-list": "/states/",
    "state-detail": "/states/cri/",
    "state-dossier": "/states/cri/dossier/?since=2020",
    "partner-list": "/partners/",
    "partner-detail": "/partners/iom/",
    "contribution-list": "/contributions/",
    "theme-list": "/themes/",
    "theme-detail": "/themes/counter-trafficking/",
    "assessment-list": "/assessments/",
    "assessment-detail": "/assessments/2019/",
    "contact": "/contact/",
    "correction-list": "/corrections/",
    "change-list": "/changes/?mechanism=ocam",
    "compare": "/compare/?m=ocam&m=rcm",
    "compare-choice": "/compare/",
    "figure-list": "/figures/",
    "figure-detail": "/figures/states-taking-part/",
    "overlaps": "/overlaps/",
    "overlap": "/overlaps/ocam/rcm/",
    "report": "/report/?mechanism=ocam",
    "fact": "/facts/2bccb2bd-5902-5e3e-9daf-231af05355e4/",
    "missing": "/mechanisms/missing/",
    "mistaken": "/mechanisms/?region=atlantis",
}
NO_PAGES = {
    "contribution-list-file",
    "mechanism-list-file",
    "partner-list-file",
    "state-dossier-file",
    "state-dossier-word",
    "state-list-file",
    "theme-list-file",
    "cite-file",
    "edition-cite-file",
    "source-file",
    "search-suggest",
    "opensearch",
    "search-options",
    "robots",
    "sitemap",
    "security-text",
    "security-policy",
    "change-list-file",
    "compare-file",
    "figure-list-file",
    "figure-detail-file",
    "overlap-file",
    "overlaps-file",
    "change-feed",
    "mechanism-feed",
}


def test_every_kind_of_page_is_among_those_looked_at():
    assert set(public_names()) - NO_PAGES <= set(PAGES), "add an address to PAGES"


@pytest.mark.parametrize("name", PAGES)
def test_page_is_quiet_accessible_and_fits_a_phone(page: Page, watch, name):
    watch.allowed_statuses |= {404} if name == "missing" else set()
    watch.allowed_statuses |= {400} if name == "mistaken" else set()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(PAGES[name])

    expect(page.locator("h1")).to_have_count(1)
    assert serious_barriers(page) == []

    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert serious_barriers(page) == []

    page.set_viewport_size(PHONE)
    assert width_beyond_the_screen(page) <= 0


@pytest.mark.parametrize("name", PAGES)
def test_page_from_right_to_left_is_as_good(page: Page, watch, arabic_url, name):
    watch.allowed_statuses |= {404} if name == "missing" else set()
    watch.allowed_statuses |= {400} if name == "mistaken" else set()
    page.goto(arabic_url + PAGES[name])

    html = page.locator("html")
    expect(html).to_have_attribute("dir", "rtl")
    expect(html).to_have_attribute("lang", "ar")
    assert serious_barriers(page) == []

    page.set_viewport_size(PHONE)
    assert width_beyond_the_screen(page) <= 0


@pytest.mark.parametrize(
    "smuggled",
    [
        '<p style="color: red">inline style</p>',
        '<img src="https://example.org/picture.png" alt="">',
    ],
)
def test_what_breaks_the_policy_is_noticed(page: Page, watch, smuggled):
    page.goto("/about/")

    with page.expect_console_message(lambda message: message.type == "error"):
        page.evaluate(
            "html => document.body.insertAdjacentHTML('beforeend', html)", smuggled
        )

    assert watch.complaints
    watch.complaints.clear()
