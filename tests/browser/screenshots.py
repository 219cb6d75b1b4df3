"""Takes the pictures of README and of the staff guide from the registry itself.

Started by `make screenshots`. It serves a registry with the real data, except OCAM's,
and does what the staff guide says, task by task, as the people of the story do. What
shows the time of day differs from one run to the next; all else stays the same.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "screenshots"
SIZE = {"width": 1280, "height": 860}
# What docs/screenshots may weigh in all.
MOST_BYTES = 3_000_000


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    # Both read the settings, which are known only now.
    from tests.browser.newcomer import registry_without
    from tests.serving import gunicorn

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        print("make screenshots needs Chromium. Debian: apt install chromium")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        print("Preparing a registry ...")
        environment = registry_without("ocam", Path(folder))
        with gunicorn(environment) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox"]
            )
            Walk(browser, address).whole()
            browser.close()
    weight = sum(path.stat().st_size for path in FOLDER.rglob("*.png"))
    print(f"{weight / 1_000_000:.1f} MB in {FOLDER.relative_to(ROOT)}")
    return int(weight > MOST_BYTES)


class Walk:
    """The way through the staff guide, and through the public page of the README."""

    def __init__(self, browser: Browser, address: str):
        self.browser = browser
        self.address = address

    def whole(self) -> None:
        self.readme()

    def readme(self) -> None:
        page = self.new_page()
        page.goto("/mechanisms/rcm/")
        self.take(page, "mechanism")

    def new_page(self) -> Page:
        context = self.browser.new_context(
            base_url=self.address,
            viewport=SIZE,
            color_scheme="light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/Zurich",
        )
        return context.new_page()

    def take(self, page: Page, name: str) -> None:
        from tests.browser.pictures import smaller

        expect(page.locator("h1").last).to_be_visible()
        page.evaluate("document.fonts.ready")
        path = FOLDER / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(smaller(page.screenshot(animations="disabled", caret="hide")))
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
