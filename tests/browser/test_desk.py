"""The form of an edition in a browser: tabs, rows by keyboard, lists of States,
colleagues, and a session that ends while somebody types."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import (
    PHONE,
    serious_barriers_for_staff,
    width_beyond_the_screen,
)
from tests.browser.conftest import PASSWORD

OPEN = """
from profiles import editions
from profiles.models import Mechanism
mechanism = Mechanism.objects.get(slug={slug!r})
for old in mechanism.editions.open():
    editions.discard(old)
print("draft", editions.open_draft(mechanism).pk)
"""


NOTHING_UNSAVED = """
from profiles.models import UnsavedForm
UnsavedForm.objects.all().delete()
"""


@pytest.fixture
def draft(in_registry) -> int:
    """A new draft of OCAM's published edition."""
    said = in_registry(OPEN.format(slug="ocam"))
    return int(re.search(r"draft (\d+)", said)[1])


def change(draft: int) -> str:
    return f"/admin/profiles/profile/{draft}/change/"


@pytest.fixture
def value_of(in_registry) -> Callable[[str], str]:
    """Return what an expression about the models gives in the served registry."""

    def value_of(expression: str) -> str:
        code = f"from profiles.models import *\nprint('is', {expression})"
        return in_registry(code).rpartition("is ")[2].strip()

    return value_of


def tab(page: Page, name: str):
    return page.get_by_role("tab", name=re.compile(name))


def group(page: Page, prefix: str):
    return page.locator(f"#{prefix}-group")


def opened(row):
    """Open a fact that stands as a line, and return its row."""
    row.locator(".fact-open").click()
    expect(row.locator(".fact-tools")).to_be_visible()
    return row


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()


# --- Tabs ------------------------------------------------------------------------


def test_tabs_work_by_keyboard_and_stand_in_the_address(staff_page: Page, draft):
    staff_page.goto(change(draft))
    expect(tab(staff_page, "Identity")).to_have_attribute("aria-selected", "true")
    expect(staff_page.locator("#part-members")).to_be_hidden()

    tab(staff_page, "Identity").focus()
    staff_page.keyboard.press("ArrowRight")
    expect(tab(staff_page, "Members")).to_be_focused()
    expect(staff_page.locator("#part-members")).to_be_visible()
    expect(staff_page).to_have_url(re.compile("#part-members$"))
    staff_page.keyboard.press("End")
    expect(tab(staff_page, "History")).to_be_focused()
    staff_page.keyboard.press("Home")

    tab(staff_page, "3 Structures").click()
    staff_page.reload()
    expect(staff_page.locator("#part-structure")).to_be_visible()
    expect(staff_page.locator("#part-identity")).to_be_hidden()


def test_tab_with_an_error_is_opened_and_the_tab_survives_saving(
    staff_page: Page, draft
):
    staff_page.goto(change(draft) + "#part-meetings")
    group(staff_page, "meetings").get_by_role("button", name="Add another").click()
    row = group(staff_page, "meetings").locator(".fact").last
    row.get_by_label("City").fill("Geneva")
    tab(staff_page, "Sources").click()

    staff_page.get_by_role("button", name="Save", exact=True).click()

    expect(tab(staff_page, "Meetings")).to_have_attribute("aria-selected", "true")
    expect(tab(staff_page, "Meetings")).to_contain_text("1 error")
    row = group(staff_page, "meetings").locator(".fact").last
    expect(row.get_by_label("City")).to_have_value("Geneva")
    row.get_by_label("Title English").fill("A meeting")
    save(staff_page)
    expect(staff_page.locator("#part-meetings")).to_be_visible()


def test_form_is_one_long_page_without_scripts(
    browser, base_url, staff_state, draft, value_of
):
    context = browser.new_context(
        base_url=base_url, storage_state=staff_state, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(change(draft))

    expect(page.locator("#part-identity")).to_be_visible()
    expect(page.locator("#part-added_value")).to_be_visible()
    expect(page.get_by_label("Text French").first).to_be_visible()
    page.get_by_text("Paste a list of States", exact=True).click()
    expect(page.get_by_role("link", name="on a page of its own")).to_be_visible()
    page.get_by_label("Objective English").fill("Written without a script.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Objective English")).to_have_value(
        "Written without a script."
    )

    group(page, "organs").locator(".fact-open").first.click()
    organ = group(page, "organs").locator(".fact").first
    organ.get_by_label("Name English").fill("Renamed without a script")
    save(page)
    # The address opened it, and goes on opening it.
    expect(organ.get_by_label("Name English")).to_have_value("Renamed without a script")
    names = f"Profile.objects.get(pk={draft}).organs.values_list('name', flat=True)"
    assert "Renamed without a script" in value_of(f"[*{names}]")
    context.close()


