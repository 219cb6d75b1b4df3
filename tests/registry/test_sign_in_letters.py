"""Forgotten passwords: what letters hold, and what asking for one tells nobody."""

import re

import pytest

from tests.registry.mail_server import DELAY, mail_server
from tests.serving import environment_of, run_python, sqlite_in


@pytest.fixture(name="mail_server")
def started_mail_server():
    with mail_server() as server:
        yield server


@pytest.fixture
def environment(tmp_path, mail_server, migrate):
    environment = environment_of(
        tmp_path,
        **sqlite_in(tmp_path),
        ALLOWED_PORTS="4321",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=str(mail_server.server_address[1]),
        EMAIL_USE_TLS="false",
        PUBLIC_ADDRESS="https://registry.example.org/",
        ALLOWED_HOSTS="testserver,other.example",
    )
    migrate(environment)
    return environment


BEGIN = """
import time
from statistics import median
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings
from iscm_registry.sign_in import letters
users = get_user_model().objects
def ask(address, n=1, **headers):
    return Client().post(
        "/accounts/reset/", {"email": address}, REMOTE_ADDR=f"192.0.2.{n}",
        headers=headers,
    )
def all_sent():
    # Letters go in turn.
    letters._sender.submit(int).result()
"""

TIMED = (
    BEGIN
    + """
took = {"known": [], "unknown": []}
answers = set()
known = {"password": make_password("x")}
for n in range(25):
    users.create(username=f"clerk{n}", email=f"known{n}@example.org", **known)
for n in range(25):
    for kind, times in took.items():
        began = time.perf_counter()
        answer = ask(f"{kind}{n}@example.org", n)
        times.append(time.perf_counter() - began)
        answers.add((answer.status_code, answer.headers["Location"], answer.content))
all_sent()
assert len(answers) == 1, answers
print(*(median(times) for times in took.values()))
"""
)


@pytest.mark.attack("The reset of a password tells who has an account")
def test_asking_takes_as_long_for_an_address_without_an_account(
    environment, mail_server
):
    known, unknown = map(float, run_python(environment, TIMED).split())

    assert mail_server.letters.qsize() == 25
    assert abs(known - unknown) < DELAY / 2, (known, unknown)


WRITTEN = (
    BEGIN
    + """
users.create_user("clerk", "Clerk@example.org", "not one that is guessed")
users.create_user("kim", "kim@example.org", "x")
users.create_user("closed", "closed@example.org", "x", is_active=False)
users.create_user("of-organisation", "of-organisation@example.org", None)
for n, nobody in enumerate([
    "closed@example.org", "of-organisation@example.org", "nobody@example.org",
    "\\u212aim@example.org", "clerk@examp\\u0142e.org",
]):
    assert ask(nobody, n).status_code == 302
for _ in range(3):
    answer = ask("clerk@example.org", Host="other.example:4321")
    assert answer.status_code == 302, answer
assert ask("clerk@example.org").status_code == 429
all_sent()
"""
)

USED = """
from django.contrib.auth import get_user_model
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
link = {link!r}
visitor = Client(headers={{"Host": "testserver"}})
form = visitor.get(link, follow=True)
new = "entirely another one"
given = {{"password1": new, "password2": new}}
visitor.post(form.request["PATH_INFO"], given)
assert get_user_model().objects.get(username="clerk").check_password(new)
assert visitor.get("/accounts/sessions/").status_code == 302, "signed in by a letter"
assert visitor.get(link, follow=True).context["token_fail"], "good twice"
"""


@pytest.mark.attack("A Host header enters a link by e-mail")
def test_link_goes_to_the_account_at_our_address_and_is_good_once(
    environment, mail_server
):
    run_python(environment, WRITTEN)

    found = [mail_server.letters.get_nowait() for _ in range(3)]
    assert mail_server.letters.empty()
    for letter in found:
        assert letter["To"] == "Clerk@example.org"
        text = letter.get_content()
        assert "other.example" not in text
        assert ":4321" not in text
    (link,) = re.findall(r"https?://\S+", found[-1].get_content())
    assert link.startswith("https://registry.example.org/accounts/reset/")
    run_python(environment, USED.format(link=link))


AWAY = (
    BEGIN
    + """
import logging, sys
logging.basicConfig(stream=sys.stdout, force=True)
users.create_user("clerk", "clerk@example.org", "x")
with override_settings(EMAIL_PORT=1):
    assert ask("clerk@example.org").status_code == 302
    all_sent()
"""
)


def test_mail_server_that_is_away_is_a_line_in_the_log(environment):
    said = run_python(environment, AWAY)

    assert "A letter could not be sent: ConnectionRefusedError." in said
    assert "clerk@" not in said
