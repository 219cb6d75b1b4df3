"""Signing in with the organisation's own accounts, by OpenID Connect.

The provider says who somebody is; the registry says who may come in. Only accounts
that an administrator has made are opened: the first time by an e-mail address that the
provider has verified, from then on by the provider's own identifier.

An address is not enough for an account that manages others. Whoever runs the server
connects it, with `manage.py connect_account`.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.signals import social_account_added
from auditlog.models import LogEntry
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

from iscm_registry.sign_in.addresses import accounts_of

logger = logging.getLogger(__name__)

PROVIDER = "organisation"
"""What allauth calls the provider in the database and in addresses; see settings."""


class OrganisationAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(
        self, request: HttpRequest, sociallogin: SocialLogin
    ) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        is_login = sociallogin.state.get("process") == AuthProcess.LOGIN
        if not is_login or not _are_about_one_person(sociallogin.account.extra_data):
            raise ImmediateHttpResponse(_failure(request, status=403))
        if sociallogin.is_existing:
            return
        # Not allauth's own matching by e-mail: it takes the account's password away,
        # because there anybody may have opened the account.
        user = _account_of(sociallogin.account.extra_data)
        if user and manages_others(user):
            logger.warning("Account %s manages others: not connected.", user.pk)
            identifier = sociallogin.account.uid
            raise ImmediateHttpResponse(
                _failure(request, status=403, not_by_address=identifier)
            )
        if user:
            sociallogin.connect(request, user)


def manages_others(user: Any) -> bool:
    return user.is_superuser or user.has_perm("auth.change_user")


def watch_connections() -> None:
    social_account_added.connect(_note_connection, dispatch_uid="note_connection")


def _note_connection(sociallogin: SocialLogin, **kwargs: Any) -> None:
    note_connection(sociallogin.user)


def note_connection(user: Any) -> None:
    """Write down that an account was connected with one of the organisation."""
    logger.info("Account %s was connected with one of the organisation.", user.pk)
    LogEntry.objects.log_create(
        user,
        action=LogEntry.Action.UPDATE,
        changes={"organisation": ["", "connected"]},
    )


def has_checked_second_factor(sociallogin: SocialLogin) -> bool:
    """Say whether the provider vouches for a second factor.

    `amr` tells how somebody signed in, and "mfa" is its word for more than one
    factor (RFC 8176).
    """
    token = sociallogin.account.extra_data.get("id_token") or {}
    return settings.OIDC_TRUSTS_MFA or "mfa" in (token.get("amr") or [])


def or_say_that_it_is_away(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Answer in words when the provider does not answer at all."""

    @wraps(view)
    def asking(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except RequestException:
            logger.warning("The provider of sign-in does not answer.", exc_info=True)
            return _failure(request, status=503, is_away=True)

    return asking


def _failure(request: HttpRequest, *, status: int, **more: Any) -> HttpResponse:
    template = "socialaccount/authentication_error.html"
    return render(request, template, more, status=status)


def _are_about_one_person(claims: dict[str, Any]) -> bool:
    """Hold the answer for user data against the signed identity (OIDC Core 5.3.2)."""
    subject = (claims.get("id_token") or {}).get("sub")
    return bool(subject) and (claims.get("userinfo") or {}).get("sub") == subject


def _account_of(claims: dict[str, Any]) -> Any:
    """Return the one account that has the address which the provider has verified.

    The claims themselves are read: allauth has changed the letters of its address.
    """
    said = claims["userinfo"]
    address = said.get("email")
    # Some providers send the text "false".
    if not isinstance(address, str) or said.get("email_verified") is not True:
        return None
    users = accounts_of(address)
    # Two accounts with one address: better none than the wrong one.
    return users[0] if len(users) == 1 else None
