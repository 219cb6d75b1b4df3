"""The registry in a real browser: served by gunicorn, with its real data.

Every page that a test opens is watched: a complaint in the console, a violation of the
content security policy, an error of a script, a failed request or one that goes to
another host fails the test.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.staff_sign_in import PASSWORD, sign_in
from tests.serving import (
    environment_of,
    gunicorn,
    python_process,
    run_python,
    sqlite_in,
)

PREPARE = f"""
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from iscm_registry import search
from surveys.models import Round
call_command("load_registry", str(settings.BASE_DIR / "fixtures/registry"))
call_command("load_questionnaires", verbosity=0)
call_command("load_rounds", verbosity=0)
Round.objects.update(is_public=True)
search.build_index()
call_command("collectstatic", interactive=False, verbosity=0)
get_user_model().objects.create_superuser("staff", password={PASSWORD!r})
"""

# As long as a page may take for everything else: on a busy machine five seconds, which
# is what Playwright expects, are too short.
expect.set_options(timeout=30_000)

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (violation) =>
  console.error("policy violated:", violation.violatedDirective, violation.blockedURI)
);
"""


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory, migrate) -> dict[str, str]:
    """A registry ready to be served, as `make run` makes it."""
    folder = tmp_path_factory.mktemp("var")
    environment = environment_of(
        folder, "iscm_registry.settings", DEMO="1", **sqlite_in(folder)
    )
    migrate(environment)
    run_python(environment, PREPARE)
    return environment


@pytest.fixture(scope="session")
def in_registry(environment) -> Iterator[Callable[[str], str]]:
    """Return a function that runs code on the registry and gives what it prints."""
    with python_process(environment) as run:
        yield run


@pytest.fixture(scope="session")
def base_url(environment) -> Iterator[str]:
    with gunicorn(environment) as address:
        yield address


@pytest.fixture(scope="session")
def arabic_url(environment) -> Iterator[str]:
    """The same registry with Arabic shown, to try what runs from right to left."""
    with gunicorn(environment | {"REGISTRY_LANGUAGES": "en,ar"}) as address:
        yield f"{address}/ar"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.skip("needs Chromium. Debian: apt install chromium")
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [
            "--no-sandbox",  # Chromium refuses to run as root with it
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
        ],
    }


@dataclass
class Watch:
    """What a page complained of."""

    complaints: list[str] = field(default_factory=list)
    allowed_statuses: set[int] = field(default_factory=lambda: {200, 301, 302, 304})

    def over(self, page: Page) -> None:
        page.add_init_script(REPORT_VIOLATIONS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)
        page.on(
            "requestfailed",
            lambda request: (
                self.complaints.append(f"failed: {request.url} {request.failure}")
                # A reader who types on makes an older question for suggestions moot.
                if "ERR_ABORTED" not in (request.failure or "")
                else None
            ),
        )

    def _console(self, message):
        is_status = "Failed to load resource" in message.text
        if message.type in ("error", "warning") and not is_status:
            self.complaints.append(f"console: {message.text} at {message.location}")

    def _request(self, request):
        host = urlsplit(request.url).hostname
        if host and host not in ("127.0.0.1", "localhost"):
            self.complaints.append(f"asks another host: {request.url}")

    def _response(self, response):
        if response.status not in self.allowed_statuses:
            self.complaints.append(f"{response.status}: {response.url}")


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    assert not watch.complaints


@pytest.fixture
def page(page: Page, watch: Watch) -> Page:
    page.set_default_timeout(30_000)
    watch.over(page)
    return page


@pytest.fixture(scope="session")
def staff_state(browser: Browser, base_url: str, tmp_path_factory) -> Path:
    """The cookies of somebody who signed in. Nobody may sign out with them."""
    context = browser.new_context(base_url=base_url)
    sign_in(context.new_page())
    path = tmp_path_factory.mktemp("browser") / "staff.json"
    context.storage_state(path=path)
    context.close()
    return path


@pytest.fixture
def staff_page(browser, base_url, staff_state, watch) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(
        base_url=base_url, storage_state=staff_state
    )
    page = context.new_page()
    watch.over(page)
    yield page
    context.close()
