"""An error is reported by keyboard, from the flag of a part to the thanks."""

import re

from playwright.sync_api import Page, expect

from tests.browser.barriers import serious_barriers


def test_an_error_is_reported_by_keyboard_from_the_flag_of_a_part(page: Page):
    page.goto("/mechanisms/ocam/")
    page.locator("#members .report-part").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/report/\?mechanism=ocam#members"))
    fact = page.get_by_role("link", name="Costa Rica")
    expect(fact).to_be_visible()
    assert serious_barriers(page) == []
    fact.press("Enter")
    page.wait_for_url(re.compile(r"/report/\?mechanism=ocam&fact="))
    assert serious_barriers(page) == []

    wrong = page.get_by_label("What is wrong?")
    wrong.focus()
    page.keyboard.type("This State is an observer.")
    page.keyboard.press("Tab")
    page.keyboard.type("It is a member.")
    # The field for robots is no stop.
    for _field in ("source", "address", "contact"):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Contact", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send the report")).to_be_focused()
    page.keyboard.press("Enter")

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Name a source")
    assert serious_barriers(page) == []
    expect(wrong).to_have_value("This State is an observer.")
    alert.get_by_role("link", name="Who says so?").press("Enter")
    expect(page.get_by_label("Who says so?")).to_be_focused()
    page.keyboard.type("Statutes of 2008, article 4")
    page.keyboard.press("Enter")

    page.wait_for_url("**/report/received/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("has come in")
