"""The staff's pages as a person uses them: forms, tabs, autocompletes and buttons."""

import csv
import re
from functools import cache

from playwright.sync_api import Locator, Page, expect

from tests.browser.newcomer import PASSWORD
from tests.serving import ROOT

FIXTURES = ROOT / "fixtures" / "registry"

# The tab of the form, and the prefix of the rows, for each file of facts.
PLACES = {
    "other_names": "Identity",
    "memberships": "Members",
    "theme_focuses": "1 Evolution",
    "guiding_documents": "1 Evolution",
    "contributions": "2 Contribution",
    "organs": "3 Structures",
    "chairings": "3 Structures",
    "funding_sources": "3 Structures",
    "partnerships": "4 Partnerships",
    "mechanism_links": "4 Partnerships",
    "added_values": "5 Added value",
    "meetings": "Meetings",
}
TAB_OF_HEADING = {
    "evolution": "1 Evolution",
    "contribution": "2 Contribution",
    "structure": "3 Structures",
    "partnerships": "4 Partnerships",
    "added_value": "5 Added value",
}


@cache
def lines(file: str) -> list[dict[str, str]]:
    with (FIXTURES / f"{file}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def of_sheet(file: str, mechanism: str = "ocam") -> list[dict[str, str]]:
    """Return what the mechanism's sheet of the 2019 assessment says, of one kind."""
    source = f"assessment-2019-{mechanism}"
    return [
        line
        for line in lines(file)
        if line["mechanism"] == mechanism and line["source"] == source
    ]


@cache
def _named(file: str, key: str, name: str) -> dict[str, str]:
    return {line[key]: line[name] for line in lines(file)}


def as_typed(column: str, key: str) -> str:
    """Return what a person types to find the record that a file names by its key."""
    if column in ("state", "states"):
        return _named("states", "iso3", "name_en")[key]
    if column in ("theme", "themes"):
        return _named("themes", "slug", "name_en")[key]
    if column == "organisation":
        return _named("organisations", "slug", "name_en")[key]
    if column == "source":
        return _named("sources", "slug", "title")[key]
    return key


class Hands:
    """What one person does with mouse and keyboard, counted."""

    def __init__(self, page: Page):
        self.page = page
        self.clicks = 0
        self.keys = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1


class Desk:
    """One person at the staff desk."""

    def __init__(self, page: Page):
        self.page = page
        self.hands = Hands(page)

    # --- In and out ----------------------------------------------------------

    def sign_in(self, name: str) -> None:
        self.page.goto("/admin/")
        self.give_password(name)
        self.page.wait_for_url("**/admin/")

    def give_password(self, name: str) -> None:
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    # --- The form of an edition ----------------------------------------------

    def new_mechanism(self, slug: str) -> None:
        """Make a mechanism beside the form of a new profile, without leaving it."""
        with self.page.expect_popup() as opened:
            self.page.locator("#add_id_mechanism").click()
        popup = opened.value
        popup.locator("[name=slug]").fill(slug)
        with popup.expect_event("close"):
            popup.locator("input[name=_save]").click()
        expect(self.page.locator("#id_mechanism")).not_to_have_value("")

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=re.compile(f"^{name}")).click()

    def rows(self, kind: str) -> Locator:
        return self.page.locator(f"#{kind}-group > .fact-rows > .fact")

    def add_row(self, kind: str) -> Locator:
        before = self.rows(kind).count()
        self.page.locator(f"#{kind}-group .add-fact button").click()
        expect(self.rows(kind)).to_have_count(before + 1)
        return self.rows(kind).last

    def enter(self, row: Locator, column: str, text: str) -> None:
        """Put `text` into a field of a row, whatever kind of input it has."""
        control = row.locator(f'[name$="-{column}"], [name$="-{column}_en"]').first
        kind = control.evaluate(
            """input => input.type === "checkbox" ? "tick"
                 : input.classList.contains("record-choice") ? "search"
                 : input.tagName.toLowerCase()"""
        )
        if kind == "search":
            for one in text.split("|"):
                self.pick(control, as_typed(column, one))
            return
        if not control.is_visible():
            row.locator(".fact-evidence > summary").click()
        if kind == "tick":
            control.set_checked(text == "yes")
        elif kind == "select":
            control.select_option(value=text)
        else:
            control.fill(text)

    def pick(self, control: Locator, text: str) -> None:
        """Choose a record by typing its name; Enter takes the first that fits."""
        box = self.page.locator(f"#{control.get_attribute('id')}-box")
        box.fill(text)
        # A mechanism is offered by its name, with what stands in its address.
        expect(self.suggestion(box)).to_contain_text(text)
        box.press("Enter")

    def suggestion(self, box: Locator) -> Locator:
        """Return the option that Enter or Tab would choose."""
        return box.locator("xpath=..").locator("[role=option][aria-selected=true]")

    def enter_facts(self, kind: str, facts: list[dict[str, str]]) -> None:
        """Enter facts as the files hold them; source and certainty go on from row to
        row."""
        self.tab(PLACES[kind])
        taken_over = {"source": "", "certainty": ""}
        for fact in facts:
            row = self.add_row(kind)
            for column, text in fact.items():
                usual = {"is_public": "yes", "is_current": "yes"} | taken_over
                if column in ("mechanism", "gcm_objectives") or text == usual.get(
                    column, ""
                ):
                    continue
                if column in taken_over:
                    taken_over[column] = text
                self.enter(row, column, text)

    def answer_section(self, line: dict[str, str]) -> None:
        """Say what is known of one part, and in which words."""
        heading = next(h for h in TAB_OF_HEADING if line["part"].startswith(h))
        self.tab(TAB_OF_HEADING[heading])
        row = self.page.get_by_role("group", name=_part_label(line["part"]), exact=True)
        self.enter(row, "coverage", line["coverage"])
        if line["source"]:
            self.enter(row, "source", line["source"])
        self.enter(row, "certainty", line["certainty"])
        if line["prose_en"]:
            self.enter(row, "prose", line["prose_en"])

    def paste_states(self, text: str, *, source: str) -> None:
        self.tab("Members")
        self.page.get_by_text("Paste a list of States", exact=True).click()
        self.page.locator("#paste-text").fill(text)
        self.page.locator("#paste-source").select_option(
            label=as_typed("source", source)
        )
        self.page.locator("#paste-certainty").select_option("stated")
        self.page.get_by_role("button", name="Look what is recognised").click()

    def save(self) -> None:
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page.locator(".messagelist .success")).to_be_visible()

    # --- Steps ---------------------------------------------------------------

    def review(self) -> None:
        self.page.get_by_role("link", name="Review and next steps").click()
        expect(self.page.get_by_role("heading", name="Next steps")).to_be_visible()

    def take_step(self, name: str, *, note: str = "", done: str) -> None:
        if note:
            self.page.get_by_label("Note").first.fill(note)
        self.page.get_by_role("button", name=name, exact=True).click()
        expect(self.page.locator(".messagelist .success")).to_contain_text(done)

    def waiting(self, list_name: str) -> Locator:
        """Return a list of the dashboard."""
        self.page.goto("/admin/")
        return self.page.get_by_role("region", name=re.compile(f"^{list_name}"))


def _part_label(part: str) -> str:
    from profiles.vocabularies import SectionPart

    return str(SectionPart(part).label)