# --- Rows ------------------------------------------------------------------------


def test_member_with_its_source_is_added_by_keyboard_alone(
    staff_page: Page, draft, value_of
):
    staff_page.goto(change(draft) + "#part-members")
    rows = group(staff_page, "memberships").locator(".fact")
    before = rows.count()
    expect(rows.last.locator(".fact-tools")).to_have_count(0)
    source = rows.last.get_attribute("data-source-name")
    assert source
    group(staff_page, "memberships").get_by_role("button", name="Add another").focus()

    staff_page.keyboard.press("Enter")
    expect(rows).to_have_count(before + 1)
    expect(rows.last.get_by_role("combobox", name="State")).to_be_focused()
    expect(rows.last.get_by_role("combobox", name="Source")).to_have_value(source)
    staff_page.keyboard.type("haïti")
    expect(rows.last.get_by_role("option", name="Haiti")).to_be_visible()
    staff_page.keyboard.press("Tab")
    expect(rows.last.get_by_role("combobox", name="State")).to_have_value("Haiti")

    save(staff_page)
    of_haiti = f"Membership.objects.get(profile={draft}, state__iso3='HTI')"
    assert value_of(f"{of_haiti}.source") == source


def test_what_is_no_choice_is_not_taken_for_one(staff_page: Page, draft):
    staff_page.goto(change(draft) + "#part-members")
    group(staff_page, "memberships").get_by_role("button", name="Add another").click()
    row = group(staff_page, "memberships").locator(".fact").last
    box = row.get_by_role("combobox", name="State")
    box.fill("xyzzy")
    expect(row).to_contain_text("Nothing fits")
    staff_page.keyboard.press("Tab")

    expect(row).to_contain_text("Not chosen yet")
    expect(box).to_have_value("xyzzy")


def test_name_that_is_only_typed_is_refused_and_stays(
    staff_page: Page, draft, value_of
):
    staff_page.goto(change(draft) + "#part-members")
    group(staff_page, "memberships").get_by_role("button", name="Add another").click()
    box = group(staff_page, "memberships").get_by_role("combobox", name="State").last
    box.fill("Atlantis")
    tab(staff_page, "Sources").click()

    # At once, before the list was read.
    staff_page.get_by_role("button", name="Save", exact=True).click()

    expect(tab(staff_page, "Members")).to_have_attribute("aria-selected", "true")
    expect(tab(staff_page, "Members")).to_contain_text("1 error")
    row = group(staff_page, "memberships").locator(".fact").last
    expect(row).to_contain_text("“Atlantis” stands in “State”")
    box = row.get_by_role("combobox", name="State")
    expect(box).to_have_value("Atlantis")
    box.fill("haiti")
    expect(row.get_by_role("option", name="Haiti")).to_be_visible()
    box.press("Tab")
    save(staff_page)
    members = f"Membership.objects.filter(profile={draft}, state__iso3='HTI')"
    assert value_of(f"{members}.count()") == "1"


def test_nothing_is_chosen_that_is_only_alike_or_one_of_several(
    staff_page: Page, draft
):
    staff_page.goto(change(draft) + "#part-members")
    group(staff_page, "memberships").get_by_role("button", name="Add another").click()
    row = group(staff_page, "memberships").locator(".fact").last
    box = row.get_by_role("combobox", name="State")
    for typed in ("Korea", "Guayana", "Guatamala", "republic"):
        box.fill(typed)
        expect(row.get_by_role("listbox").get_by_role("option").first).to_be_visible()
        expect(row.locator("[role=option][aria-selected=true]")).to_have_count(0)
        box.press("Tab")
        expect(row).to_contain_text("Not chosen yet")
        expect(box).to_have_value(typed)

    box.fill("Guatamala")
    alike = row.get_by_role("group", name="Did you mean")
    expect(alike.get_by_role("option")).to_contain_text(["Guatemala"])
    box.press("ArrowDown")
    box.press("Tab")
    expect(box).to_have_value("Guatemala")


