"""Counts what three people do from a draft to the public page: clicks, keys, Tab stops.

    .venv/bin/python -m benchmarks.steps

A data-entry officer opens a draft, enters a secretariat, two members and a source and
submits; a reviewer sends it back, corrects a text by its pencil and submits; another
person publishes. In Chromium, against a server of its own on a copy of the registry.
Signing in and going to the dashboard are not counted. Times hold for a machine that
does nothing else.
"""

# ruff: noqa: E402 - Django must be set up before models can be imported.
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import django
from playwright.sync_api import Browser, Locator, expect, sync_playwright

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.browser.newcomer import ADMINISTRATOR, DATA_ENTRY, REVIEWER, registry_without
from tests.browser.staff_desk import Desk, Hands
from tests.serving import gunicorn

MECHANISM = "sacm"
FULLEST = "bali-process"
TITLE = "List of members, 2026"
STATES = (("baha", "Bahamas"), ("jamai", "Jamaica"))
TIMES = 3


def main() -> None:
    expect.set_options(timeout=60_000)
    with (
        tempfile.TemporaryDirectory(prefix="iscm-steps-") as folder,
        gunicorn(registry_without("ocam", Path(folder))) as address,
        sync_playwright() as playwright,
    ):
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        ana, ben, chloe = (
            signed_in(browser, address, name)
            for name in (DATA_ENTRY, REVIEWER, ADMINISTRATOR)
        )
        print("| what | clicks | keys |\n|---|---|---|")
        for what, do, desk in (
            ("open a draft from the list", open_draft, ana),
            ("a secretariat, with a new source", enter_secretariat, ana),
            ("two members of the same source", enter_members, ana),
            ("save and submit", save_and_submit, ana),
            ("send back with a comment", send_back, ben),
            ("correct a text by its pencil and submit", correct, ben),
            ("publish, as the second person", publish, chloe),
        ):
            hands = do(desk)
            print(f"| {what} | {hands.clicks} | {hands.keys} |", flush=True)
        opened, saved, stops = the_full_form(ana)
        print(f"\nTab stops to a fact of section 3: {stops}")
        print(f"Opens the form of {FULLEST}: {opened:.0f} ms; saves it: {saved:.0f} ms")


def signed_in(browser: Browser, address: str, name: str) -> Desk:
    context = browser.new_context(base_url=address)
    context.set_default_timeout(60_000)
    desk = Desk(context.new_page())
    desk.sign_in(name)
    return desk


# --- The data-entry officer --------------------------------------------------------


def open_draft(desk: Desk) -> Hands:
    desk.page.goto("/admin/profiles/profile/?q=SACM")
    hands = Hands(desk.page)
    hands.click(desk.page.get_by_role("button", name="Correct").first)
    desk.page.wait_for_url("**/change/")
    return hands


def enter_secretariat(desk: Desk) -> Hands:
    page, hands = desk.page, Hands(desk.page)
    hands.click(page.get_by_role("tab", name="3 Structures"))
    group = page.locator("#partnerships-secretariat-group")
    hands.click(group.locator(".add-fact button"))
    row = group.locator(".fact").last
    choose(hands, box(row, "organisation"), "iom")
    hands.press("Tab")
    tab_to(hands, row.locator('[name$="-category"]'))
    hands.type("i")
    tab_to(hands, box(row, "source"))
    hands.type(TITLE)
    with page.expect_popup() as opened:
        hands.click(row.locator('[id^="add_id_"][id$="-source"]'))
    with opened.value.expect_event("close"):
        hands.click(opened.value.locator("input[name=_save]"))
    tab_to(hands, row.locator('[name$="-certainty"]'))
    hands.type("s")
    return hands


def enter_members(desk: Desk) -> Hands:
    page, hands = desk.page, Hands(desk.page)
    hands.click(page.get_by_role("tab", name="Members"))
    for number, (typed, name) in enumerate(STATES):
        hands.click(page.locator("#memberships-group .add-fact button"))
        row = desk.rows("memberships").last
        choose(hands, box(row, "state"), typed, name)
        if number == 0:
            # The rows after it take over what it says.
            tab_to(hands, box(row, "source"))
            hands.press("Control+a")
            choose(hands, box(row, "source"), "list of m", TITLE)
            tab_to(hands, row.locator('[name$="-certainty"]'))
            hands.type("s")
    return hands


