"""What readers do: search, filter, move by keyboard, with and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def plain_page(browser, base_url, watch):
    """A page in a browser that runs no scripts."""
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    watch.over(page)
    yield page
    context.close()


def test_search_works_without_scripts(plain_page: Page):
    plain_page.goto("/")
    plain_page.locator("main input[name=q]").fill("Gautemala")
    plain_page.locator("main form[action='/search/'] button").first.click()

    expect(plain_page).to_have_url(re.compile(r"/search/\?q=Gautemala"))
    plain_page.locator("main a[href='/states/gtm/']").first.click()
    expect(plain_page).to_have_url(re.compile("/states/gtm/"))


def test_filtering_works_without_scripts(plain_page: Page):
    plain_page.goto("/mechanisms/")
    everything = result_count(plain_page)

    plain_page.locator("input[type=checkbox][name=region][value=africa]").check()
    plain_page.locator("input[type=checkbox][name=region]").first.locator(
        "xpath=ancestor::form"
    ).locator("button[type=submit], button:not([type])").first.click()

    expect(plain_page).to_have_url(re.compile(r"[?&]region=africa"))
    assert 0 < result_count(plain_page) < everything
    expect(
        plain_page.locator("input[type=checkbox][name=region][value=africa]")
    ).to_be_checked()


@pytest.mark.parametrize("scripts", [True, False])
def test_long_groups_fold_on_phones_and_nothing_is_lost(browser, base_url, scripts):
    phone = {"width": 390, "height": 844}
    context = browser.new_context(
        base_url=base_url, java_script_enabled=scripts, viewport=phone
    )
    page = context.new_page()
    page.goto("/mechanisms/bali-process/")
    fold = page.locator("#members .fold").first
    name = fold.get_by_role("link", name="China", exact=True)
    height = page.locator("main").bounding_box()["height"]

    expect(fold.locator("summary")).to_contain_text("18 names")
    expect(name).to_be_hidden()
    # A mark in sight opens its source, though the list of sources is folded.
    page.locator("#overview .source-ref button").first.click()
    expect(page.locator(".source-card:popover-open")).to_be_visible()
    page.keyboard.press("Escape")
    fold.locator("summary").click()
    expect(name).to_be_visible()
    place = fold.locator("li[id]").last.get_attribute("id")
    page.goto("about:blank")
    page.goto(f"/mechanisms/bali-process/#{place}")
    expect(page.locator(f"[id='{place}']")).to_be_in_viewport()
    page.emulate_media(media="print")
    expect(name).to_be_visible()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 844})
    expect(page.locator("#contribution .fold tbody tr").first).to_be_visible()
    expect(page.locator("#members .fold > summary").first).to_be_hidden()

    assert height < 9500  # a screen of header and footer less than half of before
    context.close()


def test_page_of_a_mechanism_is_short_on_a_desktop_and_prints_all(page: Page):
    page.set_viewport_size({"width": 1280, "height": 860})
    page.goto("/mechanisms/ocam/")

    assert page.evaluate("document.documentElement.scrollHeight") < 6_500
    folded = page.locator(
        ".profile-body details:not([open]) > :not(summary, .no-print)"
    )
    assert folded.count() > 10
    expect(folded.first).to_be_hidden()
    page.emulate_media(media="print")
    for n in range(folded.count()):
        expect(folded.nth(n)).to_be_visible()


def test_contributions_are_narrowed_in_place(page: Page):
    page.goto("/mechanisms/ocam/")
    rows = page.locator("#contributions tbody tr")
    everything = rows.count()

    page.locator("#narrow-level").focus()
    page.locator("#narrow-level").select_option("regional")

    expect(page).to_have_url(re.compile(r"[?&]level=regional"))
    expect(rows.first).to_contain_text("Regional")
    assert 0 < rows.count() < everything
    expect(page.locator("#narrow-level")).to_be_focused()
    expect(page.locator("#contributions-counted")).to_contain_text(f"of {everything}")
    page.get_by_role("link", name="Year", exact=True).click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Year")
    page.get_by_role("link", name="Show all", exact=True).click()
    expect(rows).to_have_count(everything)


def test_filtering_with_scripts_gives_the_same_results(page: Page):
    page.goto("/mechanisms/?region=africa")
    wanted = result_count(page)
    page.goto("/mechanisms/")

    page.locator("input[type=checkbox][name=region][value=africa]").check()

    expect(page).to_have_url(re.compile(r"[?&]region=africa"))
    expect(page.locator("#result-count")).to_contain_text(str(wanted))


def result_count(page: Page) -> int:
    text = page.locator("#result-count").inner_text()
    return int(re.search(r"\d+", text)[0])


def test_skip_link_is_first_and_leads_to_the_content(page: Page):
    page.goto("/mechanisms/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


def test_slash_leads_to_the_search(page: Page):
    page.goto("/states/")

    page.keyboard.press("/")

    search = page.locator("input[name=q][data-suggest]").first
    expect(search).to_be_focused()
    expect(search).to_have_value("")


def test_suggestions_are_walked_by_arrow_keys(page: Page):
    page.goto("/")
    search = page.locator("main input[data-suggest]")
    search.press_sequentially("puebla")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(search).to_have_attribute("aria-expanded", "true")

    search.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    search.press("Escape")
    expect(options.first).to_be_hidden()
    search.press("ArrowDown")
    search.press("Enter")

    page.wait_for_url("**/mechanisms/rcm/")


def test_every_stop_of_the_keyboard_can_be_seen(page: Page):
    page.goto("/mechanisms/ocam/")

    for _ in range(25):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => {
              const it = document.activeElement, style = getComputedStyle(it);
              return it === document.body
                || style.outlineStyle !== "none" || style.boxShadow !== "none";
            }"""
        )
        assert shown, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_chosen_theme_stays_from_page_to_page(page: Page):
    page.emulate_media(color_scheme="light")
    page.goto("/")
    switch = page.locator("[data-theme-switch]")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")

    page.goto("/about/")

    expect(page.locator("[data-theme-switch]")).to_have_attribute(
        "aria-pressed", "true"
    )
