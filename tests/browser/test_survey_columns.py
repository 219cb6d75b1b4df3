"""A file that nobody knows: what its columns are, said by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.barriers import serious_barriers_for_staff
from tests.browser.test_survey_import import PREPARE_ROUND, tab_to
from tests.surveys.export_files import plain_csv

HEADINGS = [
    "Body that replies",
    "In which year was the mechanism established?",
    "Fine to show to everybody",
    "Favourite colour",
    "Best e-mail",
    "Things it has - Chair or presidency",
    "Things it has - Board",
]
ROW = ["arcp", "2014", "yes", "blue", "ana@example.org", "1", "0"]


@pytest.fixture(scope="module")
def unknown_file(in_registry, tmp_path_factory) -> Path:
    in_registry(PREPARE_ROUND)
    path = tmp_path_factory.mktemp("columns") / "unknown.csv"
    path.write_bytes(plain_csv(HEADINGS, [ROW]))
    return path


def meaning(page: Page, heading: str) -> Locator:
    return page.get_by_role("combobox", name=heading)


def choose(page: Page, heading: str, beginning: str) -> None:
    """Choose what a column is by typing how its name begins."""
    tab_to(page, meaning(page, heading))
    page.keyboard.type(beginning)


def press(page: Page, button: str) -> None:
    tab_to(page, page.get_by_role("button", name=button))
    page.keyboard.press("Enter")


def test_columns_are_decided_by_keyboard(staff_page: Page, unknown_file: Path):
    page = staff_page
    page.emulate_media(reduced_motion="reduce")
    page.goto("/admin/surveys/surveyimport/add/")
    page.get_by_label("File:").set_input_files(unknown_file)
    press(page, "Read the file")

    expect(page.get_by_role("heading", name="What the file answers")).to_be_visible()
    assert serious_barriers_for_staff(page) == []
    tab_to(page, page.get_by_role("radio").first)
    for _step in range(9):
        if page.locator('input[value="mechanism-1"]').is_checked():
            break
        page.keyboard.press("ArrowDown")
    press(page, "Compare the columns")

    expect(
        page.get_by_role("heading", name="Columns", exact=False).first
    ).to_be_visible()
    assert serious_barriers_for_staff(page) == []
    expect(meaning(page, HEADINGS[1])).to_have_value("founded")
    choose(page, HEADINGS[0], "For which")
    expect(meaning(page, HEADINGS[0])).to_have_value("mechanism")
    choose(page, HEADINGS[2], "May the")
    expect(meaning(page, HEADINGS[2])).to_have_value("may_publish")
    choose(page, "Things it has", "Which of these bodies")
    expect(meaning(page, "Things it has")).to_have_value("organs")
    press(page, "Save, and read the file with it")

    # One column is still open, and an answer is none of the choices.
    expect(page.get_by_text("Say what this is, or leave it out.")).to_be_visible()
    assert serious_barriers_for_staff(page) == []
    choose(page, HEADINGS[3], "Leave out")
    choose(page, "Board", "Committee")
    press(page, "Save, and read the file with it")

    expect(page.get_by_text("The mapping is saved")).to_be_visible()
    expect(page.get_by_text("1 new").first).to_be_visible()
    page.get_by_role("link", name="See and change which column").click()
    expect(meaning(page, HEADINGS[3])).to_have_value("@leave-out")
    assert serious_barriers_for_staff(page) == []


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_the_table_of_columns_fits_the_window(
    staff_page: Page, unknown_file: Path, width: int
):
    page = staff_page
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/admin/surveys/surveyimport/add/")
    page.get_by_label("File:").set_input_files(unknown_file)
    page.get_by_role("button", name="Read the file").click()
    if page.get_by_role("link", name="See and change which column").is_visible():
        page.get_by_role("link", name="See and change which column").click()
    else:
        page.goto(f"{page.url}?questionnaire=mechanism-1")
    expect(meaning(page, HEADINGS[0])).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.reload()
        assert serious_barriers_for_staff(page) == []
