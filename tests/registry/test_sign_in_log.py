"""What the log says of sign-ins, and what it never says."""

import logging

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from iscm_registry.roles import ADMINISTRATOR
from tests.registry.signing_in import (
    FACTORS,
    LOGIN,
    PASSWORD,
    code_of,
    set_up_app,
    type_password,
)

NEW = "entirely another one"
ADDRESS = "203.0.113.77"


@pytest.fixture
def people(transactional_db, django_user_model):
    def account(name):
        return django_user_model.objects.create_user(
            name,
            f"{name}@mail.example",
            PASSWORD,
            is_staff=True,
            first_name="Wilhelmina",
        )

    administrator = account("xanthippe")
    administrator.groups.add(Group.objects.get(name=ADMINISTRATOR))
    return account("zenobia"), administrator


@pytest.mark.attack("The log names a person")
def test_log_tells_the_story_and_names_nobody(people, caplog):
    zenobia, administrator = people
    caplog.set_level(logging.INFO)
    client = Client(REMOTE_ADDR=ADDRESS)
    type_password(client, name="zenobia", password="wrongly-typed")
    type_password(client, name="zenobia")
    secret = set_up_app(client)
    (recovery, *_more) = client.get(FACTORS + "recovery-codes/").context["unused_codes"]
    given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post("/accounts/password/", given)
    client.post("/accounts/logout/")
    type_password(client, name="zenobia", password=NEW)
    client.post(FACTORS + "authenticate/", {"code": "000000"})
    client.post(FACTORS + "authenticate/", {"code": recovery})
    client.post(FACTORS + "recovery-codes/generate/")
    client.post("/accounts/logout/")
    type_password(client, name="zenobia", password=NEW)
    client.post(FACTORS + "authenticate/", {"code": code_of(secret)})

    desk = Client()
    desk.force_login(administrator)
    factor = Authenticator.objects.get(type="totp")
    desk.post(
        reverse("admin:mfa_authenticator_delete", args=[factor.pk]), {"post": "yes"}
    )
    address = reverse("admin:auth_user_password_change", args=[zenobia.pk])
    desk.post(
        address,
        {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
    )
    address = reverse("admin:auth_user_delete", args=[zenobia.pk])
    shown = desk.get(address).context["shown"]
    desk.post(address, {"post": "yes", "_shown": shown})
    for n in range(35):
        client.post(LOGIN, {"login": f"theodora{n // 10}", "password": "wrongly-typed"})

    lines = [record.getMessage() for record in caplog.records]
    one, other = f"Account {zenobia.pk}", f"Account {administrator.pk}"
    for line in [
        "A password was refused.",
        f"{one} signed in.",
        f"{one} set up a second factor (totp).",
        f"{one} changed its password.",
        f"{one} signed out.",
        f"{one}: a code was refused.",
        f"{one} showed a second factor (recovery_codes).",
        f"{one} showed a second factor (totp).",
        f"{one} replaced its recovery codes (recovery_codes).",
        f"{other} took away the authenticator of account {zenobia.pk}.",
        f"{other} changed (password) account {zenobia.pk}.",
        f"{other} deleted account {zenobia.pk}.",
        "An account waits: too many wrong passwords or codes.",
        "Too many requests of one address or account: it has to wait.",
    ]:
        assert line in lines, "\n".join(lines)
    told = caplog.text.lower()
    for word in (
        *("zenobia", "xanthippe", "theodora", "wilhelmina", "mail.example"),
        *(ADDRESS, PASSWORD, NEW, "wrongly-typed", secret, recovery),
    ):
        assert word.lower() not in told, word
