"""Takes the pictures of README and of the staff guide from the registry itself.

Started by `make screenshots`. It serves a registry with the real data, except OCAM's,
and does what the staff guide says, task by task, as the people of the story do. The
answers to a survey are those of invented mechanisms. What shows the time of day differs
from one run to the next; all else stays the same.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import django
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.browser import lake_survey  # noqa: E402
from tests.browser.newcomer import ADMINISTRATOR, PEOPLE, registry_without  # noqa: E402
from tests.browser.pictures import smaller  # noqa: E402
from tests.browser.staff_desk import Desk, lines  # noqa: E402
from tests.browser.story import (  # noqa: E402
    PROFILE,
    SHEET,
    correct_slip,
    enter_identity,
    enter_sections,
    paste_the_others,
)
from tests.serving import gunicorn, run_python  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "screenshots"
SIZE = {"width": 1280, "height": 860}
# Left free above and under what a picture is about.
MARGIN = 32
# What docs/screenshots may weigh in all.
MOST_BYTES = 3_000_000

# Nothing is asked of the network for a picture, nor said of anybody's real site.
DEAD_LINKS = """
from datetime import datetime, timedelta, timezone
from profiles.models.links import LinkCheck
checked = datetime(2026, 11, 23, 3, 0, tzinfo=timezone.utc)
for page, status, problem, days in (
    ("strategy-2011.pdf", 404, "Not found.", 5),
    ("news/38th-meeting", None, "No answer within 10 seconds.", 14),
    ("about", 200, "", 0),
    ("members", 200, "", 0),
    ("workplan-2019", 200, "", 0),
):
    LinkCheck.objects.create(
        url=f"https://secretariat.example.org/{page}", checked_at=checked,
        is_answering=not problem, status=status, problem=problem,
        failing_since=checked - timedelta(days=days) if problem else None,
    )
