"""The staff's pages for everybody: no barrier in light, in dark, right to left."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.barriers import (
    serious_barriers_for_staff,
)
from tests.browser.conftest import PASSWORD, Watch

DRAFT_OF_OCAM = """
from profiles import editions
from profiles.models import Mechanism
ocam = Mechanism.objects.get(slug="ocam")
draft = ocam.editions.open().first() or editions.open_draft(ocam)
print("draft", draft.pk)
"""

PAGES = {
    "dashboard": "/admin/",
    "form": "/admin/profiles/profile/{draft}/change/",
    "paste": "/admin/profiles/profile/{draft}/paste-states/",
    "list": "/admin/profiles/profile/",
    "merge": "/admin/profiles/recordmerge/add/?kind=organisation&records=1,2",
    "import": "/admin/partnerships/organisation/import/",
    "links": "/admin/profiles/linkcheck/",
    "audit": "/admin/auditlog/logentry/",
}


@pytest.fixture(scope="module")
def draft(in_registry) -> str:
    return in_registry(DRAFT_OF_OCAM).rpartition("draft ")[2].strip()


@pytest.fixture
def arabic_staff_page(
    browser: Browser, arabic_url: str, watch: Watch
) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    watch.over(page)
    page.goto(f"{arabic_url}/admin/")
    page.locator("input[name=login]").fill("staff")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/ar/admin/")
    yield page
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_staff_page_has_no_serious_barrier(staff_page: Page, draft: str, name: str):
    for theme in ("dark", "light"):
        staff_page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        staff_page.goto(PAGES[name].format(draft=draft))

        assert serious_barriers_for_staff(staff_page) == []


@pytest.mark.parametrize("name", ["dashboard", "form"])
def test_staff_page_has_no_serious_barrier_from_right_to_left(
    arabic_staff_page: Page, arabic_url: str, draft: str, name: str
):
    page = arabic_staff_page
    page.emulate_media(reduced_motion="reduce")
    page.goto(arabic_url + PAGES[name].format(draft=draft))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")

    assert serious_barriers_for_staff(page) == []
