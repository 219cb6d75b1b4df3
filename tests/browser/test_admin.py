"""The staff's pages, under the same strict policy."""

import re

from playwright.sync_api import Page, expect

from tests.browser.staff_sign_in import sign_in


def addresses(page: Page, pattern: str) -> list[str]:
    links = page.locator("main a[href]").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    return sorted({link for link in links if re.fullmatch(pattern, link)})


def test_every_list_and_form_of_the_admin_is_quiet(staff_page: Page):
    staff_page.goto("/admin/")
    lists = addresses(staff_page, r"/admin/\w+/\w+/")
    assert len(lists) > 10

    for address in lists:
        staff_page.goto(address)
        expect(staff_page.locator("h1").last).to_be_visible()
        records = staff_page.locator("#result_list tbody th a")
        if records.count():
            records.first.click()
            staff_page.wait_for_load_state("load")
            expect(staff_page.locator("h1").last).to_be_visible()


def test_form_for_a_new_record_is_quiet(staff_page: Page):
    staff_page.goto("/admin/")
    for address in addresses(staff_page, r"/admin/\w+/\w+/add/"):
        staff_page.goto(address)
        expect(staff_page.locator("form input").first).to_be_attached()


def test_staff_who_sign_out_leave_nothing_behind(page: Page):
    sign_in(page)
    page.goto("/admin/profiles/mechanism/")
    page.locator("#logout-form button").click()
    expect(page).to_have_url(re.compile("/accounts/login/$"))

    page.go_back()

    expect(page).to_have_url(re.compile(r"/accounts/login/\?next="))
