"""What keeps people from using a page: what axe finds, and too wide a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE = {"width": 390, "height": 844}

axe = Axe()


def serious_barriers(page: Page, **options) -> list[str]:
    found = axe.run(page, options=options).response["violations"]
    return [
        f"{barrier['id']}: {node['html'][:200]} {node['failureSummary']}"
        for barrier in found
        if barrier["impact"] in ("serious", "critical")
        for node in barrier["nodes"]
    ]


def serious_barriers_for_staff(page: Page) -> list[str]:
    # Axe would read the style sheets that Django's import by putting them into the
    # page, which the policy forbids.
    return serious_barriers(page, preload=False)


def width_beyond_the_screen(page: Page) -> int:
    return page.evaluate(
        "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
    )
