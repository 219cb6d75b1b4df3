"""Signing in as staff do: with an app, with a passkey, and after a lost session."""

from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.barriers import PHONE, serious_barriers, width_beyond_the_screen
from tests.browser.conftest import PASSWORD, Watch
from tests.serving import gunicorn

ACCOUNTS = f"""
from django.contrib.auth import get_user_model
for name in ("with-app", "with-passkey", "with-much-typed"):
    get_user_model().objects.create_superuser(name, password={PASSWORD!r})
"""

INVISIBLE = """
buttons => buttons.filter(button => {
  const drawn = getComputedStyle(button);
  return drawn.color === drawn.backgroundColor;
}).map(button => button.textContent.trim())
"""


@pytest.fixture(scope="module")
def both_factors(environment, in_registry) -> dict[str, str]:
    in_registry(ACCOUNTS)
    return environment | {"SECOND_FACTOR_REQUIRED": "1"}


@pytest.fixture(scope="module")
def strict_url(both_factors) -> Iterator[str]:
    with gunicorn(both_factors) as address:
        # A passkey is tied to a name; an address of numbers is none.
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def strict_arabic_url(both_factors) -> Iterator[str]:
    with gunicorn(both_factors | {"REGISTRY_LANGUAGES": "en,ar"}) as address:
        yield f"{address}/ar"


@pytest.fixture
def strict_context(browser: Browser, strict_url: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=strict_url)
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def visitor(strict_context: BrowserContext, watch: Watch) -> Page:
    page = strict_context.new_page()
    watch.over(page)
    return page


def assert_is_good(page: Page) -> None:
    """In both themes and on a phone: no barrier, nothing beyond the edge."""
    expect(page.locator("h1")).to_have_count(1)
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert serious_barriers(page) == []
        # axe takes text in the colour of its ground for hidden on purpose.
        assert page.locator("main .btn").evaluate_all(INVISIBLE) == []
    size = page.viewport_size
    page.set_viewport_size(PHONE)
    assert width_beyond_the_screen(page) <= 0
    page.set_viewport_size(size)


def type_password(page: Page, name: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def code_of(secret: str) -> str:
    return format_hotp_value(
        hotp_value(secret, next(iter(yield_hotp_counters_from_time())))
    )


def test_first_sign_in_with_an_app_goes_from_the_password_to_the_desk(visitor: Page):
    visitor.goto("/admin/")
    assert_is_good(visitor)
    type_password(visitor, "with-app")

    expect(visitor).to_have_url("/accounts/second-factor/")
    assert_is_good(visitor)
    visitor.get_by_role("link", name="Set up the app").click()
    assert_is_good(visitor)
    visitor.get_by_label("Authenticator code").fill("000000")
    visitor.get_by_role("button", name="Set up").click()
    expect(visitor.get_by_text("Incorrect code")).to_be_visible()
    assert_is_good(visitor)
    secret = visitor.get_by_label("Key to type instead").input_value()
    visitor.get_by_label("Authenticator code").fill(code_of(secret))
    visitor.get_by_role("button", name="Set up").click()

    expect(visitor).to_have_url("/accounts/second-factor/recovery-codes/")
    assert_is_good(visitor)
    visitor.get_by_role("link", name="Second factor").click()
    assert_is_good(visitor)
    for name in ("Password", "Sessions", "Sign out"):
        visitor.get_by_role("link", name=name).click()
        assert_is_good(visitor)
    visitor.get_by_role("link", name="Staff desk").click()
    expect(visitor).to_have_url("/admin/")
    visitor.get_by_role("link", name="Your account").click()
    expect(visitor).to_have_url("/accounts/second-factor/")


def test_passkey_signs_in_by_itself(visitor: Page, strict_context: BrowserContext):
    devtools = strict_context.new_cdp_session(visitor)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    visitor.goto("/admin/")
    type_password(visitor, "with-passkey")
    visitor.get_by_role("link", name="Add a key").click()
    assert_is_good(visitor)
    expect(visitor.get_by_label("Signs in without the password")).to_be_checked()
    visitor.get_by_role("button", name="Add").click()
    expect(visitor).to_have_url("/accounts/second-factor/recovery-codes/")
    visitor.goto("/accounts/second-factor/webauthn/")
    assert_is_good(visitor)
    visitor.get_by_role("link", name="Sign out").click()
    visitor.get_by_role("button", name="Sign out").click()

    expect(visitor).to_have_url("/accounts/login/")
    visitor.goto("/admin/profiles/theme/")
    visitor.get_by_role("button", name="Sign in with a passkey").click()

    expect(visitor).to_have_url("/admin/profiles/theme/")

    visitor.goto("/accounts/logout/")
    visitor.get_by_role("button", name="Sign out").click()
    type_password(visitor, "with-passkey")
    assert_is_good(visitor)
    visitor.get_by_role("button", name="Use a key instead").click()
    expect(visitor).to_have_url("/admin/")


def test_lost_session_while_typing_loses_nothing(
    browser: Browser, base_url: str, watch: Watch
):
    watch.allowed_statuses |= {403}
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    watch.over(page)
    page.goto("/admin/profiles/theme/add/")
    type_password(page, "with-much-typed")
    expect(page.get_by_text("Demonstration: sign-in without")).to_be_visible()
    page.locator("input[name=name_en]").fill('The "lost" <report>')
    page.locator("input[name=slug]").fill("lost")
    context.clear_cookies(name="sessionid")
    page.locator("input[name=_save]").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("session has ended")
    assert_is_good(page)
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in (opens another tab)").click()
    type_password(opened.value, "with-much-typed")
    expect(opened.value).to_have_url("/admin/")

    page.get_by_role("button", name="Send what I typed").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("send it again")
    page.get_by_role("button", name="Send what I typed").click()

    expect(page).to_have_url("/admin/profiles/theme/")
    expect(page.locator(".messagelist .success")).to_contain_text("was added")
    expect(page.get_by_text('The "lost" <report>').first).to_be_visible()
    context.close()


def test_sign_in_from_right_to_left_is_as_good(page: Page, strict_arabic_url: str):
    page.goto(f"{strict_arabic_url}/accounts/login/")

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert_is_good(page)
