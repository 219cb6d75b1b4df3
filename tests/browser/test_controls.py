"""Small comforts that scripts add, each with the promise that it keeps."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.barriers import PHONE, serious_barriers

SEARCH = "Search the registry"


def test_escape_closes_the_suggestions_and_keeps_the_words(page: Page):
    page.goto("/mechanisms/")
    box = page.get_by_role("combobox", name=SEARCH)
    suggestions = page.locator(".suggestions [role=option]:visible")
    box.press_sequentially("sacm")
    expect(suggestions.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")

    box.press("Escape")

    expect(suggestions).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("sacm")


def test_shortcut_of_one_character_can_be_switched_off(page: Page):
    page.goto("/about/")
    page.get_by_role("button", name="goes to the search box").click()

    page.reload()
    page.keyboard.press("/")

    expect(page.get_by_role("combobox", name=SEARCH)).not_to_be_focused()


def test_theme_follows_the_system_again_once_both_agree(page: Page):
    page.emulate_media(color_scheme="light")
    page.goto("/about/")
    html = page.locator("html")
    switch = page.get_by_role("button", name="Dark theme")
    switch.click()
    expect(html).to_have_attribute("data-bs-theme", "dark")

    switch.click()
    expect(html).to_have_attribute("data-bs-theme", "light")

    page.emulate_media(color_scheme="dark")
    expect(html).to_have_attribute("data-bs-theme", "dark")


def test_filters_stay_open_while_boxes_are_ticked_on_a_phone(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/mechanisms/")
    page.locator("#filters-head").click()
    page.locator("#facet-state > summary").click()
    narrow = page.locator("#facet-state [data-narrow-box]")
    narrow.fill("méxico")
    expect(page.locator("#facet-state li:visible")).to_have_count(1)
    button = page.locator("#show-results")
    everything = button.inner_text()

    page.get_by_label("Mexico", exact=True).check()
    expect(button).not_to_have_text(everything)
    expect(page.locator("#filters")).to_have_attribute("open", "")

    page.get_by_label("Mexico", exact=True).uncheck()
    expect(button).to_have_text(everything)
    # With nothing chosen the server draws it closed; the reader had opened it.
    expect(page.locator("#facet-state")).to_have_attribute("open", "")
    expect(narrow).to_have_value("méxico")


def test_section_that_is_read_is_marked_in_the_page_navigation(page: Page):
    page.goto("/mechanisms/ocam/")

    page.locator(".section-nav a[href='#structure']").click()

    current = page.locator(".section-nav a[aria-current]")
    expect(current).to_have_count(1)
    expect(current).to_have_attribute("href", "#structure")


def test_source_opens_in_place_by_key_and_closes_again(page: Page):
    page.goto("/mechanisms/ocam/")
    number = page.locator(".source-ref button").first
    card = page.locator(f"#{number.get_attribute('popovertarget')}")
    expect(card).to_be_hidden()

    number.press("Enter")
    expect(card).to_be_visible()
    expect(card).to_contain_text(page.locator("#source-1 cite").inner_text())
    assert serious_barriers(page) == []

    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(number).to_be_focused()
    expect(page).to_have_url("/mechanisms/ocam/")


def test_source_opens_on_a_phone_without_a_script(browser: Browser, base_url):
    context = browser.new_context(
        base_url=base_url,
        java_script_enabled=False,
        viewport=PHONE,
        has_touch=True,
    )
    page = context.new_page()
    page.goto("/mechanisms/ocam/")
    number = page.locator(".source-ref button").nth(5)
    card = page.locator(f"#{number.get_attribute('popovertarget')}")

    number.tap()
    expect(card).to_be_in_viewport(ratio=1)
    card.get_by_role("button", name="Close").tap()
    expect(card).to_be_hidden()
    expect(number).to_be_in_viewport()
    context.close()