def test_rows_are_ordered_by_keyboard_by_number_and_by_dragging(
    staff_page: Page, draft, value_of
):
    # High enough that nothing scrolls while a row is dragged.
    staff_page.set_viewport_size({"width": 1280, "height": 1800})
    staff_page.goto(change(draft) + "#part-identity")
    rows = group(staff_page, "other_names").locator(".fact")

    def names():
        return [row.get_by_label("Name").input_value() for row in rows.all()]

    for row in rows.all():
        opened(row)
    first, second, third = names()[:3]
    rows.nth(0).locator(".fact-handle").focus()
    staff_page.keyboard.press("ArrowDown")
    assert names()[:3] == [second, first, third]
    expect(rows.nth(1).locator(".fact-handle")).to_be_focused()

    rows.nth(2).get_by_label("Order").fill("0")
    rows.nth(2).get_by_label("Order").blur()
    assert names()[:3] == [third, second, first]

    rows.nth(2).locator(".fact-handle").hover()
    staff_page.mouse.down()
    target = rows.nth(0).bounding_box()
    staff_page.mouse.move(target["x"] + 20, target["y"] + 8, steps=10)
    staff_page.mouse.up()
    assert names()[:3] == [first, third, second]
    save(staff_page)
    for row, name in zip(rows.all(), [first, third, second], strict=False):
        expect(row.locator(".fact-title")).to_have_text(name)

    # Lines that nobody opened are dragged as well.
    rows.nth(2).locator(".fact-handle").hover()
    staff_page.mouse.down()
    target = rows.nth(0).bounding_box()
    staff_page.mouse.move(target["x"] + 20, target["y"] + 4, steps=10)
    staff_page.mouse.up()
    save(staff_page)
    expect(rows.nth(0).locator(".fact-title")).to_have_text(second)


def test_new_organisation_is_made_with_the_form_and_known_everywhere_in_it(
    staff_page: Page, draft, value_of
):
    staff_page.goto(change(draft) + "#part-partnerships")
    partners = group(staff_page, "partnerships")
    partners.get_by_role("button", name="Add another").click()
    row = partners.locator(".fact").last
    box = row.get_by_role("combobox", name="Organisation")
    box.fill("A new body")
    with staff_page.expect_popup() as opened:
        row.get_by_role(
            "link", name=re.compile("Add a new one: Organisation", re.IGNORECASE)
        ).click()
    popup = opened.value
    expect(popup.locator("[name=name_en]")).to_have_value("A new body")
    expect(popup.locator("[name=slug]")).to_have_value("a-new-body")
    popup.locator("[name=_save]").click()

    expect(box).to_have_value("A new body")
    there = "__import__('partnerships').models.Organisation.objects.filter"
    of_it = f"{there}(name_en='A new body').count()"
    assert value_of(of_it) == "0", "a form that is left leaves nothing"
    row.get_by_label("Category").select_option("igo_other")
    partners.get_by_role("button", name="Add another").click()
    other = partners.locator(".fact").last
    other.get_by_role("combobox", name="Organisation").fill("new body")
    option = other.get_by_role("listbox").get_by_role("option", name="A new body")
    expect(option).to_be_visible()
    other.get_by_label("Remove").check()
    save(staff_page)
    assert value_of(of_it) == "1"
    expect(partners.locator(".fact").last).to_contain_text("A new body")


def test_language_of_a_text_is_switched_on_its_line(staff_page: Page, draft):
    staff_page.goto(change(draft) + "#part-evolution")
    answer = staff_page.locator(".section-answer").filter(visible=True).first
    expect(answer.get_by_label("Text French")).to_have_count(1)
    expect(answer.get_by_role("textbox", name="Text French")).to_be_hidden()

    answer.get_by_role("button", name="Spanish").click()

    spanish = answer.get_by_role("textbox", name="Text Spanish")
    expect(spanish).to_be_focused()
    expect(answer.get_by_role("textbox", name="Text English")).to_be_hidden()
    spanish.fill("Texto.")
    save(staff_page)


