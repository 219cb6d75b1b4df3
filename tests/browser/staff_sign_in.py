"""How the tests' member of staff signs in."""

from playwright.sync_api import Page

PASSWORD = "only for this test"


def sign_in(page: Page) -> None:
    """Sign in through the form, as a person does."""
    page.goto("/admin/")
    page.get_by_label("Username").fill("staff")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/")
