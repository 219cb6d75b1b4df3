"""Correcting, reviewing and publishing in a browser, under the same strict policy."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import axe


@pytest.fixture
def draft(staff_page: Page) -> str:
    """Open a draft of a published profile with one click; return its address."""
    staff_page.goto("/admin/profiles/profile/?q=rcm")
    button = staff_page.get_by_role("button", name="Correct", exact=True)
    if button.count():
        button.first.click()
    else:
        staff_page.get_by_role("link", name="Open draft").first.click()
    expect(staff_page).to_have_url(re.compile(r"/change/"))
    found = re.search(r"/profile/(\d+)/change/", staff_page.url)
    assert found
    return f"/admin/profiles/profile/{found[1]}"


def serious_barriers(page: Page) -> list[str]:
    # The admin's style sheets import others, which axe would copy into the page,
    # against the policy.
    found = axe.run(page, options={"preload": False}).response["violations"]
    return [
        f"{barrier['id']}: {node['html'][:200]}"
        for barrier in found
        if barrier["impact"] in ("serious", "critical")
        for node in barrier["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_review_comparison_and_preview_have_no_barrier(
    staff_page: Page, draft: str, scheme
):
    staff_page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    staff_page.goto(f"{draft}/review/")
    assert serious_barriers(staff_page) == []
    expect(
        staff_page.get_by_role("heading", name="Is it ready?", exact=True)
    ).to_be_visible()

    staff_page.get_by_role("region", name="Compare with another edition").get_by_role(
        "link"
    ).first.click()
    expect(staff_page.get_by_role("heading", name="What changes")).to_be_visible()
    assert serious_barriers(staff_page) == []

    number = draft.rpartition("/")[2]
    staff_page.goto(f"/admin/preview/{number}/")
    expect(staff_page.get_by_text("Draft: not public.")).to_be_visible()
    assert serious_barriers(staff_page) == []


def test_own_submission_has_no_button_to_publish(staff_page: Page, draft: str):
    staff_page.goto(f"{draft}/review/")
    submit = staff_page.get_by_role("button", name="Submit for review")
    if submit.count():
        staff_page.get_by_label("Note").first.fill("A slip in the name")
        submit.click()
        expect(staff_page.get_by_text("was submitted for review")).to_be_visible()

    expect(staff_page.get_by_text("You submitted this edition yourself")).to_have_count(
        2
    )
    expect(staff_page.get_by_role("button", name="Publish", exact=True)).to_have_count(
        0
    )

    staff_page.get_by_label("Note").first.fill("Look again")
    staff_page.get_by_role("button", name="Send back").click()
    expect(staff_page.get_by_text("was sent back to its author")).to_be_visible()
