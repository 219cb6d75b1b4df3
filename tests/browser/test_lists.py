"""Lists whose filters answer without loading the page again."""

import re

import pytest
from playwright.sync_api import Page, expect

from profiles.filters import LONGEST_QUERY


@pytest.fixture
def mechanisms(page: Page, base_url: str) -> Page:
    page.goto(f"{base_url}/mechanisms/")
    # Lost as soon as the page is loaded anew.
    page.evaluate("window.stays = true")
    return page


def test_ticking_and_unticking_a_box_filters_and_keeps_the_focus_on_it(mechanisms):
    box = mechanisms.locator("#state-NPL")
    mechanisms.locator("#facet-state > summary").click()
    box.focus()
    before = mechanisms.locator("#result-count").inner_text()

    mechanisms.keyboard.press("Space")

    expect(mechanisms).to_have_url(re.compile(r"/mechanisms/\?state=NPL$"))
    expect(mechanisms.locator(".chip")).to_have_text(re.compile("Nepal"))
    expect(mechanisms.locator("#result-count")).not_to_have_text(before)
    expect(box).to_be_focused()

    mechanisms.keyboard.press("Space")

    # Nothing is chosen in the facet any more: it stays open for the reader's focus.
    expect(mechanisms.locator("#result-count")).to_have_text(before)
    expect(box).to_be_focused()
    expect(box).to_be_visible()
    assert mechanisms.evaluate("window.stays")


def test_the_address_holds_only_what_is_asked(mechanisms):
    mechanisms.locator("#filter-q").fill("trafficking")
    mechanisms.locator("#filter-established-min").fill("2000")

    mechanisms.keyboard.press("Enter")

    expect(mechanisms).to_have_url(
        re.compile(r"/mechanisms/\?q=trafficking&established_min=2000$")
    )


def test_going_back_brings_the_list_as_it_was(mechanisms):
    everything = mechanisms.locator("#result-count").inner_text()
    mechanisms.locator("#region-americas").check()
    expect(mechanisms.locator(".chip")).to_have_count(1)

    mechanisms.go_back()

    expect(mechanisms.locator("#result-count")).to_have_text(everything)
    expect(mechanisms.locator("#region-americas")).not_to_be_checked()


def test_the_sort_box_waits_for_its_button(mechanisms):
    mechanisms.locator("#sort").focus()
    mechanisms.keyboard.press("ArrowDown")
    mechanisms.keyboard.press("ArrowDown")
    expect(mechanisms).to_have_url(re.compile(r"/mechanisms/$"))

    mechanisms.locator("#display-apply").click()

    expect(mechanisms).to_have_url(re.compile(r"sort=established"))
    expect(mechanisms.locator("#display-apply")).to_be_focused()


def test_a_next_page_begins_at_the_number_of_results(mechanisms):
    mechanisms.locator(".pager [rel=next]").click()

    expect(mechanisms).to_have_url(re.compile(r"\?page=2$"))
    expect(mechanisms.locator("#result-count")).to_be_focused()
    expect(mechanisms.locator("#result-count")).to_be_in_viewport()


def test_an_error_is_shown_in_place(mechanisms, watch):
    watch.allowed_statuses.add(400)
    mechanisms.evaluate(
        "document.querySelector('#filter-q').removeAttribute('maxlength')"
    )
    mechanisms.locator("#filter-q").fill("a" * (LONGEST_QUERY + 1))

    mechanisms.keyboard.press("Enter")

    expect(mechanisms.locator(".notice-error")).to_contain_text("too long")
    watch.complaints[:] = [c for c in watch.complaints if "Status Error Code" not in c]


def test_a_long_facet_can_be_narrowed_by_name(mechanisms):
    mechanisms.locator("#facet-state > summary").click()

    mechanisms.locator("#facet-state [data-narrow-box]").fill("cote d")

    expect(mechanisms.locator("#state-CIV")).to_be_visible()
    expect(mechanisms.locator("#state-NPL")).to_be_hidden()


@pytest.mark.parametrize(
    ("typed", "label"),
    [("ivory", "Côte d’Ivoire"), ("usa", "United States of America")],
)
def test_a_long_facet_is_narrowed_by_any_name(mechanisms, typed, label):
    mechanisms.locator("#facet-state > summary").click()

    mechanisms.locator("#facet-state [data-narrow-box]").fill(typed)

    shown = mechanisms.locator("#state-options li:visible label")
    expect(shown).to_have_text([label])


def test_results_are_near_by_keyboard(mechanisms):
    """An option is one stop, and a link skips all of them."""
    mechanisms.keyboard.press("Tab")
    mechanisms.keyboard.press("Tab")
    expect(mechanisms.locator(":focus")).to_have_text("Skip to the results")
    expect(mechanisms.locator(":focus")).to_be_in_viewport()
    mechanisms.keyboard.press("Enter")
    expect(mechanisms.locator("#result-count")).to_be_focused()

    box = mechanisms.locator("#region-options input").first
    box.focus()
    mechanisms.keyboard.press("Tab")

    expect(mechanisms.locator("#region-options input").nth(1)).to_be_focused()
