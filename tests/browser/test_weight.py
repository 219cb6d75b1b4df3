"""How much a reader on a slow line has to wait for."""

import pytest
from playwright.sync_api import Page

FIRST_VISIT = 104 * 1024
NEXT_PAGE = 20 * 1024


@pytest.fixture
def received(page: Page):
    """Bytes that came over the line, as the browser counts them."""
    sizes: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.append(event["encodedDataLength"]),
    )

    def count(address: str) -> int:
        sizes.clear()
        page.goto(address, wait_until="networkidle")
        return int(sum(sizes))

    return count


def test_first_visit_and_next_pages_are_light(received):
    first = received("/mechanisms/")
    assert 10_000 < first < FIRST_VISIT

    for address in ("/mechanisms/?region=africa", "/mechanisms/?page=2", "/states/"):
        assert 0 < received(address) < NEXT_PAGE, address


def test_map_comes_over_the_line_once(received):
    received("/mechanisms/")
    received("/mechanisms/ocam/")

    assert received("/mechanisms/bali-process/") < NEXT_PAGE


def test_page_that_the_browser_holds_costs_next_to_nothing(received):
    received("/mechanisms/")
    # What an earlier test did at the desk may still be on its way to the database, and
    # makes another page of the one that the browser holds.
    visits = (received("/mechanisms/") for _once_more in range(5))

    assert any(size < 1_000 for size in visits)
