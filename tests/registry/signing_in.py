"""Signing in at the registry's own pages, with a password and an app."""

import time

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)

PASSWORD = "not one that is guessed"
LOGIN = "/accounts/login/"
FACTORS = "/accounts/second-factor/"


def type_password(client, *, name="clerk", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": name, "password": password, **more})


def code_of(secret):
    return format_hotp_value(
        hotp_value(secret, next(iter(yield_hotp_counters_from_time())))
    )


def set_up_app(client):
    """Set up an authenticator app; return its secret."""
    page = client.get(FACTORS + "totp/activate/")
    secret = page.context["form"].secret
    answer = client.post(FACTORS + "totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.context["form"].errors
    return secret


def pass_of_time(monkeypatch, seconds):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + seconds)
