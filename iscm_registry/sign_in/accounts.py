"""Accounts: made by administrators, opened with a password."""

import ipaddress
import logging
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse

from iscm_registry.sign_in.letters import after_the_answer

logger = logging.getLogger(__name__)

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

    # --- Tries ---

    def _get_login_attempts_cache_key(
        self, request: HttpRequest, **credentials: Any
    ) -> str:
        # allauth puts the host before the name. Whoever asks chooses it, so each
        # host and each port would have tries of its own.
        return str(credentials.get("username", "")).lower()

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that tries are counted for.

        IPv4 may come written as IPv6 (::ffff:192.0.2.1), all of it in one network:
        counted like that, one stranger's tries would close the door to everybody.
        """
        address = ipaddress.ip_address(super().get_client_ip(request))
        return str(getattr(address, "ipv4_mapped", None) or address)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code == "too_many_login_attempts":
            logger.warning("An account waits: too many wrong passwords or codes.")
        return super().validation_error(code, *args)

    # --- Letters ---

    def send_mail(
        self, template_prefix: str, email: str, context: dict[str, Any]
    ) -> None:
        after_the_answer(self._letter(template_prefix, email, context).send)

    def send_password_reset_mail(
        self, user: Any, email: str, context: dict[str, Any]
    ) -> None:
        # To the account's own address, not to the one that a stranger typed. It is
        # after the answer already: see ForgottenPasswordForm.
        self._letter("account/email/password_reset_key", user.email, context).send()

    def _letter(
        self, template_prefix: str, email: str, context: dict[str, Any]
    ) -> EmailMessage:
        address = settings.PUBLIC_ADDRESS
        site = SimpleNamespace(name="ISCM Registry", domain=urlsplit(address).netloc)
        known = {"request": self.request, "email": email, "current_site": site}
        return self.render_mail(template_prefix, email, known | context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link at our public address; a `Host` is the asker's to choose."""
        of_whom, _, secret = key.partition("-")
        path = reverse(
            "account_reset_password_from_key",
            kwargs={"uidb36": of_whom, "key": secret},
        )
        return f"{settings.PUBLIC_ADDRESS}{path}"


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
