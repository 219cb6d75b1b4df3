"""Signing in with the organisation's own accounts, by OpenID Connect.

The provider says who somebody is; the registry says who may come in. Only accounts
that an administrator has made are opened: the first time by an e-mail address that the
provider has verified, from then on by the provider's own identifier.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

logger = logging.getLogger(__name__)


class OrganisationAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(
        self, request: HttpRequest, sociallogin: SocialLogin
    ) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        is_login = sociallogin.state.get("process") == AuthProcess.LOGIN
        if not is_login or not _are_about_one_person(sociallogin.account.extra_data):
            raise ImmediateHttpResponse(_failure(request, status=403))
        if not sociallogin.is_existing and (user := _account_of(sociallogin)):
            # Not allauth's own matching by e-mail: it takes the account's password
            # away, because there anybody may have opened the account.
            sociallogin.connect(request, user)


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


def _account_of(sociallogin: SocialLogin) -> Any:
    for address in sociallogin.email_addresses:
        # Some providers send the text "false".
        if address.verified is not True:
            continue
        users = get_user_model().objects.filter(
            email__iexact=address.email, is_active=True
        )
        # Two accounts with one address: better none than the wrong one.
        if len(users) == 1:
            return users[0]
    return None
