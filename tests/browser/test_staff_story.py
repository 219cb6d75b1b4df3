"""The whole story: three people bring OCAM's sheet into a registry without it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Watch
from tests.browser.newcomer import (
    ADMINISTRATOR,
    DATA_ENTRY,
    REVIEWER,
    registry_without,
)
from tests.browser.staff_desk import Desk, of_sheet
from tests.browser.story import (
    PROFILE,
    SHEET,
    TYPO,
    add_member_by_hand,
    correct_slip,
    enter_identity,
    enter_sections,
    paste_the_others,
    publish_correction,
)
from tests.serving import environment_of, gunicorn, sqlite_in


@pytest.fixture(scope="module")
def story_url(tmp_path_factory, migrate) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("story")
    migrate(environment_of(folder, **sqlite_in(folder)))
    environment = registry_without("ocam", folder)
    with gunicorn(environment) as address:
        yield address


@pytest.fixture
def come_in(browser: Browser, story_url: str, watch: Watch) -> Iterator[Callable]:
    """Let somebody sign in, in a browser of their own."""
    contexts = []

    def sign_in(name: str) -> Desk:
        context = browser.new_context(base_url=story_url)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        desk = Desk(page)
        desk.sign_in(name)
        return desk

    yield sign_in
    for context in contexts:
        context.close()


def test_three_people_bring_a_sheet_before_the_public_and_correct_it(
    come_in, page: Page, story_url: str, record_property
):
    ana, ben = come_in(DATA_ENTRY), come_in(REVIEWER)

    # Ana enters the sheet: the sections with their facts, then the members.
    enter_identity(ana)
    enter_sections(ana)
    by_hand = add_member_by_hand(ana, "dom", "Dominican Republic", "findings ocam")
    same_source = add_member_by_hand(ana, "nic", "Nicaragua")
    paste_the_others(ana)
    ana.page.get_by_role("button", name="Add States: 6").click()
    ana.enter_facts(
        "memberships", [m for m in of_sheet("memberships") if m["state"] != "DOM"]
    )
    ana.save()
    expect(ana.rows("memberships")).to_have_count(2 + 6 + 2)
    ana.review()
    ana.take_step(
        "Submit for review", note="From the sheet of 2019.", done="was submitted"
    )
    expect(ana.page.get_by_role("button", name="Publish", exact=True)).to_have_count(0)

    # Ben sends it back, and says why.
    ben.waiting("Waiting for my review").get_by_role("link", name="OCAM").click()
    expect(ben.page.get_by_text("From the sheet of 2019.")).to_be_visible()
    comment = "The sheet does not ask about the bilateral level. Please say so."
    ben.take_step("Send back", note=comment, done="was sent back")

    # Ana finds the comment, does as it says, and hands in again.
    sent_back = ana.waiting("Sent back to me")
    expect(sent_back).to_contain_text(comment)
    sent_back.get_by_role("link", name="OCAM").click()
    ana.answer_section(
        {"part": "contribution_bilateral", "coverage": "not_asked"}
        | {"source": SHEET, "certainty": "stated", "prose_en": ""}
    )
    ana.save()
    ana.review()
    ana.take_step("Submit for review", done="was submitted")
    assert page.request.get(f"{story_url}/mechanisms/ocam/").status == 404

    # Ben reads what is new and publishes it; everybody can read it.
    ben.waiting("Waiting for my review").get_by_role("link", name="OCAM").click()
    expect(ben.page.get_by_text("There is no earlier edition")).to_be_visible()
    ben.take_step("Publish", note="Complete.", done="is published")
    page.goto(f"{story_url}/mechanisms/ocam/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(PROFILE["name_en"])
    figures = page.locator(".key-figures")
    expect(figures).to_contain_text("8 members")
    expect(figures).to_contain_text("1 observer")
    expect(figures).to_contain_text(f"{len(of_sheet('contributions'))} contributions")
    expect(page.locator("#contribution")).to_contain_text("Not asked")
    expect(page.locator(".lede")).to_contain_text(TYPO)
    for never in ("Complete.", comment, "donor at times decides"):
        expect(page.locator("body")).not_to_contain_text(never)

    # Chloe corrects a slip, Ben publishes; the edition with the slip stays at its own
    # address.
    corrected = correct_slip(come_in(ADMINISTRATOR))
    published = publish_correction(ben)
    page.reload()
    expect(page.locator(".lede")).to_have_text(PROFILE["objective_en"])
    page.goto(f"{story_url}/mechanisms/ocam/editions/1/")
    expect(page.locator(".lede")).to_contain_text(TYPO)

    effort = {
        "add a member State with its source": by_hand,
        "add another with the same source": same_source,
        "correct a typo: open, correct, submit": corrected,
        "correct a typo: review, publish": published,
    }
    for task, hands in effort.items():
        record_property(task, f"{hands.clicks} clicks, {hands.keys} keystrokes")
    # Nobody may make it longer without noticing.
    assert (by_hand.clicks, by_hand.keys) == (2, 27)
    assert (same_source.clicks, same_source.keys) == (2, 4)
    assert (corrected.clicks, corrected.keys) == (3, 1)
    assert (published.clicks, published.keys) == (2, 0)
