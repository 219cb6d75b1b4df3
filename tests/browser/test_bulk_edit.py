"""A bulk edit as staff make it: one box ticks a section, and all of it is undone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import serious_barriers_for_staff

PREPARE = """
from profiles.models import Mechanism, Source
source = Source.objects.create(slug="list-2019", title="List of members")
print("records", source.pk, Mechanism.objects.get(slug="ocam").pk)
"""


@pytest.fixture
def records(in_registry) -> list[str]:
    return in_registry(PREPARE).rpartition("records ")[2].split()


def test_source_is_named_for_sections_and_taken_back(
    staff_page: Page, records: list[str]
):
    page = staff_page
    source, ocam = records
    page.goto(f"/admin/profiles/source/{source}/change/")
    way = page.get_by_role("link", name="Name it for many facts")
    page.goto(f"{way.get_attribute('href')}&mechanisms={ocam}")
    page.get_by_label("Memberships").check()
    page.get_by_label("Only facts without a source").uncheck()
    assert serious_barriers_for_staff(page) == []
    page.get_by_role("button", name="Show which facts").click()

    whole = page.get_by_role("checkbox", name=re.compile("All of this mechanism"))
    section = page.locator("section.mechanism").filter(has=whole)
    facts = section.locator("input[name=fact]")
    assert serious_barriers_for_staff(page) == []
    whole.check()
    expect(section.locator("input[name=fact]:not(:checked)")).to_have_count(0)
    facts.first.uncheck()
    expect(whole).to_be_checked(indeterminate=True)
    ticked = facts.count() - 1
    page.get_by_role("button", name="Preview what is ticked").click()

    page.go_back()
    expect(facts.first).not_to_be_checked()
    expect(section.locator("input[name=fact]:checked")).to_have_count(ticked)
    page.go_back()
    expect(page.get_by_label("Memberships")).to_be_checked()
    expect(page.get_by_label("Only facts without a source")).not_to_be_checked()
    page.go_forward()
    page.go_forward()
    expect(page.locator("ins")).to_have_text(["List of members"] * ticked)
    assert serious_barriers_for_staff(page) == []
    page.get_by_role("button", name="Change these facts").click()
    expect(page.get_by_text(f"{ticked} facts were changed.")).to_be_visible()
    done = page.url
    page.go_back()
    expect(page.get_by_text("These facts were changed already")).to_be_visible()
    expect(page).to_have_url(done)

    page.get_by_role("link", name="Undo this bulk edit").click()
    page.get_by_role("button", name="Undo this bulk edit").click()
    done = f"The bulk edit was undone: {ticked} facts are as they were before."
    expect(page.get_by_text(done)).to_be_visible()