def test_fact_is_opened_where_it_stands_and_is_few_stops_away(
    staff_page: Page, draft, value_of
):
    staff_page.goto(change(draft))
    stops = 0

    def tab_until(selector):
        nonlocal stops
        while (
            not staff_page.locator(":focus").and_(staff_page.locator(selector)).count()
        ):
            staff_page.keyboard.press("Tab")
            stops += 1
            assert stops <= 60

    tab_until("[role=tab]")
    for _ in range(4):
        staff_page.keyboard.press("ArrowRight")
    expect(tab(staff_page, "3 Structures")).to_be_focused()
    tab_until("#part-structure .fact-open")
    assert stops <= 40
    tab_until("#chairings-0 .fact-open")

    staff_page.keyboard.press("Enter")
    row = staff_page.locator("#chairings-0")
    expect(row.get_by_role("combobox", name="State", exact=True)).to_be_focused()
    # To open is no change.
    expect(staff_page.locator(".unsaved")).to_have_text("")
    row.locator(".fact-evidence > summary").click()
    row.get_by_label("Note English").fill("Opened with the keyboard.")
    expect(staff_page.locator(".unsaved")).to_contain_text("not saved")
    save(staff_page)
    notes = f"Profile.objects.get(pk={draft}).chairings.order_by('position')[0].note"
    assert value_of(notes) == "Opened with the keyboard."


# --- A pasted list of States -----------------------------------------------------


def test_pasted_list_is_previewed_and_added_as_rows(staff_page: Page, draft, value_of):
    staff_page.goto(change(draft) + "#part-members")
    rows = group(staff_page, "memberships").locator(".fact")
    before = rows.count()
    staff_page.get_by_text("Paste a list of States").click()
    staff_page.get_by_label("States", exact=True).fill(
        "Costa Rica, Haití y Jamaica\nTrinidad and Tobago; Surinam; Braziil; Atlantis"
    )
    staff_page.get_by_label("Role of all of them").select_option("observer")
    staff_page.get_by_role("button", name="Look what is recognised").click()

    preview = staff_page.locator("#paste-preview")
    expect(preview.get_by_role("row", name="Costa Rica")).to_contain_text(
        "already there"
    )
    expect(preview.get_by_role("row", name="Atlantis")).to_contain_text(
        "not recognised"
    )
    preview.get_by_label("Which State is meant by Braziil").select_option(
        label="Brazil"
    )
    preview.get_by_label("Which State is meant by Atlantis").select_option(
        label="Bahamas"
    )
    staff_page.get_by_role("button", name="Add States: 6").click()
    expect(rows).to_have_count(before + 6)
    save(staff_page)

    codes = value_of(
        f"sorted(Membership.objects.filter(profile={draft}, role='observer')"
        ".values_list('state__iso3', flat=True))",
    )
    for code in ("BHS", "BRA", "HTI", "JAM", "SUR", "TTO"):
        assert code in codes


# --- Colleagues ------------------------------------------------------------------


def test_two_people_in_one_draft_are_told_and_lose_nothing(
    staff_page: Page, draft, in_registry, value_of, base_url, browser, watch
):
    watch.allowed_statuses.add(409)
    in_registry(
        "from django.contrib.auth import get_user_model as model\n"
        "model().objects.filter(username='ana').delete()\n"
        f"model().objects.create_superuser('ana', password={PASSWORD!r}, "
        "first_name='Ana')",
    )
    context = browser.new_context(base_url=base_url)
    ana = context.new_page()
    ana.goto("/admin/")
    ana.get_by_label("Username").fill("ana")
    ana.get_by_label("Password").fill(PASSWORD)
    ana.get_by_role("button", name="Sign in", exact=True).click()
    ana.wait_for_url("**/admin/")
    ana.goto(change(draft))

    staff_page.goto(change(draft))
    expect(staff_page.locator("#presence")).to_contain_text("Ana has this draft open")
    ana.get_by_label("Acronym English").fill("OCAM!")
    ana.get_by_label("Objective English").fill("Ana's objective.")
    save(ana)
    staff_page.get_by_label("Objective English").fill("My objective.")
    staff_page.get_by_role("button", name="Save", exact=True).click()

    collision = staff_page.locator(".collision")
    expect(collision).to_contain_text("Ana")
    expect(collision).to_contain_text("OCAM!")
    expect(staff_page.get_by_label("Objective English")).to_have_value("My objective.")
    # What only Ana touched is hers and no question; what both touched is one.
    expect(staff_page.get_by_label("Acronym English")).to_have_value("OCAM!")
    expect(collision.get_by_role("group")).to_have_count(1)
    question = collision.get_by_role("group", name="Objective")
    expect(question).to_contain_text("Ana's objective.")
    on_top = staff_page.get_by_role("button", name="Save mine on top")
    on_top.click()
    expect(staff_page.locator(".errornote + .errorlist")).to_contain_text("Choose")
    question.get_by_label("Keep mine").check()
    on_top.click()
    expect(staff_page.locator(".messagelist .success")).to_be_visible()
    saved = f"Profile.objects.values_list('acronym', 'objective').get(pk={draft})"
    assert value_of(saved) == "('OCAM!', 'My objective.')"
    context.close()


