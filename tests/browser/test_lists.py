"""Lists whose filters answer without loading the page again."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from profiles.filters.lists import LONGEST_QUERY
from tests.browser.barriers import PHONE


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


@pytest.fixture
def on_a_phone(page: Page, base_url: str) -> Page:
    page.set_viewport_size(PHONE)
    page.goto(f"{base_url}/mechanisms/")
    page.locator("#filters-head").click()
    return page


def test_filters_on_a_phone_are_a_sheet_whose_button_counts_and_stays_in_sight(
    on_a_phone,
):
    button = on_a_phone.locator("#show-results")
    expect(button).to_be_in_viewport()
    expect(button).to_have_text(re.compile(r"^Show \d+ mechanisms$"))
    before = button.inner_text()

    on_a_phone.locator("#region-americas").check()

    expect(button).not_to_have_text(before)
    expect(button).to_be_in_viewport()
    expect(on_a_phone.locator("#filters-status")).to_have_text(
        button.inner_text().removeprefix("Show ")
    )
    counted = button.inner_text()

    button.click()

    expect(on_a_phone.locator("#region-americas")).to_be_hidden()
    count = on_a_phone.locator("#result-count")
    expect(count).to_be_focused()
    expect(count).to_be_in_viewport()
    assert counted == f"Show {count.inner_text()}"


def test_the_page_beneath_a_sheet_cannot_be_reached_and_escape_closes_it(on_a_phone):
    def reached():
        on_a_phone.keyboard.press("Tab")
        return on_a_phone.evaluate(
            "document.activeElement.closest('#filters, body > *:not(main)')?.id"
        )

    assert {reached() for _n in range(6)} == {"filters"}

    on_a_phone.keyboard.press("Escape")

    expect(on_a_phone.locator("#filter-q")).to_be_hidden()
    expect(on_a_phone.locator("#filters-head")).to_be_focused()
    on_a_phone.locator("#display-apply").focus()
    expect(on_a_phone.locator("#display-apply")).to_be_focused()


def test_words_typed_into_a_sheet_are_asked_before_anything_is_counted(on_a_phone):
    on_a_phone.locator("#filter-q").fill("trafficking")
    button = on_a_phone.locator("#show-results")
    expect(button).to_have_text("Show results")

    button.click()

    expect(on_a_phone).to_have_url(re.compile(r"/mechanisms/\?q=trafficking$"))
    expect(on_a_phone.locator("#filter-q")).to_be_hidden()
    expect(on_a_phone.locator("#result-count")).to_be_focused()


def test_filters_of_a_phone_work_without_a_script(browser: Browser, base_url: str):
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base_url}/mechanisms/")
    page.locator("#filters-head").click()
    button = page.locator("#show-results")
    expect(button).to_be_in_viewport()
    page.locator("#facet-state > summary").click()
    page.locator("#facet-state .facet-more a").click()

    page.locator("#state-NPL").check()
    expect(button).to_be_in_viewport()
    button.click()

    expect(page.locator(".chip")).to_contain_text("Nepal")
    context.close()
