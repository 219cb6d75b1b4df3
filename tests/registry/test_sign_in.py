"""Signing in with a password and a second factor, and everything that ends it."""

import re
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from tests.registry.signing_in import (
    FACTORS,
    LOGIN,
    PASSWORD,
    code_of,
    pass_of_time,
    set_up_app,
    type_password,
)
from tests.serving import environment_of, run_python

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _both_factors(settings, _one_factor_is_enough):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def clerk(django_user_model):
    return django_user_model.objects.create_user(
        "clerk", "clerk@example.org", PASSWORD, is_staff=True
    )


# --- Two factors ----------------------------------------------------------------


# The session learns of the set-up when the database has kept it.
@pytest.mark.django_db(transaction=True)
def test_first_sign_in_leads_to_the_second_factor_and_then_to_the_desk(client, clerk):
    answer = type_password(client)
    assert answer.headers["Location"] == "/admin/"
    assert client.get("/admin/").headers["Location"] == FACTORS

    set_up_app(client)

    assert client.get("/admin/").status_code == 200


def test_recovery_codes_are_shown_once_after_the_set_up(client, clerk):
    type_password(client)
    set_up_app(client)

    shown = client.get(FACTORS + "recovery-codes/")
    assert len(shown.context["unused_codes"]) == 10
    again = client.get(FACTORS + "recovery-codes/")
    assert not again.context.get("unused_codes") or not again.context["can_view_codes"]


