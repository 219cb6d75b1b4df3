"""What the people of the story do, step by step, as the staff guide tells it."""

from playwright.sync_api import Locator, expect

from tests.browser.staff_desk import Desk, Hands, as_typed, lines, of_sheet

SHEET = "assessment-2019-ocam"
# Five names in two languages and one slip.
PASTED = "Belize, Costa Rica; El Salvador\nHondurass\nGUATEMALA y Panamá"
TYPO = "consultt"
(PROFILE,) = [line for line in lines("profiles") if line["mechanism"] == "ocam"]
KINDS = (
    "theme_focuses",
    "guiding_documents",
    "contributions",
    "organs",
    "funding_sources",
    "partnerships",
    "mechanism_links",
    "added_values",
)


def enter_identity(desk: Desk) -> None:
    """Begin a profile of a mechanism that is new, and save it."""
    page = desk.page
    page.goto("/admin/profiles/profile/add/")
    desk.new_mechanism("ocam")
    page.locator("#id_name_en").fill(PROFILE["name_en"])
    page.locator("#id_acronym_en").fill(PROFILE["acronym_en"])
    page.locator("#id_type").select_option(PROFILE["type"])
    page.locator("#id_status").select_option(PROFILE["status"])
    page.locator("#id_established").fill(PROFILE["established"])
    page.locator("#id_as_of").fill("2019-04")
    page.get_by_label("Americas").check()
    page.locator("#id_objective_en").fill(
        PROFILE["objective_en"].replace("consult", TYPO)
    )
    desk.tab("Sources")
    desk.pick(page.locator("#id_sources"), as_typed("source", SHEET))
    desk.save()


def enter_sections(desk: Desk) -> None:
    """Enter what the sheet says under its five headings, and save it."""
    for line in lines("sections"):
        if line["mechanism"] == "ocam":
            desk.answer_section(line)
    for kind in KINDS:
        desk.enter_facts(kind, of_sheet(kind))
    desk.save()


def add_member_by_hand(desk: Desk, code: str, name: str, source: str = "") -> Hands:
    """Add a member State by keyboard, counting; then save.

    Without `source`, words of its title, the row keeps source and certainty of the one
    above.
    """
    desk.tab("Members")
    hands = Hands(desk.page)
    hands.click(desk.page.locator("#memberships-group .add-fact button"))
    row = desk.rows("memberships").last
    state_box, source_box = (
        row.locator(f'[id$="-{field}-box"]') for field in ("state", "source")
    )
    expect(state_box).to_be_focused()
    hands.type(code)
    expect(desk.suggestion(state_box)).to_have_text(name)
    hands.press("Tab")
    if source:
        while not source_box.evaluate("box => box === document.activeElement"):
            hands.press("Tab")
        hands.type(source)
        expect(desk.suggestion(source_box)).to_have_text(as_typed("source", SHEET))
        hands.press("Enter")
        certainty = row.locator('[name$="-certainty"]')
        while not certainty.evaluate("box => box === document.activeElement"):
            hands.press("Tab")
        hands.type("s")
        expect(certainty).to_have_value("stated")
    expect(source_box).to_have_value(as_typed("source", SHEET))
    hands.click(desk.page.get_by_role("button", name="Save", exact=True))
    expect(desk.page.locator(".messagelist .success")).to_be_visible()
    return hands


def paste_the_others(desk: Desk) -> Locator:
    """Paste the other members and put the slip among them right.

    Returns the preview, which still has to be applied.
    """
    desk.paste_states(PASTED, source=SHEET)
    preview = desk.page.locator("#paste-preview")
    expect(preview.get_by_role("checkbox", checked=True)).to_have_count(5)
    unknown = preview.get_by_role("row").filter(has_text="not recognised")
    expect(unknown).to_have_count(1)
    expect(unknown).to_contain_text("Hondurass")
    unknown.get_by_role("combobox").select_option(label="Honduras")
    return preview


def correct_slip(desk: Desk) -> Hands:
    """Correct one word where the public reads it and hand it in, counting."""
    page = desk.page
    page.goto("/mechanisms/ocam/")
    hands = Hands(page)
    hands.click(page.locator(".lede .pencil"))
    page.wait_for_url("**/change/**")
    objective = page.locator("#id_objective_en")
    expect(objective).to_be_focused()
    place = objective.input_value().index(TYPO)
    # Where the mouse puts the caret: behind the letter that is too many.
    objective.evaluate(
        "(text, at) => text.setSelectionRange(at, at)", place + len(TYPO)
    )
    hands.press("Backspace")
    hands.click(page.get_by_role("button", name="Save and review"))
    hands.click(page.get_by_role("button", name="Submit for review"))
    expect(page.locator(".messagelist .success")).to_contain_text(
        "was submitted for review"
    )
    return hands


def publish_correction(desk: Desk) -> Hands:
    """Look at the correction and publish it, counting."""
    waiting = desk.waiting("Waiting for my review")
    hands = Hands(desk.page)
    hands.click(waiting.get_by_role("link", name="OCAM, edition 2"))
    changes = desk.page.get_by_role("region", name="What changes")
    expect(changes.locator("del")).to_have_text(TYPO)
    expect(changes.locator("ins")).to_have_text("consult")
    hands.click(desk.page.get_by_role("button", name="Publish", exact=True))
    expect(desk.page.locator(".messagelist .success")).to_contain_text("is published")
    return hands