def save_and_submit(desk: Desk) -> Hands:
    page, hands = desk.page, Hands(desk.page)
    hands.click(page.get_by_role("button", name="Save and review"))
    hands.click(page.get_by_role("button", name="Submit for review"))
    expect(page.locator(".messagelist .success")).to_contain_text("was submitted")
    return hands


# --- The reviewer and the publisher ------------------------------------------------


def send_back(desk: Desk) -> Hands:
    waiting = desk.waiting("Waiting for my review")
    hands = Hands(desk.page)
    hands.click(waiting.get_by_role("link").first)
    hands.click(desk.page.get_by_label("Note").first)
    hands.type("Since when?")
    hands.click(desk.page.get_by_role("button", name="Send back", exact=True))
    expect(desk.page.locator(".messagelist .success")).to_contain_text("was sent back")
    return hands


def correct(desk: Desk) -> Hands:
    page = desk.page
    page.goto(f"/mechanisms/{MECHANISM}/")
    hands = Hands(page)
    hands.click(page.locator(".lede .pencil"))
    page.wait_for_url("**/change/**")
    expect(page.locator("#id_objective_en")).to_be_focused()
    hands.press("End")
    hands.type(".")
    hands.click(page.get_by_role("button", name="Save and review"))
    hands.click(page.get_by_role("button", name="Submit for review"))
    expect(page.locator(".messagelist .success")).to_contain_text("was submitted")
    return hands


def publish(desk: Desk) -> Hands:
    waiting = desk.waiting("Waiting for my review")
    waiting.get_by_role("link").first.click()
    hands = Hands(desk.page)
    hands.click(desk.page.get_by_role("button", name="Publish", exact=True))
    expect(desk.page.locator(".messagelist .success")).to_contain_text("is published")
    return hands


# --- The full form -----------------------------------------------------------------


def the_full_form(desk: Desk) -> tuple[float, float, int]:
    """Return how long the browser waits for the form of the fullest draft and for its
    saving, in ms, and how many Tab stops are before a fact of section 3."""
    page = desk.page
    page.goto(f"/mechanisms/{FULLEST}/")
    page.locator(".pencil").first.click()
    page.wait_for_url("**/change/**")
    form = page.url.partition("#")[0]
    opened = best(lambda: page.goto(form).request)
    hands = Hands(page)
    tab_to(hands, page.locator("[role=tab]"))
    while not is_focused(page.get_by_role("tab", name="3 Structures")):
        # From tab to tab, and no stop of the Tab key.
        page.keyboard.press("ArrowRight")
    tab_to(hands, page.locator("#part-structure .fact-open"))
    saved = best(lambda: save_with_a_change(desk))
    return opened, saved, hands.keys


def save_with_a_change(desk: Desk):
    desk.tab("Identity")
    desk.page.locator("#id_acronym_en").press("End")
    desk.page.keyboard.type("x")
    with desk.page.expect_request(lambda sent: sent.method == "POST") as sent:
        desk.save()
    return sent.value


def best(asked: Callable) -> float:
    """Return the shortest time from a request's start to its answer's first byte."""
    took = []
    for _ in range(TIMES):
        timing = asked().timing
        took.append(timing["responseStart"] - timing["requestStart"])
    return min(took)


# --- Hands -------------------------------------------------------------------------


def box(row: Locator, field: str) -> Locator:
    return row.locator(f'[id$="-{field}-box"]')


def choose(hands: Hands, place: Locator, typed: str, name: str = "") -> None:
    """Type into a box that has the focus, and let Enter take what is offered."""
    expect(place).to_be_focused()
    hands.type(typed)
    offered = place.locator("xpath=..").locator("[role=option][aria-selected=true]")
    expect(offered).to_contain_text(name)
    hands.press("Enter")


def tab_to(hands: Hands, place: Locator) -> None:
    while not is_focused(place):
        hands.press("Tab")
        if hands.keys > 300:
            raise SystemExit("The Tab key does not get there.")


def is_focused(place: Locator) -> bool:
    return bool(place.page.locator(":focus").and_(place).count())


if __name__ == "__main__":
    main()