"""

# One line changes an organisation, one brings a new one.
IMPORTED = """slug,name_en,acronym_en,type,website
sica,Central American Integration System,SICA,regional_union,https://www.sica.int
rromv,Regional Network on Migration and Youth (an example),RROMV,civil_society,
"""


def main() -> int:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        print("make screenshots needs Chromium. Debian: apt install chromium")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        print("Preparing a registry ...")
        environment = registry_without("ocam", Path(folder))
        run_python(environment, DEAD_LINKS)
        with (
            gunicorn(environment) as address,
            gunicorn(environment | {"SECOND_FACTOR_REQUIRED": "1"}) as strict,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox"]
            )
            walk = Walk(browser, address, strict)
            walk.whole()
            run_python(environment, lake_survey.preparation())
            walk.surveys()
            browser.close()
    weight = sum(path.stat().st_size for path in FOLDER.rglob("*.png"))
    print(f"{weight / 1_000_000:.1f} MB in {FOLDER.relative_to(ROOT)}")
    return int(weight > MOST_BYTES)


class Walk:
    """The way through the staff guide, and through the public page of the README.

    `strict` is the address at which the same registry asks for a second factor.
    """

    def __init__(self, browser: Browser, address: str, strict: str):
        self.browser = browser
        self.address = address
        self.strict = strict

    def whole(self) -> None:
        self.readme()
        self.sign_in()
        ana, ben, chloe = self.come_in_all()
        self.enter(ana)
        self.review(ana, ben)
        self.correct(ana, ben)
        self.step_back(ben)
        self.compare(ana, ben)
        self.administer(chloe)

    def readme(self) -> None:
        page = self.new_page()
        page.goto("/mechanisms/rcm/")
        self.take(page, "mechanism")

    # --- The staff guide, in its order ---------------------------------------

    def sign_in(self) -> None:
        page = self.new_page(self.strict)
        page.goto("/admin/")
        self.take(page, "staff-guide/sign-in")
        Desk(page).give_password(ADMINISTRATOR)
        page.get_by_role("link", name="Set up the app").click()
        self.take(page, "staff-guide/second-factor")

    def enter(self, ana: Desk) -> None:
        page = ana.page
        enter_identity(ana)
        ana.tab("Identity")
        self.take(page, "staff-guide/form-identity")
        enter_sections(ana)
        ana.tab("5 Added value")
        self.take(page, "staff-guide/form-section")

        ana.tab("Members")
        row = ana.add_row("memberships")
        ana.enter(row, "source", SHEET)
        ana.enter(row, "certainty", "stated")
        box = row.locator('[id$="-state-box"]')
        box.fill("dominican republic")
        expect(ana.suggestion(box)).to_have_text("Dominican Republic")
        self.take(page, "staff-guide/add-a-fact", around=row)
        box.press("Enter")
        ana.enter(ana.add_row("memberships"), "state", "NIC")
        preview = paste_the_others(ana)
        self.take(page, "staff-guide/paste-states", around=preview)
        page.get_by_role("button", name="Add States: 6").click()

        ana.tab("Clearances")
        row = ana.add_row("clearances")
        ana.enter(row, "confirmed_by", "SICA secretariat")
        ana.enter(row, "on", "2019-05-03")
        ana.enter(row, "document", "note verbale of 3 May 2019")
        ana.enter(row, "certainty", "stated")
        self.take(page, "staff-guide/clearance", around=row)
        ana.save()

    def review(self, ana: Desk, ben: Desk) -> None:
        note = "From the sheet of 2019. Please look at the funding."
        ana.review()
        ana.page.get_by_label("Note").first.fill(note)
        self.take(ana.page, "staff-guide/submit")
        ana.take_step("Submit for review", done="was submitted")

        waiting = ben.waiting("Waiting for my review")
        self.take(ben.page, "staff-guide/dashboard")
        waiting.get_by_role("link", name="OCAM").click()
        comment = "The sheet does not ask about the bilateral level. Please say so."
        ben.page.get_by_label("Note").first.fill(comment)
        buttons = ben.page.get_by_role("heading", name="Next steps")
        self.take(ben.page, "staff-guide/send-back", around=buttons)
        ben.take_step("Send back", done="was sent back")

        ana.waiting("Sent back to me").get_by_role("link", name="OCAM").click()
        ana.review()
        ana.take_step("Submit for review", done="was submitted")
        ben.waiting("Waiting for my review").get_by_role("link", name="OCAM").click()
        self.take(ben.page, "staff-guide/publish", around=buttons)
        later = ben.page.locator("details", has_text="Publish later")
        later.locator("summary").click()
        later.get_by_label("Publish at").fill("2027-03-01T09:00")
        self.take(ben.page, "staff-guide/schedule", around=later)
        ben.take_step("Publish", done="is published")
        page = self.new_page()
        page.goto("/mechanisms/ocam/")
        self.take(page, "staff-guide/public-page")

    def correct(self, ana: Desk, ben: Desk) -> None:
        correct_slip(ana)
        ben.waiting("Waiting for my review").get_by_role("link", name="OCAM").click()
        changes = ben.page.get_by_role("heading", name="What changes")
        self.take(ben.page, "staff-guide/correction", around=changes)
        ben.take_step("Publish", done="is published")

    def compare(self, ana: Desk, ben: Desk) -> None:
        page = ana.page
        page.goto("/admin/profiles/profile/?q=ocam")
        page.get_by_role("button", name="Correct", exact=True).click()
        page.wait_for_url("**/change/**")
        page.locator("#id_as_of").fill(PROFILE["as_of"])
        ana.tab("1 Evolution")
        text = page.locator("#part-evolution textarea[name$=-prose_en]").first
        text.fill(text.input_value().replace("began in 1990", "was founded in 1990"))
        for kind in ("chairings", "meetings"):
            known = [line for line in lines(kind) if line["mechanism"] == "ocam"]
            ana.enter_facts(kind, known[:2])
        page.get_by_role("button", name="Save and review").click()
        ana.take_step("Submit for review", done="was submitted")
        ben.waiting("Waiting for my review").get_by_role("link", name="OCAM").click()
        changes = ben.page.get_by_role("region", name="What changes")
        self.take(ben.page, "staff-guide/compare", around=changes)

    def step_back(self, ben: Desk) -> None:
        page = ben.page
        page.goto("/admin/profiles/profile/?q=ocam&state__exact=published")
        page.locator("#result_list tbody th a").first.click()
        page.get_by_role("link", name="Changes and steps").click()
        page.get_by_role("link", name="Withdraw").click()
        page.get_by_label("Reason").fill("The secretariat asked for it.")
        self.take(page, "staff-guide/withdraw")
        page.goto("/admin/profiles/profile/?q=ocam&state__exact=superseded")
        page.locator("#result_list tbody th a").first.click()
        self.take(page, "staff-guide/restore")

    def administer(self, chloe: Desk) -> None:
        page = chloe.page
        suspects = chloe.waiting("Possibly entered twice")
        suspects.locator("summary").click()
        suspects.get_by_role("link", name="merge").first.click()
        self.take(page, "staff-guide/merge")
        page.goto("/admin/partnerships/organisation/import/")
        page.locator("input[type=file]").set_input_files(
            {
                "name": "organisations.csv",
                "mimeType": "text/csv",
                "buffer": IMPORTED.encode(),
            }
        )
        page.locator("select[name=format]").select_option(label="csv")
        page.get_by_role("button", name="Submit").click()
        self.take(page, "staff-guide/import")
        page.goto("/admin/profiles/linkcheck/")
        self.take(page, "staff-guide/links")
        page.goto("/admin/auditlog/logentry/")
        self.take(page, "staff-guide/audit")

    # --- Surveys, of invented mechanisms -------------------------------------

    def surveys(self) -> None:
        ana, ben, chloe = self.come_in_all()
        self.bring_in(ana)
        self.undo(ben)
        self.forget(chloe)
        self.read_sheet(ana)
        self.results(ben)

    def bring_in(self, ana: Desk) -> None:
        page = ana.page
        page.goto("/admin/")
        page.get_by_role("link", name="Bring a survey export in").click()
        self.choose(page, "round-2019.xlsx", lake_survey.export())
        self.take(page, "staff-guide/survey-upload", until=page.locator(".submit-row"))
        page.get_by_role("button", name="Read the file").click()
        names = page.locator("section", has=page.locator("#names"))
        self.take(page, "staff-guide/survey-names", top=names, until=names)
        for slip, meant in lake_survey.SLIPS.items():
            asked = page.get_by_role("group", name=slip)
            asked.get_by_role("radio", name=meant).check()
        page.get_by_role("button", name="Save decisions").first.click()
        expect(page.get_by_text("Your decisions were saved")).to_be_visible()
        changes = page.locator("#changes")
        self.take(page, "staff-guide/survey-changes", top=changes)
        page.get_by_role("button", name="Apply to drafts").click()
        expect(page.get_by_text("The import was applied")).to_be_visible()
        page.locator("details.mechanism > summary").first.click()
        self.take(page, "staff-guide/survey-applied")

    def undo(self, ben: Desk) -> None:
        page = ben.page
        page.goto("/admin/surveys/surveyimport/")
        page.locator("#result_list tbody th a").first.click()
        page.get_by_role("link", name="Undo this import").click()
        self.take(page, "staff-guide/survey-undo", until=page.locator(".submit-row"))

    def forget(self, chloe: Desk) -> None:
        page = chloe.page
        page.goto("/admin/surveys/personaldetails/forget/")
        page.locator("#id_person").fill(lake_survey.ADDRESS)
        page.get_by_role("button", name="Look what would be done").click()
        self.take(page, "staff-guide/survey-forget", until=page.locator(".submit-row"))

    def read_sheet(self, ana: Desk) -> None:
        page = ana.page
        page.goto("/admin/surveys/summarysheet/add/")
        self.choose(page, "lake-dialogue.docx", lake_survey.summary_sheet())
        page.get_by_role("button", name="Read the sheet").click()
        page.get_by_role("button", name="Write into the draft").click()
        self.take(page, "staff-guide/survey-suggestions")

    def results(self, ben: Desk) -> None:
        page = ben.page
        page.goto("/admin/surveys/round/")
        page.locator("#result_list tbody th a").first.click()
        page.get_by_role("link", name="Results").click()
        self.take(page, "staff-guide/survey-results", top=page.locator("#answered"))

    @staticmethod
    def choose(page: Page, name: str, content: bytes) -> None:
        page.locator("input[type=file]").first.set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )

    # --- How a picture is taken ----------------------------------------------

    def come_in_all(self) -> list[Desk]:
        return [self.come_in(name) for name in PEOPLE]

    def come_in(self, name: str) -> Desk:
        desk = Desk(self.new_page())
        desk.sign_in(name)
        return desk

    def new_page(self, address: str = "") -> Page:
        context = self.browser.new_context(
            base_url=address or self.address,
            viewport=SIZE,
            color_scheme="light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/Zurich",
        )
        # The menu beside the form takes the place that the form needs.
        context.add_init_script(
            "localStorage.setItem('django.admin.navSidebarIsOpen', 'false')"
        )
        return context.new_page()

    def take(
        self,
        page: Page,
        name: str,
        around: Locator | None = None,
        top: Locator | None = None,
        until: Locator | None = None,
    ) -> None:
        """Take what a person sees.

        `around` is moved into the middle of it, `top` to its upper edge; what stands
        under `until` is cut off.
        """
        expect(page.locator("h1").last).to_be_visible()
        page.evaluate("document.fonts.ready")
        if around is not None:
            around.evaluate("element => element.scrollIntoView({block: 'center'})")
        if top is not None:
            top.evaluate("element => element.scrollIntoView()")
            page.evaluate("margin => scrollBy(0, -margin)", MARGIN)
        if until is not None:
            lower = until.evaluate("element => element.getBoundingClientRect().bottom")
            page.set_viewport_size(SIZE | {"height": int(lower) + MARGIN})
        path = FOLDER / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(smaller(page.screenshot(animations="disabled", caret="hide")))
        page.set_viewport_size(SIZE)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