# --- What was typed is kept ------------------------------------------------------


def kept(page: Page) -> list[str]:
    return page.evaluate(
        "Object.keys(sessionStorage).filter((key) => key.startsWith('desk:'))"
    )


def nothing_is_kept(page):
    """Wait until the page keeps no typed words; asked from outside of it.

    A wait inside the page asks by eval, which its policy refuses and the watch reports.
    """
    until = time.monotonic() + 30
    while kept(page):
        assert time.monotonic() < until, kept(page)
        page.wait_for_timeout(100)


def test_session_that_ends_while_typing_loses_nothing(
    browser, base_url, draft, watch, value_of
):
    # A session of its own: this test ends it.
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    watch.over(page)
    watch.allowed_statuses |= {401, 403}
    page.goto("/admin/")

    def sign_in():
        page.get_by_label("Username").fill("staff")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()

    sign_in()
    page.wait_for_url("**/admin/")
    page.goto(change(draft) + "#part-identity")
    page.get_by_label("Objective English").fill("Typed before the session ended.")
    tab(page, "Meetings").click()
    group(page, "meetings").get_by_role("button", name="Add another").click()
    row = group(page, "meetings").locator(".fact").last
    row.get_by_label("Title English").fill("A meeting typed in vain?")
    row.get_by_role("combobox", name="Held in").fill("jamaica")
    row.get_by_role("option", name="Jamaica").click()
    expect(page.locator(".unsaved")).to_contain_text("not saved")
    context.clear_cookies(name="sessionid")

    page.goto(change(draft))
    sign_in()
    page.wait_for_url(f"**{change(draft)}")

    expect(page.locator("#restored")).to_be_visible()
    expect(page.get_by_label("Objective English")).to_have_value(
        "Typed before the session ended."
    )
    row = group(page, "meetings").locator(".fact").last
    tab(page, "Meetings").click()
    expect(row.get_by_label("Title English")).to_have_value("A meeting typed in vain?")
    expect(row.get_by_role("combobox", name="Held in")).to_have_value("Jamaica")
    assert kept(page)
    save(page)
    # The message that welcomes who signed in looks like the one of a saved form.
    nothing_is_kept(page)
    held_in = f"Meeting.objects.get(profile={draft}, title__contains='vain').state.iso3"
    assert value_of(held_in) == "JAM"
    context.close()


def test_form_is_sent_once_by_a_double_click(staff_page: Page, draft, value_of):
    page = staff_page
    uid = value_of(f"Membership.objects.filter(profile={draft}).order_by('pk')[0].uid")
    page.goto(f"/admin/profiles/profile/{draft}/comments/?fact={uid}")
    page.get_by_role("textbox").fill("Since when, to the day?")

    page.get_by_role("button", name="Comment", exact=True).dblclick()

    page.wait_for_url("**#comment-*")
    written = "Comment.objects.filter(text__contains='to the day').count()"
    assert value_of(written) == "1"


def test_what_was_restored_can_be_thrown_away(staff_page: Page, draft):
    staff_page.goto(change(draft))
    before = staff_page.get_by_label("Objective English").input_value()
    staff_page.get_by_label("Objective English").fill("Never meant.")
    expect(staff_page.locator(".unsaved")).to_contain_text("not saved")
    staff_page.once("dialog", lambda dialog: dialog.accept())
    staff_page.reload()
    expect(staff_page.locator("#restored")).to_be_visible()

    staff_page.get_by_role("button", name="Throw it away").click()

    expect(staff_page.get_by_label("Objective English")).to_have_value(before)
    expect(staff_page.locator(".restored")).to_have_count(0)
    assert kept(staff_page) == []


def test_copy_of_somebody_else_is_never_shown(staff_page: Page, draft):
    staff_page.goto(change(draft))
    staff_page.evaluate(
        "sessionStorage.setItem('desk:999999:' + location.pathname, '{}')"
    )

    staff_page.reload()

    expect(staff_page.locator("#restored")).to_be_hidden()
    assert kept(staff_page) == []


