"""A survey export comes in: uploaded, decided on, applied into a draft, and undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.barriers import serious_barriers_for_staff
from tests.browser.conftest import Watch
from tests.surveys.export_files import kobo_xlsx

PREPARE_ROUND = """
from django.core.management import call_command
call_command("load_questionnaires", verbosity=0)
call_command("load_rounds", verbosity=0)
"""

COLUMNS = [
    "about/mechanism",
    "about/person_name",
    "s1_evolution/founded",
    "s3_structure/has_chair",
    "s3_structure/chair_state",
    "about/may_publish",
]
MECHANISM = "arcp"
SLIP = "Unted Arab Emirates"


@pytest.fixture(scope="module")
def export(in_registry, tmp_path_factory) -> Path:
    """An export of our own questionnaire, with a slip in the name of a State."""
    in_registry(PREPARE_ROUND)
    path = tmp_path_factory.mktemp("export") / "round-2019.xlsx"
    answers = [[MECHANISM, "Somebody", 2014, "yes", SLIP, "yes"]]
    path.write_bytes(kobo_xlsx(COLUMNS, answers))
    return path


@pytest.fixture
def plain_page(
    browser: Browser, base_url: str, staff_state: Path, watch: Watch
) -> Iterator[Page]:
    """A page of a browser that runs no script."""
    context = browser.new_context(
        base_url=base_url, storage_state=staff_state, java_script_enabled=False
    )
    page = context.new_page()
    watch.over(page)
    yield page
    context.close()


def tab_to(page: Page, target: Locator) -> None:
    """Go on with the Tab key until `target` has the focus."""
    for _step in range(250):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("The Tab key does not lead there.")


def choice(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=SLIP).get_by_label(name)


def test_an_export_comes_in_and_is_undone_by_keyboard(staff_page: Page, export: Path):
    page = staff_page
    page.emulate_media(reduced_motion="reduce")

    page.goto("/admin/")
    page.get_by_role("link", name="Bring a survey export in").press("Enter")
    assert serious_barriers_for_staff(page) == []
    page.get_by_label("File:").set_input_files(export)
    tab_to(page, page.get_by_role("button", name="Read the file"))
    page.keyboard.press("Enter")

    expect(page.get_by_text("KoboToolbox")).to_be_visible()
    expect(page.get_by_text("mechanism-1 recognised by the columns")).to_be_visible()
    assert serious_barriers_for_staff(page) == []
    # Radio buttons of one name are one stop; the arrows choose among them.
    tab_to(page, choice(page, "Decide later"))
    for _step in range(6):
        if choice(page, "United Arab Emirates").is_checked():
            break
        page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_role("button", name="Save decisions").first)
    page.keyboard.press("Enter")

    expect(page.get_by_text("Your decisions were saved")).to_be_visible()
    decided = page.get_by_role("heading", name="Names and values you decided")
    expect(decided).to_be_visible()
    assert serious_barriers_for_staff(page) == []
    tab_to(page, page.get_by_role("button", name="Apply to drafts"))
    page.keyboard.press("Enter")

    expect(page.get_by_text("The import was applied")).to_be_visible()
    assert serious_barriers_for_staff(page) == []
    summary = page.locator("details.mechanism > summary").first
    tab_to(page, summary)
    page.keyboard.press("Enter")
    draft = page.get_by_role("link", name="review it").first
    tab_to(page, draft)
    address = draft.get_attribute("href")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What changes")).to_be_visible()
    expect(page.get_by_text("United Arab Emirates").first).to_be_visible()
    page.go_back()

    submission = page.locator(".submission-list a").first
    tab_to(page, submission)
    page.keyboard.press("Enter")
    expect(page.get_by_text("The original row")).to_be_visible()
    assert serious_barriers_for_staff(page) == []
    page.go_back()

    undo = page.get_by_role("link", name="Undo this import")
    undo.press("Enter")
    expect(page.get_by_text("1 submission, with who filled it in")).to_be_visible()
    assert serious_barriers_for_staff(page) == []
    tab_to(page, page.get_by_role("button", name="Undo this import"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("The import was undone.")).to_be_visible()
    assert page.request.get(address).status == 404


def test_the_same_works_without_any_script(plain_page: Page, export: Path):
    page = plain_page
    page.goto("/admin/surveys/surveyimport/add/")
    page.get_by_label("File:").set_input_files(export)
    page.get_by_role("button", name="Read the file").click()
    page.get_by_label(f"Another record for “{SLIP}”").fill("Oman")
    page.get_by_role("button", name="Save decisions").first.click()
    page.get_by_role("button", name="Apply to drafts").click()
    expect(page.get_by_text("The import was applied")).to_be_visible()
    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_text("The import was undone.")).to_be_visible()


@pytest.mark.parametrize(
    "address",
    [
        "/admin/surveys/surveyimport/",
        "/admin/surveys/submission/",
        "/admin/surveys/round/1/change/",
        "/admin/surveys/questionnaire/1/change/",
        "/admin/surveys/question/2/change/",
        "/admin/surveys/personaldetails/forget/",
    ],
)
def test_survey_records_have_no_serious_barrier(
    staff_page: Page, export: Path, address: str
):
    for theme in ("dark", "light"):
        staff_page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        staff_page.goto(address)

        assert serious_barriers_for_staff(staff_page) == []


def test_the_preview_fits_a_phone(staff_page: Page, export: Path):
    page = staff_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin/surveys/surveyimport/add/")
    page.get_by_label("File:").set_input_files(export)
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("KoboToolbox")).to_be_visible()

    width = page.evaluate("document.documentElement.scrollWidth")
    page.get_by_role("link", name="Discard").click()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("The import and its file were deleted")).to_be_visible()
    assert width <= 390
