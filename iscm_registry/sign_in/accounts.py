"""Accounts: made by administrators, opened with a password."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

SIGNED_IN_AT = "signed_in_at"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        own = {
            "allauth.mfa.stages.AuthenticateStage": (
                "iscm_registry.sign_in.second_factor.SecondFactorStage"
            )
        }
        return [own.get(stage, stage) for stage in super().get_login_stages()]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in a moment ago need not type the same again.

        Without this, setting up the first factor would begin with the password
        that was typed on the page before.
        """
        request = context.request
        return super().is_reauthentication_required(
            app=app, **kwargs
        ) and not _shown_lately(request)


def _shown_lately(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    age = time.time() - max((record["at"] for record in records), default=0)
    return age < app_settings.REAUTHENTICATION_TIMEOUT


def is_over(request: HttpRequest) -> bool:
    """Say whether the session has lasted its full time, however busy it was.

    Django moves the end of a session with each write to it; an end that moves is
    none.
    """
    began = request.session.get(SIGNED_IN_AT, 0)
    return time.time() - began > settings.SESSION_COOKIE_AGE


def watch_sign_ins() -> None:
    user_logged_in.connect(_note_beginning, dispatch_uid="note_beginning")


def _note_beginning(request: HttpRequest, **kwargs: Any) -> None:
    request.session[SIGNED_IN_AT] = time.time()