def holds(value_of, page: Page, expression: str) -> None:
    """Wait until an expression about the models is true in the served registry."""
    until = time.monotonic() + 30
    while (found := value_of(f"bool({expression})")) != "True":
        assert time.monotonic() < until, found
        page.wait_for_timeout(200)


def test_text_of_a_closed_tab_is_taken_on_another_machine_and_saved(
    browser, base_url, staff_state, draft, value_of, in_registry, watch
):
    in_registry(
        "from profiles.models import UnsavedForm as U; U.objects.all().delete()"
    )
    first = browser.new_context(base_url=base_url, storage_state=staff_state)
    page = first.new_page()
    watch.over(page)
    page.goto(change(draft))
    page.get_by_label("Objective English").fill("Typed on the first machine.")
    tab(page, "Meetings").click()
    opened(group(page, "meetings").locator(".fact").first)
    there = group(page, "meetings").locator(".fact").count()
    group(page, "meetings").get_by_role("button", name="Add another").click()
    row = group(page, "meetings").locator(".fact").last
    row.get_by_label("Title English").fill("A meeting typed in vain?")
    row.get_by_role("combobox", name="Held in").fill("Jamaika")
    row.get_by_label("City").fill("Kingston")
    kingston = "'Kingston' in str(list(UnsavedForm.objects.values_list('entered')))"
    holds(value_of, page, kingston)
    first.close()

    context = browser.new_context(base_url=base_url, storage_state=staff_state)
    page = context.new_page()
    watch.over(page)
    page.goto(change(draft))
    expect(page.locator(".restored")).to_contain_text("You typed here on")
    expect(page.locator(".restored")).to_contain_text("Objective (English)")
    expect(page.locator(".restored")).to_contain_text("Meeting: a new row")
    page.get_by_role("button", name="Take it").click()

    expect(page.locator("#restored")).to_be_visible()
    tab(page, "Meetings").click()
    rows = group(page, "meetings").locator(".fact")
    expect(rows).to_have_count(there + 1)
    title = rows.last.get_by_label("Title English")
    expect(title).to_have_value("A meeting typed in vain?")
    place = rows.last.get_by_role("combobox", name="Held in")
    expect(place).to_have_value("Jamaika")
    place.fill("jamaica")
    page.get_by_role("option", name="Jamaica").click()
    tab(page, "Identity").click()
    expect(page.get_by_label("Objective English")).to_have_value(
        "Typed on the first machine."
    )
    save(page)

    holds(value_of, page, "not UnsavedForm.objects.exists()")
    page.goto(change(draft))
    expect(page.locator(".restored")).to_have_count(0)
    made = f"Meeting.objects.get(profile={draft}, title__contains='vain').state.iso3"
    assert value_of(made) == "JAM"
    context.close()


def test_shared_record_is_kept_too_and_typing_back_forgets_it(
    staff_page: Page, value_of, in_registry
):
    in_registry(
        "from profiles.models import UnsavedForm as U; U.objects.all().delete()"
    )
    staff_page.goto("/admin/profiles/source/add/")
    title = staff_page.get_by_label("Title", exact=False).first
    title.fill("A source that nobody saves")
    holds(value_of, staff_page, "UnsavedForm.objects.exists()")
    title.fill("")
    holds(value_of, staff_page, "not UnsavedForm.objects.exists()")


# --- Barriers --------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_form_is_quiet_accessible_and_fits_a_phone(staff_page: Page, draft, scheme):
    staff_page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for part in ("identity", "members", "contribution", "structure", "partnerships"):
        staff_page.goto("about:blank")
        staff_page.goto(f"{change(draft)}#part-{part}")
        expect(staff_page.locator(f"#part-{part}")).to_be_visible()
        assert serious_barriers_for_staff(staff_page) == [], part
        size = staff_page.viewport_size
        staff_page.set_viewport_size(PHONE)
        assert width_beyond_the_screen(staff_page) <= 0, part
        staff_page.set_viewport_size(size)


def test_form_from_right_to_left_is_as_good(
    browser, staff_state, arabic_url, draft, watch
):
    context = browser.new_context(storage_state=staff_state)
    page = context.new_page()
    watch.over(page)
    page.goto(f"{arabic_url}{change(draft)}#part-structure")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert serious_barriers_for_staff(page) == []

    tabs = page.get_by_role("tab")
    tabs.first.click()
    page.keyboard.press("ArrowLeft")
    expect(tabs.nth(1)).to_be_focused()
    context.close()
