"""The second factor: an authenticator app or a passkey, with recovery codes."""

import base64
import hashlib
from typing import Any

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from iscm_registry.sign_in.organisation import has_checked_second_factor

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
"""Recovery codes are not among them: they stand in for a factor that is lost."""

OF_PROVIDER = "provider"

_ENCRYPTED = {"secret", "seed"}
"""What of an app and of recovery codes is kept encrypted. A passkey has no secret."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps secrets of authenticator apps and recovery codes encrypted.

    Whoever reads a copy of the database, without the server's SECRET_KEY, cannot make
    codes from it.
    """

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Key %(number)s") % {"number": number}


def _cipher() -> MultiFernet:
    # The label keeps these keys apart from other uses of the secret key.
    keys: list[str] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    secrets = [f"second factor:{key}".encode() for key in keys]
    digests = [hashlib.sha256(secret).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(d)) for d in digests])


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor, unless the organisation's sign-in has done so."""

    def _should_handle(self, request: HttpRequest) -> bool:
        social_login = (self.login.signal_kwargs or {}).get("sociallogin")
        if social_login and has_checked_second_factor(social_login):
            record_authentication(request, self.login.user, "mfa", type=OF_PROVIDER)
            return False
        return super()._should_handle(request)


def has_shown_second_factor(request: HttpRequest) -> bool:
    """Say whether this session, and not only this account, has a second factor.

    A session that began before the factor was set up elsewhere has not shown it.
    """
    user: Any = request.user
    shown = [
        record.get("type")
        for record in get_authentication_records(request, user)
        if record["method"] == "mfa"
    ]
    return OF_PROVIDER in shown or (bool(shown) and is_mfa_enabled(user, FACTORS))


def was_used(user: Any, code: str) -> bool:
    """Say whether the account has shown this code of its app already."""
    return cache.get(_used(user, code)) is not None


def keep_as_used(user: Any, code: str) -> None:
    """Remember a code of an app for as long as its clock may make it good."""
    periods = 2 * app_settings.TOTP_TOLERANCE + 1
    cache.set(_used(user, code), True, app_settings.TOTP_PERIOD * periods)


def _used(user: Any, code: str) -> str:
    return f"code-used:{user.pk}:{normalize_user_code(code)}"


def watch_set_up() -> None:
    authenticator_added.connect(_note_set_up, dispatch_uid="note_set_up")


def _note_set_up(
    request: HttpRequest, user: Any, authenticator: Authenticator, **kwargs: Any
) -> None:
    # To set it up, its first code or its first signature was shown.
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", type=authenticator.type)


def encrypt_anew() -> tuple[int, int]:
    """Encrypt the secrets of apps and recovery codes with the present SECRET_KEY.

    Afterwards no former key is needed for them. Returns how many were encrypted, and
    how many no key opens: those are left as they are.
    """
    cipher = _cipher()
    encrypted = unreadable = 0
    with transaction.atomic():
        # Locked, so that a code used meanwhile stays used.
        for factor in Authenticator.objects.select_for_update().order_by("pk"):
            for field in _ENCRYPTED.intersection(factor.data):
                try:
                    token = cipher.rotate(factor.data[field])
                except InvalidToken:
                    unreadable += 1
                    continue
                factor.data[field] = token.decode()
                factor.save(update_fields=["data"])
                encrypted += 1
    return encrypted, unreadable