@pytest.mark.parametrize("path", ["", "profiles/profile/", "auth/user/", "missing/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_staff_page_opens_with_the_password_alone(client, clerk, path, method):
    clerk.is_superuser = True
    clerk.save()
    type_password(client)

    answer = getattr(client, method)(f"/admin/{path}")

    assert (answer.status_code, answer.headers["Location"]) == (302, FACTORS)


def test_next_sign_in_asks_for_the_code(client, clerk):
    type_password(client)
    secret = set_up_app(client)
    client.post("/accounts/logout/")

    answer = type_password(client, next="/admin/profiles/profile/")
    assert answer.headers["Location"].startswith(FACTORS + "authenticate/")
    assert client.get("/admin/").status_code == 302
    wrong = client.post(FACTORS + "authenticate/", {"code": "000000"})
    assert "Incorrect code" in wrong.text

    answer = client.post(FACTORS + "authenticate/", {"code": code_of(secret)})

    assert answer.headers["Location"] == "/admin/profiles/profile/"
    assert client.get("/admin/").status_code == 200


def test_recovery_code_opens_once(client, clerk):
    type_password(client)
    set_up_app(client)
    code = client.get(FACTORS + "recovery-codes/").context["unused_codes"][0]

    for status in (302, 200):
        client.post("/accounts/logout/")
        type_password(client)
        answer = client.post(FACTORS + "authenticate/", {"code": code})
        assert answer.status_code == status


def test_session_of_before_the_set_up_must_show_the_factor(client, clerk):
    elsewhere = Client()
    type_password(elsewhere)
    type_password(client)
    secret = set_up_app(client)

    answer = elsewhere.get("/admin/profiles/profile/")

    asked = FACTORS + "reauthenticate/?next=%2Fadmin%2Fprofiles%2Fprofile%2F"
    assert answer.headers["Location"] == asked
    answer = elsewhere.post(asked, {"code": code_of(secret)})
    assert answer.headers["Location"] == "/admin/profiles/profile/"
    assert elsewhere.get("/admin/").status_code == 200


def test_factor_that_was_taken_away_is_set_up_anew(client, clerk):
    type_password(client)
    secret = set_up_app(client)
    client.post("/accounts/logout/")
    type_password(client)
    client.post(FACTORS + "authenticate/", {"code": code_of(secret)})
    assert client.get("/admin/").status_code == 200

    Authenticator.objects.all().delete()

    assert client.get("/admin/").headers["Location"] == FACTORS


def test_secrets_are_not_readable_in_the_database(client, clerk):
    type_password(client)
    secret = set_up_app(client)

    data = Authenticator.objects.get(type="totp").data

    assert secret not in str(data)
    assert data["secret"].startswith("gAAAA")


def test_sign_in_works_while_the_key_is_changed(client, clerk, settings):
    type_password(client)
    secret = set_up_app(client)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key " * 5
    fresh = Client()

    type_password(fresh)
    answer = fresh.post(FACTORS + "authenticate/", {"code": code_of(secret)})

    assert answer.headers["Location"] == "/admin/"


def test_change_of_factors_asks_again_who_it_is(client, clerk, monkeypatch):
    type_password(client)
    set_up_app(client)
    pass_of_time(monkeypatch, 301)

    answer = client.get(FACTORS + "totp/deactivate/")

    assert answer.headers["Location"].startswith("/accounts/reauthenticate/?next=")


def test_demonstration_does_without_and_says_so(client, clerk, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    type_password(client)
    words = "Demonstration: sign-in without a second factor"

    assert words not in client.get("/admin/").text
    settings.DEMO = True
    page = client.get("/admin/")

    assert page.status_code == 200
    assert words in page.text


# --- Who may come in --------------------------------------------------------------


def test_nobody_signs_up(client):
    assert client.get("/accounts/signup/").status_code == 404


@pytest.mark.parametrize(
    "path", ["email/", "password/set/", "reset/", "link/", "oidc/organisation/login/"]
)
def test_what_is_not_offered_has_no_page(client, clerk, path):
    type_password(client)

    assert client.get(f"/accounts/{path}").status_code == 404


def test_unknown_name_and_wrong_password_get_one_answer(client, clerk):
    def answer(**given):
        page = type_password(Client(), **given)
        text = re.sub(r'(?:value|content)="[^"]*"', "", page.text)
        return page.status_code, text

    assert answer(password="wrong") == answer(name="nobody", password="wrong")


def test_closed_account_opens_nothing(client, clerk):
    clerk.is_active = False
    clerk.save()

    type_password(client)

    assert client.get("/accounts/sessions/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_reader_with_an_account_is_told_that_the_desk_is_not_for_them(
    client, django_user_model
):
    django_user_model.objects.create_user("reader", password=PASSWORD)
    type_password(client, name="reader")
    set_up_app(client)

    answer = client.get("/admin/", follow=True)

    assert answer.status_code == 403
    assert "This account may not use the staff desk" in answer.text


def test_admins_own_sign_in_leads_to_the_one_that_knows_factors(client, clerk):
    given = {"username": "clerk", "password": PASSWORD}

    for answer in (
        client.get("/admin/login/?next=/admin/x/"),
        client.post("/admin/login/?next=/admin/x/", given),
    ):
        assert answer.headers["Location"] == f"{LOGIN}?next=%2Fadmin%2Fx%2F"
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize("after", ["https://evil.example/", "//evil.example", "x:y"])
def test_sign_in_leads_to_no_other_host(client, clerk, after):
    assert type_password(client, next=after).headers["Location"] == "/admin/"


# --- Guessing -----------------------------------------------------------------------


def test_fifth_wrong_password_makes_the_account_wait(client, clerk):
    for _ in range(5):
        assert "not correct" in type_password(client, password="wrong").text

    answer = type_password(client)

    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.text


def test_wrong_codes_make_the_account_wait(client, clerk):
    type_password(client)
    secret = set_up_app(client)
    client.post("/accounts/logout/")
    type_password(client)
    for _ in range(5):
        client.post(FACTORS + "authenticate/", {"code": "000000"})

    answer = client.post(FACTORS + "authenticate/", {"code": code_of(secret)})

    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.text


@pytest.mark.no_cover
def test_one_address_that_tries_and_tries_gets_a_page_that_says_so(client):
    for n in range(30):
        type_password(client, name=f"name-{n}", password="wrong")

    answer = type_password(client, name="another")

    assert answer.status_code == 429
    assert "Too many tries in a short time" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_code_is_good_once(client, clerk):
    type_password(client)
    secret = set_up_app(client)
    code = code_of(secret)
    statuses = []
    for _ in range(2):
        client.post("/accounts/logout/")
        type_password(client)
        answer = client.post(FACTORS + "authenticate/", {"code": code})
        statuses.append(answer.status_code)

    assert 200 in statuses


# --- The end of a session -----------------------------------------------------------


@pytest.fixture
def signed_in(client, clerk, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    type_password(client)
    return client


def test_session_ends_with_the_browser_and_after_its_time(
    signed_in, settings, monkeypatch
):
    assert not signed_in.cookies["sessionid"]["max-age"]
    for hours in (4, 4):
        pass_of_time(monkeypatch, hours * 3600)
        # Each writes to the session, which must not make it longer.
        session = signed_in.session
        session["x"] = hours
        session.save()
        assert signed_in.get("/admin/").status_code == 200

    pass_of_time(monkeypatch, 3 * 3600)

    assert signed_in.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert signed_in.get("/accounts/sessions/").status_code == 302


def test_signing_out_elsewhere(signed_in):
    elsewhere = Client(headers={"User-Agent": "Browser of the library"})
    type_password(elsewhere)
    assert "Browser of the library" in signed_in.get("/accounts/sessions/").text

    signed_in.post("/accounts/sessions/")

    assert elsewhere.get("/admin/").status_code == 302
    assert signed_in.get("/admin/").status_code == 200
    assert UserSession.objects.count() == 1


def test_new_password_ends_other_sessions(signed_in):
    elsewhere = Client()
    type_password(elsewhere)
    new = "entirely another one"

    signed_in.post(
        "/accounts/password/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )

    assert elsewhere.get("/admin/").status_code == 302
    assert signed_in.get("/admin/").status_code == 200


def test_administrator_signs_somebody_out(signed_in, admin_client):
    (session,) = UserSession.objects.filter(user__username="clerk")

    admin_client.post(
        f"/admin/usersessions/usersession/{session.pk}/delete/", {"post": "yes"}
    )

    assert signed_in.get("/admin/").status_code == 302


def test_administrator_takes_a_lost_factor_away_and_sees_no_secret(
    client, clerk, admin_client, settings
):
    type_password(client)
    set_up_app(client)
    settings.SECOND_FACTOR_REQUIRED = False
    factor = Authenticator.objects.get(type="totp")
    address = f"/admin/mfa/authenticator/{factor.pk}/"

    assert factor.data["secret"] not in admin_client.get(address + "change/").text
    admin_client.post(address + "delete/", {"post": "yes"})

    assert not Authenticator.objects.filter(type="totp").exists()
    assert admin_client.get("/admin/mfa/authenticator/add/").status_code == 403


# --- What was typed is not lost -----------------------------------------------------

TYPED = {"name_en": 'A "name" <b>', "history_en": "Line one\r\nLine two", "keys": "1"}


def kept(page):
    """Read what the page would send, as a browser reads it."""
    inputs = re.findall(
        r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.text
    )
    return {unescape(name): unescape(value) for name, value in inputs}


def test_form_comes_back_when_the_session_has_ended(client, clerk):
    address = "/admin/profiles/mechanism/add/?x=1"

    page = client.post(address, {**TYPED, "password1": "secret"})

    assert page.status_code == 403
    assert "your session has ended" in page.text
    assert f'action="{address}"' in page.text
    sent_again = kept(page)
    del sent_again["csrfmiddlewaretoken"]
    assert sent_again == TYPED


def test_form_comes_back_when_its_token_is_of_an_older_session(clerk, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    clerk.is_superuser = True
    clerk.save()
    browser = Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})
    browser.get(LOGIN)
    type_password(browser, csrfmiddlewaretoken=browser.cookies["csrftoken"].value)
    address = "/admin/profiles/theme/add/"
    typed = {"slug": "returns", "label_en": "Returns", "order": "1"}

    page = browser.post(address, {**typed, "csrfmiddlewaretoken": "x" * 32})
    assert page.status_code == 403
    assert "Not saved yet" in page.text

    again = browser.post(address, kept(page))
    assert "Not saved yet" not in again.text


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_form_of_another_site_is_refused_and_not_shown(client, clerk, origin):
    browser = Client(enforce_csrf_checks=True)
    headers = {"Origin": origin} if origin else {}

    page = browser.post("/admin/profiles/theme/add/", TYPED, headers=headers)

    assert page.status_code == 403
    assert "This form cannot be taken" in page.text
    assert "Line one" not in page.text


# --- Forgotten passwords ------------------------------------------------------------


def test_without_a_mail_server_an_administrator_is_asked(client):
    page = client.get(LOGIN)

    assert "Ask an administrator" in page.text
    assert not mail.outbox


# --- Mistakes of operators ----------------------------------------------------------


def test_provider_without_tls_is_refused_at_the_start(tmp_path):
    environment = environment_of(tmp_path, OIDC_SERVER_URL="http://login.example.org")

    with pytest.raises(AssertionError, match="must begin with https"):
        run_python(environment, "")


@pytest.mark.parametrize(
    "address",
    ["registry.example.org", "https://example.org/x", "https://a@example.org"],
)
def test_public_address_that_is_none_is_refused_at_the_start(tmp_path, address):
    environment = environment_of(tmp_path, PUBLIC_ADDRESS=address)

    with pytest.raises(AssertionError, match="PUBLIC_ADDRESS must be"):
        run_python(environment, "")


def test_letters_need_a_public_address(tmp_path):
    environment = environment_of(
        tmp_path, EMAIL_HOST="mail.example.org", ALLOWED_HOSTS=".example.org,*"
    )

    with pytest.raises(AssertionError, match="PUBLIC_ADDRESS is not set"):
        run_python(environment, "")
